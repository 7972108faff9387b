"""A document as one run of small letters and digits, with the way back to its characters. Pure.

Punctuation, blanks, hyphens and line breaks say nothing of whether two versions of a document read alike; `text.normal`
defines the form.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache

from beteiligung.catalogue.importer.model import Block
from beteiligung.text.normal import normalise
from beteiligung.text.sentences import spans

Stretch = tuple[int, int]
"""First letter and the one behind the last, counted in the plain form."""
_LETTER = re.compile("[^\\W_][\u0300-\u036f]*")
_NUMBERING = re.compile(r"^\W*(?:(?:\d+|[IVXLC]+|[A-Za-z](?=[.)]))[.)]*)+\s+")
_LONG = 30
"""Letters from which on words are no coincidence, also in the middle of a sentence."""
_AROUND = 12

_normal = lru_cache(maxsize=10_000)(normalise)


def plain_form(text: str) -> str:
    """Return the letters and digits of a text, composed letter by letter as `PlainText` does."""
    return "".join(_normal(letter) for letter in _LETTER.findall(text))


def heading_path(section: Sequence[str]) -> tuple[str, ...]:
    """Return a path of headings without their numbering, in plain form."""
    return tuple(plain_form(_NUMBERING.sub("", heading)) for heading in section)


class PlainText:
    """The plain form of a document's blocks; `bounds` are further places (characters) where a wording may begin and end."""

    def __init__(self, blocks: Sequence[Block], bounds: Iterable[tuple[int, int]]) -> None:
        pieces: list[str] = []
        self._chars: list[int] = []
        for block in blocks:
            for match in _LETTER.finditer(block.text):
                letters = _normal(match.group())
                pieces.append(letters)
                self._chars += [block.char_start + match.start()] * len(letters)
        self.plain = "".join(pieces)
        self._blocks = [block for block in blocks if block.text]
        self._block_starts = [block.char_start for block in self._blocks]
        self._paths: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._sentences: list[Stretch] = []
        self._starts: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        for block in self._blocks:
            for start, end in spans(block.text):
                at = self._bound(block.char_start + start, block.char_start + end)
                if block.kind != "heading" and at[0] < at[1]:
                    self._sentences.append(at)
        for start, end in bounds:
            self._bound(start, end)

    def _bound(self, start: int, end: int) -> Stretch:
        first, last = self.index(start), self.index(end)
        self._starts.setdefault(first, start)
        self._ends.setdefault(last, end)
        return first, last

    form = staticmethod(plain_form)

    def index(self, char: int) -> int:
        """Return the first letter of the plain form at or after a character."""
        return bisect_left(self._chars, char)

    def chars(self, at: Stretch) -> tuple[int, int]:
        """Return the characters (first, behind the last) of a stretch, with the quotation marks and stops of its sentence."""
        return self._starts.get(at[0], self._chars[at[0]]), self._ends.get(at[1], self._chars[at[1] - 1] + 1)

    def text(self, at: Stretch) -> str:
        """Return the words of a stretch, a line for each block."""
        start, end = self.chars(at)
        first = max(bisect_right(self._block_starts, start) - 1, 0)
        pieces = []
        for block in self._blocks[first:]:
            if block.char_start >= end:
                break
            if block.kind != "heading":
                pieces.append(block.text[max(start - block.char_start, 0) : end - block.char_start].strip())
        return "\n".join(piece for piece in pieces if piece)

    def find(self, form: str, before: str = "", after: str = "") -> list[Stretch]:
        """Return all places of a form that begin and end with a sentence or candidate, or between the same words as before."""
        found = []
        at = self.plain.find(form) if form else -1
        while at >= 0:
            end = at + len(form)
            left = at in self._starts or (bool(before) and self.plain.endswith(before[-_AROUND:], 0, at))
            right = end in self._ends or (bool(after) and self.plain.startswith(after[:_AROUND], end))
            if left and right:
                found.append((at, end))
            at = self.plain.find(form, at + 1)
        return found

    def find_within(self, form: str) -> list[Stretch]:
        """As `find`, and long forms also in the middle of a sentence."""
        found = self.find(form)
        if found or len(form) < _LONG or (at := self.plain.find(form)) < 0:
            return found
        return [(at, at + len(form))]

    def nearest(self, form: str, char: int | None) -> Stretch | None:
        """Return the place of a form nearest to a character, whatever stands around it; None where there is none."""
        if not form:
            return None
        wanted = self.index(char) if char is not None else 0
        if self.plain.startswith(form, wanted):
            return wanted, wanted + len(form)
        after, before = self.plain.find(form, wanted), self.plain.rfind(form, 0, wanted + len(form))
        found = min((at for at in (before, after) if at >= 0), key=lambda at: abs(at - wanted), default=None)
        return None if found is None else (found, found + len(form))

    def _block(self, at: Stretch) -> Block | None:
        if not self._blocks or at[0] >= len(self._chars):
            return None
        return self._blocks[max(bisect_right(self._block_starts, self._chars[at[0]]) - 1, 0)]

    def section(self, at: Stretch) -> tuple[str, ...]:
        """Return the headings above a stretch, in plain form without numbering."""
        block = self._block(at)
        if block is None:
            return ()
        if block.section not in self._paths:
            self._paths[block.section] = heading_path(block.section)
        return self._paths[block.section]

    def teaser(self, at: Stretch) -> bool:
        """Whether a stretch stands in the overview that a web page shows twice."""
        block = self._block(at)
        return block is not None and block.teaser

    def sentences(self) -> list[Stretch]:
        """Return all sentences but headings, in order."""
        return self._sentences

    def sections_of_sentences(self) -> dict[str, tuple[str, ...]]:
        """Return form → heading path of each sentence that stands in the document once."""
        found: dict[str, tuple[str, ...] | None] = {}
        for at in self._sentences:
            form = self.plain[at[0] : at[1]]
            found[form] = None if form in found else self.section(at)
        return {form: path for form, path in found.items() if path is not None}
