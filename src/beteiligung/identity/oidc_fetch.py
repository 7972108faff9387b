"""The only way out to an identity provider: to hosts the settings know, without redirects, with limits of size and time."""

import json
import ssl
import time
from functools import cache
from typing import Any
from urllib.parse import urlencode

import httpx2

from beteiligung.errors import DomainError
from beteiligung.identity.oidc_providers import Provider, may_fetch
from beteiligung.settings import settings

SECONDS = 8.0
"""For a whole answer; each single read has less."""
_READ_SECONDS = 4.0
_MOST_BYTES = 256 * 1024


@cache
def _trust() -> ssl.SSLContext:
    """Return the certificates that are trusted: reading them anew for every request would cost 60 ms."""
    return httpx2.create_ssl_context(trust_env=False)


class ProviderDown(DomainError):
    """The provider does not answer, or not with what it should. Signing in by mail still works."""

    status = 503


class Answer:
    """What a provider answered, in the little that Authlib's client asks of a response."""

    def __init__(self, status_code: int, body: bytes) -> None:
        self.status_code = status_code
        self._body = body

    def json(self) -> Any:
        """Return the body as JSON. Raises ValueError."""
        return json.loads(self._body)

    def raise_for_status(self) -> None:
        """Raise ProviderDown unless the answer is a success."""
        if self.status_code != 200:
            raise ProviderDown(f"answered {self.status_code}")


class Transport:
    """Fetches for one provider. Raises ProviderDown for every address, answer or silence that is not as it should be."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def get_json(self, url: str, *, token: str | None = None) -> dict[str, Any]:
        """Return the JSON object at an address; `token` is sent as the bearer's."""
        answer = self._send("GET", url, {"Authorization": f"Bearer {token}"} if token else {})
        answer.raise_for_status()
        try:
            found = answer.json()
        except ValueError as error:
            raise ProviderDown("no JSON") from error
        if not isinstance(found, dict):
            raise ProviderDown("no JSON object")
        return found

    def post(self, url: str, data: dict[str, str], headers: dict[str, str], auth: Any) -> Answer:
        """Send a form as Authlib's OAuth2Client asks; `auth` is its ClientAuth."""
        url, headers, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return self._send("POST", url, headers, body)

    def _send(self, method: str, url: str, headers: dict[str, str], body: str | None = None) -> Answer:
        if not may_fetch(url, self._provider.hosts, production=settings().mode == "production"):
            raise ProviderDown("an address that the settings do not know")
        end = time.monotonic() + SECONDS
        asked = {"Accept": "application/json", "Accept-Encoding": "identity", **headers}
        try:
            with (
                httpx2.Client(verify=_trust(), timeout=_READ_SECONDS, follow_redirects=False, trust_env=False) as client,
                client.stream(method, url, headers=asked, content=body) as answer,
            ):
                received = bytearray()
                for part in answer.iter_bytes():
                    received += part
                    if len(received) > _MOST_BYTES or time.monotonic() > end:
                        raise ProviderDown("too long an answer")
                return Answer(answer.status_code, bytes(received))
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise ProviderDown(type(error).__name__) from error
