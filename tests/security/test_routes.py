"""Every form refuses what another site sends and what carries no token; every page of the desk refuses strangers."""

import re

import pytest

from conftest import one_database
from security.conftest import ORIGIN
from security.routes import addresses, posts

OURS = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
FOREIGN = (
    {"Origin": "https://boese.example"},
    {"Origin": "https://boese.example", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://[::1"},
    {"Origin": ORIGIN + ".boese.example"},
)
WITHOUT_A_SESSION = {
    "/haken/mail",  # for mail servers, which have a secret of their own
    "/anmelden/anbieter/{provider:str}/abmeldung",
    "/anmelden",
    "/anmelden/code",
    "/anmelden/schule",
    "/anmelden/dienst",
    "/anmelden/link/{sign_in_id:int}/{token:str}",
}
"""Forms for people who have no session yet, so that no token can belong to it: the origin protects them."""
FROM_ANYWHERE = "/abmelden/benachrichtigung/{token:str}"
"""Ends mails for whoever has its secret, wherever they come from: mail programs send it by themselves (RFC 8058)."""
FIELDS = {
    "choice": "for", "version": "1", "text": "Hallo", "title": "Titel", "summary": "Satz.", "revision": "0", "body": "Ja.", "helpful": "1",
    "status": "done", "date": "2026-01-01", "decided_on": "2026-01-01", "paper": "1", "archive_reason": "", "follow": "1", "kind": "region",
    "region": "musterkreis", "display_name": "Neuer Name", "birth_year": "1980", "terms": "1", "mail": "",
}  # fmt: skip


def token_of(client):
    return re.search(r'name="csrf" value="([^"]+)"', client.get("/konto").text)[1]


def send(client, address, world, data, headers=OURS, **other):
    files = (
        {"file": ("a.txt", b"Wir bauen einen Radweg.\n")}
        if address.path.endswith(("/importe", "/briefe", "/personen", "/quoten", "/muster", "/logo"))
        else None
    )
    return client.post(address.filled(world.values, **other), data=data, files=files, headers=headers, follow_redirects=False)


def test_there_are_forms_to_try():
    assert len(posts()) >= 24
    assert {"/verwaltung/{region_slug:str}/importe", "/{region_slug:str}/zusagen/{slug:str}/stimme"} <= {one.path for one in posts()}


@one_database
@pytest.mark.parametrize("who", ["guest", "resident", "clerk"])
def test_no_form_of_another_site_is_taken(world, browser_of, who):
    client = browser_of(who)
    token = "" if who == "guest" else token_of(client)
    for address in posts():
        for headers in FOREIGN:
            answer = send(client, address, world, {**FIELDS, "csrf": token}, headers)
            assert answer.status_code == (404 if address.path == FROM_ANYWHERE else 403), (address, headers)
            assert "set-cookie" not in answer.headers


@one_database
@pytest.mark.parametrize("who", ["resident", "clerk"])
def test_signed_in_no_form_is_taken_without_the_token_of_this_session(world, browser_of, who):
    client, other = browser_of(who), browser_of("operator")
    bad = ("", "a.b", "ä.ä", token_of(other), token_of(client)[:-1])
    wrong = []
    for address in posts():
        if address.path in WITHOUT_A_SESSION or address.path == FROM_ANYWHERE:
            continue
        for csrf in bad:
            for headers in (OURS, {}, {**OURS, "HX-Request": "true"}) if csrf == "" else (OURS,):
                answer = send(client, address, world, {**FIELDS, "csrf": csrf}, headers)
                if answer.status_code != 403:
                    wrong.append((address, csrf, headers, answer.status_code))
        if send(client, address, world, FIELDS).status_code != 403:
            wrong.append((address, "no field"))
        hidden = client.post(
            address.filled(world.values),
            files={name: (None, value) for name, value in FIELDS.items()},
            headers=OURS,
            follow_redirects=False,
        )
        if hidden.status_code not in (400, 403, 422):  # the same as multipart
            wrong.append((address, "multipart", hidden.status_code))
    assert not wrong, "\n".join(map(str, wrong))


@one_database
@pytest.mark.parametrize("who", ["guest", "resident", "newcomer", "clerk elsewhere", "operator"])
def test_every_page_of_the_desk_refuses_strangers(world, browser_of, who):
    client = browser_of(who)
    token = "" if who == "guest" else token_of(client)
    desk = [address for address in addresses() if address.path.startswith("/verwaltung/")]
    assert len(desk) >= 12
    for address in desk:
        for headers in (OURS, {**OURS, "HX-Request": "true"}):
            if address.method == "POST":
                answer = send(client, address, world, {**FIELDS, "csrf": token}, headers)
            else:
                answer = client.get(address.filled(world.values), headers=headers, follow_redirects=False)
            if who != "guest":
                assert answer.status_code == 403, address
            elif "HX-Request" in headers:
                assert answer.headers["hx-redirect"].startswith("/anmelden?weiter="), address
            else:
                assert answer.status_code == 303, address
                assert answer.headers["location"].startswith("/anmelden?weiter="), address
            assert answer.headers["cache-control"] in ("no-store", "private, no-store")


@one_database
def test_a_clerk_reaches_nothing_of_another_region_through_the_own_desk(world, browser_of):
    client = browser_of("clerk elsewhere")
    token = token_of(client)
    assert client.get("/verwaltung/nachbarkreis").status_code == 200
    for address in addresses():
        if not re.search(r"/verwaltung/.*{(slug|comment_id|run_id):", address.path):
            continue
        if address.method == "POST":
            answer = send(client, address, world, {**FIELDS, "csrf": token}, region_slug="nachbarkreis")
        else:
            answer = client.get(address.filled(world.values, region_slug="nachbarkreis"), headers={"HX-Request": "true"})
        assert answer.status_code == 404, address
