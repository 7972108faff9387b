"""The public pages of the Bürgerrat: who sits, how it was drawn, how likely each group was, and the files to repeat it."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import berlin_date, utcnow
from beteiligung.council import groups, queries
from beteiligung.council.queries import DrawFacts
from beteiligung.db import reading
from beteiligung.identity.session import public_page
from beteiligung.pages.items import region_state


def _state(session: Session, slug: str) -> str:
    now = utcnow()
    region = region_state(session, slug, now)
    return f"{region.token}.{berlin_date(now)}.{queries.council_state(session, region.region.id)}"


def _by_feature(told: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]], float, float]]:
    """(feature, its groups, greatest share of any bar, greatest chance)."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in told:
        found.setdefault(one["feature"], []).append(one)
    return [(name, rows, _most(rows), max((one["mean"] or 0.0 for one in rows), default=0.0) or 1.0) for name, rows in found.items()]


def _most(rows: list[dict[str, Any]]) -> float:
    return max((max(one["upper_share"], one["population"] or 0.0, one.get("seated_share") or 0.0) for one in rows), default=0.0) or 1.0


def _shares(draw: DrawFacts, values: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The groups of a draw with shares of the council: the quota's, and of those who sit."""
    seated = len(values)
    return [
        {
            **one,
            "band": (one["lower"] / draw.size, one["upper"] / draw.size),
            "upper_share": one["upper"] / draw.size,
            "seated_share": one["seated"] / seated if seated else None,
        }
        for one in groups.of_council(values, draw.groups)
    ]


@get("/{region_slug:str}/buergerrat", sync_to_thread=True, include_in_schema=False)
def council(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """Who sits now, how diverse they are, and all draws."""

    def build(session: Session, _viewer: object) -> tuple[str, dict[str, Any]]:
        now = utcnow()
        region = region_state(session, region_slug, now).region
        draws = queries.draws_of(session, region.id, public=True)
        present = next((one for one in draws if queries.sits(berlin_date(now), one)), None)
        values = queries.seated_values(session, present.id) if present else []
        names = queries.members(session, present.id) if present else []
        return "pages/council.html", {
            "region": region,
            "example": region.example,
            "draws": draws,
            "present": present,
            "names": sorted(name for name in names if name),
            "nameless": sum(not name for name in names),
            "seated": len(values),
            "features": _by_feature(_shares(present, values)) if present else [],
        }

    return public_page(request, state=lambda session: _state(session, region_slug), build=build)


@get("/{region_slug:str}/buergerrat/auslosungen/{draw_id:int}", sync_to_thread=True, include_in_schema=False)
def draw_page(request: Request, region_slug: FromPath[str], draw_id: FromPath[int]) -> Response[Any]:
    """One published draw: what was fixed before, how likely each group was, what was drawn, and how to repeat it."""

    def build(session: Session, _viewer: object) -> tuple[str, dict[str, Any]]:
        region = region_state(session, region_slug, utcnow()).region
        draw = queries.draw_of(session, region.id, draw_id, public=True)
        return "pages/draw.html", {
            "region": region,
            "example": region.example,
            "draw": draw,
            "features": _by_feature(_shares(draw, [])),
            "steps": queries.replacements(session, draw_id),
            "base": f"/{region.slug}/buergerrat/auslosungen/{draw_id}",
        }

    return public_page(request, state=lambda session: _state(session, region_slug), build=build)


_FILES = {"veroeffentlichung": "published", "protokoll": "protocol"}


@get("/{region_slug:str}/buergerrat/auslosungen/{draw_id:int}/{name:str}", sync_to_thread=True, include_in_schema=False)
def draw_file(region_slug: FromPath[str], draw_id: FromPath[int], name: FromPath[str]) -> Response[bytes]:
    """A file of a published draw, byte by byte: veroeffentlichung.json, protokoll.json or nachruecken.json."""
    with reading() as session:
        region = region_state(session, region_slug, utcnow()).region
        queries.draw_of(session, region.id, draw_id, public=True)
        stem = name.removesuffix(".json")
        kind = _FILES.get(stem, "")
        content = queries.replacement_file(session, draw_id) if stem == "nachruecken" else queries.file_of(session, draw_id, kind)
    headers = {"Content-Disposition": f'attachment; filename="{stem}-{draw_id}.json"', "Cache-Control": "no-cache"}
    return Response(content, media_type="application/json", headers=headers)


ROUTES: list[Any] = [council, draw_page, draw_file]
