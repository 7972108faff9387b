"""The German words of what a body can do with something. Pure."""

from collections.abc import Callable

from beteiligung.i18n import _

ACT: dict[str, Callable[[], str]] = {
    "noted": lambda: _("zur Kenntnis genommen"),
    "referred": lambda: _("verwiesen"),
    "adopted": lambda: _("beschlossen"),
    "rejected": lambda: _("abgelehnt"),
    "adjourned": lambda: _("vertagt"),
    "void": lambda: _("zurückgenommen"),
}
WHAT: dict[str, Callable[[], str]] = {
    "commitment": lambda: _("Zusage"),
    "recommendation": lambda: _("Empfehlung des Bürgerrats"),
    "report": lambda: _("Bericht"),
}
