"""Browsers that show news (Web Push): remembered, forgotten, and what each wants."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session, col, delete, select

from beteiligung.db import upsert
from beteiligung.errors import Conflict, Invalid
from beteiligung.i18n import _
from beteiligung.notifications import kinds, push
from beteiligung.notifications.models import PUSH_WISHES, PushDevice
from beteiligung.notifications.push import Device

MOST = 10
"""Devices of one account."""


def wanted_by(wish: str, kind: str) -> bool:
    """Whether a device with this wish shows a kind of news: `mine` is what concerns oneself, `all` is everything."""
    return wish == "all" or kinds.KIND[kind].default == "at_once"


def wishes(session: Session, accounts: Iterable[int]) -> dict[int, list[str]]:
    """Return what the devices of these accounts, a few hundred at most, want."""
    found: dict[int, list[str]] = {}
    for account, wish in session.exec(
        select(PushDevice.account_id, PushDevice.wants).where(col(PushDevice.account_id).in_(list(accounts)))
    ).all():
        found.setdefault(account, []).append(wish)
    return found


def of(session: Session, account_id: int) -> list[PushDevice]:
    """Return somebody's devices, oldest first."""
    return list(session.exec(select(PushDevice).where(PushDevice.account_id == account_id).order_by(col(PushDevice.id))).all())


def for_kind(session: Session, account_id: int, kind: str) -> list[PushDevice]:
    """Return somebody's devices that show a kind of news."""
    return [device for device in of(session, account_id) if wanted_by(device.wants, kind)]


def service_of(device: PushDevice) -> str:
    """Return the host of the push service: all that tells devices apart without asking what they are."""
    return urlsplit(device.endpoint).hostname or ""


def remember(session: Session, account_id: int, device: Device, wants: str, now: datetime) -> None:
    """Let a browser show news. One that was somebody else's is theirs no more. Raises Invalid, Conflict (too many)."""
    if wants not in PUSH_WISHES or not push.is_device(device):
        raise Invalid(_("Dieses Gerät konnte nicht angemeldet werden. Laden Sie die Seite neu und versuchen Sie es noch einmal."))
    others = [known for known in of(session, account_id) if known.endpoint != device.endpoint]
    if len(others) >= MOST:
        raise Conflict(_("Mehr als zehn Geräte gehen nicht. Bitte melden Sie zuerst eines ab."))
    values = {"account_id": account_id, "p256dh": device.p256dh, "auth": device.auth, "wants": wants, "created_at": now}
    upsert(session, PushDevice, {"endpoint": device.endpoint}, values)


def forget(session: Session, account_id: int, device_id: int) -> None:
    """Show nothing on a device of somebody's own any more; nothing happens for another's or one that is gone."""
    session.execute(delete(PushDevice).where(col(PushDevice.id) == device_id, col(PushDevice.account_id) == account_id))


def gone(session: Session, endpoints: Iterable[str]) -> None:
    """Forget devices of which their push service says that they take nothing any more."""
    session.execute(delete(PushDevice).where(col(PushDevice.endpoint).in_(list(endpoints))))
