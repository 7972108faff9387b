"""The fixtures themselves: an empty migrated database, factories that the constraints accept."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import Session, select

from beteiligung import db, tables
from beteiligung.catalogue.models import Commitment
from beteiligung.settings import settings
from support import NOW, make_account, make_commitment, make_region, statements


def test_database_is_empty_and_factories_fit(database):
    with db.unit_of_work() as session:
        region = make_region(session)
        make_account(session, confirmed_in=region, home_in=region, clerk_of=region)
        made = make_commitment(session)
    with db.reading() as session, statements() as seen:
        rows = session.exec(select(Commitment)).all()
    assert [row.id for row in rows] == [made.id]
    assert rows[0].created_at < NOW
    assert len(seen) == 1
    assert settings().var == database.var
    database.reset()
    with db.reading() as session:
        assert session.exec(select(Commitment)).all() == []


def test_migrations_say_what_the_models_say(database):
    with Session(db.engine()) as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
