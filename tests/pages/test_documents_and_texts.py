"""Documents to read, pages of text, the report of a barrier, sitemap, health."""

from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import text as sql
from sqlmodel import select

from beteiligung.catalogue.models import Document
from beteiligung.db import reading, unit_of_work
from beteiligung.installed import newest_migration
from beteiligung.pages import feeds
from beteiligung.places.models import BarrierReport
from support import make_commitment, make_document, make_region

TEXTS = ("/so-funktioniert-es", "/regeln", "/impressum", "/datenschutz", "/barrierefreiheit", "/leichte-sprache", "/offene-daten")


@pytest.fixture
def document(database):
    with unit_of_work() as session:
        region = make_region(session, slug="kreis", name="Musterkreis")
        return make_document(session, region, slug="vertrag", title="Vertrag").id


def test_a_document_without_commitments_is_a_page_too(document, browser):
    assert browser.get("/kreis/dokumente/vertrag").status_code == 200
    listed = browser.get("/kreis/dokumente").text
    assert "0 Zusagen" in listed
    assert "Das ist kein Beschluss des Kreistags." in listed


@pytest.mark.parametrize("path", TEXTS)
def test_pages_of_text(document, browser, later, path):
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert f'<link rel="canonical" href="http://localhost:8000{path}">' in answer.text
    later()
    assert browser.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_the_imprint_is_the_regions(document, browser, later):
    assert "Demonstration" in browser.get("/impressum").text
    with unit_of_work() as session:
        make_region(session, imprint={"name": "Kreis Muster", "address": "Weg 1\n12345 Stadt"})
    later()
    assert "Weg 1<br>" in browser.get("/impressum").text


def test_a_barrier_can_be_reported_without_an_account(browser):
    empty = browser.post("/barrierefreiheit", {"text": " ", "mail": "keine", "page": "/kreis"})
    assert empty.status_code == 422
    assert 'value="/kreis"' in empty.text
    assert "Bitte schreiben Sie, was nicht geklappt hat." in empty.text
    done = browser.post("/barrierefreiheit", {"text": "Der Knopf <b> ist zu klein.", "mail": "ich@example.org", "page": "/kreis"})
    assert done.headers["location"] == "/barrierefreiheit?meldung=barriere#melden"
    assert "Danke, Ihre Meldung ist angekommen" in browser.get("/barrierefreiheit?meldung=barriere").text
    with reading() as session:
        assert [(r.text, r.contact, r.page) for r in session.exec(select(BarrierReport))] == [
            ("Der Knopf <b> ist zu klein.", "ich@example.org", "/kreis")
        ]
    answers = [browser.post("/barrierefreiheit", {"text": "Noch etwas"}) for _ in range(20)]
    assert answers[-1].status_code == 429
    assert "Noch etwas" in answers[-1].text


def test_sitemap_and_robots(document, browser, monkeypatch, later):
    with unit_of_work() as session:
        make_commitment(session, session.get_one(Document, document), slug="da")
        make_commitment(session, session.get_one(Document, document), slug="weg", state="archived")
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    paths = [loc.text.removeprefix("http://localhost:8000") for loc in ET.fromstring(browser.get("/sitemap.xml").text).iter(f"{space}loc")]
    for wanted in ("/", "/kreis", "/kreis/dokumente/vertrag", "/kreis/themen/mobilitaet", "/kreis/zusagen/da", "/barrierefreiheit"):
        assert wanted in paths, wanted
    assert "/kreis/zusagen/weg" not in paths
    for path in paths:
        assert browser.get(path).status_code == 200, path
    robots = browser.get("/robots.txt").text
    assert "Sitemap: http://localhost:8000/sitemap.xml" in robots
    monkeypatch.setattr(feeds, "URLS_A_SITEMAP", 5)
    with unit_of_work() as session:
        make_commitment(session, session.get_one(Document, document), slug="neu")
    later()
    parts = [loc.text.removeprefix("http://localhost:8000") for loc in ET.fromstring(browser.get("/sitemap.xml").text).iter(f"{space}loc")]
    assert len(parts) > 1
    found = [loc.text for part in parts for loc in ET.fromstring(browser.get(part).text).iter(f"{space}loc")]
    assert len(found) == len(paths) + 1
    assert browser.get("/sitemaps/0").status_code == 404
    assert browser.get("/sitemaps/999999").status_code == 404


def test_health(database, browser):
    assert browser.get("/health/live").text == "ok"
    assert browser.get("/health/ready").text == "ok"
    with unit_of_work() as session:
        session.execute(sql("UPDATE alembic_version SET version_num = '0001'"))
    try:
        behind = browser.get("/health/ready")
        assert (behind.status_code, behind.text) == (503, "database")
    finally:
        with unit_of_work() as session:
            session.execute(sql(f"UPDATE alembic_version SET version_num = '{newest_migration()}'"))
