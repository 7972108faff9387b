"""CSV as German spreadsheet programs open it: UTF-8 with a byte order mark, semicolons, no cell that is taken for a formula. Pure.

Excel and LibreOffice compute a cell that begins with one of `FORMULA` when the file is opened; an apostrophe before it makes it
text (OWASP, „CSV Injection“).
"""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK = "\ufeff"

Cell = str | int | float | bool | date | datetime | None


def harmless(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula: where it might, an apostrophe stands before it."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def plain(value: Cell) -> str:
    """Return a cell as it stands in the file. Numbers have a comma, as in German; days are written as 2026-11-21."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, float):
        return f"{value:.12g}".replace(".", ",")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return harmless(value)


def line(cells: Iterable[Cell]) -> str:
    """Return one row with its line end."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(map(plain, cells))
    return text.getvalue()


def table(header: Iterable[str], rows: Iterable[Iterable[Cell]]) -> bytes:
    """Return a whole file."""
    return (MARK + line(header) + "".join(map(line, rows))).encode()
