"""Signed-out pages are rendered once per state, not once per visitor, and may be five seconds old.

An entry knows the state it was rendered from (a short token that one cheap query returns). Younger
than the settings' `page_cache_seconds` it is served without any SQL; older, the token is asked for,
and only if it differs the page is rendered anew. While one reader's request does so, others get the
page as it was; so they do while the database is away.
"""

import gzip
import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from beteiligung.errors import DomainError
from beteiligung.i18n import localized
from beteiligung.settings import settings
from beteiligung.web.http import SECURITY_HEADERS

log = logging.getLogger(__name__)

MAX_ENTRIES = 2_000
MAX_BYTES = 12 * 1024 * 1024
"""Of compressed pages: about 1,500 of them. Kept as they were, they would be seven times as large."""
MAX_AGE = 600.0
"""Seconds after which an entry is rendered anew whatever its token says: windows open and close by date."""
_GZIP_FROM = 500


@dataclass(frozen=True)
class CachedPage:
    """One rendered page. `checked` and `made` are readings of the monotonic clock in seconds."""

    state: str
    held: bytes
    zipped: bool
    """Whether `held` is compressed: a short page is not."""
    etag: str
    media_type: str
    checked: float
    made: float

    @property
    def size(self) -> int:
        """Bytes held in memory."""
        return len(self.held)


class PageCache:
    """The least recently used entries go first; bounded in number and bytes."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, CachedPage] = OrderedDict()
        self._facts: OrderedDict[str, tuple[Hashable, Any]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> CachedPage | None:
        """Return the entry of a key, whatever its age."""
        with self._lock:
            if entry := self._entries.get(key):
                self._entries.move_to_end(key)
            return entry

    def put(self, key: str, entry: CachedPage) -> None:
        """Keep an entry and drop the oldest ones beyond the bounds."""
        with self._lock:
            if old := self._entries.pop(key, None):
                self._bytes -= old.size
            self._entries[key] = entry
            self._bytes += entry.size
            while len(self._entries) > MAX_ENTRIES or self._bytes > MAX_BYTES:
                self._bytes -= self._entries.popitem(last=False)[1].size

    def recall(self, key: str, state: Hashable) -> Any:
        """Return what was kept for this key in this state, or None; for what costs more than it takes room."""
        with self._lock:
            found = self._facts.get(key)
        return found[1] if found is not None and found[0] == state else None

    def keep(self, key: str, state: Hashable, fact: Any) -> None:
        """Keep something for `recall`; the oldest goes first."""
        with self._lock:
            self._facts.pop(key, None)
            self._facts[key] = (state, fact)
            while len(self._facts) > MAX_ENTRIES:
                self._facts.popitem(last=False)

    def drop(self, key: str) -> None:
        """Forget one page."""
        with self._lock:
            if old := self._entries.pop(key, None):
                self._bytes -= old.size

    def clear(self) -> None:
        """Forget everything (tests)."""
        with self._lock:
            self._entries.clear()
            self._facts.clear()
            self._bytes = 0


@cache
def page_cache() -> PageCache:
    """Return the cache of this process."""
    return PageCache()


def _key(path: str, query: str) -> str:
    return localized(f"{path}?{query}")


def cached(
    request: Request, state: Callable[[], str], make: Callable[[], str], media_type: str = "text/html; charset=utf-8"
) -> Response[bytes]:
    """Answer a signed-out reader. `state` is one cheap query; `make` renders and runs only when the state is new.

    The state is read before the page is made, so a change in between is at worst rendered twice.
    """
    key = _key(request.url.path, request.url.query)
    entry = page_cache().get(key)
    now = time.monotonic()
    if entry is None or now - entry.checked > settings().page_cache_seconds:
        if entry is not None:  # others need not ask the same at the same time
            page_cache().put(key, replace(entry, checked=now))
        try:
            entry = _renewed(entry, state, make, media_type, now)
        except (OperationalError, PoolTimeout) as error:
            if entry is None:
                raise
            log.error("database, the page as it was is shown: %s", error)  # noqa: TRY400 - its whole way through the program says no more
        except DomainError:  # closed or gone since: nobody gets it any more, nor when the database is away
            page_cache().drop(key)
            raise
        except BaseException:
            if entry is not None:
                page_cache().put(key, entry)
            raise
        else:
            page_cache().put(key, entry)
    status, headers, body = _answer(entry, request.headers.get("if-none-match"), request.headers.get("accept-encoding", ""))
    return Response(body, status_code=status, headers=headers)


def _renewed(entry: CachedPage | None, state: Callable[[], str], make: Callable[[], str], media_type: str, now: float) -> CachedPage:
    present = state()
    if entry is not None and entry.state == present and now - entry.made < MAX_AGE:
        return replace(entry, checked=now)
    body = make().encode()
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
    zipped = len(body) > _GZIP_FROM
    return CachedPage(present, gzip.compress(body, 6, mtime=0) if zipped else body, zipped, etag, media_type, now, now)


def _answer(entry: CachedPage, if_none_match: str | None, accept_encoding: str) -> tuple[int, dict[str, str], bytes]:
    headers = {"ETag": entry.etag, "Cache-Control": "no-cache", "Vary": "Cookie, Accept-Encoding", "Content-Type": entry.media_type}
    if entry.media_type.startswith("application/"):  # any site may read open data and feeds, but what residents write is not to be searched
        headers |= {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag", "X-Robots-Tag": "noindex"}
    if if_none_match and (if_none_match.strip() == "*" or entry.etag in [tag.strip() for tag in if_none_match.split(",")]):
        return 304, headers, b""
    if "gzip" in accept_encoding and entry.zipped:
        return 200, {**headers, "Content-Encoding": "gzip"}, entry.held
    return 200, headers, gzip.decompress(entry.held) if entry.zipped else entry.held


def fast_lane(app: ASGIApp) -> ASGIApp:
    """Middleware: serve fresh entries to readers without any cookie before routing, threads or SQL."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] == "GET":
            headers = dict(scope["headers"])
            if b"cookie" not in headers and b"hx-request" not in headers:
                entry = page_cache().get(_key(scope["path"], scope["query_string"].decode("latin-1")))
                if entry is not None and time.monotonic() - entry.checked <= settings().page_cache_seconds:
                    status, out, body = _answer(
                        entry,
                        headers.get(b"if-none-match", b"").decode("latin-1") or None,
                        headers.get(b"accept-encoding", b"").decode("latin-1"),
                    )
                    raw = [
                        (k.lower().encode(), v.encode()) for k, v in {**SECURITY_HEADERS, **out, "Content-Length": str(len(body))}.items()
                    ]
                    await send({"type": "http.response.start", "status": status, "headers": raw})
                    await send({"type": "http.response.body", "body": body, "more_body": False})
                    return
        await app(scope, receive, send)

    return serve
