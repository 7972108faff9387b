"""Mails of moderation: receipt, outcome, statement of reasons, provisional hiding, escalation. One job is one mail."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlmodel import Session, select

from beteiligung.catalogue.models import Commitment
from beteiligung.i18n import _
from beteiligung.identity.mails import compose_notice
from beteiligung.identity.models import Account
from beteiligung.identity.rules import has_mail
from beteiligung.moderation import words
from beteiligung.moderation.models import Case, Flag, Outcome
from beteiligung.participation.models import Comment
from beteiligung.places.models import Region
from beteiligung.web.filters import long_date
from beteiligung.web.http import keyed_hash


@dataclass(frozen=True)
class Letter:
    """What a mail says, and which account (if any) finds its subject among its news."""

    to: str | None
    subject: str
    before: list[str]
    path: str
    after: list[str]
    account_id: int | None = None


def flag_token(flag_id: int) -> str:
    """Return the secret of the link for a report without an account, derived and stored nowhere."""
    return keyed_hash("flag", flag_id)


def flag_token_is(flag_id: int, token: str) -> bool:
    """Whether a link's secret belongs to the report; takes the same time whatever is wrong."""
    return hmac.compare_digest(flag_token(flag_id).encode(), token.encode())


def statement_lines(case: Case, outcome: Outcome) -> list[tuple[str, str]]:
    """Return the statement of reasons field by field (Article 17 (3) DSA)."""
    who = words.BODY[outcome.body]()
    return [
        (_("Was entschieden ist"), words.MEASURE[outcome.measure]() + "."),
        (_("Umfang und Dauer"), outcome.scope),
        (_("Begründung"), outcome.facts),
        (_("Grundlage"), words.ground_words(outcome.ground)),
        (
            _("Wer entschieden hat"),
            _("{count} Personen, {how}: {who}. Kein Programm hat gesucht, entschieden oder vorentschieden.").format(
                count=outcome.deciders, how=words.SOURCE[outcome.source](), who=who
            ),
        ),
        (_("Was Sie tun können"), outcome.redress),
    ] + ([] if case.stage == "first" else [(_("Worum es ging"), words.STAGE[case.stage]())])


def letter(session: Session, args: dict[str, Any]) -> Letter | None:
    """Return what a job has to tell; None where nobody is to be told any more."""
    kind, number = args["kind"], int(args["id"])
    if kind in ("receipt", "outcome", "withdrawn"):
        return _to_reporter(session, kind, number, args.get("case"))
    case = session.get(Case, number)
    if case is None:
        return None
    if kind == "statement":
        return _statement(session, case)
    if kind == "provisional":
        return _provisional(session, case)
    if kind == "seat":
        return _seat(session, case, int(args["account"]))
    return _escalated(session, case)


def message(session: Session, entry_id: int, args: dict[str, Any], now: datetime) -> EmailMessage | None:
    """Return the mail of an outbox entry; None where nobody is to be mailed."""
    told = letter(session, args)
    if told is None or told.to is None or not has_mail(told.to):
        return None
    return compose_notice(
        to=told.to, subject=told.subject, before=told.before, path=told.path, after=told.after, key=f"moderation:{entry_id}", at=now
    )


def _title(session: Session, case: Case) -> str:
    comment = session.get_one(Comment, case.comment_id)
    return session.exec(select(Commitment.title).where(Commitment.id == comment.commitment_id)).one()


def _address(session: Session, account_id: int | None) -> str | None:
    account = session.get(Account, account_id) if account_id else None
    return account.email if account else None


def _to_reporter(session: Session, kind: str, flag_id: int, case_id: int | None) -> Letter | None:
    flag = session.get(Flag, flag_id)
    if flag is None or (flag.reporter_id is None and flag.email is None):
        return None
    case = session.get_one(Case, case_id or flag.case_id)
    to = flag.email or _address(session, flag.reporter_id)
    path = f"/konto/meldungen/{flag.id}" if flag.reporter_id else f"/meldungen/{flag.id}/{flag_token(flag_id)}"
    about = _("Es geht um einen Kommentar unter „{title}“, den Sie gemeldet haben. Ihr Grund: {ground}.").format(
        title=_title(session, case), ground=words.ground_words(flag.ground)
    )
    if kind == "receipt":
        said = [
            about,
            _("Ihre Meldung ist angekommen. Menschen prüfen sie, kein Programm. Das Ergebnis schreiben wir Ihnen. Sie sehen es auch hier:"),
        ]
        return Letter(to, _("Ihre Meldung ist angekommen"), said, path, [], flag.reporter_id)
    if kind == "withdrawn":
        said = [about, _("Die Person hat ihren Kommentar inzwischen selbst zurückgezogen. Damit ist die Sache erledigt.")]
        return Letter(to, _("Ihre Meldung ist erledigt"), said, path, [], flag.reporter_id)
    outcome = session.get(Outcome, case.id)
    if outcome is None:
        return None
    lines = [f"{name}: {text}" for name, text in statement_lines(case, outcome)]
    return Letter(to, _("Über Ihre Meldung ist entschieden"), [about, *lines, _("Sie finden das auch hier:")], path, [], flag.reporter_id)


def _statement(session: Session, case: Case) -> Letter | None:
    outcome = session.get(Outcome, case.id)
    if outcome is None or outcome.author_id is None:
        return None
    comment = session.get_one(Comment, case.comment_id)
    about = _("Es geht um Ihren Kommentar vom {day} unter „{title}“.").format(
        day=long_date(comment.created_at), title=_title(session, case)
    )
    lines = [f"{name}: {text}" for name, text in statement_lines(case, outcome)]
    subject = _("Entscheidung über Ihren Kommentar")
    return Letter(
        _address(session, outcome.author_id), subject, [about, *lines, _("Hier können Sie das nachlesen und widersprechen:")],
        f"/konto/entscheidungen/{case.id}", [], outcome.author_id,
    )  # fmt: skip


def _provisional(session: Session, case: Case) -> Letter | None:
    comment = session.get_one(Comment, case.comment_id)
    if case.provisional_ground is None or comment.author_id is None:
        return None
    about = _(
        "Ihr Kommentar vom {day} unter „{title}“ ist vorläufig ausgeblendet, überall auf dieser Website, bis darüber entschieden ist."
    ).format(day=long_date(comment.created_at), title=_title(session, case))
    before = [
        about,
        _("Begründung: {reason}").format(reason=case.provisional_reason),
        _("Grundlage: {ground}").format(ground=words.ground_words(case.provisional_ground)),
        _(
            "Ausgeblendet hat ihn ein Mensch in der Verwaltung, kein Programm. Jetzt entscheiden andere Menschen, ob das so bleibt. "
            "Sie bekommen eine Nachricht."
        ),
        _(
            "Gegen diese Entscheidung können Sie dann sechs Monate lang kostenlos widersprechen. "
            "Auch eine Streitbeilegungsstelle oder ein Gericht steht Ihnen offen."
        ),
        _("Ihr Konto:"),
    ]  # fmt: skip
    return Letter(
        _address(session, comment.author_id), _("Ihr Kommentar ist vorläufig ausgeblendet"), before, "/konto", [], comment.author_id
    )


def _seat(session: Session, case: Case, account_id: int) -> Letter | None:
    if case.decided_at is not None:
        return None
    region = session.get_one(Region, case.region_id)
    before = [
        _(
            "Sie sind für einen gemeldeten Kommentar ausgelost ({region}). "
            "Bitte entscheiden Sie in den nächsten 48 Stunden, oder geben Sie den Fall zurück:"
        ).format(region=region.name)
    ]
    return Letter(_address(session, account_id), _("Ein Fall wartet auf Sie"), before, f"/buergerrat/{region.slug}", [], account_id)


def _escalated(session: Session, case: Case) -> Letter | None:
    region = session.get_one(Region, case.region_id)
    before = [
        _("Ein Kommentar ist seit mehr als 72 Stunden vorläufig ausgeblendet, und noch hat niemand entschieden ({region}).").format(
            region=region.name
        ),
        _("Grundlage: {ground}").format(ground=words.ground_words(case.provisional_ground or "other_law")),
        _("Begründung: {reason}").format(reason=case.provisional_reason or ""),
        _("Der Kommentar bleibt ausgeblendet, bis mit Gründen entschieden ist. Bitte prüfen Sie, was zu tun ist. Die offenen Fälle:"),
    ]  # fmt: skip
    return Letter(
        region.legal_office,
        _("Vorläufig ausgeblendet, seit 72 Stunden ohne Entscheidung"),
        before,
        f"/verwaltung/{region.slug}/meldungen",
        [],
    )
