"""Read models of the second factor."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, or_, select

from beteiligung.clock import berlin_date
from beteiligung.identity import factor_rules as rules
from beteiligung.identity.factor_models import Passkey, RecoveryCode, SecondFactor
from beteiligung.identity.models import LoginSession, Role
from beteiligung.identity.rules import second_factor_holds


@dataclass(frozen=True)
class Key:
    """A passkey as its owner sees it."""

    id: int
    credential: str
    name: str
    created_on: date
    used_on: date | None


@dataclass(frozen=True)
class Ways:
    """How somebody can give the second factor."""

    keys: tuple[Key, ...]
    app: bool
    codes_left: int
    locked_minutes: int
    """0 where guessing is open."""
    proven: bool
    """Whether it was given in this session and still holds."""
    has_office: bool

    @property
    def has_way(self) -> bool:
        """Whether anything is set up."""
        return bool(self.keys) or self.app

    @property
    def may_enrol(self) -> bool:
        """Whether a way may be added now."""
        return rules.may_enrol(has_office=self.has_office, has_way=self.has_way, proven=self.proven)

    @property
    def may_remove(self) -> bool:
        """Whether one way may be taken away now."""
        return rules.may_remove(passkeys=len(self.keys), app=self.app, proven=self.proven)


def _offices(account_id: int, now: datetime) -> Any:
    return select(Role.id).where(Role.account_id == account_id, or_(col(Role.until).is_(None), col(Role.until) > now))


def has_office(session: Session, account_id: int, now: datetime) -> bool:
    """Whether an account has any office now."""
    return session.exec(_offices(account_id, now)).first() is not None


def ways_of(session: Session, account_id: int, session_id: str, now: datetime) -> Ways:
    """Return what an account has set up, for the session that asks. Three statements."""
    keys = session.exec(select(Passkey).where(Passkey.account_id == account_id).order_by(col(Passkey.id))).all()
    factor = session.get(SecondFactor, account_id)
    codes = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account_id, col(RecoveryCode.used_at).is_(None))
    office = _offices(account_id, now).exists()
    given_at, left, has_office = session.exec(
        select(LoginSession.second_factor_at, codes.scalar_subquery(), office).where(LoginSession.id == session_id)
    ).one()
    locked = factor.locked_until if factor and rules.is_locked(factor.locked_until, now) else None
    return Ways(
        keys=tuple(
            Key(key.id or 0, key.credential, key.name, berlin_date(key.created_on), berlin_date(key.used_on) if key.used_on else None)
            for key in keys
        ),
        app=factor is not None and factor.totp_confirmed_at is not None,
        codes_left=left,
        locked_minutes=-(-int((locked - now).total_seconds()) // 60) if locked else 0,
        proven=second_factor_holds(given_at, now),
        has_office=bool(has_office),
    )
