"""Which panels are allowed, as rows of a whole-number program over the types of a pool."""

from collections.abc import Sequence
from dataclasses import replace

from beteiligung.council.kinds import Cast, Panel
from beteiligung.council.pool import Quota
from beteiligung.council.program import INFINITY, Program, Solution

MOST_WORK = 1_000_000_000  # steps of the simplex times types: a bound by work, not by time, so that it falls the same everywhere
NODES = 5_000  # of one search tree
LARGE = 300  # types; above, most panels are sought near the best fractions
FREE, FEW_NODES = 200, 100  # there: types that may differ, nodes of the tree

RowOfProgram = tuple[float, float, Sequence[int], Sequence[float]]


def frame(cast: Cast, size: int) -> list[RowOfProgram]:
    """What is never relaxed: the size of the panel and one per household."""
    everybody = range(len(cast.types))
    rows: list[RowOfProgram] = [(size, size, everybody, [1.0] * len(cast.types))]
    rows += [
        (-INFINITY, cast.households(group), numbers, [1.0] * len(numbers)) for group, numbers in enumerate(cast.groups) if len(numbers) > 1
    ]
    return rows


def allowed(cast: Cast, quotas: Sequence[Quota], size: int, whole: bool) -> Program:
    """The program of all panels that meet size, households and quotas; `whole=False` gives its relaxation."""
    program = Program([0.0] * len(cast.types), [float(one.most) for one in cast.types], whole)
    rows = frame(cast, size)
    for quota in quotas:
        having = cast.having(quota)
        rows.append((quota.lower, quota.upper, having, [1.0] * len(having)))
    program.add_rows(rows)
    return program


class Oracle:
    """Finds the allowed panel of the greatest weight."""

    def __init__(self, cast: Cast, quotas: Sequence[Quota], size: int) -> None:
        self.cast = cast
        self.program = allowed(cast, quotas, size, whole=True)
        self.relaxed = allowed(cast, quotas, size, whole=False)
        self.most = [float(one.most) for one in cast.types]
        self.work = 0

    def exclude(self, types: Sequence[int]) -> None:
        """Say that these can never sit; spares the search for them."""
        for number in types:
            self.most[number] = 0.0
        for program in (self.program, self.relaxed):
            program.all_bounds([0.0] * len(self.most), self.most)

    @property
    def tired(self) -> bool:
        """Whether the search has cost what it may cost; the best found so far counts then."""
        return self.work > MOST_WORK

    def best(self, weights: Sequence[float], rough: bool = False) -> tuple[Panel, float] | None:
        """(panel, an upper bound on the weight of any panel), None if no panel is allowed.

        Weights are rounded to 1e-7 of the greatest, so that the last bits of floating-point sums decide nothing.
        `rough`: a panel within 0.2 % of the best will do, of a large pool any good one near to the best fractions.
        """
        scale = max(max(weights, default=0.0), 1e-300)
        costs = [float(round(weight / scale * 1e7)) for weight in weights]
        bound = INFINITY
        found = None
        if rough and self.large:
            found, bound = self._near(costs)
        if found is None:
            found = self._solve(self.program, costs, 0.002 if rough else 0.0, NODES)
        if found is None:
            return None
        return tuple(round(value) for value in found.columns), (min(found.bound, bound) + len(weights)) * scale / 1e7

    @property
    def large(self) -> bool:
        """Whether the whole search is too dear to be made for each panel."""
        return len(self.most) > LARGE

    def _near(self, costs: Sequence[float]) -> tuple[Solution | None, float]:
        """The best panel among those that differ from the best fractions in few types only; the bound is that of the fractions."""
        best = self._solve(self.relaxed, costs, 0.0, NODES)
        if best is None:
            return None, INFINITY
        order = sorted(range(len(costs)), key=lambda number: (abs(best.reduced[number]), number))
        free = set(order[:FREE]) | {number for number, value in enumerate(best.columns) if abs(value - round(value)) > 1e-6}
        fixed = [float(round(value)) for value in best.columns]
        self.program.all_bounds(
            [0.0 if number in free else value for number, value in enumerate(fixed)],
            [self.most[number] if number in free else value for number, value in enumerate(fixed)],
        )
        found = self._solve(self.program, costs, 0.005, FEW_NODES)
        self.program.all_bounds([0.0] * len(self.most), self.most)
        return found and replace(found, bound=INFINITY), best.value

    def _solve(self, program: Program, costs: Sequence[float], gap: float, nodes: int) -> Solution | None:
        program.costs(costs)
        program.option("mip_rel_gap", gap)
        program.option("mip_max_nodes", nodes)
        try:
            return program.solve()
        finally:
            self.work += (program.effort + 300) * (len(costs) + 200)
