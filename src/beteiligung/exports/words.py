"""The German words of exports. Pure."""

from collections.abc import Callable

from beteiligung.i18n import _

KIND: dict[str, Callable[[], str]] = {
    "feedback": lambda: _("Rückmeldungen, zusammengefasst"),
    "comments": lambda: _("Kommentare mit angegebener Haltung"),
    "votes": lambda: _("Stimmen, nur zusammengezählt"),
}
SCOPE: dict[str, Callable[[], str]] = {
    "committee": lambda: _("Ausschuss"),
    "document": lambda: _("Dokument"),
    "topic": lambda: _("Thema"),
}
