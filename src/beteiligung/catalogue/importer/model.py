"""What the importer hands on: frozen values, no database."""

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "bullet"]
Kind = Literal["measure", "goal", "examination", "continued_support", "position"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the source: its text, its number (printed or of the file), its page.

    `numbered` tells whether the number is printed in the document. `level` is 1 to 6 where
    the source marks a heading, else 0. `begins` tells whether the line begins a block or goes on
    with the one before; None where the source does not say (a text file) and blank lines decide.
    """

    text: str
    number: int
    page: int | None = None
    numbered: bool = False
    level: int = 0
    begins: bool | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph or bullet of the reading view, in the order of the document.

    `section` is the path of headings above it; `extraction.text[char_start:char_end]` is `text`.
    `level` is the depth of a heading (1 is the top), 0 for other blocks. A `teaser` is the
    overview under a heading that a web page shows twice, or the head of a table: no commitment.
    `lines` are pairs (place in `text`, printed line number), rising, where the document prints numbers.
    """

    kind: BlockKind
    text: str
    section: tuple[str, ...]
    page: int | None
    line_start: int
    line_end: int
    char_start: int
    char_end: int
    level: int = 0
    teaser: bool = False
    lines: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Location:
    """Where a quote stands: page (if known), lines (printed ones where printed), characters."""

    page: int | None
    line_start: int
    line_end: int
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that states a commitment, with the reasons for thinking so (in German)."""

    quote: str
    section: tuple[str, ...]
    location: Location
    kind: Kind
    topic: str
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extraction:
    """A document read: its title, cleaned text, reading view and candidates."""

    title: str
    text: str
    blocks: tuple[Block, ...]
    candidates: tuple[Candidate, ...]
    printed_lines: bool
