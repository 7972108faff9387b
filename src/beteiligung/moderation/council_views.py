"""Where members of the council (and clerks, until there is one) decide, and where clerks hide provisionally."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import DomainError, Forbidden, Invalid, NotFound, by_field
from beteiligung.i18n import _
from beteiligung.identity.desk_session import checked_clerk, clerk_of, clerk_or_member_of
from beteiligung.identity.session import check_form, note_seen, require_council
from beteiligung.identity.viewer import Viewer
from beteiligung.moderation import cases, queries, rules, service, words
from beteiligung.moderation.models import LAW_GROUNDS, MEASURES, RULE_GROUNDS, Moderator
from beteiligung.moderation.queries import Reported
from beteiligung.moderation.service import Judgement
from beteiligung.moderation.views import grounds, person_of
from beteiligung.places.models import Region
from beteiligung.places.queries import RegionFacts, region_by_slug
from beteiligung.web.http import FormData, page, redirect, text, texts, whole_number

_FIELDS = ("measure", "ground", "facts", "passage", "days")


def _moderator(session: Session, request: Request, region_slug: str) -> tuple[Viewer, RegionFacts]:
    """Return who moderates here: a member of the council or a clerk of the region. Raises NotFound, SignInNeeded, Forbidden."""
    region, viewer = clerk_or_member_of(session, request, region_slug)
    return viewer, region


def _joined(flags: Sequence[Reported]) -> list[tuple[str, list[str]]]:
    """Return each ground once with the texts of those who named it, the most named first."""
    found: dict[str, list[str]] = {}
    for one in flags:
        found.setdefault(one.ground, []).append(one.text)
    return [(words.ground_words(ground), said) for ground, said in sorted(found.items(), key=lambda pair: -len(pair[1]))]


def _desk(
    request: Request, region_slug: str, typed: dict[str, str] | None = None, error: DomainError | None = None, case_id: int | None = None
) -> Response[Any]:
    now = utcnow()
    with reading() as session:
        viewer, region = _moderator(session, request, region_slug)
        member = session.get(Moderator, (viewer.account_id, region.id))
        introduced = member is not None and member.introduced_at is not None
        needs_introduction = viewer.is_council_of(region.id) and not introduced
        case = None if needs_introduction else queries.next_case(session, region.id, viewer.account_id, now, case_id)
        body = cases.body_of(session, region.id, now)
        agreed = queries.agreement(session, region.id)
    note_seen(viewer)
    first = case.flags[0].ground if case and case.flags else "rule_1"
    context = {
        "region": region,
        "example": region.example,
        "needs_introduction": needs_introduction,
        "is_council": viewer.is_council_of(region.id),
        "interim": body == "clerks",
        "case": case,
        "stage": words.STAGE[case.stage]() if case else "",
        "flags": _joined(case.flags) if case else [],
        "earlier": (words.MEASURE[case.earlier.measure](), case.earlier.facts) if case and case.earlier else None,
        "readings": words.readings(first),
        "rules": [one for one in grounds() if one[0] in RULE_GROUNDS],
        "laws": grounds(law_only=True),
        "measures": [(key, words.MEASURE[key](), words.HINT[key]()) for key in MEASURES],
        "options": [(str(number), _("{count} Tage").format(count=number)) for number in rules.PAUSE_DAYS],
        "agreed": agreed,
        "form": typed or {**dict.fromkeys(_FIELDS, ""), "ground": first if case and case.flags else ""},
        "errors": by_field(error),
        "robots": "noindex",
    }
    return page(request, "moderation/desk.html", context, viewer=viewer, status=error.status if error else 200)


@get("/buergerrat/{region_slug:str}", sync_to_thread=True, include_in_schema=False)
def desk(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """One case at a time, the most urgent first."""
    return _desk(request, region_slug)


@post("/buergerrat/{region_slug:str}/faelle/{case_id:int}", sync_to_thread=True, include_in_schema=False)
def decide(request: Request, region_slug: FromPath[str], case_id: FromPath[int], data: FormData) -> Response[Any]:
    """Decide a case, or with `return` hand it back."""
    with reading() as session:
        viewer, region = _moderator(session, request, region_slug)
    check_form(request, viewer, data)
    person, now = person_of(viewer, region.id), utcnow()
    back = f"/buergerrat/{region_slug}"
    if text(data, "return"):
        with unit_of_work() as session:
            service.hand_back(session, person, case_id, now)
        return redirect(back, meldung="fall-zurueck")
    typed = {name: text(data, name, 10_000) for name in _FIELDS}
    judgement = Judgement(typed["measure"], typed["ground"], typed["facts"], typed["passage"], whole_number(typed["days"]))
    try:
        with unit_of_work() as session:
            service.decide(session, person, case_id, judgement, now)
    except DomainError as error:
        if error.status == 422:
            return _desk(request, region_slug, typed, error, case_id)
        raise
    return redirect(back, meldung="fall")


def _member(session: Session, request: Request, region_slug: str) -> tuple[Viewer, RegionFacts]:
    region = region_by_slug(session, region_slug)
    return require_council(session, request, region.id), region


def _days_page(request: Request, region_slug: str, template: str) -> Response[Any]:
    with reading() as session:
        viewer, region = _member(session, request, region_slug)
        member = session.get(Moderator, (viewer.account_id, region.id))
    names = [_("Montag"), _("Dienstag"), _("Mittwoch"), _("Donnerstag"), _("Freitag"), _("Samstag"), _("Sonntag")]
    context = {
        "region": region,
        "example": region.example,
        "introduced": member is not None and member.introduced_at is not None,
        "days": [(str(number), name, member is not None and str(number) in member.weekdays) for number, name in enumerate(names)],
        "errors": {},
        "robots": "noindex",
    }
    return page(request, template, context, viewer=viewer)


@get("/buergerrat/{region_slug:str}/einfuehrung", sync_to_thread=True, include_in_schema=False)
def introduction(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """What a member has to know before the first case."""
    return _days_page(request, region_slug, "moderation/introduction.html")


@post("/buergerrat/{region_slug:str}/einfuehrung", sync_to_thread=True, include_in_schema=False)
def introduced(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Promise secrecy and begin."""
    with unit_of_work() as session:
        viewer, region = _member(session, request, region_slug)
        check_form(request, viewer, data)
        service.introduce(session, viewer.account_id, region.id, utcnow())
    return redirect(f"/buergerrat/{region_slug}/tage", meldung="einfuehrung")


@get("/buergerrat/{region_slug:str}/tage", sync_to_thread=True, include_in_schema=False)
def days(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """On which days one has time."""
    return _days_page(request, region_slug, "moderation/days.html")


@post("/buergerrat/{region_slug:str}/tage", sync_to_thread=True, include_in_schema=False)
def set_days(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Say on which days one has time."""
    with unit_of_work() as session:
        viewer, region = _member(session, request, region_slug)
        check_form(request, viewer, data)
        service.set_days(session, viewer.account_id, region.id, "".join(texts(data, "day")))
    return redirect(f"/buergerrat/{region_slug}", meldung="tage")


# The clerks' part


def _office(request: Request, region_slug: str, typed: dict[str, str] | None = None, error: DomainError | None = None) -> Response[Any]:
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        open_cases = queries.open_list(session, region.id)
        interim = cases.body_of(session, region.id, utcnow()) == "clerks"
        legal_office = session.get_one(Region, region.id).legal_office
    context = {
        "region": region,
        "example": region.example,
        "legal_office": legal_office,
        "cases": [(one, [words.ground_words(ground) for ground in one.grounds], words.STAGE[one.stage]()) for one in open_cases],
        "interim": interim,
        "laws": [("", _("Bitte wählen"))] + [(key, f"{name} ({source})") for key, name, source in grounds(law_only=True)],
        "form": typed or {"ground": "", "reason": "", "comment": ""},
        "errors": by_field(error),
        "robots": "noindex",
    }
    return page(request, "moderation/office.html", context, viewer=viewer, status=error.status if error else 200)


@get("/verwaltung/{region_slug:str}/meldungen", sync_to_thread=True, include_in_schema=False)
def office(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The open cases, for the administration."""
    return _office(request, region_slug)


@post("/verwaltung/{region_slug:str}/meldungen", sync_to_thread=True, include_in_schema=False)
def hide_provisionally(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Hide a comment until it is decided; `comment` is its number."""
    region, viewer = checked_clerk(request, region_slug, data)
    typed = {name: text(data, name, 10_000) for name in ("ground", "reason", "comment")}
    comment_id = whole_number(typed["comment"]) or 0
    try:
        with unit_of_work() as session:
            if typed["ground"] not in LAW_GROUNDS:
                raise Invalid(
                    _("Bitte prüfen Sie die markierten Felder."), {"ground": _("Bitte wählen Sie, gegen welches Gesetz der Text verstößt.")}
                )
            case = service.hide_provisionally(session, person_of(viewer, region.id), comment_id, typed["ground"], typed["reason"], utcnow())
            if case.region_id != region.id:
                raise Forbidden(_("Dieser Kommentar gehört zu einer anderen Region."))
    except NotFound as error:
        return _office(request, region_slug, typed, error)
    except DomainError as error:
        if error.status in (409, 422):
            return _office(request, region_slug, typed, error)
        raise
    return redirect(f"/verwaltung/{region_slug}/meldungen", meldung="vorlaeufig")


ROUTES: list[Any] = [desk, decide, introduction, introduced, days, set_days, office, hide_provisionally]
