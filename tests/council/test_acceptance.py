"""The figures of the shared acceptance data. `maximin` and the rest are compared with values found by other programs."""

import json
import os
from functools import cache
from pathlib import Path

import pytest

from beteiligung.council.pool import read_pool, read_quotas
from beteiligung.council.sortition import compute
from council.pools import check

SHARED = Path(os.environ.get("BETEILIGUNG_SHARED", Path(__file__).parents[2].parent / "shared"))
DATA = SHARED / "data" / "council-and-opinion" / "sortition"
EXPECTED = json.loads((DATA / "expected.json").read_text("utf-8"))


@cache
def draw(people, quotas, size, algorithm):
    bounds = read_quotas((DATA / quotas).read_bytes())
    pool = read_pool((DATA / people).read_bytes(), bounds)
    found = compute(pool, bounds, size, algorithm)
    check(pool, bounds, size, found)
    return found


def wide(algorithm):
    found = draw("diversimax_participants_pool.csv", "diversimax_categories_wide_ranges.csv", 60, algorithm)
    return found, found.as_json(), EXPECTED["diversimax_wide_60"]


@pytest.mark.parametrize("algorithm", ["leximin", "maximin", "nash"])
@pytest.mark.parametrize(("name", "size"), [("alternate_200_20", 20), ("alternate_2000_200", 200)])
def test_everybody_is_equally_likely_although_one_person_is_alone_of_her_kind(name, size, algorithm):
    found = draw(f"{name}/people.csv", f"{name}/features.csv", size, algorithm)
    assert all(abs(chance - 0.1) < 5e-4 for chance in found.probabilities.values())
    assert found.as_json()["gini"] < 1e-3


def test_maximin_finds_the_greatest_minimum():
    _, answer, expected = wide("maximin")
    assert answer["minimum"] == pytest.approx(expected["min_positive_maximin"], abs=5e-4)
    assert len(answer["excluded"]) == expected["excluded_people"]


def test_leximin_finds_the_known_chances():
    found, answer, expected = wide("leximin")
    assert answer["minimum"] == pytest.approx(8 / 43, abs=5e-4)
    chances = [found.probabilities[str(row)] for row in range(1, 220)]
    assert max(abs(one - other) for one, other in zip(chances, expected["leximin_marginals"], strict=True)) < 0.01


def test_nash_finds_the_greatest_geometric_mean():
    _, answer, expected = wide("nash")
    assert answer["geometric_mean"] == pytest.approx(expected["nash_geomean_positive"], rel=0.01)
    assert answer["minimum"] == pytest.approx(expected["nash_min_positive_approx"], abs=0.005)
