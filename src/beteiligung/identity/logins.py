"""The only writer of sessions: opened with a new id at every sign-in and second factor, ended one by one or all at once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, or_, select

from beteiligung.i18n import said
from beteiligung.identity import kiosk, rules
from beteiligung.identity.models import ROLES, Account, LoginSession, Role, SignIn
from beteiligung.identity.session import hashed
from beteiligung.jobs import Job, enqueue
from beteiligung.places.models import Municipality, Region
from beteiligung.settings import settings


@dataclass(frozen=True)
class SignedIn:
    """A fresh session: `secret` goes into the cookie and nowhere else; it holds for `holds`."""

    account_id: int
    secret: str
    holds: timedelta
    next_path: str
    welcome_done: bool
    second_factor: bool
    """Whether an office of this account asks for a second factor now."""


def start(session: Session, account: Account, now: datetime, *, old_session: str | None, next_path: str) -> SignedIn:
    """Open a session for somebody who has shown who they are; `old_session` (the browser's present one) ends."""
    if old_session:
        sign_out(session, old_session)
    account.active_on = now.replace(hour=0, minute=0, second=0, microsecond=0)
    session.add(account)
    secret, holds = open_session(session, cast(int, account.id), now)
    kiosk.carry(session, old_session, hashed(secret), now)
    region = region_of(session, account.municipality_id)
    done = rules.welcome_is_done(
        display_name=account.display_name,
        birth_year=account.birth_year,
        terms_version=account.terms_version,
        min_age=region.min_age if region else None,
        now=now,
    )
    if words := said():  # for the mails to come; whoever has chosen a language keeps it
        enqueue(session, Job.KEEP_LANGUAGE, now, account=cast(int, account.id), **words)
    asked = settings().second_factor and _has_office(session, cast(int, account.id), now)
    return SignedIn(cast(int, account.id), secret, holds, next_path, done, asked)


def account_for(session: Session, email: str, now: datetime) -> Account:
    """Return the account of an address, made where there is none."""
    find = select(Account).where(Account.email == email)
    if account := session.exec(find).first():
        return account
    try:
        with session.begin_nested():
            account = Account(email=email, created_at=now)
            session.add(account)
    except IntegrityError:  # signed in for the first time in two places at once
        account = session.exec(find).one()
    return account


def _has_office(session: Session, account_id: int, now: datetime, names: tuple[str, ...] = ROLES) -> bool:
    return (
        session.exec(
            select(Role.id).where(
                Role.account_id == account_id, col(Role.name).in_(names), or_(col(Role.until).is_(None), col(Role.until) > now)
            )
        ).first()
        is not None
    )


def open_session(session: Session, account_id: int, now: datetime) -> tuple[str, timedelta]:
    """Open a session with a new random secret; returns the secret and how long the cookie holds."""
    staff = _has_office(session, account_id, now, ("clerk", "operator"))
    holds = rules.STAFF_SESSION_HOLDS if staff else rules.SESSION_HOLDS
    secret = secrets.token_urlsafe(32)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    session.add(LoginSession(id=hashed(secret), account_id=account_id, created_at=now, seen_on=today, expires_at=now + holds))
    return secret, holds


def sign_out(session: Session, session_id: str) -> None:
    """End one session by its key."""
    session.execute(delete(LoginSession).where(col(LoginSession.id) == session_id))


def sign_out_everywhere(session: Session, account_id: int) -> None:
    """End every session of an account and every sign-in mail still under way."""
    session.execute(delete(LoginSession).where(col(LoginSession.account_id) == account_id))
    email = select(Account.email).where(Account.id == account_id).scalar_subquery()
    session.execute(delete(SignIn).where(col(SignIn.email) == email, col(SignIn.used_at).is_(None)))


def region_of(session: Session, municipality_id: int | None) -> Region | None:
    """Return the region of a municipality, None without one."""
    if municipality_id is None:
        return None
    return session.exec(
        select(Region).join(Municipality, col(Municipality.region_id) == col(Region.id)).where(Municipality.id == municipality_id)
    ).first()


def renew_session(session: Session, session_id: str, now: datetime) -> str:
    """Give a session a new id because the second factor was given; its end stays. Returns the cookie's secret."""
    secret = secrets.token_urlsafe(32)
    old = session.get_one(LoginSession, session_id)
    values = old.model_dump() | {"id": hashed(secret), "second_factor_at": now}
    session.add(LoginSession(**values))
    session.flush()
    kiosk.carry(session, session_id, hashed(secret), now)
    sign_out(session, session_id)
    return secret
