"""Votes, follows, and a person's rights to their data. Comments are written in comments.py."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete
from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment
from beteiligung.catalogue.topics import TOPICS
from beteiligung.db import insert_missing
from beteiligung.errors import Closed, Conflict, Forbidden, Invalid, NotFound
from beteiligung.i18n import _
from beteiligung.participation import rules
from beteiligung.participation.comments import commitment_and_document, erase_comments
from beteiligung.participation.models import CHOICES, FOLLOW_KINDS, STANDINGS, Comment, CommentVote, Follow, Tally, Vote
from beteiligung.participation.tally import add_difference, bump, is_changed, lock_tally, publish, voter_pseudonym
from beteiligung.places.models import Region


@dataclass(frozen=True)
class VoteState:
    """What is stored of a person's vote now, for the page after the form."""

    commitment_id: int
    version: int
    choice: str | None
    standing: str
    before: str | None
    """The choice before, None if there was none."""
    tally: Tally
    """For `shares.shares`; its live figures are nobody's business."""


def cast_vote(
    session: Session, participant: rules.Participant, commitment_id: int, choice: str | None, now: datetime, expected_version: int
) -> VoteState:
    """Cast, change or (with None) withdraw a vote on the version the form showed.

    Writes no row that names the account. Raises NotFound, Invalid for an unknown choice, Forbidden or
    Closed with the reason, and Conflict where the commitment has had another version since.
    """
    commitment, document = commitment_and_document(session, commitment_id)
    if choice is not None and choice not in CHOICES:
        raise Invalid(_("Bitte wählen Sie dafür, neutral oder dagegen."))
    if closed := rules.why_votes_closed(commitment, document, now):
        raise Closed(closed)
    if choice is not None and (reason := rules.why_not_vote(participant, commitment, document, now)):
        raise Forbidden(reason)
    if commitment.version != expected_version:
        raise Conflict(_("Diese Zusage wurde inzwischen inhaltlich geändert. Bitte lesen Sie sie noch einmal und stimmen Sie dann ab."))
    standing = rules.standing(participant, commitment.region_id)
    voter = voter_pseudonym(participant.account_id, commitment.region_id)
    tally = lock_tally(session, commitment_id, commitment.version)
    vote = _vote(session, tally, voter)
    before = vote.choice if vote else None
    if _write(session, tally, vote, voter, choice, standing) and publish(session, tally, now):
        bump(session, [commitment_id])
    return VoteState(commitment_id, commitment.version, choice, standing, before, tally)


def _vote(session: Session, tally: Tally, voter: str) -> Vote | None:
    return session.exec(
        select(Vote)
        .where(Vote.commitment_id == tally.commitment_id, Vote.version == tally.version, Vote.voter == voter)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _write(session: Session, tally: Tally, vote: Vote | None, voter: str, choice: str | None, standing: str) -> bool:
    """Write one person's vote under the tally's lock; return whether anything is different."""
    if vote is None:
        if choice is None:
            return False
        vote = Vote(commitment_id=tally.commitment_id, version=tally.version, voter=voter, choice=None, standing=standing)
    elif (vote.choice, vote.standing) == (choice, standing) or (choice is None and vote.choice is None):
        return False
    add_difference(tally, (vote.standing, vote.choice), (standing, choice))
    vote.choice, vote.standing = choice, standing
    vote.changed = is_changed(vote)
    if vote.choice is None and not vote.changed:
        session.delete(vote)
    else:
        session.add(vote)
    session.add(tally)
    session.flush()
    return True


def move_standing(session: Session, account_id: int, region_id: int, new_standing: rules.Standing, now: datetime) -> int:
    """Count the person's votes of a region in another standing from now on; returns how many moved.

    For when a residence is confirmed or has lapsed. Votes on former versions stay where they were cast.
    The caller writes the residence in the same transaction; a vote cast at that very moment in
    another one keeps the old standing until the person votes on it again.
    """
    if new_standing not in STANDINGS:
        raise ValueError(new_standing)
    return move_votes(session, {voter_pseudonym(account_id, region_id): new_standing}, now)


def move_votes(session: Session, standings: Mapping[str, rules.Standing], now: datetime) -> int:
    """Count these voters' votes in these standings from now on; returns how many moved. Tallies are locked in one order."""
    keys = session.exec(
        select(Vote.commitment_id, Vote.version, Vote.voter)
        .join(Commitment, col(Commitment.id) == col(Vote.commitment_id))
        .where(col(Vote.voter).in_(list(standings)), col(Vote.version) == col(Commitment.version))
        .order_by(col(Vote.commitment_id), col(Vote.version))
    ).all()
    different, moved = [], 0
    for commitment_id, version, voter in keys:
        tally = lock_tally(session, commitment_id, version)
        vote = _vote(session, tally, voter)
        if vote is not None and vote.choice is not None and _write(session, tally, vote, voter, vote.choice, standings[voter]):
            moved += 1
            if publish(session, tally, now):
                different.append(tally.commitment_id)
    bump(session, different)
    return moved


def cast_from_paper(session: Session, voter: str, standing: rules.Standing, choices: Mapping[int, tuple[int, str]], now: datetime) -> None:
    """Cast the votes of one sheet (commitment id → version, choice) under the sheet's own pseudonym. Every rule was asked before."""
    different = []
    for commitment_id, (version, choice) in sorted(choices.items()):
        tally = lock_tally(session, commitment_id, version)
        if _write(session, tally, _vote(session, tally, voter), voter, choice, standing) and publish(session, tally, now):
            different.append(commitment_id)
    bump(session, different)


def pseudonyms(session: Session, account_id: int) -> list[str]:
    """Return the names under which a person's votes may lie, one for each region."""
    return [voter_pseudonym(account_id, cast(int, region_id)) for region_id in session.exec(select(Region.id)).all()]


def erase_votes(session: Session, account_id: int, now: datetime) -> None:
    """Withdraw all votes of a person, closed or not, on all versions.

    What published figures still count stays until they change next, under a random name that leads to nobody.
    """
    bump(session, withdraw_votes(session, pseudonyms(session, account_id), now))


def withdraw_votes(session: Session, voters: Iterable[str], now: datetime) -> list[int]:
    """Withdraw all votes under these names; returns the commitments whose pages look different, for `tally.bump`."""
    rows = session.exec(
        select(Vote.commitment_id, Vote.version, Vote.voter)
        .where(col(Vote.voter).in_(list(voters)))
        .order_by(col(Vote.commitment_id), col(Vote.version))
    ).all()
    different = []
    for commitment_id, version, voter in rows:
        tally = lock_tally(session, commitment_id, version)
        vote = _vote(session, tally, voter)
        if vote is None:
            continue
        _write(session, tally, vote, voter, None, vote.standing)
        if is_changed(vote):  # still counted somewhere
            session.delete(vote)
            session.flush()
            remembered = {name: getattr(vote, name) for name in ("standing", "shown_confirmed", "shown_unconfirmed", "shown_outside")}
            session.add(Vote(commitment_id=commitment_id, version=version, voter=secrets.token_hex(32), choice=None, **remembered))
            session.flush()
        if publish(session, tally, now):
            different.append(commitment_id)
    return different


def erase(session: Session, account_id: int, now: datetime) -> None:
    """Remove everything this room knows of a person: votes, helpful marks, follows, the words of comments.

    Threads stay intact as traces without author. Call it before the account's row is deleted.
    """
    voters = pseudonyms(session, account_id)
    fewer = erase_comments(session, account_id, voters, now)
    session.execute(delete(Follow).where(col(Follow.account_id) == account_id))
    bump(session, withdraw_votes(session, voters, now), fewer)


def personal_data(session: Session, account_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return everything this room knows of a person, as plain values (Articles 15 and 20 GDPR)."""
    voters = pseudonyms(session, account_id)
    comments = session.exec(select(Comment).where(Comment.author_id == account_id).order_by(col(Comment.id))).all()
    votes = session.exec(
        select(Vote, Commitment.slug)
        .join(Commitment, col(Commitment.id) == col(Vote.commitment_id))
        .where(col(Vote.voter).in_(voters), col(Vote.choice).is_not(None))
        .order_by(col(Vote.commitment_id), col(Vote.version))
    ).all()
    marks = session.exec(select(CommentVote).where(col(CommentVote.voter).in_(voters)).order_by(col(CommentVote.comment_id))).all()
    follows = session.exec(select(Follow).where(Follow.account_id == account_id).order_by(col(Follow.created_at))).all()
    return {
        "comments": [comment.model_dump(mode="json", exclude={"author_id", "score"}) for comment in comments],
        "votes": [{"commitment": slug, "version": vote.version, "choice": vote.choice, "standing": vote.standing} for vote, slug in votes],
        "helpful": [{"comment": mark.comment_id, "value": mark.value} for mark in marks],
        "follows": [follow.model_dump(mode="json", exclude={"account_id"}) for follow in follows],
    }


def follow(session: Session, account_id: int, region_id: int, kind: str, target: str, now: datetime) -> None:
    """Follow a commitment (by slug), a topic of a region, or the region (empty target); twice is once."""
    if not _can_follow(session, region_id, kind, target):
        raise NotFound(_("Das gibt es nicht, deshalb kann man ihm nicht folgen."))
    insert_missing(session, Follow, account_id=account_id, region_id=region_id, kind=kind, target=target, created_at=now)


def _can_follow(session: Session, region_id: int, kind: str, target: str) -> bool:
    if kind not in FOLLOW_KINDS:
        return False
    if kind == "commitment":
        wanted = select(Commitment.id).where(Commitment.slug == target, Commitment.region_id == region_id)
        return session.exec(wanted).first() is not None
    known = target in {topic.slug for topic in TOPICS} if kind == "topic" else not target
    return known and session.get(Region, region_id) is not None


def unfollow(session: Session, account_id: int, region_id: int, kind: str, target: str) -> None:
    """Stop following; nothing happens where nobody followed."""
    session.execute(
        delete(Follow).where(
            col(Follow.account_id) == account_id, col(Follow.region_id) == region_id, col(Follow.kind) == kind, col(Follow.target) == target
        )
    )
