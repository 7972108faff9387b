"""The real worker on each real broker: work is done, also when it is killed half-way, also when the broker forgets."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest
from sqlmodel import select

from beteiligung import jobs
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.settings import QUEUES, ROOT
from conftest import SERVERS

EMBEDDED = [("sqlite", "files")]
PRODUCTION = [("postgresql", "redis://127.0.0.1:6379/13"), ("postgresql", "amqp://guest:guest@127.0.0.1:5672//")]
PATIENCE = 60


@pytest.fixture
def broker(request, database, monkeypatch):
    url = f"filesystem://{database.var / 'broker'}" if request.param == "files" else request.param
    monkeypatch.setenv("BETEILIGUNG_BROKER_URL", url)
    jobs.relay.cache_clear()
    from beteiligung.settings import settings

    settings.cache_clear()
    yield url
    jobs.relay.cache_clear()


def start_worker():
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "worker.app",
        "worker",
        "--pool",
        "threads",
        "--concurrency",
        "2",
        "-Q",
        ",".join(QUEUES),
    ]
    return subprocess.Popen(
        [*command, "--beat", "--loglevel", "warning", "--without-gossip", "--without-mingle"],
        cwd=ROOT,
        env=os.environ.copy(),
        start_new_session=True,
    )


def stop(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def open_entries():
    with reading() as session:
        return len(session.exec(select(OutboxEntry).where(OutboxEntry.done_at == None)).all())  # noqa: E711


def wait_until_done():
    end = time.monotonic() + PATIENCE
    while open_entries():
        assert time.monotonic() < end, "the worker did not do its work"
        time.sleep(0.2)


@pytest.mark.parametrize(("database", "broker"), EMBEDDED + PRODUCTION * SERVERS, indirect=True)
def test_work_is_done_though_the_worker_is_killed_and_the_broker_forgets(broker):
    with unit_of_work() as session:
        for _ in range(5):
            jobs.enqueue(session, Job.CLEAN_UP, utcnow())
    worker = start_worker()
    try:
        time.sleep(2.5)
        stop(worker)  # at some moment of its start or work
        with unit_of_work() as session:
            entry = OutboxEntry(job=Job.RECOUNT_TALLIES, args={}, created_at=utcnow(), not_before=utcnow())
            session.add(entry)  # as if the process had died before handing it over
            for lost in session.exec(select(OutboxEntry).where(OutboxEntry.leased_until != None)).all():  # noqa: E711
                lost.leased_until = None  # the lease of the killed worker, ended before its time for the test
        worker = start_worker()
        wait_until_done()
    finally:
        stop(worker)
    with reading() as session:
        assert all(entry.attempts <= jobs.MAX_ATTEMPTS for entry in session.exec(select(OutboxEntry)).all())
