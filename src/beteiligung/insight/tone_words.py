"""German words for tones and for what a sample is about."""

from datetime import date

from beteiligung.catalogue.topics import by_slug
from beteiligung.i18n import _
from beteiligung.web.filters import long_date


def names() -> dict[str, str]:
    """Return the name of each tone as a figure shows it."""
    return {"positive": _("zustimmend"), "neutral": _("sachlich"), "negative": _("ablehnend"), "unclear": _("unklar")}


def choices() -> list[tuple[str, str, str]]:
    """Return (tone, what the button says, hint) in the order of the keys 1 to 4."""
    return [
        ("positive", _("Zustimmend"), _("lobt, freut sich, hofft")),
        ("neutral", _("Sachlich"), _("fragt, erklärt")),
        ("negative", _("Ablehnend"), _("kritisiert, sorgt sich")),
        ("unclear", _("Unklar"), _("beides, nicht zu sagen")),
    ]


def group_words(tones: tuple[str, ...]) -> str:
    """Return the name of tones that are shown together: „sachlich oder unklar“."""
    known = names()
    return _(" oder ").join(known[tone] for tone in tones)


def scope_words(topic: str, since: date | None, until: date | None) -> str:
    """Return what a sample is about: „Mobilität, vom 1. Mai 2026 bis zum 3. Juni 2026“."""
    known = by_slug(topic)
    words = known.name if known else _("alle Themen")
    if since and until:
        return words + ", " + _("vom {first} bis zum {last}").format(first=long_date(since), last=long_date(until))
    if since:
        return words + ", " + _("ab dem {first}").format(first=long_date(since))
    if until:
        return words + ", " + _("bis zum {last}").format(last=long_date(until))
    return words
