"""A clock that is an hour or a day wrong, and put right again: sessions, leases, waiting work, and the one-time things of a night."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from beteiligung import clock, jobs
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.session import hashed
from beteiligung.identity.viewer import viewer_by_id
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.notifications.models import Notification
from beteiligung.participation.models import Comment
from faults.harness import _sign_in
from faults.load import settle
from support import make_account
from worker import tasks

WRONG = [timedelta(hours=1), timedelta(days=1)]


@pytest.fixture
def ahead(monkeypatch):
    """Return a function that sets every clock of the platform so far ahead of the time (back, if negative)."""

    def set_to(by):
        class Shifted(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.now(tz) + by

        monkeypatch.setattr(clock, "datetime", Shifted)

    return set_to


def waiting_ids():
    with reading() as session:
        return [number for number, _job in jobs.waiting(session, utcnow(), "default")]


@pytest.mark.parametrize("by", [sign * wrong for wrong in WRONG for sign in (1, -1)], ids=str)
def test_work_of_a_wrong_clock_is_done_once_when_it_is_right_again(database, ahead, by):
    place = settle(2)
    ahead(by)
    with unit_of_work() as session:
        comment = Comment(
            commitment_id=place.commitment_id, author_id=place.people[0][0], text="Von vorhin oder nachher.", created_at=utcnow()
        )
        session.add(comment)
        session.flush()
        done = jobs.enqueue(session, Job.TELL_FOLLOWERS, utcnow(), comment=comment.id)
        held = jobs.enqueue(session, Job.TELL_FOLLOWERS, utcnow(), comment=comment.id)
    with unit_of_work() as session:
        assert jobs.claim(session, held, utcnow())  # its worker dies, and holds a lease of the wrong time

    ahead(timedelta(0))
    if by < timedelta(0):  # a lease that began long ago has ended; nothing else was put off
        assert set(waiting_ids()) == {done, held}
    with unit_of_work() as session:
        jobs.set_clock_right(session, utcnow())
    assert set(waiting_ids()) == {done, held}
    for entry in (done, held, done):
        tasks.perform(Job.TELL_FOLLOWERS, entry)
    with reading() as session:
        told = session.exec(select(Notification.event).where(Notification.account_id == place.follower)).all()
        still = session.exec(select(OutboxEntry.id).where(col(OutboxEntry.done_at).is_(None), OutboxEntry.job == Job.TELL_FOLLOWERS)).all()
    assert len(told) == 1
    assert still == []


def test_a_worker_whose_lease_was_ended_by_the_clock_leaves_no_second_effect(database, ahead):
    with unit_of_work() as session:
        entry = jobs.enqueue(session, Job.CLEAN_UP, utcnow())
    ahead(timedelta(days=1))
    with unit_of_work() as session:
        slow = jobs.claim(session, entry, utcnow())
    ahead(timedelta(0))
    with unit_of_work() as session:
        assert jobs.set_clock_right(session, utcnow()) == 1
    with unit_of_work() as session:
        quick = jobs.claim(session, entry, utcnow())
        jobs.finish(session, quick, utcnow())
    with pytest.raises(jobs.LeaseLost), unit_of_work() as session:
        jobs.finish(session, slow, utcnow())


def test_a_machine_whose_clock_is_minutes_behind_takes_nobodys_lease_away(database, ahead):
    ahead(timedelta(minutes=8))
    with unit_of_work() as session:
        entry = jobs.enqueue(session, Job.CLEAN_UP, utcnow())
    with unit_of_work() as session:
        held = jobs.claim(session, entry, utcnow())
    ahead(timedelta(0))
    for _sweep in range(3):
        with unit_of_work() as session:
            jobs.set_clock_right(session, utcnow())
        with unit_of_work() as session:
            assert jobs.claim(session, entry, utcnow()) is None
    ahead(timedelta(minutes=8))
    with unit_of_work() as session:
        jobs.finish(session, held, utcnow())


def test_what_is_meant_to_wait_goes_on_waiting(database):
    now = utcnow()
    with unit_of_work() as session:
        jobs.enqueue(session, Job.ERASE_ACCOUNT, now, not_before=now + timedelta(days=7), id=1)
        jobs.enqueue(session, Job.ERASE_ACCOUNT, now + timedelta(days=1), not_before=now + timedelta(days=8), id=2)
        jobs.set_clock_right(session, now)
    with reading() as session:
        moments = session.exec(select(OutboxEntry.not_before)).all()
    assert all(abs(moment - now - timedelta(days=7)) < timedelta(seconds=1) for moment in moments)


@pytest.mark.parametrize("by", [sign * wrong for wrong in WRONG for sign in (1, -1)], ids=str)
def test_nobody_is_signed_out_by_a_clock_an_hour_or_a_day_off(database, ahead, by):
    with unit_of_work() as session:
        account = make_account(session)
        secret, _csrf = _sign_in(session, account.id, utcnow() + timedelta(days=2))  # a session holds longer than a day
    for wrong in (by, timedelta(0)):
        ahead(wrong)
        with reading() as session:
            viewer = viewer_by_id(session, hashed(secret), utcnow())
        assert viewer is not None
        assert viewer.account_id == account.id
