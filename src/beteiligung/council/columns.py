"""Fair distributions over panels of types: leximin and maximin by column generation.

After Flanigan, Gölz, Gupta, Hennig, Procaccia, "Fair algorithms for selecting citizens' assemblies", Nature 596 (2021): a
master program over the panels known so far and a whole-number program that finds the panel to add. Written anew, with two
changes: the unknowns are types instead of people (kinds.py), and the leximin point is first sought in the relaxation of the
panels to fractions. Where that point is a mixture of real panels it is the leximin point, and one column generation towards it
replaces one for each level; where it is not, the levels are solved one after the other as in the paper. A portfolio of panels
that follow the point by multiplicative weights comes first: from there few panels are missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp

from beteiligung.council.feasible import Oracle, allowed
from beteiligung.council.kinds import Cast, Panel
from beteiligung.council.pool import Quota
from beteiligung.council.program import INFINITY, Program, SolverStopped

EXACT = 1e-6  # prices and probabilities below this count as nothing
SLACK = 1e-7  # by which a fixed level may be missed, above the tolerance of the solver
FINE = 5e-5  # a search ends when no probability can be this much nearer to the best
PORTFOLIO = 400  # first panels at most
CLOSE = 2e-4  # how near to the point of the relaxation is near enough when real panels do not reach it

Mixture = list[tuple[Panel, float]]


@dataclass
class Search:
    """One pool under one set of quotas. `panels` grows; `excluded` are types that sit on no allowed panel."""

    cast: Cast
    quotas: Sequence[Quota]
    size: int
    oracle: Oracle
    panels: list[Panel] = field(default_factory=list)
    known: set[Panel] = field(default_factory=set)
    excluded: set[int] = field(default_factory=set)
    gap: float = 0.0

    def add(self, panel: Panel) -> bool:
        """Whether it is new."""
        if panel in self.known:
            return False
        self.known.add(panel)
        self.panels.append(panel)
        return True

    @property
    def open(self) -> list[int]:
        """The types that can sit."""
        return [number for number in range(len(self.cast.types)) if number not in self.excluded]


def cover(search: Search) -> None:
    """First panels: until each type sits on one or is proven to sit on none. Weights favour who has not sat yet."""
    relaxed = allowed(search.cast, search.quotas, search.size, whole=False)
    zero = [0.0] * len(search.cast.types)
    seats = list(zero)
    waiting = set(range(len(search.cast.types)))
    while waiting:
        weights = [
            1.0 / one.size / (1.0 + 4.0 * seats[number]) if number in waiting else 1e-4 / one.size
            for number, one in enumerate(search.cast.types)
        ]
        found = search.oracle.best(weights, rough=True)
        gained = {number for number in waiting if found and found[0][number]}
        if not gained:
            number = min(waiting)
            relaxed.costs([1.0 if other == number else 0.0 for other in range(len(zero))])
            possible = relaxed.solve()
            if possible is not None and possible.value > 1 - EXACT:
                found = search.oracle.best([1.0 if other == number else 0.0 for other in range(len(zero))])
            gained = {number for number in waiting if found and found[0][number]}
            if number not in gained:
                search.excluded.add(number)
                waiting.discard(number)
        if found is not None and gained:
            search.add(found[0])
            seats = [seats[number] + count for number, count in enumerate(found[0])]
            waiting -= gained
    search.oracle.exclude(sorted(search.excluded))


def leximin(search: Search) -> Mixture:
    """The least likely are as likely as can be, then the next, and so on."""
    target = relaxed_levels(search)
    portfolio(search, target)
    master = _Master(search, {number: (target[number], 1.0) for number in search.open})
    gap = master.generate(search, 0.0)
    if -master.value <= CLOSE or search.oracle.tired:
        search.gap = max(gap, 0.0)
        return master.mixture(search)
    return _levels(search)


def maximin(search: Search) -> Mixture:
    """The least likely are as likely as can be; nothing is said of the others."""
    target = relaxed_levels(search)
    portfolio(search, target)
    master = _Master(search, dict.fromkeys(search.open, (0.0, 1.0)))
    search.gap = max(master.generate(search, min(target.values())), 0.0)
    return master.mixture(search)


def portfolio(search: Search, target: dict[int, float]) -> None:
    """Panels whose average follows `target`: each favours, exponentially, those who have sat less often than they should."""
    types = search.cast.types
    seats = [0.0] * len(types)
    for number in range(1, min(2 * len(types), PORTFOLIO) + 1):
        if search.oracle.tired:
            return
        weights = [0.0] * len(types)
        for index in search.open:
            weights[index] = exp(max(min(3 * (number * target[index] - seats[index]), 8.0), -8.0)) / types[index].size
        found = search.oracle.best(weights, rough=True)
        if found is not None:
            search.add(found[0])
            seats = [old + count / one.size for old, count, one in zip(seats, found[0], types, strict=True)]


def _relaxed(search: Search) -> tuple[Program, int, dict[int, int]]:
    """Fractions of panels; a last column z and for each open type the row p - z >= 0. (program, column of z, row by type)."""
    types = search.cast.types
    program = allowed(search.cast, search.quotas, search.size, whole=False)
    for number in search.excluded:
        program.bounds(number, 0.0, 0.0)
    program.costs([0.0] * len(types))
    program.add_column(1.0, [], [])
    first = program.rows
    program.add_rows([(0.0, INFINITY, [number, len(types)], [1.0 / types[number].size, -1.0]) for number in search.open])
    return program, len(types), {number: first + index for index, number in enumerate(search.open)}


def relaxed_levels(search: Search) -> dict[int, float]:
    """The leximin point of the relaxation, by type: a type whose row has a price at a level is fixed there."""
    program, column, rows = _relaxed(search)
    fixed: dict[int, float] = {}
    last = 0.0
    while len(fixed) < len(rows):
        found = program.solve()
        if found is None:
            break  # fixed levels have met the solver's tolerance: what is left is at least as likely as the last
        last = found.value
        prices = {number: -found.duals[row] for number, row in rows.items() if number not in fixed}
        for number in _dear(prices):
            fixed[number] = found.value
            program.row(rows[number], found.value - SLACK, INFINITY)
            program.coefficient(rows[number], column, 0.0)
    return {number: fixed.get(number, last) for number in rows}


def _dear(prices: dict[int, float]) -> list[int]:
    """Those whose row is tight in every best solution: their price is not zero (at least the dearest)."""
    dearest = max(prices.values())
    return [number for number, price in prices.items() if price > EXACT or price >= dearest]


class _Master:
    """Maximise z over mixtures of the known panels with p - c z >= b for each type (b, c by type)."""

    def __init__(self, search: Search, wanted: dict[int, tuple[float, float]]) -> None:
        self.cast = search.cast
        self.wanted = dict(wanted)
        self.numbers = sorted(wanted)
        self.rows = {number: index + 1 for index, number in enumerate(self.numbers)}
        self.program = Program([-INFINITY], [1.0])
        self.program.costs([1.0])
        self.program.add_rows([(1.0, 1.0, [], []), *((b, INFINITY, [0], [-c]) for b, c in (wanted[number] for number in self.numbers))])
        self.count = 0
        self.value = -INFINITY
        self.weights: list[float] = []
        self.prices: dict[int, float] = {}

    def take(self, panels: Sequence[Panel]) -> None:
        """Know the panels that are new since."""
        for panel in panels[self.count :]:
            seated = [number for number in self.numbers if panel[number]]
            self.program.add_column(
                0.0,
                [0, *(self.rows[number] for number in seated)],
                [1.0, *(panel[number] / self.cast.types[number].size for number in seated)],
            )
        self.count = len(panels)

    def generate(self, search: Search, goal: float) -> float:
        """Add panels until z reaches `goal` or cannot grow. How much z may at most be below the best there is.

        Prices are averaged with those of the best bound so far (Wentges 1997), which spares about half of the panels.
        """
        stable: list[float] = []
        ceiling = goal
        while True:
            self.take(search.panels)
            self._solve()
            if ceiling - self.value <= FINE or search.oracle.tired:
                return ceiling - self.value
            prices = [self.prices.get(number, 0.0) for number in range(len(self.cast.types))]
            mixed = [(old + new) / 2 for old, new in zip(stable, prices, strict=True)] if stable else prices
            asked = [(mixed, False), (prices, False)] if stable else [(prices, False)]
            if search.oracle.large:
                asked = [(one, True) for one, _ in asked] + asked
            for tried, rough in asked:
                found = search.oracle.best([price / one.size for price, one in zip(tried, self.cast.types, strict=True)], rough)
                bound = INFINITY if found is None else found[1] - sum(tried[number] * b for number, (b, _) in self.wanted.items())
                if bound < ceiling:
                    ceiling, stable = bound, tried
                if found is not None and search.add(found[0]):
                    break
            else:
                return ceiling - self.value

    def _solve(self) -> None:
        found = self.program.solve()
        if found is None:
            raise SolverStopped("Die Rechnung wurde nicht fertig.")
        self.value, self.weights = found.value, found.columns[1:]
        self.prices = {number: max(-found.duals[self.rows[number]], 0.0) for number in self.numbers}

    def fix(self, number: int, value: float) -> None:
        """From now on a type has at least `value`."""
        self.wanted[number] = (value, 0.0)
        self.program.coefficient(self.rows[number], 0, 0.0)
        self.program.row(self.rows[number], value - SLACK, INFINITY)

    def mixture(self, search: Search) -> Mixture:
        """The panels with their weights in the last solution."""
        return [(panel, weight) for panel, weight in zip(search.panels, self.weights, strict=False) if weight > 1e-9]


def _levels(search: Search) -> Mixture:
    master = _Master(search, dict.fromkeys(search.open, (0.0, 1.0)))
    left = set(search.open)
    while left:
        search.gap = max(search.gap, master.generate(search, INFINITY))
        prices = {number: master.prices[number] for number in sorted(left)}
        for number in _dear(prices):
            master.fix(number, master.value)
            left.discard(number)
    return master.mixture(search)
