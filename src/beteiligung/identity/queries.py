"""Read models for sign-in, welcome and account pages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col, func
from sqlmodel import select as pick

from beteiligung.identity.models import Account, LoginSession, SignIn
from beteiligung.places.models import Municipality, Region


@dataclass(frozen=True)
class Home:
    """A municipality somebody may name as home."""

    id: int
    name: str
    region_name: str


@dataclass(frozen=True)
class Profile:
    """What the account page shows of oneself, to oneself. `sessions` counts signed-in browsers."""

    email: str
    display_name: str
    birth_year: int | None
    municipality_id: int | None
    municipality_name: str | None
    region_name: str | None
    created_at: datetime
    sessions: int


@dataclass(frozen=True)
class OpenSignIn:
    """The newest request of a browser: the page that says the mail is under way."""

    id: int
    email: str
    next_path: str
    expires_at: datetime
    used: bool


def homes(session: Session) -> list[Home]:
    """Return all municipalities, by region and name. One statement."""
    rows = session.execute(
        select(col(Municipality.id), col(Municipality.name), col(Region.name))
        .join(Region, col(Region.id) == col(Municipality.region_id))
        .order_by(col(Region.position), col(Region.name), col(Municipality.name))
    ).all()
    return [Home(number, name, region) for number, name, region in rows]


def profile(session: Session, account_id: int) -> Profile | None:
    """Return one's own data. One statement."""
    sessions = select(func.count()).select_from(LoginSession).where(col(LoginSession.account_id) == account_id).scalar_subquery()
    row = session.execute(
        select(
            col(Account.email),
            col(Account.display_name),
            col(Account.birth_year),
            col(Account.municipality_id),
            col(Municipality.name),
            col(Region.name),
            col(Account.created_at),
            sessions,
        )
        .outerjoin(Municipality, col(Municipality.id) == col(Account.municipality_id))
        .outerjoin(Region, col(Region.id) == col(Municipality.region_id))
        .where(col(Account.id) == account_id)
    ).first()
    if row is None:
        return None
    email, name, year, municipality_id, municipality, region, created_at, count = row
    return Profile(email, name or "", year, municipality_id, municipality, region, created_at, count)


def newest_sign_in(session: Session, browser: str | None) -> OpenSignIn | None:
    """Return the newest request for a mail of this browser. No cookie: no statement."""
    if browser is None:
        return None
    row = session.exec(pick(SignIn).where(SignIn.browser == browser).order_by(col(SignIn.id).desc()).limit(1)).first()
    if row is None or row.id is None:
        return None
    return OpenSignIn(row.id, row.email, row.next_path, row.expires_at, row.used_at is not None)
