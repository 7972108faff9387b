"""Writes what a push shows: the line of a piece of news and where it leads, nothing else. Reads only."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from beteiligung.i18n import localized, speaking
from beteiligung.notifications import deliveries, devices, letters, preferences
from beteiligung.notifications.models import Delivery
from beteiligung.notifications.push import Device

_LONGEST = 300
"""Letters of the line; devices show fewer."""


@dataclass(frozen=True)
class Parcel:
    """One piece of news for all devices that want it. `topic` lets push service and device replace an older one of the same news."""

    text: bytes
    topic: str
    news: frozenset[int]
    devices: tuple[Device, ...]


def parcel(session: Session, delivery_id: int, now: datetime) -> Parcel | None:
    """Return the push of a delivery as things are now; None where nothing is to be shown."""
    delivery = session.get(Delivery, delivery_id)
    person = preferences.of(session, delivery.account_id) if delivery else None
    if delivery is None or person is None or delivery.state != "pending" or delivery.not_before > now:
        return None
    news = deliveries.wanted(session, delivery, person, now)
    if not news:
        return None
    one = news[0]
    with speaking(person.language):
        line = letters.line(one)
    shown = {
        "title": line[:_LONGEST],
        "lang": person.language,
        "url": localized(f"/konto/neues/{one.id}", person.language),
        "tag": f"n{one.id}",
    }
    found = devices.for_kind(session, delivery.account_id, one.kind)
    return Parcel(
        json.dumps(shown, ensure_ascii=False).encode(),
        f"n{one.id}",
        frozenset(one.id for one in news if one.id is not None),
        tuple(Device(device.endpoint, device.p256dh, device.auth) for device in found),
    )
