"""A session ends by itself, in the pages: unused, at its end, and for staff after a working day (ASVS 7.3)."""

from datetime import timedelta

import pytest
from sqlmodel import col, update

from beteiligung.clock import utcnow
from beteiligung.db import unit_of_work
from beteiligung.identity import rules
from beteiligung.identity.models import LoginSession

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def turn_back(account_id, **moments):
    with unit_of_work() as session:
        session.execute(update(LoginSession).where(col(LoginSession.account_id) == account_id).values(**moments))


def is_signed_in(browser):
    answer = browser.get("/konto", follow_redirects=False)
    if answer.status_code != 200:
        assert answer.headers["location"].startswith("/anmelden")
    return answer.status_code == 200


@pytest.mark.parametrize(
    ("who", "age", "unused", "left", "holds"),
    [
        ("resident", 60 * DAY, rules.SESSION_IDLE - DAY, DAY, True),
        ("resident", 60 * DAY, rules.SESSION_IDLE + 2 * DAY, DAY, False),
        ("resident", rules.SESSION_HOLDS - HOUR, HOUR, HOUR, True),
        ("resident", rules.SESSION_HOLDS + HOUR, HOUR, -HOUR, False),
        ("clerk", rules.STAFF_SESSION_HOLDS - HOUR, HOUR, DAY, True),
        ("clerk", rules.STAFF_SESSION_HOLDS + HOUR, HOUR, DAY, False),
    ],
)
def test_a_session_ends_by_itself(world, browser_of, who, age, unused, left, holds):
    browser, now = browser_of(who), utcnow()
    assert is_signed_in(browser)
    turn_back(world.people[who], created_at=now - age, seen_on=now - unused, expires_at=now + left)
    assert is_signed_in(browser) is holds
