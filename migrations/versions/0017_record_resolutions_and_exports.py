"""Record resolutions and exports."""

import sqlalchemy as sa
from alembic import op

from beteiligung.db import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _of(table: str, column: str, other: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), **more)


def upgrade() -> None:
    """Apply."""
    op.add_column("comment", sa.Column("changes", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "resolution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=True),
        sa.Column("recommendation_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("paper", sa.String(), nullable=False),
        sa.Column("minutes_url", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "act IN ('noted', 'referred', 'adopted', 'rejected', 'adjourned', 'void')", name=op.f("ck_resolution_act_known")
        ),
        sa.CheckConstraint(
            "(CASE WHEN commitment_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN recommendation_id IS NULL THEN 0 ELSE 1 END) + "
            "(CASE WHEN report_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_resolution_about_one_thing"),
        ),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 120", name=op.f("ck_resolution_body_named")),
        sa.CheckConstraint("act <> 'void' OR corrects_id IS NOT NULL", name=op.f("ck_resolution_void_corrects")),
        sa.CheckConstraint("(corrects_id IS NULL) = (reason = '')", name=op.f("ck_resolution_correction_has_reason")),
        _of("resolution", "region_id", "region"),
        _of("resolution", "commitment_id", "commitment"),
        _of("resolution", "recommendation_id", "recommendation"),
        _of("resolution", "report_id", "report"),
        _of("resolution", "committee_id", "committee"),
        _of("resolution", "corrects_id", "resolution"),
        _of("resolution", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_resolution_corrects_id")),
    )
    for name in ("region_id", "commitment_id", "recommendation_id", "report_id", "account_id"):
        op.create_index(op.f(f"ix_resolution_{name}"), "resolution", [name])
    op.create_table(
        "export_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cut_off", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.JSON(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('feedback', 'comments', 'votes')", name=op.f("ck_export_run_kind_known")),
        sa.CheckConstraint(
            "scope IN ('region', 'commitment', 'topic', 'document', 'committee')", name=op.f("ck_export_run_scope_known")
        ),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'gone')", name=op.f("ck_export_run_state_known")),
        sa.CheckConstraint("(state = 'done') = (file IS NOT NULL)", name=op.f("ck_export_run_done_has_file")),
        sa.CheckConstraint("done >= 0 AND total >= 0", name=op.f("ck_export_run_counts")),
        _of("export_run", "region_id", "region"),
        _of("export_run", "account_id", "account", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_run")),
    )
    for name in ("region_id", "account_id"):
        op.create_index(op.f(f"ix_export_run_{name}"), "export_run", [name])


def downgrade() -> None:
    """Take back."""
    op.drop_table("export_run")
    op.drop_table("resolution")
    op.drop_column("comment", "changes")
