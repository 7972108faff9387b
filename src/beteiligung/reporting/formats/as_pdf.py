"""PDF: what people with ten minutes read, tagged (PDF/UA), made in the child process of `web.pdf`.

Pictures stand for the tables they draw, other tables are printed as far as they are short: tagged tables are slow, and the figures of
all of them stand in XLSX and CSV, which the last page names. The PDF's date is that of the figures, so that it is always the same.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

import segno
from markupsafe import Markup

from beteiligung.reporting.dataset import Column, ReportData, Section, Table, Value, said
from beteiligung.reporting.formats import charts
from beteiligung.reporting.formats.annex import annex, headings
from beteiligung.reporting.formats.cleaned import cleaned
from beteiligung.reporting.formats.facts import EXAMPLE, day, facts, moment
from beteiligung.web.markdown import render_markdown
from beteiligung.web.pdf import font, to_pdf
from beteiligung.web.render import render as render_template

MOST_ROWS = 8
_MOST_COLUMNS = 7
_ANNEX = "annex"
"""Key of the section that is all tables: on paper it is the last page."""


@dataclass(frozen=True)
class PrintedTable:
    """As much of a table as paper shows: `columns` with their places in a row, without links."""

    table: Table
    columns: tuple[tuple[int, Column], ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def suppressed(self) -> str:
        """Why a value of those shown is not told; empty where all are."""
        gaps = any(row[place] is None for row in self.rows for place, _column in self.columns)
        return self.table.suppressed if gaps else ""


@dataclass(frozen=True)
class PrintedSection:
    """A section with the pictures and tables that paper shows of it."""

    name: str
    section: Section
    drawings: tuple[dict[str, Any], ...]
    tables: tuple[PrintedTable, ...]


def sections(data: ReportData) -> list[PrintedSection]:
    """Return the sections as they are printed; DOCX shows the same ones."""
    made = []
    for section in data.sections:
        if section.key == _ANNEX:
            continue
        drawn = tuple(_captioned(data, one) for one in charts.drawings(data, section.charts))
        pictured = {one["table"] for one in drawn}
        tables = tuple(printed(data.table(key)) for key in section.tables if key not in pictured)
        made.append(PrintedSection(f"teil-{section.key}", section, drawn, tuple(one for one in tables if one.rows)))
    return made


def printed(table: Table, most: int = MOST_ROWS) -> PrintedTable:
    """Return the part of a table that fits on paper."""
    columns = [(place, column) for place, column in enumerate(table.columns) if column.kind != "link"]
    if len(columns) > _MOST_COLUMNS:  # the ends of intervals are the first to go
        columns = [(place, column) for place, column in columns if column.kind not in ("low", "high")]
    return PrintedTable(table, tuple(columns[:_MOST_COLUMNS]), headings(table), table.rows[:most])


def _captioned(data: ReportData, drawing: charts.Drawing) -> dict[str, Any]:
    table = data.table(drawing.table)
    return {
        "title": drawing.title, "svg": drawing.svg, "alt": drawing.alt, "rows": drawing.rows, "of": drawing.of, "table": drawing.table,
        "note": table.note, "short": drawing.kind != "days", "height": drawing.height,
    }  # fmt: skip


def created(data: ReportData) -> datetime:
    """Return the moment that files bear: when the figures were taken."""
    return data.as_of or datetime.combine(data.sitting.until, time(), UTC)


def html(data: ReportData) -> str:
    """Return the page that becomes the PDF."""
    data = cleaned(data)
    parts = sections(data)
    told = {text for part in parts for text in part.section.paragraphs}
    contents = [("berichtigungen", "Berichtigungen")] if data.corrections else []
    contents += [("vorwort", "Vorwort der Verwaltung")] if data.foreword else []
    for part in parts:
        contents.append((part.name, part.section.title))
        if part.section.key == "recommendations" and data.answers:
            contents.append(("stellungnahmen", "Was die Verwaltung dazu sagt"))
    contents.append(("nachrechnen", "Alle Zahlen zum Nachrechnen"))
    return render_template(
        "print/report.html",
        data=data,
        sections=parts,
        contents=contents,
        facts=facts(data),
        tables=len(annex(data)),
        method=[text for text in data.method if text not in told],
        said=said,
        md=render_markdown,
        day=day,
        moment=moment,
        whole=lambda value: said(Column("", "", "count"), value),
        tenths=lambda value: said(Column("", "", "number", "", 1), value),
        example=EXAMPLE,
        created=created(data).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        qr=_qr(f"{data.site}{data.link}"),
        font=font(400),
        bold=font(600),
    )


def _qr(address: str) -> Markup:
    drawn = segno.make(address, error="m").svg_inline(scale=1, border=0, omitsize=True, title=f"QR-Code: {address}")
    return Markup(drawn)  # noqa: S704 - drawn by segno, which escapes the title


def render(data: ReportData) -> bytes:
    """Return the PDF. Raises PdfError."""
    return to_pdf(html(data))
