"""The pages on which people choose, read and end what they are told."""

import re

import pytest
from babel.messages.extract import extract, extract_from_file
from jinja2.ext import babel_extract
from sqlmodel import select

from beteiligung import i18n
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.models import Account
from beteiligung.notifications import kinds, preferences, service, unsubscribe
from beteiligung.notifications.models import MailSettings, Notification, Preference
from beteiligung.participation.models import Follow
from beteiligung.settings import ROOT
from identity.browsing import known
from support import make_account, make_commitment, make_document, make_region, statements

PAGE = "/konto/benachrichtigungen"


def choices_of(account):
    with reading() as session:
        person = preferences.of(session, account)
    return {kind: person.choice(kind).mail for kind in kinds.chosen()}


def tell(account, number, **more):
    with unit_of_work() as session:
        service.write(
            session, [account], event=f"entry:{number}", sentence="answer", words={"title": f"Zusage {number}"}, path=f"/ziel-{number}",
            now=utcnow(), **more,
        )  # fmt: skip


@pytest.mark.parametrize("preset", kinds.PRESETS)
def test_a_preset_is_one_button(browser, preset):
    account = known(active_on=utcnow())
    browser.sign_in()
    answer = browser.post(f"{PAGE}/vorlage", {"csrf": browser.csrf(), "vorlage": preset})
    assert answer.headers["location"] == f"{PAGE}?meldung=benachrichtigungen"
    assert choices_of(account) == {kind: kinds.PRESETS[preset].mail(kind) for kind in kinds.chosen()}
    page = browser.get(PAGE).text
    assert re.search(rf'value="{preset}" aria-pressed="true"', page)
    assert page.count('aria-pressed="true"') == 1


def test_what_holds_without_a_choice_concerns_oneself_at_once_and_the_rest_weekly(browser):
    account = known()
    assert choices_of(account) == {
        "reply": "at_once", "decision": "at_once", "answer": "weekly", "status": "weekly", "comment": "weekly",
        "recommendation": "weekly", "document": "weekly", "report": "weekly",
    }  # fmt: skip
    browser.sign_in()
    page = browser.get(PAGE).text
    assert "Sofort: Antworten auf meine Kommentare" in page
    assert "Einmal in der Woche, montags, gesammelt: Stellungnahmen der Verwaltung" in page
    assert "Zwischen 21 und 8 Uhr schicken wir nichts." in page


FORM = {
    **{f"mail-{kind}": "daily" for kind in kinds.chosen()}, "konto-answer": "1",
    "weekday": "3", "quiet_from": "22", "quiet_until": "7", "language": "en",
}  # fmt: skip


def test_single_choices_are_kept(browser):
    account = known()
    browser.sign_in()
    assert browser.post(PAGE, {**FORM, "mail-comment": "never", "csrf": browser.csrf()}).status_code == 303
    with reading() as session:
        person = preferences.of(session, account)
    assert person.choice("comment") == kinds.Choice("never", in_account=False)
    assert person.choice("answer") == kinds.Choice("daily", in_account=True)
    assert person.choice("decision").in_account, "a decision always stands in the account"
    assert (person.weekday, person.quiet_from, person.quiet_until, person.language) == (3, 22, 7, "en")


@pytest.mark.parametrize(
    "wrong", [{"weekday": "9"}, {"quiet_from": "-1"}, {"language": "xx"}, {"mail-reply": "hourly"}, {"quiet_until": "²"}]
)
def test_a_choice_that_is_none_changes_nothing_and_keeps_the_rest(browser, wrong):
    account = known()
    before = choices_of(account)
    browser.sign_in()
    answer = browser.post(PAGE, {**FORM, **wrong, "csrf": browser.csrf()})
    assert answer.status_code == 422
    assert re.search(r'<option value="en" selected', answer.text) or "language" in wrong
    assert choices_of(account) == before
    with reading() as session:
        assert session.exec(select(MailSettings)).all() == []


@pytest.mark.parametrize("path", [PAGE, "/konto/neues", "/konto/neues/1"])
def test_guests_sign_in_first(browser, path):
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/anmelden")


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/vorlage"])
def test_a_form_without_its_token_changes_nothing(browser, path):
    known()
    browser.sign_in()
    assert browser.post(path, {**FORM, "vorlage": "nichts", "csrf": "x"}).status_code == 403
    with reading() as session:
        assert session.exec(select(Preference)).all() == []


# The link at the end of a mail


def link(account, scope):
    with reading() as session:
        return f"{unsubscribe.PATH}/{unsubscribe.token(session.get_one(Account, account), scope)}"


@pytest.mark.parametrize("scope", preferences.SCOPES)
def test_one_click_ends_it_without_signing_in_and_opening_the_link_does_not(browser, scope):
    account = known()
    before = choices_of(account)
    page = browser.get(link(account, scope))
    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    assert choices_of(account) == before
    answer = browser.client.post(link(account, scope), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "Erledigt" in answer.text
    ended = {kind for kind, mail in choices_of(account).items() if mail == "never"}
    weekly = {kind for kind, mail in before.items() if mail == "weekly"}
    assert ended == {"all": set(before), "digest": weekly}.get(scope, {scope})


@pytest.mark.parametrize(
    "request_",
    [
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"content": b""},
        {"data": {"List-Unsubscribe": "One-Click"}, "headers": {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}},
    ],
    ids=["multipart", "nothing", "from another site"],
)
def test_mail_programs_send_the_click_as_they_like(browser, request_):
    account = known()
    assert browser.client.post(link(account, "answer"), **request_).status_code == 200
    assert choices_of(account)["answer"] == "never"


def test_a_wrong_link_ends_nothing(browser):
    account, other = known(), known("ben@example.org")
    right = link(account, "all")
    number = right.rsplit("/", 1)[1].split(".")[0]
    for wrong in (
        right[:-1],
        right + "0",
        right.replace(f"/{number}.", f"/{other}."),
        right.replace(".all.", ".reply."),
        f"{unsubscribe.PATH}/x",
    ):
        assert browser.client.post(wrong).status_code == 404
        assert browser.get(wrong).status_code == 404
    assert "never" not in {*choices_of(account).values(), *choices_of(other).values()}


def test_a_link_dies_with_its_account(browser):
    account = known()
    old = link(account, "all")
    with unit_of_work() as session:
        session.delete(session.get_one(Account, account))
        session.flush()
        make_account(session, id=account, created_at=utcnow())
    assert browser.client.post(old).status_code == 404


# News in the account


def test_the_list_pages_by_number_and_each_leads_to_its_place(browser):
    account = known()
    for number in range(35):
        tell(account, number)
    browser.sign_in()
    first = browser.get("/konto/neues").text
    assert first.count('href="/konto/neues/') == 30
    assert "35 ungelesen" in first
    older = re.search(r'href="(/konto/neues\?vor=\d+)"', first)[1]
    tell(account, 99)
    second = browser.get(older).text
    assert second.count('href="/konto/neues/') == 5
    assert "Ältere" not in second
    one = re.search(r'href="(/konto/neues/\d+)"', second)[1]
    assert browser.get(one).headers["location"] == "/ziel-4"
    assert "35 ungelesen" in browser.get("/konto/neues").text
    browser.post("/konto/neues/gelesen", {"csrf": browser.csrf(), "weiter": "/konto/neues"})
    assert "ungelesen" not in browser.get("/konto/neues").text


def test_nobody_opens_the_news_of_another(browser):
    known()
    other = known("ben@example.org")
    tell(other, 1)
    browser.sign_in()
    with reading() as session:
        number = session.exec(select(Notification.id)).one()
    assert browser.get(f"/konto/neues/{number}").status_code == 404
    with reading() as session:
        assert session.exec(select(Notification.read_at)).one() is None


# Following


def test_topics_and_regions_can_be_followed_from_their_pages(browser):
    with unit_of_work() as session:
        region = make_region(session, slug="musterkreis")
        commitment = make_commitment(session, make_document(session, region), topic="mobilitaet", slug="radweg")
        assert commitment.id
    known()
    assert "Der Region folgen" in browser.get("/musterkreis").text
    browser.sign_in()
    for path, kind, target in (("/musterkreis", "region", ""), ("/musterkreis/themen/mobilitaet", "topic", "mobilitaet")):
        data = {"csrf": browser.csrf(), "region": "musterkreis", "kind": kind, "target": target, "weiter": f"{path}#folgen"}
        answer = browser.post("/konto/folgen", {**data, "follow": "1"})
        assert answer.headers["location"] == f"{path}?meldung=folgen#folgen"
        assert "Nicht mehr folgen" in browser.get(path).text
        browser.post("/konto/folgen", {**data, "follow": "0"})
        assert "Nicht mehr folgen" not in browser.get(path).text
    with reading() as session:
        assert session.exec(select(Follow)).all() == []


def test_who_comments_is_offered_to_follow_and_not_made_to(browser):
    with unit_of_work() as session:
        make_commitment(session, make_document(session, make_region(session, slug="musterkreis")), slug="radweg")
    known()
    browser.sign_in()
    path = "/musterkreis/zusagen/radweg"
    there = browser.post(f"{path}/kommentare", {"csrf": browser.csrf(), "text": "Das ist gut.", "stance": "for"}).headers["location"]
    assert "Möchten Sie hören, was daraus wird?" in browser.get(there.partition("#")[0]).text
    with reading() as session:
        assert session.exec(select(Follow)).all() == []
    browser.post(f"{path}/folgen", {"csrf": browser.csrf(), "follow": "1"})
    assert "Möchten Sie hören, was daraus wird?" not in browser.get(there.partition("#")[0]).text


# English


def test_every_text_of_the_mails_is_there_in_english():
    wanted = {"_": None, "gettext": None, "ngettext": (1, 2)}
    found = set()
    for path in sorted((ROOT / "frontend" / "templates" / "email").glob("*.*")):
        if path.name.split(".")[0] in ("news", "digest", "_frame"):
            with path.open("rb") as file:
                found |= {message for _line, message, *_more in extract(babel_extract, file, keywords=wanted)}
    for name in ("kinds", "letters"):
        path = ROOT / "src" / "beteiligung" / "notifications" / f"{name}.py"
        found |= {message for _line, message, *_more in extract_from_file("python", path, keywords=wanted)}
    catalogue = i18n.translations("en")
    assert len(found) > 40
    with i18n.speaking("en"):
        missing = [
            message
            for message in found
            if (catalogue.ngettext(*message, 2) == message[1] if isinstance(message, tuple) else catalogue.gettext(message) == message)
        ]
    assert missing == []


def test_the_head_of_every_page_says_how_much_is_unread_without_a_statement_more(browser):
    account = known(active_on=utcnow())
    browser.sign_in()
    with statements() as before:
        assert "ungelesen" not in browser.get("/so-funktioniert-es").text
    for number in range(101):
        tell(account, number)
    with statements() as after:
        page = browser.get("/so-funktioniert-es").text
    assert len(after) == len(before)
    assert re.search(r'<a href="/konto/neues">Neues \(<span class="b-num">99\+</span><span class="b-vh"> ungelesen</span>\)</a>', page)
    browser.post("/konto/neues/gelesen", {"csrf": browser.csrf()})
    assert "ungelesen" not in browser.get("/so-funktioniert-es").text
