"""Signing in with a school's card, and devices for everybody."""

from typing import Any

from litestar import Request, Response, get, post

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import DomainError, Invalid, by_field
from beteiligung.i18n import _
from beteiligung.identity import kiosk, logins, oidc_service, oidc_views, school
from beteiligung.identity.arriving_views import signed_in
from beteiligung.identity.session import (
    browser_id,
    check_form,
    cookie_name,
    gone_cookies,
    require_clerk,
    require_viewer,
    session_cookie,
    session_id,
    viewer_of,
)
from beteiligung.places.queries import all_regions, region_by_slug
from beteiligung.web.http import FormData, page, redirect, safe_path, text
from beteiligung.web.limits import limiter, network

_HOUR = 3600.0
_CARDS_PER_NETWORK = 300
"""A school sits behind one address; a guesser gets nowhere with as many."""

# Cards


@get("/anmelden/schule", sync_to_thread=True, include_in_schema=False)
def card_form(request: Request) -> Response[Any]:
    """Ask for a card's code; who is signed in goes on."""
    weiter = safe_path(request.query_params.get("weiter"))
    with reading() as session:
        if viewer_of(session, request):
            return redirect(weiter)
    return _card_page(request, weiter)


def _card_page(request: Request, weiter: str, code: str = "", error: DomainError | None = None) -> Response[Any]:
    context = {
        "form": {"code": code},
        "next": weiter,
        "errors": by_field(error, "code"),
        "robots": "noindex",
    }
    return page(request, "identity/school.html", context, status=error.status if error else 200)


@post("/anmelden/schule", sync_to_thread=True, include_in_schema=False)
def use_card(request: Request, data: FormData) -> Response[Any]:
    """Open the account of a card, once."""
    check_form(request, None, data)
    weiter, code = safe_path(text(data, "weiter")), text(data, "code", 100)
    try:
        limiter.hit("school-card", network(request), _CARDS_PER_NETWORK, _HOUR)
        now = utcnow()
        with unit_of_work() as session:
            account = school.use_card(session, code, now)
            if account is None:
                message = _(
                    "Dieser Code gilt nicht. Vielleicht ist er schon benutzt. Bitte vergleiche ihn mit der Karte oder hole eine neue."
                )
                raise Invalid(message, {"code": message})
            outcome = logins.start(session, account, now, old_session=session_id(request), next_path=weiter)
    except DomainError as error:
        return _card_page(request, weiter, code, error)
    return signed_in(request, outcome)


# Devices for everybody


@get("/kiosk", sync_to_thread=True, include_in_schema=False)
def kiosk_page(request: Request) -> Response[Any]:
    """Say whether this device is for everybody, and let a clerk change it."""
    with reading() as session:
        viewer = viewer_of(session, request)
        running = kiosk.is_kiosk(session, session_id(request), utcnow())
        regions = [
            (region.slug, region.name)
            for region in (all_regions(session) if viewer else ())
            if viewer and kiosk.may_start_kiosk(is_clerk_of_region=viewer.is_staff_of(region.id))
        ]
    context = {"regions": regions, "running": running, "seconds": kiosk.IDLE, "robots": "noindex"}
    return page(request, "identity/kiosk.html", context, viewer=viewer)


@post("/kiosk", sync_to_thread=True, include_in_schema=False)
def change_kiosk(request: Request, data: FormData) -> Response[Any]:
    """Turn this browser into a device for everybody (the clerk is signed out of it), or back into an ordinary one."""
    now = utcnow()
    with unit_of_work() as session:
        viewer = require_viewer(session, request)
        check_form(request, viewer, data)
        region = region_by_slug(session, text(data, "region", 100))
        require_clerk(session, request, region.id)
        if text(data, "do", 10) == "start":
            kiosk.start(session, viewer.account_id, viewer.session_id, region.id, now)
            secret = request.cookies[cookie_name("sitzung")]
            return _emptied([session_cookie(secret, kiosk.OPEN), gone_cookies()[1]])
        kiosk.stop(session, viewer.session_id)
    return redirect("/kiosk", meldung="kiosk-aus")


@get("/kiosk/ende", sync_to_thread=True, include_in_schema=False)
def end_stay(request: Request) -> Response[Any]:
    """Sign out whoever was signed in at a device for everybody. A page's own refresh leads here, so it is no form."""
    with reading() as session:
        shared = kiosk.is_kiosk(session, session_id(request), utcnow())
    return leave(request) if shared else redirect("/kiosk")


def leave(request: Request) -> Response[Any]:
    """End the stay at a kiosk: session and drafts go, here and at a provider; the device stays a kiosk."""
    opened_by = None
    with unit_of_work() as session:
        viewer = viewer_of(session, request)
        if viewer is not None:
            opened_by = oidc_service.provider_of(session, viewer.session_id)
            logins.sign_out(session, viewer.session_id)
        kiosk.forget_drafts(session, browser_id(request))
    further = oidc_views.way_out(*opened_by) if opened_by else None
    return _emptied([gone_cookies()[1]], further and oidc_views.onward(request, *further, []))


def _emptied(cookies: list[Any], answer: Response[Any] | None = None) -> Response[Any]:
    """Lead to the kiosk's first page, if nowhere else, and have the browser drop what it kept of pages."""
    answer = answer or redirect("/kiosk")
    answer.cookies.extend(cookies)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


ROUTES: list[Any] = [card_form, use_card, kiosk_page, change_kiosk, end_stay]
