"""The tasks about the tone of texts: read comments, evaluate what people labelled, learn from it."""

from sqlmodel import Session

from beteiligung import jobs
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.insight import tone_learning, tone_reading, tone_results
from beteiligung.jobs import Claim, Job
from worker.tasks import in_one_transaction, work


@work(Job.READ_TONE)
def read_tone(held: Claim) -> None:
    """Read one comment that was written or changed, or take its tone from one that cannot be seen any more."""
    number = held.args["id"]
    with reading() as session:
        one = tone_reading.one_to_read(session, number)
        head = tone_reading.current_head(session) if one else None
    if one is None or head is None:
        in_one_transaction(held, lambda session: tone_reading.forget(session, number))
        return
    rows = tone_reading.classified([one], head)
    in_one_transaction(held, lambda session: tone_reading.store(session, [one], rows, utcnow()))


@work(Job.READ_TONES)
def read_tones(held: Claim) -> None:
    """Read what the present model has not read, some hundred comments a transaction; killed half-way the next goes on from there."""
    after = 0
    while True:
        with reading() as session:
            head = tone_reading.current_head(session)
            read = tone_reading.next_to_read(session, head.manifest.key, after)
        if not read:
            break
        rows = tone_reading.classified(read, head)
        after = read[-1].comment_id
        with unit_of_work() as session:
            jobs.renew(session, held, utcnow())
            tone_reading.store(session, read, rows, utcnow())

    def finish(session: Session) -> None:
        tone_reading.finish_round(session, utcnow())
        tone_results.close_complete(session, utcnow())

    in_one_transaction(held, finish)


@work(Job.EVALUATE_SAMPLE)
def evaluate_sample(held: Claim) -> None:
    """Work out the shares of a sample that everybody has read, and freeze them."""
    number = held.args["id"]
    with reading() as session:
        found = tone_results.figures(session, number)
    in_one_transaction(held, lambda session: tone_results.conclude(session, number, found, utcnow()))


@work(Job.LEARN_TONE)
def learn_tone(held: Claim) -> None:
    """Learn a head from all labels; it takes over if it beats the old one on labels that neither has seen."""
    with reading() as session:
        old = tone_reading.current_head(session)
        lessons = tone_learning.lessons_of(session)
        number = tone_learning.next_number(session)
    learned = tone_learning.learn(lessons, old, number)
    in_one_transaction(held, lambda session: tone_learning.keep(session, old, learned, utcnow()))
