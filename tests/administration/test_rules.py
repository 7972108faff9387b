"""What is overdue."""

from datetime import timedelta

import pytest

from beteiligung.administration import rules
from support import NOW


@pytest.mark.parametrize(
    ("age", "helpful", "overdue"),
    [
        (timedelta(days=1), 0, False),
        (timedelta(days=28), 0, False),
        (timedelta(days=28, seconds=1), 0, True),
        (timedelta(days=1), 9, False),
        (timedelta(days=1), 10, True),
    ],
)
def test_a_question_is_overdue_after_four_weeks_or_with_many_waiting(age, helpful, overdue):
    assert rules.is_overdue(NOW - age, helpful, NOW) is overdue


def test_days_are_whole_and_never_negative():
    assert rules.days_waiting(NOW - timedelta(days=3, hours=23), NOW) == 3
    assert rules.days_waiting(NOW + timedelta(hours=1), NOW) == 0
