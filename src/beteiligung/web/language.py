"""The language of a request is in its address: `/en/kassel` is the page `/kassel` in English.

Handlers and templates know only the German addresses. This layer takes the prefix off a request and puts it before every link, form
and redirect of the answer, so that whoever reads English goes on reading English, without any cookie.
"""

import re

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from beteiligung.i18n import LANGUAGES, localized, speaking

SAME_IN_ALL = ("static", "api", "schema", "metrics", "health")
"""First parts of addresses whose answers have no language: they get no prefix and take none."""
_PREFIX = re.compile(rf"/({'|'.join(LANGUAGES[1:])})(?=/|$)")
_LINK = re.compile(
    r'(?<!hreflang="de" )\b((?:href|action|formaction|hx-get|hx-post)="|content="\d+;url=)'
    rf'(/(?!/|(?:{"|".join((*LANGUAGES[1:], *SAME_IN_ALL))})[/"?#])[^"]*)'
)
_MOVES = (b"location", b"hx-redirect", b"hx-replace-url", b"hx-push-url")


def without_language(path: str) -> tuple[str, str]:
    """Return language and the path of the German page, both from an address: `/en/kassel` is ("en", "/kassel")."""
    found = _PREFIX.match(path)
    rest = path[found.end() :] or "/" if found else path
    if found is None or rest.split("/")[1] in SAME_IN_ALL:
        return LANGUAGES[0], path
    return found[1], rest


def links_in_language(html: str) -> str:
    """Return a page whose links and forms stay in the language of the request."""
    return html if localized("") == "" else _LINK.sub(lambda link: link[1] + localized(link[2]), html)


def in_its_language(app: ASGIApp) -> ASGIApp:
    """Middleware: let everything within speak the language of the address."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        language, path = without_language(scope["path"]) if scope["type"] == ScopeType.HTTP else (LANGUAGES[0], "")
        if language == LANGUAGES[0]:
            await app(scope, receive, send)
            return
        scope["path"] = path
        raw = scope.get("raw_path")
        scope["raw_path"] = raw[len(language) + 1 :] or b"/" if raw else path.encode()

        async def lead_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (name, _led(value, language) if name.lower() in _MOVES else value) for name, value in message["headers"]
                ]
            await send(message)

        with speaking(language):
            await app(scope, receive, lead_on)

    return serve


def _led(value: bytes, language: str) -> bytes:
    """Return where a redirect leads in a language; what leads to another site, or has its language already, stays."""
    path = value.decode("latin-1")
    first = re.split(r"[/?#]", path)[1:2]
    ours = path.startswith("/") and not path.startswith("//") and first[0] not in (*LANGUAGES[1:], *SAME_IN_ALL)
    return localized(path, language).encode("latin-1") if ours else value
