"""Read models of regions and their municipalities."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.places.models import Municipality, Region


@dataclass(frozen=True)
class RegionFacts:
    """A region as every page needs it; templates call it `region`."""

    id: int
    slug: str
    name: str
    in_name: str
    kind: str
    state: str
    assembly_name: str
    seat: str | None
    website: str | None
    min_age: int
    page_threshold: int
    quiet_from: date | None
    quiet_until: date | None
    imprint: dict[str, str]
    example: bool
    """Whether people, comments or votes of this region are made up."""


@dataclass(frozen=True)
class MunicipalityChoice:
    """One line of the list in which people choose where they live."""

    id: int
    name: str


def region_facts(region: Region) -> RegionFacts:
    """Return the read model of a row at hand."""
    return RegionFacts(**{name: getattr(region, name) for name in RegionFacts.__dataclass_fields__})


def region_by_slug(session: Session, slug: str) -> RegionFacts:
    """Return the region of an address; raises NotFound. One statement."""
    region = session.exec(select(Region).where(Region.slug == slug)).first()
    if region is None:
        raise NotFound(_("Diese Region gibt es hier nicht."))
    return region_facts(region)


def all_regions(session: Session) -> list[RegionFacts]:
    """Return all regions in the order the start page shows them. One statement."""
    return [region_facts(region) for region in session.exec(select(Region).order_by(col(Region.position), col(Region.name)))]


def municipalities(session: Session, region_id: int) -> list[MunicipalityChoice]:
    """Return the municipalities of a region by name, as German sorts. One statement."""
    rows = session.exec(select(Municipality.id, Municipality.name).where(Municipality.region_id == region_id)).all()
    umlauts = str.maketrans("äöüßÄÖÜ", "aousAOU")
    return sorted((MunicipalityChoice(id=key or 0, name=name) for key, name in rows), key=lambda m: m.name.translate(umlauts).lower())
