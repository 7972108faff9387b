"""News and follows on the account page, and the two forms that change them."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity.session import check_form, require_participant, require_viewer
from beteiligung.identity.viewer import Viewer
from beteiligung.notifications import device_views, mail_views, queries, return_views, service
from beteiligung.participation import service as participation
from beteiligung.participation.models import FOLLOW_KINDS
from beteiligung.places.queries import region_by_slug
from beteiligung.web.http import FormData, page, redirect, safe_path, text, whole_number


def account_part(session: Session, viewer: Viewer) -> dict[str, Any]:
    """Return what the account page shows of news, follows and own comments. Three statements."""
    news, older = queries.news(session, viewer.account_id)
    return {
        "news": news,
        "older_news": older is not None,
        "unread": viewer.unread,
        "follows": queries.follows(session, viewer.account_id),
        "comments": queries.own_comments(session, viewer.account_id),
    }


@get("/konto/neues", sync_to_thread=True, include_in_schema=False)
def all_news(request: Request) -> Response[Any]:
    """All news of one's own, newest first, thirty a page."""
    before = whole_number(request.query_params.get("vor"))
    with reading() as session:
        viewer = require_viewer(session, request, weiter="/konto/neues")
        news, older = queries.news(session, viewer.account_id, 30, before)
    context = {
        "news": news,
        "older_url": f"/konto/neues?vor={older}" if older else None,
        "first_page": before is None,
        "unread": viewer.unread,
    }
    return page(request, "notifications/news.html", {**context, "robots": "noindex"}, viewer=viewer)


@get("/konto/neues/{notification_id:int}", sync_to_thread=True, include_in_schema=False)
def open_news(request: Request, notification_id: FromPath[int]) -> Response[Any]:
    """Lead to where a piece of news belongs, and remember that it was read."""
    with unit_of_work() as session:
        viewer = require_viewer(session, request, weiter=f"/konto/neues/{notification_id}")
        path = service.mark_read(session, viewer.account_id, notification_id, utcnow())
    if path is None:
        raise NotFound(_("Diese Nachricht gibt es nicht oder nicht mehr."))
    return redirect(path)


@post("/konto/neues/gelesen", sync_to_thread=True, include_in_schema=False)
def read_all(request: Request, data: FormData) -> Response[Any]:
    """Mark all news as read."""
    with unit_of_work() as session:
        viewer = require_viewer(session, request, weiter="/konto")
        check_form(request, viewer, data)
        service.mark_all_read(session, viewer.account_id, utcnow())
    return redirect(safe_path(text(data, "weiter", 200), "/konto#neues"), meldung="gelesen")


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


ROUTES: list[Any] = [all_news, open_news, read_all, follow, *mail_views.ROUTES, *return_views.ROUTES, *device_views.ROUTES]
