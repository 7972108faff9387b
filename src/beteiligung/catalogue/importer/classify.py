"""Topic and kind of a commitment, from its words and the headings above it."""

import re
from collections import defaultdict

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


def topic_of(quote: str, section: tuple[str, ...]) -> tuple[str, str]:
    """Return the topic of a quote and a German reason for it.

    Words of the quote count fully, those of the nearest heading and the chapter less: they
    decide where the quote says little.
    """
    scores: defaultdict[str, float] = defaultdict(float)
    words: dict[str, list[str]] = {}
    for name, pattern in _TOPICS.items():
        hits = [match.group().lower() for match in pattern.finditer(quote)]
        distinct = list(dict.fromkeys(hits))
        if distinct:
            # the second mention of a matter says less than the first
            scores[name] += sum(1 / (1 + 0.5 * index) for index in range(len(distinct))) * WEIGHTS.get(name, 1)
            words[name] = distinct
        for depth, heading in enumerate(reversed(section)):
            if pattern.search(heading):
                scores[name] += (1.2, 0.5, 0.2)[min(depth, 2)]
    if not scores:
        return FALLBACK, ""
    name = max(scores, key=lambda topic: scores[topic])
    seen = ", ".join(words.get(name, [])[:3])
    return name, f"Thema {name}: {seen}" if seen else f"Thema {name}: nach der Überschrift"
