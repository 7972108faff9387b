"""Letters, cards and sheets from the order to the deleted file: codes on paper that work, and no list left behind."""

import stat
from datetime import date, timedelta

import pytest
from pypdfium2 import PdfDocument
from sqlmodel import select

from beteiligung.administration import printing
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import NotFound
from beteiligung.identity import residence, school
from beteiligung.identity.models import Account
from beteiligung.identity.residence_models import PrintRun, ResidenceCode, SchoolCode
from beteiligung.identity.residence_rules import Addressee
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.participation import paper, recount
from beteiligung.participation.models import Vote
from beteiligung.participation.paper_models import PaperSheet
from support import make_account, make_commitment, make_document, make_region
from worker import tasks

BORN = date(1985, 4, 3)


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


@pytest.fixture
def place(database):
    with unit_of_work() as session:
        region = make_region(session, slug="musterkreis", name="Musterkreis", in_name="im Musterkreis")
        document = make_document(session, region)
        commitments = [make_commitment(session, document) for _ in range(3)]
        clerk = make_account(session, clerk_of=region)
        return region.id, clerk.id, [[one.id, 1] for one in commitments]


def order(place, kind, total, *, source=None, **content):
    with unit_of_work() as session:
        return printing.order(session, place[1], place[0], kind, total, "Probe", content, utcnow(), source=source)


def letters(place, *names):
    people = [Addressee(name, "Schmidt-Weiß", "Am Fluss 1", "12345", "Musterstadt", BORN) for name in names]
    content = {"sender": "Musterkreis, Am Markt 1, 12345 Musterstadt", "contact": "Bürgerbüro", "day": "1. Mai 2026"}
    return order(place, "letters", len(people), source=printing.keep_list(people), **content)


def entry():
    with reading() as session:
        return session.exec(select(OutboxEntry.id).where(OutboxEntry.job == Job.PRINT_CODES.value).order_by(OutboxEntry.id.desc())).first()


def work_off():
    tasks.perform(Job.PRINT_CODES, entry())


def free():
    with unit_of_work() as session:
        session.get_one(OutboxEntry, entry()).leased_until = None


def run_of(number):
    with reading() as session:
        return session.get_one(PrintRun, number)


def pages_of(place, number):
    with unit_of_work() as session:
        document = PdfDocument(printing.fetch(session, place[1], place[0], number, utcnow()))
    return [page.get_textpage().get_text_bounded() for page in document]


def codes_in(text):
    import re

    return [
        "".join(found.split()) for found in re.findall(r"\b(?:[ACDEFGHJKLMNPRTUVWXY34679]{4} ){2}[ACDEFGHJKLMNPRTUVWXY34679]{4}\b", text)
    ]


def test_a_letter_reaches_one_person_and_its_code_confirms_them(place):
    number = letters(place, "Anna", "Berta")
    (lists,) = printing.folder().iterdir()
    assert stat.S_IMODE(lists.stat().st_mode) == 0o600
    assert stat.S_IMODE(printing.folder().stat().st_mode) == 0o700
    work_off()
    run = run_of(number)
    assert (run.state, run.done, run.total, run.source) == ("done", 2, 2, None)
    (pdf,) = printing.folder().iterdir()
    assert stat.S_IMODE(pdf.stat().st_mode) == 0o600
    pages = pages_of(place, number)
    assert len(pages) == 2
    for page, name in zip(pages, ("Anna", "Berta"), strict=True):
        assert f"{name} Schmidt-Weiß" in page
        assert "12345 Musterstadt" in page
        assert "/konto/wohnsitz" in page
        (code,) = codes_in(page)
        with unit_of_work() as session:
            account = make_account(session)
            assert residence.use_code(session, account.id, code, name, "Schmidt Weiss", BORN, utcnow()) == place[0]


def test_an_order_done_twice_prints_once(place):
    number = letters(place, "Anna")
    work_off()
    first = run_of(number).file
    work_off()
    assert run_of(number).file == first
    with reading() as session:
        assert len(session.exec(select(ResidenceCode)).all()) == 1


@pytest.mark.parametrize("where", ["bind", "complete", "advance"])
def test_a_worker_killed_half_way_leaves_neither_codes_nor_lists(place, monkeypatch, where):
    number = letters(place, "Anna", "Berta")
    whole = getattr(printing, where)

    def killed(*arguments):
        whole(*arguments)
        raise Killed

    monkeypatch.setattr(printing, where, killed)
    with pytest.raises(Killed):
        work_off()
    monkeypatch.setattr(printing, where, whole)
    free()
    work_off()
    assert run_of(number).state == "done"
    with reading() as session:
        assert len(session.exec(select(ResidenceCode)).all()) == 2
    assert len(pages_of(place, number)) == 2
    with unit_of_work() as session:
        printing.clean_up(session, utcnow() + timedelta(days=2))
    with unit_of_work() as session:  # the fetched PDF is a day old by then, and what the dead worker left too
        printing.clean_up(session, utcnow() + timedelta(days=2))
    assert list(printing.folder().iterdir()) == []


def test_what_cannot_be_printed_leaves_no_list_and_no_code(place, monkeypatch):
    number = letters(place, "Anna")

    def broken(_html):
        raise printing_error

    printing_error = RuntimeError("no PDF today")
    monkeypatch.setattr(printing, "to_pdf", broken)
    for _attempt in range(3):
        free()
        with unit_of_work() as session:
            session.get_one(OutboxEntry, entry()).not_before = utcnow()
        work_off()
    assert run_of(number).state == "failed"
    assert list(printing.folder().iterdir()) == []
    with reading() as session:
        assert session.exec(select(ResidenceCode)).all() == []


def test_a_list_nobody_prints_is_given_up_after_two_days(place):
    number = letters(place, "Anna")
    with unit_of_work() as session:
        printing.clean_up(session, utcnow() + timedelta(hours=47))
    assert len(list(printing.folder().iterdir())) == 1
    with unit_of_work() as session:
        printing.clean_up(session, utcnow() + timedelta(hours=49))
    assert run_of(number).state == "failed"
    assert list(printing.folder().iterdir()) == []


def test_a_pdf_goes_a_day_after_it_was_fetched(place):
    number = order(place, "cards", 9, ends_on=(utcnow() + timedelta(days=30)).date().isoformat())
    work_off()
    with unit_of_work() as session:
        printing.clean_up(session, utcnow() + timedelta(days=6))
    assert len(pages_of(place, number)) == 2
    with unit_of_work() as session:
        printing.clean_up(session, utcnow() + timedelta(hours=23))
    assert run_of(number).file
    with unit_of_work() as session:
        printing.clean_up(session, utcnow() + timedelta(hours=25))
    with pytest.raises(NotFound):
        pages_of(place, number)
    assert list(printing.folder().iterdir()) == []


def test_a_clerk_of_another_region_fetches_nothing(place):
    number = order(place, "cards", 1, ends_on=utcnow().date().isoformat())
    work_off()
    with unit_of_work() as session:
        other = make_region(session)
        with pytest.raises(NotFound):
            printing.fetch(session, place[1], other.id, number, utcnow())


def test_a_card_opens_one_account_without_mail_until_the_project_ends(place):
    ends = (utcnow() + timedelta(days=30)).date()
    number = order(place, "cards", 3, ends_on=ends.isoformat())
    work_off()
    found = [code for page in pages_of(place, number) for code in codes_in(page)]
    assert len(set(found)) == 3
    with unit_of_work() as session:
        account = school.use_card(session, found[0], utcnow())
        assert account.email.endswith(".invalid")
        assert account.ends_on == ends
        assert school.use_card(session, found[0], utcnow()) is None
        assert school.use_card(session, "ACDE FGHJ KLMN", utcnow()) is None
        assert school.use_card(session, found[1], utcnow() + timedelta(days=32)) is None
        assert school.end_accounts(session, utcnow() + timedelta(days=29)) == 0
    with unit_of_work() as session:
        assert school.end_accounts(session, utcnow() + timedelta(days=32)) == 1
        assert school.end_accounts(session, utcnow() + timedelta(days=32)) == 0
        school.clean_up(session, utcnow() + timedelta(days=32))
    with reading() as session:
        assert session.exec(select(SchoolCode)).all() == []
        assert session.exec(select(Account).where(Account.ends_on != None)).one()  # noqa: E711 - SQL


def test_ballots_are_counted_once_and_tallies_stay_right(place):
    number = order(place, "ballots", 6, commitments=place[2], standing="confirmed", office="Bürgerbüro")
    work_off()
    pages = pages_of(place, number)
    assert len(pages) == 6
    assert all("Zusage Nummer" in page for page in pages)
    found = [code for page in pages for code in codes_in(page)]
    first, second, third = (commitment for commitment, _version in place[2])
    for code in found:
        with unit_of_work() as session:
            assert paper.enter_ballot(session, place[0], code, {first: "for", second: "against", third: ""}, utcnow()) == 2
        with reading() as session:
            assert recount.recount(session) == []
        with unit_of_work() as session, pytest.raises(printing.Invalid):
            paper.enter_ballot(session, place[0], code, {third: "for"}, utcnow())
    with reading() as session:
        votes = session.exec(select(Vote)).all()
        sheets = session.exec(select(PaperSheet)).all()
        assert paper.totals(session, place[0]).sheets == {("ballot", "confirmed"): (6, 6)}
    assert len(votes) == 12
    assert len({vote.voter for vote in votes}) == 6
    assert {vote.standing for vote in votes} == {"confirmed"}
    assert all(sheet.entered_on for sheet in sheets)


def test_comment_forms_are_single_pages_with_their_code(place):
    number = order(place, "forms", 2, commitments=place[2], standing="unconfirmed", office="Bürgerbüro")
    work_off()
    pages = pages_of(place, number)
    assert [len(codes_in(page)) for page in pages] == [1, 1]
