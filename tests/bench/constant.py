"""What the server itself can do: an application that answers one constant page of so many bytes, and nothing else (BENCH_BYTES)."""

import os
from typing import Any

BODY = os.urandom(int(os.environ.get("BENCH_BYTES", "10000")))
HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"), (b"content-encoding", b"gzip"), (b"content-length", str(len(BODY)).encode()),
]  # fmt: skip


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer anything with the page."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
