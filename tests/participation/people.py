"""What the tests of this room share: a participant as views will build it, and short ways to vote and write."""

from beteiligung import db
from beteiligung.identity.models import Account
from beteiligung.participation import service
from beteiligung.participation.rules import Participant
from support import NOW


def participant(account: Account | int, *confirmed: int, home: int | None = None, staff: bool = False, may: bool = True) -> Participant:
    account_id = account if isinstance(account, int) else account.id
    return Participant(
        account_id=account_id, is_staff_of_region=staff, confirmed_region_ids=frozenset(confirmed), home_region_id=home, may_contribute=may
    )


def vote(person: Participant, commitment_id: int, choice: str | None, version: int = 1, now=NOW) -> service.VoteState:
    with db.unit_of_work() as session:
        return service.cast_vote(session, person, commitment_id, choice, now, version)
