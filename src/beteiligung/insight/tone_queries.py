"""Read models of tone: the next comment for somebody who labels, the clerks' list, and what everybody sees."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from beteiligung.catalogue.models import Commitment
from beteiligung.catalogue.rules import Quiet
from beteiligung.clock import berlin_date
from beteiligung.insight import tone_rules as rules
from beteiligung.insight.tone_models import SampleText, StanceCount, ToneSample
from beteiligung.insight.tone_reading import READABLE, whole_text
from beteiligung.insight.tone_results import first_pairs
from beteiligung.insight.tone_rules import Agreement, Given, Reader
from beteiligung.insight.tone_samples import given_to
from beteiligung.participation.models import SMALLEST_GROUP, Comment


@dataclass(frozen=True)
class TextToLabel:
    """A comment as somebody who labels sees it: the words and what they answer. No name, no stance, no other label, no model."""

    sample_id: int
    comment_id: int
    text: str
    before: str
    """The comment that a reply belongs to, where it can be seen."""
    title: str
    """Of the commitment, in plain words."""
    summary: str
    done: int
    """Comments of the sample this person has labelled."""
    left: int
    """Comments that wait for this person, this one included."""


@dataclass(frozen=True)
class SampleLine:
    """A sample in the clerks' list."""

    id: int
    topic: str
    since: date | None
    until: date | None
    population: int
    size: int
    settled: int
    labels: int
    differing: int
    """Comments that wait for a third person."""
    state: str
    drawn_at: datetime
    agreement: Agreement | None


@dataclass(frozen=True)
class Bar:
    """A share as shown: whole per cent with the 95 % interval, and the tones it holds."""

    tones: tuple[str, ...]
    percent: int
    low: int
    high: int
    method: str


@dataclass(frozen=True)
class Result:
    """The frozen figures of a sample, ready to be shown."""

    id: int
    topic: str
    since: date | None
    until: date | None
    ended_at: datetime
    model: str
    population: int
    labelled: int
    bars: tuple[Bar, ...]
    agreement: Agreement
    seed: str


@dataclass(frozen=True)
class Stances:
    """Declared stances as last counted; only from five comments on."""

    for_: int
    against: int
    question: int
    none: int
    at: datetime


def next_text(session: Session, reader: Reader, region_id: int, wanted: tuple[int, int] | None = None) -> TextToLabel | None:
    """Return the next comment for this person, or the one they took back; None where none waits. Four statements a sample."""
    samples = session.exec(
        select(ToneSample.id).where(ToneSample.region_id == region_id, ToneSample.state == "open").order_by(col(ToneSample.id))
    ).all()
    for sample_id in samples:
        given = given_to(session, sample_id or 0)
        rows = session.exec(
            select(Comment.id, Comment.author_id)
            .join(SampleText, col(SampleText.comment_id) == Comment.id)
            .where(SampleText.sample_id == sample_id, col(SampleText.position).is_not(None), READABLE)
            .order_by(col(SampleText.position))
        ).all()
        open_ones = [n or 0 for n, author in rows if rules.why_not_label(reader, author, given.get(n or 0, []), "open") is None]
        if open_ones:
            chosen = wanted[1] if wanted and wanted[0] == sample_id and wanted[1] in open_ones else open_ones[0]
            own = sum(any(one.account_id == reader.account_id for one in labels) for labels in given.values())
            return _shown(session, sample_id or 0, chosen, own, len(open_ones))
    return None


def _shown(session: Session, sample_id: int, comment_id: int, done: int, left: int) -> TextToLabel:
    comment, title, summary = session.exec(
        select(Comment, Commitment.title, Commitment.summary)
        .join(Commitment, col(Commitment.id) == Comment.commitment_id)
        .where(Comment.id == comment_id)
    ).one()
    before = session.exec(select(Comment).where(Comment.id == comment.parent_id, READABLE)).first() if comment.parent_id else None
    return TextToLabel(sample_id, comment_id, whole_text(comment), before.text if before else "", title, summary, done, left)


def sample_lines(session: Session, region_id: int) -> list[SampleLine]:
    """Return the samples of a region, newest first. Two statements for each open one."""
    rows = session.exec(select(ToneSample).where(ToneSample.region_id == region_id).order_by(col(ToneSample.id).desc()).limit(50)).all()
    return [_line(session, row) for row in rows]


def _line(session: Session, row: ToneSample) -> SampleLine:
    given: dict[int, list[Given]] = given_to(session, row.id or 0) if row.state == "open" else {}
    labels = [*given.values()]
    pairs = first_pairs(labels)
    facts = row.facts or {}
    agreed = Agreement(**facts["agreement"]) if facts else (rules.agreement(pairs) if pairs else None)
    return SampleLine(
        id=row.id or 0,
        topic=row.topic,
        since=row.since,
        until=row.until,
        population=row.population,
        size=row.size,
        settled=facts.get("labelled", sum(rules.settled(one) is not None for one in labels)),
        labels=sum(map(len, labels)),
        differing=sum(rules.free_slot(one) == 3 for one in labels),
        state=row.state,
        drawn_at=row.drawn_at,
        agreement=agreed,
    )


# What everybody sees


def results_of(session: Session, region_id: int, quiet: Quiet, today: date) -> list[Result]:
    """Return the results of a region that may be shown, newest first. One statement."""
    rows = session.exec(
        select(ToneSample).where(ToneSample.region_id == region_id, ToneSample.state == "done").order_by(col(ToneSample.id).desc())
    ).all()
    return [_result(row) for row in rows if row.ended_at and rules.may_publish(quiet, berlin_date(row.ended_at), today)]


def _result(row: ToneSample) -> Result:
    facts: dict[str, Any] = row.facts or {}
    return Result(
        id=row.id or 0,
        topic=row.topic,
        since=row.since,
        until=row.until,
        ended_at=row.ended_at or row.drawn_at,
        model=row.model,
        population=facts["population"],
        labelled=facts["labelled"],
        bars=tuple(_bar(one) for one in facts["shares"]),
        agreement=Agreement(**facts["agreement"]),
        seed=row.seed,
    )


def _bar(one: dict[str, Any]) -> Bar:
    """Round to whole per cent, the interval outward."""
    low, high = math.floor(100 * one["low"] + 1e-9), math.ceil(100 * one["high"] - 1e-9)
    return Bar(tuple(one["tones"]), round(100 * one["share"]), low, high, one["method"])


def discarded(session: Session, region_id: int) -> int:
    """Return how many samples of a region were thrown away. One statement."""
    return session.exec(
        select(func.count()).select_from(ToneSample).where(ToneSample.region_id == region_id, ToneSample.state == "discarded")
    ).one()


def stances_of(session: Session, region_id: int) -> dict[str, Stances]:
    """Return declared stances by topic (empty: the whole region), where at least five comments stand. One statement."""
    rows = session.exec(select(StanceCount).where(StanceCount.region_id == region_id)).all()
    return {
        row.topic: Stances(row.for_, row.against, row.question, row.none, row.counted_at)
        for row in rows
        if row.for_ + row.against + row.question + row.none >= SMALLEST_GROUP
    }


def state_of(session: Session, region_id: int) -> str:
    """Return what changes whenever one of these figures does. One statement."""
    ended, counted = session.exec(
        select(
            select(func.max(ToneSample.ended_at)).where(ToneSample.region_id == region_id).scalar_subquery(),
            select(func.max(StanceCount.counted_at)).where(StanceCount.region_id == region_id).scalar_subquery(),
        )
    ).one()
    return f"{ended}.{counted}"


def has_open(session: Session, region_id: int) -> bool:
    """Whether people are labelling a sample of the region. One statement."""
    return (
        session.exec(select(ToneSample.id).where(ToneSample.region_id == region_id, ToneSample.state == "open").limit(1)).first()
        is not None
    )
