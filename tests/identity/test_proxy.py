"""Signing in by the word of an authenticating proxy: its own address and header alone, staff alone, and the second factor all the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient
from sqlmodel import select

from beteiligung.app import create_app
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.models import Account, LoginSession, Role
from beteiligung.identity.proxy_rules import may_enter_by_proxy, named_by_proxy
from beteiligung.settings import SettingsError, load
from beteiligung.web.limits import limiter
from conftest import forget_caches
from support import NOW, make_account, make_region

PROXY, STRANGER = "10.0.0.5", "192.0.2.9"
OURS = {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}
app = create_app()


@pytest.fixture
def people(database, monkeypatch):
    monkeypatch.setenv("BETEILIGUNG_STAFF_HEADER", "X-Staff-Mail")
    monkeypatch.setenv("BETEILIGUNG_STAFF_PROXIES", PROXY)
    monkeypatch.setenv("BETEILIGUNG_TRUSTED_PROXIES", PROXY)
    monkeypatch.setenv("BETEILIGUNG_SECOND_FACTOR", "1")
    forget_caches()
    limiter.clear()
    with unit_of_work() as session:
        region = make_region(session, slug="musterkreis")
        make_account(session, email="amt@kreis.example", clerk_of=region)
        make_account(session, email="technik@kreis.example", operator=True)
        make_account(session, email="rat@kreis.example", council_of=region)
        make_account(session, email="anna@kreis.example")
        former = make_account(session, email="ehemals@kreis.example")
        session.add(Role(account_id=former.id, region_id=region.id, name="clerk", since=NOW, until=NOW))


def asking(peer, header=(), **more):
    """Return a client whose connection comes from `peer` and carries these header lines."""

    async def from_peer(scope, receive, send):
        if scope["type"] == "http":
            lines = [(b"x-staff-mail", value.encode("latin-1")) for value in header]
            scope = {**scope, "client": (peer, 1), "headers": [*scope["headers"], *lines]}
        await app(scope, receive, send)

    return TestClient(from_peer, base_url="http://localhost:8000", **more)


def enter(peer, *header, headers=OURS):
    with asking(peer, header) as client:
        return client.post("/anmelden/dienst", data={"weiter": "/verwaltung/musterkreis"}, headers=headers, follow_redirects=False)


def sessions():
    with reading() as session:
        return session.exec(select(Account.email).join(LoginSession, LoginSession.account_id == Account.id)).all()


@pytest.mark.parametrize("address", ["amt@kreis.example", "technik@kreis.example", "AMT@kreis.example"])
def test_staff_come_in_and_still_owe_the_second_factor(people, address):
    answer = enter(PROXY, address)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/anmelden/zweiter-schritt")
    assert sessions() == [address.lower()]


@pytest.mark.parametrize("address", ["anna@kreis.example", "rat@kreis.example", "ehemals@kreis.example", "niemand@kreis.example"])
def test_nobody_else_comes_in_and_no_account_is_made(people, address):
    with reading() as session:
        before = len(session.exec(select(Account.id)).all())
    assert enter(PROXY, address).status_code == 403
    assert sessions() == []
    with reading() as session:
        assert len(session.exec(select(Account.id)).all()) == before


@pytest.mark.parametrize(
    ("peer", "header"),
    [
        (STRANGER, ["amt@kreis.example"]), ("127.0.0.1", ["amt@kreis.example"]), (PROXY, []), (PROXY, [""]), (PROXY, ["amt"]),
        (PROXY, ["amt@kreis.example", "amt@kreis.example"]), (PROXY, ["anna@kreis.example", "amt@kreis.example"]),
        (PROXY, ["anna@kreis.example, amt@kreis.example"]), (PROXY, ["amt@kreis.example\x00"]),
    ],
)  # fmt: skip
def test_whose_word_does_not_count(people, peer, header):
    assert enter(peer, *header).status_code in (403, 404)
    assert sessions() == []


def test_what_somebody_says_of_themselves_does_not_count(people):
    spoofed = {**OURS, "X-Forwarded-For": PROXY, "X-Real-IP": PROXY, "Forwarded": f"for={PROXY}"}
    assert enter(STRANGER, "amt@kreis.example", headers=spoofed).status_code == 404
    assert sessions() == []


def test_no_page_of_another_site_signs_somebody_in_and_no_link_does(people):
    for headers in ({"Origin": "https://boese.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert enter(PROXY, "amt@kreis.example", headers=headers).status_code == 403
    with asking(PROXY, ["amt@kreis.example"]) as client:
        assert client.get("/anmelden/dienst").status_code == 404
        shown = client.get("/anmelden").text
        assert "amt@kreis.example" in shown
        assert "Mit dem Dienstkonto anmelden" in shown
    with asking(STRANGER, ["amt@kreis.example"]) as client:
        assert "Dienstkonto" not in client.get("/anmelden").text
    assert sessions() == []


def test_it_is_off_unless_both_are_said(database):
    assert enter(PROXY, "amt@kreis.example").status_code == 404


@pytest.mark.parametrize(
    ("header", "proxies"),
    [("X-Staff", ""), ("", PROXY), ("Cookie", PROXY), ("X-Forwarded-For", PROXY), ("X-Staff", "10.0.0.0/8"), ("X-Staff", "*")],
)
def test_settings_that_would_open_the_door(header, proxies, tmp_path):
    env = {"BETEILIGUNG_STAFF_HEADER": header, "BETEILIGUNG_STAFF_PROXIES": proxies}
    with pytest.raises(SettingsError):
        load({"BETEILIGUNG_MODE": "test", "BETEILIGUNG_VAR": str(tmp_path), **env})


@given(st.lists(st.text(max_size=40), max_size=3), st.sampled_from([PROXY, STRANGER, None]), st.booleans())
def test_no_text_is_a_word_from_elsewhere(values, peer, on):
    named = named_by_proxy(peer, values, header="x-staff-mail" if on else None, proxies={PROXY})
    assert named is None or (on and peer == PROXY and len(values) == 1)


@pytest.mark.parametrize(
    ("roles", "may"), [((), False), (("council",), False), (("clerk",), True), (("operator",), True), (("council", "clerk"), True)]
)
def test_who_may_enter(roles, may):
    assert may_enter_by_proxy(roles) is may
