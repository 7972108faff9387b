"""From labels to shares: the figures of a sample, frozen once everybody has read it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from beteiligung.insight import tone_rules as rules
from beteiligung.insight.sentiment import LABELS
from beteiligung.insight.shares import Share, share_from
from beteiligung.insight.tone_models import TONES, SampleText, ToneSample
from beteiligung.insight.tone_reading import READABLE
from beteiligung.insight.tone_rules import Given
from beteiligung.insight.tone_samples import given_to, is_complete
from beteiligung.jobs import Job, enqueue
from beteiligung.participation.models import Comment

Scores = dict[str, float]
"""What the frozen model says of one comment, by tone; see `scores_of`."""


@dataclass(frozen=True)
class Figures:
    """What is frozen of a sample, with the settled labels it was worked out from."""

    labels: dict[int, str]
    facts: dict[str, Any]


def scores_of(positive: float, neutral: float, negative: float) -> Scores:
    """Return a score for each of the four tones; for „unclear“, which the model does not know, its doubt.

    Any score will do: `insight.shares` weighs it by what it is worth on the labels.
    """
    return {**dict(zip(LABELS, (positive, neutral, negative), strict=True)), "unclear": 1 - max(positive, neutral, negative)}


def shares_of(labels: Sequence[str], scores: Sequence[Scores], means: Scores, population: int) -> list[dict[str, Any]]:
    """Return the shares of the tones, in groups that may be shown (see `rules.publishable`). Pure.

    `labels` (n) and `scores` (n) are of the sample, `means` over all `population` comments.
    """
    counts = Counter(labels)
    found = []
    for group in rules.publishable({tone: counts[tone] for tone in TONES}):
        hits = [float(label in group) for label in labels]
        said = [sum(one[tone] for tone in group) for one in scores]
        share = share_from(hits, said, sum(means[tone] for tone in group), population)
        found.append({"tones": list(group), **_rounded(share)})
    return found


def _rounded(share: Share) -> dict[str, Any]:
    return {
        "share": round(share.estimate, 3), "low": round(share.low, 3), "high": round(share.high, 3),
        "method": share.method, "weight": round(share.weight, 3),
    }  # fmt: skip


def figures(session: Session, sample_id: int) -> Figures | None:
    """Return what is to be frozen of a sample, None while a comment waits for a label or too few are left. Four statements."""
    sample = session.get(ToneSample, sample_id)
    if sample is None or sample.state != "open" or not is_complete(session, sample_id):
        return None
    seen = select(SampleText).join(Comment, col(Comment.id) == SampleText.comment_id).where(SampleText.sample_id == sample_id, READABLE)
    texts = session.exec(seen.order_by(col(SampleText.comment_id))).all()
    said = {one.comment_id: scores_of(one.positive, one.neutral, one.negative) for one in texts}
    given = given_to(session, sample_id)
    labels = {one.comment_id: rules.settled(given[one.comment_id]) or "" for one in texts if one.position is not None}
    if not rules.is_enough(len(labels)):
        return None
    means = {tone: sum(one[tone] for one in said.values()) / len(said) for tone in TONES}
    facts = {
        "population": len(said),
        "gone": sample.population - len(said),
        "labelled": len(labels),
        "agreement": asdict(rules.agreement(first_pairs([given[number] for number in labels]))),
        "shares": shares_of([*labels.values()], [said[number] for number in labels], means, len(said)),
    }
    return Figures(labels, facts)


def first_pairs(given: Sequence[Sequence[Given]]) -> list[tuple[str, str]]:
    """Return the first two labels of each comment that has them."""
    by_slot: list[Mapping[int, str]] = [{one.slot: one.label for one in labels} for labels in given]
    return [(slots[1], slots[2]) for slots in by_slot if 1 in slots and 2 in slots]


def conclude(session: Session, sample_id: int, found: Figures | None, now: datetime) -> bool:
    """Freeze the figures, if the labels are still those they were worked out from, and have the model learn; tells whether it did.

    What the model said of comments that were not drawn is forgotten: only the figures need it.
    """
    if found is None:
        return False
    sample = session.exec(
        select(ToneSample).where(ToneSample.id == sample_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    given = given_to(session, sample_id)
    same = all(rules.settled(given.get(number, [])) == label for number, label in found.labels.items())
    if sample.state != "open" or not same:
        return False
    sample.state, sample.ended_at, sample.facts = "done", now, found.facts
    session.add(sample)
    session.execute(delete(SampleText).where(col(SampleText.sample_id) == sample_id, col(SampleText.position).is_(None)))
    enqueue(session, Job.LEARN_TONE, now)
    return True


def close_complete(session: Session, now: datetime) -> None:
    """Have samples evaluated that became complete without a last label: because their last open comment is gone."""
    waiting = select(ToneSample.id).where(ToneSample.state == "open").order_by(col(ToneSample.id))
    for number in session.exec(waiting).all():
        left = session.exec(
            select(func.count()).select_from(SampleText).where(SampleText.sample_id == number, col(SampleText.position).is_not(None))
        )
        if number is not None and rules.is_enough(left.one()) and is_complete(session, number):
            enqueue(session, Job.EVALUATE_SAMPLE, now, id=number)
