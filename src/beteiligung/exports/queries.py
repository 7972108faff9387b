"""Read models of exports for the clerk's page."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.catalogue.topics import TOPICS, by_slug
from beteiligung.errors import Invalid, NotFound
from beteiligung.exports import rules
from beteiligung.exports.models import ExportRun
from beteiligung.exports.words import KIND, SCOPE
from beteiligung.i18n import _
from beteiligung.places.models import Committee
from beteiligung.places.queries import RegionFacts

_LISTED = 20
ALL = "alles"


@dataclass(frozen=True)
class RunItem:
    """A line of the list. `state` is one of the table's, or "gone" as soon as the link has ended."""

    id: int
    kind: str
    title: str
    state: str
    done: int
    total: int
    ordered: datetime
    expires_at: datetime | None
    status_url: str
    url: str
    delete_url: str


def runs(session: Session, region: RegionFacts, now: datetime) -> list[RunItem]:
    """Return the region's last exports, newest first. One statement."""
    query = select(ExportRun).where(ExportRun.region_id == region.id).order_by(col(ExportRun.id).desc()).limit(_LISTED)
    return [_item(row, region, now) for row in session.exec(query)]


def run(session: Session, region: RegionFacts, run_id: int, now: datetime) -> RunItem:
    """Return one export of the region. Raises NotFound."""
    row = session.get(ExportRun, run_id)
    if row is None or row.region_id != region.id:
        raise NotFound(_("Diesen Auszug gibt es nicht."))
    return _item(row, region, now)


def _item(row: ExportRun, region: RegionFacts, now: datetime) -> RunItem:
    base = f"/verwaltung/{region.slug}/exporte/{row.id}"
    over = row.state == "done" and not rules.link_holds(row.state, row.expires_at, now)
    return RunItem(
        id=row.id or 0,
        kind=KIND[row.kind](),
        title=row.title,
        state="gone" if over else row.state,
        done=row.done,
        total=row.total,
        ordered=row.created_at,
        expires_at=row.expires_at,
        status_url=base,
        url=f"{base}/datei",
        delete_url=f"{base}/loeschen",
    )


def extents(session: Session, region: RegionFacts) -> list[tuple[str, str]]:
    """Return (value of the form, label) of everything larger than a commitment. Three statements."""
    documents = session.exec(select(Document.slug, Document.title).where(Document.region_id == region.id).order_by(col(Document.position)))
    committees = session.exec(select(Committee.slug, Committee.name).where(Committee.region_id == region.id).order_by(col(Committee.name)))
    used = set(session.exec(select(Commitment.topic).distinct().where(Commitment.region_id == region.id)))
    return [
        (ALL, region.name),
        *((f"committee:{slug}", f"{SCOPE['committee']()}: {name}") for slug, name in committees),
        *((f"document:{slug}", f"{SCOPE['document']()}: {title}") for slug, title in documents),
        *((f"topic:{topic.slug}", f"{SCOPE['topic']()}: {topic.name}") for topic in TOPICS if topic.slug in used),
    ]


def named(session: Session, region: RegionFacts, what: str, commitment: str) -> tuple[str, str, str]:
    """Return (scope, target, title) of what the form says; a commitment (its slug or address) goes first.

    Raises Invalid for a commitment that is not there; of anything else that is not there the scope is "".
    """
    if commitment.strip():
        slug = commitment.strip().partition("#")[0].partition("?")[0].rstrip("/").rsplit("/", 1)[-1][:200]
        title = session.exec(select(Commitment.title).where(Commitment.slug == slug, Commitment.region_id == region.id)).first()
        if title is None:
            message = _("Bitte prüfen Sie die markierten Felder. Ihre Eingaben sind noch da.")
            raise Invalid(message, {"commitment": _("Diese Zusage gibt es in dieser Region nicht.")})
        return "commitment", slug, title
    if what == ALL:
        return "region", "", region.name
    scope, _colon, target = what.partition(":")
    if scope == "topic":
        topic = by_slug(target)
        return (scope, target, f"{SCOPE[scope]()}: {topic.name}") if topic else ("", "", "")
    if scope == "document":
        found = session.exec(select(Document.title).where(Document.region_id == region.id, Document.slug == target)).first()
    elif scope == "committee":
        found = session.exec(select(Committee.name).where(Committee.region_id == region.id, Committee.slug == target)).first()
    else:
        return "", "", ""
    return (scope, target, f"{SCOPE[scope]()}: {found}") if found else ("", "", "")
