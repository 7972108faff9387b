"""Tables: accounts, roles, confirmed residence, sign-in links, sessions, drafts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Column, Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

ROLES = ("clerk", "council", "operator")
CHANNELS = ("provider", "letter", "counter")


class Account(SQLModel, table=True):
    """A person who takes part. Address, year of birth and municipality are private."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    """Lower case; the only way to reach and recognise the person."""
    display_name: str | None = None
    birth_year: int | None = None
    municipality_id: int | None = Field(default=None, foreign_key="municipality.id")
    terms_version: str | None = None
    terms_accepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_example: bool = False
    ends_on: date | None = None
    """The last day of an account of a school's project, which has no mail address (`rules.has_mail`)."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    active_on: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The day of the last sign-in; None before the first one."""


class Role(SQLModel, table=True):
    """What somebody may do in a region beyond taking part; an operator's role has no region."""

    __table_args__ = (
        one_of("name", ROLES),
        UniqueConstraint("account_id", "region_id", "name"),
        CheckConstraint("(name = 'operator') = (region_id IS NULL)", name="operator_has_no_region"),
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    region_id: int | None = Field(default=None, foreign_key="region.id")
    name: str
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Residence(SQLModel, table=True):
    """A confirmed residence: this person's votes in the region count as confirmed. Deleted when it lapses."""

    __table_args__ = (one_of("channel", CHANNELS), UniqueConstraint("region_id", "fingerprint"))

    account_id: int = Field(foreign_key="account.id", primary_key=True)
    region_id: int = Field(foreign_key="region.id", primary_key=True)
    confirmed_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
    channel: str = "counter"
    fingerprint: str | None = None
    """HMAC over region, name and date of birth: one person has one confirmed account. None only for example people."""


class SignIn(SQLModel, table=True):
    """One request for a sign-in mail. Link and code are derived from id and nonce, never stored."""

    __tablename__ = "sign_in"

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(index=True)
    nonce: str
    browser: str
    """Hash of the cookie of the browser that asked; only that browser may use the link at once."""
    next_path: str = "/"
    attempts: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LoginSession(SQLModel, table=True):
    """A signed-in browser. Only the hash of the cookie is kept; a new id at every sign-in."""

    __tablename__ = "login_session"

    id: str = Field(primary_key=True)
    """SHA-256 of the cookie's random part."""
    account_id: int = Field(foreign_key="account.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_on: datetime = Field(sa_type=UtcDateTime)
    """Coarsened to the day, and never written by a vote."""
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    second_factor_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the second factor was given; before that no office counts."""
    provider: str | None = None
    """The identity provider by which the person signed in; None by mail."""
    provider_session: str | None = None
    """The provider's `sid`, by which it may end this session."""
    id_token: str | None = None
    """Sent back to the provider on signing out there (id_token_hint); gone with the session."""


class Draft(SQLModel, table=True):
    """What somebody typed before signing in. Never a vote: a choice stays in the browser alone."""

    id: int | None = Field(default=None, primary_key=True)
    browser: str = Field(index=True)
    path: str
    content: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
