"""Bullets without a finite verb: "Ausbau der Nahwärmenetze", "Schulen sanieren", "… zu stärken"."""

import re

from beteiligung.catalogue.importer.cues import ACTION_NOUN
from beteiligung.catalogue.importer.judge import Judgement
from beteiligung.catalogue.importer.tense import past

_FINITE = re.compile(
    r"\b(?:ist|sind|hat|haben|wird|werden|wurde|wurden|soll|sollen|muss|müssen|kann|können|will|wollen|darf|"
    r"dürfen|könnte|könnten|würde|würden|wäre|wären|sollte|sollten|dürfte|hätte|hätten|bleibt|bleiben|möchten|steht|stehen|gibt|"
    r"braucht|erfolgt|liegt|zeigt|prägt|bietet|unterstützt|"
    r"fördern|fördert|stärkt|schafft|gewährleistet|sorgt|trägt|setzt|führt|nutzt|plant|erfolgen|erfordern|bedeutet|bedeuten|helfen|dienen)\b"
)
_INFINITIVE = re.compile(r"(?:\bzu\s+[a-zäöüß]+n|[a-zäöüß]+zu[a-zäöüß]+en|(?<=\s)[a-zäöüß]{3,}(?:en|eln|ern))[.,;]?(?:\s+und)?$")
_COMPARATIVE = re.compile(
    r"^(?:schluss\s+mit|nein\s+zu[rm]?|ja\s+zu[rm]?|weg\s+mit|mehr|weniger|bessere\w*|attraktivere\w*|gute\w*|kein\w*|neue\w*|freie\w*|"
    r"kostenlose\w*|kostenfreie\w*|sichere\w*|schnellere\w*|höhere\w*|barrierefrei\w*|\w+ere[rsn]?)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\b(?:20\d\d|\d+\s*(?:%|prozent|euro|€|neue\w*)|\d+-prozentig\w*)", re.IGNORECASE)

# The finite verb after a relative clause: "Betriebe, die ausbilden, sollen …".
_LATE = re.compile(
    r",\s+(?:soll|sollen|wird|werden|ist|sind|muss|müssen|kann|können|hat|haben|erhält|erhalten|bekommt|bekommen|dürfen|darf)\b"
)
# A pronoun as the subject.
_PRONOUN = re.compile(r"^(?:wir|sie|er|es|ihr|dies|dem|diese[rsmn]?\s+[A-ZÄÖÜ]\w+)\b|\b[a-zäöüß]+(?:t|en)\s+(?:wir|er|es)\b", re.IGNORECASE)
_PARTICIPLE = re.compile(r"(?:\w{0,8}ge|be|ver|er|ent|zer|über|unter|um)\w{3,}t$|\w+iert$")
# "mit", "nicht" and the like end as verbs do.
_NO_VERB = frozenset(
    """
    mit nicht jetzt statt seit dort gut fort selbst erst meist laut insgesamt damit weit bereit direkt gesamt digital zuerst sonst dicht
    breit leicht recht schlecht mindestens alt kalt jedoch samt zunächst weitest zumeist ernst sanft fast spät privat konkret bunt echt
    """.split()  # noqa: SIM905
)


def is_fragment(text: str) -> bool:
    """Tell whether a bullet is a phrase without a finite verb in its main part."""
    main = re.sub(
        r",\s+(?:der|die|das|in\s+de\w+|um|damit|dass|die\s+auch|wobei|so\s+dass|sodass|wo|welche\w*)\b.*$", "", text, flags=re.DOTALL
    )
    main = re.sub(r"\([^()]*\)|„[^“]*“", "", main)
    if re.search(r"\b(?:zu|zur)\s+(?:\w+\s+)?(?:werden|haben|sind|können)\b", main):
        main = re.sub(r"\bzu\s+(?:werden|haben|können)\b", "", main)
    return not (_FINITE.search(main) or _LATE.search(text) or past(main) or _PRONOUN.search(main) or _third_person(main.split()))


def _third_person(words: list[str]) -> bool:
    """Tell whether a word after the first looks like a verb in the third person ("tritt", "zeigt")."""
    for bare in (word.strip(".,;:!?") for word in words[1:]):
        if bare[:1].islower() and bare.endswith("t") and bare not in _NO_VERB and not _PARTICIPLE.match(bare):
            return True
    return False


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


# "zugeschnitten", "ausgerichtet": a participle, not an infinitive.
_BEEN_DONE = re.compile(r"(?:ab|an|auf|aus|bei|ein|fest|her|hin|nach|um|vor|weg|zu)ge(?!stalten|wöhnen|nießen)\w{3,}en$")
_NO_INFINITIVE = frozenset("zusammen unten oben neben gegen eben innen außen morgen zwischen wegen hinten entgegen drinnen".split())  # noqa: SIM905
_HEAD_NOUN = re.compile(
    r"^(?:[A-ZÄÖÜ][\wäöüß-]*e[rs]?\s+(?:und\s+)?)?(?:[a-zäöüß]+e[rs]?\s+){0,2}[A-ZÄÖÜ][\wäöüß-]+(?:,\s+[A-ZÄÖÜ][\wäöüß-]+)*(?:(?:\s+(?:und|"
    r"oder|sowie)\s+|/)[A-ZÄÖÜ][\wäöüß-]+)?"
    r"\s+(?:der|des|von|vom|eines|einer|für|aller|zur|zum|im|in|an|bei|und|mit|durch|weiterer|neuer)\b"
)
_AMOUNT = re.compile(
    r"^(?:\d[\d.,]*\s*(?:%|Prozent|neue|zusätzliche|weitere|[A-ZÄÖÜ])|(?:mehr|weniger|keine?|kein|schluss\s+mit|nein\s+zu|ja\s+zu|"
    r"stopp|weg\s+mit)\s)",
    re.IGNORECASE,
)
_SPEAKS = re.compile(r"\b(?:wir|ich|er|sie|es|man|sich|dass|ob|wer|was|wie|warum)\b", re.IGNORECASE)


def is_phrase(text: str) -> bool:
    """Tell whether a sentence of running text has no finite verb at all ("Aufstellen eines Hitzeaktionsplans bis 2026.")."""
    bare = re.sub(r"\([^()]*\)|„[^“]*“", "", text)
    words = bare.split()
    if not 3 <= len(words) <= 22 or _SPEAKS.search(bare) or not is_fragment(bare):
        return False
    last = words[-1].strip(".!")
    if last[:1].islower() and last.endswith(("en", "eln", "ern")) and last not in _NO_INFINITIVE and not _BEEN_DONE.match(last):
        # the only verb is the infinitive at the end
        return not re.match(r"^(?:Die|Der|Das|Viele|Alle|Diese)\b", text)
    return bool((_HEAD_NOUN.match(text) and ACTION_NOUN.search(" ".join(words[:3]))) or _AMOUNT.match(text))


def judge_phrase(text: str) -> Judgement:
    """Weigh a sentence for which `is_phrase` holds."""
    found = Judgement()
    if text.endswith("?"):
        return found
    last = text.rstrip(".!").rsplit(maxsplit=1)[-1]
    if last[:1].islower() and last.endswith(("en", "eln", "ern")):
        found.add(2.0, "Vorhaben im Infinitiv")
    elif ACTION_NOUN.search(" ".join(text.split()[:3])):
        found.add(1.8, "Vorhaben als Hauptwort")
    if _COMPARATIVE.match(text):
        found.add(1.6, "Verbesserung wird genannt")
    if _NUMBER.search(text):
        found.add(0.9, "Zahl oder Jahr wird genannt")
    if text[-1] not in ".!:;":
        # a line of a title page
        found.add(-1.5)
    return found
