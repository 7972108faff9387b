"""Pages for everybody, permissions by role, and the cookie of a browser before sign-in."""

import pytest
from litestar import Litestar, Request, Response, Router, get, post
from litestar.testing import RequestFactory, TestClient

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import DomainError
from beteiligung.identity import logins
from beteiligung.identity.session import (
    SignInNeeded,
    browser_cookie,
    browser_id,
    here,
    pending_choice,
    public_page,
    require_clerk,
    require_council,
    require_operator,
    require_participant,
    require_viewer,
    settled_cookie,
    sign_in_answer,
)
from beteiligung.web.cache import page_cache
from support import make_account, make_region, statements

BUILT = []
REQUIRE = {
    "viewer": lambda session, request, _region: require_viewer(session, request),
    "participant": lambda session, request, _region: require_participant(session, request),
    "clerk": require_clerk,
    "council": require_council,
    "operator": lambda session, request, _region: require_operator(session, request),
}


@get("/seite", sync_to_thread=True)
def everybody(request: Request) -> Response:
    def build(session, viewer):
        BUILT.append(viewer)
        return "identity/link_problem.html", {"reason": "old", "next": "/"}

    return public_page(request, state=lambda _session: "1", build=build)


@get("/nur/{who:str}/{region_id:int}", sync_to_thread=True)
def only(request: Request, who: str, region_id: int) -> Response:
    with reading() as session:
        viewer = REQUIRE[who](session, request, region_id)
    return Response(str(viewer.account_id))


@post("/formular", sync_to_thread=True)
def form(request: Request) -> Response:
    with reading() as session:
        require_viewer(session, request)
    return Response("")


@pytest.fixture
def client(database):
    page_cache().clear()
    BUILT.clear()
    app = Litestar(
        [Router("/", route_handlers=[everybody, only, form])],
        exception_handlers={
            SignInNeeded: sign_in_answer,
            DomainError: lambda _request, error: Response(error.message, status_code=error.status),
        },
    )
    with TestClient(app, base_url="http://localhost:8000") as client:
        yield client


def sign_in(client, **values):
    with unit_of_work() as session:
        account = make_account(session, **values)
        secret, _ = logins.open_session(session, account.id, utcnow())
    client.cookies.set("sitzung", secret)
    return account


def test_signed_out_a_page_is_built_once_and_sets_no_cookie(client):
    answers = [client.get("/seite") for _ in range(3)]
    assert BUILT == [None]
    assert all("set-cookie" not in answer.headers for answer in answers)
    assert client.get("/seite", headers={"If-None-Match": answers[0].headers["etag"]}).status_code == 304
    with statements() as sql:
        client.get("/seite")
    assert sql == []


def test_an_invalid_session_reads_like_a_guest_and_loses_no_cookie(client):
    client.cookies.set("sitzung", "A" * 43)
    answer = client.get("/seite")
    assert BUILT == [None]
    assert "etag" in answer.headers
    assert "set-cookie" not in answer.headers


def test_signed_in_a_page_is_ones_own_and_costs_one_statement(client):
    account = sign_in(client)
    client.get("/seite")
    with statements() as sql:
        answer = client.get("/seite")
    assert len(sql) == 1
    assert {viewer.account_id for viewer in BUILT} == {account.id}
    assert answer.headers["cache-control"] == "private, no-store"
    assert "etag" not in answer.headers
    client.cookies.clear()
    assert account.display_name not in client.get("/seite").text


def test_fragments_do_not_enter_the_cache(client):
    client.get("/seite", headers={"HX-Request": "true"})
    client.get("/seite")
    assert BUILT == [None, None]


PEOPLE = {
    "guest": None,
    "newcomer": {"display_name": None},
    "resident": {},
    "clerk": {"clerk_of": True},
    "clerk elsewhere": {"clerk_of": False},
    "council": {"council_of": True},
    "council elsewhere": {"council_of": False},
    "operator": {"operator": True},
}
SIGN_IN = 303
MAY = {
    "viewer": {"guest": SIGN_IN},
    "participant": {"guest": SIGN_IN, "newcomer": SIGN_IN},
    "clerk": {"guest": SIGN_IN, **dict.fromkeys(PEOPLE.keys() - {"guest", "clerk"}, 403)},
    "council": {"guest": SIGN_IN, **dict.fromkeys(PEOPLE.keys() - {"guest", "council"}, 403)},
    "operator": {"guest": SIGN_IN, **dict.fromkeys(PEOPLE.keys() - {"guest", "operator"}, 403)},
}


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_come_in(client, who):
    with unit_of_work() as session:
        regions = {True: make_region(session), False: make_region(session)}
    if PEOPLE[who] is not None:
        values = {key: regions[value] if key in ("clerk_of", "council_of") else value for key, value in PEOPLE[who].items()}
        sign_in(client, **values)
    for door, answers in MAY.items():
        answer = client.get(f"/nur/{door}/{regions[True].id}", follow_redirects=False)
        assert answer.status_code == answers.get(who, 200), door


def test_asking_to_sign_in_remembers_the_way_back(client):
    path = "/nur/viewer/1?a=b&c=d"
    assert client.get(path, follow_redirects=False).headers["location"] == "/anmelden?weiter=%2Fnur%2Fviewer%2F1%3Fa%3Db%26c%3Dd"
    assert client.get(path, headers={"HX-Request": "true"}).headers["hx-redirect"].startswith("/anmelden?weiter=")
    sign_in(client, display_name=None)
    answer = client.get("/nur/participant/1", follow_redirects=False)
    assert answer.headers["location"] == "/konto/willkommen?weiter=%2Fnur%2Fparticipant%2F1"


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://localhost:8000/kreis/zusagen/bus?seite=2", "/kreis/zusagen/bus?seite=2"),
        ("https://evil.example/kreis", "/"),
        ("http://localhost:8000//evil.example", "/"),
        ("nonsense", "/"),
        (None, "/"),
    ],
)
def test_a_form_comes_back_to_its_page(referer, back):
    request = RequestFactory(server="localhost", port=8000).post("/formular", headers={"referer": referer} if referer else None)
    assert here(request) == back


def request_with(cookie):
    return RequestFactory().get("/", headers={"Cookie": f"browser={cookie}"} if cookie else None)


def test_a_browser_keeps_its_name_and_its_vote():
    name, cookie = browser_cookie(request_with(None), (17, "for"))
    assert cookie.value.endswith(".17-f")
    request = request_with(cookie.value)
    assert (browser_id(request), pending_choice(request)) == (name, (17, "for"))
    assert cookie.value.partition(".")[0] not in name, "the database holds a hash"
    same, kept = browser_cookie(request)
    assert (same, kept.value) == (name, cookie.value)
    _, changed = browser_cookie(request, (18, "neutral"))
    assert changed.value.endswith(".18-n")
    settled = settled_cookie(request)
    assert pending_choice(request_with(settled.value)) is None
    assert browser_id(request_with(settled.value)) == name
    assert settled_cookie(request_with(None)).max_age == 0


@pytest.mark.parametrize(
    "value", ["", "x", "A" * 43 + ".17-x", "A" * 43 + ".-f", "A" * 43 + ".17-f;x", "A" * 44, "A" * 43 + ".99999999999-f"]
)
def test_a_browser_cookie_of_ones_own_making_counts_for_nothing(value):
    request = RequestFactory().get("/", headers={"Cookie": f'browser="{value}"'})
    assert pending_choice(request) is None
