"""The only writer of roles: who may do what beyond taking part, each change in the audit log; and who holds one."""

from datetime import datetime
from typing import cast

from sqlmodel import Session, col, or_, select

from beteiligung import audit
from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.identity import rules
from beteiligung.identity.logins import account_for
from beteiligung.identity.models import ROLES, Account, Role


def in_office(session: Session, region_id: int, role: str, now: datetime) -> set[int]:
    """Return the accounts that hold this role of the region now."""
    return set(
        session.exec(
            select(Role.account_id).where(
                Role.region_id == region_id,
                Role.name == role,
                col(Role.since) <= now,
                or_(col(Role.until).is_(None), col(Role.until) > now),
            )
        ).all()
    )


def create_staff(
    session: Session, email: str, region_id: int | None, role: str, now: datetime, *, display_name: str | None = None, by: int | None = None
) -> Account:
    """Give an address an account (where it has none) and a role; an operator's has no region. Raises Invalid."""
    address = rules.clean_email(email)
    if address is None:
        raise Invalid(_("Das ist keine Mailadresse."), {"email": _("Das ist keine Mailadresse.")})
    account = account_for(session, address, now)
    if display_name and not account.display_name:
        account.display_name = rules.clean_name(display_name)
        session.add(account)
    grant_role(session, cast(int, account.id), region_id, role, now, by=by)
    return account


def grant_role(
    session: Session,
    account_id: int,
    region_id: int | None,
    role: str,
    now: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    by: int | None = None,
) -> None:
    """Give a role from now on (or a later moment), or change its end. Raises Invalid for an unknown role or one without its region."""
    if role not in ROLES or (role == "operator") != (region_id is None):
        raise Invalid(_("Diese Rolle gibt es so nicht."))
    row = session.exec(select(Role).where(Role.account_id == account_id, Role.name == role, Role.region_id == region_id)).first()
    if row is None:
        row = Role(account_id=account_id, region_id=region_id, name=role, since=since or now)
    elif row.until is not None and row.until <= now:
        row.since = since or now
    row.until = until
    session.add(row)
    audit.record(session, "role_granted", f"account:{account_id}", now, account_id=by, region_id=region_id, role=role)


def end_role(session: Session, account_id: int, region_id: int | None, role: str, now: datetime, *, by: int | None = None) -> None:
    """End a role at once; the sessions stay, their rights are read with every request."""
    row = session.exec(select(Role).where(Role.account_id == account_id, Role.name == role, Role.region_id == region_id)).first()
    if row and (row.until is None or row.until > now):
        row.until = now
        session.add(row)
        audit.record(session, "role_ended", f"account:{account_id}", now, account_id=by, region_id=region_id, role=role)
