"""Remember the devices that take web push; tell a mail given up from one refused, and waiting for a server from failing."""

import sqlalchemy as sa
from alembic import op

from beteiligung.db import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CHANNELS = ("ck_delivery_channel_known", "channel IN ('mail', 'push')", "channel IN ('mail')")
STATES = (
    "ck_delivery_state_known",
    "state IN ('pending', 'claimed', 'sent', 'refused', 'given_up', 'unknown', 'skipped')",
    "state IN ('pending', 'claimed', 'sent', 'refused', 'unknown', 'skipped')",
)


def _words_of_delivery(which: int) -> None:
    with op.batch_alter_table("delivery") as batch:
        for name, *words in (CHANNELS, STATES):
            batch.drop_constraint(op.f(name), type_="check")
            batch.create_check_constraint(op.f(name), words[which])


def upgrade() -> None:
    """Apply."""
    op.add_column("outbox_entry", sa.Column("delays", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "push_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("p256dh", sa.String(), nullable=False),
        sa.Column("auth", sa.String(), nullable=False),
        sa.Column("wants", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("wants IN ('mine', 'all')", name=op.f("ck_push_device_wants_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_push_device_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_device")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_device_endpoint")),
    )
    op.create_index(op.f("ix_push_device_account_id"), "push_device", ["account_id"])
    unread = sa.text("read_at IS NULL AND in_account")
    op.create_index("ix_notification_unread", "notification", ["account_id"], sqlite_where=unread, postgresql_where=unread)
    _words_of_delivery(0)
    op.execute("UPDATE delivery SET state = 'given_up' WHERE state = 'refused' AND reason LIKE 'given up: %'")


def downgrade() -> None:
    """Undo."""
    op.execute("DELETE FROM delivery WHERE channel <> 'mail'")
    op.execute("UPDATE delivery SET state = 'refused' WHERE state = 'given_up'")
    _words_of_delivery(1)
    op.drop_table("push_device")
    op.drop_index("ix_notification_unread", "notification")
    with op.batch_alter_table("outbox_entry") as batch:
        batch.drop_column("delays")
