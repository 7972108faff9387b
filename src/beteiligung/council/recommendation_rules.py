"""Who may draft, vote on and answer a recommendation, and when a vote carries. Pure: no Session, no clock.

Every `why_not_…` returns None where the thing is allowed, else a German sentence that says why not.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from beteiligung.i18n import _

SEATED_LEAST = 8
"""Members of a council that may adopt anything, as for moderation."""
VOTE_WITHIN = timedelta(days=7)
TITLE_LENGTH = 120
TEXT_LENGTH = 8_000
COMMENT_LENGTH = 4_000
COMMITMENTS_MOST = 10


@dataclass(frozen=True)
class Person:
    """Somebody signed in, as this room needs to know them in one region; built anew for each request."""

    account_id: int
    council: bool
    """Sits in the region's Bürgerrat now."""
    clerk: bool
    """Works for the region's administration."""


def why_not_work(person: Person) -> str | None:
    """Say why this person has no part in agenda, drafts and their discussion."""
    return None if person.council else _("Tagesordnung und Entwürfe sind Sache des Bürgerrats dieser Region.")


def may_work(person: Person) -> bool:
    """Whether this person sees and changes agenda and drafts, and comments on them."""
    return why_not_work(person) is None


def why_not_revise(person: Person, state: str) -> str | None:
    """Say why this person may not give a recommendation in this state new words."""
    if reason := why_not_work(person):
        return reason
    if state == "voting":
        return _("Über diese Fassung wird gerade abgestimmt. Bis zum Ende bleibt sie, wie sie ist.")
    return _("Diese Empfehlung ist beschlossen. Sie bleibt, wie sie ist.") if state == "adopted" else None


def may_revise(person: Person, state: str) -> bool:
    """Whether this person may give a recommendation in this state new words."""
    return why_not_revise(person, state) is None


def why_not_open_vote(person: Person, state: str, members: int) -> str | None:
    """Say why this person may not have the council vote; `members` is how many sit in it now."""
    if reason := why_not_revise(person, state):
        return reason
    if state == "rejected":
        return _("Diese Fassung hat keine Mehrheit bekommen. Schreiben Sie erst eine neue.")
    if members < SEATED_LEAST:
        return _("Abstimmen kann der Bürgerrat, sobald acht Mitglieder da sind.")
    return None


def may_open_vote(person: Person, state: str, members: int) -> bool:
    """Whether this person may have the council vote on the newest version."""
    return why_not_open_vote(person, state, members) is None


def why_not_vote(person: Person, ends_at: datetime, now: datetime, *, has_voted: bool) -> str | None:
    """Say why this person may not vote in a poll that has been opened."""
    if reason := why_not_work(person):
        return reason
    if now >= ends_at:
        return _("Die Abstimmung ist beendet.")
    return _("Sie haben schon abgestimmt. Weil niemand Ihre Stimme kennt, lässt sie sich nicht ändern.") if has_voted else None


def may_vote(person: Person, ends_at: datetime, now: datetime, *, has_voted: bool) -> bool:
    """Whether this person may vote in a poll that has been opened."""
    return why_not_vote(person, ends_at, now, has_voted=has_voted) is None


def carries(votes_for: int, votes_against: int, votes_abstain: int, members: int) -> bool:
    """Whether a vote is carried: at least half of the members took part, and more are for than against it."""
    return 2 * (votes_for + votes_against + votes_abstain) >= members and votes_for > votes_against


def why_not_answer(person: Person, state: str, *, answered: bool) -> str | None:
    """Say why this person may not answer a recommendation."""
    if not person.clerk:
        return _("Auf Empfehlungen antwortet die Verwaltung dieser Region.")
    if state != "adopted":
        return _("Diese Empfehlung ist noch nicht beschlossen.")
    return _("Darauf hat die Verwaltung schon geantwortet.") if answered else None


def may_answer(person: Person, state: str, *, answered: bool) -> bool:
    """Whether this person may answer a recommendation."""
    return why_not_answer(person, state, answered=answered) is None


def answer_due(adopted_on: date, days: int) -> date:
    """Return the last day on which an answer is in time; `days` is the region's term."""
    return adopted_on + timedelta(days=days)


def is_overdue(due: date, answered: bool, today: date) -> bool:
    """Whether the administration should have answered by now."""
    return not answered and today > due
