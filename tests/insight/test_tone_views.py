"""The pages of tone, through the real forms: draw, label, take back, and what everybody sees."""

import html
import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from litestar.testing import TestClient
from sqlmodel import select

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.models import LoginSession
from beteiligung.identity.session import hashed
from beteiligung.insight.tone_models import ToneLabel, ToneSample
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.web.cache import page_cache
from beteiligung.web.limits import limiter
from insight.tone_scene import WORDS, make_scene
from support import application
from worker import tasks

LABEL, SAMPLES, PUBLIC = "/buergerrat/musterkreis/einordnen", "/verwaltung/musterkreis/stichproben", "/musterkreis/tonlage"
NOT_READ = "Die Texte sind nicht ausgewertet."


@pytest.fixture
def scene(database):
    limiter.clear()
    page_cache().clear()
    yield make_scene(slug="musterkreis")
    limiter.clear()


@contextmanager
def browser(account_id=None):
    with TestClient(application(), base_url="http://localhost:8000") as client:
        if account_id:
            secret, now = f"{account_id:x}".rjust(43, "a"), utcnow()
            with unit_of_work() as session:
                if session.get(LoginSession, hashed(secret)) is None:
                    day = timedelta(days=1)
                    session.add(LoginSession(id=hashed(secret), account_id=account_id, created_at=now, seen_on=now, expires_at=now + day))
            client.cookies.set("sitzung", secret)
        yield client


def send(client, page, action, **fields):
    found = re.search(r'name="csrf" value="([^"]*)"', client.get(page).text)
    return client.post(action, data={"csrf": found[1] if found else "", **fields}, follow_redirects=False)


def hidden(page, name):
    return re.search(rf'name="{name}" value="(\d+)"', page)[1]


def public(path=PUBLIC):
    page_cache().clear()
    with browser() as client:
        return html.unescape(client.get(path).text)


def test_without_a_sample_nothing_is_said_of_texts(scene):
    with unit_of_work() as session:
        tasks.jobs.enqueue(session, Job.READ_TONES, utcnow())
        number = session.exec(select(OutboxEntry.id)).one()
    tasks.perform(Job.READ_TONES, number)
    for path in (PUBLIC, PUBLIC + "/mobilitaet"):
        page = public(path)
        assert NOT_READ in page
        assert "weniger als fünf Menschen abgestimmt" in page
        assert "Kommentare nach angegebener Haltung" in page
        assert "Anteile der Kommentare nach ihrem Ton" not in page
    with browser() as client:
        assert client.get(PUBLIC + "/gibt-es-nicht").status_code == 404


def test_a_form_with_errors_comes_back_as_it_was(scene):
    with browser(scene.clerk.account_id) as client:
        answer = send(client, SAMPLES, SAMPLES, topic="mobilitaet", since="3. Mai", until="", size="50")
        assert answer.status_code == 422
        assert 'href="#since"' in answer.text
        assert "3. Mai" in answer.text
        answer = send(client, SAMPLES, SAMPLES, topic="klima-energie", since="", until="2026-11-30", size="50")
        assert answer.status_code == 409
        assert "mindestens 50 Kommentare" in answer.text
        assert "2026-11-30" in answer.text


def test_from_the_draw_to_the_published_figures(scene):
    with browser(scene.clerk.account_id) as client:
        assert send(client, SAMPLES, SAMPLES, topic="", since="", until="", size="50").headers["location"].endswith("meldung=stichprobe")
        assert "50 von 80 Kommentaren" in client.get(SAMPLES).text
        page = client.get(LABEL).text
        assert any(words in html.unescape(page) for words in WORDS.values())
        main = page[page.index("<main") : page.index("</main>")]
        assert "Person " not in main, "no name"
        assert not re.search(r"0[.,]\d", main), "no guess of the model"
        one = {"sample": hidden(page, "sample"), "comment": hidden(page, "comment")}
        wrong = send(client, LABEL, LABEL, **one, label="toll")
        assert wrong.status_code == 422
        assert hidden(wrong.text, "comment") == one["comment"]
        assert send(client, LABEL, LABEL, **one, label="negative").status_code == 303
        assert send(client, LABEL, LABEL, **one, label="negative").headers["location"].endswith("schon-eingeordnet")
        back = send(client, LABEL, LABEL, back="1").headers["location"]
        assert hidden(client.get(back).text, "comment") == one["comment"]
        assert send(client, LABEL, LABEL, back="1").headers["location"].endswith("nichts-zurueck")
    assert NOT_READ in public()
    with reading() as session:
        scene.settle(session.exec(select(ToneSample.id)).one(), scene.clerk, scene.members[0], but=1)
    scene.label_all(scene.clerk, scene.members[0], now=utcnow())
    with browser(scene.clerk.account_id) as client:
        assert "Geschafft" in client.get(LABEL).text
        assert "Zwei waren sich bei 50 von 50 Texten einig." in client.get(SAMPLES).text
    with unit_of_work() as session:
        row = session.exec(select(OutboxEntry).where(OutboxEntry.job == Job.EVALUATE_SAMPLE.value)).one()
        assert row.not_before > utcnow(), "time to take the last one back"
        row.not_before = utcnow()
        number = row.id
    tasks.perform(Job.EVALUATE_SAMPLE, number)
    page = public()
    assert NOT_READ not in page
    assert "Anteile der Kommentare nach ihrem Ton" in page
    assert "Gelesen haben Menschen 50 Texte." in page
    with reading() as session:
        assert session.exec(select(ToneSample)).one().seed in page
    assert NOT_READ in public(PUBLIC + "/mobilitaet"), "that sample was about all topics"


def test_a_sample_is_thrown_away_only_for_sure_and_that_stays_public(scene):
    number = scene.draw(50)
    with browser(scene.clerk.account_id) as client:
        assert send(client, SAMPLES, f"{SAMPLES}/{number}").status_code == 422
        assert send(client, SAMPLES, f"{SAMPLES}/{number}", sure="1").status_code == 303
        assert "verworfen" in client.get(SAMPLES).text
    assert "1 Stichprobe wurde verworfen" in public()


def test_a_member_of_another_county_and_a_resident_are_refused(scene):
    scene.draw(50)
    other = make_scene(count=1)
    for account in (other.members[0].account_id, other.clerk.account_id, scene.author):
        with browser(account) as client:
            assert client.get(LABEL).status_code == 403
            assert client.get(SAMPLES).status_code == 403
            answer = send(client, "/konto", LABEL, sample="1", comment=str(scene.comments[0]), label="neutral")
            assert answer.status_code == 403
    with reading() as session:
        assert not session.exec(select(ToneLabel)).all()
