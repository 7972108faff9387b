"""The sixteen topics a commitment can belong to.

The list is closed: names and slugs appear in addresses, feeds and open data,
so neither may change without a redirect.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: its German name and the slug used in addresses."""

    name: str
    slug: str


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

_BY_SLUG = {topic.slug: topic for topic in TOPICS}
_BY_NAME = {topic.name: topic for topic in TOPICS}


def by_slug(slug: str) -> Topic | None:
    """Return the topic with this slug, or ``None``."""
    return _BY_SLUG.get(slug)


def by_name(name: str) -> Topic | None:
    """Return the topic with this exact German name, or ``None``."""
    return _BY_NAME.get(name)
