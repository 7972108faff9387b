"""Answers that no honest provider gives, from a server of our own making: each is refused."""

import base64
import hmac
import http.server
import json
import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import RSAKey

from beteiligung.identity import oidc, oidc_fetch
from beteiligung.identity.oidc_fetch import ProviderDown, Transport
from beteiligung.identity.oidc_providers import may_fetch, parse
from beteiligung.identity.oidc_rules import asserted, may_join
from beteiligung.settings import SettingsError
from identity.openid import providers_toml
from support import NOW

KEY, OTHER = (RSAKey.generate_key(2048, {"kid": name, "use": "sig"}, auto_kid=False) for name in ("one", "two"))
STATE = "s" * 43
PRESENT = int(NOW.timestamp())
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass
class Liar:
    """A provider that answers whatever a test wants; it counts what it was asked."""

    metadata: dict = field(default_factory=dict)
    token: dict = field(default_factory=dict)
    userinfo: dict = field(default_factory=dict)
    keys: list = field(default_factory=lambda: [KEY])
    raw: dict = field(default_factory=dict)
    """Path → (status, headers, body, seconds between bytes)."""
    asked: list = field(default_factory=list)
    forms: list = field(default_factory=list)

    def __post_init__(self):
        liar = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                liar.asked.append(self.path)
                answers = {
                    "/.well-known/openid-configuration": liar.metadata,
                    "/jwks": {"keys": [key.as_dict(private=False) for key in liar.keys]},
                    "/me": liar.userinfo,
                }
                self.answer(answers.get(self.path, {}))

            def do_POST(self):
                liar.asked.append(self.path)
                liar.forms.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                self.answer(liar.token)

            def answer(self, content):
                status, headers, body, pause = liar.raw.get(self.path, (200, {}, json.dumps(content).encode(), 0))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    for start in range(0, len(body), 1 if pause else 65536):
                        self.wfile.write(body[start : start + (1 if pause else 65536)])
                        self.wfile.flush()
                        time.sleep(pause)
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()  # polls for its end so often
        self.metadata = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/me",
            "end_session_endpoint": f"{self.issuer}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.metadata,
        }

    def says(self, *, key=KEY, header=None, access_token="access", **claims):
        """Set the token answer; a claim of None is left out."""
        whole = {
            "iss": self.issuer, "sub": "anna", "aud": "beteiligung", "exp": PRESENT + 300, "iat": PRESENT, "nonce": oidc.nonce_of(STATE),
            "name": "Anna", "email": "anna@example.org", "email_verified": True, "ags": "1", "acr_level": "low",
            "given_name": "A", "family_name": "B", "birthdate": "1985-03-04", **claims,
        }  # fmt: skip
        header = {"alg": "RS256", "kid": key.kid, **(header or {})}
        value = jwt.encode(
            {k: v for k, v in header.items() if v is not None},
            {k: v for k, v in whole.items() if v is not None},
            key,
            algorithms=["RS256", "HS256"],
        )
        self.token = {"access_token": access_token, "token_type": "Bearer", "id_token": value}
        return value


@pytest.fixture
def liar():
    oidc.forget()
    server = Liar()
    yield server
    server.server.shutdown()
    server.server.server_close()
    oidc.forget()


@pytest.fixture
def provider(liar, tmp_path):
    return parse(providers_toml(liar.issuer), tmp_path, production=False)["kreis"]


def redeem(provider):
    return oidc.redeem(provider, "code", STATE, NOW)


def test_an_honest_answer_is_taken(liar, provider):
    liar.says(sid="session-1")
    there = redeem(provider)
    assert (there.claims["sub"], there.sid) == ("anna", "session-1")
    (form,) = liar.forms
    assert form["code_verifier"] == [oidc.verifier_of(STATE)]
    assert form["redirect_uri"] == ["http://localhost:8000/anmelden/anbieter/kreis/zurueck"]
    assert create_s256_code_challenge(oidc.verifier_of(STATE)) in oidc.authorization_url(provider, STATE)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "somebody-else"},
        {"aud": None},
        {"aud": ["beteiligung", "somebody-else"]},  # without azp
        {"aud": ["beteiligung", "somebody-else"], "azp": "somebody-else"},
        {"azp": "somebody-else"},
        {"exp": PRESENT - 61},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"iat": PRESENT + 120},
        {"iat": PRESENT - 3600},
        {"iat": None},
        {"nbf": PRESENT + 120},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ["x"]},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
        {"at_hash": "wrong"},
        {"at_hash": 5},
        {"events": {EVENT: {}}},
    ],
)
def test_a_claim_that_is_wrong_signs_nobody_in(liar, provider, claims):
    liar.says(**claims)
    with pytest.raises(oidc.Refused):
        redeem(provider)


@pytest.mark.parametrize("claims", [{"exp": PRESENT - 30}, {"iat": PRESENT + 30}, {"aud": ["beteiligung", "else"], "azp": "beteiligung"}])
def test_a_clock_may_be_a_minute_off_and_others_may_be_meant_too(liar, provider, claims):
    liar.says(**claims)
    assert redeem(provider).claims["sub"] == "anna"


def test_a_token_that_says_who_somebody_is_is_not_kept(liar, provider):
    del liar.metadata["userinfo_endpoint"]
    liar.says()
    assert redeem(provider).id_token is None
    nobody = dict.fromkeys(("name", "email", "email_verified", "ags", "given_name", "family_name", "birthdate"))
    for name in nobody:
        liar.says(**{**nobody, name: "1" if name == "ags" else "x"})
        assert (redeem(provider).id_token is None) is (name != "email_verified"), name


def _part(content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def test_an_unsigned_token_is_refused(liar, provider):
    value = liar.says()
    claims = value.split(".")[1]
    for alg in ("none", "None", "NONE", ""):
        liar.token["id_token"] = f"{_part({'alg': alg, 'kid': 'one'})}.{claims}."
        with pytest.raises(oidc.Refused):
            redeem(provider)


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(liar, provider):
    liar.metadata["id_token_signing_alg_values_supported"] = ["RS256", "HS256"]
    signed = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{liar.says().split('.')[1]}"
    mac = hmac.digest(KEY.as_pem(private=False), signed.encode(), "sha256")
    liar.token["id_token"] = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    with pytest.raises(oidc.Refused):
        redeem(provider)


@pytest.mark.parametrize("header", [{"typ": "logout+jwt"}, {"typ": 5}, {"crit": ["x"], "x": 1}, {"jwk": KEY.as_dict(private=False)}])
def test_a_token_of_another_kind_is_refused(liar, provider, header):
    signer = OTHER if "jwk" in header else KEY  # a key that the token brings along itself
    value = liar.says()
    if header.get("typ") == 5 or "crit" in header:
        liar.token["id_token"] = f"{_part({'alg': 'RS256', 'kid': 'one', **header})}.{value.partition('.')[2]}"
    else:
        liar.says(key=signer, header={**header, "kid": "one"})
    with pytest.raises(oidc.Refused):
        redeem(provider)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 10_000), letter=st.sampled_from("ABCxyz019-_."))
def test_a_letter_changed_is_refused(liar, provider, position, letter):
    value = liar.says()
    position %= len(value)
    changed = value[:position] + letter + value[position + 1 :]
    last = position in (len(value) - 1, value.index(".") - 1, value.rindex(".") - 1)  # base64's unused bits may change nothing
    if changed == value or last:
        return
    liar.token["id_token"] = changed
    with pytest.raises(oidc.Refused):
        redeem(provider)


def test_an_unknown_key_is_looked_for_once_a_minute(liar, provider, monkeypatch):
    liar.says()
    redeem(provider)
    liar.keys = [OTHER]
    liar.says(key=OTHER)
    with pytest.raises(oidc.Refused):  # fetched a moment ago
        redeem(provider)
    assert liar.asked.count("/jwks") == 1
    monkeypatch.setattr(oidc, "KEYS_AGAIN_AFTER", -1.0)
    redeem(provider)
    assert liar.asked.count("/jwks") == 2
    stranger = RSAKey.generate_key(2048, {"kid": "three"}, auto_kid=False)
    liar.says(key=stranger)
    with pytest.raises(oidc.Refused):
        redeem(provider)
    assert liar.asked.count("/jwks") == 3


def test_userinfo_of_somebody_else_is_refused(liar, provider):
    liar.says(email=None)
    liar.userinfo = {"sub": "mallory", "email": "anna@example.org", "email_verified": True}
    with pytest.raises(oidc.Refused):
        redeem(provider)
    liar.userinfo = {"sub": "anna", "email": "anna@example.org", "iss": "x"}
    claims = redeem(provider).claims
    assert (claims["email"], claims["iss"]) == ("anna@example.org", liar.issuer)


@pytest.mark.parametrize("token", [{}, {"error": "invalid_grant"}, {"id_token": 5, "access_token": "x"}, {"access_token": "x"}])
def test_a_token_answer_without_a_token_is_refused(liar, provider, token):
    liar.token = token
    with pytest.raises((oidc.Refused, ProviderDown)):
        redeem(provider)


# Metadata and ways out


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"issuer": None},
        {"token_endpoint": "http://169.254.169.254/latest"},
        {"token_endpoint": "https://elsewhere.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://localhost:22/"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": "https://elsewhere.example/end"},
        {"userinfo_endpoint": ["x"]},
        {"id_token_signing_alg_values_supported": None},
    ],
)
def test_metadata_that_leads_elsewhere_is_not_followed(liar, provider, change):
    liar.metadata |= change
    with pytest.raises(ProviderDown):
        oidc.metadata(provider)
    assert liar.asked == ["/.well-known/openid-configuration"]


def test_metadata_is_remembered(liar, provider):
    for _ in range(3):
        oidc.authorization_url(provider, STATE)
    assert liar.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    "answer",
    [
        (302, {"Location": "http://127.0.0.1:1/"}, b"", 0),
        (200, {}, b"{" + b" " * 300_000 + b"}", 0),
        (200, {}, b"[]", 0),
        (200, {}, b"<html>", 0),
        (500, {}, b"{}", 0),
        (200, {"Content-Encoding": "gzip"}, b"no gzip", 0),
    ],
    ids=["redirect", "large", "list", "html", "500", "gzip"],
)
def test_an_answer_that_is_not_a_plain_json_object_counts_as_down(liar, provider, answer):
    liar.raw["/.well-known/openid-configuration"] = answer
    with pytest.raises(ProviderDown):
        oidc.metadata(provider)


def test_a_provider_that_drips_is_given_up(liar, provider, monkeypatch):
    monkeypatch.setattr(oidc_fetch, "SECONDS", 0.3)
    liar.raw["/.well-known/openid-configuration"] = (200, {}, b"{" + b" " * 1000, 0.02)
    with pytest.raises(ProviderDown):
        oidc.metadata(provider)


def test_no_credentials_and_no_strange_host_are_asked(liar, provider):
    with pytest.raises(ProviderDown):
        Transport(provider).get_json("http://127.0.0.1:1/")
    for url in (
        "https://a@login.example/",
        "https://login.example:444/",
        "ftp://login.example/",
        "http://login.example/",
        "https:///x",
        "https://[x",
    ):
        assert not may_fetch(url, frozenset({"login.example", "a@login.example"}), production=False)
    assert may_fetch("https://login.example/x", frozenset({"login.example"}), production=True)
    assert not may_fetch("http://localhost:1/", frozenset({"localhost:1"}), production=True)
    assert may_fetch("http://localhost:1/", frozenset({"localhost:1"}), production=False)


def test_nothing_personal_is_logged(liar, provider, caplog):
    caplog.set_level(logging.DEBUG, logger="beteiligung")
    liar.says(aud="x", email="canary@example.org")
    with pytest.raises(oidc.Refused) as refused:
        redeem(provider)
    assert "canary" not in str(refused.value) + caplog.text


# Logout tokens


def logout_token(liar, header=None, key=KEY, **claims):
    whole = {
        "iss": liar.issuer, "aud": "beteiligung", "iat": PRESENT, "exp": PRESENT + 120, "jti": "j1", "sub": "anna", "sid": "s1",
        "events": {EVENT: {}}, **claims,
    }  # fmt: skip
    header = {"alg": "RS256", "kid": key.kid, "typ": "logout+jwt", **(header or {})}
    return jwt.encode(header, {k: v for k, v in whole.items() if v is not None}, key)


def test_a_logout_token_names_a_session_or_a_person(liar, provider):
    assert oidc.read_logout_token(provider, logout_token(liar), NOW) == oidc.LoggedOut("j1", "anna", "s1")
    assert oidc.read_logout_token(provider, logout_token(liar, sub=None), NOW) == oidc.LoggedOut("j1", None, "s1")
    assert oidc.read_logout_token(provider, logout_token(liar, sid=None), NOW) == oidc.LoggedOut("j1", "anna", None)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "x"}, {"events": None}, {"events": {}}, {"events": {EVENT: 1}}, {"events": [EVENT]}, {"jti": None}, {"jti": 5},
        {"sub": None, "sid": None}, {"sid": ["s1"]}, {"iss": "x"}, {"aud": "x"}, {"exp": PRESENT - 100}, {"iat": PRESENT - 3600},
        {"iat": None},
    ],
)  # fmt: skip
def test_a_logout_token_with_a_flaw_ends_nothing(liar, provider, claims):
    with pytest.raises(oidc.Refused):
        oidc.read_logout_token(provider, logout_token(liar, **claims), NOW)


@pytest.mark.parametrize("value", ["", "x", "a.b.c", "." * 30_000], ids=["empty", "word", "dots", "long"])
def test_rubbish_is_refused(liar, provider, value):
    with pytest.raises(oidc.Refused):
        oidc.read_logout_token(provider, value, NOW)


# Settings and claims


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('issuer = "https://login.example"', 'issuer = "http://login.example"'),
        ('issuer = "https://login.example"', 'issuer = "https://login.example?x=1"'),
        ('client_id = "beteiligung"', ""),
        ("[kreis]", "[Kreis]"),
        ('name = "Kreis-Konto"', 'name = "Kreis-Konto"\nnonsense = 1'),
        ('"musterkreis/musterstadt"', '"musterstadt"'),
        ('municipality = "ags"', ""),
        ('assurance = "acr_level"', 'shoe_size = "x"'),
        ("[kreis]", "[kreis"),
    ],
)
def test_a_file_with_a_mistake_is_refused_with_a_reason(tmp_path, old, new):
    content = providers_toml("https://login.example")
    assert parse(content, tmp_path, production=True)["kreis"].name == "Kreis-Konto"
    assert old in content
    with pytest.raises(SettingsError):
        parse(content.replace(old, new, 1), tmp_path, production=True)


def test_the_secret_may_lie_in_a_file_of_its_own(tmp_path):
    (tmp_path / "secret").write_text("from a file\n", "utf-8")
    content = providers_toml("https://login.example").replace(
        'client_secret = "not-a-secret-at-all-32-characters"', 'client_secret_file = "secret"'
    )
    assert parse(content, tmp_path, production=True)["kreis"].client_secret == "from a file"
    assert "from a file" not in repr(parse(content, tmp_path, production=True))


@pytest.mark.parametrize(
    ("claims", "email", "vouched"),
    [
        ({}, "anna@example.org", True),
        ({"email_verified": False}, None, True),
        ({"email_verified": None}, None, True),
        ({"email_verified": "true"}, "anna@example.org", True),
        ({"email": ["anna@example.org"]}, None, True),
        ({"email": "no address"}, None, True),
        ({"acr_level": "low"}, "anna@example.org", False),
        ({"acr_level": ["substantial"]}, "anna@example.org", False),
        ({"ags": "elsewhere"}, "anna@example.org", False),
        ({"ags": {"x": 1}}, "anna@example.org", False),
        ({"birthdate": "1985"}, "anna@example.org", False),
        ({"birthdate": None}, "anna@example.org", False),
        ({"family_name": " "}, "anna@example.org", False),
    ],
)
def test_claims_mean_what_the_settings_say(provider, claims, email, vouched):
    said = {
        "sub": "anna", "email": "anna@example.org", "email_verified": True, "ags": "0999001", "acr_level": "substantial",
        "given_name": "Anna", "family_name": "Beispiel", "birthdate": "1985-03-04", **claims,
    }  # fmt: skip
    found = asserted(provider, said)
    assert (found.email, found.person is not None) == (email, vouched)


def test_accounts_join_on_the_same_verified_address_only():
    assert may_join(arrival_email="a@example.org", account_email="a@example.org")
    assert not may_join(arrival_email="b@example.org", account_email="a@example.org")
    assert may_join(arrival_email=None, account_email="a@example.org")


def test_a_token_of_last_week_is_too_old_whatever_it_says(liar, provider):
    liar.says(exp=PRESENT + 10**8)
    with pytest.raises(oidc.Refused):
        oidc.redeem(provider, "code", STATE, NOW + timedelta(days=7))
