"""The sixteen topics a commitment can belong to.

The list is closed: names and slugs appear in addresses, feeds and open data,
so neither may change without a redirect.
"""

from collections.abc import Callable
from dataclasses import dataclass

from beteiligung.i18n import _


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: its German name and the slug used in addresses."""

    german: str
    slug: str

    @property
    def name(self) -> str:
        """The name in the language of the request."""
        return _NAMES[self.slug]()


TOPICS: tuple[Topic, ...] = (
    Topic("Bauen & Wohnen", "bauen-wohnen"),
    Topic("Bildung & Schule", "bildung-schule"),
    Topic("Kinder, Jugend & Familie", "kinder-jugend-familie"),
    Topic("Wirtschaft & Arbeit", "wirtschaft-arbeit"),
    Topic("Klima & Energie", "klima-energie"),
    Topic("Umwelt & Natur", "umwelt-natur"),
    Topic("Mobilität", "mobilitaet"),
    Topic("Digitalisierung & Verwaltung", "digitalisierung-verwaltung"),
    Topic("Gesundheit & Pflege", "gesundheit-pflege"),
    Topic("Soziales & Inklusion", "soziales-inklusion"),
    Topic("Integration", "integration"),
    Topic("Kultur, Sport & Ehrenamt", "kultur-sport-ehrenamt"),
    Topic("Sicherheit & Ordnung", "sicherheit-ordnung"),
    Topic("Finanzen", "finanzen"),
    Topic("Demokratie & Beteiligung", "demokratie-beteiligung"),
    Topic("Tierschutz", "tierschutz"),
)

_NAMES: dict[str, Callable[[], str]] = {
    "bauen-wohnen": lambda: _("Bauen & Wohnen"),
    "bildung-schule": lambda: _("Bildung & Schule"),
    "kinder-jugend-familie": lambda: _("Kinder, Jugend & Familie"),
    "wirtschaft-arbeit": lambda: _("Wirtschaft & Arbeit"),
    "klima-energie": lambda: _("Klima & Energie"),
    "umwelt-natur": lambda: _("Umwelt & Natur"),
    "mobilitaet": lambda: _("Mobilität"),
    "digitalisierung-verwaltung": lambda: _("Digitalisierung & Verwaltung"),
    "gesundheit-pflege": lambda: _("Gesundheit & Pflege"),
    "soziales-inklusion": lambda: _("Soziales & Inklusion"),
    "integration": lambda: _("Integration"),
    "kultur-sport-ehrenamt": lambda: _("Kultur, Sport & Ehrenamt"),
    "sicherheit-ordnung": lambda: _("Sicherheit & Ordnung"),
    "finanzen": lambda: _("Finanzen"),
    "demokratie-beteiligung": lambda: _("Demokratie & Beteiligung"),
    "tierschutz": lambda: _("Tierschutz"),
}
_BY_SLUG = {topic.slug: topic for topic in TOPICS}
_BY_NAME = {topic.german: topic for topic in TOPICS}


def by_slug(slug: str) -> Topic | None:
    """Return the topic with this slug, or ``None``."""
    return _BY_SLUG.get(slug)


def by_name(name: str) -> Topic | None:
    """Return the topic with this exact German name, or ``None``."""
    return _BY_NAME.get(name)
