"""Which comments a report quotes: a published rule instead of taste. Pure.

Quoted is what people of every group of opinion find helpful, after the idea of bridging: a comment counts as much as the group
that finds it least helpful. What one large group alone applauds does not get in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from beteiligung.participation.models import SMALLEST_GROUP
from beteiligung.participation.ordering import wilson

MOST_COMMITMENTS = 6
"""Commitments of which comments are quoted, at most one for and one against each."""
LONGEST = 700
"""Characters of a comment that is quoted; longer ones would have to be cut, and a cut changes what is said."""
LEAST_HELPFUL = 3
"""People who must find a comment helpful where no groups of opinion are known."""

RULE = (
    "Zitiert werden nur Kommentare, deren Verfasserin oder Verfasser dem zugestimmt hat, ungekürzt und ohne Namen. "
    "Je Zusage ist es höchstens einer dafür und einer dagegen: der, den die Meinungsgruppen gemeinsam am hilfreichsten finden. "
    "Dafür zählt in jeder Gruppe der untere Rand des 95-%-Intervalls (Wilson) aller Bewertungen „hilfreich“, "
    f"und es gilt die Gruppe, in der er am niedrigsten ist. In jeder Gruppe müssen ihn {SMALLEST_GROUP} Menschen hilfreich finden. "
    f"Ohne klare Gruppen zählen alle Bewertungen zusammen, dann genügen {LEAST_HELPFUL} Menschen. "
    "Bei Gleichstand gilt der ältere Kommentar. "
    f"Kommentare mit mehr als {LONGEST} Zeichen werden nicht zitiert. Die Zusagen folgen der Reihe nach den Listen "
    f"„am meisten besprochen“, „umstritten“, „unterstützt“, „abgelehnt“; höchstens {MOST_COMMITMENTS} Zusagen kommen vor."
)
"""The rule as every report prints it."""


@dataclass(frozen=True)
class Marks:
    """How many found a comment helpful and how many did not."""

    helpful: int
    not_helpful: int

    @property
    def lower(self) -> float:
        """The lower end of the interval."""
        return wilson(self.helpful, self.not_helpful)


@dataclass(frozen=True)
class Candidate:
    """A comment that may be quoted. `groups`: its marks by group of opinion; empty where there are none."""

    comment_id: int
    commitment: str
    stance: str
    text: str
    all: Marks
    groups: tuple[Marks, ...] = ()


def strength(one: Candidate, groups: int) -> float | None:
    """Return how helpful all groups find a comment, or None where too few do."""
    if groups:
        if len(one.groups) != groups or min(marks.helpful for marks in one.groups) < SMALLEST_GROUP:
            return None
        return min(marks.lower for marks in one.groups)
    return one.all.lower if one.all.helpful >= LEAST_HELPFUL else None


def chosen(candidates: Iterable[Candidate], order: Sequence[str], groups: int) -> list[Candidate]:
    """Return what is quoted: by commitment in the given order (slugs), for before against."""
    best: dict[tuple[str, str], tuple[float, int, Candidate]] = {}
    for one in candidates:
        value = strength(one, groups)
        if value is None or len(one.text) > LONGEST or not one.text:
            continue
        key = (one.commitment, one.stance)
        mine = (-value, one.comment_id, one)
        if key not in best or mine[:2] < best[key][:2]:
            best[key] = mine
    found = [slug for slug in dict.fromkeys(order) if (slug, "for") in best or (slug, "against") in best][:MOST_COMMITMENTS]
    return [best[slug, stance][2] for slug in found for stance in ("for", "against") if (slug, stance) in best]
