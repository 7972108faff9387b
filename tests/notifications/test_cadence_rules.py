"""Mornings, quiet hours and less mail for who stays away, also where clocks change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beteiligung.clock import BERLIN
from beteiligung.notifications import cadence_rules as rules

moments = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 12, 31)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001
DAY = timedelta(days=1)


@given(moments, st.sampled_from(["daily", "weekly", "monthly"]), st.integers(0, 6))
def test_a_boundary_is_the_latest_morning_that_has_passed(now, cadence, weekday):
    at = rules.boundary(cadence, now, weekday)
    assert at <= now
    assert (at.hour, at.minute, at.tzinfo) == (7, 0, BERLIN)
    longest = {"daily": DAY, "weekly": 7 * DAY, "monthly": 31 * DAY}[cadence] + timedelta(hours=1)
    assert now - at < longest
    assert rules.boundary(cadence, at, weekday) == at
    if cadence == "weekly":
        assert at.weekday() == weekday
    if cadence == "monthly":
        assert at.day == 1


@given(moments, moments, st.sampled_from(["daily", "weekly", "monthly"]), st.integers(0, 6))
def test_boundaries_never_go_back(one, other, cadence, weekday):
    first, second = sorted((one, other))
    assert rules.boundary(cadence, first, weekday) <= rules.boundary(cadence, second, weekday)


@pytest.mark.parametrize(("day", "hours"), [(datetime(2027, 3, 28, 6, tzinfo=UTC), 23), (datetime(2026, 10, 25, 12, tzinfo=UTC), 25)])
def test_a_day_on_which_clocks_change_has_its_own_length_and_one_morning(day, hours):
    at = rules.boundary("daily", day)
    before = rules.boundary("daily", at.astimezone(UTC) - timedelta(seconds=1))
    assert at.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=hours)


@given(moments, st.integers(0, 23), st.integers(0, 23))
def test_quiet_hours_end_within_a_day_and_are_over_then(now, start, end):
    after = rules.after_quiet(now, start, end)
    assert now <= after <= now + timedelta(hours=25)
    assert rules.after_quiet(after, start, end) == after
    if start == end:
        assert after == now


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-21T20:30", "2026-11-22T07:00"),  # 21.30 Uhr in winter
        ("2026-11-22T03:00", "2026-11-22T07:00"),
        ("2026-07-01T19:30", "2026-07-02T06:00"),  # 21.30 Uhr in summer
        ("2026-11-21T12:00", "2026-11-21T12:00"),
        ("2027-03-27T22:00", "2027-03-28T06:00"),  # clocks go forward in this night
    ],
)
def test_quiet_hours_from_nine_to_eight(now, expected):
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert rules.after_quiet(moment, 21, 8) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(("days", "left"), [(0, "full"), (89, "full"), (90, "weekly"), (180, "monthly"), (269, "monthly"), (270, "none")])
def test_interest_wanes_with_time(days, left):
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert rules.interest(now - days * DAY, now) == left


@given(st.sampled_from(["at_once", "daily", "weekly"]))
def test_who_stays_away_gets_less_and_never_means_never(cadence):
    assert rules.slowed(cadence, "full") == cadence
    assert rules.slowed(cadence, "weekly") == "weekly"
    assert rules.slowed(cadence, "monthly") == "monthly"
    assert rules.slowed(cadence, "none") == "never"
    assert {rules.slowed("never", left) for left in ("full", "weekly", "monthly", "none")} == {"never"}


@given(st.integers(0, 40), st.floats(0, 1))
def test_attempts_grow_apart_up_to_five_hours(attempts, chance):
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert timedelta(minutes=3) < rules.retry_at(attempts, now, lambda: chance) - now <= timedelta(hours=5)
