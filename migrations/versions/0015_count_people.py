"""Keep population, groups of opinion and daily totals."""

import sqlalchemy as sa
from alembic import op

from beteiligung.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "region_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("headline", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_region_snapshot_version_counts")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_region_snapshot_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_snapshot")),
        sa.UniqueConstraint("region_id", "version", name=op.f("uq_region_snapshot_region_id_version")),
    )
    op.create_table(
        "region_pulse",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("hour", UtcDateTime(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_region_pulse_region_id_region")),
        sa.PrimaryKeyConstraint("region_id", "hour", name=op.f("pk_region_pulse")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "duplicate_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('proposed', 'confirmed', 'refused')", name=op.f("ck_duplicate_case_state_known")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_duplicate_case_region_id_region")),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_duplicate_case_proposed_by_account"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_duplicate_case_decided_by_account"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_case")),
    )
    op.create_index(op.f("ix_duplicate_case_region_id"), "duplicate_case", ["region_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("duplicate_case")
    op.drop_table("region_pulse")
    op.drop_table("region_snapshot")
