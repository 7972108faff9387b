"""News and follows on the account page, and the two forms that change them."""

from typing import Any

from litestar import Request, Response, post
from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.db import unit_of_work
from beteiligung.identity.session import Viewer, check_form, require_participant, require_viewer
from beteiligung.notifications import queries, service
from beteiligung.participation import service as participation
from beteiligung.participation.models import FOLLOW_KINDS
from beteiligung.places.queries import region_by_slug
from beteiligung.web.http import FormData, redirect, safe_path, text


def account_part(session: Session, viewer: Viewer) -> dict[str, Any]:
    """Return what the account page shows of news, follows and own comments. Four statements."""
    return {
        "news": queries.news(session, viewer.account_id),
        "unread": queries.unread_count(session, viewer.account_id),
        "follows": queries.follows(session, viewer.account_id),
        "comments": queries.own_comments(session, viewer.account_id),
    }


@post("/konto/neues/gelesen", sync_to_thread=True, include_in_schema=False)
def read_all(request: Request, data: FormData) -> Response[Any]:
    """Mark all news as read."""
    with unit_of_work() as session:
        viewer = require_viewer(session, request, weiter="/konto")
        check_form(request, viewer, data)
        service.mark_all_read(session, viewer.account_id, utcnow())
    return redirect("/konto", meldung="gelesen", anchor="#neues")


@post("/konto/folgen", sync_to_thread=True, include_in_schema=False)
def follow(request: Request, data: FormData) -> Response[Any]:
    """Follow a commitment, topic or region, or end it (`follow` is 1 or 0); comes back to `weiter`."""
    on = text(data, "follow", 1) == "1"
    kind = text(data, "kind", 20)
    target = text(data, "target", 200)
    back = safe_path(text(data, "weiter", 500), "/konto")
    with unit_of_work() as session:
        viewer = require_participant(session, request, weiter=back)
        check_form(request, viewer, data)
        region = region_by_slug(session, text(data, "region", 100))
        if kind in FOLLOW_KINDS:
            if on:
                participation.follow(session, viewer.account_id, region.id, kind, target, utcnow())
            else:
                participation.unfollow(session, viewer.account_id, region.id, kind, target)
    return redirect(back, meldung="folgen" if on else "folgen-aus")


ROUTES: list[Any] = [read_all, follow]
