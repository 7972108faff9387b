"""Lemmas and parts of German compounds, over the dictionary that simplemma ships.

The dictionary (1.1 million forms) is read on first use: about 1 s and 100 MB, or 15 MB where a process has asked for the
small form, in which a word takes five times as long to find (some 20 µs).
"""

from collections.abc import Mapping
from functools import cache, lru_cache

# Three letters are too short to trust unless the noun is a frequent part of compounds.
_SHORT = frozenset(
    """
    amt art bad bau bus eis fuß hof not ort rad rat see tag tor tür typ uhr weg zug öl müll luft lkw pkw akw euro kfz bio app
    """.split()  # noqa: SIM905
)
# Known as words by the dictionary, but as parts almost always a suffix, a prefix or chance.
_NO_PART = frozenset(
    """
    ung ungen heit keit schaft ismus ist isten chen lein tum tion tionen ion ionen ende enden innen inne rung lung nung tung zung
    gang ling linge sche ären igel erin erinnen inner eng ins ver ent zer vor nach über unter auf aus ein mit bei ab an zu um her
    hin be ge er mal los ig lich isch haft bar sam rat tage tagen lage gut gute sinn ente enten rate raten tor ort orte amme
    ammen eller ander ände ane ate aten ese esen ier iere rinne rinnen mate maten elle ellen rum zent schaft ertag forde
    ermitteln ermittel ertage tand tande eind einde ehrung
    """.split()  # noqa: SIM905
) - frozenset({"rat", "tage", "lage", "ort", "orte", "tor", "gang"})
# Swiss spelling that the dictionary takes for another word.
_CORRECTED = {"strass": "Straße", "strasse": "Straße", "strassen": "Straße"}
_LINKS = ("", "s", "es", "n", "en", "er", "e", "ns")
_ADJECTIVE_TAILS = ("em", "en", "er", "es", "e")


_form = {"small": False}


def spare_memory() -> None:
    """Take the small form of the dictionary in this process; before the first word is looked up."""
    _form["small"] = True


@cache
def _dictionary() -> Mapping[str, str]:
    from simplemma.strategies.dictionaries import DefaultDictionaryFactory, StreamDictionaryFactory

    return (StreamDictionaryFactory() if _form["small"] else DefaultDictionaryFactory()).get_dictionary("de")


def _noun(part: str) -> str | None:
    """Return the lemma of a part that the dictionary knows as a noun."""
    if part in _NO_PART or len(part) < 3 or (len(part) == 3 and part not in _SHORT):
        return None
    lemma = _dictionary().get(part.capitalize())
    return lemma if lemma and lemma[0].isupper() else None


def _modifier(part: str) -> str | None:
    """Return the lemma of a first part: a noun, an adjective or the stem of a verb."""
    known = _dictionary()
    if len(part) >= 4 and part not in _NO_PART and known.get(part) == part:
        return part if not known.get(part.capitalize()) else _noun(part) or part
    for link in _LINKS:
        if part.endswith(link):
            found = _noun(part[: len(part) - len(link)])
            if found:
                return found
    if len(part) > 3 and part not in _NO_PART:
        verb = known.get(part + "en") or known.get(part + "n")
        return _noun(part + "e") or (verb if verb and verb.endswith("n") else None)
    return None


def _joints(word: str) -> list[tuple[str, str]]:
    """Return every way to cut a word into a modifier and a head, longest head first."""
    lowered = word.lower()
    if len(lowered) < 6 or not lowered.isalpha():
        return []
    found = []
    for cut in range(3, len(lowered) - 2):
        head, tail = lowered[:cut], lowered[cut:]
        if head not in _NO_PART and _noun(tail) and (_modifier(head) or split(head)):
            found.append((head, tail))
    return found


@lru_cache(maxsize=50_000)
def split(word: str) -> tuple[str, str] | None:
    """Split a compound before the longest head that is a noun: ("rad", "wege"), or None."""
    joints = _joints(word)
    return joints[0] if joints else None


@lru_cache(maxsize=50_000)
def lemma(word: str) -> str:
    """Return the dictionary form of a German word; compounds unknown to it by their head."""
    if word.lower() in _CORRECTED:
        return _CORRECTED[word.lower()]
    known = _dictionary()
    for form in (word, word.lower(), word.capitalize()):
        found = known.get(form)
        if found:
            return found
    joint = split(word)
    if joint:
        head, tail = joint
        return (head + (_noun(tail) or tail).lower()).capitalize()
    if word[:1].islower():
        for tail in _ADJECTIVE_TAILS:
            if word.endswith(tail) and len(word) - len(tail) >= 4:
                return word[: -len(tail)]
    return word


@lru_cache(maxsize=50_000)
def parts(word: str) -> tuple[str, ...]:
    """Return the lemmas of all parts of a compound, larger and smaller; () if it is none."""
    found: list[str] = []
    for head, tail in _joints(word):
        found += [_modifier(head) or head, _noun(tail) or tail, *parts(head), *parts(tail)]
    return tuple(dict.fromkeys(found))


def is_known(word: str) -> bool:
    """Tell whether the dictionary holds this word, in any case."""
    known = _dictionary()
    return any(known.get(form) for form in (word, word.lower(), word.capitalize()))


def unfold(word: str) -> str | None:
    """Return the known word this one is when an umlaut was typed as a plain vowel, or None.

    One vowel is tried at a time, as plural forms change one ("krankenhauser").
    """
    for position, letter in enumerate(word.lower()):
        umlaut = {"a": "ä", "o": "ö", "u": "ü"}.get(letter)
        if umlaut:
            candidate = word[:position] + umlaut + word[position + 1 :]
            if is_known(candidate):
                return candidate
    return None
