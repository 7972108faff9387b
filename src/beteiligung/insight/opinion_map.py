"""Opinion groups from votes: who votes alike, what unites, what sets a group apart. Pure.

After Polis: Small, Bjorkegren, Erkkilä, Shaw, Megill, „Polis: Scaling deliberation by mapping high
dimensional opinion spaces“, Recerca 26 (2021). Votes are a sparse matrix, one row a person, one column a
statement, 1 for, -1 against, 0 neutral; what somebody did not vote on is not stored. Two principal components
of the centred votes, k-means on them, group-aware consensus and representative statements.

Where this departs from Polis:
- A person's point is stretched by sqrt((n + s) / (votes + s)) for n statements with s = 0.3 n, where Polis has
  s = 0: a few votes count for less than many, and do not throw a person to the edge of the map. (Polis gets the
  same calm from statements moderated out, which it counts as a pass of everybody; we have none.)
- Consensus is ranked by a lower bound, so that eight who all agree do not outrank 1,400 of whom 71 % do.
- Groups are only named where they are set apart from each other (`SEPARATE`) and come back in random halves of the
  people (`STABLE`): k-means cuts every cloud into as many pieces as it is asked for.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from beteiligung.errors import Invalid

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

LEAST_VOTES = 7
"""Votes of a person who is placed on the map."""
LEAST_PEOPLE = 20
"""Fewer people are not grouped: two groups of ten are the smallest map."""
LEAST_GROUP = 10
"""People in a group that is named."""
MOST_GROUPS = 5
PRIOR = 0.3
"""Share of all statements that everybody is counted as having passed on, see above."""
STABLE = 0.6
"""Median adjusted Rand index over halves under which no groups are named: shuffled votes of the conversations stayed under 0.5."""
SEPARATE = 0.4
"""Silhouette under which no groups are named: k-means cuts shuffled votes, one cloud, at 0.29 to 0.37 (docs/insight.md)."""
REPEATS = 10
"""Halves of the people that are grouped anew."""
Z90, Z95 = 1.2815515655446004, 1.959963984540054
"""Of the standard normal distribution, one-sided 90 % and two-sided 95 %."""
_FITTED = 20_000
"""People on whom k-means is fitted; all others join the nearest centre."""
_SAMPLED = 3_000
"""People on whom silhouettes and halves are computed: both grow with the square, or with ten runs."""

Direction = Literal["agree", "disagree"]
DIRECTIONS: tuple[Direction, ...] = ("agree", "disagree")


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes of people (rows) on statements (columns): row, column and value (1, -1, 0) of each vote given."""

    people: int
    statements: tuple[str, ...]
    row: "Ints"
    column: "Ints"
    value: "Ints"

    def matrix(self, *, keep: "Ints | None" = None) -> tuple["csr_matrix", "Ints"]:
        """Return (people × statements, the centred votes; votes of each person), of the rows in `keep` only."""
        row, column, value, people = self.row, self.column, self.value.astype(np.float64), self.people
        if keep is not None:
            place = np.full(self.people, -1, dtype=np.int64)
            place[keep] = np.arange(len(keep))
            chosen = place[row] >= 0
            row, column, value, people = place[row[chosen]], column[chosen], value[chosen], len(keep)
        width = len(self.statements)
        seen = np.bincount(column, minlength=width)
        mean = np.bincount(column, weights=value, minlength=width) / np.maximum(seen, 1)
        from scipy import sparse  # 25 MiB that a web process, which only shows figures, does not need

        centred = sparse.csr_matrix((value - mean[column], (row, column)), shape=(people, width))
        return centred, np.bincount(row, minlength=people)


@dataclass(frozen=True, slots=True)
class Counts:
    """Votes by group and statement: arrays of shape (groups, statements)."""

    agree: "Ints"
    disagree: "Ints"
    seen: "Ints"


@dataclass(frozen=True, slots=True)
class Consensus:
    """How far all groups agree (or disagree) on a statement.

    `value` is Polis' group-aware consensus, the product over groups of (agree + 1) / (seen + 2);
    `lower` the product of the lower bounds of the groups' 95 % Wilson intervals, by which it is ranked.
    """

    statement: str
    direction: Direction
    value: float
    lower: float
    count: int
    seen: int


@dataclass(frozen=True, slots=True)
class Representative:
    """A statement that sets a group apart: `count` of `seen` members chose `direction`.

    `repness` is the ratio of the (smoothed) share in the group to that outside, `z_share` and `z_ratio` the
    tests of the share against a half and of the two shares against each other.
    """

    statement: str
    direction: Direction
    count: int
    seen: int
    repness: float
    z_share: float
    z_ratio: float

    @property
    def metric(self) -> float:
        """By which representative statements are ordered."""
        return self.repness * self.z_ratio * (self.count + 1) / (self.seen + 2) * self.z_share


@dataclass(frozen=True, slots=True)
class OpinionMap:
    """The groups found. `labels[i]` is the group of row i, -1 where the person is not on the map."""

    labels: "Ints"
    groups: int
    """Number of groups named; 1 where there are no clear ones."""
    clear: bool
    silhouettes: dict[int, float]
    stability: float | None
    """Median adjusted Rand index over random halves; None where nothing was grouped."""
    stability_range: tuple[float, float] | None
    reason: str
    """Why the groups are not clear; empty where they are."""
    counts: Counts


def opinion_map(votes: Votes, groups: int | None = None, seed: int = 0) -> OpinionMap:
    """Group the people by their votes.

    `groups` forces that many groups (2 to 5), whether they are clear or not; else the number with the highest
    silhouette is taken, and none is named where `clear` is False: `reason` then says why.
    The same votes and seed give the same labels, whatever the order of votes; groups are numbered by size.
    """
    placed = np.flatnonzero(np.bincount(votes.row, minlength=votes.people) >= LEAST_VOTES)
    labels = np.full(votes.people, -1, dtype=np.int64)
    if len(placed) < max(LEAST_PEOPLE, (groups or 2) * 2) or len(votes.statements) < 3:
        labels[placed] = 0
        return _nothing(votes, labels, "too few people", {})
    points = project(votes, placed)
    sampled = _sample(len(placed), _SAMPLED, seed)
    tried: dict[int, Ints] = {}
    silhouettes: dict[int, float] = {}
    for k in [groups] if groups else range(2, MOST_GROUPS + 1):
        found = cluster(points, k, seed)
        sizes = np.bincount(found, minlength=k)
        if groups is None and sizes.min() < LEAST_GROUP:
            continue
        tried[k] = found
        silhouettes[k] = _silhouette(points[sampled], found[sampled])
    if not tried:
        labels[placed] = 0
        return _nothing(votes, labels, "no groups of ten or more", silhouettes)
    best = max(tried, key=lambda k: (silhouettes[k], -k))
    agreement = _halves(votes, placed, tried[best], best, seed)
    stability = float(np.median(agreement))
    reason = "" if stability >= STABLE else "the groups do not come back in halves of the people"
    if silhouettes[best] < SEPARATE:
        reason = "the groups are no further apart than in a cloud without any"
    named = bool(groups) or not reason
    labels[placed] = tried[best] if named else 0
    return OpinionMap(
        labels=labels,
        groups=best if named else 1,
        clear=not reason,
        silhouettes=silhouettes,
        stability=stability,
        stability_range=(min(agreement), max(agreement)),
        reason=reason,
        counts=count(votes, labels),
    )


def recorded_map(votes: Votes, labels: Sequence[int]) -> OpinionMap:
    """Return a map with groups found elsewhere, numbered from 0; -1 for people in none. Raises Invalid."""
    found = np.array(labels, dtype=np.int64)
    if len(found) != votes.people or found.min(initial=-1) < -1 or found.max(initial=-1) >= votes.people:
        raise Invalid("Die Gruppen passen nicht zu den Stimmen: Es braucht eine Nummer ab 0 je Person, oder nichts.")
    counts = count(votes, found)
    return OpinionMap(found, len(counts.seen), True, {}, None, None, "", counts)


def sizes(found: OpinionMap) -> list[int]:
    """Return the number of people in each group."""
    return [int(size) for size in np.bincount(found.labels[found.labels >= 0], minlength=found.groups)]


def _nothing(votes: Votes, labels: "Ints", reason: str, silhouettes: dict[int, float]) -> OpinionMap:
    return OpinionMap(labels, 1, False, silhouettes, None, None, reason, count(votes, labels))


def project(votes: Votes, keep: "Ints") -> "Floats":
    """Return the two principal components of the centred votes of some people, shape (len(keep), 2)."""
    centred, given = votes.matrix(keep=keep)
    # a fixed start: ARPACK would else begin at random. Signs are arbitrary and no distance depends on them.
    from scipy.sparse.linalg import svds

    left, values, right = svds(centred, k=2, v0=np.ones(min(centred.shape)))
    order = np.argsort(-values)
    points: Floats = left[:, order] * values[order]
    points *= np.sign(right[order].sum(axis=1) + 1e-12)
    width = len(votes.statements)
    prior = max(0.0, PRIOR * width - _passed_by_all(votes))
    points *= np.sqrt((width + prior) / (given + prior))[:, None]
    return points


def _passed_by_all(votes: Votes) -> int:
    """Count the statements on which every single person passed: Polis exports what was moderated out like that."""
    width = len(votes.statements)
    opinions = np.bincount(votes.column, weights=np.abs(votes.value), minlength=width)
    return int(((opinions == 0) & (np.bincount(votes.column, minlength=width) == votes.people)).sum())


def cluster(points: "Floats", k: int, seed: int) -> "Ints":
    """Return the group of each point by k-means (10 starts); groups are numbered from the largest."""
    from sklearn.cluster import KMeans

    fitted = points[_sample(len(points), _FITTED, seed)]
    raw = KMeans(k, n_init=10, random_state=seed).fit(fitted).predict(points)
    order = np.argsort(-np.bincount(raw, minlength=k), kind="stable")
    rank = np.empty(k, dtype=np.int64)
    rank[order] = np.arange(k)
    numbered: Ints = rank[raw]
    return numbered


def _sample(size: int, most: int, seed: int) -> "Ints":
    if size <= most:
        return np.arange(size)
    return np.sort(np.random.default_rng(seed).choice(size, most, replace=False))


def _silhouette(points: "Floats", labels: "Ints") -> float:
    from sklearn.metrics import silhouette_score

    return float(silhouette_score(points, labels)) if len(np.unique(labels)) > 1 else -1.0


def _halves(votes: Votes, placed: "Ints", found: "Ints", k: int, seed: int) -> list[float]:
    """Group random halves of the people anew; returns the adjusted Rand index of each against the whole."""
    from sklearn.metrics import adjusted_rand_score

    random = np.random.default_rng(seed)
    size = min(len(placed) // 2, _SAMPLED)
    agreement = []
    for repeat in range(REPEATS):
        half = np.sort(random.choice(len(placed), size, replace=False))
        again = cluster(project(votes, placed[half]), k, seed + repeat + 1)
        agreement.append(float(adjusted_rand_score(found[half], again)))
    return agreement


# What unites and what sets apart


def count(votes: Votes, labels: "Ints") -> Counts:
    """Count votes by group and statement; rows labelled -1 count nowhere."""
    k, width = max(int(labels.max(initial=-1)) + 1, 1), len(votes.statements)
    group = labels[votes.row]
    place = group * width + votes.column
    made = [
        np.bincount(place[(group >= 0) & chosen], minlength=k * width).reshape(k, width)
        for chosen in (votes.value == 1, votes.value == -1, np.ones(len(votes.value), dtype=bool))
    ]
    return Counts(*made)


def consensus(counts: Counts, statements: tuple[str, ...], direction: Direction = "agree") -> list[Consensus]:
    """Return all statements that somebody of each group has seen, ranked by the lower bound."""
    chosen = counts.agree if direction == "agree" else counts.disagree
    value = ((chosen + 1) / (counts.seen + 2)).prod(axis=0)
    lower = _wilson(chosen, counts.seen).prod(axis=0)
    order = sorted(np.flatnonzero(counts.seen.min(axis=0) > 0), key=lambda s: (-lower[s], -value[s], s))
    return [
        Consensus(statements[s], direction, float(value[s]), float(lower[s]), int(chosen[:, s].sum()), int(counts.seen[:, s].sum()))
        for s in order
    ]


def _wilson(count: "Ints", size: "Ints") -> "Floats":
    """Return the lower bound of the 95 % Wilson interval of count / size; 0 where size is 0."""
    n = np.maximum(size, 1)
    p, z2 = count / n, Z95 * Z95
    bound: Floats = (p + z2 / (2 * n) - Z95 * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return np.where(size > 0, np.maximum(bound, 0.0), 0.0)


def representativeness(counts: Counts, statements: tuple[str, ...], group: int) -> list[Representative]:
    """Return for each statement that the group has seen how well it stands for the group, in its likelier direction."""
    inside = counts.seen[group]
    outside = counts.seen.sum(axis=0) - inside
    made = []
    for s in np.flatnonzero(inside):
        both = [
            _representative(statements[s], direction, int(chosen[group, s]), int(inside[s]), int(chosen[:, s].sum()), int(outside[s]))
            for direction, chosen in (("agree", counts.agree), ("disagree", counts.disagree))
        ]
        made.append(max(both, key=lambda one: one.z_ratio))
    return made


def _representative(statement: str, direction: str, inside: int, seen: int, total: int, seen_outside: int) -> Representative:
    outside = total - inside
    repness = ((inside + 1) / (seen + 2)) / ((outside + 1) / (seen_outside + 2))
    return Representative(
        statement,
        "agree" if direction == "agree" else "disagree",
        inside,
        seen,
        repness,
        2 * math.sqrt(seen + 1) * ((inside + 1) / (seen + 1) - 0.5),
        _two_shares(inside + 1, outside + 1, seen + 1, seen_outside + 1),
    )


def _two_shares(count_a: int, count_b: int, size_a: int, size_b: int) -> float:
    """Return the z of two shares against each other with their pooled variance; 0 where all or none agree."""
    pooled = (count_a + count_b) / (size_a + size_b)
    if pooled >= 1:
        return 0.0
    return (count_a / size_a - count_b / size_b) / math.sqrt(pooled * (1 - pooled) * (1 / size_a + 1 / size_b))


def representative(counts: Counts, statements: tuple[str, ...], group: int, most: int = 5) -> list[Representative]:
    """Return up to `most` statements that most members share and that set the group apart, the strongest first."""
    strong = [one for one in representativeness(counts, statements, group) if one.z_share > Z90 and one.z_ratio > Z90]
    return sorted(strong, key=lambda one: (-one.metric, one.statement))[:most]
