"""Work for later: job names, the outbox table, and the relay that hands rows to the broker.

The database's outbox is the truth and the broker only a hint: a row is written in the transaction
that causes the work, handed over after the commit, swept again by beat if broker or process died,
and marked done in the transaction that holds its effect. Run twice, a job acts once.
"""

import logging
import queue
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, cast

from celery import Celery
from sqlalchemy import JSON, CursorResult, Index, UniqueConstraint, delete, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Column, Field, Session, SQLModel, col, or_, select

from beteiligung.db import UtcDateTime, after_commit
from beteiligung.errors import NotFound
from beteiligung.settings import settings

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 3
_RETRY_AFTER = (timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=10))


class Job(StrEnum):
    """Every kind of work for later; the worker has exactly one task for each."""

    SEND_SIGN_IN = "send_sign_in"
    TELL_FOLLOWERS = "tell_followers"
    IMPORT_DOCUMENT = "import_document"
    FIND_SIMILAR = "find_similar"
    RECOUNT_TALLIES = "recount_tallies"
    CLEAN_UP = "clean_up"

    @property
    def task(self) -> str:
        """The Celery task's name."""
        return f"beteiligung.{self.value}"

    @property
    def queue(self) -> str:
        """The broker's queue, by workload: what people wait for goes first."""
        return "mail" if self is Job.SEND_SIGN_IN else "default"


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
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    parked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """After three failures: a person has to look (`beteiligung jobs list`)."""
    error: str | None = None


@dataclass(frozen=True)
class Claim:
    """The right to do one outbox entry until the lease ends; `attempt` fences off an older holder."""

    id: int
    job: Job
    args: dict[str, Any]
    attempt: int


class LeaseLost(Exception):
    """Another worker has taken or finished this entry: the transaction must not take effect."""


def enqueue(session: Session, job: Job, now: datetime, *, period: str | None = None, **ids: Any) -> int | None:
    """Write an outbox entry in the caller's transaction and wake the relay after the commit.

    Returns the entry's id, or None where the same `period` has been written before.
    """
    entry = OutboxEntry(job=job.value, args=ids, period=period, created_at=now, not_before=now)
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError:
        if period is None:
            raise
        return None
    entry_id = cast(int, entry.id)
    after_commit(session, lambda: relay().hand_over(entry_id, job))
    return entry_id


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
    if entry.attempts > MAX_ATTEMPTS:  # a task that kills its worker never reaches fail()
        entry.parked_at, entry.leased_until = now, None
        entry.error = entry.error or "the worker ended while doing this"
        session.add(entry)
        return None
    return Claim(entry_id, Job(entry.job), entry.args, entry.attempts)


def finish(session: Session, held: Claim, now: datetime) -> None:
    """Mark the entry done, in the transaction of its effect. Raises LeaseLost if it is no longer ours."""
    result = session.execute(
        update(OutboxEntry)
        .where(col(OutboxEntry.id) == held.id, col(OutboxEntry.attempts) == held.attempt, col(OutboxEntry.done_at).is_(None))
        .values(done_at=now, leased_until=None, error=None)
    )
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
    last = held.attempt >= MAX_ATTEMPTS
    session.execute(
        update(OutboxEntry)
        .where(col(OutboxEntry.id) == held.id, col(OutboxEntry.attempts) == held.attempt, col(OutboxEntry.done_at).is_(None))
        .values(
            leased_until=None,
            error=error[:500],
            parked_at=now if last else None,
            not_before=now + _RETRY_AFTER[min(held.attempt, len(_RETRY_AFTER)) - 1],
        )
    )


def waiting(session: Session, now: datetime, limit: int = 500) -> list[tuple[int, Job]]:
    """Return (id, job) of the entries that are due and nobody's, oldest first."""
    rows = session.exec(
        select(OutboxEntry.id, OutboxEntry.job)
        .where(
            col(OutboxEntry.done_at).is_(None),
            col(OutboxEntry.parked_at).is_(None),
            col(OutboxEntry.not_before) <= now,
            or_(col(OutboxEntry.leased_until).is_(None), col(OutboxEntry.leased_until) < now),
        )
        .order_by(col(OutboxEntry.not_before))
        .limit(limit)
    ).all()
    return [(cast(int, entry_id), Job(job)) for entry_id, job in rows]


def parked(session: Session) -> list[OutboxEntry]:
    """Return the entries that wait for a person, oldest first."""
    return list(session.exec(select(OutboxEntry).where(col(OutboxEntry.parked_at).is_not(None)).order_by(col(OutboxEntry.id))).all())


def _parked_one(session: Session, entry_id: int) -> OutboxEntry:
    entry = session.get(OutboxEntry, entry_id)
    if entry is None or entry.parked_at is None:
        raise NotFound(f"There is no parked entry {entry_id}.")
    return entry


def unpark(session: Session, entry_id: int, now: datetime) -> None:
    """Give a parked entry three new attempts. Raises NotFound."""
    entry = _parked_one(session, entry_id)
    entry.parked_at, entry.leased_until, entry.attempts, entry.not_before = None, None, 0, now
    session.add(entry)


def give_up(session: Session, entry_id: int, now: datetime) -> None:
    """Mark a parked entry done without its effect; the error stays readable. Raises NotFound."""
    entry = _parked_one(session, entry_id)
    entry.parked_at, entry.done_at = None, now
    session.add(entry)


def forget_done(session: Session, now: datetime) -> None:
    """Delete finished entries after two weeks; parked ones stay until a person decides."""
    session.execute(delete(OutboxEntry).where(col(OutboxEntry.done_at) < now - timedelta(days=14)))


def broker_config(url: str) -> dict[str, Any]:
    """Return Celery's broker settings; `filesystem:///dir` keeps the queues as files in that folder."""
    common = {
        "broker_connection_retry_on_startup": True,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": "default",
        "worker_prefetch_multiplier": 1,
        "task_acks_late": True,
        "broker_transport_options": {"max_retries": 1, "interval_start": 0, "interval_max": 0.5},
        "enable_utc": True,
        "timezone": "Europe/Berlin",
    }
    if not url.startswith("filesystem://"):
        if url.startswith(("redis", "valkey")):
            common["broker_transport_options"] = {"visibility_timeout": 600, "unacked_restore_interval": 10}
        return {**common, "broker_url": url.replace("valkey://", "redis://")}
    folder = Path(url.removeprefix("filesystem://"))
    for name in ("queue", "processed", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        **common,
        "broker_url": "filesystem://localhost//",
        "broker_transport_options": {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "processed_folder": str(folder / "processed"),
            "control_folder": str(folder / "control"),
            "store_processed": False,
            "polling_interval": 0.1,
        },
    }


class Relay:
    """A thread that hands outbox ids to the broker, so that no request ever talks to it.

    If the broker is down the id is dropped here: the sweep of beat finds the row again.
    """

    def __init__(self, broker_url: str) -> None:
        self._queue: queue.SimpleQueue[tuple[int, Job]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._url = broker_url

    def hand_over(self, entry_id: int, job: Job) -> None:
        """Queue one id; returns at once."""
        self._queue.put((entry_id, job))
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        client = Celery("beteiligung", set_as_current=False)
        client.conf.update(broker_config(self._url))
        while True:
            entry_id, job = self._queue.get()
            try:
                client.send_task(job.task, args=[entry_id], queue=job.queue, retry=False)
            except Exception as error:  # noqa: BLE001 - whatever a broker throws, the sweep is the cure
                log.warning("broker did not take outbox entry %s: %s", entry_id, error)


@cache
def relay() -> Relay:
    """Return the relay of this process."""
    return Relay(settings().broker_url)
