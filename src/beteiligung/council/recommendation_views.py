"""Where members of the council work on agenda and recommendations, and where the administration answers."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import berlin_date, utcnow
from beteiligung.council import recommendation_queries as queries
from beteiligung.council import recommendation_rules as rules
from beteiligung.council import recommendation_service as service
from beteiligung.council import recommendation_words as words
from beteiligung.council.recommendation_rules import Person
from beteiligung.council.recommendation_service import Words
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, DomainError, Invalid, by_field
from beteiligung.identity.desk_session import checked_clerk, clerk_of
from beteiligung.identity.offices import in_office
from beteiligung.identity.session import check_form, note_seen, require_council
from beteiligung.identity.viewer import Viewer
from beteiligung.places.queries import RegionFacts, region_by_slug
from beteiligung.web.http import FormData, page, redirect, text, texts, whole_number

_MOST_TYPED = 20_000


def person_of(viewer: Viewer, region_id: int) -> Person:
    """Return the signed-in person as this room's rules know them."""
    return Person(viewer.account_id, council=viewer.is_council_of(region_id), clerk=viewer.is_staff_of(region_id))


def _member(session: Session, request: Request, region_slug: str) -> tuple[Viewer, RegionFacts]:
    """Return a member of the council. Raises NotFound, SignInNeeded, Forbidden."""
    region = region_by_slug(session, region_slug)
    return require_council(session, request, region.id), region


def _posted(request: Request, region_slug: str, data: dict[str, Any]) -> tuple[Person, RegionFacts]:
    """Return a member who sent a form of ours. Raises as `_member`, and Forbidden for a foreign form."""
    with reading() as session:
        viewer, region = _member(session, request, region_slug)
    check_form(request, viewer, data)
    return person_of(viewer, region.id), region


def _typed(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": text(data, "title", _MOST_TYPED),
        "text": text(data, "text", _MOST_TYPED),
        "commitments": [one for one in map(whole_number, texts(data, "commitments")) if one],
    }


def _words(typed: dict[str, Any]) -> Words:
    return Words(typed["title"], typed["text"], tuple(typed["commitments"]))


# The council's own list: agenda and drafts


def _list(request: Request, region_slug: str, typed: dict[str, Any] | None = None, error: DomainError | None = None) -> Response[Any]:
    wanted = request.query_params.get("suche", "")[:200].strip()
    with reading() as session:
        viewer, region = _member(session, request, region_slug)
        agenda = queries.agenda(session, region.id, region.slug)
        context = {
            "region": region,
            "example": region.example,
            "agenda": agenda,
            "wanted": wanted,
            "found": queries.to_put_on_agenda(session, region.id, region.slug, wanted) if wanted else [],
            "drafts": [(one, words.STATE[one.state]()) for one in queries.drafts(session, region.id)],
            "adopted": queries.adopted(session, region_slug=region.slug, limit=20),
            "choices": [one for one, _day in agenda],
            "form": typed or {"title": "", "text": "", "commitments": []},
            "errors": by_field(error),
            "today": berlin_date(utcnow()),
            "robots": "noindex",
        }
    note_seen(viewer)
    return page(request, "council/recommendations.html", context, viewer=viewer, status=error.status if error else 200)


@get("/buergerrat/{region_slug:str}/empfehlungen", sync_to_thread=True, include_in_schema=False)
def workspace(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The agenda, what is being drafted, and what was adopted."""
    return _list(request, region_slug)


@post("/buergerrat/{region_slug:str}/empfehlungen", sync_to_thread=True, include_in_schema=False)
def begin(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Begin a recommendation."""
    person, region = _posted(request, region_slug, data)
    typed = _typed(data)
    try:
        with unit_of_work() as session:
            number = service.draft(session, person, region.id, _words(typed), utcnow()).id
    except Invalid as error:
        return _list(request, region_slug, typed, error)
    return redirect(f"/buergerrat/{region_slug}/empfehlungen/{number}", meldung="entwurf")


@post("/buergerrat/{region_slug:str}/tagesordnung", sync_to_thread=True, include_in_schema=False)
def set_agenda(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Put a commitment on the agenda, or with `off` take it off."""
    person, region = _posted(request, region_slug, data)
    slug, off = text(data, "commitment", 200), bool(text(data, "off"))
    try:
        with unit_of_work() as session:
            act = service.take_off_agenda if off else service.put_on_agenda
            act(session, person, region.id, slug, utcnow())
    except Invalid as error:
        return _list(request, region_slug, None, error)
    return redirect(f"/buergerrat/{region_slug}/empfehlungen", meldung="tagesordnung-ab" if off else "tagesordnung", anchor="#tagesordnung")


# One recommendation


def _one(
    request: Request,
    region_slug: str,
    recommendation_id: int,
    typed: dict[str, Any] | None = None,
    error: DomainError | None = None,
    said: str = "",
) -> Response[Any]:
    now = utcnow()
    with reading() as session:
        viewer, region = _member(session, request, region_slug)
        work = queries.work(session, region.id, recommendation_id, viewer.account_id)
        members = len(in_office(session, region.id, "council", now))
        agenda = [one for one, _day in queries.agenda(session, region.id, region.slug)]
    note_seen(viewer)
    person = person_of(viewer, region.id)
    context = {
        "region": region,
        "example": region.example,
        "work": work,
        "state": words.STATE[work.state](),
        "changes": queries.changes(work),
        "choices": list({one.id: one for one in (*work.about, *agenda)}.values()),
        "may_revise": rules.may_revise(person, work.state),
        "why_not_open": rules.why_not_open_vote(person, work.state, members),
        "may_vote": work.ends_at is not None and rules.may_vote(person, work.ends_at, now, has_voted=work.has_voted),
        "vote_over": work.ends_at is not None and now >= work.ends_at,
        "days": rules.VOTE_WITHIN.days,
        "options": [(key, name()) for key, name in words.CHOICE.items()],
        "form": typed or {"title": work.title, "text": work.text, "commitments": [one.id for one in work.about]},
        "said": said,
        "theirs": error.context.get("theirs") if error else None,
        "errors": by_field(error),
        "robots": "noindex",
    }
    return page(request, "council/recommendation.html", context, viewer=viewer, status=error.status if error else 200)


@get("/buergerrat/{region_slug:str}/empfehlungen/{recommendation_id:int}", sync_to_thread=True, include_in_schema=False)
def one(request: Request, region_slug: FromPath[str], recommendation_id: FromPath[int]) -> Response[Any]:
    """One recommendation with its versions, what members say, and its vote."""
    return _one(request, region_slug, recommendation_id)


@post("/buergerrat/{region_slug:str}/empfehlungen/{recommendation_id:int}/fassung", sync_to_thread=True, include_in_schema=False)
def revise(request: Request, region_slug: FromPath[str], recommendation_id: FromPath[int], data: FormData) -> Response[Any]:
    """Write a new version; where another member was faster both stand side by side."""
    person, region = _posted(request, region_slug, data)
    typed = _typed(data)
    try:
        with unit_of_work() as session:
            expected = whole_number(text(data, "version")) or 0
            service.revise(session, person, region.id, recommendation_id, _words(typed), expected, utcnow())
    except (Invalid, Conflict) as error:
        return _one(request, region_slug, recommendation_id, typed, error)
    return redirect(f"/buergerrat/{region_slug}/empfehlungen/{recommendation_id}", meldung="fassung")


@post("/buergerrat/{region_slug:str}/empfehlungen/{recommendation_id:int}/kommentar", sync_to_thread=True, include_in_schema=False)
def comment(request: Request, region_slug: FromPath[str], recommendation_id: FromPath[int], data: FormData) -> Response[Any]:
    """Say something to the other members."""
    person, region = _posted(request, region_slug, data)
    said = text(data, "comment", _MOST_TYPED)
    try:
        with unit_of_work() as session:
            service.comment(session, person, region.id, recommendation_id, said, utcnow())
    except Invalid as error:
        return _one(request, region_slug, recommendation_id, None, error, said)
    return redirect(f"/buergerrat/{region_slug}/empfehlungen/{recommendation_id}", meldung="gesagt", anchor="#beratung")


@post("/buergerrat/{region_slug:str}/empfehlungen/{recommendation_id:int}/abstimmung", sync_to_thread=True, include_in_schema=False)
def open_vote(request: Request, region_slug: FromPath[str], recommendation_id: FromPath[int], data: FormData) -> Response[Any]:
    """Have the council vote on the newest version."""
    person, region = _posted(request, region_slug, data)
    try:
        with unit_of_work() as session:
            expected = whole_number(text(data, "version")) or 0
            service.open_vote(session, person, region.id, recommendation_id, expected, utcnow())
    except Conflict as error:
        return _one(request, region_slug, recommendation_id, None, error)
    return redirect(f"/buergerrat/{region_slug}/empfehlungen/{recommendation_id}", meldung="abstimmung", anchor="#abstimmung")


@post("/buergerrat/{region_slug:str}/empfehlungen/{recommendation_id:int}/stimme", sync_to_thread=True, include_in_schema=False)
def vote(request: Request, region_slug: FromPath[str], recommendation_id: FromPath[int], data: FormData) -> Response[Any]:
    """Vote once."""
    person, region = _posted(request, region_slug, data)
    try:
        with unit_of_work() as session:
            service.cast_vote(session, person, region.id, recommendation_id, text(data, "choice", 20), utcnow())
    except (Invalid, Conflict) as error:
        return _one(request, region_slug, recommendation_id, None, error)
    return redirect(f"/buergerrat/{region_slug}/empfehlungen/{recommendation_id}", meldung="ratsstimme", anchor="#abstimmung")


# The administration's part


@get("/verwaltung/{region_slug:str}/empfehlungen", sync_to_thread=True, include_in_schema=False)
def to_answer(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """What the council has recommended: what waits for an answer comes first, the longest overdue on top."""
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        found = queries.adopted(session, region_slug=region.slug)
    note_seen(viewer)
    today = berlin_date(utcnow())
    context = {
        "region": region,
        "example": region.example,
        "open": sorted((one for one in found if one.answered_on is None), key=lambda one: one.answer_due),
        "answered": [one for one in found if one.answered_on],
        "today": today,
        "robots": "noindex",
    }
    return page(request, "council/answers.html", context, viewer=viewer)


def _answer(
    request: Request, region_slug: str, number: int, typed: dict[str, str] | None = None, error: DomainError | None = None
) -> Response[Any]:
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        found = queries.adopted_one(session, region.slug, number)
    context = {
        "region": region,
        "example": region.example,
        "one": found,
        "overdue": found.overdue(berlin_date(utcnow())),
        "options": [(key, name()) for key, name in words.ANSWER.items()],
        "answer_words": words.ANSWER[found.answer_kind]() if found.answer_kind else "",
        "form": typed or {"kind": "", "text": ""},
        "errors": by_field(error),
        "robots": "noindex",
    }
    return page(request, "council/answer.html", context, viewer=viewer, status=error.status if error else 200)


@get("/verwaltung/{region_slug:str}/empfehlungen/{number:int}", sync_to_thread=True, include_in_schema=False)
def answer_page(request: Request, region_slug: FromPath[str], number: FromPath[int]) -> Response[Any]:
    """One recommendation with the form to answer it."""
    return _answer(request, region_slug, number)


@post("/verwaltung/{region_slug:str}/empfehlungen/{number:int}", sync_to_thread=True, include_in_schema=False)
def answer(request: Request, region_slug: FromPath[str], number: FromPath[int], data: FormData) -> Response[Any]:
    """Answer a recommendation, once and for all to see."""
    region, viewer = checked_clerk(request, region_slug, data)
    typed = {name: text(data, name, _MOST_TYPED) for name in ("kind", "text")}
    try:
        with unit_of_work() as session:
            found = queries.adopted_one(session, region.slug, number)
            service.answer(session, person_of(viewer, region.id), region.id, found.id, typed["kind"], typed["text"], utcnow())
    except (Invalid, Conflict) as error:
        return _answer(request, region_slug, number, typed, error)
    return redirect(f"/verwaltung/{region_slug}/empfehlungen/{number}", meldung="beantwortet")


ROUTES: list[Any] = [workspace, begin, set_agenda, one, revise, comment, open_vote, vote, to_answer, answer_page, answer]
