"""Who took part beside who lives here: rates, who is missing, and weighted shares beside the raw ones. Pure.

People are counted by one attribute at a time, never by two, in steps of five (`cells`). A commitment's weighted share is whole
percents and stays what it is until its tally is published anew, which takes five changed people (decision 0006).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from beteiligung.insight.cells import release
from beteiligung.insight.population import Margin, Population
from beteiligung.insight.raking import LEAST_PEOPLE, Weights, rake
from beteiligung.participation.shares import largest_remainder

SCARCE = 0.5
"""A group is called missing where its share among those who took part is under half of its share of the population."""
CHOICES = ("for", "neutral", "against")


@dataclass(frozen=True, slots=True)
class Person:
    """A confirmed voter as statistics know them, in the worker's memory only: attributes told of their own will, or None."""

    voter: str
    municipality: str | None
    age: str | None
    sex: str | None
    joined: datetime | None = None
    confirmed: datetime | None = None


def turnout(
    people: Sequence[Person], population: Population | None, memory: dict[str, Any], mark: str | None = None
) -> dict[str, Any] | None:
    """Return who took part beside the population, or None where there are no figures to compare with.

    `memory` holds what was published before and takes what is published now. `mark` changes with every tally that is published
    anew: without that the figures of weighting stay as they were, since they would move with a single person.
    """
    if population is None:
        return None
    before = memory.get("turnout", {})
    kept: dict[str, Any] = {}
    margins = []
    for margin in population.margins:
        counts = Counter(margin.place(getattr(person, margin.name)) for person in people)
        old = before.get(margin.name, [None] * (len(margin.groups) + 1))
        shown = [release(counts[place], old[place]) for place in (*range(len(margin.groups)), -1)]
        kept[margin.name] = shown
        margins.append(_margin(margin, shown))
    memory["turnout"] = kept
    if mark is None or memory.get("weighting_of") != mark:
        weights = _weights(people, population)
        effect = {"refused": weights.refused} if weights.refused else {"refused": "", "design_effect": round(weights.design_effect, 1)}
        memory |= {"weighting_of": mark, "weighting": effect}
    return {
        "population": population.people,
        "on": population.on.isoformat(),
        "source": population.source,
        "url": population.url,
        "unconfirmed": population.missing,
        "margins": margins,
        "weighting": memory["weighting"],
    }


def _margin(margin: Margin, shown: Sequence[int]) -> dict[str, Any]:
    """Return a margin from published numbers alone: `shown` by group, those whose group is not known last."""
    known, everybody = sum(shown[:-1]), sum(group.people for group in margin.groups)
    groups = []
    for group, number in zip(margin.groups, shown[:-1], strict=True):
        share = group.people / everybody
        taken = number / known if known else 0.0
        groups.append(
            {
                "name": group.name,
                "population": group.people,
                "people": number,
                "per_1000": round(1000 * number / group.people, 1),
                "share_population": round(100 * share),
                "share_people": round(100 * taken) if known else None,
                "missing": bool(known >= LEAST_PEOPLE and taken < SCARCE * share),
            }
        )
    return {"name": margin.name, "base": margin.base, "groups": groups, "known": known, "unknown": shown[-1]}


def _places(people: Sequence[Person], population: Population) -> "list[np.ndarray[Any, np.dtype[np.int64]]]":
    return [np.array([m.place(getattr(person, m.name)) for person in people], dtype=np.int64) for m in population.margins]


def _weights(people: Sequence[Person], population: Population) -> Weights:
    if not population.margins:
        return Weights(None, 0, 0.0, 0.0, "population")
    places = _places(people, population)
    complete = np.logical_and.reduce([place >= 0 for place in places])
    return rake([place[complete] for place in places], [[group.people for group in margin.groups] for margin in population.margins])


def weighted(choices: Mapping[str, str], people: Sequence[Person], population: Population | None) -> dict[str, Any] | None:
    """Return a commitment's raw and weighted shares among the voters whose groups are known, or None where that is refused.

    `choices` is what the last published tally counted of each voter. Whole percents of for, neutral, against; numbers of people
    rounded to five.
    """
    if population is None or not population.margins:
        return None
    voters = [person for person in people if person.voter in choices]
    places = _places(voters, population)
    complete = np.flatnonzero(np.logical_and.reduce([place >= 0 for place in places])) if voters else np.array([], dtype=np.int64)
    found = rake([place[complete] for place in places], [[group.people for group in margin.groups] for margin in population.margins])
    if found.weights is None:
        return None
    side = np.array([CHOICES.index(choices[voters[number].voter]) for number in complete])
    sums = np.bincount(side, weights=found.weights, minlength=3)
    return {
        "people": release(found.people, None),
        "effective": release(int(found.effective), None),
        "design_effect": round(found.design_effect, 1),
        "raw": list(largest_remainder(int(n) for n in np.bincount(side, minlength=3))),
        "weighted": list(largest_remainder(round(1000 * float(n)) for n in sums)),
    }
