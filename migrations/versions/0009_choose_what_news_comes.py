"""Choose what news comes and when: preferences, digests, deliveries."""

import sqlalchemy as sa
from alembic import op

from beteiligung.db import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = "'answer', 'status', 'reply', 'comment', 'decision', 'recommendation', 'document', 'report', 'service'"


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id_account"), ondelete="CASCADE")


def _known(table: str, column: str, words: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({words})", name=op.f(f"ck_{table}_{column}_known"))


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default=default)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "digest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        _text("cadence"),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        _known("digest", "cadence", "'daily', 'weekly', 'monthly', 'last'"),
        _account("digest"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("account_id", "cadence", "period", name=op.f("uq_digest_account_id_cadence_period")),
    )
    op.create_table(
        "preference",
        sa.Column("account_id", sa.Integer(), nullable=False),
        _text("kind"),
        _text("mail"),
        sa.Column("in_account", sa.Boolean(), nullable=False),
        _known("preference", "kind", KINDS),
        _known("preference", "mail", "'at_once', 'daily', 'weekly', 'never'"),
        _account("preference"),
        sa.PrimaryKeyConstraint("account_id", "kind", name=op.f("pk_preference")),
    )
    op.create_table(
        "mail_settings",
        sa.Column("account_id", sa.Integer(), nullable=False),
        _text("language"),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("paused_because", sa.String(), nullable=True),
        _known("mail_settings", "language", "'de', 'en'"),
        sa.CheckConstraint(
            "quiet_from BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23", name=op.f("ck_mail_settings_hours_of_a_day")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_mail_settings_day_of_a_week")),
        _account("mail_settings"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_mail_settings")),
    )
    _change_notification()
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        _text("channel"),
        sa.Column("notification_id", sa.Integer(), nullable=True),
        sa.Column("digest_id", sa.Integer(), nullable=True),
        _text("state"),
        _text("reason"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        _known("delivery", "channel", "'mail'"),
        _known("delivery", "state", "'pending', 'claimed', 'sent', 'refused', 'unknown', 'skipped'"),
        sa.CheckConstraint("(notification_id IS NULL) <> (digest_id IS NULL)", name=op.f("ck_delivery_of_one_thing")),
        sa.CheckConstraint("(state IN ('pending', 'claimed')) = (done_at IS NULL)", name=op.f("ck_delivery_done_has_a_time")),
        _account("delivery"),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notification.id"], name=op.f("fk_delivery_notification_id_notification"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_delivery_digest_id_digest"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("notification_id", "channel", name=op.f("uq_delivery_notification_id_channel")),
        sa.UniqueConstraint("digest_id", "channel", name=op.f("uq_delivery_digest_id_channel")),
    )
    op.create_index(op.f("ix_delivery_account_id"), "delivery", ["account_id"])
    open_ones = sa.text("done_at IS NULL")
    op.create_index("ix_delivery_open", "delivery", ["not_before"], sqlite_where=open_ones, postgresql_where=open_ones)


def _change_notification() -> None:
    with op.batch_alter_table("notification") as batch:
        batch.add_column(_text("kind", "service"))
        batch.add_column(sa.Column("sentence", sa.String(), nullable=True))
        batch.add_column(sa.Column("words", sa.JSON(), nullable=False, server_default="{}"))
        batch.add_column(_text("thread", ""))
        batch.add_column(sa.Column("in_account", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch.add_column(_text("mail", "none"))
        batch.add_column(sa.Column("digest_id", sa.Integer(), nullable=True))
        batch.create_check_constraint(op.f("ck_notification_kind_known"), f"kind IN ({KINDS})")
        batch.create_check_constraint(
            op.f("ck_notification_mail_known"), "mail IN ('none', 'waiting', 'single', 'digest', 'declined')"
        )
        batch.create_check_constraint(op.f("ck_notification_digest_says_so"), "digest_id IS NULL OR mail = 'digest'")
        batch.create_foreign_key(op.f("fk_notification_digest_id_digest"), "digest", ["digest_id"], ["id"], ondelete="SET NULL")
    op.create_index(op.f("ix_notification_digest_id"), "notification", ["digest_id"])
    op.create_index("ix_notification_newest", "notification", ["account_id", "created_at"])
    waiting = sa.text("mail = 'waiting'")
    op.create_index("ix_notification_waiting", "notification", ["account_id"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    """Take back."""
    op.drop_table("delivery")
    for index in ("ix_notification_waiting", "ix_notification_newest", "ix_notification_digest_id"):
        op.drop_index(index, "notification")
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint("fk_notification_digest_id_digest", type_="foreignkey")
        for name in ("kind_known", "mail_known", "digest_says_so"):
            batch.drop_constraint(op.f(f"ck_notification_{name}"), type_="check")
        for column in ("digest_id", "mail", "in_account", "thread", "words", "sentence", "kind"):
            batch.drop_column(column)
    for table in ("mail_settings", "preference", "digest"):
        op.drop_table(table)
