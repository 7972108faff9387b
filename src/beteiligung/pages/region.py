"""The start page of a region: everything from one statement over its commitments, one over documents, one over answers."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Integer, String, func, null, type_coerce, union_all
from sqlalchemy import cast as sql_cast
from sqlalchemy import select as plain_select
from sqlmodel import Session, col

from beteiligung.catalogue.models import STATUSES, Commitment, Document, HistoryEntry
from beteiligung.catalogue.queries import DocumentItem, documents_of
from beteiligung.catalogue.topics import TOPICS
from beteiligung.pages.items import SHOWN, TALLY, CommitmentItem, RegionState, division, item_of, sum_shown
from beteiligung.participation.models import Tally
from beteiligung.participation.shares import Shares
from beteiligung.resolutions.models import VOID, Resolution
from beteiligung.resolutions.queries import Decision, ordered
from beteiligung.web.markdown import render_markdown

FEATURED = 4
ANSWERS = 4
_MOST_ROWS = 24
"""Rows of the picture above which chapters are no longer told apart."""
EXAMPLES = ("Rufbus", "Radweg", "Hausarzt", "Kita", "Schule", "Wohnung", "Feuerwehr", "Klimaschutz", "Ehrenamt", "Freibad", "Wald")
"""Words people might search for; those that a region's titles name are offered."""


_NARROW = (
    "id", "slug", "title", "status", "kind", "topic", "plain", "chapter", "page", "line_start", "line_end", "printed_lines", "location",
    "window_start", "window_end", "comment_count", "thread_count", "document_id",
)  # fmt: skip


@dataclass(frozen=True)
class TopicItem:
    """A topic with its number of commitments and what was last shown of confirmed votes on them."""

    slug: str
    name: str
    url: str
    count: int
    shares: Shares
    votes: int
    comment_count: int


@dataclass(frozen=True)
class AnswerItem:
    """A new official answer or status."""

    date: date
    title: str
    url: str
    status_before: str | None
    status_after: str | None
    body_html: str
    decision: Decision | None = None
    """What the assembly did; then there is neither a status nor a body."""


def overview(session: Session, state: RegionState) -> list[Any]:
    """Return one narrow row for each published commitment of the region, in order. One statement.

    `section` comes as the database has it: of hundreds of rows only the featured ones are read as JSON.
    """
    columns: list[Any] = [
        *(getattr(Commitment, name) for name in _NARROW),
        type_coerce(Commitment.section, String).label("section"),
        col(Document.closed).label("closed"),
        col(Document.window_start).label("document_start"),
        col(Document.window_end).label("document_end"),
        *(func.coalesce(column, 0).label(name) for column, name in zip(SHOWN["confirmed"], ("for_", "neutral", "against"), strict=True)),
    ]
    query = (
        plain_select(*columns)
        .select_from(Commitment)
        .join(Document, col(Document.id) == Commitment.document_id)
        .outerjoin(Tally, TALLY)
        .where(col(Commitment.region_id) == state.region.id, col(Commitment.state) == "published")
    )
    return list(session.execute(query.order_by(col(Commitment.position), col(Commitment.id))))


def _featured(row: Any, state: RegionState) -> CommitmentItem:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    if isinstance(values["section"], str):  # PostgreSQL's driver has read it already
        values["section"] = json.loads(values["section"])
    return item_of(SimpleNamespace(**values, summary=""), state.region, state.today)


def topic_items(rows: Sequence[Any], state: RegionState) -> list[TopicItem]:
    """Return the topics that a region's commitments have, in the order of the sixteen."""
    by_topic: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_topic[row.topic].append(row)
    found = []
    for topic in TOPICS:
        if own := by_topic.get(topic.slug):
            shares = sum_shown(own, state.region.page_threshold)
            url = f"/{state.region.slug}/themen/{topic.slug}"
            found.append(TopicItem(topic.slug, topic.name, url, len(own), shares, shares.total, sum(row.comment_count for row in own)))
    return found


def most_discussed(rows: Sequence[Any], state: RegionState) -> list[CommitmentItem]:
    """Return the commitments with most threads, then most comments."""
    ranked = sorted((r for r in rows if r.comment_count), key=lambda r: (-r.thread_count, -r.comment_count, r.id))
    return [_featured(row, state) for row in ranked[:FEATURED]]


def most_divided(rows: Sequence[Any], state: RegionState) -> list[CommitmentItem]:
    """Return the commitments that divide confirmed voters most (see `division`), only from the region's threshold on."""
    enough = [r for r in rows if r.for_ + r.neutral + r.against >= state.region.page_threshold]
    ranked = sorted(
        (r for r in enough if min(r.for_, r.against)),
        key=lambda r: (-division(r.for_, r.neutral, r.against), -(r.for_ + r.neutral + r.against), r.id),
    )
    return [_featured(row, state) for row in ranked[:FEATURED]]


def newest_answers(session: Session, state: RegionState) -> list[AnswerItem]:
    """Return the newest answers, statuses and decisions of the assembly in the region. One statement."""
    nobody = sql_cast(null(), Integer)
    entries: Any = (
        plain_select(col(HistoryEntry.id).label("entry"), nobody.label("decision"), col(HistoryEntry.happened_on).label("day"))
        .join(Commitment, col(Commitment.id) == HistoryEntry.commitment_id)
        .where(col(Commitment.region_id) == state.region.id, col(Commitment.state) == "published")
        .where(col(HistoryEntry.kind).in_(("answer", "status")))
    )
    corrected = plain_select(col(Resolution.corrects_id)).where(col(Resolution.corrects_id).is_not(None))
    decided = plain_select(nobody, col(Resolution.id), col(Resolution.decided_on)).where(
        col(Resolution.region_id) == state.region.id, col(Resolution.act) != VOID, col(Resolution.id).not_in(corrected)
    )
    told = union_all(entries, decided).subquery()
    query: Any = (
        plain_select(HistoryEntry, col(Commitment.title), col(Commitment.slug), Resolution)
        .select_from(told)
        .outerjoin(HistoryEntry, col(HistoryEntry.id) == told.c.entry)
        .outerjoin(Commitment, col(Commitment.id) == HistoryEntry.commitment_id)
        .outerjoin(Resolution, col(Resolution.id) == told.c.decision)
        .order_by(told.c.day.desc(), func.coalesce(told.c.entry, 0).desc(), func.coalesce(told.c.decision, 0).desc())
        .limit(ANSWERS)
    )
    return [_answer(entry, title, slug, row, state.region.slug) for entry, title, slug, row in session.execute(query)]


def _answer(entry: HistoryEntry | None, title: str, slug: str, row: Resolution | None, region_slug: str) -> AnswerItem:
    if row is not None:
        decision = ordered([row])[0]
        return AnswerItem(decision.decided_on, decision.title, decision.path, None, None, "", decision)
    told = cast(HistoryEntry, entry)
    body = render_markdown(told.body) if told.body else ""
    return AnswerItem(told.happened_on, title, f"/{region_slug}/zusagen/{slug}#stand", told.status_before, told.status, body)


def glance(rows: Sequence[Any]) -> list[tuple[str, list[str]]]:
    """Return the picture's rows: a label and the statuses of each chapter's commitments, in the document's order."""
    chapters: dict[tuple[int, str], list[str]] = defaultdict(list)
    documents: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        chapters[row.document_id, row.chapter or str(row.section)].append(row.status)
        documents[row.document_id].append(row.status)
    if len(chapters) <= _MOST_ROWS:
        named = [chapter if len(chapter) <= 2 else "" for _document, chapter in chapters]
        labels = named if all(named) and len(set(named)) == len(named) else [str(n) for n in range(1, len(chapters) + 1)]
        return list(zip(labels, chapters.values(), strict=True))
    return [(str(number), statuses) for number, statuses in enumerate(documents.values(), 1)]


def region_context(session: Session, state: RegionState) -> dict[str, Any]:
    """Return what `pages/region.html` wants. Three statements. In the quiet period nothing is featured."""
    rows = overview(session, state)
    base = f"/{state.region.slug}/zusagen"
    statuses = Counter(row.status for row in rows)
    titles = " ".join(row.title.lower() for row in rows)
    documents: list[DocumentItem] = documents_of(session, state.region, state.today)
    return {
        "region": state.region,
        "example": state.region.example,
        "nav": "start",
        "feed_url": f"/{state.region.slug}/feed.atom",
        "commitment_count": state.published,
        "quiet": state.quiet,
        "figures": state.figures,
        "topics": topic_items(rows, state),
        "discussed": [] if state.quiet else most_discussed(rows, state),
        "discussed_url": f"{base}?sortierung=diskutiert",
        "divided": [] if state.quiet else most_divided(rows, state),
        "divided_url": f"{base}?sortierung=umstritten",
        "answers": [] if state.quiet else newest_answers(session, state),
        "documents": documents,
        "glance": glance(rows) if rows else [],
        "counts": [(status, statuses[status], f"{base}?status={status}") for status in STATUSES if statuses[status]],
        "words": [(word, f"{base}?q={word}") for word in EXAMPLES if word.lower() in titles][:4],
    }
