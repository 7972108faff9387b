"""XLSX: a sheet for each table with real numbers and dates, after a first sheet with contents, notes and method.

Every text is written as a string, never as a formula. Fixed dates: the same data is the same file.
"""

import io
import re
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from beteiligung.reporting.dataset import SUPPRESSED, Column, ReportData, Table, Value, number
from beteiligung.reporting.formats.annex import annex, headings
from beteiligung.reporting.formats.cleaned import cleaned
from beteiligung.reporting.formats.facts import EXAMPLE, facts
from beteiligung.web.markdown import blocks

CONTENTS = "Inhalt"
METHOD = "Methode"
FIRST_ROW = 5
"""Of the head of a table, counted from 0: above it stand title, note, reason for gaps, query and the way back."""
_LONGEST = 31  # signs of a sheet's name
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_WIDEST, _WIDEST_WORD, _NARROWEST, _BESIDE = 60, 24, 11, 90
_WORDS = ("text", "link")
_FONT = "Arial"  # on every desk, and with the same widths in LibreOffice


def render(data: ReportData) -> bytes:
    """Return the workbook."""
    data, made = cleaned(data), io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties(
        {
            "title": data.title,
            "subject": data.sitting.subject,
            "author": data.region_name,
            "comments": data.notice,
            "created": (data.as_of or datetime.combine(data.sitting.until, datetime.min.time(), UTC)).astimezone(UTC).replace(tzinfo=None),
        }
    )
    tables = annex(data)
    names = sheet_names(table.title for table in tables)
    styles = _Styles(book)
    _contents(book.add_worksheet(CONTENTS), data, tables, names, styles)
    _method(book.add_worksheet(METHOD), data, styles)
    for place, (table, name) in enumerate(zip(tables, names, strict=True), start=1):
        _sheet(book.add_worksheet(name), table, data.site, f"Tabelle{place}", styles)
    book.close()
    return made.getvalue()


def sheet_names(titles: Any) -> list[str]:
    """Return a name for each sheet that Excel takes, no two alike and none that of a sheet which is always there."""
    made: list[str] = []
    for title in titles:
        base = " ".join(_FORBIDDEN.sub(" ", title).split()) or "Tabelle"
        name, copy = _cut(base, _LONGEST), 2
        while name.casefold() in {one.casefold() for one in (CONTENTS, METHOD, "History", *made)}:
            end = f" {copy}"
            name, copy = _cut(base, _LONGEST - len(end)) + end, copy + 1
        made.append(name)
    return made


def _cut(name: str, most: int) -> str:
    """Cut a name as Excel counts: signs beyond the first 65,536 are two."""
    while len(name.encode("utf-16-le")) > 2 * most:
        name = name[:-1]
    return name.strip()


class _Styles:
    """The workbook's few formats."""

    def __init__(self, book: Any) -> None:
        plain = {"font_name": _FONT, "font_size": 10, "valign": "top"}
        self._book, self._plain, self._kinds = book, plain, {}  # type: Any, Any, dict[str, Any]
        book.formats[0].set_font_name(_FONT)
        book.formats[0].set_font_size(10)
        self.title = book.add_format({**plain, "bold": True, "font_size": 15})
        self.strong = book.add_format({**plain, "bold": True, "text_wrap": True})
        self.head = book.add_format({**plain, "bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1})
        self.head_right = book.add_format({**plain, "bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "align": "right"})
        self.words = book.add_format({**plain, "text_wrap": True})
        self.small = book.add_format({**plain, "font_color": "#333333"})
        self.link = book.add_format({**plain, "font_color": "#1A3F8B", "underline": 1})
        self.gap = book.add_format({**plain, "align": "right"})
        self.number = book.add_format({**plain, "num_format": "#,##0"})

    def of(self, column: Column) -> Any:
        """Return the format of a column's figures."""
        digits = "." + "0" * column.decimals if column.decimals else ""
        pattern = f"0{digits}\N{NO-BREAK SPACE}%" if column.unit == "%" else f"#,##0{digits}"
        if column.kind == "date":
            pattern = "dd.mm.yyyy"
        if pattern not in self._kinds:
            self._kinds[pattern] = self._book.add_format({**self._plain, "num_format": pattern})
        return self._kinds[pattern]


def _contents(sheet: Any, data: ReportData, tables: tuple[Table, ...], names: list[str], styles: _Styles) -> None:
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, _BESIDE)
    sheet.write_string(0, 0, data.title, styles.title)
    sheet.set_row(0, 24)
    row = _paragraph(sheet, 1, data.notice, styles.strong)
    if data.example:
        row = _paragraph(sheet, row, EXAMPLE, styles.strong)
    row += 1
    for name, said in facts(data):
        sheet.set_row(row, _height([(said, _BESIDE)]))
        sheet.write_string(row, 0, name, styles.words)
        sheet.write_string(row, 1, said, styles.words)
        row += 1
    row += 1
    sheet.write_string(row, 0, "Blatt", styles.head)
    sheet.write_string(row, 1, "Inhalt und Abfrage, aus der die Zahlen kommen", styles.head)
    for name, table in zip(names, tables, strict=True):
        row += 1
        sheet.write_url(row, 0, f"internal:'{name}'!A1", styles.link, string=name)
        words = f"{table.title} ({len(table.rows)} Zeilen). {table.query}"
        sheet.set_row(row, _height([(words, _BESIDE)]))
        sheet.write_string(row, 1, words, styles.words)
    sheet.hide_gridlines(2)
    _for_paper(sheet, data.title)


def _method(sheet: Any, data: ReportData, styles: _Styles) -> None:
    sheet.set_column(0, 1, 57)
    sheet.write_string(0, 0, "Zusammenfassung, Methode und Hinweise", styles.title)
    sheet.set_row(0, 24)
    row = 1
    parts = [
        ("Zusammenfassung", list(data.summary)),
        ("Vorwort", [block.text for block in blocks(data.foreword)]),
        *((one.title, [*one.paragraphs, *filter(None, (one.absent,))]) for one in data.sections if one.paragraphs or one.absent),
        ("Methode", [text for text in data.method if text not in {one for section in data.sections for one in section.paragraphs}]),
        ("Nach welcher Regel Zitate gewählt sind", [data.quote_rule]),
        (
            "So sind die Blätter geschrieben",
            [
                f"„{SUPPRESSED}“ heißt: wird nicht angegeben. Der Grund steht über der Tabelle.",
                "Anteile sind Prozentzahlen der Tabellenkalkulation: 0,5 wird als 50 % gezeigt.",
            ],
        ),
    ]
    for title, paragraphs in parts:
        if paragraphs:
            sheet.write_string(row + 1, 0, title, styles.strong)
            row += 2
        for paragraph in paragraphs:
            row = _paragraph(sheet, row, paragraph, styles.words)
    sheet.hide_gridlines(2)
    _for_paper(sheet, data.title)


def _paragraph(sheet: Any, row: int, text: str, style: Any) -> int:
    """Write a paragraph over two columns, as high as it needs to be; returns the next row."""
    sheet.merge_range(row, 0, row, 1, "", style)
    sheet.write_string(row, 0, text, style)
    sheet.set_row(row, 14 * sum(max(1, -(-len(line) // 118)) for line in text.split("\n")) + 2)
    return row + 1


def _sheet(sheet: Any, table: Table, site: str, name: str, styles: _Styles) -> None:
    heads = headings(table)
    sheet.write_string(0, 0, table.title, styles.title)
    sheet.set_row(0, 24)
    sheet.write_string(1, 0, table.note, styles.small)
    sheet.write_string(2, 0, f"„{SUPPRESSED}“: {table.suppressed}" if table.suppressed else "", styles.small)
    sheet.write_string(3, 0, f"Zahlen aus: {table.query}", styles.small)
    sheet.write_url(4, 0, f"internal:'{CONTENTS}'!A1", styles.link, string="Zum Inhalt")
    for place, (column, head) in enumerate(zip(table.columns, heads, strict=True)):
        sheet.set_column(place, place, _width(table, place, head))
        for line, row in enumerate(table.rows, start=FIRST_ROW + 1):
            _cell(sheet, line, place, column, row[place], site, styles)
    texts = [(place, _width(table, place, heads[place])) for place, column in enumerate(table.columns) if column.kind == "text"]
    for line, row in enumerate(table.rows, start=FIRST_ROW + 1):
        sheet.set_row(line, _height([(str(row[place] or ""), width) for place, width in texts]))
    columns = [
        {"header": head, "header_format": styles.head if column.kind in _WORDS else styles.head_right}
        for column, head in zip(table.columns, heads, strict=True)
    ]
    last = FIRST_ROW + max(1, len(table.rows))
    sheet.add_table(FIRST_ROW, 0, last, len(heads) - 1, {"name": name, "columns": columns, "style": "Table Style Light 1"})
    sheet.set_row(FIRST_ROW, 14 * max(-(-len(head) // max(1, int(_width(table, place, head)) - 3)) for place, head in enumerate(heads)) + 4)
    sheet.freeze_panes(FIRST_ROW + 1, 1)
    sheet.repeat_rows(FIRST_ROW)
    _for_paper(sheet, table.title, wide=len(heads) > 4)


def _height(cells: list[tuple[str, float]]) -> float:
    """Return the height of a row whose texts are (words, width of the column): not every program finds it by itself."""
    lines = max((sum(max(1, -(-len(line) // int(width))) for line in words.split("\n")) for words, width in cells), default=1)
    return min(400.0, 13.5 * lines + 1)


def _for_paper(sheet: Any, title: str, *, wide: bool = False) -> None:
    sheet.set_paper(9)
    sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L&9{title.replace('&', '&&')}&R&9Seite &P von &N")
    if wide:
        sheet.set_landscape()


def _cell(sheet: Any, line: int, place: int, column: Column, value: Value, site: str, styles: _Styles) -> None:
    figure = number(column, value)
    if value is None:
        sheet.write_string(line, place, SUPPRESSED, styles.gap)
    elif figure is not None:
        sheet.write_number(line, place, float(figure.scaleb(-2) if column.unit == "%" else figure), styles.of(column))
    elif column.kind == "date" and value:
        sheet.write_datetime(line, place, date.fromisoformat(str(value)), styles.of(column))
    elif column.kind == "link" and value:
        sheet.write_url(line, place, f"{site}{value}", styles.link, string=f"{site}{value}")
    else:
        sheet.write_string(line, place, str(value), styles.words)


def _width(table: Table, place: int, head: str) -> float:
    """Return a column's width in signs: as wide as its longest words need, within limits; a head may break between words."""
    if table.columns[place].kind not in _WORDS:
        return float(max((_NARROWEST, *(len(word) + 4 for word in head.split()))))
    texts = [str(row[place] or "") for row in table.rows]
    longest = max((len(line) for text in texts for line in text.split("\n")), default=0)
    widest = _WIDEST if any(" " in text for text in texts) else _WIDEST_WORD
    return float(min(widest, max(_NARROWEST, longest + 2, *(len(word) + 4 for word in head.split()))))
