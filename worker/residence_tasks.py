"""Tasks of confirmed residence: votes move with it, confirmations end, letters and sheets are printed."""

from sqlmodel import Session

from beteiligung import jobs
from beteiligung.administration import printing
from beteiligung.clock import utcnow
from beteiligung.db import unit_of_work
from beteiligung.identity import residence, school
from beteiligung.jobs import Claim, Job, LeaseLost
from beteiligung.notifications import residence as notices
from beteiligung.participation import standing
from worker.tasks import in_one_transaction, work


@work(Job.MOVE_VOTES)
def move_votes(held: Claim) -> None:
    """Count somebody's votes where they belong now. The outbox entry, which names the account, goes in the same transaction."""
    with unit_of_work() as session:
        standing.realign(session, held.args["account"], utcnow())
        jobs.forget(session, held)


@work(Job.LAPSE_RESIDENCES)
def lapse_residences(held: Claim) -> None:
    """End confirmations whose time is over, tell their people and those whose time comes, and end the accounts of schools."""

    def act(session: Session) -> None:
        now = utcnow()
        notices.remind(session, now)
        residence.lapse_expired(session, now)
        school.end_accounts(session, now)

    in_one_transaction(held, act)


@work(Job.PRINT_CODES)
def print_codes(held: Claim) -> None:
    """Make the PDF of a run: codes first, then pages fifty at a time, so that progress shows; the list of people is deleted at the end."""
    try:
        _print(held, held.args["id"])
    except LeaseLost:
        raise
    except Exception:
        if held.is_last:
            with unit_of_work() as session:
                printing.abandon(session, held.args["id"], utcnow())
        raise


def _print(held: Claim, run_id: int) -> None:
    with unit_of_work() as session:
        plan = printing.begin(session, run_id)
    made = None
    if plan is not None:
        for done in printing.pages(plan):
            with unit_of_work() as session:
                jobs.renew(session, held, utcnow())
                printing.advance(session, run_id, done)
        made = printing.bind(plan)
    in_one_transaction(held, lambda session: printing.complete(session, run_id, made, utcnow()))
