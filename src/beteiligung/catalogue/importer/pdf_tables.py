"""Tables of a PDF: which rows belong to one, and its entries row by row."""

import re
from itertools import pairwise

from beteiligung.catalogue.importer.pdf_rows import Row
from beteiligung.text.normal import heal

_MARK_ONLY = re.compile(r"^\W{1,2}$|^\(?(?:[a-z]|\d{1,2})[.)]$|^\d{1,2}(?:\.\d{1,2}){0,3}\.?$|^[A-HIVX]{1,5}\.$")
_ALIGNED = 5.0  # points


def table_runs(rows: list[Row], rules: dict[int, list[tuple[float, float, float]]]) -> list[tuple[int, int]]:
    """Return (start, end) of every run of rows that is a table."""
    found = []
    start = 0
    while start < len(rows):
        end = _run_end(rows, start)
        if end > start and _is_table(rows[start:end], rules.get(rows[start].page, [])):
            found.append((start, end))
            start = end
        else:
            start += 1
    return found


def _several(row: Row) -> bool:
    """Tell a row with cells of a table from a list item with its mark and a line of a contents table."""
    if len(row.cells) < 2 or (len(row.cells) == 2 and _MARK_ONLY.match(row.cells[0].text)):
        return False
    return not (row.cells[-1].text.strip(" .").isdigit() and len(row.cells) == 2) and ". . ." not in row.text and "...." not in row.text


def _run_end(rows: list[Row], start: int) -> int:
    """Return where a run that begins with several cells ends: cells must stand where others stood."""
    if not _several(rows[start]):
        return start
    places = [cell.x0 for cell in rows[start].cells]
    end = start + 1
    while end < len(rows):
        row, before = rows[end], rows[end - 1]
        near = row.page == before.page and not row.first and row.y - before.y < 3.2 * max(row.size, 6)
        aligned = [cell for cell in row.cells if any(abs(cell.x0 - place) < _ALIGNED for place in places)]
        if not near or not aligned or (len(row.cells) == 1 and row.x1 > _right_of(row, places)):
            break
        if _several(row):
            places += [cell.x0 for cell in row.cells if cell not in aligned]
        end += 1
    while end > start and not _several(rows[end - 1]) and rows[end - 1].x0 <= min(places) + _ALIGNED:
        end -= 1
    return end


def _right_of(row: Row, places: list[float]) -> float:
    """Return where the cell after a lone one begins: text that runs past it is no cell."""
    return min((place for place in places if place > row.x0 + _ALIGNED), default=float("inf"))


def _is_table(rows: list[Row], rules: list[tuple[float, float, float]]) -> bool:
    several = [row for row in rows if _several(row)]
    if len(several) < 2:
        return False
    between = [y for y, left, right in rules if rows[0].y < y < rows[-1].y and right - left > 0.05 * (rows[0].right - rows[0].left)]
    shared = sum(any(abs(a.x0 - b.x0) < _ALIGNED for a in one.cells[1:] for b in two.cells[1:]) for one, two in pairwise(several))
    return shared >= 0.6 * (len(several) - 1) and (len(several) >= 3 or bool(between))


def entries(rows: list[Row], rules: list[tuple[float, float, float]]) -> list[tuple[Row, str, bool]]:
    """Return the entries of a table: its first row, the cells as `| a | b |`, whether it is bold (a head)."""
    columns = _places(rows)
    found = []
    for group in _entry_rows(rows, rules, columns[0]):
        cells: list[list[str]] = [[] for _ in columns]
        for row in group:
            for cell in row.cells:
                at = max((i for i, place in enumerate(columns) if place <= cell.x0 + _ALIGNED), default=0)
                cells[at].append(cell.text.replace("|", "/"))
        text = "| " + " | ".join(heal("\n".join(lines)) for lines in cells) + " |"
        found.append((group[0], text, all(row.bold for row in group)))
    return found


def _places(rows: list[Row]) -> list[float]:
    places: list[float] = []
    for place in sorted(cell.x0 for row in rows for cell in row.cells if _several(row)):
        if not places or place - places[-1] > 2 * _ALIGNED:
            places.append(place)
    return places


def _entry_rows(rows: list[Row], rules: list[tuple[float, float, float]], first: float) -> list[list[Row]]:
    """Put the printed lines of each entry together: by its rules, else by wider gaps, else by its first column."""
    gaps = [two.y - one.y for one, two in pairwise(rows)]
    ys = [y for y, _, _ in rules]
    cuts = [any(one.y < y < two.y for y in ys) for one, two in pairwise(rows)]
    if sum(cuts) < 0.3 * len(cuts) or not any(cuts):
        if max(gaps) > 1.15 * min(gaps):
            cuts = [gap > 1.1 * min(gaps) for gap in gaps]
        else:
            cuts = [row.x0 <= first + _ALIGNED and not row.text[0].islower() for row in rows[1:]]
    groups = [[rows[0]]]
    for cut, row in zip(cuts, rows[1:], strict=True):
        if cut:
            groups.append([row])
        else:
            groups[-1].append(row)
    return groups
