"""Sign-in, sign-out, welcome and account pages, and in the demonstration the page with its mails."""

from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get, post
from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Invalid, NotFound, TooMany
from beteiligung.i18n import _
from beteiligung.identity import kiosk_views, logins, oidc_service, oidc_views, proxy_views, queries, rules, service
from beteiligung.identity.arriving_views import VOTE_PLACE, signed_in
from beteiligung.identity.mails import written
from beteiligung.identity.service import Problem
from beteiligung.identity.session import (
    browser_cookie,
    browser_id,
    check_form,
    gone_cookies,
    pending_choice,
    require_viewer,
    session_id,
    viewer_of,
)
from beteiligung.identity.viewer import Viewer
from beteiligung.settings import settings
from beteiligung.web.http import FormData, keyed_hash, page, redirect, safe_path, text
from beteiligung.web.limits import limiter, network

_TEN_MINUTES = 600.0
_HOUR = 3600.0
_MAILS_PER_NETWORK = 100
"""In ten minutes: a school class behind one address signs in within one lesson."""
_CODES_PER_NETWORK = 300
_CODES_PER_BROWSER = 30

ACCOUNT_PARTS: list[Callable[[Session, Viewer], dict[str, Any]]] = []
"""What rooms above show on the account page (news, follows): each returns its part of the context."""

_STATUS = {
    Problem.WRONG: 404,
    Problem.OLD: 410,
    Problem.USED: 410,
    Problem.OTHER_BROWSER: 403,
    Problem.NO_REQUEST: 403,
    Problem.TOO_MANY: 429,
    Problem.CODE_CLOSED: 429,
}


# Asking for a mail


@get("/anmelden", sync_to_thread=True, include_in_schema=False)
def sign_in_form(request: Request) -> Response[Any]:
    """Ask for the mail address; who is signed in goes on."""
    weiter = safe_path(request.query_params.get("weiter"))
    with reading() as session:
        if viewer_of(session, request):
            return redirect(weiter)
    return _sign_in_page(request, weiter)


def _sign_in_page(
    request: Request, weiter: str, mail: str = "", error: str | None = None, status: int = 200, headers: dict[str, str] | None = None
) -> Response[Any]:
    with reading() as session:
        draft = queries.has_draft(session, browser_id(request), utcnow())
        people = queries.example_people(session) if settings().is_demo else []
    vote = pending_choice(request)
    context = {
        "form": {"mail": mail},
        "next": weiter,
        "pending": _CHOICES[vote[1]]() if vote else _("Ihr Text wartet.") if draft else None,
        "providers": oidc_views.choices(),
        "office": proxy_views.offered_address(request),
        "demo_people": [(_PEOPLE[role](), address) for role, address in people],
        "errors": {"mail": error} if error else {},
        "robots": "noindex",
    }
    return page(request, "identity/sign_in.html", context, status=status, headers=headers)


_CHOICES = {
    "for": lambda: _("Ihre Stimme wartet: dafür."),
    "neutral": lambda: _("Ihre Stimme wartet: neutral."),
    "against": lambda: _("Ihre Stimme wartet: dagegen."),
}
_PEOPLE = {
    "": lambda: _("Einwohnerin oder Einwohner"),
    "council": lambda: _("Mitglied des Bürgerrats"),
    "clerk": lambda: _("Verwaltung"),
}


@post("/anmelden", sync_to_thread=True, include_in_schema=False)
def ask_for_mail(request: Request, data: FormData) -> Response[Any]:
    """Queue the mail; what happens next looks the same for known and unknown addresses."""
    check_form(request, None, data)
    weiter, typed = safe_path(text(data, "weiter")), text(data, "mail")
    email = rules.clean_email(typed)
    if email is None:
        error = _("Bitte prüfen Sie die Mailadresse. Sie sieht etwa so aus: name@beispiel.de")
        return _sign_in_page(request, weiter, typed, error, 422)
    try:
        _limit_mails(email, network(request))
    except TooMany as many:
        return _sign_in_page(request, weiter, typed, many.message, many.status, {"Retry-After": str(many.context["retry_after"])})
    browser, cookie = browser_cookie(request)
    with unit_of_work() as session:
        service.request_sign_in(session, email, browser, weiter.removesuffix(VOTE_PLACE), utcnow())
    return redirect("/anmelden/code", cookies=[cookie])


def _limit_mails(email: str, asking: str) -> None:
    address = keyed_hash("limit", email)  # no list of addresses in memory
    limiter.hit("sign-in-network", asking, _MAILS_PER_NETWORK, _TEN_MINUTES)
    limiter.hit("sign-in-address-network", f"{address}/{asking}", rules.MAILS_AN_HOUR, _HOUR)
    limiter.hit("sign-in-address", address, 3 * rules.MAILS_AN_HOUR, _HOUR)


@get("/anmelden/code", sync_to_thread=True, include_in_schema=False)
def sent(request: Request) -> Response[Any]:
    """Say that the mail is under way and take its code."""
    with reading() as session:
        viewer = viewer_of(session, request)
        asked = queries.newest_sign_in(session, browser_id(request))
    if viewer:
        return redirect(asked.next_path if asked else "/")
    return _sent_page(request, asked)


def _sent_page(request: Request, asked: queries.OpenSignIn | None, error: str | None = None, status: int = 200) -> Response[Any]:
    if asked is None:
        return _problem_page(request, Problem.NO_REQUEST)
    context = {
        "mail": asked.email,
        "next": asked.next_path,
        "minutes": int(rules.LINK_HOLDS.total_seconds()) // 60,
        "post_url": "/beispiel/post" if settings().is_demo else None,
        "errors": {"code": error} if error else {},
        "robots": "noindex",
    }
    return page(request, "identity/sent.html", context, status=status)


# The link and the code


@get("/anmelden/link/{sign_in_id:int}/{token:str}", sync_to_thread=True, include_in_schema=False)
def open_link(request: Request, sign_in_id: int, token: str) -> Response[Any]:
    """Show the button that signs in. Opening a link uses nothing up: mail scanners open links too."""
    browser = browser_id(request)
    with reading() as session:
        problem = service.link_problem(session, sign_in_id, token, browser, utcnow())
        viewer = viewer_of(session, request)
        asked = queries.newest_sign_in(session, browser, sign_in_id)
    if problem is Problem.USED and viewer:
        return redirect(asked.next_path if asked else "/")
    if problem:
        return _problem_page(request, problem, asked)
    context = {"action": request.url.path, "mail": asked.email if asked else None, "robots": "noindex"}
    return page(request, "identity/confirm.html", context)


@post("/anmelden/link/{sign_in_id:int}/{token:str}", sync_to_thread=True, include_in_schema=False)
def use_link(request: Request, sign_in_id: int, token: str, data: FormData) -> Response[Any]:
    """Sign in, once, in the browser that asked."""
    check_form(request, None, data)
    browser = browser_id(request)
    with unit_of_work() as session:
        viewer = viewer_of(session, request)
        outcome = service.consume_link(session, sign_in_id, token, browser, utcnow(), old_session=session_id(request))
        asked = queries.newest_sign_in(session, browser, sign_in_id)
    if outcome is Problem.USED and viewer:  # the button was pressed twice
        return redirect(asked.next_path if asked else "/")
    return _problem_page(request, outcome, asked) if isinstance(outcome, Problem) else signed_in(request, outcome)


@post("/anmelden/code", sync_to_thread=True, include_in_schema=False)
def use_code(request: Request, data: FormData) -> Response[Any]:
    """Sign in by the six digits, in the browser that asked."""
    check_form(request, None, data)
    browser = browser_id(request)
    code = "".join(text(data, "code", 100).split()).replace("-", "")
    with reading() as session:
        asked = queries.newest_sign_in(session, browser)
    if asked is None:
        return _problem_page(request, Problem.NO_REQUEST)
    if len(code) != 6 or not code.isascii() or not code.isdigit():
        return _sent_page(request, asked, _("Der Code hat sechs Ziffern. Er steht in der Mail."), 422)
    limiter.hit("code-browser", browser or "", _CODES_PER_BROWSER, _TEN_MINUTES)
    limiter.hit("code-network", network(request), _CODES_PER_NETWORK, _TEN_MINUTES)
    with unit_of_work() as session:  # a wrong code is committed too: it has cost one of the guesses
        outcome = service.consume_code(session, asked.id, code, browser, utcnow(), old_session=session_id(request))
    if outcome is Problem.WRONG_CODE:
        error = _("Dieser Code stimmt nicht. Bitte nehmen Sie den Code aus der neuesten Mail.")
        return _sent_page(request, asked, error, 422)
    return _problem_page(request, outcome, asked) if isinstance(outcome, Problem) else signed_in(request, outcome)


def _problem_page(request: Request, problem: Problem, asked: queries.OpenSignIn | None = None) -> Response[Any]:
    context = {"reason": problem.value, "next": asked.next_path if asked else "/", "robots": "noindex"}
    return page(request, "identity/link_problem.html", context, status=_STATUS[problem])


@post("/abmelden", sync_to_thread=True, include_in_schema=False)
def sign_out(request: Request, data: FormData) -> Response[Any]:
    """End this session, or (`where` is `everywhere`) every session of the account."""
    opened_by = None
    with unit_of_work() as session:
        viewer = viewer_of(session, request)
        check_form(request, viewer, data)
        if viewer:
            opened_by = oidc_service.provider_of(session, viewer.session_id)
            if text(data, "where") == "everywhere":
                logins.sign_out_everywhere(session, viewer.account_id)
            else:
                logins.sign_out(session, viewer.session_id)
    if viewer and viewer.kiosk:
        return kiosk_views.leave(request)
    further = oidc_views.way_out(*opened_by) if opened_by else None
    return oidc_views.onward(request, *further, gone_cookies()) if further else redirect("/", meldung="abgemeldet", cookies=gone_cookies())


# Welcome and account


@get("/konto/willkommen", sync_to_thread=True, include_in_schema=False)
def welcome(request: Request) -> Response[Any]:
    """Ask for what taking part needs; who has given it goes on."""
    weiter = safe_path(request.query_params.get("weiter"))
    with reading() as session:
        viewer = require_viewer(session, request)
        own, homes = queries.profile(session, viewer), queries.homes(session)
    if viewer.welcome_done or own is None:
        return redirect(weiter)
    values = {
        "display_name": own.display_name,
        "birth_year": str(own.birth_year or ""),
        "municipality": str(own.municipality_id or ""),
        "terms": False,
    }
    return _welcome_page(request, viewer, weiter, values, homes)


def _welcome_page(
    request: Request,
    viewer: Viewer,
    weiter: str,
    values: dict[str, Any],
    homes: queries.Homes,
    errors: dict[str, str] | None = None,
) -> Response[Any]:
    context = {
        "next": weiter,
        "form": values,
        "municipalities": homes,
        "minimum_age": rules.MIN_AGE,
        "errors": errors or {},
        "robots": "noindex",
    }
    return page(request, "identity/welcome.html", context, viewer=viewer, status=422 if errors else 200)


@post("/konto/willkommen", sync_to_thread=True, include_in_schema=False)
def finish_welcome(request: Request, data: FormData) -> Response[Any]:
    """Store name, year of birth, home and consent; on errors everything typed is still there."""
    weiter = safe_path(text(data, "weiter"))
    typed: dict[str, Any] = {name: text(data, name, 200) for name in ("display_name", "birth_year", "municipality")}
    typed["terms"] = bool(text(data, "terms"))
    viewer = None
    try:
        with unit_of_work() as session:
            viewer = require_viewer(session, request, weiter=weiter)
            check_form(request, viewer, data)
            service.complete_welcome(session, viewer.account_id, **typed, now=utcnow())
    except Invalid as invalid:
        if viewer is None:
            raise
        with reading() as session:
            homes = queries.homes(session)
        return _welcome_page(request, viewer, weiter, typed, homes, invalid.fields)
    return redirect(weiter, meldung="angemeldet")


@get("/konto", sync_to_thread=True, include_in_schema=False)
def account(request: Request) -> Response[Any]:
    """One's own data, sign-out, sign-out everywhere."""
    with reading() as session:
        viewer = require_viewer(session, request)
        context = account_context(session, viewer)
    return page(request, "identity/account.html", context, viewer=viewer)


def account_context(
    session: Session, viewer: Viewer, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return what the account page shows: identity's own data in two statements, then what other rooms add."""
    own = queries.profile(session, viewer)
    if own is None:
        raise NotFound(_("Dieses Konto gibt es nicht mehr."))
    context: dict[str, Any] = {
        "account": own,
        "session_count": own.sessions,
        "municipalities": queries.homes(session),
        "form": typed or {"display_name": own.display_name, "municipality": str(own.municipality_id or "")},
        "errors": errors or {},
        "news": [],
        "follows": [],
        "comments": [],
        "robots": "noindex",
    }
    for part in ACCOUNT_PARTS:
        context |= part(session, viewer)
    return context


@post("/konto", sync_to_thread=True, include_in_schema=False)
def change_account(request: Request, data: FormData) -> Response[Any]:
    """Change display name and home; on errors everything typed is still there."""
    typed = {name: text(data, name, 200) for name in ("display_name", "municipality")}
    viewer = None
    try:
        with unit_of_work() as session:
            viewer = require_viewer(session, request, weiter="/konto")
            check_form(request, viewer, data)
            service.change_profile(session, viewer.account_id, **typed, now=utcnow())
    except Invalid as invalid:
        if viewer is None:
            raise
        with reading() as session:
            context = account_context(session, viewer, typed, invalid.fields)
        return page(request, "identity/account.html", context, viewer=viewer, status=422)
    return redirect("/konto", meldung="konto")


# The demonstration's mails


@get("/beispiel/post", sync_to_thread=True, include_in_schema=False)
def example_mails(request: Request) -> Response[Any]:
    """Show the mails that lie as files. Only in the demonstration; in production there is no such page."""
    if not settings().is_demo:
        raise NotFound(_("Diese Seite gibt es nicht."))
    mails = []
    for message in written():
        body = message.get_body(("plain",))
        mails.append(
            {
                "to": str(message["To"]),
                "subject": str(message["Subject"]),
                "at": message["Date"].datetime,
                "text": body.get_content() if body else "",
            }
        )
    with reading() as session:
        viewer = viewer_of(session, request)
    return page(request, "identity/example_mails.html", {"mails": mails, "example": True, "robots": "noindex"}, viewer=viewer)


ROUTES: list[Any] = [
    sign_in_form,
    ask_for_mail,
    sent,
    open_link,
    use_link,
    use_code,
    sign_out,
    welcome,
    finish_welcome,
    account,
    change_account,
    example_mails,
]
