"""Work for later: job names, the outbox table, its leases (`relay` hands rows to the broker).

The database's outbox is the truth and the broker only a hint: a row is written in the transaction
that causes the work, handed over after the commit, swept again by beat if broker or process died,
and marked done in the transaction that holds its effect. Run twice, a job acts once.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, cast

from sqlalchemy import JSON, CursorResult, Index, UniqueConstraint, delete, insert, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Column, Field, Session, SQLModel, and_, col, func, or_, select

from beteiligung.db import UtcDateTime, after_commit
from beteiligung.errors import NotFound
from beteiligung.logs import REQUEST_ID
from beteiligung.relay import relay

TIME_LIMITS = {"mail": 240, "digest": 240, "insight": 540, "default": 540}
"""Seconds by queue after which a task is told to stop (it then counts as failed); a minute later its process is ended.

Celery's pool of processes keeps them, its pool of threads cannot: there sockets and child processes have limits of their own."""
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 3
HANDED_AT_ONCE = 1500
"""Entries of one queue that the broker gets at a time: with sixty thousand files in its folder the embedded one would crawl."""
DONE_KEPT = timedelta(days=14)
_RETRY_AFTER = (timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=10))
LONGEST_PAUSE = timedelta(minutes=40)
CLOCKS_DIFFER = timedelta(minutes=5)
"""Two machines may be so far apart before one of them is taken to be wrong."""
LEASES_DIFFER = timedelta(minutes=30)
"""The same before somebody's lease is taken away, since ending one early has work begun twice."""
MOST_DELAYS = 150
"""How often work waits for a server that is away before a person has to look: about three days."""


class Job(StrEnum):
    """Every kind of work for later; the worker has exactly one task for each."""

    SEND_SIGN_IN = "send_sign_in"
    TELL_FOLLOWERS = "tell_followers"
    IMPORT_DOCUMENT = "import_document"
    FIND_SIMILAR = "find_similar"
    RECOUNT_TALLIES = "recount_tallies"
    CLEAN_UP = "clean_up"
    TELL_ACCOUNT = "tell_account"
    MOVE_VOTES = "move_votes"
    LAPSE_RESIDENCES = "lapse_residences"
    PRINT_CODES = "print_codes"
    CHAIN_AUDIT = "chain_audit"
    EXPORT_OWN_DATA = "export_own_data"
    SEND_RIGHTS_MAIL = "send_rights_mail"
    KEEP_LANGUAGE = "keep_language"
    ERASE_ACCOUNT = "erase_account"
    WATCH_DEADLINES = "watch_deadlines"
    DELIVER_MAIL = "deliver_mail"
    MAKE_DIGESTS = "make_digests"
    SEND_DIGEST = "send_digest"
    READ_RETURNS = "read_returns"
    DELIVER_PUSH = "deliver_push"
    TELL_MODERATION = "tell_moderation"
    WATCH_CASES = "watch_cases"
    COMPUTE_DRAW = "compute_draw"
    TELL_DRAWN = "tell_drawn"
    WATCH_COUNCIL = "watch_council"
    TAKE_PULSE = "take_pulse"
    SNAPSHOT_REGION = "snapshot_region"
    REMOVE_VOTES = "remove_votes"
    WATCH_RECOMMENDATIONS = "watch_recommendations"
    READ_TONE = "read_tone"
    READ_TONES = "read_tones"
    EVALUATE_SAMPLE = "evaluate_sample"
    LEARN_TONE = "learn_tone"
    MAKE_EXPORT = "make_export"
    COMPUTE_REPORT = "compute_report"
    BUILD_REPORT = "build_report"
    MEND_QUOTES = "mend_quotes"
    DRAFT_REPORTS = "draft_reports"

    @property
    def task(self) -> str:
        """The Celery task's name."""
        return f"beteiligung.{self.value}"

    @property
    def queue(self) -> str:
        """The broker's queue, by workload, so that a sign-in does not stand behind sixty thousand pieces of news.

        mail: somebody sits and waits for it; digest: mails to many; insight: computing; default: all else.
        """
        if self in (Job.SEND_SIGN_IN, Job.SEND_RIGHTS_MAIL, Job.TELL_ACCOUNT, Job.TELL_MODERATION):
            return "mail"
        if self in (Job.DELIVER_MAIL, Job.DELIVER_PUSH, Job.MAKE_DIGESTS, Job.SEND_DIGEST, Job.TELL_DRAWN):
            return "digest"
        reckoning = (Job.TAKE_PULSE, Job.SNAPSHOT_REGION)
        reading = (Job.READ_TONE, Job.READ_TONES, Job.EVALUATE_SAMPLE, Job.LEARN_TONE)
        reporting = (Job.COMPUTE_REPORT, Job.BUILD_REPORT, Job.MAKE_EXPORT)
        return (
            "insight" if self in (Job.FIND_SIMILAR, Job.RECOUNT_TALLIES, *reckoning, *reading, *reporting, Job.COMPUTE_DRAW) else "default"
        )


class OutboxEntry(SQLModel, table=True):
    """One piece of work. `args` holds ids only, never a secret or an address."""

    __tablename__ = "outbox_entry"
    __table_args__ = (
        UniqueConstraint("job", "period"),
        Index("ix_outbox_entry_waiting", "not_before", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    job: str
    args: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    period: str | None = None
    """For work by the clock: `2026-11-21`; unique per job, so two beats do it once."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    not_before: datetime = Field(sa_type=UtcDateTime)
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    delays: int = 0
    """How many of the attempts met a server that was away: these do not count as failures."""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    parked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """After three failures: a person has to look (`beteiligung jobs list`)."""
    error: str | None = None
    request_id: str | None = None
    """Of the request that caused it, so that the lines of a task can be read beside those of the page; see `logs`."""


@dataclass(frozen=True)
class Claim:
    """The right to do one outbox entry until the lease ends; `attempt` fences off an older holder."""

    id: int
    job: Job
    args: dict[str, Any]
    attempt: int
    delays: int = 0
    request_id: str | None = None

    @property
    def is_last(self) -> bool:
        """Whether the entry is parked if this attempt fails."""
        return self.attempt - self.delays >= MAX_ATTEMPTS


class LeaseLost(Exception):
    """Another worker has taken or finished this entry: the transaction must not take effect."""


def enqueue(
    session: Session, job: Job, now: datetime, *, period: str | None = None, not_before: datetime | None = None, **ids: Any
) -> int | None:
    """Write an outbox entry in the caller's transaction and wake the relay after the commit.

    Returns the entry's id, or None where the same `period` has been written before. What is not due yet (`not_before`)
    is left to the sweep.
    """
    entry = OutboxEntry(job=job.value, args=ids, period=period, created_at=now, not_before=not_before or now, request_id=REQUEST_ID.get())
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError:
        if period is None:
            raise
        return None
    entry_id = cast(int, entry.id)
    if entry.not_before <= now:
        after_commit(session, lambda: relay().hand_over(entry_id, job))
    return entry_id


def enqueue_many(session: Session, job: Job, now: datetime, due: Iterable[tuple[datetime, dict[str, Any]]]) -> None:
    """Write many outbox entries, given as (when due, ids), five hundred a statement; else as `enqueue`.

    The first of them go to the broker at once, the sweep hands over the rest as the queue empties.
    """
    same = {"job": job.value, "created_at": now, "attempts": 0, "delays": 0, "request_id": REQUEST_ID.get()}
    rows = [{**same, "args": ids, "not_before": moment} for moment, ids in due]
    handed = 0
    for start in range(0, len(rows), 500):
        statement = insert(OutboxEntry).values(rows[start : start + 500]).returning(col(OutboxEntry.id), col(OutboxEntry.not_before))
        for entry_id, moment in session.execute(statement).all():
            if moment <= now and handed < HANDED_AT_ONCE:
                handed += 1
                after_commit(session, partial(relay().hand_over, entry_id, job))


def claim(session: Session, entry_id: int, now: datetime) -> Claim | None:
    """Take the lease of an entry, or None where it is done, parked, not due or held by another worker."""
    result = session.execute(
        update(OutboxEntry)
        .where(
            col(OutboxEntry.id) == entry_id,
            col(OutboxEntry.done_at).is_(None),
            col(OutboxEntry.parked_at).is_(None),
            col(OutboxEntry.not_before) <= now,
            or_(col(OutboxEntry.leased_until).is_(None), col(OutboxEntry.leased_until) < now),
        )
        .values(leased_until=now + LEASE, attempts=OutboxEntry.attempts + 1)
    )
    if cast(CursorResult[Any], result).rowcount != 1:
        return None
    entry = session.exec(select(OutboxEntry).where(OutboxEntry.id == entry_id).execution_options(populate_existing=True)).one()
    if entry.attempts - entry.delays > MAX_ATTEMPTS:  # a task that kills its worker never reaches fail()
        entry.parked_at, entry.leased_until = now, None
        entry.error = entry.error or "the worker ended while doing this"
        session.add(entry)
        return None
    return Claim(entry_id, Job(entry.job), entry.args, entry.attempts, entry.delays, entry.request_id)


def finish(session: Session, held: Claim, now: datetime) -> None:
    """Mark the entry done, in the transaction of its effect. Raises LeaseLost if it is no longer ours."""
    result = session.execute(
        update(OutboxEntry)
        .where(col(OutboxEntry.id) == held.id, col(OutboxEntry.attempts) == held.attempt, col(OutboxEntry.done_at).is_(None))
        .values(done_at=now, leased_until=None, error=None)
    )
    if cast(CursorResult[Any], result).rowcount != 1:
        raise LeaseLost(f"outbox entry {held.id}")


def forget(session: Session, held: Claim) -> None:
    """Delete the entry instead of marking it done, in the transaction of its effect. Raises LeaseLost if it is no longer ours.

    For work on votes: a finished entry that names an account would share its transaction with the votes that moved.
    """
    result = session.execute(delete(OutboxEntry).where(col(OutboxEntry.id) == held.id, col(OutboxEntry.attempts) == held.attempt))
    if cast(CursorResult[Any], result).rowcount != 1:
        raise LeaseLost(f"outbox entry {held.id}")


def renew(session: Session, held: Claim, now: datetime) -> None:
    """Keep the lease of long work. Raises LeaseLost if it is no longer ours."""
    result = session.execute(
        update(OutboxEntry)
        .where(col(OutboxEntry.id) == held.id, col(OutboxEntry.attempts) == held.attempt, col(OutboxEntry.done_at).is_(None))
        .values(leased_until=now + LEASE)
    )
    if cast(CursorResult[Any], result).rowcount != 1:
        raise LeaseLost(f"outbox entry {held.id}")


def fail(session: Session, held: Claim, now: datetime, error: str) -> None:
    """Give the entry back for a later attempt, or park it after the last one."""
    pause = _RETRY_AFTER[min(held.attempt - held.delays, len(_RETRY_AFTER)) - 1]
    _give_back(session, held, now, error, pause, parked_at=now if held.is_last else None)


def delay(session: Session, held: Claim, now: datetime, error: str) -> None:
    """Give the entry back because a server is away: after 20 s, doubled up to half an hour (two minutes where somebody waits).

    Such an attempt is no failure of the work. After MOST_DELAYS of them, about three days, the entry is parked all the same.
    """
    longest = timedelta(minutes=2 if held.job is Job.SEND_SIGN_IN else 30)
    pause = min(timedelta(seconds=20) * 2 ** min(held.delays, 10), longest)
    delays = held.delays + 1
    _give_back(session, held, now, error, pause, parked_at=now if delays >= MOST_DELAYS else None, delays=delays)


def _give_back(session: Session, held: Claim, now: datetime, error: str, pause: timedelta, **values: Any) -> None:
    session.execute(
        update(OutboxEntry)
        .where(col(OutboxEntry.id) == held.id, col(OutboxEntry.attempts) == held.attempt, col(OutboxEntry.done_at).is_(None))
        .values(leased_until=None, error=error[:500], not_before=now + pause * random.uniform(0.75, 1.25), **values)  # not all at once
    )


def waiting(session: Session, now: datetime, queue: str, queued: int = 0) -> list[tuple[int, Job]]:
    """Return (id, job) of the entries for one queue that are due and nobody's, oldest first, to fill the broker up.

    So many as the broker still holds (`queued`) are left out: they are the oldest, and would only be there twice.
    """
    rows = session.exec(
        select(OutboxEntry.id, OutboxEntry.job)
        .where(
            col(OutboxEntry.done_at).is_(None),
            col(OutboxEntry.parked_at).is_(None),
            col(OutboxEntry.not_before) <= now,
            col(OutboxEntry.job).in_([job.value for job in Job if job.queue == queue]),
            or_(col(OutboxEntry.leased_until).is_(None), col(OutboxEntry.leased_until) < now),
        )
        .order_by(col(OutboxEntry.not_before), col(OutboxEntry.id))
        .offset(queued)
        .limit(max(0, HANDED_AT_ONCE - queued))
    ).all()
    return [(cast(int, entry_id), Job(job)) for entry_id, job in rows]


def set_clock_right(session: Session, now: datetime) -> int:
    """Let work go on that a clock ahead of its time has put off; returns how many entries.

    What was written after the present moment moves back with its pause, a lease that ends hours from now ends, and a retry
    waits no longer than the longest pause. A holder that is still at work is fenced off by its attempt; one whose clock is
    only minutes from this one's keeps its lease, else work would be begun again and again until it is parked.
    """
    open_ones = (col(OutboxEntry.done_at).is_(None), col(OutboxEntry.parked_at).is_(None))
    wrong = or_(
        col(OutboxEntry.created_at) > now + CLOCKS_DIFFER,
        col(OutboxEntry.leased_until) > now + LEASE + LEASES_DIFFER,
        and_(col(OutboxEntry.attempts) > 0, col(OutboxEntry.not_before) > now + LONGEST_PAUSE + CLOCKS_DIFFER),
    )
    found = session.exec(select(OutboxEntry).where(*open_ones, wrong)).all()
    for entry in found:
        ahead = max(entry.created_at - now, timedelta(0))
        entry.created_at, entry.not_before = entry.created_at - ahead, entry.not_before - ahead
        if entry.leased_until is not None and entry.leased_until > now + LEASE + LEASES_DIFFER:
            entry.leased_until = None
        if entry.attempts:
            entry.not_before = min(entry.not_before, now)
        session.add(entry)
    return len(found)


@dataclass(frozen=True)
class Backlog:
    """How many entries are due and not done, and for how many minutes the oldest of them (0 without any)."""

    waiting: int
    oldest_minutes: int


def backlog(session: Session, now: datetime) -> Backlog:
    """Return what is due: a worker that has stopped consuming shows as an oldest entry that grows old."""
    due = (col(OutboxEntry.done_at).is_(None), col(OutboxEntry.parked_at).is_(None), col(OutboxEntry.not_before) <= now)
    number, oldest = session.exec(select(func.count(), func.min(OutboxEntry.not_before)).where(*due)).one()
    return Backlog(number, int((now - oldest).total_seconds() // 60) if oldest else 0)


@dataclass(frozen=True)
class Delayed:
    """How many entries wait for a server that is away, since when the oldest of them, and what was said last."""

    number: int
    since: datetime
    error: str


def delayed(session: Session) -> Delayed | None:
    """Return what waits for a server that is away; None where nothing does."""
    open_ones = (col(OutboxEntry.done_at).is_(None), col(OutboxEntry.parked_at).is_(None), col(OutboxEntry.delays) > 0)
    number, since = session.exec(select(func.count(), func.min(OutboxEntry.created_at)).where(*open_ones)).one()
    latest = select(OutboxEntry.error).where(*open_ones).order_by(col(OutboxEntry.not_before).desc()).limit(1)
    return Delayed(number, since, session.exec(latest).one() or "") if number else None


def parked(session: Session) -> list[OutboxEntry]:
    """Return the entries that wait for a person, oldest first."""
    aside = (col(OutboxEntry.done_at).is_(None), col(OutboxEntry.parked_at).is_not(None))  # the first is what the index holds
    return list(session.exec(select(OutboxEntry).where(*aside).order_by(col(OutboxEntry.id))).all())


def _parked_one(session: Session, entry_id: int) -> OutboxEntry:
    entry = session.get(OutboxEntry, entry_id)
    if entry is None or entry.parked_at is None:
        raise NotFound(f"There is no parked entry {entry_id}.")
    return entry


def unpark(session: Session, entry_id: int, now: datetime) -> None:
    """Give a parked entry three new attempts. Raises NotFound."""
    entry = _parked_one(session, entry_id)
    entry.parked_at, entry.leased_until, entry.attempts, entry.delays, entry.not_before = None, None, 0, 0, now
    session.add(entry)


def give_up(session: Session, entry_id: int, now: datetime) -> None:
    """Mark a parked entry done without its effect; the error stays readable. Raises NotFound."""
    entry = _parked_one(session, entry_id)
    entry.parked_at, entry.done_at = None, now
    session.add(entry)


def forget_done(session: Session, now: datetime) -> None:
    """Delete finished entries after two weeks; parked ones stay until a person decides."""
    session.execute(delete(OutboxEntry).where(col(OutboxEntry.done_at) < now - DONE_KEPT))
