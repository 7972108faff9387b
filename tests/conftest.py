"""Databases for tests: each test that asks for `database` runs on SQLite and, where servers are at hand, on PostgreSQL.

`BETEILIGUNG_TEST_SERVERS=1` adds PostgreSQL; then a server that cannot be reached is a failure, not a skip.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url, text

from beteiligung import db, tables
from beteiligung.settings import ROOT, settings

SERVERS = os.environ.get("BETEILIGUNG_TEST_SERVERS") == "1"
BACKENDS = ("sqlite", "postgresql") if SERVERS else ("sqlite",)
one_database = pytest.mark.parametrize("database", BACKENDS[-1:], indirect=True)
"""For sweeps over every address, which take minutes: PostgreSQL where it is at hand, since it refuses more, else SQLite."""
POSTGRES = os.environ.get("BETEILIGUNG_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


SLOW_FIRST = ("journeys", "faults", "worker", "demo", "security")
"""Folders whose tests take longest: begun first, so that no worker has a long one left when all others are done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = {name: rank for rank, name in enumerate(SLOW_FIRST)}
    items.sort(key=lambda item: folder.get(item.path.parent.name, len(SLOW_FIRST)))


@dataclass
class Database:
    """The database of one test. `reset()` empties it in the middle of a test (for generated examples)."""

    name: str
    url: str
    var: Path
    _empty: Callable[[], None]

    def reset(self) -> None:
        db.dispose()
        self._empty()


def forget_caches() -> None:
    """Make settings and engine be read anew; closes the connections of the old engine."""
    if db.engine.cache_info().currsize:
        db.dispose()
    for cached in (settings, db.engine, db._writer, db._reader):
        cached.cache_clear()


def migrate(url: str, var: Path) -> None:
    """Bring an empty database to the newest state with Alembic, as an installation would."""
    before = os.environ.copy()
    os.environ.update(BETEILIGUNG_DATABASE_URL=url, BETEILIGUNG_VAR=str(var), BETEILIGUNG_MODE="test")
    forget_caches()
    try:
        command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
    finally:
        forget_caches()
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every test away from the real `var/`; the broker is memory, so that nothing is left lying about."""
    patch = pytest.MonkeyPatch()
    patch.setenv("BETEILIGUNG_MODE", "test")
    patch.setenv("BETEILIGUNG_VAR", str(tmp_path_factory.mktemp("var")))
    patch.setenv("BETEILIGUNG_BROKER_URL", "memory://")
    for name in ("BETEILIGUNG_DATABASE_URL", "BETEILIGUNG_BASE_URL", "BETEILIGUNG_SMTP_URL", "PORT"):
        patch.delenv(name, raising=False)
    forget_caches()
    yield
    forget_caches()
    patch.undo()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "empty.sqlite3"
    migrate(f"sqlite:///{path}", folder)
    return path


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated, empty PostgreSQL database of this run, dropped at its end."""
    name = f"beteiligung_test_{secrets.token_hex(6)}"
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5})
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    try:
        url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
        migrate(url, tmp_path_factory.mktemp("postgres"))
        yield url
    finally:
        forget_caches()
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        server.dispose()


def _truncate(url: str) -> None:
    """Empty what was written to, and count from 1 again.

    Deleting a test's few rows and handing their space back is far quicker than TRUNCATE, that makes new files.
    """
    engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"options": "-c lock_timeout=10000"})
    filled = " UNION ALL ".join(f"SELECT '{t.name}' WHERE EXISTS (SELECT 1 FROM \"{t.name}\")" for t in tables.metadata.sorted_tables)
    with engine.connect() as connection:
        names = connection.execute(text(filled)).scalars().all()
        used = connection.execute(text("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL")).scalars().all()
        acts = ["SET session_replication_role = replica"]  # no foreign key is asked
        acts += [f'DELETE FROM "{name}"' for name in names] + [f"SELECT setval('{name}', 1, false)" for name in used]
        connection.execute(text("; ".join(acts)))
        if names:  # else new rows would come into the gaps of old ones, in an order of their own
            connection.execute(text("VACUUM " + ", ".join(f'"{name}"' for name in names)))
    engine.dispose()


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty, migrated database behind `db.unit_of_work()` and `db.reading()`; `var` is this test's folder."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = tmp_path / "beteiligung.sqlite3"
        url = f"sqlite:///{path}"

        def empty() -> None:
            for end in ("", "-wal", "-shm"):
                path.with_name(path.name + end).unlink(missing_ok=True)
            shutil.copyfile(template, path)
    else:
        url = request.getfixturevalue("postgres_url")

        def empty() -> None:
            _truncate(url)

    monkeypatch.setenv("BETEILIGUNG_VAR", str(tmp_path))
    monkeypatch.setenv("BETEILIGUNG_DATABASE_URL", url)
    forget_caches()
    empty()
    yield Database(request.param, url, tmp_path, empty)
    forget_caches()
