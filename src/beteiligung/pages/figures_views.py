"""Frozen figures of a region for everybody: what unites and divides, who takes part, CSV and JSON. One row each, nothing is counted."""

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, cast

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from beteiligung.clock import utcnow
from beteiligung.db import reading
from beteiligung.insight.group_words import reason
from beteiligung.insight.shown import Snapshot, newest
from beteiligung.pages import columns
from beteiligung.pages.items import RegionState, region_state
from beteiligung.pages.views import region_page
from beteiligung.participation.models import STANDINGS
from beteiligung.participation.shares import Shares
from beteiligung.web.cache import cached

SHAPES = {
    "A": "M0-7a7 7 0 1 0 .01 0z",
    "B": "M-6-6h12v12h-12z",
    "C": "M0-8l7.5 13h-15z",
    "D": "M0-8l8 8-8 8-8-8z",
    "E": "M-6-6l12 12m0-12l-12 12",
}
"""How each group is drawn around its point: a filled disc, an empty square, a filled triangle, an empty diamond, a cross."""
_LISTED = 8


def without_features(content: dict[str, Any]) -> dict[str, Any]:
    """Return figures for the quiet period before an election: every tally stands, nothing is ranked or set apart."""
    kept = {slug: {k: v for k, v in one.items() if k not in ("ranks", "groups")} for slug, one in content["commitments"].items()}
    rest = {name: part for name, part in content.items() if name not in ("rankings", "groups", "commitments")}
    return {**rest, "commitments": kept, "rankings": {}, "groups": None}


def _shares(box: dict[str, Any] | None) -> Shares:
    if not box:
        return Shares(0, 0, 0, 0, None, hidden=True, at=None)
    return Shares(box["for"], box["neutral"], box["against"], box["people"], tuple(box.get("percent", ())) or None, hidden=False, at=None)


def _items(state: RegionState, content: dict[str, Any], chosen: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return commitments for a list: title, url, shares and, by group, the share for with its place in the picture."""
    made = []
    for one in list(chosen)[:_LISTED]:
        known = content["commitments"].get(one["commitment"])
        if known is None:  # archived since
            continue
        groups = [
            {"name": name, **cell, "seen": cell["for"] + cell["neutral"] + cell["against"], "x": 20 + cell["percent_for"] * 3.6}
            for name, cell in zip(SHAPES, known.get("groups", []), strict=False)
        ]
        url = f"/{state.region.slug}/zusagen/{one['commitment']}"
        made.append({**one, "title": known["title"], "url": url, "shares": _shares(known["confirmed"]), "groups": groups})
    return made


def opinions_context(state: RegionState, found: Snapshot | None) -> dict[str, Any]:
    """Return what `pages/opinions.html` wants."""
    base = {"region": state.region, "example": state.region.example, "quiet": state.quiet, "snapshot": found, "shapes": SHAPES}
    if found is None or state.quiet:
        return base
    content, groups = found.content, found.content["groups"]
    clear = groups["clear"]
    return {
        **base,
        "groups": groups,
        "why": "" if clear else reason(groups["reason"]),
        "unites": _items(state, content, groups["unites"] if clear else content["rankings"]["supported"]),
        "divides": _items(state, content, groups["divides"] if clear else content["rankings"]["divided"]),
        "marks": {name: _items(state, content, marks) for name, marks in groups.get("marks", {}).items()},
    }


def _flag(told: dict[str, Any]) -> dict[str, Any]:
    start, end = (datetime.fromisoformat(told[name]) for name in ("start", "end"))
    return {**told, "start": start, "hours": round((end - start).total_seconds() / 3600)}


def _left_out(state: RegionState, found: Snapshot | None) -> list[tuple[str, str, dict[str, int], dict[str, int]]]:
    """Return title, address, result and result without flagged people of commitments where it is told."""
    commitments = found.content["commitments"] if found else {}
    return [
        (one["title"], f"/{state.region.slug}/zusagen/{slug}", one["confirmed"], one["without"])
        for slug, one in commitments.items()
        if "without" in one
    ]


def people_context(state: RegionState, found: Snapshot | None) -> dict[str, Any]:
    """Return what `pages/people.html` wants: daily totals with the height of each bar, and who takes part."""
    days = found.content["days"][-60:] if found else []
    flagged = found.content["flags"] if found else []
    turnout = found.content["turnout"] if found else None
    most = max((day["comments"] for day in days), default=0)
    return {
        "region": state.region,
        "example": state.region.example,
        "snapshot": found,
        "days": [
            {**day, "date": date.fromisoformat(day["day"]), "height": round(100 * day["comments"] / most) if most else 0} for day in days
        ],
        "flags": [_flag(one) for one in flagged],
        "left_out": _left_out(state, found),
        "turnout": turnout,
        "turnout_on": date.fromisoformat(turnout["on"]) if turnout else None,
        "totals": found.content["totals"] if found else None,
    }


def _page(request: Request, slug: str, template: str, build: Callable[[RegionState, Snapshot | None], dict[str, Any]]) -> Response[Any]:
    return region_page(request, slug, template, lambda session, state: build(state, newest(session, state.region.id)))


@get("/{region_slug:str}/was-verbindet", sync_to_thread=True, include_in_schema=False)
def opinions(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """What unites and what divides."""
    return _page(request, region_slug, "pages/opinions.html", opinions_context)


@get("/{region_slug:str}/wer-mitmacht", sync_to_thread=True, include_in_schema=False)
def people(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """Who takes part, day by day."""
    return _page(request, region_slug, "pages/people.html", people_context)


@get("/{region_slug:str}/zahlen.csv", sync_to_thread=True, include_in_schema=False)
def figures_csv(region_slug: FromPath[str]) -> Response[Any]:
    """The last snapshot's votes: a row for each commitment and box that shows something."""
    with reading() as session:
        state = region_state(session, region_slug, utcnow())
        found = newest(session, state.region.id)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns.FIGURES)
    for slug, one in found.content["commitments"].items() if found else ():
        for standing in STANDINGS:
            if box := one[standing]:
                (low, high), (down, up) = (
                    (f"{end / 1000:.3f}" for end in box["interval"][side]) if "interval" in box else ("", "") for side in (0, 2)
                )
                counts = [box[name] for name in ("people", "for", "neutral", "against")]
                tail = [one["comments"], found.version, found.taken_at.isoformat()] if found else []
                writer.writerow([slug, one["title"], one["version"], standing, *counts, low, high, down, up, *tail])
    headers = {"Content-Disposition": f'attachment; filename="zahlen-{state.region.slug}.csv"', "Cache-Control": "no-cache"}
    return Response(text.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


@get("/api/v1/regions/{slug:str}/figures", sync_to_thread=True, tags=["Regionen"], summary="Die eingefrorenen Zahlen einer Region")
def figures(request: Request, slug: FromPath[str]) -> Response[dict[str, Any]]:
    """Return the last snapshot: tallies with intervals, rankings, groups of opinion, daily totals. Null before the first.

    Numbers by group and of people are published in steps of five. In the quiet period before an election nothing is ranked.
    """

    def make() -> str:
        with reading() as session:
            state = region_state(session, slug, utcnow())
            found = newest(session, state.region.id)
        if found is None:
            return "null"
        content = without_features(found.content) if state.quiet else found.content
        return msgspec.json.encode(
            {"version": found.version, "taken_at": found.taken_at.isoformat(), "digest": found.digest, **content}
        ).decode()

    def present() -> str:
        with reading() as session:
            return region_state(session, slug, utcnow()).token

    return cast("Response[dict[str, Any]]", cached(request, present, make, "application/json; charset=utf-8"))


ROUTES: list[Any] = [opinions, people, figures_csv, figures]
