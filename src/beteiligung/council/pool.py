"""Who can be drawn, and the quotas: read from CSV, put into one canonical order, hashed.

Everything here depends on the content only, never on the order of rows: people stand by id, quotas by feature and value.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from beteiligung.council.spreadsheet import PEOPLE, QUOTAS, Row, Table, loose, named, read_table, refuse, tidy
from beteiligung.errors import Invalid
from beteiligung.i18n import _

ID = ("id", "kennung", "pseudonym", "nummer", "nr", "person", "participant_id", "person_id")
FEATURE = ("feature", "category", "merkmal", "kategorie")
VALUE = ("value", "name", "ausprägung", "wert")
BOUNDS = {
    "min": ("min", "minimum", "mindestens"),
    "max": ("max", "maximum", "höchstens"),
    "min_flex": ("min_flex",),
    "max_flex": ("max_flex",),
}


@dataclass(frozen=True)
class Quota:
    """How many of the panel may have `value` in `feature`; the flexible bounds are how far a relaxation should go at most."""

    feature: str
    value: str
    lower: int
    upper: int
    lower_flex: int = 0
    upper_flex: int | None = None

    @property
    def cell(self) -> tuple[str, str]:
        """What the quota is about."""
        return self.feature, self.value


@dataclass(frozen=True)
class Person:
    """`values` stand in the order of the pool's features; `household` is the smallest id of those who live together."""

    id: str
    values: tuple[str, ...]
    household: str


@dataclass(frozen=True)
class Pool:
    """`people` by id; `features` are those with quotas, by name. `notes` are remarks for the person who draws."""

    features: tuple[str, ...]
    people: tuple[Person, ...]
    notes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Of the canonical JSON of ids, features and who lives with whom; addresses do not enter."""
        return hashlib.sha256(canonical([self.features, [[one.id, one.values, one.household] for one in self.people]])).hexdigest()


def canonical(value: Any) -> bytes:
    """The one way in which a JSON value is written here: keys sorted, no blanks, UTF-8, a line feed at the end."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def read_quotas(content: bytes) -> tuple[Quota, ...]:
    """Quotas from CSV (`feature,value,min,max`, optionally `min_flex,max_flex`). Raises Invalid by row."""
    table = read_table(content, QUOTAS)
    columns = {"feature": table.column(FEATURE), "value": table.column(VALUE)} | {key: table.column(names) for key, names in BOUNDS.items()}
    missing = [key for key in ("feature", "value", "min", "max") if columns[key] is None]
    if missing:
        names = {"feature": "Merkmal", "value": "Wert"}
        raise Invalid(
            _("In der {what} fehlt die Spalte „{value}“. Sie braucht: Merkmal, Wert, min, max.").format(
                what=named(QUOTAS), value=names.get(missing[0], missing[0])
            )
        )
    errors: list[tuple[int, str]] = []
    quotas: list[Quota] = []
    for line, cells in table.rows:
        try:
            quotas.append(_quota({key: cells[name] for key, name in columns.items() if name}))
        except ValueError as error:
            errors.append((line, str(error)))
            continue
        if any(one.cell == quotas[-1].cell for one in quotas[:-1]):
            errors.append(
                (line, _("für {feature} = {value} gibt es schon eine Quote").format(feature=quotas[-1].feature, value=quotas[-1].value))
            )
    refuse(errors, QUOTAS)
    return tuple(sorted(quotas, key=lambda one: one.cell))


def _quota(cells: Mapping[str, str]) -> Quota:
    if not cells["feature"] or not cells["value"]:
        raise ValueError(_("Merkmal und Wert dürfen nicht leer sein"))
    numbers: dict[str, int | None] = {}
    for key in BOUNDS:
        cell = cells.get(key, "")
        if cell and not (cell.isascii() and cell.isdigit() and len(cell) < 8):
            raise ValueError(_("„{cell}“ unter {key} ist keine ganze Zahl").format(cell=cell, key=key))
        numbers[key] = int(cell) if cell else None
    lower, upper = numbers["min"], numbers["max"]
    if lower is None or upper is None:
        raise ValueError(_("min und max brauchen beide eine Zahl"))
    if lower > upper:
        raise ValueError(_("min ({lower}) ist größer als max ({upper})").format(lower=lower, upper=upper))
    lower_flex, upper_flex = numbers["min_flex"], numbers["max_flex"]
    if lower_flex is not None and lower_flex > lower:
        raise ValueError(_("min_flex ({lower_flex}) ist größer als min ({lower})").format(lower_flex=lower_flex, lower=lower))
    if upper_flex is not None and upper_flex < upper:
        raise ValueError(_("max_flex ({upper_flex}) ist kleiner als max ({upper})").format(upper_flex=upper_flex, upper=upper))
    return Quota(cells["feature"], cells["value"], lower, upper, lower_flex or 0, upper_flex)


def read_pool(content: bytes, quotas: Sequence[Quota], household: Sequence[str] = ()) -> Pool:
    """People from CSV: an id and a column for each feature that has quotas; other columns are not looked at.

    `household`: names of the columns that are equal for people who live together; who has them all empty lives alone.
    Without an id column the rows are numbered from 1. A value without a quota (also an empty one) is bound by none of that
    feature; a note says so. Raises Invalid by row.
    """
    table = read_table(content, PEOPLE)
    features = tuple(sorted({quota.feature for quota in quotas}))
    columns = [_column(table, name) for name in features]
    addresses = [_column(table, name) for name in household]
    identity = table.column(ID)
    ids = _ids(table.rows, identity)
    spelt = {feature: _spellings(quotas, feature) for feature in features}
    homes: dict[tuple[str, ...], list[str]] = {}
    living: dict[str, tuple[str, ...]] = {}
    for person, (_line, cells) in zip(ids, table.rows, strict=True):
        address = tuple(loose(cells[name]) for name in addresses)
        living[person] = address if any(address) else ("", person)
        homes.setdefault(living[person], []).append(person)
    people = [
        Person(
            person,
            tuple(spelt[feature].get(loose(cells[name]), cells[name]) for feature, name in zip(features, columns, strict=True)),
            min(homes[living[person]]),
        )
        for person, (_line, cells) in zip(ids, table.rows, strict=True)
    ]
    people.sort(key=lambda one: one.id)
    notes = [] if identity else [_("Die Personenliste hat keine Spalte „id“: die Zeilen sind ab 1 gezählt.")]
    return Pool(features, tuple(people), (*notes, *_unbound(people, quotas, features)))


def _column(table: Table, name: str) -> str:
    found = table.column([name])
    if found is None:
        raise Invalid(_("In der {what} fehlt die Spalte „{value}“.").format(what=named(PEOPLE), value=tidy(name)))
    return found


def _ids(rows: Sequence[Row], column: str | None) -> list[str]:
    if column is None:
        return [str(number) for number, _ in enumerate(rows, 1)]
    errors: list[tuple[int, str]] = []
    first: dict[str, int] = {}
    for line, cells in rows:
        if not cells[column]:
            errors.append((line, _("die Kennung (id) ist leer")))
        elif cells[column] in first:
            errors.append(
                (line, _("die Kennung „{value}“ steht schon in Zeile {line}").format(value=cells[column], line=first[cells[column]]))
            )
        else:
            first[cells[column]] = line
    refuse(errors, PEOPLE)
    return list(first)


def _spellings(quotas: Sequence[Quota], feature: str) -> dict[str, str]:
    """How the quotas spell a value, by its loose form; where two differ in capitals only, capitals count."""
    found: dict[str, list[str]] = {}
    for quota in quotas:
        if quota.feature == feature:
            found.setdefault(loose(quota.value), []).append(quota.value)
    return {key: values[0] for key, values in found.items() if len(values) == 1}


def _unbound(people: Sequence[Person], quotas: Sequence[Quota], features: Sequence[str]) -> list[str]:
    cells = {quota.cell for quota in quotas}
    notes = []
    for number, feature in enumerate(features):
        counted: dict[str, int] = {}
        for one in people:
            if (feature, one.values[number]) not in cells:
                counted[one.values[number]] = counted.get(one.values[number], 0) + 1
        notes += [
            _("{feature} = „{value}“ ({count} Personen) hat keine Quote.").format(feature=feature, value=value, count=count)
            for value, count in sorted(counted.items())
        ]
    return notes
