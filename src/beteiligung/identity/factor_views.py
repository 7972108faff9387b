"""The second step of signing in, and the page on which it is set up. Passkeys need JavaScript, app and printed codes do not."""

import logging
from typing import Any
from urllib.parse import quote

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, DomainError, Forbidden, Invalid
from beteiligung.i18n import _
from beteiligung.identity import factor_queries, factor_service, logins, queries
from beteiligung.identity import factor_rules as rules
from beteiligung.identity.factor_queries import Ways, ways_of
from beteiligung.identity.factor_service import Try
from beteiligung.identity.rules import SESSION_HOLDS, STAFF_SESSION_HOLDS
from beteiligung.identity.session import SECOND_STEP, check_form, hashed, require_viewer, session_cookie
from beteiligung.identity.viewer import Viewer, viewer_by_id
from beteiligung.settings import settings
from beteiligung.web.http import FormData, page, redirect, safe_path, text

log = logging.getLogger(__name__)

_DESK = "/konto/zweiter-schritt"
_STEP_TEMPLATE = "identity/second_step.html"
_DESK_TEMPLATE = "identity/second_factor.html"


def _viewer_and_ways(session: Session, request: Request) -> tuple[Viewer, Ways]:
    viewer = require_viewer(session, request, weiter=_DESK)
    return viewer, ways_of(session, viewer.account_id, viewer.session_id, utcnow())


def _enrolling(session: Session, request: Request, form: dict[str, Any]) -> tuple[Viewer, Ways]:
    """Return person and ways of a form that adds or changes a way. Raises SignInNeeded, Forbidden."""
    viewer, ways = _viewer_and_ways(session, request)
    check_form(request, viewer, form)
    if not ways.may_enrol:
        raise Forbidden(
            _("Bestätigen Sie zuerst Ihren zweiten Schritt.") if ways.has_office else _("Ihr Konto braucht keinen zweiten Schritt.")
        )
    return viewer, ways


# Giving it


@get(SECOND_STEP, sync_to_thread=True, include_in_schema=False)
def second_step(request: Request) -> Response[Any]:
    """Ask for the second factor; whoever has none yet sets it up first."""
    weiter = safe_path(request.query_params.get("weiter"))
    with reading() as session:
        viewer, ways = _viewer_and_ways(session, request)
    if ways.proven or not ways.has_office:
        return redirect(weiter)
    if not ways.has_way:
        return redirect(f"{_DESK}?weiter={quote(weiter, safe='')}")
    return _ways_page(request, _STEP_TEMPLATE, viewer, ways, weiter)


def _ways_page(
    request: Request, template: str, viewer: Viewer, ways: Ways, weiter: str, errors: dict[str, str] | None = None, status: int = 200
) -> Response[Any]:
    context = {"ways": ways, "next": weiter, "errors": errors or {}, "passkeys_work": _passkeys_work(), "robots": "noindex"}
    return page(request, template, context, viewer=viewer, status=status)


def _passkeys_work() -> bool:
    from beteiligung.identity import passkeys

    return passkeys.is_possible()


@post(SECOND_STEP, sync_to_thread=True, include_in_schema=False)
def give_code(request: Request, data: FormData) -> Response[Any]:
    """Take a code of the app or a printed one."""
    weiter, typed = safe_path(text(data, "weiter")), text(data, "code", 100)
    try:
        with unit_of_work() as session:  # a wrong try is committed too
            viewer, ways = _viewer_and_ways(session, request)
            check_form(request, viewer, data)
            outcome = factor_service.prove_by_code(session, viewer.account_id, typed, utcnow())
            secret = _proven(session, viewer, outcome)
    except Invalid as invalid:
        return _ways_page(request, _STEP_TEMPLATE, viewer, ways, weiter, invalid.fields, 422)
    return _answer(request, viewer, outcome, secret, weiter)


@post(f"{SECOND_STEP}/schluessel", sync_to_thread=True, include_in_schema=False)
def give_passkey(request: Request, data: FormData) -> Response[Any]:
    """Take a passkey's signature over this session's challenge."""
    from beteiligung.identity import passkeys

    weiter, answer = safe_path(text(data, "weiter")), text(data, "credential", 20_000)

    with unit_of_work() as session:
        viewer, _ways = _viewer_and_ways(session, request)
        check_form(request, viewer, data)
        asked = factor_service.take_challenge(session, viewer.session_id, "prove", utcnow())

        def check(public_key: str, count: int) -> int | None:
            try:
                return passkeys.proven(answer, asked, public_key, count) if asked else None
            except passkeys.BadPasskey as bad:
                log.warning("a passkey proved nothing: %s", bad)
                return None

        outcome = factor_service.prove_by_passkey(session, viewer.account_id, passkeys.credential_of(answer), utcnow(), check)
        secret = _proven(session, viewer, outcome)
    return _answer(request, viewer, outcome, secret, weiter)


def _proven(session: Session, viewer: Viewer, outcome: Try) -> str | None:
    return logins.renew_session(session, viewer.session_id, utcnow()) if outcome is Try.RIGHT else None


def _answer(request: Request, viewer: Viewer, outcome: Try, secret: str | None, weiter: str) -> Response[Any]:
    if secret is not None:
        return redirect(weiter, meldung="zweiter-schritt", cookies=[session_cookie(secret, _holds(viewer))])
    with reading() as session:
        ways = ways_of(session, viewer.account_id, viewer.session_id, utcnow())
    locked = outcome is Try.LOCKED or ways.locked_minutes > 0
    message = _("Das stimmt nicht. Bitte versuchen Sie es noch einmal.")
    return _ways_page(request, _STEP_TEMPLATE, viewer, ways, weiter, {} if locked else {"code": message}, 429 if locked else 422)


def _holds(viewer: Viewer) -> Any:
    """How long the cookie may stay; the session's own end in the database has not moved."""
    return STAFF_SESSION_HOLDS if viewer.clerk_of or viewer.operator else SESSION_HOLDS


@post(f"{SECOND_STEP}/frage", sync_to_thread=True, include_in_schema=False)
def ask_passkey(request: Request, data: FormData) -> Response[Any]:
    """Return what the browser has to sign, as JSON for navigator.credentials."""
    from beteiligung.identity import passkeys

    ceremony = "enrol" if text(data, "ceremony") == "enrol" else "prove"
    with unit_of_work() as session:
        if ceremony == "enrol":
            viewer, ways = _enrolling(session, request, data)
        else:
            viewer, ways = _viewer_and_ways(session, request)
            check_form(request, viewer, data)
        known = [key.credential for key in ways.keys]
        own = queries.profile(session, viewer)
        if own is None or (ceremony == "prove" and not known) or not passkeys.is_possible():
            raise Conflict(_("Hier geht das nicht mit einem Schlüssel."))
        value, options = (
            passkeys.options_to_enrol(viewer.account_id, own.mail, viewer.display_name, known)
            if ceremony == "enrol"
            else passkeys.options_to_prove(known)
        )
        factor_service.challenge(session, viewer.session_id, ceremony, value, utcnow())
    return Response(options.encode(), media_type=MediaType.JSON, status_code=200, headers={"Cache-Control": "no-store"})


# Setting it up


@get(_DESK, sync_to_thread=True, include_in_schema=False)
def desk(request: Request) -> Response[Any]:
    """Show what is set up, and how to add more."""
    with reading() as session:
        viewer, ways = _viewer_and_ways(session, request)
    weiter = safe_path(request.query_params.get("weiter"), "/konto")
    if not ways.has_office:
        return redirect("/konto")
    if ways.has_way and not ways.proven:
        return redirect(f"{SECOND_STEP}?weiter={quote(_DESK, safe='')}")
    return _ways_page(request, _DESK_TEMPLATE, viewer, ways, weiter)


@post(f"{_DESK}/schluessel", sync_to_thread=True, include_in_schema=False)
def add_passkey(request: Request, data: FormData) -> Response[Any]:
    """Add a passkey that the browser has made."""
    from beteiligung.identity import passkeys

    weiter, now = safe_path(text(data, "weiter"), "/konto"), utcnow()
    with unit_of_work() as session:
        viewer, ways = _enrolling(session, request, data)
        asked = factor_service.take_challenge(session, viewer.session_id, "enrol", now)
    try:
        made = passkeys.enrolled(text(data, "credential", 20_000), asked)
    except passkeys.BadPasskey as bad:
        log.warning("a passkey was not added: %s", bad)
        return _ways_page(
            request, _DESK_TEMPLATE, viewer, ways, weiter, {"": _("Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.")}, 422
        )
    with unit_of_work() as session:
        factor_service.add_passkey(
            session,
            viewer.account_id,
            credential=made.credential,
            public_key=made.public_key,
            sign_count=made.sign_count,
            name=text(data, "name", 200),
            now=now,
        )
        return _enrolled(session, request, viewer, ways, weiter)


def _enrolled(session: Session, request: Request, viewer: Viewer, ways: Ways, weiter: str) -> Response[Any]:
    """Go on after a way was added; the first one counts as given, and comes with printed codes."""
    if ways.has_way:
        return redirect(_DESK, meldung="zweiter-schritt-neu")
    codes = factor_service.new_codes(session, viewer.account_id)
    secret = logins.renew_session(session, viewer.session_id, utcnow())
    proven = viewer_by_id(session, hashed(secret), utcnow())
    return _codes_page(request, proven, codes, weiter, [session_cookie(secret, _holds(proven or viewer))])


def _codes_page(request: Request, viewer: Viewer | None, codes: list[str], weiter: str, cookies: list[Any]) -> Response[Any]:
    context = {"codes": [rules.shown_code(code) for code in codes], "next": weiter, "host": settings().base_url, "robots": "noindex"}
    answer = page(request, "identity/codes.html", context, viewer=viewer)
    answer.cookies.extend(cookies)
    return answer


@post(f"{_DESK}/app", sync_to_thread=True, include_in_schema=False)
def begin_app(request: Request, data: FormData) -> Response[Any]:
    """Show the picture that an app scans."""
    weiter = safe_path(text(data, "weiter"), "/konto")
    with unit_of_work() as session:
        viewer, _ways = _enrolling(session, request, data)
        secret = factor_service.begin_app(session, viewer.account_id)
        own = queries.profile(session, viewer)
    return _app_page(request, viewer, secret, own.mail if own else "", weiter)


def _app_page(
    request: Request, viewer: Viewer, secret: str, mail: str, weiter: str, errors: dict[str, str] | None = None, status: int = 200
) -> Response[Any]:
    import pyotp
    import segno

    address = pyotp.TOTP(secret, interval=rules.TOTP_SECONDS).provisioning_uri(name=mail, issuer_name=_("Beteiligung"))
    drawing = segno.make(address, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    context = {"drawing": drawing, "secret": groups, "next": weiter, "errors": errors or {}, "robots": "noindex"}
    return page(request, "identity/app.html", context, viewer=viewer, status=status)


@post(f"{_DESK}/app/code", sync_to_thread=True, include_in_schema=False)
def confirm_app(request: Request, data: FormData) -> Response[Any]:
    """Take the first code of the app."""
    weiter, code = safe_path(text(data, "weiter"), "/konto"), rules.clean_code(text(data, "code", 100))
    with unit_of_work() as session:
        viewer, ways = _enrolling(session, request, data)
        outcome = factor_service.confirm_app(session, viewer.account_id, code, utcnow()) if rules.is_app_code(code) else Try.WRONG
        if outcome is Try.RIGHT:
            return _enrolled(session, request, viewer, ways, weiter)
        secret = factor_service.begin_app(session, viewer.account_id, again=True)
        own = queries.profile(session, viewer)
    locked = outcome is Try.LOCKED
    message = (
        _("Das waren zu viele falsche Codes. Bitte warten Sie 15 Minuten.")
        if locked
        else _("Dieser Code stimmt nicht. Er wechselt alle 30 Sekunden: Nehmen Sie den, der jetzt in der App steht.")
    )
    return _app_page(request, viewer, secret, own.mail if own else "", weiter, {"code": message}, 429 if locked else 422)


@post(f"{_DESK}/codes", sync_to_thread=True, include_in_schema=False)
def print_codes(request: Request, data: FormData) -> Response[Any]:
    """Show new printed codes; the old ones end."""
    with unit_of_work() as session:
        viewer, ways = _enrolling(session, request, data)
        if not ways.has_way:
            raise Conflict(_("Richten Sie zuerst einen Schlüssel oder eine App ein."))
        codes = factor_service.new_codes(session, viewer.account_id)
    return _codes_page(request, viewer, codes, _DESK, [])


@post(f"{_DESK}/schluessel/{{key_id:int}}", sync_to_thread=True, include_in_schema=False)
def change_passkey(request: Request, key_id: FromPath[int], data: FormData) -> Response[Any]:
    """Rename a passkey, or take it away."""
    try:
        with unit_of_work() as session:
            viewer, ways = _enrolling(session, request, data)
            if text(data, "action") == "remove":
                factor_service.remove_passkey(session, viewer.account_id, key_id, utcnow(), proven=ways.proven)
                return redirect(_DESK, meldung="zweiter-schritt-weg")
            factor_service.rename_passkey(session, viewer.account_id, key_id, text(data, "name", 200))
            return redirect(_DESK, meldung="konto")
    except Forbidden as refused:
        return _refused(request, refused)


@post(f"{_DESK}/app/entfernen", sync_to_thread=True, include_in_schema=False)
def remove_app(request: Request, data: FormData) -> Response[Any]:
    """Take the app away."""
    try:
        with unit_of_work() as session:
            viewer, ways = _enrolling(session, request, data)
            factor_service.remove_app(session, viewer.account_id, utcnow(), proven=ways.proven)
            return redirect(_DESK, meldung="zweiter-schritt-weg")
    except Forbidden as refused:
        return _refused(request, refused)


def _refused(request: Request, error: DomainError) -> Response[Any]:
    with reading() as session:
        viewer, ways = _viewer_and_ways(session, request)
    if not ways.may_enrol:
        raise error
    return _ways_page(request, _DESK_TEMPLATE, viewer, ways, "/konto", {"": error.message}, error.status)


def account_part(session: Session, viewer: Viewer) -> dict[str, Any]:
    """Return whether the account page leads to the second factor: for offices; and whether it is asked for. One statement."""
    return {
        "second_factor": factor_queries.has_office(session, viewer.account_id, utcnow()),
        "asks_second_factor": settings().second_factor,
    }


ROUTES: list[Any] = [
    second_step, give_code, give_passkey, ask_passkey, desk, add_passkey, begin_app, confirm_app, print_codes, change_passkey, remove_app,
]  # fmt: skip
