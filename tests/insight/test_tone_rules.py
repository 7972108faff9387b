"""Who labels, what labels come to, what may be shown."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from beteiligung.insight import tone_rules as rules
from beteiligung.insight.tone_models import TONES
from beteiligung.insight.tone_rules import Given, Reader

CLERK, MEMBER, RESIDENT = Reader(1, False, True), Reader(2, True, False), Reader(3, False, False)


def test_the_administration_draws_and_both_offices_label():
    assert [rules.may_draw_sample(one) for one in (CLERK, MEMBER, RESIDENT)] == [True, False, False]
    assert [rules.may_label(one) for one in (CLERK, MEMBER, RESIDENT)] == [True, True, False]


@pytest.mark.parametrize(
    ("reader", "author", "given", "state", "allowed"),
    [
        (CLERK, 9, [], "open", True),
        (MEMBER, None, [], "open", True),
        (RESIDENT, 9, [], "open", False),
        (MEMBER, 2, [], "open", False),
        (MEMBER, 9, [], "done", False),
        (MEMBER, 9, [], "discarded", False),
        (MEMBER, 9, [Given(1, 2, "neutral")], "open", False),
        (MEMBER, 9, [Given(1, 5, "neutral")], "open", True),
        (MEMBER, 9, [Given(1, 5, "neutral"), Given(2, 6, "neutral")], "open", False),
        (MEMBER, 9, [Given(1, 5, "neutral"), Given(2, 6, "positive")], "open", True),
        (MEMBER, 9, [Given(1, 5, "neutral"), Given(2, 2, "positive")], "open", False),
        (MEMBER, 9, [Given(1, 5, "neutral"), Given(2, 6, "positive"), Given(3, 7, "positive")], "open", False),
    ],
)
def test_who_may_label_a_comment(reader, author, given, state, allowed):
    assert (rules.why_not_label(reader, author, given, state) is None) == allowed


def test_two_agree_or_a_third_decides():
    first, second = Given(1, 1, "neutral"), Given(2, 2, "negative")
    assert rules.settled([first]) is None
    assert rules.settled([first, second]) is None
    assert rules.settled([first, Given(2, 2, "neutral")]) == "neutral"
    assert rules.settled([first, second, Given(3, 3, "negative")]) == "negative"
    assert rules.settled([first, second, Given(3, 3, "positive")]) == "unclear"
    assert rules.may_take_back(first, [first, second])
    assert not rules.may_take_back(first, [first, second, Given(3, 3, "neutral")])


@examples(st.fixed_dictionaries({tone: st.integers(0, 60) for tone in TONES}))
def test_what_is_shown_parts_all_labels_and_no_group_is_small(counts):
    groups = rules.publishable(counts)
    assert sorted(tone for group in groups for tone in group) == sorted(TONES)
    sizes = [sum(counts[tone] for tone in group) for group in groups]
    if sum(counts.values()) >= rules.SMALL:
        assert all(size == 0 or size >= rules.SMALL for size in sizes)
    for group in groups:  # what has enough labels stands alone, unless a small one had nowhere else to go
        if len(group) > 1:
            assert "neutral" in group or any(0 < counts[tone] < rules.SMALL for tone in group)


def test_small_sets_and_small_differences_are_not_drawn():
    def drawn(population, others=(), unread=0, is_open=False):
        return rules.why_not_draw(population, unread, others, is_open=is_open) is None

    assert drawn(50)
    assert not drawn(49)
    assert not drawn(500, unread=1)
    assert not drawn(500, is_open=True)
    assert not drawn(500, others=[491])
    assert not drawn(500, others=[509])
    assert drawn(500, others=[500])
    assert drawn(500, others=[490, 510])


def test_selections_that_may_hold_each_other():
    year, june = ("", date(2026, 1, 1), date(2026, 12, 31)), ("klima-energie", date(2026, 6, 1), date(2026, 6, 30))
    assert rules.nested(year, june)
    assert rules.nested(("", None, None), june)
    assert not rules.nested(("mobilitaet", None, None), june)
    assert not rules.nested(june, ("klima-energie", date(2026, 7, 1), None))


@dataclass
class Quiet:
    quiet_from: date | None = None
    quiet_until: date | None = None


def test_before_an_election_only_older_figures_are_shown():
    election = Quiet(date(2026, 12, 1), date(2027, 3, 1))
    assert rules.may_publish(election, date(2026, 11, 20), date(2026, 12, 24))
    assert not rules.may_publish(election, date(2026, 12, 5), date(2026, 12, 24))
    assert rules.may_publish(election, date(2026, 12, 5), date(2027, 3, 2))
    assert rules.may_publish(Quiet(), date(2026, 12, 5), date(2026, 12, 5))


def test_agreement_is_that_of_the_textbook():
    # Krippendorff's example of two observers, nominal: alpha = 0.691 (Computing Krippendorff's Alpha-Reliability, 2011, B)
    codes = {"a": "positive", "b": "neutral", "c": "negative", "d": "unclear", "e": "positive"}
    first, second = "aabbdcccedda", "babbbccceddd"
    told = [(a, b) for a, b in zip(first, second, strict=True) if "e" not in (a, b)]
    found = rules.agreement([(codes[a], codes[b]) for a, b in told])
    assert (found.pairs, found.same) == (11, 8)
    values = [one for pair in told for one in pair]
    numbers = {one: values.count(one) for one in set(values)}
    apart = 1 - sum(n * (n - 1) for n in numbers.values()) / (22 * 21)
    assert found.alpha == pytest.approx(1 - (3 / 11) / apart)
    assert rules.agreement([]).alpha is None
    assert rules.agreement([("neutral", "neutral")] * 5).kappa is None
    chance = np.random.default_rng(3).choice(TONES, (4000, 2))
    blind = rules.agreement([tuple(row) for row in chance])
    assert abs(blind.kappa) < 0.03
    assert abs(blind.alpha) < 0.03
