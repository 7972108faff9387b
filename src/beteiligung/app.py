"""create_app(): routes, error map, security headers, compression."""

import errno
import logging
from contextlib import suppress
from typing import Any, cast
from urllib.parse import parse_qsl

from litestar import Litestar, MediaType, Request, Response, Router
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.utils.scope.state import ScopeState
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from beteiligung import tables
from beteiligung.administration import draw_invite_views as inviting
from beteiligung.administration import draw_views as draws
from beteiligung.administration import jobs_views, metrics_views, operation_views
from beteiligung.administration import paper_views as paper
from beteiligung.administration import print_views as prints
from beteiligung.administration import review_views as review
from beteiligung.administration import rights_views as rights
from beteiligung.administration import setup_views as setting_up
from beteiligung.administration import staff_views as staff
from beteiligung.administration import views as administration
from beteiligung.council import recommendation_views as recommending
from beteiligung.council import views as drawn
from beteiligung.db import reading
from beteiligung.errors import DomainError, NotFound
from beteiligung.exports import views as exports
from beteiligung.i18n import LANGUAGE, _
from beteiligung.identity import factor_views, oidc_views, proxy_views
from beteiligung.identity import kiosk_views as kiosk
from beteiligung.identity import residence_views as residence
from beteiligung.identity import views as identity
from beteiligung.identity.session import SignInNeeded, sign_in_answer, viewer_of
from beteiligung.insight import duplicate_views as duplicates
from beteiligung.insight import tone_views
from beteiligung.logs import configure
from beteiligung.moderation import council_views as council
from beteiligung.moderation import views as moderation
from beteiligung.notifications import views as notifications
from beteiligung.notifications.unsubscribe import PATH as STOP_MAILS
from beteiligung.pages import catalog_views, decision_views, opendata, recommendation_views, report_views, transparency_views
from beteiligung.pages import council_views as council_pages
from beteiligung.pages import figures_views as live_figures
from beteiligung.pages import moderation_views as moderation_log
from beteiligung.pages import tone_views as tone_pages
from beteiligung.pages import views as pages
from beteiligung.pages.search import warm_up
from beteiligung.participation import quote_views
from beteiligung.participation import views as participation
from beteiligung.places.queries import region_by_slug
from beteiligung.reporting import correction_views
from beteiligung.reporting import file_views as report_files
from beteiligung.reporting import paper_views as assembly_paper
from beteiligung.reporting import views as reporting
from beteiligung.resolutions import subjects as decidable
from beteiligung.resolutions import views as resolutions
from beteiligung.settings import settings
from beteiligung.web.assets import asset
from beteiligung.web.cache import fast_lane
from beteiligung.web.edge import edge
from beteiligung.web.http import check_same_origin, error_page, from_http_exception
from beteiligung.web.language import in_its_language
from beteiligung.web.metrics import measured
from beteiligung.web.observed import observed
from beteiligung.web.render import render

log = logging.getLogger(__name__)

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LARGEST_ID = 2**31 - 1
"""Of a row: PostgreSQL's INTEGER."""


class Away(DomainError):
    """The database does not answer, has no room, or not in time."""

    status = 503
    template = "errors/away.html"


def _on_domain_error(request: Request, error: DomainError) -> Response[Any]:
    """Show an error in the frame its address has otherwise: signed in as somebody, within a region."""
    if error.status == 403:  # an operator sees when many doors are tried; who tries is in no log, and a path may hold a secret
        log.warning("%s %s refused", request.method, request.scope.get("path_template", ""))
    viewer = None
    slug = request.url.path.split("/")[1]
    with suppress(SQLAlchemyError, NotFound), reading() as session:
        viewer = viewer_of(session, request)
        if slug and "region" not in error.context:
            region = region_by_slug(session, slug)
            if not region.preparing or (viewer and (viewer.operator or region.id in viewer.works_for)):
                error.context["region"] = region
    return error_page(request, error, viewer=viewer)


def _on_sign_in_needed(request: Request, error: SignInNeeded) -> Response[Any]:
    return sign_in_answer(request, error)


def _on_http_error(request: Request, error: HTTPException) -> Response[Any]:
    return _on_domain_error(request, from_http_exception(error))


def _typed(request: Request) -> str:
    """Return what stood in the largest field of a form that was sent, so that nobody has to type it again."""
    body = ScopeState.from_scope(request.scope).body
    if not isinstance(body, bytes) or len(body) > settings().form_limit:
        return ""
    fields = parse_qsl(body.decode("utf-8", "replace"))
    return max((value for name, value in fields if name == "text"), key=len, default="")


def _on_database_error(request: Request, error: OperationalError | PoolTimeout | OSError) -> Response[Any]:
    log.error("database or disk: %s", getattr(error, "orig", error))
    return error_page(request, Away("", retry_after=10, kept=_typed(request)))


def _on_disk_error(request: Request, error: OSError) -> Response[Any]:
    """Tell a full disk from a mistake of ours."""
    return _on_database_error(request, error) if error.errno in _NO_ROOM else _on_bug(request, error)


def _on_bug(request: Request, error: Exception) -> Response[Any]:
    log.error("%s %s failed", request.method, request.scope.get("path_template", ""), exc_info=error)  # a path may hold a link's secret
    return Response(render("errors/500.html", lang=LANGUAGE.get()), status_code=500, media_type=MediaType.HTML)


def _known_signs(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Refuse what no page of ours asks for and no database takes, before any guard of an address: NUL, numbers beyond every row's."""
    if any(value > _LARGEST_ID if isinstance(value, int) else "\x00" in str(value) for value in connection.path_params.values()):
        raise NotFound("")
    if "%00" in connection.url.query:
        raise DomainError(_("Diese Anfrage haben wir nicht verstanden."))


def _same_origin(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Refuse foreign forms before anything else is asked, also before a guard of an address. Raises Forbidden."""
    request = cast(Request, connection)
    if request.method not in ("GET", "HEAD", "OPTIONS") and not request.url.path.startswith(STOP_MAILS):
        check_same_origin(request)


def create_app() -> Litestar:
    """Return the ASGI application. Reads the settings; raises SettingsError when they are incomplete."""
    if settings().mode != "test":
        configure(settings().log_format)
    assert tables.metadata.tables  # noqa: S101 - every mapper is configured before the first request
    identity.ACCOUNT_PARTS[:] = [
        oidc_views.account_part, factor_views.account_part, notifications.account_part, rights.account_part, staff.account_part,
    ]  # fmt: skip
    # One router around all: registered one by one, the first of two handlers of an address is wrapped for its thread
    # twice (Litestar 2.25) and answers 500.
    decidable.REPORTS[:] = [decision_views.published_reports]
    routes = Router(
        path="/",
        route_handlers=[
            asset,
            *pages.ROUTES,
            *moderation_log.ROUTES,
            *transparency_views.ROUTES,
            *council_pages.ROUTES,
            *drawn.ROUTES,
            *draws.ROUTES,
            *inviting.ROUTES,
            *recommendation_views.ROUTES,
            *decision_views.ROUTES,
            *report_files.ROUTES,
            *report_views.ROUTES,
            *reporting.ROUTES,
            *correction_views.ROUTES,
            *assembly_paper.ROUTES,
            *opendata.ROUTES,
            *catalog_views.ROUTES,
            *tone_pages.ROUTES,
            *live_figures.ROUTES,
            *duplicates.ROUTES,
            *identity.ROUTES,
            *oidc_views.ROUTES,
            *factor_views.ROUTES,
            *proxy_views.ROUTES,
            *notifications.ROUTES,
            *participation.ROUTES,
            *quote_views.ROUTES,
            *moderation.ROUTES,
            *council.ROUTES,
            *tone_views.ROUTES,
            *recommending.ROUTES,
            *resolutions.ROUTES,
            *exports.ROUTES,
            *administration.ROUTES,
            *staff.ROUTES,
            *jobs_views.ROUTES,
            *setting_up.ROUTES,
            *metrics_views.ROUTES,
            *operation_views.ROUTES,
            *residence.ROUTES,
            *kiosk.ROUTES,
            *prints.ROUTES,
            *paper.ROUTES,
            *review.ROUTES,
            *rights.ROUTES,
        ],
    )
    app = Litestar(
        route_handlers=[routes],
        exception_handlers={
            SignInNeeded: _on_sign_in_needed,
            DomainError: _on_domain_error,
            HTTPException: _on_http_error,
            OperationalError: _on_database_error,
            PoolTimeout: _on_database_error,
            OSError: _on_disk_error,
            Exception: _on_bug,
        },
        guards=[_known_signs, _same_origin],
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
    app.asgi_handler = observed(measured(edge(in_its_language(fast_lane(app.asgi_handler)))))
    return app
