"""Normal forms of German text and the healing of broken lines."""

import hashlib
import re
import unicodedata

_NOT_LETTER_OR_DIGIT = re.compile(r"[\W_]+")
_SOFT = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
_BLANKS = re.compile(r"[^\S\n]+")
_HYPHENS = "-\u2010\u2011"
# "Kinder-\nund Jugendarbeit": the hyphen stands for a left-out part and stays.
_ELLIPTIC = frozenset({"und", "oder", "bzw", "sowie", "wie", "als", "bis", "noch"})
_BROKEN_WORD = re.compile(rf"(?P<left>[^\W\d_]+(?:[{_HYPHENS}][^\W\d_]+)*)[{_HYPHENS}][^\S\n]*\n\s*(?P<right>[^\W\d_]+)")


def normalise(text: str) -> str:
    """Return lower-case letters and digits only, composed (NFC), for comparing wordings."""
    composed = unicodedata.normalize("NFKC", text).lower()
    return unicodedata.normalize("NFC", _NOT_LETTER_OR_DIGIT.sub("", composed))


def wording_hash(sentence: str) -> str:
    """Return 16 hexadecimal digits of SHA-256 over the normal form of a sentence."""
    return hashlib.sha256(normalise(sentence).encode()).hexdigest()[:16]


def _join_broken(match: re.Match[str]) -> str:
    left, right = match["left"], match["right"]
    if right.lower() in _ELLIPTIC:
        return f"{left}- {right}"
    if right[0].islower() and not left.isupper():
        return left + right
    # "Werra-Meißner-\nKreis", "CDU-\nFraktion": a hyphen that belongs to the word
    return f"{left}-{right}"


def heal(text: str) -> str:
    """Join lines and words broken over lines into running text.

    A hyphen at a line's end is dropped before a small letter, kept before a capital one
    and before "und", "oder" (an omitted part). Invisible characters go, blanks collapse.
    No visible letter or digit is ever lost.
    """
    text = _SOFT.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " "))
    before = None
    while before != text:
        before = text
        text = _BROKEN_WORD.sub(_join_broken, text)
    return _BLANKS.sub(" ", text.replace("\n", " ")).strip()
