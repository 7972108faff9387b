"""Tables: accounts at identity providers, attempts to sign in there, and what waits for the person's consent."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Column, Field, SQLModel

from beteiligung.db import UtcDateTime


class IdentityLink(SQLModel, table=True):
    """An account at a provider by which somebody may sign in here. One subject is one person."""

    __tablename__ = "identity_link"
    __table_args__ = (UniqueConstraint("provider", "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    provider: str
    """The provider's name in the settings."""
    subject: str
    """The provider's `sub`: opaque, never shown."""
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    created_at: datetime = Field(sa_type=UtcDateTime)


class OidcAttempt(SQLModel, table=True):
    """Somebody has left for a provider. Nonce and PKCE verifier are derived from the state, which only the browser has."""

    __tablename__ = "oidc_attempt"

    id: int | None = Field(default=None, primary_key=True)
    provider: str
    state: str = Field(unique=True)
    """SHA-256 of the state."""
    browser: str
    """Hash of the cookie of the browser that left; only that browser may come back."""
    next_path: str = "/"
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OidcArrival(SQLModel, table=True):
    """Somebody came back from a provider whose account there belongs to none here yet: waits for consent, for an hour."""

    __tablename__ = "oidc_arrival"

    id: int | None = Field(default=None, primary_key=True)
    provider: str
    subject: str
    browser: str = Field(index=True)
    email: str | None = None
    """Only one that the provider has verified."""
    claims: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Of what the provider said: home (municipality's id or None), confirmed (bool), sid, id_token; see `oidc_rules.Asserted`."""
    next_path: str = "/"
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class OidcLogout(SQLModel, table=True):
    """A logout token that has been taken: the same one again is refused."""

    __tablename__ = "oidc_logout"

    provider: str = Field(primary_key=True)
    jti: str = Field(primary_key=True)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
