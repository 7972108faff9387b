"""Documents to read, pages of text, the report of a barrier, sitemap, health."""

import re
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import text as sql
from sqlmodel import select

from beteiligung.catalogue.models import Document, Passage
from beteiligung.db import reading, unit_of_work
from beteiligung.installed import newest_migration
from beteiligung.pages import feeds
from beteiligung.pages.document import letters
from beteiligung.places.models import BarrierReport
from support import make_commitment, make_document, make_region

TEXTS = ("/so-funktioniert-es", "/regeln", "/impressum", "/datenschutz", "/barrierefreiheit", "/leichte-sprache", "/offene-daten")
ORIGINAL = (
    ("heading", [], "1 Verkehr"),
    ("paragraph", ["1 Verkehr"], "Alle sollen fahren. Wir bauen den Rufbus aus. Das hilft."),
    ("bullet", ["1 Verkehr"], "Wir sanieren die Radwege."),
    ("heading", [], "2 Wald"),
    ("heading", ["2 Wald"], "2.1 Bäume"),
    ("paragraph", ["2 Wald", "2.1 Bäume"], "Wir schützen den Wald."),
)


@pytest.fixture
def document(database):
    with unit_of_work() as session:
        region = make_region(session, slug="kreis", name="Musterkreis")
        return make_document(session, region, slug="vertrag", title="Vertrag").id


def imported(document_id):
    """Import the original, with a commitment on three of its sentences."""
    with unit_of_work() as session:
        document = session.get_one(Document, document_id)
        document.wording_sha256 = "0" * 64
        at = 0
        for n, (kind, section, words) in enumerate(ORIGINAL):
            session.add(
                Passage(
                    document_id=document_id,
                    position=n,
                    kind=kind,
                    text=words,
                    section=section,
                    line_start=10 * n + 5,
                    line_end=10 * n + 6,
                    char_start=at,
                    char_end=at + len(words),
                )
            )
            for wording in ("Wir bauen den Rufbus aus.", "Wir sanieren die Radwege.", "Wir schützen den Wald."):
                if wording in words:
                    make_commitment(
                        session,
                        document,
                        slug=f"c{at}",
                        title=wording.rstrip("."),
                        wording=wording,
                        char_start=at + words.index(wording),
                        section=section,
                        printed_lines=True,
                    )
            at += len(words) + 2


def test_the_wording_with_its_commitments_marked(document, browser):
    imported(document)
    page = browser.get("/kreis/dokumente/vertrag").text
    flat = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert "Alle sollen fahren. Zusage A: Wir bauen den Rufbus aus. (Ende der Zusage) Das hilft." in flat
    assert "Zusage B: Wir sanieren die Radwege." in flat
    assert 'id="zusage-1"' in page
    assert 'id="z15"' in page
    assert "Wir schützen den Wald" not in flat
    assert "?kapitel=2" in page
    second = browser.get("/kreis/dokumente/vertrag?zusage=3").text
    assert 'id="zusage-3"' in second
    assert "Rufbus" not in re.sub(r"<title>.*?</title>", "", second)
    assert browser.get("/kreis/dokumente/vertrag?kapitel=99").text.count("2.1 Bäume") >= 1
    assert len(re.findall(r'id="([^"]+)"', page)) == len(set(re.findall(r'id="([^"]+)"', page)))


def test_without_the_wording_titles_under_their_headings(document, browser):
    with unit_of_work() as session:
        row = session.get_one(Document, document)
        for title, section in (("Rufbus", ["Verkehr"]), ("Radweg", ["Verkehr", "Rad"]), ("Wald", ["Natur"])):
            make_commitment(session, row, title=title, section=section)
    first = browser.get("/kreis/dokumente/vertrag").text
    assert "Der Wortlaut ist hier nicht eingelesen" in first
    for wanted in ("Rufbus", "Radweg", 'id="zusage-1"', ">Rad "):
        assert wanted in first, wanted
    assert "Natur" in browser.get("/kreis/dokumente/vertrag?kapitel=2").text


def test_a_document_without_commitments_is_a_page_too(document, browser):
    assert browser.get("/kreis/dokumente/vertrag").status_code == 200
    listed = browser.get("/kreis/dokumente").text
    assert "0 Zusagen" in listed
    assert "Das ist kein Beschluss des Kreistags." in listed


def test_letters_go_on_after_z():
    assert [letters(n) for n in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]


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
        session.execute(sql("UPDATE alembic_version SET version_num = 'older'"))
    try:
        behind = browser.get("/health/ready")
        assert (behind.status_code, behind.text) == (503, "database")
    finally:
        with unit_of_work() as session:
            session.execute(sql(f"UPDATE alembic_version SET version_num = '{newest_migration()}'"))
