"""Tables: what is printed with codes, the codes of letters and schools, numbers for the counter, kiosks. None holds a name."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Column, Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

PRINT_KINDS = ("letters", "cards", "ballots", "forms")
PRINT_STATES = ("queued", "running", "done", "failed")
AGE_BANDS = ("14-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
SEXES = ("female", "male", "diverse")


class PrintRun(SQLModel, table=True):
    """One PDF of letters, cards or sheets, each with its own code. The file goes a day after it was fetched."""

    __tablename__ = "print_run"
    __table_args__ = (one_of("kind", PRINT_KINDS), one_of("state", PRINT_STATES))

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    kind: str
    state: str = "queued"
    title: str = ""
    """How the clerk finds it again: the class, the topic, the number of letters."""
    done: int = 0
    total: int = 0
    """Pages with a code, printed so far and in all."""
    content: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What stands on every page: text of the letterhead, commitments as [[id, version], …], the project's end. Never a person."""
    source: str | None = None
    """Random name of the list under `var/print`, while the letters are made; deleted with them."""
    file: str | None = None
    """Random name of the PDF under `var/print`, until it is deleted."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    codes_until: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fetched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ResidenceCode(SQLModel, table=True):
    """The code of one letter, derived from id and nonce and never stored. It confirms the one person it was sent to."""

    __tablename__ = "residence_code"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="print_run.id", index=True)
    region_id: int = Field(foreign_key="region.id")
    fingerprint: str
    nonce: str
    attempts: int = 0
    """How often the right code came with a name or a date that does not belong to it."""
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CounterTicket(SQLModel, table=True):
    """Somebody stands at the counter: six digits for a quarter of an hour, derived from id and nonce."""

    __tablename__ = "counter_ticket"

    account_id: int = Field(foreign_key="account.id", primary_key=True, ondelete="CASCADE")
    nonce: str
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class SchoolCode(SQLModel, table=True):
    """A card for a school: opens one account without a mail address. A used one remembers the day, never the account."""

    __tablename__ = "school_code"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="print_run.id", index=True)
    region_id: int = Field(foreign_key="region.id")
    nonce: str
    ends_on: date
    """The project's last day, and the account's."""
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    used_on: date | None = None


class Kiosk(SQLModel, table=True):
    """A device for everybody, known by its session cookie; whoever signs in there is signed out by itself."""

    id: str = Field(primary_key=True)
    """SHA-256 of the cookie's random part, as of a session; it changes with every sign-in."""
    region_id: int = Field(foreign_key="region.id")
    until: datetime = Field(sa_type=UtcDateTime, index=True)


class Demographic(SQLModel, table=True):
    """What somebody told for statistics, of their own will. Holds a keyed pseudonym that is not the one of their votes, no time."""

    __table_args__ = (
        one_of("age_band", AGE_BANDS),
        one_of("sex", SEXES),
        {"sqlite_with_rowid": False},  # a row number would keep the order in which people answered
    )

    voter: str = Field(primary_key=True)
    """HMAC(vote key, „demographic“, account) in hex."""
    age_band: str | None = None
    sex: str | None = None
    drawable: bool = False
    """Whether the person agrees to be drawn for the Bürgerrat."""
