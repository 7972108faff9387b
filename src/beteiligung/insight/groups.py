"""Groups of opinion as they may be published: everything is reckoned from counts in steps of five (`cells`). Pure.

The map itself (`opinion_map`) sees single votes; what leaves this module are group sizes and, per commitment and group,
how many are for, neutral and against, each by `cells.release`. Shares, consensus, what sets a group apart and the
picture are reckoned from those published numbers and from nothing else, so they tell no more than the numbers do.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from beteiligung.insight import opinion_map as maps
from beteiligung.insight.cells import release
from beteiligung.insight.figures import wilson

LEAST_SEEN = 10
"""People of every group who must have voted on a commitment that is compared."""
MOST_LISTED = 8
MOST_MARKS = 5
LETTERS = "ABCDE"
REASONS = {
    "too few people": "too_few",
    "no groups of ten or more": "no_groups",
    "the groups do not come back in halves of the people": "unstable",
    "the groups are no further apart than in a cloud without any": "one_cloud",
}
Cells = dict[str, list[int]]
"""Commitment („id:version“) → for, neutral, against of the first group, then of the second, and so on."""


def find(votes: maps.Votes, kept: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (what is published of the groups, what the next one must remember).

    `votes` are confirmed votes as last shown, one row a person, statements named „id:version“. `kept` is what an
    earlier call gave to remember: number of groups → published sizes and cells.
    """
    found = maps.opinion_map(votes)
    remembered = dict(kept)
    people = release(int((found.labels >= 0).sum()), remembered.get("people"))
    remembered["people"] = people
    head = {"least_votes": maps.LEAST_VOTES, "people": people}
    if not found.clear:
        return {**head, "clear": False, "reason": REASONS.get(found.reason, "one_cloud")}, remembered
    before = remembered.get(str(found.groups), {"sizes": [], "cells": {}})
    exact = _cells(found, votes)
    order = _matching(exact, before["cells"], found.groups)
    sizes = maps.sizes(found)
    published = [release(sizes[group], before["sizes"][place] if before["sizes"] else None) for place, group in enumerate(order)]
    cells = _publish({name: _reorder(row, order) for name, row in exact.items()}, before["cells"])
    remembered[str(found.groups)] = {"sizes": published, "cells": {**before["cells"], **cells}}
    return {
        **head,
        "clear": True,
        "stability": round(float(found.stability or 0), 1),
        "groups": [{"name": LETTERS[place], "people": size} for place, size in enumerate(published)],
        **describe(cells, found.groups),
    }, remembered


def _cells(found: maps.OpinionMap, votes: maps.Votes) -> Cells:
    counts = found.counts
    made = {}
    for column, name in enumerate(votes.statements):
        row = []
        for group in range(found.groups):
            agree, disagree, seen = (int(part[group, column]) for part in (counts.agree, counts.disagree, counts.seen))
            row += [agree, seen - agree - disagree, disagree]
        made[name] = row
    return made


def _reorder(row: Sequence[int], order: Sequence[int]) -> list[int]:
    return [number for group in order for number in row[3 * group : 3 * group + 3]]


def _matching(exact: Cells, before: Cells, groups: int) -> tuple[int, ...]:
    """Return which group found now is the first, second … published before: the nearest counts; without any, by size."""
    common = [name for name in exact if name in before]
    if not common:
        return tuple(range(groups))
    new = np.array([exact[name] for name in common]).reshape(len(common), groups, 3)
    old = np.array([before[name] for name in common]).reshape(len(common), groups, 3)
    return min(itertools.permutations(range(groups)), key=lambda order: (int(np.abs(new[:, list(order)] - old).sum()), order))


def _publish(exact: Cells, before: Cells) -> Cells:
    """Return the cells to publish. A commitment that is gone leaves as a whole; its cells stay remembered, should it come back."""
    return {
        name: [release(count, old) for count, old in zip(row, before.get(name, [None] * len(row)), strict=True)]
        for name, row in exact.items()
    }


def describe(cells: Cells, groups: int) -> dict[str, Any]:
    """Return what unites, what divides and what sets each group apart, from published cells alone.

    Compared are commitments on which every group shows ten people or more. What unites: more than half of every group on one
    side, by the product of lower bounds (`opinion_map.consensus`). What divides: the largest distance between the
    intervals of two groups, so that small groups cannot win by chance. Shares in whole percent, bounds in per mille.
    """
    names = sorted(name for name, row in cells.items() if all(sum(row[3 * g : 3 * g + 3]) >= LEAST_SEEN for g in range(groups)))
    if not names:
        return {"compared": 0, "unites": [], "divides": [], "marks": {}, "commitments": []}
    table = np.array([cells[name] for name in names], dtype=np.int64).reshape(len(names), groups, 3)
    agree, neutral, disagree = (table[:, :, part].T for part in range(3))
    counts = maps.Counts(agree, disagree, agree + neutral + disagree)
    return {
        "compared": len(names),
        "unites": _unites(counts, names),
        "divides": _divides(counts, names)[:MOST_LISTED],
        "marks": {LETTERS[group]: _marks(counts, tuple(names), group) for group in range(groups)},
        "commitments": [
            {"commitment": name, "groups": [_shares(table[row, group]) for group in range(groups)]} for row, name in enumerate(names)
        ],
    }


def _shares(cell: "Sequence[int] | Any") -> dict[str, int]:
    """Return a group's figures of a commitment; 0 stands for under seven, and the percent is reckoned from these numbers."""
    for_, neutral, against = (int(number) for number in cell)
    return {"for": for_, "neutral": neutral, "against": against, "percent_for": round(100 * for_ / (for_ + neutral + against))}


def _unites(counts: maps.Counts, names: Sequence[str]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for direction, chosen in (("for", counts.agree), ("against", counts.disagree)):
        wanted: maps.Direction = "agree" if direction == "for" else "disagree"
        for one in maps.consensus(counts, tuple(names), wanted):
            column = names.index(one.statement)
            if (2 * chosen[:, column] > counts.seen[:, column]).all():
                made.append({"commitment": one.statement, "direction": direction, "lower": round(1000 * one.lower)})
    return sorted(made, key=lambda one: (-one["lower"], one["commitment"]))[:MOST_LISTED]


def _divides(counts: maps.Counts, names: Sequence[str]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for column, name in enumerate(names):
        ends = [wilson(int(counts.agree[g, column]), int(counts.seen[g, column])) for g in range(len(counts.seen))]
        distance = max(low for low, _high in ends) - min(high for _low, high in ends)
        if distance > 0:
            made.append({"commitment": name, "distance": round(1000 * distance)})
    return sorted(made, key=lambda one: (-one["distance"], one["commitment"]))


def _marks(counts: maps.Counts, names: tuple[str, ...], group: int) -> list[dict[str, Any]]:
    return [
        {"commitment": one.statement, "direction": "for" if one.direction == "agree" else "against"}
        for one in maps.representative(counts, names, group, MOST_MARKS)
    ]
