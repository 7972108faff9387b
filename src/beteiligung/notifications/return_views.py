"""The address to which a mail server posts what came back, and the button that lets mails come again."""

import hmac
from typing import Any

from litestar import Request, Response, post
from litestar.params import RawBody

from beteiligung.clock import utcnow
from beteiligung.db import unit_of_work
from beteiligung.errors import NotFound
from beteiligung.identity.session import check_form, require_viewer
from beteiligung.notifications import bounces, returns
from beteiligung.settings import settings
from beteiligung.web.http import FormData, redirect
from beteiligung.web.limits import limiter, network

_CHOICES = "/konto/benachrichtigungen"


@post("/haken/mail", sync_to_thread=True, include_in_schema=False, request_max_body_size=2 * bounces.LARGEST)
def take_return(request: Request, body: RawBody) -> Response[None]:
    """Take one mail as it is (message/rfc822), with `Authorization: Bearer` and the secret. Answers 204 whatever it was.

    Without the secret, or with another, there is no such address: nobody learns whether one is set.
    """
    limiter.hit("return", network(request), 600, 60)
    secret, given = settings().returns_secret, request.headers.get("authorization", "")
    if secret is None or not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
        raise NotFound("")
    with unit_of_work() as session:
        returns.take(session, body, utcnow())
    return Response(None, status_code=204)


@post(f"{_CHOICES}/wieder-an", sync_to_thread=True, include_in_schema=False)
def resume_mails(request: Request, data: FormData) -> Response[Any]:
    """Let mails come again after a bounce or a complaint."""
    with unit_of_work() as session:
        viewer = require_viewer(session, request, weiter=_CHOICES)
        check_form(request, viewer, data)
        returns.resume(session, viewer.account_id)
    return redirect(_CHOICES, meldung="mails-an")


ROUTES: list[Any] = [take_return, resume_mails]
