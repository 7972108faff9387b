"""What a sheet of paper may still do. Pure."""

from datetime import date, datetime, timedelta

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.i18n import _
from beteiligung.participation.rules import why_closed, why_votes_closed

SHEETS_HOLD = timedelta(weeks=26)
MOST_COMMITMENTS = 20
"""On one sheet: two sides of paper."""
MOST_SHEETS = 500


def may_enter_paper(*, is_clerk_of_region: bool) -> bool:
    """Whether somebody may print sheets and type them in: a clerk of that very region."""
    return is_clerk_of_region


def why_not_enter(entered_on: date | None, expires_at: datetime, now: datetime) -> str | None:
    """Say why a sheet cannot be typed in: it has been, or it is too old."""
    if entered_on is not None:
        return _("Dieser Bogen ist schon eingegeben, am {day}. Jeder Bogen zählt ein Mal.").format(
            day=f"{entered_on.day}.{entered_on.month}.{entered_on.year}"
        )
    if expires_at <= now:
        return _("Dieser Bogen ist abgelaufen. Er galt bis {day}.").format(day=f"{expires_at.day}.{expires_at.month}.{expires_at.year}")
    return None


def why_not_count(commitment: Commitment, document: Document, version: int, now: datetime) -> str | None:
    """Say why a vote on paper no longer counts: closed meanwhile, or the words mean something else than those printed."""
    if reason := why_votes_closed(commitment, document, now):
        return reason
    if commitment.version != version:
        return _("Diese Zusage hat seit dem Druck eine neue Fassung. Stimmen auf Papier gelten für die alte und werden nicht gezählt.")
    return None


def why_not_comment_on_paper(commitment: Commitment, document: Document, now: datetime) -> str | None:
    """Say why a comment on paper can no longer be published."""
    return why_closed(commitment, document, now)
