"""A recommendation through the real forms: agenda, draft, vote, adoption; what everybody sees of it, and the clerk's answer."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from beteiligung import db
from beteiligung.clock import berlin_date, utcnow
from beteiligung.council.recommendation_models import Poll, Recommendation
from council.assembly import make_assembly

DESK = "/buergerrat/musterkreis/empfehlungen"


@pytest.fixture
def assembly(database):
    return make_assembly()


def send(client, path, **fields):
    return client.post(path, {"csrf": client.csrf(), **fields})


def test_from_the_agenda_to_the_answer(assembly, browser, browsers, later):
    council, clerk = [browsers(account) for account in assembly.members], browsers(assembly.clerk)
    member, other = council[:2]
    assert send(member, "/buergerrat/musterkreis/tagesordnung", commitment="zusage-a").status_code == 303
    assert "Zusage a" in browser.get("/musterkreis/empfehlungen").text
    empty = send(member, DESK, title="Ein Titel", text="")
    assert empty.status_code == 422
    assert 'value="Ein Titel"' in empty.text
    begun = send(member, DESK, title="Radweg <bauen>", text="Bis *2028*.", commitments=str(assembly.commitments[0][0]))
    one = begun.headers["location"].split("?")[0]
    assert "Noch hat niemand etwas gesagt" in other.get(one).text
    assert send(other, f"{one}/kommentar", comment="Gut so.").status_code == 303
    assert send(other, f"{one}/fassung", title="Radweg bauen", text="Bis *2029*.", commitments="1", version="1").status_code == 303
    late = send(member, f"{one}/fassung", title="Radweg", text="Bis 2030.", commitments="1", version="1")
    assert late.status_code == 409
    assert "Bis *2029*." in late.text
    assert "Bis 2030." in late.text
    assert send(member, f"{one}/abstimmung", version="2").status_code == 303
    assert browser.get("/musterkreis/empfehlungen/1").status_code == 404
    for somebody in council:
        assert send(somebody, f"{one}/stimme", choice="for").status_code == 303
    assert send(member, f"{one}/stimme", choice="against").status_code == 409
    later()
    public = browser.get("/musterkreis/empfehlungen/1").text
    assert "8 dafür, Enthaltungen: 0, 0 dagegen, von 8 Mitgliedern" in public
    assert "Gut so." not in public
    assert "Empfehlung des Bürgerrats" in browser.get("/musterkreis/zusagen/zusage-a").text
    assert "Empfehlung des Bürgerrats" not in browser.get("/musterkreis/zusagen/zusage-b").text
    for feed in ("/musterkreis/feed.atom", "/musterkreis/zusagen/zusage-a/feed.atom", "/musterkreis/empfehlungen/feed.atom"):
        assert browser.get(feed).text.count("Empfehlung des Bürgerrats: Radweg bauen") == 1
    assert "Radweg bauen" not in browser.get("/musterkreis/zusagen/zusage-b/feed.atom").text
    answer = "/verwaltung/musterkreis/empfehlungen/1"
    wrong = send(clerk, answer, kind="", text="Wir bauen.")
    assert wrong.status_code == 422
    assert "Wir bauen." in wrong.text
    assert send(clerk, answer, kind="accepted", text="Wir bauen.").status_code == 303
    assert send(clerk, answer, kind="declined", text="Doch nicht.").status_code == 409
    (told,) = json.loads(browser.get("/api/v1/recommendations?region=musterkreis").content)["items"]
    assert (told["vote"]["for"], told["answer_kind"], told["overdue"], told["commitments"]) == (8, "accepted", False, ["zusage-a"])


def test_what_is_overdue_is_said_everywhere(assembly, browser, browsers):
    assembly.adopted(now=utcnow())
    with db.unit_of_work() as session:
        session.exec(select(Recommendation)).one().answer_due = berlin_date(utcnow()) - timedelta(days=1)
    assert "überfällig" in browser.get("/musterkreis/empfehlungen").text
    assert "Das ist noch nicht geschehen" in browser.get("/musterkreis/empfehlungen/1").text
    assert "Antwort an den Bürgerrat überfällig" in browser.get("/musterkreis/zusagen/zusage-b").text
    assert "überfällig" in browsers(assembly.clerk).get("/verwaltung/musterkreis/empfehlungen").text
    assert json.loads(browser.get("/api/v1/recommendations").content)["items"][0]["overdue"] is True


def test_the_page_never_tells_a_count_before_the_urn_is_opened(assembly, browsers):
    number = assembly.draft(now=utcnow())
    assembly.do("open_vote", assembly.members[0], number, 1, now=utcnow())
    assembly.vote(number, {"for": 3, "against": 2}, now=utcnow())
    text = browsers(assembly.members[7]).get(f"{DESK}/{number}").text
    assert "5 von 8 Mitgliedern haben abgestimmt" in text
    assert "dafür," not in text
    with db.reading() as session:
        assert session.exec(select(Poll.votes_for)).one() == 0


def test_a_search_finds_what_is_not_on_the_agenda_yet(assembly, browsers):
    with db.unit_of_work() as session:
        from beteiligung.catalogue.search import reindex

        reindex(session)
    member = browsers(assembly.members[0])
    assert "Auf die Tagesordnung" in member.get(f"{DESK}?suche=Radweg").text
    for _id, slug in assembly.commitments:
        send(member, "/buergerrat/musterkreis/tagesordnung", commitment=slug)
    assert "Auf die Tagesordnung" not in member.get(f"{DESK}?suche=Radweg").text
