"""The clerks' desk for reports: draft, words, release by a second person, publication."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.catalogue.topics import TOPICS
from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, DomainError, Forbidden, Invalid, by_field
from beteiligung.i18n import _
from beteiligung.identity.desk_session import checked_clerk, clerk_of
from beteiligung.identity.residence_rules import read_day
from beteiligung.identity.session import note_seen
from beteiligung.identity.viewer import Viewer
from beteiligung.insight.shown import first_day
from beteiligung.places.queries import RegionFacts
from beteiligung.reporting import present, queries, rules, service
from beteiligung.reporting.formats.registry import FORMATS
from beteiligung.reporting.rules import Person
from beteiligung.web.http import FormData, page, redirect, text, texts

_MOST_TYPED = 20_000
_LINES = ("body", "meets_on", "paper_number", "subject", "since", "until")


def _person(viewer: Viewer, region_id: int) -> Person:
    return Person(viewer.account_id, clerk=viewer.is_staff_of(region_id))


def clerk(session: Session, request: Request, region_slug: str) -> tuple[Viewer, RegionFacts, Person]:
    """Return the clerk who asks. Raises NotFound, SignInNeeded, Forbidden."""
    region, viewer = clerk_of(session, request, region_slug)
    return viewer, region, _person(viewer, region.id)


def posted(request: Request, region_slug: str, data: dict[str, Any]) -> tuple[RegionFacts, Person]:
    """Return the clerk who sent a form of ours. Raises as `clerk`, and Forbidden for a foreign form."""
    region, viewer = checked_clerk(request, region_slug, data)
    return region, _person(viewer, region.id)


# The list, and a new report


def _list(request: Request, region_slug: str, typed: dict[str, Any] | None = None, error: DomainError | None = None) -> Response[Any]:
    with reading() as session:
        viewer, region, _person = clerk(session, request, region_slug)
        lines = queries.lines(session, region.id, public=False)
        names = queries.committees(session, region.id)
        figures_since = first_day(session, region.id)
    note_seen(viewer)
    since, until = rules.proposed_period(berlin_date(utcnow()), figures_since)
    begun = {
        **dict.fromkeys(_LINES, ""), "body": region.assembly_name, "since": f"{since:%d.%m.%Y}", "until": f"{until:%d.%m.%Y}",
        "committees": [""] * rules.MOST_COMMITTEES, "topics": [],
    }  # fmt: skip
    context = {
        "region": region,
        "example": region.example,
        "reports": lines,
        "committees": [("", _("keiner")), *((name, name) for name in names)],
        "topics": TOPICS,
        "figures_since": figures_since,
        "form": typed or begun,
        "errors": by_field(error),
        "robots": "noindex",
    }
    return page(request, "reporting/desk.html", context, viewer=viewer, status=error.status if error else 200)


@get("/verwaltung/{region_slug:str}/berichte", sync_to_thread=True, include_in_schema=False)
def desk(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """Reports at work and published ones, and the form for a new one."""
    return _list(request, region_slug)


@post("/verwaltung/{region_slug:str}/berichte", sync_to_thread=True, include_in_schema=False)
def draft(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Have a report made."""
    region, person = posted(request, region_slug, data)
    typed: dict[str, Any] = {name: text(data, name, 1_000) for name in _LINES}
    typed["committees"] = [text(data, f"committee-{place}", 500) for place in range(1, rules.MOST_COMMITTEES + 1)]
    typed["topics"] = texts(data, "topics")
    days = {name: read_day(typed[name]) for name in ("meets_on", "since", "until")}
    wrong = typed["meets_on"].strip() and days["meets_on"] is None
    asked = {**typed, **days, "errors": {"meets_on": _("Bitte schreiben Sie den Tag so: 30.11.2026.")} if wrong else {}}
    try:
        with unit_of_work() as session:
            number = service.draft(session, person, region.id, asked, utcnow()).id
    except Invalid as error:
        return _list(request, region_slug, typed, error)
    return redirect(f"/verwaltung/{region_slug}/berichte/{number}", meldung="bericht")


# One report


def _one(
    request: Request, region_slug: str, report_id: int, typed: dict[str, Any] | None = None, error: DomainError | None = None
) -> Response[Any]:
    with reading() as session:
        viewer, region, person = clerk(session, request, region_slug)
        found = queries.at_work(session, region.id, report_id)
    note_seen(viewer)
    today, line = berlin_date(utcnow()), found.line
    answers = [*found.answers, ("", "")]
    context = {
        "region": region,
        "example": region.example,
        "report": found,
        "line": line,
        "base": f"/verwaltung/{region_slug}/berichte/{report_id}",
        "titles": [("", _("zum Bericht im Ganzen")), *present.titles(found.data)],
        "form": typed or {"foreword": found.foreword, "answers": answers},
        "seen": typed["edited_at"] if typed and isinstance(error, Invalid) else found.edited_at.isoformat() if found.edited_at else "",
        "why_not_release": rules.why_not_release(person, found.progress),
        "why_not_publish": rules.why_not_publish(person, line.state, region, today),
        "files": [(one, f"/{region.slug}/berichte/{line.number}/dateien/{one.file}") for one in FORMATS if one.key in found.files],
        "files_missing": len(FORMATS) - len(found.files),
        "errors": by_field(error),
        "robots": "noindex",
    }
    return page(request, "reporting/work.html", context, viewer=viewer, status=error.status if error else 200)


@get("/verwaltung/{region_slug:str}/berichte/{report_id:int}", sync_to_thread=True, include_in_schema=False)
def work(request: Request, region_slug: FromPath[str], report_id: FromPath[int]) -> Response[Any]:
    """One report: how far it is, and what can be done now."""
    return _one(request, region_slug, report_id)


@get("/verwaltung/{region_slug:str}/berichte/{report_id:int}/vorschau", sync_to_thread=True, include_in_schema=False)
def preview(request: Request, region_slug: FromPath[str], report_id: FromPath[int]) -> Response[Any]:
    """The report as everybody would read it."""
    with reading() as session:
        viewer, region, _person = clerk(session, request, region_slug)
        found = queries.at_work(session, region.id, report_id)
    if found.data is None:
        raise Conflict(_("Die Zahlen werden noch zusammengestellt."))
    context = {
        **present.report_context(found.data, found.digest or ""),
        "region": region,
        "example": region.example,
        "back": f"/verwaltung/{region_slug}/berichte/{report_id}",
        "robots": "noindex",
    }
    return page(request, "reporting/preview.html", context, viewer=viewer)


@post("/verwaltung/{region_slug:str}/berichte/{report_id:int}/worte", sync_to_thread=True, include_in_schema=False)
def write(request: Request, region_slug: FromPath[str], report_id: FromPath[int], data: FormData) -> Response[Any]:
    """Write foreword and answers."""
    region, person = posted(request, region_slug, data)
    answers = [
        (text(data, f"about-{place}", 300), text(data, f"answer-{place}", _MOST_TYPED))
        for place in range(1, rules.MOST_ANSWERS + 1)
        if f"answer-{place}" in data
    ]
    foreword = text(data, "foreword", _MOST_TYPED)
    typed: dict[str, Any] = {"foreword": foreword, "answers": answers or [("", "")], "edited_at": text(data, "edited_at", 40)}
    try:
        with unit_of_work() as session:
            service.write(session, person, region.id, report_id, foreword, answers, _moment(typed["edited_at"]), utcnow())
    except (Invalid, Conflict) as error:
        return _one(request, region_slug, report_id, typed, error)
    return redirect(f"/verwaltung/{region_slug}/berichte/{report_id}", meldung="bericht-worte", anchor="#worte")


@post("/verwaltung/{region_slug:str}/berichte/{report_id:int}/freigabe", sync_to_thread=True, include_in_schema=False)
def release(request: Request, region_slug: FromPath[str], report_id: FromPath[int], data: FormData) -> Response[Any]:
    """Release a report as the second person."""
    region, person = posted(request, region_slug, data)
    try:
        with unit_of_work() as session:
            service.release(session, person, region.id, report_id, _moment(text(data, "edited_at", 40)), utcnow())
    except (Conflict, Forbidden) as error:
        return _one(request, region_slug, report_id, None, error)
    return redirect(f"/verwaltung/{region_slug}/berichte/{report_id}", meldung="bericht-freigegeben")


def _moment(typed: str) -> datetime | None:
    try:
        return datetime.fromisoformat(typed)
    except ValueError:
        return None


@post("/verwaltung/{region_slug:str}/berichte/{report_id:int}/veroeffentlichung", sync_to_thread=True, include_in_schema=False)
def publish(request: Request, region_slug: FromPath[str], report_id: FromPath[int], data: FormData) -> Response[Any]:
    """Let everybody read a released report."""
    region, person = posted(request, region_slug, data)
    try:
        with unit_of_work() as session:
            service.publish(session, person, region.id, report_id, utcnow())
    except Conflict as error:
        return _one(request, region_slug, report_id, None, error)
    return redirect(f"/verwaltung/{region_slug}/berichte/{report_id}", meldung="bericht-veroeffentlicht")


@post("/verwaltung/{region_slug:str}/berichte/{report_id:int}/verwerfen", sync_to_thread=True, include_in_schema=False)
def discard(request: Request, region_slug: FromPath[str], report_id: FromPath[int], data: FormData) -> Response[Any]:
    """Throw a report away that is not published; `sure` says that it is meant."""
    region, person = posted(request, region_slug, data)
    if not text(data, "sure"):
        missing = Invalid(_("Bitte bestätigen Sie."), {"sure": _("Bitte bestätigen Sie, dass der Entwurf verworfen wird.")})
        return _one(request, region_slug, report_id, None, missing)
    try:
        with unit_of_work() as session:
            service.discard(session, person, region.id, report_id, utcnow())
    except Conflict as error:
        return _one(request, region_slug, report_id, None, error)
    return redirect(f"/verwaltung/{region_slug}/berichte", meldung="bericht-weg")


ROUTES: list[Any] = [desk, draft, work, preview, write, release, publish, discard]
