"""No statement costs more for what it does not show: ten times the counties, comments, votes and past work touch about as many pages."""

import pytest
from sqlalchemy import make_url
from sqlmodel import select

from bench.growth import grow, measured, past
from bench.volume import Size, load
from beteiligung.catalogue.models import Commitment
from beteiligung.db import engine, unit_of_work
from beteiligung.web.cache import page_cache
from beteiligung.web.limits import limiter
from conftest import forget_caches

TIMES = 10
ABOUT_ALL = "clerk's desk"
"""It says how many questions wait for an answer, and grows with them: docs/scale.md."""


def act(statement):
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement)


@pytest.fixture
def by_index(database):
    """Have PostgreSQL read tables from end to end only where no index serves: of six hundred rows it sometimes prefers to."""
    name = make_url(database.url).database
    act(f'ALTER DATABASE "{name}" SET enable_seqscan = off')
    forget_caches()
    yield
    act(f'ALTER DATABASE "{name}" RESET enable_seqscan')
    forget_caches()


def settled():
    act("VACUUM ANALYZE")
    page_cache().clear()
    limiter.clear()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_ten_times_as_much_that_is_not_shown_costs_about_the_same(database, by_index, monkeypatch):
    monkeypatch.setenv("BETEILIGUNG_BASE_URL", "http://testserver.local")
    with unit_of_work() as session:
        volume = load(session, Size(60, 1_200, 3_000, 150, 10))
        busy = session.exec(select(Commitment).where(Commitment.slug == "bank-0")).one()
        past(session, volume, busy.region_id)
        region_id, busy_id = busy.region_id, busy.id
    settled()
    before = measured(volume, again=True)
    with unit_of_work() as session:
        grow(session, region_id, busy_id, 1, TIMES)
    settled()
    after = measured(volume, again=True)
    grown = {}
    for name, costs in after.items():
        was, now = (sum(one.buffers for one in some) for some in (before[name], costs))
        if now > 2 * was + 60 and name != ABOUT_ALL:
            grown[name] = (was, now, [(one.buffers, one.scans, one.statement[:200]) for one in costs])
    assert grown == {}
