"""Tables: what somebody has asked for of their data, and warnings before an unused account ends."""

import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from beteiligung.db import UtcDateTime


class DataExport(SQLModel, table=True):
    """A request for everything about oneself; a worker makes the file, the owner alone may fetch it until it ends."""

    __tablename__ = "data_export"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    nonce: str
    """The file's name under var/exports/ is derived from it."""
    requested_at: datetime = Field(sa_type=UtcDateTime)
    ready_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class Erasure(SQLModel, table=True):
    """Somebody wants their account gone: asked, confirmed by mail, and done when due. Deleting the row takes it back."""

    __table_args__ = (CheckConstraint("(confirmed_at IS NULL) = (due_at IS NULL)", name="due_once_confirmed"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", unique=True)
    keep_comments: bool
    """Comments stay without their author; else their words go too."""
    keep_votes: bool
    """Votes stay under a random name; else they are withdrawn."""
    nonce: str
    """The secret of the mail's link is derived from it."""
    requested_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def nobodys_wish(account_id: int, now: datetime) -> Erasure:
    """Return the erasure of an account that ends by itself: due at once, and words and votes stay, since nobody chose otherwise."""
    return Erasure(
        account_id=account_id, keep_comments=True, keep_votes=True, nonce=secrets.token_urlsafe(24),
        requested_at=now, confirmed_at=now, due_at=now,
    )  # fmt: skip


class InactivityWarning(SQLModel, table=True):
    """A mail that an unused account will end. One older than the last sign-in counts for nothing."""

    __tablename__ = "inactivity_warning"
    __table_args__ = (CheckConstraint("number IN (1, 2)", name="two_warnings"),)

    account_id: int = Field(foreign_key="account.id", primary_key=True)
    number: int = Field(primary_key=True)
    warned_at: datetime = Field(sa_type=UtcDateTime)
