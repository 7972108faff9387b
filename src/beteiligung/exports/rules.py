"""Who may take something out, for how long its link holds, and what goes with what. Pure: no Session, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from beteiligung.exports.models import KINDS, SCOPES
from beteiligung.i18n import _
from beteiligung.identity.retention_rules import OFFICE_EXPORT_HOLDS

HOLDS = OFFICE_EXPORT_HOLDS
MOST_OPEN = 5
"""Exports of a region that wait or are being written."""
ROWS_KEPT = timedelta(days=30)
"""The line in the list of exports, without a file; the audit log keeps who took out what."""
STUCK = timedelta(days=2)
"""An export no worker has finished by then is given up."""


@dataclass(frozen=True)
class Person:
    """Somebody signed in, as this room needs to know them in one region; built anew for each request."""

    account_id: int
    clerk: bool
    """Works for the region's administration."""


def why_not_export(person: Person) -> str | None:
    """Say why this person may not take anything out, or fetch or delete what was taken out."""
    return None if person.clerk else _("Auszüge erstellt die Verwaltung dieser Region.")


def may_export(person: Person) -> bool:
    """Whether this person may order, fetch and delete exports of the region."""
    return why_not_export(person) is None


def why_not_more(running: int) -> str | None:
    """Say why nothing more is taken on just now."""
    return _("Es warten schon fünf Auszüge. Bitte warten Sie, bis einer fertig ist.") if running >= MOST_OPEN else None


def errors(kind: str, scope: str) -> dict[str, str]:
    """Return field → what is wrong with an order."""
    found = {} if kind in KINDS else {"kind": _("Bitte wählen Sie, was Sie brauchen.")}
    return found if scope in SCOPES else {**found, "what": _("Bitte wählen Sie einen Bereich.")}


def link_holds(state: str, expires_at: datetime | None, now: datetime) -> bool:
    """Whether a file can still be fetched."""
    return state == "done" and expires_at is not None and now < expires_at
