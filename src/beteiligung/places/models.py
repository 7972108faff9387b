"""Tables: regions, municipalities, committees."""

from datetime import date, datetime

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Column, Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

REGION_KINDS = ("county", "city")


class Region(SQLModel, table=True):
    """A county or a city whose residents take part."""

    __table_args__ = (one_of("kind", REGION_KINDS),)

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    in_name: str
    """How prose says it: „im Werra-Meißner-Kreis“."""
    kind: str
    state: str
    """The federal state, as written on pages."""
    assembly_name: str
    """Kreistag or Stadtverordnetenversammlung."""
    seat: str | None = None
    website: str | None = None
    min_age: int = 14
    page_threshold: int = 20
    """Confirmed voters below which a page shows counts only, no percentage and no ranking."""
    report_threshold: int = 100
    quiet_from: date | None = None
    quiet_until: date | None = None
    """The quiet period before an election: nothing is featured, no status changed."""
    legal_office: str | None = None
    """The mail address that hears of provisional hiding nobody decided on for 72 hours."""
    answer_days: int = Field(default=56, sa_column_kwargs={"server_default": "56"})
    """Within how many days the administration answers a recommendation of the council."""
    imprint: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    position: int = 0
    example: bool = False
    """Whether people, comments or votes of this region are made up; every page that shows them says so."""


class Municipality(SQLModel, table=True):
    """A town or village community of a region; people may name theirs as home."""

    __table_args__ = (UniqueConstraint("region_id", "slug"),)

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    slug: str
    name: str


class Committee(SQLModel, table=True):
    """A committee of the assembly with the topics (slugs) it deals with."""

    __table_args__ = (UniqueConstraint("region_id", "slug"),)

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    slug: str
    name: str
    topics: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class BarrierReport(SQLModel, table=True):
    """Somebody could not use a page. Anybody may say so; contact only who wants an answer (within a month)."""

    __tablename__ = "barrier_report"

    id: int | None = Field(default=None, primary_key=True)
    text: str
    contact: str = ""
    page: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)
