"""The draw: a pool, quotas and a size in; a fair distribution over panels of persons out. Pure, without a database.

The same content gives the same result whatever the order of rows, the process or its hash seed.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

from beteiligung.council.columns import Mixture, Search, cover, leximin, maximin
from beteiligung.council.conflicts import diagnose
from beteiligung.council.feasible import Oracle
from beteiligung.council.kinds import merge, seat_people
from beteiligung.council.nash import nash
from beteiligung.council.pool import Pool, Quota
from beteiligung.errors import Invalid

WEIGHT = 10_000_000  # all panels together; weights are whole numbers
ALGORITHMS: dict[str, Callable[[Search], Mixture]] = {"leximin": leximin, "maximin": maximin, "nash": nash}


@dataclass(frozen=True)
class Distribution:
    """`panels`: members (indices into `ids`, sorted) and whole weights that sum to WEIGHT, heaviest first.

    `gap` is by how much the result may be below the best: probability of the least likely for leximin and maximin, relative
    geometric mean for nash. Figures are over the people who can sit at all; `excluded` are the others.
    """

    ids: tuple[str, ...]
    panels: tuple[tuple[tuple[int, ...], int], ...]
    excluded: tuple[str, ...]
    algorithm: str
    gap: float
    notes: tuple[str, ...]

    @property
    def probabilities(self) -> dict[str, float]:
        """Each person's, exactly as the panels and weights give them."""
        sums = [0] * len(self.ids)
        for members, weight in self.panels:
            for index in members:
                sums[index] += weight
        return {person: total / WEIGHT for person, total in zip(self.ids, sums, strict=True)}

    def as_json(self) -> dict[str, Any]:
        """What `draw compute` prints."""
        return {
            "algorithm": self.algorithm,
            "people": len(self.ids),
            **figures(self.probabilities, self.excluded),
            "gap": self.gap,
            "excluded": list(self.excluded),
            "notes": list(self.notes),
            "probabilities": self.probabilities,
            "panels": [{"ids": [self.ids[index] for index in members], "weight": weight / WEIGHT} for members, weight in self.panels],
        }


def figures(probabilities: dict[str, float], excluded: Sequence[str] = ()) -> dict[str, float]:
    """Minimum, maximum, Gini coefficient and geometric mean of the probabilities of those not excluded."""
    left = set(excluded)
    values = sorted(value for person, value in probabilities.items() if person not in left)
    count, total = len(values), sum(values)
    gini = max(sum((2 * rank - count - 1) * value for rank, value in enumerate(values, 1)) / (count * total), 0.0)
    mean = exp(sum(map(log, values)) / count) if values[0] > 0 else 0.0
    return {"minimum": values[0], "maximum": values[-1], "gini": gini, "geometric_mean": mean}


def compute(
    pool: Pool, quotas: Sequence[Quota], size: int, algorithm: str = "leximin", watch: Callable[[Search], None] | None = None
) -> Distribution:
    """The fair distribution. Raises Infeasible (with what clashes and what would help) if no panel is allowed.

    `watch` gets the search as it begins: its panels grow while it goes on.
    """
    if size < 1:
        raise Invalid("Ein Gremium hat mindestens einen Platz.")
    if algorithm not in ALGORITHMS:
        raise Invalid(f"Das Verfahren „{algorithm}“ gibt es nicht. Es gibt: {', '.join(ALGORITHMS)}.")
    cast = merge(pool)
    oracle = Oracle(cast, quotas, size)
    search = Search(cast, quotas, size, oracle)
    if watch is not None:
        watch(search)
    first = oracle.best([1.0 / one.size for one in cast.types])
    if first is None:
        raise diagnose(cast, quotas, size)
    search.add(first[0])
    cover(search)
    mixture = ALGORITHMS[algorithm](search)
    panels = seat_people(cast, whole_weights(mixture))
    ids = tuple(person.id for person in pool.people)
    excluded = sorted(index for number in search.excluded for home in cast.types[number].members for index in home)
    ordered = tuple(sorted(panels, key=lambda one: (-one[1], one[0])))
    return Distribution(ids, ordered, tuple(ids[index] for index in excluded), algorithm, round(search.gap, 9), pool.notes)


def whole_weights(mixture: Mixture) -> list[tuple[tuple[int, ...], int]]:
    """Weights as whole numbers with the sum WEIGHT: rounded down, the rest to the largest remainders, ties to the first panel."""
    total = sum(weight for _, weight in mixture)
    exact = [(panel, round(weight / total * WEIGHT, 3)) for panel, weight in sorted(mixture)]
    left = WEIGHT - sum(int(share) for _, share in exact)
    raised = {number for number, _ in sorted(enumerate(exact), key=lambda one: (int(one[1][1]) - one[1][1], one[0]))[:left]}
    return [(panel, int(share) + (number in raised)) for number, (panel, share) in enumerate(exact) if int(share) + (number in raised)]


def pick(weights: Sequence[int], seed: bytes) -> int:
    """The number of one panel, by weight.

    Random numbers are SHA-256(seed, counter of 8 bytes, big-endian), counter 0, 1, …, read as numbers of 256 bits; those at or
    above the greatest multiple of the sum of weights are passed over; the remainder by the sum falls to a panel, in order.
    """
    total = sum(weights)
    limit = (1 << 256) // total * total
    counter = 0
    while (number := int.from_bytes(hashlib.sha256(seed + counter.to_bytes(8, "big")).digest(), "big")) >= limit:
        counter += 1
    place = number % total
    for index, weight in enumerate(weights):
        place -= weight
        if place < 0:
            return index
    raise AssertionError("weights are positive")


def violations(pool: Pool, quotas: Sequence[Quota], size: int, members: Sequence[int]) -> list[str]:
    """What is wrong with a panel (indices into the pool): size, twice the same, household, quotas. Written apart from the solver."""
    people = [pool.people[index] for index in members]
    found = []
    if len(people) != size or len(set(members)) != size:
        found.append(f"{len(set(members))} Personen statt {size}")
    if len({one.household for one in people}) != len(people):
        found.append("zwei Personen aus einem Haushalt")
    for quota in quotas:
        number = pool.features.index(quota.feature)
        count = sum(one.values[number] == quota.value for one in people)
        if not quota.lower <= count <= quota.upper:
            found.append(f"{quota.feature} = {quota.value}: {count} statt {quota.lower} bis {quota.upper}")
    return found
