"""OpenID Connect: discovery, the way to a provider and back, and its tokens. The only user of Authlib.

OpenID Connect Core 1.0 (code flow), Discovery 1.0, RP-Initiated Logout 1.0, Back-Channel Logout 1.0,
PKCE (RFC 7636, S256), issuer in the response (RFC 9207). Knows neither database nor browser.
"""

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Client, OAuth2Error
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from authlib.oidc.rpinitiated.discovery import OpenIDProviderMetadata as LogoutMetadata
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from beteiligung.identity.oidc_fetch import ProviderDown, Transport
from beteiligung.identity.oidc_providers import Provider, may_fetch
from beteiligung.identity.oidc_rules import CLOCK_SKEW, TOKEN_AGE, says_who_it_is
from beteiligung.settings import settings
from beteiligung.web.http import keyed_hash

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures with a public key only: never `none`, never a shared secret."""
METADATA_KEPT = 3600.0
KEYS_KEPT = 3600.0
KEYS_AGAIN_AFTER = 60.0
"""Seconds between two fetches of the keys, whatever key ids a stranger invents."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint")
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST_TOKEN = 20_000
_LONGEST_ID = 255
_MALFORMED = (JoseError, ValueError, TypeError, AttributeError, KeyError)
"""What a token of any shape may make the libraries raise."""


class Refused(Exception):
    """The provider said no, or a token is not what it should be; the text is for the log and holds nothing personal."""


@dataclass(frozen=True)
class SignedInThere:
    """A validated answer: all claims, and what signing out needs later."""

    claims: dict[str, Any]
    id_token: str | None
    """Only one that says nothing of the person but its subject: it is kept as long as the session."""
    sid: str | None


@dataclass(frozen=True)
class LoggedOut:
    """A validated logout token: one session (`sid`), or all of a subject."""

    jti: str
    sub: str | None
    sid: str | None


@dataclass
class _Known:
    """What this process remembers of a provider; times by the monotonic clock."""

    metadata: dict[str, Any] | None = None
    metadata_at: float = 0.0
    keys: KeySet | None = None
    keys_at: float = 0.0


_known: dict[tuple[str, str], _Known] = {}
_lock = threading.Lock()


def forget() -> None:
    """Forget all metadata and keys (tests)."""
    with _lock:
        _known.clear()


def _of(provider: Provider) -> _Known:
    with _lock:
        return _known.setdefault((provider.key, provider.issuer), _Known())


def metadata(provider: Provider) -> dict[str, Any]:
    """Return the provider's metadata, an hour old at most. Raises ProviderDown where it cannot be had or contradicts the settings."""
    known = _of(provider)
    if known.metadata is not None and time.monotonic() - known.metadata_at < METADATA_KEPT:
        return known.metadata
    found = OpenIDProviderMetadata(Transport(provider).get_json(get_well_known_url(provider.issuer, external=True)))
    try:
        found.validate(metadata_classes=[LogoutMetadata])
    except (ValueError, TypeError, AttributeError) as error:
        raise ProviderDown(f"metadata: {error}") from error
    if found["issuer"] != provider.issuer:
        raise ProviderDown("metadata of another issuer")
    for name in _ENDPOINTS:
        url = found.get(name)
        if url is not None and not (isinstance(url, str) and may_fetch(url, provider.hosts, production=settings().mode == "production")):
            raise ProviderDown(f"{name} at a host that the settings do not know")
    if "token_endpoint" not in found or "authorization_endpoint" not in found:
        raise ProviderDown("metadata without endpoints")
    known.metadata, known.metadata_at = dict(found), time.monotonic()
    return known.metadata


def _keys(provider: Provider, *, anew: bool = False) -> KeySet:
    known = _of(provider)
    age = time.monotonic() - known.keys_at
    if known.keys is not None and age < (KEYS_AGAIN_AFTER if anew else KEYS_KEPT):
        return known.keys
    try:
        found = KeySet.import_key_set(Transport(provider).get_json(metadata(provider)["jwks_uri"]))  # type: ignore[arg-type]
    except _MALFORMED as error:
        raise ProviderDown("keys that cannot be read") from error
    known.keys, known.keys_at = found, time.monotonic()
    return found


# The way there


def verifier_of(state: str) -> str:
    """Return the PKCE verifier of an attempt: derived from the state, stored nowhere (64 hex digits)."""
    return keyed_hash("oidc-verifier", state)


def nonce_of(state: str) -> str:
    """Return the nonce of an attempt, derived likewise."""
    return keyed_hash("oidc-nonce", state)


def _client(provider: Provider) -> OAuth2Client:
    supported = metadata(provider).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    method = "none" if provider.client_secret is None else "client_secret_basic"
    if method == "client_secret_basic" and method not in supported:
        method = "client_secret_post"
    return OAuth2Client(
        Transport(provider),
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        token_endpoint_auth_method=method,
        scope=" ".join(provider.scopes),
        redirect_uri=callback_url(provider),
        code_challenge_method="S256",
    )


def callback_url(provider: Provider) -> str:
    """Return the address to which the provider sends people back; it has to be registered there."""
    return f"{settings().base_url}/anmelden/anbieter/{provider.key}/zurueck"


def after_logout_url() -> str:
    """Return the address to which a provider sends people after signing out; it has to be registered there."""
    return f"{settings().base_url}/anmelden/abgemeldet"


def authorization_url(provider: Provider, state: str, *, anew: bool = False) -> str:
    """Return where to send the browser; `anew` asks the provider not to go on with somebody's earlier sign-in. Raises ProviderDown."""
    url, _state = _client(provider).create_authorization_url(
        metadata(provider)["authorization_endpoint"],
        state=state,
        code_verifier=verifier_of(state),
        nonce=nonce_of(state),
        **({"prompt": "login"} if anew else {}),
    )
    return str(url)


def end_session_url(provider: Provider, id_token: str | None) -> str | None:
    """Return where signing out there happens; None where the provider offers no such place or cannot be reached."""
    try:
        endpoint = metadata(provider).get("end_session_endpoint")
    except ProviderDown:
        return None
    if not endpoint or not provider.logout:
        return None
    asked = {"client_id": provider.client_id, "post_logout_redirect_uri": after_logout_url()}
    if id_token:
        asked["id_token_hint"] = id_token
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


# The way back


def check_issuer(provider: Provider, said: str | None) -> None:
    """Compare the response's `iss` (RFC 9207): wrong, or missing where the provider promises it, is refused."""
    promised = metadata(provider).get("authorization_response_iss_parameter_supported") is True
    if said is None and promised:
        raise Refused("no issuer in the response")
    if said is not None and said != provider.issuer:
        raise Refused("response of another issuer")


def redeem(provider: Provider, code: str, state: str, now: datetime) -> SignedInThere:
    """Exchange the code and validate what comes. Raises ProviderDown, Refused."""
    client = _client(provider)
    try:
        token = client.fetch_token(
            metadata(provider)["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier_of(state)
        )
    except OAuth2Error as error:
        raise Refused(f"token endpoint: {str(error.error)[:50]}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise ProviderDown("no token answer") from error
    id_token, access_token = token.get("id_token"), token.get("access_token")
    if not isinstance(id_token, str) or not isinstance(access_token, str):
        raise Refused("no ID token")
    claims = read_id_token(provider, id_token, nonce=nonce_of(state), access_token=access_token, now=now)
    sid = claims.get("sid")
    kept = None if says_who_it_is(provider, claims) else id_token
    return SignedInThere(_with_userinfo(provider, claims, access_token), kept, sid if isinstance(sid, str) else None)


def _with_userinfo(provider: Provider, claims: dict[str, Any], access_token: str) -> dict[str, Any]:
    """Add what only the userinfo endpoint says; the ID token's own claims win."""
    endpoint = metadata(provider).get("userinfo_endpoint")
    if not endpoint or all(name in claims for name in provider.claims.values() if name):
        return claims
    more = Transport(provider).get_json(endpoint, token=access_token)
    if more.get("sub") != claims["sub"]:
        raise Refused("userinfo of somebody else")
    return {**more, **claims}


def read_id_token(provider: Provider, value: str, *, nonce: str, access_token: str, now: datetime) -> dict[str, Any]:
    """Return the claims of an ID token. Raises Refused for any flaw: OpenID Connect Core 3.1.3.7."""
    token = _verified(provider, value, ("JWT", None))
    if "events" in token.claims:
        raise Refused("not an ID token")
    _validate(provider, token, now, nonce=nonce, access_token=access_token)
    return token.claims


def read_logout_token(provider: Provider, value: str, now: datetime) -> LoggedOut:
    """Return whom a logout token means. Raises Refused for any flaw: Back-Channel Logout 2.6."""
    token = _verified(provider, value, ("LOGOUT+JWT", "JWT", None))
    claims = token.claims
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT_EVENT), dict) or "nonce" in claims:
        raise Refused("not a logout token")
    jti, sub, sid = (claims.get(name) for name in ("jti", "sub", "sid"))
    if not _is_id(jti) or not (_is_id(sub) or _is_id(sid)) or any(value is not None and not _is_id(value) for value in (sub, sid)):
        raise Refused("a logout token of nobody")
    token.claims = {**claims, "sub": sub or sid}  # Authlib's validation wants a subject, a logout token may do without
    _validate(provider, token, now, nonce=None, access_token=None)
    return LoggedOut(str(jti), sub, sid)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_ID


def _verified(provider: Provider, value: str, types: tuple[str | None, ...]) -> jwt.Token:
    if len(value) > _LONGEST_TOKEN:
        raise Refused("too long a token")
    offered = metadata(provider).get("id_token_signing_alg_values_supported", [])
    allowed = [name for name in ALGORITHMS if name in offered]
    try:
        try:
            token = jwt.decode(value, _keys(provider), algorithms=allowed)
        except InvalidKeyIdError:  # keys change: look once, and not more often than once a minute
            token = jwt.decode(value, _keys(provider, anew=True), algorithms=allowed)
    except _MALFORMED as error:
        raise Refused(f"signature: {type(error).__name__}") from error
    kind = token.header.get("typ")
    if (kind.upper() if isinstance(kind, str) else kind) not in types:
        raise Refused("a token of another type")
    return token


def _validate(provider: Provider, token: jwt.Token, now: datetime, *, nonce: str | None, access_token: str | None) -> None:
    present = int(now.timestamp())
    options = {"iss": {"essential": True, "value": provider.issuer}, "aud": {"essential": True, "value": provider.client_id}}
    params = {"client_id": provider.client_id, "nonce": nonce, "access_token": access_token}
    try:
        CodeIDToken(token.claims, token.header, options, params).validate(now=present, leeway=CLOCK_SKEW)
        too_old = token.claims["iat"] < present - CLOCK_SKEW - TOKEN_AGE.total_seconds()
    except _MALFORMED as error:
        raise Refused(f"claims: {type(error).__name__} {getattr(error, 'claim', '')}") from error
    if too_old or not _is_id(token.claims["sub"]):
        raise Refused("claims: too old, or nobody's")
