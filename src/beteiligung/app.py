"""create_app(): routes, error map, security headers, compression."""

import logging
from contextlib import suppress
from typing import Any

from litestar import Litestar, MediaType, Request, Response, Router
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from beteiligung import tables
from beteiligung.administration import views as administration
from beteiligung.db import reading
from beteiligung.errors import DomainError, NotFound
from beteiligung.i18n import _
from beteiligung.identity import views as identity
from beteiligung.identity.session import SignInNeeded, sign_in_answer, viewer_of
from beteiligung.notifications import views as notifications
from beteiligung.pages import opendata
from beteiligung.pages import views as pages
from beteiligung.pages.search import warm_up
from beteiligung.participation import views as participation
from beteiligung.places.queries import region_by_slug
from beteiligung.settings import settings
from beteiligung.web.assets import asset
from beteiligung.web.cache import fast_lane
from beteiligung.web.edge import edge
from beteiligung.web.http import check_same_origin, error_page, from_http_exception
from beteiligung.web.render import render

log = logging.getLogger(__name__)

_LARGEST_ID = 2**31 - 1
"""Of a row: PostgreSQL's INTEGER."""


class Overloaded(DomainError):
    """The database did not answer in time."""

    status = 503
    template = "errors/429.html"


def _on_domain_error(request: Request, error: DomainError) -> Response[Any]:
    """Show an error in the frame its address has otherwise: signed in as somebody, within a region."""
    viewer = None
    slug = request.url.path.split("/")[1]
    with suppress(SQLAlchemyError, NotFound), reading() as session:
        viewer = viewer_of(session, request)
        if slug and "region" not in error.context:
            error.context["region"] = region_by_slug(session, slug)
    return error_page(request, error, viewer=viewer)


def _on_sign_in_needed(request: Request, error: SignInNeeded) -> Response[Any]:
    return sign_in_answer(request, error)


def _on_http_error(request: Request, error: HTTPException) -> Response[Any]:
    return _on_domain_error(request, from_http_exception(error))


def _on_database_error(request: Request, error: OperationalError) -> Response[Any]:
    log.error("database: %s", error.orig)
    message = _("Gerade sind sehr viele Menschen hier. Ihre Eingabe ist nicht gespeichert. Bitte versuchen Sie es gleich noch einmal.")
    return error_page(request, Overloaded(message, retry_after=5))


def _on_bug(request: Request, error: Exception) -> Response[Any]:
    log.error("%s %s failed", request.method, request.scope.get("path_template", ""), exc_info=error)  # a path may hold a link's secret
    return Response(render("errors/500.html"), status_code=500, media_type=MediaType.HTML)


async def _before_request(request: Request) -> None:
    """Refuse what no page of ours asks for and no database takes: foreign forms, NUL, numbers beyond every row's."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        check_same_origin(request)
    if any(value > _LARGEST_ID if isinstance(value, int) else "\x00" in str(value) for value in request.path_params.values()):
        raise NotFound("")
    if "%00" in request.url.query:
        raise DomainError(_("Diese Anfrage haben wir nicht verstanden."))


def create_app() -> Litestar:
    """Return the ASGI application. Reads the settings; raises SettingsError when they are incomplete."""
    assert tables.metadata.tables  # noqa: S101 - every mapper is configured before the first request
    identity.ACCOUNT_PARTS[:] = [notifications.account_part]
    # One router around all: registered one by one, the first of two handlers of an address is wrapped for its thread
    # twice (Litestar 2.25) and answers 500.
    routes = Router(
        path="/",
        route_handlers=[
            asset,
            *pages.ROUTES,
            *opendata.ROUTES,
            *identity.ROUTES,
            *notifications.ROUTES,
            *participation.ROUTES,
            *administration.ROUTES,
        ],
    )
    app = Litestar(
        route_handlers=[routes],
        exception_handlers={
            SignInNeeded: _on_sign_in_needed,
            DomainError: _on_domain_error,
            HTTPException: _on_http_error,
            OperationalError: _on_database_error,
            Exception: _on_bug,
        },
        before_request=_before_request,
        on_startup=[] if settings().mode == "test" else [warm_up],
        request_max_body_size=settings().form_limit,
        openapi_config=OpenAPIConfig(
            title="Beteiligung: offene Daten",
            version="1",
            path="/schema",
            render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"]), YamlRenderPlugin(path="/openapi.yaml")],
        ),
        debug=False,
        logging_config=None,
    )
    app.asgi_handler = edge(fast_lane(app.asgi_handler))
    return app
