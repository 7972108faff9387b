"""The number of each request: the proxy's where it gives a well-formed one, else our own; in the answer, in log lines, in a span."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from beteiligung.logs import WELL_FORMED, new_request_id, of_request
from beteiligung.settings import settings
from beteiligung.tracing import tracer

HEADER = b"x-request-id"


def given_id(scope: Scope) -> str | None:
    """Return the number that a trusted proxy gave the request; None where there is none, several, or one we would not write down."""
    client = scope.get("client")
    if not client or client[0] not in settings().trusted_proxies:
        return None
    found = [value.decode("latin-1") for name, value in scope["headers"] if name == HEADER]
    return found[0] if len(found) == 1 and WELL_FORMED.fullmatch(found[0]) else None


def observed(app: ASGIApp) -> ASGIApp:
    """Wrap the application, outermost."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        number = given_id(scope) or new_request_id()
        with of_request(number), tracer().span("HTTP", **{"http.request.method": scope["method"]}) as said:

            async def numbered(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message["headers"], (HEADER, number.encode())]
                    said["http.response.status_code"] = message["status"]
                await send(message)

            try:
                await app(scope, receive, numbered)
            finally:
                if route := scope.get("path_template"):
                    said["http.route"] = str(route)
                    said["name"] = f"{scope['method']} {route}"

    return serve
