"""The page on which two people have the votes of a second account removed."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Invalid
from beteiligung.identity.desk_session import clerk_of, clerk_or_member_of
from beteiligung.identity.models import Account
from beteiligung.identity.session import check_form
from beteiligung.identity.viewer import Viewer
from beteiligung.insight import duplicates
from beteiligung.insight.duplicate_rules import Officer
from beteiligung.places.queries import RegionFacts
from beteiligung.web.http import FormData, page, redirect, text


def _officer(session: Session, request: Request, slug: str, *, clerk: bool = False) -> tuple[Viewer, RegionFacts, Officer]:
    """Return the clerk, or the member of the council, who asks. Raises NotFound, SignInNeeded, Forbidden."""
    region, viewer = (clerk_of if clerk else clerk_or_member_of)(session, request, slug)
    email = session.get_one(Account, viewer.account_id).email
    return viewer, region, Officer(viewer.account_id, email, viewer.is_staff_of(region.id), viewer.is_council_of(region.id))


def _show(request: Request, slug: str, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None) -> Response[Any]:
    with reading() as session:
        viewer, region, officer = _officer(session, request, slug)
        found = duplicates.cases(session, region.id, officer, utcnow())
    context = {
        "region": region,
        "example": region.example,
        "robots": "noindex",
        "cases": found,
        "proposes": officer.clerk,
        "form": typed or {"mail": "", "reason": ""},
        "errors": errors or {},
    }
    return page(request, "administration/duplicates.html", context, viewer=viewer, status=422 if errors else 200)


@get("/verwaltung/{region_slug:str}/doppelkonten", sync_to_thread=True, include_in_schema=False)
def listed(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """What was proposed and decided."""
    return _show(request, region_slug)


@post("/verwaltung/{region_slug:str}/doppelkonten", sync_to_thread=True, include_in_schema=False)
def propose(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Say that an account is a second one."""
    typed = {"mail": text(data, "mail", 300), "reason": text(data, "reason", 2_000)}
    try:
        with unit_of_work() as session:
            viewer, region, officer = _officer(session, request, region_slug, clerk=True)
            check_form(request, viewer, data)
            duplicates.propose(session, region.id, officer, typed["mail"], typed["reason"], utcnow())
    except Invalid as invalid:
        return _show(request, region_slug, typed, invalid.fields)
    return redirect(f"/verwaltung/{region_slug}/doppelkonten", meldung="doppelkonto")


@post("/verwaltung/{region_slug:str}/doppelkonten/{case_id:int}", sync_to_thread=True, include_in_schema=False)
def decide(request: Request, region_slug: FromPath[str], case_id: FromPath[int], data: FormData) -> Response[Any]:
    """Decide as the second person."""
    with unit_of_work() as session:
        viewer, region, officer = _officer(session, request, region_slug)
        check_form(request, viewer, data)
        duplicates.decide(session, region.id, case_id, officer, utcnow(), confirm=text(data, "action") == "confirm")
    return redirect(f"/verwaltung/{region_slug}/doppelkonten", meldung="doppelkonto-entschieden")


ROUTES: list[Any] = [listed, propose, decide]
