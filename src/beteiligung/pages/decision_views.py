"""What the assembly did with what was said here: all decisions of a region on one page, newest first."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.identity.session import public_page
from beteiligung.pages.items import region_state
from beteiligung.resolutions.queries import decisions


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
