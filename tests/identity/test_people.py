"""Welcome, offices, residence, drafts and cleaning up without the web."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from beteiligung.audit import AuditEntry
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Invalid
from beteiligung.identity import logins, offices, rules, service
from beteiligung.identity.models import Account, Draft, Role
from beteiligung.identity.session import draft_for, drop_draft, hashed, keep_draft
from beteiligung.identity.viewer import viewer_by_id
from identity.asking import BROWSER, MINUTE, ask, use_link
from support import NOW, make_account, make_municipality, make_region

# The person


def welcome(session: Session, account_id, **changes):
    base = {"display_name": "Anna B.", "birth_year": "1985", "municipality": "", "terms": True}
    service.complete_welcome(session, account_id, **{**base, **changes}, now=NOW)


@pytest.fixture
def newcomer(database):
    return use_link(ask()).account_id


def test_welcome_stores_what_was_typed(newcomer):
    with unit_of_work() as session:
        home = make_municipality(session, make_region(session))
        welcome(session, newcomer, display_name="  Anna   B. ", municipality=str(home.id))
    with reading() as session:
        account = session.get_one(Account, newcomer)
    assert (account.display_name, account.birth_year, account.municipality_id) == ("Anna B.", 1985, home.id)
    assert (account.terms_version, account.terms_accepted_at) == (rules.TERMS_VERSION, NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"display_name": ""}, "display_name"),
        ({"display_name": "A"}, "display_name"),
        ({"display_name": "A" * 41}, "display_name"),
        ({"display_name": "Bürgerrat"}, "display_name"),
        ({"display_name": "anna@example.org"}, "display_name"),
        ({"birth_year": ""}, "birth_year"),
        ({"birth_year": "85"}, "birth_year"),
        ({"birth_year": "-985"}, "birth_year"),
        ({"birth_year": "١٩٨٥"}, "birth_year"),
        ({"birth_year": "1850"}, "birth_year"),
        ({"birth_year": "2031"}, "birth_year"),
        ({"birth_year": "2013"}, "birth_year"),
        ({"municipality": "999"}, "municipality"),
        ({"municipality": "x"}, "municipality"),
        ({"municipality": "99999999999999999999"}, "municipality"),
        ({"terms": False}, "terms"),
    ],
)
def test_welcome_refuses_and_stores_nothing(newcomer, changes, field):
    with pytest.raises(Invalid) as refused, unit_of_work() as session:
        welcome(session, newcomer, **changes)
    assert list(refused.value.fields) == [field]
    with reading() as session:
        account = session.get_one(Account, newcomer)
    assert (account.display_name, account.birth_year, account.terms_version) == (None, None, None)


def test_the_home_region_may_ask_for_a_higher_age(newcomer):
    with unit_of_work() as session:
        home = make_municipality(session, make_region(session, min_age=16)).id
    with pytest.raises(Invalid, match="Felder") as refused, unit_of_work() as session:
        welcome(session, newcomer, birth_year="2011", municipality=str(home))
    assert "16" in refused.value.fields["birth_year"]
    with unit_of_work() as session:
        welcome(session, newcomer, birth_year="2011")
    with pytest.raises(Invalid) as refused, unit_of_work() as session:
        service.change_profile(session, newcomer, display_name="Anna", municipality=str(home), now=NOW)
    assert list(refused.value.fields) == ["municipality"]


def test_changing_the_profile(newcomer):
    with unit_of_work() as session:
        welcome(session, newcomer)
        service.change_profile(session, newcomer, display_name="Anne", municipality="", now=NOW)
    with pytest.raises(Invalid), unit_of_work() as session:
        service.change_profile(session, newcomer, display_name="Admin", municipality="", now=NOW)
    with reading() as session:
        assert session.get_one(Account, newcomer).display_name == "Anne"


# Offices


def test_staff_get_an_account_and_a_role_once(database):
    with unit_of_work() as session:
        region = make_region(session)
        for _ in range(2):
            account = offices.create_staff(session, "Amt@Example.org", region.id, "clerk", NOW, display_name="Frau Amt")
        operator = offices.create_staff(session, "technik@example.org", None, "operator", NOW)
    with reading() as session:
        roles = {(role.account_id, role.region_id, role.name) for role in session.exec(select(Role)).all()}
        acts = [entry.act for entry in session.exec(select(AuditEntry)).all()]
    assert roles == {(account.id, region.id, "clerk"), (operator.id, None, "operator")}
    assert (account.email, account.display_name) == ("amt@example.org", "Frau Amt")
    assert acts == ["role_granted"] * 3


@pytest.mark.parametrize(("role", "with_region"), [("king", True), ("operator", True), ("clerk", False)])
def test_roles_that_do_not_exist(database, role, with_region):
    with unit_of_work() as session:
        account, region = make_account(session), make_region(session)
    with pytest.raises(Invalid), unit_of_work() as session:
        offices.grant_role(session, account.id, region.id if with_region else None, role, NOW)


def test_staff_need_an_address(database):
    with pytest.raises(Invalid), unit_of_work() as session:
        offices.create_staff(session, "amt", make_region(session).id, "clerk", NOW)


def test_a_role_ends_and_comes_back(database):
    with unit_of_work() as session:
        region = make_region(session)
        account = make_account(session)
        key = hashed(logins.open_session(session, account.id, NOW)[0])
        offices.grant_role(session, account.id, region.id, "council", NOW, until=NOW + timedelta(days=365))
        session.flush()
        assert viewer_by_id(session, key, NOW).is_council_of(region.id)
        offices.end_role(session, account.id, region.id, "council", NOW + MINUTE)
        session.flush()
        assert not viewer_by_id(session, key, NOW + MINUTE).is_council_of(region.id)
        offices.grant_role(session, account.id, region.id, "council", NOW + 2 * MINUTE)
        session.flush()
        assert viewer_by_id(session, key, NOW + 2 * MINUTE).is_council_of(region.id)
        assert len(session.exec(select(Role)).all()) == 1


def test_residence_is_confirmed_for_two_years_and_again(database):
    with unit_of_work() as session:
        region, account = make_region(session), make_account(session)
        key = hashed(logins.open_session(session, account.id, NOW)[0])
        service.confirm_residence(session, account.id, region.id, NOW - timedelta(days=729))
        assert viewer_by_id(session, key, NOW).confirmed_in == {region.id}
        assert viewer_by_id(session, key, NOW + timedelta(days=2)).confirmed_in == frozenset()
        service.confirm_residence(session, account.id, region.id, NOW)
        assert viewer_by_id(session, key, NOW + timedelta(days=2)).confirmed_in == {region.id}


# Drafts and cleaning up


def test_drafts_are_one_per_browser_and_page(database, monkeypatch):
    monkeypatch.setattr("beteiligung.identity.session.utcnow", lambda: NOW)
    with unit_of_work() as session:
        keep_draft(session, BROWSER, "/a", {"text": "eins"}, NOW)
        keep_draft(session, BROWSER, "/a", {"text": "zwei"}, NOW)
        keep_draft(session, BROWSER, "/b", {"text": "drei"}, NOW - timedelta(hours=25))
        keep_draft(session, "c" * 64, "/a", {"text": "vier"}, NOW)
    with unit_of_work() as session:
        assert len(session.exec(select(Draft)).all()) == 3
        assert draft_for(session, BROWSER, "/a") == {"text": "zwei"}
        assert draft_for(session, BROWSER, "/b") is None
        assert draft_for(session, None, "/a") is None
        drop_draft(session, BROWSER, "/a")
        assert draft_for(session, BROWSER, "/a") is None
        assert draft_for(session, "c" * 64, "/a") == {"text": "vier"}


def test_cleaning_up_takes_what_has_run_out_and_nothing_else(database):
    use_link(ask(now=NOW - timedelta(days=91)), now=NOW - timedelta(days=91))
    fresh = use_link(ask())
    with unit_of_work() as session:
        keep_draft(session, BROWSER, "/a", {}, NOW - timedelta(hours=25))
        keep_draft(session, BROWSER, "/b", {}, NOW)
    with unit_of_work() as session:
        assert service.clean_up(session, NOW) == {"sessions": 1, "sign_ins": 1, "drafts": 1}
    with unit_of_work() as session:
        assert service.clean_up(session, NOW) == {"sessions": 0, "sign_ins": 0, "drafts": 0}
        assert viewer_by_id(session, hashed(fresh.secret), NOW) is not None
