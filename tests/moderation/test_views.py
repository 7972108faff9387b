"""The pages of moderation, through the real forms: report, decide, statement, objection, log."""

import csv
import io
import re
from contextlib import contextmanager
from xml.etree import ElementTree as ET

import pytest
from litestar.testing import TestClient
from sqlmodel import select
from worker.tasks import jobs

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.models import LoginSession
from beteiligung.identity.session import hashed
from beteiligung.moderation import log, mails
from beteiligung.moderation.models import Case, Flag
from beteiligung.notifications.models import Notification
from beteiligung.participation.models import Comment
from beteiligung.settings import QUEUES
from beteiligung.web.cache import page_cache
from beteiligung.web.limits import limiter
from moderation.scene import FACTS, HOUR, make_scene
from support import application
from worker import tasks

DESK = "/buergerrat/musterkreis"


@pytest.fixture
def scene(database):
    limiter.clear()
    page_cache().clear()
    made = make_scene()
    with unit_of_work() as session:  # the pages take the clock as it is
        for comment in session.exec(select(Comment)).all():
            comment.created_at = utcnow() - 3 * HOUR
    yield made
    limiter.clear()


@contextmanager
def browser(account_id=None):
    with TestClient(application(), base_url="http://localhost:8000") as client:
        if account_id:
            secret, now = f"{account_id:x}".rjust(43, "a"), utcnow()
            with unit_of_work() as session:
                if session.get(LoginSession, hashed(secret)) is None:
                    session.add(
                        LoginSession(id=hashed(secret), account_id=account_id, created_at=now, seen_on=now, expires_at=now + 24 * HOUR)
                    )
            client.cookies.set("sitzung", secret)
        yield client


def send(client, page, action, **fields):
    found = re.search(r'name="csrf" value="([^"]*)"', client.get(page).text)
    return client.post(action, data={"csrf": found[1] if found else "", **fields}, follow_redirects=False)


def report(scene, account_id=None, **fields):
    path = f"/kommentare/{scene.comment_id}/melden"
    with browser(account_id or scene.reporter) as client:
        return send(client, path, path, **{"ground": "rule_1", "text": "Hier wird jemand beschimpft.", **fields})


def case_id():
    with reading() as session:
        return session.exec(select(Case.id).order_by(Case.id.desc())).first()


def decide(scene, **fields):
    number = case_id()
    for account_id in scene.seated(number):
        with browser(account_id) as client:
            answer = send(client, DESK, f"{DESK}/faelle/{number}", **{"ground": "rule_1", "facts": FACTS, "measure": "hide", **fields})
            assert answer.status_code == 303, answer.text
    return number


def work_off():
    with reading() as session:
        waiting = [entry for queue in QUEUES for entry in jobs.waiting(session, utcnow(), queue)]
    for entry_id, job in waiting:
        tasks.perform(job, entry_id)


def mails_to(account_id, database):
    from beteiligung.identity.mails import written
    from beteiligung.identity.models import Account

    with reading() as session:
        address = session.get_one(Account, account_id).email
    return [mail for mail in written() if mail["To"] == address]


def test_a_comment_offers_to_be_reported(scene):
    with browser() as client:
        page = client.get("/musterkreis/zusagen/radweg").text
    assert f'href="/kommentare/{scene.comment_id}/melden"' in page
    with browser(scene.author) as client:
        page = client.get("/musterkreis/zusagen/radweg").text
    assert f'href="/kommentare/{scene.comment_id}/melden"' not in page


def test_from_the_report_to_the_statement_in_the_authors_mail(scene, database):
    assert "meldung=gemeldet" in report(scene).headers["location"]
    number = decide(scene)
    with browser() as client:
        page = client.get("/musterkreis/zusagen/radweg").text
    assert "Dieser Kommentar ist ausgeblendet." in page
    assert "Entschieden hat der Bürgerrat." in page
    assert "faul und dumm" not in page
    assert "Bleiben wir bei der Sache." in page
    work_off()
    (mail,) = mails_to(scene.author, database)
    said = mail.get_body(("plain",)).get_content()
    for words in ("Wird ausgeblendet", "auf Dauer", FACTS[:40], "Regel 1", "Kein Programm hat", "kostenlos widersprechen", "Gericht"):
        assert words in " ".join(said.split()), words
    assert [mail["Subject"] for mail in mails_to(scene.reporter, database)] == [
        "Über Ihre Meldung ist entschieden",
        "Ihre Meldung ist angekommen",
    ]
    with reading() as session:
        assert (
            session.exec(select(Notification.path).where(Notification.account_id == scene.author)).one()
            == f"/konto/entscheidungen/{number}"
        )
    with browser(scene.author) as client:
        page = client.get(f"/konto/entscheidungen/{number}").text
        assert "Begründung" in page
        answer = send(
            client, f"/konto/entscheidungen/{number}", f"/konto/entscheidungen/{number}", text="Das war ein Scherz unter Freunden."
        )
    assert answer.status_code == 303
    assert len(scene.seated(case_id())) == 3
    decide(scene, measure="none")
    with browser(scene.author) as client:
        assert "Nach dem Widerspruch" in client.get(f"/konto/entscheidungen/{number}").text
    page_cache().clear()  # signed out a page may be some seconds old
    with browser() as client:
        assert "faul und dumm" in client.get("/musterkreis/zusagen/radweg").text


def test_a_task_run_twice_tells_once(scene, database):
    report(scene)
    with reading() as session:
        waiting = [entry for queue in QUEUES for entry in jobs.waiting(session, utcnow(), queue)]
    for _twice in range(2):
        for entry_id, job in waiting:
            tasks.perform(job, entry_id)
    assert len(mails_to(scene.reporter, database)) == 1
    with reading() as session:
        assert len(session.exec(select(Notification).where(Notification.account_id == scene.reporter)).all()) == 1


def test_errors_keep_what_was_typed(scene):
    answer = report(scene, ground="", text="Mein langer Satz dazu.")
    assert answer.status_code == 422
    assert "Mein langer Satz dazu." in answer.text
    report(scene)
    number = case_id()
    with browser(scene.seated(number)[0]) as client:
        answer = send(client, DESK, f"{DESK}/faelle/{number}", measure="hide", ground="rule_1", facts="Zu kurz")
    assert answer.status_code == 422
    assert "Zu kurz" in answer.text


def test_without_an_account_by_the_link_of_the_mail(scene, database):
    path = f"/kommentare/{scene.comment_id}/melden"
    with browser() as client:
        answer = client.post(path, data={"ground": "rule_1", "text": "Gehört hier nicht hin."}, follow_redirects=False)
        assert answer.status_code == 403
        said = {"ground": "insult", "text": "Das ist eine Beleidigung.", "name": "Eva Muster", "email": "eva@example.org"}
        assert client.post(path, data=said, follow_redirects=False).status_code == 303
        with reading() as session:
            flag_id = session.exec(select(Flag.id)).one()
        decide(scene, measure="none")
        assert client.get(f"/meldungen/{flag_id}/{'0' * 64}").status_code == 404
        own = f"/meldungen/{flag_id}/{mails.flag_token(flag_id)}"
        assert "Bleibt stehen" in client.get(own).text
        assert client.post(own, data={"text": "Doch, das ist eine Beleidigung."}, follow_redirects=False).status_code == 303
    assert len(scene.seated(case_id())) == 3


def test_a_member_never_sees_who_wrote_or_reported(scene):
    report(scene)
    with reading() as session:
        from beteiligung.identity.models import Account

        names = [session.get_one(Account, one).display_name for one in (scene.author, scene.reporter, scene.second_reporter)]
    with browser(scene.seated(case_id())[0]) as client:
        page = client.get(DESK).text
    assert "faul und dumm" in page
    assert not [name for name in names if re.search(rf"{name}\b", page)]


def test_handing_back_and_days(scene):
    report(scene)
    number = case_id()
    first = scene.seated(number)[0]
    with browser(first) as client:
        answer = send(client, DESK, f"{DESK}/faelle/{number}", **{"return": "1"})
        assert "meldung=fall-zurueck" in answer.headers["location"]
        assert send(client, f"{DESK}/tage", f"{DESK}/tage", day=["0", "3"]).status_code == 303
        page = client.get(f"{DESK}/tage").text
        assert page.count(" checked") == 2
    assert first not in scene.seated(number)


def test_others_find_no_statement_and_no_report(scene):
    report(scene)
    number = decide(scene)
    with browser(scene.second_reporter) as client:
        assert client.get(f"/konto/entscheidungen/{number}").status_code == 404
        assert client.get("/konto/meldungen/1").status_code == 404


def test_a_clerk_hides_provisionally_in_the_own_region_only(scene):
    path = "/verwaltung/musterkreis/meldungen"
    said = {"comment": str(scene.comment_id), "ground": "incitement", "reason": FACTS}
    with browser(scene.clerks[0]) as client:
        assert send(client, path, path, **{**said, "ground": ""}).status_code == 422
        assert send(client, path, path, **said).status_code == 303
        assert "vorläufig ausgeblendet" in client.get(path).text
    with browser() as client:
        assert "Vorläufig ausgeblendet von der Verwaltung" in client.get("/musterkreis/zusagen/radweg").text


def test_the_log_for_everybody(scene):
    report(scene)
    decide(scene)
    with unit_of_work() as session:
        log.link_new(session, utcnow())
    with browser() as client:
        page = client.get("/musterkreis/moderation").text
        assert "Entscheidung. Entschieden. Wird ausgeblendet. Greift eine Person an (Regel 1: Zur Sache)." in page
        assert "In 1 von 1 Fällen" in page
        reported, row = csv.DictReader(io.StringIO(client.get("/musterkreis/moderation.csv").text))
        assert (reported["act"], reported["ground"], reported["account"]) == ("reported", "rule_1", "True")
        assert (row["act"], row["measure"], row["ground"], row["deciders"]) == ("decided", "hide", "rule_1", "2")
        feed = ET.fromstring(client.get("/musterkreis/moderation/feed.atom").text)
        assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 1
