"""When a residence counts, how names are compared, and what a list for letters has to hold. Pure."""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from beteiligung.i18n import _
from beteiligung.identity.models import CHANNELS
from beteiligung.identity.rules import RESIDENCE_HOLDS

CODE_HOLDS = timedelta(weeks=8)
"""How long the code of a letter can be used."""
TICKET_HOLDS = timedelta(minutes=15)
REMIND_BEFORE = timedelta(days=30)
WRONG_PERSONS = 5
"""How often a right code may come with another name or date before the letter is worth nothing."""
CODES_AN_HOUR = 10
NUMBERS_AN_HOUR = 60
"""At a counter, one clerk."""

LARGEST_LIST = 2_000
"""Letters of one list; more come as several."""
LIST_BYTES = 2 * 1024 * 1024
LIST_PATTERN = """\
Vorname;Nachname;Straße;PLZ;Ort;Geburtsdatum
Erika;Mustermann;Am Beispiel 1;12345;Musterstadt;12.8.1964
Max;Mustermann;Am Beispiel 1;12345;Musterstadt;3.4.1985
"""
"""A list of addresses as the letters want it, with invented people."""
COLUMNS = ("vorname", "nachname", "strasse", "plz", "ort", "geburtsdatum")
_NAMES = {
    "vorname": ("vorname", "vornamen", "rufname"),
    "nachname": ("nachname", "name", "familienname"),
    "strasse": ("strasse", "straße", "anschrift", "adresse"),
    "plz": ("plz", "postleitzahl"),
    "ort": ("ort", "wohnort", "stadt", "gemeinde"),
    "geburtsdatum": ("geburtsdatum", "geburtstag", "geboren"),
}
"""How the columns may be called, in small letters."""
_DAY = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})|(\d{4})-(\d{2})-(\d{2})")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "þ": "th", "ð": "d"})
_LENGTH = 120
_TITLES = {"dr", "prof", "dipl", "ing", "med", "phil", "rer", "nat", "jur", "mag", "habil"}


@dataclass(frozen=True)
class Addressee:
    """One line of a list for letters. It lives in the worker's hands only, and never in the database."""

    given_name: str
    family_name: str
    street: str
    postcode: str
    town: str
    born: date


@dataclass(frozen=True)
class RowError:
    """What is wrong with one line of a list, counted from 1 with the headings."""

    line: int
    message: str


# Who may


def may_confirm_at_counter(*, is_clerk_of_region: bool) -> bool:
    """Whether somebody may confirm a residence face to face and print letters: a clerk of that very region."""
    return is_clerk_of_region


def may_enter_code(*, welcome_done: bool) -> bool:
    """Whether somebody may confirm their own residence: whoever has finished the welcome page."""
    return welcome_done


# How long


def holds_until(confirmed_at: datetime) -> datetime:
    """Return when a confirmation lapses: after two years."""
    return confirmed_at + RESIDENCE_HOLDS


def has_lapsed(until: datetime, now: datetime) -> bool:
    """Whether the confirmation is over."""
    return until <= now


def is_to_be_reminded(until: datetime, now: datetime) -> bool:
    """Whether the confirmation ends within 30 days."""
    return now < until <= now + REMIND_BEFORE


def is_channel(channel: str) -> bool:
    """Whether a residence can be confirmed this way."""
    return channel in CHANNELS


# Names


def _plain(text: str) -> str:
    """Return small Latin letters: ä, ae and a become the same, as do ß and ss, é and e."""
    text = unicodedata.normalize("NFC", text).casefold().replace("ß", "ss")
    for umlaut, letters in (
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("ø", "oe"),
        ("æ", "ae"),
        ("å", "a"),
        ("ł", "l"),
        ("đ", "d"),
        ("ı", "i"),
    ):
        text = text.replace(umlaut, letters)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _words(name: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", _plain(name).replace("'", "").replace("’", "")) if word not in _TITLES]


def same_person_key(given_name: str, family_name: str, born: date) -> str:
    """Return what is the same for every way to write one person: the first given name and the family name, and the date.

    Further given names do not count, since lists and identity cards differ in them; parts of a double name come in any order,
    and so may given and family name. Empty where there is no name.
    """
    given, family = _words(given_name), _words(family_name)
    if not given or not family:
        return ""
    return " ".join([*sorted([given[0], *family]), born.isoformat()])


def read_day(typed: str) -> date | None:
    """Return a date written as 3.4.1985 or 1985-04-03, else None."""
    found = _DAY.fullmatch(typed.strip())
    if not found:
        return None
    day, month, year, iso_year, iso_month, iso_day = found.groups()
    try:
        return date(int(year), int(month), int(day)) if year else date(int(iso_year), int(iso_month), int(iso_day))
    except ValueError:
        return None


def is_possible_birthday(born: date, today: date) -> bool:
    """Whether somebody living can have been born on that day."""
    return date(today.year - 120, 1, 1) <= born <= today


# Lists


def decode_list(content: bytes) -> str | None:
    """Return the text of a file in UTF-8 or, as spreadsheets write it, Windows-1252; None where it is no text."""
    if b"\x00" in content:
        return None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def read_list(content: bytes, today: date) -> tuple[list[Addressee], list[RowError]]:
    """Read a CSV list with headings, divided by semicolons, commas or tabs. Returns people and what is wrong by line.

    With any error nothing is to be printed: the clerk mends the file and sends it again.
    """
    text = decode_list(content)
    if text is None or not text.strip():
        return [], [RowError(1, _("Das ist keine Liste als Text (CSV). Bitte speichern Sie die Tabelle als CSV."))]
    head = text.lstrip().splitlines()[0]
    reader = csv.reader(io.StringIO(text.lstrip()), delimiter=max(";,\t", key=head.count))
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error:
        return [], [RowError(reader.line_num, _("Ab dieser Zeile lässt sich die Datei nicht lesen. Steht ein Anführungszeichen zu viel?"))]
    places = _places(rows[0][1])
    missing = [column for column in COLUMNS if column not in places]
    if missing:
        return [], [RowError(1, _("In der ersten Zeile fehlen Spalten: {names}").format(names=", ".join(missing)))]
    people: list[Addressee] = []
    errors: list[RowError] = []
    seen: dict[str, int] = {}
    for line, cells in rows[1:]:
        if not any(cells):
            continue
        values = {column: cells[place] if place < len(cells) else "" for column, place in places.items()}
        person = _addressee(values, line, today, errors)
        if person is None:
            continue
        key = same_person_key(person.given_name, person.family_name, person.born)
        if key in seen:
            errors.append(RowError(line, _("Diese Person steht schon in Zeile {line}.").format(line=seen[key])))
        seen.setdefault(key, line)
        people.append(person)
    if not people and not errors:
        errors.append(RowError(1, _("Die Liste ist leer.")))
    if len(people) > LARGEST_LIST:
        errors.append(
            RowError(1, _("Eine Liste darf höchstens {number} Personen haben. Bitte teilen Sie sie.").format(number=LARGEST_LIST))
        )
    return people, errors


def _places(headings: list[str]) -> dict[str, int]:
    names = [heading.casefold().strip(" .:") for heading in headings]
    found = {}
    for column, synonyms in _NAMES.items():
        for synonym in synonyms:
            if synonym in names:
                found[column] = names.index(synonym)
                break
    return found


def _addressee(values: dict[str, str], line: int, today: date, errors: list[RowError]) -> Addressee | None:
    wrong = []
    empty = [column for column in COLUMNS if not values[column]]
    if empty:
        wrong.append(_("Hier fehlt: {names}.").format(names=", ".join(empty)))
    if any(len(value) > _LENGTH or not value.isprintable() for value in values.values()):
        wrong.append(_("Ein Feld ist zu lang oder enthält unlesbare Zeichen."))
    if values["plz"] and not re.fullmatch(r"[0-9]{5}", values["plz"]):
        wrong.append(_("Die Postleitzahl hat fünf Ziffern."))
    born = read_day(values["geburtsdatum"])
    if values["geburtsdatum"] and (born is None or not is_possible_birthday(born, today)):
        wrong.append(_("Das Geburtsdatum stimmt nicht. Es sieht so aus: 3.4.1985."))
    if not wrong and born and not same_person_key(values["vorname"], values["nachname"], born):
        wrong.append(_("Vorname und Nachname brauchen Buchstaben."))
    if wrong or born is None:
        errors.append(RowError(line, " ".join(wrong)))
        return None
    return Addressee(values["vorname"], values["nachname"], values["strasse"], values["plz"], values["ort"], born)
