"""Tables: the second factor of staff and Bürgerrat. Secrets are derived or hashed, so a copy of the tables opens nothing."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

CEREMONIES = ("enrol", "prove")


class SecondFactor(SQLModel, table=True):
    """What an account has besides passkeys, and how often somebody guessed wrong."""

    __tablename__ = "second_factor"

    account_id: int = Field(foreign_key="account.id", primary_key=True, ondelete="CASCADE")
    failures: int = 0
    """Wrong tries in a row."""
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    totp_nonce: str | None = None
    """The app's secret is HMAC(key, account, nonce); None where there is no app."""
    totp_confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """None until the first right code: a picture that was never scanned counts for nothing."""
    totp_step: int = 0
    """The last half minute (since 1970) whose code was taken: each code works once."""


class RecoveryCode(SQLModel, table=True):
    """One printed code, as a keyed hash. Used once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", ondelete="CASCADE")
    code: str
    """HMAC(key, account, code)."""
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Passkey(SQLModel, table=True):
    """A passkey or security key: public parts only."""

    __tablename__ = "passkey"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    credential: str = Field(unique=True)
    """The credential id, base64url."""
    public_key: str
    """COSE key, base64url."""
    sign_count: int = Field(default=0, sa_type=BigInteger)
    """What the key last said; one that falls back has been copied. Many passkeys always say 0."""
    name: str
    created_on: datetime = Field(sa_type=UtcDateTime)
    used_on: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """By the day."""


class PasskeyChallenge(SQLModel, table=True):
    """What a browser has to sign next; the newest one of a session and ceremony holds, once, for five minutes."""

    __tablename__ = "passkey_challenge"
    __table_args__ = (one_of("ceremony", CEREMONIES),)

    session_id: str = Field(foreign_key="login_session.id", primary_key=True, ondelete="CASCADE")
    ceremony: str = Field(primary_key=True)
    challenge: str
    """Base64url."""
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
