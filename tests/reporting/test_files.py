"""Files of a report: everybody's once published, of every version, the administration's before, ordered anew where one is missing."""

import json
from itertools import product

import pytest
from litestar.testing import TestClient
from sqlmodel import func, select

from administration.conftest import Browser
from beteiligung import jobs
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.reporting import dataset
from beteiligung.reporting.formats.registry import FORMATS
from beteiligung.reporting.models import Report, ReportCorrection, ReportFile
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


def test_before_it_is_published_only_the_administration_gets_files(visitor, database):
    scene = full_scene()
    report = scene.released()
    build(report)
    with unit_of_work() as session:
        resident = make_account(session).id
    assert visitor.get("/musterkreis/berichte/1/dateien/bericht.json").status_code == 404
    with TestClient(application(), base_url="http://localhost:8000") as client:
        assert Browser(client, resident).get("/musterkreis/berichte/1/dateien/bericht.json").status_code == 404
    with TestClient(application(), base_url="http://localhost:8000") as client:
        given = Browser(client, scene.second.account_id).get("/musterkreis/berichte/1/dateien/bericht.json")
    assert given.status_code == 200
    assert given.headers["cache-control"] == "private, no-store"
    scene.do("publish", report)
    public = visitor.get("/musterkreis/berichte/1/dateien/bericht.json")
    assert public.content == given.content
    assert public.headers["x-robots-tag"] == "noindex"
    assert visitor.get("/musterkreis/berichte/1/dateien/bericht.json", **{"If-None-Match": public.headers["etag"]}).status_code == 304
    assert visitor.get("/musterkreis/berichte/1/dateien/bericht-csv.zip").headers["content-disposition"].endswith('"bericht-1-csv.zip"')
    for path in ("2/dateien/bericht.json", "1/dateien/bericht.exe", "1/1/bericht.json", "99999999/dateien/bericht.pdf"):
        assert visitor.get(f"/musterkreis/berichte/{path}").status_code == 404


def test_each_version_has_its_files_and_an_erased_quote_is_in_none(visitor, database):
    scene = full_scene()
    report = scene.published()
    build(report)
    first = visitor.get("/musterkreis/berichte/1/dateien/bericht.json").content
    assert b"beide Lager finden das hilfreich" in first
    scene.refuse("beide Lager finden das hilfreich", scene.people[0])
    assert scene.mend() == 1
    waiting = visitor.get("/musterkreis/berichte/1/0/bericht.json")
    assert waiting.status_code == 503
    assert waiting.headers["retry-after"] == "60"
    build(report)
    newest, old = (json.loads(visitor.get(f"/musterkreis/berichte/1{part}/bericht.json").content) for part in ("/dateien", "/0"))
    assert (newest["report"]["correction"], old["report"]["correction"]) == (1, 0)
    assert "beide Lager" not in json.dumps([newest, old], ensure_ascii=False)
    with reading() as session:
        row = session.get_one(Report, report)
        assert old["digest"] == json.loads(first)["digest"] == row.digest == dataset.digest(dataset.restored(row.content))
    assert newest["digest"] != old["digest"]


def test_a_missing_file_is_ordered_once_whoever_asks(visitor, database):
    scene = full_scene()
    scene.published()
    for _ in range(3):
        assert visitor.get("/musterkreis/berichte/1/dateien/bericht.pdf").status_code == 503
    with reading() as session:
        orders = session.exec(select(OutboxEntry).where(OutboxEntry.job == Job.BUILD_REPORT.value, OutboxEntry.period != None)).all()  # noqa: E711
    assert len(orders) == 1
