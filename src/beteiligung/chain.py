"""Hash chains over rows that are only ever added: who alters, removes, reorders or cuts one is found out.

A link hashes its number, the link before, the public facts of its entry, and a salted commitment to the
private ones. Erasing drops the private facts with their salt: the commitment then says nothing any more,
and the chain still stands. Entries are written unchained, in the transaction of their act, and linked by
a job. The head of each day is published; whoever has kept one can tell whether the chain before it is the same.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from beteiligung.clock import berlin_date
from beteiligung.db import UtcDateTime, insert_missing

START = "0" * 64
"""What stands before the first link."""


class ChainLink(SQLModel, table=True):
    """One link of one chain. Triggers refuse every change."""

    __tablename__ = "chain_link"
    __table_args__ = (UniqueConstraint("chain", "entry_id"),)

    chain: str = Field(primary_key=True)
    """Which log: `audit`."""
    number: int = Field(primary_key=True)
    """From 1 without a gap."""
    entry_id: int
    commitment: str
    """SHA-256 of salt and private facts."""
    previous: str
    hash: str
    chained_at: datetime = Field(sa_type=UtcDateTime)


class ChainHead(SQLModel, table=True):
    """The last link as it stood on a day, as published. Triggers refuse every change."""

    __tablename__ = "chain_head"

    chain: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    number: int
    hash: str


@dataclass(frozen=True)
class Entry:
    """One row of a log as the chain sees it: plain JSON values.

    `salt` is None where the private facts have been erased.
    """

    id: int
    public: dict[str, Any]
    private: dict[str, Any]
    salt: str | None


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was chained. `number` is the link's, None where a whole part is missing."""

    number: int | None
    what: str

    def __str__(self) -> str:
        return f"link {self.number}: {self.what}" if self.number else self.what


class Salted(Protocol):
    """A row of a log."""

    salt: str | None


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def new_salt() -> str:
    """Return 32 random hex digits."""
    return secrets.token_hex(16)


def commitment_to(entry: Entry) -> str:
    """Return the commitment to the private facts. Raises ValueError where they have been erased."""
    if entry.salt is None:
        raise ValueError("erased")
    return _sha256(entry.salt, _canonical(entry.private))


def link_hash(link: ChainLink, public: dict[str, Any]) -> str:
    """Return what a link's `hash` has to be."""
    return _sha256(link.chain, str(link.number), str(link.entry_id), link.previous, _canonical(public), link.commitment)


def unchained(chain: str, key: Any) -> Any:
    """Return the condition that the entry with this key column has no link yet."""
    return ~select(ChainLink.number).where(ChainLink.chain == chain, ChainLink.entry_id == key).exists()


def newest(session: Session, chain: str) -> ChainLink | None:
    """Return the last link."""
    return session.exec(select(ChainLink).where(ChainLink.chain == chain).order_by(col(ChainLink.number).desc()).limit(1)).first()


def append(session: Session, chain: str, entries: Iterable[Entry], now: datetime) -> int:
    """Link entries in this order; returns how many. Two at once: the primary key lets one of them win."""
    last = newest(session, chain)
    number, previous = (last.number, last.hash) if last else (0, START)
    count = 0
    for entry in entries:
        number += 1
        link = ChainLink(
            chain=chain, number=number, entry_id=entry.id, commitment=commitment_to(entry), previous=previous, hash="", chained_at=now
        )
        link.hash = previous = link_hash(link, entry.public)
        session.add(link)
        count += 1
    session.flush()
    return count


def link(session: Session, chain: str, rows: Sequence[Salted], seen: Callable[[Any], Entry], now: datetime) -> int:
    """Salt rows of a log, chain them in their order as `seen`, and publish the head of the day; returns how many."""
    for row in rows:
        row.salt = new_salt()
        session.add(row)
    session.flush()
    count = append(session, chain, map(seen, rows), now)
    publish_head(session, chain, now)
    return count


def publish_head(session: Session, chain: str, now: datetime) -> ChainHead | None:
    """Keep the last link as today's head, once a day; returns today's head, None where the chain is empty."""
    last = newest(session, chain)
    if last is None:
        return None
    day = berlin_date(now)
    insert_missing(session, ChainHead, chain=chain, day=day, number=last.number, hash=last.hash)
    return session.get(ChainHead, (chain, day))


def heads(session: Session, chain: str, limit: int = 60) -> list[ChainHead]:
    """Return the published heads, newest first."""
    return list(session.exec(select(ChainHead).where(ChainHead.chain == chain).order_by(col(ChainHead.day).desc()).limit(limit)).all())


def verify(
    session: Session,
    chain: str,
    read: Callable[[Session, list[int]], dict[int, Entry]],
    published: Iterable[tuple[int | None, str]] = (),
    *,
    may_be_erased: Callable[[int], bool] = lambda _entry_id: True,
) -> list[Fault]:
    """Follow a chain from its first link and return everything that is not as it was.

    `read` returns entries by id. `published` are heads kept elsewhere, (number or None, hash): each has to
    be in the chain, which finds a tail that was cut off with its links. `may_be_erased` says of an entry
    without its private facts whether that was done by the rules.
    """
    found: list[Fault] = []
    links = session.exec(select(ChainLink).where(ChainLink.chain == chain).order_by(col(ChainLink.number))).all()
    previous, position = START, 0
    known: dict[str, int] = {}
    for start in range(0, len(links), 500):
        part = links[start : start + 500]
        entries = read(session, [link.entry_id for link in part])
        for link in part:
            position += 1
            if link.number != position:
                found.append(Fault(position, f"missing: the chain goes on with {link.number}"))
                position = link.number
            if link.previous != previous:
                found.append(Fault(link.number, "does not follow the link before it: altered, reordered or cut"))
            found += _faults_of(link, entries.get(link.entry_id), may_be_erased)
            previous = link.hash
            known[link.hash] = link.number
    for number, head in published:
        if head not in known or (number is not None and known[head] != number):
            found.append(Fault(None, f"the published head {head[:16]}… (link {number or '?'}) is not in the chain: cut off or rewritten"))
    return found


def _faults_of(link: ChainLink, entry: Entry | None, may_be_erased: Callable[[int], bool]) -> list[Fault]:
    if entry is None:
        return [Fault(link.number, f"entry {link.entry_id} is missing")]
    if link.hash != link_hash(link, entry.public):
        return [Fault(link.number, f"entry {link.entry_id} or its link was altered")]
    if entry.salt is None:
        return [] if may_be_erased(entry.id) else [Fault(link.number, f"entry {link.entry_id} was erased without a record of it")]
    if commitment_to(entry) != link.commitment:
        return [Fault(link.number, f"entry {link.entry_id} was altered")]
    return []
