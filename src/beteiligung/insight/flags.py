"""What is flagged in a region, with the results without it. Pure. Nothing is taken away here; `duplicates` does that, by two people.

Without the accounts of a flagged hour a commitment's result is told only where ten flagged people or more have voted on it and
enough others remain, in steps of five that stay put (`cells`): the difference of the two results tells no single vote.
Bursts of votes are flagged too, but votes have no time, so nobody can say which votes they were.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from beteiligung.insight.bursts import DAYS_LOOKED_AT, Burst, bursts
from beteiligung.insight.cells import LEAST_DAY, release
from beteiligung.insight.figures import Row
from beteiligung.insight.turnout import Person

CHOICES = ("for", "neutral", "against")
KEPT = timedelta(days=120)
PEOPLE_KINDS = {"joins": "joined", "confirmations": "confirmed"}
"""Kinds of which it is known whose they are, and the person's moment."""


def by_hour(moments: Iterable[datetime]) -> Counter[datetime]:
    """Return how many there are in each full hour."""
    return Counter(moment.replace(minute=0, second=0, microsecond=0) for moment in moments)


def found(series: dict[str, Counter[datetime]], memory: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Return the flags to publish, newest first. One that is over stays as it was told, whoever is erased later.

    `series`: joins, confirmations and votes by full hour; the present hour is left out, it is not over.
    """
    end = now.replace(minute=0, second=0, microsecond=0)
    told: dict[str, dict[str, Any]] = {key: one for key, one in memory.get("flags", {}).items() if _moment(one["end"]) > now - KEPT}
    for kind, counts in series.items():
        for burst in bursts(counts, min(counts), end) if counts else ():
            key = f"{kind}:{burst.look}:{burst.start.isoformat()}"
            if burst.look == "weeks" and any(_covers(one, kind, burst) for one in told.values()):
                continue
            if key not in told or told[key]["end"] != burst.end.isoformat():
                told[key] = {
                    "kind": kind,
                    "look": burst.look,
                    "start": burst.start.isoformat(),
                    "end": burst.end.isoformat(),
                    "count": burst.count,
                    "usual": burst.usual,
                }
    memory["flags"] = told
    return sorted(told.values(), key=lambda one: (one["start"], one["kind"]), reverse=True)


def _covers(one: dict[str, Any], kind: str, burst: Burst) -> bool:
    return bool(one["kind"] == kind and one["look"] == "weeks" and burst.start - _moment(one["start"]) < timedelta(days=DAYS_LOOKED_AT))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def flagged_voters(flags: Iterable[dict[str, Any]], people: Iterable[Person]) -> set[str]:
    """Return the voters whose account was made, or whose residence was confirmed, in a flagged hour."""
    windows = [
        (PEOPLE_KINDS[one["kind"]], _moment(one["start"]), _moment(one["end"]))
        for one in flags
        if one["kind"] in PEOPLE_KINDS and one["look"] == "hours"
    ]
    return {
        person.voter
        for person in people
        if any(
            moment is not None and start <= moment < end for moment, start, end in ((getattr(person, name), s, e) for name, s, e in windows)
        )
    }


def without(
    rows: Iterable[Row], ballots: Iterable[tuple[str, int, str]], flagged: set[str], threshold: int, memory: dict[str, Any]
) -> dict[str, dict[str, int]]:
    """Return slug → the confirmed result without flagged people: for, neutral, against, people left out; in steps of five.

    `ballots`: voter, commitment and choice, as last published.
    """
    before = memory.get("without", {})
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for voter, commitment, choice in ballots:
        if voter in flagged:
            counts[commitment][choice] += 1
    kept, made = dict(before), {}
    for row in rows:
        out, box = counts[row.id], row.confirmed
        number = sum(out.values())
        if box is None or number < LEAST_DAY or box.total - number < threshold:
            continue
        key = f"{row.id}:{row.version}"
        exact = (box.for_ - out["for"], box.neutral - out["neutral"], box.against - out["against"], number)
        kept[key] = [release(count, old) for count, old in zip(exact, before.get(key, [None] * 4), strict=True)]
        made[row.slug] = dict(zip((*CHOICES, "left_out"), kept[key], strict=True))
    memory["without"] = kept
    return made
