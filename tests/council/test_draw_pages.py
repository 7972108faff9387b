"""The clerk's steps and the public pages through the real forms, and who reaches them."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from beteiligung.clock import berlin_date, utcnow
from beteiligung.council import confined, protocol, replacement
from beteiligung.council.models import CouncilSeat, Draw, DrawPerson
from beteiligung.council.seating import code_of
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.models import Role
from beteiligung.jobs import Job, OutboxEntry
from council.draws import make_draw, people_csv, seats
from security.conftest import browser_of, world  # noqa: F401
from worker import tasks

BASE = "/verwaltung/musterkreis/auslosungen"
OURS = {"origin": "http://localhost:8000"}


def token(client, path="/konto"):
    return re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)[1]


def post(client, path, data=None, files=None):
    return client.post(path, data={"csrf": token(client), **(data or {})}, files=files, headers=OURS, follow_redirects=False)


def upload(client, path, content, **data):
    return post(client, path, data, {"file": ("liste.csv", content, "text/csv")})


def plan_form():
    today = berlin_date(utcnow())
    return {
        "title": "Bürgerrat", "source": "list", "size": "8", "algorithm": "leximin", "households": "1", "term_start": f"{today:%d.%m.%Y}",
        "term_end": f"{today + timedelta(days=364):%d.%m.%Y}", "contact": "Bürgerbüro",
    }  # fmt: skip


def test_a_clerk_leads_a_draw_from_the_list_to_the_seats(browser_of):  # noqa: F811
    clerk, guest = browser_of("clerk"), browser_of("guest")
    refused = post(clerk, BASE, {**plan_form(), "size": "1", "term_end": "bald"})
    assert refused.status_code == 422
    assert "Bitte schreiben Sie das Datum so" in refused.text
    assert 'value="bald"' in refused.text
    draw = post(clerk, BASE, plan_form()).headers["location"].split("?")[0]
    bad = upload(clerk, f"{draw}/personen", people_csv(3) + b"\nR0;x;y;z;;;;;;nix;")
    assert bad.status_code == 422
    assert "steht schon in Zeile 2" in bad.text
    assert upload(clerk, f"{draw}/personen", people_csv()).status_code == 303
    page = clerk.get(draw).text
    assert "60 Personen stehen auf der Liste" in page
    assert "Das ist ein Vorschlag" in page
    fields = dict(re.findall(r'name="((?:feature|value)-\d+)" value="([^"]*)"', page))
    fields |= dict(re.findall(r'name="((?:lower|upper)-\d+)"[^>]*value="([^"]*)"', page))
    assert upload(clerk, f"{draw}/quoten", b"", **{**fields, "lower-0": "9"}).status_code == 422
    assert upload(clerk, f"{draw}/quoten", b"", **fields).status_code == 303
    assert post(clerk, f"{draw}/rechnen").status_code == 303
    assert "Es wird gerechnet" in clerk.get(draw).text
    with reading() as session:
        entry = session.exec(select(OutboxEntry.id).where(OutboxEntry.job == Job.COMPUTE_DRAW.value)).one()
    tasks.perform(Job.COMPUTE_DRAW, entry)
    assert "mögliche Zusammensetzungen aus 60 Personen" in clerk.get(draw).text
    number = int(draw.rpartition("/")[2])
    public = f"/musterkreis/buergerrat/auslosungen/{number}"
    assert guest.get(public).status_code == 404
    tomorrow = f"{berlin_date(utcnow()) + timedelta(days=1):%d.%m.%Y}"
    early = {"public_source": "Lotto am Samstag, lotto.example", "public_day": f"{berlin_date(utcnow()):%d.%m.%Y}"}
    assert post(clerk, f"{draw}/veroeffentlichen", early).status_code == 422
    assert post(clerk, f"{draw}/veroeffentlichen", {**early, "public_day": tomorrow}).status_code == 303
    assert "nur das Los noch nicht" in guest.get(public).text
    before = guest.get(f"{public}/veroeffentlichung.json").content
    assert guest.get(f"{public}/protokoll.json").status_code == 404
    assert post(clerk, f"{draw}/losen", {"public_value": "1 2 3"}).status_code == 422
    with unit_of_work() as session:
        session.get_one(Draw, number).public_day = berlin_date(utcnow())  # a day passes
    assert post(clerk, f"{draw}/losen", {"public_value": "1 2 3"}).status_code == 303
    content = guest.get(f"{public}/protokoll.json").content
    assert len(protocol.verify(content, published=before)["seated"]) == 8
    assert replacement.verify(content, guest.get(f"{public}/nachruecken.json").content)
    pool = clerk.get(f"{draw}/pool.csv")
    assert "Name" not in pool.text
    assert "Wie groß die Chance jeder Gruppe war" in guest.get(public).text


def test_infeasible_quotas_are_told_with_the_smallest_relaxation(database):
    _region, _clerk, number = make_draw("computing", utcnow())
    with unit_of_work() as session:
        draw = session.get_one(Draw, number)
        draw.quotas = [{**one, "lower": 5, "upper": 8} if one["feature"] == "Geschlecht" else one for one in draw.quotas]
        entry = session.exec(select(OutboxEntry.id).where(OutboxEntry.job == Job.COMPUTE_DRAW.value)).one()
    tasks.perform(Job.COMPUTE_DRAW, entry)
    with reading() as session:
        draw = session.get_one(Draw, number)
        assert draw.state == "setup"
        assert {one["feature"] for one in draw.problem["clash"]} == {"Geschlecht"}
        assert draw.problem["relaxations"]


def test_a_computation_that_takes_too_long_says_so_and_a_broken_one_is_tried_again(database, monkeypatch):
    _region, _clerk, number = make_draw("computing", utcnow())
    with reading() as session:
        entry = session.exec(select(OutboxEntry.id).where(OutboxEntry.job == Job.COMPUTE_DRAW.value)).one()
    whole = confined.run

    def broken(_task):
        raise confined.ComputingError("status 1")

    monkeypatch.setattr(confined, "run", broken)
    tasks.perform(Job.COMPUTE_DRAW, entry)
    with unit_of_work() as session:
        assert session.get_one(Draw, number).state == "computing"
        session.get_one(OutboxEntry, entry).not_before = utcnow()
    monkeypatch.setattr(confined, "run", lambda task: whole(task, seconds=0.0))
    tasks.perform(Job.COMPUTE_DRAW, entry)
    with reading() as session:
        draw = session.get_one(Draw, number)
        assert draw.state == "setup"
        assert "dauert zu lange" in draw.problem["message"]


def drawn(world):  # noqa: F811
    with reading() as session:
        region = session.exec(select(Role.region_id).where(Role.account_id == world.people["clerk"])).one()
    _region, _clerk, number = make_draw(now=utcnow() - timedelta(days=1), region=region)
    with reading() as session:
        return number, [code_of(session.get_one(DrawPerson, seat.person_id)) for seat in seats(session, number)]


def test_a_seat_is_accepted_by_link_named_and_given_back(world, browser_of):  # noqa: F811
    number, codes = drawn(world)
    guest, member = browser_of("guest"), browser_of("confirmed")
    found = guest.post("/einladung", data={"code": codes[0].lower()}, headers=OURS, follow_redirects=False)
    assert found.headers["location"] == f"/einladung/{codes[0]}"
    assert "Das Los ist auf Sie gefallen" in guest.get(f"/einladung/{codes[0]}").text
    sent = guest.post(f"/einladung/{codes[0]}", data={"said": "accept"}, headers=OURS, follow_redirects=False)
    assert sent.headers["location"].startswith("/anmelden?weiter=")
    said = post(member, f"/einladung/{codes[0]}", {"said": "accept", "display_name": "Anna <b>B."})
    assert said.status_code == 303
    assert "Anna &lt;b&gt;B." in guest.get("/musterkreis/buergerrat").text
    assert post(member, f"/einladung/{codes[1]}", {"said": "accept"}).status_code == 409
    assert post(member, f"/einladung/{codes[0]}", {"said": "decline"}).status_code == 409
    assert member.get("/buergerrat/musterkreis/platz").status_code == 200
    post(member, "/buergerrat/musterkreis/platz", {"display_name": ""})
    assert "1 Mitglied möchte hier keinen Namen zeigen" in member.get("/musterkreis/buergerrat").text
    assert post(member, "/buergerrat/musterkreis/platz", {"resign": "1"}).status_code == 303
    assert member.get("/buergerrat/musterkreis/platz").status_code == 403
    assert guest.post(f"/einladung/{codes[1]}", data={"said": "decline"}, headers=OURS, follow_redirects=False).status_code == 303
    public = f"/musterkreis/buergerrat/auslosungen/{number}"
    content, steps = (guest.get(f"{public}/{name}.json").content for name in ("protokoll", "nachruecken"))
    assert len(replacement.verify(content, steps)) == 8
    assert "folgt auf" in guest.get(public).text


def test_staff_does_not_sit_and_a_clerk_notes_what_was_said(world, browser_of):  # noqa: F811
    number, codes = drawn(world)
    clerk, elsewhere = browser_of("clerk"), browser_of("clerk elsewhere")
    assert post(clerk, f"/einladung/{codes[0]}", {"said": "accept"}).status_code == 409
    with reading() as session:
        seat = seats(session, number)[0].id
    assert post(elsewhere, f"{BASE}/{number}/plaetze/{seat}", {"said": "accept"}).status_code == 403
    assert post(elsewhere, f"/verwaltung/nachbarkreis/auslosungen/{number}/losen", {"public_value": "1"}).status_code == 403
    assert post(clerk, f"{BASE}/{number}/plaetze/{seat}", {"said": "accept", "name": "Ohne Gerät"}).status_code == 303
    with reading() as session:
        row = session.get_one(CouncilSeat, seat)
        assert (row.state, row.account_id, row.display_name) == ("accepted", None, "Ohne Gerät")


@pytest.mark.parametrize("code", ["ACDEFGHJKLMN", "x", "ACDE-FGHJ-KLMN-PRTU"])
def test_a_code_nobody_has_opens_nothing(browser_of, code):  # noqa: F811
    assert browser_of("guest").get(f"/einladung/{code}").status_code == 404
