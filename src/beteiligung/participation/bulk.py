"""Many votes, comments and marks in one go, and the removal of invented people: for the demonstration only.

The same rules, locks and tallies as in service.py and comments.py, with a few statements in all or per commitment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, ScalarResult, delete, func, insert, tuple_, update
from sqlmodel import Session, and_, col, select

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.db import inserting
from beteiligung.errors import Forbidden, Invalid
from beteiligung.i18n import _
from beteiligung.participation import rules
from beteiligung.participation.comments import clean_text
from beteiligung.participation.models import CHOICES, STANCES, Comment, CommentVote, Follow, Tally, Vote
from beteiligung.participation.ordering import wilson
from beteiligung.participation.recount import repair
from beteiligung.participation.tally import LIVE, add_difference, bump, lock_tally, publish, voter_pseudonym
from beteiligung.places.models import Region


@dataclass(frozen=True)
class Poll:
    """A commitment with its document, and how people who have no vote on it yet vote."""

    commitment: Commitment
    document: Document
    choices: Sequence[tuple[rules.Participant, str]]


@dataclass(frozen=True)
class Said:
    """A comment, a reply (`reply_to`: place of its thread in the list), or an official answer where the writer is staff."""

    commitment: Commitment
    document: Document
    writer: rules.Participant
    text: str
    stance: str | None
    at: datetime
    reply_to: int | None = None
    may_quote: bool = False


def cast_votes(session: Session, polls: Iterable[Poll], now: datetime) -> int:
    """Cast many votes; the figures of each commitment are published once, after the last vote. Returns how many.

    Raises Invalid and Forbidden as `service.cast_vote` does.
    """
    polls = sorted((poll for poll in polls if poll.choices), key=lambda poll: cast(int, poll.commitment.id))
    zeros = {f"{prefix}{name}": 0 for prefix in ("", "shown_") for name in LIVE}
    tallies = [{"commitment_id": poll.commitment.id, "version": poll.commitment.version, **zeros} for poll in polls]
    if tallies:
        session.execute(inserting(session)(Tally).on_conflict_do_nothing(), tallies)
    locked = [lock_tally(session, cast(int, poll.commitment.id), poll.commitment.version) for poll in polls]
    rows = [row for poll, tally in zip(polls, locked, strict=True) for row in _ballots(poll, tally, now)]
    if rows:
        session.execute(insert(Vote), rows)
    session.add_all(locked)
    bump(session, [tally.commitment_id for tally in locked if publish(session, tally, now)])
    return len(rows)


def _ballots(poll: Poll, tally: Tally, now: datetime) -> list[dict[str, Any]]:
    """Count the votes in the tally and return their rows, in no order that says who came first."""
    rows: dict[str, dict[str, Any]] = {}
    for participant, choice in poll.choices:
        if choice not in CHOICES:
            raise Invalid(_("Bitte wählen Sie dafür, neutral oder dagegen."))
        if reason := rules.why_not_vote(participant, poll.commitment, poll.document, now):
            raise Forbidden(reason)
        standing = rules.standing(participant, poll.commitment.region_id)
        voter = voter_pseudonym(participant.account_id, poll.commitment.region_id)
        add_difference(tally, (standing, None), (standing, choice))
        key = {"commitment_id": tally.commitment_id, "version": tally.version, "voter": voter}
        rows[voter] = {**key, "choice": choice, "standing": standing, "changed": True}
    return [rows[voter] for voter in sorted(rows)]


def write_comments(session: Session, said: Sequence[Said]) -> list[Comment]:
    """Write a whole discussion, given in the order of time; returns the comments in that order. Tells nobody.

    Raises Invalid and Forbidden as `comments.write_comment` does; a reply has to come after its thread.
    """
    written: list[Comment] = []
    for one in said:
        official = one.writer.is_staff_of_region and one.reply_to is not None
        if not official and (reason := rules.why_not_comment(one.writer, one.commitment, one.document, one.at)):
            raise Forbidden(reason)
        if one.stance not in (None, *STANCES):
            raise Invalid(_("Bitte wählen Sie eine der Haltungen."))
        comment = Comment(
            commitment_id=cast(int, one.commitment.id),
            author_id=one.writer.account_id,
            official=official,
            stance=one.stance,
            text=clean_text(one.text),
            created_at=one.at,
            may_quote=one.may_quote,
        )
        if one.reply_to is not None:
            thread = written[one.reply_to]
            thread.reply_count += 1
            comment.reply_number = thread.reply_count
            thread.answered_at = one.at if official else thread.answered_at
        written.append(comment)
    session.add_all(comment for comment in written if comment.reply_number is None)
    session.flush()
    for one, comment in zip(said, written, strict=True):
        if one.reply_to is not None:
            comment.parent_id = written[one.reply_to].id
            session.add(comment)
    session.flush()
    _count_comments(session, sorted({comment.commitment_id for comment in written}))
    return written


def mark_helpful(session: Session, marks: Mapping[int, Sequence[tuple[rules.Participant, int]]]) -> int:
    """Mark comments (by id) as helpful (1) or not (-1) for people who have not done so yet; returns how many marks.

    Raises Invalid and Forbidden as `comments.mark_helpful` does.
    """
    rows, changed = [], set()
    for chunk in _chunks(sorted(marks)):
        pairs = session.exec(
            select(Comment, Commitment)
            .join(Commitment, col(Commitment.id) == col(Comment.commitment_id))
            .where(col(Comment.id).in_(chunk))
            .order_by(col(Comment.id))
            .with_for_update(of=Comment, key_share=True)
        ).all()
        for comment, commitment in pairs:
            for participant, value in marks[cast(int, comment.id)]:
                if value not in (1, -1):
                    raise Invalid(_("Bitte wählen Sie, ob der Kommentar hilfreich ist."))
                if reason := rules.why_not_find_helpful(participant, comment, commitment):
                    raise Forbidden(reason)
                voter = voter_pseudonym(participant.account_id, commitment.region_id)
                rows.append({"comment_id": comment.id, "voter": voter, "value": value})
                comment.helpful += value == 1
                comment.not_helpful += value == -1
            comment.score = wilson(comment.helpful, comment.not_helpful)
            session.add(comment)
            changed.add(comment.commitment_id)
    if rows:
        session.execute(insert(CommentVote), rows)
    session.flush()
    bump(session, changed)
    return len(rows)


@dataclass(frozen=True)
class Removed:
    """How many votes and comments are gone, and the ids of the comments."""

    votes: int
    comments: int
    comment_ids: tuple[int, ...]


def remove_people(session: Session, account_ids: Sequence[int], now: datetime) -> Removed:
    """Remove all that these invented people did, official answers included, as if it had never been.

    Not for real people: `service.erase` keeps threads as traces and changes no published figure by fewer than five. Here
    a thread stays as a trace only where somebody else replied in it.
    """
    voters = [voter_pseudonym(person, cast(int, region)) for region in session.exec(select(Region.id)) for person in account_ids]
    session.execute(delete(Follow).where(col(Follow.account_id).in_(account_ids)))
    votes = _remove_votes(session, voters, now)
    marked = _remove_marks(session, voters)
    comment_ids, discussed = _remove_comments(session, account_ids, now)
    _count_marks(session, marked - set(comment_ids))
    _count_comments(session, sorted(discussed | set(_commitments_of(session, marked))))
    return Removed(votes, len(comment_ids), tuple(comment_ids))


def _chunks(ids: Iterable[Any], size: int = 500) -> Iterable[list[Any]]:
    found = list(ids)
    return (found[start : start + size] for start in range(0, len(found), size))


def _remove_votes(session: Session, voters: list[str], now: datetime) -> int:
    touched, count = set(), 0
    for chunk in _chunks(voters):
        mine = col(Vote.voter).in_(chunk)
        touched |= set(session.exec(select(Vote.commitment_id, Vote.version).distinct().where(mine)))
        count += cast(CursorResult[Any], session.execute(delete(Vote).where(mine))).rowcount
    repair(session, now)
    session.flush()
    empty = and_(*(cast(Any, getattr(Tally, f"{prefix}{name}")) == 0 for prefix in ("", "shown_") for name in LIVE))
    for chunk in _chunks(sorted(touched)):
        key = tuple_(col(Tally.commitment_id), col(Tally.version))
        voted = select(Vote.commitment_id, Vote.version)
        session.execute(delete(Tally).where(key.in_(chunk), empty, key.not_in(voted)).execution_options(synchronize_session=False))
    session.expire_all()
    return count


def _remove_marks(session: Session, voters: list[str]) -> set[int]:
    marked: set[int] = set()
    for chunk in _chunks(voters):
        mine = col(CommentVote.voter).in_(chunk)
        marked |= set(session.exec(select(CommentVote.comment_id).where(mine)))
        session.execute(delete(CommentVote).where(mine))
    return marked


def _remove_comments(session: Session, account_ids: Sequence[int], now: datetime) -> tuple[list[int], set[int]]:
    mine = session.execute(
        select(col(Comment.id), col(Comment.parent_id), col(Comment.commitment_id)).where(col(Comment.author_id).in_(account_ids))
    ).all()
    replies = [number for number, thread_id, _commitment in mine if thread_id is not None]
    threads = {number if thread_id is None else thread_id for number, thread_id, _commitment in mine}
    _delete_comments(session, replies)
    with_others = set(_all_parents(session, threads))
    gone = [number for number, thread_id, _commitment in mine if thread_id is None and number not in with_others]
    _delete_comments(session, gone)
    session.expire_all()
    for thread_id in sorted(threads - set(gone)):
        thread = session.get_one(Comment, thread_id)
        left = session.exec(select(Comment).where(Comment.parent_id == thread_id).order_by(col(Comment.reply_number))).all()
        for number, reply in enumerate(left, start=1):
            reply.reply_number = number
            session.flush()  # one at a time: each number is free by then
        thread.reply_count = len(left)
        thread.answered_at = max((reply.created_at for reply in left if reply.official), default=None)
        if thread.author_id in account_ids:
            thread.author_id, thread.stance, thread.text, thread.additions = None, None, "", []
            thread.withdrawn_at = thread.withdrawn_at or now
        session.add(thread)
    session.flush()
    return replies + gone, {commitment_id for _number, _thread, commitment_id in mine}


def _all_parents(session: Session, threads: set[int]) -> Iterable[int]:
    for chunk in _chunks(sorted(threads)):
        found: ScalarResult[Any] = session.exec(select(Comment.parent_id).distinct().where(col(Comment.parent_id).in_(chunk)))
        yield from found


def _delete_comments(session: Session, ids: list[int]) -> None:
    for chunk in _chunks(ids):
        session.execute(delete(CommentVote).where(col(CommentVote.comment_id).in_(chunk)))
        session.execute(delete(Comment).where(col(Comment.id).in_(chunk)).execution_options(synchronize_session=False))


def _count_marks(session: Session, comment_ids: set[int]) -> None:
    for comment_id in sorted(comment_ids):
        comment = session.get_one(Comment, comment_id, populate_existing=True)
        values = session.exec(select(CommentVote.value).where(CommentVote.comment_id == comment_id)).all()
        comment.helpful, comment.not_helpful = values.count(1), values.count(-1)
        comment.score = wilson(comment.helpful, comment.not_helpful)
        session.add(comment)
    session.flush()


def _commitments_of(session: Session, comment_ids: set[int]) -> Iterable[int]:
    for chunk in _chunks(sorted(comment_ids)):
        yield from session.exec(select(Comment.commitment_id).where(col(Comment.id).in_(chunk)))


def _count_comments(session: Session, commitment_ids: Sequence[int]) -> None:
    """Set what a commitment stores of its discussion to what is there, and make its pages new."""
    here = col(Comment.commitment_id) == col(Commitment.id)
    visible = and_(col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None))
    for chunk in _chunks(commitment_ids):
        session.execute(
            update(Commitment)
            .where(col(Commitment.id).in_(chunk))
            .values(
                comment_count=select(func.count(col(Comment.id))).where(here, visible).scalar_subquery(),
                thread_count=select(func.count(col(Comment.id))).where(here, col(Comment.parent_id).is_(None)).scalar_subquery(),
                commented_at=select(func.max(col(Comment.created_at))).where(here, visible).scalar_subquery(),
                changes=Commitment.changes + 1,
            )
            .execution_options(synchronize_session=False)
        )
