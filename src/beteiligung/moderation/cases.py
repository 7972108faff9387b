"""Opening cases, drawing who decides them, and what runs out by the clock.

Whoever touches a case first locks its comment: reports, decisions and the clock wait for one another.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from beteiligung.db import require
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity.offices import in_office
from beteiligung.jobs import Job, enqueue
from beteiligung.moderation import log, rules
from beteiligung.moderation.models import Appeal, Case, Decision, Flag, Moderator, Outcome, Seat
from beteiligung.moderation.rules import Involved
from beteiligung.participation.comments import lock_comment
from beteiligung.participation.models import Comment

_LOAD_OVER = timedelta(days=30)
_REVIEWS_AT_ONCE = 20
"""Decisions of clerks that a new council reviews at the same time, so that reports do not wait behind them."""


def body_of(session: Session, region_id: int, now: datetime) -> str:
    """Return who decides in this region now: `council`, or `clerks` until enough members are seated."""
    return "council" if len(in_office(session, region_id, "council", now)) >= rules.SEATED_LEAST else "clerks"


def locked(session: Session, case_id: int) -> tuple[Case, Comment]:
    """Return a case and its comment, both freshly read; nobody else decides till the end. Raises NotFound."""
    case = require(session, Case, case_id, _("Diesen Fall gibt es nicht."))
    comment = lock_comment(session, case.comment_id)
    session.refresh(case)
    return case, comment


def open_case(session: Session, region_id: int, comment: Comment, now: datetime) -> Case:
    """Return the open case of a locked comment, a new one where there is none."""
    found = session.exec(select(Case).where(Case.comment_id == comment.id, col(Case.decided_at).is_(None))).first()
    if found is not None:
        return found
    case = Case(region_id=region_id, comment_id=cast(int, comment.id), body=body_of(session, region_id, now), opened_at=now)
    session.add(case)
    session.flush()
    return case


def open_again(session: Session, of: Case, stage: str, now: datetime) -> Case:
    """Open the case that decides another one anew (`appeal`, `review`), and draw for it. The comment is locked."""
    case = Case(
        region_id=of.region_id,
        comment_id=of.comment_id,
        stage=stage,
        of_case_id=of.id,
        body=body_of(session, of.region_id, now),
        opened_at=now,
    )
    session.add(case)
    session.flush()
    fill(session, case, now)
    return case


def involved(session: Session, comment: Comment) -> Involved:
    """Return whom a comment's cases are about, and who has dealt with any of them."""
    of_comment = select(Case.id).where(Case.comment_id == comment.id)
    reporters = session.exec(select(Flag.reporter_id).where(col(Flag.case_id).in_(of_comment))).all()
    appellants = session.exec(select(Appeal.account_id).where(col(Appeal.case_id).in_(of_comment))).all()
    deciders = session.exec(select(Decision.account_id).where(col(Decision.case_id).in_(of_comment))).all()
    hiders = session.exec(select(Case.provisional_by).where(Case.comment_id == comment.id)).all()
    return Involved(comment.author_id, _known([*reporters, *appellants]), _known([*deciders, *hiders]))


def _known(numbers: Iterable[int | None]) -> frozenset[int]:
    return frozenset(number for number in numbers if number is not None)


def decisions(session: Session, case: Case) -> list[Decision]:
    """Return the decisions of a case in the order they were made."""
    return list(session.exec(select(Decision).where(Decision.case_id == case.id).order_by(col(Decision.id))).all())


def fill(session: Session, case: Case, now: datetime) -> int:
    """Draw for the seats that are missing; returns how many were found. The case's comment is locked.

    Somebody who let the time pass is drawn again only where nobody else is left; who handed it back never.
    """
    seats = session.exec(select(Seat).where(Seat.case_id == case.id)).all()
    sitting = {seat.account_id for seat in seats if seat.ended_at is None}
    made = decisions(session, case)
    missing = rules.wanted(case.stage, [one.measure for one in made]) - len(made) - len(sitting)
    if case.decided_at is not None or missing <= 0:
        return 0
    if not made and not sitting:
        case.body = body_of(session, case.region_id, now)
        session.add(case)
    comment = session.get_one(Comment, case.comment_id)
    returned = _known(seat.account_id for seat in seats if seat.end == "returned")
    drawn = rules.draw_for(
        _candidates(session, case, now),
        involved(session, comment),
        _known(sitting) | returned,
        _known(seat.account_id for seat in seats if seat.end == "expired"),
        _load(session, case.region_id, now),
        missing,
        secrets.SystemRandom(),
    )
    for account_id in drawn:
        session.add(Seat(case_id=cast(int, case.id), account_id=account_id, drawn_at=now, due_at=now + rules.DECIDE_WITHIN))
        enqueue(session, Job.TELL_MODERATION, now, kind="seat", id=case.id, account=account_id)
    session.flush()
    return len(drawn)


def _candidates(session: Session, case: Case, now: datetime) -> set[int]:
    if case.body == "clerks":
        return in_office(session, case.region_id, "clerk", now)
    seated = in_office(session, case.region_id, "council", now)
    rows = session.exec(select(Moderator).where(Moderator.region_id == case.region_id, col(Moderator.introduced_at).is_not(None))).all()
    return {row.account_id for row in rows if row.account_id in seated and rules.available(row.weekdays, now)}


def _load(session: Session, region_id: int, now: datetime) -> dict[int, int]:
    """Return how many cases each person has had lately; those handed back or let pass count for nothing."""
    rows = session.exec(
        select(Seat.account_id, func.count())
        .join(Case, col(Case.id) == Seat.case_id)
        .where(
            Case.region_id == region_id,
            Seat.drawn_at > now - _LOAD_OVER,
            or_(col(Seat.end).is_(None), col(Seat.end) == "decided"),
            col(Seat.account_id).is_not(None),
        )
        .group_by(col(Seat.account_id))
    ).all()
    return {cast(int, account_id): count for account_id, count in rows}


def end_seat(session: Session, seat: Seat, end: str, now: datetime) -> None:
    """End somebody's part in a case."""
    seat.end, seat.ended_at = end, now
    session.add(seat)
    session.flush()


def own_seat(session: Session, case_id: int, account_id: int, now: datetime) -> Seat | None:
    """Return the seat of somebody at a case while its time runs."""
    return session.exec(
        select(Seat).where(Seat.case_id == case_id, Seat.account_id == account_id, col(Seat.ended_at).is_(None), Seat.due_at > now)
    ).first()


# By the clock


def open_cases(session: Session) -> list[int]:
    """Return the numbers of all open cases in the order in which comments are locked."""
    return [
        cast(int, number)
        for number in session.exec(select(Case.id).where(col(Case.decided_at).is_(None)).order_by(col(Case.comment_id))).all()
    ]


def watch(session: Session, now: datetime) -> None:
    """Draw anew where time has run out, escalate what nobody has decided, close what has been withdrawn, have old decisions reviewed."""
    for case_id in open_cases(session):
        try:
            case, comment = locked(session, case_id)
        except NotFound:
            continue
        if case.decided_at is not None:
            continue
        if comment.withdrawn_at is not None:
            _close_withdrawn(session, case, now)
            continue
        for seat in session.exec(select(Seat).where(Seat.case_id == case.id, col(Seat.ended_at).is_(None), Seat.due_at <= now)).all():
            end_seat(session, seat, "expired", now)
        fill(session, case, now)
        if case.provisional_at and case.escalated_at is None and case.provisional_at <= now - rules.ESCALATE_AFTER:
            case.escalated_at = now
            session.add(case)
            log.record(session, case, "escalated", now, ground=case.provisional_ground)
            enqueue(session, Job.TELL_MODERATION, now, kind="escalated", id=case.id)
    _review(session, now)


def _close_withdrawn(session: Session, case: Case, now: datetime) -> None:
    """Close a case whose comment its author has taken back: there is nothing left to decide."""
    case.decided_at = now
    session.add(case)
    for seat in session.exec(select(Seat).where(Seat.case_id == case.id, col(Seat.ended_at).is_(None))).all():
        end_seat(session, seat, "void", now)
    log.record(session, case, "withdrawn", now)
    for flag_id in session.exec(select(Flag.id).where(Flag.case_id == case.id)).all():
        enqueue(session, Job.TELL_MODERATION, now, kind="withdrawn", id=flag_id)


def _review(session: Session, now: datetime) -> None:
    """Have a council decide again, a few at a time, what clerks decided before there was one."""
    waiting = session.exec(select(Case).where(Case.stage == "review", col(Case.decided_at).is_(None))).all()
    busy = {case.comment_id for case in session.exec(select(Case).where(col(Case.decided_at).is_(None))).all()}
    followed = select(Case.of_case_id).where(col(Case.of_case_id).is_not(None))
    ready = session.exec(
        select(Case)
        .join(Outcome, col(Outcome.case_id) == Case.id)
        .where(Outcome.body == "clerks", Case.stage == "first", col(Case.id).not_in(followed))
        .order_by(col(Case.comment_id))
        .limit(_REVIEWS_AT_ONCE)
    ).all()
    councils: dict[int, bool] = {}
    for case in ready[: max(0, _REVIEWS_AT_ONCE - len(waiting))]:
        if case.region_id not in councils:
            councils[case.region_id] = body_of(session, case.region_id, now) == "council"
        if councils[case.region_id] and case.comment_id not in busy and lock_comment(session, case.comment_id).withdrawn_at is None:
            busy.add(case.comment_id)
            open_again(session, case, "review", now)
