"""How hard a German text is to read.

Sources: first Wiener Sachtextformel (Bamberger and Vanecek, Lesen – Verstehen – Lernen –
Schreiben, 1984) and the Flesch reading ease adapted to German (Amstad, Wie verständlich
sind unsere Zeitungen?, 1978).
"""

import re
from dataclasses import dataclass

from beteiligung.text.sentences import sentences

_WORD = re.compile(r"[^\W\d_]+(?:[-*:/][^\W\d_]+)*")
_VOWELS = re.compile(r"(?:aa|ee|oo|ie|ei|ai|au|eu|äu|ui|y|[aeiouäöüéèáàóô])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Readability:
    """Counts and the two indices.

    `wiener` is roughly a school year (4 very easy, 15 very hard); `amstad` runs from about 0
    (very hard) to 100 (very easy). Both are 0 for a text without words.
    """

    words: int
    sentences: int
    syllables: int
    wiener: float
    amstad: float


def syllables(word: str) -> int:
    """Estimate the syllables of a German word by its groups of vowels (at least one)."""
    lowered = word.lower().replace("qu", "q")
    return max(1, len(_VOWELS.findall(lowered)))


def readability(text: str) -> Readability:
    """Return Wiener Sachtextformel 1 and Amstad's index of a text.

    WSF1 = 0.1935 MS + 0.1672 SL + 0.1297 IW - 0.0327 ES - 0.875, where MS is the share (%) of
    words of three syllables or more, SL the mean words a sentence, IW the share of words
    longer than six letters, ES the share of words of one syllable.
    Amstad = 180 - SL - 58.5 x mean syllables a word.
    """
    words = _WORD.findall(text)
    if not words:
        return Readability(0, 0, 0, 0.0, 0.0)
    count = max(1, sum(1 for sentence in sentences(text) if _WORD.search(sentence)))
    by_word = [syllables(word) for word in words]
    share = 100 / len(words)
    long_words = share * sum(number >= 3 for number in by_word)
    length = len(words) / count
    letters = share * sum(sum(c.isalpha() for c in word) > 6 for word in words)
    short_words = share * sum(number == 1 for number in by_word)
    wiener = 0.1935 * long_words + 0.1672 * length + 0.1297 * letters - 0.0327 * short_words - 0.875
    amstad = 180 - length - 58.5 * sum(by_word) / len(words)
    return Readability(len(words), count, sum(by_word), round(wiener, 2), round(amstad, 1))
