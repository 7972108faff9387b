"""Add reports, cases, decisions, outcomes, appeals and the log of moderation; pauses, closed threads, the legal office."""

import sqlalchemy as sa
from alembic import op

from beteiligung.db import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "moderation_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_moderation_log_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_log")),
    )
    op.create_index(op.f("ix_moderation_log_region_id"), "moderation_log", ["region_id"])
    op.create_table(
        "moderator",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("introduced_at", UtcDateTime(), nullable=True),
        sa.Column("weekdays", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_moderator_account_id_account")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_moderator_region_id_region")),
        sa.PrimaryKeyConstraint("account_id", "region_id", name=op.f("pk_moderator")),
    )
    op.create_table(
        "pause",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_pause_account_id_account")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_pause_region_id_region")),
        sa.PrimaryKeyConstraint("account_id", "region_id", name=op.f("pk_pause")),
    )
    op.create_table(
        "moderation_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("of_case_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("provisional_at", UtcDateTime(), nullable=True),
        sa.Column("provisional_by", sa.Integer(), nullable=True),
        sa.Column("provisional_ground", sa.String(), nullable=True),
        sa.Column("provisional_reason", sa.String(), nullable=True),
        sa.Column("escalated_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(stage = 'first') = (of_case_id IS NULL)", name=op.f("ck_moderation_case_stage_follows")),
        sa.CheckConstraint("body IN ('council', 'clerks')", name=op.f("ck_moderation_case_body_known")),
        sa.CheckConstraint("stage IN ('first', 'appeal', 'review')", name=op.f("ck_moderation_case_stage_known")),
        sa.CheckConstraint(
            "(provisional_at IS NULL) = (provisional_ground IS NULL) AND (provisional_at IS NULL) = (provisional_reason IS NULL)",
            name=op.f("ck_moderation_case_provisional_has_reason"),
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_moderation_case_comment_id_comment")),
        sa.ForeignKeyConstraint(["of_case_id"], ["moderation_case.id"], name=op.f("fk_moderation_case_of_case_id_moderation_case")),
        sa.ForeignKeyConstraint(["provisional_by"], ["account.id"], name=op.f("fk_moderation_case_provisional_by_account")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_moderation_case_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_case")),
    )
    op.create_index(op.f("ix_moderation_case_comment_id"), "moderation_case", ["comment_id"])
    op.create_index(op.f("ix_moderation_case_of_case_id"), "moderation_case", ["of_case_id"])
    op.create_index(op.f("ix_moderation_case_provisional_by"), "moderation_case", ["provisional_by"])
    op.create_index(op.f("ix_moderation_case_region_id"), "moderation_case", ["region_id"])
    op.create_index(
        "uq_moderation_case_open",
        "moderation_case",
        ["comment_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "case_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("passage", sa.String(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(measure = 'pause') = (days IS NOT NULL)", name=op.f("ck_case_decision_pause_has_days")),
        sa.CheckConstraint(
            "ground IN ('rule_1', 'rule_2', 'rule_4', 'rule_5', 'rule_6', 'rule_7', 'insult', 'defamation', 'threat', 'incitement', 'symbols', 'minors', 'privacy_law', 'other_law')",
            name=op.f("ck_case_decision_ground_known"),
        ),
        sa.CheckConstraint("measure IN ('none', 'part', 'hide', 'close', 'pause')", name=op.f("ck_case_decision_measure_known")),
        sa.CheckConstraint("length(facts) > 0", name=op.f("ck_case_decision_has_facts")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_case_decision_account_id_account")),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_case_decision_case_id_moderation_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_decision")),
        sa.UniqueConstraint("case_id", "account_id", name=op.f("uq_case_decision_case_id_account_id")),
    )
    op.create_index(op.f("ix_case_decision_account_id"), "case_decision", ["account_id"])
    op.create_table(
        "case_seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("drawn_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("end", sa.String(), nullable=True),
        sa.CheckConstraint("\"end\" IN ('decided', 'returned', 'expired', 'void')", name=op.f("ck_case_seat_end_known")),
        sa.CheckConstraint('(ended_at IS NULL) = ("end" IS NULL)', name=op.f("ck_case_seat_ended_somehow")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_case_seat_account_id_account")),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_case_seat_case_id_moderation_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_seat")),
    )
    op.create_index(op.f("ix_case_seat_account_id"), "case_seat", ["account_id"])
    op.create_index(op.f("ix_case_seat_case_id"), "case_seat", ["case_id"])
    op.create_index(
        "uq_case_seat_open",
        "case_seat",
        ["case_id", "account_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "ground IN ('rule_1', 'rule_2', 'rule_4', 'rule_5', 'rule_6', 'rule_7', 'insult', 'defamation', 'threat', 'incitement', 'symbols', 'minors', 'privacy_law', 'other_law')",
            name=op.f("ck_flag_ground_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_flag_case_id_moderation_case")),
        sa.ForeignKeyConstraint(["reporter_id"], ["account.id"], name=op.f("fk_flag_reporter_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
        sa.UniqueConstraint("case_id", "email", name=op.f("uq_flag_case_id_email")),
        sa.UniqueConstraint("case_id", "reporter_id", name=op.f("uq_flag_case_id_reporter_id")),
    )
    op.create_index(op.f("ix_flag_reporter_id"), "flag", ["reporter_id"])
    op.create_table(
        "outcome",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("automated_detection", sa.Boolean(), nullable=False),
        sa.Column("automated_decision", sa.Boolean(), nullable=False),
        sa.Column("redress", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("deciders", sa.Integer(), nullable=False),
        sa.Column("unanimous", sa.Boolean(), nullable=False),
        sa.Column("passage", sa.String(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(measure = 'pause') = (ends_at IS NOT NULL)", name=op.f("ck_outcome_pause_ends")),
        sa.CheckConstraint("body IN ('council', 'clerks')", name=op.f("ck_outcome_body_known")),
        sa.CheckConstraint(
            "ground IN ('rule_1', 'rule_2', 'rule_4', 'rule_5', 'rule_6', 'rule_7', 'insult', 'defamation', 'threat', 'incitement', 'symbols', 'minors', 'privacy_law', 'other_law')",
            name=op.f("ck_outcome_ground_known"),
        ),
        sa.CheckConstraint("measure IN ('none', 'part', 'hide', 'close', 'pause')", name=op.f("ck_outcome_measure_known")),
        sa.CheckConstraint("source IN ('reports', 'office', 'appeal', 'review')", name=op.f("ck_outcome_source_known")),
        sa.CheckConstraint("deciders >= 2", name=op.f("ck_outcome_nobody_alone")),
        sa.CheckConstraint("length(scope) > 0 AND length(facts) > 0 AND length(redress) > 0", name=op.f("ck_outcome_states_its_reasons")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_outcome_author_id_account")),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_outcome_case_id_moderation_case")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_outcome")),
    )
    op.create_index(op.f("ix_outcome_author_id"), "outcome", ["author_id"])
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("new_case_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("flag_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_appeal_account_id_account")),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_appeal_case_id_moderation_case")),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.id"], name=op.f("fk_appeal_flag_id_flag")),
        sa.ForeignKeyConstraint(["new_case_id"], ["moderation_case.id"], name=op.f("fk_appeal_new_case_id_moderation_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("case_id", "account_id", name=op.f("uq_appeal_case_id_account_id")),
        sa.UniqueConstraint("case_id", "flag_id", name=op.f("uq_appeal_case_id_flag_id")),
    )
    op.create_index(op.f("ix_appeal_account_id"), "appeal", ["account_id"])
    op.create_index(op.f("ix_appeal_flag_id"), "appeal", ["flag_id"])
    op.create_index(op.f("ix_appeal_new_case_id"), "appeal", ["new_case_id"])
    op.add_column("comment", sa.Column("closed_at", UtcDateTime(), nullable=True))
    op.add_column("region", sa.Column("legal_office", sa.String(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("region", "legal_office")
    op.drop_column("comment", "closed_at")
    op.drop_table("appeal")
    op.drop_table("outcome")
    op.drop_table("flag")
    op.drop_table("case_seat")
    op.drop_table("case_decision")
    op.drop_table("moderation_case")
    op.drop_table("pause")
    op.drop_table("moderator")
    op.drop_table("moderation_log")
