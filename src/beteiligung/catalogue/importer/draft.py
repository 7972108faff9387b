"""Lines put together: drafts of blocks while a document is being segmented."""

import re
from dataclasses import dataclass, field

from beteiligung.catalogue.importer.model import BlockKind, Line
from beteiligung.text.normal import heal

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
# Emphasis, but not the star of "Bürger*innen"
_EMPHASIS = re.compile(r"(?<![\w*])[*_](?!\s)([^*_\n]+?)(?<!\s)[*_](?![\w*])")
_FOOTNOTE = re.compile(r"\[\^?\d{1,3}\]|(?<=[a-zäöüß][.!?])\d{1,2}(?=\s+[A-ZÄÖÜ]|$)|[¹²³⁴⁵⁶⁷⁸⁹](?=\s|$|[.,;])")


def plain(text: str) -> str:
    """Return a line without Markdown's bold, emphasis, links and footnote marks."""
    text = _LINK.sub(r"\1", text.replace("**", "").replace("__", ""))
    text = _FOOTNOTE.sub("", text)
    return _EMPHASIS.sub(r"\1", text).replace("\\", "")


@dataclass(slots=True)
class Draft:
    """A block being built: healed text and where each source line begins in it."""

    kind: BlockKind
    text: str = ""
    level: int = 0
    teaser: bool = False
    isolated: bool = True
    after_gap: bool = True
    marks: list[tuple[int, Line]] = field(default_factory=list)

    def add(self, line: Line, text: str | None = None) -> None:
        """Append a line, healing the seam (a hyphen at the end of the line before it)."""
        piece = heal(plain(line.text if text is None else text))
        if not piece:
            return
        if not self.text:
            self.text = piece
            self.marks.append((0, line))
            return
        seam = max(0, len(self.text) - 80)
        self.text = self.text[:seam] + self._seam(self.text[seam:], piece)
        self.marks.append((max(0, len(self.text) - len(piece)), line))

    @staticmethod
    def _seam(left: str, right: str) -> str:
        lead = left[: len(left) - len(left.lstrip())]
        return lead + heal(f"{left}\n{right}")

    def merge(self, other: "Draft") -> None:
        """Append the text of a draft that goes on where this one broke off."""
        before = len(self.text)
        joined = self._seam(self.text[-80:], other.text)
        self.text = self.text[: max(0, before - 80)] + joined
        shift = len(self.text) - len(other.text)
        self.marks += [(max(0, at + shift), line) for at, line in other.marks]

    def line_at(self, position: int) -> Line:
        """Return the source line that holds the character at `position`."""
        found = self.marks[0][1]
        for start, line in self.marks:
            if start > position:
                break
            found = line
        return found
