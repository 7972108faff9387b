"""The operator's page of work: what waits, what was set aside after three failures, and how the mails have ended."""

import json
from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from beteiligung import audit, jobs
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.identity.session import check_form, require_operator
from beteiligung.notifications import deliveries
from beteiligung.web.http import FormData, page, redirect, text

PATH = "/betrieb/auftraege"

DELIVERY_STATES: dict[str, Callable[[], str]] = {
    "pending": lambda: _("warten"),
    "claimed": lambda: _("unterwegs"),
    "sent": lambda: _("angenommen vom Mailserver"),
    "refused": lambda: _("abgelehnt vom Mailserver"),
    "given_up": lambda: _("aufgegeben: Der Mailserver nahm sie drei Tage lang nicht an"),
    "unknown": lambda: _("ungewiss: Die Verbindung endete vor der Antwort"),
    "skipped": lambda: _("nicht geschickt, weil nicht mehr gewünscht oder Adresse pausiert"),
}


@get(PATH, sync_to_thread=True, include_in_schema=False)
def list_jobs(request: Request) -> Response[Any]:
    """Show what a person has to look at."""
    now = utcnow()
    with reading() as session:
        viewer = require_operator(session, request)
        parked = jobs.parked(session)
        backlog = jobs.backlog(session, now)
        mails = deliveries.summary(session)
        delayed = jobs.delayed(session)
        put_off, put_off_since = deliveries.put_off(session)
    context = {
        "parked": [
            {"id": row.id, "job": row.job, "args": json.dumps(row.args), "error": row.error or "", "since": row.parked_at} for row in parked
        ],
        "backlog": backlog,
        "delayed": delayed,
        "put_off": put_off,
        "away_since": min((moment for moment in (delayed and delayed.since, put_off_since) if moment), default=None),
        "mails": [(name(), mails.get(state, 0)) for state, name in DELIVERY_STATES.items()],
        "robots": "noindex",
    }
    return page(request, "administration/jobs.html", context, viewer=viewer)


@post(PATH + "/{entry_id:int}", sync_to_thread=True, include_in_schema=False)
def decide_job(request: Request, entry_id: FromPath[int], data: FormData) -> Response[Any]:
    """Try an entry that was set aside again, or give it up."""
    action = text(data, "action", 10)
    with unit_of_work() as session:
        viewer = require_operator(session, request)
        check_form(request, viewer, data)
        now = utcnow()
        if action == "retry":
            jobs.unpark(session, entry_id, now)
        elif action == "drop":
            jobs.give_up(session, entry_id, now)
        else:
            raise Invalid(_("Bitte wählen Sie eine der Möglichkeiten."))
        audit.record(session, f"job.{action}", f"outbox:{entry_id}", now, account_id=viewer.account_id)
    return redirect(PATH, meldung="auftrag")


ROUTES: list[Any] = [list_jobs, decide_job]
