"""What clients can do to one web process: far too large, far too slow, far too often, and no HTTP at all."""

import os

import pytest

from faults import rude, trouble
from faults.installation import Broker, Installation, listens, until
from faults.load import Load, count, settle

SHARE = float(os.environ.get("BETEILIGUNG_FAULT_SHARE", "0.2"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_others_are_served_whatever_a_client_does(database):
    place = settle(20)
    site = Installation(database.var, Broker(database.var), seed=3)
    site.env["BETEILIGUNG_TRUSTED_PROXIES"] = "127.0.0.1"
    try:
        site.start("web")
        until("the site", lambda: listens(site.web_port), 60)
        with Load(site.web_port, place, writers=1, pause=0.3) as load:
            rows = [
                rude.large_forms(site.web_port, place, 5, 2),
                rude.large_forms(site.web_port, place, 10, 2),
                rude.malformed(site.web_port, 1),
                rude.long_thread(site.web_port, place, round(10_000 * SHARE)),
                rude.slow_clients(site.web_port, place.path, round(200 * SHARE), 10 * SHARE),
                rude.sign_ins(site.web_port, round(1_000 * SHARE)),
            ]
            until("somebody to write meanwhile", lambda: load.answers["303"] > 1, 30)
        found = count(load)
    finally:
        site.close()
    print("", trouble.HEAD, *rows, sep="\n")
    assert all((row.survived, row.lost, row.doubled) == (row.tries, 0, 0) for row in rows)
    assert (found.lost, found.doubled) == (0, 0)
    assert set(load.answers) == {"303"}
