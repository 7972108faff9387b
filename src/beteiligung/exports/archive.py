"""The files of an export under `var/office-exports`: its pieces while it is written, and the ZIP that the clerk fetches.

In the ZIP: `lesen.html` for people (opens in any browser, prints), `tabellen.xlsx` for spreadsheets (real numbers, a sheet with what
each column means) and each table as CSV for other programs. All three are made from the same pieces.
"""

import json
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from beteiligung.exports.content import Cell, Extent, Row
from beteiligung.exports.sheets import SHEETS, Sheet
from beteiligung.files import own_folder, write_whole, writing
from beteiligung.i18n import speaking
from beteiligung.settings import settings
from beteiligung.text import spreadsheets
from beteiligung.web.filters import long_date
from beteiligung.web.render import render

MOST_LINES = 1_000_000
"""Of a sheet in Excel (its own bound is 1,048,576); what is more stands in the CSV alone."""
_LONGEST = 32_000
"""Characters of a cell; Excel's own bound is 32,767."""


@dataclass(frozen=True)
class Parts:
    """What is put together: the names of the pieces in order, what they are about, and when it was ordered."""

    extent: Extent
    title: str
    pieces: tuple[str, ...]
    ordered_at: datetime


def folder() -> Path:
    """Return where pieces and finished files lie, made on first use and open to nobody else."""
    return own_folder(settings().var / "office-exports")


def new_name() -> str:
    """Return a name that nobody can guess."""
    return secrets.token_hex(16)


def keep(rows: Iterable[Row]) -> str:
    """Write a piece; returns its name. A worker that died after this leaves a file that nobody names: the clean-up finds it."""
    name = new_name()
    lines = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    write_whole(folder() / name, lines.encode())
    return name


def forget(names: Iterable[str | None]) -> None:
    """Delete files."""
    for name in filter(None, names):
        for path in folder().glob(f"{name}*"):
            path.unlink(missing_ok=True)


def rows_of(parts: Parts) -> Iterator[tuple[str, list[Cell]]]:
    """Read the pieces again: (key of the sheet, cells)."""
    for name in parts.pieces:
        with (folder() / name).open(encoding="utf-8") as file:
            for line in file:
                key, cells = json.loads(line)
                yield key, cells


def bind(parts: Parts) -> str:
    """Put the pieces together; returns the name of the ZIP. Memory does not grow with the number of rows."""
    name, sheets = new_name(), SHEETS[parts.extent.kind]
    with writing(folder() / name) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for sheet in sheets:
            with packed.open(f"{sheet.key}.csv", "w", force_zip64=True) as table:
                _write_csv(table, sheet, parts)
        with packed.open("tabellen.xlsx", "w", force_zip64=True) as table:
            _write_xlsx(table, sheets, parts)
        with speaking("de"):
            packed.writestr("lesen.html", _reading(parts))
    return name


def _of(sheet: Sheet, parts: Parts) -> Iterator[list[Cell]]:
    return (cells for key, cells in rows_of(parts) if key == sheet.key)


def _write_csv(file: Any, sheet: Sheet, parts: Parts) -> None:
    file.write((spreadsheets.MARK + spreadsheets.line(column.name for column in sheet.columns)).encode())
    for cells in _of(sheet, parts):
        file.write(spreadsheets.line(cells).encode())


def _write_xlsx(file: BinaryIO | Any, sheets: Iterable[Sheet], parts: Parts) -> None:
    """Write a workbook. Texts are written as texts: Excel computes none of them."""
    temporary = folder() / f"{new_name()}.part"
    options = {"constant_memory": True, "tmpdir": str(folder()), "strings_to_urls": False, "strings_to_formulas": False}
    try:
        with xlsxwriter.Workbook(str(temporary), options) as book:
            book.set_properties({"title": parts.title, "author": parts.extent.region.name})
            head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
            wrapped = book.add_format({"text_wrap": True, "valign": "top"})
            for sheet in sheets:
                _fill(book.add_worksheet(sheet.title), sheet, parts, head, wrapped)
            _explain(book.add_worksheet("Erläuterungen"), sheets, parts, head, wrapped)
        with temporary.open("rb") as made:
            while block := made.read(1 << 20):
                file.write(block)
    finally:
        temporary.unlink(missing_ok=True)


def _fill(page: Any, sheet: Sheet, parts: Parts, head: Any, wrapped: Any) -> None:
    names = [column.name for column in sheet.columns]
    for place, name in enumerate(names):
        page.set_column(place, place, 60 if name in ("Text", "Ergänzungen", "Zusage", "Titel") else 16)
    page.freeze_panes(1, 0)
    page.write_row(0, 0, names, head)
    line = 0
    for line, cells in enumerate(_of(sheet, parts), 1):
        if line > MOST_LINES:
            break
        for place, cell in enumerate(cells):
            if isinstance(cell, str):
                page.write_string(line, place, cell[:_LONGEST], wrapped)
            elif cell is not None:
                page.write_number(line, place, cell)
    page.autofilter(0, 0, min(line, MOST_LINES), len(names) - 1)


def _explain(page: Any, sheets: Iterable[Sheet], parts: Parts, head: Any, wrapped: Any) -> None:
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 100)
    lines: list[tuple[str, str, Any]] = [(parts.title, _origin(parts), head), ("", notice(parts), wrapped)]
    for sheet in sheets:
        lines += [("", "", wrapped), (sheet.title, "", head)]
        lines += [(column.name, column.about, wrapped) for column in sheet.columns]
    for number, (left, right, how) in enumerate(lines):
        page.write_string(number, 0, left, how)
        page.write_string(number, 1, right, wrapped)


def _origin(parts: Parts) -> str:
    return f"{parts.extent.region.name}, bestellt am {long_date(parts.ordered_at)}, {settings().base_url}"


def notice(parts: Parts) -> str:
    """Return what everybody who passes the figures on has to say with them."""
    if parts.extent.region.example:
        return "Beispieldaten: Die Menschen, Stimmen und Kommentare dieser Region sind erfunden."
    return (
        "Das ist die Meinung derer, die mitgemacht haben: keine Abstimmung nach dem Kommunalrecht und keine Umfrage, die für alle steht. "
        "Stimmen stehen nur zusammengezählt darin, unter fünf Menschen gar nicht."
    )


def _reading(parts: Parts) -> str:
    """Return the page for people: a summary where there is one, and what the tables hold."""
    tables: dict[str, list[dict[str, Cell]]] = {}
    if parts.extent.kind == "feedback":
        names = {sheet.key: [column.name for column in sheet.columns] for sheet in SHEETS["feedback"]}
        for key, cells in rows_of(parts):
            tables.setdefault(key, []).append(dict(zip(names[key], cells, strict=True)))
    by_slug: dict[str, dict[str, list[dict[str, Cell]]]] = {}
    for key in ("antworten", "beschluesse"):
        for row in tables.get(key, []):
            row["Tag"] = f"{date.fromisoformat(str(row['Tag'])):%d.%m.%Y}"
            by_slug.setdefault(str(row["Kurzname"]), {}).setdefault(key, []).append(row)
    return render(
        "exports/reading.html",
        title=parts.title,
        region=parts.extent.region,
        ordered_at=parts.ordered_at,
        notice=notice(parts),
        sheets=SHEETS[parts.extent.kind],
        commitments=tables.get("zusagen", []),
        more=by_slug,
        base_url=settings().base_url,
        lang="de",
    )
