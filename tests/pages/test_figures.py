"""Pages and data of frozen figures: what they cost, what they say, and what the quiet period takes away."""

import csv
import io
from datetime import timedelta

import pytest

from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.models import Account
from beteiligung.insight.snapshot_models import RegionSnapshot
from beteiligung.places.models import Municipality, Region
from conftest import one_database
from insight.test_snapshots import Scene
from support import NOW, statements


@pytest.fixture
def frozen(database):
    scene = Scene()
    scene.freeze()
    with reading() as session:
        return scene, session.get_one(Region, scene.region).slug


def test_what_unites_and_divides_is_drawn_and_written(frozen, browser):
    _scene, slug = frozen
    with statements() as made:
        page = browser.get(f"/{slug}/was-verbindet")
    assert len(made) == 2  # the state and the snapshot
    assert page.text.count("<h3") == 10
    assert "Gruppe A: rund 30 Menschen" in page.text
    assert 'aria-label="Gruppe A:' in page.text
    assert "unter 7" in page.text
    assert page.text.count("<table") == 1
    with statements() as again:
        assert browser.get(f"/{slug}/was-verbindet").content == page.content
    assert again == []


def test_region_topic_and_commitment_show_live_figures(frozen, browser, later):
    scene, slug = frozen
    assert "Rund 60 bestätigte" in browser.get(f"/{slug}").text
    assert "Am meisten Zustimmung" in browser.get(f"/{slug}/themen/mobilitaet").text
    with reading() as session:
        commitment = next(iter(session.get_one(RegionSnapshot, 1).content["commitments"]))
    text = browser.get(f"/{slug}/zusagen/{commitment}").text
    assert "Wie genau ist das?" in text
    assert "Stimmen nach Gruppen" in text
    with unit_of_work() as session:  # a new meaning: its votes and its figures begin anew
        session.get_one(RegionSnapshot, 1)
        from beteiligung.catalogue.models import Commitment

        row = session.get_one(Commitment, scene.ids[0])
        row.version, row.changes = 2, row.changes + 1
    later()
    assert "Wie genau ist das?" not in browser.get(f"/{slug}/zusagen/{commitment}").text


@one_database
def test_data_say_the_same_as_the_snapshot(frozen, browser):
    _scene, slug = frozen
    with reading() as session:
        content = session.get_one(RegionSnapshot, 1).content
    told = browser.get(f"/api/v1/regions/{slug}/figures").json()
    assert {name: told[name] for name in content} == content
    rows = list(csv.DictReader(io.StringIO(browser.get(f"/{slug}/zahlen.csv").text)))
    assert {row["commitment"]: int(row["for"]) for row in rows} == {
        one: figures["confirmed"]["for"] for one, figures in content["commitments"].items()
    }


def test_who_takes_part_stands_beside_the_population(database, browser):
    scene = Scene(camp=60)
    with unit_of_work() as session:
        region = session.get_one(Region, scene.region)
        region.slug = "dueren"
        session.get_one(Municipality, scene.place).name = "Düren"
    scene.freeze()
    page = browser.get("/dueren/wer-mitmacht").text
    assert "258.524" in page
    assert page.count("(fehlt)") == 14  # all fifteen but one
    assert "Aus mindestens einer Gruppe machen weniger als fünf" in page
    assert "Alter, Geschlecht" in page
    told = browser.get("/api/v1/regions/dueren/figures").json()["turnout"]["margins"][0]["groups"]
    assert [group["people"] for group in told if group["people"]] == [120]


def test_a_night_of_new_accounts_is_flagged_with_the_result_without_them(database, browser):
    scene = Scene(commitments=8, camp=25)
    with unit_of_work() as session:
        first = session.get_one(Account, scene.people[0])
        first.created_at = NOW - timedelta(days=60)
        for person in scene.people[1:30]:
            session.get_one(Account, person).created_at = NOW - timedelta(days=60, hours=-person)
    scene.freeze()
    with reading() as session:
        slug = session.get_one(Region, scene.region).slug
        commitment = next(iter(session.get_one(RegionSnapshot, 1).content["commitments"]))
    page = browser.get(f"/{slug}/wer-mitmacht").text
    assert "neue Konten</td><td" in page
    assert "ohne auffällige Konten" in page
    assert "Auffällig: Rund 20 dieser Menschen" in browser.get(f"/{slug}/zusagen/{commitment}").text


@one_database
def test_in_the_quiet_period_nothing_is_featured(frozen, browser):
    scene, slug = frozen
    with unit_of_work() as session:
        today = berlin_date(utcnow())
        region = session.get_one(Region, scene.region)
        region.quiet_from, region.quiet_until = today - timedelta(days=1), today + timedelta(days=1)
    page = browser.get(f"/{slug}/was-verbindet").text
    assert "Bald ist Wahl" in page
    assert "<h3" not in page
    told = browser.get(f"/api/v1/regions/{slug}/figures").json()
    assert told["rankings"] == {}
    assert told["groups"] is None
    assert not any({"ranks", "groups"} & one.keys() for one in told["commitments"].values())
    assert "Am meisten Zustimmung" not in browser.get(f"/{slug}").text + browser.get(f"/{slug}/themen/mobilitaet").text
    commitment = next(iter(told["commitments"]))
    assert "Stimmen nach Gruppen" not in browser.get(f"/{slug}/zusagen/{commitment}").text


def test_before_the_first_snapshot_pages_say_so(database, browser, later):
    scene = Scene(commitments=2, camp=3)
    with reading() as session:
        slug = session.get_one(Region, scene.region).slug
    assert "noch" in browser.get(f"/{slug}/was-verbindet").text.lower()
    assert "Sie entstehen einmal am Tag" in browser.get(f"/{slug}/wer-mitmacht").text
    assert browser.get(f"/api/v1/regions/{slug}/figures").json() is None
    assert browser.get(f"/{slug}/zahlen.csv").text.count("\n") == 1
    scene.freeze()
    later()
    assert "Keine klaren Gruppen" in browser.get(f"/{slug}/was-verbindet").text
    for path in ("was-verbindet", "wer-mitmacht", ""):
        assert browser.get(f"/{slug}/{path}".rstrip("/")).status_code == 200


@one_database
@pytest.mark.parametrize("slug", ['a"b', "a'b", "x" * 300, "ä"])
def test_odd_addresses_are_not_found(frozen, browser, slug):
    _scene, region = frozen
    assert browser.get(f"/{region}/zusagen/{slug}").status_code == 404
    assert browser.get(f"/api/v1/regions/{slug}/figures").status_code == 404
