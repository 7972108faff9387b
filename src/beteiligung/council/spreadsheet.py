"""CSV as people bring it: any usual delimiter, encoding and column name, errors by row."""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from beteiligung.errors import Invalid
from beteiligung.i18n import _

PEOPLE, QUOTAS = "Personenliste", "Quotenliste"
MOST_BYTES = 20_000_000
MOST_SHOWN = 10

_NAMES = {PEOPLE: lambda: _("Personenliste"), QUOTAS: lambda: _("Quotenliste")}

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


def named(what: str) -> str:
    """Return what a table is called, in the language of the request."""
    return _NAMES[what]() if what in _NAMES else what


def tidy(text: str) -> str:
    """NFC, no blanks around, single blanks inside: what two spellings of one value have in common."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def loose(text: str) -> str:
    """For comparing when capitals do not matter."""
    return tidy(text).casefold()


def read_table(content: bytes, what: str) -> Table:
    """The rows of a CSV file. `what` is PEOPLE or QUOTAS, for messages.

    UTF-8 with or without a byte order mark, else Windows-1252; comma, semicolon or tab, whichever splits the head most.
    Raises Invalid if it is no such table.
    """
    if len(content) > MOST_BYTES:
        raise Invalid(_("Die {what} ist größer als {value} MB.").format(what=named(what), value=MOST_BYTES // 1_000_000))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise Invalid(_("Die {what} ist keine CSV-Datei. Speichern Sie die Tabelle bitte als „CSV UTF-8“.").format(what=named(what)))
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _table(reader, what)
    except csv.Error as error:
        raise Invalid(
            _("Die {what} lässt sich ab Zeile {line} nicht lesen. Steht dort ein einzelnes Anführungszeichen?").format(
                what=named(what), line=reader.line_num
            )
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
            errors.append((reader.line_num, _("hat {number} Spalten statt {wanted}").format(number=len(cells), wanted=len(header))))
        filled = [*map(tidy, cells), *[""] * len(header)]
        rows.append((reader.line_num, {name: cell for name, cell in zip(header, filled, strict=False) if name}))
    if not rows:
        raise Invalid(_("In der {what} steht keine Zeile unter der Kopfzeile.").format(what=named(what)))
    refuse(errors, what)
    return Table(tuple(name for name in header if name), tuple(rows))


def _header(cells: Sequence[str], what: str) -> tuple[str, ...]:
    header = tuple(map(tidy, cells))
    names = [loose(name) for name in header if name]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Invalid(_("In der {what} gibt es die Spalte „{value}“ zweimal.").format(what=named(what), value=twice[0]))
    return header


def refuse(errors: Sequence[tuple[int, str]], what: str) -> None:
    """Raise Invalid naming the rows, if there are errors; `context["rows"]` holds all of them."""
    if errors:
        shown = "; ".join(_("Zeile {row}: {text}").format(row=row, text=text) for row, text in errors[:MOST_SHOWN])
        more = _("; und {number} weitere").format(number=len(errors) - MOST_SHOWN) if len(errors) > MOST_SHOWN else ""
        raise Invalid(
            _("In der {what} stimmt etwas nicht. {shown}{more}.").format(what=named(what), shown=shown, more=more), rows=list(errors)
        )
