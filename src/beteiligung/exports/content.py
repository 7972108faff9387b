"""What an export holds, read piece by piece in the order of row numbers, up to the number that was the last when it was ordered.

Votes come from the published snapshots of tallies alone, comments only as everybody sees them: no account, no pseudonym, nothing
hidden or withdrawn, and nothing that would tie two comments of one person together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import Session, col, func, select

from beteiligung.catalogue.models import Commitment, Document, HistoryEntry
from beteiligung.catalogue.status_words import STATUS_NAMES
from beteiligung.catalogue.topics import by_slug
from beteiligung.clock import BERLIN, berlin_date
from beteiligung.exports.sheets import ANSWERS, COMMENTS, COMMITMENTS, DECISIONS, VOTES
from beteiligung.insight.figures import Standing, box
from beteiligung.participation.models import STANDINGS, Comment, Tally
from beteiligung.participation.shares import shares
from beteiligung.places.models import Committee
from beteiligung.places.queries import RegionFacts
from beteiligung.resolutions.queries import decisions
from beteiligung.settings import settings

ROWS = 500
"""Comments of a piece."""
COMMITMENTS_A_PIECE = 25

Cell = str | int | float | None
Row = tuple[str, list[Cell]]
"""Key of its sheet, and its cells."""

_STANCE = {"for": "dafür", "against": "dagegen", "question": "Frage"}
_GROUP = {"confirmed": "bestätigt", "unconfirmed": "unbestätigt", "outside": "von außerhalb"}


@dataclass(frozen=True)
class Extent:
    """What an export is about."""

    region: RegionFacts
    kind: str
    scope: str
    target: str
    cut_off: int


@dataclass(frozen=True)
class Piece:
    """Some rows. `after` is the number of the last thing read, `count` how many things there were; none is the end."""

    rows: list[Row]
    after: int
    count: int


def within(session: Session, region: RegionFacts, scope: str, target: str) -> ColumnElement[bool]:
    """Return the condition on commitments; archived ones belong to it. What does not exist holds for none."""
    own = col(Commitment.region_id) == region.id
    if scope == "commitment":
        return and_(own, col(Commitment.slug) == target)
    if scope == "topic":
        return and_(own, col(Commitment.topic) == target)
    if scope == "document":
        documents = select(Document.id).where(Document.region_id == region.id, Document.slug == target)
        return and_(own, col(Commitment.document_id).in_(documents))
    if scope == "committee":
        committee = session.exec(select(Committee).where(Committee.region_id == region.id, Committee.slug == target)).first()
        if committee is None:
            return false()
        by_topic = and_(col(Commitment.committee_id).is_(None), col(Commitment.topic).in_(committee.topics))
        return and_(own, or_(col(Commitment.committee_id) == committee.id, by_topic))
    return own


def _visible(session: Session, extent: Extent) -> list[ColumnElement[bool]]:
    return [
        within(session, extent.region, extent.scope, extent.target),
        col(Comment.id) <= extent.cut_off,
        col(Comment.withdrawn_at).is_(None),
        col(Comment.hidden_at).is_(None),
    ]


def cut_off(session: Session, kind: str) -> int:
    """Return the number of the newest comment, or of the newest commitment where no comments are exported. One statement."""
    number = col(Comment.id) if kind == "comments" else col(Commitment.id)
    return session.execute(select(func.max(number))).scalar() or 0


def count(session: Session, extent: Extent) -> int:
    """Return how many comments, or else commitments, there are to write. One statement."""
    if extent.kind != "comments":
        wanted = (within(session, extent.region, extent.scope, extent.target), col(Commitment.id) <= extent.cut_off)
        return session.exec(select(func.count(col(Commitment.id))).where(*wanted)).one()
    query = select(func.count(col(Comment.id))).join(Commitment, col(Commitment.id) == Comment.commitment_id)
    return session.exec(query.where(*_visible(session, extent))).one()


def mark(session: Session, extent: Extent) -> str:
    """Return what changes when a comment that an export holds is edited, hidden, in whole or in part, withdrawn or shown again.

    Empty for what holds no comments. One statement, or two for a committee.
    """
    if extent.kind != "comments":
        return ""
    query = select(func.count(col(Comment.id)), func.sum(col(Comment.id)), func.sum(col(Comment.changes)))
    query = query.join(Commitment, col(Commitment.id) == Comment.commitment_id).where(*_visible(session, extent))
    return ".".join(str(number or 0) for number in session.exec(query).one())


def read(session: Session, extent: Extent, after: int) -> Piece:
    """Return what comes after a number."""
    if extent.kind == "comments":
        return _comments(session, extent, after)
    wanted = (within(session, extent.region, extent.scope, extent.target), col(Commitment.id) <= extent.cut_off, col(Commitment.id) > after)
    found = session.execute(
        select(Commitment, Document, Tally)
        .join(Document, col(Document.id) == Commitment.document_id)
        .outerjoin(Tally, and_(col(Tally.commitment_id) == Commitment.id, col(Tally.version) == Commitment.version))
        .where(*wanted)
        .order_by(col(Commitment.id))
        .limit(COMMITMENTS_A_PIECE)
    ).all()
    if not found:
        return Piece([], after, 0)
    rows = _votes(extent.region, found) if extent.kind == "votes" else _feedback(session, extent.region, found)
    return Piece(rows, found[-1][0].id, len(found))


def _url(region: RegionFacts, slug: str) -> str:
    return f"{settings().base_url}/{region.slug}/zusagen/{slug}"


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


# Comments


def _comments(session: Session, extent: Extent, after: int) -> Piece:
    found = session.execute(
        select(Comment, Commitment.title, Commitment.slug)
        .join(Commitment, col(Commitment.id) == Comment.commitment_id)
        .where(*_visible(session, extent), col(Comment.id) > after)
        .order_by(col(Comment.id))
        .limit(ROWS)
    ).all()
    rows = [(COMMENTS.key, _comment(extent.region, one, title, slug)) for one, title, slug in found]
    return Piece(rows, found[-1][0].id if found else after, len(found))


def _comment(region: RegionFacts, one: Comment, title: str, slug: str) -> list[Cell]:
    return [
        one.id,
        one.parent_id,
        title,
        slug,
        _day(berlin_date(one.created_at)),
        _STANCE.get(one.stance or "", ""),
        "ja" if one.official else "nein",
        one.text,
        "\n\n".join(addition["text"] for addition in one.additions),
        one.helpful,
        one.not_helpful,
        f"{_url(region, slug)}?kommentar={one.id}#k{one.id}",
    ]


# Votes


def _figures(tally: Tally | None, standing: str, threshold: int) -> dict[str, Any] | None:
    shown = shares(tally, standing, threshold)
    return None if shown.hidden else {**(box(Standing(shown.for_, shown.neutral, shown.against), threshold) or {}), "at": shown.at}


def _votes(region: RegionFacts, found: Sequence[Any]) -> list[Row]:
    rows: list[Row] = []
    for commitment, _document, tally in found:
        for standing in STANDINGS:
            start: list[Cell] = [commitment.title, commitment.slug, commitment.version, _GROUP[standing]]
            told = _figures(tally, standing, region.page_threshold)
            rows.append((VOTES.key, [*start, *_shown(told)] if told else [*start, *[None] * (len(VOTES.columns) - 4)]))
    return rows


def _shown(told: dict[str, Any]) -> list[Cell]:
    """Return people, counts, and from the region's threshold on percents with their ranges."""
    cells: list[Cell] = [told[name] for name in ("people", "for", "neutral", "against")]
    for side in (0, 2):
        low_high = [end / 10 for end in told["interval"][side]] if "interval" in told else [None, None]
        cells += [told["percent"][side] if "percent" in told else None, *low_high]
    return [*cells, f"{told['at'].astimezone(BERLIN):%Y-%m-%d %H:%M}" if told["at"] else None]


# Feedback


def _feedback(session: Session, region: RegionFacts, found: Sequence[Any]) -> list[Row]:
    numbers = [commitment.id for commitment, _document, _tally in found]
    stances, answers = _stances(session, numbers), _answers(session, numbers)
    rows: list[Row] = []
    for commitment, document, tally in found:
        start: list[Cell] = [commitment.title, commitment.slug]
        by_stance = stances.get(commitment.id, {})
        rows.append(
            (
                COMMITMENTS.key,
                [*start, *_about(commitment, document), *_result(tally, region), *_said(by_stance), _url(region, commitment.slug)],
            )
        )
        rows += [(ANSWERS.key, [*start, *cells]) for cells in answers.get(commitment.id, ())]
        rows += [
            (
                DECISIONS.key,
                [*start, one.what, one.title, one.body, one.words, _day(one.decided_on), one.item, one.paper, one.minutes_url, one.note],
            )
            for one in decisions(session, commitment_id=commitment.id)
            if one.stands
        ]
    return rows


def _about(commitment: Commitment, document: Document) -> list[Cell]:
    topic = by_slug(commitment.topic)
    archived = "ja" if commitment.state == "archived" else "nein"
    return [topic.name if topic else commitment.topic, document.title, STATUS_NAMES[commitment.status](), archived]


def _result(tally: Tally | None, region: RegionFacts) -> list[Cell]:
    told, others = (_figures(tally, standing, region.page_threshold) for standing in ("confirmed", "unconfirmed"))
    counts: list[Cell] = [told[name] for name in ("people", "for", "neutral", "against")] if told else [None] * 4
    percents: list[Cell] = told["percent"] if told and "percent" in told else [None] * 3
    return [*counts, *percents, others["people"] if others else None]


def _said(by_stance: dict[str | None, int]) -> list[Cell]:
    return [sum(by_stance.values()), *(by_stance.get(stance, 0) for stance in ("for", "against", "question", None))]


def _stances(session: Session, numbers: list[int]) -> dict[int, dict[str | None, int]]:
    """Return commitment → declared stance → visible comments, without those of the administration. One statement."""
    query = (
        select(Comment.commitment_id, Comment.stance, func.count(col(Comment.id)))
        .where(
            col(Comment.commitment_id).in_(numbers),
            col(Comment.withdrawn_at).is_(None),
            col(Comment.hidden_at).is_(None),
            col(Comment.official).is_(False),
        )
        .group_by(col(Comment.commitment_id), col(Comment.stance))
    )
    found: dict[int, dict[str | None, int]] = {}
    for number, stance, many in session.exec(query):
        found.setdefault(number, {})[stance] = many
    return found


def _answers(session: Session, numbers: list[int]) -> dict[int, list[list[Cell]]]:
    """Return commitment → answers and statuses, oldest first. One statement."""
    query = (
        select(HistoryEntry)
        .where(col(HistoryEntry.commitment_id).in_(numbers), col(HistoryEntry.kind).in_(("answer", "status")))
        .order_by(col(HistoryEntry.happened_on), col(HistoryEntry.id))
    )
    found: dict[int, list[list[Cell]]] = {}
    for one in session.exec(query):
        kind = "Stellungnahme" if one.kind == "answer" else "Umsetzungsstand"
        status = STATUS_NAMES[one.status]() if one.status else ""
        found.setdefault(one.commitment_id, []).append([_day(one.happened_on), kind, status, one.body, one.source])
    return found
