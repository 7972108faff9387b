"""Votes from a CSV file: a row per person, a column per statement id, 1 for, -1 against, 0 neutral, blank not voted.

So Polis exports them. Columns whose name is no number (participant, group-id, n-votes …) are no statements.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from beteiligung.errors import Invalid
from beteiligung.insight.opinion_map import Votes

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LINES = 4_000
"""Lines read at once: the file may be larger than the memory."""
_VALUES = {"1": 1, "-1": -1, "0": 0, "1.0": 1, "-1.0": -1, "0.0": 0, "+1": 1, "-0": 0, "-0.0": 0}


@dataclass(frozen=True, slots=True)
class VoteFile:
    """Votes with the columns that are no statements: name → one text a row."""

    votes: Votes
    columns: dict[str, list[str]]


def read_votes(path: Path) -> VoteFile:
    """Read a file of votes. Raises Invalid, with the line, for what is no vote."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(csv.reader(file))
    except UnicodeDecodeError as error:
        raise Invalid("Die Datei ist nicht in UTF-8 geschrieben.") from error
    except OSError as error:
        raise Invalid(f"Die Datei lässt sich nicht öffnen: {error.strerror}.") from error


def _read(rows: Iterator[list[str]]) -> VoteFile:
    head = [name.strip() for name in next(rows, [])]
    statements = [index for index, name in enumerate(head) if name.isdecimal()]
    others = [index for index, name in enumerate(head) if not name.isdecimal()]
    if not statements:
        raise Invalid("In der ersten Zeile der Datei steht keine Spalte, deren Name eine Nummer ist.")
    place = {index: position for position, index in enumerate(statements)}
    columns: dict[str, list[str]] = {head[index]: [] for index in others}
    parts: list[NDArray[np.int64]] = []
    found: list[tuple[int, int, int]] = []
    people = 0
    for number, cells in enumerate(rows, start=2):
        if not cells:
            continue
        if len(cells) != len(head):
            raise Invalid(f"Zeile {number} hat {len(cells)} Spalten, die erste {len(head)}.")
        for index in others:
            columns[head[index]].append(cells[index])
        for index, cell in enumerate(cells):
            if cell and index in place:
                value = _VALUES.get(cell.strip())
                if value is None:
                    raise Invalid(f"Zeile {number}, Spalte {head[index]}: „{cell[:20]}“ ist weder 1 noch 0 noch -1.")
                found.append((people, place[index], value))
        people += 1
        if people % _LINES == 0:
            parts.append(np.array(found, dtype=np.int64).reshape(-1, 3))
            found = []
    parts.append(np.array(found, dtype=np.int64).reshape(-1, 3))
    row, column, value_of = np.concatenate(parts).T
    return VoteFile(Votes(people, tuple(head[index] for index in statements), row, column, value_of), columns)
