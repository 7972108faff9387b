"""The pages about one's rights through the real application."""

import io
import zipfile
from datetime import timedelta

import pytest
from sqlmodel import select

from beteiligung import audit
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity import retention_rules as periods
from beteiligung.identity import rights as identity
from beteiligung.identity.rights_models import DataExport, Erasure
from beteiligung.jobs import Job, OutboxEntry
from identity.browsing import known, rows
from identity.conftest import browser, browsers
from support import NOW
from worker import tasks

__all__ = ["browser", "browsers"]


def entry_of(job):
    with reading() as session:
        return session.exec(select(OutboxEntry.id).where(OutboxEntry.job == job.value).order_by(OutboxEntry.id.desc())).first()


def test_the_owner_and_nobody_else_fetches_the_file(browsers):
    known()
    known("ben@example.org")
    anna, ben, guest = browsers(), browsers(), browsers()
    anna.sign_in()
    ben.sign_in("ben@example.org")
    answer = anna.post("/konto/daten", {"csrf": anna.csrf()})
    assert answer.headers["location"] == "/konto/daten?meldung=daten"
    assert "zusammengestellt" in anna.get("/konto/daten").text
    (row,) = rows(DataExport)
    path = f"/konto/daten/{row.id}"
    assert anna.get(path).status_code == 404  # not there yet
    tasks.perform(Job.EXPORT_OWN_DATA, entry_of(Job.EXPORT_OWN_DATA))
    assert path in anna.get("/konto/daten").text
    file = anna.get(path)
    assert file.headers["content-type"] == "application/zip"
    assert file.headers["cache-control"] == "private, no-store"
    assert "attachment" in file.headers["content-disposition"]
    assert zipfile.ZipFile(io.BytesIO(file.content)).testzip() is None
    assert ben.get(path).status_code == 404
    assert path not in ben.get("/konto/daten").text
    assert guest.get(path).status_code == 303
    with unit_of_work() as session:
        session.get_one(DataExport, row.id).expires_at = utcnow() - timedelta(seconds=1)
    assert anna.get(path).status_code == 404


def test_from_the_wish_to_the_change_of_mind(browser):
    known()
    browser.sign_in()
    assert "/konto/loeschen" in browser.get("/konto").text
    missing = browser.post("/konto/loeschen", {"comments": "keep", "csrf": browser.csrf()})
    assert missing.status_code == 422
    assert "eines von beiden" in missing.text
    assert 'value="keep" checked' in missing.text  # what was chosen is still chosen
    answer = browser.post("/konto/loeschen", {"comments": "keep", "votes": "remove", "csrf": browser.csrf()})
    assert answer.headers["location"] == "/konto/loeschen?meldung=loeschen-mail"
    assert "Spam-Ordner" in browser.get(answer.headers["location"]).text
    (wish,) = rows(Erasure)
    link = f"/konto/loeschen/{wish.id}/{identity.erasure_token(wish)}"
    for _scanner in range(2):
        page = browser.get(link).text
        assert "Ihre Stimmen werden zurückgezogen" in page
        assert "ohne Ihren Namen" in page
    assert rows(Erasure)[0].confirmed_at is None
    done = browser.post(link, {"csrf": browser.csrf()})
    assert "löschen wir Ihr Konto" in done.text
    assert browser.get(link).status_code == 404
    account = browser.get("/konto").text
    assert "Konto behalten" in account
    assert 'href="/konto/loeschen"' not in account
    assert browser.get("/konto/loeschen").headers["location"] == "/konto"
    kept = browser.post("/konto/behalten", {"csrf": browser.csrf()})
    assert kept.headers["location"] == "/konto?meldung=behalten"
    assert rows(Erasure) == []
    assert "Konto behalten" not in browser.get("/konto").text


def test_the_mails_link_works_without_being_signed_in(browsers):
    known()
    anna, elsewhere = browsers(), browsers()
    anna.sign_in()
    anna.post("/konto/loeschen", {"comments": "keep", "votes": "keep", "csrf": anna.csrf()})
    (wish,) = rows(Erasure)
    link = f"/konto/loeschen/{wish.id}/{identity.erasure_token(wish)}"
    assert elsewhere.post(link).status_code == 200
    assert rows(Erasure)[0].due_at is not None
    assert elsewhere.post(f"/konto/loeschen/{wish.id}/{'0' * 64}").status_code == 404


def test_who_has_no_address_confirms_in_the_page(browser):
    number = known()
    browser.sign_in()
    from beteiligung.identity.models import Account

    with unit_of_work() as session:
        session.get_one(Account, number).ends_on = (utcnow() + timedelta(days=30)).date()
    answer = browser.post("/konto/loeschen", {"comments": "remove", "votes": "remove", "csrf": browser.csrf()})
    assert answer.headers["location"] == "/konto?meldung=loeschen-bestaetigt"
    assert rows(Erasure)[0].due_at is not None


@pytest.mark.parametrize("path", ["/datenschutz"])
def test_the_privacy_page_lists_every_period_that_the_clean_up_keeps(browser, path):
    page = browser.get(path).text
    for period in periods.periods():
        assert period.what in page
        assert f"{periods.in_words(period.kept)}, {period.why}" in page
    assert "Stimmschlüssel" in page


def test_the_privacy_page_follows_the_rules(browser, monkeypatch):
    monkeypatch.setattr(periods, "NOTIFICATIONS_KEPT", timedelta(days=77))
    assert "77 Tage" in browser.get("/datenschutz").text


def test_the_heads_are_public_as_page_and_feed(browser):
    assert "Noch ist kein Tag abgeschlossen" in browser.get("/protokoll").text
    with unit_of_work() as session:
        audit.record(session, "role_granted", "account:77", NOW, account_id=88)
        audit.link_new(session, NOW)
    from beteiligung.web.cache import page_cache

    page_cache().clear()
    with reading() as session:
        head = audit.chain.newest(session, audit.CHAIN).hash
    page, feed = browser.get("/protokoll"), browser.get("/protokoll/feed.atom")
    assert head in page.text
    assert head in feed.text
    assert feed.headers["content-type"].startswith("application/atom+xml")
    for told in (page.text, feed.text):
        assert "account:77" not in told
    assert "set-cookie" not in page.headers
