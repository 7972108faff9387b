"""Simulate whole reports: four tones, a model, a sample, and what is published of it with small tones joined.

python -m tests.bench.tones [RUNS]
"""

import sys
from dataclasses import dataclass

import numpy as np

from beteiligung.insight.shares import sample_share
from beteiligung.insight.tone_models import TONES
from beteiligung.insight.tone_results import scores_of, shares_of

SAMPLE = 100
MIXES = {"even": (0.35, 0.3, 0.25, 0.1), "mostly neutral": (0.15, 0.7, 0.13, 0.02), "few negative": (0.4, 0.5, 0.06, 0.04)}
"""Shares of positive, neutral, negative, unclear."""
MODELS = {"0.4": (0.4, 0.0), "0.5, overstates negative": (0.5, 0.3), "0.65": (0.65, 0.0), "0.9": (0.9, 0.0)}
"""How often a model is right, and how often it says negative instead."""


@dataclass(frozen=True)
class Outcome:
    """Of one setting: how many published intervals held the truth, and their mean width against the sample's alone."""

    coverage: float
    width: float
    joined: float
    """Reports in which tones were shown together."""


def simulate(population: int, mix: tuple[float, ...], accuracy: float, negative: float, runs: int, seed: int) -> Outcome:
    """Draw `runs` reports from one population."""
    chance = np.random.default_rng(seed)
    truth = np.repeat(np.arange(4), np.diff(np.round(np.cumsum([0, *mix]) * population).astype(int)))
    held, ratios, joined = [], [], 0
    for _run in range(runs):
        said = np.where((chance.random(len(truth)) < accuracy) & (truth < 3), truth, chance.integers(0, 3, len(truth)))
        said = np.where(chance.random(len(truth)) < negative, 2, said)
        sure = chance.uniform(0.4, 0.95, len(truth))
        scores = [scores_of(*(float(p if tone == one else (1 - p) / 2) for tone in range(3))) for one, p in zip(said, sure, strict=True)]
        means = {tone: sum(one[tone] for one in scores) / len(truth) for tone in TONES}
        drawn = chance.choice(len(truth), SAMPLE, replace=False)
        labels = [TONES[truth[i]] for i in drawn]
        found = shares_of(labels, [scores[i] for i in drawn], means, len(truth))
        joined += len(found) < len(TONES)
        for group in found:
            whole = float(np.isin(truth, [TONES.index(tone) for tone in group["tones"]]).mean())
            held.append(group["low"] - 5e-4 <= whole <= group["high"] + 5e-4)
            alone = sample_share([float(label in group["tones"]) for label in labels], len(truth))
            ratios.append((group["high"] - group["low"]) / alone.width)
    return Outcome(float(np.mean(held)), float(np.mean(ratios)), joined / runs)


def main() -> None:
    """Print a table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    print("| comments | tones | model right | intervals that hold | width | tones joined |\n|---|---|---|---|---|---|")
    for population in (300, 2_000):
        for mix_name, mix in MIXES.items():
            for model_name, model in MODELS.items():
                one = simulate(population, mix, *model, runs, population)
                print(
                    f"| {population:,} | {mix_name} | {model_name} | {one.coverage:.1%} | {one.width:.2f} | {one.joined:.0%} |", flush=True
                )


if __name__ == "__main__":
    main()
