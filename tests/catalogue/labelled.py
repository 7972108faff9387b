"""Labelled documents for the recogniser: segments of the originals, and invented documents with labels inside.

Labels of other people's texts are stored without the text: a hash of each segment's wording, its label, its topic.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from beteiligung.catalogue.importer.model import Candidate
from beteiligung.text.normal import heal, wording_hash
from beteiligung.text.sentences import sentences

SHARED = Path(os.environ.get("BETEILIGUNG_SHARED", Path(__file__).parents[2].parent / "shared"))
LABELS = Path(__file__).parent / "labels"
STRETCH = 8
# Two letters of an invented document's marks for each topic.
TOPICS = {
    "BW": "Bauen & Wohnen",
    "BS": "Bildung & Schule",
    "KJ": "Kinder, Jugend & Familie",
    "WA": "Wirtschaft & Arbeit",
    "KE": "Klima & Energie",
    "UN": "Umwelt & Natur",
    "MO": "Mobilität",
    "DV": "Digitalisierung & Verwaltung",
    "GP": "Gesundheit & Pflege",
    "SI": "Soziales & Inklusion",
    "IN": "Integration",
    "KS": "Kultur, Sport & Ehrenamt",
    "SO": "Sicherheit & Ordnung",
    "FI": "Finanzen",
    "DB": "Demokratie & Beteiligung",
    "TI": "Tierschutz",
}
_BULLET = re.compile(r"^\s*(?:-\s+)*(?:\d{1,3}\s+)?[-•*]\s+")
_END_OF_BLOCK = re.compile(r"\n\s*\n|</p>|</li>")
_LINE_NUMBER = re.compile(r"^\s*(?:-\s+)*(?:\*\*)?\d{1,3}(?:\*\*)?(?=\s|$)\s*")


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence or bullet, its label (C, +, B, N, or "" if unlabelled) and topic (of a C)."""

    text: str
    label: str
    topic: str = ""


def segments_of(path: Path) -> list[list[str]]:
    """Cut one of the five originals into paragraphs of segments, simply and apart from the importer."""
    text = path.read_text(encoding="utf-8")
    numbered = path.name.startswith("000_")
    blocks: list[list[str]] = [[]]
    for raw in text.splitlines():
        bullet = bool(_BULLET.match(raw)) and (not numbered or "•" in raw)
        line = _LINE_NUMBER.sub("", raw) if numbered else raw
        line = re.sub(r"^\s*(?:-\s+)*(?:\d{1,3}\s+)?[•*-]\s+", "", line).replace("**", "").strip()
        if not line:
            if not numbered or not re.match(r"^\s*(?:-\s+)?\d", raw):
                blocks.append([])
            continue
        if bullet or not numbered:
            blocks.append([])
        blocks[-1].append(line)
    return [found for block in blocks if block for found in [_cut(heal("\n".join(block)))] if found]


def _cut(text: str) -> list[str]:
    pieces = re.split(r"\s+•\s+|^•\s+", text)
    return [sentence for piece in pieces for sentence in sentences(piece) if sentence]


def stretches(blocks: list[list[str]]) -> list[list[str]]:
    """Put neighbouring paragraphs together until a stretch holds eight segments."""
    result: list[list[str]] = [[]]
    for block in blocks:
        if len(result[-1]) >= STRETCH:
            result.append([])
        result[-1] += block
    return result


def with_labels(path: Path, labels: Path) -> list[Segment]:
    """Return all segments of an original; those without a stored label have the label ""."""
    stored = {
        row["hash"]: row for row in map(json.loads, labels.read_text(encoding="utf-8").splitlines()) if row["document"] == path.name[:3]
    }
    found = []
    for block in segments_of(path):
        for text in block:
            row = stored.get(wording_hash(text), {})
            found.append(Segment(text, row.get("label", ""), row.get("topic", "")))
    return found


def invented(path: Path) -> tuple[str, list[Segment]]:
    """Return the text of an invented document without its marks, and its labelled segments.

    A mark stands before each segment: ⟦C MO⟧, ⟦+⟧, ⟦B⟧, ⟦N⟧; ⟦x⟧ stands before what is no segment
    (page heads, buttons), ⟦.⟧ where the segment before it goes on.
    """
    parts = re.split(r"⟦(.+?)⟧", path.read_text(encoding="utf-8"))
    found: list[list[str]] = []
    for mark, text in zip(parts[1::2], parts[2::2], strict=True):
        if mark == ".":
            found[-1][1] += "\n" + text
        elif mark != "x":
            found.append([mark, _END_OF_BLOCK.split(text.lstrip(), maxsplit=1)[0]])
    segments = []
    for mark, text in found:
        label, _, code = mark.partition(" ")
        bare = re.sub(r"<[^>]+>", " ", text)
        bare = re.sub(r"(?m)^\s*(?:[-•*|#>]+|\(?[\da-z]{1,2}[.)])\s*$", "", bare)
        segments.append(Segment(heal(bare.replace("|", " ").strip()), label, TOPICS[code] if code else ""))
    return "".join([parts[0], *parts[2::2]]), segments


def _grams(text: str) -> frozenset[str]:
    plain = re.sub(r"[^a-zäöüß0-9]", "", text.lower())
    return frozenset(plain[at : at + 5] for at in range(max(1, len(plain) - 4)))


@dataclass(frozen=True, slots=True)
class Score:
    """What the acceptance's scorer counts, and what went wrong (for the person who tunes)."""

    stated: int
    items: int
    recall: float
    precision: float
    atomic: float
    topic: float
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    not_atomic: tuple[str, ...]
    off_topic: tuple[tuple[str, str, str], ...]

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def score(segments: list[Segment], items: list[Candidate]) -> Score:
    """Score as the acceptance does; items that touch no labelled segment of a part-labelled document count for nothing."""
    cut = [(_grams(segment.text), segment) for segment in segments]
    partly = any(not segment.label for segment in segments)
    covered: dict[int, str] = {}
    good = atomic = 0
    wrong: list[str] = []
    several: list[str] = []
    for item in items:
        own = _grams(item.quote)
        hit = [index for index, (grams, _) in enumerate(cut) if len(grams & own) >= 0.8 * len(grams)]
        stated = [index for index in hit if cut[index][1].label == "C"]
        for index in stated:
            covered.setdefault(index, item.topic)
        good += bool(stated)
        atomic += len(stated) == 1
        if len(stated) > 1:
            several.append(item.quote)
        near = max(range(len(cut)), key=lambda index: len(cut[index][0] & own) / len(cut[index][0]), default=0)
        labelled = not partly or any(cut[index][1].label for index in [*hit, near])
        if labelled and not stated and not any(cut[index][1].label in {"B", ""} for index in hit):
            wrong.append(item.quote)
    every = [index for index, (_, segment) in enumerate(cut) if segment.label == "C"]
    topics = [index for index in covered if cut[index][1].topic]
    return Score(
        len(every),
        len(items),
        len(covered) / max(1, len(every)),
        good / max(1, good + len(wrong)),
        atomic / max(1, good),
        sum(covered[index] == cut[index][1].topic for index in topics) / max(1, len(topics)),
        tuple(cut[index][1].text for index in every if index not in covered),
        tuple(wrong),
        tuple(several),
        tuple((cut[i][1].text, cut[i][1].topic, covered[i]) for i in topics if covered[i] != cut[i][1].topic),
    )
