"""The order of threads and the cursors of keyset paging. Pure.

Each order is one or more lists of threads, each with its index: „sides“ takes from the lists for and
against in turn, then come questions, then comments without a stance. A cursor says for every list
what lies before it, so that no page ever counts or skips rows.
"""

import base64
import binascii
import json
import math
from dataclasses import dataclass
from typing import Any, Literal

Order = Literal["helpful", "newest", "oldest", "sides"]
ORDERS: tuple[Order, ...] = ("helpful", "newest", "oldest", "sides")

_LARGEST_ID = 2**31 - 1
_LARGEST_COUNT = 10**9
_LONGEST_CURSOR = 600


def wilson(positive: int, negative: int, z: float = 1.96) -> float:
    """Return the lower bound of the Wilson score interval (95 % by default) of the share of positive marks, 0 without any.

    E. B. Wilson: Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22 (1927), 209–212.
    """
    n = positive + negative
    if n == 0 or positive == 0:
        return 0.0
    share = positive / n
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt((share * (1 - share) + z * z / (4 * n)) / n)
    return (centre - spread) / (1 + z * z / n)


@dataclass(frozen=True)
class Lane:
    """One list of threads: which stance, sorted by what, and its place among the lists of an order."""

    group: int
    """Groups follow each other; lists of one group take turns."""
    side: int
    """Who begins within a turn."""
    stance: str | None = None
    any_stance: bool = False
    by_score: bool = True
    descending: bool = True


LANES: dict[Order, tuple[Lane, ...]] = {
    "helpful": (Lane(0, 0, any_stance=True),),
    "newest": (Lane(0, 0, any_stance=True, by_score=False),),
    "oldest": (Lane(0, 0, any_stance=True, by_score=False, descending=False),),
    "sides": (Lane(0, 0, "for"), Lane(0, 1, "against"), Lane(1, 0, "question"), Lane(2, 0, None)),
}


@dataclass(frozen=True)
class Bound:
    """Where a list is cut: everything up to this key lies before the cut, the key itself only if `inclusive`."""

    inclusive: bool
    score: float
    """0 where the list is not sorted by score."""
    id: int


NOTHING = None
"""A cut before the first thread of a list."""
EVERYTHING = Bound(True, -1.0, 0)
"""A cut after the last thread of a list sorted by falling score: no score is below 0."""


@dataclass(frozen=True)
class Cursor:
    """A cut through all lists of an order; `backward` asks for the page before it."""

    order: Order
    bounds: tuple[Bound | None, ...]
    passed: tuple[int, ...]
    """How many threads of each list lie before the cut. After a deep link, where nobody has counted
    (`counted` is False), the numbers count from that link and only say whose turn it is."""
    counted: bool = True
    backward: bool = False

    def encode(self) -> str:
        """Return the cursor for an address."""
        bounds = [[int(b.inclusive), b.score, b.id] if b else 0 for b in self.bounds]
        packed = json.dumps([self.order, int(self.backward), bounds, self.passed, int(self.counted)], separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def start(order: Order) -> Cursor:
    """Return the cut before the first thread."""
    return Cursor(order, (NOTHING,) * len(LANES[order]), (0,) * len(LANES[order]))


def decode(text: str | None, order: Order) -> Cursor:
    """Return the cursor from an address; what is not one of this order's is the beginning."""
    try:
        return _decode(text or "", order)
    except (ValueError, TypeError, KeyError, OverflowError, binascii.Error, RecursionError):
        return start(order)


def _decode(text: str, order: Order) -> Cursor:
    if len(text) > _LONGEST_CURSOR:
        raise ValueError("too long")
    name, backward, bounds, passed, counted = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    lanes = LANES[order]
    if name != order or len(bounds) != len(lanes) or len(passed) != len(lanes):
        raise ValueError("of another order")
    return Cursor(
        order,
        tuple(_bound(bound) for bound in bounds),
        tuple(_whole(number, least=0 if counted else -_LARGEST_COUNT, most=_LARGEST_COUNT) for number in passed),
        counted=bool(counted),
        backward=bool(backward),
    )


def _whole(number: Any, least: int = 0, most: int = _LARGEST_ID) -> int:
    if not isinstance(number, int) or not least <= number <= most:
        raise ValueError("not a count")
    return int(number)  # JSON has true, too


def _bound(raw: Any) -> Bound | None:
    if raw == 0:
        return None
    inclusive, score, number = raw
    if not isinstance(score, float | int) or not math.isfinite(score):
        raise ValueError("not a score")
    return Bound(bool(inclusive), float(score), _whole(number))


@dataclass(frozen=True)
class Placed:
    """A thread on a page: its list (index into the order's lists) and its key there."""

    lane: int
    score: float
    id: int


def around(order: Order, stance: str | None, score: float, thread_id: int) -> Cursor:
    """Return the cut right before this thread, without counting anything.

    Among two sides in turn, the other side is cut at the same score.
    """
    lanes = LANES[order]
    home = next((i for i, lane in enumerate(lanes) if lane.any_stance or lane.stance == stance), 0)
    bounds: list[Bound | None] = []
    for lane in lanes:
        if lane.group < lanes[home].group:
            bounds.append(EVERYTHING)
        elif lane.group > lanes[home].group:
            bounds.append(NOTHING)
        else:
            bounds.append(Bound(False, score if lane.by_score else 0.0, thread_id))
    # if the thread's side does not begin a turn, the sides before it have had theirs
    passed = tuple(int(lane.group == lanes[home].group and lane.side < lanes[home].side) for lane in lanes)
    return Cursor(order, tuple(bounds), passed, counted=False)


def after_page(cursor: Cursor, page: list[Placed]) -> Cursor:
    """Return the cut after the last thread of a page (given in reading order) that was asked for with `cursor`."""
    return _cut(cursor, page, after=True)


def before_page(cursor: Cursor, page: list[Placed]) -> Cursor:
    """Return the cut before the first thread of a page that was asked for with `cursor`, to go backward from."""
    return _cut(cursor, page, after=False)


def _cut(cursor: Cursor, page: list[Placed], *, after: bool) -> Cursor:
    """Cut each list at the page's edge; a list without a thread on the page stays cut where it was."""
    bounds, passed = list(cursor.bounds), list(cursor.passed)
    for i, lane in enumerate(LANES[cursor.order]):
        here = [placed for placed in page if placed.lane == i]
        if not here:
            continue
        edge = here[-1] if after else here[0]
        bounds[i] = Bound(after, edge.score if lane.by_score else 0.0, edge.id)
        if after != cursor.backward:
            passed[i] += len(here) if after else -len(here)
    if cursor.counted:  # between two pages threads may have come
        passed = [max(0, number) for number in passed]
    return Cursor(cursor.order, tuple(bounds), tuple(passed), counted=cursor.counted, backward=not after)
