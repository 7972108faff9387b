"""Votes on commitments as figures: shares with intervals, and rankings that small numbers cannot win. Pure."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from beteiligung.participation.shares import largest_remainder

Z95 = 1.959963984540054
MOST_RANKED = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """People of one commitment and one box as last shown: for, neutral, against."""

    for_: int
    neutral: int
    against: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.for_ + self.neutral + self.against


@dataclass(frozen=True, slots=True)
class Row:
    """A published commitment with what its three boxes show; None where a box shows nothing."""

    id: int
    slug: str
    title: str
    topic: str
    version: int
    comments: int
    confirmed: Standing | None
    unconfirmed: Standing | None = None
    outside: Standing | None = None


def wilson(count: int, size: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of count of size people, both between 0 and 1; (0, 1) where there is nobody.

    Wilson, „Probable inference“, JASA 22 (1927). Read as: how far a share would vary among people like these.
    """
    if size <= 0:
        return 0.0, 1.0
    share, z2 = count / size, Z95 * Z95
    middle = share + z2 / (2 * size)
    half = Z95 * math.sqrt(share * (1 - share) / size + z2 / (4 * size * size))
    return max(0.0, (middle - half) / (1 + z2 / size)), min(1.0, (middle + half) / (1 + z2 / size))


def box(standing: Standing | None, threshold: int) -> dict[str, Any] | None:
    """Return the public figures of a box: counts, and from `threshold` people on whole percents and intervals in per mille."""
    if standing is None or not standing.total:
        return None
    counts = (standing.for_, standing.neutral, standing.against)
    made: dict[str, Any] = {"for": counts[0], "neutral": counts[1], "against": counts[2], "people": standing.total}
    if standing.total >= threshold:
        made["percent"] = list(largest_remainder(counts))
        made["interval"] = [[round(1000 * end) for end in wilson(count, standing.total)] for count in counts]
    return made


def rankings(rows: Iterable[Row], threshold: int) -> dict[str, list[dict[str, Any]]]:
    """Rank commitments: most supported, opposed and divided by the lower bound of the interval, most discussed by comments.

    Only confirmed votes, only from `threshold` people on. The lower bound keeps eight unanimous people below 1,400
    of whom 71 % agree. „Divided“ is twice the lower bound of the smaller side (see „So funktioniert es“). Scores in per mille.
    """
    known = list(rows)
    enough = [row for row in known if row.confirmed and row.confirmed.total >= threshold]
    return {
        "supported": _ranked(enough, lambda row: _low(row, lambda box: box.for_)),
        "opposed": _ranked(enough, lambda row: _low(row, lambda box: box.against)),
        "divided": _ranked(enough, lambda row: 2 * _low(row, lambda box: min(box.for_, box.against))),
        "discussed": [
            {"id": row.id, "comments": row.comments}
            for row in sorted(known, key=lambda r: (-r.comments, r.id))[:MOST_RANKED]
            if row.comments
        ],
    }


def _low(row: Row, side: Callable[[Standing], int]) -> float:
    box = row.confirmed
    if box is None or not side(box):
        return 0.0
    return wilson(side(box), box.total)[0]


def _ranked(rows: list[Row], score: Callable[[Row], float]) -> list[dict[str, Any]]:
    scored = [(score(row), row) for row in rows]
    best = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].id))[:MOST_RANKED]
    return [{"id": row.id, "score": round(1000 * value)} for value, row in best]
