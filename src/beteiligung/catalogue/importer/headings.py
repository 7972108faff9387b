"""What makes a line a heading, and how deep it stands."""

import re

from beteiligung.catalogue.importer.draft import Draft

MAX_HEADING = 110
_NUMBER = re.compile(r"^(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=[A-ZÄÖÜ„])")
_ROMAN = re.compile(r"^(?P<number>[IVX]{1,5})\.\s+(?=\S)")
_LETTER = re.compile(r"^(?P<number>[A-H])[.)]\s+(?=[A-ZÄÖÜ])")
_WORDED = re.compile(r"^(?:kapitel|abschnitt|teil|artikel|§)\s*[\dIVX]+", re.IGNORECASE)
_VERBS = re.compile(r"\b(?:wird|werden|wollen|sollen|soll|muss|müssen|haben|hat|wurde|wurden|möchten|können|kann)\b", re.IGNORECASE)
_LABELLED = re.compile(r"^(?P<label>[^:.]{3,40}):\s+(?P<rest>\S+(?:\s+\S+){2,})$")
_AIM = re.compile(r"^(?:leit|teil|ober|unter|handlungs)?(?:ziel|maßnahme|vorhaben|projekt|auftrag|forderung)\b[\s\w.]*$", re.IGNORECASE)
# What ends like this goes on in the next line.
OPEN_END = re.compile(
    r"(?:,|\b(?:der|die|das|den|dem|des|ein|eine|einen|einem|einer|eines|und|oder|sowie|in|im|an|am"
    r"|auf|für|mit|von|vom|zu|zum|zur|bei|durch|über|unter|nach|aus|als|wie|unser|unsere|unserer"
    r"|unseren|ihre|ihrer|ihren|seine|seiner|ist|sind|wird|werden|alle|aller|auch|nicht|so|dass|um|damit|sehr|mehr|wir))$"
)


def is_sentence(text: str) -> bool:
    """Tell a whole sentence from a title."""
    words = text.split()
    return len(words) > 16 or (text.endswith(".") and len(words) > 8 and bool(_VERBS.search(text)))


def is_labelled(text: str) -> bool:
    """Tell a statement with its label ("Ziel 1: Alle Kinder können schwimmen") from a title."""
    match = _LABELLED.match(text)
    return match is not None and bool(_AIM.match(match["label"]) or _VERBS.search(match["rest"]))


def number_level(text: str) -> int:
    """Return how deep the number of a heading stands ("1" 1, "1.2" 2, "A." 1, "IV." 2), or 0."""
    match = _NUMBER.match(text)
    if match:
        return 1 + match["number"].count(".")
    if _LETTER.match(text) and not _ROMAN.match(text):
        return 1
    if _ROMAN.match(text):
        return 2
    return 1 if _WORDED.match(text) else 0


def is_heading(draft: Draft, previous: Draft | None, following: Draft | None) -> bool:
    """Tell whether a short line of its own, which nothing marks, is a heading."""
    text = draft.text
    words = text.split()
    if (
        following is None
        or not _looks_like_title(text)
        or is_labelled(text)
        or (following.kind == "paragraph" and following.text[0].islower())
    ):
        return False
    if draft.kind == "bullet":
        return bool(_NUMBER.match(text)) and draft.isolated and draft.after_gap and following.kind == "paragraph"
    if text.endswith(":"):
        return len(words) <= 3 and draft.isolated and not _VERBS.search(text)
    if text[-1] == "." or (text[-1] == "!" and not (number_level(text) and draft.isolated)):
        return False
    if previous is not None and previous.kind == "paragraph" and previous.text.endswith(","):
        return False
    # isolated, or right above its bullets without a blank line
    return draft.isolated or (following.kind == "bullet" and len(words) <= 9 and not _VERBS.search(text))


def _looks_like_title(text: str) -> bool:
    if not text or len(text) > MAX_HEADING or len(text.split()) > 14 or text[-1] in ";,…":
        return False
    if OPEN_END.search(text) or "@" in text or "www." in text or re.search(r"\d{5}", text):
        return False
    return bool(re.match(r"[A-ZÄÖÜ0-9„\"§]", text))


def set_levels(drafts: list[Draft]) -> None:
    """Give every heading its depth: marked, numbered, or guessed from its neighbours.

    A heading without any mark that another such heading follows at once stands above it.
    """
    roman_top = not any(_LETTER.match(d.text) and not _ROMAN.match(d.text) for d in drafts if d.kind == "heading")
    marked = [d.level for d in drafts if d.kind == "heading" and d.level]
    deepest = max(marked, default=0)
    numbered = any(number_level(d.text) for d in drafts if d.kind == "heading")
    below = 0
    for index, draft in enumerate(drafts):
        if draft.kind != "heading":
            continue
        level = number_level(draft.text)
        if draft.level:
            below = draft.level
        elif level:
            draft.level = level - 1 if roman_top and _ROMAN.match(draft.text) else level
            below = draft.level
        elif draft.text.isupper():
            draft.level = below = 1
        elif numbered or deepest:
            draft.level = below + 1 if draft.text.endswith(":") or below else 1
        else:
            following = drafts[index + 1] if index + 1 < len(drafts) else None
            above = following is not None and following.kind == "heading"
            draft.level = 1 if above or not below else 2
            below = max(below, 1)
