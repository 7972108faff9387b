"""Addresses of a report's files: everybody's once it is published, the administration's before."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity.session import require_clerk, viewer_of
from beteiligung.places.queries import region_by_slug
from beteiligung.reporting import files


def _answer(request: Request, region_slug: str, number: int, correction: int | None, file: str) -> Response[Any]:
    with reading() as session:
        region = region_by_slug(session, region_slug)
        public = files.is_public(session, region.id, number) and not region.preparing
        if not public:
            viewer = viewer_of(session, request)
            if viewer is None or not viewer.is_staff_of(region.id):
                raise NotFound(_("Diesen Bericht gibt es nicht."))
            require_clerk(session, request, region.id)
        found = files.find(session, region.id, number, correction, file)
    if found.content is None:
        with unit_of_work() as session:
            files.order(session, found.report_id, utcnow())
        raise files.StillMade(_("Diese Datei wird gerade erstellt."), retry_after=60)
    tag = f'"{found.sha256}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache" if public else "private, no-store", "X-Robots-Tag": "noindex", "Vary": "Cookie"}
    if public and request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    way = "inline" if found.format.key in ("pdf", "json", "schema") else "attachment"
    headers["Content-Disposition"] = f'{way}; filename="{found.name}"'
    return Response(found.content, media_type=found.format.media_type, headers=headers)


@get("/{region_slug:str}/berichte/{number:int}/dateien/{file:str}", sync_to_thread=True, include_in_schema=False)
def newest(request: Request, region_slug: FromPath[str], number: FromPath[int], file: FromPath[str]) -> Response[Any]:
    """A file of the report with all corrections."""
    return _answer(request, region_slug, number, None, file)


@get("/{region_slug:str}/berichte/{number:int}/{correction:int}/{file:str}", sync_to_thread=True, include_in_schema=False)
def of_version(
    request: Request, region_slug: FromPath[str], number: FromPath[int], correction: FromPath[int], file: FromPath[str]
) -> Response[Any]:
    """A file of the report as of one correction; 0: as it was first published."""
    return _answer(request, region_slug, number, correction, file)


ROUTES: list[Any] = [newest, of_version]
