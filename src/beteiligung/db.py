"""The database: one engine, and `unit_of_work()`, the only place that commits."""

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import CheckConstraint, DateTime, Dialect, Engine, ExceptionContext, create_engine, event
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from beteiligung.errors import NotFound
from beteiligung.settings import settings

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_AFTER_COMMIT = "after_commit"
Row = TypeVar("Row")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in UTC on both databases; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """PostgreSQL keeps the zone; SQLite stores plain UTC."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC before storing."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive datetime has no place in the database.")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return an aware UTC datetime."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def make_engine(url: str, *, reader: bool = False) -> Engine:
    """Return an engine for SQLite (WAL, foreign keys, writers begin IMMEDIATE) or PostgreSQL.

    `reader` (PostgreSQL): each statement stands for itself and none may write. Under READ COMMITTED a transaction
    around them would see no more of one moment, and its BEGIN and ROLLBACK cost two of five journeys.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 30, "check_same_thread": False}, pool_size=20)

        @event.listens_for(engine, "connect")
        def _pragmas(connection: Any, _: Any) -> None:
            connection.isolation_level = None  # we say BEGIN ourselves
            cursor = connection.cursor()
            for pragma in (
                "journal_mode=WAL",
                "synchronous=NORMAL",
                "foreign_keys=ON",
                "busy_timeout=30000",
                "cache_size=-16000",
                "secure_delete=ON",
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            # A read transaction that upgrades to write fails in spite of busy_timeout, so writers begin as writers.
            kind = "IMMEDIATE" if connection.get_execution_options().get("writer") else "DEFERRED"
            connection.exec_driver_sql(f"BEGIN {kind}")

        return engine
    more: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"} if reader else {}
    options = "-c lock_timeout=10000 -c timezone=UTC" + (" -c default_transaction_read_only=on" if reader else "")
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=10,
        max_overflow=20,
        pool_timeout=10,
        connect_args={"options": options, "connect_timeout": 5},
        **more,
    )
    event.listen(engine, "handle_error", _without_the_row)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _ask_if_idle)
    return engine


_IDLE = 1.0
"""Seconds after which a connection is asked whether it still holds before it is used again. Within them its last answer counts."""


def _note_use(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["used"] = time.monotonic()


def _ask_if_idle(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Ask a connection that nobody has used for a second; if the database has restarted, all of the pool are made anew."""
    used = record.info.get("used")
    if used is None or time.monotonic() - used < _IDLE:
        return
    try:
        engine().dialect.do_ping(connection)
    except engine().dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _without_the_row(context: ExceptionContext) -> None:
    """Cut what PostgreSQL repeats of a refused row (DETAIL): errors go to logs, and a vote or an address must not."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\nDETAIL:")[0], *error.args[1:])


@cache
def engine() -> Engine:
    """Return the engine of this process."""
    if settings().database_url.startswith("sqlite:///"):
        settings().var.mkdir(parents=True, exist_ok=True)
    return make_engine(settings().database_url)


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Run `callback` once the unit of work has been committed; it is dropped on rollback."""
    session.info.setdefault(_AFTER_COMMIT, []).append(callback)


@cache
def _writer() -> Engine:
    return engine().execution_options(writer=True)


@cache
def _reader() -> Engine:
    return engine() if engine().dialect.name == "sqlite" else make_engine(settings().database_url, reader=True)


def dispose() -> None:
    """Close every idle connection of this process."""
    engine().dispose()
    if _reader.cache_info().currsize:
        _reader().dispose()


@contextmanager
def unit_of_work() -> Generator[Session]:
    """Open the one writing transaction of a request or task; commits at the end, rolls back on any error."""
    with Session(_writer(), expire_on_commit=False) as session:
        yield session
        session.commit()
        callbacks = session.info.pop(_AFTER_COMMIT, [])
    for callback in callbacks:
        callback()


@contextmanager
def reading() -> Generator[Session]:
    """Open a read-only transaction."""
    with Session(_reader(), autoflush=False) as session:
        yield session


def require(session: Session, model: type[Row], key: Any, message: str) -> Row:
    """Return the row with this primary key or raise NotFound(message)."""
    row = session.get(model, key)
    if row is None:
        raise NotFound(message)
    return row


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Return the CHECK that a text column holds one of these words."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")


def inserting(session: Session) -> Any:
    """Return the `insert` of the session's database: both know `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert


def upsert(session: Session, model: type[SQLModel], key: dict[str, Any], values: dict[str, Any]) -> None:
    """Insert one row, or update `values` where the unique `key` is already there; safe against races."""
    statement = inserting(session)(model).values(**key, **values)
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def insert_missing(session: Session, model: type[SQLModel], **values: Any) -> None:
    """Insert a row unless it is already there; safe against races."""
    session.execute(inserting(session)(model).values(**values).on_conflict_do_nothing())
