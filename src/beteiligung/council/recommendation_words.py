"""The German words of recommendations: what the administration answers, how people vote. Pure."""

from collections.abc import Callable

from beteiligung.i18n import _

ANSWER: dict[str, Callable[[], str]] = {
    "accepted": lambda: _("Die Verwaltung setzt das um."),
    "partly": lambda: _("Die Verwaltung setzt einen Teil um."),
    "examined": lambda: _("Die Verwaltung prüft das noch."),
    "passed_on": lambda: _("Die Verwaltung hat das an eine andere Stelle weitergegeben."),
    "declined": lambda: _("Die Verwaltung setzt das nicht um."),
}
CHOICE: dict[str, Callable[[], str]] = {
    "for": lambda: _("Ja, so beschließen"),
    "against": lambda: _("Nein"),
    "abstain": lambda: _("Ich enthalte mich"),
}
STATE: dict[str, Callable[[], str]] = {
    "draft": lambda: _("Entwurf"),
    "voting": lambda: _("Abstimmung läuft"),
    "rejected": lambda: _("Ohne Mehrheit"),
    "adopted": lambda: _("Beschlossen"),
}
