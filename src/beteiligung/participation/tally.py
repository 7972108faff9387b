"""Tallies: the lock every vote takes, the snapshot everybody sees, and the recount.

How the snapshot keeps votes secret, and why a person who changes standing counts in two of them:
docs/decisions/0006-vote-snapshots.md.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import true, update
from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment
from beteiligung.db import insert_missing
from beteiligung.identity.vote_key import check_key
from beteiligung.participation.models import CHOICES, SMALLEST_GROUP, STANDINGS, Tally, Vote
from beteiligung.settings import settings

LIVE = tuple(f"{standing}_{choice}" for standing in STANDINGS for choice in CHOICES)
"""The nine live figures, by their column."""


def voter_pseudonym(account_id: int, region_id: int, key: str | None = None) -> str:
    """Return the hex HMAC-SHA256 under which a person's votes of one region are kept (RFC 2104); `key` for a rotation."""
    message = f"{account_id}:{region_id}".encode()
    return hmac.new((key or settings().vote_key).encode(), message, hashlib.sha256).hexdigest()


def lock_tally(session: Session, commitment_id: int, version: int) -> Tally:
    """Return the tally, made if missing and locked until the transaction ends.

    All votes on a commitment queue here. Rows are locked in one order everywhere, which rules out
    deadlocks: comments, then tallies, then commitments, each by ascending id.
    """
    wanted = (
        select(Tally)
        .where(Tally.commitment_id == commitment_id, Tally.version == version)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    tally = session.exec(wanted).one_or_none()
    if tally is None:
        zeros = {f"{prefix}{name}": 0 for prefix in ("", "shown_") for name in LIVE}
        insert_missing(session, Tally, commitment_id=commitment_id, version=version, **zeros)
        tally = session.exec(wanted).one()
    check_key(session)
    return tally


def bump(session: Session, commitment_ids: Iterable[int], fewer_comments: Mapping[int, int] | None = None) -> None:
    """Say that public pages of these commitments look different now; by ascending id, see `lock_tally`.

    `fewer_comments` says by how many visible comments which commitment has become poorer.
    """
    fewer = fewer_comments or {}
    for commitment_id in sorted({*commitment_ids, *fewer}):
        session.execute(
            update(Commitment)
            .where(col(Commitment.id) == commitment_id)
            .values(changes=Commitment.changes + 1, comment_count=Commitment.comment_count - fewer.get(commitment_id, 0))
        )


def add_difference(tally: Tally, before: tuple[str, str | None], after: tuple[str, str | None]) -> None:
    """Move one person's vote in the live figures from one (standing, choice) to another; no choice counts nowhere."""
    for (standing, choice), step in ((before, -1), (after, 1)):
        if choice is not None:
            name = f"{standing}_{choice}"
            setattr(tally, name, getattr(tally, name) + step)


def figures(tally: Tally, standing: str, *, shown: bool) -> dict[str, int]:
    """Return choice → number of people, live or as shown."""
    prefix = "shown_" if shown else ""
    return {choice: getattr(tally, f"{prefix}{standing}_{choice}") for choice in CHOICES}


def counted(vote: Vote, standing: str) -> str | None:
    """Return what the vote adds to this standing at present."""
    return vote.choice if vote.standing == standing else None


def is_changed(vote: Vote) -> bool:
    """Whether the published figures of any standing count this person otherwise than they now vote."""
    return any(counted(vote, standing) != getattr(vote, f"shown_{standing}") for standing in STANDINGS)


def publish(session: Session, tally: Tally, now: datetime) -> bool:
    """Bring the shown figures up to date where enough people have changed; return whether a page looks different.

    The tally must be locked. For each standing by itself: at least five people's votes have to differ
    from what its last published figures counted of them. Then, with five or more votes, the live
    figures are published and become what everybody remembers; with fewer, nothing is shown from
    here on, while the last published figures are still remembered, so that the next ones also differ
    from them by five people. A person who moves from one standing to another is a vote withdrawn in the
    first and a vote cast in the second: one changed person in each. Rows no figure counts are deleted.
    """
    rows = session.exec(
        select(Vote)
        .where(Vote.commitment_id == tally.commitment_id, Vote.version == tally.version, col(Vote.changed) == true())
        .order_by(col(Vote.voter))
        .execution_options(populate_existing=True)
    ).all()
    different = False
    for standing in STANDINGS:
        moved = [row for row in rows if counted(row, standing) != getattr(row, f"shown_{standing}")]
        if len(moved) < SMALLEST_GROUP:
            continue
        live = figures(tally, standing, shown=False)
        if sum(live.values()) >= SMALLEST_GROUP:
            for row in moved:
                setattr(row, f"shown_{standing}", counted(row, standing))
            show(tally, standing, live, now.replace(minute=0, second=0, microsecond=0))
            different = True
        elif getattr(tally, f"shown_{standing}_at") is not None:
            show(tally, standing, dict.fromkeys(CHOICES, 0), None)
            different = True
    for row in rows:
        settle(session, row)
    session.flush()
    return different


def settle(session: Session, row: Vote) -> None:
    """Note whether the row still differs from what is shown; forget it where it says nothing any more."""
    row.changed = is_changed(row)
    if row.choice is None and not row.changed:
        session.delete(row)


def show(tally: Tally, standing: str, numbers: Mapping[str, int], at: datetime | None) -> None:
    """Set what everybody sees of a standing."""
    for choice, number in numbers.items():
        setattr(tally, f"shown_{standing}_{choice}", number)
    setattr(tally, f"shown_{standing}_at", at)
