"""Changing the vote key: everything under it gets new names in one transaction, so that being killed half-way changes nothing."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy import select as pick
from sqlmodel import Session, col, delete, select

from beteiligung import audit
from beteiligung.db import inserting, upsert
from beteiligung.errors import Conflict, Invalid
from beteiligung.identity import demographics
from beteiligung.identity.models import Account
from beteiligung.identity.residence_models import Demographic
from beteiligung.identity.vote_key import key_mark
from beteiligung.identity.vote_key_models import VoteKey
from beteiligung.participation.models import CommentVote, Vote
from beteiligung.participation.tally import voter_pseudonym
from beteiligung.places.models import Region

LEAST_KEY = 32
"""Characters of a key."""
_CHUNK = 500


@dataclass(frozen=True)
class Rekeyed:
    """How much has a new name; `strangers` are names that lead to no account (erased people, sheets of paper)."""

    votes: int
    marks: int
    answers: int
    strangers: int


def rekey(session: Session, old: str, new: str, now: datetime) -> Rekeyed | None:
    """Give every vote, helpful mark and voluntary answer its name under the new key; None where that was done before.

    Names that belong to no account get a random new one: kept votes of erased people and sheets of paper. Rows are
    written anew in random order, which also removes the traces of the order in which people voted. Nobody votes
    meanwhile, and a process that still has the old key is refused afterwards (`tally.check_key`).
    Raises Invalid for a key too short or the same one, Conflict where `old` is not the present key.
    """
    if len(new) < LEAST_KEY or new == old:
        raise Invalid(f"The new key needs {LEAST_KEY} characters or more and must differ from the present one.")
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL lock_timeout = '60s'"))
        session.execute(text("LOCK TABLE comment, tally, vote, comment_vote, demographic, vote_key IN EXCLUSIVE MODE"))
    mark = session.exec(select(VoteKey.mark)).first()
    if mark == key_mark(new):
        return None
    if mark is not None and mark != key_mark(old):
        raise Conflict("The votes are kept under another key than the one in the settings.")
    accounts = [number for number in session.exec(select(Account.id)).all() if number is not None]
    regions = [number for number in session.exec(select(Region.id)).all() if number is not None]
    names = {voter_pseudonym(a, r, old): voter_pseudonym(a, r, new) for a in accounts for r in regions}
    names |= {demographics.pseudonym(a, old): demographics.pseudonym(a, new) for a in accounts}
    strangers: dict[str, str] = {}

    def new_name(before: str) -> str:
        return names.get(before) or strangers.setdefault(before, secrets.token_hex(32))

    done = Rekeyed(
        votes=_rewrite(session, Vote, new_name),
        marks=_rewrite(session, CommentVote, new_name),
        answers=_rewrite(session, Demographic, new_name),
        strangers=len(strangers),
    )
    upsert(session, VoteKey, {"id": 1}, {"mark": key_mark(new), "since": now})
    audit.record(session, "vote_key.changed", "votes", now)
    return done


def _rewrite(session: Session, model: Any, new_name: Callable[[str], str]) -> int:
    """Write all rows of a table anew under their new names, in random order; returns how many."""
    table: Table = model.__table__
    rows = [{**row, "voter": new_name(row["voter"])} for row in session.execute(pick(table)).mappings()]
    session.execute(delete(model).where(col(model.voter).is_not(None)))
    secrets.SystemRandom().shuffle(rows)
    for start in range(0, len(rows), _CHUNK):
        session.execute(inserting(session)(table).values(rows[start : start + _CHUNK]))
    session.expire_all()
    return len(rows)
