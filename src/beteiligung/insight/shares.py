"""Shares of a finite set of comments from a model on all of them and labels on a random sample. Pure.

Prediction-powered inference: Angelopoulos, Bates, Fannjiang, Jordan, Zrnic, „Prediction-powered inference“,
Science 382 (2023), power-tuned as in Angelopoulos, Duchi, Zrnic, „PPI++“ (2023). All comments are known, so the
model's mean over all is no estimate: what remains is the difference (regression) estimator of survey sampling,
with the finite-population correction (Cochran, Sampling Techniques, 1977, chapter 7). The interval is valid
whatever the model is worth: a useless model gets the weight 0, and the sample speaks alone.

The model has to be frozen before the sample is drawn, and the sample drawn at random from all.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from beteiligung.errors import Invalid

EDGE = 0.12
"""Shares in the sample under this, or over 1 minus this, come from the sample alone: no normal approximation holds there.

0.12 and not 0.1: a share of 11 % that happens to be drawn as 10 % was covered in 93 of 100 draws only."""
LEVEL = 0.95
LEAST_SAMPLE = 30
"""Labels under which no share is stated."""


@dataclass(frozen=True, slots=True)
class Share:
    """An estimated share of a population with its 95 % interval, all between 0 and 1."""

    estimate: float
    low: float
    high: float
    sample: int
    population: int
    weight: float
    """How much the model was trusted, λ of PPI++ (0: not at all)."""
    method: str
    """`ppi`, `sample` (no model, or one without worth) or `exact` (hypergeometric, from the sample)."""

    @property
    def width(self) -> float:
        """High minus low."""
        return self.high - self.low


def share_of(labels: Sequence[float], scores: Sequence[float], all_scores: Sequence[float]) -> Share:
    """Return the share of a class among all comments.

    `labels` (n): whether the comments of the sample belong to the class, 1 or 0. `scores` (n): the model's
    probability of the class for the same comments. `all_scores` (N): for all comments, those of the sample
    included. Raises Invalid where n is under 30 or over N, or lengths differ.
    """
    return share_from(labels, scores, sum(all_scores) / max(1, len(all_scores)), len(all_scores))


def share_from(labels: Sequence[float], scores: Sequence[float], centre: float, population: int) -> Share:
    """Do the same from the mean of all scores and their number, which is all of them that counts. Raises as `share_of`."""
    n = len(labels)
    if n != len(scores) or n > population:
        raise Invalid("Stichprobe, Modell und Kommentare passen nicht zueinander.")
    if n < LEAST_SAMPLE:
        raise Invalid(f"Für einen Anteil braucht es mindestens {LEAST_SAMPLE} eingeordnete Kommentare.")
    mean = sum(labels) / n
    if mean < EDGE or mean > 1 - EDGE or n == population:
        return exact_share(round(sum(labels)), n, population)
    weight, variance = _tuned(labels, scores)
    estimate = mean + weight * (centre - sum(scores) / n)
    estimate = min(max(estimate, 1 / (2 * population)), 1 - 1 / (2 * population))
    correction = (population - n) / population
    low, high = _score_interval(estimate, variance * correction / n, _t(n - 2 if weight else n - 1))
    return Share(estimate, low, high, n, population, weight, "ppi" if weight else "sample")


def sample_share(labels: Sequence[float], population: int) -> Share:
    """Return the share from the sample alone, to compare with: what it would be without any model."""
    n = len(labels)
    return share_of(labels, [0.0] * n, [0.0] * population)


def _tuned(labels: Sequence[float], scores: Sequence[float]) -> tuple[float, float]:
    """Return the weight λ that makes the remainder smallest, and the variance of what the weighted model leaves."""
    n = len(labels)
    mean_y, mean_f = sum(labels) / n, sum(scores) / n
    yy = sum((y - mean_y) ** 2 for y in labels)
    ff = sum((f - mean_f) ** 2 for f in scores)
    yf = sum((y - mean_y) * (f - mean_f) for y, f in zip(labels, scores, strict=True))
    alone = yy / (n - 1)
    if ff <= 1e-12 or yf <= 0:  # a model that points the wrong way is not turned round: it is not believed
        return 0.0, alone
    weight = yf / ff
    # jackknifed residuals (HC3): the line was fitted to the very labels it is judged by
    left = sum(
        ((y - mean_y - weight * (f - mean_f)) / (1 - 1 / n - (f - mean_f) ** 2 / ff)) ** 2 for y, f in zip(labels, scores, strict=True)
    ) / (n - 1)
    return (weight, left) if left < alone else (0.0, alone)


def _score_interval(estimate: float, variance: float, t: float) -> tuple[float, float]:
    """Return Wilson's interval for an estimate whose variance is that of a sample of p (1 - p) / variance."""
    size = estimate * (1 - estimate) / variance if variance > 0 else math.inf
    if math.isinf(size):
        return estimate, estimate
    middle = (estimate + t * t / (2 * size)) / (1 + t * t / size)
    half = t / (1 + t * t / size) * math.sqrt(estimate * (1 - estimate) / size + t * t / (4 * size * size))
    return max(0.0, middle - half), min(1.0, middle + half)


@lru_cache(maxsize=512)
def _t(freedom: int) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + LEVEL) / 2, freedom))


@lru_cache(maxsize=4096)
def exact_share(hits: int, n: int, population: int) -> Share:
    """Return the share from a sample alone by inverting the hypergeometric test with the mid-P value.

    After Berry and Armitage, „Mid-P confidence intervals“, The Statistician 44 (1995): the plain exact interval
    covers up to 99 %, so it is wider than it says.
    """
    alpha = (1 - LEVEL) / 2
    low = _first(hits, population - (n - hits), lambda whole: _tail(hits, n, population, whole, upper=True) > alpha)
    high = _last(hits, population - (n - hits), lambda whole: _tail(hits, n, population, whole, upper=False) > alpha)
    return Share(hits / n, low / population, high / population, n, population, 0.0, "exact")


def _tail(hits: int, n: int, population: int, whole: int, *, upper: bool) -> float:
    """Return the mid-P value of `hits` or more (or fewer) in the sample if `whole` of the population belong."""
    from scipy.stats import hypergeom

    law = (population, whole, n)
    beyond = hypergeom.sf(hits, *law) if upper else hypergeom.cdf(hits - 1, *law)
    return float(beyond + hypergeom.pmf(hits, *law) / 2)


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the smallest number that holds, of a property that once true stays true."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _last(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the largest number that holds, of a property that once false stays false."""
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
