"""Tasks of the Bürgerrat's draw: the computation in a child process, one mail each to who was drawn, and what runs out by the clock."""

from beteiligung import jobs
from beteiligung.clock import utcnow
from beteiligung.council import confined, mails, seating, service
from beteiligung.council.sortition import Distribution
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.jobs import Claim, Job
from beteiligung.notifications import mail
from worker.tasks import in_one_transaction, log, work


@work(Job.COMPUTE_DRAW)
def compute_draw(held: Claim) -> None:
    """Compute the panels of a draw, with progress; the result is taken only where the clerk still waits for this run."""
    number, run = held.args["id"], held.args["run"]
    with reading() as session:
        task = service.task_of(session, number, run)
    found: Distribution | None = None
    problem: dict[str, object] = {}
    try:
        for word in confined.run(task) if task else ():
            if isinstance(word, Distribution):
                found = word
            elif not _go_on(held, number, run, word):
                break
    except Invalid as error:
        problem = {"message": error.message, **{name: error.context.get(name, []) for name in ("clash", "relaxations")}}
    except confined.ComputingError:
        if held.attempt < jobs.MAX_ATTEMPTS:
            raise
        problem = {"message": _("Die Rechnung ist abgebrochen. Bitte versuchen Sie es noch einmal, sonst hilft die Technik.")}
    in_one_transaction(held, lambda session: service.keep_result(session, number, run, found, problem))


def _go_on(held: Claim, number: int, run: int, panels: int) -> bool:
    """Keep the lease and note how far it is; tells whether anybody still waits."""
    with unit_of_work() as session:
        jobs.renew(session, held, utcnow())
        return service.advance(session, number, run, panels)


@work(Job.TELL_DRAWN)
def tell_drawn(held: Claim) -> None:
    """Mail somebody on a list. Repeated after a crash it has the same Message-ID."""
    with reading() as session:
        message = mails.message(session, held.id, held.args, utcnow())
    if message is not None:
        try:
            mail.send(message)
        except mail.MailRefused as error:  # the letter still reaches them
            log.warning("mail about a draw, entry %s, refused: %s", held.id, error)
    in_one_transaction(held, lambda _session: None)


@work(Job.WATCH_COUNCIL)
def watch_council(held: Claim) -> None:
    """End offers, terms and lists whose time is over."""
    in_one_transaction(held, lambda session: seating.watch(session, utcnow()))
