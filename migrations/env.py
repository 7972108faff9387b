"""Alembic: one transaction a migration, a lock timeout, and an advisory lock against two at once."""

from alembic import context
from sqlalchemy import Connection, text

from beteiligung import tables
from beteiligung.db import engine

ADVISORY_LOCK = 0x42455445  # "BETE"


def _configure(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        compare_type=True,
        compare_server_default=False,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )


def run() -> None:
    """Run the migrations on the connection given by the caller, or on the settings' database."""
    given = context.config.attributes.get("connection")
    if given is not None:
        _configure(given)
        with context.begin_transaction():
            context.run_migrations()
        return
    with engine().connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET lock_timeout = '5s'"))
            connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
            connection.commit()
        _configure(connection)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})"))
            connection.commit()


run()
