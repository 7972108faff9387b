"""What each person wants of the news: reads and writes preferences and mail settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlmodel import Session, col, func, select

from beteiligung.db import upsert
from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.identity.models import Account, LoginSession
from beteiligung.identity.rules import has_mail
from beteiligung.notifications import cadence_rules, kinds
from beteiligung.notifications.kinds import Choice
from beteiligung.notifications.models import CADENCES, LANGUAGES, MailSettings, Preference

SCOPES = (*kinds.chosen(), "digest", "all")
"""What one click can end: one kind, all gathered mails, all mails but those about the account itself."""


@dataclass(frozen=True)
class Recipient:
    """One person as the mail sees them. `paused` says why no mail may go there: no mailbox, bounce, complaint, nobody."""

    account_id: int
    email: str
    created_at: datetime
    last_seen: datetime
    """The day the person was last signed in, or when the account was made."""
    paused: str | None
    language: str
    quiet_from: int
    quiet_until: int
    weekday: int
    choices: dict[str, Choice]

    def choice(self, kind: str) -> Choice:
        """Return what holds for a kind of news."""
        kept = self.choices.get(kind) if kinds.KIND[kind].chosen else None
        wanted = kept or kinds.default(kind)
        return Choice(wanted.mail, in_account=True) if kinds.KIND[kind].always_in_account else wanted

    def cadence(self, kind: str, now: datetime) -> str:
        """Return when a kind of news comes by mail now: at_once, daily, weekly, monthly or never."""
        chosen = self.choice(kind).mail
        return chosen if kinds.KIND[kind].legal else cadence_rules.slowed(chosen, cadence_rules.interest(self.last_seen, now))


def recipients(session: Session, account_ids: Sequence[int]) -> dict[int, Recipient]:
    """Return people by number, a few hundred at most, in two statements."""
    seen = select(func.max(LoginSession.seen_on)).where(LoginSession.account_id == Account.id).correlate(Account).scalar_subquery()
    rows = session.execute(
        select(Account, MailSettings, seen)
        .outerjoin(MailSettings, col(MailSettings.account_id) == col(Account.id))
        .where(col(Account.id).in_(account_ids))
    ).all()
    choices: dict[int, dict[str, Choice]] = {}
    for row in session.exec(select(Preference).where(col(Preference.account_id).in_(account_ids))).all():
        choices.setdefault(row.account_id, {})[row.kind] = Choice(row.mail, row.in_account)
    return {account.id: _recipient(account, told, last, choices.get(account.id, {})) for account, told, last in rows}


def _recipient(account: Account, told: MailSettings | None, seen: datetime | None, choices: dict[str, Choice]) -> Recipient:
    number = cast(int, account.id)
    told = told or MailSettings(account_id=number)
    paused = told.paused_because or "paused" if told.paused_at else None
    if not has_mail(account.email):
        paused = "no mailbox"
    elif account.is_example and account.active_on is None:
        paused = "invented"
    return Recipient(
        account_id=number,
        email=account.email,
        created_at=account.created_at,
        last_seen=max(moment for moment in (account.created_at, account.active_on, seen) if moment),
        paused=paused,
        language=told.language,
        quiet_from=told.quiet_from,
        quiet_until=told.quiet_until,
        weekday=told.weekday,
        choices=choices,
    )


def of(session: Session, account_id: int) -> Recipient | None:
    """Return one person, None where the account is gone."""
    return recipients(session, [account_id]).get(account_id)


def save(session: Session, account_id: int, choices: dict[str, Choice]) -> None:
    """Keep what somebody chose for some kinds. Raises Invalid for a kind or rhythm that is none."""
    for kind, choice in choices.items():
        if kind not in kinds.chosen() or choice.mail not in CADENCES:
            raise Invalid(_("Bitte wählen Sie eine der Möglichkeiten."), {kind: _("Bitte wählen Sie eine der Möglichkeiten.")})
        upsert(
            session,
            Preference,
            {"account_id": account_id, "kind": kind},
            {"mail": choice.mail, "in_account": choice.in_account or kinds.KIND[kind].always_in_account},
        )


def apply_preset(session: Session, account_id: int, name: str) -> None:
    """Choose for all kinds at once; what the account shows stays as chosen. Raises Invalid for an unknown preset."""
    if name not in kinds.PRESETS:
        raise Invalid(_("Diese Auswahl gibt es nicht."))
    person = of(session, account_id)
    for kind, choice in kinds.of_preset(name).items():
        shown = person.choice(kind).in_account if person else True
        save(session, account_id, {kind: Choice(choice.mail, shown)})


def save_settings(session: Session, account_id: int, typed: dict[str, str]) -> None:
    """Keep language, quiet hours and weekday as typed. Raises Invalid with a message for each field."""
    errors: dict[str, str] = {}
    values: dict[str, Any] = {"language": typed.get("language", "")}
    if values["language"] not in LANGUAGES:
        errors["language"] = _("Bitte wählen Sie eine Sprache.")
    for name, most in (("quiet_from", 23), ("quiet_until", 23), ("weekday", 6)):
        value = typed.get(name, "")
        if value.isascii() and value.isdigit() and len(value) <= 2 and int(value) <= most:
            values[name] = int(value)
        else:
            errors[name] = _("Bitte wählen Sie eine der Möglichkeiten.")
    if errors:
        raise Invalid(_("Bitte prüfen Sie Ihre Auswahl."), errors)
    upsert(session, MailSettings, {"account_id": account_id}, values)


def language_of(session: Session, account_id: int | None) -> str:
    """Return the language of the mails to somebody; German where nothing is known, and for addresses without an account."""
    told = session.get(MailSettings, account_id) if account_id is not None else None
    return told.language if told else LANGUAGES[0]


def keep_language(session: Session, account_id: int, language: str) -> None:
    """Write to somebody who signed in on an English page in English, unless they have made settings of their own."""
    known = session.get(Account, account_id) is not None and session.get(MailSettings, account_id) is None
    if known and language in LANGUAGES:
        session.add(MailSettings(account_id=account_id, language=language))


def stop(session: Session, account_id: int, scope: str) -> None:
    """End mails of a kind, all gathered ones or all, at once. Raises KeyError for an unknown scope."""
    if scope not in SCOPES:
        raise KeyError(scope)
    person = of(session, account_id)
    if person is None:
        return
    for kind in kinds.chosen():
        choice = person.choice(kind)
        if scope in ("all", kind) or (scope == "digest" and choice.mail in ("daily", "weekly")):
            save(session, account_id, {kind: Choice("never", choice.in_account)})
