"""No news in two digests, none lost, whatever days are missed, whatever the clock does."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from beteiligung.db import reading, unit_of_work
from beteiligung.identity.models import LoginSession
from beteiligung.notifications import cadence_rules, digests, preferences, service
from beteiligung.notifications.kinds import Choice
from beteiligung.notifications.models import Delivery, Digest, MailSettings, Notification
from support import make_account

DAY = timedelta(days=1)
START = datetime(2026, 10, 20, 12, tzinfo=UTC)
"""A Tuesday; clocks go back on the Sunday after, and the month ends soon."""


def news(session, accounts, number, now, sentence="answer"):
    return service.write(
        session, accounts, event=f"entry:{number}", sentence=sentence, words={"title": f"Radweg {number}"}, path="/x", now=now, thread="k/r"
    )


def make(now):
    with unit_of_work() as session:
        after = 0
        while after is not None:
            after = digests.make(session, now, after, limit=2)


def somebody(**choices):
    with unit_of_work() as session:
        account = make_account(session, created_at=START - DAY, active_on=START).id
        preferences.save(session, account, {kind: Choice(mail) for kind, mail in choices.items()})
    return account


def all_of(model):
    with reading() as session:
        return session.exec(select(model).order_by(col(model.id))).all()


steps = st.lists(
    st.one_of(
        st.tuples(st.just("news"), st.sampled_from(["answer", "comment", "status"])),
        st.tuples(st.just("make"), st.integers(1, 2)),
        st.tuples(st.just("wait"), st.integers(1, 60)),
        st.tuples(st.just("clock back"), st.integers(1, 30)),
        st.tuples(st.just("choose"), st.sampled_from(["daily", "weekly"])),
    ),
    min_size=5,
    max_size=25,
)


@example(steps=[("wait", 90), ("news", "answer"), ("clock back", 13), ("news", "comment"), ("wait", 0)], weekday=5)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, weekday=st.integers(0, 6))
def test_everything_comes_once(database, steps, weekday):
    """Whatever happens in between, after one more week everything written is in one digest, and no digest came too early."""
    database.reset()
    account = somebody(answer="daily", comment="weekly", status="weekly")
    with unit_of_work() as session:
        session.add(MailSettings(account_id=account, weekday=weekday))
    now, latest, number = START, START, 0
    for act, what in steps:
        if act == "news":
            number += 1
            with unit_of_work() as session:
                assert news(session, [account], number, now, what) == 1
                assert news(session, [account], number, now, what) == 0
        elif act == "make":
            for _time in range(what):
                make(now)
        elif act == "wait":
            now += timedelta(hours=what)
            latest = max(latest, now)
        elif act == "clock back":
            now -= timedelta(hours=what)
        else:
            with unit_of_work() as session:
                preferences.save(session, account, {"comment": Choice(what)})
    for day in range(1, 10):
        make(latest + day * DAY)
    found = all_of(Notification)
    assert len(found) == number
    assert all(one.mail == "digest" and one.digest_id for one in found)
    made = {row.id: row for row in all_of(Digest)}
    assert {one.digest_id for one in found} == set(made), "no digest is empty"
    for one in found:
        digest = made[one.digest_id]
        assert one.created_at < cadence_rules.boundary("daily", digest.made_at)
        if one.kind == "status":  # always weekly; a weekly mail that comes late takes the day's news along
            assert one.created_at < cadence_rules.morning(digest.period)
    assert len(all_of(Delivery)) == len(made)
    weekly = [row for row in made.values() if row.cadence == "weekly"]
    assert all(row.period.weekday() == weekday for row in weekly)


@pytest.mark.parametrize("missed", [0, 1, 3])
def test_a_missed_day_is_made_up_for_and_nothing_comes_twice(database, missed):
    account = somebody(answer="daily")
    for day in range(7):  # over the end of summer time
        moment = START + day * DAY
        with unit_of_work() as session:
            news(session, [account], day, moment)
        if day not in range(3, 3 + missed):
            make(moment.replace(hour=7))
    make(START + 7 * DAY)
    found = all_of(Notification)
    assert all(one.mail == "digest" for one in found)
    assert len(all_of(Digest)) == 7 - missed


def test_a_weekly_digest_keeps_its_day_though_it_was_empty_then(database):
    account = somebody(answer="weekly")  # on Mondays
    monday = datetime(2026, 10, 26, 7, 20, tzinfo=UTC)
    make(monday)
    with unit_of_work() as session:
        news(session, [account], 1, monday + DAY)
    for day in range(1, 7):
        make(monday + day * DAY + timedelta(hours=3))
    assert all_of(Digest) == []
    make(monday + 7 * DAY)
    assert [row.period for row in all_of(Digest)] == [date(2026, 11, 2)]


def test_what_is_due_on_one_morning_is_one_mail(database):
    account = somebody(answer="daily", comment="weekly")
    with unit_of_work() as session:
        news(session, [account], 1, START)
        news(session, [account], 2, START, "comment")
    make(datetime(2026, 10, 26, 7, 20, tzinfo=UTC))
    assert [row.cadence for row in all_of(Digest)] == ["weekly"]
    assert {one.mail for one in all_of(Notification)} == {"digest"}


def test_two_at_once_make_one(database, monkeypatch):
    account = somebody(answer="daily")
    with unit_of_work() as session:
        news(session, [account], 1, START)
        session.add(Digest(account_id=account, cadence="daily", period=date(2026, 10, 21), made_at=START))
    whole = digests._plan
    monkeypatch.setattr(digests, "_plan", lambda person, news, _made, now: whole(person, news, set(), now))  # did not see the other's
    make(START + DAY)
    assert [one.mail for one in all_of(Notification)] == ["waiting"]
    monkeypatch.undo()
    make(START + 2 * DAY)
    assert [one.mail for one in all_of(Notification)] == ["digest"]


def test_who_has_opted_out_meanwhile_gets_no_digest(database):
    account = somebody(answer="daily")
    with unit_of_work() as session:
        news(session, [account], 1, START)
        preferences.stop(session, account, "digest")
    make(START + DAY)
    assert all_of(Digest) == []
    assert [one.mail for one in all_of(Notification)] == ["declined"]


def test_who_stays_away_is_written_to_more_rarely_and_asked_once(database):
    account = somebody(answer="at_once", comment="daily")
    number, made = 0, []
    for day in range(0, 400, 3):
        now = START + day * DAY
        with unit_of_work() as session:
            for sentence in ("answer", "comment"):
                number += 1
                news(session, [account], number, now, sentence)
        make(now)
        made.append(len(all_of(Digest)))
    by_cadence = {}
    for row in all_of(Digest):
        by_cadence.setdefault(row.cadence, []).append(row)
    assert 28 <= len(by_cadence["daily"]) <= 31
    assert 12 <= len(by_cadence["weekly"]) <= 14
    assert 2 <= len(by_cadence["monthly"]) <= 4
    assert len(by_cadence["last"]) == 1
    assert made[-1] == made[93], "after the question nothing more"
    assert {one.mail for one in all_of(Notification)} <= {"digest", "declined", "single", "waiting"}
    back = START + 400 * DAY
    with unit_of_work() as session:
        session.add(LoginSession(id="x" * 64, account_id=account, created_at=back, seen_on=back, expires_at=back + DAY))
        news(session, [account], number + 1, back, "answer")
    assert all_of(Notification)[-1].mail == "single", "a sign-in resets it"
