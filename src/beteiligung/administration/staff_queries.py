"""Read models of the pages on which offices are given."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from beteiligung.administration.staff_rules import may_end_office
from beteiligung.clock import berlin_date
from beteiligung.identity.factor_models import Passkey, SecondFactor
from beteiligung.identity.factor_rules import may_reset
from beteiligung.identity.models import Account, Role
from beteiligung.identity.viewer import Viewer
from beteiligung.places.models import Region


@dataclass(frozen=True)
class Office:
    """One office of one person, as clerks and operators see it."""

    id: int
    account_id: int
    role: str
    region_name: str | None
    name: str
    mail: str
    since: date
    until: date | None
    secured: bool
    """Whether a second factor is set up."""
    may_end: bool
    may_reset: bool


def offices(session: Session, viewer: Viewer, now: datetime, region_id: int | None = None) -> list[Office]:
    """Return the present offices, of one region or of all, with what the viewer may do to each. Two statements."""
    present = or_(col(Role.until).is_(None), col(Role.until) > now)
    passkey = select(col(Passkey.id)).where(col(Passkey.account_id) == col(Role.account_id)).exists()
    app = (
        select(col(SecondFactor.account_id))
        .where(col(SecondFactor.account_id) == col(Role.account_id), col(SecondFactor.totp_confirmed_at).is_not(None))
        .exists()
    )
    statement = (
        select(Role, col(Account.display_name), col(Account.email), col(Region.name), or_(passkey, app))
        .join(Account, col(Account.id) == col(Role.account_id))
        .outerjoin(Region, col(Region.id) == col(Role.region_id))
        .where(present)
        .order_by(col(Region.name), col(Role.name), col(Account.email))
    )
    rows = session.execute(statement if region_id is None else statement.where(col(Role.region_id) == region_id)).all()
    everywhere: dict[int, set[int | None]] = {}
    for account_id, place in session.execute(select(col(Role.account_id), col(Role.region_id)).where(present)).all():
        everywhere.setdefault(account_id, set()).add(place)
    return [
        Office(
            id=role.id or 0,
            account_id=role.account_id,
            role=role.name,
            region_name=region,
            name=name or "",
            mail=mail,
            since=berlin_date(role.since),
            until=berlin_date(role.until) if role.until else None,
            secured=bool(secured),
            may_end=may_end_office(
                role=role.name,
                region_id=role.region_id,
                operator=viewer.operator,
                clerk_of=viewer.clerk_of,
                account_id=viewer.account_id,
                subject_id=role.account_id,
            ),
            may_reset=may_reset(
                operator=viewer.operator,
                clerk_of=viewer.clerk_of,
                account_id=viewer.account_id,
                subject_id=role.account_id,
                subject_regions=frozenset(everywhere[role.account_id]),
            ),
        )
        for role, name, mail, region, secured in rows
    ]
