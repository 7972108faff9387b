"""One person, one confirmed account: confirmed, prolonged, refused, lapsed; and nothing of the person is kept."""

from datetime import date, timedelta

import pytest
from sqlmodel import select, text

from beteiligung import tables
from beteiligung.audit import AuditEntry
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, Invalid
from beteiligung.identity import residence, service
from beteiligung.identity.models import Account, Residence
from beteiligung.identity.residence import WrongCode
from beteiligung.identity.residence_models import CounterTicket, PrintRun, ResidenceCode
from beteiligung.jobs import Job
from beteiligung.notifications.models import Notification
from identity.residing import BORN, confirm, entries, residences, work_off
from support import make_account, make_municipality, make_region

NOW = utcnow()


@pytest.fixture
def place(database):
    with unit_of_work() as session:
        region, other = make_region(session, name="Musterkreis"), make_region(session, name="Nachbarkreis")
        home, away = make_municipality(session, region), make_municipality(session, other)
        people = [make_account(session, municipality_id=home.id).id for _ in range(3)]
    return region.id, other.id, home.id, away.id, people


def test_a_confirmation_holds_two_years_and_moves_the_votes(place):
    region, _other, _home, _away, (anna, *_rest) = place
    confirm(anna, region, now=NOW)
    (row,) = residences(anna)
    assert (row.region_id, row.channel, row.until - row.confirmed_at) == (region, "counter", timedelta(days=730))
    assert [entry.args for entry in entries(Job.MOVE_VOTES)] == [{"account": anna}]
    work_off(Job.MOVE_VOTES)
    assert entries(Job.MOVE_VOTES) == []


@pytest.mark.parametrize("again", [("Anna", "Schmidt"), ("ANNA", "schmidt"), ("Anna Maria", "Schmidt"), ("Schmidt", "Anna")])
def test_the_second_account_of_a_person_is_refused_with_a_way_out(place, again):
    region, _other, _home, _away, (anna, berta, _cora) = place
    confirm(anna, region)
    with pytest.raises(residence.Taken) as refused:
        confirm(berta, region, *again)
    assert "Musterkreis" in refused.value.message
    assert "Impressum" in refused.value.message
    assert residences(berta) == []


def test_another_person_or_another_region_is_no_second_account(place):
    region, other, _home, _away, (anna, berta, cora) = place
    confirm(anna, region)
    confirm(berta, region, "Berta")
    confirm(cora, other)
    assert all(len(residences(account)) == 1 for account in (anna, berta, cora))


def test_the_database_itself_refuses_two_accounts_at_the_same_moment(place, monkeypatch):
    region, _other, _home, _away, (anna, berta, _cora) = place
    confirm(anna, region)
    monkeypatch.setattr(residence.rules, "has_lapsed", lambda *_: True)
    monkeypatch.setattr(residence, "lapse", lambda *_, **__: True)  # as if the other were not there yet
    with pytest.raises(residence.Taken):
        confirm(berta, region)


def test_who_confirms_again_stays_longer(place):
    region, _other, _home, _away, (anna, *_rest) = place
    confirm(anna, region, now=NOW - timedelta(days=700))
    confirm(anna, region, channel="letter", now=NOW)
    (row,) = residences(anna)
    assert (row.channel, row.until) == ("letter", NOW + timedelta(days=730))


def test_after_two_years_the_person_may_use_another_account(place):
    region, _other, _home, _away, (anna, berta, _cora) = place
    confirm(anna, region, now=NOW - timedelta(days=731))
    confirm(berta, region, now=NOW)
    assert residences(anna) == []
    assert len(residences(berta)) == 1
    assert {entry.args["account"] for entry in entries(Job.MOVE_VOTES)} == {anna, berta}


def test_an_unknown_channel_is_a_programming_error(place):
    with pytest.raises(ValueError, match="friend"):
        confirm(place[4][0], place[0], channel="friend")


def test_who_moves_to_another_region_is_confirmed_no_longer(place):
    region, _other, home, away, (anna, *_rest) = place
    confirm(anna, region)
    work_off()
    with unit_of_work() as session:
        service.change_profile(session, anna, display_name="Anna", municipality="", now=NOW)
    assert len(residences(anna)) == 1, "no answer is no move"
    with unit_of_work() as session:
        service.change_profile(session, anna, display_name="Anna", municipality=str(home), now=NOW)
    assert len(residences(anna)) == 1
    with unit_of_work() as session:
        service.change_profile(session, anna, display_name="Anna", municipality=str(away), now=NOW)
    assert residences(anna) == []
    assert entries(Job.MOVE_VOTES)


def test_the_night_reminds_once_and_ends_what_is_over(place):
    region, other, _home, _away, (anna, berta, cora) = place
    confirm(anna, region, now=NOW - timedelta(days=701))
    confirm(berta, region, "Berta", now=NOW - timedelta(days=731))
    confirm(cora, other, "Cora", now=NOW - timedelta(days=699))
    work_off()
    for _night in range(2):
        with unit_of_work() as session:
            from beteiligung import jobs

            jobs.enqueue(session, Job.LAPSE_RESIDENCES, utcnow())
        work_off()
    with reading() as session:
        news = {(row.account_id, row.path, row.title.split("(")[1].split(")")[0]) for row in session.exec(select(Notification))}
        assert len(session.exec(select(Notification)).all()) == 2
    assert news == {(anna, "/konto/wohnsitz", "Musterkreis"), (berta, "/konto/wohnsitz", "Musterkreis")}
    assert len(residences(anna)) == len(residences(cora)) == 1
    assert residences(berta) == []


# Letters


@pytest.fixture
def letter(place):
    region = place[0]
    with unit_of_work() as session:
        run = PrintRun(region_id=region, kind="letters", created_at=NOW, codes_until=NOW + timedelta(weeks=8))
        session.add(run)
        session.flush()
        prints = [residence.fingerprint(region, name, "Schmidt", BORN) for name in ("Anna", "Berta")]
        return run.id, residence.add_codes(session, run.id, region, prints, NOW + timedelta(weeks=8))


def use(account, code, given="Anna", family="Schmidt", born=BORN, now=NOW):
    with unit_of_work() as session:
        return residence.use_code(session, account, code, given, family, born, now)


def test_a_letters_code_confirms_its_person_once(place, letter):
    region, _other, _home, _away, (anna, berta, _cora) = place
    _run, (code, _other_code) = letter
    assert use(anna, code.lower(), "ANNA", "schmidt") == region
    assert residences(anna)[0].channel == "letter"
    assert use(anna, code) is WrongCode.USED
    assert use(berta, code) is WrongCode.USED


def test_a_code_is_worth_nothing_with_another_name_or_birthday(place, letter):
    anna = place[4][0]
    code = letter[1][0]
    assert use(anna, code, "Berta") is WrongCode.OTHER_PERSON
    assert use(anna, code, born=date(1985, 4, 4)) is WrongCode.OTHER_PERSON
    assert use(anna, letter[1][1]) is WrongCode.OTHER_PERSON
    assert residences(anna) == []
    assert use(anna, code) == place[0], "two slips do not spoil it"


def test_a_thief_of_a_letter_cannot_try_every_birthday(place, letter):
    _region, _other, _home, _away, (anna, berta, _cora) = place
    code = letter[1][0]
    outcomes = [use(berta, code, born=BORN + timedelta(days=day)) for day in range(1, 8)]
    assert outcomes == [WrongCode.OTHER_PERSON] * 5 + [WrongCode.TOO_MANY] * 2
    assert use(anna, code) is WrongCode.TOO_MANY
    assert residences(anna) == []


def test_somebody_who_guesses_codes_spoils_nobodys_letter(place, letter):
    anna, berta = place[4][:2]
    code = letter[1][0]
    wrong = code[:-1] + ("A" if code[-1] != "A" else "C")
    for _try in range(20):
        assert use(berta, wrong) is WrongCode.WRONG
    assert use(anna, code) == place[0]


@pytest.mark.parametrize("typed", ["", "123", "AAAA AAAA AAAA", "ä" * 12, "AAAAAAAAAAAAAAAA", "'; DROP TABLE residence; --"])
def test_what_is_no_code_is_wrong(place, letter, typed):
    assert use(place[4][0], typed) is WrongCode.WRONG


def test_a_code_ends_after_eight_weeks_and_is_forgotten_later(place, letter):
    anna = place[4][0]
    assert use(anna, letter[1][0], now=NOW + timedelta(weeks=8)) is WrongCode.OLD
    with unit_of_work() as session:
        residence.clean_up(session, NOW + timedelta(weeks=13))
    with reading() as session:
        assert session.exec(select(ResidenceCode)).all() == []


def test_a_new_letter_ends_the_code_of_the_old_one(place, letter):
    region, _other, _home, _away, (anna, *_rest) = place
    with unit_of_work() as session:
        run = PrintRun(region_id=region, kind="letters", created_at=NOW, codes_until=NOW)
        session.add(run)
        session.flush()
        (fresh,) = residence.add_codes(
            session, run.id, region, [residence.fingerprint(region, "Anna", "Schmidt", BORN)], NOW + timedelta(weeks=8)
        )
    assert use(anna, letter[1][0]) is WrongCode.WRONG
    assert use(anna, fresh) == region


def test_codes_stand_nowhere_in_the_database(place, letter):
    with reading() as session:
        dump = "\n".join(
            repr(tuple(row)) for table in tables.metadata.sorted_tables for row in session.execute(text(f'SELECT * FROM "{table.name}"'))
        )
    for code in letter[1]:
        assert code not in dump
        assert code[4:] not in dump


# The counter


def number_of(account):
    with unit_of_work() as session:
        residence.ask_for_number(session, account, NOW)
    with reading() as session:
        return residence.number_of(session.get_one(CounterTicket, account))


def at_counter(clerk, region, number, given="Anna", now=NOW):
    with unit_of_work() as session:
        residence.confirm_at_counter(session, clerk, region, number, given, "Schmidt", BORN, now)


def test_a_clerk_confirms_by_number_and_identity_card_and_nothing_of_the_person_is_kept(place):
    region, _other, _home, _away, (anna, clerk, _cora) = place
    number = number_of(anna)
    assert len(number) == 6
    at_counter(clerk, region, f" {number[:3]} {number[3:]}")
    (row,) = residences(anna)
    assert row.channel == "counter"
    with reading() as session:
        act = session.exec(select(AuditEntry).where(AuditEntry.act == "residence_confirmed")).one()
        kept = "\n".join(
            repr(tuple(line)) for table in tables.metadata.sorted_tables for line in session.execute(text(f'SELECT * FROM "{table.name}"'))
        )
    assert (act.account_id, act.region_id, act.detail) == (clerk, region, {"channel": "counter"})
    for secret in ("Schmidt", "schmidt", "1985-04-03"):
        assert secret not in kept
    with pytest.raises(Invalid):
        at_counter(clerk, region, number)


def test_a_number_ends_after_a_quarter_of_an_hour_and_with_the_next_one(place):
    region, _other, _home, _away, (anna, clerk, _cora) = place
    first = number_of(anna)
    second = number_of(anna)
    for number, now in ((first, NOW), (second, NOW + timedelta(minutes=15)), ("", NOW), ("abc", NOW)):
        if number == first == second:
            continue
        with pytest.raises(Invalid) as refused:
            at_counter(clerk, region, number, now=now)
        assert set(refused.value.fields) == {"number"}
    at_counter(clerk, region, second)


def test_nobody_confirms_themself(place):
    with pytest.raises(Conflict):
        at_counter(place[4][0], place[0], number_of(place[4][0]))


def test_a_confirmation_never_names_a_vote(place):
    """The work that moves votes names an account and nothing else, and is gone once it is done."""
    region, _other, _home, _away, (anna, *_rest) = place
    confirm(anna, region)
    assert {key for entry in entries(Job.MOVE_VOTES) for key in entry.args} == {"account"}
    work_off()
    with reading() as session:
        from beteiligung.jobs import OutboxEntry

        assert session.exec(select(OutboxEntry).where(OutboxEntry.job == Job.MOVE_VOTES.value)).all() == []
        assert session.exec(select(Account).where(Account.id == anna)).one()
        assert session.exec(select(Residence).where(Residence.account_id == anna)).one()
