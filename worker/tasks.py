"""One thin task per job: claim the outbox entry, one domain call, mark it done with its effect."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from email.message import EmailMessage

from sqlmodel import Session

from beteiligung import jobs
from beteiligung.administration import printing, rights
from beteiligung.catalogue import similar
from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.exports import service as exports
from beteiligung.i18n import speaking
from beteiligung.identity import notices, oidc_service
from beteiligung.identity import service as identity
from beteiligung.installed import note_heartbeat
from beteiligung.jobs import Claim, Job, LeaseLost
from beteiligung.logs import of_request
from beteiligung.notifications import mail, preferences, recommendations, resolutions, returns
from beteiligung.notifications import service as notifications
from beteiligung.notifications.cadence_rules import morning
from beteiligung.participation import recount
from beteiligung.settings import QUEUES, settings
from beteiligung.tracing import tracer
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
    with of_request(held.request_id), tracer().span(f"task {job.value}", **{"task.attempt": held.attempt}) as said:
        said["task.outcome"] = _attempt(job, held)


def _attempt(job: Job, held: Claim) -> str:
    """Do the work of an entry that is ours; returns how it ended, in a word."""
    entry_id = held.id
    try:
        WORK[job](held)
    except LeaseLost:
        log.warning("%s %s was taken over by another worker", job, entry_id)
        return "taken over"
    except mail.MailDeferred as error:
        log.warning("%s %s waits for the mail server, attempt %s: %s", job, entry_id, held.attempt, error)
        with unit_of_work() as session:
            jobs.delay(session, held, utcnow(), str(error))
        return "delayed"
    except Exception as error:
        log.exception("%s %s failed on attempt %s", job, entry_id, held.attempt)
        with unit_of_work() as session:
            jobs.fail(session, held, utcnow(), f"{type(error).__name__}: {error}")
        return "failed"
    return "done"


def work(job: Job) -> Callable[[Work], Work]:
    """Register a function as the one task of a job."""

    def register(function: Work) -> Work:
        def run(entry_id: int) -> None:
            perform(job, entry_id)

        WORK[job] = function
        soft = jobs.TIME_LIMITS[job.queue]
        app.task(run, name=job.task, soft_time_limit=soft, time_limit=soft + 60)
        return function

    return register


def in_one_transaction(held: Claim, act: Callable[[Session], object]) -> None:
    """Run a domain call and mark its entry done, both or neither."""
    with unit_of_work() as session:
        act(session)
        jobs.finish(session, held, utcnow())


def speaking_to(session: Session, account_id: int | None, otherwise: str | None = None) -> AbstractContextManager[None]:
    """Return a block that writes in somebody's language; where there is no account, in the one they asked in (`otherwise`)."""
    return speaking(otherwise or preferences.language_of(session, account_id))


def send_mail(held: Claim, message: EmailMessage | None) -> None:
    """Send a mail, if there is one, that is about no piece of news. Trying again would not help where the server refuses it.

    A server that says there is no such mailbox pauses the address as a bounce would. Raises MailDeferred, MailUnknown.
    """
    if message is None:
        return
    try:
        mail.send(message)
    except mail.MailRefused as error:
        log.warning("mail of %s, entry %s, refused: %s", held.job, held.id, error)
        if isinstance(error, mail.AddressRefused):
            with unit_of_work() as session:
                returns.pause_address(session, message["To"].addresses[0].addr_spec, utcnow())


@work(Job.SEND_SIGN_IN)
def send_sign_in(held: Claim) -> None:
    """Send the mail with link and code. Between sending and recording a crash may repeat it, with the same Message-ID."""
    with reading() as session, speaking_to(session, None, held.args.get("language")):
        message = identity.sign_in_message(session, held.args["id"], utcnow())
    try:
        send_mail(held, message)
    except mail.MailUnknown as error:
        if not held.is_last:
            raise
        log.warning("sign-in mail %s may or may not have arrived: %s", held.args["id"], error)  # nobody waits for it any more
    in_one_transaction(held, lambda session: identity.mark_sent(session, held.args["id"], utcnow()))


@work(Job.TELL_ACCOUNT)
def tell_account(held: Claim) -> None:
    """Mail somebody what was changed at their account. Repeated after a crash it has the same Message-ID."""
    with reading() as session, speaking_to(session, held.args["account"]):
        message = notices.message(session, held.id, held.args, utcnow())
    send_mail(held, message)
    in_one_transaction(held, lambda _session: None)


@work(Job.TELL_FOLLOWERS)
def tell_followers(held: Claim) -> None:
    """Turn one event into one notification per person concerned."""
    tell = recommendations.tell if {"recommendation", "poll"} & set(held.args) else notifications.tell
    tell = resolutions.tell if "resolution" in held.args else tell
    in_one_transaction(held, lambda session: tell(session, held.args, utcnow()))


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
    """Delete what has passed its time: sessions, sign-ins, drafts, exports, old news, uploads, finished outbox entries."""

    def act(session: Session) -> None:
        identity.clean_up(session, utcnow())
        printing.clean_up(session, utcnow())
        rights.clean_up(session, utcnow())
        exports.clean_up(session, utcnow())
        oidc_service.clean_up(session, utcnow())
        jobs.forget_done(session, utcnow())

    in_one_transaction(held, act)


@app.task(name="beteiligung.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Hand waiting entries to the broker again, and end the imports that nobody reads any more."""
    with unit_of_work() as session:
        if moved := jobs.set_clock_right(session, utcnow()):
            log.warning("a clock was ahead: %s entries were put back to the present", moved)
    for queue in QUEUES:
        with reading() as session:
            entries = jobs.waiting(session, utcnow(), queue, _queued(queue))
        for entry_id, job in entries:
            app.send_task(job.task, args=[entry_id], queue=queue)
    import_tasks.give_up_lost()
    note_heartbeat()


def _queued(queue: str) -> int:
    """Return how many messages the broker holds for a queue that no worker has taken."""
    with app.connection_for_write() as connection:
        try:
            return int(connection.default_channel.queue_declare(queue, passive=True).message_count)
        except connection.channel_errors:  # there is no such queue yet
            return 0


@app.task(name="beteiligung.hourly")  # type: ignore[untyped-decorator]
def hourly() -> None:
    """Write the hour's work: the audit log's chain, and what is due by the clock."""
    now = utcnow()
    with unit_of_work() as session:
        watches = (Job.WATCH_DEADLINES, Job.WATCH_CASES, Job.WATCH_RECOMMENDATIONS, Job.WATCH_COUNCIL)
        for job in (Job.TAKE_PULSE, Job.CHAIN_AUDIT, Job.READ_TONES, *watches):
            jobs.enqueue(session, job, now, period=f"{now:%Y-%m-%dT%H}")
        if now >= morning(berlin_date(now)):  # also later on a day whose morning was missed
            jobs.enqueue(session, Job.MAKE_DIGESTS, now, period=berlin_date(now).isoformat())
        if settings().returns_maildir is not None or settings().returns_imap is not None:
            jobs.enqueue(session, Job.READ_RETURNS, now, period=f"{now:%Y-%m-%dT%H}")


@app.task(name="beteiligung.nightly")  # type: ignore[untyped-decorator]
def nightly() -> None:
    """Write the night's work; a second beat finds the day's rows already there."""
    now = utcnow()
    day = berlin_date(now).isoformat()
    with unit_of_work() as session:
        for job in (Job.RECOUNT_TALLIES, Job.CLEAN_UP, Job.LAPSE_RESIDENCES, Job.FIND_SIMILAR, Job.DRAFT_REPORTS):
            jobs.enqueue(session, job, now, period=day)


# Their tasks join WORK; at the end, because they need what stands above.
from worker import (  # noqa: E402, F401
    council_tasks,
    export_tasks,
    import_tasks,
    insight_tasks,
    moderation_tasks,
    notification_tasks,
    push_tasks,
    report_tasks,
    residence_tasks,
    rights_tasks,
    tone_tasks,
)
