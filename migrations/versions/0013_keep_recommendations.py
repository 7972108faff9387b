"""Keep agenda, recommendations and answers."""

import sqlalchemy as sa
from alembic import op

from beteiligung.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _own_number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Apply."""
    op.add_column("region", sa.Column("answer_days", sa.Integer(), nullable=False, server_default="56"))
    op.create_table(
        "agenda_item",
        _own_number(),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("put_at", UtcDateTime(), nullable=False),
        sa.Column("taken_off_at", UtcDateTime(), nullable=True),
        _of("agenda_item", "region_id", "region"),
        _of("agenda_item", "commitment_id", "commitment"),
        _of("agenda_item", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
    )
    op.create_index(op.f("ix_agenda_item_region_id"), "agenda_item", ["region_id"])
    op.create_index(op.f("ix_agenda_item_account_id"), "agenda_item", ["account_id"])
    op.create_index(
        "uq_agenda_item_open",
        "agenda_item",
        ["commitment_id"],
        unique=True,
        sqlite_where=sa.text("taken_off_at IS NULL"),
        postgresql_where=sa.text("taken_off_at IS NULL"),
    )
    op.create_table(
        "recommendation",
        _own_number(),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("adopted_at", UtcDateTime(), nullable=True),
        sa.Column("answer_due", sa.Date(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answer_kind", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answer_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'voting', 'rejected', 'adopted')", name=op.f("ck_recommendation_state_known")),
        sa.CheckConstraint(
            "answer_kind IN ('accepted', 'partly', 'examined', 'passed_on', 'declined')", name=op.f("ck_recommendation_answer_kind_known")
        ),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 120 AND length(text) > 0", name=op.f("ck_recommendation_has_words")),
        sa.CheckConstraint(
            "(state = 'adopted') = (adopted_at IS NOT NULL) AND (state = 'adopted') = (answer_due IS NOT NULL) "
            "AND (state = 'adopted') = (number IS NOT NULL)",
            name=op.f("ck_recommendation_adopted_is_complete"),
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer_kind IS NULL) AND (answered_at IS NULL) = (answer IS NULL) "
            "AND (answered_at IS NULL OR state = 'adopted')",
            name=op.f("ck_recommendation_answer_is_complete"),
        ),
        _of("recommendation", "region_id", "region"),
        _of("recommendation", "answer_by", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
        sa.UniqueConstraint("region_id", "number", name=op.f("uq_recommendation_region_id_number")),
    )
    op.create_index(op.f("ix_recommendation_answer_by"), "recommendation", ["answer_by"])
    op.create_table(
        "recommendation_commitment",
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        _of("recommendation_commitment", "recommendation_id", "recommendation"),
        _of("recommendation_commitment", "commitment_id", "commitment"),
        sa.PrimaryKeyConstraint("recommendation_id", "commitment_id", name=op.f("pk_recommendation_commitment")),
    )
    op.create_index(op.f("ix_recommendation_commitment_commitment_id"), "recommendation_commitment", ["commitment_id"])
    op.create_table(
        "recommendation_version",
        _own_number(),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _of("recommendation_version", "recommendation_id", "recommendation"),
        _of("recommendation_version", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_version")),
        sa.UniqueConstraint("recommendation_id", "number", name=op.f("uq_recommendation_version_recommendation_id_number")),
    )
    op.create_index(op.f("ix_recommendation_version_account_id"), "recommendation_version", ["account_id"])
    op.create_table(
        "recommendation_comment",
        _own_number(),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _of("recommendation_comment", "recommendation_id", "recommendation"),
        _of("recommendation_comment", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_comment")),
    )
    op.create_index(op.f("ix_recommendation_comment_recommendation_id"), "recommendation_comment", ["recommendation_id"])
    op.create_index(op.f("ix_recommendation_comment_account_id"), "recommendation_comment", ["account_id"])
    op.create_table(
        "council_poll",
        _own_number(),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("votes_against", sa.Integer(), nullable=False),
        sa.Column("votes_abstain", sa.Integer(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("adopted", sa.Boolean(), nullable=True),
        sa.CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND votes_abstain >= 0", name=op.f("ck_council_poll_counts")),
        sa.CheckConstraint("(settled_at IS NULL) = (adopted IS NULL)", name=op.f("ck_council_poll_settled_somehow")),
        _of("council_poll", "recommendation_id", "recommendation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_poll")),
    )
    op.create_index(op.f("ix_council_poll_recommendation_id"), "council_poll", ["recommendation_id"])
    op.create_index(
        "uq_council_poll_open",
        "council_poll",
        ["recommendation_id"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "council_ballot",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("voter", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.CheckConstraint("choice IN ('for', 'against', 'abstain')", name=op.f("ck_council_ballot_choice_known")),
        _of("council_ballot", "poll_id", "council_poll"),
        sa.PrimaryKeyConstraint("poll_id", "voter", name=op.f("pk_council_ballot")),
    )


def downgrade() -> None:
    """Undo."""
    for table in (
        "council_ballot",
        "council_poll",
        "recommendation_comment",
        "recommendation_version",
        "recommendation_commitment",
        "recommendation",
        "agenda_item",
    ):
        op.drop_table(table)
    op.drop_column("region", "answer_days")
