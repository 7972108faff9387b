"""How much speaks for a sentence being a commitment: evidence with weights, explainable.

A weight is a log-odds contribution; the sum becomes a confidence by the logistic function.
"""

import math
import re
from dataclasses import dataclass, field

from beteiligung.catalogue.importer import cues, speakers, tense
from beteiligung.catalogue.importer.clauses import main_clause

BASE = -1.3
# Longer than any sentence; keeps a hostile text from costing time.
LONGEST = 1_500
_WE_WILL = re.compile(
    r"\b(?:wir|koalitionspartner)\s+werden\b|\bwerden\s+(?:wir|die\s+koalitionspartner)\b|\bund\s+(?:werden|wollen)\b",
    re.IGNORECASE,
)
_WE_WILL_BELOW = re.compile(r"\bwir\b[^,]*\b(?:wollen|möchten|werden)\b|\b(?:wollen|möchten|werden)\s+wir\b", re.IGNORECASE)
_WE_TAKE = re.compile(r"\bwir\s+(?:nehmen|stellen|erhalten)\b|\b(?:nehmen|stellen|erhalten)\s+wir\b", re.IGNORECASE)
_TAKE_NOTE = re.compile(r"\bwahr\b|\bvor\W*$")
_BY_PEOPLE = re.compile(r"\bvon\s+[A-ZÄÖÜ][\w*]+\s+(?:gemacht|getragen|geleistet)\b")
# The future: an infinitive closes the clause.
_WILL_DO = re.compile(r"\b(?:wird|werden)\b.*\b[a-zäöüß]{3,}(?:en|eln|ern)(?:\W*$|\s+und\b|,)")
# What an office would like to have is decided by others.
_WISHES = re.compile(r"\b(?:wünscht\s+sich|schlägt\s+vor|rechnet\s+mit|geht\s+davon\s+aus)\b")
_BODY_WILL = re.compile(r"\b(?:werden|wird|will|wollen|möchte)\b", re.IGNORECASE)
_PROFITS = re.compile(r"^(?:davon|hiervon|daraus|dadurch)\s+(?:soll|sollen|kann|können)\b", re.IGNORECASE)
# "wird vom Bund gefördert", "aus Mitteln der EU": others act or pay.
_BY_OTHERS = re.compile(
    r"\b(?:wird|werden)\s+(?:[a-zäöüß]+\s+)?(?:vom\s+(?!Landkreis|Kreis)|von\s+(?:(?:der|den|dem)\s+)?(?!Landkreis|Kreis|Stadt|"
    r"Gemeinde|[A-Z]\w*verwaltung)[A-ZÄÖÜ])|\b[aA]us\s+Mitteln\b"
)
# "Nachverdichtung und Flächenrecycling", but not "Brand- und Katastrophenschutz".
_TWO_NOUNS = re.compile(
    r"[A-ZÄÖÜ][\wäöüß*-]*[\wäöüß](?:,| und| sowie)\s+(?:(?:der|die|das|dem|den|des|einer|einem|auf)\s+){0,2}(?:[a-zäöüß]+\s+){0,2}[A-ZÄÖÜ]"
)
# "… verstehen das Ehrenamt als Herzstück": a view of things. "Sogenannte Landschaftspläne": an explanation.
_VIEWS = re.compile(r"\b(?:verst(?:eh|and)\w*|begreif\w*|betracht\w*|s(?:eh|ieh)\w*)\b.*\bals\b|\bsogenannte\w*\b", re.IGNORECASE)
# "Pro Jahr werden 300 Wohnungen gebaut": a rate, where nothing speaks of the time to come.
_RATE = re.compile(r"^(?:pro|im)\s+(?:jahr|monat|schnitt|durchschnitt|mittel)\b|\bdurchschnittlich\b", re.IGNORECASE)
# The council of another place.
_OTHER_COUNCIL = re.compile(
    r"\b(?:Gemeinde|Stadt|Orts)(?:rat|vertretung|verordnetenversammlung)\s+(?:von|in|der\s+(?:Stadt|Gemeinde))\s+[A-ZÄÖÜ]"
)
# "Im Mittelpunkt steht der Ausbau der Ganztagsschulen."
_FOCUS_ON_DEED = re.compile(
    rf"\b(?:steht|stehen)\s+(?:dabei\s+|hier\s+)?(?:der|die|das)\s+(?:[a-zäöüß]+e[rn]?\s+)?{cues.DEED_NOUN}\s+(?:der|des|von|aller)\b"
)
_BY_THE_WAY = re.compile(r"^(?:dabei|dafür|hierfür|hierbei)\b|^wir\s+[a-zäöüß]+\s+dabei\b", re.IGNORECASE)
_VAGUE_INTENSITY = frozenset({"mehr", "neue", "neuen", "neuer", "neues", "weiter", "weitere", "weiteren"})
_OPENS_WEAKLY = re.compile(r"^(?:denn|ohne|viele|leider|nur|natürlich|übrigens)\b", re.IGNORECASE)

# What says a commitment outright, whoever speaks.
_OUTRIGHT = (
    (cues.GOAL, 2.6, "Ziel wird genannt"),
    (cues.SHALL, 2.6, "Soll-Satz"),
    (cues.MUST_NOT, 1.8, "Forderung: darf nicht"),
    (cues.REMAINS, 2.4, "Bestehendes bleibt erhalten"),
    (cues.PLANNED, 2.6, "Vorhaben: geplant, vorgesehen"),
    (cues.IS_TO, 2.0, "Auftrag: ist zu, sind zu"),
    (cues.NOT_WITH_US, 2.8, "Absage der Verfasser"),
    (cues.FRONTED_PARTICIPLE, 2.2, "Vorhaben: geprüft, vereinbart wird"),
    (cues.RULE, 2.0, "Eine Regel wird gesetzt"),
    (cues.PERFORMS, 3.2, "Antrag des Redners"),
    (cues.MUST_FRONT, 2.2, "Notwendigkeit wird genannt"),
    (tense.RESOLVED, 2.8, "Vorsatz: vorgenommen, zum Ziel gesetzt"),
)


@dataclass(slots=True)
class Judgement:
    """Evidence found in one sentence.

    `elaborates` if it may belong to the sentence before it; `outright` if the commitment is
    said by a modal, a goal or an idiom rather than in the plain present.
    """

    score: float = BASE
    reasons: list[str] = field(default_factory=list)
    elaborates: bool = False
    outright: bool = True

    def add(self, weight: float, reason: str = "") -> None:
        """Add evidence; only what speaks for a commitment needs a reason."""
        self.score += weight
        if reason and weight > 0:
            self.reasons.append(reason)

    @property
    def confidence(self) -> float:
        """The score as a share between 0 and 1."""
        return round(1 / (1 + math.exp(-self.score)), 2)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is read off a sentence once: its main clause, who speaks, what is done."""

    sentence: str
    main: str
    we: bool
    deed: str
    body: re.Match[str] | None
    focus: bool
    modal: bool


def judge(sentence: str, *, bullet: bool = False, after_commitment: bool = False, authors: frozenset[str] = frozenset()) -> Judgement:
    """Weigh a whole sentence (with a finite verb) of a paragraph or bullet.

    `authors` are the names of the parties that speak.
    """
    found = Judgement()
    if len(sentence) > LONGEST or cues.GREETING.search(sentence) or cues.CAPTION.match(sentence):
        found.add(-5)
        return found
    label = cues.LABEL.match(sentence)
    facts = _facts(speakers.plainly(sentence[label.end() :] if label else sentence, authors))
    if label:
        found.add(2.8, "Als Ziel oder Maßnahme überschrieben")
    _voice(found, facts)
    _outright(found, facts)
    pledge = found.outright = found.score > BASE
    if not pledge:
        _plain_present(found, facts)
    if found.score > BASE and cues.INTENSITY.search(facts.main):
        found.add(0.4, f"Blick nach vorn: {_word(cues.INTENSITY, facts.main)}")
    _against(found, facts, authors, pledge=pledge)
    if bullet:
        found.add(0.5, "Punkt einer Aufzählung")
    if cues.ANAPHORA.match(sentence):
        found.elaborates = True
        if after_commitment and not pledge:
            found.add(-0.8)
    if after_commitment and facts.deed and not facts.modal and _BY_THE_WAY.match(sentence):
        found.elaborates = True
        found.add(-1.6)
    if after_commitment and _only_explains(sentence, facts.main):
        found.elaborates = True
        found.score = min(found.score, -0.1)
    return found


def _facts(sentence: str) -> _Facts:
    main = main_clause(sentence)
    return _Facts(
        sentence,
        main,
        we=bool(cues.WE_RE.search(main)),
        deed=_deed(main),
        body=cues.BODY_VERB.search(main),
        focus=bool(cues.FOCUS.search(main)),
        modal=bool(cues.MODAL_WILL.search(main) or cues.SHALL.search(main) or _WE_WILL.search(main)),
    )


def _voice(found: Judgement, facts: _Facts) -> None:
    """Add the strongest of what the authors, or the body they speak for, say they do."""
    main, body = facts.main, facts.body
    choices = (
        (facts.we and cues.MODAL_WILL.search(main), 3.6, f"Absicht: wir {_word(cues.MODAL_WILL, main)}"),
        (facts.we and re.search(r"\bwerden\b", main, re.IGNORECASE), 3.4, "Zusage: wir werden"),
        (body and _BODY_WILL.search(f"{body.group()} {body['after']}"), 2.8, "Zusage des Kreises oder der Verwaltung"),
        (facts.we and not facts.focus and cues.STANDS_FIRM.search(main), 3.0, "Selbstverpflichtung der Verfasser"),
        (
            facts.we and cues.STANDS_FOR.search(main),
            2.2 if cues.ACTION_NOUN.search(main) else 1.2,
            "Haltung der Verfasser",
        ),
        (facts.deed and not facts.focus, 2.4, f"Die Verfasser handeln selbst: wir {facts.deed}"),
        (_WE_WILL_BELOW.search(facts.sentence) and not cues.WE_HAVE.search(main), 2.4, "Absicht in einem Nebensatz"),
    )
    for holds, weight, reason in choices:
        if holds:
            found.add(weight, reason)
            return


def _outright(found: Judgement, facts: _Facts) -> None:
    main = facts.main
    for pattern, weight, reason in _OUTRIGHT:
        if pattern.search(main):
            found.add(weight, reason)
    if cues.GOAL.search(main) and cues.VAGUE_GOAL.search(facts.sentence):
        found.add(-1.0)
    if cues.MUST.search(main) and not cues.SHALL.search(main):
        found.add(2.2, "Forderung: muss, müssen")
    if cues.INCLUDES.search(main) and cues.ACTION_NOUN.search(main) and not cues.EXAMPLE.search(main):
        found.add(2.2, "Weitere Maßnahmen werden aufgezählt")


def _plain_present(found: Judgement, facts: _Facts) -> None:
    """Add what speaks for a commitment in the plain present or the passive."""
    main = facts.main
    if facts.focus:
        found.add(2.0 if _several(main) or _FOCUS_ON_DEED.search(main) else 0.2, "Schwerpunkte werden genannt")
    for holds, weight, reason in _acts(facts):
        if holds:
            found.add(weight, reason)
            break
    if cues.BENEFIT.search(main):
        found.add(1.6, "Leistung wird zugesagt")
    if cues.COMING.search(facts.sentence) and cues.ARISES.search(main):
        found.add(1.5, f"Zeitpunkt: {_word(cues.COMING, facts.sentence)}")
    elif cues.REGULARLY.search(main) and cues.ARISES.search(main):
        found.add(1.1, f"Regelmäßig: {_word(cues.REGULARLY, main)}")
    if cues.EVERYONE.match(main):
        found.add(0.5, "Gilt für alle")
    if cues.NEEDS.search(main):
        found.add(1.5, "Notwendigkeit wird genannt")


def _acts(facts: _Facts) -> tuple[tuple[bool, float, str], ...]:
    """Return what is done and by whom, the strongest first: (whether it holds, weight, reason)."""
    main, body = facts.main, facts.body
    verbs = {body["after"] or "", body["before"] or ""} if body else set()
    does = any(verbs) and not verbs & cues.BODY_NO_DEED and not any(verb.endswith("te") for verb in verbs)
    passive = bool(cues.FUTURE.search(main) and cues.PASSIVE_ACTION.search(main))
    will = bool(_WILL_DO.search(main)) and not tense.FORECAST.search(main) and not speakers.others_act(main)
    new = bool(speakers.NEW_BODY.search(main) or speakers.OFFICE_ACTS.search(main)) and not cues.COPULA.search(main)
    return (
        (bool(body and cues.STANDS_FIRM.search(main)), 2.0, "Selbstverpflichtung des Kreises oder der Verwaltung"),
        (does, 1.7, f"Der Kreis oder die Verwaltung handelt: {max(verbs, default='')}"),
        (passive, 1.8, "Vorhaben im Passiv: wird, werden"),
        (bool(cues.PASSIVE.search(main)) and not cues.NO_PLAN.search(main), 1.5, "Vorhaben im Passiv: wird, werden"),
        (will, 1.6, "Ankündigung: wird, werden"),
        (new, 1.4, "Eine Stelle des Kreises oder ein neues Gremium handelt"),
    )


def _against(found: Judgement, facts: _Facts, authors: frozenset[str], *, pledge: bool) -> None:
    """Subtract what speaks against: the past, others, description, consequence, feeling."""
    found.add(_past(facts) + _others(facts, authors) + _about(facts, pledge=pledge))
    main = facts.main
    if cues.SUMMARY.match(main):
        found.add(-2.2)
    elif cues.CONSEQUENCE.match(main) and not facts.modal:
        found.add(-1.6)
    elif _PROFITS.match(main):
        found.add(-2.0)
    if cues.COPULA.search(main) and not pledge and found.score < BASE + 1.2:
        found.add(-1.2)
    if (cues.FEELING.search(main) or _VIEWS.search(main)) and not pledge:
        found.add(-1.2)
    if _RATE.search(main) and not pledge and not cues.COMING.search(facts.sentence) and not cues.INTENSITY.search(main):
        found.add(-1.0)
    if cues.WOULD.search(main):
        found.add(-1.4)
    elif cues.MAY.search(main) and not facts.modal and not pledge:
        found.add(-1.2)
    _openings(found, facts.sentence)


def _past(facts: _Facts) -> float:
    main = facts.main
    if facts.modal or cues.NOT_WITH_US.search(main):
        return 0.0
    weight = tense.past(main)
    if tense.SINCE.search(main) and not cues.MUST.search(main) and not cues.GOAL.search(main):
        # what is being built now is promised to be finished
        weight -= 0.2 if cues.ONGOING.search(main) and cues.MAKING.search(main) else 1.3
    return weight


def _others(facts: _Facts, authors: frozenset[str]) -> float:
    main = facts.main
    weight = 0.0
    if facts.body and _WISHES.search(main):
        weight -= 3.0
    if not facts.we and not facts.body:
        if speakers.other_party(main, authors) or speakers.asks(main):
            weight -= 3.2
        elif speakers.others_demand(main) or (_WILL_DO.search(main) and speakers.others_act(main) and not cues.PASSIVE.search(main)):
            # "Unternehmen sollen …" demands something, "Unternehmen wollen …" reports it
            weight -= 1.2 if cues.SHALL.search(main) or cues.MUST.search(main) else 2.2
    if _OTHER_COUNCIL.search(main) and not facts.we:
        weight -= 3.0
    if speakers.reported(facts.sentence) and not facts.we:
        weight -= 2.0
    if cues.NOBODY.search(main) and not cues.SHALL.search(main) and not cues.MUST_NOT.search(main):
        weight -= 2.5
    if _BY_OTHERS.search(main):
        weight -= 1.4
    if _BY_PEOPLE.search(main):
        weight -= 1.5
    return weight


def _about(facts: _Facts, *, pledge: bool) -> float:
    """Weigh definitions, law, forecasts, the text about itself, words to the reader."""
    weight = 0.0
    if cues.LEGAL.search(facts.sentence):
        weight -= 2.4
    if cues.META.search(facts.sentence) and not facts.we:
        weight -= 3.0
    if cues.TO_READER.search(facts.sentence):
        weight -= 2.0
    if tense.SEE.search(facts.main):
        weight -= 4.0
    if tense.FORECAST.search(facts.main) and not facts.we and not facts.body and not pledge:
        weight -= 1.4
    return weight


def _openings(found: Judgement, sentence: str) -> None:
    if re.match(r"^wer\b", sentence, re.IGNORECASE):
        found.add(-2.0)
    elif _OPENS_WEAKLY.match(sentence):
        found.add(-1.0)
    if cues.SAYS_WHO.search(sentence):
        found.add(-0.8)
    if cues.QUESTION.search(sentence):
        found.add(-2.5)


def _only_explains(sentence: str, main: str) -> bool:
    """Recognise, after a commitment, "So …", "Dieser soll …", "Menschen sollen … können"."""
    if cues.SO.match(sentence):
        return True
    if cues.RESUMES.match(sentence) and (cues.SHALL.search(main) or cues.MUST.search(main)):
        return _word(cues.INTENSITY, main) in _VAGUE_INTENSITY | {""}
    return bool(cues.PEOPLE_CAN.search(main))


def resumes(sentence: str, before: str) -> bool:
    """Tell whether a sentence begins with a definite noun that the sentence before it has brought up."""
    match = re.match(r"^(?:Der|Die|Das)\s+(?:[a-zäöüß]+\s+)?([A-ZÄÖÜ][a-zäöüß]{3,})", sentence)
    return bool(match and match[1].lower()[:5] in before.lower() and not cues.BODY_RE.search(match.group()))


def _word(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return re.sub(r"\s+", " ", match.group()).lower() if match else ""


def _deed(main: str) -> str:
    """Return the verb of "wir bauen", "fördern wir" if it is a deed, else ""."""
    for match in cues.WE_VERB.finditer(main):
        verb = match["before"] or match["after"]
        if verb not in cues.NO_DEED and not cues.FEELING.search(main):
            return str(verb)
    return "tun" if _WE_TAKE.search(main) and not _TAKE_NOTE.search(main) else ""


def _several(main: str) -> bool:
    return bool(_TWO_NOUNS.search(main)) and len(main.split()) >= 8
