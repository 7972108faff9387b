"""The county's coalition agreement as a PDF: numbered lines, page heads and feet, contents, footnotes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pikepdf

from catalogue.county.county import Part

WIDTH, HEIGHT = 595, 842
_CHARACTERS, _LINES, _LEADING, _SIZE = 58, 18, 34, 12.5
_LEFT, _TOP = 92, 752
_NOTE = "\ue000"


@dataclass
class _Row:
    """A printed line: its text, size, indent; a footnote's mark is a private character within the text."""

    text: str
    bold: bool = False
    size: float = _SIZE
    indent: int = 0


@dataclass
class _Page:
    rows: list[_Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    numbered: bool = True


def write(path: Path, parts: Sequence[Part]) -> None:
    """Set the parts and save the file."""
    titles = [part.text for part in parts if part.place == "title"]
    pages = [
        _Page([_Row(""), _Row(""), *(_wrapped(titles[0], bold=True, size=24, characters=26)), _Row(""), *_wrapped(titles[1])], [], False)
    ]
    contents = _Page([_Row("Inhaltsverzeichnis", bold=True, size=16)], [], False)
    pages.append(contents)
    starts = _body(pages, parts)
    for title, number in starts:
        rows = _wrapped(title, characters=50, size=10)
        rows[-1].text += " " + "." * (62 - len(rows[-1].text)) + f" {number}"
        contents.rows += rows
    _save(path, pages, titles[0])


def _body(pages: list[_Page], parts: Sequence[Part]) -> list[tuple[str, int]]:
    starts = []
    notes = 0
    blocks = groupby(
        (part for part in parts if part.place != "title"),
        key=lambda part: (part.place == "sentence", id(part) * (part.place != "sentence")),
    )
    letter = "a"
    page = pages[-1]
    for (running, _), group in blocks:
        block = list(group)
        first = block[0]
        if first.place == "gap":
            continue
        if first.place == "heading":
            page = _Page()
            pages.append(page)
            starts.append((first.text, len(pages)))
        text = ""
        for part in block:
            text += (" " if text else "") + part.text
            if part.note:
                notes += 1
                text += _NOTE
        letter = chr(ord(letter) + 1) if first.place == "lettered" else "a"
        rows = _set(first, text, chr(ord(letter) - 1))
        own = [part.note for part in block if part.note]
        if first.place == "subheading" or (running and page.rows):
            page.rows.append(_Row("", size=6))
        for row in rows:
            if len(page.rows) + len(page.notes) >= _LINES:
                page = _Page()
                pages.append(page)
            page.rows.append(row)
            if _NOTE in row.text:
                number = notes - len(own) + 1
                row.text = row.text.replace(_NOTE, f"{_NOTE}{number}{_NOTE}")
                page.notes.append(f"{number} {own.pop(0)}")
    return starts


def _set(first: Part, text: str, letter: str) -> list[_Row]:
    if first.place == "heading":
        return _wrapped(text, bold=True, size=17, characters=40)
    if first.place == "subheading":
        return _wrapped(text, bold=True, size=14)
    mark = {"bullet": "• ", "lettered": f"{letter}) "}.get(first.place, "")
    rows = _wrapped(mark + text, characters=_CHARACTERS - 4 * bool(mark))
    for index, row in enumerate(rows):
        row.indent = (18 if mark else 0) + (14 if mark and index else 0)
    return rows


def _wrapped(text: str, *, bold: bool = False, size: float = _SIZE, characters: int = _CHARACTERS) -> list[_Row]:
    """Fill lines of at most so many characters; long words are hyphenated."""
    lines, line = [], ""
    for word in text.split(" "):
        room = characters - len(line) - 1
        if len(word) <= room or not line:
            line = f"{line} {word}".strip()
            continue
        cut = next(
            (
                at
                for at in range(min(room - 1, len(word) - 4), 3, -1)
                if re.fullmatch(r"[a-zäöüß]*[aeiouäöü][bdfgklmnprst]", word[:at].lower())
                and word[at:].isalpha()
                and word[at] in "bdfgklmnprst"
            ),
            0,
        )
        if cut:
            lines.append(f"{line} {word[:cut]}-")
            line = word[cut:]
        else:
            lines.append(line)
            line = word
    return [_Row(text, bold, size) for text in (*lines, line)]


def _save(path: Path, pages: Sequence[_Page], title: str) -> None:
    pdf = pikepdf.Pdf.new()
    fonts = pikepdf.Dictionary()
    for name, base in (("/F1", "/Helvetica"), ("/F2", "/Helvetica-Bold")):
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name(base), Encoding=pikepdf.Name.WinAnsiEncoding
        )
        fonts[name] = pdf.make_indirect(font)
    count = 0
    for number, page in enumerate(pages, 1):
        operators = [
            _text(_LEFT, HEIGHT - 48, f"{title} – Landkreis Auental", size=9),
            _text(260, 36, f"Seite {number} von {len(pages)}", size=9),
        ]
        numbers = []
        y = float(_TOP)
        for row in page.rows:
            if row.text:
                operators.append(_text(_LEFT + row.indent, y, row.text, bold=row.bold, size=row.size))
                if page.numbered:
                    count += 1
                    numbers.append(_text(50, y, f"{count:>4}", size=8))
                y -= _LEADING
            else:
                y -= row.size * 1.5
        for place, note in enumerate(page.notes):
            operators.append(_text(_LEFT, 84 - 13 * place, note, size=8.5))
        stream = pdf.make_stream(b"\n".join([*operators, *numbers]))
        pdf.pages.append(
            pikepdf.Page(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Page, MediaBox=[0, 0, WIDTH, HEIGHT], Resources=pikepdf.Dictionary(Font=fonts), Contents=stream
                )
            )
        )
    pdf.save(path, deterministic_id=True)


def _text(x: float, y: float, text: str, *, bold: bool = False, size: float = _SIZE) -> bytes:
    """Return the operators that show a line; between two private characters stands a footnote's mark, raised."""
    font = "F2" if bold else "F1"
    shown = [f"BT 1 0 0 1 {x} {y} Tm".encode()]
    for index, piece in enumerate(text.split(_NOTE)):
        raised = index % 2
        escaped = re.sub(rb"([()\\])", rb"\\\1", piece.encode("cp1252"))
        shown.append(f"/{font} {size * (0.6 if raised else 1)} Tf {4 * raised} Ts (".encode() + escaped + b") Tj")
    return b" ".join([*shown, b"ET"])
