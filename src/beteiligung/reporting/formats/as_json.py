"""JSON: the data set as it was frozen, and the JSON Schema (2020-12) that describes it."""

import json
from typing import Any

from beteiligung.reporting.dataset import ReportData, digest, json_schema, plain

SCHEMA_FILE = "bericht.schema.json"


def render(data: ReportData) -> bytes:
    """Return the whole data set with its digest. Sorted keys; quotes that were blacked out have no words."""
    made = {"$schema": SCHEMA_FILE, "digest": digest(data), "report": plain(data)}
    return (json.dumps(made, sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()


def schema(_data: ReportData | None = None) -> bytes:
    """Return the schema of what `render` makes."""
    return (json.dumps(whole_schema(), sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()


def whole_schema() -> dict[str, Any]:
    """Return the schema as a dict: the data set's, with what stands around it."""
    inner = json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Bericht an den Kreistag",
        "description": "Figures are whole numbers with Column.decimals decimals. digest is the SHA-256 of report as canonical JSON: sorted "
        "keys, UTF-8, no blanks, of quotes without text, salt and gone.",
        "type": "object",
        "required": ["$schema", "digest", "report"],
        "properties": {
            "$schema": {"type": "string"},
            "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "report": {"$ref": inner["$ref"]},
        },
        "additionalProperties": False,
        "$defs": inner["$defs"],
    }
