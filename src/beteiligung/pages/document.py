"""Reading a document from end to end: its own words with the commitments marked, or their titles alone.

Three statements: the document with what its later forms changed, its commitments with what was last shown of them,
and the imported passages.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, cast

from sqlalchemy import select
from sqlmodel import Session, col

from beteiligung.catalogue.models import Commitment, Document, Passage
from beteiligung.catalogue.queries import DocumentItem, document_item, passages_of
from beteiligung.catalogue.version_models import DocumentChange, DocumentVersion
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.pages.items import CommitmentItem, RegionState, item_of, item_query
from beteiligung.pages.versions import ChangedRow, Version, versions_of
from beteiligung.settings import settings

EVERY = 5
"""Every so many lines the number is shown."""
APART = 2
"""Lines between two numbers shown, so that they do not meet where the text is set wider than the original."""
DEEPEST = 2
"""Headings down to this level stand in the list of contents."""


@dataclass(frozen=True)
class Marked:
    """A commitment with its letters and its stretch of the document's characters."""

    tag: str
    item: CommitmentItem
    start: int
    end: int
    line: int | None

    @property
    def anchor(self) -> str:
        """The id its beginning has on the page."""
        return f"zusage-{self.item.id}"


@dataclass(frozen=True)
class Part:
    """A stretch of a passage. `line` is the printed line that begins with it, `shown` whether its number stands in the margin.

    With `mark` it belongs to that commitment; `start` and `end` tell its first and last part.
    """

    text: str
    line: int | None = None
    shown: bool = False
    mark: Marked | None = None
    start: bool = False
    end: bool = False


@dataclass(frozen=True)
class Block:
    """A heading, paragraph or item with its address, and the commitments that begin in it. Without parts: a commitment alone.

    `number` is the printed line it begins on, `page` the page of the original where it is the first of it.
    """

    kind: str
    level: int
    anchor: str | None
    parts: list[Part]
    notes: list[Marked] = field(default_factory=list)
    number: int | None = None
    page: int | None = None


@dataclass(frozen=True)
class Heading:
    """A line of the list of contents; `count` is how many commitments its section holds."""

    title: str
    url: str
    count: int
    below: list["Heading"]


def letters(number: int) -> str:
    """Return A, B … Z, AA, AB … for 0, 1 and so on. Letters, since a number in a sentence would be read as one of its words."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def document_of(session: Session, state: RegionState, slug: str) -> tuple[Document, list[Version]]:
    """Return the document of an address and its later forms, the newest first. One statement. Raises NotFound."""
    query = (
        select(
            Document,
            col(DocumentVersion.id),
            col(DocumentVersion.published_at),
            col(DocumentChange.change),
            col(DocumentChange.meaning),
            col(Commitment.slug),
            col(Commitment.title),
        )
        .outerjoin(DocumentVersion, col(DocumentVersion.document_id) == col(Document.id))
        .outerjoin(DocumentChange, col(DocumentChange.version_id) == col(DocumentVersion.id))
        .outerjoin(Commitment, col(Commitment.id) == col(DocumentChange.commitment_id))
        .where(col(Document.region_id) == state.region.id, col(Document.slug) == slug)
        .order_by(col(DocumentVersion.published_at).desc(), col(DocumentVersion.id).desc(), col(Commitment.position))
    )
    rows = session.execute(query).all()
    if not rows:
        raise NotFound(_("Dieses Dokument gibt es nicht."))
    changed = [ChangedRow(*row[1:]) for row in rows if row[1] is not None]
    return rows[0][0], versions_of(changed, f"/{state.region.slug}/zusagen")


def rows_of(session: Session, document_id: int) -> list[Any]:
    """Return the document's published commitments in order. One statement."""
    query = item_query(Commitment.char_start, Commitment.wording).where(
        col(Commitment.document_id) == document_id, col(Commitment.state) == "published"
    )
    return list(session.execute(query.order_by(col(Commitment.position), col(Commitment.id))))


def line_starts(passage: Passage) -> list[tuple[int, int]]:
    """Return (offset, printed line) of a passage; a line that begins within a word is moved to the word behind it."""
    starts: list[tuple[int, int]] = []
    for offset, number in passage.lines:
        at = min(offset, len(passage.text))
        if 0 < at < len(passage.text) and passage.text[at - 1].isalnum() and passage.text[at].isalnum():
            blank = passage.text.find(" ", at)
            at = blank + 1 if blank >= 0 else len(passage.text)
        if at < len(passage.text) and (not starts or at > starts[-1][0]):
            starts.append((at, number))
    return starts


def end_of(passages: Sequence[Passage], start: int, wording: str) -> int:
    """Return the character behind a wording that begins at `start`; line breaks of either may differ."""
    left = sum(not char.isspace() for char in wording)
    for passage in passages:
        if passage.char_start + len(passage.text) <= start or (passage.kind == "heading" and passage.text not in wording):
            continue
        for at in range(max(start - passage.char_start, 0), len(passage.text)):
            left -= not passage.text[at].isspace()
            if not left:
                return passage.char_start + at + 1
    return start + len(wording)


def _parts(passage: Passage, marked: Sequence[Marked], starts: Sequence[tuple[int, int]], last_shown: int) -> Iterator[Part]:
    """Cut a passage where commitments begin and end, and where printed lines begin."""
    first, behind = passage.char_start, passage.char_start + len(passage.text)
    here: list[Marked] = []
    at = first
    for one in sorted((m for m in marked if m.start < behind and m.end > first), key=lambda m: (m.start, -m.end)):
        if one.start >= at:  # one within another is told by the note alone
            here.append(one)
            at = one.end
    numbers = {first + offset: number for offset, number in starts}
    begins = {m.start for m in here}
    cuts = sorted({first, behind, *numbers, *(min(max(edge, first), behind) for m in here for edge in (m.start, m.end))})
    for begin, end in pairwise(cuts):
        mark = next((m for m in here if m.start <= begin < m.end), None)
        number = numbers.get(begin) if begin > first else None
        shown = number is not None and (number % EVERY == 0 or begin in begins) and number >= last_shown + APART
        last_shown = number if shown and number is not None else last_shown
        yield Part(
            passage.text[begin - first : end - first],
            number,
            shown,
            mark,
            start=mark is not None and begin == mark.start,
            end=mark is not None and end == mark.end,
        )


class _Addresses:
    """Gives every passage an address that stays: its first printed line, else page and paragraph, else its number."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._page: int | None = None
        self._on_page = 0
        self._paragraphs = 0

    def of(self, passage: Passage, line: int | None) -> tuple[str, int | None]:
        """Return the address of the next passage, and its page where it is the first of it."""
        first_of_page = passage.page if passage.page != self._page else None
        self._page, self._on_page = passage.page, 1 if first_of_page is not None else self._on_page + 1
        self._paragraphs += 1
        by_place = f"s{passage.page}-p{self._on_page}" if passage.page is not None else f"a{self._paragraphs}"
        return (f"z{line}" if line is not None and self.give(f"z{line}") else by_place), first_of_page

    def give(self, address: str) -> bool:
        """Whether an address is still free; then it is taken."""
        free = address not in self._given
        self._given.add(address)
        return free


def _read_blocks(passages: Sequence[Passage], marked: Sequence[Marked], printed: bool) -> list[Block]:
    """Return the passages with their addresses; every printed line has one, and so has each commitment's."""
    blocks = []
    addresses = _Addresses()
    for passage in passages:
        starts = line_starts(passage)
        number = starts[0][1] if starts and not starts[0][0] else passage.line_start if printed else None
        anchor, page = addresses.of(passage, number)
        if passage.kind == "heading":
            parts, notes = [Part(passage.text)], []
        else:
            inner = [(offset, line) for offset, line in starts if offset and addresses.give(f"z{line}")]
            parts = list(_parts(passage, marked, inner, number or 0))
            notes = [m for m in marked if passage.char_start <= m.start < passage.char_start + max(len(passage.text), 1)]
        kind = {"bullet": "item"}.get(passage.kind, passage.kind)
        blocks.append(Block(kind, min(len(passage.section) + 1, 3), anchor, parts, notes, number, page))
    return blocks


def _title_blocks(rows: Sequence[Any], marked: Sequence[Marked]) -> list[Block]:
    """Return the commitments under their headings, where the document itself has not been imported."""
    blocks: list[Block] = []
    before: list[str] = []
    for row, one in zip(rows, marked, strict=True):
        section = list(row.section)
        for depth, heading in enumerate(section):
            if section[: depth + 1] != before[: depth + 1]:
                blocks.append(Block("heading", min(depth + 1, 3), f"abschnitt-{len(blocks)}", [Part(heading)]))
        before = section
        blocks.append(Block("entry", 0, None, [], [one]))
    return blocks


def _contents(blocks: Sequence[Block]) -> list[Heading]:
    """Return the headings of the first levels, with how many commitments each chapter and section holds."""
    at = [n for n, block in enumerate(blocks) if block.kind == "heading" and block.level <= DEEPEST]
    contents: list[Heading] = []
    for here, n in enumerate(at):
        level = blocks[n].level
        end = next((m for m in at[here + 1 :] if blocks[m].level <= level), len(blocks))
        count = sum(len(block.notes) for block in blocks[n:end])
        line = Heading(blocks[n].parts[0].text, f"#{blocks[n].anchor}", count, [])
        (contents[-1].below if level > 1 and contents else contents).append(line)
    return contents


def document_context(session: Session, state: RegionState, slug: str) -> dict[str, Any]:
    """Return what `pages/document.html` wants. Three statements. Raises NotFound."""
    document, versions = document_of(session, state, slug)
    rows = rows_of(session, cast(int, document.id))
    passages = passages_of(session, cast(int, document.id))
    item: DocumentItem = document_item(document, state.region.slug, state.today, len(rows))
    marked = []
    for n, row in enumerate(rows):
        start, wording = row.char_start, row.wording or ""
        end = end_of(passages, start, wording) if start is not None else -1
        line = row.line_start if row.printed_lines else None
        marked.append(Marked(letters(n), item_of(row, state.region, state.today), start if start is not None else -1, end, line))
    # read before each line's place was kept: then only the first line of a passage is known
    printed = any(row.printed_lines for row in rows) and not any(passage.lines for passage in passages)
    blocks = _read_blocks(passages, marked, printed) if passages else _title_blocks(rows, marked)
    contents = _contents(blocks)
    beside = [m for block in blocks for m in block.notes]
    return {
        "region": state.region,
        "example": state.region.example,
        "nav": "documents",
        "document": item,
        "site": settings().base_url,
        "versions": versions,
        "contents": contents if len(contents) > 1 or any(line.below for line in contents) else [],
        "blocks": blocks,
        "apart": [m for m in marked if m not in beside],
    }
