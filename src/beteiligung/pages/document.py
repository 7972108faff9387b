"""Reading a document, one chapter at a time: its own words with the commitments marked, or their titles alone.

Three statements: the document, its commitments with what was last shown of them, and the imported passages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment, Document, Passage
from beteiligung.catalogue.queries import DocumentItem, document_item, passages_of
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.pages.items import CommitmentItem, RegionState, item_of, item_query


@dataclass(frozen=True)
class Part:
    """A stretch of a line; with `tag` it belongs to a commitment, `start` and `end` are its first and last part."""

    text: str
    tag: str | None = None
    anchor: str = ""
    start: bool = False
    end: bool = False


@dataclass(frozen=True)
class Line:
    """Text with the number of the line it begins on, where the document prints numbers."""

    number: int | None
    parts: list[Part]


@dataclass(frozen=True)
class Note:
    """A commitment beside the text."""

    tag: str
    item: CommitmentItem


@dataclass(frozen=True)
class Block:
    """A heading, paragraph or item, with the commitments that begin in it. Without lines: a commitment alone."""

    kind: str
    level: int
    anchor: str | None
    lines: list[Line]
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Chapter:
    """A chapter in the list of contents."""

    number: str
    title: str
    url: str
    count: int
    current: bool


@dataclass(frozen=True)
class Marked:
    """A commitment with its letter and its stretch of the document's characters."""

    tag: str
    item: CommitmentItem
    start: int
    end: int

    @property
    def anchor(self) -> str:
        """The id its beginning has on the page."""
        return f"zusage-{self.item.id}"


def letters(number: int) -> str:
    """Return A, B … Z, AA, AB … for 0, 1 and so on."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def document_of(session: Session, state: RegionState, slug: str) -> Document:
    """Return the document of an address. One statement. Raises NotFound."""
    document = session.exec(select(Document).where(Document.region_id == state.region.id, Document.slug == slug)).first()
    if document is None:
        raise NotFound(_("Dieses Dokument gibt es nicht."))
    return document


def rows_of(session: Session, document_id: int) -> list[Any]:
    """Return the document's published commitments in order. One statement."""
    query = item_query(Commitment.char_start, Commitment.wording).where(
        col(Commitment.document_id) == document_id, col(Commitment.state) == "published"
    )
    return list(session.execute(query.order_by(col(Commitment.position), col(Commitment.id))))


def _top(section: Sequence[str]) -> str:
    return section[0] if section else ""


def _runs(tops: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return (title, first, behind last) of each run of equal top headings."""
    runs: list[tuple[str, int, int]] = []
    for index, top in enumerate(tops):
        if runs and runs[-1][0] == top:
            runs[-1] = (top, runs[-1][1], index + 1)
        else:
            runs.append((top, index, index + 1))
    return runs


def _parts(passage: Passage, marked: Sequence[Marked]) -> list[Part]:
    """Cut a passage where commitments begin and end."""
    parts: list[Part] = []
    at, end = passage.char_start, passage.char_start + len(passage.text)
    for one in sorted((m for m in marked if m.start < end and m.end > at), key=lambda m: m.start):
        first, last = max(one.start, at), min(one.end, end)
        if first >= last:
            continue
        if first > at:
            parts.append(Part(passage.text[at - passage.char_start : first - passage.char_start]))
        text = passage.text[first - passage.char_start : last - passage.char_start]
        parts.append(Part(text, one.tag, one.anchor, start=first == one.start, end=last == one.end))
        at = last
    if at < end:
        parts.append(Part(passage.text[at - passage.char_start :]))
    return parts


def _read_blocks(passages: Sequence[Passage], marked: Sequence[Marked], printed: bool) -> list[Block]:
    blocks = []
    seen: set[int] = set()
    for passage in passages:
        number = passage.line_start if printed and passage.line_start not in seen else None
        if number is not None:
            seen.add(number)
        parts = [Part(passage.text)] if passage.kind == "heading" else _parts(passage, marked)
        begins = [m for m in marked if passage.char_start <= m.start < passage.char_start + max(len(passage.text), 1)]
        kind = {"bullet": "item"}.get(passage.kind, passage.kind)
        notes = [Note(m.tag, m.item) for m in begins] if passage.kind != "heading" else []
        blocks.append(Block(kind, min(len(passage.section) + 1, 3), f"abschnitt-{passage.position}", [Line(number, parts)], notes))
    return blocks


def _title_blocks(rows: Sequence[Any], marked: Sequence[Marked]) -> list[Block]:
    """Return the commitments under their headings, where the document itself has not been imported."""
    blocks: list[Block] = []
    before: list[str] = []
    for row, one in zip(rows, marked, strict=True):
        section = list(row.section)
        for depth, heading in enumerate(section):
            if section[: depth + 1] != before[: depth + 1]:
                blocks.append(Block("heading", min(depth + 1, 3), None, [Line(None, [Part(heading)])]))
        before = section
        blocks.append(Block("entry", 0, one.anchor, [], [Note(one.tag, one.item)]))
    return blocks


def document_context(session: Session, state: RegionState, slug: str, chapter: int | None, commitment_id: int | None) -> dict[str, Any]:
    """Return what `pages/document.html` wants: the chapter asked for by number, or the one that holds a commitment."""
    document = document_of(session, state, slug)
    rows = rows_of(session, document.id or 0)
    passages = passages_of(session, document.id or 0)
    item: DocumentItem = document_item(document, state.region.slug, state.today, len(rows))
    if passages:
        # a heading stands above its own section, so it opens its chapter itself
        tops = [_top(p.section) or (p.text if p.kind == "heading" else "") for p in passages]
        runs = _runs(tops)
        ranges = [(passages[first].char_start, passages[last].char_start if last < len(passages) else 2**62) for _t, first, last in runs]
        places = [_run_at(ranges, row.char_start or 0) for row in rows]
    else:
        runs = _runs([_top(row.section) for row in rows]) or [("", 0, 0)]
        places = [next(i for i, (_t, first, last) in enumerate(runs) if first <= n < last) for n in range(len(rows))]
    # without a chapter asked for: the first that holds a commitment, since title page and preface seldom do
    opened = chapter - 1 if chapter else min(places, default=0)
    wanted = next((place for row, place in zip(rows, places, strict=True) if row.id == commitment_id), opened)
    current = min(max(wanted, 0), len(runs) - 1)
    here = [row for row, place in zip(rows, places, strict=True) if place == current]
    marked = [
        Marked(letters(n), item_of(row, state.region, state.today), row.char_start or 0, (row.char_start or 0) + len(row.wording or ""))
        for n, row in enumerate(here)
    ]
    _title, first, last = runs[current]
    blocks = _read_blocks(passages[first:last], marked, any(row.printed_lines for row in rows)) if passages else _title_blocks(here, marked)
    chapters = [
        Chapter(str(n), title or item.title, f"{item.url}?kapitel={n}", places.count(n - 1), n - 1 == current)
        for n, (title, _first, _last) in enumerate(runs, 1)
    ]
    return {
        "region": state.region,
        "example": state.region.example,
        "nav": "documents",
        "document": item,
        "chapters": chapters,
        "blocks": blocks,
        "prev_chapter": chapters[current - 1] if current else None,
        "next_chapter": chapters[current + 1] if current + 1 < len(chapters) else None,
    }


def _run_at(ranges: Sequence[tuple[int, int]], char: int) -> int:
    return next((n for n, (start, end) in enumerate(ranges) if start <= char < end), 0)
