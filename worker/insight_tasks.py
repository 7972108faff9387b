"""The figures of a region: how many votes each hour, and what is frozen for its pages. Computed outside of transactions."""

from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.insight import duplicates, material, snapshots
from beteiligung.jobs import Claim, Job
from worker.import_tasks import lease_kept
from worker.tasks import in_one_transaction, work


@work(Job.TAKE_PULSE)
def take_pulse(held: Claim) -> None:
    """Note the hour's number of votes and order the snapshots that are due."""

    def act(session: Session) -> None:
        snapshots.take_pulse(session, utcnow())
        duplicates.lapse(session, utcnow())

    in_one_transaction(held, act)


@work(Job.SNAPSHOT_REGION)
def snapshot_region(held: Claim) -> None:
    """Freeze the figures of a region, unless they are what they were."""
    with reading() as session:
        made_of = material.read(session, held.args["id"], utcnow())
        previous = snapshots.latest(session, held.args["id"])
    with lease_kept(held):
        frozen = snapshots.compute(made_of, previous, utcnow()) if made_of else None
    in_one_transaction(held, lambda session: frozen and snapshots.store(session, frozen))


@work(Job.REMOVE_VOTES)
def remove_votes(held: Claim) -> None:
    """Withdraw the votes of a proven second account, then close the case in a transaction of its own: votes never share one with a name."""
    with unit_of_work() as session:
        duplicates.remove_votes(session, held.args["id"], utcnow())
    in_one_transaction(held, lambda session: duplicates.close(session, held.args["id"], utcnow()))
