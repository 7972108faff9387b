"""What later forms of a document changed, as its page tells it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from beteiligung.clock import berlin_date
from beteiligung.i18n import _, ngettext


class ChangedRow(NamedTuple):
    """A row of the database: a version with one of its changes, or (None) without any."""

    version_id: int
    published_at: datetime
    change: str | None
    meaning: bool | None
    slug: str | None
    title: str | None


@dataclass(frozen=True)
class Changes:
    """All changes of one kind: „3 anders formuliert“, what that means for the votes, and (title, address) of each commitment."""

    text: str
    note: str
    commitments: list[tuple[str, str]]


@dataclass(frozen=True)
class Version:
    """A later form of a document: the day it was published here, and what it changed."""

    day: date
    changes: list[Changes]


def change_text(change: str, count: int) -> str:
    """Return how many commitments changed in one way, in words."""
    text = {
        "new": ngettext("{n} neu", "{n} neu", count),
        "meaning": ngettext("{n} mit anderem Inhalt", "{n} mit anderem Inhalt", count),
        "reworded": ngettext("{n} anders formuliert", "{n} anders formuliert", count),
        "moved": ngettext("{n} an anderer Stelle", "{n} an anderer Stelle", count),
        "gone": ngettext("{n} entfallen", "{n} entfallen", count),
    }[change]
    return text.format(n=count)


def note_on(change: str) -> str:
    """Return what a change means for those who have voted, where it means something."""
    return {
        "meaning": _("Hier wird neu abgestimmt. Die bisherigen Stimmen bleiben beim alten Wortlaut."),
        "reworded": _("Der Inhalt ist derselbe. Die Stimmen bleiben."),
        "gone": _("Diese Zusagen sind archiviert. Alles dazu können Sie weiter lesen."),
    }.get(change, "")


def versions_of(rows: Sequence[ChangedRow], address: str) -> list[Version]:
    """Return the later forms in the order of the rows; `address` is that of the region's commitments."""
    versions = []
    for _version, group in groupby(rows, key=lambda row: row.version_id):
        of_version = list(group)
        changes = []
        for kind in ("new", "meaning", "reworded", "moved", "gone"):
            found = [(row.title or "", f"{address}/{row.slug}") for row in of_version if row.change and _kind(row) == kind]
            if found:
                changes.append(Changes(change_text(kind, len(found)), note_on(kind), found))
        versions.append(Version(berlin_date(of_version[0].published_at), changes))
    return versions


def _kind(row: ChangedRow) -> str:
    return "meaning" if row.change == "reworded" and row.meaning else row.change or ""
