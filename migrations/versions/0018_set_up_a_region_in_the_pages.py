"""Set up a region in the pages; let work carry the number of the request that caused it."""

import sqlalchemy as sa
from alembic import op

from beteiligung.db import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

def columns() -> list[sa.Column]:
    """Return the new columns of a region."""
    return [
        sa.Column("preparing", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("set_in_pages", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("accent", sa.String(), nullable=False, server_default="blue"),
        sa.Column("contact_mail", sa.String(), nullable=True),
        sa.Column("data_protection", sa.String(), nullable=True),
        sa.Column("logo", sa.String(), nullable=True),
        sa.Column("ticked", sa.JSON(), nullable=False, server_default="{}"),
    ]


def upgrade() -> None:
    """Apply. Columns are added with a default of the server, so that the version before goes on writing."""
    for column in columns():
        op.add_column("region", column)
    op.add_column("outbox_entry", sa.Column("request_id", sa.String(), nullable=True))
    op.create_table(
        "region_logo",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_region_logo_region_id_region")),
        sa.PrimaryKeyConstraint("region_id", name=op.f("pk_region_logo")),
        sa.UniqueConstraint("sha256", "region_id", name=op.f("uq_region_logo_sha256_region_id")),
    )


def downgrade() -> None:
    """Take back. SQLite drops a column in place from 3.35 on."""
    op.drop_table("region_logo")
    op.drop_column("outbox_entry", "request_id")
    for column in reversed(columns()):
        op.drop_column("region", column.name)
