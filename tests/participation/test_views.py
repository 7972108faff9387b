"""The forms through the real application, without JavaScript and as fragments."""

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from beteiligung.catalogue.models import Commitment
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.models import Draft
from beteiligung.participation import comments
from beteiligung.participation.models import Comment, Follow, Vote
from participation.people import participant
from support import make_account, make_commitment, make_document, make_region

PAGE = "/kreis/zusagen/bus"


@pytest.fixture
def bus(database):
    with unit_of_work() as session:
        region = make_region(session, slug="kreis")
        make_commitment(session, make_document(session, region, slug="vertrag"), slug="bus", title="Rufbusse am Abend")
    return region


@pytest.fixture
def anna(bus, resident):
    return Person(resident(confirmed_in=bus, display_name="Anna"))


class Person:
    """A signed-in browser with its token."""

    def __init__(self, browser):
        self.browser = browser
        self.token = browser.csrf(PAGE)

    def send(self, path, fragment=False, **data):
        headers = {"HX-Request": "true"} if fragment else {}
        return self.browser.post(path, {"csrf": self.token, **data}, headers=headers)


def votes():
    with reading() as session:
        return [(v.choice, v.standing) for v in session.exec(select(Vote))]


def test_vote_change_withdraw(anna):
    answer = anna.send(f"{PAGE}/stimme", choice="for", version=1)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PAGE}?meldung=stimme#stimme"
    assert votes() == [("for", "confirmed")]
    page = anna.browser.get(f"{PAGE}?meldung=stimme").text
    assert "<title>Ihre Stimme ist gespeichert. – " in page
    assert 'id="stimme-for" name="choice" value="for" aria-pressed="true"' in page
    anna.send(f"{PAGE}/stimme", choice="against", version=1)
    assert votes() == [("against", "confirmed")]
    assert anna.send(f"{PAGE}/stimme", choice="withdraw", version=1).headers["location"].endswith("meldung=stimme-zurueck#stimme")
    assert votes() == []


def test_a_fragment_is_the_same_form(anna):
    answer = anna.send(f"{PAGE}/stimme", fragment=True, choice="neutral", version=1)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<section")
    assert 'data-saved="Ihre Stimme ist gespeichert."' in answer.text
    assert 'value="neutral" aria-pressed="true"' in answer.text
    assert "Stimme zurückziehen" in answer.text
    follow = anna.send(f"{PAGE}/folgen", fragment=True, follow="1")
    assert "Sie folgen dieser Zusage." in follow.text


@pytest.mark.parametrize(
    ("data", "status"),
    [({"choice": "for", "version": 2}, 409), ({"choice": "for"}, 409), ({"choice": "maybe", "version": 1}, 422), ({}, 422)],
)
def test_a_vote_that_cannot_be_taken_says_why(anna, data, status):
    answer = anna.send(f"{PAGE}/stimme", **data)
    assert answer.status_code == status
    assert votes() == []


def test_another_sites_form_and_a_wrong_token_are_refused(anna, bus):
    assert anna.browser.post(f"{PAGE}/stimme", {"csrf": "x.y", "choice": "for", "version": 1}).status_code == 403
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert anna.browser.post(f"{PAGE}/stimme", {"csrf": anna.token, "choice": "for", "version": 1}, headers=foreign).status_code == 403
    assert votes() == []


def test_signed_out_the_choice_waits_in_the_cookie_alone(bus, browser):
    answer = browser.post(f"{PAGE}/stimme", {"choice": "against", "version": "1"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/anmelden?weiter=%2Fkreis%2Fzusagen%2Fbus%23stimme"
    assert votes() == []
    with reading() as session:
        assert session.exec(select(Draft)).all() == []
    page = browser.get(PAGE)
    assert "Noch nicht gespeichert. Sie hatten „dagegen“ gewählt" in page.text
    assert page.headers["cache-control"] == "private, no-store"


def test_from_choice_through_sign_in_to_a_vote(bus, browser):
    browser.post(f"{PAGE}/stimme", {"choice": "for", "version": "1"})
    browser.post(f"{PAGE}/kommentare", {"text": "Mein Entwurf", "stance": "question"})
    with unit_of_work() as session:
        account = make_account(session, email="anna@example.org", terms_accepted_at=utcnow())
    assert account
    signed = browser.sign_in(weiter=f"{PAGE}#stimme")
    assert signed.headers["location"] == f"{PAGE}?meldung=angemeldet#stimme"
    page = browser.get(PAGE).text
    assert "Sie hatten „dafür“ gewählt" in page
    assert "Mein Entwurf" in page
    assert votes() == []
    person = Person(browser)
    person.send(f"{PAGE}/stimme", choice="for", version=1)
    person.send(f"{PAGE}/kommentare", text="Mein Entwurf", stance="question")
    assert votes() == [("for", "unconfirmed")]
    page = browser.get(PAGE).text
    assert "Sie hatten" not in page
    assert page.count("Mein Entwurf") == 1  # the draft is used up


def test_comment_reply_edit_withdraw(anna, bus, resident):
    written = anna.send(f"{PAGE}/kommentare", text="Gut so.\r\n\r\nhttps://example.org/x", stance="for")
    assert written.headers["location"] == f"{PAGE}?kommentar=1&meldung=kommentar#k1"
    ben = Person(resident(display_name="Ben"))
    assert ben.send("/kommentare/1/antworten", text="Das sehe ich anders.", stance="against").status_code == 303
    page = ben.browser.get(PAGE).text
    assert "Anna" in page
    assert "Ben (Sie)" in page
    assert '<a href="https://example.org/x" rel="nofollow ugc noopener noreferrer">' in page
    assert ben.send("/kommentare/1/bearbeiten", text="Gekapert").status_code == 403
    assert ben.browser.get("/kommentare/1/bearbeiten").status_code == 403
    assert ben.browser.get("/kommentare/1/zurueckziehen").status_code == 403
    assert "Gut so." in anna.browser.get("/kommentare/1/bearbeiten").text
    assert anna.send("/kommentare/1/bearbeiten", text="Sehr gut so.", stance="").headers["location"].endswith("meldung=geaendert#k1")
    assert anna.send("/kommentare/1/ergaenzen", text="Mehr").status_code == 403  # still to be edited
    with unit_of_work() as session:
        row = session.get_one(Comment, 1)
        row.created_at -= timedelta(minutes=16)
        session.add(row)
    late = anna.send("/kommentare/1/bearbeiten", text="Zu spät geändert")
    assert late.status_code == 403
    assert "Zu spät geändert" in late.text  # what was typed is kept
    assert anna.browser.get("/kommentare/1/ergaenzen").status_code == 200
    assert anna.send("/kommentare/1/ergaenzen", text="Nachtrag").headers["location"].endswith("meldung=ergaenzt#k1")
    assert ben.send("/kommentare/1/hilfreich", helpful="1").headers["location"].endswith("meldung=hilfreich#k1")
    mark = ben.send("/kommentare/1/hilfreich", fragment=True, helpful="0")
    assert 'aria-pressed="false"' in mark.text
    assert "zurückziehen?" in anna.browser.get("/kommentare/1/zurueckziehen").text
    assert anna.send("/kommentare/1/zurueckziehen").status_code == 303
    page = ben.browser.get(PAGE).text
    assert "Sehr gut so." not in page
    assert "selbst zurückgezogen" in page
    assert "Das sehe ich anders." in page


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001, "\u202eumgedreht"])
def test_a_text_that_cannot_be_taken_comes_back_with_the_form(anna, text):
    answer = anna.send(f"{PAGE}/kommentare", text=text, stance="against")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'value="against" checked' in answer.text
    if text.strip():
        assert text in answer.text
    with reading() as session:
        assert session.exec(select(Comment)).all() == []


def test_a_draft_typed_signed_out_is_kept_and_markup_stays_text(bus, browser):
    answer = browser.post(f"{PAGE}/kommentare", {"text": "<b>Entwurf</b> & mehr", "stance": "for"})
    assert answer.headers["location"] == "/anmelden?weiter=%2Fkreis%2Fzusagen%2Fbus%23schreiben"
    page = browser.get(PAGE).text
    assert "&lt;b&gt;Entwurf&lt;/b&gt; &amp; mehr" in page
    assert "<b>Entwurf" not in page


def test_who_has_not_finished_the_account_gets_there_first(bus, resident):
    person = Person(resident(display_name=None, terms_version=None, terms_accepted_at=None))
    vote = person.send(f"{PAGE}/stimme", choice="for", version=1)
    assert vote.headers["location"] == "/konto/willkommen?weiter=%2Fkreis%2Fzusagen%2Fbus%23stimme"
    assert "Sie hatten „dafür“ gewählt" in person.browser.get(PAGE).text
    comment = person.send(f"{PAGE}/kommentare", text="Noch ohne Namen")
    assert comment.headers["location"].startswith("/konto/willkommen")
    assert "Noch ohne Namen" in person.browser.get(PAGE).text


def test_follow_and_stop(anna):
    assert anna.send(f"{PAGE}/folgen", follow="1").headers["location"] == f"{PAGE}?meldung=folgen#folgen"
    assert "Nicht mehr folgen" in anna.browser.get(PAGE).text
    anna.send(f"{PAGE}/folgen", follow="1")
    with reading() as session:
        assert [f.target for f in session.exec(select(Follow))] == ["bus"]
    anna.send(f"{PAGE}/folgen", follow="0")
    with reading() as session:
        assert session.exec(select(Follow)).all() == []


def test_signed_out_nobody_follows_or_marks(bus, browser, anna):
    anna.send(f"{PAGE}/kommentare", text="Hallo zusammen")
    assert browser.post(f"{PAGE}/folgen", {"follow": "1"}).headers["location"].startswith("/anmelden?weiter=")
    assert browser.post("/kommentare/1/hilfreich", {"helpful": "1"}).headers["location"].startswith("/anmelden?weiter=")
    redirected = browser.post("/kommentare/1/hilfreich", {"helpful": "1"}, headers={"HX-Request": "true"})
    assert redirected.headers["hx-redirect"].startswith("/anmelden")


def test_a_clerk_neither_votes_nor_comments(bus, resident):
    clerk = Person(resident(clerk_of=bus))
    assert 'name="choice"' not in clerk.browser.get(PAGE).text
    assert clerk.send(f"{PAGE}/stimme", choice="for", version=1).status_code == 403
    assert clerk.send(f"{PAGE}/kommentare", text="Als Amt").status_code == 403


def test_an_archived_commitment_takes_nothing_and_keeps_what_was_typed(anna):
    with unit_of_work() as session:
        row = session.exec(select(Commitment)).one()
        row.state = "archived"
        session.add(row)
    assert anna.send(f"{PAGE}/stimme", choice="for", version=1).status_code == 409
    late = anna.send(f"{PAGE}/kommentare", text="Ein langer Gedanke")
    assert late.status_code == 409
    assert "Ein langer Gedanke" in late.text
    assert PAGE in late.text


def test_limits_are_by_account_and_a_class_behind_one_address_gets_through(anna, resident):
    answers = [anna.send(f"{PAGE}/kommentare", text=f"Beitrag {n}") for n in range(11)]
    assert [a.status_code for a in answers] == [303] * 10 + [429]
    assert "Beitrag 10" in answers[-1].text
    for n in range(30):
        pupil = Person(resident(display_name=f"Kind {n}"))
        assert pupil.send(f"{PAGE}/stimme", choice="for", version=1).status_code == 303
    many = [anna.send(f"{PAGE}/stimme", choice=("for", "against")[n % 2], version=1).status_code for n in range(61)]
    assert many == [303] * 60 + [429]


def test_replies_beyond_a_page_are_paged(anna, bus):
    with unit_of_work() as session:
        commitment_id = session.exec(select(col(Commitment.id))).one()
        writer = make_account(session)
        now = utcnow()
        first = comments.write_comment(session, participant(writer), commitment_id, "Anfang", None, now).id
        for n in range(60):
            comments.write_comment(session, participant(writer), commitment_id, f"Antwort {n}.", None, now, parent_id=first)
    page = anna.browser.get(f"/kommentare/{first}").text
    assert "Antworten 1 bis 50 von 60" in page
    following = re.search(rf"/kommentare/{first}\?ab=\d+", page)[0]
    assert "Antwort 59." in anna.browser.get(following).text
