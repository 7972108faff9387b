"""An import that cannot be done says so, and the same file may be sent again."""

from datetime import timedelta

from sqlmodel import select

from beteiligung import jobs
from beteiligung.catalogue import imports, uploads
from beteiligung.catalogue.models import ImportRun
from beteiligung.clock import utcnow
from beteiligung.db import unit_of_work
from beteiligung.jobs import Job, OutboxEntry
from support import make_region
from worker import tasks


def test_an_import_that_fails_three_times_is_over_for_the_clerk(database, monkeypatch):
    file = uploads.store_upload(b"# Programm\n\nWir bauen einen Radweg am Fluss.\n", "programm.txt")
    with unit_of_work() as session:
        region_id = make_region(session).id
        run_id = imports.create_run(session, region_id, file, {}, None, utcnow()).id
        entry_id = session.exec(select(OutboxEntry.id).where(OutboxEntry.job == Job.IMPORT_DOCUMENT.value)).one()

    def broken(*_given):
        raise RuntimeError("broken")

    monkeypatch.setattr(imports, "next_batch", broken)
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        tasks.perform(Job.IMPORT_DOCUMENT, entry_id)
        with unit_of_work() as session:
            run, entry = session.get_one(ImportRun, run_id), session.get_one(OutboxEntry, entry_id)
            last = attempt == jobs.MAX_ATTEMPTS
            assert (run.state, entry.parked_at is not None) == ("failed" if last else "running", last)
            entry.not_before = utcnow() - timedelta(minutes=1)
    assert run.message
    assert run.finished_at is not None
    with unit_of_work() as session:
        assert imports.create_run(session, region_id, file, {}, None, utcnow()).id != run_id
