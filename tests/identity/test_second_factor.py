"""The second factor through the pages, with a security key in software; the browser's own part is tests/journeys/test_second_factor.py."""

import html
import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import update
from sqlmodel import col, select

from beteiligung.audit import AuditEntry
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Forbidden
from beteiligung.identity import factor_rules, factor_service, logins
from beteiligung.identity.factor_models import Passkey, PasskeyChallenge, RecoveryCode, SecondFactor
from beteiligung.identity.factor_service import Try
from beteiligung.identity.models import LoginSession
from beteiligung.identity.session import hashed
from beteiligung.identity.viewer import viewer_by_id
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.settings import load
from conftest import forget_caches
from identity.authenticator import Authenticator
from identity.browsing import known, rows
from support import NOW, make_account, make_region

STEP, DESK = "/anmelden/zweiter-schritt", "/konto/zweiter-schritt"


@pytest.fixture(autouse=True)
def _asked_for(database, monkeypatch):
    monkeypatch.setenv("BETEILIGUNG_SECOND_FACTOR", "1")
    forget_caches()


@pytest.fixture
def clerk(browser):
    """A clerk signed in by mail, nothing set up."""
    with unit_of_work() as session:
        make_account(session, email="amt@example.org", clerk_of=make_region(session, slug="musterkreis"))
    answer = browser.sign_in("amt@example.org", "/verwaltung/musterkreis")
    assert answer.headers["location"] == f"{STEP}?weiter=%2Fverwaltung%2Fmusterkreis"
    return browser


def csrf(browser, path=DESK):
    return re.search(r'name="csrf" value="([^"]+)"', browser.get(path).text)[1]


def asked(browser, ceremony, path=DESK):
    answer = browser.post(f"{STEP}/frage", {"csrf": csrf(browser, path), "ceremony": ceremony})
    assert answer.status_code == 200, answer.text
    return answer.json()


def enrol_key(browser, key=None, **lies):
    key = key or Authenticator()
    made = key.make(asked(browser, "enrol"), **lies)
    return key, browser.post(f"{DESK}/schluessel", {"csrf": csrf(browser), "credential": made, "name": "Stick", "weiter": "/konto"})


def enrol_app(browser):
    page = browser.post(f"{DESK}/app", {"csrf": csrf(browser), "weiter": "/konto"})
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)[1].replace(" ", "")
    app = pyotp.TOTP(secret)
    return app, browser.post(f"{DESK}/app/code", {"csrf": csrf(browser), "code": app.now(), "weiter": "/konto"})


def codes_in(answer):
    return re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", answer.text)


def again(browser):
    """Sign in by mail anew: the first factor only."""
    return browser.sign_in("amt@example.org", "/verwaltung/musterkreis")


def give(browser, code):
    return browser.post(STEP, {"csrf": csrf(browser, STEP), "code": code, "weiter": "/verwaltung/musterkreis"})


def give_key(browser, key, **lies):
    signed = key.sign(asked(browser, "prove", STEP), **lies)
    return browser.post(f"{STEP}/schluessel", {"csrf": csrf(browser, STEP), "credential": signed, "weiter": "/verwaltung/musterkreis"})


def may_work(browser):
    return browser.get("/verwaltung/musterkreis").status_code == 200


# The way in


def test_an_office_does_nothing_before_the_second_factor(clerk):
    answer = clerk.get("/verwaltung/musterkreis")
    assert answer.headers["location"] == f"{STEP}?weiter=%2Fverwaltung%2Fmusterkreis"
    assert clerk.get(STEP + "?weiter=/x").headers["location"] == f"{DESK}?weiter=%2Fx"
    assert "Zweiten Schritt einrichten" in clerk.get(DESK).text
    assert clerk.get("/konto").status_code == 200  # the person's own things are open


def test_a_resident_is_not_asked(browser):
    known("anna@example.org")
    assert browser.sign_in("anna@example.org").headers["location"].startswith("/?meldung=angemeldet")
    assert browser.get(STEP).headers["location"] == "/"
    assert browser.get(DESK).headers["location"] == "/konto"
    answer = browser.post(f"{STEP}/frage", {"csrf": browser.csrf(), "ceremony": "enrol"})
    assert answer.status_code == 403


def test_without_the_second_factor_a_clerk_is_still_barred_as_one(clerk):
    with reading() as session:
        row = session.exec(select(LoginSession)).one()
        viewer = viewer_by_id(session, row.id, utcnow())
        (region,) = viewer.works_for
    assert not viewer.is_staff_of(region)
    assert viewer.is_barred_as_staff(region)


def test_a_passkey_opens_the_office_in_a_new_session(clerk):
    before = clerk.cookies["sitzung"]
    key, answer = enrol_key(clerk)
    assert len(codes_in(answer)) == 10
    assert clerk.cookies["sitzung"] != before
    assert may_work(clerk)

    again(clerk)
    assert not may_work(clerk)
    first = clerk.cookies["sitzung"]
    answer = give_key(clerk, key)
    assert answer.headers["location"] == "/verwaltung/musterkreis?meldung=zweiter-schritt"
    assert may_work(clerk)
    assert clerk.cookies["sitzung"] != first
    with reading() as session:
        assert session.get(LoginSession, hashed(first)) is None
    (row,) = rows(Passkey)
    assert (row.sign_count, row.used_on.hour) == (1, 0)


def test_the_end_of_the_session_stays_where_it_was(clerk):
    (row,) = rows(LoginSession)
    enrol_key(clerk)
    (renewed,) = rows(LoginSession)
    assert (renewed.created_at, renewed.expires_at) == (row.created_at, row.expires_at)


def test_an_app_opens_the_office_and_each_code_works_once(clerk):
    app, answer = enrol_app(clerk)
    assert len(codes_in(answer)) == 10
    assert may_work(clerk)
    again(clerk)
    code = app.at(utcnow() + timedelta(seconds=30))  # the step after that of the enrolment
    assert give(clerk, code).status_code == 303
    again(clerk)
    assert give(clerk, code).status_code == 422
    assert not may_work(clerk)


def test_a_secret_seen_before_the_first_way_was_set_up_never_counts(clerk, browsers):
    """Somebody who reads the mails begins with an app and looks at its secret; the owner sets up a key, and an app later."""
    other = browsers()
    other.sign_in("amt@example.org", "/verwaltung/musterkreis")
    seen = other.post(f"{DESK}/app", {"csrf": csrf(other), "weiter": "/konto"}).text
    enrol_key(clerk)
    app, _answer = enrol_app(clerk)
    assert app.secret not in seen.replace(" ", "")
    shown = clerk.post(f"{DESK}/app/code", {"csrf": csrf(clerk), "code": "000000", "weiter": "/konto"})
    assert shown.status_code in (409, 422)


def test_a_mistyped_first_code_leaves_the_picture_as_it_was(clerk):
    page = clerk.post(f"{DESK}/app", {"csrf": csrf(clerk), "weiter": "/konto"}).text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1]
    wrong = "000000" if pyotp.TOTP(secret.replace(" ", "")).now() != "000000" else "111111"
    again = clerk.post(f"{DESK}/app/code", {"csrf": csrf(clerk), "code": wrong, "weiter": "/konto"})
    assert (again.status_code, secret in again.text) == (422, True)


def test_a_code_that_came_before_the_last_one_is_refused(clerk):
    app, _answer = enrol_app(clerk)
    again(clerk)
    assert give(clerk, app.at(utcnow() - timedelta(seconds=30))).status_code == 422


def test_a_printed_code_works_once_and_its_owner_is_told(clerk):
    _key, answer = enrol_key(clerk)
    code = codes_in(answer)[0]
    again(clerk)
    assert give(clerk, f" {code.upper()} ").status_code == 303
    assert may_work(clerk)
    again(clerk)
    assert give(clerk, code).status_code == 422
    assert "recovery_used" in [row.args["kind"] for row in rows(OutboxEntry) if row.job == Job.TELL_ACCOUNT]


def test_new_codes_end_the_old_ones(clerk):
    _key, answer = enrol_key(clerk)
    old = codes_in(answer)[0]
    new = codes_in(clerk.post(f"{DESK}/codes", {"csrf": csrf(clerk)}))[0]
    again(clerk)
    assert give(clerk, old).status_code == 422
    assert give(clerk, new).status_code == 303


def test_codes_and_the_apps_secret_are_not_in_the_database(clerk):
    page = clerk.post(f"{DESK}/app", {"csrf": csrf(clerk), "weiter": "/konto"})
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)[1].replace(" ", "")
    _key, answer = enrol_key(clerk)
    kept = str([row.model_dump() for model in (SecondFactor, RecoveryCode, Passkey) for row in rows(model)])
    assert secret not in kept
    assert not [code for code in codes_in(answer) if code in kept or code.replace("-", "") in kept]


# Lies


@pytest.mark.parametrize(
    "lies", [{"origin": "https://elsewhere.example"}, {"rp_id": "elsewhere.example"}, {"kind": "webauthn.create"}, {"flags": 0x00}], ids=str
)
def test_a_signature_for_something_else_is_refused(clerk, lies):
    key, _ = enrol_key(clerk)
    again(clerk)
    assert give_key(clerk, key, **lies).status_code == 422
    assert not may_work(clerk)


@pytest.mark.parametrize("lies", [{"origin": "https://elsewhere.example"}, {"rp_id": "elsewhere.example"}], ids=str)
def test_a_key_made_elsewhere_is_not_added(clerk, lies):
    _key, answer = enrol_key(clerk, **lies)
    assert answer.status_code == 422
    assert rows(Passkey) == []


def test_a_copied_key_is_noticed_by_its_count(clerk):
    key, _ = enrol_key(clerk)
    again(clerk)
    give_key(clerk, key, count=5)
    again(clerk)
    assert give_key(clerk, key, count=5).status_code == 422
    assert give_key(clerk, key, count=3).status_code == 422
    assert give_key(clerk, key, count=6).status_code == 303


def test_a_passkey_that_never_counts_goes_on_working(clerk):
    key, _ = enrol_key(clerk)
    for _ in range(2):
        again(clerk)
        assert give_key(clerk, key, count=0).status_code == 303


def test_a_signature_works_once(clerk):
    key, _ = enrol_key(clerk)
    again(clerk)
    signed = key.sign(asked(clerk, "prove", STEP))
    form = {"credential": signed, "weiter": "/"}
    assert clerk.post(f"{STEP}/schluessel", {**form, "csrf": csrf(clerk, STEP)}).status_code == 303
    again(clerk)
    assert clerk.post(f"{STEP}/schluessel", {**form, "csrf": csrf(clerk, STEP)}).status_code == 422


def test_a_challenge_belongs_to_one_session_and_five_minutes(clerk):
    key, _ = enrol_key(clerk)
    again(clerk)
    old = asked(clerk, "prove", STEP)
    asked(clerk, "prove", STEP)  # a newer one ends it
    answer = clerk.post(f"{STEP}/schluessel", {"csrf": csrf(clerk, STEP), "credential": key.sign(old), "weiter": "/"})
    assert answer.status_code == 422
    late = asked(clerk, "prove", STEP)
    with unit_of_work() as session:
        session.execute(update(PasskeyChallenge).values(expires_at=utcnow() - timedelta(seconds=1)))
    answer = clerk.post(f"{STEP}/schluessel", {"csrf": csrf(clerk, STEP), "credential": key.sign(late), "weiter": "/"})
    assert answer.status_code == 422


def test_somebody_elses_key_proves_nothing(clerk, browsers):
    enrol_key(clerk)
    again(clerk)
    assert give_key(clerk, Authenticator()).status_code == 422


@pytest.mark.parametrize("rubbish", ["", "{}", "[]", "null", '{"id": 5}', '{"id": "x", "response": []}', "x" * 19_000])
def test_rubbish_is_no_signature(clerk, rubbish):
    enrol_key(clerk)
    again(clerk)
    asked(clerk, "prove", STEP)
    answer = clerk.post(f"{STEP}/schluessel", {"csrf": csrf(clerk, STEP), "credential": rubbish, "weiter": "/"})
    assert answer.status_code == 422


def test_five_wrong_tries_close_it_for_a_quarter_of_an_hour(clerk):
    app, _ = enrol_app(clerk)
    again(clerk)
    for _ in range(4):
        assert give(clerk, "22222-22222").status_code == 422
    assert give(clerk, "22222-22222").status_code == 429
    form = {"csrf": clerk.csrf(), "code": app.at(utcnow() + timedelta(seconds=30)), "weiter": "/"}
    answer = clerk.post(STEP, form)
    assert answer.status_code == 429
    assert "Bitte warten Sie 15 Minuten" in html.unescape(answer.text)
    assert not may_work(clerk)
    with unit_of_work() as session:
        session.execute(update(SecondFactor).values(locked_until=utcnow() - timedelta(seconds=1)))
    assert clerk.post(STEP, {**form, "csrf": clerk.csrf()}).status_code == 303


def test_something_that_is_no_code_costs_no_try(clerk):
    enrol_app(clerk)
    again(clerk)
    for _ in range(8):
        assert give(clerk, "hallo").status_code == 422
    assert rows(SecondFactor)[0].failures == 0


def test_the_second_factor_holds_for_a_working_day(clerk):
    enrol_key(clerk)
    (row,) = rows(LoginSession)
    with reading() as session:
        now = utcnow()
        assert viewer_by_id(session, row.id, now).clerk_of
    with unit_of_work() as session:
        session.execute(update(LoginSession).values(second_factor_at=now - timedelta(hours=12)))
    assert not may_work(clerk)


# Adding, renaming, removing


def test_with_the_first_factor_alone_nobody_adds_a_way(clerk):
    enrol_key(clerk)
    again(clerk)
    token = clerk.csrf("/konto")
    for path, form in {
        f"{STEP}/frage": {"ceremony": "enrol"},
        f"{DESK}/schluessel": {"credential": "{}"},
        f"{DESK}/app": {},
        f"{DESK}/app/code": {"code": "123456"},
        f"{DESK}/codes": {},
        f"{DESK}/app/entfernen": {},
        f"{DESK}/schluessel/1": {"action": "remove"},
    }.items():
        assert clerk.post(path, {**form, "csrf": token}).status_code == 403, path
    assert clerk.get(DESK).headers["location"].startswith(STEP)
    assert len(rows(Passkey)) == 1


def test_the_last_way_stays_and_another_may_go(clerk):
    enrol_key(clerk)
    (first,) = rows(Passkey)
    assert clerk.post(f"{DESK}/schluessel/{first.id}", {"csrf": csrf(clerk), "action": "remove"}).status_code == 403
    _second, answer = enrol_key(clerk)
    assert answer.headers["location"] == f"{DESK}?meldung=zweiter-schritt-neu"
    clerk.post(f"{DESK}/schluessel/{first.id}", {"csrf": csrf(clerk), "action": "rename", "name": "  Alter\u202e  Stick "})
    assert {row.name for row in rows(Passkey)} == {"Alter Stick", "Stick"}
    assert clerk.post(f"{DESK}/schluessel/{first.id}", {"csrf": csrf(clerk), "action": "remove"}).status_code == 303
    assert len(rows(Passkey)) == 1
    enrol_app(clerk)
    assert clerk.post(f"{DESK}/app/entfernen", {"csrf": csrf(clerk)}).status_code == 303
    assert clerk.post(f"{DESK}/app/entfernen", {"csrf": csrf(clerk)}).status_code == 403


def test_a_key_of_somebody_else_cannot_be_touched(clerk, browsers):
    enrol_key(clerk)
    enrol_key(clerk)
    other = browsers()
    with unit_of_work() as session:
        make_account(session, email="other@example.org", clerk_of=make_region(session))
    other.sign_in("other@example.org")
    enrol_key(other)
    enrol_key(other)
    mine = rows(Passkey)[0]
    other.post(f"{DESK}/schluessel/{mine.id}", {"csrf": csrf(other), "action": "remove"})
    assert len(rows(Passkey)) == 4


def test_a_known_key_is_not_added_twice(clerk):
    key, _ = enrol_key(clerk)
    _, answer = enrol_key(clerk, key)
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("passkeys", "app", "proven", "allowed"),
    [(1, False, True, False), (0, True, True, False), (1, True, True, True), (2, False, True, True), (2, True, False, False)],
)
def test_what_may_be_taken_away(passkeys, app, proven, allowed):
    assert factor_rules.may_remove(passkeys=passkeys, app=app, proven=proven) is allowed


# Reset by a second person


@pytest.mark.parametrize(
    ("who", "subject", "allowed"),
    [
        ("guest", {1}, False), ("clerk", {1}, True), ("clerk elsewhere", {1}, False), ("operator", {1}, True),
        ("clerk", {1, 2}, False), ("clerk", {None}, False), ("operator", {None}, True), ("operator", set(), False), ("oneself", {1}, False),
    ],
)  # fmt: skip
def test_who_may_reset(who, subject, allowed):
    clerk_of = frozenset({1}) if who in ("clerk", "oneself") else frozenset({9}) if who == "clerk elsewhere" else frozenset()
    found = factor_rules.may_reset(
        operator=who == "operator",
        clerk_of=clerk_of,
        account_id=7 if who == "oneself" else 1,
        subject_id=7,
        subject_regions=frozenset(subject),
    )
    assert found is allowed


def test_a_reset_takes_all_away_ends_sessions_and_is_told(database):
    with unit_of_work() as session:
        region = make_region(session)
        clerk, member = make_account(session, clerk_of=region).id, make_account(session, council_of=region).id
        factor_service.add_passkey(session, member, credential="AA", public_key="AA", sign_count=0, name="", now=NOW)
        factor_service.new_codes(session, member)
        factor_service.begin_app(session, member)
        logins.open_session(session, member, NOW)
    with unit_of_work() as session, pytest.raises(Forbidden):
        factor_service.reset(session, member, NOW, by=member, operator=False, clerk_of=frozenset({region.id}))
    with unit_of_work() as session:
        factor_service.reset(session, member, NOW, by=clerk, operator=False, clerk_of=frozenset({region.id}))
    assert rows(Passkey) == rows(RecoveryCode) == rows(SecondFactor) == rows(LoginSession) == []
    with reading() as session:
        (entry,) = session.exec(select(AuditEntry).where(AuditEntry.act == "second_factor_reset")).all()
        assert (entry.account_id, entry.subject, entry.region_id) == (clerk, f"account:{member}", region.id)
        told = session.exec(select(OutboxEntry).where(col(OutboxEntry.job) == Job.TELL_ACCOUNT)).all()
    assert "factor_reset" in [row.args["kind"] for row in told]


def test_tries_are_counted_before_they_are_looked_at(database):
    with unit_of_work() as session:
        account = make_account(session, operator=True).id
    outcomes = []
    for number in range(7):
        with unit_of_work() as session:
            outcomes.append(factor_service._try(session, account, NOW, lambda number=number: number == 6))
    assert outcomes == [Try.WRONG] * 5 + [Try.LOCKED] * 2
    with unit_of_work() as session:
        assert factor_service._try(session, account, NOW + factor_rules.LOCKED_FOR, lambda: True) is Try.RIGHT


# Settings


@pytest.mark.parametrize(
    ("mode", "given", "asked_for"),
    [("demo", None, False), ("test", None, False), ("production", None, True), ("demo", "1", True), ("production", "0", False)],
)
def test_production_asks_unless_told_otherwise(tmp_path, mode, given, asked_for):
    env = {
        "BETEILIGUNG_MODE": mode, "BETEILIGUNG_VAR": str(tmp_path), "BETEILIGUNG_BASE_URL": "https://x.example",
        "BETEILIGUNG_DATABASE_URL": "postgresql://x", "BETEILIGUNG_SECRET_KEY": "a" * 40, "BETEILIGUNG_VOTE_KEY": "b" * 40,
    }  # fmt: skip
    assert load(env | ({"BETEILIGUNG_SECOND_FACTOR": given} if given else {})).second_factor is asked_for
