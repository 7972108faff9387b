"""From cleaned lines to blocks: headings, paragraphs and bullets, in reading order."""

import re
from typing import Literal

from beteiligung.catalogue.importer.draft import Draft, plain
from beteiligung.catalogue.importer.headings import MAX_HEADING, OPEN_END, is_heading, is_labelled, is_sentence, number_level, set_levels
from beteiligung.catalogue.importer.model import Line
from beteiligung.text.normal import normalise

UNWRAPPED = 1_000_000
_MARK = r"[-–—•▪▫◦‣·*+➢➤✓✔→►■□●○]"
_BULLET = re.compile(rf"^\s*(?:{_MARK}\s+)+(?={_MARK}?\s*\S)|^\s*[•▪▫◦‣➢➤✓✔→►■□●○](?=\S)")
_NUMBERED = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|\((?:[a-z]|[ivx]{1,4})\)|[a-z]\))\s+(?=\S)|^\s*[a-h]\.\s+(?=[A-ZÄÖÜ][a-zäöüß])")
_INLINE = re.compile(r"\s+[•▪◦‣]\s+")
_TABLE_RULE = re.compile(r"^\s*\|?[\s:-]*-[\s:-]*\|[\s:|-]*$")
_HASHES = re.compile(r"^\s*(#{1,6})\s+(.*?)\s*#*\s*$")
_RULE = re.compile(r"^\s*(?:[-*_=]\s*){3,}$|^\s*[—–]\s*$")
_FINAL = re.compile(r"[.!?:;…][\"“”»’')\]]*$")


def segment(lines: list[Line], titles: frozenset[str], printed: bool) -> list[Draft]:
    """Return the drafts of all blocks; `titles` are the normal forms a contents table lists."""
    drafts = _group(lines, printed)
    drafts = _split_inline(drafts)
    _mark_headings(drafts, titles)
    drafts = _join_broken(drafts)
    drafts = _drop_repeats(drafts)
    for draft in drafts:
        _strip_number(draft)
    set_levels(drafts)
    return drafts


def _group(lines: list[Line], printed: bool) -> list[Draft]:
    """Put lines together; a blank line ends a block, an unnumbered one is only a page break."""
    drafts: list[Draft] = []
    current: Draft | None = None
    gap, soft = True, False
    width = _width(lines)
    for line, following in zip(lines, [*(line.text for line in lines[1:]), ""], strict=True):
        text = line.text.strip()
        if line.begins is False and current is not None and text:
            current.add(line, text)
            gap = soft = False
            continue
        if not text or _RULE.match(text) or _TABLE_RULE.match(text):
            soft = printed and not line.numbered and (soft or not gap)
            gap = not soft
            continue
        gap = gap or bool(line.begins)
        if soft and not line.begins:
            last = current.marks[-1][1] if current and current.marks else None
            gap = not (last and last.numbered and line.numbered and line.number == last.number + 1)
            gap = gap or (current is not None and _breaks(current, text, width, 0.95))
        soft = False
        kind = _start(line, text)
        if kind == "bullet" and current is not None and not gap and _dash_within(current, text):
            kind = None
        if kind is None and current is not None and not gap and not _breaks(current, text, width):
            current.add(line, text)
            continue
        continues_bold = (
            kind == "heading"
            and current is not None
            and not gap
            and current.kind == "heading"
            and not current.level
            and not line.level
            and text.startswith("**")
        )
        if continues_bold and current is not None:
            current.add(line, text)
            continue
        body, level = _body(line, text, kind or "paragraph")
        head = kind == "table" and bool(_TABLE_RULE.match(following))
        current = Draft("bullet" if kind == "table" else kind or "paragraph", level=level, after_gap=gap, teaser=head)
        current.add(line, body)
        if not current.text:
            current = None
            continue
        if drafts:
            drafts[-1].isolated = drafts[-1].isolated and gap
        current.isolated = gap
        drafts.append(current)
        gap = False
    return drafts


def _dash_within(current: Draft, text: str) -> bool:
    """Tell a dash of the sentence, at the start of a wrapped line, from a bullet."""
    return current.kind == "paragraph" and bool(re.match(r"[-–—]\s+[a-zäöü]", text) and not re.search(r"[.:!?;,]$|\bum$", current.text))


def _width(lines: list[Line]) -> int:
    """Return the length at which a document's lines are wrapped, or a very large number.

    Wrapped text has lines that begin in the middle of a sentence, with a small letter.
    """
    texts = [line.text.strip() for line in lines if line.text.strip()]
    if not texts or sum(text[0].islower() for text in texts) < 0.06 * len(texts):
        return UNWRAPPED
    return sorted(map(len, texts))[int(len(texts) * 0.95)]


def _start(line: Line, text: str) -> Literal["heading", "bullet", "table"] | None:
    """Return the kind of block that begins with this line, None if nothing tells."""
    if line.level or _HASHES.match(text):
        return "heading"
    if text.startswith("**") and text.endswith("**") and text.count("**") == 2:
        return "heading"
    if text.startswith("|"):
        return "table"
    if (_BULLET.match(text) and not text.endswith(" -")) or _NUMBERED.match(text):
        return "bullet"
    return None


def _body(line: Line, text: str, kind: str) -> tuple[str, int]:
    hashes = _HASHES.match(text)
    if kind == "heading":
        return (hashes[2], len(hashes[1])) if hashes else (text, line.level)
    if kind == "table":
        return " – ".join(cell.strip() for cell in text.strip("|").split("|") if cell.strip()), 0
    if kind == "bullet":
        while True:
            stripped = _BULLET.sub("", text, count=1).strip()
            if stripped == text:
                break
            text = stripped
        return (_NUMBERED.sub("", text, count=1) if not _roman_list(text) else text), 0
    return text, 0


def _roman_list(text: str) -> bool:
    # "1. Bauen und Wohnen": what might be a heading keeps its number until that is decided
    return len(text) <= MAX_HEADING and not _FINAL.search(text) and bool(re.match(r"\d", text))


def _strip_number(draft: Draft) -> None:
    """Take the number off a list item that has turned out to be no heading."""
    match = re.match(r"\d{1,2}[.)]\s+(?=\S)", draft.text) if draft.kind == "bullet" else None
    if match and not draft.marks[0][1].text.startswith("|"):
        draft.text = draft.text[match.end() :]
        draft.marks = [(max(0, at - match.end()), line) for at, line in draft.marks]


def _breaks(current: Draft, text: str, width: int, share: float = 0.8) -> bool:
    """Tell whether a line begins a block of its own though no blank line stands before it.

    It does if its first word would still have fitted into the line before: that line was
    ended on purpose.
    """
    if current.kind == "heading":
        return True
    before = current.marks[-1][1].text.strip()
    if text[0].islower() or before.endswith((",", "-")) or OPEN_END.search(before):
        return False
    if before.count("**") % 2:
        return False
    if width >= UNWRAPPED and current.kind == "paragraph" and len(before.split()) > 9 and not _FINAL.search(before):
        return False
    if len(before) > 1.5 * width:
        return True
    return len(before) + 1 + len(text.split(maxsplit=1)[0]) < share * width


def _split_inline(drafts: list[Draft]) -> list[Draft]:
    result = []
    for draft in drafts:
        if draft.kind == "heading" or not _INLINE.search(draft.text):
            result.append(draft)
            continue
        for index, piece in enumerate(_INLINE.split(draft.text)):
            kind = draft.kind if not index else "bullet"
            result.append(
                Draft(kind, piece.strip(), isolated=False, after_gap=draft.after_gap and not index, marks=[(0, draft.marks[0][1])])
            )
    return result


def _mark_headings(drafts: list[Draft], titles: frozenset[str]) -> None:
    previous = None
    for index, draft in enumerate(drafts):
        following = drafts[index + 1] if index + 1 < len(drafts) else None
        if draft.kind == "heading" and not draft.level and not _bold_heading(draft):
            draft.kind = "paragraph"
        elif draft.kind != "heading" and (
            (normalise(draft.text) in titles and not is_sentence(draft.text)) or is_heading(draft, previous, following)
        ):
            draft.kind = "heading"
        previous = draft
    _undo_runs(drafts)


def _bold_heading(draft: Draft) -> bool:
    words = draft.text.split()
    return len(words) <= 15 and not is_labelled(draft.text) and not re.search(r"[.!?]\s+[A-ZÄÖÜ]", draft.text)


def _undo_runs(drafts: list[Draft]) -> None:
    """Short lines after a colon are list items; five and more in a row are an address or title page."""
    index = 0
    while index < len(drafts):
        end = index
        while end < len(drafts) and drafts[end].kind == "heading" and _guessed(drafts[end]):
            end += 1
        if end - index >= 2 and index and drafts[index - 1].text.endswith(":"):
            for draft in drafts[index:end]:
                draft.kind = "bullet"
        elif end - index >= 5:
            for draft in drafts[index : end - 2]:
                draft.kind = "paragraph"
        index = max(end, index + 1)


def _guessed(draft: Draft) -> bool:
    return not draft.level and not number_level(draft.text) and not draft.marks[0][1].text.strip().startswith("**")


def _join_broken(drafts: list[Draft]) -> list[Draft]:
    """Join paragraphs and bullets that a page broke in two."""
    result: list[Draft] = []
    for draft in drafts:
        previous = result[-1] if result else None
        if previous and draft.kind == "paragraph" and previous.kind != "heading" and _goes_on(previous, draft):
            previous.merge(draft)
        else:
            result.append(draft)
    return result


def _goes_on(previous: Draft, draft: Draft) -> bool:
    if draft.marks[0][1].begins or _FINAL.search(previous.text):
        return False
    if draft.text[0].islower() or OPEN_END.search(previous.text) or previous.text.endswith("-"):
        return previous.kind == "bullet" or len(previous.text) > 20
    return previous.kind == "paragraph" and len(previous.text) > 60 and len(draft.text) > 20


def _drop_repeats(drafts: list[Draft]) -> list[Draft]:
    """Keep one of a heading that stands twice with the same text below it (web pages).

    What stood between the two is the overview of the section: a teaser.
    """
    result: list[Draft] = []
    index = 0
    while index < len(drafts):
        draft = drafts[index]
        copy = _copy_of(drafts, index) if draft.kind == "heading" else 0
        if not copy:
            result.append(draft)
            index += 1
            continue
        length = copy - index
        draft.level = draft.level or 1
        for teaser in drafts[index + 1 : copy]:
            teaser.teaser = True
        result += drafts[index:copy]
        end = copy + 1
        while end < len(drafts) and end < copy + length and _same(drafts[end], drafts[index + end - copy]):
            end += 1
        index = end
    return result


def _copy_of(drafts: list[Draft], index: int) -> int:
    for other in range(index + 1, min(index + 30, len(drafts))):
        if _same(drafts[other], drafts[index]):
            if other == index + 1:
                return other
            return other if other + 1 < len(drafts) and _same(drafts[other + 1], drafts[index + 1]) else 0
    return 0


def _same(one: Draft, two: Draft) -> bool:
    return normalise(plain(one.text)) == normalise(plain(two.text))
