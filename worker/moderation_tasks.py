"""The tasks of the council: moderation's mails with a word of each in the account, and what runs out by the clock."""

from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.council import recommendation_service
from beteiligung.db import reading
from beteiligung.jobs import Claim, Job
from beteiligung.moderation import cases, mails
from beteiligung.notifications import service as notifications
from worker.tasks import in_one_transaction, send_mail, speaking_to, work


@work(Job.TELL_MODERATION)
def tell_moderation(held: Claim) -> None:
    """Send one mail about a report or a decision, then note it in the account. Repeated after a crash it has the same Message-ID."""
    with reading() as session:
        told = mails.letter(session, held.args)
        with speaking_to(session, told.account_id if told else None, held.args.get("language")):
            told = mails.letter(session, held.args)
            message = mails.message(session, held.id, held.args, utcnow())
    send_mail(held, message)

    def note(session: Session) -> None:
        if told is not None and told.account_id is not None:
            notifications.write(
                session,
                [told.account_id],
                event=f"moderation:{held.id}",
                sentence="moderation",
                words={"title": told.subject},
                path=told.path,
                now=utcnow(),
                mails=False,  # the mail has gone out above, with all of the reasons in it
            )

    in_one_transaction(held, note)


@work(Job.WATCH_CASES)
def watch_cases(held: Claim) -> None:
    """Draw anew, escalate, close and have reviewed what is due."""
    in_one_transaction(held, lambda session: cases.watch(session, utcnow()))


@work(Job.WATCH_RECOMMENDATIONS)
def watch_recommendations(held: Claim) -> None:
    """Count the votes of the council whose week is over."""
    in_one_transaction(held, lambda session: recommendation_service.settle_due(session, utcnow()))
