"""Bullets without a finite verb: "Ausbau der Nahwärmenetze", "Schulen sanieren", "… zu stärken"."""

import re

from beteiligung.catalogue.importer.cues import ACTION_NOUN
from beteiligung.catalogue.importer.judge import Judgement

_FINITE = re.compile(
    r"\b(?:ist|sind|hat|haben|wird|werden|wurde|wurden|soll|sollen|muss|müssen|kann|können|will|wollen|darf|"
    r"dürfen|bleibt|bleiben|möchten|steht|stehen|gibt|braucht|erfolgt|liegt|zeigt|prägt|bietet|unterstützt|"
    r"fördern|fördert|stärkt|schafft|gewährleistet|sorgt|trägt|setzt|führt|nutzt|plant)\b"
)
_INFINITIVE = re.compile(r"(?:\bzu\s+[a-zäöüß]+n|[a-zäöüß]+zu[a-zäöüß]+en|(?<=\s)[a-zäöüß]{3,}(?:en|eln|ern))[.,;]?(?:\s+und)?$")
_COMPARATIVE = re.compile(
    r"^(?:mehr|weniger|bessere\w*|attraktivere\w*|gute\w*|kein\w*|neue\w*|freie\w*|kostenlose\w*|kostenfreie\w*|sichere\w*|schnellere\w*|höhere\w*|barrierefrei\w*|\w+ere[rsn]?)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\b(?:20\d\d|\d+\s*(?:%|prozent|euro|€|neue\w*)|\d+-prozentig\w*)", re.IGNORECASE)


def is_fragment(text: str) -> bool:
    """Tell whether a bullet is a phrase without a finite verb in its main part."""
    main = re.sub(
        r",\s+(?:der|die|das|in\s+de\w+|um|damit|dass|die\s+auch|wobei|so\s+dass|sodass|wo|welche\w*)\b.*$", "", text, flags=re.DOTALL
    )
    main = re.sub(r"\([^()]*\)|„[^“]*“", "", main)
    if re.search(r"\b(?:zu|zur)\s+(?:\w+\s+)?(?:werden|haben|sind|können)\b", main):
        main = re.sub(r"\bzu\s+(?:werden|haben|können)\b", "", main)
    return not _FINITE.search(main)


def judge_fragment(text: str, intro: float) -> Judgement:
    """Weigh a phrase; `intro` is what the sentence before the list adds or takes away."""
    found = Judgement(score=-0.6)
    found.add(0.8, "Punkt einer Aufzählung")
    first = " ".join(text.split()[:7])
    if _INFINITIVE.search(text):
        found.add(2.2, "Vorhaben im Infinitiv")
    elif ACTION_NOUN.search(first):
        found.add(2.2, "Vorhaben als Hauptwort")
    elif ACTION_NOUN.search(text):
        found.add(1.2, "Vorhaben als Hauptwort")
    if _COMPARATIVE.match(text):
        found.add(0.9, "Verbesserung wird genannt")
    if _NUMBER.search(text):
        found.add(0.6, "Zahl oder Jahr wird genannt")
    if len(text.split()) < 2:
        found.add(-1.0)
    if intro > 0:
        found.add(intro, "Die Einleitung der Aufzählung sagt zu")
    elif intro < 0:
        found.add(intro)
    return found
