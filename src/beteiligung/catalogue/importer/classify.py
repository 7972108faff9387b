"""Topic and kind of a commitment, from its words and the headings above it."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from beteiligung.catalogue.importer.model import Kind
from beteiligung.catalogue.importer.topic_words import FALLBACK, STEMS, WEIGHTS

_EXAMINATION = re.compile(
    r"\b(?:über)?prüf(?:en|ung|t|auftrag\w*)\b|\bzu\s+prüfen\b|\buntersuch(?:en|ung)\b|machbarkeit|potenzialanalyse|"
    r"\bevaluier\w*|\berproben\b|\btesten\b|\bprojektstudie\b|\bbewertet\b|\bgespräche\w*\s+(?:darüber|eintreten)",
    re.IGNORECASE,
)
_CONTINUED = re.compile(
    r"\bfort(?:zu)?(?:führ|setz|geführt|gesetzt|schreib|geschrieben)\w*|\bweiter(?:zu)?(?:führ|geführt|förder)\w*|"
    r"\b(?:setz|führ)\w*\b.*\b(?:fort|weiter)\b|\bhalten\b.*\bfest\b|\bfesthalten\b|\bbei(?:zu)?behalt\w*|"
    r"\berhalten\s+(?:bleiben|und\s+\w+|werden)?|\bbleib\w*\b.*\berhalten\b|\b(?:erhalt(?:ung)?|fortführung|weiterführung|"
    r"verstetigung|beibehaltung|fortsetzung)\b|\bweiterhin\b.*\b(?:unterstütz|förder|finanzier|begleit)\w*|"
    r"\bweiter\s+(?:unterstütz|förder|finanzier)\w*|\bauch\s+(?:weiterhin|in\s+zukunft)\b",
    re.IGNORECASE,
)
_POSITION = re.compile(
    r"\b(?:wir|die\s+koalitionspartner)\b.*\b(?:fordern|erwarten|verlangen|lehnen|bekennen|stehen\s+(?:für|an)|ermutigen|"
    r"akzeptieren|ablehnen)\b|\b(?:bekennen|fordern|lehnen|erwarten|verlangen)\b.*\b(?:wir|uns|sich|koalitionspartner)\b|"
    r"\babsage\b|\bschließen\s+wir\s+aus\b|\b(?:bund|land|landes(?:-|ebene|regierung)|bundesebene|bundesregierung)\b.*"
    r"\b(?:muss|müssen|pflicht|einsetzen|setzen\s+wir\s+uns|ein)\b|\b(?:darf|dürfen)\b.*\b(?:nicht|kein\w*)\b|"
    r"\bunterstützen\b.*\b(?:ausdrücklich|reform|appell)\b|^(?:zuspruch|anerkennung|ablehnung)\b",
    re.IGNORECASE,
)
_GOAL = re.compile(
    r"\bziele?\b|\bzielt\b|\banspruch\b|\bklimaneutral\w*|\bbis\s+(?:spätestens\s+|zum\s+jahr\s+)?20\d\d\b|"
    r"\bstreb\w*\b.*\ban\b|\bsollen?\b.*\b(?:können|sein|bleiben|haben)\b|\bmüssen?\b.*\b(?:sein|bleiben|können)\b|"
    r"^(?:barrierefreiheit|\w+ere\s+bedingungen|erreich\w+|verhinderung|gute\b|reduzierung|senkung|bewirkung)\b",
    re.IGNORECASE,
)
# A document is about one matter if so many of its quotes are.
_MAIN_SHARE = 0.45
_TOPICS = {name: re.compile("|".join(stems), re.IGNORECASE) for name, stems in STEMS.items()}


def kind_of(quote: str) -> Kind:
    """Return the kind of a commitment: what is examined, continued, held, aimed at, else done."""
    head = re.split(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ])", quote, maxsplit=1)[0]
    if _EXAMINATION.search(head):
        return "examination"
    if _CONTINUED.search(head):
        return "continued_support"
    if _POSITION.search(head):
        return "position"
    if _GOAL.search(head):
        return "goal"
    return "measure"


def topic_of(quote: str, section: tuple[str, ...], prior: Mapping[str, float] | None = None) -> tuple[str, str]:
    """Return the topic of a quote and a German reason for it ("" if nothing tells).

    Words of the quote count fully, those of the nearest heading and the chapter less: they
    decide where the quote says little. `prior` are scores known of the document.
    """
    scores, words = _scores(quote, section)
    if not scores:
        return FALLBACK, ""
    for name, weight in (prior or {}).items():
        scores[name] += weight
    name = max(_TOPICS, key=lambda topic: scores.get(topic, 0.0))
    seen = ", ".join(words.get(name, [])[:3])
    return name, f"Thema {name}: {seen}" if seen else f"Thema {name}: nach der Überschrift"


def topics_of(quotes: Sequence[tuple[str, tuple[str, ...]]], title: str) -> list[tuple[str, str]]:
    """Return topic and reason of each (quote, section) of one document, in order.

    A document about one matter (its title, or most of its quotes) lends that topic to quotes that
    say little; a quote that says nothing has the topic of the one before it in its section.
    """
    if not quotes:
        return []
    alone = [topic_of(quote, section) for quote, section in quotes]
    counts = Counter(name for name, why in (topic_of(quote, ()) for quote, _ in quotes) if why)
    main, number = counts.most_common(1)[0] if counts else (FALLBACK, 0)
    named = set(_scores(title, ())[0])
    prior: dict[str, float] = {}
    if number >= _MAIN_SHARE * len(quotes):
        prior = {main: 0.9 if main in named else 0.6}
    result: list[tuple[str, str]] = []
    for (quote, section), (name, why) in zip(quotes, alone, strict=True):
        if why:
            result.append(topic_of(quote, section, prior))
        elif prior:
            result.append((main, f"Thema {main}: nach dem Dokument"))
        elif result and section == quotes[len(result) - 1][1]:
            result.append((result[-1][0], f"Thema {result[-1][0]}: wie davor"))
        else:
            result.append((name, why))
    return result


def _scores(quote: str, section: tuple[str, ...]) -> tuple[defaultdict[str, float], dict[str, list[str]]]:
    """Return the score of each topic that anything speaks for, and the words of the quote that do."""
    scores: defaultdict[str, float] = defaultdict(float)
    words = {name: list(found) for name, found in _found(quote)}
    for name, found in words.items():
        # the second mention of a matter says less than the first
        scores[name] += sum(1 / (1 + 0.5 * index) for index in range(len(found))) * WEIGHTS.get(name, 1)
    for depth, heading in enumerate(reversed(section)):
        for name, _ in _found(heading):
            scores[name] += (1.2, 0.5, 0.2)[min(depth, 2)]
    return scores, words


# A quote is looked at alone, with its headings and with its document; a heading once for each quote.
@lru_cache(maxsize=4096)
def _found(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return each topic that words of the text speak for, with those words once each."""
    found = ((name, tuple(dict.fromkeys(match.group().lower() for match in pattern.finditer(text)))) for name, pattern in _TOPICS.items())
    return tuple((name, hits) for name, hits in found if hits)
