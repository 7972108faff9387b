"""Which passages of a document state a commitment, and where each begins and ends."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from beteiligung.catalogue.importer import cues, speakers
from beteiligung.catalogue.importer.classify import kind_of, topics_of
from beteiligung.catalogue.importer.draft import Draft
from beteiligung.catalogue.importer.judge import Judgement, judge, resumes
from beteiligung.catalogue.importer.listing import ANNOUNCES, header, introduction, is_row, is_total, sublist
from beteiligung.catalogue.importer.model import Block, Candidate, Location
from beteiligung.catalogue.importer.nominal import is_fragment, is_phrase, judge_fragment, judge_phrase
from beteiligung.text.sentences import spans

THRESHOLD = 0.5
# Blocks at the head of a document in which its authors are named.
TITLE_LINES = 8
TITLE_LENGTH = 120
# "Folgende Ausschüsse sollen gebildet werden:" is a whole sentence; its list only names things.
_COMPLETE = re.compile(r"\bfolgende\w*\b[^.]*\b(?:soll|sollen)\b[^.]*:$", re.IGNORECASE)
_NOTHING_DONE = re.compile(r"\b(?:wurde\w*|haben\s+wir|wir\s+haben|erreicht|geschafft)\b", re.IGNORECASE)
# A letter to the readers, up to the next heading.
_LETTER = re.compile(r"^(?:liebe|sehr\s+geehrte)\b", re.IGNORECASE)
_FORWARD = re.compile(r"\b(?:\w*ziele?|maßnahmen?|vorhaben|handlungs\w+|ausblick)\b", re.IGNORECASE)
_DOUBTFUL = (
    (
        re.compile(r"\b(?:quellen|literatur|impressum|glossar|anhang|abkürzungen|kontakt|ansprechpartner|mitwirkende)\b", re.IGNORECASE),
        -3.0,
    ),
    (re.compile(r"\b(?:bilanz|rückblick|erreicht|erfolge|umgesetzt|was\s+bisher|geschafft|schon\s+getan)\b", re.IGNORECASE), -3.0),
    (
        re.compile(
            r"\b(?:begründung|sachverhalt|sachdarstellung|abstimmungsergebnis|beratungsfolge|rechtslage|\w*indikatoren|\w*kennzahlen)\b",
            re.IGNORECASE,
        ),
        -3.0,
    ),
    (re.compile(r"\b(?:zitat|das\s+könnte\s+sie|aktuelles|pressemitteilung\w*)\b", re.IGNORECASE), -2.5),
    (re.compile(r"^(?:\W*\w{0,4}\W+)?(?:präambel|vorwort|grußwort|einleitung|vorbemerkung|geleitwort)\b", re.IGNORECASE), -1.5),
    (re.compile(r"\b(?:ausgangslage|hintergrund|bestandsaufnahme|analyse|situation|ist-stand|wer\s+wir\s+sind)\b", re.IGNORECASE), -1.5),
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
    authors: frozenset[str] = frozenset()
    row: bool = False


def recognise(blocks: Sequence[Block], drafts: Sequence[Draft]) -> tuple[Candidate, ...]:
    """Return the candidates of a document in reading order; `drafts` know the source lines."""
    authors = speakers.authors_of(block.text for block in blocks[:TITLE_LINES])
    found: list[Candidate] = []
    letter = False
    table = 0.0
    index = 0
    while index < len(blocks):
        block, draft = blocks[index], drafts[index]
        index += 1
        if block.kind == "heading":
            letter = False
        if block.teaser and is_row(draft):
            table = header(block.text)
        if block.kind == "heading" or (block.teaser and not _is_plan(block, draft)):
            continue
        letter = letter or bool(_LETTER.match(block.text))
        doubt = min(_section_doubt(block.section), -1.5 if letter else 0.0)
        if is_row(draft):
            if not is_total(block.text):
                found += _of_block(block, draft, _Place(table, doubt=doubt, authors=authors, row=True))
            continue
        end = index
        while block.kind == "paragraph" and end < len(blocks) and blocks[end].kind == "bullet" and not is_row(drafts[end]):
            end += 1
        if block.kind == "bullet":
            end = sublist(blocks, drafts, index - 1)
        announces = end > index and bool(ANNOUNCES.search(block.text))
        found += _of_block(block, draft, _Place(0.0, announces, end >= index + 3, doubt, authors))
        if announces:
            place = _Place(introduction(block.text), doubt=doubt, authors=authors)
            parts = [] if _COMPLETE.search(block.text) else range(index, end)
            items = [item for at in parts for item in _of_block(blocks[at], drafts[at], place)]
            found += items or _whole_list(blocks[index - 1 : end], drafts[index - 1 : end], place)
            index = end
    title = " ".join(block.text for block in blocks[:TITLE_LINES] if block.kind == "heading" or len(block.text) <= TITLE_LENGTH)
    topics = topics_of([(item.quote, item.section) for item in found], title)
    return tuple(
        replace(item, topic=topic, reasons=(*item.reasons, *([why] if why else [])))
        for item, (topic, why) in zip(found, topics, strict=True)
    )


def _is_plan(block: Block, draft: Draft) -> bool:
    """Tell a point of an overview that names a measure itself ("Abbau von Hürden") from one that only tunes in."""
    return block.kind == "bullet" and not is_row(draft) and is_phrase(block.text) and judge_fragment(block.text, 0.0).score > 1


def _section_doubt(section: Sequence[str]) -> float:
    """Return what the headings take away: a preface, a look back, an appendix promise little."""
    for pattern, weight in _DOUBTFUL:
        if any(pattern.search(heading) and not (weight > -2 and _FORWARD.search(heading)) for heading in section):
            return weight
    return 0.0


def _whole_list(blocks: Sequence[Block], drafts: Sequence[Draft], place: _Place) -> list[Candidate]:
    """Take a pledge and its list as one if no item is a commitment ("Gebildet werden sollen: …")."""
    start, end = spans(blocks[0].text)[-1]
    found = judge(blocks[0].text[start:end])
    if place.intro < 0 or found.confidence < THRESHOLD or _NOTHING_DONE.search(blocks[0].text[start:end]):
        return []
    whole = _candidate(blocks[0], drafts[0], start, end, found)
    last = blocks[-1]
    where = replace(whole.location, line_end=last.line_end, char_end=last.char_end)
    quote = " ".join([whole.quote, *(block.text for block in blocks[1:])])
    return [replace(whole, quote=quote, location=where)]


def _of_block(block: Block, draft: Draft, place: _Place) -> list[Candidate]:
    """Cut a block into candidates: a committing sentence and those that elaborate it."""
    groups: list[tuple[int, int, Judgement]] = []
    cut = spans(block.text)
    open_group = False
    for number, (start, end) in enumerate(cut):
        sentence = block.text[start:end]
        if place.announces and number == len(cut) - 1 and ANNOUNCES.search(sentence):
            # the bullets carry what this sentence only announces
            break
        before = block.text[slice(*cut[number - 1])] if number else ""
        found = _judge(block, sentence, place, number, before, after=open_group)
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


def _judge(block: Block, sentence: str, place: _Place, number: int, before: str, *, after: bool) -> Judgement:
    bullet = block.kind == "bullet"
    if number == 0 and bullet and is_fragment(sentence):
        found = judge_fragment(sentence, place.intro)
        # a list in a doubtful chapter has no verb to speak for itself
        found.add(place.doubt * (1.0 if place.doubt <= -2 else 2.0))
        return found
    if not bullet and is_phrase(sentence) and not cues.CAPTION.match(sentence):
        found = judge_phrase(sentence)
        found.add(2 * place.doubt)
        return found
    judged = speakers.with_subject(sentence, before)
    found = judge(judged, bullet=bullet and number == 0, after_commitment=after, authors=place.authors)
    found.add(place.doubt)
    if after and resumes(sentence, before) and not found.outright:
        found.elaborates = True
        found.add(-1.0)
    if bullet and number and after:
        # a bullet is one item: what follows its first sentence explains it, as a rule
        found.elaborates = True
        if not cues.INCLUDES.search(sentence):
            found.add(-1.2 if cues.ANAPHORA.match(sentence) else -0.4)
    if bullet and number == 0 and place.intro > 0:
        found.add(place.intro, "Die Einleitung der Aufzählung sagt zu")
    elif bullet:
        found.add(place.intro)
    elif place.overview and not found.outright:
        # before a list of measures the plain present describes
        found.add(-0.3)
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
    location = Location(first.page, first.number, last.number, block.char_start + start, block.char_start + end)
    return Candidate(quote, block.section, location, kind_of(quote), "", found.confidence, tuple(found.reasons))
