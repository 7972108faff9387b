"""The outermost layer: security headers on every answer, gzip where nothing is compressed yet, HEAD like GET."""

import gzip

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from beteiligung.settings import settings
from beteiligung.web.http import SECURITY_HEADERS

HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
_ZIP_FROM = 500
_ZIPPED_TYPES = (b"text/", b"application/json", b"application/atom+xml", b"application/xml", b"application/vnd.oai")


def edge(app: ASGIApp) -> ASGIApp:
    """Wrap the application. Answers are short texts: each is held back whole, so that its length is known."""
    extra = [(k.lower().encode(), v.encode()) for k, v in {**SECURITY_HEADERS, **(HSTS if settings().secure else {})}.items()]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        if head:
            scope["method"] = "GET"
        accepts_gzip = any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])
        start: Message | None = None
        body = bytearray()

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body" or start is None:
                await send(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await _finish(start, bytes(body), extra, send, accepts_gzip=accepts_gzip, head=head)

        await app(scope, receive, collect)

    return serve


async def _finish(start: Message, body: bytes, extra: list[tuple[bytes, bytes]], send: Send, *, accepts_gzip: bool, head: bool) -> None:
    headers = {name.lower(): value for name, value in start["headers"] if name.lower() != b"set-cookie"}  # type: ignore[typeddict-item]
    cookies = [(name, value) for name, value in start["headers"] if name.lower() == b"set-cookie"]  # type: ignore[typeddict-item]
    kind = headers.get(b"content-type", b"")
    if accepts_gzip and b"content-encoding" not in headers and len(body) > _ZIP_FROM and kind.startswith(_ZIPPED_TYPES):
        body = gzip.compress(body, 5, mtime=0)
        headers[b"content-encoding"] = b"gzip"
        vary = headers.get(b"vary", b"")
        headers[b"vary"] = vary if b"Accept-Encoding" in vary else b", ".join(filter(None, [vary, b"Accept-Encoding"]))
    if start["status"] not in (204, 304):  # type: ignore[typeddict-item]
        headers[b"content-length"] = str(len(body)).encode()
    start["headers"] = [*headers.items(), *cookies, *((name, value) for name, value in extra if name not in headers)]  # type: ignore[typeddict-unknown-key]
    await send(start)
    await send({"type": "http.response.body", "body": b"" if head else body, "more_body": False})
