"""A PDF as lines: headings by their letters, blocks by gaps, indents and marks, tables row by row."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

from beteiligung.catalogue.importer.headings import is_labelled
from beteiligung.catalogue.importer.model import Line
from beteiligung.catalogue.importer.pdf_glyphs import read_sheets
from beteiligung.catalogue.importer.pdf_rows import Printed, Row, read_rows
from beteiligung.catalogue.importer.pdf_tables import entries, table_runs

_BULLET = re.compile(r"^(?:[-–—•▪▫◦‣·*➢➤✓✔→►■□●○]|o(?=\s))\s*(?=\S)")
_LETTERED = re.compile(r"^\(?(?:[a-z]|[ivx]{1,4})\)\s+(?=\S)|^\(\d{1,2}\)\s+(?=\S)")
_NUMBERED = re.compile(r"^(?:\d{1,2}[.)]\s+(?=\S)|[a-h]\.\s+(?=[A-ZÄÖÜ]))")
_FINAL = re.compile(r"[.!?:;…][\"“”»’')\]]*$")
_SENTENCE_END = re.compile(r"[.!?][\"“”»’')\]]*$")
_CONTENTS = re.compile(r"(?:\.{3,}|(?:\. ){3,}|…|\s{3,})\s*\d{1,4}$")
_MAX_HEADING = 220


def pdf_lines(path: Path) -> list[Line]:
    """Return the lines of a PDF. Raises Invalid if it is locked, broken, too long or without text."""
    printed = read_rows(read_sheets(path))
    levels = _levels(printed)
    runs = dict(table_runs(printed.rows, printed.rules))
    lines: list[Line] = []
    number = 0
    state = _State(_leading(printed.rows))
    index = 0
    head = ""
    while index < len(printed.rows):
        row = printed.rows[index]
        end = runs.get(index)
        if end:
            for first, text, bold in entries(printed.rows[index:end], printed.rules.get(row.page, [])):
                number = first.number if first.number is not None else number + 1
                if text == head:
                    continue  # the head of a table that a page repeats
                lines.append(Line(text, number, row.page, first.number is not None, begins=True))
                if bold:
                    head = text
                    lines.append(Line("|---|---|", number, row.page, begins=True))
            state.reset(printed.rows[end - 1])
            index = end
            continue
        number = row.number if row.number is not None else number + 1
        level = levels[index]
        begins = state.begins(row, level, printed.rows[index + 1] if index + 1 < len(printed.rows) else None)
        text = re.sub(r"^o\s+", "• ", row.text) if state.bullet_mark else row.text
        lines.append(Line(text, number, row.page, row.number is not None, level, begins))
        index += 1
    return lines


def _leading(rows: list[Row]) -> float:
    """Return the usual distance of base lines, as a multiple of the size of the letters."""
    ratios = Counter(
        round((two.y - one.y) / two.size, 1)
        for one, two in pairwise(rows)
        if one.page == two.page and not two.first and one.size == two.size and 0.8 < (two.y - one.y) / two.size < 4
    )
    # where lines and paragraphs are both frequent, the smaller distance is that of the lines
    common = [ratio for ratio, count in ratios.items() if count >= 0.25 * max(ratios.values())]
    return min(common, default=1.2)


def _levels(printed: Printed) -> list[int]:
    """Return the depth of the heading that each row belongs to, 0 for text: larger or bold letters, few lines."""
    rows = printed.rows
    styles = [(round(row.size * 2) / 2, row.bold) for row in rows]
    marked = [(row.size >= 1.12 * printed.size or (row.bold and not printed.bold and row.size > 0.93 * printed.size)) for row in rows]
    index = 0
    while index < len(rows):
        end = index
        while marked[index] and end + 1 < len(rows) and styles[end + 1] == styles[index] and marked[end + 1]:
            if rows[end + 1].first or rows[end + 1].y - rows[end].y > 2.2 * rows[end].size:
                break
            end += 1
        if marked[index] and not _titled(rows[index : end + 1], printed.size, rows[end + 1] if end + 1 < len(rows) else None):
            marked[index : end + 1] = [False] * (end + 1 - index)
        index = end + 1
    order = sorted({style for style, is_marked in zip(styles, marked, strict=True) if is_marked}, reverse=True)
    return [min(6, order.index(style) + 1) if is_marked else 0 for style, is_marked in zip(styles, marked, strict=True)]


def _titled(rows: list[Row], size: float, following: Row | None) -> bool:
    """Tell a heading from a bold paragraph, the bold beginning of one, and a bold list item."""
    text = " ".join(row.text for row in rows)
    if len(text) > _MAX_HEADING or not any(char.isalpha() for char in text) or _CONTENTS.search(text):
        return False
    if _BULLET.match(text) or _LETTERED.match(text) or is_labelled(text):
        return False
    if rows[0].size >= 1.12 * size:
        return not (text.endswith(".") and len(text.split()) > 12)
    inside = following is not None and not following.first and following.y - rows[-1].y < 1.45 * rows[-1].size and text[-1] not in ".!?:"
    filled = rows[-1].x1 > rows[-1].right - 0.1 * (rows[-1].right - rows[-1].left)
    if inside and filled:
        return False
    return len(text.split()) <= 18 and text[-1] not in ".;,:"


def _ordinal(text: str) -> int:
    """Return which item of its list a mark counts ("3." and "c." 3), 0 for one that does not count."""
    match = re.match(r"^\(?(\d{1,2}|[a-h])[.)]", text)
    if not match:
        return 0
    return int(match[1]) if match[1].isdigit() else ord(match[1]) - ord("a") + 1


class _State:
    """What the rows so far say about the block that is open."""

    def __init__(self, leading: float) -> None:
        self.leading = leading
        self.before: Row | None = None
        self.level = 0
        self.mark_x: float | None = None
        self.text_x: float | None = None
        self.lines = 0
        self.bullet_mark = False
        self.ordinal = 0

    def reset(self, row: Row) -> None:
        """Close the block: what comes next begins one."""
        self.before, self.level, self.mark_x, self.text_x, self.lines = row, -1, None, None, 0

    def begins(self, row: Row, level: int, following: Row | None) -> bool:
        """Tell whether a row begins a block, and remember it."""
        self.bullet_mark = False
        marked = not level and self._marked(row, following)
        begins = marked or self._apart(row, level)
        if begins:
            self.lines = 0
            self.mark_x = row.x0 if marked else None
            self.text_x = None if marked else row.x0
            self.bullet_mark = marked
            self.ordinal = _ordinal(row.text) if marked else 0
        elif self.lines == 1 and (self.mark_x is not None or row.x0 < (self.text_x or 0)):
            self.text_x = row.x0
        self.lines += 1
        self.before, self.level = row, level
        return begins

    def _marked(self, row: Row, following: Row | None) -> bool:
        text, before = row.text, self.before
        if _LETTERED.match(text):
            return True
        bullet, numbered = _BULLET.match(text), _NUMBERED.match(text)
        if not bullet and not numbered:
            return False
        if bullet and text[0] not in "-–—*o":
            return True
        if re.match(r"[-*]\S", text):
            return False
        if self.mark_x is not None and self.ordinal and _ordinal(text) == self.ordinal + 1:
            return True
        ended = before is None or self.level != 0 or bool(_FINAL.search(before.text)) or before.text.endswith(",")
        hangs = following is not None and not following.first and following.x0 > row.x0 + 3
        return ended or hangs or self._gap(row) or (before is not None and abs(row.x0 - before.x0) > 3 and not row.first)

    def _gap(self, row: Row) -> bool:
        before = self.before
        if before is None or row.first or row.page != before.page or row.y <= before.y:
            return False
        return (row.y - before.y) / max(row.size, before.size) > 1.12 * self.leading + 0.1

    def _apart(self, row: Row, level: int) -> bool:
        before = self.before
        if before is None or level != self.level:
            return True
        turned = row.first or row.page != before.page or row.y <= before.y
        if level:
            return not turned and (row.y - before.y) > 2.2 * row.size
        if _CONTENTS.search(before.text) or abs(row.size - before.size) > 0.12 * before.size:
            return True
        if turned:
            return self._new_after_turn(row, before)
        return self._gap(row) or self._indented(row, before) or self._short(row, before)

    def _indented(self, row: Row, before: Row) -> bool:
        """Tell a row left of the list item before it, and the indented first row of a paragraph."""
        if self.mark_x is None:
            return self.text_x is not None and row.x0 > self.text_x + 0.7 * row.size and bool(_FINAL.search(before.text))
        return (self.text_x is not None and row.x0 < self.text_x - 4) or (self.lines == 1 and row.x0 < self.mark_x - 4)

    @staticmethod
    def _short(row: Row, before: Row) -> bool:
        """Tell whether the row before ended on purpose: the next word would have fitted."""
        word = row.text.split(maxsplit=1)[0]
        room = before.right - before.x1
        needs = (len(word) + 1) * 0.55 * row.size
        if _SENTENCE_END.search(before.text) or before.text.endswith(":"):
            return room > needs + 0.08 * (before.right - before.left)
        return room > needs + 0.3 * (before.right - before.left) and not row.text[0].islower()

    def _new_after_turn(self, row: Row, before: Row) -> bool:
        """Tell whether a block begins with a new page or column."""
        if _FINAL.search(before.text):
            hanging = self.mark_x is not None and self.text_x is not None and self.lines > 1
            return not (hanging and abs((row.x0 - row.left) - ((self.text_x or 0) - before.left)) < 2 and row.x0 > row.left + 2)
        if row.text[0].islower() or before.text.endswith(("-", ",")):
            return False
        return self._short(row, before)
