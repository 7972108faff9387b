"""Removes the example people of the demonstration with everything of theirs; see docs/decisions/0010-example-people.md."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import delete, update
from sqlmodel import Session, col, or_, select

from beteiligung import audit
from beteiligung.audit import AuditEntry
from beteiligung.catalogue.models import Candidate, Commitment, HistoryEntry, ImportRun, Revision
from beteiligung.chain import unchained
from beteiligung.council import recommendation_removal
from beteiligung.council import rights as council
from beteiligung.db import unit_of_work
from beteiligung.identity.models import Account, LoginSession, Residence, Role, SignIn
from beteiligung.insight.snapshot_models import RegionPulse, RegionSnapshot
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.moderation import rights as moderation
from beteiligung.notifications.models import Notification
from beteiligung.participation import bulk
from beteiligung.places.models import Region
from beteiligung.reporting import removal as reporting_removal


@dataclass(frozen=True)
class Removal:
    """What was removed."""

    people: int
    comments: int
    answers: int
    votes: int

    def __str__(self) -> str:
        return (
            f"Removed {self.people} example people with {self.comments} comments, {self.answers} answers and statuses, {self.votes} votes."
        )


def was_removed(session: Session) -> bool:
    """Whether somebody has removed the example people before: then they come back only when asked for."""
    return session.exec(select(AuditEntry.id).where(AuditEntry.act == "demo_removed").limit(1)).first() is not None


def remove_demo(now: datetime) -> Removal:
    """Remove every example person with everything of theirs; documents and commitments stay, tallies equal a recount."""
    with unit_of_work() as session:
        people = session.exec(select(Account.id, Account.email).where(col(Account.is_example))).all()
        ids = [cast(int, number) for number, _email in people]
        if not ids:
            return Removal(0, 0, 0, 0)
        moderation.forget_examples(session, ids)
        advice = recommendation_removal.forget_examples(session, ids)
        council.forget_examples(session, ids)
        removed = bulk.remove_people(session, ids, now)
        entries = _remove_history(session, ids)
        _remove_traces(session, removed.comment_ids, entries, advice)
        _remove_accounts(session, ids, [email for _number, email in people], now)
        examples = select(Region.id).where(col(Region.example))
        _remove_figures(session)
        reporting_removal.forget_examples(session)
        session.execute(update(Commitment).where(col(Commitment.region_id).in_(examples)).values(changes=Commitment.changes + 1))
        session.execute(update(Region).where(col(Region.legal_office).like("%@beispiel.example")).values(legal_office=None))
        session.execute(update(Region).values(example=False))
        audit.record(session, "demo_removed", "demo", now, people=len(ids))
    return Removal(len(ids), removed.comments, len(entries), removed.votes)


def _remove_figures(session: Session) -> None:
    """Remove frozen figures of invented people: days once told would else stay for good."""
    examples = select(Region.id).where(col(Region.example))
    for model in (RegionSnapshot, RegionPulse):
        session.execute(delete(model).where(col(model.region_id).in_(examples)))
    waiting = col(OutboxEntry.job).in_([Job.TAKE_PULSE.value, Job.SNAPSHOT_REGION.value])
    session.execute(delete(OutboxEntry).where(waiting))


def _remove_history(session: Session, ids: list[int]) -> list[int]:
    """Remove invented answers and statuses, and set back what they did to the commitments; returns the entries' ids."""
    invented = col(HistoryEntry.kind).in_(("answer", "status"))
    entries = session.exec(select(HistoryEntry).where(col(HistoryEntry.account_id).in_(ids), invented).order_by(col(HistoryEntry.id))).all()
    first_status: dict[int, str] = {}
    for entry in entries:
        if entry.status_before is not None:
            first_status.setdefault(entry.commitment_id, entry.status_before)
        session.delete(entry)
    session.flush()
    for commitment_id in sorted({entry.commitment_id for entry in entries}):
        commitment = session.get_one(Commitment, commitment_id, populate_existing=True)
        left = session.exec(select(HistoryEntry).where(HistoryEntry.commitment_id == commitment_id).order_by(col(HistoryEntry.id))).all()
        statuses = [entry.status for entry in left if entry.status is not None]
        commitment.status = statuses[-1] if statuses else first_status.get(commitment_id, commitment.status)
        commitment.answered_at = max((entry.created_at for entry in left if entry.kind == "answer"), default=None)
        session.add(commitment)
    for model in (HistoryEntry, Revision, ImportRun):  # what somebody signed in as an example clerk did to words and documents stays
        session.execute(update(model).where(col(model.account_id).in_(ids)).values(account_id=None))
    session.execute(update(Candidate).where(col(Candidate.decided_by).in_(ids)).values(decided_by=None))
    return [cast(int, entry.id) for entry in entries]


def _remove_traces(session: Session, comment_ids: tuple[int, ...], entry_ids: list[int], advice_ids: list[int]) -> None:
    """Remove news and work that name what is gone: its ids may be given out again."""
    events = [f"comment:{number}" for number in comment_ids] + [f"entry:{number}" for number in entry_ids]
    events += [f"recommendation:{number}:{what}" for number in advice_ids for what in ("adopted", "answered")]
    for start in range(0, len(events), 500):
        session.execute(delete(Notification).where(col(Notification.event).in_(events[start : start + 500])))
    gone = {("comment", number) for number in comment_ids} | {("entry", number) for number in entry_ids}
    gone |= {("recommendation", number) for number in advice_ids}
    for work in session.exec(select(OutboxEntry).where(OutboxEntry.job == Job.TELL_FOLLOWERS.value)).all():
        if gone & {(name, number) for name, number in work.args.items() if isinstance(number, int)}:
            session.delete(work)
    named = col(AuditEntry.subject).in_([f"recommendation:{number}" for number in advice_ids])
    session.execute(delete(AuditEntry).where(named, unchained(audit.CHAIN, col(AuditEntry.id))))
    session.flush()


def _remove_accounts(session: Session, ids: list[int], emails: list[str], now: datetime) -> None:
    session.execute(delete(SignIn).where(col(SignIn.email).in_(emails)))
    named = or_(col(AuditEntry.account_id).in_(ids), col(AuditEntry.subject).in_([f"account:{number}" for number in ids]))
    session.execute(delete(AuditEntry).where(named, unchained(audit.CHAIN, col(AuditEntry.id))))
    audit.erase_people(session, ids, now)  # what is chained stays, without them
    for model in (Notification, LoginSession, Residence, Role):
        session.execute(delete(model).where(col(model.account_id).in_(ids)))
    session.execute(delete(Account).where(col(Account.id).in_(ids)))
