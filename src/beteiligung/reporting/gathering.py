"""What a report is made of, read by a worker from what everybody may see: the public snapshot, the log, recommendations. Never writes.

Votes come from the frozen snapshot alone, never from live tallies. Two things are read that no page shows, and neither leaves this
room: who let reports quote a comment, and in which group of opinion its helpful marks were given (`choosing`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, col, select

from beteiligung.catalogue.models import STATUSES, Commitment, HistoryEntry
from beteiligung.clock import BERLIN, berlin_date
from beteiligung.council import recommendation_queries
from beteiligung.council.recommendation_queries import Adopted
from beteiligung.insight import material, tone_queries
from beteiligung.insight.population import Population, population_of
from beteiligung.insight.shown import Snapshot
from beteiligung.insight.snapshot_models import FORMAT, RegionSnapshot
from beteiligung.insight.tone_queries import Result, Stances
from beteiligung.moderation import queries as moderation
from beteiligung.moderation import transparency
from beteiligung.participation.models import Comment, CommentVote
from beteiligung.participation.rules import EDIT_TIME
from beteiligung.places.models import Region
from beteiligung.places.queries import RegionFacts, region_facts
from beteiligung.reporting.bridging import Material
from beteiligung.reporting.choosing import Candidate, Marks
from beteiligung.reporting.models import Report


@dataclass(frozen=True)
class Asked:
    """What a report is asked for; `topics` are slugs, empty: all."""

    body: str
    meets_on: date | None
    committees: tuple[str, ...]
    since: date
    until: date
    topics: tuple[str, ...]
    paper_number: str
    subject: str


@dataclass(frozen=True)
class StatusStep:
    """A status that was set within the period, as the page of its commitment tells it."""

    on: date
    slug: str
    title: str
    before: str | None
    after: str
    source: str


@dataclass(frozen=True)
class Facts:
    """All that goes into a report."""

    region: RegionFacts
    threshold: int
    asked: Asked
    snapshot: Snapshot | None
    population: Population | None
    statuses: dict[str, int]
    """Of published commitments in question at the end of the period; every status is there."""
    steps: tuple[StatusStep, ...]
    recommendations: tuple[Adopted, ...]
    moderation: tuple[transparency.Section, ...]
    tones: tuple[Result, ...]
    stances: dict[str, Stances]
    candidates: tuple[Candidate, ...]
    groups: int
    """0 where the snapshot names no groups of opinion."""
    bridging: Material


def asked_of(row: Report) -> Asked:
    """Return what a report is asked for."""
    return Asked(
        row.body, row.meets_on, tuple(row.committees), row.since, row.until, tuple(row.topics), row.paper_number, row.subject
    )  # fmt: skip


def read(session: Session, report_id: int, now: datetime) -> Facts | None:
    """Return what a report is made of; None where it is not waiting to be computed."""
    row = session.get(Report, report_id)
    if row is None or row.state != "computing":
        return None
    stored = session.get_one(Region, row.region_id)
    region, asked = region_facts(stored), asked_of(row)
    found = snapshot_of(session, region.id, end_of(asked.until))
    groups = len(found.content["groups"]["groups"]) if found and found.content["groups"]["clear"] else 0
    scope = {slug for slug, one in found.content["commitments"].items() if in_scope(asked, one["topic"])} if found else set()
    statuses, steps = _statuses(session, region.id, asked)
    candidates = _candidates(session, region.id, scope, min(end_of(asked.until), now - EDIT_TIME))
    return Facts(
        region=region,
        threshold=stored.report_threshold,
        asked=asked,
        snapshot=found,
        population=population_of(region.slug),
        statuses=statuses,
        steps=steps,
        recommendations=_recommendations(session, region, asked),
        moderation=_moderation(session, region.id, asked),
        tones=_tones(session, region, asked, now),
        stances={slug: one for slug, one in tone_queries.stances_of(session, region.id).items() if not slug or in_scope(asked, slug)},
        candidates=candidates,
        groups=groups,
        bridging=_bridging(session, region.id, [one.comment_id for one in candidates], now) if groups and candidates else Material(),
    )


def in_scope(asked: Asked, topic: str) -> bool:
    """Whether a topic is one the report is about."""
    return not asked.topics or topic in asked.topics


def end_of(day: date) -> datetime:
    """Return the first moment after a German day."""
    return datetime.combine(day + timedelta(days=1), time(), BERLIN)


def snapshot_of(session: Session, region_id: int, before: datetime) -> Snapshot | None:
    """Return the newest public figures taken before a moment. One statement."""
    query = (
        select(RegionSnapshot)
        .where(RegionSnapshot.region_id == region_id, col(RegionSnapshot.taken_at) < before)
        .order_by(col(RegionSnapshot.version).desc())
        .limit(1)
    )
    row = session.exec(query).first()
    return Snapshot(row.version, row.taken_at, row.digest, row.content) if row and row.content.get("format") == FORMAT else None


def _statuses(session: Session, region_id: int, asked: Asked) -> tuple[dict[str, int], tuple[StatusStep, ...]]:
    published = (Commitment.region_id == region_id, Commitment.state == "published")
    rows = session.exec(select(Commitment.id, Commitment.topic, Commitment.status).where(*published)).all()
    later = session.exec(
        select(HistoryEntry)
        .join(Commitment, col(Commitment.id) == HistoryEntry.commitment_id)
        .where(*published, HistoryEntry.kind == "status", col(HistoryEntry.happened_on) > asked.until)
        .order_by(col(HistoryEntry.happened_on).desc(), col(HistoryEntry.id).desc())
    ).all()
    before = {entry.commitment_id: entry.status_before for entry in later}  # the first step after the period tells what held in it
    counts = Counter(before.get(number or 0) or status for number, topic, status in rows if in_scope(asked, topic))
    steps = session.exec(
        select(HistoryEntry, Commitment.slug, Commitment.title, Commitment.topic)
        .join(Commitment, col(Commitment.id) == HistoryEntry.commitment_id)
        .where(
            Commitment.region_id == region_id,
            Commitment.state == "published",
            HistoryEntry.kind == "status",
            col(HistoryEntry.happened_on) >= asked.since,
            col(HistoryEntry.happened_on) <= asked.until,
        )
        .order_by(col(HistoryEntry.happened_on), col(HistoryEntry.id))
    ).all()
    return {status: counts[status] for status in STATUSES}, tuple(
        StatusStep(entry.happened_on, slug, title, entry.status_before, entry.status or "", entry.source)
        for entry, slug, title, topic in steps
        if in_scope(asked, topic)
    )


def _recommendations(session: Session, region: RegionFacts, asked: Asked) -> tuple[Adopted, ...]:
    """Those adopted by the end of the period, in the order of their numbers; of chosen topics only what is about them.

    An answer that came later is not told.
    """
    found = recommendation_queries.adopted(session, region_slug=region.slug)
    return tuple(
        replace(one, answered_on=None, answer_kind=None, answer=None) if one.answered_on and one.answered_on > asked.until else one
        for one in sorted(found, key=lambda one: one.number)
        if one.adopted_on <= asked.until and (not asked.topics or any(about.topic in asked.topics for about in one.about))
    )


def _moderation(session: Session, region_id: int, asked: Asked) -> tuple[transparency.Section, ...]:
    lines = moderation.log_lines(session, region_id, None)
    told: list[transparency.Line] = [line for line in lines if asked.since <= berlin_date(line.at) <= asked.until]
    return tuple(transparency.of_lines(told)) if told else ()


def _tones(session: Session, region: RegionFacts, asked: Asked, now: datetime) -> tuple[Result, ...]:
    """The newest result for all topics, and of each topic in question."""
    newest: dict[str, Result] = {}
    for one in tone_queries.results_of(session, region.id, region, berlin_date(now)):
        if (not one.topic or in_scope(asked, one.topic)) and berlin_date(one.ended_at) <= asked.until:
            newest.setdefault(one.topic, one)
    return tuple(newest[topic] for topic in sorted(newest))


def _candidates(session: Session, region_id: int, scope: set[str], before: datetime) -> tuple[Candidate, ...]:
    """Comments written before a moment whose authors let reports quote them, oldest first."""
    rows = session.exec(
        select(Comment, Commitment.slug)
        .join(Commitment, col(Commitment.id) == Comment.commitment_id)
        .where(
            Commitment.region_id == region_id,
            Commitment.state == "published",
            col(Comment.may_quote).is_(True),
            *visible(),
            col(Comment.stance).in_(("for", "against")),
            col(Comment.created_at) < before,
        )
        .order_by(col(Comment.id))
    ).all()
    return tuple(
        Candidate(row.id or 0, slug, row.stance or "", row.text, Marks(row.helpful, row.not_helpful)) for row, slug in rows if slug in scope
    )


def visible() -> tuple[Any, ...]:
    """Return what makes a comment one that can be quoted, apart from its author's consent: a thread's first words, all of them shown."""
    return (
        col(Comment.parent_id).is_(None),
        col(Comment.official).is_(False),
        col(Comment.withdrawn_at).is_(None),
        col(Comment.hidden_at).is_(None),
        col(Comment.hidden_reason).is_(None),
    )


def _bridging(session: Session, region_id: int, comments: Sequence[int], now: datetime) -> Material:
    """Return what says in which group of opinion the marks of comments were given."""
    made_of = material.read(session, region_id, now)
    marks: list[tuple[int, str, bool]] = []
    for start in range(0, len(comments), 500):
        wanted = select(CommentVote).where(col(CommentVote.comment_id).in_(comments[start : start + 500]))
        marks += [(mark.comment_id, mark.voter, mark.value == 1) for mark in session.exec(wanted)]
    return Material(tuple(made_of.ballots) if made_of else (), tuple(sorted(marks)))
