"""Which passages of a document state a commitment, and where each begins and ends."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from beteiligung.catalogue.importer import cues
from beteiligung.catalogue.importer.classify import kind_of, topic_of
from beteiligung.catalogue.importer.draft import Draft
from beteiligung.catalogue.importer.judge import Judgement, judge
from beteiligung.catalogue.importer.model import Block, Candidate, Location
from beteiligung.catalogue.importer.nominal import is_fragment, judge_fragment
from beteiligung.text.sentences import spans

THRESHOLD = 0.5
_ANNOUNCES = re.compile(r"(?::|…|\bum|\bzu|\bfür|\bdurch)$")
# "Folgende Ausschüsse sollen gebildet werden:" is a whole sentence; its list only names things.
_COMPLETE = re.compile(r"\bfolgende\w*\b[^.]*\b(?:soll|sollen|wird|werden)\b[^.]*:$", re.IGNORECASE)
_DONE_INTRO = re.compile(
    r"\b(?:erreicht|umgesetzt|geschafft|geschaffen|wurde\w*|erfolge|bilanz|bisher|haben\s+wir|wir\s+haben)\b", re.IGNORECASE
)
_CONTEXT_INTRO = re.compile(
    r"\b(?:herausforderung\w*|ausgangslage|hintergrund|zahlen|fakten|probleme?|ursachen|beispiel\w*|mitglieder|quellen?|"
    r"ansprechpartner\w*|linie|definition\w*|grundlagen?)\b",
    re.IGNORECASE,
)
# A letter to the readers, up to the next heading.
_LETTER = re.compile(r"^(?:liebe|sehr\s+geehrte)\b", re.IGNORECASE)
_DOUBTFUL = (
    (re.compile(r"\b(?:quellen|literatur|impressum|glossar|anhang|abkürzungen|kontakt|ansprechpartner)\b", re.IGNORECASE), -3.0),
    (re.compile(r"\b(?:bilanz|rückblick|erreicht|erfolge|umgesetzt|was\s+bisher)\b", re.IGNORECASE), -3.0),
    (re.compile(r"^(?:\W*\w{0,4}\W+)?(?:präambel|vorwort|grußwort|einleitung|vorbemerkung)\b", re.IGNORECASE), -1.5),
    (re.compile(r"\b(?:ausgangslage|hintergrund|bestandsaufnahme|analyse|situation)\b", re.IGNORECASE), -1.0),
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a block stands.

    `intro` is what the sentence before a list adds, `announces` whether the block ends with such
    a sentence, `overview` whether a list follows the block, `doubt` what its section takes away.
    """

    intro: float = 0.0
    announces: bool = False
    overview: bool = False
    doubt: float = 0.0


def recognise(blocks: Sequence[Block], drafts: Sequence[Draft]) -> tuple[Candidate, ...]:
    """Return the candidates of a document in reading order; `drafts` know the source lines."""
    found: list[Candidate] = []
    letter = False
    index = 0
    while index < len(blocks):
        block, draft = blocks[index], drafts[index]
        index += 1
        if block.kind == "heading":
            letter = False
        if block.kind == "heading" or block.teaser:
            continue
        letter = letter or bool(_LETTER.match(block.text))
        doubt = min(_section_doubt(block.section), -1.5 if letter else 0.0)
        end = index
        while block.kind == "paragraph" and end < len(blocks) and blocks[end].kind == "bullet":
            end += 1
        announces = end > index and bool(_ANNOUNCES.search(block.text))
        found += _of_block(block, draft, _Place(0.0, announces, end >= index + 3, doubt))
        if announces:
            place = _Place(_intro(block.text), doubt=doubt)
            parts = [] if _COMPLETE.search(block.text) else range(index, end)
            items = [item for at in parts for item in _of_block(blocks[at], drafts[at], place)]
            found += items or _whole_list(blocks[index - 1 : end], drafts[index - 1 : end])
            index = end
    return tuple(found)


def _section_doubt(section: Sequence[str]) -> float:
    """Return what the headings take away: a preface, a look back, an appendix promise little."""
    for pattern, weight in _DOUBTFUL:
        if any(pattern.search(heading) for heading in section):
            return weight
    return 0.0


def _whole_list(blocks: Sequence[Block], drafts: Sequence[Draft]) -> list[Candidate]:
    """Take a pledge and its list as one if no item is a commitment ("Gebildet werden sollen: …")."""
    start, end = spans(blocks[0].text)[-1]
    found = judge(blocks[0].text[start:end])
    if found.confidence < THRESHOLD or _DONE_INTRO.search(blocks[0].text[start:end]):
        return []
    whole = _candidate(blocks[0], drafts[0], start, end, found)
    last = blocks[-1]
    place = replace(whole.location, line_end=last.line_end, char_end=last.char_end)
    quote = " ".join([whole.quote, *(block.text for block in blocks[1:])])
    return [replace(whole, quote=quote, location=place)]


def _intro(text: str) -> float:
    """Weigh the sentence that introduces a list, if one does."""
    begin, end = spans(text)[-1]
    last = text[begin:end]
    if _DONE_INTRO.search(last):
        return -4.0
    if _CONTEXT_INTRO.search(last):
        return -1.5
    return 1.6 if last.endswith("um") or judge(last).score > 0 else 0.4


def _of_block(block: Block, draft: Draft, place: _Place) -> list[Candidate]:
    """Cut a block into candidates: a committing sentence and those that elaborate it."""
    groups: list[tuple[int, int, Judgement]] = []
    cut = spans(block.text)
    open_group = False
    for number, (start, end) in enumerate(cut):
        sentence = block.text[start:end]
        if place.announces and number == len(cut) - 1 and _ANNOUNCES.search(sentence):
            # the bullets carry what this sentence only announces
            break
        found = _judge(block, sentence, place, number, after=open_group)
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


def _judge(block: Block, sentence: str, place: _Place, number: int, *, after: bool) -> Judgement:
    bullet = block.kind == "bullet"
    if bullet and number == 0 and is_fragment(sentence):
        found = judge_fragment(sentence, place.intro)
        found.add(place.doubt)
        return found
    found = judge(sentence, bullet=bullet and number == 0, after_commitment=after)
    found.add(place.doubt)
    if bullet and number and after:
        # a bullet is one item: what follows its first sentence explains it, as a rule
        found.elaborates = True
        found.add(-1.2)
    if bullet:
        found.add(min(0.0, place.intro))
    elif place.overview and not found.outright:
        # before a list of measures the plain present describes
        found.add(-0.8)
    return found


def _belongs(sentence: str, found: Judgement, takes: bool) -> bool:
    """Tell whether a sentence elaborates the measure before it rather than adds one."""
    if cues.BARE_GOAL.match(sentence) and re.search(r"\bist\s+es\b", sentence):
        return True
    if takes:
        return False
    return found.elaborates and not cues.GREETING.search(sentence)


def _candidate(block: Block, draft: Draft, start: int, end: int, found: Judgement) -> Candidate:
    quote = block.text[start:end]
    first, last = draft.line_at(start), draft.line_at(max(start, end - 1))
    topic, why = topic_of(quote, block.section)
    location = Location(first.page, first.number, last.number, block.char_start + start, block.char_start + end)
    reasons = (*found.reasons, *([why] if why else []))
    return Candidate(quote, block.section, location, kind_of(quote), topic, found.confidence, reasons)
