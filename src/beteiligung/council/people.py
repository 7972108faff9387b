"""The list of people a clerk brings to a draw: which columns are what, errors by row, features with tidy values. Pure.

Columns for name, address, mail, household and barring are known by their names; every other column is a feature if it has few
values, and is not taken over otherwise. Who is barred from being handed on (§§ 51, 52 BMG) is counted and left out.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from beteiligung.council.pool import ID
from beteiligung.council.spreadsheet import PEOPLE, Row, Table, loose, named, read_table, refuse, tidy
from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.identity.rules import clean_email

LARGEST_LIST = 20_000
LIST_BYTES = 5 * 1024 * 1024
MOST_VALUES = 60
"""A column of more different values is no feature."""
MOST_FEATURES = 12
LONGEST = 120
"""Signs of a cell."""

PRIVATE: dict[str, tuple[str, ...]] = {
    "given_name": ("vorname", "vornamen", "rufname", "given_name", "first_name"),
    "family_name": ("nachname", "familienname", "name", "family_name", "last_name"),
    "street": ("straße", "strasse", "straße und hausnummer", "anschrift", "adresse", "street", "address"),
    "postcode": ("plz", "postleitzahl", "postcode", "zip"),
    "town": ("postort", "stadt", "town", "city"),
    "email": ("mail", "e-mail", "email", "mailadresse", "e-mail-adresse"),
}
HOUSEHOLD = ("haushalt", "household", "haushaltsnummer")
BARRED = ("sperre", "gesperrt", "auskunftssperre", "übermittlungssperre", "sperrvermerk", "blocked")
UNUSED = ("geburtsdatum", "geboren", "telefon", "telefonnummer", "mobil", "phone", "birthday")
"""Never taken over, however few values they have."""
_YES, _NO = ("ja", "j", "x", "1", "wahr", "true", "yes"), ("", "nein", "n", "0", "falsch", "false", "no", "-")


@dataclass(frozen=True)
class Listed:
    """Somebody on a list; `values` by feature, `household` is equal for people who live together and else empty."""

    given_id: str
    values: Mapping[str, str]
    household: str
    given_name: str = ""
    family_name: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    email: str = ""


@dataclass(frozen=True)
class PeopleList:
    """What was read. `barred` people are in it as a number only; `notes` say what was not taken over."""

    features: tuple[str, ...]
    people: tuple[Listed, ...]
    barred: int
    notes: tuple[str, ...]


def read_people(content: bytes, *, households: bool) -> PeopleList:
    """The people of a CSV file. `households`: who lives together has to be known. Raises Invalid, by row where it is one."""
    table = read_table(content, PEOPLE)
    if len(table.rows) > LARGEST_LIST:
        raise Invalid(
            _("In der {what} sind {number} Personen, höchstens {most} sind möglich.").format(
                what=named(PEOPLE), number=len(table.rows), most=LARGEST_LIST
            )
        )
    columns = {key: table.column(names) for key, names in PRIVATE.items()}
    identity, home, barred = table.column(ID), table.column(HOUSEHOLD), table.column(BARRED)
    address = [name for key in ("street", "postcode", "town") if (name := columns[key])]
    if households and home is None and (columns["street"] is None or len(address) < 2):
        raise Invalid(
            _(
                "Aus der {what} geht nicht hervor, wer zusammen wohnt. Sie braucht eine Spalte „Haushalt“ oder Straße und PLZ. "
                "Oder Sie legen die Auslosung ohne die Regel „höchstens eine Person je Haushalt“ an."
            ).format(what=named(PEOPLE))
        )
    _check_rows(table, identity, barred, columns)
    rows = [(line, cells) for line, cells in table.rows if not (barred and loose(cells[barred]) in _YES)]
    if not rows:
        raise Invalid(_("In der {what} ist niemand, der ausgelost werden darf.").format(what=named(PEOPLE)))
    known = {name for name in (identity, home, barred, *columns.values()) if name}
    features, notes = _features(table, rows, known)
    spelt = {name: _spellings([cells[name] for _, cells in rows]) for name in features}
    people = tuple(
        Listed(
            cells[identity] if identity else str(number),
            {name: spelt[name][loose(cells[name])] for name in features},
            _household(cells, home, address) if households else "",
            **{key: cells[name] if name else "" for key, name in columns.items() if key != "email"},
            email=(clean_email(cells[columns["email"]]) or "") if columns["email"] else "",
        )
        for number, (_, cells) in enumerate(rows, 1)
    )
    return PeopleList(tuple(features), people, len(table.rows) - len(rows), tuple(notes))


def _check_rows(table: Table, identity: str | None, barred: str | None, columns: Mapping[str, str | None]) -> None:
    errors: list[tuple[int, str]] = []
    first: dict[str, int] = {}
    for line, cells in table.rows:
        if long := next((name for name, cell in cells.items() if len(cell) > LONGEST), None):
            errors.append((line, _("„{long}“ ist länger als {most} Zeichen").format(long=long, most=LONGEST)))
        if risky := next((name for name, cell in cells.items() if cell.startswith(("=", "@", "+"))), None):
            errors.append((line, _("„{risky}“ beginnt mit einem Zeichen, das Tabellen als Formel lesen").format(risky=risky)))
        if identity and not cells[identity]:
            errors.append((line, _("die Kennung (id) ist leer")))
        elif identity and cells[identity] in first:
            errors.append(
                (line, _("die Kennung „{value}“ steht schon in Zeile {line}").format(value=cells[identity], line=first[cells[identity]]))
            )
        elif identity:
            first[cells[identity]] = line
        if barred and loose(cells[barred]) not in (*_YES, *_NO):
            errors.append((line, _("unter „{barred}“ steht „{value}“, es geht ja oder nein").format(barred=barred, value=cells[barred])))
        mail = columns["email"]
        if mail and cells[mail] and clean_email(cells[mail]) is None:
            errors.append((line, _("„{value}“ ist keine Mailadresse").format(value=cells[mail])))
        street, postcode = columns["street"], columns["postcode"]
        if street and postcode and bool(cells[street]) != bool(cells[postcode]):
            errors.append((line, _("Straße oder PLZ fehlt")))
    refuse(errors, PEOPLE)


def _features(table: Table, rows: Sequence[Row], known: set[str]) -> tuple[list[str], list[str]]:
    features, notes = [], []
    for name in table.header:
        if name in known:
            continue
        values = {loose(cells[name]) for _, cells in rows}
        if loose(name) in UNUSED:
            notes.append(_("Die Spalte „{name}“ braucht die Auslosung nicht. Sie wurde nicht übernommen.").format(name=name))
        elif len(values) > MOST_VALUES:
            notes.append(
                _("Die Spalte „{name}“ hat {number} verschiedene Werte. Sie wurde nicht als Merkmal übernommen.").format(
                    name=name, number=len(values)
                )
            )
        else:
            features.append(name)
    if not features:
        raise Invalid(_("In der {what} ist kein Merkmal, zum Beispiel Geschlecht, Alter oder Gemeinde.").format(what=named(PEOPLE)))
    if len(features) > MOST_FEATURES:
        raise Invalid(
            _("In der {what} sind {number} Merkmale, höchstens {most} sind möglich: {value}.").format(
                what=named(PEOPLE), number=len(features), most=MOST_FEATURES, value=", ".join(features)
            )
        )
    return features, notes


def _spellings(cells: Sequence[str]) -> dict[str, str]:
    """How a value is spelt most often, by its loose form; ties go to the first by the alphabet."""
    counted: dict[str, Counter[str]] = {}
    for cell in cells:
        counted.setdefault(loose(cell), Counter())[tidy(cell)] += 1
    return {key: min(found, key=lambda one: (-found[one], one)) for key, found in counted.items()}


def _household(cells: Mapping[str, str], home: str | None, address: Sequence[str]) -> str:
    if home is not None and cells[home]:
        return f"h {loose(cells[home])}"
    parts = [loose(cells[name]).replace("straße", "str").replace("strasse", "str").replace("str.", "str") for name in address]
    return " ".join(parts) if any(parts) else ""
