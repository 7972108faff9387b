"""Factories and helpers for tests. Everything here is invented; `make_*` add a row and return it with its id."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any, TypeVar

from litestar import Litestar
from sqlalchemy import Engine, event
from sqlmodel import Session, SQLModel

from beteiligung.app import create_app
from beteiligung.catalogue.models import Commitment, Document
from beteiligung.identity.models import Account, Residence, Role
from beteiligung.places.models import Municipality, Region

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
"""A Saturday at noon; tests take it as the present."""

_numbers = count(1)
Row = TypeVar("Row", bound=SQLModel)


@cache
def application() -> Litestar:
    """Return the whole application, made once: it keeps nothing of a test, settings and database are asked for anew."""
    return create_app()


def _add(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def make_region(session: Session, **values: Any) -> Region:
    """Add a county; pass `kind="city"` and the like to differ."""
    number = next(_numbers)
    base = {
        "slug": f"kreis-{number}",
        "name": f"Kreis Nummer {number}",
        "in_name": f"im Kreis Nummer {number}",
        "kind": "county",
        "state": "Hessen",
        "assembly_name": "Kreistag",
    }
    return _add(session, Region(**{**base, **values}))


def make_municipality(session: Session, region: Region, **values: Any) -> Municipality:
    """Add a municipality of the region."""
    number = next(_numbers)
    return _add(session, Municipality(**{"region_id": region.id, "slug": f"ort-{number}", "name": f"Ort {number}", **values}))


def make_document(session: Session, region: Region | None = None, **values: Any) -> Document:
    """Add a document of the region (or of a new one)."""
    region = region or make_region(session)
    number = next(_numbers)
    base = {
        "region_id": region.id,
        "slug": f"programm-{number}",
        "title": f"Programm {number}",
        "kind": "election_programme",
        "author": "Die Beispielliste",
        "first_line": "Die Beispielliste verspricht",
    }
    return _add(session, Document(**{**base, **values}))


def make_commitment(session: Session, document: Document | None = None, **values: Any) -> Commitment:
    """Add a published commitment of the document (or of a new one)."""
    document = document or make_document(session)
    number = next(_numbers)
    base = {
        "slug": f"zusage-{number}",
        "region_id": document.region_id,
        "document_id": document.id,
        "position": number,
        "topic": "mobilitaet",
        "kind": "measure",
        "title": f"Zusage Nummer {number}",
        "summary": "Der Kreis baut einen Radweg am Fluss.",
        "plain": True,
        "created_at": NOW - timedelta(days=30),
    }
    return _add(session, Commitment(**{**base, **values}))


def make_account(
    session: Session,
    *,
    confirmed_in: Region | Iterable[Region] = (),
    home_in: Region | None = None,
    clerk_of: Region | None = None,
    council_of: Region | None = None,
    operator: bool = False,
    **values: Any,
) -> Account:
    """Add somebody who has accepted the terms; with residences, a home municipality and roles as asked."""
    number = next(_numbers)
    base = {
        "email": f"person-{number}@example.org",
        "display_name": f"Person {number}",
        "birth_year": 1980,
        "terms_version": "2026-01",
        "terms_accepted_at": NOW - timedelta(days=20),
        "created_at": NOW - timedelta(days=20),
    }
    if home_in is not None:
        base["municipality_id"] = make_municipality(session, home_in).id
    account = _add(session, Account(**{**base, **values}))
    for region in (confirmed_in,) if isinstance(confirmed_in, Region) else confirmed_in:
        _add(
            session,
            Residence(account_id=account.id, region_id=region.id, confirmed_at=NOW - timedelta(days=10), until=NOW + timedelta(days=700)),
        )
    for name, place in (("clerk", clerk_of), ("council", council_of)):
        if place is not None:
            _add(session, Role(account_id=account.id, region_id=place.id, name=name, since=NOW - timedelta(days=10)))
    if operator:
        _add(session, Role(account_id=account.id, region_id=None, name="operator", since=NOW - timedelta(days=10)))
    return account


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the SQL statements of the block, without BEGIN, savepoints and the like."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool) -> None:
        if statement.split(None, 1)[0].upper() not in {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA"}:
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
