"""Reports to the assembly, for everybody: the list, and one report as a page, of its newest version or of an earlier one."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity.session import public_page
from beteiligung.pages.items import RegionState, region_state
from beteiligung.reporting import queries
from beteiligung.reporting.formats.registry import FORMATS
from beteiligung.reporting.present import report_context
from beteiligung.resolutions.queries import decisions


def _state(session: Session, slug: str) -> str:
    region = region_state(session, slug, utcnow())
    return f"{region.token}.{queries.state(session, region.region.id)}"


@get("/{region_slug:str}/berichte", sync_to_thread=True, include_in_schema=False)
def reports(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """All published reports of a region, newest first."""

    def build(session: Session, _viewer: object) -> tuple[str, dict[str, Any]]:
        known = region_state(session, region_slug, utcnow())
        return "reporting/reports.html", {
            "region": known.region,
            "example": known.region.example,
            "reports": queries.lines(session, known.region.id, public=True),
        }

    return public_page(request, state=lambda session: _state(session, region_slug), build=build)


def _context(session: Session, known: RegionState, number: int, correction: int | None) -> dict[str, Any]:
    found = queries.version(session, known.region.id, number, correction)
    folder = str(found.data.correction) if found.data.correction != found.newest else "dateien"
    return {
        **report_context(found.data, found.digest),
        "region": known.region,
        "example": known.region.example,
        "version": found,
        "files": [(one, f"/{known.region.slug}/berichte/{number}/{folder}/{one.file}") for one in FORMATS if one.key in found.files],
        "being_made": any(one.key not in found.files for one in FORMATS),
        "decisions": decisions(session, report_id=found.report_id),
    }


def _page(request: Request, region_slug: str, number: int, correction: int | None) -> Response[Any]:
    def build(session: Session, _viewer: object) -> tuple[str, dict[str, Any]]:
        return "reporting/report.html", _context(session, region_state(session, region_slug, utcnow()), number, correction)

    return public_page(request, state=lambda session: _state(session, region_slug), build=build)


@get("/{region_slug:str}/berichte/{number:int}", sync_to_thread=True, include_in_schema=False)
def report(request: Request, region_slug: FromPath[str], number: FromPath[int]) -> Response[Any]:
    """A report with all its corrections."""
    return _page(request, region_slug, number, None)


@get("/{region_slug:str}/berichte/{number:int}/{correction:int}", sync_to_thread=True, include_in_schema=False)
def report_version(request: Request, region_slug: FromPath[str], number: FromPath[int], correction: FromPath[int]) -> Response[Any]:
    """A report as it read after a correction; 0: as it was first published."""
    if number > 2**31 or correction > 2**31:
        raise NotFound(_("Diesen Bericht gibt es nicht."))
    return _page(request, region_slug, number, correction)


ROUTES: list[Any] = [reports, report, report_version]
