"""German words for the archive of one's data: sections, labels and values that a person can read."""

import re
from datetime import date, datetime
from typing import Any

from beteiligung.i18n import _
from beteiligung.web.filters import long_date, long_datetime

_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
Line = tuple[str, str]
"""(label, value)"""
Section = tuple[str, list[list[Line]]]
"""(heading, one list of lines for each row)"""


def _headings() -> dict[str, str]:
    return {
        "account": _("Ihr Konto"),
        "role": _("Ihre Ämter"),
        "residence": _("Ihr bestätigter Wohnort"),
        "demographic": _("Ihre freiwilligen Angaben für die Statistik"),
        "login_session": _("Angemeldete Browser"),
        "sign_in": _("Angeforderte Anmeldungen"),
        "identity_link": _("Anmeldung über andere Stellen"),
        "passkey": _("Ihre Passkeys"),
        "second_factor": _("Ihr zweiter Schritt bei der Anmeldung"),
        "recovery_code": _("Ihre gedruckten Codes"),
        "counter_ticket": _("Ihre Nummer für den Schalter"),
        "comments": _("Ihre Kommentare"),
        "votes": _("Ihre Stimmen"),
        "helpful": _("Was Sie hilfreich fanden"),
        "follows": _("Was Sie verfolgen"),
        "notification": _("Neues für Sie"),
        "preference": _("Was Sie an Neuem bekommen möchten"),
        "push_device": _("Geräte, die Neues anzeigen"),
        "mail_settings": _("Wann Sie Mails bekommen möchten"),
        "digest": _("Gesammelte Mails an Sie"),
        "delivery": _("Mails an Sie über Neues"),
        "audit_entry": _("Was über Ihr Konto oder von Ihnen im Amt festgehalten ist"),
        "history_entry": _("Ihre Stellungnahmen und Statusmeldungen im Amt"),
        "revision": _("Ihre Änderungen an Texten im Amt"),
        "import_run": _("Ihre Importe im Amt"),
        "flag": _("Ihre Meldungen von Kommentaren"),
        "outcome": _("Entscheidungen über Ihre Kommentare"),
        "appeal": _("Ihre Widersprüche"),
        "pause": _("Pausen Ihres Kontos"),
        "moderator": _("Ihre Angaben für die Moderation"),
        "case_seat": _("Fälle, für die Sie ausgelost wurden"),
        "case_decision": _("Ihre Entscheidungen über gemeldete Kommentare"),
        "moderation_case": _("Was Sie im Amt vorläufig ausgeblendet haben"),
        "council_seat": _("Ihr Platz im Bürgerrat"),
        "tone_sample": _("Stichproben von Kommentaren, die Sie im Amt gezogen haben"),
        "tone_label": _("Texte, die Sie im Amt eingeordnet haben"),
        "agenda_item": _("Was Sie auf die Tagesordnung des Bürgerrats gesetzt haben"),
        "recommendation_version": _("Ihre Fassungen von Empfehlungen"),
        "recommendation_comment": _("Ihre Wortmeldungen im Bürgerrat"),
        "recommendation": _("Ihre Antworten an den Bürgerrat im Amt"),
        "barrier_report": _("Von Ihnen gemeldete Barrieren"),
        "data_export": _("Ihre Anfragen nach dieser Datei"),
        "erasure": _("Ihr Wunsch, das Konto zu löschen"),
        "inactivity_warning": _("Hinweise, weil das Konto lange nicht benutzt wurde"),
    }


def _labels() -> dict[str, str]:
    return {
        "id": _("Nummer"), "email": _("Mailadresse"), "display_name": _("Anzeigename"), "birth_year": _("Geburtsjahr"),
        "municipality_id": _("Wohnort (Nummer)"), "terms_version": _("Fassung der Regeln"), "terms_accepted_at": _("Regeln angenommen am"),
        "is_example": _("Erfundene Person"), "created_at": _("Angelegt am"), "active_on": _("Letzte Anmeldung"), "ends_on": _("Endet am"),
        "region_id": _("Region (Nummer)"), "name": _("Name"), "since": _("Seit"), "until": _("Bis"), "confirmed_at": _("Bestätigt am"),
        "channel": _("Weg"), "seen_on": _("Zuletzt benutzt am"), "expires_at": _("Gilt bis"), "used_at": _("Benutzt am"),
        "used_on": _("Benutzt am"), "sent_at": _("Gesendet am"), "next_path": _("Seite danach"), "attempts": _("Versuche"),
        "commitment_id": _("Zusage (Nummer)"), "commitment": _("Zusage"), "comment": _("Kommentar (Nummer)"),
        "parent_id": _("Antwort auf (Nummer)"), "stance": _("Haltung"), "text": _("Text"), "additions": _("Ergänzungen"),
        "helpful": _("Hilfreich"), "not_helpful": _("Nicht hilfreich"), "edited_at": _("Geändert am"),
        "withdrawn_at": _("Zurückgezogen am"), "hidden_at": _("Ausgeblendet am"), "hidden_reason": _("Grund"),
        "answered_at": _("Beantwortet am"), "official": _("Antwort der Verwaltung"), "version": _("Fassung"), "choice": _("Ihre Stimme"),
        "standing": _("Zählt als"), "value": _("Ihre Bewertung"), "kind": _("Art"), "target": _("Wovon"), "title": _("Titel"),
        "path": _("Seite"), "read_at": _("Gelesen am"), "at": _("Am"), "act": _("Vorgang"), "subject": _("Betrifft"),
        "detail": _("Einzelheiten"), "by_me": _("Von Ihnen selbst"), "age_band": _("Altersgruppe"), "sex": _("Geschlecht"),
        "drawable": _("Darf ausgelost werden"), "requested_at": _("Angefordert am"), "ready_at": _("Fertig am"), "due_at": _("Geplant für"),
        "keep_comments": _("Kommentare bleiben"), "keep_votes": _("Stimmen bleiben"), "reminded_at": _("Erinnert am"),
        "warned_at": _("Gewarnt am"), "number": _("Nummer"), "body": _("Text"), "event": _("Anlass"), "provider": _("Stelle"),
        "mail": _("Per Mail"), "in_account": _("Im Konto"), "sentence": _("Satz"), "words": _("Worte"), "thread": _("Zusage"),
        "digest_id": _("Gesammelte Mail (Nummer)"), "notification_id": _("Nachricht (Nummer)"), "cadence": _("Wie oft"),
        "period": _("Fällig am"), "made_at": _("Gemacht am"), "state": _("Stand"), "reason": _("Grund"), "not_before": _("Nicht vor"),
        "claimed_at": _("Begonnen am"), "done_at": _("Beendet am"), "language": _("Sprache"), "quiet_from": _("Keine Mail ab (Uhr)"),
        "quiet_until": _("Keine Mail bis (Uhr)"), "weekday": _("Wochentag (0 ist Montag)"), "paused_at": _("Angehalten am"),
        "paused_because": _("Angehalten, weil"), "case_id": _("Fall (Nummer)"), "reporter_id": _("Ihr Konto (Nummer)"),
        "ground": _("Regel oder Gesetz"), "author_id": _("Ihr Konto (Nummer)"), "measure": _("Entscheidung"), "scope": _("Umfang"),
        "ends_at": _("Endet am"), "facts": _("Begründung"), "source": _("Anlass"), "automated_detection": _("Von einem Programm gefunden"),
        "automated_decision": _("Von einem Programm entschieden"), "redress": _("Was Sie tun können"),
        "deciders": _("Wie viele entschieden"), "unanimous": _("Einstimmig"), "passage": _("Ausgeblendete Worte"),
        "decided_at": _("Entschieden am"),
        "new_case_id": _("Neuer Fall (Nummer)"), "flag_id": _("Meldung (Nummer)"), "introduced_at": _("Einführung bestätigt am"),
        "weekdays": _("Freie Wochentage (0 ist Montag)"), "drawn_at": _("Ausgelost am"), "ended_at": _("Beendet am"), "end": _("Ende"),
        "days": _("Tage"), "comment_id": _("Kommentar (Nummer)"), "stage": _("Stufe"), "of_case_id": _("Zu Fall (Nummer)"),
        "opened_at": _("Begonnen am"), "provisional_at": _("Vorläufig ausgeblendet am"), "provisional_by": _("Ihr Konto (Nummer)"),
        "provisional_ground": _("Gesetz"), "provisional_reason": _("Begründung"), "escalated_at": _("An die Rechtsstelle am"),
        "draw_id": _("Auslosung (Nummer)"), "place": _("Platz"), "pseudonym": _("Kürzel im Protokoll"),
        "person_id": _("Ihre Zeile auf der Liste (Nummer)"), "values": _("Merkmale"), "offered_at": _("Angeboten am"),
        "account_id": _("Ihr Konto (Nummer)"), "put_at": _("Gesetzt am"), "taken_off_at": _("Abgesetzt am"),
        "recommendation_id": _("Empfehlung (Nummer)"), "poll_id": _("Abstimmung (Nummer)"), "adopted_at": _("Beschlossen am"),
        "answer_due": _("Antwort bis"), "answer_kind": _("Art der Antwort"), "answer": _("Antwort"), "answer_by": _("Ihr Konto (Nummer)"),
    }  # fmt: skip


def _values() -> dict[str, str]:
    return {
        "for": _("dafür"), "neutral": _("neutral"), "against": _("dagegen"), "question": _("Frage"), "confirmed": _("bestätigt"),
        "unconfirmed": _("unbestätigt"), "outside": _("von außerhalb"), "clerk": _("Verwaltung"), "council": _("Bürgerrat"),
        "operator": _("Technik"), "letter": _("Brief"), "counter": _("Schalter"), "female": _("weiblich"), "male": _("männlich"),
        "diverse": _("divers"), "region": _("Region"), "topic": _("Thema"), "commitment": _("Zusage"),
        "none": _("nichts"), "part": _("teilweise ausgeblendet"), "hide": _("ausgeblendet"),
        "close": _("ausgeblendet, Gespräch beendet"), "pause": _("ausgeblendet, Konto macht Pause"), "clerks": _("Verwaltung"),
        "accepted": _("angenommen"), "reports": _("Meldungen"), "office": _("Verwaltung"),
        "appeal": _("Widerspruch"), "review": _("Nachprüfung"), "first": _("erste Entscheidung"), "decided": _("entschieden"),
        "returned": _("zurückgegeben"), "expired": _("Zeit abgelaufen"), "void": _("erledigt"),
    }  # fmt: skip


def sections(data: dict[str, list[dict[str, Any]]]) -> list[Section]:
    """Return what the archive shows, in the order of `_headings`; what has no German name yet comes last under its own."""
    headings, labels, values = _headings(), _labels(), _values()
    order = [*headings, *(name for name in data if name not in headings)]
    return [
        (
            headings.get(name, name),
            [
                [(labels.get(key, key), _shown(value, values)) for key, value in row.items() if value not in (None, "", [], {})]
                for row in rows
            ],
        )
        for name in order
        if (rows := data.get(name))
    ]


def _shown(value: Any, values: dict[str, str]) -> str:
    if isinstance(value, bool):
        return _("ja") if value else _("nein")
    if isinstance(value, list):
        return "; ".join(_shown(one, values) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(one, values)}" for key, one in value.items())
    if isinstance(value, str):
        return _moment(value) or values.get(value, value)
    return long_datetime(value) if isinstance(value, datetime) else long_date(value) if isinstance(value, date) else str(value)


def _moment(value: str) -> str | None:
    """Return a moment that JSON has made a text of in words, None for any other text."""
    if not _ISO.fullmatch(value):
        return None
    return long_datetime(datetime.fromisoformat(value))
