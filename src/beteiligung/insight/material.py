"""What a region's figures are made of, read from the database by a worker. Never commits, never leaves the worker's memory.

Of votes only what the last tallies published counted of each person is read (`Vote.shown_confirmed`), never the live choice: what
nobody may see yet cannot leak through a figure derived from it. The live tables are read for one number alone, the sum of votes in
`live_votes`, which the daily totals need.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from beteiligung.catalogue.models import Commitment
from beteiligung.clock import berlin_date
from beteiligung.identity import demographics
from beteiligung.identity.models import Account, Residence
from beteiligung.insight.figures import Row, Standing
from beteiligung.insight.snapshot_models import RegionPulse
from beteiligung.insight.turnout import Person
from beteiligung.participation.models import CHOICES, STANDINGS, Comment, Tally, Vote
from beteiligung.participation.tally import LIVE, voter_pseudonym
from beteiligung.places.models import Municipality, Region

DAYS = 120
"""How far daily totals reach back."""
VALUE = {"for": 1, "neutral": 0, "against": -1}
_TALLY = (col(Tally.commitment_id) == col(Commitment.id)) & (col(Tally.version) == col(Commitment.version))


@dataclass(frozen=True, slots=True)
class Ballot:
    """What the last published tally of a commitment counted of one confirmed voter."""

    voter: str
    commitment_id: int
    version: int
    choice: str


@dataclass(frozen=True, slots=True)
class Material:
    """A region as its figures need it. `ballots` hold pseudonyms: nothing of it is stored or shown."""

    region: Region
    today: date
    rows: list[Row]
    marks: dict[int, str]
    """Commitment → a word that changes whenever its published confirmed figures do."""
    ballots: list[Ballot]
    people: list[Person]
    """Those of the voters who have an account; sheets of paper and erased accounts have none."""
    changes: int
    joins: list[datetime]
    """When accounts were made that name a municipality of the region as home."""
    confirmations: list[datetime]
    comments: dict[str, int]
    votes: dict[str, int]
    """Day → by how many the votes in all boxes grew; only days with a reading at both ends."""
    votes_by_hour: Counter[datetime]


def read(session: Session, region_id: int, now: datetime) -> Material | None:
    """Return what the figures of a region are made of, or None where there is no such region."""
    region = session.get(Region, region_id)
    if region is None:
        return None
    today = berlin_date(now)
    since = now - timedelta(days=DAYS)
    pulses = _pulses(session, region_id, since)
    rows, marks = _rows(session, region_id)
    ballots = _ballots(session, region_id)
    accounts = select(col(Account.created_at)).join(Municipality, col(Municipality.id) == Account.municipality_id)
    comments = select(col(Comment.created_at)).join(Commitment, col(Commitment.id) == Comment.commitment_id)
    return Material(
        region=region,
        today=today,
        rows=rows,
        marks=marks,
        ballots=ballots,
        people=_people(session, region_id, {ballot.voter for ballot in ballots}),
        changes=changes_of(session, region_id),
        joins=_moments(session, accounts.where(col(Municipality.region_id) == region_id, col(Account.created_at) >= since)),
        confirmations=_moments(
            session, select(col(Residence.confirmed_at)).where(col(Residence.region_id) == region_id, col(Residence.confirmed_at) >= since)
        ),
        comments=by_day(_moments(session, comments.where(col(Commitment.region_id) == region_id, col(Comment.created_at) >= since))),
        votes=_votes_by_day(pulses),
        votes_by_hour=Counter({a: max(0, more - less) for (a, less), (b, more) in pairwise(pulses) if b - a == timedelta(hours=1)}),
    )


def changes_of(session: Session, region_id: int) -> int:
    """Return the sum of the counters by which public pages know that something is different."""
    return int(
        session.execute(select(func.coalesce(func.sum(Commitment.changes), 0)).where(col(Commitment.region_id) == region_id)).scalar_one()
    )


def live_votes(session: Session) -> dict[int, int]:
    """Return region → votes in all its boxes now, of present versions. A sum over a region, and no choice."""
    total: Any = sum((func.sum(getattr(Tally, name)) for name in LIVE[1:]), func.sum(getattr(Tally, LIVE[0])))
    query = select(col(Commitment.region_id), total).join(Tally, _TALLY).group_by(col(Commitment.region_id))
    return {region_id: int(votes) for region_id, votes in session.execute(query)}


def _rows(session: Session, region_id: int) -> tuple[list[Row], dict[int, str]]:
    query = (
        select(Commitment, Tally)
        .outerjoin(Tally, _TALLY)
        .where(col(Commitment.region_id) == region_id, col(Commitment.state) == "published")
        .order_by(col(Commitment.position), col(Commitment.id))
    )
    rows, marks = [], {}
    for commitment, tally in session.execute(query):
        boxes = {standing: _shown(tally, standing) for standing in STANDINGS}
        number = commitment.id or 0
        rows.append(Row(number, commitment.slug, commitment.title, commitment.topic, commitment.version, commitment.comment_count, **boxes))
        box, at = boxes["confirmed"], tally.shown_confirmed_at if tally else None
        if box is not None and at is not None:
            marks[number] = f"{commitment.version}.{box.for_}.{box.neutral}.{box.against}.{at:%Y%m%d%H}"
    return rows, marks


def _shown(tally: Tally | None, standing: str) -> Standing | None:
    if tally is None or getattr(tally, f"shown_{standing}_at") is None:
        return None
    return Standing(*(getattr(tally, f"shown_{standing}_{choice}") for choice in CHOICES))


def _ballots(session: Session, region_id: int) -> list[Ballot]:
    query = (
        select(col(Vote.voter), col(Vote.commitment_id), col(Vote.version), col(Vote.shown_confirmed))
        .join(Commitment, (col(Commitment.id) == Vote.commitment_id) & (col(Commitment.version) == Vote.version))
        .join(Tally, _TALLY)
        .where(
            col(Commitment.region_id) == region_id,
            col(Commitment.state) == "published",
            col(Vote.shown_confirmed).is_not(None),
            col(Tally.shown_confirmed_at).is_not(None),  # a box that has run empty shows nothing, though it is remembered
        )
    )
    return [Ballot(*row) for row in session.execute(query)]


def _people(session: Session, region_id: int, voters: set[str]) -> list[Person]:
    """Find the accounts behind confirmed voters, as decision 0020 lets a worker do for statistics in groups."""
    query = (
        select(col(Residence.account_id), col(Municipality.name), col(Account.created_at), col(Residence.confirmed_at))
        .join(Account, col(Account.id) == Residence.account_id)
        .outerjoin(Municipality, (col(Municipality.id) == Account.municipality_id) & (col(Municipality.region_id) == region_id))
        .where(col(Residence.region_id) == region_id)
    )
    names = {voter_pseudonym(row[0], region_id): row for row in session.execute(query)}
    found = {voter: names[voter] for voter in sorted(voters & names.keys())}
    told = demographics.facts_of(session, [row[0] for row in found.values()])
    none = demographics.Facts()
    return [Person(v, place, told.get(a, none).age_band, told.get(a, none).sex, made, sure) for v, (a, place, made, sure) in found.items()]


def _moments(session: Session, query: Any) -> list[datetime]:
    return list(session.execute(query).scalars())


def by_day(moments: Iterable[datetime]) -> dict[str, int]:
    """Return German day → how many."""
    return Counter(berlin_date(moment).isoformat() for moment in moments)


def _pulses(session: Session, region_id: int, since: datetime) -> list[tuple[datetime, int]]:
    query = (
        select(col(RegionPulse.hour), col(RegionPulse.votes))
        .where(col(RegionPulse.region_id) == region_id, col(RegionPulse.hour) >= since)
        .order_by(col(RegionPulse.hour))
    )
    return [(hour, votes) for hour, votes in session.execute(query)]


def _votes_by_day(pulses: Sequence[tuple[datetime, int]]) -> dict[str, int]:
    first: dict[date, int] = {}
    for hour, votes in pulses:
        first.setdefault(berlin_date(hour), votes)
    return {day.isoformat(): first[day + timedelta(days=1)] - votes for day, votes in first.items() if day + timedelta(days=1) in first}


def days_between(first: date, end: date) -> Iterable[str]:
    """Return the days from `first` up to the day before `end`."""
    return ((first + timedelta(days=n)).isoformat() for n in range((end - first).days))
