"""What a person or a program gets to see of an extraction."""

import json
from typing import Any

from beteiligung.catalogue.importer.model import Candidate, Extraction

KIND_NAMES = {
    "measure": "Maßnahme",
    "goal": "Ziel",
    "examination": "Prüfauftrag",
    "continued_support": "Fortführung",
    "position": "Haltung",
}
_QUOTE_WIDTH = 76


def to_json(candidate: Candidate, *, explain: bool = False) -> dict[str, Any]:
    """Return a candidate as plain data; `explain` adds the reasons (German sentences)."""
    place = candidate.location
    data: dict[str, Any] = {
        "quote": candidate.quote,
        "section": list(candidate.section),
        "location": {
            "page": place.page,
            "line_start": place.line_start,
            "line_end": place.line_end,
            "char_start": place.char_start,
            "char_end": place.char_end,
        },
        "kind": candidate.kind,
        "topic": candidate.topic,
        "confidence": candidate.confidence,
    }
    if explain:
        data["reasons"] = list(candidate.reasons)
    return data


def render_jsonl(extraction: Extraction, *, explain: bool = False) -> str:
    """Return one JSON object a line, in reading order."""
    return "".join(json.dumps(to_json(candidate, explain=explain), ensure_ascii=False) + "\n" for candidate in extraction.candidates)


def explain(candidate: Candidate) -> str:
    """Say in one German line why a passage is taken for a commitment."""
    reasons = "; ".join(candidate.reasons) or "keine einzelne Begründung"
    return f"Sicherheit {candidate.confidence:.0%}: {reasons}"


def render_table(extraction: Extraction, *, explained: bool = False) -> str:
    """Return the candidates as a table for the terminal, by section, with a summary line."""
    rows = [extraction.title, ""]
    section: tuple[str, ...] | None = None
    word = "Zeile" if extraction.printed_lines else "Textzeile"
    for candidate in extraction.candidates:
        if candidate.section != section:
            section = candidate.section
            rows += ["", " › ".join(section) or "(ohne Überschrift)"]
        quote = candidate.quote
        if len(quote) > _QUOTE_WIDTH:
            quote = quote[: _QUOTE_WIDTH - 1].rsplit(" ", 1)[0] + " …"
        place = candidate.location
        rows.append(
            f"  {word} {place.line_start:>4}  {KIND_NAMES[candidate.kind]:<11} {candidate.confidence:4.2f}  {candidate.topic:<28} {quote}"
        )
        if explained:
            rows.append(f"        {explain(candidate)}")
    rows += ["", f"{len(extraction.candidates)} Zusagen erkannt."]
    return "\n".join(rows) + "\n"
