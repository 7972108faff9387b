"""What goes to logs names nobody and no vote, and what tells networks apart cannot be chosen by whoever asks."""

import logging

import pytest
from litestar.datastructures import Headers
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from beteiligung.db import unit_of_work
from beteiligung.identity.models import Account, SignIn
from beteiligung.notifications.mail import MailDeferred, MailRefused
from beteiligung.participation.models import Vote
from beteiligung.settings import SettingsError, load
from beteiligung.web.limits import network
from support import NOW, make_account

PRODUCTION = {
    "BETEILIGUNG_MODE": "production",
    "BETEILIGUNG_BASE_URL": "https://beteiligung.example",
    "BETEILIGUNG_DATABASE_URL": "postgresql+psycopg://localhost/x",
    "BETEILIGUNG_SECRET_KEY": "s" * 40,
    "BETEILIGUNG_VOTE_KEY": "v" * 40,
}


def test_a_refused_row_does_not_stand_in_the_error(world):
    rows = (
        Account(email="geheim@example.org", created_at=NOW),
        Vote(commitment_id=world.commitment_id, version=1, voter="f" * 64, choice="for", standing="nowhere"),
    )
    with unit_of_work() as session:
        make_account(session, email="geheim@example.org")
    for row in rows:
        with pytest.raises(IntegrityError) as caught, unit_of_work() as session:
            session.add(row)
            session.flush()
        told = f"{caught.value} {caught.value.orig!r} {caught.value.orig}"
        assert "geheim@example.org" not in told
        assert "f" * 64 not in told
        assert "nowhere" not in told


def test_a_fault_is_logged_without_the_secret_of_the_address(world, browser_of, monkeypatch, caplog):
    def broken(*_args, **_more):
        raise RuntimeError("broken")

    monkeypatch.setattr("beteiligung.identity.service.link_problem", broken)
    with caplog.at_level(logging.ERROR):
        answer = browser_of("guest", raise_server_exceptions=False).get("/anmelden/link/1/" + "c" * 64)
    assert answer.status_code == 500
    assert "c" * 64 not in caplog.text
    assert "/anmelden/link/" in caplog.text


def test_a_refusal_is_logged_without_the_person(world, browser_of, caplog):
    with caplog.at_level(logging.WARNING):
        answer = browser_of("resident").get("/verwaltung/musterkreis")
    assert answer.status_code == 403
    (line,) = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    assert line == "GET /verwaltung/{region_slug} refused"


@pytest.mark.parametrize("kind", [MailDeferred, MailRefused])
def test_what_a_mail_server_says_is_kept_without_addresses(kind):
    said = str(kind("550 5.1.1 <anna.muster@example.org>: user anna.muster@example.org unknown"))
    assert "anna" not in said
    assert said.startswith("550 5.1.1 <")


class Asking:
    """As much of a request as `network` looks at."""

    def __init__(self, host, *forwarded):
        self.client = type("Client", (), {"host": host})()
        self.headers = Headers([(b"x-forwarded-for", value.encode()) for value in forwarded])


def test_a_network_is_what_the_nearest_trusted_proxy_says(monkeypatch):
    trusting = load({**PRODUCTION, "BETEILIGUNG_TRUSTED_PROXIES": "10.0.0.1, 10.0.0.2"})
    monkeypatch.setattr("beteiligung.web.limits.settings", lambda: trusting)
    assert network(Asking("10.0.0.1", "6.6.6.6, 203.0.113.7")) == "203.0.113.7"
    assert network(Asking("10.0.0.1", "6.6.6.6", "203.0.113.7")) == "203.0.113.7"  # a proxy that adds a line of its own
    assert network(Asking("10.0.0.2", "6.6.6.6", "203.0.113.7, 10.0.0.1")) == "203.0.113.7"
    assert network(Asking("198.51.100.1", "6.6.6.6")) == "198.51.100.1"
    assert network(Asking("2001:db8:1:2:3::4")) == "2001:db8:1:2::/64"


def test_production_wants_two_different_keys():
    assert load(PRODUCTION).mode == "production"
    with pytest.raises(SettingsError, match="differ"):
        load({**PRODUCTION, "BETEILIGUNG_VOTE_KEY": "s" * 40})


def test_the_way_back_after_signing_in_does_not_say_that_somebody_wants_to_vote(world, browser_of):
    client = browser_of("guest")
    ours = {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}
    path = f"/{world.values['region_slug']}/zusagen/{world.values['slug']}"
    answer = client.post(path + "/stimme", data={"choice": "against", "version": "1"}, headers=ours, follow_redirects=False)
    form = client.get(answer.headers["location"]).text
    assert "dagegen" in form  # it waits in the cookie
    weiter = path + "#stimme"
    client.post("/anmelden", data={"mail": "neu@example.org", "weiter": weiter}, headers=ours, follow_redirects=False)
    with unit_of_work() as session:
        row = session.exec(select(SignIn)).one()
    assert row.next_path == path
    for word in ("stimme", "against", "dagegen"):
        assert word not in row.next_path
