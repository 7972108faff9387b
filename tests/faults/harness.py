"""What happens while processes are killed at seeded moments, and the count of what came of it. The processes: installation.py."""

import contextlib
import http.client
import os
import random
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, func, select

from beteiligung import jobs
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.models import LoginSession
from beteiligung.identity.session import hashed
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.notifications import kinds, service
from beteiligung.notifications.models import Delivery, MailSettings, Notification, Preference
from beteiligung.participation.models import Comment, Follow
from beteiligung.web.http import keyed_hash
from conftest import Database
from faults.installation import BROKERS, Installation, hurry, listens, until
from support import make_account, make_commitment, make_document, make_region

PEOPLE = int(os.environ.get("BETEILIGUNG_FAULT_PEOPLE", "250"))
"""5000 is the full size: 60,000 notifications, which takes an hour or more on two cores."""


# What happens


@dataclass(frozen=True)
class Town:
    """Who lives there: `people` follow one commitment, two authors write about it in turn (one alone would meet the limit)."""

    people: tuple[int, ...]
    path: str
    authors: tuple[tuple[str, str], ...]
    """Cookie and CSRF token of each."""


def settle(people: int) -> Town:
    """One in twenty-five has every comment mailed at once, four in ten or so each morning; the rest reads the account."""
    now = utcnow()
    with unit_of_work() as session:
        region = make_region(session)
        commitment = make_commitment(session, make_document(session, region))
        authors = [make_account(session, terms_accepted_at=now).id for _ in range(2)]
        accounts = [make_account(session, created_at=now - timedelta(days=3)) for _ in range(people)]
        numbers = tuple(account.id for account in accounts)
        for place, number in enumerate(numbers):
            wanted = "at_once" if place % 25 == 0 else "daily" if place % 10 < 4 else "never"
            session.add(Follow(account_id=number, region_id=region.id, kind="commitment", target=commitment.slug, created_at=now))
            session.add(Preference(account_id=number, kind="comment", mail=wanted))
            session.add(MailSettings(account_id=number, quiet_from=0, quiet_until=0))
        signed_in = tuple(_sign_in(session, author, now) for author in authors)
        return Town(numbers, f"/{region.slug}/zusagen/{commitment.slug}", signed_in)


def _sign_in(session: Session, author: int, now: datetime) -> tuple[str, str]:
    secret, salt = secrets.token_urlsafe(32), secrets.token_hex(8)
    key = hashed(secret)
    session.add(LoginSession(id=key, account_id=author, created_at=now, seen_on=now, expires_at=now + timedelta(days=1)))
    return secret, f"{salt}.{keyed_hash('csrf', key, salt)}"


def comments() -> int:
    with reading() as session:
        return session.exec(select(func.count()).select_from(Comment)).one()


def post_comment(port: int, town: Town, number: int) -> None:
    """Send the form; whether a killed web process has taken it only the database knows."""
    cookie, csrf = town.authors[number % len(town.authors)]
    text = f"Beitrag Nummer {number} zu dieser Sache."
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    headers = {"Cookie": f"sitzung={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("POST", f"{town.path}/kommentare", urlencode({"csrf": csrf, "text": text}), headers)
        connection.getresponse().read()
    connection.close()


def still_open() -> int:
    with reading() as session:
        entries = session.exec(select(func.count()).select_from(OutboxEntry).where(col(OutboxEntry.done_at).is_(None))).one()
        mails = session.exec(select(func.count()).select_from(Delivery).where(col(Delivery.state).in_(("pending", "claimed")))).one()
    return entries + mails


def retry_parked() -> int:
    """Do what a person at the operator's page does."""
    with unit_of_work() as session:
        found = jobs.parked(session)
        for entry in found:
            jobs.unpark(session, entry.id, utcnow())
    return len(found)


@dataclass
class Outcome:
    people: int
    events: int
    seconds: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)
    """What → seconds after the start at which it was reached."""
    notifications: int = 0
    missing: int = 0
    twice: int = 0
    """The same event twice for one person."""
    states: Counter = field(default_factory=Counter)
    taken: Counter = field(default_factory=Counter)
    """(state, legal, how often the SMTP server took it) → deliveries."""
    wrong: list[str] = field(default_factory=list)
    faults: Counter = field(default_factory=Counter)
    parked: int = 0

    def __str__(self) -> str:
        lines = [
            f"{self.people} people, {self.events} events, {self.notifications} notifications in {self.seconds:.0f} s",
            "seconds: " + ", ".join(f"{what} {seconds:.0f}" for what, seconds in self.phases.items()),
            f"missing {self.missing}, twice {self.twice}",
            "faults: " + ", ".join(f"{name} {count}×" for name, count in sorted(self.faults.items())) + f"; entries parked {self.parked}",
            "deliveries: " + ", ".join(f"{state} {count}" for state, count in sorted(self.states.items())),
        ]
        for (state, legal, times), count in sorted(self.taken.items()):
            lines.append(f"  {state:8} {'legal' if legal else 'other':6} taken {times}× by the server: {count}")
        return "\n".join([*lines, *self.wrong])


def check(database: Database, broker: str) -> None:
    """Let it all happen on this database with this broker, print how many of each, and fail where anything is lost or twice."""
    size = PEOPLE / 250
    outcome = run(
        database.var, broker, seed=7, people=PEOPLE, events=12, kills=round(6 * size), pause=1.5, patience=max(400.0, 3.0 * PEOPLE)
    )
    print(f"\n{database.name}, {broker}: {outcome}")
    assert outcome.missing == 0
    assert outcome.twice == 0
    assert outcome.wrong == []
    assert outcome.notifications == PEOPLE * outcome.events


def run(folder: Path, broker: str, *, seed: int, people: int, events: int, kills: int, pause: float, patience: float) -> Outcome:
    """Let it all happen; returns what came of it. `pause` are the mean seconds between two kills."""
    dice = random.Random(seed)
    town = settle(people)
    outcome = Outcome(people, events)
    site = Installation(folder, BROKERS[broker](folder), seed)
    begun = time.monotonic()
    over = threading.Event()

    def reached(what: str) -> None:
        outcome.phases[what] = time.monotonic() - begun

    def fast_clock() -> None:
        while not over.wait(0.5):
            site.watch()
            with contextlib.suppress(SQLAlchemyError):  # locked: a second later
                hurry()
                outcome.parked += retry_parked()

    clock = threading.Thread(target=fast_clock, daemon=True)
    try:
        for name in ("smtp", "web", "worker", "beat"):
            site.start(name)
        until("the site", lambda: listens(site.web_port) and listens(site.smtp_port), 60)
        reached("started")
        clock.start()

        def disturb() -> None:
            victims = ["worker", "beat", "web", "smtp", "broker", "clock"]
            dice.shuffle(victims)
            for number in range(kills):
                if over.wait(pause * dice.uniform(0.5, 1.5)):
                    return
                if done := site.kill(victims[number % len(victims)]):
                    outcome.faults[done] += 1

        killer = threading.Thread(target=disturb)
        killer.start()
        legal = max(1, events // 12)
        for number in range(legal):
            with unit_of_work() as session:
                about = {"event": f"faults:{number}", "sentence": "residence_ended", "words": {"region": "Musterkreis"}, "path": "/konto"}
                service.write(session, town.people, now=utcnow(), **about)
        number = 0
        while comments() < events - legal:
            number += 1
            post_comment(site.web_port, town, number)
            time.sleep(pause * dice.uniform(0.2, 0.8))  # so that they fall among the kills
        outcome.events = comments() + legal
        reached("all written")
        until("the news", lambda: told() >= people * outcome.events, patience, 0.5)
        reached("all told")
        make_digests()
        killer.join()
        reached("all killed")
        until("everything to be done", lambda: still_open() == 0, patience, 0.5)
        reached("all done")
        over.set()
        clock.join()
    finally:
        over.set()
        site.close()
    outcome.faults.update({f"{name} ended by itself": times for name, times in site.ended.items()})
    outcome.seconds = time.monotonic() - begun
    count(outcome, town, site.accepted)
    return outcome


def told() -> int:
    with reading() as session:
        return session.exec(select(func.count()).select_from(Notification)).one()


def make_digests() -> None:
    """Let the night pass: what waits is from yesterday."""
    with unit_of_work() as session:
        yesterday = utcnow() - timedelta(days=2)
        session.execute(update(Notification).where(Notification.mail == "waiting").values(created_at=yesterday))
        jobs.enqueue(session, Job.MAKE_DIGESTS, utcnow(), period="faults")


def count(outcome: Outcome, town: Town, accepted: Path) -> None:
    """Compare the account, the deliveries and what the SMTP server has taken."""
    taken = Counter(line.strip("<>").partition(".")[0] for line in accepted.read_text().splitlines())
    with reading() as session:
        rows = session.exec(select(Notification)).all()
        deliveries = session.exec(select(Delivery)).all()
        happened = {f"comment:{number}" for number in session.exec(select(Comment.id)).all()}
    happened |= {row.event for row in rows if row.event.startswith("faults:")}
    pairs = Counter((row.account_id, row.event) for row in rows)
    outcome.notifications = len(rows)
    outcome.twice = sum(times - 1 for times in pairs.values())
    outcome.missing = sum((person, event) not in pairs for person in town.people for event in happened)
    if len(happened) != outcome.events:
        outcome.wrong.append(f"{outcome.events} events were made, {len(happened)} are known")
    by_id = {row.id: row for row in rows}
    gathered = {delivery.digest_id for delivery in deliveries if delivery.digest_id}
    mailed = {delivery.notification_id for delivery in deliveries} | {row.id for row in rows if row.digest_id in gathered}
    expected = {row.id for row in rows if row.mail in ("single", "digest", "waiting")}
    outcome.wrong += [f"notification {number} has no delivery" for number in expected - mailed]
    outcome.states = Counter(delivery.state for delivery in deliveries)
    for delivery in deliveries:
        times = taken.pop(keyed_hash("message-id", f"delivery:{delivery.id}")[:40], 0)
        about = by_id.get(delivery.notification_id)
        legal = about is not None and kinds.KIND[about.kind].legal
        outcome.taken[delivery.state, legal, times] += 1
        most = {"sent": 1, "unknown": 1}.get(delivery.state, 0)
        if legal and delivery.attempts > 1:  # sent again after `unknown`, with the same Message-ID; that may then be refused
            most = delivery.attempts if most else delivery.attempts - 1
        least = 1 if delivery.state == "sent" else 0
        if not least <= times <= most or delivery.state in ("pending", "claimed"):
            outcome.wrong.append(f"delivery {delivery.id} is {delivery.state} after {delivery.attempts} attempts, taken {times}×")
    outcome.wrong += [f"a mail of no delivery: {number}" for number in taken]
