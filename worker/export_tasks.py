"""The task of the administration's exports: pieces first, so that progress shows and nothing is lost, then one file."""

from dataclasses import replace

from beteiligung import jobs
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.exports import archive, content, service
from beteiligung.jobs import Claim, Job, LeaseLost
from worker.import_tasks import lease_kept
from worker.tasks import in_one_transaction, work

_TIMES_ANEW = 5
"""How often it begins again where a comment is hidden while it is written."""


class Restless(Exception):
    """Comments were hidden or withdrawn every time; a later attempt may find it quieter."""


@work(Job.MAKE_EXPORT)
def make_export(held: Claim) -> None:
    """Write an export, or go on where a worker that died has left it."""
    number = held.args["id"]
    try:
        _make(held, number)
    except LeaseLost:
        raise
    except Exception:
        if held.is_last:
            with unit_of_work() as session:
                service.abandon(session, number, utcnow())
        raise


def _make(held: Claim, number: int) -> None:
    for _time in range(_TIMES_ANEW):
        if _write(held, number):
            return
    raise Restless(f"export {number}")


def _write(held: Claim, number: int) -> bool:
    """Write pieces and file; tells whether that was all."""
    with unit_of_work() as session:
        plan = service.begin(session, number)
    if plan is None:
        in_one_transaction(held, lambda _session: None)
        return True
    after, pieces = plan.after, list(plan.parts.pieces)
    while True:
        with reading() as session:
            piece = content.read(session, plan.extent, after)
        if not piece.count:
            break
        name = archive.keep(piece.rows)
        with unit_of_work() as session:
            jobs.renew(session, held, utcnow())
            wanted = service.advance(session, number, name, piece)
        if not wanted:  # deleted meanwhile
            in_one_transaction(held, lambda _session: None)
            return True
        pieces.append(name)
        after = piece.after
    with lease_kept(held):
        file = archive.bind(replace(plan.parts, pieces=tuple(pieces)))
    with unit_of_work() as session:
        whole = service.complete(session, number, file, utcnow())
        if whole:
            jobs.finish(session, held, utcnow())
    return whole
