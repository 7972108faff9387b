"""What a decision can be about: a commitment, an adopted recommendation, or a report, which its own room makes known here."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment
from beteiligung.council.recommendation_models import Recommendation, RecommendationCommitment
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.places.queries import RegionFacts


@dataclass(frozen=True)
class Subject:
    """A thing that can be decided on. `key` is how addresses name it: a slug or a number."""

    kind: str
    """commitment, recommendation or report."""
    id: int
    key: str
    title: str
    url: str


REPORTS: list[Callable[[Session, RegionFacts], list[Subject]]] = []
"""Tells a region's published reports, newest first. The room of reports stands above this one and puts its function here."""


def commitment(session: Session, region: RegionFacts, slug: str) -> Subject:
    """Return a commitment of the region, archived ones too. Raises NotFound."""
    row = session.exec(select(Commitment).where(Commitment.slug == slug, Commitment.region_id == region.id)).first()
    if row is None:
        raise NotFound(_("Diese Zusage gibt es nicht."))
    return _commitment(row, region)


def recommendation(session: Session, region: RegionFacts, number: int) -> Subject:
    """Return an adopted recommendation of the region. Raises NotFound."""
    found = [one for one in recommendations(session, region) if one.key == str(number)]
    if not found:
        raise NotFound(_("Diese Empfehlung gibt es nicht."))
    return found[0]


def report(session: Session, region: RegionFacts, number: int) -> Subject:
    """Return a published report of the region. Raises NotFound."""
    found = [one for one in reports(session, region) if one.key == str(number)]
    if not found:
        raise NotFound(_("Diesen Bericht gibt es nicht."))
    return found[0]


def recommendations(session: Session, region: RegionFacts) -> list[Subject]:
    """Return the region's adopted recommendations, newest first. One statement."""
    rows = session.exec(
        select(Recommendation)
        .where(Recommendation.region_id == region.id, Recommendation.state == "adopted")
        .order_by(col(Recommendation.number).desc())
    ).all()
    return [Subject("recommendation", one.id or 0, str(one.number), one.title, f"/{region.slug}/empfehlungen/{one.number}") for one in rows]


def reports(session: Session, region: RegionFacts) -> list[Subject]:
    """Return the region's published reports, newest first."""
    return [one for tell in REPORTS for one in tell(session, region)]


def find_commitments(session: Session, region: RegionFacts, wanted: str) -> list[Subject]:
    """Return up to ten published commitments that hold every word. One statement."""
    from beteiligung.catalogue.models import SearchTerm
    from beteiligung.text.terms import query_terms

    terms = query_terms(wanted)[:12]
    if not terms:
        return []
    query = select(Commitment).where(Commitment.region_id == region.id, Commitment.state == "published")
    for term in terms:
        holds = select(SearchTerm.commitment_id).where(col(SearchTerm.term).startswith(term, autoescape=True))
        query = query.where(col(Commitment.id).in_(holds))
    return [_commitment(row, region) for row in session.exec(query.order_by(col(Commitment.position)).limit(10))]


def commitments_of(session: Session, kind: str, number: int) -> list[int]:
    """Return the numbers of the commitments a subject is about; of a report none, it is about the whole region."""
    if kind == "commitment":
        return [number]
    if kind == "recommendation":
        query = select(RecommendationCommitment.commitment_id).where(RecommendationCommitment.recommendation_id == number)
        return list(session.exec(query.order_by(col(RecommendationCommitment.commitment_id))))
    return []


def _commitment(row: Commitment, region: RegionFacts) -> Subject:
    return Subject("commitment", row.id or 0, row.slug, row.title, f"/{region.slug}/zusagen/{row.slug}")
