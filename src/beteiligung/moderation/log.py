"""The public log: what was decided on which ground, without anything about a person; rows are only added and hash-chained."""

from datetime import UTC, datetime
from typing import Any, cast

from sqlmodel import Session, col, select

from beteiligung import chain
from beteiligung.chain import Entry, Fault
from beteiligung.moderation.models import Case, LogEntry

CHAIN = "moderation"
_BATCH = 1_000


def record(session: Session, case: Case, act: str, now: datetime, **facts: Any) -> None:
    """Add a line in the transaction of the act; its time is coarsened to the hour, so that nobody can be recognised by it."""
    session.add(
        LogEntry(
            region_id=case.region_id,
            at=now.replace(minute=0, second=0, microsecond=0),
            act=act,
            facts={"stage": case.stage, "body": case.body, **facts},
            case_id=cast(int, case.id),
        )
    )


def _seen_by_chain(row: LogEntry) -> Entry:
    public = {"at": row.at.astimezone(UTC).isoformat(), "region": row.region_id, "act": row.act, "facts": row.facts}
    return Entry(id=row.id or 0, public=public, private={"case": row.case_id}, salt=row.salt)


def _read(session: Session, ids: list[int]) -> dict[int, Entry]:
    rows = session.exec(select(LogEntry).where(col(LogEntry.id).in_(ids))).all()
    return {entry.id: entry for entry in map(_seen_by_chain, rows)}


def link_new(session: Session, now: datetime) -> int:
    """Chain what is not chained yet and publish the head of the day; returns how many."""
    rows = session.exec(select(LogEntry).where(chain.unchained(CHAIN, col(LogEntry.id))).order_by(col(LogEntry.id)).limit(_BATCH)).all()
    return chain.link(session, CHAIN, rows, _seen_by_chain, now)


def verify(session: Session) -> list[Fault]:
    """Follow the whole chain and return what is not as it was; nothing is ever erased from it."""
    kept = [(head.number, head.hash) for head in chain.heads(session, CHAIN, limit=100_000)]
    return chain.verify(session, CHAIN, _read, kept, may_be_erased=lambda _entry_id: False)
