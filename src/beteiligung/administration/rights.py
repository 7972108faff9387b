"""People's rights, put together from what each room offers: the archive of one's data, and the end of an account."""

import json
import logging
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, delete, select

from beteiligung import audit
from beteiligung.administration import erasure_list
from beteiligung.administration.erasure_list import Choices
from beteiligung.administration.rights_words import sections
from beteiligung.catalogue.models import ImportRun
from beteiligung.council import rights as council
from beteiligung.exports import service as exports
from beteiligung.files import own_folder, write_whole
from beteiligung.identity import demographics
from beteiligung.identity import retention_rules as periods
from beteiligung.identity import rights as identity
from beteiligung.identity.models import Account
from beteiligung.identity.rights_models import DataExport, Erasure
from beteiligung.moderation import rights as moderation
from beteiligung.notifications.models import Digest, Notification
from beteiligung.participation import rights as participation
from beteiligung.participation import service as participation_service
from beteiligung.places.models import BarrierReport
from beteiligung.settings import settings
from beteiligung.web.render import render

log = logging.getLogger(__name__)

ERASERS: list[Callable[[Session, int, datetime], None]] = []
"""What rooms above identity and beside participation add: each takes a person out of itself."""
TELLERS: list[Callable[[Session, int], dict[str, list[dict[str, Any]]]]] = []
"""What rooms add to the archive beyond rows that carry the account's number."""

_IN_THE_MAKING = timedelta(hours=1)
"""So long a worker may need for an archive whose row is not there yet for another process to see."""
_TOLD_BY_PARTICIPATION = frozenset({"comment", "follow"})


def personal_data(session: Session, account_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return everything about a person by subject, from all rooms. Raises NotFound."""
    data = identity.personal_data(session, account_id, told_elsewhere=_TOLD_BY_PARTICIPATION)
    data |= participation_service.personal_data(session, account_id)
    email = session.get_one(Account, account_id).email
    reports = session.exec(select(BarrierReport).where(BarrierReport.contact == email)).all()
    data["barrier_report"] = [{"text": row.text, "page": row.page, "created_at": row.created_at} for row in reports]
    answers = demographics.personal_data(session, account_id)
    data["demographic"] = [answers] if any(answers.values()) else []
    for tell in TELLERS:
        data |= tell(session, account_id)
    return {name: rows for name, rows in data.items() if rows}


def archive(data: dict[str, list[dict[str, Any]]], now: datetime) -> bytes:
    """Return a ZIP of the same data twice: for people (HTML, opens anywhere) and for programs (JSON)."""
    told = {"made_at": now, "site": settings().base_url, **data}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("meine-daten.html", render("administration/own_data_archive.html", made_at=now, sections=sections(data)))
        file.writestr("meine-daten.json", json.dumps(told, ensure_ascii=False, indent=2, default=_plain))
    return packed.getvalue()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def exports_folder() -> Path:
    """Return where the archives lie, each for a week."""
    return settings().var / "exports"


def write_archive(row: DataExport, content: bytes) -> None:
    """Write the file of an export, whole or not at all; nobody else on this machine may read it."""
    write_whole(own_folder(exports_folder()) / identity.export_file(row), content)


def forget_archive(row: DataExport) -> None:
    """Delete the file of an export."""
    (exports_folder() / identity.export_file(row)).unlink(missing_ok=True)


# The end of an account


def erase_due(session: Session, erasure_id: int, now: datetime) -> bool:
    """Erase the account of a wish whose day has come; tells whether it did. A wish taken back erases nobody."""
    row = session.get(Erasure, erasure_id)
    if row is None or row.due_at is None or row.due_at > now:
        return False
    account = session.get_one(Account, row.account_id)
    unasked = row.confirmed_at is not None and row.confirmed_at == row.due_at  # a wish of one's own has a week of grace
    if unasked and account.active_on and account.active_on >= _day_of(row.due_at):
        session.delete(row)  # ended for not being used, and used at that very moment
        return False
    erase_account(session, account, Choices(row.keep_comments, row.keep_votes), now)
    return True


def _day_of(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def erase_account(session: Session, account: Account, choices: Choices, now: datetime) -> None:
    """Take a person out of every room, of the audit log and of var/exports, and write them on the list of the erased."""
    account_id = account.id or 0
    for export in session.exec(select(DataExport).where(DataExport.account_id == account_id)).all():
        forget_archive(export)
    for erase in ERASERS:
        erase(session, account_id, now)
    session.execute(update(BarrierReport).where(col(BarrierReport.contact) == account.email).values(contact=""))
    exports.erase(session, account_id, now)
    council.erase(session, account_id, now)
    moderation.erase(session, account_id, now)
    participation.erase(session, account_id, now, keep_comments=choices.keep_comments, keep_votes=choices.keep_votes)
    erasure_list.note(account, choices, now)
    demographics.erase(session, account_id)
    identity.erase(session, account_id, now)
    audit.record(session, "account_erased", "account", now)


def cancel_erasure(session: Session, account_id: int, now: datetime) -> bool:
    """Keep the account after all; tells whether there was a wish to delete it."""
    erasure_list.take_back(session.get_one(Account, account_id), now)
    return identity.cancel_erasure(session, account_id)


def replay(session: Session, now: datetime) -> int:
    """Erase again who was erased before, after a backup was restored; returns how many came back with it."""
    gone = erasure_list.erased()
    if not gone:
        return 0
    back = [account for account in session.exec(select(Account).order_by(col(Account.id))).all() if erasure_list.key_of(account) in gone]
    for account in back:
        erase_account(session, account, gone[erasure_list.key_of(account)], now)
    return len(back)


# Periods


def clean_up(session: Session, now: datetime) -> None:
    """Delete what has passed its time in all rooms, with its files."""
    _clean_exports(identity.clean_up(session, now), now)
    for model, moment, kept in (
        (Notification, Notification.created_at, periods.NOTIFICATIONS_KEPT),  # with its delivery
        (Digest, Digest.made_at, periods.NOTIFICATIONS_KEPT),
        (BarrierReport, BarrierReport.created_at, periods.BARRIER_REPORTS_KEPT),
    ):
        session.execute(delete(model).where(col(moment) <= now - kept))
    moderation.clean_up(session, now)
    _clean_uploads(session, now)


def _clean_exports(needed: frozenset[str], now: datetime) -> None:
    """Delete archives that belong to nobody: old ones, and what a worker left that died or was overtaken by an erasure."""
    for path in sorted(exports_folder().iterdir()) if exports_folder().is_dir() else []:
        is_new = path.stat().st_mtime > (now - _IN_THE_MAKING).timestamp()
        if path.name not in needed and not is_new:
            path.unlink(missing_ok=True)


def _clean_uploads(session: Session, now: datetime) -> None:
    """Delete uploaded files that no run still reads and that are older than their period."""
    needed = set(session.exec(select(ImportRun.sha256).where(col(ImportRun.state).not_in(("done", "failed")))).all())
    folder = settings().var / "uploads"
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name[:64] not in needed and path.stat().st_mtime <= (now - periods.UPLOADS_KEPT).timestamp():
            path.unlink(missing_ok=True)
