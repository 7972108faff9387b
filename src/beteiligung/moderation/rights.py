"""What people may demand of this room, and how long it keeps what: words of reports, reasons and objections."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlmodel import Session, col

from beteiligung.chain import unchained
from beteiligung.identity.retention_rules import MODERATION_KEPT
from beteiligung.moderation.log import CHAIN
from beteiligung.moderation.models import Appeal, Case, Decision, Flag, LogEntry, Moderator, Outcome, Seat
from beteiligung.participation.models import Comment, Pause

GONE = "[gelöscht]"


def erase(session: Session, account_id: int, now: datetime) -> None:
    """Take a person's words out of this room, and those about them; the rows lose their account with it."""
    del now
    session.execute(update(Flag).where(col(Flag.reporter_id) == account_id).values(text=""))
    session.execute(update(Appeal).where(col(Appeal.account_id) == account_id).values(text=""))
    about = select(col(Outcome.case_id)).where(col(Outcome.author_id) == account_id)
    session.execute(update(Decision).where(col(Decision.case_id).in_(about)).values(facts=GONE, passage=None))
    session.execute(update(Outcome).where(col(Outcome.author_id) == account_id).values(facts=GONE, passage=None))


def clean_up(session: Session, now: datetime) -> None:
    """Empty what was said and by whom in cases decided longer ago than the period; what was decided stays."""
    old = select(col(Case.id)).where(col(Case.decided_at) <= now - MODERATION_KEPT)
    session.execute(update(Flag).where(col(Flag.case_id).in_(old)).values(text="", name=None, email=None, reporter_id=None))
    session.execute(update(Appeal).where(col(Appeal.case_id).in_(old)).values(text="", account_id=None))
    session.execute(update(Decision).where(col(Decision.case_id).in_(old)).values(facts=GONE, passage=None, account_id=None))
    session.execute(update(Seat).where(col(Seat.case_id).in_(old)).values(account_id=None))
    session.execute(update(Outcome).where(col(Outcome.case_id).in_(old)).values(facts=GONE, passage=None))
    session.execute(delete(Pause).where(col(Pause.until) <= now))


def forget_examples(session: Session, account_ids: Collection[int]) -> None:
    """Delete the cases about comments of example people, and take those people out of all others."""
    threads = select(col(Comment.id)).where(col(Comment.author_id).in_(account_ids))
    comments = select(col(Comment.id)).where(or_(col(Comment.author_id).in_(account_ids), col(Comment.parent_id).in_(threads)))
    numbers = list(session.execute(select(col(Case.id)).where(col(Case.comment_id).in_(comments))).scalars())
    session.execute(delete(Appeal).where(or_(col(Appeal.case_id).in_(numbers), col(Appeal.new_case_id).in_(numbers))))
    for model in (Outcome, Decision, Seat, Flag):
        session.execute(delete(model).where(col(model.case_id).in_(numbers)))
    session.execute(delete(LogEntry).where(col(LogEntry.case_id).in_(numbers), unchained(CHAIN, col(LogEntry.id))))
    session.execute(delete(Case).where(col(Case.id).in_(numbers), col(Case.of_case_id).is_not(None)))
    session.execute(delete(Case).where(col(Case.id).in_(numbers)))
    people = ((Flag, "reporter_id"), (Seat, "account_id"), (Decision, "account_id"), (Outcome, "author_id"), (Appeal, "account_id"))
    for table, name in people:
        session.execute(update(table).where(getattr(table, name).in_(account_ids)).values({name: None}))
    session.execute(update(Case).where(col(Case.provisional_by).in_(account_ids)).values(provisional_by=None))
    for owned in (Moderator, Pause):
        session.execute(delete(owned).where(col(owned.account_id).in_(account_ids)))
