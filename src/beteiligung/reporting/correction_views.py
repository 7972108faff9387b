"""Where clerks mend an error in a published report: they pick a table, a row, a figure, and say what was wrong."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, DomainError, Invalid, by_field
from beteiligung.identity.session import note_seen
from beteiligung.reporting import dataset, mending, queries
from beteiligung.reporting.dataset import ReportData, Table
from beteiligung.reporting.models import Report
from beteiligung.reporting.views import clerk, posted
from beteiligung.web.http import FormData, page, redirect, text, whole_number

_MOST_TYPED = 20_000


def _place(table: str, row: str) -> tuple[str, int]:
    return table, whole_number(row) or 0


def _figures(table: Table, row: int) -> list[tuple[str, str]]:
    """Return (column, label with what stands there) of the figures of a row."""
    found = zip(table.columns, table.rows[row - 1], strict=True)
    return [(one.key, f"{one.label}: {dataset.said(one, value)}") for one, value in found if one.kind in mending.COUNTED]


def _page(
    request: Request,
    region_slug: str,
    report_id: int,
    place: tuple[str, int],
    typed: dict[str, str] | None = None,
    error: DomainError | None = None,
) -> Response[Any]:
    with reading() as session:
        viewer, region, _person = clerk(session, request, region_slug)
        line = queries.at_work(session, region.id, report_id).line
        found = queries.version(session, region.id, line.number or 0)
    note_seen(viewer)
    data: ReportData = found.data
    table = next((one for one in data.tables if one.key == place[0]), None)
    row = place[1] if table and 1 <= place[1] <= len(table.rows) else 0
    context = {
        "region": region,
        "example": region.example,
        "data": data,
        "work": f"/verwaltung/{region_slug}/berichte/{report_id}",
        "base": f"/verwaltung/{region_slug}/berichte/{report_id}/berichtigung",
        "tables": data.tables,
        "table": table,
        "row": row,
        "row_name": str(table.rows[row - 1][0]) if table and row else "",
        "columns": _figures(table, row) if table and row else [],
        "seen": typed["seen"] if typed and isinstance(error, Invalid) else data.correction,
        "form": typed or {"column": "", "new": "", "foreword": data.foreword, "reason": ""},
        "what": typed["what"] if typed else "",
        "errors": by_field(error),
        "robots": "noindex",
    }
    return page(request, "reporting/correction.html", context, viewer=viewer, status=error.status if error else 200)


@get("/verwaltung/{region_slug:str}/berichte/{report_id:int}/berichtigung", sync_to_thread=True, include_in_schema=False)
def correction_page(request: Request, region_slug: FromPath[str], report_id: FromPath[int]) -> Response[Any]:
    """Choose what is wrong (`tabelle`, `zeile`) and mend it."""
    params = request.query_params
    return _page(request, region_slug, report_id, _place(params.get("tabelle", "")[:100], params.get("zeile", "")))


@post("/verwaltung/{region_slug:str}/berichte/{report_id:int}/berichtigung", sync_to_thread=True, include_in_schema=False)
def correct(request: Request, region_slug: FromPath[str], report_id: FromPath[int], data: FormData) -> Response[Any]:
    """Publish a numbered correction: of a figure (`what` figure), or of the foreword."""
    region, person = posted(request, region_slug, data)
    typed = {name: text(data, name, _MOST_TYPED) for name in ("what", "table", "row", "column", "new", "foreword", "reason", "seen")}
    table, row = _place(typed["table"], typed["row"])
    read = whole_number(typed["seen"], least=0)
    seen = -1 if read is None else read
    try:
        with unit_of_work() as session:
            if typed["what"] == "foreword":
                made = mending.correct_foreword(session, person, region.id, report_id, typed["foreword"], typed["reason"], seen, utcnow())
            else:
                place = (table, row, typed["column"])
                made = mending.correct_figure(session, person, region.id, report_id, place, typed["new"], typed["reason"], seen, utcnow())
            last, number = made.number, session.get_one(Report, report_id).number
    except (Invalid, Conflict) as error:
        return _page(request, region_slug, report_id, (table, row), typed, error)
    return redirect(f"/{region_slug}/berichte/{number}", meldung="bericht-berichtigt", anchor=f"#berichtigung-{last}")


ROUTES: list[Any] = [correction_page, correct]
