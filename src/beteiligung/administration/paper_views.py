"""Typing in what came on paper, in two steps: type, look at it again, save. Nobody learns whose sheet it is."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from beteiligung.administration.print_views import frame
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import DomainError, Invalid
from beteiligung.identity.desk_session import checked_clerk, clerk_of
from beteiligung.identity.session import note_seen
from beteiligung.identity.viewer import Viewer
from beteiligung.participation import paper
from beteiligung.participation.rules import TEXT_LENGTH
from beteiligung.places.queries import RegionFacts
from beteiligung.web.http import FormData, keyed_hash, page, redirect, text
from beteiligung.web.limits import limiter

_SHEETS_AN_HOUR = 400
_TYPED = 60_000


@get("/verwaltung/{region_slug:str}/papier", sync_to_thread=True, include_in_schema=False)
def paper_form(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """Ask for a sheet's code."""
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
    note_seen(viewer)
    return _code_page(request, region, viewer)


def _code_page(request: Request, region: RegionFacts, viewer: Viewer, code: str = "", error: DomainError | None = None) -> Response[Any]:
    context = {**frame(region, error), "action": f"/verwaltung/{region.slug}/papier", "code": code}
    return page(request, "administration/paper.html", context, viewer=viewer, status=error.status if error else 200)


def _sheet_page(
    request: Request,
    region: RegionFacts,
    viewer: Viewer,
    sheet: paper.OpenSheet,
    form: dict[str, Any],
    *,
    check: bool = False,
    error: DomainError | None = None,
) -> Response[Any]:
    context = {
        **frame(region, error),
        "action": f"/verwaltung/{region.slug}/papier",
        "sheet": sheet,
        "form": form,
        "check": check,
        "limit": TEXT_LENGTH,
    }
    return page(request, "administration/paper_sheet.html", context, viewer=viewer, status=error.status if error else 200)


def _typed(data: dict[str, Any], sheet: paper.OpenSheet) -> dict[str, Any]:
    return {
        "code": text(data, "code", 100),
        "choices": {line.id: text(data, f"choice-{line.id}", 10) for line in sheet.lines},
        "commitment": text(data, "commitment", 10),
        "stance": text(data, "stance", 10),
        "text": text(data, "text", _TYPED).replace("\r\n", "\n"),
    }


def _commitment(form: dict[str, Any]) -> int:
    return int(form["commitment"]) if form["commitment"].isascii() and form["commitment"].isdigit() else 0


@post("/verwaltung/{region_slug:str}/papier", sync_to_thread=True, include_in_schema=False)
def enter(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Take a step: `open` shows the sheet's form, `check` what was typed, `save` counts it."""
    region, viewer = checked_clerk(request, region_slug, data)
    code, step = text(data, "code", 100), text(data, "step", 10)
    limiter.hit("paper", keyed_hash("limit", viewer.account_id), _SHEETS_AN_HOUR, 3600.0)
    now = utcnow()
    try:
        with reading() as session:
            sheet = paper.open_sheet(session, region.id, code, now)
    except DomainError as error:
        return _code_page(request, region, viewer, code, error)
    form = _typed(data, sheet)
    if step not in ("check", "save"):
        return _sheet_page(request, region, viewer, sheet, form)
    try:
        if sheet.kind == "ballot":
            paper.checked_choices(sheet, form["choices"])
        else:
            paper.checked_comment(sheet, _commitment(form), form["text"])
        if step == "check":
            return _sheet_page(request, region, viewer, sheet, form, check=True)
        with unit_of_work() as session:
            if sheet.kind == "ballot":
                paper.enter_ballot(session, region.id, code, form["choices"], now)
            else:
                paper.enter_comment(session, region.id, code, _commitment(form), form["stance"] or None, form["text"], now)
    except Invalid as error:
        return _sheet_page(request, region, viewer, sheet, form, error=error)
    except DomainError as error:
        return _code_page(request, region, viewer, code, Invalid(error.message, {"code": error.message}))
    return redirect(f"/verwaltung/{region.slug}/papier", meldung="papier")


ROUTES: list[Any] = [paper_form, enter]
