"""Small numbers made safe to publish again and again. Pure.

A tally is safe because it waits for five changed people (decision 0006). A table that splits a tally further (by
group of opinion, by municipality) is not: between two tallies that differ by five people it may differ by one in a
cell, and one erased account leaves every table at once. So every such number is published in steps of five and
*stays where it is* until the true one is seven or more away from it: rounding moves a number by two at most, hence whenever a
published number moves, the true one has moved by five people since it last did. Whoever compares two publications sees
nothing, or a change of five people in that cell. The price: a number may be six people off.
"""

from collections.abc import Mapping
from typing import TypeVar

STEP = 5
"""People by which a published number moves."""
UNDER = STEP + STEP // 2
"""How far the true number has to be away before the published one moves. A published 0 stands for fewer than this."""
LEAST_DAY = 10
"""People or votes of a day under which the day's total is not shown."""

Key = TypeVar("Key")


def release(count: int, before: int | None) -> int:
    """Return the number to publish for a true count: a multiple of five, at most six away from it; 0 stands for „under seven“.

    `before` is what was last published of the same cell, None where nothing was. Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError("People are counted from 0.")
    if before is not None and abs(count - before) < UNDER:
        return before
    return 0 if count < STEP else (count + STEP // 2) // STEP * STEP


def release_all(counts: Mapping[Key, int], before: Mapping[Key, int]) -> dict[Key, int]:
    """Return `release` of every cell; cells published before that are gone count as 0 people and leave by the same rule."""
    cells = {**dict.fromkeys(before, 0), **counts}
    published = {key: release(count, before.get(key)) for key, count in cells.items()}
    return {key: number for key, number in published.items() if key in counts or number}
