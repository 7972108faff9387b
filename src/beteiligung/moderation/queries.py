"""Read models of moderation: a member's next case, outcomes for those concerned, the clerks' list, the public log."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from beteiligung.catalogue.models import Commitment
from beteiligung.clock import berlin_date
from beteiligung.moderation import rules
from beteiligung.moderation.models import LAW_GROUNDS, Appeal, Case, Decision, Flag, LogEntry, Outcome, Seat
from beteiligung.moderation.transparency import Line
from beteiligung.participation.models import Comment
from beteiligung.places.models import Region

LOG_PAGE = 100


@dataclass(frozen=True)
class Reported:
    """One report as a member sees it, without who made it."""

    ground: str
    text: str


@dataclass(frozen=True)
class Around:
    """A comment beside the reported one, without its author."""

    text: str
    created_at: datetime


@dataclass(frozen=True)
class CaseView:
    """A case as a member sees it: the words, what stands around them, why they were reported. No name, no votes."""

    id: int
    stage: str
    text: str
    additions: tuple[str, ...]
    created_at: datetime
    before: Around | None
    after: Around | None
    title: str
    url: str
    flags: tuple[Reported, ...]
    provisional_reason: str | None
    appeals: tuple[str, ...]
    earlier: Outcome | None
    """The outcome an appeal or review is about."""
    due_at: datetime
    waiting: int
    """How many cases wait for this person, this one included."""


def next_case(session: Session, region_id: int, account_id: int, now: datetime, case_id: int | None = None) -> CaseView | None:
    """Return the most urgent case of this person, or a certain one of theirs; None where nothing waits."""
    mine = (
        select(Seat, Case)
        .join(Case, col(Case.id) == Seat.case_id)
        .where(
            Seat.account_id == account_id,
            col(Seat.ended_at).is_(None),
            Seat.due_at > now,
            Case.region_id == region_id,
            col(Case.decided_at).is_(None),
        )
        .order_by(col(Seat.id))
    )
    rows = _sorted(session, list(session.exec(mine).all()))
    found = next(((seat, case) for seat, case in rows if case_id in (None, case.id)), None)
    if found is None:
        return None
    seat, case = found
    comment, title, slug, region_slug = session.exec(
        select(Comment, Commitment.title, Commitment.slug, Region.slug)
        .join(Commitment, col(Commitment.id) == Comment.commitment_id)
        .join(Region, col(Region.id) == Commitment.region_id)
        .where(Comment.id == case.comment_id)
    ).one()
    about = [case.id, case.of_case_id]
    flags = session.exec(select(Flag).where(col(Flag.case_id).in_(about)).order_by(col(Flag.id))).all()
    appeals = session.exec(select(Appeal.text).where(Appeal.new_case_id == case.id)).all()
    before, after = _around(session, comment)
    return CaseView(
        id=case.id or 0,
        stage=case.stage,
        text=comment.text,
        additions=tuple(one["text"] for one in comment.additions),
        created_at=comment.created_at,
        before=before,
        after=after,
        title=title,
        url=f"/{region_slug}/zusagen/{slug}",
        flags=tuple(Reported(flag.ground, flag.text) for flag in flags),
        provisional_reason=case.provisional_reason,
        appeals=tuple(appeals),
        earlier=session.get(Outcome, case.of_case_id) if case.of_case_id else None,
        due_at=seat.due_at,
        waiting=len(rows),
    )


def _sorted(session: Session, rows: list[tuple[Seat, Case]]) -> list[tuple[Seat, Case]]:
    """Return somebody's cases, the most urgent first. One statement."""
    flags = session.exec(select(Flag.case_id, Flag.ground).where(col(Flag.case_id).in_([case.id for _seat, case in rows]))).all()
    grounds: dict[int, list[str]] = {}
    for case_id, ground in flags:
        grounds.setdefault(case_id, []).append(ground)

    def key(row: tuple[Seat, Case]) -> tuple[int, int, datetime]:
        seat, case = row
        said = grounds.get(seat.case_id, [])
        law = any(ground in LAW_GROUNDS for ground in said)
        return rules.urgency(provisional=case.provisional_at is not None, law=law, reports=len(said), due_at=seat.due_at)

    return sorted(rows, key=key)


def _around(session: Session, comment: Comment) -> tuple[Around | None, Around | None]:
    """Return what stands before and after a comment in its thread, where it can be seen."""
    thread = comment.parent_id or comment.id
    seen = (
        select(Comment)
        .where(
            (Comment.id == thread) | (Comment.parent_id == thread), col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None)
        )
        .limit(1)
    )
    before = session.exec(seen.where(col(Comment.id) < comment.id).order_by(col(Comment.id).desc())).first()
    after = session.exec(seen.where(col(Comment.id) > comment.id).order_by(col(Comment.id))).first()
    shown = [Around(one.text, one.created_at) if one else None for one in (before, after)]
    return shown[0], shown[1]


@dataclass(frozen=True)
class OpenCase:
    """A line of the clerks' list."""

    id: int
    comment_id: int
    stage: str
    body: str
    opened_at: datetime
    provisional: bool
    text: str
    title: str
    grounds: tuple[str, ...]
    seated: int


def open_list(session: Session, region_id: int) -> list[OpenCase]:
    """Return the open cases of a region, oldest first. Three statements."""
    rows = session.exec(
        select(Case, Comment.text, Commitment.title)
        .join(Comment, col(Comment.id) == Case.comment_id)
        .join(Commitment, col(Commitment.id) == Comment.commitment_id)
        .where(Case.region_id == region_id, col(Case.decided_at).is_(None))
        .order_by(col(Case.opened_at), col(Case.id))
        .limit(200)
    ).all()
    numbers = [case.id for case, _text, _title in rows]
    grounds: dict[int, list[str]] = {}
    for case_id, ground in session.exec(select(Flag.case_id, Flag.ground).where(col(Flag.case_id).in_(numbers))).all():
        grounds.setdefault(case_id, []).append(ground)
    waiting = (
        select(Seat.case_id, func.count()).where(col(Seat.case_id).in_(numbers), col(Seat.ended_at).is_(None)).group_by(col(Seat.case_id))
    )
    seated = dict(session.exec(waiting).all())
    return [
        OpenCase(
            case.id or 0, case.comment_id, case.stage, case.body, case.opened_at, case.provisional_at is not None, text, title,
            tuple(dict.fromkeys(grounds.get(case.id or 0, []))), seated.get(case.id or 0, 0),
        )
        for case, text, title in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class LogLine(Line):
    """A line of the public log with its number."""

    id: int


def log_lines(session: Session, region_id: int, limit: int | None = LOG_PAGE, *, reports: bool = True) -> list[LogLine]:
    """Return the newest lines of a region's public log, or all; without `reports` only what was done about them. One statement."""
    query = select(LogEntry).where(LogEntry.region_id == region_id).order_by(col(LogEntry.id).desc()).limit(limit)
    rows = session.exec(query if reports else query.where(LogEntry.act != "reported")).all()
    return [LogLine(row.at, row.act, row.facts, row.id or 0) for row in rows]


def log_years(session: Session, region_id: int) -> list[int]:
    """Return the years from the first to the last line of a region's log, newest first. One statement."""
    first, last = session.exec(select(func.min(LogEntry.at), func.max(LogEntry.at)).where(LogEntry.region_id == region_id)).one()
    return list(range(berlin_date(last).year, berlin_date(first).year - 1, -1)) if first and last else []


def log_state(session: Session, region_id: int) -> int:
    """Return what changes whenever the public log does. One statement."""
    return session.exec(select(func.max(LogEntry.id)).where(LogEntry.region_id == region_id)).one() or 0


@dataclass(frozen=True)
class Agreement:
    """How often the first two agree whether something is restricted; `kappa` None where it says nothing."""

    cases: int
    same: int
    kappa: float | None


def agreement(session: Session, region_id: int) -> Agreement:
    """Return how the first two deciders of each decided case agree. One statement."""
    rows = session.exec(
        select(Decision.case_id, Decision.measure)
        .join(Case, col(Case.id) == Decision.case_id)
        .where(Case.region_id == region_id, col(Case.decided_at).is_not(None), Case.stage != "appeal")
        .order_by(col(Decision.id))
    ).all()
    made: dict[int, list[bool]] = {}
    for case_id, measure in rows:
        made.setdefault(case_id, []).append(measure != "none")
    pairs = [(first, second) for first, second, *_third in (one for one in made.values() if len(one) >= rules.FIRST_DECIDERS)]
    return Agreement(len(pairs), sum(a == b for a, b in pairs), rules.agreement(pairs))
