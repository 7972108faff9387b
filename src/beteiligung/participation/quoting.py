"""Whether a report to the assembly may quote a comment: its author says so, and may say otherwise at any time."""

from datetime import datetime

from sqlmodel import Session

from beteiligung.errors import allow
from beteiligung.jobs import Job, enqueue
from beteiligung.participation import rules
from beteiligung.participation.comments import lock_comment
from beteiligung.participation.models import Comment


def set_may_quote(session: Session, participant: rules.Participant, comment_id: int, may_quote: bool, now: datetime) -> Comment:
    """Let reports quote the comment, or not any more: then it is blacked out where one does. Raises NotFound, Forbidden."""
    comment = lock_comment(session, comment_id)
    allow(rules.why_not_let_quote(participant, comment))
    if comment.may_quote and not may_quote:
        enqueue(session, Job.MEND_QUOTES, now, id=comment_id)
    comment.may_quote = may_quote
    session.add(comment)
    session.flush()
    return comment
