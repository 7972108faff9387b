"""What the open data hold: a page with every field, and for each region metadata that catalogues of open data gather (DCAT-AP.de)."""

import json
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import berlin_date, utcnow
from beteiligung.identity.session import public_page
from beteiligung.pages.catalog import LICENCE_NAME, LICENCE_URL, Published, data_sets, metadata
from beteiligung.pages.decision_views import title_of
from beteiligung.pages.feeds import made
from beteiligung.pages.items import region_state
from beteiligung.pages.start import start_state
from beteiligung.places.queries import all_regions
from beteiligung.reporting import queries as reporting
from beteiligung.reporting.formats.registry import FORMATS

_JSON_LD = "application/ld+json; charset=utf-8"


@get("/offene-daten/felder", sync_to_thread=True, include_in_schema=False)
def fields(request: Request) -> Response[Any]:
    """Every field of every file and answer, with what it means."""

    def build(session: Session, _viewer: object) -> tuple[str, dict[str, Any]]:
        regions = all_regions(session)
        context = {"data_sets": data_sets(), "regions": regions, "licence": LICENCE_NAME, "licence_url": LICENCE_URL}
        return "pages/data_fields.html", context

    return public_page(request, state=start_state, build=build)


@get("/{region_slug:str}/katalog.jsonld", sync_to_thread=True, include_in_schema=False)
def catalogue(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The metadata of a region's open data and its published reports."""

    def state(session: Session) -> str:
        region = region_state(session, region_slug, utcnow())
        return f"{region.token}.{reporting.state(session, region.region.id)}"

    def make(session: Session) -> str:
        region = region_state(session, region_slug, utcnow()).region
        base = f"/{region.slug}/berichte"
        found = [
            Published(
                number=one.number,
                title=f"{title_of(one)} ({region.name})",
                on=berlin_date(one.published_at),
                ways=tuple((kind.key.upper(), f"{base}/{one.number}/dateien/{kind.file}") for kind in FORMATS if kind.key != "schema"),
            )
            for one in reporting.lines(session, region.id, public=True)
            if one.number is not None and one.published_at is not None
        ]
        return json.dumps(metadata(region, found), ensure_ascii=False, indent=1)

    return made(request, state, make, _JSON_LD)


ROUTES: list[Any] = [fields, catalogue]
