"""Samples that people label: drawing one, labelling, taking back, throwing away."""

import hashlib
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import and_, delete, insert
from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.catalogue.models import Commitment
from beteiligung.catalogue.topics import by_slug
from beteiligung.clock import BERLIN
from beteiligung.errors import Conflict, Forbidden, Invalid, NotFound
from beteiligung.i18n import _
from beteiligung.identity.offices import in_office
from beteiligung.insight import tone_rules as rules
from beteiligung.insight.sentiment import Model
from beteiligung.insight.tone_models import TONES, CommentTone, SampleText, ToneLabel, ToneSample
from beteiligung.insight.tone_reading import READABLE, current_head
from beteiligung.insight.tone_rules import Given, Reader
from beteiligung.jobs import Job, enqueue
from beteiligung.notifications import service as notifications
from beteiligung.participation.models import Comment
from beteiligung.places.models import Region

WAIT = timedelta(minutes=2)
"""Between the last label and the figures: so long it can still be taken back."""


@dataclass(frozen=True)
class Scope:
    """Which comments a sample is about: of all topics (empty) or of one, from a day to a day in Berlin."""

    topic: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Frame:
    """The comments to draw from with what the model says of them, by number; `unread`: how many no model has read yet."""

    head: Model
    rows: list[tuple[int, float, float, float]]
    unread: int


def frame_of(session: Session, region_id: int, scope: Scope) -> Frame:
    """Return the comments of a selection with the present model's probabilities, all frozen from here on. Two statements."""
    head = current_head(session)
    read = and_(col(CommentTone.comment_id) == col(Comment.id), col(CommentTone.model) == head.manifest.key)
    query = (
        select(Comment.id, CommentTone.positive, CommentTone.neutral, CommentTone.negative)
        .select_from(Comment)
        .join(Commitment, col(Commitment.id) == col(Comment.commitment_id))
        .outerjoin(CommentTone, read)
        .where(READABLE, Commitment.region_id == region_id, Commitment.state == "published")
        .order_by(col(Comment.id))
    )
    if scope.topic:
        query = query.where(Commitment.topic == scope.topic)
    if scope.since:
        query = query.where(col(Comment.created_at) >= datetime.combine(scope.since, time(), BERLIN))
    if scope.until:
        query = query.where(col(Comment.created_at) < datetime.combine(scope.until + timedelta(days=1), time(), BERLIN))
    rows = session.exec(query).all()
    kept = [cast("tuple[int, float, float, float]", tuple(row)) for row in rows if row[1] is not None]
    return Frame(head, kept, len(rows) - len(kept))


def draw(session: Session, reader: Reader, region_id: int, scope: Scope, size: int, now: datetime) -> ToneSample:
    """Draw a sample: the model and what it says are kept first, then a new seed draws. Raises Forbidden, Invalid, Conflict.

    Samples of fewer comments than `size` hold all of them.
    """
    if not rules.may_draw_sample(reader):
        raise Forbidden(_("Stichproben zieht die Verwaltung dieser Region."))
    errors = {}
    if size not in rules.SIZES:
        errors["size"] = _("Bitte wählen Sie eine der Größen.")
    if scope.topic and by_slug(scope.topic) is None:
        errors["topic"] = _("Bitte wählen Sie eines der Themen.")
    if scope.since and scope.until and scope.since > scope.until:
        errors["until"] = _("Das Ende liegt vor dem Anfang.")
    if errors:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder."), errors)
    frame = frame_of(session, region_id, scope)
    if frame.unread:
        enqueue(session, Job.READ_TONES, now, period=f"{now:%Y-%m-%dT%H:%M}")  # once, however often the button is pressed
    earlier = session.exec(select(ToneSample).where(ToneSample.region_id == region_id, ToneSample.state != "discarded")).all()
    chosen = (scope.topic, scope.since, scope.until)
    others = [one.population for one in earlier if rules.nested(chosen, (one.topic, one.since, one.until))]
    is_open = any(one.state == "open" and one.topic == scope.topic for one in earlier)
    if reason := rules.why_not_draw(len(frame.rows), frame.unread, others, is_open=is_open):
        raise Conflict(reason)
    return _draw(session, reader, region_id, scope, min(size, len(frame.rows)), frame, now)


def _draw(session: Session, reader: Reader, region_id: int, scope: Scope, size: int, frame: Frame, now: datetime) -> ToneSample:
    numbers = [row[0] for row in frame.rows]
    seed = secrets.token_hex(16)
    sample = ToneSample(
        region_id=region_id,
        topic=scope.topic,
        since=scope.since,
        until=scope.until,
        model=frame.head.manifest.key,
        model_sha256=frame.head.manifest.sha256,
        seed=seed,
        frame_sha256=hashlib.sha256("\n".join(map(str, numbers)).encode()).hexdigest(),
        population=len(numbers),
        size=size,
        drawn_at=now,
        drawn_by=reader.account_id,
    )
    session.add(sample)
    session.flush()
    place = {number: position for position, number in enumerate(drawn(numbers, seed, size))}
    names = ("comment_id", "positive", "neutral", "negative")
    texts: list[Mapping[str, Any]] = [
        {"sample_id": sample.id, **dict(zip(names, row, strict=True)), "position": place.get(row[0])} for row in frame.rows
    ]
    session.execute(insert(SampleText), texts)
    audit.record(
        session, "tone_sample_drawn", f"tone_sample:{sample.id}", now,
        account_id=reader.account_id, region_id=region_id, topic=scope.topic, size=size, population=len(numbers), seed=seed,
    )  # fmt: skip
    _call_readers(session, sample, now)
    return sample


def _call_readers(session: Session, sample: ToneSample, now: datetime) -> None:
    """Tell who may label, in the account, that texts wait; once each, and not the one who had them drawn."""
    readers = {number for office in ("clerk", "council") for number in in_office(session, sample.region_id, office, now)}
    region = session.get_one(Region, sample.region_id)
    notifications.write(
        session,
        readers - {sample.drawn_by},
        event=f"sample:{sample.id}",
        sentence="sample",
        words={"number": str(sample.size), "region": region.name},
        path=f"/buergerrat/{region.slug}/einordnen",
        now=now,
        mails=False,
    )


def drawn(numbers: list[int], seed: str, size: int) -> list[int]:
    """Return the comments that a seed draws from sorted numbers, in the order in which they are labelled. Pure; anyone can repeat it."""
    return random.Random(seed).sample(numbers, size)


# Labels


def given_to(session: Session, sample_id: int, comment_id: int | None = None) -> dict[int, list[Given]]:
    """Return the labels of a sample (or of one comment of it) by comment. One statement."""
    query = select(ToneLabel).where(ToneLabel.sample_id == sample_id)
    if comment_id is not None:
        query = query.where(ToneLabel.comment_id == comment_id)
    found: dict[int, list[Given]] = {}
    for row in session.exec(query.execution_options(populate_existing=True)).all():
        found.setdefault(row.comment_id, []).append(Given(row.slot, row.account_id, row.label))
    return found


def _open_sample(session: Session, region_id: int, sample_id: int) -> ToneSample:
    """Return a sample of the region, locked against its end. Raises NotFound."""
    sample = session.exec(
        select(ToneSample).where(ToneSample.id == sample_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if sample is None or sample.region_id != region_id:
        raise NotFound(_("Diese Stichprobe gibt es hier nicht."))
    return sample


def give_label(session: Session, reader: Reader, region_id: int, sample_id: int, comment_id: int, label: str, now: datetime) -> None:
    """Label a comment of a sample; the figures follow the last label by two minutes. Raises NotFound, Invalid, Forbidden, Conflict."""
    sample = _open_sample(session, region_id, sample_id)
    drawn_one = session.get(SampleText, (sample_id, comment_id))
    comment = session.exec(select(Comment).where(Comment.id == comment_id, READABLE)).first()
    if comment is None or drawn_one is None or drawn_one.position is None:
        raise NotFound(_("Dieser Text gehört nicht oder nicht mehr zur Stichprobe."))
    given = given_to(session, sample_id, comment_id).get(comment_id, [])
    if reason := rules.why_not_label(reader, comment.author_id, given, sample.state):
        raise (Conflict if rules.may_label(reader) else Forbidden)(reason)
    if label not in TONES:
        raise Invalid(_("Bitte wählen Sie eine der vier Antworten."), {"label": _("Bitte wählen Sie eine der vier Antworten.")})
    slot = cast(int, rules.free_slot(given))
    session.add(ToneLabel(sample_id=sample_id, comment_id=comment_id, slot=slot, account_id=reader.account_id, label=label, given_at=now))
    session.flush()
    if is_complete(session, sample_id):
        enqueue(session, Job.EVALUATE_SAMPLE, now, not_before=now + WAIT, id=sample_id)


def is_complete(session: Session, sample_id: int) -> bool:
    """Whether every comment of the sample that can be seen has a settled label. Two statements."""
    given = given_to(session, sample_id)
    texts = session.exec(
        select(SampleText.comment_id)
        .join(Comment, col(Comment.id) == SampleText.comment_id)
        .where(SampleText.sample_id == sample_id, col(SampleText.position).is_not(None), READABLE)
    ).all()
    return all(rules.settled(given.get(number, [])) for number in texts)


def take_back(session: Session, reader: Reader, region_id: int, now: datetime) -> tuple[int, int] | None:
    """Take back the last label this person gave here; returns sample and comment, None where nothing can be taken back."""
    del now
    last = session.exec(
        select(ToneLabel)
        .join(ToneSample, col(ToneSample.id) == ToneLabel.sample_id)
        .where(ToneLabel.account_id == reader.account_id, ToneSample.region_id == region_id, ToneSample.state == "open")
        .order_by(col(ToneLabel.given_at).desc(), col(ToneLabel.comment_id).desc())
        .limit(1)
    ).first()
    if last is None or not rules.may_label(reader):
        return None
    sample = _open_sample(session, region_id, last.sample_id)
    given = given_to(session, last.sample_id, last.comment_id).get(last.comment_id, [])
    own = next((one for one in given if one.account_id == reader.account_id), None)
    if sample.state != "open" or own is None or not rules.may_take_back(own, given):
        return None
    session.delete(last)
    session.flush()
    return last.sample_id, last.comment_id


def discard(session: Session, reader: Reader, region_id: int, sample_id: int, now: datetime) -> None:
    """Throw an open sample away; that there was one stays public. Raises NotFound, Forbidden, Conflict."""
    if not rules.may_draw_sample(reader):
        raise Forbidden(_("Stichproben zieht die Verwaltung dieser Region."))
    sample = _open_sample(session, region_id, sample_id)
    if sample.state != "open":
        raise Conflict(_("Diese Stichprobe ist abgeschlossen."))
    sample.state, sample.ended_at = "discarded", now
    session.add(sample)
    for model in (SampleText, ToneLabel):
        session.execute(delete(model).where(col(model.sample_id) == sample_id))
    audit.record(session, "tone_sample_discarded", f"tone_sample:{sample_id}", now, account_id=reader.account_id, region_id=region_id)
