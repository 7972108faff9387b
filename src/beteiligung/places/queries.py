"""Read models of regions and their municipalities."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.places.models import Municipality, Region, RegionLogo
from beteiligung.places.setup_rules import may_see

_LOOKING = "looking"
OPEN = col(Region.preparing).is_(False)
"""For queries of what everybody may see, whoever looks: open data, feeds, the list of regions."""


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
    preparing: bool = False
    """Whether only its administration and the operators see it yet."""
    accent: str = "blue"
    contact_mail: str | None = None
    data_protection: str | None = None
    logo: str | None = None
    """The address of its logo is /logo/ and this."""


@dataclass(frozen=True)
class MunicipalityChoice:
    """One line of the list in which people choose where they live."""

    id: int
    name: str


def region_facts(region: Region) -> RegionFacts:
    """Return the read model of a row at hand."""
    return RegionFacts(**{name: getattr(region, name) for name in RegionFacts.__dataclass_fields__})


def look_as(session: Session, *, operator: bool, works_for: frozenset[int]) -> None:
    """Remember for whom a session reads: the administration sees its region before it opens. Whoever is not named here is a guest."""
    session.info[_LOOKING] = (operator, works_for)


def is_seen(session: Session, region: Region) -> bool:
    """Whether whoever looks may see a region."""
    operator, works_for = session.info.get(_LOOKING, (False, frozenset()))
    return may_see(region.id or 0, preparing=region.preparing, operator=operator, works_for=works_for)


def check_seen(session: Session, region: Region) -> None:
    """Raise NotFound for a region that is not open yet, unless whoever looks works for it."""
    if not is_seen(session, region):
        raise NotFound(_("Diese Region gibt es hier nicht."))


def region_by_slug(session: Session, slug: str) -> RegionFacts:
    """Return the region of an address, open or not: the desks that call this ask for the office next. Raises NotFound. One statement."""
    region = session.exec(select(Region).where(Region.slug == slug)).first()
    if region is None:
        raise NotFound(_("Diese Region gibt es hier nicht."))
    return region_facts(region)


def all_regions(session: Session) -> list[RegionFacts]:
    """Return all regions that whoever looks may see, in the order the start page shows them. One statement."""
    rows = session.exec(select(Region).order_by(col(Region.position), col(Region.name)))
    return [region_facts(region) for region in rows if is_seen(session, region)]


def contacts(session: Session, slugs: Collection[str]) -> list[tuple[str, str]]:
    """Return (name, mail address) of whom residents of these regions may ask, where one is said. One statement."""
    query = select(Region.name, Region.contact_mail).where(col(Region.slug).in_(slugs), col(Region.contact_mail).is_not(None))
    return [(name, mail or "") for name, mail in session.exec(query.order_by(col(Region.position), col(Region.name)))]


def logo_of(session: Session, sha256: str) -> bytes | None:
    """Return a logo by its hash. One statement."""
    return session.exec(select(RegionLogo.content).where(RegionLogo.sha256 == sha256).limit(1)).first()


def municipalities(session: Session, region_id: int) -> list[MunicipalityChoice]:
    """Return the municipalities of a region by name, as German sorts. One statement."""
    rows = session.exec(select(Municipality.id, Municipality.name).where(Municipality.region_id == region_id)).all()
    umlauts = str.maketrans("äöüßÄÖÜ", "aousAOU")
    return sorted((MunicipalityChoice(id=key or 0, name=name) for key, name in rows), key=lambda m: m.name.translate(umlauts).lower())
