"""Every predicate for every role, the draw, what decisions come to, agreement."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beteiligung.moderation import rules
from beteiligung.moderation.models import GROUNDS, MEASURES
from beteiligung.moderation.rules import Involved, Person
from moderation.simulation import World, simulate
from support import NOW

GUEST = None
RESIDENT = Person(1, council=False, clerk=False)  # also a confirmed one, a clerk elsewhere, an operator: no office here
MEMBER = Person(2, council=True, clerk=False)
CLERK = Person(3, council=False, clerk=True)
NOBODY = Involved(None, frozenset(), frozenset())
SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize("who", [RESIDENT, MEMBER, CLERK])
@pytest.mark.parametrize("ground", GROUNDS)
def test_who_may_report(who, ground):
    assert rules.why_not_flag(who, 9, ground, official=False, gone=False) is None
    assert rules.why_not_flag(who, who.account_id, ground, official=False, gone=False)
    assert rules.why_not_flag(who, 9, ground, official=False, gone=True)
    unlawful = not ground.startswith("rule")
    assert (rules.why_not_flag(who, None, ground, official=True, gone=False) is None) == unlawful
    assert (rules.why_not_flag(GUEST, 9, ground, official=False, gone=False) is None) == unlawful


@pytest.mark.parametrize(("who", "body", "may"), [
    (RESIDENT, "council", False), (MEMBER, "council", True), (CLERK, "council", False),
    (RESIDENT, "clerks", False), (MEMBER, "clerks", False), (CLERK, "clerks", True),
])  # fmt: skip
def test_who_may_decide(who, body, may):
    assert rules.may_decide(who, body, NOBODY, seated=True, introduced=True) == may
    assert not rules.may_decide(who, body, NOBODY, seated=False, introduced=True)
    for party in (Involved(who.account_id, frozenset(), frozenset()), Involved(None, frozenset({who.account_id}), frozenset()),
                  Involved(None, frozenset(), frozenset({who.account_id}))):  # fmt: skip
        assert not rules.may_decide(who, body, party, seated=True, introduced=True)
    assert rules.may_decide(who, body, NOBODY, seated=True, introduced=False) == (may and body == "clerks")


@pytest.mark.parametrize(("who", "may"), [(RESIDENT, False), (MEMBER, False), (CLERK, True)])
def test_who_may_hide_provisionally(who, may):
    assert rules.may_hide_provisionally(who, 9, "incitement") == may
    assert not rules.may_hide_provisionally(who, 9, "rule_1")
    assert not rules.may_hide_provisionally(who, who.account_id, "incitement")


def test_who_may_read_and_object():
    assert rules.may_read_outcome(1, 1, ())
    assert rules.may_read_outcome(1, None, {1})
    assert not rules.may_read_outcome(1, 2, {3, None})
    last = SATURDAY + rules.APPEAL_WITHIN

    def why(stage="first", measure="hide", now=SATURDAY, author=False, reporter=False):
        return rules.why_not_appeal(stage, measure, SATURDAY, now, is_author=author, is_reporter=reporter)

    assert why(author=True) is None
    assert why(author=True, now=last - timedelta(seconds=1)) is None
    assert why(author=True, now=last)
    assert why(author=True, measure="none")
    assert why(reporter=True, measure="none") is None
    assert why(reporter=True, stage="appeal")
    assert why()


def test_available_within_48_hours_by_german_days():
    assert [rules.available(str(day), SATURDAY) for day in range(7)] == [True, False, False, False, False, True, True]
    assert not rules.available("", SATURDAY)
    assert rules.available("1", datetime(2026, 11, 21, 23, 30, tzinfo=UTC))  # Sunday in Germany: Tuesday is the last day


@given(st.lists(st.sampled_from(MEASURES), min_size=3, max_size=3))
def test_three_always_settle_what_two_of_them_find_needed(measures):
    found = rules.settle(measures)
    place = [rules.severity(one) for one in measures]
    assert sum(one >= rules.severity(found) for one in place) >= 2
    assert sum(one <= rules.severity(found) for one in place) >= 2


def test_one_never_settles_and_two_only_when_they_agree():
    assert rules.settle(["hide"]) is None
    assert rules.settle(["hide", "none"]) is None
    assert rules.settle(["hide", "hide"]) == "hide"


def test_kappa_as_in_cohens_paper():
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    assert rules.agreement(pairs) == pytest.approx(0.4)
    assert rules.agreement([]) is None
    assert rules.agreement([(True, True)] * 3) is None
    assert rules.agreement([(True, True), (False, False)]) == 1


@pytest.mark.parametrize("members", [8, 30])
def test_a_thousand_cases_without_conflict_nobody_alone_and_with_an_even_load(members):
    """Ten thousand: `python -m tests.bench.moderation`; docs/moderation.md says what came out."""
    done = simulate(1_000, members, World(members=members))
    assert done.wrong == []
    assert done.cases == 1_000 + done.appeals
    assert len(done.hours) + done.waiting == done.cases
    assert done.waiting <= 5
    assert max(map(abs, done.spread)) <= 0.2


def test_the_simulation_would_notice(monkeypatch):
    monkeypatch.setattr(
        rules, "draw_for", lambda able, _involved, taken, _expired, _load, count, _chance: sorted(set(able) - taken)[:count]
    )
    done = simulate(300, 1, World(by_members=0.5))
    assert any("in conflict" in one for one in done.wrong)
    assert any("again by the same" in one for one in done.wrong)
    assert max(map(abs, done.spread)) > 0.2


def test_what_is_hidden_already_or_may_be_unlawful_comes_first():
    def key(provisional, law, reports, hours):
        return rules.urgency(provisional=provisional, law=law, reports=reports, due_at=NOW + timedelta(hours=hours))

    wanted = [key(True, False, 1, 40), key(False, True, 5, 40), key(False, True, 1, 1), key(False, False, 9, 40), key(False, False, 1, 2)]
    assert sorted(wanted) == wanted
    assert key(False, False, 1, 1) < key(False, False, 1, 2)


@pytest.mark.parametrize(("stage", "measures", "more"), [
    ("first", [], 2), ("first", ["hide"], 2), ("first", ["hide", "hide"], 2), ("first", ["hide", "none"], 3), ("review", [], 2),
    ("appeal", [], 3), ("appeal", ["hide", "hide"], 3),
])  # fmt: skip
def test_how_many_decide(stage, measures, more):
    assert rules.wanted(stage, measures) == more
