"""One mail for one thing: made with the news, claimed just before its text leaves, recorded after the server's answer.

A state is changed here and nowhere else. What was claimed and never recorded is `unknown`: the process ended while the
server was to answer. Nothing unknown is sent again but legal notices, with the same Message-ID.
"""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, func, select

from beteiligung.db import inserting
from beteiligung.jobs import Job, enqueue, enqueue_many
from beteiligung.notifications import cadence_rules as rules
from beteiligung.notifications import devices, kinds, preferences, returns
from beteiligung.notifications.models import Delivery, Digest, Notification
from beteiligung.notifications.preferences import Recipient
from beteiligung.participation.models import Comment

_CHUNK = 500


def create(session: Session, of: str, things: Iterable[tuple[int, Recipient]], now: datetime, channel: str = "mail") -> int:
    """Make the deliveries of notifications or digests (`of` is notification_id or digest_id) and queue them; returns how many are new."""
    rows = [
        {
            "account_id": person.account_id,
            of: number,
            "channel": channel,
            "state": "pending",
            "reason": "",
            "attempts": 0,
            "created_at": now,
            "not_before": rules.after_quiet(now, person.quiet_from, person.quiet_until),
        }
        for number, person in things
    ]
    job = _job(channel, digest=of == "digest_id")
    made: list[tuple[datetime, dict[str, Any]]] = []
    for start in range(0, len(rows), _CHUNK):
        statement = inserting(session)(Delivery).values(rows[start : start + _CHUNK]).on_conflict_do_nothing()
        found = session.execute(statement.returning(col(Delivery.id), col(Delivery.not_before))).all()
        made += [(due, {"id": number}) for number, due in found]
    enqueue_many(session, job, now, made)
    return len(made)


def _job(channel: str, *, digest: bool) -> Job:
    if channel == "push":
        return Job.DELIVER_PUSH
    return Job.SEND_DIGEST if digest else Job.DELIVER_MAIL


def items(session: Session, delivery: Delivery) -> list[Notification]:
    """Return the news a delivery is about, oldest first."""
    mine = (
        Notification.id == delivery.notification_id
        if delivery.notification_id is not None
        else Notification.digest_id == delivery.digest_id
    )
    return list(session.exec(select(Notification).where(mine).order_by(col(Notification.id))).all())


def wanted(session: Session, delivery: Delivery, person: Recipient, now: datetime) -> list[Notification]:
    """Return what of it may go out now: still wanted by mail, in this rhythm, and still there to be read."""
    found = items(session, delivery)
    numbers = [int(one.event.partition(":")[2]) for one in found if one.event.startswith("comment:")]
    gone = (
        set(
            session.exec(
                select(Comment.id).where(
                    col(Comment.id).in_(numbers), (col(Comment.withdrawn_at).is_not(None)) | (col(Comment.hidden_at).is_not(None))
                )
            ).all()
        )
        if numbers
        else set()
    )
    left = [one for one in found if not one.event.startswith("comment:") or int(one.event.partition(":")[2]) not in gone]
    if delivery.channel == "push":
        return [one for one in left if devices.for_kind(session, delivery.account_id, one.kind) and one.in_account and not one.read_at]
    if delivery.digest_id is not None:
        return [one for one in left if person.choice(one.kind).mail != "never"]
    return [one for one in left if person.cadence(one.kind, now) == "at_once"]


def is_open(delivery: Delivery, found: list[Notification]) -> bool:
    """Whether it may be sent (again): pending, or an unknown legal notice that has not been sent too often."""
    legal = delivery.channel == "mail" and any(kinds.KIND[one.kind].legal for one in found)
    return delivery.state == "pending" or (delivery.state == "unknown" and legal and delivery.attempts < rules.MOST_SENDINGS)


def claim(session: Session, delivery_id: int, expected: frozenset[int], now: datetime) -> bool:
    """Take the right to send, in a transaction of its own just before the text leaves.

    `expected` are the numbers of the news in the text. Where nothing may be sent any more the delivery is skipped, and where
    less may be sent than the text says it stays as it is, to be written anew: both return False.
    """
    delivery = session.exec(select(Delivery).where(Delivery.id == delivery_id).with_for_update()).first()
    if delivery is None or delivery.state not in ("pending", "unknown") or delivery.not_before > now:
        return False
    found = items(session, delivery)
    person = preferences.of(session, delivery.account_id)
    if person is None or not is_open(delivery, found):
        return False
    left = wanted(session, delivery, person, now)
    if reason := _why_not(session, delivery, person, left):
        if delivery.state == "unknown":  # it may have arrived, and that stays said
            return False
        _skip(session, delivery, found, person, reason, now)
        return False
    if {one.id for one in left} != expected:
        _decline(session, [one for one in found if one not in left])
        return False
    taken = session.execute(
        update(Delivery)
        .where(col(Delivery.id) == delivery_id, col(Delivery.state) == delivery.state, col(Delivery.attempts) == delivery.attempts)
        .values(state="claimed", claimed_at=now, done_at=None, attempts=delivery.attempts + 1)
    )
    return cast(CursorResult[Any], taken).rowcount == 1


def note_lost(session: Session, delivery_id: int, now: datetime) -> None:
    """Say of a delivery that an earlier attempt claimed and never recorded that nobody knows whether it was sent."""
    delivery = session.exec(select(Delivery).where(Delivery.id == delivery_id).with_for_update()).first()
    if delivery is not None and delivery.state == "claimed":
        record(session, delivery_id, "unknown", now, "the worker ended while the server was to answer")


def _why_not(session: Session, delivery: Delivery, person: Recipient, left: list[Notification]) -> str | None:
    if person.paused and delivery.channel == "mail":
        return person.paused
    if left:
        return None
    digest = session.get(Digest, delivery.digest_id) if delivery.digest_id is not None else None
    return None if digest is not None and digest.cadence == "last" else "not wanted any more"


def _skip(session: Session, delivery: Delivery, found: list[Notification], person: Recipient, reason: str, now: datetime) -> None:
    """Send nothing. News of a kind that comes gathered since then waits for the next digest."""
    delivery.state, delivery.reason, delivery.done_at = "skipped", reason, now
    session.add(delivery)
    if delivery.channel != "mail":
        return
    moved = [one for one in found if delivery.digest_id is None and person.cadence(one.kind, now) not in ("at_once", "never")]
    moved = [] if person.paused else moved
    for one in moved:
        one.mail = "waiting"
        session.add(one)
    _decline(session, [one for one in found if one not in moved])


def _decline(session: Session, unwanted: list[Notification]) -> None:
    for one in unwanted:
        one.mail, one.digest_id = "declined", None
        session.add(one)


def record(session: Session, delivery_id: int, outcome: str, now: datetime, words: str = "", *, no_mailbox: bool = False) -> None:
    """Write down how the sending ended: sent, refused, unknown, or deferred (tried again later, for three days, then given up)."""
    delivery = session.exec(select(Delivery).where(Delivery.id == delivery_id).with_for_update()).first()
    if delivery is None or delivery.state not in ("pending", "claimed"):
        return
    if outcome == "deferred":
        _defer(session, delivery, now, words)
    else:
        delivery.state, delivery.reason, delivery.done_at = outcome, words[:500], now
    session.add(delivery)
    session.flush()
    if no_mailbox:  # the server says now what a bounce would say later
        returns.pause(session, delivery.account_id, "bounce", now)
    if outcome == "unknown" and is_open(delivery, items(session, delivery)):
        delivery.not_before = now + rules.RESEND_AFTER
        enqueue(session, Job.DELIVER_MAIL, now, not_before=delivery.not_before, id=delivery_id)


def _defer(session: Session, delivery: Delivery, now: datetime, words: str) -> None:
    if now - delivery.created_at >= rules.GIVE_UP_AFTER:
        delivery.state, delivery.reason, delivery.done_at = "given_up", words[:500], now
        return
    if delivery.state == "pending":  # one that was claimed has been counted
        delivery.attempts += 1
    delivery.state, delivery.claimed_at, delivery.reason = "pending", None, words[:500]
    delivery.not_before = rules.retry_at(delivery.attempts, now, random.random)
    job = _job(delivery.channel, digest=delivery.digest_id is not None)
    enqueue(session, job, now, not_before=delivery.not_before, id=delivery.id)


def put_off(session: Session) -> tuple[int, datetime | None]:
    """Return how many mails a server that is away or busy has put off, and when the oldest of them was made."""
    waiting = (col(Delivery.channel) == "mail", col(Delivery.state) == "pending", col(Delivery.attempts) > 0)
    number, since = session.exec(select(func.count(), func.min(Delivery.created_at)).where(*waiting)).one()
    return number, since


def summary(session: Session) -> dict[str, int]:
    """Return how many mails about news are in which state."""
    return dict(session.exec(select(Delivery.state, func.count()).where(Delivery.channel == "mail").group_by(Delivery.state)).all())


def by_channel(session: Session) -> dict[tuple[str, str], int]:
    """Return (channel, state) → how many deliveries about news there are, mails and pushes."""
    rows = session.exec(select(Delivery.channel, Delivery.state, func.count()).group_by(Delivery.channel, Delivery.state)).all()
    return {(channel, state): number for channel, state, number in rows}


def late_digests(session: Session, now: datetime) -> int:
    """Return how many digests should have left more than an hour ago."""
    late = (col(Delivery.state) == "pending", col(Delivery.digest_id).is_not(None), col(Delivery.not_before) < now - timedelta(hours=1))
    return session.exec(select(func.count()).select_from(Delivery).where(*late)).one()
