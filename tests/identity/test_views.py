"""Sign-in, sign-out, welcome and account pages through the real application."""

import re
from datetime import timedelta
from urllib.parse import quote, unquote

import pytest

from beteiligung import tables
from beteiligung.clock import utcnow
from beteiligung.db import engine, reading, unit_of_work
from beteiligung.identity import service
from beteiligung.identity.models import Account, LoginSession, SignIn
from beteiligung.identity.session import hashed, keep_draft
from beteiligung.settings import settings
from beteiligung.web.limits import limiter
from identity.browsing import WELCOME, code, is_signed_in, known, link, newest, rows, wrong
from support import make_account, make_region, statements

# From the address to the session


def test_reading_sets_no_cookie(browser):
    for path in (
        "/anmelden",
        "/anmelden?weiter=/konto",
        "/anmelden/code",
        "/anmelden/link/1/abc",
        "/konto",
        "/konto/willkommen",
        "/gibt-es-nicht",
    ):
        assert "set-cookie" not in browser.get(path).headers, path


def test_a_resident_signs_in_by_link(browser):
    known()
    number = browser.ask(weiter="/kreis/zusagen/bus?reihenfolge=neu#kommentare")
    sent = browser.get("/anmelden/code")
    assert sent.status_code == 200
    assert "anna@example.org" in sent.text
    opened = browser.get(link(number))
    assert opened.status_code == 200
    assert f'action="{link(number)}"' in opened.text
    assert not is_signed_in(browser), "opening the link does nothing"
    answer = browser.post(link(number))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/kreis/zusagen/bus?reihenfolge=neu&meldung=angemeldet#kommentare"
    assert is_signed_in(browser)


def test_a_resident_signs_in_by_code(browser):
    known()
    number = browser.ask(weiter="/konto")
    digits = code(number)
    answer = browser.post("/anmelden/code", {"code": f" {digits[:3]} {digits[3:]} "})
    assert answer.headers["location"] == "/konto?meldung=angemeldet"
    assert is_signed_in(browser)


def test_a_newcomer_is_welcomed_first(browser):
    answer = browser.sign_in(weiter="/kreis/zusagen/bus")
    assert answer.headers["location"] == "/konto/willkommen?weiter=%2Fkreis%2Fzusagen%2Fbus"
    form = browser.get(answer.headers["location"])
    assert form.status_code == 200
    token = re.search(r'name="csrf" value="([^"]+)"', form.text)[1]
    assert 'value="/kreis/zusagen/bus"' in form.text
    done = browser.post("/konto/willkommen", {**WELCOME, "weiter": "/kreis/zusagen/bus", "csrf": token})
    assert done.headers["location"] == "/kreis/zusagen/bus?meldung=angemeldet"
    (account,) = rows(Account)
    assert (account.display_name, account.birth_year) == ("Anna B.", 1985)
    assert browser.get("/konto/willkommen?weiter=/konto").headers["location"] == "/konto"


def test_who_is_signed_in_is_not_asked_again(browser):
    known()
    browser.sign_in()
    assert browser.get("/anmelden?weiter=/konto").headers["location"] == "/konto"
    assert browser.get("/anmelden/code").status_code == 303


@pytest.mark.parametrize("typed", ["", "anna", "anna@example", "anna@example.org\r\nBcc: b@example.org", "a@b.c,d@e.f"])
def test_a_mistyped_address_stays_in_the_form(browser, typed):
    answer = browser.post("/anmelden", {"mail": typed, "weiter": "/konto"})
    assert answer.status_code == 422
    assert 'value="/konto"' in answer.text
    assert rows(SignIn) == []
    if typed == "anna":
        assert 'value="anna"' in answer.text


def test_known_and_unknown_addresses_look_the_same(browsers):
    known()
    pages = []
    for email in ("anna@example.org", "none@example.org"):
        browser = browsers()
        with statements() as sql:
            answer = browser.post("/anmelden", {"mail": email, "weiter": "/"})
        sent = browser.get("/anmelden/code").text.replace(email, "…")
        pages.append((answer.status_code, answer.headers["location"], answer.text, sql, sent))
    assert pages[0] == pages[1]


# Links and codes that do not work


def test_each_problem_has_its_page(browsers, monkeypatch):
    here, elsewhere = browsers(), browsers()
    used, old, other = (here.ask(f"{name}@example.org") for name in ("a", "b", "c"))
    here.post(link(used))
    here.client.cookies.delete("sitzung")
    pages = {
        "used": here.get(link(used)),
        "wrong": here.get(link(other)[:-4] + "0000"),
        "other browser": elsewhere.get(link(other)),
    }
    monkeypatch.setattr("beteiligung.identity.views.utcnow", lambda: utcnow() + timedelta(minutes=61))
    pages["old"] = here.get(link(old))
    assert {name: page.status_code for name, page in pages.items()} == {"used": 410, "wrong": 404, "other browser": 403, "old": 410}
    headings = {re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)[1].strip() for page in pages.values()}
    assert len(headings) == 4
    for page in pages.values():
        assert "/anmelden" in page.text
        assert not re.search(r'<form[^>]+action="/anmelden/link', page.text)


def test_a_link_of_another_browser_signs_nobody_in(browsers):
    attacker, victim = browsers(), browsers()
    number = attacker.ask("anna@example.org")
    assert victim.post(link(number)).status_code == 403
    victim.ask("anna@example.org")
    assert victim.post(link(number)).status_code == 403, "a cookie of one's own does not help"
    assert not is_signed_in(victim)
    assert attacker.post(link(number)).status_code == 303


def test_a_code_of_another_browser_signs_nobody_in(browsers):
    here, elsewhere = browsers(), browsers()
    digits = code(here.ask())
    assert elsewhere.post("/anmelden/code", {"code": digits}).status_code == 403
    elsewhere.ask("ben@example.org")
    assert elsewhere.post("/anmelden/code", {"code": digits}).status_code == 422
    assert rows(LoginSession) == []


def test_a_link_pressed_twice_goes_on(browser):
    known()
    number = browser.ask(weiter="/konto")
    browser.post(link(number))
    again = browser.post(link(number))
    assert (again.status_code, again.headers["location"]) == (303, "/konto")
    assert "set-cookie" not in again.headers
    assert len(rows(LoginSession)) == 1
    assert browser.get(link(number)).status_code == 303


def test_a_wrong_code_can_be_mended_five_times(browser):
    number = browser.ask()
    for typed in ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦"):
        assert browser.post("/anmelden/code", {"code": typed}).status_code == 422
    for _ in range(5):
        answer = browser.post("/anmelden/code", {"code": wrong(number)})
        assert answer.status_code == 422
        assert "anna@example.org" in answer.text
    assert browser.post("/anmelden/code", {"code": code(number)}).status_code == 429
    assert browser.post(link(number)).status_code == 303


def test_without_cookies_the_page_says_so(browser):
    browser.ask()
    browser.client.cookies.clear()
    answer = browser.get("/anmelden/code")
    assert answer.status_code == 403
    assert "Cookie" in answer.text


def test_no_link_leads_elsewhere(browser):
    known()
    for evil in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example", "evil.example"):
        answer = browser.sign_in(weiter=evil)
        assert answer.headers["location"] == "/?meldung=angemeldet", evil
        assert browser.get(f"/anmelden?weiter={quote(evil, safe='')}").headers["location"] == "/"
        limiter.clear()


def test_the_host_header_does_not_reach_the_mail(browser):
    answer = browser.post("/anmelden", {"mail": "anna@example.org"}, headers={"Host": "evil.example", "Origin": "http://evil.example"})
    if answer.status_code == 303:
        with reading() as session:
            text = service.sign_in_message(session, newest(), utcnow()).as_string()
        assert "evil.example" not in text


# Limits


def test_an_address_gets_five_mails_an_hour(browsers):
    browser = browsers()
    for _ in range(5):
        browser.ask()
    answer = browser.post("/anmelden", {"mail": "anna@example.org", "weiter": "/konto"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert 'value="anna@example.org"' in answer.text
    assert len(rows(SignIn)) == 5
    browsers().ask("ben@example.org")


def test_a_school_class_behind_one_address_signs_in(browsers):
    browser = browsers()
    for pupil in range(30):
        browser.ask(f"pupil-{pupil}@example.org")
        assert browser.post("/anmelden/code", {"code": wrong(newest())}).status_code == 422
        if pupil % 6 == 5:
            browser = browsers()
    for pupil in range(30, 100):
        browser.ask(f"pupil-{pupil}@example.org")
    assert browser.post("/anmelden", {"mail": "pupil-100@example.org"}).status_code == 429


# Cookies and sessions


def test_cookies_are_strict(browser):
    known()
    asked = browser.post("/anmelden", {"mail": "anna@example.org"}).headers["set-cookie"]
    signed_in = browser.post(link(newest())).headers["set-cookie"]
    assert asked.startswith("browser=")
    assert signed_in.startswith("sitzung=")
    for cookie in (asked, signed_in):
        attributes = cookie.lower()
        assert "httponly" in attributes
        assert "samesite=lax" in attributes
        assert "path=/" in attributes
        assert "domain" not in attributes
        assert "secure" not in attributes


def test_by_https_cookies_are_bound_to_the_host(browsers, monkeypatch):
    monkeypatch.setenv("BETEILIGUNG_BASE_URL", "https://mitreden.example")
    settings.cache_clear()
    known()
    browser = browsers("https://mitreden.example")
    asked = browser.post("/anmelden", {"mail": "anna@example.org"}).headers["set-cookie"]
    signed_in = browser.post(link(newest())).headers["set-cookie"]
    assert asked.startswith("__Host-browser=")
    assert signed_in.startswith("__Host-sitzung=")
    for cookie in (asked, signed_in):
        assert "secure" in cookie.lower()
    assert is_signed_in(browser)
    browser.client.cookies.delete("__Host-sitzung")
    browser.client.cookies.set("sitzung", "x" * 43)
    assert not is_signed_in(browser)


def test_no_session_is_adopted_from_the_client(browser):
    known()
    planted = "A" * 43
    browser.client.cookies.set("sitzung", planted)
    number = browser.ask()
    browser.post(link(number))
    (row,) = rows(LoginSession)
    assert row.id != hashed(planted)
    browser.client.cookies.delete("sitzung")
    browser.client.cookies.set("sitzung", planted)
    assert not is_signed_in(browser)


def test_every_sign_in_is_a_new_session_and_ends_the_old_one(browser):
    known()
    browser.sign_in()
    first = browser.cookies["sitzung"]
    number = browser.ask()
    browser.post(link(number))
    assert browser.cookies["sitzung"] != first
    assert [row.id for row in rows(LoginSession)] == [hashed(browser.cookies["sitzung"])]


@pytest.mark.parametrize("value", ["", "x", "A" * 42, "A" * 44, "A" * 43, "' OR 1=1 --" + "A" * 32, "ä" * 43, "A" * 5000])
def test_cookies_of_ones_own_making_sign_nobody_in(browser, value):
    answer = browser.get("/konto", headers={"Cookie": f"sitzung={value}".encode()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/anmelden?weiter=%2Fkonto")


def test_who_is_not_signed_in_is_asked_to_and_comes_back(browser):
    answer = browser.get("/konto/willkommen?weiter=/kreis?a=b")
    assert answer.status_code == 303
    assert unquote(answer.headers["location"]) == "/anmelden?weiter=/konto/willkommen?weiter=/kreis?a=b"
    fragment = browser.get("/konto", headers={"HX-Request": "true"})
    assert fragment.headers["hx-redirect"] == "/anmelden?weiter=%2Fkonto"


def test_signing_out_ends_the_session_and_forgets_both_cookies(browser):
    known()
    browser.sign_in()
    secret = browser.cookies["sitzung"]
    answer = browser.post("/abmelden", {"csrf": browser.csrf()})
    assert answer.headers["location"] == "/?meldung=abgemeldet"
    assert "sitzung" not in browser.cookies
    assert "browser" not in browser.cookies
    browser.client.cookies.set("sitzung", secret)
    assert not is_signed_in(browser)
    assert browser.post("/abmelden").status_code == 303, "signing out twice is no error"


def test_signing_out_everywhere(browsers):
    known()
    here, there = browsers(), browsers()
    here.sign_in()
    there.sign_in()
    here.post("/abmelden", {"csrf": here.csrf()})
    assert is_signed_in(there)
    here.sign_in()
    here.post("/abmelden", {"csrf": here.csrf(), "where": "everywhere"})
    assert not is_signed_in(there)


# What was begun before signing in


def test_the_sign_in_page_says_what_waits(browser, database):
    browser.client.cookies.set("browser", "A" * 43 + ".17-f")
    assert "Ihre Stimme wartet: dafür." in browser.get("/anmelden").text
    browser.client.cookies.delete("browser")
    browser.client.cookies.set("browser", "A" * 43)
    assert "wartet" not in browser.get("/anmelden").text
    with unit_of_work() as session:
        keep_draft(session, hashed("A" * 43), "/kreis/zusagen/bus", {"text": "Mehr Busse!"}, utcnow())
    assert "Ihr Text wartet." in browser.get("/anmelden").text


def test_a_vote_that_waits_survives_sign_in_and_never_reaches_the_database(browser, database):
    known()
    browser.client.cookies.set("browser", "A" * 43 + ".4242170093-a")
    number = browser.ask(weiter="/kreis/zusagen/bus")
    browser.post(link(number))
    assert [cookie.value for cookie in browser.cookies.jar if cookie.name == "browser"][-1] == "A" * 43 + ".4242170093-a"
    with engine().connect() as connection:
        for table in tables.metadata.sorted_tables:
            stored = repr(connection.exec_driver_sql(f'SELECT * FROM "{table.name}"').all())
            assert "4242170093" not in stored, table.name


def test_the_demonstration_offers_its_people(browser):
    with unit_of_work() as session:
        region = make_region(session)
        make_account(session, email="anna@beispiel.example", is_example=True)
        make_account(session, email="amt@beispiel.example", is_example=True, clerk_of=region)
        make_account(session, email="rat@beispiel.example", is_example=True, council_of=region)
        make_account(session, email="wirklich@example.org", clerk_of=region)
    page = browser.get("/anmelden").text
    assert [re.search(rf'value="{name}@beispiel.example"', page) is not None for name in ("anna", "amt", "rat")] == [True] * 3
    assert "wirklich" not in page
