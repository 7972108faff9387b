"""Weights that bring those who took part to the make-up of the population, and when not to believe them. Pure.

Raking (iterative proportional fitting): Deming and Stephan, „On a least squares adjustment of a sampled frequency table“,
Annals of Mathematical Statistics 11 (1940). Weights mend that a group takes part less often; they do not mend that within each
group the interested take part. That is why the weighted share stands beside the raw one and never in its place, and why no
interval is given for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_PEOPLE = 100
LEAST_IN_GROUP = 5
"""People in every group of every margin: fewer would speak for thousands."""
LEAST_EFFECTIVE = 50
MOST_DESIGN_EFFECT = 3.0
_ROUNDS = 200
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Weights:
    """One weight a person (mean 1), or the reason why there are none: people, group, uneven, diverged."""

    weights: "NDArray[np.float64] | None"
    people: int
    effective: float
    """Kish's effective sample size, (Σw)² / Σw²: as many people drawn evenly would tell as much."""
    design_effect: float
    """Kish's design effect, people / effective: 1 + the squared coefficient of variation of the weights."""
    refused: str = ""


def rake(places: Sequence["NDArray[np.int64]"], targets: Sequence[Sequence[float]]) -> Weights:
    """Return weights by which the people's groups have the shares of the population.

    `places[m][i]` is the group of person i in margin m, 0 ≤ group < len(targets[m]); `targets[m]` people of the population by
    group, in any unit. Kish, „Survey Sampling“ (1965), for the effective size. Nothing is extrapolated where under 100 people are
    known, a group has under five of them, or the weights differ so much that the rest tells less than 50 evenly drawn people or
    a third of those there are.
    """
    people = len(places[0]) if places else 0
    if people < LEAST_PEOPLE:
        return Weights(None, people, 0.0, 0.0, "people")
    shares = [np.asarray(target, dtype=np.float64) / sum(target) for target in targets]
    if any(np.bincount(place, minlength=len(share)).min() < LEAST_IN_GROUP for place, share in zip(places, shares, strict=True)):
        return Weights(None, people, 0.0, 0.0, "group")
    weights = np.ones(people)
    for _round in range(_ROUNDS):
        worst = 0.0
        for place, share in zip(places, shares, strict=True):
            now = np.bincount(place, weights=weights, minlength=len(share)) / weights.sum()
            factor = share / now
            worst = max(worst, float(np.abs(factor - 1).max()))
            weights = weights * factor[place]
        if worst < _CLOSE:
            break
    else:
        return Weights(None, people, 0.0, 0.0, "diverged")
    weights *= people / weights.sum()
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    if effective < LEAST_EFFECTIVE or people / effective > MOST_DESIGN_EFFECT:
        return Weights(None, people, effective, people / effective, "uneven")
    return Weights(weights, people, effective, people / effective)
