"""What comes back by mail pauses an address: the mail is found by its Message-ID, which only its receivers know."""

import hmac
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, select

from beteiligung.db import upsert
from beteiligung.identity.mails import message_key
from beteiligung.identity.models import Account
from beteiligung.notifications import bounces
from beteiligung.notifications.models import Delivery, MailSettings


def take(session: Session, raw: bytes, now: datetime) -> str:
    """Act on one mail that came back; returns what it was: bounce, complaint, passing, or unknown (not about a mail of ours).

    Only a mail that has left, or may have, can come back; a report about any other is a forgery or an accident.
    """
    report = bounces.parse(raw)
    if report is None or not hmac.compare_digest(report.key, message_key(f"delivery:{report.number}")):
        return "unknown"
    delivery = session.get(Delivery, report.number)
    if delivery is None or delivery.state not in ("sent", "unknown", "claimed"):
        return "unknown"
    if report.kind != "passing":
        pause(session, delivery.account_id, report.kind, now)
    return report.kind


def pause(session: Session, account_id: int, because: str, now: datetime) -> None:
    """Mail nothing to this account until its owner says so; the first reason stands."""
    told = session.get(MailSettings, account_id)
    if told is None or told.paused_at is None:
        upsert(session, MailSettings, {"account_id": account_id}, {"paused_at": now, "paused_because": because})


def pause_address(session: Session, email: str, now: datetime) -> None:
    """Pause the account of an address of which a mail server says that it does not exist; nothing where no account has it."""
    found = session.exec(select(Account.id).where(Account.email == email)).first()
    if found is not None:
        pause(session, found, "bounce", now)


def resume(session: Session, account_id: int) -> None:
    """Mail again, as the owner of the account wishes. What came meanwhile stands in the account and is not sent later."""
    told = session.get(MailSettings, account_id)
    if told is not None and told.paused_at is not None:
        told.paused_at, told.paused_because = None, None
        session.add(told)


def read_maildir(folder: Path, limit: int = 500) -> Iterator[tuple[Path, bytes]]:
    """Give the mails of a Maildir that are not read yet, each cut at a megabyte. The caller moves each on when it is done (`seen`)."""
    fresh = folder / "new"
    for name in sorted(os.listdir(fresh))[:limit] if fresh.is_dir() else []:  # noqa: PTH208 - names are enough
        path = fresh / name
        if path.is_symlink() or not path.is_file():
            continue
        with path.open("rb") as file:
            yield path, file.read(bounces.LARGEST)


def seen(path: Path) -> None:
    """Move a mail from `new` to `cur`, marked as seen."""
    target = path.parent.parent / "cur"
    target.mkdir(exist_ok=True)
    path.rename(target / f"{path.name}:2,S")
