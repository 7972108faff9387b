"""Kiosk: a device for everybody, in a town hall or library. The flag hangs on the session's cookie, so that no cookie more is needed."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from beteiligung import audit
from beteiligung.identity.models import Draft, LoginSession
from beteiligung.identity.residence_models import Kiosk

IDLE = 60
"""Seconds without input after which somebody is signed out."""
OPEN = timedelta(hours=12)
"""How long a device stays a kiosk: a working day."""
STAY = timedelta(minutes=45)
"""The longest one person is signed in there."""


def may_start_kiosk(*, is_clerk_of_region: bool) -> bool:
    """Whether somebody may turn a device into a kiosk of the region: its clerks."""
    return is_clerk_of_region


def start(session: Session, clerk_account_id: int, session_id: str, region_id: int, now: datetime) -> None:
    """Turn the clerk's browser into a kiosk and sign the clerk out of it."""
    stop(session, session_id)
    session.add(Kiosk(id=session_id, region_id=region_id, until=now + OPEN))
    session.execute(delete(LoginSession).where(col(LoginSession.id) == session_id))
    audit.record(session, "kiosk_started", "device", now, account_id=clerk_account_id, region_id=region_id)


def stop(session: Session, session_id: str) -> None:
    """Make the device an ordinary one again."""
    session.execute(delete(Kiosk).where(col(Kiosk.id) == session_id))


def is_kiosk(session: Session, session_id: str | None, now: datetime) -> bool:
    """Whether a browser is a kiosk. No cookie: no statement."""
    if session_id is None:
        return False
    return session.exec(select(Kiosk.id).where(Kiosk.id == session_id, col(Kiosk.until) > now)).first() is not None


def carry(session: Session, old_session_id: str | None, new_session_id: str, now: datetime) -> None:
    """Let a sign-in at a kiosk stay one: the flag goes over to the new session, which ends after 45 minutes at the latest."""
    if old_session_id is None:
        return
    row = session.exec(select(Kiosk).where(Kiosk.id == old_session_id, col(Kiosk.until) > now)).first()
    if row is None:
        return
    session.add(Kiosk(id=new_session_id, region_id=row.region_id, until=row.until))
    session.delete(row)
    session.flush()
    login = session.get(LoginSession, new_session_id)
    if login is not None:
        login.expires_at = min(login.expires_at, now + STAY)
        session.add(login)


def forget_drafts(session: Session, browser: str | None) -> None:
    """Delete what was typed at the device before signing in."""
    if browser is not None:
        session.execute(delete(Draft).where(col(Draft.browser) == browser))


def clean_up(session: Session, now: datetime) -> None:
    """Forget devices whose day is over."""
    session.execute(delete(Kiosk).where(col(Kiosk.until) <= now))
