"""The rows of a PDF in reading order: without page heads and feet, footnotes and the numbers in the margin."""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from beteiligung.catalogue.importer.pdf_glyphs import Piece, Sheet
from beteiligung.text.normal import normalise

_PAGE_NUMBER = re.compile(
    r"^\W*(?:(?:seite|page|s\.)\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:von|of|/|\|)\s*\d{1,4})?\W*$",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"^(?:[-–—•▪▫◦‣·*➢➤✓✔→►■□●○]|o|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|\(?\d{1,2}(?:\.\d{1,2}){0,4}\.?\)?|[A-HIVX]{1,5}\.|§\s*\d+)$"
)
_NOTE = re.compile(r"^(\d{1,3}|[*†]+)")


@dataclass(slots=True)
class Row:
    """A printed line of one column. `cells` are its parts that wide gaps hold apart.

    `left` and `right` are the edges of its column; `number` is printed beside it; `first` tells the
    first row of a page or column, which has no gap to the row before.
    """

    page: int
    y: float
    size: float
    bold: bool
    cells: list[Piece]
    left: float = 0.0
    right: float = 0.0
    number: int | None = None
    first: bool = False

    @property
    def x0(self) -> float:
        """Where its text begins."""
        return self.cells[0].x0

    @property
    def x1(self) -> float:
        """Where its text ends."""
        return self.cells[-1].x1

    @property
    def text(self) -> str:
        """Its text; three blanks where a wide gap is, one after the mark of a list."""
        text = self.cells[0].text
        for before, cell in pairwise(self.cells):
            text += (" " if _MARK.match(before.text) and before is self.cells[0] else "   ") + cell.text
        return text


@dataclass(slots=True)
class Printed:
    """A document's rows in reading order, what most of its letters look like, and its rules by page."""

    rows: list[Row]
    size: float
    bold: bool
    step: int
    rules: dict[int, list[tuple[float, float, float]]] = field(default_factory=dict)


def read_rows(sheets: list[Sheet]) -> Printed:
    """Return the rows of a document that belong to its text."""
    size, bold = _body_style(sheets)
    numbers, step = _margin_numbers(sheets)
    frames = {sheet.number: _page_rows(sheet.pieces) for sheet in sheets}
    for sheet in sheets:
        dropped = _furniture(sheet, sheets, frames, size)
        sheet.pieces = [piece for piece in sheet.pieces if id(piece) not in dropped]
    rows: list[Row] = []
    for sheet in sheets:
        own = [row for column in _columns(sheet) for row in _column_rows(column, sheet, size)]
        for y, number in numbers.get(sheet.number, ()):
            near = min(own, key=lambda row: abs(row.y - y), default=None)
            if near is not None and abs(near.y - y) < 0.5 * size and near.number is None:
                near.number = number
        rows += own
    return Printed(rows, size, bold, step, {sheet.number: sheet.rules for sheet in sheets})


def _body_style(sheets: list[Sheet]) -> tuple[float, bool]:
    styles: Counter[tuple[float, bool]] = Counter()
    for sheet in sheets:
        for piece in sheet.pieces:
            styles[round(piece.size * 2) / 2, piece.bold] += len(piece.text)
    return styles.most_common(1)[0][0]


def _margin_numbers(sheets: list[Sheet]) -> tuple[dict[int, list[tuple[float, int]]], int]:
    """Take printed line numbers out of the pages; return them as (y, number) by page, and their step (0: none)."""
    candidates: list[tuple[Sheet, Piece]] = []
    for sheet in sheets:
        texts = [piece for piece in sheet.pieces if not piece.text.isdigit() and len(piece.text) > 12]
        if not texts:
            continue
        left = sorted(piece.x0 for piece in texts)[len(texts) // 10]
        right = sorted(piece.x1 for piece in texts)[-1 - len(texts) // 10]
        digits = [
            p for p in sheet.pieces if p.text.isdigit() and len(p.text) < 6 and not p.raised and (p.x1 < left - 1 or p.x0 > right + 1)
        ]
        candidates += [(sheet, piece) for piece in sorted(digits, key=lambda piece: piece.y)]
    for side in (0, 1):
        places = Counter(round((p.x1, p.x0)[side] / 3) for _, p in candidates)
        if not places:
            return {}, 0
        place = places.most_common(1)[0][0]
        chosen = [(s, p) for s, p in candidates if abs((p.x1, p.x0)[side] / 3 - place) <= 3]
        steps = Counter(int(b.text) - int(a.text) for (_, a), (_, b) in pairwise(chosen))
        step = 5 if steps[5] > steps[1] else 1
        pages = {sheet.number for sheet, _ in chosen}
        if len(chosen) >= 6 and steps[step] >= 0.5 * len(chosen) and len(chosen) >= 3 * len(pages):
            found: dict[int, list[tuple[float, int]]] = {}
            taken = {id(piece) for _, piece in chosen}
            for sheet, piece in chosen:
                found.setdefault(sheet.number, []).append((piece.y, int(piece.text)))
            for sheet in sheets:
                sheet.pieces = [piece for piece in sheet.pieces if id(piece) not in taken]
            return found, step
    return {}, 0


def _page_rows(pieces: list[Piece]) -> list[list[Piece]]:
    """Return the pieces of a page (or column) line by line, from the top."""
    rows: list[list[Piece]] = []
    for piece in sorted((piece for piece in pieces if not piece.raised), key=lambda piece: piece.y):
        near = rows and piece.y - max(rows[-1], key=lambda p: p.size).y < 0.5 * max(p.size for p in (piece, *rows[-1]))
        if near:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    for row in rows:
        row.sort(key=lambda piece: piece.x0)
    return rows


def _furniture(sheet: Sheet, sheets: list[Sheet], frames: dict[int, list[list[Piece]]], size: float) -> set[int]:
    """Return what the page prints around its text: heads, feet, page numbers (ids of pieces)."""
    dropped: set[int] = set()
    rows = frames[sheet.number]
    for outward in (rows, rows[::-1]):
        for row in outward[:5]:
            y = row[0].y
            margin = y < 0.12 * sheet.height or y > 0.88 * sheet.height
            text = " ".join(piece.text for piece in row)
            if not (
                _repeats(row, text, sheet, sheets, frames) or (margin and (_PAGE_NUMBER.match(text) or _always(row, sheets, frames, size)))
            ):
                break
            dropped.update(id(piece) for piece in row)
    return dropped


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", normalise(text))


def _repeats(row: list[Piece], text: str, sheet: Sheet, sheets: list[Sheet], frames: dict[int, list[list[Piece]]]) -> bool:
    """Tell whether a row stands at the same height with the same words on other pages."""
    shape, count = _shape(text), 0
    edge = row[0].y < 0.2 * sheet.height or row[0].y > 0.8 * sheet.height
    for other in sheets:
        count += any(
            abs(line[0].y - row[0].y) < 4 and _shape(" ".join(piece.text for piece in line)) == shape
            for line in (*frames[other.number][:5], *frames[other.number][-5:])
        )
    return edge and (count >= 3 or (count == len(sheets) == 2))


def _always(row: list[Piece], sheets: list[Sheet], frames: dict[int, list[list[Piece]]], size: float) -> bool:
    """Tell a head in small letters that changes its words but stands on most pages at one height."""
    if len(sheets) < 3 or max(piece.size for piece in row) > 0.95 * size:
        return False
    at = sum(any(abs(line[0].y - row[0].y) < 2 for line in frames[other.number]) for other in sheets)
    return at >= 0.6 * len(sheets)


def _columns(sheet: Sheet) -> list[list[Piece]]:
    """Return the pieces of a page in reading order: one column, or the left before the right one.

    Two columns are taken for granted only where a gutter near the middle is crossed by little, both
    sides hold several lines, and these fill their half.
    """
    pieces = sheet.pieces
    wide = [piece for piece in pieces if len(piece.text) > 3]
    if len(wide) < 12:
        return [pieces]
    for share in (0.5, 0.48, 0.52, 0.46, 0.54, 0.44, 0.56):
        gutter = share * sheet.width
        crossing = [piece for piece in wide if piece.x0 < gutter - 2 and piece.x1 > gutter + 2]
        left = [piece for piece in wide if piece.x1 <= gutter + 2]
        right = [piece for piece in wide if piece.x0 >= gutter - 2]
        if min(len(left), len(right)) < 5 or len(crossing) > 0.34 * min(len(left), len(right)) or not (_fills(left) and _fills(right)):
            continue
        return _bands(pieces, crossing, gutter)
    return [pieces]


def _fills(pieces: list[Piece]) -> bool:
    width = max(piece.x1 for piece in pieces) - min(piece.x0 for piece in pieces)
    return sum(piece.x1 - piece.x0 > 0.7 * width for piece in pieces) >= 0.5 * len(pieces)


def _bands(pieces: list[Piece], crossing: list[Piece], gutter: float) -> list[list[Piece]]:
    """Cut a page of two columns at what runs over both."""
    result: list[list[Piece]] = []
    edges = sorted({piece.y for piece in crossing})
    top = -1.0
    for edge in [*edges, float("inf")]:
        band = [piece for piece in pieces if top < piece.y < edge - 1]
        sides = ([p for p in band if p.x0 < gutter - 2], [p for p in band if p.x0 >= gutter - 2])
        result += [side for side in sides if side]
        across = [piece for piece in pieces if abs(piece.y - edge) <= 1]
        if across:
            result.append(across)
        top = edge + 1
    return result


def _column_rows(pieces: list[Piece], sheet: Sheet, body: float) -> list[Row]:
    """Return the rows of a column without footnotes; marks of footnotes within the text are left out."""
    marks = {piece.text for piece in pieces if piece.raised}
    rows = []
    for line in _page_rows(pieces):
        widest = max(line, key=lambda piece: len(piece.text) * piece.size)
        cells = [_copy(line[0])]
        for piece in line[1:]:
            last = cells[-1]
            gap = piece.x0 - last.x1
            if gap < 1.2 * widest.size and not (gap > 0 and sheet.parted(last.x1, piece.x0, piece.y)):
                last.text += (" " if gap > 0.12 * widest.size else "") + piece.text
                last.x1 = max(last.x1, piece.x1)
            else:
                cells.append(_copy(piece))
        letters = [piece for piece in line if any(char.isalnum() for char in piece.text)] or line
        _add_dot(cells, sheet)
        rows.append(Row(sheet.number, widest.y, widest.size, all(piece.bold for piece in letters), cells))
    rows = rows[: _footnotes(rows, marks, body)]
    if rows:
        left, right = min(row.x0 for row in rows), max(row.x1 for row in rows)
        for index, row in enumerate(rows):
            row.left, row.right, row.first = left, right, index == 0
    return rows


def _add_dot(cells: list[Piece], sheet: Sheet) -> None:
    """Put the mark of a list item before it where the page draws it as a dot."""
    first = cells[0]
    for x, y in sheet.dots:
        if 0 < first.x0 - x < 2.5 * first.size and first.y - first.size < y < first.y:
            cells.insert(0, Piece(x - 2, x + 2, first.y, first.size, first.bold, "•"))
            return


def _copy(piece: Piece) -> Piece:
    """Return a copy that may be added to."""
    return Piece(piece.x0, piece.x1, piece.y, piece.size, piece.bold, piece.text)


def _footnotes(rows: list[Row], marks: set[str], body: float) -> int:
    """Return where the footnotes of a column begin: small rows at its end, the first with a mark that the text has."""
    start = len(rows)
    while start and rows[start - 1].size < 0.93 * body:
        start -= 1
    for index in range(start, len(rows)):
        match = _NOTE.match(rows[index].text)
        if match and any(mark.strip(")") == match[1] for mark in marks):
            return index
    return len(rows)
