"""Read models for sign-in, welcome and account pages."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import select
from sqlmodel import Session, col, func
from sqlmodel import select as pick

from beteiligung.clock import berlin_date
from beteiligung.identity.models import Account, Draft, LoginSession, Role, SignIn
from beteiligung.identity.rules import DRAFT_HOLDS, has_mail
from beteiligung.identity.viewer import Viewer
from beteiligung.places.models import Municipality, Region
from beteiligung.places.queries import OPEN

Homes = list[tuple[str, list[tuple[int, str]]]]
"""(region's name, [(id, name) of each municipality]), in the order of the regions."""


@dataclass(frozen=True)
class Profile:
    """What the account page shows of oneself, to oneself. `sessions` counts signed-in browsers."""

    mail: str
    display_name: str
    birth_year: int | None
    municipality_id: int | None
    municipality_name: str | None
    region_name: str | None
    created_on: date
    sessions: int
    ends_on: date | None
    """The last day of an account of a school's project."""
    standing: str
    """confirmed | unconfirmed: whether one's residence is confirmed, at home or where no home is named anywhere."""


@dataclass(frozen=True)
class OpenSignIn:
    """A request for a mail, for the browser that asked."""

    id: int
    email: str
    next_path: str


def homes(session: Session) -> Homes:
    """Return all municipalities of open regions, by region and name. One statement."""
    rows = session.execute(
        select(col(Region.name), col(Municipality.id), col(Municipality.name))
        .join(Municipality, col(Region.id) == col(Municipality.region_id))
        .where(OPEN)
        .order_by(col(Region.position), col(Region.name), col(Municipality.name))
    ).all()
    return [(region, [(number, name) for _region, number, name in group]) for region, group in groupby(rows, key=lambda row: row[0])]


def profile(session: Session, viewer: Viewer) -> Profile | None:
    """Return one's own data. One statement."""
    sessions = select(func.count()).select_from(LoginSession).where(col(LoginSession.account_id) == viewer.account_id).scalar_subquery()
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
            col(Account.ends_on),
        )
        .outerjoin(Municipality, col(Municipality.id) == col(Account.municipality_id))
        .outerjoin(Region, col(Region.id) == col(Municipality.region_id))
        .where(col(Account.id) == viewer.account_id)
    ).first()
    if row is None:
        return None
    email, name, year, municipality_id, municipality, region, created_at, count, ends_on = row
    at_home = viewer.home_region_id in viewer.confirmed_in if viewer.home_region_id else bool(viewer.confirmed_in)
    return Profile(
        mail=email if has_mail(email) else "",
        display_name=name or "",
        birth_year=year,
        municipality_id=municipality_id,
        municipality_name=municipality,
        region_name=region,
        created_on=berlin_date(created_at),
        sessions=count,
        ends_on=ends_on,
        standing="confirmed" if at_home else "unconfirmed",
    )


def newest_sign_in(session: Session, browser: str | None, sign_in_id: int | None = None) -> OpenSignIn | None:
    """Return this browser's newest request for a mail, or the one with this id. No cookie: no statement."""
    if browser is None:
        return None
    statement = pick(SignIn).where(SignIn.browser == browser).order_by(col(SignIn.id).desc()).limit(1)
    row = session.exec(statement if sign_in_id is None else statement.where(SignIn.id == sign_in_id)).first()
    return OpenSignIn(row.id, row.email, row.next_path) if row is not None and row.id is not None else None


def has_draft(session: Session, browser: str | None, now: datetime) -> bool:
    """Whether something typed in this browser waits for signing in. No cookie: no statement."""
    if browser is None:
        return False
    return session.exec(pick(Draft.id).where(Draft.browser == browser, col(Draft.created_at) > now - DRAFT_HOLDS)).first() is not None


def example_people(session: Session) -> list[tuple[str, str]]:
    """Return (role or empty, address) of one example person for each role, for the demonstration's sign-in page."""
    rows = session.execute(
        select(col(Role.name), func.min(col(Account.email)))
        .select_from(Account)
        .outerjoin(Role, col(Role.account_id) == col(Account.id))
        .where(col(Account.is_example))
        .group_by(col(Role.name))
    ).all()
    people = {role or "": email for role, email in rows}
    return [(role, people[role]) for role in ("", "council", "clerk") if role in people]
