"""What needs doing at the desk. Pure."""

from datetime import datetime, timedelta

OVERDUE_AFTER = timedelta(days=28)
"""An open question older than this waits too long for an answer."""
MANY_HELPFUL = 10
"""So many people finding an open question helpful make it urgent whatever its age."""


def asked_before(now: datetime) -> datetime:
    """Return the moment before which an open question is overdue."""
    return now - OVERDUE_AFTER


def is_overdue(asked_at: datetime, helpful: int, now: datetime) -> bool:
    """Whether an unanswered question waits too long: four weeks, or many people wait with the person who asked."""
    return asked_at < asked_before(now) or helpful >= MANY_HELPFUL


def days_waiting(asked_at: datetime, now: datetime) -> int:
    """Return for how many whole days a question has waited."""
    return max(0, (now - asked_at).days)
