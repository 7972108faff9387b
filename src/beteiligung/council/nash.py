"""The distribution that maximises the product of all selection probabilities (Nash welfare)."""

from typing import Any

from beteiligung.council.columns import Mixture, Search, portfolio, relaxed_levels
from beteiligung.council.program import SolverStopped

FINE = 5e-4  # how much greater the geometric mean could be at most, relative


def nash(search: Search) -> Mixture:
    """Maximise the sum of log p over people who can sit.

    At the optimum no panel is worth more than n, each person on it counting 1/p (Flanigan et al. 2021, SI; the gradient of the
    objective). If the best panel is worth (1 + e) n, the geometric mean is below the best by a factor of at most 1 + e.
    """
    portfolio(search, relaxed_levels(search))
    types = search.cast.types
    people = sum(types[number].size for number in search.open)
    while True:
        weights, shares = _weigh(search)
        worth = [1.0 / shares[number] if number in shares else 0.0 for number in range(len(types))]
        found = search.oracle.best(worth)
        if found is None:
            raise SolverStopped("Die Rechnung wurde nicht fertig.")
        search.gap = max(found[1] / people - 1.0, 0.0)
        if search.gap <= FINE or search.oracle.tired or not search.add(found[0]):
            return [(panel, weight) for panel, weight in zip(search.panels, weights, strict=True) if weight > 1e-7]


def _weigh(search: Search) -> tuple[list[float], dict[int, float]]:
    """The best weights of the known panels and the probability of each open type.

    Primal-dual interior point method for max sum(n log(A w)) - n_all sum(w), w >= 0; its optimum has sum(w) = 1 by itself.
    """
    import numpy as np

    numbers = search.open
    sizes = np.array([search.cast.types[number].size for number in numbers], float)
    matrix = np.array([[panel[number] for number in numbers] for panel in search.panels], float).T / sizes[:, None]
    people = sizes.sum()
    count = matrix.shape[1]
    weights = np.full(count, 1.0 / count)
    slack = np.full(count, people)
    for _ in range(80):
        shares = matrix @ weights
        ratio = sizes / shares
        distance = people - matrix.T @ ratio - slack
        centre = float(weights @ slack) / count
        if centre * count < 1e-7 * people and np.abs(distance).max() < 1e-7 * people:
            break
        aim = 0.1 * centre
        hessian = (matrix * (ratio / shares)[:, None]).T @ matrix
        right = aim / weights - slack - distance
        step = np.linalg.solve(hessian + np.diag(slack / weights), right)
        dual = aim / weights - slack - slack / weights * step
        weights = weights + step * _longest(weights, step)
        slack = slack + dual * _longest(slack, dual)
    weights = weights / weights.sum()
    return weights.tolist(), dict(zip(numbers, (matrix @ weights).tolist(), strict=True))


def _longest(value: Any, step: Any) -> float:
    """How far to go, of arrays, without leaving the positive numbers."""
    falling = step < 0
    return min(1.0, 0.99 * float((value[falling] / -step[falling]).min())) if falling.any() else 1.0
