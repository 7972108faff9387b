"""One thin task per job: claim the outbox entry, one domain call, mark it done with its effect."""

import logging
from collections.abc import Callable

from sqlmodel import Session

from beteiligung import jobs
from beteiligung.catalogue import imports, similar
from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity import service as identity
from beteiligung.jobs import Claim, Job, LeaseLost
from beteiligung.notifications import mail
from beteiligung.notifications import service as notifications
from beteiligung.participation import recount
from worker.app import app

log = logging.getLogger(__name__)

Work = Callable[[Claim], None]
WORK: dict[Job, Work] = {}


def perform(job: Job, entry_id: int) -> None:
    """Do one outbox entry if it is still to be done. Run twice, or on an entry long gone, it does nothing."""
    with unit_of_work() as session:
        held = jobs.claim(session, entry_id, utcnow())
    if held is None:
        return
    try:
        WORK[job](held)
    except LeaseLost:
        log.warning("%s %s was taken over by another worker", job, entry_id)
    except Exception as error:
        log.exception("%s %s failed on attempt %s", job, entry_id, held.attempt)
        with unit_of_work() as session:
            jobs.fail(session, held, utcnow(), f"{type(error).__name__}: {error}")


def work(job: Job) -> Callable[[Work], Work]:
    """Register a function as the one task of a job."""

    def register(function: Work) -> Work:
        def run(entry_id: int) -> None:
            perform(job, entry_id)

        WORK[job] = function
        app.task(run, name=job.task)
        return function

    return register


def in_one_transaction(held: Claim, act: Callable[[Session], object]) -> None:
    """Run a domain call and mark its entry done, both or neither."""
    with unit_of_work() as session:
        act(session)
        jobs.finish(session, held, utcnow())


@work(Job.SEND_SIGN_IN)
def send_sign_in(held: Claim) -> None:
    """Send the mail with link and code. Between sending and recording a crash may repeat it, with the same Message-ID."""
    with reading() as session:
        message = identity.sign_in_message(session, held.args["id"], utcnow())
    if message is not None:
        try:
            mail.send(message)
        except mail.MailRefused as error:  # a mistyped address: trying again would not help
            log.warning("sign-in mail %s refused: %s", held.args["id"], error)
    in_one_transaction(held, lambda session: identity.mark_sent(session, held.args["id"], utcnow()))


@work(Job.TELL_FOLLOWERS)
def tell_followers(held: Claim) -> None:
    """Turn one event into one notification per person concerned."""
    in_one_transaction(held, lambda session: notifications.tell(session, held.args, utcnow()))


@work(Job.IMPORT_DOCUMENT)
def import_document(held: Claim) -> None:
    """Read an uploaded file and write its commitments batch by batch, so that progress shows and a crash loses nothing."""
    try:
        _import(held, held.args["id"])
    except LeaseLost:
        raise
    except Exception:
        if held.attempt >= jobs.MAX_ATTEMPTS:
            with unit_of_work() as session:
                imports.abandon(session, held.args["id"], utcnow())
        raise


def _import(held: Claim, run_id: int) -> None:
    with unit_of_work() as session:
        task = imports.begin(session, run_id, utcnow())
    if task is not None:
        reading_of_file = imports.read(task)
        position: int | None = 0
        while position is not None:
            with unit_of_work() as session:
                jobs.renew(session, held, utcnow())
                position = imports.next_batch(session, task, reading_of_file, position, utcnow())
    in_one_transaction(held, lambda session: imports.complete(session, run_id, utcnow()))


@work(Job.FIND_SIMILAR)
def find_similar(held: Claim) -> None:
    """Find commitments alike, computed outside of the transaction that stores them."""
    with reading() as session:
        found = similar.compute(session)
    in_one_transaction(held, lambda session: similar.store(session, found))


@work(Job.RECOUNT_TALLIES)
def recount_tallies(held: Claim) -> None:
    """Count all votes anew and report any tally that differs; nothing is repaired in secret."""
    in_one_transaction(held, lambda session: recount.report_differences(session, utcnow()))


@work(Job.CLEAN_UP)
def clean_up(held: Claim) -> None:
    """Delete what has passed its time: sessions, sign-ins, drafts, finished outbox entries."""

    def act(session: Session) -> None:
        identity.clean_up(session, utcnow())
        jobs.forget_done(session, utcnow())

    in_one_transaction(held, act)


@app.task(name="beteiligung.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Hand waiting entries to the broker again."""
    with reading() as session:
        entries = jobs.waiting(session, utcnow())
    for entry_id, job in entries:
        app.send_task(job.task, args=[entry_id], queue=job.queue)


@app.task(name="beteiligung.nightly")  # type: ignore[untyped-decorator]
def nightly() -> None:
    """Write the night's work; a second beat finds the day's rows already there."""
    now = utcnow()
    day = berlin_date(now).isoformat()
    with unit_of_work() as session:
        for job in (Job.RECOUNT_TALLIES, Job.CLEAN_UP, Job.FIND_SIMILAR):
            jobs.enqueue(session, job, now, period=day)
