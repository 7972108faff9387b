"""Gathers news into digests: what was written before the morning of its rhythm and has not gone out, once each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import update
from sqlmodel import Session, col, select

from beteiligung.clock import berlin_date
from beteiligung.db import inserting
from beteiligung.notifications import cadence_rules as rules
from beteiligung.notifications import deliveries, preferences
from beteiligung.notifications.models import Digest, Notification
from beteiligung.notifications.preferences import Recipient

_LONGEST = timedelta(days=40)
"""More than any rhythm."""
_SLOWEST_FIRST = ("monthly", "weekly", "daily")


@dataclass(frozen=True)
class _Plan:
    person: Recipient
    cadence: str
    period: date
    news: tuple[int, ...]


def make(session: Session, now: datetime, after: int, limit: int = 200) -> int | None:
    """Make the digests that are due for the next people after an account's number; returns where to go on, None at the end.

    Run again, or by two at once, it makes nothing twice: a digest is unique by person, rhythm and day, and news joins one only
    while it waits.
    """
    accounts = session.exec(
        select(Notification.account_id)
        .distinct()
        .where(Notification.mail == "waiting", Notification.account_id > after)
        .order_by(col(Notification.account_id))
        .limit(limit)
    ).all()
    if not accounts:
        return None
    people = preferences.recipients(session, accounts)
    waiting: dict[int, list[Notification]] = {}
    query = select(Notification).where(Notification.mail == "waiting", col(Notification.account_id).in_(accounts))
    for one in session.exec(query.order_by(col(Notification.id))).all():
        waiting.setdefault(one.account_id, []).append(one)
    recent = (Digest.period >= berlin_date(now) - _LONGEST) | (Digest.cadence == "last")
    rows = session.exec(select(Digest).where(col(Digest.account_id).in_(accounts), recent)).all()
    made = {(row.account_id, row.cadence, row.period) for row in rows}
    plans, unwanted = [], []
    for account, news in waiting.items():
        plan, dropped = _plan(people[account], news, made, now)
        unwanted += dropped
        if plan:
            plans.append(plan)
    _write(session, plans, now)
    _move(session, unwanted, None)
    return accounts[-1]


def _plan(person: Recipient, news: list[Notification], made: set[tuple[int, str, date]], now: datetime) -> tuple[_Plan | None, list[int]]:
    """Return the digest due for one person, if any, and the numbers of what they do not want any more."""
    numbers = [cast(int, one.id) for one in news]
    if person.paused:
        return None, numbers
    if rules.interest(person.last_seen, now) == "none":
        last = (person.account_id, "last", berlin_date(person.last_seen))
        wanted = [cast(int, one.id) for one in news if person.choice(one.kind).mail != "never"]
        if last in made or not wanted:
            return None, numbers
        return _Plan(person, "last", last[2], tuple(wanted)), [number for number in numbers if number not in wanted]
    unwanted: list[int] = []
    due: dict[str, list[int]] = {}
    for one in news:
        cadence = person.cadence(one.kind, now)
        if cadence == "never":
            unwanted.append(cast(int, one.id))
            continue
        cadence = "daily" if cadence == "at_once" else cadence  # chosen after it happened
        moment = rules.boundary(cadence, now, person.weekday)
        if one.created_at < moment and (person.account_id, cadence, moment.date()) not in made:
            due.setdefault(cadence, []).append(cast(int, one.id))
    for cadence in _SLOWEST_FIRST:  # what is due on one morning comes as one mail
        if cadence in due:
            period = rules.boundary(cadence, now, person.weekday).date()
            return _Plan(person, cadence, period, tuple(number for some in due.values() for number in some)), unwanted
    return None, unwanted


def _write(session: Session, plans: list[_Plan], now: datetime) -> None:
    """Write digests, their news and their deliveries; where another one made the digest meanwhile, the news waits on."""
    if not plans:
        return
    rows = [{"account_id": plan.person.account_id, "cadence": plan.cadence, "period": plan.period, "made_at": now} for plan in plans]
    statement = inserting(session)(Digest).values(rows).on_conflict_do_nothing(index_elements=["account_id", "cadence", "period"])
    numbers: dict[int, int] = dict(session.execute(statement.returning(col(Digest.account_id), col(Digest.id))).all())
    things = []
    for plan in plans:
        digest = numbers.get(plan.person.account_id)
        if digest is not None:
            _move(session, plan.news, digest)
            things.append((digest, plan.person))
    deliveries.create(session, "digest_id", things, now)


def _move(session: Session, numbers: Iterable[int], digest: int | None) -> None:
    numbers = list(numbers)
    state = "declined" if digest is None else "digest"
    for start in range(0, len(numbers), 500):
        session.execute(
            update(Notification)
            .where(col(Notification.id).in_(numbers[start : start + 500]), col(Notification.mail) == "waiting")
            .values(mail=state, digest_id=digest)
        )
