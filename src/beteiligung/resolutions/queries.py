"""Read models of what bodies of the assembly did: for pages, feeds, reports and the open data alike."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from beteiligung.catalogue.models import Commitment
from beteiligung.clock import berlin_date
from beteiligung.council.recommendation_models import RecommendationCommitment
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.places.models import Committee, Region
from beteiligung.places.queries import RegionFacts
from beteiligung.resolutions.models import VOID, Resolution
from beteiligung.resolutions.words import ACT, WHAT


@dataclass(frozen=True)
class Decision:
    """A decision as everybody sees it."""

    id: int
    kind: str
    """What it is about: commitment, recommendation or report."""
    title: str
    path: str
    body: str
    act: str
    decided_on: date
    item: str
    paper: str
    minutes_url: str
    note: str
    reason: str
    """Where it corrects an earlier entry: what was wrong with that."""
    recorded_on: date
    created_at: datetime
    earlier: tuple["Decision", ...] = ()
    """What stood here before, the newest first."""

    @property
    def words(self) -> str:
        """What was done: „beschlossen“."""
        return ACT[self.act]()

    @property
    def what(self) -> str:
        """What it is about, in a word: „Empfehlung des Bürgerrats“."""
        return WHAT[self.kind]()

    @property
    def stands(self) -> bool:
        """Whether it was decided at all: not, where an entry was taken back."""
        return self.act != VOID


def about(commitment_id: int) -> ColumnElement[bool]:
    """Return the condition that a decision is about a commitment, itself or by a recommendation."""
    asked = select(RecommendationCommitment.recommendation_id).where(RecommendationCommitment.commitment_id == commitment_id)
    return or_(col(Resolution.commitment_id) == commitment_id, col(Resolution.recommendation_id).in_(asked))


def decisions(
    session: Session,
    *,
    region_id: int | None = None,
    commitment_id: int | None = None,
    recommendation_id: int | None = None,
    report_id: int | None = None,
    topic: str | None = None,
    limit: int = 2_000,
) -> list[Decision]:
    """Return decisions as they hold now, in the order in which they were taken (first the committee, then the assembly).

    Of a region, a commitment (also by its recommendations), a recommendation, a report, or a topic; with `limit` the last of
    them. Entries that were corrected hang on the one that holds. What was taken back altogether is there too, marked by
    `stands`. One statement.
    """
    query = select(Resolution)
    if region_id is not None:
        query = query.where(Resolution.region_id == region_id)
    if commitment_id is not None:
        query = query.where(about(commitment_id))
    if recommendation_id is not None:
        query = query.where(Resolution.recommendation_id == recommendation_id)
    if report_id is not None:
        query = query.where(Resolution.report_id == report_id)
    if topic is not None:
        of = select(Commitment.id).where(Commitment.topic == topic)
        asked = select(RecommendationCommitment.recommendation_id).where(col(RecommendationCommitment.commitment_id).in_(of))
        query = query.where(or_(col(Resolution.commitment_id).in_(of), col(Resolution.recommendation_id).in_(asked)))
    # Cut only now: a correction may be of another day than what it takes the place of.
    return ordered(session.exec(query.order_by(col(Resolution.id))).all())[-limit:]


def newest(session: Session, region_ids: Collection[int], page: int, per_page: int) -> tuple[list[tuple[int, Decision]], int]:
    """Return one page of decisions as they hold now, newest first, each with its region, and how many there are. Three statements.

    Of earlier entries only the one that was corrected hangs on a decision.
    """
    later = aliased(Resolution)
    holds = (col(Resolution.region_id).in_(region_ids), ~exists().where(col(later.corrects_id) == col(Resolution.id)))
    total = session.exec(select(func.count(col(Resolution.id))).where(*holds)).one()
    found = select(Resolution).where(*holds).order_by(col(Resolution.decided_on).desc(), col(Resolution.id).desc())
    rows = session.exec(found.limit(per_page).offset((page - 1) * per_page)).all()
    before = session.exec(select(Resolution).where(col(Resolution.id).in_([row.corrects_id for row in rows if row.corrects_id]))).all()
    corrected = {row.id: _decision(row) for row in before}
    made = [(row.region_id, _decision(row, (corrected[row.corrects_id],) if row.corrects_id else ())) for row in rows]
    return made, total


def ordered(rows: Sequence[Resolution]) -> list[Decision]:
    """Return entries as decisions: the corrected ones hang on what took their place; by day, then as they were recorded."""
    by_id = {row.id: row for row in rows}
    replaced = {row.corrects_id for row in rows if row.corrects_id}
    heads = [row for row in rows if row.id not in replaced]
    made = []
    for row in heads:
        chain, before = [], by_id.get(row.corrects_id)
        while before is not None:
            chain.append(before)
            before = by_id.get(before.corrects_id)
        first = chain[-1] if chain else row
        made.append((row.decided_on, first.id or 0, _decision(row, tuple(_decision(one) for one in chain))))
    return [one for _day, _number, one in sorted(made, key=lambda found: found[:2])]


def _decision(row: Resolution, earlier: tuple[Decision, ...] = ()) -> Decision:
    kind = "commitment" if row.commitment_id else "recommendation" if row.recommendation_id else "report"
    values = {
        name: getattr(row, name)
        for name in ("title", "path", "body", "act", "decided_on", "item", "paper", "minutes_url", "note", "reason", "created_at")
    }
    return Decision(id=row.id or 0, kind=kind, recorded_on=berlin_date(row.created_at), earlier=earlier, **values)


def count_of_region() -> ScalarSelect[int]:
    """Return how many entries a region has, as a column of a query on `Region`: entries are only ever added, so it tells any change."""
    return (
        select(func.count()).select_from(Resolution).where(col(Resolution.region_id) == col(Region.id)).correlate(Region).scalar_subquery()
    )


def state(session: Session) -> str:
    """Return what changes whenever any decision does. One statement."""
    return str(session.exec(select(func.count()).select_from(Resolution)).one())


# For the clerk's form

OTHER = "andere"
"""Stands in the form for a body that is neither the assembly nor a committee of it."""


@dataclass(frozen=True)
class Entry:
    """An entry to be corrected. `url` is the page of what it is about; `values` fill the form."""

    id: int
    title: str
    url: str
    act: str
    corrected: bool
    values: dict[str, Any]
    decision: Decision


def entry(session: Session, region: RegionFacts, resolution_id: int) -> Entry:
    """Return an entry of the region. Two statements. Raises NotFound."""
    row = session.get(Resolution, resolution_id)
    if row is None or row.region_id != region.id:
        raise NotFound(_("Diesen Eintrag gibt es nicht."))
    later = session.exec(select(Resolution.id).where(Resolution.corrects_id == resolution_id)).first()
    values = {name: getattr(row, name) for name in ("act", "item", "paper", "minutes_url", "note")}
    other = row.committee_id is None and row.body != region.assembly_name
    values |= {
        "decided_on": row.decided_on.isoformat(),
        "committee": OTHER if other else str(row.committee_id or 0),
        "body": row.body if other else "",
    }
    return Entry(resolution_id, row.title, row.path, row.act, later is not None, values, _decision(row))


def committees(session: Session, region_id: int) -> list[tuple[int, str]]:
    """Return (number, name) of the assembly's committees by name. One statement."""
    query = select(Committee.id, Committee.name).where(Committee.region_id == region_id).order_by(col(Committee.name))
    return [(number or 0, name) for number, name in session.exec(query)]


def committee_of(session: Session, commitment_id: int) -> str:
    """Return the committee's number as the form has it, "0" (the assembly) where the commitment belongs to none."""
    number = session.exec(select(Commitment.committee_id).where(Commitment.id == commitment_id)).first()
    return str(number or 0)
