"""Who has which office: a page for the clerks of a region, and one for operators."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.administration import staff_queries
from beteiligung.administration.staff_rules import may_end_office, may_give_office
from beteiligung.clock import utcnow
from beteiligung.db import reading, require, unit_of_work
from beteiligung.errors import Forbidden, Invalid
from beteiligung.i18n import _
from beteiligung.identity import factor_service, notices, offices
from beteiligung.identity.desk_session import clerk_of
from beteiligung.identity.models import Role
from beteiligung.identity.notices import ROLE_NAMES
from beteiligung.identity.session import check_form, require_operator
from beteiligung.identity.viewer import Viewer
from beteiligung.places.queries import RegionFacts, all_regions, region_by_slug
from beteiligung.settings import settings
from beteiligung.web.http import FormData, page, redirect, text

_OPERATOR = "/betrieb/rollen"


def _office(session: Session, request: Request, region_slug: str | None) -> tuple[Viewer, RegionFacts | None]:
    """Return who asks and for which region; without one it is an operator. Raises NotFound, SignInNeeded, Forbidden."""
    if region_slug is None:
        return require_operator(session, request), None
    region, viewer = clerk_of(session, request, region_slug)
    return viewer, region


def _show(
    request: Request, region_slug: str | None, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    with reading() as session:
        viewer, region = _office(session, request, region_slug)
        rows = staff_queries.offices(session, viewer, utcnow(), region.id if region else None)
        regions = [] if region else all_regions(session)
    context = {
        "region": region,
        "offices": [(row, ROLE_NAMES[row.role]()) for row in rows],
        "own_id": viewer.account_id,
        "regions": [(place.slug, place.name) for place in regions],
        "action": f"/verwaltung/{region_slug}/rollen" if region_slug else _OPERATOR,
        "asks_second_factor": settings().second_factor,
        "example": region.example if region else False,
        "form": typed or {"mail": "", "region": "", "name": ""},
        "errors": errors or {},
        "robots": "noindex",
    }
    return page(request, "administration/staff.html", context, viewer=viewer, status=422 if errors else 200)


def _give(request: Request, region_slug: str | None, data: dict[str, Any]) -> Response[Any]:
    typed = {name: text(data, name, 300) for name in ("mail", "region", "name")}
    try:
        with unit_of_work() as session:
            viewer, region = _office(session, request, region_slug)
            check_form(request, viewer, data)
            place = region or (region_by_slug(session, typed["region"]) if typed["region"] else None)
            role, region_id, now = "clerk" if place else "operator", place.id if place else None, utcnow()
            if not may_give_office(role=role, region_id=region_id, operator=viewer.operator, clerk_of=viewer.clerk_of):
                raise Forbidden(_("Diese Aufgabe können Sie nicht vergeben."))
            account = offices.create_staff(session, typed["mail"], region_id, role, now, display_name=typed["name"], by=viewer.account_id)
            notices.tell(session, account.id or 0, "role_granted", now, role=role, region=region_id)
    except Invalid as invalid:
        return _show(request, region_slug, typed, {"mail": invalid.fields.get("email", invalid.message)})
    return redirect(f"/verwaltung/{region_slug}/rollen" if region_slug else _OPERATOR, meldung="aufgabe")


def _change(request: Request, region_slug: str | None, role_id: int, data: dict[str, Any]) -> Response[Any]:
    """End an office, or reset its holder's second factor."""
    with unit_of_work() as session:
        viewer, region = _office(session, request, region_slug)
        check_form(request, viewer, data)
        row, now = require(session, Role, role_id, _("Diese Aufgabe gibt es nicht mehr.")), utcnow()
        if region is not None and row.region_id != region.id:
            raise Forbidden(_("Diese Aufgabe gehört zu einer anderen Region."))
        if text(data, "action") == "reset":
            factor_service.reset(session, row.account_id, now, by=viewer.account_id, operator=viewer.operator, clerk_of=viewer.clerk_of)
        else:
            _end(session, viewer, row)
    return redirect(f"/verwaltung/{region_slug}/rollen" if region_slug else _OPERATOR, meldung="aufgabe")


def _end(session: Session, viewer: Viewer, row: Role) -> None:
    allowed = may_end_office(
        role=row.name,
        region_id=row.region_id,
        operator=viewer.operator,
        clerk_of=viewer.clerk_of,
        account_id=viewer.account_id,
        subject_id=row.account_id,
    )
    if not allowed:
        raise Forbidden(_("Diese Aufgabe können Sie nicht beenden."))
    now = utcnow()
    offices.end_role(session, row.account_id, row.region_id, row.name, now, by=viewer.account_id)
    notices.tell(session, row.account_id, "role_ended", now, role=row.name, region=row.region_id)


@get("/verwaltung/{region_slug:str}/rollen", sync_to_thread=True, include_in_schema=False)
def region_offices(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """Show who has an office in a region."""
    return _show(request, region_slug)


@post("/verwaltung/{region_slug:str}/rollen", sync_to_thread=True, include_in_schema=False)
def give_in_region(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Make somebody a clerk of the region."""
    return _give(request, region_slug, data)


@post("/verwaltung/{region_slug:str}/rollen/{role_id:int}", sync_to_thread=True, include_in_schema=False)
def change_in_region(request: Request, region_slug: FromPath[str], role_id: FromPath[int], data: FormData) -> Response[Any]:
    """End an office of the region, or reset a second factor."""
    return _change(request, region_slug, role_id, data)


@get(_OPERATOR, sync_to_thread=True, include_in_schema=False)
def all_offices(request: Request) -> Response[Any]:
    """Show all offices."""
    return _show(request, None)


@post(_OPERATOR, sync_to_thread=True, include_in_schema=False)
def give_anywhere(request: Request, data: FormData) -> Response[Any]:
    """Make somebody a clerk of a region or an operator."""
    return _give(request, None, data)


@post(f"{_OPERATOR}/{{role_id:int}}", sync_to_thread=True, include_in_schema=False)
def change_anywhere(request: Request, role_id: FromPath[int], data: FormData) -> Response[Any]:
    """End any office, or reset a second factor."""
    return _change(request, None, role_id, data)


def account_part(session: Session, viewer: Viewer) -> dict[str, Any]:
    """Return what the account page leads to for somebody with an office: (name, address) of each desk. One statement at most."""
    desks = [(_("Technik"), "/betrieb")] if viewer.operator else []
    regions = all_regions(session) if viewer.clerk_of else []
    desks += [(_("Verwaltung {region}").format(region=one.name), f"/verwaltung/{one.slug}") for one in regions if one.id in viewer.clerk_of]
    return {"desks": desks, "owes_second_factor": viewer.needs_second_factor}


ROUTES: list[Any] = [region_offices, give_in_region, change_in_region, all_offices, give_anywhere, change_anywhere]
