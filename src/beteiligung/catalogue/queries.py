"""Read models of the catalogue: places, windows, documents, history. No votes: those belong to a room above."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy import func
from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment, Document, HistoryEntry, Passage
from beteiligung.i18n import _
from beteiligung.places.queries import RegionFacts
from beteiligung.web.filters import long_date

EN_DASH = "\N{EN DASH}"
_LONG_HEADING = 60


def document_kind_label(kind: str) -> str:
    """Return what pages call a kind of document."""
    return {
        "resolution": _("Beschluss"),
        "strategy": _("Strategie der Verwaltung"),
        "draft": _("Entwurf der Verwaltung"),
        "coalition_contract": _("Koalitionsvertrag"),
        "election_programme": _("Wahlprogramm"),
    }[kind]


def region_kind_label(kind: str) -> str:
    """Return what pages call a kind of region."""
    return {"county": _("Landkreis"), "city": _("Stadt")}[kind]


class Located(Protocol):
    """What is needed to say where something stands."""

    section: list[str]
    chapter: str | None
    page: int | None
    line_start: int | None
    line_end: int | None
    printed_lines: bool
    location: str | None


def place_parts(it: Located) -> tuple[str, ...]:
    """Return the place as parts that stay in one line each: („Kap. 5“, „S. 12“, „Z. 343–347“).

    Lines are named only where the document prints them, else the order within the section. A document
    without chapters and pages is named by its heading.
    """
    parts: list[str] = []
    if it.chapter:
        parts.append(_("Kap. {chapter}").format(chapter=it.chapter))
    elif it.section and it.page is None:
        heading = it.section[-1]
        parts.append(heading if len(heading) <= _LONG_HEADING else heading[: _LONG_HEADING - 1].rsplit(" ", 1)[0] + "…")
    if it.page is not None:
        parts.append(_("S. {page}").format(page=it.page))
    if it.printed_lines and it.line_start is not None:
        parts.append(_("Z. {lines}").format(lines=_span(it.line_start, it.line_end)))
    elif it.location:
        parts.append(it.location)
    return tuple(parts)


def _span(start: int, end: int | None) -> str:
    return f"{start}{EN_DASH}{end}" if end is not None and end != start else str(start)


@dataclass(frozen=True)
class Window:
    """The days between which votes are taken; `is_open` on the day asked about."""

    start: date | None
    end: date | None
    is_open: bool
    text: str


def window_of(start: date | None, end: date | None, today: date) -> Window | None:
    """Return a window with the sentence that pages show, or None where there is none."""
    if start is None and end is None:
        return None
    is_open = (start is None or start <= today) and (end is None or today <= end)
    if start is not None and today < start:
        text = _("Abstimmen ab {day}").format(day=long_date(start))
    elif end is not None and today > end:
        text = _("Abstimmung beendet am {day}").format(day=long_date(end))
    elif end is not None:
        text = _("Abstimmen bis {day}").format(day=long_date(end))
    else:
        text = _("Abstimmen seit {day}").format(day=long_date(start)) if start else ""
    return Window(start, end, is_open, text)


def common_window(first: tuple[date | None, date | None], second: tuple[date | None, date | None]) -> tuple[date | None, date | None]:
    """Return the days that two windows share; both have to be open."""
    starts = [window[0] for window in (first, second) if window[0]]
    ends = [window[1] for window in (first, second) if window[1]]
    return max(starts, default=None), min(ends, default=None)


def term_of(start: int | None, end: int | None) -> str | None:
    """Return the years of a term as pages write them, „2026–2031“."""
    if start is None:
        return None
    return _span(start, end)


@dataclass(frozen=True)
class DocumentItem:
    """A document in a list; `term` is „2026–2031“ or None."""

    id: int
    slug: str
    url: str
    title: str
    kind: str
    kind_label: str
    author: str
    term: str | None
    dated: str | None
    original_url: str | None
    version_date: date | None
    first_line: str
    closed: bool
    not_resolution: bool
    window: Window | None
    wording: bool
    commitment_count: int


def _day(dated: str | None) -> date | None:
    try:
        return date.fromisoformat(dated) if dated else None
    except ValueError:  # documents often say no more than a month or a year
        return None


def document_item(row: Document, region_slug: str, today: date, count: int) -> DocumentItem:
    """Return what a list shows of a document."""
    return DocumentItem(
        id=row.id or 0,
        slug=row.slug,
        url=f"/{region_slug}/dokumente/{row.slug}",
        title=row.title,
        kind=row.kind,
        kind_label=document_kind_label(row.kind),
        author=row.author,
        term=term_of(row.term_start, row.term_end),
        dated=row.dated,
        original_url=row.source_url,
        version_date=_day(row.dated),
        first_line=row.first_line,
        closed=row.closed,
        not_resolution=row.not_resolution,
        window=window_of(row.window_start, row.window_end, today),
        wording=row.wording_sha256 is not None,
        commitment_count=count,
    )


def documents_of(session: Session, region: RegionFacts, today: date) -> list[DocumentItem]:
    """Return the documents of a region in their order, with the number of published commitments. One statement."""
    query = (
        select(Document, func.count(col(Commitment.id)))
        .outerjoin(Commitment, (col(Commitment.document_id) == Document.id) & (col(Commitment.state) == "published"))
        .where(Document.region_id == region.id)
        .group_by(col(Document.id))
        .order_by(col(Document.position), col(Document.id))
    )
    return [document_item(row, region.slug, today, count) for row, count in session.exec(query)]


@dataclass(frozen=True)
class Event:
    """One dated event in the history of a commitment. `body` is small Markdown."""

    id: int
    kind: str
    status: str | None
    status_before: str | None
    happened_on: date
    body: str
    source: str
    source_url: str | None


def event_of(row: HistoryEntry) -> Event:
    """Return the read model of a row."""
    return Event(row.id or 0, row.kind, row.status, row.status_before, row.happened_on, row.body, row.source, row.source_url)


def history_of(session: Session, commitment_id: int) -> list[Event]:
    """Return the events of a commitment, the newest first. One statement."""
    query = (
        select(HistoryEntry)
        .where(HistoryEntry.commitment_id == commitment_id)
        .order_by(col(HistoryEntry.happened_on).desc(), col(HistoryEntry.id).desc())
    )
    return [event_of(row) for row in session.exec(query)]


def passages_of(session: Session, document_id: int) -> Sequence[Passage]:
    """Return the imported blocks of a document in reading order; empty where only plain words are there. One statement."""
    return session.exec(select(Passage).where(Passage.document_id == document_id).order_by(col(Passage.position))).all()
