"""The pages everybody may read: start, region, list, topics. Others are in files of their own; ROUTES holds all."""

from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity.session import Viewer, browser_id, draft_for, pending_choice, public_page
from beteiligung.pages.commitment import Asked, Loaded, commitment_context, load
from beteiligung.pages.items import RegionState, region_state
from beteiligung.pages.listing import list_context, read_view, topic_of
from beteiligung.pages.region import overview, region_context, topic_items
from beteiligung.pages.start import start_context, start_state
from beteiligung.participation.views import personal_page
from beteiligung.web.http import whole_number


def region_page(request: Request, slug: str, template: str, build: Callable[[Session, RegionState], dict[str, Any]]) -> Response[Any]:
    """Answer one page of a region. Rendering costs the statement of `region_state` and those of `build`."""
    kept: list[RegionState] = []

    def state(session: Session) -> str:
        kept[:] = [region_state(session, slug, utcnow())]
        return kept[0].token

    def built(session: Session, _viewer: object) -> tuple[str, dict[str, Any]]:
        known = kept[0] if kept else region_state(session, slug, utcnow())
        return template, build(session, known)

    return public_page(request, state=state, build=built)


@get("/", sync_to_thread=True, include_in_schema=False)
def start(request: Request) -> Response[Any]:
    """All regions."""
    return public_page(request, state=start_state, build=lambda session, _viewer: ("pages/start.html", start_context(session)))


@get("/{region_slug:str}", sync_to_thread=True, include_in_schema=False)
def region(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The start page of a region."""
    return region_page(request, region_slug, "pages/region.html", region_context)


@get("/{region_slug:str}/zusagen", sync_to_thread=True, include_in_schema=False)
def commitments(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The list with search and filters."""
    view = read_view(request.query_params.dict())
    return region_page(request, region_slug, "pages/list.html", lambda session, state: list_context(session, state, view))


@get("/{region_slug:str}/themen", sync_to_thread=True, include_in_schema=False)
def topics(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The topics of a region."""
    return region_page(
        request,
        region_slug,
        "pages/topics.html",
        lambda session, state: {
            "region": state.region,
            "example": state.region.example,
            "nav": "topics",
            "topics": topic_items(overview(session, state), state),
        },
    )


@get("/{region_slug:str}/themen/{topic_slug:str}", sync_to_thread=True, include_in_schema=False)
def topic(request: Request, region_slug: FromPath[str], topic_slug: FromPath[str]) -> Response[Any]:
    """The list of one topic."""
    found = topic_of(topic_slug)
    if found is None:
        raise NotFound(_("Dieses Thema gibt es nicht."))
    view = read_view(request.query_params.dict(), topic=found)
    return region_page(request, region_slug, "pages/list.html", lambda session, state: list_context(session, state, view, found))


@get("/{region_slug:str}/zusagen/{slug:str}", sync_to_thread=True, include_in_schema=False)
def commitment(request: Request, region_slug: FromPath[str], slug: FromPath[str]) -> Response[Any]:
    """One commitment with its votes and comments."""
    kept: list[Loaded] = []
    params = request.query_params
    around, browser = whole_number(params.get("kommentar"), most=2**62), browser_id(request)

    def state(session: Session) -> str:
        kept[:] = [load(session, region_slug, slug, utcnow())]
        return kept[0].token

    def build(session: Session, viewer: Viewer | None) -> tuple[str, dict[str, Any]]:
        loaded = kept[0] if kept else load(session, region_slug, slug, utcnow())
        asked = Asked(
            order=params.get("reihenfolge", "hilfreich"),
            after=params.get("nach"),
            around=around,
            pending=pending_choice(request),
            draft=draft_for(session, browser, loaded.url),
        )
        return "pages/commitment.html", commitment_context(session, loaded, asked, utcnow(), viewer)

    return personal_page(request, state=state, build=build)


ROUTES: list[Any] = [start, region, commitments, topics, topic, commitment]
