"""Finding the place of a wording in a document by the hashes of its sentences. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

from beteiligung.catalogue.importer.model import Block, BlockKind, Extraction
from beteiligung.text.normal import wording_hash
from beteiligung.text.sentences import spans

CONTEXT = 300
"""Characters of the document shown before and after a wording."""
_GAP = 1
"""Sentences that may lie between two of one wording: cut differently, or printed in between."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence of a document: its hash, block, and characters in the cleaned text."""

    hash: str
    block: int
    start: int
    end: int
    teaser: bool


Span = tuple[int, int]
"""First and last unit of a wording, both included."""


def sentence_hashes(text: str) -> tuple[str, ...]:
    """Return the hash of each sentence of a wording."""
    return tuple(wording_hash(text[start:end]) for start, end in spans(text))


def units_of(extraction: Extraction) -> tuple[Unit, ...]:
    """Return all sentences of a document in reading order."""
    return tuple(
        Unit(wording_hash(block.text[start:end]), index, block.char_start + start, block.char_start + end, block.teaser)
        for index, block in enumerate(extraction.blocks)
        for start, end in spans(block.text)
    )


def place(wordings: Sequence[Sequence[str]], units: Sequence[Unit]) -> list[Span | None]:
    """Return for each wording (its sentence hashes; in the order of the document) where it stands, or None.

    Of several places the one with most of its sentences wins, then one that a page does not show twice,
    then the first one after the wording before it.
    """
    where: dict[str, list[int]] = {}
    for index, unit in enumerate(units):
        where.setdefault(unit.hash, []).append(index)
    found: list[Span | None] = []
    last = -1
    for hashes in wordings:
        wanted = set(hashes)
        clusters = _clusters(sorted(index for one in wanted for index in where.get(one, ())), units)
        best = max(
            clusters,
            key=lambda c: (len(c), not units[c[0]].teaser, c[0] > last, -c[0]),
            default=None,
        )
        found.append((best[0], best[-1]) if best else None)
        if best:
            last = best[0]
    return found


def _clusters(indexes: list[int], units: Sequence[Unit]) -> list[list[int]]:
    """Gather places that lie together; a sentence that comes again begins a new place."""
    clusters: list[list[int]] = []
    seen: set[str] = set()
    for index in indexes:
        if clusters and index - clusters[-1][-1] <= _GAP + 1 and units[index].hash not in seen:
            clusters[-1].append(index)
        else:
            clusters.append([index])
            seen = set()
        seen.add(units[index].hash)
    return clusters


def wording_of(extraction: Extraction, units: Sequence[Unit], span: Span) -> dict[str, Any]:
    """Return what a commitment takes over from its place: wording, context, page, lines, characters."""
    first, last = units[span[0]], units[span[1]]
    blocks = extraction.blocks[first.block : last.block + 1]
    before, after = context(extraction.text, first.start, last.end)
    return {
        "wording": extraction.text[first.start : last.end],
        "context_before": before,
        "context_after": after,
        "char_start": first.start,
        "page": blocks[0].page,
        "line_start": blocks[0].line_start,
        "line_end": blocks[-1].line_end,
        "printed_lines": extraction.printed_lines,
    }


def context(text: str, start: int, end: int) -> tuple[str, str]:
    """Return up to 300 characters before and after a stretch of text, of its own paragraph or bullet only.

    A heading or the next bullet would run into the sentence as if it belonged to it. What is cut is cut between
    words and marked by an ellipsis.
    """
    before = text[:start].rpartition("\n")[2].lstrip()
    after = text[end:].partition("\n")[0].rstrip()
    if len(before) > CONTEXT:
        before = "… " + before[-CONTEXT:].partition(" ")[2]
    if len(after) > CONTEXT:
        after = after[:CONTEXT].rpartition(" ")[0] + " …"
    return " ".join(before.split()), " ".join(after.split())


class Stored(Protocol):
    """A passage as the database keeps it."""

    kind: str
    text: str
    section: list[str]
    page: int | None
    line_start: int | None
    line_end: int | None
    char_start: int
    char_end: int


def blocks_of(passages: Sequence[Stored]) -> tuple[Block, ...]:
    """Return the blocks that passages were made from."""
    return tuple(
        Block(cast(BlockKind, p.kind), p.text, tuple(p.section), p.page, p.line_start or 0, p.line_end or 0, p.char_start, p.char_end)
        for p in passages
    )


def text_of(passages: Sequence[Stored]) -> str:
    """Return the cleaned text that passages stand in, every one at its place.

    Line breaks stand between them, and for what was left out as printed twice.
    """
    text = ""
    for passage in passages:
        text = text.ljust(passage.char_start, "\n") + passage.text
    return text


def blanked(blocks: Sequence[Block], stretches: Sequence[tuple[int, int]]) -> tuple[Block, ...]:
    """Return blocks with blanks for these characters of the text, so that every place stays."""
    kept = []
    for block in blocks:
        text = block.text
        for start, end in stretches:
            first, last = max(start - block.char_start, 0), min(end - block.char_start, len(text))
            if first < last:
                text = text[:first] + " " * (last - first) + text[last:]
        kept.append(replace(block, text=text))
    return tuple(kept)


def beginning(text: str, limit: int) -> str:
    """Return a text's beginning in at most `limit` characters, cut at a word with an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    head = cut if line[limit - 1].isspace() else cut.rpartition(" ")[0] or cut
    return head.rstrip(" ,;:–-(„") + "…"
