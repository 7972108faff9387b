"""The first stage: a sample is invited, answers by code or through a clerk, is counted by group and deleted."""

import json
from datetime import timedelta

import pytest
from pypdfium2 import PdfDocument
from sqlmodel import func, select

from beteiligung.administration import printing
from beteiligung.clock import berlin_date
from beteiligung.council import inviting, rules, seating, service
from beteiligung.council.cells import shown
from beteiligung.council.models import Draw, DrawPerson
from beteiligung.council.people import read_people
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, Invalid
from beteiligung.identity.residence_models import PrintRun
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.settings import settings
from council.draws import lead_on, people_csv, plan, seats
from council.test_draw_pages import post
from security.conftest import browser_of, world  # noqa: F401
from support import NOW, make_account, make_region
from worker import tasks

LAST = berlin_date(NOW) + timedelta(days=21)


def sample(session, region=None, now=NOW):
    clerk = make_account(session).id
    number = service.create(session, clerk, region or make_region(session).id, plan(now, source="register"), now)
    draw = session.get_one(Draw, number)
    service.bring_list(session, clerk, draw, read_people(people_csv(80), households=True), now)
    session.flush()
    return clerk, draw


def people(session, draw):
    return list(session.exec(select(DrawPerson).where(DrawPerson.draw_id == draw.id).order_by(DrawPerson.id)))


def test_a_sample_is_invited_counted_and_deleted_but_for_those_who_agree(database):
    with unit_of_work() as session:
        clerk, draw = sample(session)
        assert rules.why_not_compute("setup", 0, 4)
        for day in (None, berlin_date(NOW) + timedelta(days=6), berlin_date(NOW) + timedelta(days=121)):
            with pytest.raises(Invalid):
                inviting.invite(session, clerk, draw, day, NOW)
        inviting.invite(session, clerk, draw, LAST, NOW)
        assert session.exec(select(func.count()).select_from(OutboxEntry).where(OutboxEntry.job == Job.TELL_DRAWN.value)).one() == 80
        for again in (
            lambda: inviting.invite(session, clerk, draw, LAST, NOW),
            lambda: service.bring_list(session, clerk, draw, read_people(people_csv(5), households=True), NOW),
            lambda: service.start_computing(session, draw, NOW),
            lambda: inviting.close(session, clerk, draw, NOW + timedelta(days=21)),
        ):
            with pytest.raises(Conflict):
                again()
        listed = people(session, draw)
        for place, person in enumerate(listed):
            if place % 8:
                inviting.reply(session, draw, person, "no" if place % 8 == 1 else "yes", NOW + timedelta(days=21))
        with pytest.raises(Conflict):
            inviting.reply(session, draw, listed[0], "yes", NOW + timedelta(days=22))
        inviting.close(session, clerk, draw, NOW + timedelta(days=22))
        session.flush()
        assert {person.reply for person in people(session, draw)} == {"yes"}
        assert draw.response[0] == {"feature": "", "value": "", "invited": 80, "yes": 60, "no": 10}
        assert all(one[part] is None or one[part] == 0 or one[part] >= 5 for one in draw.response for part in ("invited", "yes", "no"))
        with pytest.raises(Conflict):
            service.bring_list(session, clerk, draw, read_people(people_csv(5), households=True), NOW)
        service.set_quotas(session, draw, service_quotas(session, draw))
        service.start_computing(session, draw, NOW)
    lead_on(draw.id, clerk, "drawn", NOW + timedelta(days=23))
    with reading() as session:
        assert len(seats(session, draw.id)) == 8


def service_quotas(session, draw):
    from beteiligung.council.quotas import proposal

    return proposal(service.counts_of(session, draw, willing=True), draw.size)


def test_a_sample_whose_answers_nobody_counts_is_deleted_when_its_time_is_over(database):
    with unit_of_work() as session:
        clerk, draw = sample(session)
        inviting.invite(session, clerk, draw, LAST, NOW)
        end = NOW + timedelta(days=21 + 180)
        seating.watch(session, end)
        assert len(people(session, draw)) == 80
        seating.watch(session, end + timedelta(days=1))
        assert people(session, draw) == []


def test_small_groups_are_not_shown_and_none_can_be_computed():
    assert shown({"a": 9, "b": 3, "c": 7}) == {"a": 9, "b": None, "c": None}
    assert shown({"a": 9, "b": 3, "c": 4}) == {"a": 9, "b": None, "c": None}
    assert shown({"a": 9, "b": 0}) == {"a": 9, "b": 0}


def test_letters_carry_the_code_by_which_one_answers(world, browser_of):  # noqa: F811
    from beteiligung.clock import utcnow
    from beteiligung.identity.models import Role

    now = utcnow()
    with unit_of_work() as session:
        region = session.exec(select(Role.region_id).where(Role.account_id == world.people["clerk"])).one()
        clerk, draw = sample(session, region, now)
        number = draw.id
    clerk, guest, elsewhere = browser_of("clerk"), browser_of("guest"), browser_of("clerk elsewhere")
    base = f"/verwaltung/musterkreis/auslosungen/{number}"
    assert post(clerk, f"{base}/einladen", {"reply_by": "morgen"}).status_code == 422
    day = berlin_date(now) + timedelta(days=20)
    assert post(elsewhere, f"{base}/einladen", {"reply_by": f"{day:%d.%m.%Y}"}).status_code == 403
    assert post(clerk, f"{base}/einladen", {"reply_by": f"{day:%d.%m.%Y}"}).status_code == 303
    with unit_of_work() as session:
        for person in people(session, draw)[2:]:
            person.street = ""
        first, second = people(session, draw)[:2]
        codes = [seating.code_of(person) for person in (first, second)]
    assert post(clerk, f"{base}/drucken", {"about": "invited", "sender": "Kreis, Am Markt 1"}).status_code == 303
    with reading() as session:
        entry = session.exec(select(OutboxEntry.id).where(OutboxEntry.job == Job.PRINT_CODES.value)).one()
    tasks.perform(Job.PRINT_CODES, entry)
    with reading() as session:
        run = session.exec(select(PrintRun)).one()
        assert "Name" not in json.dumps(run.content)
    document = PdfDocument(settings().var / "print" / run.file)
    assert printing.folder().is_dir()
    printed = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert len(document) == 2
    assert all(code in printed.replace(" ", "") for code in codes)
    page = guest.get(f"/einladung/{codes[0]}").text
    assert "möchten Sie in den Lostopf" in page
    ours = {"origin": "http://localhost:8000"}
    assert guest.post(f"/einladung/{codes[0]}", data={"said": "yes"}, headers=ours, follow_redirects=False).status_code == 303
    assert guest.post(f"/einladung/{codes[0]}", data={"said": "accept"}, headers=ours, follow_redirects=False).status_code == 303
    assert post(clerk, f"{base}/antworten", {"code": "XXXX", "said": "no"}).status_code == 422
    assert post(clerk, f"{base}/antworten", {"code": codes[1], "said": "no"}).status_code == 303
    with reading() as session:
        assert [person.reply for person in people(session, draw)[:2]] == ["yes", "no"]
