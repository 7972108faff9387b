"""What was done in office, by whom: roles, publications, archiving, imports. Never votes.

Entries are written in the transaction of their act and linked to a hash chain by a job (`chain.py`).
Who did it and to whom is private and can be erased; when, where and what kind of act stays.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, update
from sqlmodel import Column, Field, Session, SQLModel, col, or_, select

from beteiligung import chain
from beteiligung.chain import Entry, Fault
from beteiligung.clock import berlin_date
from beteiligung.db import UtcDateTime
from beteiligung.settings import settings

CHAIN = "audit"
_ERASED = "audit.erased"
_BATCH = 1_000


class AuditEntry(SQLModel, table=True):
    """One act of office; rows are only ever added. Triggers refuse to change or delete a chained one, except erasing."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    account_id: int | None = None
    """Who did it; None for the command line. No foreign key: the entry outlives the account."""
    region_id: int | None = Field(default=None, foreign_key="region.id", index=True)
    act: str
    subject: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    salt: str | None = None
    """Made when the entry is chained, gone when it is erased."""
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def record(
    session: Session, act: str, subject: str, now: datetime, *, account_id: int | None = None, region_id: int | None = None, **detail: Any
) -> None:
    """Add an entry in the transaction of the act itself."""
    session.add(AuditEntry(at=now, account_id=account_id, region_id=region_id, act=act, subject=subject, detail=detail))


def _seen_by_chain(row: AuditEntry) -> Entry:
    return Entry(
        id=row.id or 0,
        public={"at": row.at.astimezone(UTC).isoformat(), "region": row.region_id, "act": row.act},
        private={"account": row.account_id, "subject": row.subject, "detail": row.detail},
        salt=None if row.erased_at else row.salt,
    )


def _read(session: Session, ids: list[int]) -> dict[int, Entry]:
    rows = session.exec(select(AuditEntry).where(col(AuditEntry.id).in_(ids))).all()
    return {entry.id: entry for entry in map(_seen_by_chain, rows)}


def link_new(session: Session, now: datetime) -> int:
    """Chain what is not chained yet, in the order of its numbers, and publish the head of the day; returns how many."""
    rows = session.exec(
        select(AuditEntry).where(chain.unchained(CHAIN, col(AuditEntry.id))).order_by(col(AuditEntry.id)).limit(_BATCH)
    ).all()
    return chain.link(session, CHAIN, rows, _seen_by_chain, now)


def erase_people(session: Session, account_ids: Collection[int], now: datetime) -> int:
    """Take people out of the log: who acted, and whose account an act was about; returns how many entries.

    An entry of its own says which ones, so that nobody can hide an alteration as an erasure.
    """
    named = [f"account:{number}" for number in account_ids]
    rows = session.exec(
        select(AuditEntry).where(or_(col(AuditEntry.account_id).in_(account_ids), col(AuditEntry.subject).in_(named)))
    ).all()
    waiting = [row for row in rows if row.salt is None and row.erased_at is None]
    if waiting:  # an erased entry cannot be chained any more, so this comes first
        for row in waiting:
            row.salt = chain.new_salt()
            session.add(row)
        session.flush()
        chain.append(session, CHAIN, [_seen_by_chain(row) for row in sorted(waiting, key=lambda row: row.id or 0)], now)
    for row in rows:
        about = row.subject in named
        session.execute(
            update(AuditEntry)
            .where(col(AuditEntry.id) == row.id)
            .values(
                account_id=None if row.account_id in account_ids else row.account_id,
                subject="account" if about else row.subject,
                detail={} if about else row.detail,
                salt=None,
                erased_at=now,
            )
        )
    if rows:
        record(session, _ERASED, f"{len(rows)} entries", now, entries=sorted(row.id or 0 for row in rows))
    return len(rows)


def verify(session: Session, published: Collection[tuple[int | None, str]] = ()) -> list[Fault]:
    """Follow the whole chain and return what is not as it was; heads of the database and of `heads_file` are looked for too."""
    said: set[int] = set()
    for row in session.exec(select(AuditEntry).where(AuditEntry.act == _ERASED)).all():
        said.update(row.detail.get("entries", ()))
    kept = [(head.number, head.hash) for head in chain.heads(session, CHAIN, limit=100_000)]
    return chain.verify(session, CHAIN, _read, [*published, *kept, *_heads_kept()], may_be_erased=said.__contains__)


# The heads in a file, for whoever keeps copies


def heads_file() -> Path:
    """Return the file with one line a day: date, number and hash."""
    return settings().var / "protokoll" / "heads.txt"


def _heads_kept() -> Iterator[tuple[int | None, str]]:
    if heads_file().is_file():
        for line in heads_file().read_text("utf-8").splitlines():
            _day, number, head = line.split()
            yield int(number), head


def keep_head(session: Session, now: datetime) -> None:
    """Write the head of the day into the file, unless it is there."""
    day: date = berlin_date(now)
    head = session.get(chain.ChainHead, (CHAIN, day))
    path = heads_file()
    if head is None or (path.is_file() and f"{day.isoformat()} " in path.read_text("utf-8")):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{day.isoformat()} {head.number} {head.hash}\n")
