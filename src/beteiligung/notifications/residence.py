"""News about one's own confirmed residence: it ends soon, or it has ended."""

from datetime import datetime

from sqlmodel import Session

from beteiligung.identity import residence
from beteiligung.notifications.service import write


def remind(session: Session, now: datetime) -> int:
    """Tell everybody whose confirmation ends within 30 days, and those for whom it just has; once each. Returns how many."""
    told = 0
    for one in residence.expiring(session, now):
        day = f"{one.until.day}.{one.until.month}.{one.until.year}"
        told += write(
            session,
            [one.account_id],
            event=f"residence:{one.region_slug}:{one.until}",
            sentence="residence_ends",
            words={"region": one.region_name, "day": day},
            path="/konto/wohnsitz",
            now=now,
        )
    for one in residence.expired(session, now):
        told += write(
            session,
            [one.account_id],
            event=f"residence-ended:{one.region_slug}:{one.until}",
            sentence="residence_ended",
            words={"region": one.region_name},
            path="/konto/wohnsitz",
            now=now,
        )
    return told
