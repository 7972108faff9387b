"""Stretches that cover each other, what has kept its order, and the best pairs. Pure."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from beteiligung.catalogue.plain_form import Stretch


class Stretches:
    """Tells how much of a stretch others cover."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self._joined: list[list[int]] = []
        for start, end in sorted(stretches):
            if self._joined and start <= self._joined[-1][1]:
                self._joined[-1][1] = max(end, self._joined[-1][1])
            else:
                self._joined.append([start, end])
        self._starts = [start for start, _end in self._joined]

    def share(self, at: Stretch) -> float:
        """Return how much of a stretch they cover, 0 to 1."""
        first = max(bisect_right(self._starts, at[0]) - 1, 0)
        inside = 0
        for start, end in self._joined[first:]:
            if start >= at[1]:
                break
            inside += max(0, min(end, at[1]) - max(start, at[0]))
        return inside / (at[1] - at[0]) if at[1] > at[0] else 0.0


def longest_rising(ordinals: Sequence[int], places: Mapping[int, Stretch]) -> set[int]:
    """Return a longest subsequence whose places rise: what has kept its order (patience sorting, Fredman 1975)."""
    tops: list[tuple[int, int]] = []
    top_ordinals: list[int] = []
    before: dict[int, int | None] = {}
    for ordinal in ordinals:
        at = places[ordinal]
        pile = bisect_right(tops, at)
        before[ordinal] = top_ordinals[pile - 1] if pile else None
        tops[pile : pile + 1] = [at]
        top_ordinals[pile : pile + 1] = [ordinal]
    kept: set[int] = set()
    last = top_ordinals[-1] if top_ordinals else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept


def assign(scores: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """Return the pairs of the best assignment: each row and column at most once, the sum of the scores greatest.

    Rows and columns without a common pair are solved apart, so that the matrices stay small.
    """
    group: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while group.setdefault(node, node) != node:
            group[node] = node = group[group[node]]
        return node

    for row, column in scores:
        group[root(("row", row))] = root(("column", column))
    apart: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for pair in sorted(scores):
        apart[root(("row", pair[0]))].append(pair)
    found = []
    for pairs in apart.values():
        found += pairs if len(pairs) == 1 else _best(pairs, scores)
    return sorted(found)


def _best(pairs: Sequence[tuple[int, int]], scores: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    rows, columns = (sorted({pair[side] for pair in pairs}) for side in (0, 1))
    matrix = np.zeros((len(rows), len(columns)))
    for row, column in pairs:
        matrix[bisect_left(rows, row), bisect_left(columns, column)] = scores[row, column]
    chosen = zip(*linear_sum_assignment(matrix, maximize=True), strict=True)
    return [(rows[r], columns[c]) for r, c in chosen if (rows[r], columns[c]) in scores]
