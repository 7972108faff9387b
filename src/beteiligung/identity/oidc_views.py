"""Signing in and out through identity providers, and joining accounts. Authlib is loaded when somebody comes, not before."""

import logging
from typing import Annotated, Any
from urllib.parse import quote

from litestar import MediaType, Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity import kiosk, oidc_service
from beteiligung.identity.arriving_views import VOTE_PLACE, signed_in
from beteiligung.identity.logins import SignedIn
from beteiligung.identity.oidc_fetch import ProviderDown
from beteiligung.identity.oidc_providers import Provider, providers
from beteiligung.identity.session import browser_cookie, browser_id, check_form, require_viewer, session_id, viewer_of
from beteiligung.identity.viewer import Viewer
from beteiligung.web.http import FormData, page, redirect, safe_path, text
from beteiligung.web.limits import limiter, network

log = logging.getLogger(__name__)

_TEN_MINUTES = 600.0
_STARTS_PER_NETWORK = 300
_LOGOUTS_PER_NETWORK = 600
_AGREE = "/anmelden/verbinden"


def _provider(key: str) -> Provider:
    found = providers().get(key)
    if found is None:
        raise NotFound(_("Diesen Anmeldedienst gibt es hier nicht."))
    return found


def choices() -> list[tuple[str, str]]:
    """Return (key, name) of the providers, for the sign-in page."""
    return [(provider.key, provider.name) for provider in providers().values()]


# There and back


@post("/anmelden/anbieter/{provider:str}", sync_to_thread=True, include_in_schema=False)
def leave(request: Request, provider: FromPath[str], data: FormData) -> Response[Any]:
    """Send the browser to a provider, by a page of ours: `form-action` lets no form lead to another host."""
    from beteiligung.identity import oidc

    with reading() as session:
        check_form(request, viewer_of(session, request), data)
        shared = kiosk.is_kiosk(session, session_id(request), utcnow())
    chosen = _provider(provider)
    limiter.hit("provider-network", network(request), _STARTS_PER_NETWORK, _TEN_MINUTES)
    weiter = safe_path(text(data, "weiter")).removesuffix(VOTE_PLACE)
    browser, cookie = browser_cookie(request)
    try:
        oidc.metadata(chosen)  # before anything is written
        with unit_of_work() as session:
            state = oidc_service.begin(session, chosen, browser, weiter, utcnow())
        url = oidc.authorization_url(chosen, state, anew=shared)
    except ProviderDown as down:
        return _problem(request, chosen, "down", down, 503, weiter)
    return onward(request, chosen.name, url, [cookie])


def onward(request: Request, name: str, url: str, cookies: list[Any]) -> Response[Any]:
    """Show the page that leads to a provider at once, and by its link."""
    answer = page(request, "identity/onward.html", {"name": name, "url": url, "robots": "noindex"})
    answer.cookies.extend(cookies)
    return answer


@get("/anmelden/anbieter/{provider:str}/zurueck", sync_to_thread=True, include_in_schema=False)
def come_back(request: Request, provider: FromPath[str]) -> Response[Any]:
    """Take the provider's answer, once, in the browser that left."""
    from beteiligung.identity import oidc

    chosen = _provider(provider)
    limiter.hit("provider-network", network(request), _STARTS_PER_NETWORK, _TEN_MINUTES)
    query, now = request.query_params, utcnow()
    state, browser = query.get("state", "")[:100], browser_id(request)
    with unit_of_work() as session:
        weiter = oidc_service.come_back(session, chosen, state, browser, now)
    if weiter is None or browser is None:
        return _problem(request, chosen, "state", "unknown, old or used state", 400, "/")
    try:
        oidc.check_issuer(chosen, query.get("iss"))
        if "error" in query:
            reason = "denied" if query["error"] in ("access_denied", "login_required", "interaction_required") else "refused"
            return _problem(request, chosen, reason, "the provider answered with an error", 400, weiter)
        there = oidc.redeem(chosen, query.get("code", "")[:4000], state, now)
    except ProviderDown as down:
        return _problem(request, chosen, "down", down, 503, weiter)
    except oidc.Refused as refused:
        return _problem(request, chosen, "refused", refused, 400, weiter)
    with unit_of_work() as session:
        viewer = viewer_of(session, request)
        outcome = oidc_service.arrive(
            session,
            chosen,
            there,
            browser=browser,
            next_path=weiter,
            viewer_account=viewer.account_id if viewer else None,
            old_session=session_id(request),
            now=now,
        )
    return signed_in(request, outcome) if isinstance(outcome, SignedIn) else redirect(_AGREE)


def _problem(request: Request, provider: Provider, reason: str, why: object, status: int, weiter: str) -> Response[Any]:
    log.warning("sign-in through %s: %s", provider.key, str(why)[:200])  # our words and the libraries', nothing of the person
    context = {"name": provider.name, "key": provider.key, "reason": reason, "next": weiter, "robots": "noindex"}
    return page(request, "identity/oidc_problem.html", context, status=status)


# Joining accounts


@get(_AGREE, sync_to_thread=True, include_in_schema=False)
def ask_to_join(request: Request) -> Response[Any]:
    """Ask whether the account there belongs to the one here; who is not signed in shows first that it is theirs, by mail."""
    with reading() as session:
        viewer = viewer_of(session, request)
        kept = oidc_service.waiting(session, browser_id(request), utcnow())
        mail = oidc_service.address_of(session, viewer.account_id) if viewer else None
    if kept is None:
        return redirect("/konto" if viewer else "/anmelden")
    context = {
        "name": _provider(kept.provider).name,
        "email": kept.email,
        "own_mail": mail,
        "differs": mail is not None and not oidc_service.rules_allow(kept, mail),
        "next": kept.next_path,
        "form": {"mail": ""},
        "robots": "noindex",
    }
    return page(request, "identity/join.html", context, viewer=viewer)


@post(_AGREE, sync_to_thread=True, include_in_schema=False)
def join(request: Request, data: FormData) -> Response[Any]:
    """Join the accounts, or leave them apart."""
    browser = browser_id(request)
    with unit_of_work() as session:
        viewer = viewer_of(session, request)
        check_form(request, viewer, data)
        kept = oidc_service.waiting(session, browser, utcnow())
        if text(data, "answer") != "yes":
            oidc_service.decline(session, browser)
            return redirect(kept.next_path if kept else "/")
        viewer = require_viewer(session, request, weiter=_AGREE)
        path = oidc_service.join(session, viewer.account_id, viewer.session_id, browser, utcnow())
    if not viewer.welcome_done:
        return redirect(f"/konto/willkommen?weiter={quote(path, safe='')}")
    return redirect(path, meldung="verbunden")


@post("/konto/anbieter/{provider:str}/trennen", sync_to_thread=True, include_in_schema=False)
def part(request: Request, provider: FromPath[str], data: FormData) -> Response[Any]:
    """Part the account from one at a provider."""
    with unit_of_work() as session:
        viewer = require_viewer(session, request, weiter="/konto")
        check_form(request, viewer, data)
        oidc_service.unlink(session, viewer.account_id, provider, utcnow())
    return redirect("/konto", meldung="getrennt")


def account_part(session: Session, viewer: Viewer) -> dict[str, Any]:
    """Return what the account page shows: (key, name, joined) of each provider. One statement, none without providers."""
    known = choices()
    joined = oidc_service.links_of(session, viewer.account_id) if known else frozenset()
    return {"providers": [(key, name, key in joined) for key, name in known]}


# Signing out


def way_out(provider_key: str, id_token: str | None) -> tuple[str, str] | None:
    """Return (name, address) of the provider where signing out goes on; None where it ends here."""
    from beteiligung.identity import oidc

    provider = providers().get(provider_key)
    url = oidc.end_session_url(provider, id_token) if provider else None
    return (provider.name, url) if provider and url else None


@get("/anmelden/abgemeldet", sync_to_thread=True, include_in_schema=False)
def signed_out(request: Request) -> Response[Any]:
    """Come back from signing out at a provider; a device for everybody shows its first page again."""
    with reading() as session:
        shared = kiosk.is_kiosk(session, session_id(request), utcnow())
    return redirect("/kiosk") if shared else redirect("/", meldung="abgemeldet")


LogoutForm = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/anmelden/anbieter/{provider:str}/abmeldung", sync_to_thread=True, include_in_schema=False)
def back_channel_logout(request: Request, provider: FromPath[str], data: LogoutForm) -> Response[Any]:
    """End sessions because the provider says so (Back-Channel Logout 1.0). Comes from a server: no cookie, no form of ours."""
    from beteiligung.identity import oidc

    chosen = _provider(provider)
    limiter.hit("provider-logout", network(request), _LOGOUTS_PER_NETWORK, _TEN_MINUTES)
    try:
        said = oidc.read_logout_token(chosen, text(data, "logout_token", 20_000), utcnow())
    except oidc.Refused as refused:
        log.warning("logout through %s: %s", chosen.key, refused)
        return _logout_answer("invalid_request", 400)
    except ProviderDown as down:
        log.warning("logout through %s: %s", chosen.key, down)
        return _logout_answer("temporarily_unavailable", 503)
    with unit_of_work() as session:
        ended = oidc_service.log_out(session, chosen, said, utcnow())
    return _logout_answer(None if ended is not None else "invalid_request", 200 if ended is not None else 400)


def _logout_answer(error: str | None, status: int) -> Response[Any]:
    content = {"error": error} if error else {}
    return Response(content, status_code=status, media_type=MediaType.JSON, headers={"Cache-Control": "no-store"})


ROUTES: list[Any] = [leave, come_back, ask_to_join, join, part, signed_out, back_channel_logout]
