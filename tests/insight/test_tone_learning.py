"""A head learned from labels takes over only if it is better on labels that neither head has seen."""

import random
from io import BytesIO

import numpy as np
import pytest
from sqlmodel import select

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.insight import sentiment, tone_learning, tone_reading
from beteiligung.insight.sentiment import LABELS
from beteiligung.insight.tone_learning import Comparison, Lesson, learn
from beteiligung.insight.tone_models import CommentTone, ToneHead
from beteiligung.jobs import Job
from insight.tone_scene import labelled_scene
from support import NOW
from worker import tasks

SAYS = {
    "positive": ("Rufbus", "Tauschregal", "Brunnen"),
    "neutral": ("Querung", "Messpunkt", "Anlage"),
    "negative": ("Schranke", "Poller", "Umlaufsperre"),
}


def lessons(count, seed, honest=0.9, **more):
    """Return invented texts whose tone hangs on words that only people here would know."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        label = LABELS[number % 3]
        text = f"Zum Thema {chance.choice(SAYS[label])} an der Straße {chance.randrange(9)} in Ort {chance.randrange(9)}."
        made.append(Lesson(text, label if chance.random() < honest else chance.choice(LABELS), **more))
    return made


@pytest.fixture(scope="module")
def learned():
    return learn(lessons(240, 1), sentiment.load(), 1)


def test_what_people_say_here_is_learned_and_holds_on_new_texts(learned):
    assert learned.comparison.takes_over
    assert learned.comparison.new_accuracy > learned.comparison.old_accuracy + 0.2
    new = lessons(120, 2, honest=1)
    texts, labels = [one.text for one in new], [one.label for one in new]
    reached = sentiment.evaluate(learned.head, texts, labels)
    assert reached.accuracy > sentiment.evaluate(sentiment.load(), texts, labels).accuracy + 0.2
    assert learned.comparison.new_ece < 0.15


def test_it_does_not_forget_what_it_knew(learned):
    said = sentiment.classify(["Das ist wunderbar, vielen Dank!", "Das ist furchtbar, eine Schande!"], learned.head)
    positive, _neutral, negative = range(3)
    assert said[0].probabilities[positive] > said[0].probabilities[negative]
    assert said[1].probabilities[negative] > said[1].probabilities[positive]


def test_labels_by_chance_never_take_over():
    heads = [learn(lessons(180, seed, honest=0), sentiment.load(), 1) for seed in range(4)]
    assert sum(one.comparison.takes_over for one in heads) <= 1, "by chance one time in twenty"


def test_the_rule_asks_for_more_than_chance_and_for_probabilities_no_worse():
    def takes(gain, old_loss, new_loss):
        return Comparison(200, 200, 0.5, 0.6, old_loss, new_loss, gain, 0.05).takes_over

    assert takes(1.7, 1.0, 0.9)
    assert not takes(1.6, 1.0, 0.9)
    assert not takes(3.0, 1.0, 1.1)


def test_the_head_in_use_is_asked_only_about_labels_it_has_not_seen(learned):
    seen, more = lessons(240, 1, unseen=False), lessons(100, 3)
    again = learn(seen + more, learned.head, 2)
    assert (again.comparison.labels, again.comparison.unseen) == (340, 100)
    assert again.comparison.old_accuracy > 0.7, "the old head knows these words already"
    assert learn(seen, learned.head, 2) is None
    assert learn(lessons(149, 1), sentiment.load(), 1) is None


def test_a_head_that_takes_over_reads_everything_anew_and_is_plain_arrays(database):
    labelled_scene()
    with unit_of_work() as session:
        number = tasks.jobs.enqueue(session, Job.LEARN_TONE, utcnow())
    tasks.perform(Job.LEARN_TONE, number)
    with reading() as session:
        row = session.exec(select(ToneHead)).one()
        head = tone_reading.current_head(session)
        assert row.taken
        assert row.facts["new_accuracy"] > row.facts["old_accuracy"]
        assert head.manifest.key == "tone-local 1"
        entry = session.exec(select(tasks.jobs.OutboxEntry.id).where(tasks.jobs.OutboxEntry.job == Job.READ_TONES.value)).one()
    with np.load(BytesIO(row.arrays), allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays} == {"f"}
    tasks.perform(Job.READ_TONES, entry)
    with reading() as session:
        assert set(session.exec(select(CommentTone.model)).all()) == {"tone-local 1"}
        lessons_now = tone_learning.lessons_of(session)
        assert len(lessons_now) == 180, "unclear ones teach nothing"
        assert not any(one.unseen for one in lessons_now)
    with unit_of_work() as session:  # what was learned against a head that is not in use any more is dropped
        late = tone_learning.Learned(Comparison(200, 200, 0.4, 0.9, 1, 0.2, 9.0, 0.1), head)
        assert tone_learning.keep(session, sentiment.load(), late, NOW) is None
