"""Three documents of the invented Landkreis Auental, each in two versions, with their labels.

One text file holds what a document says, how each sentence or bullet is labelled (by the rules that
docs/recognition.md names: C a commitment, + part of the one before, B borderline, N none) and what a
revision changes. From it the same content is set as a PDF with printed line numbers, as DOCX and as a web page.

A line of such a file is one sentence or bullet:
    % title line        # heading | topic        ## heading        (blank: the paragraph ends)
    C sentence          - C bullet               a C lettered item | C cell | cell (a row of a table)
    C{topic} …          a topic other than the heading's
    old >> new          reworded in the revision    old >>> new    its meaning changed
    NEW …               only in the revision        GONE …         only before it
    MOVE:key …          stands here before the revision, after it at the line HERE:key
    text[^note]         a footnote, which is no part of the sentence
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

Kind = Literal["pdf", "docx", "html"]
Place = Literal["title", "heading", "subheading", "sentence", "bullet", "lettered", "head", "row", "gap"]

FILES: dict[Kind, str] = {"pdf": "agreement.txt", "docx": "strategy.txt", "html": "programme.txt"}
_LINE = re.compile(
    r"(?:(?P<only>NEW|GONE|MOVE:\w+) )?(?:(?P<mark>[-a|]) )?(?P<label>[C+BN])(?:\{(?P<topic>[^}]+)\})? (?P<text>.+)",
)
_NOTE = re.compile(r"\[\^(.*?)\]")


class Label(NamedTuple):
    """A sentence or bullet of a document with its label (C, +, B, N) and topic."""

    text: str
    label: str
    topic: str


class Change(NamedTuple):
    """What a revision did to a commitment; `old` is "" for an added one, `new` for a dropped one."""

    kind: Literal["added", "reworded", "changed", "moved", "dropped"]
    old: str
    new: str


@dataclass(frozen=True)
class Part:
    """A line of a document as it is printed; `note` is its footnote, `rest` the further cells of its row."""

    place: Place
    text: str = ""
    label: str = ""
    topic: str = ""
    note: str = ""
    rest: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Entry:
    old: Part | None
    new: Part | None
    change: str = ""


@cache
def _entries(kind: Kind) -> tuple[_Entry, ...]:
    entries: list[_Entry] = []
    moved: dict[str, Part] = {}
    topic = ""
    for line in (Path(__file__).parent / FILES[kind]).read_text(encoding="utf-8").splitlines():
        if not line.strip():
            part = Part("gap")
        elif line.startswith("% "):
            part = Part("title", line[2:])
        elif line.startswith("# "):
            text, topic = line[2:].split(" | ")
            part = Part("heading", text)
        elif line.startswith("## "):
            part = Part("subheading", line[3:])
        elif line.startswith("HERE:"):
            entries.append(_Entry(None, moved[line[5:]], "moved"))
            continue
        elif line.startswith("| ") and not re.match(r"\| [C+BN][ {]", line):
            first, *rest = line[2:].split(" | ")
            part = Part("head", first, "N", topic, rest=tuple(rest))
        else:
            entries.append(_sentence(line, topic, moved))
            continue
        entries.append(_Entry(part, part))
    return tuple(entries)


def _sentence(line: str, topic: str, moved: dict[str, Part]) -> _Entry:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"No sentence, bullet or heading: {line}")
    place: Place = {"-": "bullet", "a": "lettered", "|": "row"}.get(match["mark"] or "", "sentence")
    texts = re.split(r" >>>? ", match["text"])
    parts = []
    for text in texts:
        note = _NOTE.search(text)
        cell, *rest = _NOTE.sub("", text).split(" | ")
        parts.append(Part(place, cell, match["label"], match["topic"] or topic, note[1] if note else "", tuple(rest)))
    only = match["only"] or ""
    if only.startswith("MOVE:"):
        moved[only[5:]] = parts[0]
        return _Entry(parts[0], None, "moved")
    if only == "NEW":
        return _Entry(None, parts[0], "added")
    if only == "GONE":
        return _Entry(parts[0], None, "dropped")
    if len(parts) == 2:
        return _Entry(parts[0], parts[1], "changed" if " >>> " in line else "reworded")
    return _Entry(parts[0], parts[0])


def parts(kind: Kind, *, revised: bool = False) -> list[Part]:
    """Return what a document prints, in order."""
    entries = _entries(kind)
    return [part for entry in entries if (part := entry.new if revised else entry.old) is not None]


def labels(kind: Kind, *, revised: bool = False) -> list[Label]:
    """Return every sentence and bullet of a document with its label and topic."""
    return [Label(part.text, part.label, part.topic) for part in parts(kind, revised=revised) if part.label]


def changes(kind: Kind) -> list[Change]:
    """Return what the revision does to the commitments; all others stay as they are."""
    found = []
    for entry in _entries(kind):
        if not entry.change or (entry.change == "moved" and entry.new is None):
            continue
        old, new = (entry.new if entry.change == "moved" else entry.old), entry.new
        found.append(Change(entry.change, old.text if old else "", new.text if new else ""))
    return found


def write_pdf(path: Path, *, revised: bool = False) -> Path:
    """Write the coalition agreement: about 30 pages, every line numbered in the margin, page heads, footnotes."""
    from catalogue.county.pdf import write

    write(path, parts("pdf", revised=revised))
    return path


def write_docx(path: Path, *, revised: bool = False) -> Path:
    """Write the strategy of the administration: heading styles, lettered lists, a table, footnotes."""
    from catalogue.county.docx import write

    write(path, parts("docx", revised=revised))
    return path


def write_html(path: Path, *, revised: bool = False) -> Path:
    """Write the election programme as a web page with navigation, cookie banner, teasers and a footer."""
    from catalogue.county.html import write

    write(path, parts("html", revised=revised))
    return path
