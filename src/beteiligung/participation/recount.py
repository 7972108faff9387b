"""Counting anew: what tallies and counters should be, and mending those that are not."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Integer, String, case, func, literal, null, select, union_all
from sqlmodel import Session, and_, col, or_

from beteiligung import audit
from beteiligung.catalogue.models import Commitment
from beteiligung.participation.models import CHOICES, SMALLEST_GROUP, STANDINGS, Comment, CommentVote, Tally, Vote
from beteiligung.participation.tally import LIVE, bump, counted, lock_tally, publish, settle, show

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Difference:
    """A figure that is not what a recount gives.

    `column` is a column of `tally`, or `changed` for the number of votes whose mark „changed“ is wrong.
    """

    commitment_id: int
    version: int
    column: str
    stored: int
    counted: int


def _counts() -> Any:
    """Return one statement with two rows per tally, as stored and as counted: one statement sees one state."""

    def total(condition: Any) -> Any:
        return func.sum(case((condition, 1), else_=0))

    shown = {standing: cast(Any, getattr(Vote, f"shown_{standing}")) for standing in STANDINGS}
    now = {standing: case((col(Vote.standing) == standing, col(Vote.choice)), else_=null()) for standing in STANDINGS}
    differs = or_(*(now[standing].is_distinct_from(shown[standing]) for standing in STANDINGS))
    stored = select(
        literal("stored", String).label("kind"),
        col(Tally.commitment_id),
        col(Tally.version),
        literal(0, Integer).label("changed"),
        *(cast(Any, getattr(Tally, name)) for name in LIVE),
        *(cast(Any, getattr(Tally, f"shown_{name}")) for name in LIVE),
        *(case((cast(Any, getattr(Tally, f"shown_{s}_at")).is_(None), 0), else_=1).label(f"{s}_at") for s in STANDINGS),
    )
    votes = select(
        literal("counted", String),
        col(Vote.commitment_id),
        col(Vote.version),
        total(col(Vote.changed) != differs),
        *(total(and_(col(Vote.standing) == s, col(Vote.choice) == c)) for s in STANDINGS for c in CHOICES),
        *(total(shown[s] == c) for s in STANDINGS for c in CHOICES),
        *(literal(0, Integer) for _ in STANDINGS),
    ).group_by(col(Vote.commitment_id), col(Vote.version))
    return union_all(stored, votes)


def _differences(rows: Iterable[Any]) -> Iterator[Difference]:
    by_key: dict[tuple[int, int], dict[str, Any]] = {}
    for row in rows:
        by_key.setdefault((row.commitment_id, row.version), {})[row.kind] = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
    for (commitment_id, version), pair in sorted(by_key.items()):
        stored, votes = pair.get("stored", {}), pair.get("counted", {})
        for name in LIVE:
            is_shown = stored.get(f"{name.split('_')[0]}_at", 0)
            for column, expected in ((name, votes.get(name, 0)), (f"shown_{name}", votes.get(f"shown_{name}", 0) if is_shown else 0)):
                if stored.get(column, 0) != expected:
                    yield Difference(commitment_id, version, column, stored.get(column, 0), expected)
        if wrong := votes.get("changed", 0):
            yield Difference(commitment_id, version, "changed", wrong, 0)


def recount(session: Session) -> list[Difference]:
    """Count all votes anew, live and as shown, and return what differs from the tallies; changes nothing."""
    session.flush()
    return list(_differences(session.execute(_counts())))


def repair(session: Session, now: datetime) -> list[Difference]:
    """Set every tally that differs to what its votes give, and return what was mended.

    Shown figures stay within the rule of five: where the votes remembered as shown are fewer than
    five, the standing shows nothing.
    """
    found = recount(session)
    touched = sorted({(difference.commitment_id, difference.version) for difference in found})
    tallies = [lock_tally(session, *key) for key in touched]
    different = []
    for tally in tallies:
        votes = session.scalars(
            select(Vote)
            .where(col(Vote.commitment_id) == tally.commitment_id, col(Vote.version) == tally.version)
            .execution_options(populate_existing=True)
        ).all()
        before = _shown_state(tally)
        for standing in STANDINGS:
            for choice in CHOICES:
                setattr(tally, f"{standing}_{choice}", sum(counted(vote, standing) == choice for vote in votes))
            remembered = {choice: sum(getattr(vote, f"shown_{standing}") == choice for vote in votes) for choice in CHOICES}
            at = getattr(tally, f"shown_{standing}_at")
            if at is None or sum(remembered.values()) < SMALLEST_GROUP:
                remembered, at = dict.fromkeys(CHOICES, 0), None
            show(tally, standing, remembered, at)
        for vote in votes:
            settle(session, vote)
        session.flush()
        if publish(session, tally, now) or _shown_state(tally) != before:
            different.append(tally.commitment_id)
    bump(session, different)
    return found


def _shown_state(tally: Tally) -> tuple[Any, ...]:
    return tuple(getattr(tally, f"shown_{name}") for name in (*LIVE, *(f"{standing}_at" for standing in STANDINGS)))


def recount_comments(session: Session) -> list[Difference]:
    """Count comments, threads, replies and helpful marks anew and return what differs; changes nothing.

    `version` is 0; for replies and marks `commitment_id` is the comment's commitment and `column` names the comment.
    """
    session.flush()
    visible = and_(col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None))
    found = []
    rows = session.execute(
        select(
            col(Commitment.id),
            col(Commitment.comment_count),
            col(Commitment.thread_count),
            func.count(col(Comment.id)).filter(visible),
            func.count(col(Comment.id)).filter(col(Comment.parent_id).is_(None)),
        )
        .join(Comment, col(Comment.commitment_id) == col(Commitment.id), isouter=True)
        .group_by(col(Commitment.id))
        .order_by(col(Commitment.id))
    ).all()
    for commitment_id, comments, threads, visible_now, threads_now in rows:
        for column, stored, right in (("comment_count", comments, visible_now), ("thread_count", threads, threads_now)):
            if stored != right:
                found.append(Difference(commitment_id, 0, column, stored, right))
    return found + _recount_threads(session)


def _recount_threads(session: Session) -> list[Difference]:
    replies = (
        select(col(Comment.parent_id).label("id"), func.count().label("n"), func.max(Comment.reply_number).label("last"))
        .where(col(Comment.parent_id).is_not(None))
        .group_by(col(Comment.parent_id))
        .subquery()
    )
    marks = (
        select(
            col(CommentVote.comment_id).label("id"),
            func.count().filter(col(CommentVote.value) == 1).label("up"),
            func.count().filter(col(CommentVote.value) == -1).label("down"),
        )
        .group_by(col(CommentVote.comment_id))
        .subquery()
    )

    def number(column: Any) -> Any:
        return func.coalesce(column, 0)

    rows = session.execute(
        select(*(col(c) for c in (Comment.commitment_id, Comment.id, Comment.reply_count, Comment.helpful, Comment.not_helpful)))
        .add_columns(number(replies.c.n), number(replies.c.last), number(marks.c.up), number(marks.c.down))
        .select_from(Comment)
        .join(replies, replies.c.id == Comment.id, isouter=True)
        .join(marks, marks.c.id == Comment.id, isouter=True)
        .where(
            or_(
                Comment.reply_count != number(replies.c.n),
                Comment.reply_count != number(replies.c.last),
                Comment.helpful != number(marks.c.up),
                Comment.not_helpful != number(marks.c.down),
            )
        )
        .order_by(col(Comment.id))
    ).all()
    found = []
    for commitment_id, comment_id, reply_count, helpful, not_helpful, n, last, up, down in rows:
        for column, stored, right in (
            ("reply_count", reply_count, n),
            ("reply_number", reply_count, last),
            ("helpful", helpful, up),
            ("not_helpful", not_helpful, down),
        ):
            if stored != right:
                found.append(Difference(commitment_id, 0, f"{column} of comment {comment_id}", stored, right))
    return found


def report_differences(session: Session, now: datetime) -> int:
    """Write down every tally and counter that differs, by name and never with live figures; returns how many.

    Nothing is mended here: a difference is a fault to be understood first (`beteiligung recount`, then `repair`).
    """
    found = recount(session) + recount_comments(session)
    for one in found:
        log.error("recount: %s of commitment %s, version %s, differs", one.column, one.commitment_id, one.version)
    if found:
        names = sorted({f"{one.commitment_id}:{one.version}:{one.column}" for one in found})
        audit.record(session, "recount.differs", f"{len(found)} figures", now, figures=names[:200])
    return len(found)
