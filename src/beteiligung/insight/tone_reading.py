"""The tone of comments: which are to be read, what the present model says of them, and that what is gone loses it.

Texts are classified outside of transactions: the worker reads, computes, and stores.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete
from sqlalchemy import select as plain_select
from sqlmodel import Session, col, func, select

from beteiligung.catalogue.models import Commitment
from beteiligung.db import inserting
from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.insight import onnx_model, sentiment
from beteiligung.insight.sentiment import Head, Manifest, Model
from beteiligung.insight.tone_models import CommentTone, SampleText, StanceCount, ToneHead, ToneLabel
from beteiligung.participation.models import Comment

BATCH = 500
"""Comments read at a time: half a second of work, so that little is lost when a worker dies."""

READABLE = and_(col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None), col(Comment.official).is_(False))
"""Which comments have a tone: those of residents that can be seen."""


@dataclass(frozen=True)
class ToRead:
    """A comment with the text that was classified, additions included."""

    comment_id: int
    text: str


def whole_text(comment: Comment) -> str:
    """Return what somebody said in a comment: its text and what was added later."""
    return "\n".join([comment.text, *(one["text"] for one in comment.additions)])


# The model


OWN = "onnx"
"""What the row of the operator's own model says of its kind; it holds no arrays."""
_LOADED: dict[str, Head] = {}
"""The head learned here by the SHA-256 of its arrays: one is in use at a time."""


def current_head(session: Session) -> Model:
    """Return the model in use: the newest one that took over here, else the built-in one. One statement, or two.

    Raises Invalid where that is the operator's own and its folder does not hold it any more: then nothing is read until it does.
    """
    newest = session.exec(
        select(ToneHead.id, ToneHead.manifest).where(col(ToneHead.taken)).order_by(col(ToneHead.id).desc()).limit(1)
    ).first()
    if newest is None:
        return sentiment.load()
    number, described = newest
    if described.get("kind") == OWN:
        return _own(described)
    manifest = Manifest(**{**described, "labels": sentiment.LABELS})
    if manifest.sha256 not in _LOADED:
        arrays = session.exec(select(ToneHead.arrays).where(ToneHead.id == number)).one()
        _LOADED.clear()
        _LOADED[manifest.sha256] = sentiment.unpacked(arrays or b"", manifest)
    return _LOADED[manifest.sha256]


def _own(described: Mapping[str, Any]) -> Model:
    found = onnx_model.own()
    if found is None or found.manifest.sha256 != described["sha256"]:
        name = f"{described['name']} {described['version']}"
        raise Invalid(_("Das Modell {name} ist im Einsatz, liegt aber nicht mehr in BETEILIGUNG_TONE_MODEL.").format(name=name))
    return found


# Reading


def one_to_read(session: Session, comment_id: int) -> ToRead | None:
    """Return a comment as it is to be read, None where it has no tone (any more). One statement."""
    comment = session.exec(select(Comment).where(Comment.id == comment_id, READABLE)).first()
    return ToRead(comment_id, whole_text(comment)) if comment else None


def next_to_read(session: Session, model: str, after: int) -> list[ToRead]:
    """Return the next comments behind `after` that this model has not read, by number. One statement."""
    read = and_(col(CommentTone.comment_id) == col(Comment.id), col(CommentTone.model) == model)
    comments = session.exec(
        select(Comment)
        .outerjoin(CommentTone, read)
        .where(READABLE, col(Comment.id) > after, col(CommentTone.comment_id).is_(None))
        .order_by(col(Comment.id))
        .limit(BATCH)
    ).all()
    return [ToRead(comment.id or 0, whole_text(comment)) for comment in comments]


def classified(texts: Sequence[ToRead], head: Model) -> list[dict[str, Any]]:
    """Return the rows for these comments, without the time. Pure; takes about a millisecond a comment."""
    return [
        {"comment_id": one.comment_id, "model": head.manifest.key, "label": tone.label}
        | dict(zip(sentiment.LABELS, tone.probabilities, strict=True))
        for one, tone in zip(texts, sentiment.classify([one.text for one in texts], head), strict=True)
    ]


def store(session: Session, read: Sequence[ToRead], rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Keep what the model said of comments whose words are still the same; of others newer work says it."""
    numbers = [one.comment_id for one in read]
    present = session.exec(select(Comment).where(col(Comment.id).in_(numbers), READABLE).execution_options(populate_existing=True)).all()
    words = {comment.id: whole_text(comment) for comment in present}
    same = {one.comment_id for one in read if words.get(one.comment_id) == one.text}
    kept = [{**row, "read_at": now} for row in rows if row["comment_id"] in same]
    if kept:
        statement = inserting(session)(CommentTone)
        changed = {name: getattr(statement.excluded, name) for name in kept[0] if name != "comment_id"}
        session.execute(statement.on_conflict_do_update(index_elements=["comment_id"], set_=changed), kept)


def forget(session: Session, comment_id: int) -> None:
    """Take from a comment that cannot be seen any more what was said of it: its tone, its place in samples, its labels."""
    seen = session.exec(select(Comment.id).where(Comment.id == comment_id, READABLE).with_for_update(key_share=True)).first()
    if seen is None:
        for model in (CommentTone, SampleText, ToneLabel):
            session.execute(delete(model).where(col(model.comment_id) == comment_id))


def finish_round(session: Session, now: datetime) -> None:
    """End a round over all comments: forget every one that cannot be seen (nothing should be left), count the stances."""
    _forget_gone(session)
    count_stances(session, now)


def _forget_gone(session: Session) -> None:
    gone = select(col(Comment.id)).where(~READABLE)
    for model in (CommentTone, SampleText, ToneLabel):
        session.execute(delete(model).where(col(model.comment_id).in_(gone)))


# Declared stances


def count_stances(session: Session, now: datetime) -> None:
    """Count the stances that people declared, for every topic of every region and for each region as a whole."""
    stances = ("for", "against", "question")
    columns: list[Any] = [
        col(Commitment.region_id),
        col(Commitment.topic),
        *(func.sum(case((col(Comment.stance) == one, 1), else_=0)) for one in stances),
        func.sum(case((col(Comment.stance).is_(None), 1), else_=0)),
    ]
    rows = session.execute(
        plain_select(*columns)
        .select_from(Comment)
        .join(Commitment, col(Commitment.id) == col(Comment.commitment_id))
        .where(READABLE, col(Commitment.state) == "published")
        .group_by(col(Commitment.region_id), col(Commitment.topic))
    ).all()
    counts: dict[tuple[int, str], list[int]] = {}
    for region_id, topic, *numbers in rows:
        for key in ((region_id, topic), (region_id, "")):
            counts[key] = [a + int(b) for a, b in zip(counts.get(key, [0] * 4), numbers, strict=True)]
    _replace(session, counts, now)


def _replace(session: Session, counts: Mapping[tuple[int, str], list[int]], now: datetime) -> None:
    before = {(row.region_id, row.topic): row for row in session.exec(select(StanceCount)).all()}
    for key, row in before.items():
        if key not in counts:
            session.delete(row)
    for (region_id, topic), (for_, against, question, none) in counts.items():
        row = before.get((region_id, topic)) or StanceCount(
            region_id=region_id, topic=topic, for_=0, against=0, question=0, none=0, counted_at=now
        )
        if (row.for_, row.against, row.question, row.none) != (for_, against, question, none):
            row.for_, row.against, row.question, row.none, row.counted_at = for_, against, question, none, now
        session.add(row)
