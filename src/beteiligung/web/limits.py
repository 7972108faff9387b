"""Rate limits in this process's memory: a vote must not write a row that names its account."""

import ipaddress
import threading
import time
from collections import deque

from litestar import Request

from beteiligung.errors import TooMany
from beteiligung.i18n import _
from beteiligung.settings import settings

_MAX_KEYS = 50_000


class Limiter:
    """Sliding windows per (bucket, key). Several web processes each count for themselves."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], deque[float]] = {}
        self._lock = threading.Lock()

    def hit(self, bucket: str, key: str, times: int, seconds: float) -> None:
        """Count one act; raises TooMany when `key` has done more than `times` within `seconds`."""
        now = time.monotonic()
        with self._lock:
            if len(self._seen) > _MAX_KEYS:  # the oldest windows go first: a dict keeps its order
                for old in list(self._seen)[: _MAX_KEYS // 2]:
                    del self._seen[old]
            window = self._seen.setdefault((bucket, key), deque())
            while window and window[0] <= now - seconds:
                window.popleft()
            if len(window) >= times:
                wait = max(1, round(window[0] + seconds - now))
                minutes = -(-wait // 60)
                raise TooMany(
                    _("Das waren sehr viele Versuche in kurzer Zeit. Bitte warten Sie {minutes} Minuten.").format(minutes=minutes)
                    if minutes > 1
                    else _("Das waren sehr viele Versuche in kurzer Zeit. Bitte warten Sie eine Minute."),
                    retry_after=wait,
                )
            window.append(now)

    def clear(self) -> None:
        """Forget everything (tests)."""
        with self._lock:
            self._seen.clear()


limiter = Limiter()


def network(request: Request) -> str:
    """Return the asking network: the address (IPv6: its /64), through trusted proxies only."""
    address = request.client.host if request.client else "unknown"
    forwarded = ",".join(request.headers.getall("x-forwarded-for", []))  # some proxies add a line of their own
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    while hops and address in settings().trusted_proxies:
        address = hops.pop()
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
