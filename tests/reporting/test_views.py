"""The pages of reports through the real application: the desk, the public page, corrections, without JavaScript."""

import html
import re

import pytest
from litestar.testing import TestClient

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.reporting import gathering
from beteiligung.reporting import service as reports
from beteiligung.reporting.compose import compose
from beteiligung.web.cache import page_cache
from beteiligung.web.filters import long_date
from beteiligung.web.limits import limiter
from reporting.scene import FOREWORD, full_scene
from support import application

DESK, PUBLIC = "/verwaltung/musterkreis/berichte", "/musterkreis/berichte"
QUOTED = "Das sage ich: beide Lager finden das hilfreich."


@pytest.fixture
def scene(database):
    limiter.clear()
    page_cache().clear()
    yield full_scene()
    limiter.clear()


def browser(signed_in, account=None):
    client = TestClient(application(), base_url="http://localhost:8000")
    if account:
        client.cookies.set("sitzung", signed_in(account))
    return client


@pytest.fixture
def signed_in():
    from datetime import timedelta

    from beteiligung.identity.models import LoginSession
    from beteiligung.identity.session import hashed

    def session_of(account_id):
        secret, now = f"{account_id:x}".rjust(43, "a"), utcnow()
        with unit_of_work() as session:
            if session.get(LoginSession, hashed(secret)) is None:
                session.add(
                    LoginSession(id=hashed(secret), account_id=account_id, created_at=now, seen_on=now, expires_at=now + timedelta(days=1))
                )
        return secret

    return session_of


def send(client, page, action, **fields):
    token = re.search(r'name="csrf" value="([^"]*)"', client.get(page).text)[1]
    return client.post(action, data={"csrf": token, **fields}, follow_redirects=False)


def step(page):
    """The step a report is at; None once all are done."""
    found = re.search(r'aria-current="step"><b>([^<]*)</b>', page)
    return found and found[1]


def read(client, path):
    page_cache().clear()
    answer = client.get(path)
    return answer.status_code, html.unescape(answer.text)


def test_two_clerks_bring_a_report_to_publication(scene, signed_in):
    guest, first, second = browser(signed_in), browser(signed_in, scene.first.account_id), browser(signed_in, scene.second.account_id)
    status, page = read(guest, PUBLIC)
    assert status == 200
    assert "Noch ist kein Bericht veröffentlicht." in page
    # bad input keeps what was typed
    form = {"body": "Kreistag", "since": "1.1.2026", "until": "gestern", "meets_on": "irgendwann", "subject": "Mein Betreff"}
    refused = send(first, DESK, DESK, **form)
    assert refused.status_code == 422
    assert "Mein Betreff" in refused.text
    assert 'href="#until"' in refused.text
    assert 'href="#meets_on"' in refused.text
    today = f"{utcnow():%d.%m.%Y}"
    # the last quarter has no public figures yet: the present one is proposed
    assert f"Öffentliche Zahlen gibt es seit dem {long_date(utcnow())}." in read(first, DESK)[1]
    assert f'name="until" type="text" value="{today}"' in read(first, DESK)[1]
    begun = send(first, DESK, DESK, **{**form, "until": today, "meets_on": "14.1.2027"})
    assert begun.status_code == 303
    work = begun.headers["location"].partition("?")[0]
    number = int(work.rpartition("/")[2])
    assert "zusammengestellt und eingefroren" in read(first, work)[1]
    with reading() as session:
        facts = gathering.read(session, number, utcnow())
    with unit_of_work() as session:
        reports.keep_figures(session, number, compose(facts, "https://beteiligung.example", "k" * 32), utcnow())
    page = read(first, work)[1]
    assert "Zuerst schreibt jemand das Vorwort." in page
    assert step(page) == "Vorwort und Antworten"
    assert "Entwurf des Berichts: Kreistag am 14. Januar 2027" in read(first, work + "/vorschau")[1]
    assert QUOTED in read(first, work + "/vorschau")[1]
    kept = send(first, work, work + "/worte", **{"foreword": "", "about-1": "vorhaben-1", "answer-1": "Das machen wir."})
    assert kept.status_code == 422
    assert "Das machen wir." in kept.text
    late = send(first, work, work + "/worte", foreword="Zu spät.", edited_at="2026-01-01T00:00:00+00:00")
    assert late.status_code == 409
    assert "Zu spät." in late.text
    assert 'name="edited_at" value=""' in late.text
    send(first, work, work + "/worte", **{"foreword": FOREWORD, "about-1": "vorhaben-1", "answer-1": "Das machen wir."})
    page = read(first, work)[1]
    assert "Freigeben muss ihn eine zweite Person." in page
    assert step(page) == "Freigabe durch eine zweite Person"
    edited = re.search(r'name="edited_at" value="([^"]*)"', read(second, work)[1])[1]
    assert send(first, work, work + "/freigabe", edited_at=edited).status_code == 403
    assert send(second, work, work + "/freigabe", edited_at=edited).status_code == 303
    assert read(guest, PUBLIC + "/1")[0] == 404
    assert step(read(second, work)[1]) == "Veröffentlichung"
    assert send(second, work, work + "/veroeffentlichung").status_code == 303
    status, page = read(guest, PUBLIC + "/1")
    assert status == 200
    for words in (
        "keine Abstimmung im Sinne des Kommunalrechts", "hier ist der Bericht.", "Das machen wir.", QUOTED, "beteiligung.insight.snapshots",
        "Bericht Nr. 1: Kreistag am 14. Januar 2027", "Betreff",
    ):  # fmt: skip
        assert words in page, words
    assert "Das sage ich: ohne Zustimmung." not in page
    assert "Bericht 1: Kreistag" in read(guest, PUBLIC)[1]
    assert step(read(second, work)[1]) is None
    english = read(guest, "/en" + PUBLIC + "/1")[1]
    assert "Das Wichtigste" in english
    assert "The most important" not in english
    assert f"Zeitraum 1. Januar 2026 bis {long_date(utcnow())}" in english  # German days within German words
    assert step(read(second, work)[1]) is None
    english = read(guest, "/en" + PUBLIC + "/1")[1]
    assert "Das Wichtigste" in english
    assert "The main points" not in english
    assert f"Zeitraum 1. Januar 2026 bis {long_date(utcnow())}" in english  # German days within German words


def test_a_withdrawn_quote_and_a_wrong_figure_are_mended_on_the_page(scene, signed_in):
    number = scene.published()
    guest, first = browser(signed_in), browser(signed_in, scene.first.account_id)
    author = browser(signed_in, scene.people[0])
    assert QUOTED in read(guest, PUBLIC + "/1")[1]
    own = "/musterkreis/zusagen/vorhaben-0"
    assert "Nicht mehr zitieren lassen" in author.get(own).text
    assert send(author, own, f"/kommentare/{scene.comments['beide Lager finden das hilfreich']}/zitieren", may_quote="0").status_code == 303
    scene.mend()
    page = read(guest, PUBLIC + "/1")[1]
    assert QUOTED not in page
    assert "Zitat 1 ist geschwärzt." in page
    assert "Berichtigung 1 vom" in page
    page = read(guest, PUBLIC + "/1/0")[1]
    assert "Sie lesen die erste Fassung." in page
    assert QUOTED not in page
    # an error
    mend = f"{DESK}/{number}/berichtigung"
    assert f"{mend}?tabelle=totals" in read(first, mend)[1]
    assert f"{mend}?tabelle=totals&zeile=1" in read(first, mend + "?tabelle=totals")[1]
    assert "Anzahl: 10" in read(first, mend + "?tabelle=totals&zeile=1")[1]
    fields = {"what": "figure", "table": "totals", "row": "1", "column": "number", "new": "viele", "reason": "Verzählt.", "seen": "0"}
    late = send(first, mend, mend, **fields)  # opened before the quote was blacked out
    assert late.status_code == 409
    assert 'value="viele"' in late.text
    assert 'name="seen" value="1"' in late.text
    fields["seen"] = "1"
    refused = send(first, mend, mend, **fields)
    assert refused.status_code == 422
    assert 'value="viele"' in refused.text
    done = send(first, mend, mend, **{**fields, "new": "65"})
    assert done.headers["location"].startswith("/musterkreis/berichte/1?meldung=bericht-berichtigt")
    page = read(guest, PUBLIC + "/1")[1]
    assert "etwa 65 Menschen mit bestätigtem Wohnsitz" in page
    assert "Verzählt." in page
    for path in ("/1/3", "/2", "/1/99999999999"):
        assert read(guest, PUBLIC + path)[0] == 404
    assert "<del>10</del>" in page
    assert "<ins>65</ins>" in page
