"""How long what is kept. The clean-up deletes by these periods and the privacy page says them. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from beteiligung.i18n import _, ngettext
from beteiligung.identity import rules
from beteiligung.jobs import DONE_KEPT

YEAR = timedelta(days=365)
EXPORT_EVERY = timedelta(hours=1)
"""A second request within this time is the first one, pressed twice."""
EXPORT_HOLDS = timedelta(days=7)
CONFIRM_WITHIN = timedelta(hours=24)
"""A wish to delete the account that nobody confirms by mail is forgotten."""
GRACE = timedelta(days=7)
"""Between the confirmed wish and the deletion."""
REMIND_BEFORE = timedelta(days=2)
NOTIFICATIONS_KEPT = YEAR
OFFICE_EXPORT_HOLDS = timedelta(days=7)
"""A file that the administration has taken out."""
UPLOADS_KEPT = timedelta(days=30)
"""A file that no running import needs."""
BARRIER_REPORTS_KEPT = YEAR
MODERATION_KEPT = YEAR
"""After the decision: who reported, decided and objected, with their words."""
DRAW_LIST_KEPT = timedelta(days=180)
"""After a draw: the list of people who may follow on a vacant place."""
ROLES_KEPT = 2 * YEAR
"""After the end of an office."""
INACTIVE_AFTER = 2 * YEAR
FIRST_WARNING = INACTIVE_AFTER - timedelta(days=30)
SECOND_WARNING = INACTIVE_AFTER - timedelta(days=7)
LEAST_NOTICE = timedelta(days=7)
"""Between the second warning and the end, also where warnings went out late."""

Step = Literal["none", "first", "second", "end"]


@dataclass(frozen=True)
class Period:
    """One line of the privacy page: what is kept, why, and how long."""

    key: str
    what: str
    why: str
    kept: timedelta


def next_step(last_active: datetime, first: datetime | None, second: datetime | None, now: datetime) -> Step:
    """Say what an unused account is due for. Warnings from before the last activity count for nothing."""
    idle = now - last_active
    first = first if first and first > last_active else None
    second = second if second and second > last_active else None
    if idle < FIRST_WARNING:
        return "none"
    if first is None:
        return "first"
    if second is None:
        return "second" if idle >= SECOND_WARNING and now - first >= LEAST_NOTICE else "none"
    return "end" if idle >= INACTIVE_AFTER and now - second >= LEAST_NOTICE else "none"


def periods() -> tuple[Period, ...]:
    """Return every period, as the privacy page lists them."""
    return (
        Period("sign_in", _("Anmeldung per Mail"), _("damit Link und Code einmal gelten"), rules.SIGN_IN_KEPT),
        Period("session", _("Angemeldeter Browser"), _("damit Sie angemeldet bleiben; ohne Nutzung endet das nach {idle} Tagen").format(
            idle=rules.SESSION_IDLE.days), rules.SESSION_HOLDS),
        Period("staff_session", _("Angemeldeter Browser der Verwaltung"), _("damit ein vergessener Rechner nicht offen bleibt"),
               rules.STAFF_SESSION_HOLDS),
        Period("draft", _("Entwürfe vor der Anmeldung"), _("damit Ihr Text nach der Anmeldung noch da ist"), rules.DRAFT_HOLDS),
        Period("outbox", _("Liste erledigter Aufgaben des Programms"), _("um Fehler zu finden; sie enthält nur Nummern"), DONE_KEPT),
        Period("notification", _("Neues in Ihrem Konto"), _("damit Sie nachlesen können"), NOTIFICATIONS_KEPT),
        Period("export", _("Die Datei mit Ihren Daten"), _("damit Sie sie abholen können"), EXPORT_HOLDS),
        Period("erasure_unconfirmed", _("Wunsch, das Konto zu löschen, den niemand bestätigt"), _("bis die Mail beantwortet ist"),
               CONFIRM_WITHIN),
        Period("erasure", _("Bedenkzeit vor dem Löschen des Kontos"), _("damit ein Versehen rückgängig zu machen ist"), GRACE),
        Period("office_export", _("Auszüge der Verwaltung: Zahlen und sichtbare Kommentare, ohne Konten"),
               _("damit sie abgeholt werden können"), OFFICE_EXPORT_HOLDS),
        Period("upload", _("Hochgeladene Dokumente der Verwaltung"), _("bis ihr Inhalt übernommen ist"), UPLOADS_KEPT),
        Period("barrier", _("Gemeldete Barrieren mit Ihrer Antwortadresse"), _("damit wir antworten und nachsehen können"),
               BARRIER_REPORTS_KEPT),
        Period("moderation", _("Meldungen, Begründungen und Widersprüche nach der Entscheidung"), _("damit Sie widersprechen können"),
               MODERATION_KEPT),
        Period("draw_list", _("Liste der Menschen, aus der ein Bürgerrat gelost wurde"),
               _("damit jemand nachrücken kann; wer nicht in den Lostopf wollte, wird vor dem Losen gelöscht"), DRAW_LIST_KEPT),
        Period("role", _("Beendete Ämter (Verwaltung, Bürgerrat)"), _("damit nachvollziehbar bleibt, wer entscheiden durfte"), ROLES_KEPT),
        Period("residence", _("Bestätigter Wohnort"), _("damit Ihre Stimme als bestätigt zählt; danach bitten wir Sie erneut"),
               rules.RESIDENCE_HOLDS),
        Period("inactive", _("Konto, in dem sich niemand mehr anmeldet"),
               _("danach löschen wir es; vorher warnen wir zweimal per Mail"), INACTIVE_AFTER),
    )  # fmt: skip


def in_words(kept: timedelta) -> str:
    """Return „24 Stunden“, „7 Tage“ or „2 Jahre“."""
    days = kept.days
    if days and days % YEAR.days == 0:
        years = days // YEAR.days
        return ngettext("%(num)s Jahr", "%(num)s Jahre", years) % {"num": years}
    if days >= 2:
        return ngettext("%(num)s Tag", "%(num)s Tage", days) % {"num": days}
    hours = int(kept.total_seconds()) // 3600
    return ngettext("%(num)s Stunde", "%(num)s Stunden", hours) % {"num": hours}
