"""Hours and weeks in which far more happens than usual. Pure. It flags, it never accuses: a school class looks like an attack.

Counts are compared on the scale of log(1 + count) by median and MAD, which a burst among the hours compared with hardly moves
(Iglewicz and Hoaglin, „How to detect and handle outliers“, 1993, modified z-score). Two looks:

- an *hour* against the same time of day, one hour to either side, in the four weeks before;
- *two weeks* against the eight weeks before, day by day: a change point for what comes slowly (median shift; the median's
  standard error is 1.2533 σ/√n).

Networks are not looked at, because no network address is kept with an account or a vote.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Literal

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEAST_EXCESS = 10
"""Events above the usual number under which nothing is flagged: a published cell never holds fewer."""
SCORE = 5.0
"""Modified z-score of an hour, and of two weeks, from which they are flagged."""
HOURS_BEFORE = 28
"""Days with which an hour is compared; with less than half of them there is nothing to compare with."""
DAYS_LOOKED_AT, DAYS_BEFORE = 14, 56
QUIET_SPREAD = 0.35
"""Least spread assumed on the log scale: where nothing ever happens, MAD is 0 and one event would be a burst."""
JOINED = 3
"""Hours without a flag that may lie within one burst."""

Look = Literal["hours", "weeks"]


@dataclass(frozen=True, slots=True)
class Burst:
    """From `start` until `end` (not included) `count` events, where `usual` would have been expected."""

    look: Look
    start: datetime
    end: datetime
    count: int
    usual: int
    score: float


def bursts(counts: Mapping[datetime, int], first: datetime, end: datetime) -> list[Burst]:
    """Return what stands out, oldest first.

    `counts`: events by full hour; hours from `first` up to `end` without an entry are 0. Bursts within a flagged week shift are
    told apart: both looks report on their own.
    """
    hours = [counts.get(first + n * HOUR, 0) for n in range(max(0, int((end - first) / HOUR)))]
    return _hours(hours, first) + _weeks(hours, first)


def score(value: float, usual: Sequence[int], error: float = 1.0) -> float:
    """Return the modified z-score of log(1 + value) among usual counts; `error` scales the spread (1 for a single value)."""
    logs = [math.log1p(count) for count in usual]
    middle = median(logs)
    spread = max(1.4826 * median(abs(one - middle) for one in logs), QUIET_SPREAD)
    return (math.log1p(value) - middle) / (spread * error)


def _hours(hours: Sequence[int], first: datetime) -> list[Burst]:
    flagged: list[tuple[int, float, float]] = []
    for now, count in enumerate(hours):
        if count < LEAST_EXCESS:
            continue
        usual = [hours[at] for back in range(1, HOURS_BEFORE + 1) for at in (now - 24 * back + shift for shift in (-1, 0, 1)) if at >= 0]
        if len(usual) < 3 * HOURS_BEFORE // 2:
            continue
        found, middle = score(count, usual), median(usual)
        if found >= SCORE and count - middle >= LEAST_EXCESS:
            flagged.append((now, found, middle))
    made: list[Burst] = []
    for now, found, middle in flagged:
        start = first + now * HOUR
        last = made[-1] if made else None
        if last and start - last.end <= JOINED * HOUR:
            between = sum(hours[int((last.end - first) / HOUR) : now + 1])
            made[-1] = Burst("hours", last.start, start + HOUR, last.count + between, last.usual + round(middle), max(last.score, found))
        else:
            made.append(Burst("hours", start, start + HOUR, hours[now], round(middle), found))
    return made


def _weeks(hours: Sequence[int], first: datetime) -> list[Burst]:
    days = [sum(hours[at : at + 24]) for at in range(len(hours) % 24, len(hours), 24)]
    offset = first + (len(hours) % 24) * HOUR
    if len(days) < DAYS_LOOKED_AT + DAYS_BEFORE // 2:
        return []
    recent, before = days[-DAYS_LOOKED_AT:], days[-DAYS_LOOKED_AT - DAYS_BEFORE : -DAYS_LOOKED_AT]
    found = score(median(recent), before, error=1.2533 / math.sqrt(DAYS_LOOKED_AT))
    usual = round(median(before) * DAYS_LOOKED_AT)
    if found < SCORE or sum(recent) - usual < LEAST_EXCESS:
        return []
    start = offset + (len(days) - DAYS_LOOKED_AT) * DAY
    return [Burst("weeks", start, offset + len(days) * DAY, sum(recent), usual, found)]
