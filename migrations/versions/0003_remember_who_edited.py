"""Remember that a clerk did something, also once the account is gone: a file must not overwrite it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("history_entry", "revision")


def upgrade() -> None:
    """Apply."""
    for table in TABLES:
        op.add_column(table, sa.Column("by_clerk", sa.Boolean(), nullable=False, server_default=sa.false()))
        rows = sa.table(table, sa.column("by_clerk"), sa.column("account_id"))
        op.execute(rows.update().where(rows.c.account_id.is_not(None)).values(by_clerk=sa.true()))


def downgrade() -> None:
    """Take back."""
    for table in TABLES:
        op.drop_column(table, "by_clerk")
