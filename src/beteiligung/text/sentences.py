"""Cutting German running text into sentences.

A full stop ends a sentence unless it belongs to an abbreviation, an ordinal, a date, a
number, an initial, or stands inside brackets or quotation marks that are closed later.
"""

import re

_ABBREVIATIONS = frozenset(
    """
    abb abs abt allg anm art aufl bd bes betr bez bspw bsp bzgl bzw ca chr co d dgl dipl dr ebd ehem eigtl einschl engl entspr
    etc evtl f ff fr frz geb gem ges gez ggf ggfs ggü hl hr hrsg i inkl insb insbes inzw jgg jh jhd kath kfm lfd lit lt m max med
    mind min mio mrd mtl n nat neg nr nrn o od pos prof rd rel s sog sogen st std str südl tel u ua urspr usf usw v verb vgl vors
    wg z zb zt ztl zzgl zzt östl nördl westl ev dt jr sen phil jur ing hg jan feb apr jun jul aug sept okt nov dez mo di mi do fr
    sa so
    """.split()  # noqa: SIM905
)
# Such a word does end a sentence when a capital letter follows after all.
_OFTEN_FINAL = frozenset({"usw", "etc", "usf", "ff", "f", "dgl", "ua", "mio", "mrd", "so", "do", "st"})
_MONTHS = "januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
_AFTER_ORDINAL = re.compile(
    rf"\s*(?:(?:{_MONTHS})\b|jahrhundert|jh\b|fc\b|sc\b|sv\b|bundesliga|klasse|jahrgang|schuljahr"
    r"|semester|quartal|halbjahr|legislatur|wahlperiode|lebensjahr|platz|rang|stock|etage|ober"
    r"|auflage|kapitel|abschnitt|entwurf|weltkrieg|obergeschoss|stufe|kreistag|sitzung"
    r"|jahrestag|geburtstag|änderung|fassung|bauabschnitt|gleis)",
    re.IGNORECASE,
)
_STARTERS = frozenset(
    """
    der die das ein eine einen einem einer dies diese dieser dieses wir sie er es ich ihr in im am an auf für mit bei zu zum zur
    durch dazu dabei damit daher deshalb denn und aber auch so alle alles unser unsere unseren als wenn wer was wie wo nach seit
    von vor um über unter zwischen hier dort außerdem darüber ferner zudem zusätzlich neben insgesamt ziel jede jeder jedes viele
    """.split()  # noqa: SIM905
)
_ENDERS = ".!?…"
_CLOSING_QUOTES = '“”"»'
_OPEN = {"(": ")", "[": "]", "„": "“", "«": "»", "‚": "‘"}
_AFTER_END = re.compile(r"[\"”“»’')\]]*")
_TOKEN_BEFORE = re.compile(r"[^\s(\[„\"]*$")


def _depth_limit(text: str) -> list[bool]:
    """Tell for each character whether it stands in a bracket or quotation that is closed soon."""
    inside = [False] * len(text)
    position = 0
    while position < len(text):
        closing = _OPEN.get(text[position])
        if closing:
            end = text.find(closing, position + 1, position + 400)
            if end > 0:
                for index in range(position, end):
                    inside[index] = True
                position = end
        position += 1
    return inside


def _is_end(text: str, position: int, inside: list[bool]) -> int:
    """Return the position after the sentence that ends at `position`, or 0 if none does."""
    end = position + 1
    while end < len(text) and text[end] in _ENDERS:
        end += 1
    closing = _AFTER_END.match(text, end)
    end = closing.end() if closing else end
    if end < len(text) and not text[end].isspace():
        return 0
    rest = text[end:].lstrip()
    if not rest:
        return len(text)
    quoted_whole = text[end - 1] in _CLOSING_QUOTES and rest[0].isupper()
    if (inside[position] and not quoted_whole) or _goes_on(rest):
        return 0
    if text[position] == "." and text[position - 1 : position] not in _ENDERS and _stop_is_no_end(text, position, rest):
        return 0
    return end


def _goes_on(rest: str) -> bool:
    letters = rest.lstrip("\"„»(['‚–-•* ")
    return rest[0] in ",;:)" or (letters[:1] or rest[0]).islower()


def _stop_is_no_end(text: str, position: int, rest: str) -> bool:
    """Tell whether a full stop belongs to an abbreviation, an ordinal or a Roman numeral."""
    before = _TOKEN_BEFORE.search(text, 0, position)
    token = before.group() if before else ""
    bare = token.rsplit(".", 1)[-1].lower()
    next_word = re.match(r"[^\W\d_]*", rest)
    starts_anew = next_word is not None and next_word.group().lower() in _STARTERS
    if bare.isdigit() and len(bare) <= 2:
        # a capital article seldom follows an ordinal
        return bool(_AFTER_ORDINAL.match(rest)) or not starts_anew
    if len(bare) > 1 and token.isupper() and re.fullmatch(r"[ivxlc]+", bare):
        return not starts_anew
    if bare in _ABBREVIATIONS or (len(bare) == 1 and bare.isalpha()):
        return not (bare in _OFTEN_FINAL and starts_anew)
    return False


def spans(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence in `text`; blanks around sentences belong to none."""
    inside = _depth_limit(text)
    found: list[tuple[int, int]] = []
    start = 0
    position = 0
    while position < len(text):
        if text[position] in _ENDERS:
            end = _is_end(text, position, inside)
            if end:
                found.append((start, end))
                start = position = end
                continue
        position += 1
    found.append((start, len(text)))
    trimmed = []
    for begin, end in found:
        part = text[begin:end]
        left = begin + len(part) - len(part.lstrip())
        right = begin + len(part.rstrip())
        if left < right:
            trimmed.append((left, right))
    return trimmed


def sentences(text: str) -> list[str]:
    """Return the sentences of German running text, in order, without surrounding blanks."""
    return [text[start:end] for start, end in spans(text)]
