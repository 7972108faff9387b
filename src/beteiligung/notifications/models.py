"""Tables: news, what somebody wants of it, digests, and what was handed over by mail."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Column, Field, Integer, SQLModel

from beteiligung.db import UtcDateTime, one_of

KINDS = ("answer", "status", "reply", "comment", "decision", "recommendation", "document", "report", "service")
"""What news there is; `kinds.py` says of each what it is called and when it comes."""
CADENCES = ("at_once", "daily", "weekly", "never")
MAIL_STATES = ("none", "waiting", "single", "digest", "declined")
DIGESTS = ("daily", "weekly", "monthly", "last")
DELIVERY_STATES = ("pending", "claimed", "sent", "refused", "given_up", "unknown", "skipped")
CHANNELS = ("mail", "push")
PUSH_WISHES = ("mine", "all")
LANGUAGES = ("de", "en")


class Digest(SQLModel, table=True):
    """One gathering of one person's news. `period` is the Berlin day at whose morning it was due; for `last` the day last seen."""

    __table_args__ = (one_of("cadence", DIGESTS), UniqueConstraint("account_id", "cadence", "period"))

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", ondelete="CASCADE")
    cadence: str
    period: date
    made_at: datetime = Field(sa_type=UtcDateTime)


class Notification(SQLModel, table=True):
    """One piece of news for one person; the unique key keeps a repeated task from telling twice."""

    __table_args__ = (
        UniqueConstraint("account_id", "event"),
        one_of("kind", KINDS),
        one_of("mail", MAIL_STATES),
        CheckConstraint("digest_id IS NULL OR mail = 'digest'", name="digest_says_so"),
        Index("ix_notification_newest", "account_id", "created_at"),
        Index(
            "ix_notification_unread",
            "account_id",
            sqlite_where=text("read_at IS NULL AND in_account"),
            postgresql_where=text("read_at IS NULL AND in_account"),
        ),
        Index("ix_notification_waiting", "account_id", sqlite_where=text("mail = 'waiting'"), postgresql_where=text("mail = 'waiting'")),
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    event: str
    """What happened, as `entry:17` (history entry) or `comment:9` (reply or official answer)."""
    kind: str = "service"
    title: str
    """The line as the account shows it."""
    sentence: str | None = None
    """Key of `kinds.SENTENCES`, by which mails say it in the reader's language; None from before there were such."""
    words: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What the sentence is filled with: {"title": …}."""
    thread: str = ""
    """`region/commitment`, by which mails and digests group; empty where it is about neither."""
    path: str
    in_account: bool = True
    mail: str = "none"
    """none: not wanted when it happened; waiting: for the next digest; single: has its own delivery; declined: not wanted any more."""
    digest_id: int | None = Field(default=None, sa_column=Column(Integer, ForeignKey("digest.id", ondelete="SET NULL"), index=True))
    created_at: datetime = Field(sa_type=UtcDateTime)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Preference(SQLModel, table=True):
    """When somebody wants one kind of news. Without a row the default of the kind holds."""

    __table_args__ = (one_of("kind", KINDS), one_of("mail", CADENCES))

    account_id: int = Field(foreign_key="account.id", primary_key=True, ondelete="CASCADE")
    kind: str = Field(primary_key=True)
    mail: str
    in_account: bool = True


class MailSettings(SQLModel, table=True):
    """Language, quiet hours, the day of the weekly mail; and whether mail to this address is paused."""

    __tablename__ = "mail_settings"
    __table_args__ = (
        one_of("language", LANGUAGES),
        CheckConstraint("quiet_from BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23", name="hours_of_a_day"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="day_of_a_week"),
    )

    account_id: int = Field(foreign_key="account.id", primary_key=True, ondelete="CASCADE")
    language: str = "de"
    quiet_from: int = 21
    """Hour in Berlin from which no mail goes out; the same as `quiet_until` where none are quiet."""
    quiet_until: int = 8
    weekday: int = 0
    """Of the weekly mail, Monday is 0."""
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_because: str | None = None
    """Why mail to this address is paused: bounce or complaint."""


class PushDevice(SQLModel, table=True):
    """A browser that its owner let show news. `endpoint` is an address at the browser's push service, the keys are the browser's own."""

    __tablename__ = "push_device"
    __table_args__ = (one_of("wants", PUSH_WISHES),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    endpoint: str = Field(unique=True)
    p256dh: str
    auth: str
    wants: str
    """mine: what comes by mail at once unless somebody chooses otherwise, that is what concerns oneself; all: what the account shows."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class Delivery(SQLModel, table=True):
    """One mail or push: about one piece of news or one digest, at most one for each. Its state is the truth, whatever a broker says."""

    __table_args__ = (
        one_of("channel", CHANNELS),
        one_of("state", DELIVERY_STATES),
        CheckConstraint("(notification_id IS NULL) <> (digest_id IS NULL)", name="of_one_thing"),
        CheckConstraint("(state IN ('pending', 'claimed')) = (done_at IS NULL)", name="done_has_a_time"),
        UniqueConstraint("notification_id", "channel"),
        UniqueConstraint("digest_id", "channel"),
        Index("ix_delivery_open", "not_before", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    channel: str = "mail"
    notification_id: int | None = Field(
        default=None, sa_column=Column(Integer, ForeignKey("notification.id", ondelete="CASCADE"), nullable=True)
    )
    digest_id: int | None = Field(default=None, sa_column=Column(Integer, ForeignKey("digest.id", ondelete="CASCADE"), nullable=True))
    state: str = "pending"
    reason: str = ""
    """Why it was skipped or refused, or what is unknown; never an address."""
    attempts: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    not_before: datetime = Field(sa_type=UtcDateTime)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
