"""The hard shell: headers, corpora in every field of every form, mass assignment, log injection, and the API by its own description."""

import logging
import re

import pytest
from litestar.testing import TestClient

from beteiligung.app import create_app
from beteiligung.db import reading
from beteiligung.identity.models import Account, Role
from beteiligung.web.limits import limiter
from conftest import forget_caches, one_database
from security.routes import addresses, posts
from security.test_routes import FIELDS, OURS, send, token_of

CORPUS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 31337*31337 }}${31337*31337}<%= 31337*31337 %>",
    "' OR '1'='1' --",
    "1; DROP TABLE account; --",
    "a\r\nSet-Cookie: evil=1\r\n\r\n",
    "a\x00b",
    "../../../../etc/passwd",
    "\u202egnp.exe",
    "%s%s%n{0.__class__}",
    '=HYPERLINK("http://boese.example")',
    "A" * 9_000,
)
"""Markup, templates, SQL, header breaks, NUL, paths, reading direction, format strings, formulas, length."""
NAMES = sorted({*FIELDS, "weiter", "code", "page", "note", "source", "source_url", "target", "stance", "comments", "votes", "given_name",
                "family_name", "municipality", "kind", "slugs", "topic", "age_band", "sex"})  # fmt: skip


@one_database
@pytest.mark.parametrize("who", ["resident", "clerk"])
def test_no_field_of_any_form_breaks_out_of_its_place(world, browser_of, who, caplog):
    client = browser_of(who, raise_server_exceptions=False)
    token = token_of(client)
    with caplog.at_level(logging.DEBUG):
        for address in posts():
            if address.path.endswith(("/abmelden", "/willkommen")) or (who == "resident" and address.path.startswith("/verwaltung")):
                continue
            for value in CORPUS:
                limiter.clear()
                answer = send(client, address, world, {**FIELDS, **dict.fromkeys(NAMES, value), "csrf": token})
                assert answer.status_code < 500, (address, value)
                assert "evil" not in answer.headers.get("set-cookie", ""), address
                assert "\n" not in answer.headers.get("location", "")
                assert not answer.headers.get("location", "").startswith(("//", "http", "javascript")), (address, value)
                for markup in ("<script>alert(1)", "<img src=x", "982007569", 'href="javascript:alert'):
                    assert markup not in answer.text, (address, value)
    assert not any("\r" in record.getMessage() or "evil" in record.getMessage() for record in caplog.records)


@one_database
def test_what_was_sent_is_shown_as_text_afterwards(world, browser_of):
    client = browser_of("resident")
    token = token_of(client)
    comment = f"/{world.values['region_slug']}/zusagen/{world.values['slug']}"
    for value in CORPUS[:5]:
        client.post(comment + "/kommentare", data={"text": value, "csrf": token}, headers=OURS)
        client.post("/konto", data={"display_name": value[:40], "csrf": token}, headers=OURS)
    for path in (comment, "/konto", f"{comment}/feed.atom", f"/{world.values['region_slug']}"):
        for page in (client.get(path).text, browser_of("guest").get(path).text):
            for markup in ("<script>alert(1)", "<img src=x", "982007569"):
                assert markup not in page, path


@one_database
def test_fields_that_no_form_has_change_nothing(world, browser_of):
    client = browser_of("resident")
    token = token_of(client)
    before = _account(world)
    extra = {
        "is_example": "1", "email": "boese@example.org", "id": "1", "account_id": "1", "role": "clerk", "operator": "1",
        "confirmed_in": "1", "terms_version": "x", "author_id": "1", "official": "1", "score": "9", "standing": "confirmed",
        "is_staff": "1",
    }  # fmt: skip
    for path in ("/konto", f"/{world.values['region_slug']}/zusagen/{world.values['slug']}/kommentare"):
        typed = {"display_name": before.display_name, "municipality": str(before.municipality_id), "text": "Hallo du"}
        client.post(path, data={**typed, **extra, "csrf": token}, headers=OURS)
    assert _account(world).model_dump() == before.model_dump()
    with reading() as session:
        from sqlmodel import select

        from beteiligung.participation.models import Comment

        assert session.exec(select(Role).where(Role.account_id == world.people["resident"])).all() == []
        comment = session.exec(select(Comment).where(Comment.text == "Hallo du")).one()
        assert (comment.author_id, comment.official, comment.score) == (world.people["resident"], False, 0.0)


def _account(world):
    with reading() as session:
        return session.get_one(Account, world.people["resident"])


@pytest.fixture
def by_https(world, monkeypatch):
    monkeypatch.setenv("BETEILIGUNG_BASE_URL", "https://mitreden.example")
    forget_caches()
    with TestClient(create_app(), base_url="https://mitreden.example") as client:
        yield client
    forget_caches()


@one_database
def test_every_answer_has_the_headers_of_the_shell(world, by_https):
    for address in addresses():
        if address.method != "GET":
            continue
        headers = by_https.get(address.filled(world.values), follow_redirects=False).headers
        assert "max-age=31536000; includeSubDomains" in headers["strict-transport-security"], address
        assert headers["x-content-type-options"] == "nosniff", address
        assert headers["referrer-policy"] in ("same-origin", "no-referrer"), address
        csp = headers["content-security-policy"]
        for part in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert part in csp, address
        assert "unsafe" not in csp, address
        for cookie in headers.get_list("set-cookie"):
            assert re.match(r"__Host-", cookie), (address, cookie)
            assert all(word in cookie.lower() for word in ("secure", "httponly", "samesite=lax", "path=/")), (address, cookie)


# The API by its own description


def _values(schema):
    """Return values inside, at and beyond what a parameter's description allows, and some of another type."""
    low, high = schema.get("minimum", 0), schema.get("maximum", 100)
    return [str(one) for one in (low, high, low - 1, high + 1)] + [
        "",
        "x",
        "1.5",
        "-0",
        "9" * 40,
        "null",
        "%00",
        "' OR 1=1",
        "a" * 300,
        "\u0663",
    ]


@one_database
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete"])
def test_the_whole_api_by_its_description_answers_without_a_fault(world, browser_of, method):
    client = browser_of("guest", raise_server_exceptions=False)
    described = client.get("/schema/openapi.json").json()["paths"]
    assert len(described) >= 4
    asked = 0
    for path, operations in described.items():
        parameters = operations["get"].get("parameters", [])
        for parameter in parameters:
            schema = parameter["schema"]
            schema = next((one for one in schema.get("oneOf", []) if one.get("type") != "null"), schema)
            for value in _values(schema):
                filled, query = path, {}
                if parameter["in"] == "path":
                    filled = path.replace("{" + parameter["name"] + "}", value.replace("/", "%2F") or "0")
                else:
                    query = {parameter["name"]: value}
                filled = re.sub(r"{(\w+)}", lambda match: world.values.get(match[1], "1"), filled)
                answer = client.request(method, filled, params=query)
                asked += 1
                assert answer.status_code < 500, (method, filled, query)
                if method == "get":
                    stated = {int(code) for code in operations["get"]["responses"]} | {400, 404, 414}
                    assert answer.status_code in stated, (filled, query, answer.status_code)
                    assert answer.headers["content-type"].startswith("application/json"), (filled, query)
    assert asked >= 40
