"""The mails about one's rights: the file is ready, is the deletion meant, it is near, an unused account ends."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from sqlmodel import Session

from beteiligung.i18n import _
from beteiligung.identity import retention_rules as periods
from beteiligung.identity import rights
from beteiligung.identity.mails import compose_notice
from beteiligung.identity.models import Account
from beteiligung.identity.rights_models import DataExport, Erasure, InactivityWarning
from beteiligung.web.filters import long_date


@dataclass(frozen=True)
class _Letter:
    to: int
    """The account's number."""
    key: str
    at: datetime
    subject: str
    before: list[str]
    path: str
    after: list[str]


def addressee(session: Session, kind: str, number: int, now: datetime) -> int | None:
    """Return the account that a mail would go to."""
    letter = _LETTERS[kind](session, number, kind, now)
    return letter.to if letter else None


def message(session: Session, kind: str, number: int, now: datetime) -> EmailMessage | None:
    """Return the mail of a kind about a row; None where it is no longer due or the account is gone or has no address."""
    letter = _LETTERS[kind](session, number, kind, now)
    account = session.get(Account, letter.to) if letter else None
    if letter is None or account is None or not rights.has_address(account):
        return None
    return compose_notice(
        to=account.email, subject=letter.subject, before=letter.before, path=letter.path, after=letter.after, key=letter.key, at=letter.at
    )


def _export(session: Session, number: int, _kind: str, now: datetime) -> _Letter | None:
    row = session.get(DataExport, number)
    if row is None or row.ready_at is None or row.expires_at <= now:
        return None
    return _Letter(
        row.account_id,
        f"export:{row.id}",
        row.ready_at,
        _("Ihre Daten liegen bereit"),
        [_("Sie wollten eine Datei mit allem, was wir über Sie gespeichert haben. Sie liegt jetzt in Ihrem Konto:")],
        "/konto/daten",
        [
            _("Die Datei ist bis zum {date} da. Nur Sie können sie abrufen, dafür melden Sie sich an.").format(
                date=long_date(row.expires_at)
            ),
            _("Sie haben das nicht angefordert? Dann melden Sie sich in Ihrem Konto bitte überall ab."),
        ],
    )


def _confirm(session: Session, number: int, _kind: str, now: datetime) -> _Letter | None:
    row = session.get(Erasure, number)
    if row is None or row.confirmed_at or now >= row.requested_at + periods.CONFIRM_WITHIN:
        return None
    return _Letter(
        row.account_id,
        f"erasure:{row.id}:{row.nonce}",
        row.requested_at,
        _("Möchten Sie Ihr Konto löschen?"),
        [_("Sie möchten Ihr Konto löschen. Bitte bestätigen Sie das hier:")],
        f"/konto/loeschen/{row.id}/{rights.erasure_token(row)}",
        [
            _("Der Link gilt {hours} Stunden. Danach haben Sie noch {days} Tage Bedenkzeit, bevor etwas gelöscht wird.").format(
                hours=int(periods.CONFIRM_WITHIN.total_seconds()) // 3600, days=periods.GRACE.days
            ),
            _("Sie haben das nicht gewollt? Dann müssen Sie nichts tun. Es wird nichts gelöscht."),
        ],
    )


def _reminder(session: Session, number: int, _kind: str, now: datetime) -> _Letter | None:
    row = session.get(Erasure, number)
    if row is None or row.due_at is None or row.due_at <= now:
        return None
    return _Letter(
        row.account_id,
        f"erasure-reminder:{row.id}:{row.due_at.isoformat()}",
        row.reminded_at or now,
        _("Ihr Konto wird bald gelöscht"),
        [
            _("Am {date} löschen wir Ihr Konto, so wie Sie es wollten.").format(date=long_date(row.due_at)),
            _("Sie haben es sich anders überlegt? Melden Sie sich an und klicken Sie auf „Konto behalten“:"),
        ],
        "/konto",
        [_("Möchten Sie dabei bleiben, müssen Sie nichts tun. Dies ist unsere letzte Mail an Sie.")],
    )


def _unused(session: Session, number: int, kind: str, now: datetime) -> _Letter | None:
    which = int(kind[-1])
    account, row = session.get(Account, number), session.get(InactivityWarning, (number, which))
    if account is None or row is None or (account.active_on or account.created_at) >= row.warned_at:
        return None
    last = account.active_on or account.created_at
    ends = max(
        last + periods.INACTIVE_AFTER,
        row.warned_at + (periods.INACTIVE_AFTER - periods.FIRST_WARNING if which == 1 else periods.LEAST_NOTICE),
    )
    return _Letter(
        number,
        f"unused:{number}:{which}:{row.warned_at.isoformat()}",
        min(row.warned_at, now),
        _("Brauchen Sie Ihr Konto noch?") if which == 1 else _("Ihr Konto endet bald"),
        [
            _("Seit dem {last} hat sich niemand mehr in Ihrem Konto angemeldet. Ab dem {ends} löschen wir es.").format(
                last=long_date(last), ends=long_date(ends)
            ),
            _("Möchten Sie es behalten? Dann melden Sie sich einmal an:"),
        ],
        "/anmelden",
        [
            _(
                "Sonst bleiben Ihre Kommentare ohne Namen stehen, und Ihre Stimmen zählen weiter. "
                "Möchten Sie das nicht, löschen Sie das Konto bitte selbst."
            )
        ],
    )


_LETTERS = {"export": _export, "confirm": _confirm, "reminder": _reminder, "unused-1": _unused, "unused-2": _unused}
