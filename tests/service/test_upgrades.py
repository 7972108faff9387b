"""Upgrades on data: up, down and up again leaves what both versions know as it was; an old version's database works after it."""

import json
import secrets
from collections.abc import Iterator
from datetime import timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import JSON, MetaData, create_engine, inspect, make_url, select, text

from beteiligung import db, installed
from beteiligung.catalogue.models import HistoryEntry
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.models import Account, LoginSession, Role
from beteiligung.jobs import Job, enqueue
from beteiligung.participation import service
from beteiligung.participation.models import Comment, CommentVote, Follow, Tally, Vote
from beteiligung.participation.recount import recount
from beteiligung.participation.rules import Participant
from beteiligung.participation.subject import subject_by_slug
from beteiligung.places.models import Committee, Region
from beteiligung.settings import ROOT
from conftest import BACKENDS, POSTGRES, forget_caches
from support import NOW, make_account, make_commitment, make_document, make_municipality, make_region

OLD = "0003"
"""The oldest version from which an upgrade is promised."""
BEFORE = "0015"
"""Where the version before this one stands; raise it with each release."""


@pytest.fixture(params=BACKENDS)
def empty(request, tmp_path, monkeypatch) -> Iterator[str]:
    """A database without a single table, behind the settings."""
    url, name = f"sqlite:///{tmp_path / 'old.sqlite3'}", f"beteiligung_test_{secrets.token_hex(6)}"
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    if request.param == "postgresql":
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    monkeypatch.setenv("BETEILIGUNG_VAR", str(tmp_path))
    monkeypatch.setenv("BETEILIGUNG_DATABASE_URL", url)
    forget_caches()
    yield request.param
    forget_caches()
    if request.param == "postgresql":
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    server.dispose()


def move(direction, revision):
    """Run migrations as an installation does, over its own connection."""
    getattr(command, direction)(Config(str(ROOT / "alembic.ini")), revision)
    db.engine().dispose()


def known() -> MetaData:
    metadata = MetaData()
    with db.engine().connect() as connection:
        metadata.reflect(connection)
    return metadata


def contents() -> dict[str, list[dict[str, object]]]:
    """Return every row of every table, in a stable order."""
    found = {}
    with db.engine().connect() as connection:
        for table in known().sorted_tables:
            if table.name != "alembic_version":
                rows = [dict(row) for row in connection.execute(select(table)).mappings()]
                found[table.name] = sorted(rows, key=lambda row: json.dumps(row, default=str, sort_keys=True))
    return found


def as_of(rows: dict[str, list[dict[str, object]]], columns: dict[str, set[str]]):
    """Return what is left of rows where only these tables and columns are known."""
    return {
        name: sorted(
            ({key: row[key] for key in wanted} for row in rows[name]), key=lambda row: json.dumps(row, default=str, sort_keys=True)
        )
        for name, wanted in columns.items()
        if name in rows
    }


def columns_now() -> dict[str, set[str]]:
    with db.engine().connect() as connection:
        looking = inspect(connection)
        return {name: {c["name"] for c in looking.get_columns(name)} for name in looking.get_table_names() if name != "alembic_version"}


def fill() -> None:
    """Put something into the tables that an old version knows too, and into some that it does not."""
    with unit_of_work() as session:
        region = make_region(session, slug="musterkreis", accent="green", contact_mail="a@example.org")
        session.add(Committee(region_id=region.id, slug="bau", name="Bauausschuss", topics=["mobilitaet"]))
        document = make_document(session, region, slug="programm")
        one, two = (make_commitment(session, document, slug=f"musterkreis-{n}") for n in (1, 2))
        people = [make_account(session, home_in=region, confirmed_in=region) for _n in range(3)]
        clerk = make_account(session, clerk_of=region)
        for person in people:
            session.add(Vote(commitment_id=one.id, version=1, voter=secrets.token_hex(32), choice="for", standing="confirmed"))
            session.add(Follow(account_id=person.id, region_id=region.id, kind="commitment", target=str(two.id), created_at=NOW))
        session.add(Tally(commitment_id=one.id, version=1, confirmed_for=3))
        comment = Comment(commitment_id=one.id, author_id=people[0].id, text="Guter Plan. Wann?", reply_count=1, created_at=NOW)
        session.add(comment)
        session.flush()
        session.add(
            Comment(commitment_id=one.id, author_id=people[1].id, parent_id=comment.id, reply_number=1, text="Bald.", created_at=NOW)
        )
        session.add(CommentVote(comment_id=comment.id, voter="b" * 64, value=1))
        session.add(
            HistoryEntry(commitment_id=one.id, kind="answer", happened_on=NOW.date(), body="Ja.", account_id=clerk.id, created_at=NOW)
        )
        session.add(LoginSession(id="c" * 64, account_id=clerk.id, created_at=NOW, seen_on=NOW, expires_at=NOW + timedelta(days=1)))
        enqueue(session, Job.CLEAN_UP, NOW, period="2026-11-21")


def test_up_down_and_up_again_keeps_what_both_versions_know(empty):
    move("upgrade", "head")
    fill()
    before = contents()
    move("downgrade", OLD)
    old = columns_now()
    kept = contents()
    both = {name: columns & set(before[name][0]) for name, columns in old.items() if before.get(name)}
    assert {"region", "account", "commitment", "vote", "comment", "comment_vote", "tally", "outbox_entry", "history_entry"} <= set(both)
    assert as_of(kept, both) == as_of(before, both)
    move("upgrade", "head")
    assert installed.at_head()
    assert as_of(contents(), both) == as_of(before, both)
    assert {name for name, rows in before.items() if rows} - {name for name, rows in contents().items() if rows} <= set(before) - set(old)
    if empty == "sqlite":
        with db.engine().connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


def old_rows(metadata):
    """Return rows as the old version wrote them, table by table; what it has a default for is left out where it can be."""
    at = NOW if db.engine().dialect.name == "postgresql" else NOW.replace(tzinfo=None)
    day = NOW.date()
    return {
        "region": [
            {"id": 1, "slug": "altkreis", "name": "Altkreis", "in_name": "im Altkreis", "kind": "county", "state": "Hessen",
             "assembly_name": "Kreistag", "min_age": 16, "page_threshold": 20, "report_threshold": 100, "imprint": {"name": "Altkreis"},
             "position": 1, "example": False},
        ],
        "municipality": [{"id": 1, "region_id": 1, "slug": "ort", "name": "Ort"}],
        "document": [
            {"id": 1, "region_id": 1, "slug": "programm", "title": "Programm", "kind": "election_programme", "author": "Liste",
             "first_line": "Die Liste verspricht", "not_resolution": True, "closed": False, "example": False, "position": 0},
        ],
        "account": [
            {"id": 1, "email": "anna@example.org", "display_name": "Anna", "birth_year": 1980, "municipality_id": 1,
             "terms_version": "2026-01", "terms_accepted_at": at, "is_example": False, "created_at": at},
            {"id": 2, "email": "amt@example.org", "display_name": "Amt", "is_example": False, "created_at": at},
        ],
        "role": [{"account_id": 2, "region_id": 1, "name": "clerk", "since": at}],
        "commitment": [
            {"id": 1, "slug": "altkreis-001", "region_id": 1, "document_id": 1, "position": 1, "section": [], "topic": "mobilitaet",
             "kind": "measure", "title": "Radweg", "summary": "Ein Radweg.", "plain": True, "wording_hashes": [], "context_before": "",
             "context_after": "", "figures": [], "status": "open", "state": "published", "version": 1, "created_at": at},
        ],
        "comment": [{"id": 1, "commitment_id": 1, "author_id": 1, "text": "Guter Plan.", "additions": [], "created_at": at}],
        "history_entry": [
            {"id": 1, "commitment_id": 1, "kind": "answer", "happened_on": day, "body": "Ja.", "source": "", "account_id": 2,
             "by_clerk": True, "created_at": at},
        ],
        "outbox_entry": [{"id": 1, "job": "clean_up", "args": {}, "created_at": at, "not_before": at, "attempts": 0}],
    }  # fmt: skip


def insert(metadata):
    """Insert the old rows; columns that must have a value and have none here get an empty one of their type."""
    with db.engine().connect() as connection:
        for name, rows in old_rows(metadata).items():
            table = metadata.tables[name]
            for row in rows:
                values = dict(row)
                for column in table.columns:
                    if column.name in values and (isinstance(column.type, JSON) or isinstance(values[column.name], (list, dict))):
                        empty_one = values[column.name]
                        values[column.name] = empty_one if isinstance(column.type, JSON) else json.dumps(empty_one)
                    needs = not column.nullable and column.server_default is None and column.name not in values and not column.primary_key
                    if needs:
                        values[column.name] = 0 if column.type.python_type in (int, bool, float) else ""
                connection.execute(table.insert().values(**values))
        if connection.dialect.name == "postgresql":  # as if its own sequences had given the numbers
            for name in old_rows(metadata):
                if "id" in metadata.tables[name].columns:
                    connection.execute(text(f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), 100)"))
        connection.commit()


def test_an_old_versions_database_is_upgraded_and_works(empty):
    move("upgrade", OLD)
    insert(known())
    before, old = contents(), columns_now()
    move("upgrade", "head")
    assert installed.at_head()
    now = columns_now()
    both = {name: columns & now[name] for name, columns in old.items() if before[name] and name in now}
    assert set(both) == {name for name in before if before[name]}
    assert as_of(contents(), both) == as_of(before, both)
    with reading() as session:
        region = session.get_one(Region, 1)
        assert (region.preparing, region.accent, region.ticked, region.answer_days, region.min_age) == (False, "blue", {}, 56, 16)
        assert session.get_one(Account, 1).display_name == "Anna"
        assert subject_by_slug(session, "altkreis", "altkreis-001").title == "Radweg"
    with unit_of_work() as session:  # and it takes what the new version writes
        person = Participant(1, False, frozenset(), 1, True)
        service.cast_vote(session, person, 1, "for", NOW, 1)
        session.add(Role(account_id=1, region_id=1, name="clerk", since=NOW))
        make_municipality(session, session.get_one(Region, 1))
    with reading() as session:
        assert recount(session) == []


def test_migrations_that_add_columns_let_the_version_before_go_on_writing(empty):
    """Zero downtime: while web processes of the old version still run, what they write fits into the new tables."""
    move("upgrade", BEFORE)
    metadata = known()
    move("upgrade", "head")
    insert(metadata)
    assert len(contents()["commitment"]) == 1
