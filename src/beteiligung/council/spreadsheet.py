"""CSV as people bring it: any usual delimiter, encoding and column name, errors by row."""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from beteiligung.errors import Invalid

MOST_BYTES = 20_000_000
MOST_SHOWN = 10

Row = tuple[int, Mapping[str, str]]


@dataclass(frozen=True)
class Table:
    """`header` as written, `rows` as (line in the file, cells by header); empty lines are left out."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, names: Sequence[str]) -> str | None:
        """The first column called as one of `names`, however it is capitalised."""
        known = {loose(name): name for name in reversed(self.header)}
        return next((known[loose(name)] for name in names if loose(name) in known), None)


def tidy(text: str) -> str:
    """NFC, no blanks around, single blanks inside: what two spellings of one value have in common."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def loose(text: str) -> str:
    """For comparing when capitals do not matter."""
    return tidy(text).casefold()


def read_table(content: bytes, what: str) -> Table:
    """The rows of a CSV file. `what` names it in messages, as in „Personenliste“.

    UTF-8 with or without a byte order mark, else Windows-1252; comma, semicolon or tab, whichever splits the head most.
    Raises Invalid if it is no such table.
    """
    if len(content) > MOST_BYTES:
        raise Invalid(f"Die {what} ist größer als {MOST_BYTES // 1_000_000} MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise Invalid(f"Die {what} ist keine CSV-Datei. Speichern Sie die Tabelle bitte als „CSV UTF-8“.")
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _table(reader, what)
    except csv.Error as error:
        raise Invalid(
            f"Die {what} lässt sich ab Zeile {reader.line_num} nicht lesen. Steht dort ein einzelnes Anführungszeichen?"
        ) from error


def _table(reader: Any, what: str) -> Table:
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    errors: list[tuple[int, str]] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = _header(cells, what)
            continue
        if any(cell.strip() for cell in cells[len(header) :]):
            errors.append((reader.line_num, f"hat {len(cells)} Spalten statt {len(header)}"))
        filled = [*map(tidy, cells), *[""] * len(header)]
        rows.append((reader.line_num, {name: cell for name, cell in zip(header, filled, strict=False) if name}))
    if not rows:
        raise Invalid(f"In der {what} steht keine Zeile unter der Kopfzeile.")
    refuse(errors, what)
    return Table(tuple(name for name in header if name), tuple(rows))


def _header(cells: Sequence[str], what: str) -> tuple[str, ...]:
    header = tuple(map(tidy, cells))
    named = [loose(name) for name in header if name]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise Invalid(f"In der {what} gibt es die Spalte „{twice[0]}“ zweimal.")
    return header


def refuse(errors: Sequence[tuple[int, str]], what: str) -> None:
    """Raise Invalid naming the rows, if there are errors; `context["rows"]` holds all of them."""
    if errors:
        shown = "; ".join(f"Zeile {row}: {text}" for row, text in errors[:MOST_SHOWN])
        more = f"; und {len(errors) - MOST_SHOWN} weitere" if len(errors) > MOST_SHOWN else ""
        raise Invalid(f"In der {what} stimmt etwas nicht. {shown}{more}.", rows=list(errors))
