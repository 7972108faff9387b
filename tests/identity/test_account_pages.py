"""Forms of others, welcome, account and the demonstration's mails through the real application."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity import service
from beteiligung.identity.models import Account, LoginSession, SignIn
from beteiligung.notifications import mail
from beteiligung.settings import settings
from identity.browsing import WELCOME, code, is_signed_in, known, link, rows
from support import make_municipality, make_region

# Forms of others


@pytest.mark.parametrize("path", ["/abmelden", "/konto", "/konto/willkommen"])
def test_forms_need_the_sessions_token(browsers, path):
    known()
    known("ben@example.org")
    anna, ben = browsers(), browsers()
    anna.sign_in()
    ben.sign_in("ben@example.org")
    for token in ("", "x", ben.csrf(), anna.csrf()[:-1]):
        answer = anna.post(path, {**WELCOME, "csrf": token})
        assert answer.status_code == 403
        assert "nichts gespeichert" in answer.text
    assert is_signed_in(anna)
    assert anna.post(path, {**WELCOME, "csrf": anna.csrf()}).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost:9999"},
    ],
)
def test_forms_of_other_sites_are_refused(browser, headers):
    known()
    number = browser.ask()
    bare = {"Origin": "http://localhost:8000", **headers}
    for path, data in (("/anmelden", {"mail": "ben@example.org"}), (link(number), {}), ("/anmelden/code", {"code": code(number)})):
        assert browser.post(path, data, headers=bare).status_code == 403
    assert len(rows(SignIn)) == 1
    assert rows(LoginSession) == []


# Welcome and account


def test_welcome_keeps_what_was_typed(browser):
    with unit_of_work() as session:
        region = make_region(session, name="Kreis Muster")
        home = make_municipality(session, region, name="Musterdorf").id
    page = browser.get(browser.sign_in().headers["location"]).text
    assert "Musterdorf" in page
    assert "Kreis Muster" in page
    token = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    typed = {"display_name": 'Bürgerrat "Eins"', "birth_year": "85", "municipality": str(home), "weiter": "/kreis", "csrf": token}
    answer = browser.post("/konto/willkommen", typed)
    assert answer.status_code == 422
    assert "Bürgerrat &#34;Eins&#34;" in answer.text
    assert 'value="85"' in answer.text
    assert re.search(rf'value="{home}"[^>]* selected', answer.text)
    assert 'value="/kreis"' in answer.text
    (account,) = rows(Account)
    assert account.display_name is None


def test_who_is_too_young_is_told_kindly_and_not_stored(browser):
    browser.sign_in()
    token = browser.csrf("/konto/willkommen")
    answer = browser.post("/konto/willkommen", {**WELCOME, "birth_year": str(utcnow().year - 13), "csrf": token})
    assert answer.status_code == 422
    assert "14 Jahren" in answer.text
    (account,) = rows(Account)
    assert (account.birth_year, account.display_name, account.terms_version) == (None, None, None)


def test_new_terms_ask_again_and_remember_the_rest(browser):
    known(terms_version="2020-01", display_name="Anna Alt")
    answer = browser.sign_in()
    assert answer.headers["location"].startswith("/konto/willkommen")
    page = browser.get("/konto/willkommen").text
    assert 'value="Anna Alt"' in page
    assert 'value="1980"' in page


def test_the_account_page_shows_and_changes_ones_own_data(browser):
    known(display_name="Anna Alt")
    known("ben@example.org", display_name="Ben Anders")
    with unit_of_work() as session:
        home = make_municipality(session, make_region(session), name="Musterdorf").id
    browser.sign_in()
    page = browser.get("/konto")
    assert page.headers["cache-control"] == "private, no-store"
    assert "anna@example.org" in page.text
    assert "Anna Alt" in page.text
    assert "ben@example.org" not in page.text
    bad = browser.post("/konto", {"display_name": "Admin", "municipality": str(home), "csrf": browser.csrf()})
    assert bad.status_code == 422
    assert 'value="Admin"' in bad.text
    good = browser.post("/konto", {"display_name": "Anna Neu", "municipality": str(home), "csrf": browser.csrf()})
    assert good.headers["location"] == "/konto?meldung=konto"
    account = next(row for row in rows(Account) if row.email == "anna@example.org")
    assert (account.display_name, account.municipality_id) == ("Anna Neu", home)


def test_a_session_is_noted_as_seen_once_a_day(browser):
    known()
    browser.sign_in()
    with unit_of_work() as session:
        row = session.exec(select(LoginSession)).one()
        row.seen_on = row.seen_on - timedelta(days=3)
        session.add(row)
    browser.get("/")
    (row,) = rows(LoginSession)
    assert row.seen_on.date() == utcnow().date()
    assert (row.seen_on.hour, row.seen_on.minute) == (0, 0)


# The demonstration's mails


def test_the_demonstration_shows_its_mails(browser):
    number = browser.ask()
    with reading() as session:
        mail.send(service.sign_in_message(session, number, utcnow()))
    page = browser.get("/beispiel/post")
    assert page.status_code == 200
    assert f'href="http://localhost:8000{link(number)}"' in page.text


def test_production_has_no_page_of_mails(browser, monkeypatch, tmp_path):
    for name, value in {
        "MODE": "production",
        "BASE_URL": "https://mitreden.example",
        "DATABASE_URL": settings().database_url,
        "SECRET_KEY": "s" * 32,
        "VOTE_KEY": "v" * 32,
    }.items():
        monkeypatch.setenv(f"BETEILIGUNG_{name}", value)
    settings.cache_clear()
    assert browser.get("/beispiel/post").status_code == 404
