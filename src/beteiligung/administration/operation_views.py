"""The operator's first page: the figures of `/metrics` as pictures, each with its table, and the way to the other pages."""

from typing import Any

from litestar import Request, Response, get

from beteiligung.administration import operation_queries
from beteiligung.administration.jobs_views import DELIVERY_STATES
from beteiligung.clock import utcnow
from beteiligung.db import reading
from beteiligung.identity.session import note_seen, require_operator
from beteiligung.web.http import page


@get("/betrieb", sync_to_thread=True, include_in_schema=False)
def operation(request: Request) -> Response[Any]:
    """Show how the installation is."""
    with reading() as session:
        viewer = require_operator(session, request)
        pictures = operation_queries.pictures(session, utcnow(), DELIVERY_STATES)
    note_seen(viewer)
    return page(request, "administration/operation.html", {"pictures": pictures, "robots": "noindex"}, viewer=viewer)


ROUTES: list[Any] = [operation]
