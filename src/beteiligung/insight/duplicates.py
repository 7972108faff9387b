"""Removing the votes of a proven second account: proposed by one person, decided by another, done by a worker, logged.

Nobody learns here whether an address has an account: every proposal is taken and decided alike. The votes go in a transaction of
their own that names nobody, as when somebody moves (decision 0020). Never commits.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import Session, col, select

from beteiligung import audit, jobs
from beteiligung.errors import Forbidden, Invalid, NotFound
from beteiligung.i18n import _
from beteiligung.identity import notices
from beteiligung.identity.models import Account, Residence
from beteiligung.insight.duplicate_rules import LEAST_REASON, MOST_REASON, WAITS, Officer, may_decide, may_propose
from beteiligung.insight.snapshot_models import DuplicateCase
from beteiligung.jobs import Job
from beteiligung.participation import service
from beteiligung.participation.tally import bump, voter_pseudonym


@dataclass(frozen=True)
class Shown:
    """A case as its page shows it to one person."""

    id: int
    email: str
    reason: str
    state: str
    proposed_at: datetime
    decided_at: datetime | None
    may_decide: bool


def cases(session: Session, region_id: int, officer: Officer, now: datetime) -> list[Shown]:
    """Return the newest fifty cases of a region. One statement."""
    query = select(DuplicateCase).where(DuplicateCase.region_id == region_id).order_by(col(DuplicateCase.id).desc()).limit(50)
    return [
        Shown(cast(int, row.id), row.email, row.reason, row.state, row.proposed_at, row.decided_at, may_decide(officer, row, now))
        for row in session.exec(query).all()
    ]


def propose(session: Session, region_id: int, officer: Officer, email: str, reason: str, now: datetime) -> DuplicateCase:
    """Say that the account of this address is a second one. Raises Invalid with a message a field, Forbidden."""
    email, reason, errors = email.strip().lower(), reason.strip(), {}
    if "@" not in email or len(email) > 254:
        errors["mail"] = _("Bitte geben Sie die Mailadresse des zweiten Kontos an.")
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        errors["reason"] = _("Bitte sagen Sie in 20 bis 1.000 Zeichen, was es beweist.")
    if errors:
        raise Invalid(_("Bitte sehen Sie sich die markierten Felder an. Ihre Eingaben sind noch da."), errors)
    if not may_propose(officer, email):
        raise Forbidden(_("Über das eigene Konto entscheiden andere."))
    case = DuplicateCase(region_id=region_id, email=email, reason=reason, proposed_by=officer.account_id, proposed_at=now)
    session.add(case)
    session.flush()
    audit.record(session, "duplicate.proposed", f"duplicate:{case.id}", now, account_id=officer.account_id, region_id=region_id)
    return case


def decide(session: Session, region_id: int, case_id: int, officer: Officer, now: datetime, *, confirm: bool) -> None:
    """Decide as the second person; confirmed, a worker removes the votes. Raises NotFound, Forbidden."""
    query = select(DuplicateCase).where(DuplicateCase.id == case_id, DuplicateCase.region_id == region_id)
    case = session.exec(query.with_for_update().execution_options(populate_existing=True)).first()
    if case is None:
        raise NotFound(_("Diesen Vorgang gibt es nicht."))
    if not may_decide(officer, case, now):
        raise Forbidden(_("Das entscheidet eine zweite Person, und nur einmal."))
    case.state, case.decided_by, case.decided_at = ("confirmed" if confirm else "refused"), officer.account_id, now
    audit.record(session, f"duplicate.{case.state}", f"duplicate:{case_id}", now, account_id=officer.account_id, region_id=region_id)
    if confirm:
        jobs.enqueue(session, Job.REMOVE_VOTES, now, id=case_id)
    else:
        case.email = ""
    session.add(case)


def remove_votes(session: Session, case_id: int, now: datetime) -> None:
    """Withdraw the account's votes of the region; writes nothing that names it. Done twice, it finds none."""
    case = session.get(DuplicateCase, case_id)
    account = _account(session, case)
    if case is not None and account is not None and account.id is not None:
        bump(session, service.withdraw_votes(session, [voter_pseudonym(account.id, case.region_id)], now))


def close(session: Session, case_id: int, now: datetime) -> None:
    """End the account's confirmation, tell its owner, and forget the address; in a transaction after `remove_votes`."""
    case = session.get(DuplicateCase, case_id)
    account = _account(session, case)
    if case is None:
        return
    if account is not None and account.id is not None:
        residence = session.get(Residence, (account.id, case.region_id))
        if residence is not None:
            session.delete(residence)
        notices.tell(session, account.id, "votes_removed", now, region=case.region_id)
    case.email = ""
    session.add(case)


def lapse(session: Session, now: datetime) -> None:
    """Refuse what found no second person in time, and forget the address."""
    query = select(DuplicateCase).where(DuplicateCase.state == "proposed", col(DuplicateCase.proposed_at) <= now - WAITS)
    for case in session.exec(query).all():
        case.state, case.email, case.decided_at = "refused", "", now
        session.add(case)


def _account(session: Session, case: DuplicateCase | None) -> Account | None:
    if case is None or case.state != "confirmed" or not case.email:
        return None
    return session.exec(select(Account).where(Account.email == case.email)).first()
