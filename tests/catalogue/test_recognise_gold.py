"""Scores on the labelled documents, where they are at hand; on a document of our own everywhere."""

import json
import os
import re
import time
from pathlib import Path
from typing import Any

from beteiligung.catalogue.importer.extract import extract
from beteiligung.catalogue.importer.model import Candidate

SHARED = Path(os.environ.get("BETEILIGUNG_SHARED", Path(__file__).parents[2].parent / "shared"))
# (segments and labels, start of the document's file name, label of the first heading after them)
LABELLED = (("001", "001_", None), ("000_part", "000_", "6"))

OWN = """\
# Programm für den Kreis Moorbach

## Wege

Moorbach ist ein Kreis der weiten Wege. Wir werden bis 2030 jede Ortschaft an das Radnetz anschließen. So kommen alle sicher ans Ziel.
In den letzten Jahren haben wir viel gebaut. Die Haltestellen sollen barrierefrei werden.

## Bäder

Das wollen wir:

- Sanierung des Hallenbads in Oberau
- freier Eintritt für Kinder
- Erhalt der Naturbäder

Bäder sind Orte der Begegnung. Die Landesregierung plant ein Förderprogramm.
"""
OWN_COMMITMENTS = (
    "Wir werden bis 2030 jede Ortschaft an das Radnetz anschließen.",
    "Die Haltestellen sollen barrierefrei werden.",
    "Sanierung des Hallenbads in Oberau",
    "freier Eintritt für Kinder",
    "Erhalt der Naturbäder",
)


def grams(text: str) -> set[str]:
    plain = re.sub(r"[^a-zäöüß0-9]", "", text.lower())
    return {plain[at : at + 5] for at in range(max(1, len(plain) - 4))}


def covers(item: set[str], segment: set[str]) -> bool:
    return len(segment & item) >= 0.8 * len(segment)


def score(segments: list[tuple[str, str, str]], items: list[Candidate]) -> dict[str, float]:
    """Score as the acceptance does: `segments` are (text, label, topic); borderline ones count for nothing."""
    cut = [(grams(text), label, topic) for text, label, topic in segments]
    covered: dict[int, bool] = {}
    good = bad = atomic = 0
    for item in items:
        own = grams(item.quote)
        hit = [index for index, (segment, _, _) in enumerate(cut) if covers(own, segment)]
        stated = [index for index in hit if cut[index][1] == "C"]
        for index in stated:
            covered.setdefault(index, item.topic == cut[index][2])
        good += bool(stated)
        atomic += len(stated) == 1
        bad += not stated and not any(cut[index][1] == "B" for index in hit)
    recall = len(covered) / sum(label == "C" for _, label, _ in cut)
    precision = good / max(1, good + bad)
    return {
        "f1": 2 * precision * recall / max(1e-9, precision + recall),
        "atomic": atomic / max(1, good),
        "topic": sum(covered.values()) / max(1, len(covered)),
    }


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def test_a_document_of_our_own(tmp_path: Path) -> None:
    path = tmp_path / "moorbach.md"
    path.write_text(OWN, encoding="utf-8")
    found = extract(path)
    segments = [(text, "C", "") for text in OWN_COMMITMENTS]
    result = score(segments, list(found.candidates))
    assert result["f1"] == 1
    assert result["atomic"] == 1


def test_the_labelled_documents() -> None:
    results = {}
    for name, start, end in LABELLED:
        source = next((SHARED / "documents").glob(f"{start}*"), None)
        gold = SHARED / "gold" / f"{name}.jsonl"
        if source is None or not gold.exists():
            continue
        labels = {row["id"]: row for row in rows(gold.with_name(f"labels_{name}.jsonl"))}
        segments = [(row["text"], labels[row["id"]]["label"], labels[row["id"]].get("topic", "")) for row in rows(gold) if row["id"]]
        found = extract(source)
        stop = next(
            (block.char_start for block in found.blocks if end and block.kind == "heading" and block.text.split()[0] == end),
            len(found.text),
        )
        results[name] = score(segments, [item for item in found.candidates if item.location.char_start < stop])
    for name, result in results.items():
        assert result["f1"] >= 0.94, (name, result)
        assert result["atomic"] >= 0.95, (name, result)
        assert result["topic"] >= 0.80, (name, result)


def test_two_seconds_for_the_longest(tmp_path: Path) -> None:
    longest = tmp_path / "lang.md"
    longest.write_text("\n\n".join(f"## Abschnitt {number}\n\n" + OWN.split("\n\n", 1)[1] for number in range(100)), encoding="utf-8")
    sources = [longest, *sorted(SHARED.glob("documents/*.txt"))]
    for source in sources:
        begin = time.process_time()
        extract(source)
        assert time.process_time() - begin < 2, source.name
