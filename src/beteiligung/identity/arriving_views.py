"""What follows a sign-in, whatever the way: cookie, welcome page, second step, and back to where somebody came from."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.datastructures import Cookie

from beteiligung.identity.logins import SignedIn
from beteiligung.identity.session import SECOND_STEP, pending_choice, session_cookie
from beteiligung.web.http import redirect

VOTE_PLACE = "#stimme"
"""The place of the vote on a page. Beside a mail address in the database it would say that somebody wants to vote there."""


def signed_in(request: Request, outcome: SignedIn) -> Response[Any]:
    """Set the new cookie and lead on: to the second step where an office asks for it, to the welcome page, or back."""
    cookies: list[Cookie] = [session_cookie(outcome.secret, outcome.holds)]
    path = outcome.next_path
    if pending_choice(request) and "#" not in path:
        path += VOTE_PLACE
    if not outcome.welcome_done:
        path = f"/konto/willkommen?weiter={quote(path, safe='')}"
    if outcome.second_factor:
        return redirect(f"{SECOND_STEP}?weiter={quote(path, safe='')}", cookies=cookies)
    return redirect(path, meldung="angemeldet" if outcome.welcome_done else None, cookies=cookies)
