"""Intervals and rankings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beteiligung.insight.figures import Row, Standing, box, rankings, wilson


def row(number, for_=0, neutral=0, against=0, comments=0):
    return Row(number, f"c{number}", f"Zusage {number}", "mobilitaet", 1, comments, Standing(for_, neutral, against))


def test_eight_unanimous_people_never_outrank_1400_at_71_percent():
    rows = [row(1, for_=8), row(2, for_=994, neutral=6, against=400)]
    ranked = rankings(rows, 5)
    assert [one["id"] for one in ranked["supported"]] == [2, 1]
    against = [row(1, against=8), row(2, against=994, for_=406)]
    assert [one["id"] for one in rankings(against, 5)["opposed"]] == [2, 1]
    assert rankings([row(1, 5, 0, 5), row(2, 600, 100, 700)], 5)["divided"][0]["id"] == 2


def test_below_the_threshold_there_is_neither_rank_nor_percent():
    assert rankings([row(1, for_=19)], 20)["supported"] == []
    assert box(Standing(19, 0, 0), 20) == {"for": 19, "neutral": 0, "against": 0, "people": 19}
    assert box(Standing(0, 0, 0), 20) is None
    assert box(None, 20) is None


def test_intervals_are_wilsons():
    low, high = wilson(50, 100)
    assert (low, high) == pytest.approx((0.40383, 0.59617), abs=1e-5)
    assert box(Standing(50, 10, 40), 20)["interval"][0] == [404, 596]
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share(count, more):
    low, high = wilson(count, count + more)
    assert 0 <= low <= high <= 1
    if count + more:
        assert low - 1e-9 <= count / (count + more) <= high + 1e-9


def test_comments_rank_by_number():
    assert rankings([row(1, comments=2), row(2, comments=9), row(3)], 20)["discussed"] == [
        {"id": 2, "comments": 9},
        {"id": 1, "comments": 2},
    ]
