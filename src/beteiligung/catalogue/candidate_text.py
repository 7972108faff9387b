"""Where a candidate may begin, end and be cut, and what its words are. Pure; characters count in the run's cleaned text."""

import re
from collections.abc import Iterator, Sequence

from beteiligung.catalogue.anchors import Stored
from beteiligung.text.sentences import spans

_PAUSE = re.compile(r"(?<=[,;:–])\s+(?=\w)|\s+(?=(?:und|sowie|oder)\b)")
"""Where a sentence names its next thing: „… Radwege bauen | und Bänke aufstellen“."""


def covering(passages: Sequence[Stored], start: int, end: int) -> list[Stored]:
    """Return the passages, headings left out, that hold some of these characters."""
    return [p for p in passages if p.kind != "heading" and p.char_start < end and p.char_end > start]


def quote(passages: Sequence[Stored], start: int, end: int) -> str:
    """Return the words between two places, a line for each passage."""
    pieces = (p.text[max(start - p.char_start, 0) : min(end, p.char_end) - p.char_start].strip() for p in covering(passages, start, end))
    return "\n".join(piece for piece in pieces if piece)


def sentences(passages: Sequence[Stored], start: int, end: int) -> list[tuple[int, int]]:
    """Return the sentences (first character, behind the last) of all passages that hold some of these characters."""
    return [(p.char_start + first, p.char_start + last) for p in covering(passages, start, end) for first, last in spans(p.text)]


def cuts(passages: Sequence[Stored], start: int, end: int) -> list[int]:
    """Return where a second part may begin: at a passage, a sentence, a pause, or before „und“, „sowie“, „oder“."""

    def places() -> Iterator[int]:
        for passage in covering(passages, start, end):
            for first, last in spans(passage.text):
                yield passage.char_start + first
                for pause in _PAUSE.finditer(passage.text, first, last):
                    yield passage.char_start + pause.end()

    return sorted({at for at in places() if start < at < end})


def heading_between(passages: Sequence[Stored], start: int, end: int) -> bool:
    """Whether a heading stands between two places: what is apart there does not belong together."""
    return any(p.kind == "heading" and start <= p.char_start < end for p in passages)
