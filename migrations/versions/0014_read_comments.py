"""Keep the tone of comments, samples and their labels, heads learned from them, and declared stances as counted."""

import sqlalchemy as sa
from alembic import op

from beteiligung.db import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TONES = "('positive', 'neutral', 'negative', 'unclear')"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "comment_tone",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("positive", sa.Float(), nullable=False),
        sa.Column("neutral", sa.Float(), nullable=False),
        sa.Column("negative", sa.Float(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(f"label IN {_TONES}", name=op.f("ck_comment_tone_label_known")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_tone_comment_id_comment"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_comment_tone")),
    )
    op.create_table(
        "tone_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("arrays", sa.LargeBinary(), nullable=True),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("taken OR arrays IS NULL", name=op.f("ck_tone_head_kept_if_taken")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tone_head")),
    )
    op.create_table(
        "tone_sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("model_sha256", sa.String(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("frame_sha256", sa.String(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("drawn_at", UtcDateTime(), nullable=False),
        sa.Column("drawn_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'done', 'discarded')", name=op.f("ck_tone_sample_state_known")),
        sa.CheckConstraint("(state = 'done') = (facts IS NOT NULL)", name=op.f("ck_tone_sample_done_has_facts")),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_tone_sample_ended_somehow")),
        sa.CheckConstraint("size > 0 AND size <= population", name=op.f("ck_tone_sample_size_fits")),
        sa.ForeignKeyConstraint(["drawn_by"], ["account.id"], name=op.f("fk_tone_sample_drawn_by_account")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_tone_sample_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tone_sample")),
    )
    op.create_index(op.f("ix_tone_sample_drawn_by"), "tone_sample", ["drawn_by"])
    op.create_index(op.f("ix_tone_sample_region_id"), "tone_sample", ["region_id"])
    op.create_index(
        "uq_tone_sample_open",
        "tone_sample",
        ["region_id", "topic"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "sample_text",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("positive", sa.Float(), nullable=False),
        sa.Column("neutral", sa.Float(), nullable=False),
        sa.Column("negative", sa.Float(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_sample_text_comment_id_comment"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sample_id"], ["tone_sample.id"], name=op.f("fk_sample_text_sample_id_tone_sample"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sample_id", "comment_id", name=op.f("pk_sample_text")),
    )
    op.create_index(op.f("ix_sample_text_comment_id"), "sample_text", ["comment_id"])
    op.create_index(
        "uq_sample_text_position",
        "sample_text",
        ["sample_id", "position"],
        unique=True,
        sqlite_where=sa.text("position IS NOT NULL"),
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.create_table(
        "tone_label",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(f"label IN {_TONES}", name=op.f("ck_tone_label_label_known")),
        sa.CheckConstraint("slot IN (1, 2, 3)", name=op.f("ck_tone_label_slot_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_tone_label_account_id_account")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_tone_label_comment_id_comment"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sample_id"], ["tone_sample.id"], name=op.f("fk_tone_label_sample_id_tone_sample"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sample_id", "comment_id", "slot", name=op.f("pk_tone_label")),
        sa.UniqueConstraint("sample_id", "comment_id", "account_id", name=op.f("uq_tone_label_sample_id_comment_id_account_id")),
    )
    op.create_index(op.f("ix_tone_label_account_id"), "tone_label", ["account_id"])
    op.create_index(op.f("ix_tone_label_comment_id"), "tone_label", ["comment_id"])
    op.create_table(
        "stance_count",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("for", sa.Integer(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("none", sa.Integer(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_stance_count_region_id_region")),
        sa.PrimaryKeyConstraint("region_id", "topic", name=op.f("pk_stance_count")),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("stance_count", "tone_label", "sample_text", "tone_sample", "tone_head", "comment_tone"):
        op.drop_table(table)
