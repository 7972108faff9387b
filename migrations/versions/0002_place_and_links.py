"""Say where in its section a commitment stands, and which of other regions promise the same."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("commitment", sa.Column("location", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("commitment", sa.Column("wording_differs_from", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Take back."""
    op.drop_column("commitment", "wording_differs_from")
    op.drop_column("commitment", "location")
