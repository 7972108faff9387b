"""Cards for schools: a code opens one account without a mail address, unconfirmed, until the project ends. Never commits."""

import secrets
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, update
from sqlmodel import Session, col, select

from beteiligung.clock import berlin_date
from beteiligung.identity import codes, logins, rules
from beteiligung.identity.models import Account
from beteiligung.identity.residence_models import PrintRun, SchoolCode
from beteiligung.identity.rights_models import Erasure, nobodys_wish

_PURPOSE = "school-code"
MOST_CARDS = 400
LONGEST_PROJECT = 366
"""Days."""


def add_cards(session: Session, run: PrintRun, number: int) -> list[str]:
    """Add so many cards and return their codes; they hold till the project ends."""
    ends_on = date.fromisoformat(run.content["ends_on"])
    rows = [
        SchoolCode(
            run_id=cast(int, run.id), region_id=run.region_id, nonce=secrets.token_urlsafe(18), ends_on=ends_on, expires_at=run.codes_until
        )
        for _number in range(number)
    ]
    session.add_all(rows)
    session.flush()
    return [codes.code_of(_PURPOSE, cast(int, row.id), row.nonce) for row in rows]


def forget_cards(session: Session, run_id: int) -> None:
    """Delete the cards of a run that is made anew: paper nobody has."""
    session.execute(delete(SchoolCode).where(col(SchoolCode.run_id) == run_id, col(SchoolCode.used_on).is_(None)))


def use_card(session: Session, typed: str, now: datetime) -> Account | None:
    """Open the account of a card, once; None where the code is wrong, used or too old. Nothing says which account a card opened."""
    code = codes.typed_code(typed)
    number = codes.row_of(code) if code else None
    row = session.get(SchoolCode, number) if number else None
    if code is None or row is None or not codes.is_right(code, _PURPOSE, cast(int, row.id), row.nonce):
        return None
    used = session.execute(
        update(SchoolCode)
        .where(col(SchoolCode.id) == row.id, col(SchoolCode.used_on).is_(None), col(SchoolCode.expires_at) > now)
        .values(used_on=berlin_date(now))
    )
    if cast(CursorResult[Any], used).rowcount != 1:
        return None
    account = Account(email=rules.address_without_mail(secrets.token_hex(12)), ends_on=row.ends_on, created_at=now)
    session.add(account)
    session.flush()
    return account


def end_accounts(session: Session, now: datetime) -> int:
    """Have the accounts deleted whose project is over; returns how many. Words and votes stay, without anybody behind them."""
    over = session.exec(
        select(Account.id).where(col(Account.ends_on) < berlin_date(now), col(Account.id).not_in(select(Erasure.account_id)))
    ).all()
    for account_id in over:
        session.add(nobodys_wish(cast(int, account_id), now))
        logins.sign_out_everywhere(session, cast(int, account_id))
    return len(over)


def clean_up(session: Session, now: datetime) -> None:
    """Delete cards that have run out."""
    session.execute(delete(SchoolCode).where(col(SchoolCode.expires_at) <= now))
