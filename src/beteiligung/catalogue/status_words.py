"""German words for how far a commitment is. Pure."""

from collections.abc import Callable

from beteiligung.i18n import _

STATUS_NAMES: dict[str, Callable[[], str]] = {
    "open": lambda: _("offen"),
    "under_examination": lambda: _("in Prüfung"),
    "in_progress": lambda: _("in Arbeit"),
    "partly_done": lambda: _("teilweise umgesetzt"),
    "done": lambda: _("umgesetzt"),
    "dropped": lambda: _("aufgegeben"),
}
