"""The counter, letters, cards and sheets through the pages, for each role; cards and kiosks through the browser."""

import re
from datetime import date, timedelta

import pytest
from sqlmodel import select

from beteiligung import db
from beteiligung.administration import printing
from beteiligung.clock import utcnow
from beteiligung.identity import demographics, kiosk, residence
from beteiligung.identity.models import Account, LoginSession, Residence
from beteiligung.identity.residence_models import CounterTicket, Demographic, Kiosk, PrintRun
from beteiligung.jobs import OutboxEntry
from beteiligung.participation import recount
from beteiligung.participation.models import Comment, Vote
from identity.residing import work_off

ROLES = ("guest", "resident", "confirmed resident", "council member", "clerk of another region", "operator")
LIST = "Vorname;Nachname;Straße;PLZ;Ort;Geburtsdatum\nAnna;Schmidt;Am Markt 1;12345;Musterstadt;3.4.1985\n"
LETTER = {"sender": "Musterkreis, Am Markt 1", "contact": "Bürgerbüro"}
PERSON = {"given_name": "Anna", "family_name": "Schmidt", "born": "3.4.1985"}


def all_of(model):
    with db.reading() as session:
        return session.exec(select(model)).all()


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("page", ["wohnsitz", "briefe", "druck", "papier"])
def test_only_clerks_of_the_region_reach_these_pages(place, browsers, who, page):
    answer = browsers(who).get(f"{place.base}/{page}")
    assert answer.status_code == (303 if who == "guest" else 403)


@pytest.mark.parametrize("who", ["guest", "operator", "clerk"])
@pytest.mark.parametrize("page", ["/konto/wohnsitz", "/konto/angaben"])
def test_own_pages_are_for_whoever_is_signed_in(browsers, who, page):
    assert browsers(who).get(page).status_code == (303 if who == "guest" else 200)


def number_on(html):
    return re.search(r'b-number">(\d{3}) (\d{3})<', html).group(1, 2)


def test_a_resident_is_confirmed_at_the_counter(place, browsers):
    resident, clerk = browsers("resident"), browsers("clerk")
    assert "noch nicht bestätigt" in resident.get("/konto/wohnsitz").text
    assert resident.post("/konto/wohnsitz/zahl", form="/konto/wohnsitz").status_code == 303
    number = " ".join(number_on(resident.get("/konto/wohnsitz").text))
    wrong = clerk.post(f"{place.base}/wohnsitz", {**PERSON, "number": "12", "born": "31.2.1985"})
    assert wrong.status_code == 422
    assert "Schmidt" in wrong.text
    answer = clerk.post(f"{place.base}/wohnsitz", {**PERSON, "number": number})
    assert answer.headers["location"] == f"{place.base}/wohnsitz?meldung=wohnsitz-schalter"
    assert "Bestätigt: Musterkreis" in resident.get("/konto/wohnsitz").text
    assert all_of(CounterTicket) == []
    second = clerk.post(f"{place.base}/wohnsitz", {**PERSON, "number": number})
    assert second.status_code == 422
    assert resident.post("/konto/wohnsitz/umgezogen", {"region": str(place.region_id)}, form="/konto/wohnsitz").status_code == 303
    assert place.people["resident"] not in {row.account_id for row in all_of(Residence)}


def test_the_second_account_is_told_the_way_out_and_keeps_what_it_typed(place, browsers):
    clerk = browsers("clerk")
    for who, status in (("resident", 303), ("council member", 409)):
        browser = browsers(who)
        browser.post("/konto/wohnsitz/zahl", form="/konto/wohnsitz")
        answer = clerk.post(f"{place.base}/wohnsitz", {**PERSON, "number": "".join(number_on(browser.get("/konto/wohnsitz").text))})
        assert answer.status_code == status
    assert "schon ein anderes Konto bestätigt" in answer.text
    assert 'value="Schmidt"' in answer.text


def upload(clerk, place, content, **typed):
    files = {"file": ("liste.csv", content, "text/csv")}
    return clerk.post(f"{place.base}/briefe", {**LETTER, **typed}, files=files)


def test_a_wrong_list_is_answered_line_by_line_and_prints_nothing(place, clerk):
    answer = upload(clerk, place, (LIST + "Berta;;Weg 2;123;Ort;gestern\n").encode())
    assert answer.status_code == 422
    assert "fünf Ziffern" in answer.text
    assert 'value="Bürgerbüro"' in answer.text
    assert all_of(PrintRun) == []
    assert not list(printing.folder().iterdir())
    for content in (b"", b"x" * (2 * 1024 * 1024 + 10)):
        assert upload(clerk, place, content).status_code == 422
    assert upload(clerk, place, LIST.encode(), sender="").status_code == 422


def test_letters_from_the_list_to_the_confirmed_resident(place, browsers, clerk):
    assert upload(clerk, place, LIST.encode()).status_code == 303
    assert "Wartet darauf" in clerk.get(f"{place.base}/briefe").text
    (run,) = all_of(PrintRun)
    assert clerk.get(f"{place.base}/druck/{run.id}/datei").status_code == 404
    assert clerk.get(f"{place.base}/druck/{run.id}", **{"HX-Request": "true"}).status_code == 200
    assert clerk.get(f"{place.base}/druck/{run.id}").status_code == 200
    work_off()
    answer = clerk.get(f"{place.base}/druck/{run.id}/datei")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    assert browsers("clerk of another region").get(f"/verwaltung/nachbarkreis/druck/{run.id}/datei").status_code == 404
    from pypdfium2 import PdfDocument

    text = PdfDocument(answer.content)[0].get_textpage().get_text_bounded()
    code = re.search(r"(?:[A-Z34679]{4} ){2}[A-Z34679]{4}", text)[0]
    resident = browsers("resident")
    assert resident.post("/konto/wohnsitz", {**PERSON, "code": code, "given_name": "Berta"}).status_code == 422
    assert resident.post("/konto/wohnsitz", {**PERSON, "code": ""}).status_code == 422
    answer = resident.post("/konto/wohnsitz", {**PERSON, "code": code})
    assert answer.headers["location"] == "/konto/wohnsitz?meldung=wohnsitz"
    used = browsers("council member").post("/konto/wohnsitz", {**PERSON, "code": code})
    assert used.status_code == 422
    assert "schon benutzt" in used.text


def test_codes_cannot_be_guessed_all_day(browsers):
    resident = browsers("resident")
    shown = resident.get("/konto/wohnsitz").text
    token = re.search(r'name="csrf" value="([^"]+)"', shown)[1]
    answers = [resident.post("/konto/wohnsitz", {**PERSON, "code": "ACDE FGHJ KLMN"}, token=token).status_code for _try in range(11)]
    assert answers == [422] * 10 + [429]


SHEETS = {"kind": "ballots", "slugs": "", "topic": "mobilitaet", "standing": "unconfirmed", "sheets": "2", "office": "Bürgerbüro"}


def codes_of(clerk, place):
    from pypdfium2 import PdfDocument

    work_off()
    run = max(row.id for row in all_of(PrintRun))
    document = PdfDocument(clerk.get(f"{place.base}/druck/{run}/datei").content)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return [found for page in pages for found in re.findall(r"(?:[A-Z34679]{4} ){2}[A-Z34679]{4}", page)]


@pytest.mark.parametrize("wrong", [{"sheets": "0"}, {"sheets": "9999"}, {"topic": ""}, {"slugs": "gibt-es-nicht"}, {"office": ""}])
def test_wrong_orders_of_sheets_are_explained(place, clerk, wrong):
    assert clerk.post(f"{place.base}/druck/boegen", {**SHEETS, **wrong}, form=f"{place.base}/druck").status_code == 422
    assert all_of(PrintRun) == []


@pytest.mark.parametrize("wrong", [{"number": "0"}, {"title": ""}, {"ends_on": ""}, {"ends_on": "1.1.2020"}])
def test_wrong_orders_of_cards_are_explained(place, clerk, wrong):
    good = {"number": "3", "title": "Schule am Fluss", "ends_on": (utcnow() + timedelta(days=9)).date().isoformat()}
    assert clerk.post(f"{place.base}/druck/karten", {**good, **wrong}, form=f"{place.base}/druck").status_code == 422
    assert all_of(PrintRun) == []


def test_a_ballot_is_typed_compared_saved_and_refused_the_second_time(place, clerk):
    assert clerk.post(f"{place.base}/druck/boegen", {**SHEETS, "slugs": place.commitment}, form=f"{place.base}/druck").status_code == 303
    code, other = codes_of(clerk, place)
    paper = f"{place.base}/papier"
    opened = clerk.post(paper, {"code": code, "step": "open"})
    assert "Radweg am Fluss" in opened.text
    choice = f"choice-{place.commitment_id}"
    assert clerk.post(paper, {"code": code, "step": "check"}).status_code == 422
    assert clerk.post(paper, {"code": code, "step": "check", choice: "maybe"}).status_code == 422
    check = clerk.post(paper, {"code": code, "step": "check", choice: "against"})
    assert "Bitte vergleichen" in check.text
    assert "dagegen" in check.text
    before = len(all_of(Vote))
    saved = clerk.post(paper, {"code": code, "step": "save", choice: "against"})
    assert saved.headers["location"] == f"{paper}?meldung=papier"
    assert len(all_of(Vote)) == before + 1
    again = clerk.post(paper, {"code": code, "step": "open"})
    assert again.status_code == 422
    assert "schon eingegeben" in again.text
    assert clerk.post(paper, {"code": "ACDE FGHJ KLMN", "step": "open"}).status_code == 422
    assert clerk.post(paper, {"code": other, "step": "open"}).status_code == 200
    with db.reading() as session:
        assert recount.recount(session) == []


def test_a_comment_from_paper_has_no_author(place, browsers, clerk):
    order = {**SHEETS, "kind": "forms", "sheets": "1", "slugs": f"/musterkreis/zusagen/{place.commitment}"}
    assert clerk.post(f"{place.base}/druck/boegen", order, form=f"{place.base}/druck").status_code == 303
    (code,) = codes_of(clerk, place)
    paper = f"{place.base}/papier"
    typed = {"code": code, "commitment": str(place.commitment_id), "stance": "for", "text": "Endlich ein Radweg."}
    assert clerk.post(paper, {**typed, "step": "check", "text": " "}).status_code == 422
    assert clerk.post(paper, {**typed, "step": "check", "commitment": ""}).status_code == 422
    assert "Endlich ein Radweg." in clerk.post(paper, {**typed, "step": "check"}).text
    assert clerk.post(paper, {**typed, "step": "save"}).status_code == 303
    comment = all_of(Comment)[-1]
    assert (comment.author_id, comment.on_paper, comment.stance) == (None, True, "for")
    shown = browsers("guest").get(f"/musterkreis/zusagen/{place.commitment}").text
    assert "auf Papier eingereicht" in shown
    assert clerk.post(paper, {**typed, "step": "save"}).status_code == 422


def test_answers_for_statistics_are_kept_apart_changed_and_deleted(place, browsers):
    resident = browsers("resident")
    typed = {"age_band": "25-34", "sex": "diverse", "drawable": "1"}
    assert resident.post("/konto/angaben", typed).status_code == 303
    (row,) = all_of(Demographic)
    assert (row.age_band, row.sex, row.drawable) == ("25-34", "diverse", True)
    account = place.people["resident"]
    assert row.voter == demographics.pseudonym(account)
    with db.reading() as session:
        assert demographics.facts_of(session, [account, 4711]) == {account: demographics.Facts("25-34", "diverse", True)}
    assert resident.post("/konto/angaben", {**typed, "age_band": "7"}).status_code == 422
    assert resident.post("/konto/angaben", {"age_band": "", "sex": "female", "drawable": ""}).status_code == 303
    assert [(one.age_band, one.sex, one.drawable) for one in all_of(Demographic)] == [(None, "female", False)]
    assert resident.post("/konto/angaben", {"do": "delete"}).status_code == 303
    assert all_of(Demographic) == []


def test_a_card_signs_in_once(place, browsers, clerk):
    ends = (utcnow() + timedelta(days=9)).date()
    order = {"number": "1", "title": "Schule am Fluss", "ends_on": ends.isoformat()}
    clerk.post(f"{place.base}/druck/karten", order, form=f"{place.base}/druck")
    (code,) = codes_of(clerk, place)
    pupil = browsers("guest")
    assert pupil.post("/anmelden/schule", {"code": "falsch"}).status_code == 422
    answer = pupil.post("/anmelden/schule", {"code": code.lower()})
    assert answer.headers["location"].startswith("/konto/willkommen")
    account = next(row for row in all_of(Account) if row.ends_on)
    shown = pupil.get("/konto").text
    assert "ohne Mailadresse" in shown
    assert account.email not in shown
    assert browsers("guest").post("/anmelden/schule", {"code": code}).status_code == 422


def test_a_kiosk_signs_out_and_stays_a_kiosk(place, browsers, clerk):
    for who in ("resident", "operator", "clerk of another region"):
        assert browsers(who).post("/kiosk", {"region": place.region, "do": "start"}, form="/konto").status_code == 403
    assert all_of(Kiosk) == []
    started = clerk.post("/kiosk", {"region": place.region, "do": "start"})
    assert started.headers["location"] == "/kiosk"
    assert started.headers["clear-site-data"] == '"cache", "storage"'
    assert clerk.get(place.base).status_code == 303, "the clerk is signed out there"
    assert "Dieses Gerät ist für alle da" in clerk.get("/kiosk").text
    with db.unit_of_work() as session:
        from beteiligung.identity import logins

        (device,) = session.exec(select(Kiosk)).all()
        resident = session.get_one(Account, place.people["confirmed resident"])
        opened = logins.start(session, resident, utcnow(), old_session=device.id, next_path="/")
    from beteiligung.identity.session import cookie_name

    clerk.client.cookies.clear()
    clerk.client.cookies.set(cookie_name("sitzung"), opened.secret)
    page = clerk.get("/konto").text
    assert 'data-kiosk="60"' in page
    assert '<noscript><meta http-equiv="refresh" content="60;url=/kiosk/ende"></noscript>' in page
    session_row = next(row for row in all_of(LoginSession) if row.account_id == place.people["confirmed resident"])
    assert session_row.expires_at <= utcnow() + kiosk.STAY
    ended = clerk.get("/kiosk/ende")
    assert ended.status_code == 303
    assert "clear-site-data" in ended.headers
    assert clerk.get("/konto").status_code == 303
    assert "Dieses Gerät ist für alle da" in clerk.get("/kiosk").text
    assert all(row.account_id != place.people["confirmed resident"] for row in all_of(LoginSession))


def test_no_other_session_is_ended_by_the_kiosks_address(browsers):
    resident = browsers("resident")
    assert resident.get("/kiosk/ende").headers["location"] == "/kiosk"
    assert resident.get("/konto").status_code == 200
    assert "data-kiosk" not in resident.get("/konto").text


def test_the_outbox_holds_no_name(place, clerk):
    upload(clerk, place, LIST.encode())
    assert all("Schmidt" not in repr(entry.args) for entry in all_of(OutboxEntry))
    assert all("Schmidt" not in repr(run.content) for run in all_of(PrintRun))
    assert residence.fingerprint(1, "Anna", "Schmidt", date(1985, 4, 3)) != residence.fingerprint(2, "Anna", "Schmidt", date(1985, 4, 3))
