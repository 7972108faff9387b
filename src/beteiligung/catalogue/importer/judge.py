"""How much speaks for a sentence being a commitment: evidence with weights, explainable.

A weight is a log-odds contribution; the sum becomes a confidence by the logistic function.
"""

import math
import re
from dataclasses import dataclass, field

from beteiligung.catalogue.importer import cues
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
_OPENS_WEAKLY = re.compile(r"^(?:denn|ohne|viele|leider|nur|natürlich|übrigens)\b", re.IGNORECASE)

# What says a commitment outright, whoever speaks.
_OUTRIGHT = (
    (cues.GOAL, 2.6, "Ziel wird genannt"),
    (cues.SHALL, 2.6, "Soll-Satz"),
    (cues.MUST_NOT, 1.8, "Forderung: darf nicht"),
    (cues.REMAINS, 2.4, "Bestehendes bleibt erhalten"),
    (cues.PLANNED, 2.6, "Vorhaben: geplant, vorgesehen"),
    (cues.IS_TO, 2.0, "Auftrag: ist zu, sind zu"),
    (cues.NOT_WITH_US, 2.6, "Absage der Verfasser"),
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


def judge(sentence: str, *, bullet: bool = False, after_commitment: bool = False) -> Judgement:
    """Weigh a whole sentence (with a finite verb) of a paragraph or bullet."""
    found = Judgement()
    if len(sentence) > LONGEST or cues.GREETING.search(sentence):
        found.add(-5)
        return found
    facts = _facts(sentence)
    _voice(found, facts)
    _outright(found, facts)
    pledge = found.outright = found.score > BASE
    if not pledge:
        _plain_present(found, facts)
    if found.score > BASE and cues.INTENSITY.search(facts.main):
        found.add(0.4, f"Blick nach vorn: {_word(cues.INTENSITY, facts.main)}")
    _against(found, facts, pledge=pledge)
    if bullet:
        found.add(1.6, "Punkt einer Aufzählung")
    if cues.ANAPHORA.match(sentence):
        found.elaborates = True
        if after_commitment and not pledge:
            found.add(-0.8)
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
        (body and cues.FUTURE.search(f"{body.group()} {body['after']}"), 2.8, "Zusage des Kreises oder der Verwaltung"),
        (facts.we and not facts.focus and cues.STANDS_FIRM.search(main), 3.0, "Selbstverpflichtung der Verfasser"),
        (
            facts.we and cues.STANDS_FOR.search(main),
            2.2 if cues.ACTION_NOUN.search(main) else 1.2,
            "Haltung der Verfasser",
        ),
        (facts.deed and not facts.focus, 2.4, f"Die Verfasser handeln selbst: wir {facts.deed}"),
        (_WE_WILL_BELOW.search(facts.sentence), 2.4, "Absicht in einem Nebensatz"),
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
    main, body = facts.main, facts.body
    if facts.focus:
        found.add(2.0 if _several(main) else 0.2, "Schwerpunkte werden genannt")
    verbs = {body["after"] or "", body["before"] or ""} if body else set()
    if body and cues.STANDS_FIRM.search(main):
        found.add(2.0, "Selbstverpflichtung des Kreises oder der Verwaltung")
    elif body and any(verbs) and not verbs & cues.BODY_NO_DEED:
        found.add(1.7, f"Der Kreis oder die Verwaltung handelt: {body['after'] or body['before']}")
    elif cues.FUTURE.search(main) and cues.PASSIVE_ACTION.search(main):
        found.add(1.8, "Vorhaben im Passiv: wird, werden")
    if cues.NEEDS.search(main):
        found.add(1.5, "Notwendigkeit wird genannt")


def _against(found: Judgement, facts: _Facts, *, pledge: bool) -> None:
    """Subtract what speaks against: the past, others, description, consequence, feeling."""
    found.add(_past(facts) + _others(facts))
    main = facts.main
    if cues.SUMMARY.match(main):
        found.add(-2.2)
    elif cues.CONSEQUENCE.match(main) and not facts.modal:
        found.add(-1.6)
    if cues.COPULA.search(main) and not pledge and found.score < BASE + 1.2:
        found.add(-1.2)
    if cues.FEELING.search(main) and not pledge:
        found.add(-1.2)
    if cues.WOULD.search(main):
        found.add(-1.4)
    elif cues.MAY.search(main) and not facts.modal and not pledge:
        found.add(-1.2)
    _openings(found, facts.sentence)


def _past(facts: _Facts) -> float:
    main = facts.main
    weight = 0.0
    if facts.modal:
        return weight
    if cues.PERFECT.search(main):
        weight -= 3.4
    if cues.PAST.search(main):
        weight -= 2.6
    if cues.SINCE.search(main) and not cues.MUST.search(main) and not cues.GOAL.search(main):
        # what is being built now is promised to be finished
        weight -= 0.2 if cues.ONGOING.search(main) and cues.MAKING.search(main) else 1.3
    return weight


def _others(facts: _Facts) -> float:
    main = facts.main
    weight = 0.0
    if cues.OTHERS.search(main) and cues.OTHERS_SAY.search(main) and not facts.we:
        # "Unternehmen sollen …" demands something, "Unternehmen wollen …" reports it
        weight -= 1.2 if cues.SHALL.search(main) or cues.MUST.search(main) else 2.2
    if cues.NOBODY.search(main) and not cues.SHALL.search(main):
        weight -= 2.5
    if _BY_PEOPLE.search(main):
        weight -= 1.5
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
        return not cues.INTENSITY.search(main)
    return bool(cues.PEOPLE_CAN.search(main))


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
    return bool(re.search(r",| und | sowie ", main)) and len(main.split()) >= 8
