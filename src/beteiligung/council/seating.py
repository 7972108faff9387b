"""Seats: offered, accepted, declined, run out, given back, and who follows. The only writer of seats; never commits.

Whoever changes a seat holds the row of its draw first, so that two vacancies are filled one after the other.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import cast

from sqlalchemy import func, update
from sqlmodel import Session, and_, col, delete, or_, select

from beteiligung import audit
from beteiligung.clock import BERLIN, berlin_date
from beteiligung.council import replacement, rules
from beteiligung.council.models import CouncilSeat, Draw, DrawFile, DrawPerson, Replacement
from beteiligung.council.pool import read_pool
from beteiligung.council.register import bounds_of, household_columns, pool_csv
from beteiligung.errors import Conflict, NotFound
from beteiligung.i18n import _
from beteiligung.identity import codes, offices
from beteiligung.jobs import Job, enqueue

PURPOSE = "council-person"
SITTING = ("offered", "accepted")
NAME_LENGTH = 60


def code_of(person: DrawPerson) -> str:
    """The code of somebody's letter and link, derived and stored nowhere."""
    return codes.code_of(PURPOSE, cast(int, person.id), person.nonce)


def person_by_code(session: Session, typed: str) -> DrawPerson:
    """Whose code it is. Raises NotFound."""
    code = codes.typed_code(typed)
    row_id = codes.row_of(code) if code else None
    person = session.get(DrawPerson, row_id) if row_id else None
    if code is None or person is None or not codes.is_right(code, PURPOSE, cast(int, person.id), person.nonce):
        raise NotFound(_("Diesen Code gibt es nicht oder nicht mehr. Bitte vergleichen Sie ihn mit Ihrem Brief oder Ihrer Mail."))
    return person


def _hold(session: Session, seat: CouncilSeat) -> Draw:
    draw = session.get_one(Draw, seat.draw_id)
    session.refresh(draw, with_for_update=True)
    session.refresh(seat)
    return draw


def _until(draw: Draw) -> datetime:
    """The moment after the term's last day."""
    return datetime.combine(draw.term_end + timedelta(days=1), time(), BERLIN)


def offer_drawn(session: Session, draw: Draw, pseudonyms: Sequence[str], now: datetime) -> None:
    """Offer the places of a draw that was just held."""
    for place, pseudonym in enumerate(pseudonyms, 1):
        _offer(session, draw, place, pseudonym, now)


def _offer(session: Session, draw: Draw, place: int, pseudonym: str, now: datetime) -> CouncilSeat:
    person = session.exec(select(DrawPerson).where(DrawPerson.draw_id == draw.id, DrawPerson.pseudonym == pseudonym)).one()
    last_day = berlin_date(now) + rules.ANSWER_WITHIN
    due = datetime.combine(last_day + timedelta(days=1), time(), BERLIN)
    seat = CouncilSeat(
        draw_id=cast(int, draw.id), region_id=draw.region_id, place=place, pseudonym=pseudonym, person_id=person.id,
        values=person.values, offered_at=now, due_at=due,
    )  # fmt: skip
    session.add(seat)
    session.flush()
    if person.email:
        enqueue(session, Job.TELL_DRAWN, now, person=person.id, kind="offered")
    return seat


def accept(
    session: Session,
    seat: CouncilSeat,
    now: datetime,
    *,
    account_id: int | None,
    staff: bool = False,
    name: str = "",
    by: int | None = None,
) -> None:
    """Take a seat; an account gets the office of the council for the term. Without one, a clerk notes it. Raises Conflict."""
    draw = _hold(session, seat)
    taken = (
        account_id is not None
        and session.exec(
            select(CouncilSeat.id).where(
                CouncilSeat.region_id == seat.region_id, CouncilSeat.account_id == account_id, CouncilSeat.state == "accepted"
            )
        ).first()
    )
    if reason := rules.why_not_accept(seat.state, seat.due_at, now, staff=staff, seated=bool(taken)):
        raise Conflict(reason)
    seat.state, seat.answered_at, seat.account_id, seat.display_name = "accepted", now, account_id, _tidy(name)
    session.add(seat)
    if account_id is not None:
        start = max(now, datetime.combine(draw.term_start, time(), BERLIN))
        offices.grant_role(session, account_id, draw.region_id, "council", now, since=start, until=_until(draw), by=by)
    audit.record(session, "seat_accepted", f"seat:{seat.id}", now, account_id=by, region_id=draw.region_id)
    session.flush()


def _tidy(name: str) -> str:
    return " ".join(name.split())[:NAME_LENGTH]


def rename(session: Session, seat: CouncilSeat, name: str) -> None:
    """Choose the name for the public page; empty is none."""
    seat.display_name = _tidy(name)
    session.add(seat)


def decline(session: Session, seat: CouncilSeat, now: datetime, *, by: int | None = None) -> None:
    """Say no to an offer; somebody follows. Raises Conflict."""
    draw = _hold(session, seat)
    if not rules.may_decline(seat.state):
        raise Conflict(_("Über diesen Platz ist schon entschieden."))
    _vacate(session, draw, seat, "declined", now, by)


def resign(session: Session, seat: CouncilSeat, now: datetime, *, by: int | None = None) -> None:
    """Give a seat back; the office ends at once and somebody follows. Raises Conflict."""
    draw = _hold(session, seat)
    if not rules.may_resign(seat.state):
        raise Conflict(_("Diesen Platz haben Sie nicht mehr."))
    _vacate(session, draw, seat, "resigned", now, by)


def _vacate(session: Session, draw: Draw, seat: CouncilSeat, state: str, now: datetime, by: int | None = None) -> None:
    if seat.state == "accepted" and seat.account_id is not None:
        offices.end_role(session, seat.account_id, seat.region_id, "council", now, by=by)
    seat.state, seat.ended_at, seat.display_name, seat.account_id = state, now, "", None
    seat.answered_at = seat.answered_at or now
    session.add(seat)
    session.flush()
    audit.record(session, f"seat_{state}", f"seat:{seat.id}", now, account_id=by, region_id=draw.region_id)
    _follow(session, draw, seat, now)


def _follow(session: Session, draw: Draw, seat: CouncilSeat, now: datetime) -> None:
    """Draw who follows, note it and offer the place; nobody follows after the term or once the list is deleted."""
    if not rules.may_follow(draw.term_end, berlin_date(now)) or draw.list_deleted_at is not None:
        return
    rows = session.exec(select(CouncilSeat).where(CouncilSeat.draw_id == draw.id)).all()
    others = {row.pseudonym for row in rows if row.state in SITTING}
    quotas = [one.quota for one in bounds_of(draw)]
    pool = read_pool(pool_csv(session, draw), quotas, household_columns(draw))
    distance, among = replacement.candidates(pool, quotas, draw.size, others, seat.pseudonym, {row.pseudonym for row in rows})
    digest = hashlib.sha256(session.get_one(DrawFile, (cast(int, draw.id), "protocol")).content).hexdigest()
    step = 1 + session.exec(select(func.count()).select_from(Replacement).where(Replacement.draw_id == draw.id)).one()
    joins = replacement.choose(digest, step, seat.pseudonym, among)
    session.add(
        Replacement(
            draw_id=cast(int, draw.id), step=step, seat_id=cast(int, seat.id), distance=distance, candidates=list(among), joins=joins,
            happened_at=now,
        )
    )  # fmt: skip
    if joins is not None:
        _offer(session, draw, seat.place, joins, now)


# By the clock


def watch(session: Session, now: datetime) -> None:
    """End what has run out: offers, terms, lists."""
    today = berlin_date(now)
    for seat in session.exec(
        select(CouncilSeat).where(CouncilSeat.state == "offered", col(CouncilSeat.due_at) <= now).order_by(col(CouncilSeat.id))
    ).all():
        draw = _hold(session, seat)
        if rules.is_due(seat.state, seat.due_at, now):
            _vacate(session, draw, seat, "expired", now)
    for draw in session.exec(select(Draw).where(Draw.state == "drawn", col(Draw.term_end) < today)).all():
        _end_term(session, draw, now)
    for draw in session.exec(select(Draw).where(col(Draw.list_deleted_at).is_(None), col(Draw.list_until) < today)).all():
        if rules.list_is_over(draw.list_until, today):
            delete_list(session, draw, now)


def _end_term(session: Session, draw: Draw, now: datetime) -> None:
    """End all seats, and with them what is left of the list; the offices end by themselves."""
    for seat in session.exec(select(CouncilSeat).where(CouncilSeat.draw_id == draw.id, col(CouncilSeat.state).in_(SITTING))).all():
        seat.state, seat.ended_at, seat.display_name, seat.account_id = "ended", now, "", None
        session.add(seat)
    session.flush()
    kept = session.exec(select(DrawPerson.id).where(DrawPerson.draw_id == draw.id).limit(1)).first()
    if kept is not None:
        delete_list(session, draw, now)


def delete_list(session: Session, draw: Draw, now: datetime) -> None:
    """Delete the people of a draw but those whom only the list can reach: an open offer, a seat without an account."""
    mine = select(CouncilSeat.person_id).where(
        CouncilSeat.draw_id == draw.id,
        or_(CouncilSeat.state == "offered", and_(CouncilSeat.state == "accepted", col(CouncilSeat.account_id).is_(None))),
        col(CouncilSeat.person_id).is_not(None),
    )
    kept = set(session.exec(mine).all())
    gone = col(CouncilSeat.person_id).not_in(kept)
    session.execute(update(CouncilSeat).where(col(CouncilSeat.draw_id) == draw.id, gone).values(person_id=None))
    session.execute(delete(DrawPerson).where(col(DrawPerson.draw_id) == draw.id, col(DrawPerson.id).not_in(kept)))
    if draw.list_deleted_at is None:
        draw.list_deleted_at = now
        audit.record(session, "draw_list_deleted", f"draw:{draw.id}", now, region_id=draw.region_id)
    session.add(draw)
