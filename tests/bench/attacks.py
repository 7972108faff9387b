"""Simulated attacks, and harmless crowds that look like them: what is flagged. `python -m tests.bench.attacks [RUNS]` prints the table.

A region with 3, 10 or 30 new accounts a day, more by day than by night; the attack begins on day 90.
"""

import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from beteiligung.insight.bursts import bursts

FIRST = datetime(2026, 6, 1, tzinfo=UTC)
START = FIRST + timedelta(days=90)
RHYTHM = np.array([1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 8, 8, 7, 7, 8, 9, 10, 12, 13, 11, 8, 4, 2], dtype=float)
RATES = (3, 10, 30)
Attack = Callable[[np.random.Generator], list[datetime]]


def usual(random: np.random.Generator, per_day: float, days: int) -> list[datetime]:
    """Return when accounts were made on ordinary days."""
    hourly = per_day * RHYTHM / RHYTHM.sum()
    return [FIRST + timedelta(hours=n) for n in range(24 * days) for _ in range(random.poisson(hourly[n % 24]))]


def spread(number: int, start: timedelta, length: timedelta) -> Attack:
    """Return a crowd of `number` that comes evenly within `length`."""
    return lambda random: [START + start + length * float(one) for one in random.random(number)]


ATTACKS: dict[str, tuple[Attack, int]] = {
    "nothing": (lambda _random: [], 1),
    "200 accounts in a night": (spread(200, timedelta(hours=1), timedelta(hours=4)), 1),
    "40 accounts in a night": (spread(40, timedelta(hours=1), timedelta(hours=4)), 1),
    "drip, 200 in 40 days": (spread(200, timedelta(), timedelta(days=40)), 40),
    "drip, 200 in 100 days": (spread(200, timedelta(), timedelta(days=100)), 100),
    "school class, 25 in an hour": (spread(25, timedelta(hours=9), timedelta(hours=1)), 1),
    "newspaper, 300 in a day": (spread(300, timedelta(hours=6), timedelta(hours=15)), 1),
}


def flagged(name: str, per_day: float, seed: int) -> set[str]:
    """Return by which looks the crowd was flagged on any day on which somebody looked, from its first day on."""
    random = np.random.default_rng(seed)
    attack, days = ATTACKS[name]
    moments = usual(random, per_day, 90 + days) + attack(random)
    counts = Counter(moment.replace(minute=0, second=0, microsecond=0) for moment in moments)
    looks: set[str] = set()
    for day in sorted({1, *range(7, days + 1, 7), days}):
        looks |= {one.look for one in bursts(counts, FIRST, START + timedelta(days=day)) if one.end > START}
    return looks


def main() -> None:
    """Print the table for docs/insight.md."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    print("| crowd | " + " | ".join(f"{rate} a day: hours / weeks" for rate in RATES) + " |")
    print("|---|" + "---|" * len(RATES))
    for name in ATTACKS:
        cells = []
        for rate in RATES:
            found = [flagged(name, rate, seed) for seed in range(runs)]
            cells.append(" / ".join(f"{100 * sum(look in one for one in found) // runs} %" for look in ("hours", "weeks")))
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
