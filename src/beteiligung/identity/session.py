"""Who is asking: strict sessions, the forms' token, and the cookie of a browser before sign-in.

Two cookies and no others. `sitzung` exists from sign-in to sign-out: 32 random bytes, of which the
database holds the SHA-256, new at every sign-in, never taken from the client. `browser` exists from
the first form somebody sends while signed out (a request for a mail, a comment, a vote) for a day: it
binds the mail's link to that browser, finds a draft again, and carries a choice made before signing in.
That choice stands in the cookie alone. Reading sets neither.
"""

import hashlib
import logging
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.datastructures import Cookie
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, delete
from sqlmodel import select as pick

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import DomainError, Forbidden
from beteiligung.i18n import _
from beteiligung.identity import rules
from beteiligung.identity.models import Draft, LoginSession
from beteiligung.identity.viewer import Viewer, viewer_by_id
from beteiligung.places.queries import look_as
from beteiligung.settings import settings
from beteiligung.web import cache
from beteiligung.web.http import check_same_origin, host_of, is_fragment, page, render_page, safe_path, text

log = logging.getLogger(__name__)

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_BROWSER = re.compile(r"([A-Za-z0-9_-]{43})(?:\.([1-9][0-9]{0,9})-([fna]))?")
SECOND_STEP = "/anmelden/zweiter-schritt"
_LETTER = {"for": "f", "neutral": "n", "against": "a"}
_CHOICE = {letter: choice for choice, letter in _LETTER.items()}


class SignInNeeded(DomainError):
    """Somebody has to sign in (or finish the welcome page) first; the app answers with `sign_in_answer`."""

    status = 401
    template = "errors/403.html"

    def __init__(self, location: str) -> None:
        super().__init__(_("Bitte melden Sie sich an."))
        self.location = location


def sign_in_answer(request: Request, error: SignInNeeded) -> Response[None]:
    """Send the person to the page that is missing: 303, or for htmx a header that makes it change the page."""
    if is_fragment(request):
        return Response(None, status_code=200, headers={"HX-Redirect": error.location, "Cache-Control": "no-store"})
    return Response(None, status_code=303, headers={"Location": error.location, "Cache-Control": "no-store"})


# Sessions


def cookie_name(name: str) -> str:
    """Return a cookie's name; by https with the prefix that no other host and no plain page can set."""
    return f"__Host-{name}" if settings().secure else name


def _cookie(name: str, value: str, holds: timedelta) -> Cookie:
    return Cookie(
        key=cookie_name(name),
        value=value,
        max_age=int(holds.total_seconds()),
        path="/",
        secure=settings().secure,
        httponly=True,
        samesite="lax",
    )


def hashed(secret: str) -> str:
    """Return what the database holds of a cookie's secret: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def session_cookie(secret: str, holds: timedelta) -> Cookie:
    """Return the cookie of a fresh session."""
    return _cookie("sitzung", secret, holds)


def gone_cookies() -> list[Cookie]:
    """Return the cookies that make a browser forget both."""
    return [_cookie("sitzung", "", timedelta(0)), _cookie("browser", "", timedelta(0))]


def session_id(request: Request) -> str | None:
    """Return the database key of the session that the request claims, without asking whether it exists."""
    secret = request.cookies.get(cookie_name("sitzung"), "")
    return hashed(secret) if _SECRET.fullmatch(secret) else None


def viewer_of(session: Session, request: Request) -> Viewer | None:
    """Return the signed-in person, or None. No cookie: no SQL; else exactly one statement."""
    key = session_id(request)
    viewer = viewer_by_id(session, key, utcnow()) if key else None
    if viewer:
        look_as(session, operator=viewer.operator, works_for=viewer.works_for)
    return viewer


def note_seen(viewer: Viewer) -> None:
    """Remember once a day that a session is in use. Only pages call this, never a vote."""
    now = utcnow()
    if viewer.seen_on >= now.date():
        return
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        with unit_of_work() as session:
            session.execute(update(LoginSession).where(col(LoginSession.id) == viewer.session_id).values(seen_on=today))
    except OperationalError as error:  # reading goes on while somebody else writes
        log.warning("session not marked as seen: %s", error)


# Pages and permissions


def public_page(
    request: Request,
    *,
    state: Callable[[Session], str],
    build: Callable[[Session, Viewer | None], tuple[str, dict[str, Any]]],
) -> Response[Any]:
    """Answer a page that everybody may read.

    Signed out it comes from the page cache: `state` is one cheap query, `build(session, None)` runs
    only when the state is new. Signed in it is built for the person. Never sets a cookie.
    """
    if session_id(request):
        with reading() as session:
            viewer = viewer_of(session, request)
            built = build(session, viewer) if viewer else None
        if viewer and built:
            note_seen(viewer)
            return page(request, *built, viewer=viewer)

    def made() -> tuple[str, dict[str, Any]]:
        with reading() as session:
            return build(session, None)

    def present() -> str:
        with reading() as session:
            return state(session)

    if is_fragment(request):  # the cache knows pages by address only, and a fragment has the page's address
        return page(request, *made())
    return cache.cached(request, present, lambda: render_page(request, *made()))


def here(request: Request) -> str:
    """Return the page to come back to: this one, or for a form the page it stands on (by Referer, our own only)."""
    if request.method in ("GET", "HEAD"):
        return safe_path(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
    referer = request.headers.get("referer", "")
    host = host_of(referer)
    if not host or host not in (host_of(settings().base_url), request.headers.get("host")):
        return "/"
    return safe_path(referer.partition(host)[2].partition("#")[0])


def require_viewer(session: Session, request: Request, *, weiter: str | None = None) -> Viewer:
    """Return the signed-in person. Raises SignInNeeded, which comes back to `weiter` (default: `here`)."""
    viewer = viewer_of(session, request)
    if viewer is None:
        raise SignInNeeded(f"/anmelden?weiter={quote(weiter or here(request), safe='')}")
    return viewer


def require_participant(session: Session, request: Request, *, weiter: str | None = None) -> Viewer:
    """Return the signed-in person who has a name, the age and accepted the terms. Raises SignInNeeded."""
    viewer = require_viewer(session, request, weiter=weiter)
    if not viewer.welcome_done:
        raise SignInNeeded(f"/konto/willkommen?weiter={quote(weiter or here(request), safe='')}")
    return viewer


def _require_office(session: Session, request: Request) -> Viewer:
    """Return the signed-in person with both factors given, where an office asks for a second one. Raises SignInNeeded."""
    viewer = require_viewer(session, request)
    if viewer.needs_second_factor:
        raise SignInNeeded(f"{SECOND_STEP}?weiter={quote(here(request), safe='')}")
    return viewer


def require_clerk(session: Session, request: Request, region_id: int) -> Viewer:
    """Return the signed-in clerk of the region. Raises SignInNeeded, Forbidden."""
    viewer = _require_office(session, request)
    if not viewer.is_staff_of(region_id):
        raise Forbidden(_("Diese Seite ist für die Verwaltung dieser Region. Ihr Konto gehört nicht dazu."))
    return viewer


def require_council(session: Session, request: Request, region_id: int) -> Viewer:
    """Return the signed-in member of the region's Bürgerrat. Raises SignInNeeded, Forbidden."""
    viewer = _require_office(session, request)
    if not viewer.is_council_of(region_id):
        raise Forbidden(_("Diese Seite ist für den Bürgerrat dieser Region. Ihr Konto gehört zurzeit nicht dazu."))
    return viewer


def require_operator(session: Session, request: Request) -> Viewer:
    """Return the signed-in operator. Raises SignInNeeded, Forbidden."""
    viewer = _require_office(session, request)
    if not viewer.operator:
        raise Forbidden(_("Diese Seite ist für die Technik. Ihr Konto gehört nicht dazu."))
    return viewer


def check_form(request: Request, viewer: Viewer | None, form: dict[str, Any]) -> None:
    """Refuse a form that another site sent or that belongs to another session. Raises Forbidden."""
    check_same_origin(request)
    if viewer is not None and not viewer.accepts(text(form, "csrf")):
        raise Forbidden(
            _(
                "Dieses Formular ist zu alt oder gehört zu einer anderen Anmeldung. Wir haben nichts gespeichert. "
                "Bitte gehen Sie zurück, laden Sie die Seite neu und senden Sie noch einmal."
            )
        )


# Before sign-in


def _browser(request: Request) -> re.Match[str] | None:
    return _BROWSER.fullmatch(request.cookies.get(cookie_name("browser"), ""))


def browser_id(request: Request) -> str | None:
    """Return the hash by which sign-ins and drafts know this browser; None where it has no cookie yet."""
    found = _browser(request)
    return hashed(found[1]) if found else None


def pending_choice(request: Request) -> tuple[int, str] | None:
    """Return the vote (commitment id, choice) that was pressed before signing in. It is in the cookie alone."""
    found = _browser(request)
    return (int(found[2]), _CHOICE[found[3]]) if found and found[2] else None


def browser_cookie(request: Request, pending: tuple[int, str] | None = None) -> tuple[str, Cookie]:
    """Return (browser id, cookie to set) for somebody who sends a form while signed out.

    `pending` is a vote to keep (commitment id, for | neutral | against); without it one pressed
    earlier stays. Never write `pending` to the database: beside a mail address it would tell the vote.
    """
    found = _browser(request)
    secret = found[1] if found else secrets.token_urlsafe(32)
    pending = pending or pending_choice(request)
    return hashed(secret), _cookie("browser", f"{secret}.{pending[0]}-{_LETTER[pending[1]]}" if pending else secret, rules.DRAFT_HOLDS)


def settled_cookie(request: Request) -> Cookie:
    """Return the cookie to set once a kept vote has been cast or dropped: the same browser without the choice."""
    found = _browser(request)
    return _cookie("browser", found[1] if found else "", rules.DRAFT_HOLDS if found else timedelta(0))


def keep_draft(session: Session, browser: str, path: str, content: dict[str, Any], now: datetime) -> None:
    """Keep what was typed on a page before signing in; one per browser and page, for a day. Never a vote."""
    drop_draft(session, browser, path)
    session.add(Draft(browser=browser, path=path, content=content, created_at=now))


def draft_for(session: Session, browser: str | None, path: str) -> dict[str, Any] | None:
    """Return what this browser typed on that page, where it is younger than a day. No cookie: no SQL."""
    if browser is None:
        return None
    row = session.exec(
        pick(Draft)
        .where(Draft.browser == browser, Draft.path == path, col(Draft.created_at) > utcnow() - rules.DRAFT_HOLDS)
        .order_by(col(Draft.id).desc())
        .limit(1)
    ).first()
    return row.content if row else None


def drop_draft(session: Session, browser: str | None, path: str) -> None:
    """Forget a draft that has been used."""
    if browser is not None:
        session.execute(delete(Draft).where(col(Draft.browser) == browser, col(Draft.path) == path))
