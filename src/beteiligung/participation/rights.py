"""What people may demand of this room: everything about them, and to be gone from it (Articles 15, 17 and 20 GDPR)."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from beteiligung.identity.vote_key import check_key
from beteiligung.participation import service
from beteiligung.participation.comments import erase_comments
from beteiligung.participation.models import Follow, Vote
from beteiligung.participation.tally import bump, lock_tally


def erase(session: Session, account_id: int, now: datetime, *, keep_comments: bool, keep_votes: bool) -> None:
    """Take a person out of this room. Call it before the account's row is deleted.

    Comments: kept ones stand under „gelöschtes Konto“, the others lose their words and stay as traces. Votes and
    helpful marks: kept ones get one random name per region that leads to nobody and keeps the tallies as they
    are, the others are withdrawn.
    """
    voters = service.pseudonyms(session, account_id)
    renamed = {voter: secrets.token_hex(32) for voter in voters}
    fewer = erase_comments(session, account_id, voters, now, keep_words=keep_comments, renamed=renamed if keep_votes else None)
    session.execute(delete(Follow).where(col(Follow.account_id) == account_id))
    if keep_votes:
        _rename_votes(session, renamed)
        bump(session, (), fewer)
    else:
        bump(session, service.withdraw_votes(session, voters, now), fewer)
    check_key(session)  # at the end: under a key that was changed meanwhile no votes were found, and they would stay


def _rename_votes(session: Session, renamed: Mapping[str, str]) -> None:
    """Give votes another name, under the locks of their tallies: a snapshot taken meanwhile would look for the old one."""
    keys = session.exec(
        select(Vote.commitment_id, Vote.version)
        .distinct()
        .where(col(Vote.voter).in_(list(renamed)))
        .order_by(col(Vote.commitment_id), col(Vote.version))
    ).all()
    for commitment_id, version in keys:
        lock_tally(session, commitment_id, version)
        rows = session.exec(
            select(Vote).where(Vote.commitment_id == commitment_id, Vote.version == version, col(Vote.voter).in_(list(renamed)))
        ).all()
        for row in rows:
            facts = row.model_dump(exclude={"voter"})
            session.delete(row)
            session.flush()
            session.add(Vote(voter=renamed[row.voter], **facts))
    session.flush()
