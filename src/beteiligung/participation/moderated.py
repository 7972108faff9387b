"""What moderation does to comments: hide, hide a part, close a thread, pause whoever wrote it, and all of it back.

Who may do so is moderation's business; hiding a whole comment stands in `comments`.
"""

from datetime import datetime

from sqlmodel import Session

from beteiligung.db import upsert
from beteiligung.participation import rules
from beteiligung.participation.comments import lock_comment, save_words
from beteiligung.participation.models import Pause
from beteiligung.participation.tally import bump

GAP = "[…]"
"""What stands in the place of hidden words."""


def hide_part(session: Session, comment_id: int, passage: str, reason: str, now: datetime) -> None:
    """Take words out of a comment wherever they stand; the reason shows below it. The caller keeps the words."""
    comment = lock_comment(session, comment_id)
    comment.text = comment.text.replace(passage, GAP)
    comment.additions = [{**one, "text": one["text"].replace(passage, GAP)} for one in comment.additions]
    comment.hidden_reason = reason
    save_words(session, comment, now)


def restore_part(session: Session, comment_id: int, passage: str, now: datetime) -> None:
    """Put words back that `hide_part` took out."""
    comment = lock_comment(session, comment_id)
    comment.text = comment.text.replace(GAP, passage)[: rules.TEXT_LENGTH]
    comment.additions = [{**one, "text": one["text"].replace(GAP, passage)} for one in comment.additions]
    comment.hidden_reason = None
    save_words(session, comment, now)


def close_thread(session: Session, comment_id: int, now: datetime | None) -> None:
    """Let nobody reply in the thread of a comment any more, or with None let everybody again."""
    thread = lock_comment(session, rules.thread_id(lock_comment(session, comment_id)))
    thread.closed_at = now
    session.add(thread)
    session.flush()
    bump(session, (), {thread.commitment_id: 0})


def pause(session: Session, account_id: int, region_id: int, until: datetime) -> None:
    """Let somebody write nothing in a region until then."""
    upsert(session, Pause, {"account_id": account_id, "region_id": region_id}, {"until": until})


def end_pause(session: Session, account_id: int, region_id: int) -> None:
    """Let somebody write again."""
    row = session.get(Pause, (account_id, region_id))
    if row is not None:
        session.delete(row)
