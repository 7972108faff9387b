"""Files of a report: everybody's once published, of every version, the administration's before, ordered anew where one is missing."""

import json
from itertools import product

import pytest
from litestar.testing import TestClient
from sqlmodel import col, func, select

from administration.conftest import Browser
from beteiligung import jobs
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.reporting import dataset
from beteiligung.reporting.formats.registry import FORMATS
from beteiligung.reporting.models import Report, ReportCorrection, ReportFile
from conftest import one_database
from reporting.scene import full_scene
from support import application, make_account
from worker import tasks

SMALL = ("json", "csv", "schema")


@pytest.fixture
def visitor(database):
    with TestClient(application(), base_url="http://localhost:8000") as client:
        yield Browser(client)


def build(report_id):
    """Make the small files as the worker would; the others are put there, since test_formats.py makes them."""
    with unit_of_work() as session:
        newest = session.exec(select(func.max(ReportCorrection.number)).where(ReportCorrection.report_id == report_id)).one() or 0
        for correction, one in product(range(newest + 1), FORMATS):
            if one.key not in SMALL and session.get(ReportFile, (report_id, correction, one.key)) is None:
                there = {"report_id": report_id, "correction": correction, "format": one.key}
                session.add(ReportFile(**there, content=b"x", sha256="x", made_at=utcnow()))
        entry = jobs.enqueue(session, Job.BUILD_REPORT, utcnow(), id=report_id)
    tasks.perform(Job.BUILD_REPORT, entry)


@one_database
def test_files_follow_the_report_from_its_release_to_an_erased_quote(visitor, database):
    scene = full_scene()
    report = scene.released()
    with unit_of_work() as session:
        resident = make_account(session).id
    path = "/musterkreis/berichte/1/dateien/bericht.json"
    # Before the publication: the administration alone. A file that is missing is ordered once, whoever asks.
    assert visitor.get(path).status_code == 404
    with TestClient(application(), base_url="http://localhost:8000") as client:
        assert Browser(client, resident).get(path).status_code == 404
        clerk = Browser(client, scene.second.account_id)
        assert [clerk.get(path).status_code for _ in range(3)] == [503] * 3
        with reading() as session:
            orders = select(OutboxEntry).where(OutboxEntry.job == Job.BUILD_REPORT.value, col(OutboxEntry.period).is_not(None))
            assert len(session.exec(orders).all()) == 1
        build(report)
        given = clerk.get(path)
    assert given.status_code == 200
    assert given.headers["cache-control"] == "private, no-store"
    # Published: everybody's.
    scene.do("publish", report)
    public = visitor.get(path)
    assert public.content == given.content
    assert public.headers["x-robots-tag"] == "noindex"
    assert visitor.get(path, **{"If-None-Match": public.headers["etag"]}).status_code == 304
    zipped = visitor.get("/musterkreis/berichte/1/dateien/bericht-csv.zip")
    assert zipped.headers["content-disposition"].endswith('"bericht-1-csv.zip"')
    for wrong in ("2/dateien/bericht.json", "1/dateien/bericht.exe", "1/1/bericht.json", "99999999/dateien/bericht.pdf"):
        assert visitor.get(f"/musterkreis/berichte/{wrong}").status_code == 404
    # A quote is erased: it is in no version's file any more, and the first version keeps its digest.
    assert b"beide Lager finden das hilfreich" in public.content
    scene.refuse("beide Lager finden das hilfreich", scene.people[0])
    assert scene.mend() == 1
    waiting = visitor.get("/musterkreis/berichte/1/0/bericht.json")
    assert (waiting.status_code, waiting.headers["retry-after"]) == (503, "60")
    build(report)
    newest, old = (json.loads(visitor.get(f"/musterkreis/berichte/1/{part}/bericht.json").content) for part in ("dateien", "0"))
    assert (newest["report"]["correction"], old["report"]["correction"]) == (1, 0)
    assert "beide Lager" not in json.dumps([newest, old], ensure_ascii=False)
    with reading() as session:
        row = session.get_one(Report, report)
        assert old["digest"] == json.loads(public.content)["digest"] == row.digest == dataset.digest(dataset.restored(row.content))
    assert newest["digest"] != old["digest"]
