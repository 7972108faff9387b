"""Two real beats and a real worker: each night's and hour's work is written once."""

from collections import Counter

import pytest
from sqlmodel import select

from beteiligung.db import reading
from beteiligung.jobs import Job, OutboxEntry
from faults.installation import Broker, Installation, until

NIGHTLY = {Job.RECOUNT_TALLIES, Job.CLEAN_UP, Job.LAPSE_RESIDENCES, Job.FIND_SIMILAR}


def entries():
    with reading() as session:
        return [(entry.job, entry.period) for entry in session.exec(select(OutboxEntry).where(OutboxEntry.period != None)).all()]  # noqa: E711


def said(folder, name):
    return (folder / f"{name}.log").read_text().count("beteiligung.nightly")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_two_beats_at_once_do_no_harm(database):
    site = Installation(database.var, Broker(database.var), seed=1)
    site.env |= {"NIGHT_EVERY_SECOND": "1"}
    try:
        for name in ("worker", "beat", "beat2"):
            site.start(name)
        until("the night's work", lambda: {job for job, _period in entries()} >= NIGHTLY, 60)
        seen = {name: said(database.var, name) for name in ("beat", "beat2")}
        until("both to ask again", lambda: all(said(database.var, name) > count + 1 for name, count in seen.items()), 60)
    finally:
        site.close()
    assert all(times == 1 for times in Counter(entries()).values())
