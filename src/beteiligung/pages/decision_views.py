"""What the assembly did with what was said here: all decisions of a region on one page, newest first."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.i18n import _, speaking
from beteiligung.identity.session import public_page
from beteiligung.pages.items import region_state
from beteiligung.places.queries import RegionFacts
from beteiligung.reporting import queries as reporting
from beteiligung.resolutions.queries import decisions
from beteiligung.resolutions.subjects import Subject


def published_reports(session: Session, region: RegionFacts) -> list[Subject]:
    """Return the region's published reports as something that can be decided on, newest first. Two statements."""
    return [
        Subject("report", one.id, str(one.number), title_of(one), f"/{region.slug}/berichte/{one.number}")
        for one in reporting.lines(session, region.id, public=True)
    ]


def title_of(report: reporting.Line) -> str:
    """Return what lists call a report, in German as the report itself: „Bericht 3 an: Kreistag, 14.12.2026“."""
    with speaking("de"):
        named = _("Bericht {number} an: {body}").format(number=report.number, body=report.body)
    return f"{named}, {report.meets_on:%d.%m.%Y}" if report.meets_on else named


@get("/{region_slug:str}/beschluesse", sync_to_thread=True, include_in_schema=False)
def decisions_page(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """All decisions of the assembly and its committees, with what they were about."""

    def build(session: Session, _viewer: object) -> tuple[str, dict[str, Any]]:
        known = region_state(session, region_slug, utcnow())
        return "resolutions/all.html", {
            "region": known.region,
            "example": known.region.example,
            "decisions": decisions(session, region_id=known.region.id)[::-1],
            "feed_url": f"/{region_slug}/feed.atom",
        }

    return public_page(request, state=lambda session: region_state(session, region_slug, utcnow()).token, build=build)


ROUTES: list[Any] = [decisions_page]
