"""Simulate reports: how often the intervals of insight/shares.py hold the truth, and how wide they are.

python -m tests.bench.shares [RUNS]
"""

import sys
from dataclasses import dataclass

import numpy as np

from beteiligung.insight.shares import sample_share, share_of

SAMPLE = 100
MODELS = ((0.4, 0.0), (0.5, 0.2), (0.65, 0.0), (0.8, 0.3), (0.9, 0.0))
"""Accuracy of a model, and by how much it overstates the class among those that are not of it."""


@dataclass(frozen=True)
class Outcome:
    """Of one setting: coverage, and the width against that of the sample alone (mean, largest)."""

    coverage: float
    width: float
    widest: float


def simulate(population: int, share: float, accuracy: float, shift: float, runs: int, seed: int) -> Outcome:
    """Draw `runs` samples of 100 from a population with a model of that accuracy."""
    random = np.random.default_rng(seed)
    truth = np.zeros(population)
    truth[: round(share * population)] = 1
    held, ratios = 0, []
    for _run in range(runs):
        random.shuffle(truth)
        right = random.random(population) < accuracy
        score = np.where(right, truth, 1 - truth) * random.uniform(0.6, 1, population)
        score += np.where(right, 1 - truth, truth) * random.uniform(0, 0.4, population)
        score = np.clip(score + shift * (1 - truth) * random.random(population), 0, 1)
        drawn = random.choice(population, SAMPLE, replace=False)
        with_model = share_of(truth[drawn].tolist(), score[drawn].tolist(), score.tolist())
        alone = sample_share(truth[drawn].tolist(), population)
        held += with_model.low <= truth.mean() <= with_model.high
        ratios.append(with_model.width / alone.width)
    return Outcome(held / runs, float(np.mean(ratios)), max(ratios))


def main() -> None:
    """Print a table of populations, shares and models."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("population  share  accuracy  shift  coverage  width  widest")
    for population in (300, 3_000, 20_000):
        for share in (0.05, 0.1, 0.13, 0.3, 0.5, 0.8):
            for accuracy, shift in MODELS:
                one = simulate(population, share, accuracy, shift, runs, seed=population)
                print(
                    f"{population:>10}  {share:>5}  {accuracy:>8}  {shift:>5}  {one.coverage:>8.3f}  {one.width:>5.2f}  {one.widest:>6.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
