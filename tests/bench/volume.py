"""A county after years: 800 commitments, 20,000 comments (25, 500 and 10,000 in one place), 100,000 votes, 5,000 people. All invented."""

import hashlib
import random
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from bench.load import fill
from beteiligung.catalogue.models import Commitment
from beteiligung.clock import utcnow
from beteiligung.identity.models import Account, LoginSession, Residence
from beteiligung.identity.session import hashed
from beteiligung.moderation.models import Case, Flag
from beteiligung.participation.models import CHOICES, SMALLEST_GROUP, STANDINGS, Comment, Follow, Tally, Vote
from beteiligung.participation.tally import voter_pseudonym
from beteiligung.places.models import Region
from beteiligung.web.http import keyed_hash
from support import make_account

THREADS = {"bank-0": 10_000, "bank-1": 500, "bank-2": 25}
"""Comments in one place; those left over are spread evenly over the other commitments."""
LONGEST = 2_000
"""Replies in the longest single thread."""


@dataclass(frozen=True)
class Person:
    """A signed-in browser."""

    cookie: str
    csrf: str


@dataclass(frozen=True)
class Volume:
    """Who is there."""

    region: str
    people: list[Person]
    clerk: Person
    commitments: int


@dataclass(frozen=True)
class Size:
    """How much to load."""

    commitments: int = 800
    comments: int = 20_000
    votes: int = 100_000
    people: int = 5_000
    cases: int = 150


def _in_parts(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 5_000):
        session.execute(insert(model), rows[start : start + 5_000])


def sign_in(session: Session, account_ids: list[int]) -> list[Person]:
    """Give each of these accounts a session of a day."""
    now, people, rows = utcnow(), [], []
    for account in account_ids:
        secret = secrets.token_urlsafe(32)
        key, salt = hashed(secret), secrets.token_hex(8)
        rows.append({"id": key, "account_id": account, "created_at": now, "seen_on": now, "expires_at": now + timedelta(days=1)})
        people.append(Person(secret, f"{salt}.{keyed_hash('csrf', key, salt)}"))
    _in_parts(session, LoginSession, rows)
    return people


def load(session: Session, size: Size | None = None) -> Volume:
    """Write all of it; two in three people have confirmed where they live."""
    size, dice, now = size or Size(), random.Random(7), utcnow()
    small = fill(session, commitments=size.commitments, comments=0)
    base = {"is_example": False, "birth_year": 1980, "terms_version": "2026-01", "terms_accepted_at": now}
    base |= {"created_at": now - timedelta(days=40)}
    _in_parts(session, Account, [{"email": f"volume-{n}@example.org", "display_name": f"Person {n}"} | base for n in range(size.people)])
    wanted = select(col(Account.id)).where(col(Account.email).like("volume-%")).order_by(col(Account.id))
    accounts = [one for one in session.execute(wanted).scalars() if one is not None]
    living = {"region_id": small.region_id, "confirmed_at": now, "until": now + timedelta(days=700), "channel": "letter"}
    _in_parts(session, Residence, [{"account_id": one, **living} for n, one in enumerate(accounts) if n % 3])
    commitments = list(session.execute(select(col(Commitment.id), col(Commitment.slug)).order_by(col(Commitment.position))))
    _votes(session, [one for one, _slug in commitments], accounts, small.region_id, size.votes)
    _comments(session, commitments, accounts, size.comments, dice)
    follows = [
        {"account_id": one, "region_id": small.region_id, "kind": "commitment", "target": f"bank-{n % 40}", "created_at": now}
        for n, one in enumerate(accounts[: size.people // 5])
    ]
    _in_parts(session, Follow, follows)
    _cases(session, small.region_id, accounts, size.cases)
    clerk = make_account(session, clerk_of=session.get_one(Region, small.region_id), terms_accepted_at=now).id or 0
    people = sign_in(session, [*accounts, clerk])
    return Volume(small.region, people[:-1], people[-1], size.commitments)


def _votes(session: Session, commitments: list[int], accounts: list[int], region_id: int, many: int) -> None:
    each, step = many // len(commitments), 0
    step = max(1, len(accounts) // max(each, 1))
    rows, tallies = [], []
    names = [voter_pseudonym(one, region_id) for one in accounts]
    now = utcnow().replace(minute=0, second=0, microsecond=0)
    for place, commitment in enumerate(commitments):
        counts = {standing: dict.fromkeys(CHOICES, 0) for standing in STANDINGS}
        cast = []
        for k in range(each):
            person = (place * 37 + k * step) % len(accounts)
            choice = CHOICES[hashlib.sha256(b"%d %d" % (place, k)).digest()[0] % 3]
            cast.append((person, choice, "confirmed" if person % 3 else "unconfirmed"))
            counts[cast[-1][2]][choice] += 1
        shown = {standing: sum(numbers.values()) >= SMALLEST_GROUP for standing, numbers in counts.items()}
        for person, choice, standing in cast:
            key = {"commitment_id": commitment, "version": 1, "voter": names[person]}
            seen = {f"shown_{s}": choice if s == standing and shown[s] else None for s in STANDINGS}
            rows.append({**key, "choice": choice, "standing": standing, "changed": not shown[standing], **seen})
        tally: dict[str, Any] = {"commitment_id": commitment, "version": 1}
        for standing, numbers in counts.items():
            tally[f"shown_{standing}_at"] = now if shown[standing] else None
            for choice, number in numbers.items():
                tally[f"{standing}_{choice}"], tally[f"shown_{standing}_{choice}"] = number, number if shown[standing] else 0
        tallies.append(tally)
    session.execute(Tally.__table__.delete())  # type: ignore[attr-defined]
    _in_parts(session, Vote, rows)
    _in_parts(session, Tally, tallies)


def _comments(session: Session, commitments: list[Any], accounts: list[int], many: int, dice: random.Random) -> None:
    """Threads first, then replies (a third of all): numbered within their thread as the service does."""
    share = min(1.0, many / 20_000)
    wanted = {one: max(3, round(THREADS[slug] * share)) for one, slug in commitments if slug in THREADS}
    others = [one for one, slug in commitments if slug not in THREADS]
    rest = max(0, many - sum(wanted.values()))
    for n, one in enumerate(others):
        wanted[one] = rest // len(others) + (n < rest % len(others))
    now = utcnow()

    def row(commitment: int, n: int, **more: Any) -> dict[str, Any]:
        marks = dice.randrange(40)
        words = f"Beitrag {n}: " + "Das betrifft viele Menschen in meinem Dorf. " * dice.randrange(1, 8)
        return {
            "commitment_id": commitment, "author_id": dice.choice(accounts), "text": words, "official": False, "on_paper": False,
            "additions": [], "helpful": marks, "not_helpful": 3, "score": marks / 80, "reply_count": 0,
            "created_at": now - timedelta(minutes=many - n), "stance": dice.choice(("for", "against", "question", None)), **more,
        }  # fmt: skip

    threads = [row(one, n, parent_id=None, reply_number=None) for one, number in wanted.items() for n in range(number - number // 3)]
    _in_parts(session, Comment, threads)
    replies = []
    for commitment, number in wanted.items():
        query = select(col(Comment.id)).where(col(Comment.commitment_id) == commitment).order_by(col(Comment.score).desc())
        ids = list(session.execute(query).scalars())
        counts = dict.fromkeys(ids, 0)
        for n in range(number // 3):
            parent = ids[0] if n < min(LONGEST, number // 4) else dice.choice(ids)
            counts[parent] += 1
            replies.append(row(commitment, n, parent_id=parent, reply_number=counts[parent]) | {"stance": None})
        session.execute(
            update(Commitment).where(col(Commitment.id) == commitment).values(comment_count=number, thread_count=len(ids), changes=number)
        )
    _in_parts(session, Comment, replies)
    parent = col(Comment.parent_id)
    replied = select(parent, func.count()).where(parent.is_not(None)).group_by(parent)
    session.execute(update(Comment), [{"id": one, "reply_count": n} for one, n in session.execute(replied)])


def _cases(session: Session, region_id: int, accounts: list[int], many: int) -> None:
    now = utcnow()
    comments = list(session.execute(select(col(Comment.id)).order_by(col(Comment.id).desc()).limit(many)).scalars())
    base = {"region_id": region_id, "stage": "first", "body": "clerks", "opened_at": now}
    _in_parts(session, Case, [{"comment_id": one} | base for one in comments])
    ids = list(session.execute(select(col(Case.id))).scalars())
    flags = [
        {"case_id": one, "reporter_id": accounts[n], "ground": "rule_1", "text": "Das ist unfreundlich.", "created_at": now}
        for n, one in enumerate(ids)
    ]
    _in_parts(session, Flag, flags)
