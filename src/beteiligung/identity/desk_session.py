"""Who works at the desk of a region, asked at the beginning of each of its pages and forms."""

from typing import Any

from litestar import Request
from sqlmodel import Session

from beteiligung.db import reading
from beteiligung.identity.session import check_form, require_clerk, require_council, viewer_of
from beteiligung.identity.viewer import Viewer
from beteiligung.places.queries import RegionFacts, region_by_slug


def clerk_of(session: Session, request: Request, region_slug: str) -> tuple[RegionFacts, Viewer]:
    """Return region and clerk. Raises NotFound, SignInNeeded, Forbidden."""
    region = region_by_slug(session, region_slug)
    return region, require_clerk(session, request, region.id)


def checked_clerk(request: Request, region_slug: str, form: dict[str, Any]) -> tuple[RegionFacts, Viewer]:
    """Return region and clerk of a posted form before anything is written. Raises Forbidden for a foreign form."""
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
    check_form(request, viewer, form)
    return region, viewer


def clerk_or_member_of(session: Session, request: Request, region_slug: str) -> tuple[RegionFacts, Viewer]:
    """Return region and who does council work in it: a clerk, or a member of its Bürgerrat. Raises NotFound, SignInNeeded, Forbidden."""
    region = region_by_slug(session, region_slug)
    known = viewer_of(session, request)
    required = require_clerk if known is not None and known.is_staff_of(region.id) else require_council
    return region, required(session, request, region.id)
