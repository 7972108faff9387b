"""The tasks about people's rights and about what runs out by the clock."""

from sqlmodel import Session

from beteiligung import audit
from beteiligung.administration import rights as administration
from beteiligung.clock import utcnow
from beteiligung.db import reading
from beteiligung.identity import rights, rights_mails
from beteiligung.identity.rights_models import DataExport
from beteiligung.jobs import Claim, Job
from beteiligung.moderation import log as moderation_log
from worker.tasks import in_one_transaction, send_mail, speaking_to, work


@work(Job.CHAIN_AUDIT)
def chain_audit(held: Claim) -> None:
    """Link the new entries of the audit log and of moderation's; the head of the day goes into the table and then into its file."""

    def act(session: Session) -> None:
        audit.link_new(session, utcnow())
        moderation_log.link_new(session, utcnow())

    in_one_transaction(held, act)
    with reading() as session:
        audit.keep_head(session, utcnow())


@work(Job.EXPORT_OWN_DATA)
def export_own_data(held: Claim) -> None:
    """Read everything about somebody, write the file outside of any transaction, then say that it is there."""
    with reading() as session:
        row = session.get(DataExport, held.args["id"])
        data = administration.personal_data(session, row.account_id) if row and row.ready_at is None else None
    if row is not None and data is not None:
        administration.write_archive(row, administration.archive(data, utcnow()))
    in_one_transaction(held, lambda session: rights.export_ready(session, held.args["id"], utcnow()))
    with reading() as session:
        gone = session.get(DataExport, held.args["id"]) is None
    if row is not None and gone:  # erased while the file was written
        administration.forget_archive(row)


@work(Job.SEND_RIGHTS_MAIL)
def send_rights_mail(held: Claim) -> None:
    """Send one mail about somebody's rights. Between sending and recording a crash may repeat it, with the same Message-ID."""
    with reading() as session:
        about = session, held.args["kind"], held.args["id"], utcnow()
        with speaking_to(session, rights_mails.addressee(*about)):
            message = rights_mails.message(*about)
    send_mail(held, message)
    in_one_transaction(held, lambda _session: None)


@work(Job.ERASE_ACCOUNT)
def erase_account(held: Claim) -> None:
    """Delete an account whose day has come, with everything of its owner."""
    in_one_transaction(held, lambda session: administration.erase_due(session, held.args["id"], utcnow()))


@work(Job.WATCH_DEADLINES)
def watch_deadlines(held: Claim) -> None:
    """Queue deletions that are due, reminders, and warnings to unused accounts."""
    in_one_transaction(held, lambda session: rights.watch_deadlines(session, utcnow()))
