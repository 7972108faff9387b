"""Shares with a guarantee: the interval holds the truth whatever the model is worth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bench.shares import MODELS, simulate

from beteiligung.errors import Invalid
from beteiligung.insight.shares import exact_share, sample_share, share_of


@pytest.mark.parametrize("population", [300, 3_000])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_intervals_hold_the_truth_and_a_good_model_makes_them_narrow(population, share):
    found = {model: simulate(population, share, *model, runs=200, seed=7) for model in MODELS}
    coverage = np.mean([one.coverage for one in found.values()])
    print(f"\n{population} comments, share {share}: coverage {coverage:.3f}, widths {[round(one.width, 2) for one in found.values()]}")
    assert 0.93 <= coverage <= 0.97
    assert max(one.widest for one in found.values()) <= 1.05
    if share >= 0.3:
        assert found[0.9, 0.0].width < 0.8


def test_a_model_that_points_the_wrong_way_is_not_believed():
    random = np.random.default_rng(1)
    labels = (random.random(200) < 0.4).astype(float)
    wrong = 1 - labels
    assert share_of(labels[:100].tolist(), wrong[:100].tolist(), wrong.tolist()) == sample_share(labels[:100].tolist(), 200)


def test_a_biased_model_is_corrected():
    random = np.random.default_rng(2)
    truth = (random.random(5_000) < 0.3).astype(float)
    score = np.clip(truth * 0.5 + 0.4 + random.normal(0, 0.05, 5_000), 0, 1)  # says 55 %
    drawn = random.choice(5_000, 100, replace=False)
    share = share_of(truth[drawn].tolist(), score[drawn].tolist(), score.tolist())
    assert score.mean() > 0.5
    assert share.low <= truth.mean() <= share.high
    assert share.width < 0.05


@settings(max_examples=60, deadline=None)
@given(st.integers(30, 120), st.data())
def test_the_exact_interval_holds_the_sample_and_all_that_is_known(n, data):
    population = data.draw(st.integers(n, 2_000))
    hits = data.draw(st.integers(0, n))
    share = exact_share(hits, n, population)
    assert 0 <= share.low <= share.high <= 1
    assert hits / population <= share.low + 1e-12
    assert share.high <= 1 - (n - hits) / population + 1e-12
    if n == population:
        assert share.low == share.high == hits / n


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.floats(0, 1)), min_size=40, max_size=80), st.integers(0, 400))
def test_an_interval_lies_within_bounds_and_is_never_wider_than_the_sample_alone_by_more_than_a_twentieth(pairs, more):
    labels, scores = [label for label, _score in pairs], [score for _label, score in pairs]
    share = share_of(labels, scores, scores + [0.5] * more)
    assert 0 <= share.low <= share.high <= 1
    assert share.width <= sample_share(labels, len(labels) + more).width * 1.05 + 1e-9


@pytest.mark.parametrize(
    ("labels", "scores", "everything"),
    [([1.0] * 10, [0.5] * 10, [0.5] * 50), ([1.0] * 40, [0.5] * 39, [0.5] * 50), ([1.0] * 40, [0.5] * 40, [0.5] * 39)],
)
def test_what_does_not_fit_is_refused(labels, scores, everything):
    with pytest.raises(Invalid):
        share_of(labels, scores, everything)
