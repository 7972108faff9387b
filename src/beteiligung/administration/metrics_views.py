"""`/metrics` for Prometheus: what this process has done, and how much work waits. Only with the token of the settings."""

import secrets
from typing import Any

from litestar import MediaType, Request, Response, get
from sqlmodel import Session

from beteiligung import jobs
from beteiligung.administration.operation_queries import backlog_by_queue, storage
from beteiligung.clock import utcnow
from beteiligung.db import reading
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.installed import heartbeat_age
from beteiligung.notifications import deliveries
from beteiligung.settings import settings
from beteiligung.web.metrics import counted, family


def may_read_metrics(given: str, token: str | None) -> bool:
    """Whether the header `Authorization` holds the token; without one in the settings nobody may."""
    return token is not None and secrets.compare_digest(given.encode(), f"Bearer {token}".encode())


def _waiting(session: Session) -> list[str]:
    now = utcnow()
    due, away, late = jobs.backlog(session, now), jobs.delayed(session), deliveries.late_digests(session, now)
    age = heartbeat_age()
    sent = [({"channel": way, "state": state}, number) for (way, state), number in sorted(deliveries.by_channel(session).items())]
    queues = backlog_by_queue(session, now)
    room = storage(session)
    return [
        *family("beteiligung_outbox_waiting", "gauge", "Entries of the outbox that are due.", [({}, due.waiting)]),
        *family("beteiligung_outbox_oldest_seconds", "gauge", "How long the oldest of them waits.", [({}, 60 * due.oldest_minutes)]),
        *family("beteiligung_outbox_parked", "gauge", "Entries set aside after three failures.", [({}, len(jobs.parked(session)))]),
        *family("beteiligung_outbox_delayed", "gauge", "Entries that wait for a server that is away.", [({}, away.number if away else 0)]),
        *family("beteiligung_deliveries", "gauge", "Mails and pushes about news, by state.", sent),
        *family(
            "beteiligung_queue_waiting", "gauge", "Entries that are due, by queue.", [({"queue": q}, b.waiting) for q, b in queues.items()]
        ),
        *family("beteiligung_database_bytes", "gauge", "Size of the database.", [({}, room.database)]),
        *family("beteiligung_disk_free_bytes", "gauge", "Free under the data directory.", [({}, room.free)]),
        *family("beteiligung_digests_late", "gauge", "Digests due for more than an hour and not sent.", [({}, late)]),
        *family("beteiligung_heartbeat_age_seconds", "gauge", "Since beat last woke a worker.", [({}, age)] if age is not None else []),
    ]


@get("/metrics", sync_to_thread=True, include_in_schema=False)
def metrics(request: Request) -> Response[Any]:
    """Answer Prometheus; to everybody else there is no such page."""
    if not may_read_metrics(request.headers.get("authorization", ""), settings().metrics_token):
        raise NotFound(_("Diese Seite gibt es nicht."))
    with reading() as session:
        lines = [*counted(), *_waiting(session)]
    return Response("\n".join(lines) + "\n", media_type=MediaType.TEXT, headers={"Cache-Control": "no-store"})


ROUTES: list[Any] = [metrics]
