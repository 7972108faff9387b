"""Search terms: what a plain term table holds and what a query asks it for.

A term is folded (lower case, ä → a, ß → ss), so that databases need no collation.
"""

import re
from collections import Counter
from functools import lru_cache

from beteiligung.text import compounds

WHOLE = 4
PART = 1

_INNER = re.compile(r"(?<=[a-zäöüß])(?:[*:_/·]|(?=I))[iI]n(?P<plural>nen)?(?:\b|(?=[a-zäöüß-]))")
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_FOLD = str.maketrans(
    {
        "ä": "a",
        "ö": "o",
        "ü": "u",
        "ß": "ss",
        "é": "e",
        "è": "e",
        "á": "a",
        "à": "a",
        "ô": "o",
        "ç": "c",
        "ë": "e",
        "ï": "i",
        "’": "",
        "'": "",
    }
)
_DIGRAPHS = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("ss", "ß"))
STOP_WORDS = frozenset(
    """
    ab aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus bei beim bereits bis bzw da
    dabei dadurch dafür dagegen daher damit dann daran darauf daraus darf darin darüber das dass dazu deine dem den denen denn
    der deren derzeit des deshalb dessen deswegen dich die dies diese diesem diesen dieser dieses dir doch dort du durch dürfen
    ein eine einem einen einer eines er es etwa etwas euch für gegen geht ggf haben habe hat hatte her hier hierbei hierzu hin
    hinaus hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im immer in indem ins insbesondere ist ja je jede jedem
    jeden jeder jedes jedoch jene kann kein keine keinem keinen keiner können könnte man mehr mein mich mir mit möchte möchten
    muss müssen nach neben nicht noch nun nur ob obwohl oder ohne pro sehr sei sein seine seinem seinen seiner seines seit selbst
    sich sie sind so sofern solche soll sollen sollte sollten somit sondern sonst sowie soweit sowohl statt über um und uns unser
    unsere unserem unseren unserer unseres unter vom von vor während war waren was weil weiter weitere weiterhin welche welcher
    welches wenn wer werde werden wie will wir wird wo wobei wodurch wollen worden wozu wurde wurden würde würden z zb zu zudem
    zum zur zwar zwischen u a o g etc usw
    """.split()  # noqa: SIM905
)


def fold(word: str) -> str:
    """Return a word in small letters without umlauts, ß or accents."""
    return word.lower().translate(_FOLD)


def _tokens(text: str) -> list[str]:
    # "Bürger*innen", "Bürger:innen", "BürgerInnen" are found as "Bürger"
    return _TOKEN.findall(_INNER.sub(" ", text.replace("\u00ad", "")))


@lru_cache(maxsize=50_000)
def _weights(token: str) -> tuple[tuple[str, int], ...]:
    """Return the terms of one word of a text: its lemma, and the parts if it is a compound."""
    if token.lower() in STOP_WORDS or (len(token) < 2 and not token.isdigit()):
        return ()
    whole = compounds.lemma(token)
    found = {fold(whole): WHOLE}
    bare = whole.removesuffix("in")
    if bare != whole and len(bare) > 3 and compounds.lemma(bare) == bare:
        found[fold(bare)] = WHOLE
    for part in compounds.parts(whole) or compounds.parts(token):
        found.setdefault(fold(part), PART)
    return tuple(found.items())


def search_terms(text: str) -> dict[str, int]:
    """Return term → weight of a text: 4 for each occurrence of a word, 1 for each as a part."""
    weights: Counter[str] = Counter()
    for token in _tokens(text):
        for term, weight in _weights(token):
            weights[term] += weight
    return dict(weights)


@lru_cache(maxsize=5_000)
def _query_term(token: str) -> str:
    if not compounds.is_known(token):
        lowered = token.lower()
        for digraph, umlaut in _DIGRAPHS:
            spelled = lowered.replace(digraph, umlaut)
            if spelled != lowered and compounds.is_known(spelled):
                return fold(compounds.lemma(spelled))
        unfolded = compounds.unfold(lowered)
        if unfolded:
            return fold(compounds.lemma(unfolded))
    return fold(compounds.lemma(token))


def query_terms(q: str) -> list[str]:
    """Return the terms a query asks for, each once, in order; stop words only if nothing else.

    "Strasse", "Straße" and "STRASSEN" ask for the same term, "krankenhaeuser" for "krankenhaus".
    """
    tokens = _tokens(q)
    wanted = [token for token in tokens if token.lower() not in STOP_WORDS] or tokens
    return list(dict.fromkeys(_query_term(token) for token in wanted))
