"""The text beside a candidate: cut where candidates begin and end, its sentences to choose from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from beteiligung.catalogue import candidate_text
from beteiligung.catalogue.anchors import beginning
from beteiligung.catalogue.models import Candidate, ImportPassage

_LABEL = 90


class Option(NamedTuple):
    """A place in the text to choose, with the words that stand there."""

    value: str
    label: str


@dataclass(frozen=True)
class Part:
    """A stretch of a passage; with `url` it belongs to a candidate in this `state`, which is the `current` one or another."""

    text: str
    url: str = ""
    state: str = ""
    current: bool = False


@dataclass(frozen=True)
class Line:
    """A heading, paragraph or bullet. `page` where a new one begins."""

    kind: str
    level: int
    page: int | None
    parts: tuple[Part, ...]


def lines_of(passages: Sequence[ImportPassage], rows: Sequence[Candidate], current: Candidate | None, url: str) -> tuple[Line, ...]:
    """Return the passages with the candidates in them marked."""
    placed = [(row.char_start, row.char_end, row) for row in rows if row.char_start is not None and row.char_end is not None]
    lines = []
    page: int | None = None
    for passage in passages:
        fresh = passage.page if passage.page != page else None
        page = passage.page
        parts: list[Part] = []
        at = passage.char_start
        for start, end, row in placed:
            first, last = max(start, at), min(end, passage.char_end)
            if passage.kind == "heading" or first >= last:
                continue
            if first > at:
                parts.append(Part(_cut(passage, at, first)))
            parts.append(Part(_cut(passage, first, last), f"{url}?stelle={row.id}", row.state, row is current))
            at = last
        if at < passage.char_end:
            parts.append(Part(_cut(passage, at, passage.char_end)))
        lines.append(Line(passage.kind, min(len(passage.section) + 1, 3), fresh, tuple(parts)))
    return tuple(lines)


def _cut(passage: ImportPassage, first: int, last: int) -> str:
    return passage.text[first - passage.char_start : last - passage.char_start]


def bound_options(passages: Sequence[ImportPassage], bounds: tuple[int, int], quote: str, *, first: bool) -> tuple[Option, ...]:
    """Return the sentences with which a candidate may begin (`first`) or end, the present bound among them."""
    start, end = bounds
    found = {}
    for begin, finish in candidate_text.sentences(passages, start, end):
        found[begin if first else finish] = candidate_text.quote(passages, begin, finish)
    if (start if first else end) not in found:
        found[start if first else end] = quote
    shorten = _ending if not first else beginning
    return tuple(Option(str(at), shorten(text, _LABEL)) for at, text in sorted(found.items()))


def _ending(text: str, limit: int) -> str:
    """Return the end of a sentence: that is what tells two ends apart."""
    line = " ".join(text.split())
    return line if len(line) <= limit else "… " + line[-limit + 2 :].partition(" ")[2]


def cut_options(passages: Sequence[ImportPassage], bounds: tuple[int, int]) -> tuple[Option, ...]:
    """Return where a candidate can be cut in two, with the words on both sides."""
    start, end = bounds
    options = []
    for at in candidate_text.cuts(passages, start, end):
        before, after = candidate_text.quote(passages, start, at), candidate_text.quote(passages, at, end)
        options.append(Option(str(at), f"{_ending(before, 35)} | {beginning(after, 45)}"))
    return tuple(options)


def free_sentences(passages: Sequence[ImportPassage], rows: Sequence[Candidate]) -> tuple[Option, ...]:
    """Return the sentences in which no candidate stands; the value is „first-behind last“ character."""
    taken = [(row.char_start, row.char_end) for row in rows if row.char_start is not None and row.char_end is not None]
    found = []
    for passage in passages:
        if passage.kind == "heading":
            continue
        for start, end in candidate_text.sentences([passage], passage.char_start, passage.char_end):
            if not any(first < end and last > start for first, last in taken):
                found.append(Option(f"{start}-{end}", candidate_text.quote([passage], start, end)))
    return tuple(found)
