"""Open data: read-only JSON without a key, described at /schema; rendered once per state like every public page."""

from collections.abc import Callable
from typing import Annotated, Any, cast

import msgspec
from litestar import Response, get
from litestar.connection import Request
from litestar.params import FromPath, QueryParameter
from sqlmodel import Session

from beteiligung.clock import berlin_date, utcnow
from beteiligung.council import recommendation_queries as council
from beteiligung.db import reading
from beteiligung.pages.items import region_state
from beteiligung.pages.records import (
    CommentRecord,
    CommitmentRecord,
    Listing,
    RecommendationRecord,
    RegionRecord,
    ResolutionRecord,
    comment_records,
    commitment_record,
    commitment_records,
    commitment_state,
    recommendation_records,
    region_records,
    resolution_records,
)
from beteiligung.pages.start import start_state
from beteiligung.resolutions.queries import state as resolution_state
from beteiligung.web.cache import cached

PER_PAGE = 50
MOST = 100
_JSON = "application/json; charset=utf-8"

Page = Annotated[int, QueryParameter(ge=1, le=1_000_000, description="Seite, ab 1. Hinter der letzten ist die Liste leer.")]
PerPage = Annotated[int, QueryParameter(ge=1, le=MOST, description="Einträge je Seite, höchstens 100.")]
RegionSlug = Annotated[str | None, QueryParameter(description="Nur diese Region (ihr `slug`).", max_length=100)]


def _json(request: Request, state: Callable[[Session], str], read: Callable[[Session], msgspec.Struct]) -> Response[Any]:
    """Answer with a record; CORS is open, since there is nothing here that is not public."""

    def present() -> str:
        with reading() as session:
            return state(session)

    def made() -> str:
        with reading() as session:
            return msgspec.json.encode(read(session)).decode()

    return cached(request, present, made, _JSON)


@get("/api/v1/regions", sync_to_thread=True, tags=["Regionen"], summary="Alle Regionen mit ihren Dokumenten")
def regions(request: Request) -> Response[Listing[RegionRecord]]:
    """All counties and cities with their documents."""
    return cast("Response[Listing[RegionRecord]]", _json(request, start_state, region_records))


@get("/api/v1/commitments", sync_to_thread=True, tags=["Zusagen"], summary="Zusagen, eine Seite")
def commitments(
    request: Request, region: RegionSlug = None, page: Page = 1, per_page: PerPage = PER_PAGE
) -> Response[Listing[CommitmentRecord]]:
    """Published commitments in the order of their numbers, with place, status and the counters last shown."""

    def state(session: Session) -> str:
        return region_state(session, region, utcnow()).token if region else start_state(session)

    def read(session: Session) -> Listing[CommitmentRecord]:
        return commitment_records(session, region, page, per_page)

    return cast("Response[Listing[CommitmentRecord]]", _json(request, state, read))


@get("/api/v1/commitments/{commitment_id:int}", sync_to_thread=True, tags=["Zusagen"], summary="Eine Zusage")
def commitment(request: Request, commitment_id: FromPath[int]) -> Response[CommitmentRecord]:
    """One commitment, archived ones too."""
    return cast(
        "Response[CommitmentRecord]",
        _json(request, lambda session: commitment_state(session, commitment_id), lambda session: commitment_record(session, commitment_id)),
    )


@get("/api/v1/commitments/{commitment_id:int}/comments", sync_to_thread=True, tags=["Kommentare"], summary="Kommentare einer Zusage")
def comments(
    request: Request, commitment_id: FromPath[int], page: Page = 1, per_page: PerPage = PER_PAGE
) -> Response[Listing[CommentRecord]]:
    """Visible comments and replies in the order of their numbers, without their authors."""
    return cast(
        "Response[Listing[CommentRecord]]",
        _json(
            request,
            lambda session: commitment_state(session, commitment_id),
            lambda session: comment_records(session, commitment_id, page, per_page),
        ),
    )


@get("/api/v1/recommendations", sync_to_thread=True, tags=["Bürgerrat"], summary="Empfehlungen des Bürgerrats, eine Seite")
def recommendations(
    request: Request, region: RegionSlug = None, page: Page = 1, per_page: PerPage = PER_PAGE
) -> Response[Listing[RecommendationRecord]]:
    """Adopted recommendations, newest first, with the council's vote and the administration's answer."""
    today = berlin_date(utcnow())

    def state(session: Session) -> str:
        return f"{today}.{council.state(session)}"

    def read(session: Session) -> Listing[RecommendationRecord]:
        return recommendation_records(session, region, page, per_page, today)

    return cast("Response[Listing[RecommendationRecord]]", _json(request, state, read))


@get("/api/v1/resolutions", sync_to_thread=True, tags=["Beschlüsse"], summary="Was die gewählte Vertretung beschlossen hat, eine Seite")
def resolutions(
    request: Request, region: RegionSlug = None, page: Page = 1, per_page: PerPage = PER_PAGE
) -> Response[Listing[ResolutionRecord]]:
    """Decisions of the assembly and its committees, newest first, as they hold after corrections."""

    def state(session: Session) -> str:
        return f"{start_state(session)}.{resolution_state(session)}"

    def read(session: Session) -> Listing[ResolutionRecord]:
        return resolution_records(session, region, page, per_page)

    return cast("Response[Listing[ResolutionRecord]]", _json(request, state, read))


ROUTES: list[Any] = [regions, commitments, commitment, comments, recommendations, resolutions]
