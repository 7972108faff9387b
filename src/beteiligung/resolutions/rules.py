"""Who may record a decision of the assembly, and what a record has to hold. Pure: no Session, no clock.

Every `why_not_…` returns None where the thing is allowed, else a German sentence that says why not.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from beteiligung.i18n import _
from beteiligung.resolutions.models import ACTS, VOID

SHORT = 60
BODY_LENGTH = 120
URL_LENGTH = 500
NOTE_LENGTH = 500
EARLIEST = date(1945, 1, 1)


@dataclass(frozen=True)
class Person:
    """Somebody signed in, as this room needs to know them in one region; built anew for each request."""

    account_id: int
    clerk: bool
    """Works for the region's administration."""


@dataclass(frozen=True)
class Facts:
    """A decision as typed. `committee` is the number of a committee, 0 for the assembly, None for another body, whose name is `body`."""

    act: str
    committee: int | None
    body: str
    decided_on: date | None
    item: str = ""
    paper: str = ""
    minutes_url: str = ""
    note: str = ""


def why_not_record(person: Person) -> str | None:
    """Say why this person may not record what the assembly did."""
    return None if person.clerk else _("Was beschlossen wurde, trägt die Verwaltung dieser Region ein.")


def may_record(person: Person) -> bool:
    """Whether this person may record what the assembly did."""
    return why_not_record(person) is None


def why_not_correct(person: Person, act: str, *, corrected: bool) -> str | None:
    """Say why this person may not correct an entry."""
    if reason := why_not_record(person):
        return reason
    if corrected:
        return _("Dieser Eintrag ist schon berichtigt. Berichtigen Sie bitte den neuen.")
    return _("Dieser Eintrag ist zurückgenommen. Bitte tragen Sie neu ein, was beschlossen wurde.") if act == VOID else None


def may_correct(person: Person, act: str, *, corrected: bool) -> bool:
    """Whether this person may correct an entry."""
    return why_not_correct(person, act, corrected=corrected) is None


def errors(facts: Facts, committees: Collection[int], today: date) -> dict[str, str]:
    """Return field → what is wrong with it; empty where all is well."""
    found: dict[str, str] = {}
    if facts.act not in ACTS:
        found["act"] = _("Bitte wählen Sie, was geschehen ist.")
    if facts.committee is None and not 0 < len(facts.body) <= BODY_LENGTH:
        found["body"] = _("Bitte wählen Sie ein Gremium oder nennen Sie es.")
    if facts.committee and facts.committee not in committees:
        found["committee"] = _("Diesen Ausschuss gibt es hier nicht.")
    if facts.decided_on is None:
        found["decided_on"] = _("Bitte geben Sie den Tag der Sitzung an, zum Beispiel 14.12.2026.")
    elif not EARLIEST <= facts.decided_on <= today:
        found["decided_on"] = _("Die Sitzung muss schon gewesen sein.")
    for name in ("item", "paper"):
        if len(getattr(facts, name)) > SHORT:
            found[name] = _("Bitte höchstens 60 Zeichen.")
    if facts.minutes_url and not is_link(facts.minutes_url):
        found["minutes_url"] = _("Bitte geben Sie eine Adresse an, die mit https:// beginnt, oder lassen Sie das Feld leer.")
    if len(facts.note) > NOTE_LENGTH:
        found["note"] = _("Bitte höchstens 500 Zeichen.")
    return found


def is_link(typed: str) -> bool:
    """Whether this is an address of a web page."""
    try:
        parts = urlsplit(typed)
    except ValueError:
        return False
    is_whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    return is_whole and len(typed) <= URL_LENGTH and not any(sign.isspace() for sign in typed)
