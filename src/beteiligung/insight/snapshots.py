"""The figures of a region, computed outside of any transaction and frozen. Pages, feeds and reports read nothing else.

A snapshot is a function of what was published before and of the tallies published since, so computing it twice gives the same,
and a worker killed half-way has frozen nothing. `docs/decisions/0028-frozen-figures.md` says why two of them tell no more than one.
"""

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import numpy as np
from sqlalchemy import func, select
from sqlmodel import Session, col

from beteiligung import jobs
from beteiligung.catalogue.topics import TOPICS
from beteiligung.clock import berlin_date
from beteiligung.db import insert_missing
from beteiligung.insight import flags, groups
from beteiligung.insight.cells import LEAST_DAY, release
from beteiligung.insight.figures import Row, box, rankings
from beteiligung.insight.material import DAYS, VALUE, Ballot, Material, by_day, changes_of, days_between, live_votes
from beteiligung.insight.opinion_map import Votes
from beteiligung.insight.population import Population, population_of
from beteiligung.insight.raking import LEAST_PEOPLE
from beteiligung.insight.snapshot_models import FORMAT, RegionPulse, RegionSnapshot
from beteiligung.insight.turnout import turnout, weighted
from beteiligung.jobs import Job
from beteiligung.places.models import Region

ENOUGH = 25
"""Changes of public figures and texts after which a snapshot is due within the hour; else there is one a day."""
PULSES_KEPT = timedelta(days=DAYS)


@dataclass(frozen=True, slots=True)
class Previous:
    """The last snapshot as the next one needs it."""

    version: int
    digest: str
    taken_at: datetime
    content: dict[str, Any]
    memory: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is to be stored."""

    region_id: int
    after: int
    """The version it follows; 0 for the first."""
    taken_at: datetime
    digest: str
    headline: dict[str, Any]
    content: dict[str, Any]
    memory: dict[str, Any]
    changes: int


def latest(session: Session, region_id: int) -> Previous | None:
    """Return the last snapshot of a region. One statement."""
    query = select(RegionSnapshot).where(col(RegionSnapshot.region_id) == region_id).order_by(col(RegionSnapshot.version).desc())
    row = session.execute(query.limit(1)).scalars().first()
    return Previous(row.version, row.digest, row.taken_at, row.content, row.memory) if row else None


def compute(material: Material, previous: Previous | None, now: datetime) -> Frozen | None:
    """Return the snapshot that follows `previous`, or None where no figure would differ. Takes seconds; touches no database."""
    memory: dict[str, Any] = dict(previous.memory) if previous else {}
    before = previous.content if previous else {}
    threshold = material.region.page_threshold
    population = population_of(material.region.slug)
    parts: dict[str, Any] = {
        "format": FORMAT,
        "region": material.region.slug,
        "example": material.region.example,
        "totals": _totals(material, memory),
        "days": _days(material, before.get("days", [])),
        "flags": flags.found(_series(material), memory, now),
        "rankings": rankings(material.rows, threshold),
        "groups": _groups(material, memory),
        "turnout": turnout(material.people, population, memory, _mark(material)),
        "commitments": {row.slug: _commitment(row, threshold) for row in material.rows},
    }
    _weigh(parts["commitments"], material, population, memory)
    _leave_out(parts, material, memory)
    _join(parts, material.rows)
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    if previous and previous.digest == digest:
        return None
    taken_at = now.replace(minute=0, second=0, microsecond=0)
    headline = _headline(parts, material.rows, threshold, taken_at)
    after = previous.version if previous else 0
    return Frozen(material.region.id or 0, after, taken_at, digest, headline, parts, memory, material.changes)


def store(session: Session, frozen: Frozen) -> bool:
    """Freeze it; return False where another worker has frozen one meanwhile: then this one followed the wrong one and is dropped."""
    newest = select(func.max(RegionSnapshot.version)).where(col(RegionSnapshot.region_id) == frozen.region_id)
    if (session.execute(newest).scalar() or 0) != frozen.after:
        return False
    values = {name: getattr(frozen, name) for name in ("region_id", "taken_at", "digest", "headline", "content", "memory", "changes")}
    insert_missing(session, RegionSnapshot, version=frozen.after + 1, **values)
    return True


def take_pulse(session: Session, now: datetime) -> None:
    """Note how many votes each region has at this hour, forget old notes, and order the snapshots that are due."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    votes = live_votes(session)
    for region_id in cast("list[int]", session.execute(select(col(Region.id)).order_by(col(Region.id))).scalars().all()):
        insert_missing(session, RegionPulse, region_id=region_id, hour=hour, votes=votes.get(region_id, 0))
        if period := due(session, region_id, now):
            jobs.enqueue(session, Job.SNAPSHOT_REGION, now, period=f"{region_id}:{period}", id=region_id)
    session.execute(RegionPulse.__table__.delete().where(col(RegionPulse.hour) < now - PULSES_KEPT))  # type: ignore[attr-defined]


def due(session: Session, region_id: int, now: datetime) -> str | None:
    """Return the period for which a snapshot is due: the day, where it has none yet, or the hour, where `ENOUGH` has changed."""
    query = (
        select(col(RegionSnapshot.taken_at), col(RegionSnapshot.changes))
        .where(col(RegionSnapshot.region_id) == region_id)
        .order_by(col(RegionSnapshot.version).desc())
        .limit(1)
    )
    row = session.execute(query).first()
    # First: the day's own may have found nothing new, and its period is used up.
    if row is not None and changes_of(session, region_id) - row[1] >= ENOUGH:
        return f"{now:%Y-%m-%dT%H}"
    return berlin_date(now).isoformat() if row is None or berlin_date(row[0]) < berlin_date(now) else None


def _totals(material: Material, memory: dict[str, Any]) -> dict[str, int]:
    """Votes are sums of published tallies and exact; people are counted over tallies, hence in steps of five."""
    people = release(len({ballot.voter for ballot in material.ballots}), memory.get("people"))
    memory["people"] = people
    boxes = {
        f"votes_{name}": sum(box.total for row in material.rows if (box := getattr(row, name)))
        for name in ("confirmed", "unconfirmed", "outside")
    }
    return {"people": people, **boxes, "comments": sum(row.comments for row in material.rows), "commitments": len(material.rows)}


def _days(material: Material, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return daily totals of whole days. A day once published stays as it is: an account erased later must not show in it."""
    known = {day["day"]: day for day in before}
    first = material.today - timedelta(days=DAYS)
    by_name = {"joins": by_day(material.joins), "confirmations": by_day(material.confirmations), "votes": material.votes}
    made = []
    for day in days_between(first, material.today):
        if day in known:
            made.append(known[day])
            continue
        sums = {name: numbers.get(day) for name, numbers in by_name.items()}
        if made or material.comments.get(day) or any(sums.values()):  # days before the first on which anything happened are left out
            shown = {name: number if number and number >= LEAST_DAY else None for name, number in sums.items()}
            if sums["votes"] is None:  # nobody counted that day
                del shown["votes"]
            made.append({"day": day, "comments": material.comments.get(day, 0), **shown})
    return made


def _mark(material: Material) -> str:
    """Return a word that changes whenever a tally of confirmed votes is published anew."""
    return hashlib.sha256(repr(sorted(material.marks.items())).encode()).hexdigest()


def _groups(material: Material, memory: dict[str, Any]) -> dict[str, Any]:
    """Return the groups; unless a tally was published anew since, exactly those of the last time."""
    mark = _mark(material)
    if memory.get("groups_of") != mark:
        found, kept = groups.find(votes_of(material.ballots), memory.get("groups", {}))
        memory |= {"groups_of": mark, "groups": kept, "groups_found": found}
    return cast("dict[str, Any]", memory["groups_found"])


def votes_of(ballots: list[Ballot]) -> Votes:
    """Return ballots as a matrix: one row a voter, in the order of pseudonyms, which says nothing; statements as „id:version“."""
    voters = {voter: place for place, voter in enumerate(sorted({ballot.voter for ballot in ballots}))}
    columns = {key: place for place, key in enumerate(sorted({(ballot.commitment_id, ballot.version) for ballot in ballots}))}
    table = np.array([(voters[b.voter], columns[b.commitment_id, b.version], VALUE[b.choice]) for b in ballots], dtype=np.int64).reshape(
        -1, 3
    )
    row, column, value = table.T
    return Votes(len(voters), tuple(f"{key}:{version}" for key, version in columns), row, column, value)


def _commitment(row: Row, threshold: int) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "topic": row.topic,
        "version": row.version,
        "comments": row.comments,
        **{name: box(getattr(row, name), threshold) for name in ("confirmed", "unconfirmed", "outside")},
    }


def _weigh(commitments: dict[str, Any], material: Material, population: Population | None, memory: dict[str, Any]) -> None:
    """Put weighted shares to their commitments; where the tally is the one of the last time, exactly those of the last time."""
    if population is None or not population.margins:
        return
    known, kept = memory.get("weighted", {}), {}
    choices: dict[int, dict[str, str]] = defaultdict(dict)
    for ballot in material.ballots:
        choices[ballot.commitment_id][ballot.voter] = ballot.choice
    for row in material.rows:
        mark = material.marks.get(row.id)
        if mark is None or row.confirmed is None or row.confirmed.total < LEAST_PEOPLE:
            continue
        before = known.get(str(row.id))
        found = before[1] if before and before[0] == mark else weighted(choices[row.id], material.people, population)
        kept[str(row.id)] = [mark, found]
        if found:
            commitments[row.slug]["weighted"] = found
    memory["weighted"] = kept


def _series(material: Material) -> dict[str, Counter[datetime]]:
    return {
        "joins": flags.by_hour(material.joins),
        "confirmations": flags.by_hour(material.confirmations),
        "votes": material.votes_by_hour,
    }


def _leave_out(parts: dict[str, Any], material: Material, memory: dict[str, Any]) -> None:
    """Put the result without flagged people to its commitment."""
    flagged = flags.flagged_voters(parts["flags"], material.people)
    ballots = ((ballot.voter, ballot.commitment_id, ballot.choice) for ballot in material.ballots)
    for slug, rest in flags.without(material.rows, ballots, flagged, material.region.page_threshold, memory).items():
        parts["commitments"][slug]["without"] = rest


def _join(parts: dict[str, Any], rows: list[Row]) -> None:
    """Write slugs for numbers, and put groups and ranks to their commitments."""
    slugs = {row.id: row.slug for row in rows}
    by_key = {f"{row.id}:{row.version}": row.slug for row in rows}
    for name, ranked in parts["rankings"].items():
        parts["rankings"][name] = [{"commitment": slugs[one["id"]], **{k: v for k, v in one.items() if k != "id"}} for one in ranked]
        for place, one in enumerate(parts["rankings"][name], 1):
            parts["commitments"][one["commitment"]].setdefault("ranks", {})[name] = place
    found = parts["groups"] = dict(parts["groups"])
    if not found["clear"]:
        return

    def named(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**one, "commitment": by_key.get(one["commitment"], one["commitment"])} for one in items]

    found["unites"], found["divides"] = named(found["unites"]), named(found["divides"])
    found["marks"] = {letter: named(marks) for letter, marks in found["marks"].items()}
    for one in named(found.pop("commitments", [])):
        if one["commitment"] in parts["commitments"]:
            parts["commitments"][one["commitment"]]["groups"] = one["groups"]


def _headline(parts: dict[str, Any], rows: list[Row], threshold: int, taken_at: datetime) -> dict[str, Any]:
    """Return the few figures for pages of the region and its topics."""
    found = parts["groups"]
    by_topic: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_topic[row.topic].append(row)

    def leading(chosen: list[Row], most: int) -> dict[str, list[dict[str, str]]]:
        ranked, by_id = rankings(chosen, threshold), {row.id: row for row in chosen}
        return {
            name: [{"slug": by_id[one["id"]].slug, "title": by_id[one["id"]].title} for one in ranked[name][:most]]
            for name in ("supported", "opposed", "divided")
        }

    return {
        "format": FORMAT,
        "taken_at": taken_at.isoformat(),
        "totals": parts["totals"],
        "groups": len(found["groups"]) if found["clear"] else 0,
        **leading(rows, 3),
        "topics": {topic.slug: leading(by_topic[topic.slug], 1) for topic in TOPICS if by_topic[topic.slug]},
    }
