"""The clerk's page of exports: order one, watch it being written (with and without JavaScript), fetch it, delete it."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import File

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, DomainError, Invalid, NotFound, by_field
from beteiligung.exports import queries, rules, service
from beteiligung.exports.rules import Person
from beteiligung.exports.words import KIND
from beteiligung.i18n import _
from beteiligung.identity.desk_session import checked_clerk, clerk_of
from beteiligung.identity.session import note_seen
from beteiligung.identity.viewer import Viewer
from beteiligung.web.http import FormData, is_fragment, page, redirect, text

_FIELDS = ("kind", "what", "commitment")


def person_of(viewer: Viewer, region_id: int) -> Person:
    """Return the signed-in person as this room's rules know them."""
    return Person(viewer.account_id, clerk=viewer.is_staff_of(region_id))


def _desk(request: Request, region_slug: str, typed: dict[str, str] | None = None, error: DomainError | None = None) -> Response[Any]:
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        asked = request.query_params.get("zusage", "")[:200]
        context = {
            "region": region,
            "example": region.example,
            "robots": "noindex",
            "runs": queries.runs(session, region, utcnow()),
            "kinds": [(kind, name()) for kind, name in KIND.items()],
            "extents": queries.extents(session, region),
            "days": rules.HOLDS.days,
            "action": f"/verwaltung/{region.slug}/exporte",
            "form": typed or {"kind": "feedback", "what": queries.ALL, "commitment": asked},
            "errors": by_field(error),
        }
    note_seen(viewer)
    return page(request, "exports/desk.html", context, viewer=viewer, status=error.status if error else 200)


@get("/verwaltung/{region_slug:str}/exporte", sync_to_thread=True, include_in_schema=False)
def desk(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The form, and the exports of late with their progress."""
    return _desk(request, region_slug)


@post("/verwaltung/{region_slug:str}/exporte", sync_to_thread=True, include_in_schema=False)
def order(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Order an export."""
    region, viewer = checked_clerk(request, region_slug, data)
    typed = {name: text(data, name, 1_000) for name in _FIELDS}
    try:
        with unit_of_work() as session:
            scope, target, title = queries.named(session, region, typed["what"], typed["commitment"])
            service.order(session, person_of(viewer, region.id), region, typed["kind"], scope, target, title, utcnow())
    except (Invalid, Conflict) as error:
        return _desk(request, region_slug, typed, error)
    return redirect(f"/verwaltung/{region.slug}/exporte", meldung="export", anchor="#auszuege")


@get("/verwaltung/{region_slug:str}/exporte/{run_id:int}", sync_to_thread=True, include_in_schema=False)
def progress(request: Request, region_slug: FromPath[str], run_id: FromPath[int]) -> Response[Any]:
    """The progress of one export: its fragment for htmx, else the page with all of them."""
    if not is_fragment(request):
        return _desk(request, region_slug)
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        found = queries.run(session, region, run_id, utcnow())
    return page(request, "exports/_run.html", {"region": region, "run": found}, viewer=viewer)


@get("/verwaltung/{region_slug:str}/exporte/{run_id:int}/datei", sync_to_thread=True, include_in_schema=False)
def file(request: Request, region_slug: FromPath[str], run_id: FromPath[int]) -> File:
    """The ZIP, for clerks of the region, until the link ends."""
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
    with unit_of_work() as session:
        found = service.fetch(session, person_of(viewer, region.id), region.id, run_id, utcnow())
    if found is None:
        raise NotFound(
            _(
                "In dieser Datei steht etwas, das inzwischen ausgeblendet oder zurückgenommen ist. "
                "Deshalb ist sie gelöscht. Bitte bestellen Sie den Auszug neu."
            )
        )
    path, name = found
    return File(path, filename=name, media_type="application/zip", headers={"Cache-Control": "private, no-store"})


@post("/verwaltung/{region_slug:str}/exporte/{run_id:int}/loeschen", sync_to_thread=True, include_in_schema=False)
def delete(request: Request, region_slug: FromPath[str], run_id: FromPath[int], data: FormData) -> Response[Any]:
    """Delete a file before its time."""
    region, viewer = checked_clerk(request, region_slug, data)
    with unit_of_work() as session:
        service.delete(session, person_of(viewer, region.id), region.id, run_id, utcnow())
    return redirect(f"/verwaltung/{region.slug}/exporte", meldung="export-weg", anchor="#auszuege")


ROUTES: list[Any] = [desk, order, progress, file, delete]
