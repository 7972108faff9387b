"""How much speaks for a sentence being a commitment: evidence with weights, explainable.

A weight is a log-odds contribution; the sum becomes a confidence by the logistic function.
"""

import math
import re
from dataclasses import dataclass, field

from beteiligung.catalogue.importer import cues
from beteiligung.catalogue.importer.clauses import main_clause

BASE = -1.3


@dataclass(slots=True)
class Judgement:
    """Evidence found in one sentence; `elaborates` if it may belong to the one before it."""

    score: float = BASE
    reasons: list[str] = field(default_factory=list)
    elaborates: bool = False

    def add(self, weight: float, reason: str = "") -> None:
        self.score += weight
        if reason and weight > 0:
            self.reasons.append(reason)

    @property
    def confidence(self) -> float:
        return round(1 / (1 + math.exp(-self.score)), 2)


def judge(sentence: str, *, bullet: bool = False, after_commitment: bool = False) -> Judgement:
    """Weigh a whole sentence (with a finite verb) of a paragraph or bullet."""
    found = Judgement()
    main = main_clause(sentence)
    if cues.GREETING.search(sentence):
        found.add(-5)
        return found
    if cues.QUESTION.search(sentence):
        found.add(-2.5)
    pledge = _pledge(found, sentence, main)
    _against(found, sentence, main, pledge)
    if bullet:
        found.add(1.6, "Punkt einer Aufzählung")
    if cues.ANAPHORA.match(sentence):
        found.elaborates = True
        if after_commitment and not pledge:
            found.add(-0.8)
    return found


def _word(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return re.sub(r"\s+", " ", match.group()).lower() if match else ""


def _pledge(found: Judgement, sentence: str, main: str) -> bool:
    """Add what speaks for a commitment; tells whether it is said outright (modal, goal, idiom)."""
    we = bool(cues.WE_RE.search(main))
    body = bool(cues.BODY_RE.search(main))
    before = found.score
    if we and cues.MODAL_WILL.search(main):
        found.add(3.6, f"Absicht: wir {_word(cues.MODAL_WILL, main)}")
    elif we and re.search(r"\bwerden\b", main, re.I):
        found.add(3.4, "Zusage: wir werden")
    elif body and cues.FUTURE.search(main) and not re.search(cues.PARTICIPLE + r"\W*$", main.strip(), re.I):
        found.add(2.6, "Zusage des Kreises oder der Verwaltung")
    elif we and cues.STANDS_FIRM.search(main):
        found.add(3.0, "Selbstverpflichtung der Verfasser")
    elif we and cues.STANDS_FOR.search(main):
        found.add(1.8, "Haltung der Verfasser")
    elif we and _acts(main):
        found.add(2.2, "Die Verfasser handeln selbst (Gegenwart)")
    elif re.search(r"\bwir\b[^,]*\b(?:wollen|möchten|werden)\b|\b(?:wollen|möchten|werden)\s+wir\b", sentence, re.I):
        found.add(2.4, "Absicht in einem Nebensatz")
    if cues.GOAL.search(main):
        found.add(2.6, "Ziel wird genannt")
    if cues.SHALL.search(main):
        found.add(2.6, "Soll-Satz")
    if cues.MUST.search(main):
        found.add(2.2, "Forderung: muss, müssen")
    if cues.MUST_NOT.search(main):
        found.add(1.8, "Forderung: darf nicht")
    if cues.REMAINS.search(main):
        found.add(2.4, "Bestehendes bleibt erhalten")
    outright = found.score > before
    if cues.FOCUS.search(main):
        found.add(1.2 if _several(main) else 0.2, "Schwerpunkt wird genannt")
    if not outright:
        if body and cues.STANDS_FIRM.search(main):
            found.add(1.8, "Selbstverpflichtung des Kreises oder der Verwaltung")
        elif body and _acts(main):
            found.add(1.0, "Der Kreis oder die Verwaltung handelt")
        if cues.PASSIVE.search(main) and cues.PASSIVE_ACTION.search(main):
            found.add(1.7, "Vorhaben im Passiv: wird, werden")
        elif cues.FUTURE.search(main) and cues.PASSIVE_ACTION.search(main):
            found.add(1.2, "Vorhaben im Passiv: wird, werden")
        if cues.NEEDS.search(main):
            found.add(0.9, "Notwendigkeit wird genannt")
    if found.score > before and cues.INTENSITY.search(main):
        found.add(0.5, f"Blick nach vorn: {_word(cues.INTENSITY, main)}")
    return outright


def _acts(main: str) -> bool:
    return bool(cues.ACTION.search(main)) and not cues.FEELING.search(main)


def _several(main: str) -> bool:
    return bool(re.search(r",| und | sowie ", main)) and len(main.split()) > 6


def _against(found: Judgement, sentence: str, main: str, pledge: bool) -> None:
    """Subtract what speaks against: past, others, description, consequence, feeling."""
    modal = bool(cues.MODAL_WILL.search(main) or cues.SHALL.search(main) or re.search(r"\bwir\s+werden\b|\bwerden\s+wir\b", main, re.I))
    if cues.PERFECT.search(main) and not modal:
        found.add(-3.4)
    if cues.PAST.search(main) and not modal:
        found.add(-2.6)
    if cues.SINCE.search(main) and not modal and not cues.GOAL.search(main):
        found.add(-1.3)
    if cues.OTHERS.search(main) and cues.OTHERS_SAY.search(main) and not cues.WE_RE.search(main):
        found.add(-1.2 if cues.SHALL.search(main) or cues.MUST.search(main) else -2.2)
    if cues.SUMMARY.match(sentence):
        found.add(-2.2)
    elif cues.CONSEQUENCE.match(sentence) and not modal:
        found.add(-1.6)
    if cues.FEELING.search(main) and not pledge:
        found.add(-1.2)
    if cues.WOULD.search(main):
        found.add(-1.4)
    elif cues.MAY.search(main) and not modal and not pledge:
        found.add(-1.2)
    if re.match(r"^(?:denn|wer|ohne|viele|leider|nur|natürlich|übrigens)\b", sentence, re.I):
        found.add(-1.0)
    if cues.SAYS_WHO.search(sentence):
        found.add(-0.8)
