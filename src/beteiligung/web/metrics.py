"""What one web process has done since it started, in Prometheus' text format (version 0.0.4).

Counted are requests by method, route and class of status, their seconds, and SQL statements. No address, name or query is kept:
a route is its template.
"""

import threading
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy import Engine, event

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram, in seconds."""
_METHODS = frozenset(("GET", "POST", "HEAD", "OPTIONS"))
_lock = threading.Lock()
_requests: Counter[tuple[str, str, str]] = Counter()
_seconds: defaultdict[str, float] = defaultdict(float)
_buckets: Counter[tuple[str, int]] = Counter()
_statements = 0


@event.listens_for(Engine, "after_cursor_execute")
def _note_statement(*_about: object) -> None:
    global _statements  # noqa: PLW0603 - one number of the process
    with _lock:
        _statements += 1


def note(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    with _lock:
        _requests[method if method in _METHODS else "other", route, f"{status // 100}xx"] += 1
        _seconds[route] += seconds
        _buckets[route, bisect_left(BUCKETS, seconds)] += 1


def measured(app: ASGIApp) -> ASGIApp:
    """Wrap the application: every request is counted under the template of its route."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, watch)
        finally:
            route = scope.get("path_template") or ("from the page cache" if status < 400 else "none")
            note(scope["method"], str(route), status, time.perf_counter() - started)

    return serve


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    inside = ",".join(f'{key}="{text}"' for key, text in labels.items())  # routes and our own words: nothing to escape
    return f"{name}{{{inside}}} {value:g}" if inside else f"{name} {value:g}"


def family(name: str, kind: str, words: str, samples: Iterable[tuple[Mapping[str, str], float]]) -> list[str]:
    """Return the lines of one metric: `kind` is counter or gauge, `samples` are (labels, value)."""
    return [f"# HELP {name} {words}", f"# TYPE {name} {kind}", *(_line(name, labels, value) for labels, value in samples)]


@dataclass(frozen=True)
class Counts:
    """What this process has done, as numbers: requests by class of status, by upper bound of seconds, seconds by route, SQL statements."""

    by_status: dict[str, int]
    by_bound: list[tuple[float | None, int]]
    by_route: list[tuple[str, int, float]]
    """(route, requests, seconds), the costliest first."""
    statements: int

    @property
    def total(self) -> int:
        """Requests answered."""
        return sum(self.by_status.values())


def counts() -> Counts:
    """Return this process's own metrics as numbers, for the operator's page."""
    with _lock:
        requests, seconds, buckets, statements = dict(_requests), dict(_seconds), dict(_buckets), _statements
    by_status: Counter[str] = Counter()
    by_route: Counter[str] = Counter()
    for (_method, route, status), number in requests.items():
        by_status[status] += number
        by_route[route] += number
    bounds: tuple[float | None, ...] = (*BUCKETS, None)
    by_bound = [(bound, sum(number for (_route, at), number in buckets.items() if at == place)) for place, bound in enumerate(bounds)]
    costliest = sorted(seconds.items(), key=lambda one: -one[1])
    return Counts(dict(sorted(by_status.items())), by_bound, [(route, by_route[route], spent) for route, spent in costliest], statements)


def counted() -> list[str]:
    """Return this process's own metrics as lines."""
    with _lock:
        requests, seconds, buckets, statements = dict(_requests), dict(_seconds), dict(_buckets), _statements
    name = "beteiligung_request_seconds"
    lines = family(
        "beteiligung_requests_total", "counter", "Answered requests.",
        [({"method": method, "route": route, "status": status}, number) for (method, route, status), number in sorted(requests.items())],
    )  # fmt: skip
    lines += [f"# HELP {name} Seconds until the answer was sent.", f"# TYPE {name} histogram"]
    for route in sorted(seconds):
        total = 0
        for place, bound in enumerate((*map(str, BUCKETS), "+Inf")):
            total += buckets.get((route, place), 0)
            lines.append(_line(f"{name}_bucket", {"route": route, "le": bound}, total))
        lines += [_line(f"{name}_sum", {"route": route}, seconds[route]), _line(f"{name}_count", {"route": route}, total)]
    return lines + family("beteiligung_sql_statements_total", "counter", "SQL statements.", [({}, statements)])
