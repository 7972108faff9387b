"""The outbox: done once however often a task runs, taken over when its worker dies, parked after three failures."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from beteiligung import jobs
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import NotFound
from beteiligung.jobs import Job, LeaseLost, OutboxEntry
from support import NOW


def put(**ids):
    with unit_of_work() as session:
        return jobs.enqueue(session, Job.CLEAN_UP, NOW, **ids)


def take(entry_id, now=NOW):
    with unit_of_work() as session:
        return jobs.claim(session, entry_id, now)


def row(entry_id):
    with reading() as session:
        return session.get(OutboxEntry, entry_id)


def test_an_entry_is_done_once(database):
    entry = put()
    held = take(entry)
    with unit_of_work() as session:
        jobs.finish(session, held, NOW)
    assert take(entry) is None
    assert row(entry).done_at == NOW


def test_only_one_worker_holds_an_entry(database):
    entry = put()
    won = []

    def claim():
        if take(entry) is not None:
            won.append(1)

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_dead_workers_entry_is_taken_over_and_the_dead_one_cannot_finish(database):
    entry = put()
    first = take(entry)
    later = NOW + jobs.LEASE + timedelta(seconds=1)
    second = take(entry, later)
    assert second is not None
    with pytest.raises(LeaseLost), unit_of_work() as session:
        jobs.finish(session, first, later)
    with unit_of_work() as session:
        jobs.finish(session, second, later)


def test_the_effect_and_the_mark_are_one_transaction(database):
    entry = put()
    held = take(entry)
    with pytest.raises(RuntimeError), unit_of_work() as session:
        jobs.finish(session, held, NOW)
        raise RuntimeError
    assert row(entry).done_at is None


def test_a_rolled_back_act_leaves_no_work(database):
    with pytest.raises(RuntimeError), unit_of_work() as session:
        jobs.enqueue(session, Job.CLEAN_UP, NOW)
        raise RuntimeError
    with reading() as session:
        assert session.exec(select(OutboxEntry)).all() == []


def test_three_failures_park_an_entry_until_a_person_decides(database):
    entry = put()
    now = NOW
    for _attempt in range(jobs.MAX_ATTEMPTS):
        held = take(entry, now)
        with unit_of_work() as session:
            jobs.fail(session, held, now, "ValueError: x")
        assert take(entry, now) is None  # not before its time
        now += timedelta(minutes=30)
    assert take(entry, now) is None
    with reading() as session:
        assert [parked.id for parked in jobs.parked(session)] == [entry]
    with unit_of_work() as session:
        jobs.unpark(session, entry, now)
    assert take(entry, now) is not None


def test_work_that_kills_its_worker_is_parked_too(database):
    entry = put()
    now = NOW
    for _attempt in range(jobs.MAX_ATTEMPTS):
        assert take(entry, now) is not None
        now += jobs.LEASE + timedelta(seconds=1)
    assert take(entry, now) is None
    assert row(entry).parked_at is not None


def test_dropping_what_is_not_parked_is_refused(database):
    entry = put()
    with pytest.raises(NotFound), unit_of_work() as session:
        jobs.give_up(session, entry, NOW)


def test_two_beats_write_a_nights_work_once(database):
    for _beat in range(2):
        with unit_of_work() as session:
            jobs.enqueue(session, Job.RECOUNT_TALLIES, NOW, period="2026-11-21")
    with reading() as session:
        assert len(session.exec(select(OutboxEntry)).all()) == 1


def test_the_sweep_finds_what_is_due_and_nobodys(database):
    due, held, done = put(), put(), put()
    take(held)
    with unit_of_work() as session:
        jobs.finish(session, jobs.claim(session, done, NOW), NOW)
    with reading() as session:
        assert [entry for entry, _job in jobs.waiting(session, NOW, "default")] == [due]
        later = NOW + jobs.LEASE + timedelta(seconds=1)
        assert {entry for entry, _job in jobs.waiting(session, later, "default")} == {due, held}
