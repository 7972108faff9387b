"""Tables: regions, municipalities, committees."""

from datetime import date, datetime

from sqlalchemy import JSON, LargeBinary, UniqueConstraint, false
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
    preparing: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Until the operator opens it only its administration and the operators see the region."""
    set_in_pages: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether its facts were set in the pages: then its file changes them no more."""
    accent: str = Field(default="blue", sa_column_kwargs={"server_default": "blue"})
    """One of `colours.ACCENTS`."""
    contact_mail: str | None = None
    """Whom residents ask; stands in the imprint and at the foot of mails about the region."""
    data_protection: str | None = None
    """Who answers questions about data protection, as lines of text."""
    logo: str | None = None
    """SHA-256 of the picture in `RegionLogo`, so that a page knows of it without reading it."""
    ticked: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}"))
    """What only a person can know before opening (`setup_rules.TICKS`) → the day it was said."""


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


class RegionLogo(SQLModel, table=True):
    """The picture beside a region's name: a PNG that we have written ourselves from what was uploaded."""

    __tablename__ = "region_logo"
    __table_args__ = (UniqueConstraint("sha256", "region_id"),)

    region_id: int = Field(primary_key=True, foreign_key="region.id")
    sha256: str
    content: bytes = Field(sa_type=LargeBinary)
    alt: str
    """What the picture shows, in words."""
    width: int
    height: int
    set_at: datetime = Field(sa_type=UtcDateTime)


class BarrierReport(SQLModel, table=True):
    """Somebody could not use a page. Anybody may say so; contact only who wants an answer (within a month)."""

    __tablename__ = "barrier_report"

    id: int | None = Field(default=None, primary_key=True)
    text: str
    contact: str = ""
    page: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)
