"""How alike two wordings are, and what in a rewording may change its meaning. Pure.

The likeness is a Dice coefficient (Dice 1945) over the words' basic forms, the parts of compounds and pairs of
neighbouring words; a term counts the more, the fewer wordings of the document hold it (inverse document frequency,
Spärck Jones 1972). So „Wir sanieren die Brücke in Adorf“ and „… in Beheim“ are not alike in a list of forty bridges.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from beteiligung.i18n import _
from beteiligung.text.terms import WHOLE, search_terms

PAIR = 0.5
"""What a pair of neighbouring words counts beside a word."""
MUCH = 0.6
"""Below this likeness a rewording is said to be far from what it was."""
_STEM = 5
_WORD = re.compile(r"[^\W_]+")
_FIGURE = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d{3}(?!\d))+(?:,\d+)?|\d+(?:[.,:]\d+)*|[%‰€$§°]")
_GROUPS = re.compile(r"[.\u00a0\u202f ](?=\d{3}(?!\d))")
_NUMERALS = {
    word: str(number)
    for number, word in enumerate("null _ zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split())  # noqa: SIM905
} | {"zwanzig": "20", "fünfzig": "50", "hundert": "100", "tausend": "1000", "drittel": "⅓", "viertel": "¼"}
_HALF = re.compile(r"(?:halb(?:e[nmrs]?)?|hälfte|halbier\w*)")
_TWICE = re.compile(r"(?:ver)?doppel(?:t|te[nmrs]?|n)")
_NOT = re.compile(r"\b(?:nicht|nichts|kein\w*|nie|niemals|weder|ohne|verzicht\w*|verhinder\w*|ablehn\w*|lehn\w*\b.*\bab)\b", re.IGNORECASE)
_WEAK = re.compile(
    r"\b(?:(?:über)?prüf(?:en|t|ung|auftrag|ten)\w*|untersuch\w*|könnten?|sollten?|möglicherweise|gegebenenfalls|ggf|wenn\s+möglich"
    r"|nach\s+möglichkeit\w*|soweit\s+möglich|vorbehalt\w*|falls|sofern|anreg\w*|erwäg\w*|diskutier\w*)\b",
    re.IGNORECASE,
)
_MEANT = re.compile(
    r"\b(?:woll(?:en|t)|will|möchten?|sollen?|(?:an)?streb\w*|bemüh\w*|setz\w*\s+(?:wir\s+)?(?:uns|sich)\b.*\bein|beabsichtig\w*|ziel\w*"
    r"|hinwirk\w*|wirk\w*\b.*\bhin)\b",
    re.IGNORECASE,
)

Terms = Mapping[str, float]


def terms_of(text: str) -> Terms:
    """Return the terms of a wording with what each counts: 1 a word's basic form, less a part of one, 0.5 a pair of words."""
    found = {term: min(weight, WHOLE) / WHOLE for term, weight in search_terms(text).items()}
    words = [word.lower()[:_STEM] for word in _WORD.findall(text)]
    return found | {f"{one} {two}": PAIR for one, two in pairwise(words)}


def without_figures(terms: Terms) -> Terms:
    """Return the terms that hold no digit."""
    return {term: counts for term, counts in terms.items() if not any(char.isdigit() for char in term)}


def rarity(groups: Sequence[Sequence[Terms]]) -> dict[str, float]:
    """Return term → what it tells, from groups of wordings (those of before, those of now): log((n + 1) / how many hold it)."""
    count = max((len(group) for group in groups), default=0)
    most: Counter[str] = Counter()
    for group in groups:
        most |= Counter(term for terms in group for term in terms)
    return {term: math.log((1 + count) / number) for term, number in most.items()}


@dataclass(frozen=True, slots=True)
class Weighed:
    """A wording's terms with what each tells of it, and the sum."""

    terms: Mapping[str, float]
    total: float


def weigh(terms: Terms, rare: Mapping[str, float]) -> Weighed:
    """Return terms with what they tell: how often they count by how rare they are."""
    telling = {term: counts * rare[term] for term, counts in terms.items()}
    return Weighed(telling, sum(telling.values()))


def likeness(one: Weighed, two: Weighed) -> float:
    """Return how alike two wordings are, 0 to 1."""
    both = one.total + two.total
    return 2 * _shared(one, two) / both if both else 0.0


def held(part: Weighed, whole: Weighed) -> float:
    """Return how much of one wording another one holds, 0 to 1."""
    return _shared(part, whole) / part.total if part.total else 0.0


def _shared(one: Weighed, two: Weighed) -> float:
    few, many = sorted((one.terms, two.terms), key=len)
    return sum(min(telling, many[term]) for term, telling in few.items() if term in many)


def figures(text: str) -> Counter[str]:
    """Return the numbers, years and signs of measure in a text; „zwei“ and „2“, „5.000“ and „5 000“ are the same."""
    found = Counter(_GROUPS.sub("", figure.group()) for figure in _FIGURE.finditer(text))
    return found + Counter(number for word in _WORD.findall(text.lower()) if (number := _numeral(word)))


def _numeral(word: str) -> str | None:
    if _HALF.fullmatch(word):
        return "½"
    return "×2" if _TWICE.fullmatch(word) else _NUMERALS.get(word)


def _listed(numbers: Iterable[str]) -> str:
    return ", ".join(f"{int(number):,}".replace(",", ".") if number.isdecimal() and len(number) > 4 else number for number in numbers)


def strength(text: str) -> int:
    """Return how firm a promise is: 1 to be examined or with reserve, 2 intended, 3 said without either."""
    return 1 if _WEAK.search(text) else 2 if _MEANT.search(text) else 3


def reasons_for_new_meaning(before: str, now: str) -> tuple[str, ...]:
    """Return sentences on what may have changed the meaning: numbers, negation, how firm it is. Empty where nothing tells."""
    reasons = []
    gone, come = figures(before) - figures(now), figures(now) - figures(before)
    if gone and come:
        reasons.append(_("Zahl geändert: {before} → {now}").format(before=_listed(gone), now=_listed(come)))
    elif gone:
        reasons.append(_("Zahl entfallen: {before}").format(before=_listed(gone)))
    elif come:
        reasons.append(_("Zahl dazugekommen: {now}").format(now=_listed(come)))
    if bool(_NOT.search(before)) != bool(_NOT.search(now)):
        reasons.append(_("Verneinung dazugekommen") if _NOT.search(now) else _("Verneinung entfallen"))
    if (old := strength(before)) != (new := strength(now)):
        reasons.append(_("Weniger verbindlich formuliert") if new < old else _("Verbindlicher formuliert"))
    return tuple(reasons)
