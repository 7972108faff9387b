"""Nothing that anybody sends is answered with a fault of the server, on any address, signed in or not."""

import base64
import json
import re
from urllib.parse import urlencode

import pytest

from beteiligung.web.limits import limiter
from conftest import one_database
from security.conftest import ORIGIN
from security.routes import addresses
from security.test_routes import FROM_ANYWHERE

pytestmark = one_database
OURS = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
FORM = "application/x-www-form-urlencoded"
IN_PATHS = (
    "0", "-1", "1_0", "2147483648", "9223372036854775808", "9" * 5_000, "%D9%A3", "%00", "a%00b", "%FF", "%ED%A0%80", "..%2f..%2fetc",
    "%0d%0aX-Evil:1", "x" * 5_000, "%E2%82%AC", "%20", "'%22<script>",
)  # fmt: skip
PARAMETERS = (
    "q", "thema", "dokument", "status", "art", "sortierung", "seite", "reihenfolge", "nach", "kommentar", "ab", "kapitel", "zusage", "page",
    "per_page", "region", "weiter", "meldung", "worte", "fragen", "frist",
)  # fmt: skip
IN_QUERIES = (
    "", "0", "-1", "1e9", "9" * 10, "9" * 2_000, "%D9%A3", "%00", "%FF%FE", "%ED%A0%80", "%zz", "////", "/%E2%82%AC", "/%7F", "/%C2%85",
    "//boese.example", "%22%27%25_%5C", "x&{name}=y", "a" * 2_000,
)  # fmt: skip
HEADERS = (
    {"If-None-Match": b"\x80,*"},
    {"Accept-Encoding": b"\x80"},
    {"Cookie": b"sitzung=\x80; =;;"},
    {"Cookie": b"browser=" + b"b" * 43 + b".9999999999-f"},
    {"Cookie": b"browser=" + b"b" * 43 + b".0-x; sitzung=" + b"s" * 43},
    {"X-Forwarded-For": b"\x80,1"},
    {"HX-Request": b"true"},
)
TAKES_HEADERS = {"/", "/konto", "/anmelden", "/offene-daten", "/{region_slug:str}/zusagen", "/{region_slug:str}/zusagen/{slug:str}"}
"""Headers are read by the shell, before any page: a page of each kind of answer is enough."""
BODIES = (
    (b"", {}),
    (b"", {"Content-Type": FORM}),
    (b"text=\x00\x01&csrf=%00&mail=%00", {"Content-Type": FORM}),
    (b"text=%ff%fe&mail=\xff@\xfe&csrf=%ED%A0%80.a&weiter=/%ED%A0%80", {"Content-Type": FORM}),
    (b"&".join(b"a%d=1" % number for number in range(6_000)), {"Content-Type": FORM}),
    (b"text=a&text=b&choice=for&choice=against&csrf=a&csrf=b&mail=a@example.org&mail=b@example.org", {"Content-Type": FORM}),
    (b"text=a", {"Content-Type": FORM + "; charset=nonsense"}),
    (b'{"text": [1,2', {"Content-Type": "application/json"}),
    (b"a=b", {"Content-Type": "text/plain"}),
    (b"--x\r\nnonsense", {"Content-Type": "multipart/form-data"}),
    (b"--x\r\nnonsense", {"Content-Type": "multipart/form-data; boundary=x"}),
    (
        b'--x\r\nContent-Disposition: form-data; name="csrf"; filename="a"\r\n\r\nabc\r\n--x--\r\n',
        {"Content-Type": "multipart/form-data; boundary=x"},
    ),
)  # fmt: skip
FORMS = (
    {"choice": "for", "version": "9" * 30, "text": "a\x00b", "stance": "for", "title": "a\x00", "summary": "\x00", "revision": "0",
     "body": "\x00\ud7ff", "archive_reason": "\x00", "mail": "a@example.org", "page": "\x00", "display_name": "A\x00bc",
     "birth_year": "1980", "municipality": "999999999", "terms": "1", "kind": "region", "region": "muster\x00kreis",
     "target": "\x00", "follow": "1", "weiter": "/€"},
    {"choice": "withdraw", "version": "1", "text": "Hallo", "stance": "x" * 90, "title": "T", "summary": "S", "revision": "9" * 14,
     "body": "Ja\x7f", "status": "done", "date": "0001-01-01", "decided_on": "9999-12-31", "paper": "1", "source_url": "https://\x00",
     "archive_reason": "x" * 9_000, "mail": "x", "display_name": "\u202e", "birth_year": "٣٣٣٣", "municipality": "٣", "terms": "1",
     "kind": "commitment", "region": "musterkreis", "target": "x" * 150, "follow": "1", "helpful": "1", "weiter": "/\r\nX: y"},
    {"choice": "for", "version": "1", "text": "\U0001f600 \ufffe", "title": "T", "summary": "S", "revision": "0",
     "body": "<script> [x](javascript:1)", "status": "done", "date": "2026-01-01",
     "decided_on": "2026-01-01", "paper": "1", "source": "q", "note": "x" * 8_500,
     "mail": "ä@ß.example", "code": "१२३४५६", "birth_year": "0000", "municipality": "-1", "kind": "topic", "target": "mobilitaet",
     "region": "musterkreis", "follow": "0", "weiter": "/x#\u0085"},
    {"code": "123456", "mail": "a@" + "b." * 130 + "de", "weiter": "/" + "a" * 5_000},
    {"code": "000000", "mail": "a@\u0080.de\r\nBcc: b@example.org", "weiter": "/a"},
)  # fmt: skip


@pytest.fixture
def send(world, browser_of):
    """Return a way to send anything as somebody; collects what was answered by a fault."""
    faults = []

    def make(who):
        client = browser_of(who, raise_server_exceptions=False)

        def one(method, url, **more):
            limiter.clear()
            answer = client.request(method, url, follow_redirects=False, **more)
            if answer.status_code >= 500:
                faults.append((who, method, url[:200], answer.status_code))
            return answer

        return one

    yield make
    assert not faults


def addresses_for(who):
    """Guests try what is public, clerks what takes an office: before the other half each of them meets the same door everywhere."""
    return [address for address in addresses() if address.path.startswith(("/verwaltung", "/kiosk")) is (who == "clerk")]


@pytest.mark.parametrize("who", ["guest", "clerk"])
def test_odd_paths_and_methods(world, send, who):
    ask = send(who)
    for address in addresses_for(who):
        for name in re.findall(r"{(\w+):", address.path):
            for value in IN_PATHS:
                ask(
                    address.method,
                    address.filled(world.values, **{name: value}),
                    headers=OURS,
                    data={"csrf": "x"} if address.method == "POST" else None,
                )
        if address.method == "GET":
            for method in ("HEAD", "PUT", "OPTIONS", "TRACE", "FOO"):
                ask(method, address.filled(world.values))


@pytest.mark.parametrize("who", ["guest", "clerk"])
def test_odd_queries_and_headers(world, send, who):
    ask = send(who)
    for address in addresses_for(who):
        path = address.filled(world.values)
        if address.method == "GET":
            for value in IN_QUERIES:
                ask("GET", path + "?" + "&".join(f"{name}={value.replace('{name}', name)}" for name in PARAMETERS))
            for headers in HEADERS if address.path in TAKES_HEADERS else ():
                ask("GET", path, headers=headers)
        else:
            ask("POST", path, headers={"Referer": "http://[::1", "Content-Type": FORM})


@pytest.mark.parametrize("who", ["guest", "resident", "newcomer", "clerk"])
def test_odd_forms(world, send, who):
    ask = send(who)
    found = re.search(r'name="csrf" value="([^"]+)"', ask("GET", "/konto" if who != "newcomer" else "/konto/willkommen").text)
    token = found[1] if found else ""
    for address in addresses():
        if address.method != "POST":
            continue
        path = address.filled(world.values)
        for body, headers in BODIES:
            ask("POST", path, content=body, headers={**OURS, **headers})
        for fields in FORMS:
            body = urlencode({**fields, "csrf": token}, errors="surrogatepass").encode()
            for fragment in ({}, {"HX-Request": "true"}) if who in ("resident", "clerk") else ({},):
                ask("POST", path, content=body, headers={**OURS, **fragment, "Content-Type": FORM})


def test_a_body_of_ten_megabytes_is_refused_everywhere(world, send):
    ask, body = send("clerk"), b"text=" + b"a" * 10 * 1024 * 1024
    for address in addresses():
        if address.method == "POST" and not address.path.endswith("/importe"):
            refused = (404, 413) if address.path == FROM_ANYWHERE else (413,)  # without its secret the body is not even read
            if address.path.startswith("/betrieb/"):  # nor where it takes an operator
                refused = (403, 413)
            answer = ask("POST", address.filled(world.values), content=body, headers={**OURS, "Content-Type": FORM})
            assert answer.status_code in refused, address


def test_cursors_of_ones_own_making(world, send):
    ask = send("guest")
    path = f"/{world.values['region_slug']}/zusagen/{world.values['slug']}"
    for word, order, lanes in (("hilfreich", "helpful", 1), ("neu", "newest", 1), ("alt", "oldest", 1), ("seiten", "sides", 4)):
        for bound in ([1, 0.5, 2**40], [1, 10**400, 5], [0, 1e308, 5], [1, -1.0, 2**31 - 1], [1, True, False], 0, [1, 0.1], {}):
            for passed in (0, 10**9, -5, 2**70, True):
                for back in (0, 1):
                    packed = json.dumps([order, back, [bound] * lanes, [passed] * lanes, 1]).encode()
                    ask("GET", f"{path}?reihenfolge={word}&nach={base64.urlsafe_b64encode(packed).decode().rstrip('=')}")
