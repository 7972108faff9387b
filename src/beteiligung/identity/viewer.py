"""The signed-in person of a request, as the database knows them now."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, literal, or_, select
from sqlmodel import Session, col

from beteiligung.identity import rules
from beteiligung.identity.models import Account, LoginSession, Residence, Role
from beteiligung.identity.residence_models import Kiosk
from beteiligung.places.models import Municipality, Region
from beteiligung.settings import settings
from beteiligung.web.http import keyed_hash

UNREAD: list[ColumnElement[int]] = []
"""Counts a person's unread news, correlated to Account. The room above puts it here, so that it rides along in the one statement."""


@dataclass(frozen=True)
class Viewer:
    """The signed-in person of one request, read by one statement. Roles and residences are those valid now."""

    account_id: int
    display_name: str
    """Empty until chosen."""
    session_id: str = field(repr=False)
    """The session's key in the database, a hash of the cookie."""
    needs_second_factor: bool
    """Whether this person has an office and has not yet given the second factor: until then no office counts."""
    clerk_of: frozenset[int]
    council_of: frozenset[int]
    operator: bool
    confirmed_in: frozenset[int]
    home_region_id: int | None
    welcome_done: bool
    is_example: bool
    birth_year: int | None = field(repr=False)
    """Private: for the minimum age of a region, see `is_old_enough`."""
    seen_on: date
    unread: int = 0
    """Pieces of news that the account shows and nobody has read yet."""
    works_for: frozenset[int] = frozenset()
    """Regions whose clerk this person is, second factor or not: what clerks may not do they may not do without it either."""
    kiosk: bool = False
    """Whether this browser is a device for everybody, see `kiosk`."""

    def csrf_token(self) -> str:
        """Return a token for forms: random salt and HMAC(session, salt), different on every page."""
        salt = secrets.token_hex(8)
        return f"{salt}.{keyed_hash('csrf', self.session_id, salt)}"

    def accepts(self, token: str) -> bool:
        """Whether a form's token belongs to this session; takes the same time whatever is wrong."""
        salt, _dot, mac = token.partition(".")
        return hmac.compare_digest(mac.encode(), keyed_hash("csrf", self.session_id, salt).encode())

    def is_staff_of(self, region_id: int) -> bool:
        """Whether this person is a clerk of the region."""
        return region_id in self.clerk_of

    def is_barred_as_staff(self, region_id: int) -> bool:
        """Whether this person must not take part in the region like a resident, being its clerk, whatever the second factor."""
        return region_id in self.works_for

    def is_council_of(self, region_id: int) -> bool:
        """Whether this person sits in the region's Bürgerrat now."""
        return region_id in self.council_of

    def is_old_enough(self, min_age: int, now: datetime) -> bool:
        """Whether this person has the minimum age (years) of a region."""
        return self.birth_year is not None and rules.is_old_enough(self.birth_year, min_age, now)


def viewer_by_id(session: Session, key: str, now: datetime) -> Viewer | None:
    """Return the person of a session's key where the session still holds. One statement."""
    rows = session.execute(
        select(
            col(LoginSession.created_at),
            col(LoginSession.seen_on),
            col(LoginSession.expires_at),
            col(LoginSession.second_factor_at),
            col(Account.id).label("account_id"),
            col(Account.display_name),
            col(Account.birth_year),
            col(Account.terms_version),
            col(Account.is_example),
            col(Municipality.region_id).label("home"),
            col(Region.min_age),
            col(Role.name).label("role"),
            col(Role.region_id).label("role_in"),
            col(Residence.region_id).label("confirmed_in"),
            select(col(Kiosk.id)).where(col(Kiosk.id) == key, col(Kiosk.until) > now).exists().label("kiosk"),
            (UNREAD[0] if UNREAD else literal(0)).label("unread"),
        )
        .select_from(LoginSession)
        .join(Account, col(Account.id) == col(LoginSession.account_id))
        .outerjoin(Municipality, col(Municipality.id) == col(Account.municipality_id))
        .outerjoin(Region, col(Region.id) == col(Municipality.region_id))
        .outerjoin(
            Role,
            and_(
                col(Role.account_id) == col(Account.id),
                col(Role.since) <= now,
                or_(col(Role.until).is_(None), col(Role.until) > now),
            ),
        )
        .outerjoin(
            Residence,
            and_(col(Residence.account_id) == col(Account.id), col(Residence.confirmed_at) <= now, col(Residence.until) > now),
        )
        .where(col(LoginSession.id) == key)
    ).all()
    if not rows:
        return None
    one = rows[0]
    roles = {(row.role, row.role_in) for row in rows if row.role}
    operator = any(name == "operator" for name, _region in roles)
    clerk_of = frozenset(region for name, region in roles if name == "clerk")
    if not rules.session_holds(
        created_at=one.created_at, seen_on=one.seen_on, expires_at=one.expires_at, staff=operator or bool(clerk_of), now=now
    ):
        return None
    missing = bool(roles) and settings().second_factor and not rules.second_factor_holds(one.second_factor_at, now)
    return Viewer(
        account_id=one.account_id,
        display_name=one.display_name or "",
        session_id=key,
        needs_second_factor=missing,
        clerk_of=frozenset() if missing else clerk_of,
        works_for=clerk_of,
        council_of=frozenset() if missing else frozenset(region for name, region in roles if name == "council"),
        operator=operator and not missing,
        confirmed_in=frozenset(row.confirmed_in for row in rows if row.confirmed_in is not None),
        home_region_id=one.home,
        welcome_done=rules.welcome_is_done(
            display_name=one.display_name, birth_year=one.birth_year, terms_version=one.terms_version, min_age=one.min_age, now=now
        ),
        is_example=one.is_example,
        birth_year=one.birth_year,
        seen_on=one.seen_on.date(),
        unread=one.unread,
        kiosk=bool(one.kiosk),
    )
