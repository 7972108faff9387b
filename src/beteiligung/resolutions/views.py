"""The clerk's pages about what the assembly decided: search what it was about, record it, correct an entry by another."""

from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, DomainError, Invalid, by_field
from beteiligung.i18n import _
from beteiligung.identity.desk_session import checked_clerk, clerk_of
from beteiligung.identity.residence_rules import read_day
from beteiligung.identity.session import note_seen
from beteiligung.identity.viewer import Viewer
from beteiligung.places.queries import RegionFacts
from beteiligung.resolutions import queries, rules, service, subjects
from beteiligung.resolutions.models import ACTS
from beteiligung.resolutions.rules import Facts, Person
from beteiligung.resolutions.subjects import Subject
from beteiligung.resolutions.words import ACT
from beteiligung.web.http import FormData, page, redirect, text, whole_number

_FIELDS = ("act", "committee", "body", "decided_on", "item", "paper", "minutes_url", "note", "reason")
_MOST_TYPED = 4_000
_SHOWN = 50
_PLACES = {"commitment": "zusagen", "recommendation": "empfehlungen", "report": "berichte"}

Finder = Callable[[Session, RegionFacts], Subject]


def person_of(viewer: Viewer, region_id: int) -> Person:
    """Return the signed-in person as this room's rules know them."""
    return Person(viewer.account_id, clerk=viewer.is_staff_of(region_id))


def desk_url(region_slug: str, about: Subject) -> str:
    """Return the address of the form for a subject."""
    return f"/verwaltung/{region_slug}/beschluesse/{_PLACES[about.kind]}/{about.key}"


def _facts(typed: dict[str, str]) -> Facts:
    committee = None if typed["committee"] == queries.OTHER else whole_number(typed["committee"], least=0)
    return Facts(
        act=typed["act"],
        committee=committee,
        body=typed["body"],
        decided_on=read_day(typed["decided_on"]),
        **{name: typed[name] for name in ("item", "paper", "minutes_url", "note")},
    )


def _frame(session: Session, region: RegionFacts, error: DomainError | None) -> dict[str, Any]:
    bodies = [("0", region.assembly_name), *((str(number), name) for number, name in queries.committees(session, region.id))]
    return {
        "region": region,
        "example": region.example,
        "robots": "noindex",
        "bodies": [*bodies, (queries.OTHER, _("ein anderes Gremium"))],
        "acts": [(act, ACT[act]()) for act in ACTS],
        "errors": by_field(error),
    }


@get("/verwaltung/{region_slug:str}/beschluesse", sync_to_thread=True, include_in_schema=False)
def desk(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """What has been recorded, and a search for what a decision was about."""
    wanted = request.query_params.get("suche", "")[:200].strip()
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        found = queries.decisions(session, region_id=region.id, limit=_SHOWN)
        advice = subjects.recommendations(session, region)[:10]
        context = {
            "region": region,
            "example": region.example,
            "robots": "noindex",
            "decisions": found[::-1],
            "wanted": wanted,
            "found": [(one, desk_url(region.slug, one)) for one in subjects.find_commitments(session, region, wanted)],
            "reports": [(one, desk_url(region.slug, one)) for one in subjects.reports(session, region)[:10]],
            "recommendations": [(one, desk_url(region.slug, one)) for one in advice],
        }
    note_seen(viewer)
    return page(request, "resolutions/desk.html", context, viewer=viewer)


# One subject


def _subject_page(
    request: Request, region_slug: str, find: Finder, typed: dict[str, str] | None = None, error: DomainError | None = None
) -> Response[Any]:
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        about = find(session, region)
        of: dict[str, Any] = {f"{about.kind}_id": about.id}
        committee = queries.committee_of(session, about.id) if about.kind == "commitment" else "0"
        context = {
            **_frame(session, region, error),
            "about": about,
            "decisions": queries.decisions(session, **of),
            "action": desk_url(region.slug, about),
            "form": typed or {**dict.fromkeys(_FIELDS, ""), "committee": committee},
            "today": berlin_date(utcnow()),
        }
    note_seen(viewer)
    return page(request, "resolutions/record.html", context, viewer=viewer, status=error.status if error else 200)


def _record(request: Request, region_slug: str, find: Finder, data: dict[str, Any]) -> Response[Any]:
    region, viewer = checked_clerk(request, region_slug, data)
    typed = {name: text(data, name, _MOST_TYPED) for name in _FIELDS}
    with reading() as session:
        about = find(session, region)
    try:
        with unit_of_work() as session:
            service.record(session, person_of(viewer, region.id), region, about, _facts(typed), utcnow())
    except Invalid as error:
        return _subject_page(request, region_slug, find, typed, error)
    return redirect(desk_url(region.slug, about), meldung="beschluss", anchor="#eingetragen")


@get("/verwaltung/{region_slug:str}/beschluesse/zusagen/{slug:str}", sync_to_thread=True, include_in_schema=False)
def of_commitment(request: Request, region_slug: FromPath[str], slug: FromPath[str]) -> Response[Any]:
    """What was decided on a commitment, and the form for more."""
    return _subject_page(request, region_slug, lambda session, region: subjects.commitment(session, region, slug))


@post("/verwaltung/{region_slug:str}/beschluesse/zusagen/{slug:str}", sync_to_thread=True, include_in_schema=False)
def record_of_commitment(request: Request, region_slug: FromPath[str], slug: FromPath[str], data: FormData) -> Response[Any]:
    """Record a decision on a commitment."""
    return _record(request, region_slug, lambda session, region: subjects.commitment(session, region, slug), data)


@get("/verwaltung/{region_slug:str}/beschluesse/empfehlungen/{number:int}", sync_to_thread=True, include_in_schema=False)
def of_recommendation(request: Request, region_slug: FromPath[str], number: FromPath[int]) -> Response[Any]:
    """What was decided on a recommendation, and the form for more."""
    return _subject_page(request, region_slug, lambda session, region: subjects.recommendation(session, region, number))


@post("/verwaltung/{region_slug:str}/beschluesse/empfehlungen/{number:int}", sync_to_thread=True, include_in_schema=False)
def record_of_recommendation(request: Request, region_slug: FromPath[str], number: FromPath[int], data: FormData) -> Response[Any]:
    """Record a decision on a recommendation."""
    return _record(request, region_slug, lambda session, region: subjects.recommendation(session, region, number), data)


@get("/verwaltung/{region_slug:str}/beschluesse/berichte/{number:int}", sync_to_thread=True, include_in_schema=False)
def of_report(request: Request, region_slug: FromPath[str], number: FromPath[int]) -> Response[Any]:
    """What was decided on a report, and the form for more."""
    return _subject_page(request, region_slug, lambda session, region: subjects.report(session, region, number))


@post("/verwaltung/{region_slug:str}/beschluesse/berichte/{number:int}", sync_to_thread=True, include_in_schema=False)
def record_of_report(request: Request, region_slug: FromPath[str], number: FromPath[int], data: FormData) -> Response[Any]:
    """Record a decision on a report."""
    return _record(request, region_slug, lambda session, region: subjects.report(session, region, number), data)


# Corrections


def _correction_page(
    request: Request, region_slug: str, resolution_id: int, typed: dict[str, str] | None = None, error: DomainError | None = None
) -> Response[Any]:
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        entry = queries.entry(session, region, resolution_id)
        context = {
            **_frame(session, region, error),
            "entry": entry,
            "why_not": rules.why_not_correct(person_of(viewer, region.id), entry.act, corrected=entry.corrected),
            "action": f"/verwaltung/{region.slug}/beschluesse/berichtigung/{entry.id}",
            "form": typed or {**entry.values, "reason": ""},
            "today": berlin_date(utcnow()),
        }
    note_seen(viewer)
    return page(request, "resolutions/correct.html", context, viewer=viewer, status=error.status if error else 200)


@get("/verwaltung/{region_slug:str}/beschluesse/berichtigung/{resolution_id:int}", sync_to_thread=True, include_in_schema=False)
def correction(request: Request, region_slug: FromPath[str], resolution_id: FromPath[int]) -> Response[Any]:
    """The form to correct an entry, filled with what it says."""
    return _correction_page(request, region_slug, resolution_id)


@post("/verwaltung/{region_slug:str}/beschluesse/berichtigung/{resolution_id:int}", sync_to_thread=True, include_in_schema=False)
def correct(request: Request, region_slug: FromPath[str], resolution_id: FromPath[int], data: FormData) -> Response[Any]:
    """Correct an entry, or with `void` take it back altogether."""
    region, viewer = checked_clerk(request, region_slug, data)
    typed = {name: text(data, name, _MOST_TYPED) for name in _FIELDS}
    facts = None if text(data, "void") else _facts(typed)
    try:
        with unit_of_work() as session:
            service.correct(session, person_of(viewer, region.id), region, resolution_id, facts, typed["reason"], utcnow())
    except (Invalid, Conflict) as error:
        return _correction_page(request, region_slug, resolution_id, typed, error)
    return redirect(f"/verwaltung/{region.slug}/beschluesse", meldung="berichtigt", anchor="#eingetragen")


ROUTES: list[Any] = [
    desk, of_commitment, record_of_commitment, of_recommendation, record_of_recommendation, of_report, record_of_report,
    correction, correct,
]  # fmt: skip
