"""PostgreSQL, Redis and the mail server go away under load, the web process is killed: what was accepted is there once, and it goes on.

The table with longer faults: `python -m tests.bench.faults`.
"""

import os

import pytest

from faults import trouble

SECONDS = float(os.environ.get("BETEILIGUNG_FAULT_SECONDS", "1"))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_nothing_accepted_is_lost_or_doubled_whatever_goes_away(database):
    away = (trouble.database_away, trouble.broker_away, trouble.smtp_away)
    with trouble.site(database.var, database.url, "redis") as site:
        row = trouble.suffer(site, [trouble.database_restarts(), *(one(SECONDS) for one in away), trouble.kill("web")])
    print("", trouble.HEAD, row, sep="\n")
    assert (row.survived, row.lost, row.doubled) == (row.tries, 0, 0)
