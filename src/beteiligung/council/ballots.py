"""The names of the council's ballots, as those of residents' votes: they lead to nobody without the vote key.

A ballot that named its account, or a running count beside a list of who has voted, would tell two copies of the database
apart vote by vote.
"""

import hashlib
import hmac

from sqlalchemy import delete
from sqlmodel import Session, select

from beteiligung.council.recommendation_models import Ballot
from beteiligung.identity.models import Account
from beteiligung.settings import settings


def ballot_name(poll_id: int, account_id: int, key: str | None = None) -> str:
    """Return the hex HMAC-SHA256 under which a member's ballot lies in the urn (RFC 2104); `key` for a rotation."""
    return hmac.new((key or settings().vote_key).encode(), f"poll:{poll_id}:{account_id}".encode(), hashlib.sha256).hexdigest()


def rekey_ballots(session: Session, old: str, new: str) -> int:
    """Give the ballots of open urns their names under a new vote key, all rows written anew; returns how many."""
    rows = session.exec(select(Ballot)).all()
    accounts = [number for number in session.exec(select(Account.id)).all() if number is not None]
    names = {ballot_name(poll, one, old): ballot_name(poll, one, new) for poll in {row.poll_id for row in rows} for one in accounts}
    renamed = sorted((names.get(row.voter, row.voter), row.poll_id, row.choice) for row in rows)
    for row in rows:
        session.expunge(row)
    session.execute(delete(Ballot))
    session.add_all(Ballot(poll_id=poll, voter=voter, choice=choice) for voter, poll, choice in renamed)
    session.flush()
    return len(renamed)
