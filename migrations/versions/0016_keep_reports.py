"""Keep reports."""

import sqlalchemy as sa
from alembic import op

from beteiligung.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATES = "state IN ('computing', 'prepared', 'released', 'published', 'discarded')"


def _by(table: str, name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], ["account.id"], name=op.f(f"fk_{table}_{name}_account"), ondelete="SET NULL")


def upgrade() -> None:
    """Apply."""
    op.add_column("comment", sa.Column("may_quote", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("quarter", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("meets_on", sa.Date(), nullable=True),
        sa.Column("committees", sa.JSON(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("paper_number", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("drafted_by", sa.Integer(), nullable=True),
        sa.Column("drafted_at", UtcDateTime(), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("foreword", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("edited_by", sa.Integer(), nullable=True),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_report_state_known")),
        sa.CheckConstraint("since <= until", name=op.f("ck_report_period_has_days")),
        sa.CheckConstraint("state IN ('computing', 'discarded') OR content IS NOT NULL", name=op.f("ck_report_prepared_has_content")),
        sa.CheckConstraint(
            "(released_at IS NULL) = (digest IS NULL) AND (released_at IS NULL OR number IS NOT NULL) "
            "AND (number IS NULL OR state IN ('released', 'published', 'discarded')) "
            "AND (state IN ('released', 'published')) = (released_at IS NOT NULL)",
            name=op.f("ck_report_released_is_complete"),
        ),
        sa.CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name=op.f("ck_report_published_has_a_day")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_report_region_id_region")),
        _by("report", "drafted_by"),
        _by("report", "edited_by"),
        _by("report", "released_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("region_id", "number", name=op.f("uq_report_region_id_number")),
        sa.UniqueConstraint("region_id", "quarter", name=op.f("uq_report_region_id_quarter")),
    )
    for name in ("drafted_by", "edited_by", "released_by"):
        op.create_index(op.f(f"ix_report_{name}"), "report", [name])
    op.create_table(
        "report_writer",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_writer_report_id_report")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_report_writer_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "account_id", name=op.f("pk_report_writer")),
    )
    op.create_index(op.f("ix_report_writer_account_id"), "report_writer", ["account_id"])
    op.create_table(
        "report_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_report_correction_number_counts")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_correction_report_id_report")),
        _by("report_correction", "made_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_correction")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_correction_report_id_number")),
    )
    op.create_index(op.f("ix_report_correction_made_by"), "report_correction", ["made_by"])
    op.create_table(
        "report_quote",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_quote_report_id_report")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_report_quote_comment_id_comment"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("report_id", "number", name=op.f("pk_report_quote")),
    )
    op.create_index(op.f("ix_report_quote_comment_id"), "report_quote", ["comment_id"])
    op.create_table(
        "report_file",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("correction", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_file_report_id_report")),
        sa.PrimaryKeyConstraint("report_id", "correction", "format", name=op.f("pk_report_file")),
    )


def downgrade() -> None:
    """Take back."""
    for table in ("report_file", "report_quote", "report_correction", "report_writer", "report"):
        op.drop_table(table)
    op.drop_column("comment", "may_quote")
