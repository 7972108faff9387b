"""Population, raking and who took part."""

import tomllib
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beteiligung.insight.population import Group, Margin, Population, population_of
from beteiligung.insight.raking import LEAST_PEOPLE, MOST_DESIGN_EFFECT, rake
from beteiligung.insight.turnout import Person, turnout, weighted
from beteiligung.settings import ROOT

FILES = sorted((ROOT / "data" / "population").glob("*.toml"))
TWO = Population(
    10_000,
    date(2025, 12, 31),
    "Amt",
    "https://amt.example",
    (
        Margin("municipality", "alle", (Group("Nord", ("Nord",), 5_000), Group("Süd", ("Süd",), 5_000))),
        Margin("sex", "alle", (Group("Männer", ("male",), 4_900), Group("Frauen", ("female",), 5_100))),
    ),
)


def people(north, south):
    places = ["Nord"] * north + ["Süd"] * south
    return [Person(f"v{n}", place, None, "female" if n % 2 else "male") for n, place in enumerate(places)]


def test_raked_groups_have_the_shares_of_the_population():
    random = np.random.default_rng(1)
    places = [random.choice(3, 900, p=[0.6, 0.3, 0.1]), random.choice(2, 900, p=[0.7, 0.3])]
    targets = [[30, 30, 40], [1, 1]]
    found = rake(places, targets)
    for place, target in zip(places, targets, strict=True):
        shares = np.bincount(place, weights=found.weights) / found.weights.sum()
        assert shares == pytest.approx(np.array(target) / sum(target), abs=1e-5)
    w = found.weights
    assert found.effective == pytest.approx(w.sum() ** 2 / (w**2).sum())
    assert found.design_effect == pytest.approx(1 + w.var() / w.mean() ** 2)


def test_a_known_answer():
    """75 and 25 people for halves of the population: weights 2/3 and 2, effective 75, design effect 4/3."""
    found = rake([np.repeat([0, 1], [75, 25])], [[1, 1]])
    assert sorted(set(np.round(found.weights, 6))) == [0.666667, 2.0]
    assert (found.effective, found.design_effect) == pytest.approx((75.0, 4 / 3))


@pytest.mark.parametrize(
    ("sizes", "target", "why"),
    [
        ([50, LEAST_PEOPLE - 51], [1, 1], "people"),
        ([200, 4], [1, 1], "group"),
        ([200, 0], [1, 1], "group"),
        ([995, 5], [1, 9], "uneven"),
    ],
)
def test_nothing_is_extrapolated_below_the_bounds(sizes, target, why):
    found = rake([np.repeat([0, 1], sizes)], [target])
    assert found.weights is None
    assert found.refused == why


@given(st.lists(st.integers(1, 300), min_size=2, max_size=5), st.lists(st.integers(1, 100), min_size=5, max_size=5))
def test_weights_are_believed_only_within_the_bounds(sizes, target):
    found = rake([np.repeat(np.arange(len(sizes)), sizes)], [target[: len(sizes)]])
    if found.weights is not None:
        assert min(sizes) >= 5
        assert 50 <= found.effective <= found.people + 1e-6
        assert found.design_effect <= MOST_DESIGN_EFFECT
        assert (found.weights > 0).all()


def test_a_region_that_is_overheard_counts_more_when_weighted():
    crowd = people(150, 50)
    choices = {one.voter: "for" if one.municipality == "Nord" else "against" for one in crowd}
    told = weighted(choices, crowd, TWO)
    assert told["raw"] == [75, 0, 25]
    assert told["weighted"][0] == pytest.approx(50, abs=1)
    assert told["people"] == 200
    assert weighted({"v0": "for"}, crowd, TWO) is None
    assert weighted(choices, crowd, None) is None


def test_who_is_missing_is_said_and_small_numbers_are_not():
    memory = {}
    told = turnout([*people(180, 20), Person("x", None, None, None)], TWO, memory)
    north, south = told["margins"][0]["groups"]
    assert (north["people"], north["per_1000"], north["missing"]) == (180, 36.0, False)
    assert (south["people"], south["missing"]) == (20, True)
    assert told["margins"][0]["unknown"] == 0  # one person: under seven
    assert told["unconfirmed"] == ["age"]
    again = turnout(people(184, 23), TWO, memory)
    assert again["margins"] == told["margins"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_figure_has_a_source_and_adds_up(path):
    found = population_of(path.stem)
    region = tomllib.loads((ROOT / "data" / "regions" / path.name).read_text("utf-8"))
    assert found.url.startswith("http")
    assert found.source
    for margin in found.margins:
        total = sum(group.people for group in margin.groups)
        assert total == found.people if margin.base == "alle" else total < found.people
        if margin.name == "municipality":
            assert {group.name for group in margin.groups} == set(region["municipalities"]["names"])


def test_all_five_regions_have_a_file():
    assert {path.stem for path in FILES} == {path.stem for path in (ROOT / "data" / "regions").glob("*.toml")}
