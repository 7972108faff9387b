"""Signing in by the word of an authenticating proxy: staff only, off unless the settings name proxy and header.

It replaces the mail's link and nothing else: no account is made, no office given, and the second factor is asked for as ever.
"""

import logging
from typing import Any

from litestar import Request, Response, post
from sqlmodel import Session, col, or_, select

from beteiligung.clock import utcnow
from beteiligung.db import unit_of_work
from beteiligung.errors import Forbidden, NotFound
from beteiligung.i18n import _
from beteiligung.identity import logins
from beteiligung.identity.arriving_views import signed_in
from beteiligung.identity.models import Account, Role
from beteiligung.identity.proxy_rules import may_enter_by_proxy, named_by_proxy
from beteiligung.identity.session import check_form, session_id, viewer_of
from beteiligung.settings import settings
from beteiligung.web.http import FormData, safe_path, text
from beteiligung.web.limits import limiter, network

log = logging.getLogger(__name__)

PATH = "/anmelden/dienst"


def offered_address(request: Request) -> str | None:
    """Return whom the proxy says is asking; None where there is no such proxy or its word does not count."""
    header = settings().staff_header
    values = request.headers.getall(header, []) if header else []
    peer = request.client.host if request.client else None
    return named_by_proxy(peer, values, header=header, proxies=settings().staff_proxies)


def _account(session: Session, address: str) -> Account | None:
    now = utcnow()
    account = session.exec(select(Account).where(Account.email == address)).first()
    if account is None:
        return None
    held = select(Role.name).where(
        Role.account_id == account.id, col(Role.since) <= now, or_(col(Role.until).is_(None), col(Role.until) > now)
    )
    return account if may_enter_by_proxy(session.exec(held).all()) else None


@post(PATH, sync_to_thread=True, include_in_schema=False)
def enter_by_proxy(request: Request, data: FormData) -> Response[Any]:
    """Sign in whom the proxy names, where that is somebody with an office."""
    address = offered_address(request)
    if address is None:
        if settings().staff_header and request.headers.get(settings().staff_header or "") is not None:
            log.warning("the header of the authenticating proxy came from elsewhere, or more than once: ignored")
        raise NotFound(_("Diese Seite gibt es nicht."))
    limiter.hit("proxy", network(request), 60, 3_600)
    with unit_of_work() as session:
        check_form(request, viewer_of(session, request), data)
        account = _account(session, address)
        if account is None:
            raise Forbidden(
                _("Ihr Dienstkonto hat hier keine Aufgabe. Bitte wenden Sie sich an die Technik, oder melden Sie sich mit einer Mail an.")
            )
        now, next_path = utcnow(), safe_path(text(data, "weiter", 2_000))
        outcome = logins.start(session, account, now, old_session=session_id(request), next_path=next_path)
    return signed_in(request, outcome)


ROUTES: list[Any] = [enter_by_proxy]
