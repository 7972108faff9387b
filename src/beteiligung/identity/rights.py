"""What people may demand of this room: their data, and the end of their account. Only writer of exports, erasures and warnings.

Everything that has an account's number is found from the tables themselves, so that a table added later is told
and erased too. What a table holds and what of it is secret stands in data/privacy/columns.toml.
"""

import hmac
import secrets
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Table, delete, or_, select, update
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as pick

from beteiligung import audit
from beteiligung.audit import AuditEntry
from beteiligung.db import require
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity import demographics
from beteiligung.identity import retention_rules as periods
from beteiligung.identity.models import Account, Draft, Role, SignIn
from beteiligung.identity.oidc_models import OidcArrival
from beteiligung.identity.register import secret_columns
from beteiligung.identity.residence_models import Demographic
from beteiligung.identity.rights_models import DataExport, Erasure, InactivityWarning, nobodys_wish
from beteiligung.jobs import Job, OutboxEntry, enqueue
from beteiligung.web.http import keyed_hash

# Everything about somebody


def tables_of_people() -> list[tuple[Table, str]]:
    """Return (table, column) wherever an account's number stands as a foreign key; those that others hang on come last."""
    return [
        (table, key.parent.name)
        for table in reversed(SQLModel.metadata.sorted_tables)
        for key in sorted(table.foreign_keys, key=lambda one: one.parent.name)
        if key.column.table.name == "account"
    ]


def personal_data(session: Session, account_id: int, *, told_elsewhere: frozenset[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a person by table as plain values, without secrets; `told_elsewhere` names tables of other rooms."""
    account = require(session, Account, account_id, _("Dieses Konto gibt es nicht mehr."))
    found = {
        "account": [_told(Account.__table__, account.model_dump())],  # type: ignore[attr-defined]
        "sign_in": _rows(session, SignIn.__table__, SignIn.email == account.email),  # type: ignore[attr-defined]
    }
    for table, column in tables_of_people():
        if table.name not in told_elsewhere:
            found[table.name] = found.get(table.name, []) + _rows(session, table, table.c[column] == account_id)
    if answers := session.get(Demographic, demographics.pseudonym(account_id)):
        found["demographic"] = [{"age_band": answers.age_band, "sex": answers.sex, "drawable": answers.drawable}]
    acts = session.exec(
        pick(AuditEntry)
        .where(or_(col(AuditEntry.account_id) == account_id, col(AuditEntry.subject) == f"account:{account_id}"))
        .order_by(col(AuditEntry.id))
    ).all()
    found["audit_entry"] = [
        {"at": row.at, "act": row.act, "subject": row.subject, "detail": row.detail, "by_me": row.account_id == account_id} for row in acts
    ]
    return {name: rows for name, rows in found.items() if rows}


def _rows(session: Session, table: Table, condition: Any) -> list[dict[str, Any]]:
    rows = session.execute(select(table).where(condition).order_by(*table.primary_key.columns)).mappings()
    return [_told(table, dict(row)) for row in rows]


def _told(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    hidden = secret_columns(table.name)
    return {name: value for name, value in row.items() if name not in hidden}


def request_export(session: Session, account_id: int, now: datetime) -> int:
    """Have the file made; one pressed twice is one. Returns its number."""
    open_one = session.exec(
        pick(DataExport.id)
        .where(DataExport.account_id == account_id, DataExport.requested_at > now - periods.EXPORT_EVERY)
        .order_by(col(DataExport.id).desc())
        .limit(1)
    ).first()
    if open_one is not None:
        return open_one
    row = DataExport(account_id=account_id, nonce=secrets.token_urlsafe(18), requested_at=now, expires_at=now + periods.EXPORT_HOLDS)
    session.add(row)
    session.flush()
    number = cast(int, row.id)
    enqueue(session, Job.EXPORT_OWN_DATA, now, id=number)
    return number


def export_file(row: DataExport) -> str:
    """Return the file's name under var/exports/: nobody can tell it from the row without the secret key."""
    return f"{keyed_hash('export', row.id, row.nonce)}.zip"


def export_ready(session: Session, export_id: int, now: datetime) -> None:
    """Note that the file lies there, and tell its owner by mail."""
    row = session.get(DataExport, export_id)
    if row is not None and row.ready_at is None:
        row.ready_at, row.expires_at = now, now + periods.EXPORT_HOLDS
        session.add(row)
        enqueue(session, Job.SEND_RIGHTS_MAIL, now, kind="export", id=export_id)


def own_exports(session: Session, account_id: int, now: datetime) -> list[DataExport]:
    """Return the requests that still hold, newest first."""
    return list(
        session.exec(
            pick(DataExport).where(DataExport.account_id == account_id, DataExport.expires_at > now).order_by(col(DataExport.id).desc())
        ).all()
    )


def own_export(session: Session, account_id: int, export_id: int, now: datetime) -> DataExport:
    """Return a finished export of this person. Raises NotFound for another's, an old or an unfinished one alike."""
    row = session.get(DataExport, export_id)
    if row is None or row.account_id != account_id or row.ready_at is None or row.expires_at <= now:
        raise NotFound(_("Diese Datei gibt es nicht oder nicht mehr."))
    return row


# The end of an account


def request_erasure(session: Session, account_id: int, now: datetime, *, keep_comments: bool, keep_votes: bool) -> bool:
    """Note the wish to be gone and ask by mail whether it is meant; tells whether the grace has begun.

    It begins at once where no mail can reach the person. A confirmed wish stays as it is.
    """
    row = session.exec(pick(Erasure).where(Erasure.account_id == account_id)).first()
    if row is not None and row.confirmed_at:
        return True
    row = row or Erasure(account_id=account_id, keep_comments=True, keep_votes=True, nonce="", requested_at=now)
    row.keep_comments, row.keep_votes, row.nonce, row.requested_at = keep_comments, keep_votes, secrets.token_urlsafe(24), now
    has_mail = has_address(session.get_one(Account, account_id))
    if not has_mail:
        row.confirmed_at, row.due_at = now, now + periods.GRACE
    session.add(row)
    session.flush()
    if has_mail:
        enqueue(session, Job.SEND_RIGHTS_MAIL, now, kind="confirm", id=row.id)
    return not has_mail


def has_address(account: Account) -> bool:
    """Whether mail can reach the person: accounts of a school's project have no address."""
    return account.ends_on is None


def erasure_token(row: Erasure) -> str:
    """Return the secret of the mail's link, derived and stored nowhere."""
    return keyed_hash("erasure", row.id, row.nonce)


def erasure_to_confirm(session: Session, erasure_id: int, token: str, now: datetime) -> Erasure:
    """Return the wish that a mail's link belongs to. Raises NotFound for a wrong, old or used link alike. Changes nothing."""
    row = session.get(Erasure, erasure_id)
    right = erasure_token(row) if row else "-" * 64
    holds = row is not None and row.confirmed_at is None and now < row.requested_at + periods.CONFIRM_WITHIN
    if not hmac.compare_digest(right.encode(), token.encode()) or row is None or not holds:
        raise NotFound(_("Dieser Link gilt nicht oder nicht mehr. Es ist nichts gelöscht. In Ihrem Konto können Sie neu anfangen."))
    return row


def confirm_erasure(session: Session, erasure_id: int, token: str, now: datetime) -> datetime:
    """Begin the week of grace; returns when the account will be deleted. Raises NotFound as `erasure_to_confirm`."""
    row = erasure_to_confirm(session, erasure_id, token, now)
    row.confirmed_at, row.due_at = now, now + periods.GRACE
    session.add(row)
    return row.due_at


def own_erasure(session: Session, account_id: int) -> Erasure | None:
    """Return the wish of this person that is confirmed and waits for its day."""
    return session.exec(pick(Erasure).where(Erasure.account_id == account_id, col(Erasure.confirmed_at).is_not(None))).first()


def cancel_erasure(session: Session, account_id: int) -> bool:
    """Take the wish back; tells whether there was one."""
    gone = session.execute(delete(Erasure).where(col(Erasure.account_id) == account_id))
    return bool(cast(CursorResult[Any], gone).rowcount)


def erase(session: Session, account_id: int, now: datetime) -> None:
    """Delete the account with everything that hangs on it; what must stay (an answer given in office) loses its author.

    Call it after the other rooms' `erase`.
    """
    email = session.exec(pick(Account.email).where(Account.id == account_id)).one()
    browsers = pick(SignIn.browser).where(SignIn.email == email)
    session.execute(delete(Draft).where(col(Draft.browser).in_(browsers)))
    session.execute(delete(SignIn).where(col(SignIn.email) == email))
    session.execute(delete(OidcArrival).where(col(OidcArrival.email) == email))
    demographics.erase(session, account_id)
    for table, column in tables_of_people():
        if table.c[column].nullable:
            session.execute(update(table).where(table.c[column] == account_id).values({column: None}))
        else:
            session.execute(delete(table).where(table.c[column] == account_id))
    _forget_work(session, account_id)
    audit.erase_people(session, [account_id], now)
    session.execute(delete(Account).where(col(Account.id) == account_id))


def _forget_work(session: Session, account_id: int) -> None:
    """Delete work, done or waiting, that names the account: its number may be given out again."""
    naming = (Job.SEND_RIGHTS_MAIL.value, Job.MOVE_VOTES.value, Job.TELL_ACCOUNT.value, Job.TELL_MODERATION.value)
    for entry in session.exec(pick(OutboxEntry).where(col(OutboxEntry.job).in_(naming))).all():
        unused = str(entry.args.get("kind", "")).startswith("unused") and entry.args.get("id") == account_id
        if unused or entry.args.get("account") == account_id:
            session.delete(entry)
    session.flush()


# Deadlines


def watch_deadlines(session: Session, now: datetime) -> None:
    """Queue what is due: deletions whose day has come, reminders before it, warnings to unused accounts."""
    session.execute(delete(Erasure).where(col(Erasure.confirmed_at).is_(None), col(Erasure.requested_at) <= now - periods.CONFIRM_WITHIN))
    for row in session.exec(pick(Erasure).where(col(Erasure.due_at).is_not(None)).order_by(col(Erasure.id))).all():
        due = cast(datetime, row.due_at)
        if due <= now:
            enqueue(session, Job.ERASE_ACCOUNT, now, period=f"{row.id}:{due.isoformat()}", id=row.id)
        elif row.reminded_at is None and due - now <= periods.REMIND_BEFORE:
            row.reminded_at = now
            session.add(row)
            enqueue(session, Job.SEND_RIGHTS_MAIL, now, kind="reminder", id=row.id)
    _watch_unused(session, now)


def _watch_unused(session: Session, now: datetime) -> None:
    """Warn who has not signed in for long, twice, and then begin the deletion with its week of grace."""
    in_office = pick(Role.account_id).where(or_(col(Role.until).is_(None), col(Role.until) > now))
    accounts = session.exec(
        pick(Account)
        .where(
            or_(
                col(Account.active_on) <= now - periods.FIRST_WARNING,
                (col(Account.active_on).is_(None)) & (col(Account.created_at) <= now - periods.FIRST_WARNING),
            ),
            col(Account.is_example).is_(False),
            col(Account.id).not_in(in_office),
            col(Account.id).not_in(pick(Erasure.account_id)),
        )
        .order_by(col(Account.id))
        .limit(1_000)
    ).all()
    for account in accounts:
        number = cast(int, account.id)
        warned = {row.number: row for row in session.exec(pick(InactivityWarning).where(InactivityWarning.account_id == number)).all()}
        at = {one: row.warned_at for one, row in warned.items()}
        step = periods.next_step(account.active_on or account.created_at, at.get(1), at.get(2), now)
        if step in ("first", "second"):
            which = 1 if step == "first" else 2
            row = warned.get(which) or InactivityWarning(account_id=number, number=which, warned_at=now)
            row.warned_at = now
            session.add(row)
            enqueue(session, Job.SEND_RIGHTS_MAIL, now, kind=f"unused-{which}", id=number)
        elif step == "end":
            unused = nobodys_wish(number, now)
            session.add(unused)
            session.flush()
            enqueue(session, Job.ERASE_ACCOUNT, now, id=unused.id)


def clean_up(session: Session, now: datetime) -> frozenset[str]:
    """Delete exports and ended roles that have passed their time; returns the names of the files that still belong to somebody."""
    session.execute(delete(DataExport).where(col(DataExport.expires_at) <= now))
    session.execute(delete(Role).where(col(Role.until) <= now - periods.ROLES_KEPT))
    return frozenset(export_file(row) for row in session.exec(pick(DataExport)).all())
