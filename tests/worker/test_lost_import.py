"""An import whose worker died for good is over for its clerk; one that takes long keeps its lease."""

import threading
from datetime import timedelta

from sqlmodel import select

from beteiligung import jobs
from beteiligung.catalogue import imports, uploads
from beteiligung.catalogue.models import ImportRun
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.jobs import Job, OutboxEntry
from support import make_region
from worker import import_tasks, tasks


def queue():
    file = uploads.store_upload(b"# Programm\n\nWir bauen einen Radweg am Fluss.\n", "programm.txt")
    with unit_of_work() as session:
        run_id = imports.create_run(session, make_region(session).id, file, {}, None, utcnow()).id
        return run_id, session.exec(select(OutboxEntry.id).where(OutboxEntry.job == Job.IMPORT_DOCUMENT.value)).one()


def state_of(run_id):
    with reading() as session:
        return session.get_one(ImportRun, run_id).state


def test_a_worker_killed_three_times_does_not_leave_the_run_running(database):
    run_id, entry_id = queue()
    for _attempt in range(jobs.MAX_ATTEMPTS):  # killed right after it began: nobody says that it failed
        with unit_of_work() as session:
            assert jobs.claim(session, entry_id, utcnow())
            imports.begin(session, run_id, utcnow())
            session.get_one(OutboxEntry, entry_id).leased_until = None
    import_tasks.give_up_lost()
    assert state_of(run_id) == "running"  # its work still waits
    tasks.perform(Job.IMPORT_DOCUMENT, entry_id)
    import_tasks.give_up_lost()
    assert state_of(run_id) == "failed"
    import_tasks.give_up_lost()
    assert state_of(run_id) == "failed"


def test_the_lease_is_renewed_while_a_file_is_read(database):
    _run_id, entry_id = queue()
    with unit_of_work() as session:
        held = jobs.claim(session, entry_id, utcnow())
        session.get_one(OutboxEntry, entry_id).leased_until = utcnow() + timedelta(seconds=5)
    renewed = threading.Event()
    whole = jobs.renew

    def watched(*given):
        whole(*given)
        renewed.set()

    jobs.renew = watched
    try:
        with import_tasks.lease_kept(held, seconds=0.01):
            assert renewed.wait(30)
    finally:
        jobs.renew = whole
    with reading() as session:
        assert session.get_one(OutboxEntry, entry_id).leased_until > utcnow() + timedelta(minutes=2)


def test_a_lease_that_was_taken_over_is_not_taken_back(database):
    run_id, entry_id = queue()
    with unit_of_work() as session:
        held = jobs.claim(session, entry_id, utcnow())
        session.get_one(OutboxEntry, entry_id).leased_until = utcnow() - timedelta(seconds=1)
    with unit_of_work() as session:
        assert jobs.claim(session, entry_id, utcnow()).attempt == held.attempt + 1
        session.get_one(OutboxEntry, entry_id).leased_until = until = utcnow() + timedelta(seconds=30)
    lost = threading.Event()
    whole = jobs.renew

    def watched(*given):
        try:
            whole(*given)
        except jobs.LeaseLost:
            lost.set()
            raise

    jobs.renew = watched
    try:
        with import_tasks.lease_kept(held, seconds=0.01):
            assert lost.wait(30)
    finally:
        jobs.renew = whole
    with reading() as session:
        assert session.get_one(OutboxEntry, entry_id).leased_until == until
    assert state_of(run_id) == "queued"
