"""Reading an uploaded file, which may take minutes: its lease is kept, and a run that nobody reads any more is over."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from beteiligung import jobs
from beteiligung.catalogue import imports
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.jobs import Claim, Job, LeaseLost
from worker.tasks import in_one_transaction, work

log = logging.getLogger(__name__)

RENEW_AFTER = jobs.LEASE.total_seconds() / 3
"""Seconds between two renewals while a file is read."""


@work(Job.IMPORT_DOCUMENT)
def import_document(held: Claim) -> None:
    """Read an uploaded file and store text and candidates batch by batch, so that progress shows and a crash loses nothing."""
    try:
        _import(held, held.args["id"])
    except LeaseLost:
        raise
    except Exception:
        if held.is_last:
            with unit_of_work() as session:
                imports.abandon(session, held.args["id"], utcnow())
        raise


def _import(held: Claim, run_id: int) -> None:
    with unit_of_work() as session:
        task = imports.begin(session, run_id, utcnow())
    if task is not None:
        with lease_kept(held):
            reading_of_file = imports.read(task)
        position: int | None = 0
        while position is not None:
            with unit_of_work() as session:
                jobs.renew(session, held, utcnow())
                position = imports.next_batch(session, task, reading_of_file, position, utcnow())
    in_one_transaction(held, lambda session: imports.complete(session, run_id, utcnow()))


@contextmanager
def lease_kept(held: Claim, seconds: float = RENEW_AFTER) -> Iterator[None]:
    """Renew the lease from a thread while nothing is written, so that no other worker takes the file over meanwhile.

    A worker that hangs for good is ended by Celery's time limit, and its thread with it.
    """
    over = threading.Event()

    def renew() -> None:
        while not over.wait(seconds):
            try:
                with unit_of_work() as session:
                    jobs.renew(session, held, utcnow())
            except LeaseLost:  # the next batch finds out as well, and then nothing takes effect
                return
            except SQLAlchemyError as error:
                log.warning("the lease of outbox entry %s was not renewed: %s", held.id, error)

    thread = threading.Thread(target=renew, name=f"lease-{held.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def give_up_lost() -> None:
    """Say of every run that nobody will read any more that it has failed: its clerk may send the file again."""
    with reading() as session:
        lost = imports.lost(session, utcnow())
    for run_id in lost:
        with unit_of_work() as session:
            imports.abandon(session, run_id, utcnow())
