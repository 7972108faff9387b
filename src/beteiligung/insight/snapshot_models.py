"""Tables: the figures of a region as they were frozen, how many votes it had hour by hour, and proven second accounts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Column, Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

FORMAT = 1
"""Of a snapshot's `content`; a reader that does not know it shows nothing."""


class RegionSnapshot(SQLModel, table=True):
    """The public figures of a region, frozen: a row is written once and never changed.

    `content` is everything that may be seen of it (`snapshots.compute`), nothing in it is a person or a group under five.
    """

    __tablename__ = "region_snapshot"
    __table_args__ = (UniqueConstraint("region_id", "version"), CheckConstraint("version >= 1", name="version_counts"))

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id")
    version: int
    """1, 2, 3 … within the region."""
    taken_at: datetime = Field(sa_type=UtcDateTime)
    """Cut to the hour."""
    digest: str
    """SHA-256 of the canonical JSON of `content`: a report can say which figures it rests on."""
    headline: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """The few figures of `content` that pages of the region, of topics and of commitments show."""
    content: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    memory: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What the next one must know of what was published: numbers in steps of five and marks of what they were taken from."""
    changes: int = 0
    """What the region's counters of changes added up to when it was taken: says when a new one is due."""


class RegionPulse(SQLModel, table=True):
    """How many votes lay in a region's boxes at a full hour, written by the worker alone and never by a vote."""

    __tablename__ = "region_pulse"
    __table_args__ = ({"sqlite_with_rowid": False},)

    region_id: int = Field(foreign_key="region.id", primary_key=True)
    hour: datetime = Field(sa_type=UtcDateTime, primary_key=True)
    votes: int = 0


DUPLICATE_STATES = ("proposed", "confirmed", "refused")


class DuplicateCase(SQLModel, table=True):
    """Two people say that an account is a second one of somebody. Whether there is such an account, the row does not tell."""

    __tablename__ = "duplicate_case"
    __table_args__ = (one_of("state", DUPLICATE_STATES),)

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    email: str
    """Of the second account; emptied once it has been dealt with."""
    reason: str
    """What proves it, without a name."""
    state: str = "proposed"
    proposed_by: int | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: int | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
