"""Who may vote and comment, and when. Pure: nothing here touches a Session or reads the clock.

Every `why_not_…` returns None where the thing is allowed, else a German sentence that says why not.
"""

from collections.abc import Sized
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.clock import berlin_date
from beteiligung.i18n import _
from beteiligung.participation.models import Comment

EDIT_TIME = timedelta(minutes=15)
TEXT_LENGTH = 4000
MAX_ADDITIONS = 10
"""Additions to one comment; who has more to say writes a reply."""

Standing = Literal["confirmed", "unconfirmed", "outside"]


class Written(Protocol):
    """What the rules ask of a comment: the table's row and the read model of the pages both have it."""

    @property
    def author_id(self) -> int | None:
        """None once the account has been erased."""

    @property
    def official(self) -> bool:
        """An answer of the administration."""

    @property
    def created_at(self) -> datetime:
        """When it was written."""

    @property
    def withdrawn_at(self) -> datetime | None:
        """When its author took it back."""

    @property
    def hidden_at(self) -> datetime | None:
        """When moderation hid it."""

    @property
    def additions(self) -> Sized:
        """What was added later."""


@dataclass(frozen=True)
class Participant:
    """The signed-in person, as this room needs to know them; built anew for each request and region."""

    account_id: int
    is_staff_of_region: bool
    """Whether the person is a clerk of the region the page belongs to."""
    confirmed_region_ids: frozenset[int]
    home_region_id: int | None
    """The region of the home municipality the person named; private."""
    may_contribute: bool
    """Old enough for the region and has accepted the present terms."""


def standing(participant: Participant, region_id: int) -> Standing:
    """Return where the person's votes of this region are counted."""
    if region_id in participant.confirmed_region_ids:
        return "confirmed"
    if participant.confirmed_region_ids or participant.home_region_id not in (None, region_id):
        return "outside"
    return "unconfirmed"


def window(commitment: Commitment, document: Document) -> tuple[date | None, date | None]:
    """Return the first and last day on which people may take part; both windows have to be open."""
    starts = [day for day in (commitment.window_start, document.window_start) if day]
    ends = [day for day in (commitment.window_end, document.window_end) if day]
    return max(starts, default=None), min(ends, default=None)


def _day(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


def why_closed(commitment: Commitment, document: Document, now: datetime) -> str | None:
    """Say why nobody may take part at present: archived, or outside the window (days are German days)."""
    if commitment.state != "published":
        return _("Diese Zusage ist archiviert. Sie können sie weiter lesen.")
    start, end = window(commitment, document)
    today = berlin_date(now)
    if start and today < start:
        return _("Die Beteiligung beginnt am {day}.").format(day=_day(start))
    if end and today > end:
        return _("Die Beteiligung ist seit dem {day} beendet.").format(day=_day(end))
    return None


def why_votes_closed(commitment: Commitment, document: Document, now: datetime) -> str | None:
    """Say why nobody may vote at present. A past term closes votes only; the quiet period closes nothing."""
    if document.closed:
        return _("Dieses Dokument gehört zu einer vergangenen Wahlperiode. Die Abstimmung ist geschlossen.")
    return why_closed(commitment, document, now)


def why_not_withdraw_vote(commitment: Commitment, document: Document, now: datetime) -> str | None:
    """Say why a vote may not be taken back now: only because votes are closed, whoever the person has become."""
    return why_votes_closed(commitment, document, now)


def _why_not_contribute(participant: Participant) -> str | None:
    if not participant.may_contribute:
        return _("Bitte vervollständigen Sie zuerst Ihr Konto und stimmen Sie den Regeln zu.")
    return None


def why_not_vote(participant: Participant, commitment: Commitment, document: Document, now: datetime) -> str | None:
    """Say why this person may not vote here now. People from outside may; they are counted apart."""
    if participant.is_staff_of_region:
        return _("Wer für die Verwaltung dieser Region arbeitet, stimmt hier nicht ab.")
    return _why_not_contribute(participant) or why_votes_closed(commitment, document, now)


def may_vote(participant: Participant, commitment: Commitment, document: Document, now: datetime) -> bool:
    """Whether this person may vote here now."""
    return why_not_vote(participant, commitment, document, now) is None


def why_not_comment(participant: Participant, commitment: Commitment, document: Document, now: datetime) -> str | None:
    """Say why this person may not comment here now. The administration writes official answers only."""
    if participant.is_staff_of_region:
        return _("Als Verwaltung antworten Sie hier nur mit einer offiziellen Antwort.")
    return _why_not_contribute(participant) or why_closed(commitment, document, now)


def may_comment(participant: Participant, commitment: Commitment, document: Document, now: datetime) -> bool:
    """Whether this person may write a comment here now."""
    return why_not_comment(participant, commitment, document, now) is None


def thread_id(comment: Comment) -> int:
    """Return the thread a reply belongs to: there are two levels, so an answer to a reply joins its thread."""
    number = comment.parent_id if comment.parent_id is not None else comment.id
    if number is None:
        raise ValueError("The comment has not been stored yet.")
    return number


def why_not_reply(participant: Participant, thread: Written, commitment: Commitment, document: Document, now: datetime) -> str | None:
    """Say why this person may not reply in the thread. A withdrawn one goes on, a hidden one does not."""
    if thread.hidden_at is not None:
        return _("Dieses Gespräch wurde ausgeblendet. Deshalb sind keine neuen Antworten möglich.")
    return why_not_comment(participant, commitment, document, now)


def why_thread_closed(thread: Comment) -> str | None:
    """Say why nobody may reply: moderation has closed the thread."""
    return _("Dieses Gespräch hat der Bürgerrat beendet. Neue Antworten sind nicht möglich.") if thread.closed_at else None


def why_paused(until: datetime | None, now: datetime) -> str | None:
    """Say why somebody may write nothing in this region: moderation has paused the account. Votes stay possible."""
    if until is None or until <= now:
        return None
    return _(
        "Ihr Konto ist bis zum {day} für neue Texte pausiert. Abstimmen können Sie weiterhin. Den Grund finden Sie in Ihrem Konto."
    ).format(day=_day(berlin_date(until)))


def may_reply(participant: Participant, thread: Written, commitment: Commitment, document: Document, now: datetime) -> bool:
    """Whether this person may reply in the thread."""
    return why_not_reply(participant, thread, commitment, document, now) is None


def _why_not_own(participant: Participant, comment: Written) -> str | None:
    if comment.author_id is None or comment.author_id != participant.account_id:
        return _("Das ist nicht Ihr Kommentar.")
    if comment.official:
        return _("Eine offizielle Antwort kann nicht geändert werden.")
    if comment.withdrawn_at is not None:
        return _("Dieser Kommentar ist bereits zurückgezogen.")
    return None


def edit_ends(comment: Written) -> datetime:
    """Return the moment from which the comment can only be added to."""
    return comment.created_at + EDIT_TIME


def why_not_edit_comment(participant: Participant, comment: Written, now: datetime) -> str | None:
    """Say why this person may not change the text: only the author may, for 15 minutes, while it is visible."""
    if reason := _why_not_own(participant, comment):
        return reason
    if comment.hidden_at is not None:
        return _("Dieser Kommentar wurde ausgeblendet und kann nicht geändert werden.")
    if now >= edit_ends(comment):
        return _("Ändern geht nur in den ersten 15 Minuten. Sie können den Kommentar jetzt ergänzen.")
    return None


def may_edit_comment(participant: Participant, comment: Written, now: datetime) -> bool:
    """Whether this person may change the text."""
    return why_not_edit_comment(participant, comment, now) is None


def why_not_add(participant: Participant, comment: Written, now: datetime) -> str | None:
    """Say why this person may not add to the comment: only the author may, once the time for editing is over."""
    if reason := _why_not_own(participant, comment):
        return reason
    if comment.hidden_at is not None:
        return _("Dieser Kommentar wurde ausgeblendet und kann nicht ergänzt werden.")
    if now < edit_ends(comment):
        return _("In den ersten 15 Minuten können Sie den Kommentar noch ändern.")
    if len(comment.additions) >= MAX_ADDITIONS:
        return _("Dieser Kommentar hat schon {number} Ergänzungen. Bitte schreiben Sie eine Antwort.").format(number=MAX_ADDITIONS)
    return None


def may_add(participant: Participant, comment: Written, now: datetime) -> bool:
    """Whether this person may add to the comment."""
    return why_not_add(participant, comment, now) is None


def why_not_withdraw(participant: Participant, comment: Written) -> str | None:
    """Say why this person may not withdraw the comment: the author always may, once, hidden or not."""
    return _why_not_own(participant, comment)


def why_not_let_quote(participant: Participant, comment: Written) -> str | None:
    """Say why this person may not decide whether reports quote the comment: its author always may, also once it is hidden."""
    return _why_not_own(participant, comment)


def may_withdraw(participant: Participant, comment: Written) -> bool:
    """Whether this person may withdraw the comment."""
    return why_not_withdraw(participant, comment) is None


def why_not_find_helpful(participant: Participant, comment: Written, commitment: Commitment) -> str | None:
    """Say why this person may not mark the comment as helpful. After the window has ended they still may."""
    if participant.is_staff_of_region:
        return _("Wer für die Verwaltung dieser Region arbeitet, bewertet hier keine Kommentare.")
    if comment.author_id == participant.account_id:
        return _("Den eigenen Kommentar können Sie nicht bewerten.")
    if comment.withdrawn_at is not None or comment.hidden_at is not None:
        return _("Dieser Kommentar ist nicht mehr sichtbar.")
    if commitment.state != "published":
        return _("Diese Zusage ist archiviert. Sie können sie weiter lesen.")
    return _why_not_contribute(participant)


def may_find_helpful(participant: Participant, comment: Written, commitment: Commitment) -> bool:
    """Whether this person may mark the comment as helpful."""
    return why_not_find_helpful(participant, comment, commitment) is None
