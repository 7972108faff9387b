"""Who may do what in a draw and on the council, and when. Pure: no Session, no clock.

Every `why_not_…` returns None where the thing is allowed, else a German sentence that says why not.
"""

from datetime import date, datetime, timedelta

from beteiligung.i18n import _
from beteiligung.identity.retention_rules import DRAW_LIST_KEPT

LEAST_SEATS, MOST_SEATS = 3, 500
ANSWER_WITHIN = timedelta(days=14)
"""To accept a seat; then somebody follows."""
LIST_KEPT = DRAW_LIST_KEPT
"""After the draw, and not beyond the term; also of a list that was never drawn from."""
REPLY_LEAST, REPLY_MOST = timedelta(days=7), timedelta(days=120)
"""For the last day to answer an invitation."""
WAIT_AT_MOST = timedelta(days=60)
"""Between the publication and the public random value."""
LONGEST_TERM = timedelta(days=5 * 365)
OPEN = ("setup", "inviting", "computing", "computed")
"""Not published yet: may be changed or thrown away."""


def may_prepare_draw(*, clerk: bool) -> bool:
    """Whether somebody may set up, publish and run draws: the administration of the region alone."""
    return clerk


def why_not_bring_list(state: str, *, invited: bool) -> str | None:
    """Say why the list of people may not be brought or changed now."""
    if state in ("setup", "computed") and not invited:
        return None
    if state in ("setup", "inviting", "computed"):
        return _("Die Einladungen sind verschickt. Die Liste steht damit fest.")
    if state == "computing":
        return _("Gerade wird gerechnet. Bitte warten Sie oder brechen Sie die Rechnung ab.")
    return _("Diese Auslosung ist veröffentlicht. Seitdem steht fest, wer im Pool ist.")


def why_not_set_quotas(state: str, people: int) -> str | None:
    """Say why quotas may not be changed now."""
    if not people:
        return _("Zuerst braucht es die Liste der Personen.")
    if state in ("setup", "inviting", "computed"):
        return None
    if state == "computing":
        return _("Gerade wird gerechnet. Bitte warten Sie oder brechen Sie die Rechnung ab.")
    return _("Diese Auslosung ist veröffentlicht. Seitdem stehen die Quoten fest.")


def why_not_compute(state: str, people: int, quotas: int) -> str | None:
    """Say why the computation may not begin."""
    if state == "inviting":
        return _("Die Einladung läuft noch. Bitte schließen Sie zuerst die Rückmeldungen ab.")
    if state not in ("setup", "computed"):
        return _("Gerechnet wird nur, bevor die Auslosung veröffentlicht ist.")
    if not people or not quotas:
        return _("Zum Rechnen braucht es die Liste der Personen und die Quoten.")
    return None


def why_not_publish(state: str, source: str, day: date | None, today: date) -> str | None:
    """Say why a draw may not be published: computed, and the public random value is of a later day."""
    if state != "computed":
        return _("Veröffentlicht wird, was gerechnet ist.")
    if len(source.strip()) < 10:
        return _("Bitte schreiben Sie genau, welcher öffentliche Zufallswert gilt und wo man ihn nachlesen kann.")
    if day is None or not today < day <= today + WAIT_AT_MOST:
        return _("Der öffentliche Zufallswert muss von einem späteren Tag sein, frühestens von morgen, höchstens in 60 Tagen.")
    return None


def why_not_draw(state: str, day: date | None, today: date, value: str) -> str | None:
    """Say why a published draw may not be drawn."""
    if state != "published":
        return _("Gelost wird, was veröffentlicht ist.")
    if day is None or today < day:
        return _("Der Tag des öffentlichen Zufallswerts ist noch nicht da.")
    if not value.strip():
        return _("Bitte tippen Sie den öffentlichen Zufallswert ein.")
    return None


def may_withdraw(state: str) -> bool:
    """Whether a draw may be given up with a public reason: published, and nobody knows yet who would sit."""
    return state == "published"


def may_throw_away(state: str) -> bool:
    """Whether a draw may be deleted without a trace: only what nobody has seen."""
    return state in OPEN


def why_not_accept(state: str, due_at: datetime, now: datetime, *, staff: bool, seated: bool) -> str | None:
    """Say why somebody may not take a seat that was offered."""
    if state != "offered":
        return _("Über diesen Platz ist schon entschieden.")
    if now >= due_at:
        return _("Die Frist ist vorbei. Der Platz ist an jemand anderen gegangen.")
    if staff:
        return _("Wer in der Verwaltung dieser Region arbeitet, sitzt nicht zugleich im Bürgerrat. Bitte lehnen Sie ab.")
    if seated:
        return _("Mit diesem Konto sitzt schon jemand im Bürgerrat. Bitte melden Sie sich mit einer anderen Mailadresse an.")
    return None


def may_decline(state: str) -> bool:
    """Whether a seat may be declined: while it is offered, also after the day, until somebody follows."""
    return state == "offered"


def may_resign(state: str) -> bool:
    """Whether a seat may be given back: whoever sits, at any time, without a reason."""
    return state == "accepted"


def is_due(state: str, due_at: datetime, now: datetime) -> bool:
    """Whether an offer has run out."""
    return state == "offered" and now >= due_at


def in_term(start: date, end: date, today: date) -> bool:
    """Whether a term runs."""
    return start <= today <= end


def may_follow(end: date, today: date) -> bool:
    """Whether somebody may still follow on a vacant place."""
    return today <= end


def may_reply(state: str, reply_by: date | None, today: date) -> bool:
    """Whether somebody invited may still say yes or no."""
    return state == "inviting" and reply_by is not None and today <= reply_by


def may_close(state: str, reply_by: date | None, today: date) -> bool:
    """Whether the answers may be counted and the others deleted: after the last day, so that everybody had the same time."""
    return state == "inviting" and reply_by is not None and today > reply_by


def list_is_over(list_until: date | None, today: date) -> bool:
    """Whether the list of people has to be deleted."""
    return list_until is not None and today > list_until
