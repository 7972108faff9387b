"""Who may have the votes of a second account removed: two people, neither of them concerned. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

WAITS = timedelta(days=30)
"""How long a proposal waits for its second person."""
LEAST_REASON, MOST_REASON = 20, 1000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Officer:
    """Who acts; `email` is the own address, lower case."""

    account_id: int
    email: str
    clerk: bool
    council: bool


class Case(Protocol):
    """What the rules ask of a case."""

    @property
    def email(self) -> str:
        """Of the account in question."""

    @property
    def state(self) -> str:
        """Proposed, confirmed or refused."""

    @property
    def proposed_by(self) -> int | None:
        """Who proposed it."""

    @property
    def proposed_at(self) -> datetime:
        """When."""


def may_propose(officer: Officer, email: str) -> bool:
    """Whether this person may say that an account is somebody's second: the region's administration, of others' accounts."""
    return officer.clerk and officer.email != email


def may_decide(officer: Officer, case: Case, now: datetime) -> bool:
    """Whether this person may be the second: clerk or member of the council, not who proposed it, not the account's owner."""
    return (
        (officer.clerk or officer.council)
        and case.state == "proposed"
        and case.proposed_by != officer.account_id
        and case.email != officer.email
        and now < case.proposed_at + WAITS
    )
