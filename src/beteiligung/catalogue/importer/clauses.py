"""The main clause of a German sentence, roughly: without its subordinate clauses."""

import re

_SUBORDINATE = re.compile(
    r"^(?:dass|weil|damit|wenn|ob|obwohl|indem|während|sodass|so\s+dass|bis|sofern|falls|sobald|soweit|sowie\s+sie|"
    r"wie|wo|wodurch|wobei|womit|woran|wozu|was|welche[rsmn]?|um|ohne|statt|anstatt|inwieweit|inwiefern|nachdem|bevor|als\s+ob|"
    r"(?:in|an|auf|mit|bei|zu|von|für|durch|über|unter|nach|aus|gegen)\s+(?:der|die|das|dem|den|denen|deren|dessen|welche[rmn]?)|"
    r"der|die|das|dem|den|denen|deren|dessen)\b",
    re.IGNORECASE,
)
_FRONTED = re.compile(r"^(?:wenn|weil|da|falls|sofern|sobald|obwohl|während|nachdem|um|ohne|statt|wer|wo|solange)\b", re.IGNORECASE)
_FRONTED_DAMIT = re.compile(
    r"^damit\s+(?:der|die|das|ein|eine|sich|auch|alle|wir|sie|es|er|menschen|kinder|mehr|diese\w*|unsere?|jede[rs]?)\b", re.IGNORECASE
)
_ASIDE = re.compile(r"\([^()]*\)|\s[–—-]\s[^–—]*\s[–—-]\s|\s[–—]\s(?!.*\b(?:wir|darum|deshalb|daher)\b).*$")
# "… viele Ideen – die wir umsetzen wollen.": a relative clause behind a dash.
_RELATIVE_ASIDE = re.compile(r"\s[–—]\s(?:der|die|das|denen)\s+(?:wir|sie|er|es|ich)\s[^–—]*$")
_QUOTED = re.compile(r"„[^“]{1,60}“")
# "Sollte das Land nicht zahlen, …": a condition without a conjunction.
_VERB_FIRST = re.compile(
    r"^(?:sollte|sollten|wird|werden|gibt|kommt|fällt|fallen|reicht|reichen|fehlt|fehlen|gelingt|liegt|bleibt|stimmt|entfällt)\s+(?!es\b)",
    re.IGNORECASE,
)
_VERB_END = re.compile(r"(?:t|en|ist|sind|kann|soll|muss|will|wird|darf|sollten?|möchten?|könnten?)$", re.IGNORECASE)


def main_clause(sentence: str) -> str:
    """Return a sentence without asides and, as far as commas tell, subordinate clauses."""
    text = _QUOTED.sub("„“", _ASIDE.sub(" ", _RELATIVE_ASIDE.sub("", sentence)))
    parts = [part.strip() for part in re.split(r"[,;](?!\d)", text) if part.strip()]
    if not parts:
        return sentence
    fronted = bool(_FRONTED.match(parts[0]) or _FRONTED_DAMIT.match(parts[0]) or _VERB_FIRST.match(parts[0])) and len(parts) > 1
    kept = []
    within = False
    for index, part in enumerate(parts):
        if index == 0 and fronted:
            within = not _ends_with_verb(part)
            continue
        if index and _SUBORDINATE.match(part) and not _is_list_item(part):
            within = not _ends_with_verb(part)
            continue
        if within:
            # the subordinate clause goes on until its verb has come
            within = not _ends_with_verb(part)
            continue
        kept.append(part)
    return ", ".join(kept) if kept else parts[0]


def _ends_with_verb(part: str) -> bool:
    last = part.rsplit(maxsplit=1)[-1].strip('.!?"“”»)')
    return last[:1].islower() and bool(_VERB_END.search(last))


def _is_list_item(part: str) -> bool:
    """Tell a further object ("die Sanierung der Schulen") from a relative clause."""
    words = part.split()
    if not re.match(r"^(?:der|die|das|den|dem)\b", part, re.IGNORECASE) or len(words) < 2:
        return False
    # a relative clause ends with its verb, an object with a noun
    last = words[-1].strip('.!?"“”»)')
    return bool(last[:1].isupper()) or not _VERB_END.search(last)
