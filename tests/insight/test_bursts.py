"""Bursts: which attacks are flagged, which are not, and what the result without them gives away."""

from collections import Counter
from datetime import timedelta

import pytest

from bench.attacks import ATTACKS, FIRST, flagged
from beteiligung.insight import flags
from beteiligung.insight.bursts import bursts
from beteiligung.insight.figures import Row, Standing
from beteiligung.insight.turnout import Person

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EXPECTED = {
    "nothing": set(),
    "200 accounts in a night": {"hours"},
    "40 accounts in a night": {"hours"},
    "drip, 200 in 40 days": {"weeks"},
    "drip, 200 in 100 days": set(),
    "school class, 25 in an hour": {"hours"},
    "newspaper, 300 in a day": {"hours"},
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_on_a_small_region(name):
    assert flagged(name, 3, seed=1) == EXPECTED[name]


def test_without_a_past_nothing_is_compared():
    assert bursts({FIRST + 5 * HOUR: 500}, FIRST, FIRST + 6 * DAY) == []
    assert bursts({}, FIRST, FIRST + 60 * DAY) == []


def test_a_burst_is_one_window_with_its_number():
    counts = {FIRST + 40 * DAY + n * HOUR: number for n, number in enumerate((30, 0, 25))}
    (one,) = bursts(counts, FIRST, FIRST + 41 * DAY)
    assert (one.start, one.end, one.count, one.usual) == (FIRST + 40 * DAY, FIRST + 40 * DAY + 3 * HOUR, 55, 0)


def night():
    counts = Counter({FIRST: 1, FIRST + 40 * DAY: 60})
    memory = {}
    return counts, memory, flags.found({"joins": counts}, memory, FIRST + 41 * DAY)


def test_what_was_told_stays_when_accounts_are_erased():
    counts, memory, told = night()
    assert [(one["kind"], one["count"]) for one in told] == [("joins", 60)]
    counts[FIRST + 40 * DAY] = 59
    assert flags.found({"joins": counts}, memory, FIRST + 42 * DAY) == told
    assert flags.found({"joins": Counter()}, memory, FIRST + 300 * DAY) == []


def test_the_result_without_flagged_people_moves_by_five_or_not_at_all():
    _counts, _memory, told = night()
    at = FIRST + 40 * DAY
    people = [Person(f"f{n}", None, None, None, at + timedelta(minutes=30), at) for n in range(60)]
    people += [Person(f"o{n}", None, None, None, FIRST - DAY, at) for n in range(100)]
    suspects = flags.flagged_voters(told, people)
    assert suspects == {f"f{n}" for n in range(60)}
    ballots = [(f"f{n}", 1, "for") for n in range(59)]
    rows = [
        Row(1, "bus", "Bus", "mobilitaet", 1, 0, Standing(59 + 30, 0, 70)),
        Row(2, "bad", "Bad", "mobilitaet", 1, 0, Standing(9, 0, 50)),
    ]
    memory = {}
    first = flags.without(rows, ballots, suspects, 20, memory)
    assert first == {"bus": {"for": 30, "neutral": 0, "against": 70, "left_out": 60}}
    more = flags.without(rows, [*ballots, ("f59", 1, "against")], suspects, 20, memory)
    assert more == first
    assert flags.without(rows, [(f"f{n}", 2, "for") for n in range(9)], suspects, 20, {}) == {}  # nine are too few to leave out
    assert flags.without(rows, ballots, suspects, 101, {}) == {}  # and too few would be left


def test_votes_have_no_person():
    told = [{"kind": "votes", "look": "hours", "start": FIRST.isoformat(), "end": (FIRST + DAY).isoformat()}]
    assert flags.flagged_voters(told, [Person("a", None, None, None, FIRST, FIRST)]) == set()
