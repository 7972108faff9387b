"""A county with comments whose tone is known, and people who label; all invented."""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import select

from beteiligung import jobs
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.insight import sentiment, tone_results, tone_samples
from beteiligung.insight.tone_models import CommentTone, SampleText, ToneLabel, ToneSample
from beteiligung.insight.tone_queries import next_text
from beteiligung.insight.tone_rules import Reader
from beteiligung.insight.tone_samples import Scope
from beteiligung.jobs import Job
from beteiligung.participation.models import Comment
from support import NOW, make_account, make_commitment, make_document, make_region

WORDS = {
    "positive": "Das ist eine gute Idee, danke dafür.",
    "neutral": "Der Weg ist zwei Meter breit.",
    "negative": "Das ist schlecht und kostet zu viel.",
    "unclear": "Na dann.",
}
MODEL = "tone of German comments 1"


@dataclass
class Scene:
    region_id: int
    slug: str
    clerk: Reader
    members: list[Reader]
    author: int
    truth: dict[int, str]
    comments: list[int] = field(default_factory=list)

    def draw(self, size=50, scope=None, now=NOW):
        with unit_of_work() as session:
            return tone_samples.draw(session, self.clerk, self.region_id, scope or Scope(), size, now).id

    def next(self, reader):
        with reading() as session:
            return next_text(session, reader, self.region_id)

    def label(self, reader, text, label=None, now=NOW):
        with unit_of_work() as session:
            tone_samples.give_label(
                session, reader, self.region_id, text.sample_id, text.comment_id, label or self.truth[text.comment_id], now
            )

    def label_all(self, *readers, wrong=lambda _reader, _comment: None, now=NOW):
        """Have people label until nothing waits for them; `wrong` may name another label. Returns how many labels were given."""
        given = 0
        for reader in readers:
            while text := self.next(reader):
                self.label(reader, text, wrong(reader, text.comment_id), now)
                given += 1
        return given

    def settle(self, sample_id, *readers, but=0):
        """Store the right label of two people for all drawn comments at once, but for the last few."""
        texts = self.drawn(sample_id)
        with unit_of_work() as session:
            for comment in texts[: len(texts) - but]:
                for slot, who in enumerate(readers or self.members[:2], 1):
                    label = self.truth[comment]
                    session.add(
                        ToneLabel(sample_id=sample_id, comment_id=comment, slot=slot, account_id=who.account_id, label=label, given_at=NOW)
                    )

    def conclude(self, sample_id, now=NOW):
        with unit_of_work() as session:
            return tone_results.conclude(session, sample_id, tone_results.figures(session, sample_id), now)

    def sample(self, sample_id):
        with reading() as session:
            return session.get_one(ToneSample, sample_id)

    def drawn(self, sample_id):
        with reading() as session:
            query = select(SampleText.comment_id).where(SampleText.sample_id == sample_id, SampleText.position.is_not(None))
            return list(session.exec(query.order_by(SampleText.position)).all())


def make_scene(count=80, shares=(0.3, 0.4, 0.2), seed=1, **region):
    """Add a region with so many comments of known tone, each read by a model that is right two times of three."""
    chance = random.Random(seed)
    with unit_of_work() as session:
        place = make_region(session, **region)
        commitment = make_commitment(session, make_document(session, place), topic="mobilitaet")
        author = make_account(session).id
        clerk = make_account(session, clerk_of=place).id
        members = [make_account(session, council_of=place).id for _ in range(3)]
        scene = Scene(place.id, place.slug, Reader(clerk, False, True), [Reader(one, True, False) for one in members], author, {})
        for number in range(count):
            at = NOW - timedelta(days=2, minutes=number)
            part = number / count
            label = (
                "positive" if part < shares[0] else "neutral" if part < sum(shares[:2]) else "negative" if part < sum(shares) else "unclear"
            )
            comment = Comment(commitment_id=commitment.id, author_id=author, text=f"{WORDS[label]} ({number})", created_at=at)
            session.add(comment)
            session.flush()
            said = label if label != "unclear" and chance.random() < 0.67 else chance.choice(sentiment.LABELS)
            chances = {one: 0.6 if one == said else 0.2 for one in sentiment.LABELS}
            session.add(CommentTone(comment_id=comment.id, model=MODEL, label=said, read_at=at, **chances))
            scene.truth[comment.id] = label
            scene.comments.append(comment.id)
    return scene


def labelled_scene(count=200):
    """Add a region with a finished sample of all its comments, each labelled by two people as its words say."""
    scene = make_scene(count)
    with unit_of_work() as session:
        sample = ToneSample(
            region_id=scene.region_id, model=MODEL, model_sha256="0" * 64, seed="0", frame_sha256="0" * 64,
            population=count, size=count, drawn_at=NOW, state="done", ended_at=NOW, facts={},
        )  # fmt: skip
        session.add(sample)
        session.flush()
        for place, number in enumerate(scene.comments):
            session.add(SampleText(sample_id=sample.id, comment_id=number, positive=0.3, neutral=0.4, negative=0.3, position=place))
            for slot, who in enumerate(scene.members[:2], 1):
                label = scene.truth[number]
                session.add(
                    ToneLabel(sample_id=sample.id, comment_id=number, slot=slot, account_id=who.account_id, label=label, given_at=NOW)
                )
    return scene


# Work for a worker, as in tests/worker/test_tasks.py: each returns the number of the outbox entry.


def comment_to_read(_database):
    scene = make_scene(count=1)
    with unit_of_work() as session:
        session.delete(session.get_one(CommentTone, scene.comments[0]))
        return jobs.enqueue(session, Job.READ_TONE, utcnow(), id=scene.comments[0])


def comments_to_read(_database):
    make_scene(count=7)
    with unit_of_work() as session:
        session.execute(update(CommentTone).values(model="older 1"))
        return jobs.enqueue(session, Job.READ_TONES, utcnow())


def sample_to_evaluate(_database):
    scene = make_scene(count=60)
    number = scene.draw(50)
    scene.settle(number)
    with unit_of_work() as session:
        return jobs.enqueue(session, Job.EVALUATE_SAMPLE, utcnow(), id=number)


def labels_to_learn_from(_database):
    labelled_scene()
    with unit_of_work() as session:
        return jobs.enqueue(session, Job.LEARN_TONE, utcnow())
