"""Mails about news: one at a time, claimed just before the text leaves and recorded after the answer; and the gathering of digests."""

from functools import partial

from sqlmodel import Session

from beteiligung import jobs
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.jobs import Claim, Job
from beteiligung.notifications import deliveries, digests, letters, mail, mailbox, preferences, returns
from beteiligung.settings import settings
from worker.tasks import in_one_transaction, log, work

_TIMES_WRITTEN = 3
"""How often a mail is written anew because somebody opted out of a part of it just then."""


@work(Job.DELIVER_MAIL)
def deliver_mail(held: Claim) -> None:
    """Send one piece of news by mail."""
    deliver(held)


@work(Job.SEND_DIGEST)
def send_digest(held: Claim) -> None:
    """Send one digest by mail."""
    deliver(held)


def deliver(held: Claim) -> None:
    """Send the mail of a delivery, at most once; the outcome and the outbox entry's end are one transaction."""
    number = held.args["id"]
    with unit_of_work() as session:
        deliveries.note_lost(session, number, utcnow())
    outcome, words, no_mailbox = "", "", False
    for _time in range(_TIMES_WRITTEN):
        with reading() as session:
            written = letters.letter(session, number, utcnow())
        if written is None:
            _claim(number, frozenset())  # says why nothing is sent
            break
        try:
            outcome = "sent" if mail.send(written.message, partial(_claim, number, written.news)) else ""
        except mail.MailDeferred as error:
            outcome, words = "deferred", str(error)
        except mail.MailRefused as error:
            outcome, words, no_mailbox = "refused", str(error), isinstance(error, mail.AddressRefused)
        except mail.MailUnknown as error:
            outcome, words = "unknown", str(error)
        if outcome:
            break

    def note(session: Session) -> None:
        if outcome:
            deliveries.record(session, number, outcome, utcnow(), words, no_mailbox=no_mailbox)

    if outcome not in ("", "sent"):
        log.warning("delivery %s %s: %s", number, outcome, words)
    in_one_transaction(held, note)


def _claim(number: int, news: frozenset[int]) -> bool:
    with unit_of_work() as session:
        return deliveries.claim(session, number, news, utcnow())


@work(Job.KEEP_LANGUAGE)
def keep_language(held: Claim) -> None:
    """Keep the language somebody signed in with, where they have chosen none."""
    in_one_transaction(held, lambda session: preferences.keep_language(session, held.args["account"], held.args["language"]))


@work(Job.MAKE_DIGESTS)
def make_digests(held: Claim) -> None:
    """Make the digests that are due, two hundred people at a time, so that nobody waits for one long transaction."""
    after: int | None = 0
    while after is not None:
        with unit_of_work() as session:
            jobs.renew(session, held, utcnow())
            after = digests.make(session, utcnow(), after)
    in_one_transaction(held, lambda _session: None)


@work(Job.READ_RETURNS)
def read_returns(held: Claim) -> None:
    """Act on the mails that came back, each in a transaction of its own; one read twice pauses once."""
    folder = settings().returns_maildir
    for path, raw in returns.read_maildir(folder) if folder else ():
        with unit_of_work() as session:
            jobs.renew(session, held, utcnow())
            returns.take(session, raw, utcnow())
        returns.seen(path)
    if settings().returns_imap:
        try:
            _read_mailbox(held, settings().returns_imap or "")
        except mailbox.MailboxError as error:  # the next hour reads it; nothing is marked before it was dealt with
            log.warning("the mailbox of returns cannot be read: %s", error)
    in_one_transaction(held, lambda _session: None)


def _read_mailbox(held: Claim, url: str) -> None:
    with mailbox.Mailbox(url) as box:
        for number, raw in box.unread():
            with unit_of_work() as session:
                jobs.renew(session, held, utcnow())
                returns.take(session, raw, utcnow())
            box.seen(number)
