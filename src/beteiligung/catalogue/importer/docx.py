"""A DOCX as lines: headings by style or outline level, list marks as printed, tables row by row.

Left out: footnotes, comments, page heads and feet, deleted and moved-away text, text of drawings, hidden text.
Runs in the confined child process only (`confined.py`). Elements as in ECMA-376, part 1, chapter 17 (WordprocessingML).
"""

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beteiligung.catalogue.importer.model import Line
from beteiligung.catalogue.importer.zips import BROKEN, part, parts_of
from beteiligung.errors import Invalid

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_LOOSE = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_EMPTY = "Die DOCX-Datei enthält keinen Text. Wenn sie eingescannte Seiten zeigt, lassen Sie bitte eine Texterkennung (OCR) darüber laufen."
_GONE = frozenset(
    f"{_W}{name}" for name in ("del", "moveFrom", "drawing", "pict", "object", "instrText", "delText", "rPr", "pPr", "txbxContent")
)
_GONE_COMPAT = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING = re.compile(r"^(?:heading|überschrift|berschrift)\s*([1-9])$", re.IGNORECASE)
_DASHED = re.compile(r"^\s*[-–•▪]\s")
_TOC = re.compile(r"^(?:toc|verzeichnis|table of figures|abbildungsverzeichnis)", re.IGNORECASE)


@dataclass(slots=True)
class _Style:
    name: str = ""
    parent: str = ""
    outline: int | None = None
    number: tuple[str, int] | None = None
    bold: bool | None = None


@dataclass(slots=True)
class _Level:
    form: str = "decimal"
    text: str = ""
    start: int = 1


@dataclass(slots=True)
class _Numbering:
    """What numbering.xml says: the levels of each list, and how far each has counted."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    abstract: dict[str, str] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, number: str, depth: int) -> str:
        """Count on and return the mark that Word prints: "• ", "a) ", "2.1. "; "" if the list has none."""
        levels = self.levels.get(number, {})
        level = levels.get(depth)
        if level is None or level.form == "none":
            return ""
        if level.form == "bullet":
            return "• "
        counts = self.counts.setdefault(self.abstract.get(number, number), {})
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [key for key in counts if key > depth]:
            del counts[deeper]

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            used = levels.get(at, level)
            return _figure(counts.get(at, used.start), used.form)

        return re.sub(r"%(\d)", shown, level.text) + " "


def docx_lines(path: Path) -> list[Line]:
    """Return the lines of a DOCX, one for each paragraph or row. Raises Invalid if it is no such file, a bomb, broken or empty."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Invalid(BROKEN) from error
    with archive:
        names = parts_of(archive)
        main = _parse(part(archive, "word/document.xml"))
        styles = _styles(_parse(part(archive, "word/styles.xml"))) if "word/styles.xml" in names else {}
        numbering = _numbering(_parse(part(archive, "word/numbering.xml"))) if "word/numbering.xml" in names else _Numbering()
    reader = _Reader(styles, numbering)
    body = main.find(f"{_W}body")
    if body is None:
        raise Invalid(BROKEN)
    reader.blocks(body)
    if not any(char.isalpha() for line in reader.lines for char in line.text):
        raise Invalid(_EMPTY)
    return reader.lines


def _parse(data: bytes) -> Any:
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    try:
        return fromstring(data.replace(_STRICT, _LOOSE), forbid_dtd=True)
    except (DefusedXmlException, ParseError, RecursionError) as error:
        raise Invalid(BROKEN) from error


def _value(element: Any, path: str) -> str | None:
    found = element.find("/".join(_W + step for step in path.split("/")))
    return None if found is None else found.get(f"{_W}val")


def _flag(element: Any, name: str) -> bool | None:
    found = element.find(_W + name)
    return None if found is None else found.get(f"{_W}val") not in {"0", "false", "off"}


def _styles(root: Any) -> dict[str, _Style]:
    found = {}
    for element in root.iter(f"{_W}style"):
        outline = _value(element, "pPr/outlineLvl")
        number = _value(element, "pPr/numPr/numId")
        run = element.find(f"{_W}rPr")
        found[element.get(f"{_W}styleId", "")] = _Style(
            _value(element, "name") or "",
            _value(element, "basedOn") or "",
            int(outline) if outline else None,
            (number, int(_value(element, "pPr/numPr/ilvl") or 0)) if number else None,
            None if run is None else _flag(run, "b"),
        )
    return found


def _numbering(root: Any) -> _Numbering:
    abstract: dict[str, dict[int, _Level]] = {}
    for element in root.findall(f"{_W}abstractNum"):
        levels = abstract.setdefault(element.get(f"{_W}abstractNumId", ""), {})
        for level in element.findall(f"{_W}lvl"):
            levels[int(level.get(f"{_W}ilvl", "0"))] = _Level(
                _value(level, "numFmt") or "decimal", _value(level, "lvlText") or "", int(_value(level, "start") or 1)
            )
    found = _Numbering()
    for element in root.findall(f"{_W}num"):
        number, base = element.get(f"{_W}numId", ""), _value(element, "abstractNumId") or ""
        found.levels[number] = abstract.get(base, {})
        fresh = element.find(f"{_W}lvlOverride/{_W}startOverride") is not None
        found.abstract[number] = f"own {number}" if fresh else base
    return found


def _figure(count: int, form: str) -> str:
    if form in {"lowerLetter", "upperLetter"}:
        letter = chr(ord("a") + (count - 1) % 26) * (1 + (count - 1) // 26)
        return letter if form == "lowerLetter" else letter.upper()
    if form in {"lowerRoman", "upperRoman"}:
        figures = ""
        for value, sign in ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
            figures += sign * (count // value)
            count %= value
        return figures if form == "lowerRoman" else figures.upper()
    return str(count)


class _Reader:
    def __init__(self, styles: dict[str, _Style], numbering: _Numbering) -> None:
        self.styles = styles
        self.numbering = numbering
        self.lines: list[Line] = []
        self.number = 0
        self.page: int | None = None
        self.carried = ""

    def blocks(self, parent: Any) -> None:
        """Read paragraphs and tables; content controls and inserted text are transparent."""
        for element in parent:
            if element.tag == f"{_W}p":
                self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                self._table(element)
            elif element.tag == f"{_W}sdt":
                content = element.find(f"{_W}sdtContent")
                if content is not None and not self._contents(element):
                    self.blocks(content)
            elif element.tag in {f"{_W}ins", f"{_W}moveTo", f"{_W}customXml", f"{_W}smartTag"}:
                self.blocks(element)

    @staticmethod
    def _contents(element: Any) -> bool:
        """Tell a table of contents that Word keeps up to date."""
        return any("Table of Contents" in (x.get(f"{_W}val") or "") for x in element.iter(f"{_W}docPartGallery"))

    def _chain(self, name: str) -> list[_Style]:
        """Return a style and those it is based on."""
        chain: list[_Style] = []
        while name in self.styles and len(chain) < 12:
            chain.append(self.styles[name])
            name = chain[-1].parent
        return chain

    def _paragraph(self, element: Any) -> None:
        properties = element.find(f"{_W}pPr")
        style = _value(element, "pPr/pStyle") or ""
        chain = self._chain(style)
        text = self.carried + _text(element)
        if properties is not None and properties.find(f"{_W}rPr/{_W}del") is not None:
            self.carried = text  # its end was deleted: it runs on in the next paragraph
            return
        self.carried = ""
        breaks = sum(x.get(f"{_W}type") == "page" for x in element.iter(f"{_W}br")) + sum(
            1 for _ in element.iter(f"{_W}lastRenderedPageBreak")
        )
        if any(_TOC.match(each.name) for each in chain) or not text.strip():
            self._turn(breaks)
            return
        self.number += 1
        level = self._level(properties, chain)
        label = self._label(properties, chain)
        if not level and not label and _all_bold(element, chain) and len(text) <= 140 and text.rstrip()[-1] not in ".:;,":
            text = f"**{text.strip()}**"
        if level and label == "• ":
            label = ""
        for index, piece in enumerate(text.split("\n")):
            if piece.strip():
                begins = index == 0 or bool(_DASHED.match(piece))
                self.lines.append(Line(("" if index else label) + piece.strip(), self.number, self.page, level=level, begins=begins))
        self._turn(breaks)

    def _turn(self, breaks: int) -> None:
        """Count pages where Word has noted them."""
        if breaks:
            if self.page is None:
                self.page = 1
                self.lines = [Line(x.text, x.number, 1, level=x.level, begins=x.begins) for x in self.lines]
            self.page += breaks

    def _level(self, properties: Any, chain: list[_Style]) -> int:
        own = None if properties is None else _value(properties, "outlineLvl")
        for outline in [int(own) if own else None, *(style.outline for style in chain)]:
            if outline is not None:
                return min(outline + 1, 6) if outline < 9 else 0
        for style in chain:
            match = _HEADING.match(style.name)
            if match:
                return min(int(match[1]), 6)
        return 1 if chain and chain[0].name.lower() in {"title", "titel"} else 0

    def _label(self, properties: Any, chain: list[_Style]) -> str:
        number = None if properties is None else _value(properties, "numPr/numId")
        depth = int((None if properties is None else _value(properties, "numPr/ilvl")) or 0)
        if number is None:
            number, depth = next((style.number for style in chain if style.number), (None, 0))
        if number is None or number == "0":
            return ""
        return self.numbering.label(number, depth)

    def _table(self, table: Any) -> None:
        rows = [row for row in table.iter(f"{_W}tr") if row.find(f"{_W}trPr/{_W}del") is None]
        if len(rows) == 1 or all(len(row.findall(f"{_W}tc")) == 1 for row in rows):
            for cell in table.iter(f"{_W}tc"):  # a frame around text, or columns set side by side
                self.blocks(cell)
            return
        for index, row in enumerate(rows):
            cells = [" ".join(_text(p).replace("\n", " ").strip() for p in cell.iter(f"{_W}p")).strip() for cell in row.findall(f"{_W}tc")]
            if not any(cells):
                continue
            self.number += 1
            self.lines.append(Line("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |", self.number, self.page, begins=True))
            marked = _value(row, "trPr/tblHeader") or row.find(f"{_W}trPr/{_W}tblHeader") is not None
            if index == 0 and len(rows) > 1 and (marked or _looks_like_head(cells)):
                self.lines.append(Line("|---|---|", self.number, self.page, begins=True))


def _looks_like_head(cells: list[str]) -> bool:
    return len(cells) > 1 and all(0 < len(cell) <= 40 and len(cell.split()) <= 4 and cell[-1] not in ".;" for cell in cells)


def _text(element: Any) -> str:
    """Return what a paragraph shows: with inserted text, without deleted text, fields, notes and drawings; line breaks as newlines."""
    pieces: list[str] = []
    for child in element:
        tag = child.tag
        if tag in _GONE or tag == _GONE_COMPAT:
            continue
        if tag == f"{_W}t":
            pieces.append(child.text or "")
        elif tag in {f"{_W}br", f"{_W}cr"}:
            pieces.append("\n" if child.get(f"{_W}type") in {None, "textWrapping"} else "")
        elif tag == f"{_W}tab":
            pieces.append("\t")
        elif tag == f"{_W}noBreakHyphen":
            pieces.append("-")
        elif tag == f"{_W}softHyphen":
            pieces.append("\u00ad")
        elif tag == f"{_W}r":
            pieces.append("" if _left_out(child) else _text(child))
        elif tag != f"{_W}p":
            pieces.append(_text(child))
    return "".join(pieces)


def _left_out(run: Any) -> bool:
    """Tell hidden text and marks of notes set by hand, as superscript figures."""
    properties = run.find(f"{_W}rPr")
    if properties is None:
        return False
    return bool(_flag(properties, "vanish")) or (_value(properties, "vertAlign") == "superscript" and _text(run).strip(" ,").isdigit())


def _all_bold(paragraph: Any, chain: list[_Style]) -> bool:
    inherited = next((style.bold for style in chain if style.bold is not None), False)
    weights = []
    for run in paragraph.iter(f"{_W}r"):
        if not _text(run).strip():
            continue
        properties = run.find(f"{_W}rPr")
        own = None if properties is None else _flag(properties, "b")
        weights.append(inherited if own is None else own)
    return bool(weights) and all(weights)
