"""What PostgreSQL touched for the statements of a block: pages of memory and disk, rows read, milliseconds to plan and to run."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

_READS = re.compile(r"\s*(SELECT|WITH)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Cost:
    """Of one statement. `buffers` are pages of 8 KiB touched, in memory or not; `rows` all that any part of the plan read."""

    statement: str
    buffers: int
    rows: int
    planned: float
    took: float
    scans: tuple[str, ...]
    """Tables that were read from end to end."""


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _walk(child)


def _cost(statement: str, found: dict[str, Any]) -> Cost:
    nodes = list(_walk(found["Plan"]))
    leaves = [node for node in nodes if "Plans" not in node]
    rows = sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in leaves)
    scans = tuple(node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan")
    plan = found["Plan"]
    return Cost(
        " ".join(statement.split()), plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], round(rows),
        found["Planning Time"], found["Execution Time"], scans,
    )  # fmt: skip


@contextmanager
def costs() -> Iterator[list[Cost]]:
    """Collect what each reading statement of the block costs: it is run once more by EXPLAIN before it runs (PostgreSQL only)."""
    seen: list[Cost] = []

    def look(connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if _READS.match(statement) and " FOR " not in statement and "EXPLAIN" not in statement:
            with cursor.connection.cursor() as own:
                own.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
                seen.append(_cost(statement, own.fetchone()[0][0]))

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", look)
