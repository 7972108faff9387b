"""The region's page and the list: search, filters with counts, orders, pages."""

import html
import re
from datetime import date, timedelta

import pytest

from beteiligung.catalogue.models import Commitment
from beteiligung.catalogue.search import reindex
from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import unit_of_work
from beteiligung.participation.models import Tally
from support import NOW, make_commitment, make_document, make_municipality, make_region


def tally(session, commitment, up, flat, down):
    shown = {"shown_confirmed_for": up, "shown_confirmed_neutral": flat, "shown_confirmed_against": down, "shown_confirmed_at": NOW}
    session.add(Tally(commitment_id=commitment.id, version=commitment.version, **shown))


@pytest.fixture
def region(database):
    """A region with a few commitments that search can tell apart."""
    with unit_of_work() as session:
        region = make_region(session, slug="kreis", name="Musterkreis", in_name="im Musterkreis")
        make_municipality(session, region, name="Witzenhausen")
        one = make_document(session, region, slug="vertrag", title="Vertrag", position=0)
        two = make_document(session, region, slug="plan", title="Plan", position=1, kind="strategy")
        bus = make_commitment(session, one, slug="bus", title="Rufbusse fahren am Abend", summary="Busse für Dörfer.", position=1)
        road = make_commitment(
            session,
            one,
            slug="weg",
            title="Neue Radwege",
            summary="Am Witzenhäuser Bahnhof.",
            position=2,
            status="done",
            comment_count=9,
            thread_count=4,
        )
        forest = make_commitment(
            session,
            two,
            slug="wald",
            title="Den Wald schützen",
            summary="Mit einem Weg für alle.",
            position=3,
            topic="umwelt-natur",
            kind="goal",
        )
        gone = make_commitment(
            session, two, slug="alt", title="Alter Radweg", position=4, state="archived", comment_count=99, thread_count=99
        )
        tally(session, bus, 30, 0, 0)
        tally(session, road, 10, 5, 10)
        tally(session, forest, 9, 0, 10)  # 19 people: below the threshold of 20
        tally(session, gone, 50, 0, 50)
        reindex(session, region.id)
    return region


def titles(answer):
    return re.findall(r'<h3 class="kern-heading-small"><a href="/kreis/zusagen/([a-z0-9-]+)">', answer.text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["bus", "weg", "wald"]),
        ("q=Rufbus", ["bus"]),
        ("q=rufbusse", ["bus"]),
        ("q=Weg", ["wald", "weg"]),
        ("q=Radweg", ["weg"]),
        ("q=Witzenhausen", ["weg"]),
        ("q=Dorf+Abend", ["bus"]),
        ("q=Dorf+Wald", []),
        ("q=Ruf", ["bus"]),
        ("status=done", ["weg"]),
        ("status=done&status=open", ["bus", "weg", "wald"]),
        ("thema=umwelt-natur", ["wald"]),
        ("dokument=plan", ["wald"]),
        ("art=goal", ["wald"]),
        ("art=goal&status=done", []),
        ("art=nonsense&status=nonsense&thema=nonsense&sortierung=nonsense&seite=nonsense", ["bus", "weg", "wald"]),
        ("sortierung=diskutiert", ["weg", "bus", "wald"]),
        ("sortierung=unterstuetzt", ["bus", "weg", "wald"]),
        ("sortierung=umstritten", ["weg", "bus", "wald"]),
        ("sortierung=relevanz", ["bus", "weg", "wald"]),
        ("q=%27%25_", ["bus", "weg", "wald"]),
    ],
)
def test_search_filters_and_orders(region, browser, query, found):
    answer = browser.get(f"/kreis/zusagen?{query}")
    assert answer.status_code == 200
    shown = titles(answer)
    assert (sorted(shown) if query == "q=Weg" else shown) == (sorted(found) if query == "q=Weg" else found)


def test_a_title_comes_before_a_summary(region, browser):
    with unit_of_work() as session:
        document = session.get_one(Commitment, 1).document_id
        session.add(Commitment(**{**_plain(document, region.id), "slug": "wegtitel", "title": "Ein Weg am See", "position": 9}))
        session.flush()
        reindex(session, region.id)
    assert titles(browser.get("/kreis/zusagen?q=Weg"))[0] == "wegtitel"


def _plain(document_id, region_id):
    return {
        "region_id": region_id,
        "document_id": document_id,
        "topic": "mobilitaet",
        "kind": "measure",
        "summary": "",
        "created_at": NOW,
    }


def test_each_filter_says_how_many_it_would_find(region, browser):
    text = html.unescape(browser.get("/kreis/zusagen?thema=mobilitaet").text)

    def count(label):
        return re.search(rf"{label} <span class=\"b-muted\">\((\d+)\)", text)[1]

    assert count("Mobilität") == "2"
    assert count("Umwelt & Natur") == "1"  # the filter itself does not narrow its own options
    assert count("Maßnahme") == "2"
    assert "Ziel <span" not in text
    assert "2 von 3 Zusagen" in text


def test_pages_have_addresses_and_an_end(region, browser):
    with unit_of_work() as session:
        document = session.get_one(Commitment, 1).document_id
        for n in range(40):
            session.add(Commitment(**{**_plain(document, region.id), "slug": f"z{n}", "title": f"Zusage {n}", "position": 10 + n}))
    first = browser.get("/kreis/zusagen?thema=mobilitaet")
    assert len(titles(first)) == 20
    assert "/kreis/zusagen?thema=mobilitaet&amp;seite=2" in first.text
    assert len(titles(browser.get("/kreis/zusagen?thema=mobilitaet&seite=3"))) == 2
    beyond = browser.get("/kreis/zusagen?thema=mobilitaet&seite=9")
    assert beyond.status_code == 200
    assert titles(beyond) == []
    assert "So viele Seiten hat diese Liste nicht" in beyond.text
    assert "Es gibt 3 Seiten" in beyond.text


def test_an_empty_list_offers_a_way_out(region, browser):
    assert "1 Zusagen ohne Filter" in browser.get("/kreis/zusagen?q=Rufbus&status=dropped").text
    alone = browser.get("/kreis/zusagen?q=Rufbus+Einhorn").text
    assert "Rufbus (1)" in alone


def test_searches_are_not_for_search_engines_but_the_list_is(region, browser):
    assert 'name="robots" content="noindex, follow"' in browser.get("/kreis/zusagen?q=Rufbus").text
    assert 'name="robots"' not in browser.get("/kreis/zusagen").text


def test_the_region_features_what_divides_only_from_the_threshold_on(region, browser):
    text = browser.get("/kreis").text
    assert "Umstritten" in text
    divided = text[text.index("Alle umstrittenen") :]
    assert "/kreis/zusagen/weg" in divided
    assert "/kreis/zusagen/wald" not in divided
    assert "/kreis/zusagen/alt" not in text  # archived
    assert "3 Zusagen" in text


def test_below_the_threshold_counts_only(region, browser):
    text = browser.get("/kreis/zusagen?thema=umwelt-natur").text
    assert "9 dafür, 0 neutral, 10 dagegen" in text
    assert "47" not in re.sub(r"\s", "", text[text.index("Den Wald") :][:900])


def test_in_the_quiet_period_nothing_is_featured(region, browser, later):
    assert "Viel diskutiert" in browser.get("/kreis").text
    today = berlin_date(utcnow())
    with unit_of_work() as session:
        row = session.merge(region)
        row.quiet_from, row.quiet_until = today - timedelta(days=1), today + timedelta(days=1)
        session.add(row)
    later()
    text = browser.get("/kreis").text
    assert "Viel diskutiert" not in text
    assert "Alle umstrittenen" not in text
    assert "heben wir hier nichts hervor" in text
    with unit_of_work() as session:
        row = session.merge(region)
        row.quiet_from, row.quiet_until = date(2020, 1, 1), date(2020, 3, 1)
        session.add(row)
    later()
    assert "Viel diskutiert" in browser.get("/kreis").text


def test_a_change_shows_after_the_cache_has_asked(region, browser, later):
    first = browser.get("/kreis/zusagen")
    with unit_of_work() as session:
        row = session.get_one(Commitment, 1)
        row.title, row.changes = "Busse fahren immer", row.changes + 1
        session.add(row)
    assert browser.get("/kreis/zusagen").content == first.content  # up to five seconds old
    later()
    second = browser.get("/kreis/zusagen", headers={"If-None-Match": first.headers["etag"]})
    assert second.status_code == 200
    assert "Busse fahren immer" in second.text
    assert second.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    "path", ["/nirgends", "/nirgends/zusagen", "/kreis/themen/nirgends", "/kreis/dokumente/nirgends", "/kreis/nirgends"]
)
def test_unknown_addresses_help(region, browser, path):
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "Startseite" in answer.text


def test_topics_and_start_count(region, browser):
    topics = browser.get("/kreis/themen").text
    assert "2 Zusagen" in topics
    assert "55 Stimmen" in topics
    start = browser.get("/").text
    assert "3 Zusagen" in start
    assert "74 Stimmen" in start
    assert "9 Kommentare" in start
    topic = browser.get("/kreis/themen/umwelt-natur?art=goal")
    assert titles(topic) == ["wald"]
