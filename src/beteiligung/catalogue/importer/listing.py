"""Lists and tables: what the sentence, heading or header row above them says of their items."""

import re
from collections.abc import Sequence

from beteiligung.catalogue.importer.draft import Draft
from beteiligung.catalogue.importer.judge import judge
from beteiligung.catalogue.importer.model import Block
from beteiligung.text.sentences import spans

ANNOUNCES = re.compile(r"(?::|…|\bum|\bzu|\bfür|\bdurch|\bdass|\bsich,|\bdazu,)$")
# A sentence left open by a comma, or by the county and its verb: "Der Landkreis verpflichtet sich,".
OPEN = re.compile(r"(?:,|\b[A-ZÄÖÜ][\wäöüß-]+)$")
_DONE = re.compile(
    r"\b(?:erreicht|umgesetzt|geschafft|geschaffen|wurde\w*|erfolge|bilanz|bisher|bislang|haben\s+wir|wir\s+haben|abgeschlossen|"
    r"erledigt)\b",
    re.IGNORECASE,
)
_WILL = re.compile(r"\b(?:werden|wird|sollen|soll|wollen|vorgenommen|müssen)\b", re.IGNORECASE)
_CONTEXT = re.compile(
    r"\b(?:herausforderung\w*|hintergrund|zahlen|fakten|probleme?|ursachen|beispiel\w*|mitglieder|ansprechpartner\w*|linie|"
    r"definition\w*|grundlagen?|"
    r"gründe\w*|stärken|schwächen|chancen|risiken|trends?)\b",
    re.IGNORECASE,
)
_FACTS = re.compile(
    r"\b(?:\w*indikator\w*|\w*kennzahl\w*|messgröße\w*|kriteri\w+|ausgangslage|bestandsaufnahme|quellen?|abkürzungen|mitwirkende|"
    r"anlagen|unterlagen|"
    r"nicht\s+geplant|zuständigkeit\w*|anwesend\w*|rechtsgrundlage\w*)\b",
    re.IGNORECASE,
)
_MEASURE_HEAD = re.compile(
    r"maßnahme|vorhaben|projekt|\bziele?\b|forderung|\bschritte?\b|aktivität|handlung|aufgabe|was\s+wir", re.IGNORECASE
)
_DATA_HEAD = re.compile(
    r"kennzahl|indikator|ausgangswert|zielwert|einwohner|anzahl|\b20\d\d\b|quelle|sitze|kontakt|telefon|anteil|quote|stichtag|\bwert\b|"
    r"abkürzung|begriff",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"^(?:[\d.]+\s+[–-]\s+)?(?:summe|gesamt\w*|insgesamt|zwischensumme|saldo)\b", re.IGNORECASE)
_FOLLOWING = re.compile(r"\bfolgende\w*\b", re.IGNORECASE)


def introduction(text: str) -> float:
    """Weigh the sentence that introduces a list: what it adds to, or takes away from, the items."""
    begin, end = spans(text)[-1]
    last = text[begin:end]
    if _FACTS.search(last):
        return -4.0
    if _DONE.search(last) and not _WILL.search(last):
        return -4.0
    if _CONTEXT.search(last) and not _WILL.search(last):
        return -1.5
    whole = last.endswith(("um", "dass")) or bool(_FOLLOWING.search(last) or _MEASURE_HEAD.search(last))
    return 1.6 if whole or judge(last).score > 0 else 0.4


def header(text: str) -> float:
    """Weigh the header row of a table: measures are listed, or figures."""
    if _MEASURE_HEAD.search(text) and not _DATA_HEAD.search(text):
        return 1.6
    if _DATA_HEAD.search(text):
        return -1.5 if _MEASURE_HEAD.search(text) else -4.0
    return 0.0


def is_row(draft: Draft) -> bool:
    """Tell a row of a table from a bullet."""
    return draft.marks[0][1].text.strip().startswith("|")


def is_total(text: str) -> bool:
    """Tell the row of a table that adds up the others."""
    return bool(_TOTAL.match(text))


def sublist(blocks: Sequence[Block], drafts: Sequence[Draft], index: int) -> int:
    """Return the end of the list that the numbered item at `index` introduces ("(1) … :", "a) …"), or `index + 1`."""
    mark = _mark(drafts[index])
    end = index + 1
    if not mark or not ANNOUNCES.search(blocks[index].text):
        return end
    while end < len(blocks) and blocks[end].kind == "bullet" and _mark(drafts[end]) not in {mark, ""}:
        end += 1
    return end


def _mark(draft: Draft) -> str:
    """Return the manner in which an item is numbered: "(1)" as "(0)", "a)" as "a)", a bullet as itself."""
    match = re.match(r"^\s*(\(?(?:\d{1,3}|[a-z])[.)]\)?|[-–—•▪▫◦‣·*+➢➤✓✔→►■□●○])\s", draft.marks[0][1].text)
    return re.sub(r"[a-z]", "a", re.sub(r"\d+", "0", match[1])) if match else ""
