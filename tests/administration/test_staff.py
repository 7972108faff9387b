"""Who may give and end offices, in the pages and by the rules."""

import pytest
from sqlmodel import select

from beteiligung.administration.staff_rules import may_end_office, may_give_office
from beteiligung.audit import AuditEntry
from beteiligung.db import reading, unit_of_work
from beteiligung.identity import factor_service
from beteiligung.identity.factor_models import Passkey
from beteiligung.identity.models import Role
from beteiligung.jobs import Job, OutboxEntry
from identity.conftest import browser, browsers  # noqa: F401 - fixtures
from support import NOW, make_account, make_region

HERE, THERE = 1, 2
PEOPLE = {
    "guest": (False, frozenset()),
    "resident": (False, frozenset()),
    "clerk": (False, frozenset({HERE})),
    "clerk elsewhere": (False, frozenset({THERE})),
    "operator": (True, frozenset()),
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(
    ("role", "region", "allowed"),
    [
        ("clerk", HERE, {"clerk", "operator"}),
        ("operator", None, {"operator"}),
        ("council", HERE, set()),
        ("clerk", None, set()),
        ("x", HERE, set()),
    ],
)
def test_who_gives_which_office(who, role, region, allowed):
    operator, clerk_of = PEOPLE[who]
    assert may_give_office(role=role, region_id=region, operator=operator, clerk_of=clerk_of) is (who in allowed)
    values = {"role": role, "region_id": region, "operator": operator, "clerk_of": clerk_of}
    assert may_end_office(**values, account_id=1, subject_id=2) is (who in allowed)
    assert may_end_office(**values, account_id=1, subject_id=1) is False


@pytest.fixture
def place(database):
    with unit_of_work() as session:
        region, other = make_region(session, slug="musterkreis"), make_region(session, slug="nachbarkreis")
        people = {
            "clerk": make_account(session, email="amt@example.org", clerk_of=region).id,
            "elsewhere": make_account(session, email="anderes-amt@example.org", clerk_of=other).id,
            "operator": make_account(session, email="technik@example.org", operator=True).id,
            "resident": make_account(session, email="anna@example.org").id,
        }
        return region.id, other.id, people


def office_of(account_id):
    with reading() as session:
        return session.exec(select(Role).where(Role.account_id == account_id)).one()


def told():
    with reading() as session:
        return [entry.args for entry in session.exec(select(OutboxEntry).where(OutboxEntry.job == Job.TELL_ACCOUNT)).all()]


def acts():
    with reading() as session:
        return [(entry.act, entry.account_id, entry.region_id) for entry in session.exec(select(AuditEntry)).all()]


def test_a_clerk_takes_somebody_in_and_lets_them_go(place, browser):  # noqa: F811
    region, _other, people = place
    browser.sign_in("amt@example.org")
    page = "/verwaltung/musterkreis/rollen"
    assert "amt@example.org" in browser.get(page).text
    answer = browser.post(page, {"mail": "Neu@Example.org", "name": "Frau Neu", "csrf": browser.csrf()})
    assert answer.headers["location"] == f"{page}?meldung=aufgabe"
    (notice,) = told()
    assert (notice["kind"], notice["role"], notice["region"]) == ("role_granted", "clerk", region)
    role = office_of(notice["account"])
    assert browser.post(f"{page}/{role.id}", {"action": "end", "csrf": browser.csrf()}).status_code == 303
    assert office_of(notice["account"]).until is not None
    assert acts() == [("role_granted", people["clerk"], region), ("role_ended", people["clerk"], region)]
    assert told()[-1]["kind"] == "role_ended"


def test_nobody_ends_their_own_or_another_regions_office(place, browser):  # noqa: F811
    _region, _other, people = place
    browser.sign_in("amt@example.org")
    page = "/verwaltung/musterkreis/rollen"
    for person in ("clerk", "elsewhere", "operator"):
        role = office_of(people[person])
        for action in ("end", "reset"):
            answer = browser.post(f"{page}/{role.id}", {"action": action, "csrf": browser.csrf()})
            assert answer.status_code == 403, (person, action)
    assert acts() == told() == []


@pytest.mark.parametrize("mail", ["anderes-amt@example.org", "technik@example.org", "anna@example.org", None])
def test_a_regions_page_is_for_its_clerks(place, browser, mail):  # noqa: F811
    if mail:
        browser.sign_in(mail)
    answer = browser.get("/verwaltung/musterkreis/rollen")
    assert answer.status_code == (403 if mail else 303)
    assert browser.get("/betrieb/rollen").status_code == (200 if mail == "technik@example.org" else 403 if mail else 303)


def test_an_operator_gives_every_office_but_the_councils(place, browser):  # noqa: F811
    region, _other, people = place
    browser.sign_in("technik@example.org")
    page = "/betrieb/rollen"
    assert "anderes-amt@example.org" in browser.get(page).text
    browser.post(page, {"mail": "anna@example.org", "region": "musterkreis", "csrf": browser.csrf()})
    assert office_of(people["resident"]).region_id == region
    browser.post(page, {"mail": "zweite@example.org", "region": "", "role": "council", "csrf": browser.csrf()})
    with reading() as session:
        assert sorted(session.exec(select(Role.name)).all()) == ["clerk", "clerk", "clerk", "operator", "operator"]


def test_a_wrong_address_is_said_with_what_was_typed(place, browser):  # noqa: F811
    browser.sign_in("amt@example.org")
    answer = browser.post("/verwaltung/musterkreis/rollen", {"mail": "keine Adresse", "name": "Frau Neu", "csrf": browser.csrf()})
    assert answer.status_code == 422
    assert "keine Adresse" in answer.text
    assert "Frau Neu" in answer.text


def test_a_colleague_resets_a_lost_second_factor(place, browser):  # noqa: F811
    region, _other, people = place
    with unit_of_work() as session:
        from beteiligung.places.models import Region

        member = make_account(session, council_of=session.get(Region, region), email="rat@example.org").id
        factor_service.add_passkey(session, member, credential="AA", public_key="AA", sign_count=0, name="", now=NOW)
    browser.sign_in("amt@example.org")
    page = "/verwaltung/musterkreis/rollen"
    assert "Zweiten Schritt zurücksetzen" in browser.get(page).text
    role = office_of(member)
    assert browser.post(f"{page}/{role.id}", {"action": "end", "csrf": browser.csrf()}).status_code == 403  # seats are drawn
    assert browser.post(f"{page}/{role.id}", {"action": "reset", "csrf": browser.csrf()}).status_code == 303
    with reading() as session:
        assert session.exec(select(Passkey)).all() == []
    assert acts() == [("second_factor_reset", people["clerk"], region)]
    assert told()[-1]["kind"] == "factor_reset"
