"""Tables: a draw, who is on its list (private), what it published, the seats, and who followed whom.

Names and addresses stand in `draw_person` alone and go with the list; everything public is written under pseudonyms.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Column, Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

SOURCES = ("list", "register")
DRAW_STATES = ("setup", "inviting", "computing", "computed", "published", "drawn", "withdrawn")
REPLIES = ("yes", "no")
FILES = ("result", "published", "protocol")
SEAT_STATES = ("offered", "accepted", "declined", "expired", "resigned", "ended")
SITTING = "state IN ('offered', 'accepted')"


class Draw(SQLModel, table=True):
    """One draw of a council, from the list of people to the protocol."""

    __table_args__ = (
        one_of("source", SOURCES),
        one_of("state", DRAW_STATES),
        one_of("algorithm", ("leximin", "maximin", "nash")),
        CheckConstraint("size > 0", name="has_seats"),
        CheckConstraint("term_start < term_end", name="term_runs"),
        CheckConstraint("state NOT IN ('published', 'drawn') OR published_sha256 IS NOT NULL", name="published_before"),
        CheckConstraint("(drawn_at IS NULL) = (public_value IS NULL)", name="drawn_by_value"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    title: str
    source: str = "list"
    """`list`: everybody on it has agreed; `register`: a sample that is invited first."""
    state: str = "setup"
    size: int
    algorithm: str = "leximin"
    households: bool = True
    """Whether at most one person of a household sits."""
    term_start: date
    term_end: date
    """The last day of the term."""
    contact: str = ""
    """Whom people may ask; stands on letters and pages."""
    features: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    quotas: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """feature, value, lower, upper, lower_flex, upper_flex, population (people or any other measure, or None)."""
    notes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    blocked: int = 0
    """How many rows of the list were barred from being handed on: none of their data were stored."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    run: int = 0
    """Number of the computation; an older one that comes late is not taken."""
    progress: int = 0
    """Panels found so far."""
    problem: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Why there is no result: message, clash, relaxations."""
    nonce: str | None = None
    """From it and the secret key comes the region's random value."""
    public_source: str = ""
    public_day: date | None = None
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    published_sha256: str | None = None
    figures: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """people, panels, excluded, minimum, maximum, gini, geometric_mean, gap."""
    groups: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """By feature and value: people in the pool (None under five), how likely each of them is, quota, population."""
    public_value: str | None = None
    drawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_reason: str | None = None
    invited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reply_by: date | None = None
    response: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Who answered the invitation, by feature and value, in numbers of five and more."""
    list_until: date | None = None
    """The last day of the list of people who have no seat; then they are deleted."""
    list_deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DrawPerson(SQLModel, table=True):
    """Somebody on the list of a draw. Private, and deleted with the list."""

    __tablename__ = "draw_person"
    __table_args__ = (
        UniqueConstraint("draw_id", "pseudonym"),
        CheckConstraint("reply IN ('yes', 'no')", name="reply_known"),
    )

    id: int | None = Field(default=None, primary_key=True)
    draw_id: int = Field(foreign_key="draw.id")
    pseudonym: str
    """Drawn at random: it says nothing about the person or the order of the list."""
    given_id: str = ""
    """What the list itself calls the person."""
    values: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    household: str
    """The smallest pseudonym of those who live together."""
    given_name: str = ""
    family_name: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    email: str = ""
    nonce: str
    """From it comes the code of the person's letter and link."""
    reply: str | None = None
    replied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DrawFile(SQLModel, table=True):
    """What was computed, published and drawn, byte by byte."""

    __tablename__ = "draw_file"
    __table_args__ = (one_of("kind", FILES),)

    draw_id: int = Field(foreign_key="draw.id", primary_key=True)
    kind: str = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CouncilSeat(SQLModel, table=True):
    """A place on the council, offered to one person. Whoever follows on the same place has a row of their own."""

    __tablename__ = "council_seat"
    __table_args__ = (
        one_of("state", SEAT_STATES),
        UniqueConstraint("draw_id", "pseudonym"),
        CheckConstraint("(state IN ('offered', 'accepted')) = (ended_at IS NULL)", name="ended_somehow"),
        Index("uq_council_seat_place", "draw_id", "place", unique=True, sqlite_where=text(SITTING), postgresql_where=text(SITTING)),
        Index(
            "uq_council_seat_member",
            "region_id",
            "account_id",
            unique=True,
            sqlite_where=text("state = 'accepted'"),
            postgresql_where=text("state = 'accepted'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    draw_id: int = Field(foreign_key="draw.id")
    region_id: int = Field(foreign_key="region.id")
    place: int
    """From 1 to the size of the council."""
    pseudonym: str
    person_id: int | None = Field(default=None, foreign_key="draw_person.id", index=True)
    """None once the list is deleted and the person has an account, or the seat has ended."""
    values: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    state: str = "offered"
    offered_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    """Until then it may be accepted; then somebody follows."""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    """None until accepted, for somebody without an account, and once the seat has ended."""
    display_name: str = ""
    """The name the person chose for the public page; empty is „ohne Namen“."""


class Replacement(SQLModel, table=True):
    """Who followed on a place, in the order in which it happened: anyone can repeat it from the protocol."""

    __table_args__ = (UniqueConstraint("draw_id", "step"), UniqueConstraint("seat_id"))

    id: int | None = Field(default=None, primary_key=True)
    draw_id: int = Field(foreign_key="draw.id")
    step: int
    seat_id: int = Field(foreign_key="council_seat.id")
    """Whose place was vacant."""
    distance: int
    """In how many features those who came into question differ from the person who left."""
    candidates: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    joins: str | None = None
    """The pseudonym drawn; None where nobody on the list keeps the quotas."""
    happened_at: datetime = Field(sa_type=UtcDateTime)
