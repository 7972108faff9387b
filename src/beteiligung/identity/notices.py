"""Mails about the safety of one's own account: what was changed, and what to do if it was not you."""

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlmodel import Session

from beteiligung.i18n import _
from beteiligung.identity.mails import compose_notice
from beteiligung.identity.models import Account
from beteiligung.identity.oidc_providers import providers
from beteiligung.jobs import Job, enqueue
from beteiligung.places.models import Region

ROLE_NAMES: dict[str, Callable[[], str]] = {
    "clerk": lambda: _("Verwaltung"),
    "council": lambda: _("Mitglied des Bürgerrats"),
    "operator": lambda: _("Technik"),
}

_TEXTS: dict[str, Callable[[dict[str, str]], str]] = {
    "link_added": lambda words: _("Ihr Konto ist jetzt mit {provider} verbunden. Sie können sich damit anmelden.").format(**words),
    "link_removed": lambda words: _(
        "Ihr Konto ist nicht mehr mit {provider} verbunden. Sie melden sich jetzt mit dem Link aus der Mail an."
    ).format(**words),
    "factor_added": lambda _words: _("Für Ihr Konto wurde ein zweiter Schritt beim Anmelden eingerichtet."),
    "factor_removed": lambda _words: _("Bei Ihrem Konto wurde eine Möglichkeit für den zweiten Schritt beim Anmelden entfernt."),
    "recovery_used": lambda _words: _("Bei Ihrem Konto wurde ein Ersatzcode von Ihrem Ausdruck benutzt."),
    "factor_reset": lambda _words: _(
        "Der zweite Schritt beim Anmelden wurde für Ihr Konto zurückgesetzt. Beim nächsten Anmelden richten Sie ihn neu ein. "
        "Alle Ihre Anmeldungen sind beendet."
    ),
    "role_granted": lambda words: _("Ihr Konto hat jetzt diese Aufgabe: {role}{place}.").format(**words),
    "votes_removed": lambda words: _(
        "Zwei Personen haben festgestellt, dass Ihr Konto das zweite Konto einer Person ist. Seine Stimmen wurden entfernt, und die "
        "Bestätigung des Wohnorts ist beendet{place}. Ihre Kommentare bleiben. Wenn das nicht stimmt, wenden Sie sich bitte an die "
        "Verwaltung."
    ).format(**words),
    "role_ended": lambda words: _("Diese Aufgabe Ihres Kontos ist beendet: {role}{place}.").format(**words),
}
"""Kind → sentence. Every kind that `tell` takes."""


def tell(session: Session, account_id: int, kind: str, now: datetime, **about: Any) -> None:
    """Queue a mail to the owner of an account; `about` may hold provider, role, region (an id)."""
    if kind not in _TEXTS:
        raise ValueError(kind)
    enqueue(session, Job.TELL_ACCOUNT, now, account=account_id, kind=kind, **about)


def message(session: Session, entry_id: int, about: dict[str, Any], now: datetime) -> EmailMessage | None:
    """Return the mail of an outbox entry; None where the account is gone."""
    account = session.get(Account, about["account"])
    if account is None:
        return None
    region = session.get(Region, about["region"]) if about.get("region") else None
    provider = providers().get(about.get("provider", ""))
    words = {
        "provider": provider.name if provider else _("einem anderen Anmeldedienst"),
        "role": ROLE_NAMES[about["role"]]() if "role" in about else "",
        "place": f", {region.name}" if region else "",
    }
    subject = _("Änderung an Ihrem Konto")
    return compose_notice(
        to=account.email,
        subject=subject,
        before=[_TEXTS[about["kind"]](words), _("Ihr Konto sehen Sie hier:")],
        path="/konto",
        after=[_("Wissen Sie nichts davon? Dann melden Sie sich bitte gleich bei uns. Die Adresse steht im Impressum.")],
        key=f"account:{entry_id}",
        at=now,
    )
