"""The public figures of a vote: numbers from the last snapshot, and percentages where enough people voted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from beteiligung.participation.models import CHOICES, SMALLEST_GROUP, Tally


@dataclass(frozen=True)
class Shares:
    """The public figures of one standing, from the last snapshot."""

    for_: int
    neutral: int
    against: int
    total: int
    percents: tuple[int, int, int] | None
    """For, neutral, against, summing to 100; None where too few people voted."""
    hidden: bool
    """Whether nothing is shown because fewer than five people voted or have changed their votes."""
    at: datetime | None
    """When the figures were taken, to the hour."""


def shares(tally: Tally | None, standing: str, threshold: int) -> Shares:
    """Return the public figures of a standing; percentages only from `threshold` people on."""
    if tally is None:
        return Shares(0, 0, 0, 0, None, hidden=True, at=None)
    for_, neutral, against = (getattr(tally, f"shown_{standing}_{choice}") for choice in CHOICES)
    total = for_ + neutral + against
    if total < SMALLEST_GROUP:
        return Shares(0, 0, 0, 0, None, hidden=True, at=None)
    percents = largest_remainder((for_, neutral, against)) if total >= threshold else None
    return Shares(for_, neutral, against, total, cast(Any, percents), hidden=False, at=getattr(tally, f"shown_{standing}_at"))


def largest_remainder(parts: Iterable[int]) -> tuple[int, ...]:
    """Return whole percentages that sum to 100 (Hamilton's method); ties go to the earlier part.

    Raises ValueError where there is nothing to share out.
    """
    counts = tuple(parts)
    total = sum(counts)
    if total <= 0:
        raise ValueError("Nothing has no shares.")
    floors = [100 * count // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda i: (-(100 * counts[i] % total), i))
    for i in by_remainder[: 100 - sum(floors)]:
        floors[i] += 1
    return tuple(floors)
