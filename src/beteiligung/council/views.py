"""What somebody drawn sees: the page of their code, and a member's own seat."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import berlin_date, utcnow
from beteiligung.council import inviting, queries, rules, seating
from beteiligung.council.models import CouncilSeat, Draw, DrawPerson
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import DomainError, Invalid, NotFound, by_field
from beteiligung.i18n import _
from beteiligung.identity import codes
from beteiligung.identity.session import check_form, note_seen, require_council, require_participant, require_viewer, viewer_of
from beteiligung.identity.viewer import Viewer
from beteiligung.places.models import Region
from beteiligung.places.queries import region_by_slug, region_facts
from beteiligung.web.http import FormData, page, redirect, text
from beteiligung.web.limits import limiter, network

_TRIES_AN_HOUR = 600
_MISSES_AN_HOUR = 20
"""Of wrong codes, from one network."""
_SAVED = {"accept": "platz-angenommen", "decline": "platz-abgelehnt", "yes": "einladung-ja", "no": "einladung-nein"}


@get("/einladung", sync_to_thread=True, include_in_schema=False)
def entry(request: Request) -> Response[Any]:
    """Where the code of a letter is typed in."""
    return _entry(request)


def _entry(request: Request, typed: str = "", error: DomainError | None = None) -> Response[Any]:
    with reading() as session:
        viewer = viewer_of(session, request)
    errors = {"code": error.message} if error else {}
    context = {"form": {"code": typed}, "errors": errors, "robots": "noindex"}
    return page(request, "council/entry.html", context, viewer=viewer, status=error.status if error else 200)


@post("/einladung", sync_to_thread=True, include_in_schema=False)
def enter(request: Request, data: FormData) -> Response[Any]:
    """Look for the code that was typed."""
    with reading() as session:
        check_form(request, viewer_of(session, request), data)
    typed = text(data, "code", 100)
    try:
        with reading() as session:
            person = _person(session, request, typed)
            code = seating.code_of(person)
    except DomainError as error:
        return _entry(request, typed, error)
    return redirect(f"/einladung/{code}")


def _person(session: Session, request: Request, code: str) -> DrawPerson:
    """Whose code it is; guessing is made slow. Raises NotFound, TooMany."""
    limiter.hit("draw-code", network(request), _TRIES_AN_HOUR, 3600.0)
    try:
        return seating.person_by_code(session, code)
    except NotFound:
        limiter.hit("draw-code-miss", network(request), _MISSES_AN_HOUR, 3600.0)
        raise


@get("/einladung/{code:str}", sync_to_thread=True, include_in_schema=False)
def invitation(request: Request, code: FromPath[str]) -> Response[Any]:
    """What is offered to whoever has this code. Opening it decides nothing: programs open links too."""
    return _invitation(request, code)


def _invitation(request: Request, code: str, typed: str | None = None, error: DomainError | None = None) -> Response[Any]:
    now = utcnow()
    with reading() as session:
        viewer = viewer_of(session, request)
        person = _person(session, request, code)
        seat = queries.seat_of_person(session, person.id or 0)
        row = session.get_one(Draw, person.draw_id)
        draw, region = queries.draw_facts(row), region_facts(session.get_one(Region, row.region_id))
        may_reply = rules.may_reply(draw.state, draw.reply_by, berlin_date(now))
        reply = person.reply
        context = {
            "region": region, "example": region.example, "draw": draw, "code": codes.in_groups(seating.code_of(person)),
            "action": f"/einladung/{seating.code_of(person)}", "name": f"{person.given_name} {person.family_name}".strip(),
            "state": seat.state if seat else None, "due_at": seat.due_at - timedelta(seconds=1) if seat else None,
            "may_reply": may_reply, "reply": reply,
            "open": seat is not None and seat.state == "offered" and now < seat.due_at,
            "staff": viewer is not None and viewer.is_barred_as_staff(region.id),
            "form": {"display_name": typed if typed is not None else (viewer.display_name if viewer else "")},
            "errors": by_field(error), "robots": "noindex",
        }  # fmt: skip
    return page(request, "council/invitation.html", context, viewer=viewer, status=error.status if error else 200)


@post("/einladung/{code:str}", sync_to_thread=True, include_in_schema=False)
def answer(request: Request, code: FromPath[str], data: FormData) -> Response[Any]:
    """Say yes or no to the invitation, accept or decline a seat. Accepting needs an account, which then sits."""
    with reading() as session:
        viewer = viewer_of(session, request)
        check_form(request, viewer, data)
        person = _person(session, request, code)
        path = f"/einladung/{seating.code_of(person)}"
    said, typed = text(data, "said", 20), text(data, "display_name", 200)
    try:
        with unit_of_work() as session:
            person = seating.person_by_code(session, code)
            if said == "accept":
                participant = require_participant(session, request, weiter=path)
                seat = _seat(session, person)
                staff = participant.is_barred_as_staff(seat.region_id)
                seating.accept(session, seat, utcnow(), account_id=participant.account_id, staff=staff, name=typed)
            elif said in ("yes", "no"):
                inviting.reply(session, session.get_one(Draw, person.draw_id), person, said, utcnow())
            elif said == "decline":
                seating.decline(session, _seat(session, person), utcnow())
            else:
                raise Invalid(_("Bitte wählen Sie eine Antwort."))
    except DomainError as error:
        if error.status in (409, 422):
            return _invitation(request, code, typed, error)
        raise
    return redirect(path, meldung=_SAVED[said])


def _seat(session: Session, person: DrawPerson) -> CouncilSeat:
    seat = queries.seat_of_person(session, person.id or 0)
    if seat is None:
        raise NotFound(_("Ihnen ist noch kein Platz angeboten."))
    return seat


# A member's own seat


def _sits(session: Session, request: Request, region_id: int) -> tuple[Viewer, CouncilSeat | None]:
    """Return who asks and their seat, which they have before the term begins; a member without a drawn seat has None. Raises Forbidden."""
    viewer = require_viewer(session, request)
    seat = queries.seat_of_account(session, region_id, viewer.account_id)
    return (viewer, seat) if seat else (require_council(session, request, region_id), None)


@get("/buergerrat/{region_slug:str}/platz", sync_to_thread=True, include_in_schema=False)
def own_seat(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The name on the public page, and the way out."""
    with reading() as session:
        region = region_by_slug(session, region_slug)
        viewer, seat = _sits(session, request, region.id)
        draw = queries.draw_facts(session.get_one(Draw, seat.draw_id)) if seat else None
        name = seat.display_name if seat else ""
    note_seen(viewer)
    context = {
        "region": region, "example": region.example, "draw": draw, "form": {"display_name": name},
        "action": f"/buergerrat/{region_slug}/platz", "robots": "noindex",
    }  # fmt: skip
    return page(request, "council/own_seat.html", context, viewer=viewer)


@post("/buergerrat/{region_slug:str}/platz", sync_to_thread=True, include_in_schema=False)
def change_own_seat(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Choose the name, or with `resign` give the seat back."""
    with unit_of_work() as session:
        region = region_by_slug(session, region_slug)
        viewer, seat = _sits(session, request, region.id)
        check_form(request, viewer, data)
        if seat is None:
            raise NotFound(_("Für Ihr Konto ist kein Platz einer Auslosung eingetragen."))
        resigned = bool(text(data, "resign"))
        if resigned:
            seating.resign(session, seat, utcnow())
        else:
            seating.rename(session, seat, text(data, "display_name", 200))
    return redirect(f"/{region_slug}/buergerrat", meldung="platz-zurueck" if resigned else "platz-name")


ROUTES: list[Any] = [entry, enter, invitation, answer, own_seat, change_own_seat]
