"""Which passages of a document state a commitment, and where each begins and ends."""

import re
from collections.abc import Sequence

from beteiligung.catalogue.importer import cues
from beteiligung.catalogue.importer.classify import kind_of, topic_of
from beteiligung.catalogue.importer.clauses import main_clause
from beteiligung.catalogue.importer.draft import Draft
from beteiligung.catalogue.importer.judge import Judgement, judge
from beteiligung.catalogue.importer.model import Block, Candidate, Location
from beteiligung.catalogue.importer.nominal import is_fragment, judge_fragment
from beteiligung.text.sentences import spans

THRESHOLD = 0.5
_DONE_INTRO = re.compile(r"\b(?:erreicht|umgesetzt|geschafft|geschaffen|wurde\w*|erfolge|bilanz|bisher|haben\s+wir|wir\s+haben)\b", re.I)
_CONTEXT_INTRO = re.compile(r"\b(?:herausforderung\w*|ausgangslage|hintergrund|zahlen|fakten|probleme?|ursachen|beispiel\w*|mitglieder|quellen?|ansprechpartner\w*|linie|definition\w*|grundlagen?)\b", re.I)


def recognise(blocks: Sequence[Block], drafts: Sequence[Draft]) -> tuple[Candidate, ...]:
    """Return the candidates of a document in reading order; `drafts` know the source lines."""
    found: list[Candidate] = []
    intro = 0.0
    for index, (block, draft) in enumerate(zip(blocks, drafts, strict=True)):
        if block.kind == "heading":
            intro = 0.0
        if block.kind == "heading" or block.teaser:
            continue
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        lists = following is not None and following.kind == "bullet" and block.kind == "paragraph"
        if block.kind == "paragraph":
            intro = _intro(block.text) if lists else 0.0
        found += _of_block(block, draft, intro, lists)
    return tuple(found)


def _intro(text: str) -> float:
    """Weigh the sentence that introduces a list, if one does."""
    begin, end = spans(text)[-1]
    last = text[begin:end]
    if not re.search(r":$|\bum$|\b(?:zu|für)$", last):
        return 0.0
    if _DONE_INTRO.search(last):
        return -4.0
    if _CONTEXT_INTRO.search(last):
        return -1.5
    return 1.6 if last.endswith("um") or judge(last).score > 0 else 0.4


def _of_block(block: Block, draft: Draft, intro: float, lists: bool) -> list[Candidate]:
    """Cut a block into candidates: a committing sentence and those that elaborate it."""
    groups: list[tuple[int, int, Judgement]] = []
    cut = spans(block.text)
    open_group = False
    for number, (start, end) in enumerate(cut):
        sentence = block.text[start:end]
        if lists and number == len(cut) - 1 and re.search(r":$|\bum$", sentence):
            # the bullets carry what this sentence only announces
            break
        found = _judge(block, sentence, intro, number, open_group)
        takes = found.confidence >= THRESHOLD
        if open_group and groups and _belongs(sentence, found, takes):
            begin, _, first = groups[-1]
            groups[-1] = (begin, end, first)
        elif takes:
            groups.append((start, end, found))
            open_group = True
        else:
            open_group = False
    return [_candidate(block, draft, *group) for group in groups]


def _judge(block: Block, sentence: str, intro: float, number: int, after: bool) -> Judgement:
    bullet = block.kind == "bullet"
    if bullet and number == 0 and is_fragment(sentence):
        return judge_fragment(sentence, intro)
    found = judge(sentence, bullet=bullet and number == 0, after_commitment=after)
    if bullet and intro < 0:
        found.add(intro)
    return found


def _belongs(sentence: str, found: Judgement, takes: bool) -> bool:
    """Does a sentence elaborate the measure before it rather than add one of its own?"""
    if cues.BARE_GOAL.match(sentence) and re.search(r"\bzu\s+\w+|\w+zu\w+en\b", main_clause(sentence) + sentence):
        return True
    if takes:
        return False
    return found.elaborates and not cues.GREETING.search(sentence)


def _candidate(block: Block, draft: Draft, start: int, end: int, found: Judgement) -> Candidate:
    quote = block.text[start:end]
    first, last = draft.line_at(start), draft.line_at(max(start, end - 1))
    topic, why = topic_of(quote, block.section)
    location = Location(
        first.page, first.number, last.number, block.char_start + start, block.char_start + end
    )
    reasons = (*found.reasons, *([why] if why else []))
    return Candidate(quote, block.section, location, kind_of(quote), topic, found.confidence, reasons)
