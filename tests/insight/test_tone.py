"""Comments are read, samples drawn and labelled, figures frozen, and what is gone is forgotten."""

import random
from datetime import timedelta

import numpy as np
import pytest
from sqlmodel import func, select
from tests.bench.tones import MIXES, MODELS, simulate

from beteiligung import i18n
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, Forbidden, Invalid, NotFound
from beteiligung.insight import tone_queries, tone_reading, tone_results, tone_samples
from beteiligung.insight.shares import share_of
from beteiligung.insight.tone_models import TONES, CommentTone, SampleText, StanceCount, ToneLabel, ToneSample
from beteiligung.insight.tone_reading import ToRead
from beteiligung.insight.tone_rules import Reader
from beteiligung.insight.tone_samples import Scope
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.notifications.models import Notification
from beteiligung.notifications.queries import news
from beteiligung.participation import comments, rights
from beteiligung.participation.models import Comment
from beteiligung.participation.rules import Participant
from beteiligung.places.models import Region
from insight.tone_scene import MODEL, make_scene
from support import NOW, make_account
from worker import tasks


def count(model, *where):
    with reading() as session:
        return session.exec(select(func.count()).select_from(model).where(*where)).one()


def work_off(*kinds):
    """Do what waits of these kinds, as workers would."""
    with unit_of_work() as session:
        waiting = session.exec(select(OutboxEntry).where(OutboxEntry.done_at.is_(None)).order_by(OutboxEntry.id)).all()
        due = [(row.id, Job(row.job)) for row in waiting if row.job in kinds]
        for row in waiting:
            row.not_before = min(row.not_before, utcnow())
    for number, job in due:
        tasks.perform(job, number)


def me(scene):
    return Participant(scene.author, False, frozenset({scene.region_id}), None, True)


# Reading


def test_a_comment_is_read_again_when_its_words_change_and_forgotten_when_it_is_gone(database):
    scene = make_scene(count=1)
    place = scene.comments[0]
    with reading() as session:
        commitment = session.get_one(Comment, place).commitment_id
    now = utcnow()
    with unit_of_work() as session:
        new = comments.write_comment(session, me(scene), commitment, "Das ist wunderbar, danke!", None, now).id
    work_off(Job.READ_TONE)
    with reading() as session:
        first = session.get_one(CommentTone, new)
        assert (first.model, first.label in TONES) == (MODEL, True)
        assert first.positive + first.neutral + first.negative == pytest.approx(1, abs=1e-6)
    with unit_of_work() as session:
        comments.edit_comment(session, me(scene), new, "Das ist furchtbar und eine Schande!", None, now)
    work_off(Job.READ_TONE)
    with reading() as session:
        assert session.get_one(CommentTone, new).negative > first.negative
    with unit_of_work() as session:
        comments.hide_comment(session, new, "Regel 1", now)
    work_off(Job.READ_TONE)
    assert count(CommentTone, CommentTone.comment_id == new) == 0
    with unit_of_work() as session:
        comments.unhide_comment(session, new, now)
    work_off(Job.READ_TONE)
    assert count(CommentTone, CommentTone.comment_id == new) == 1
    with unit_of_work() as session:
        rights.erase(session, scene.author, now, keep_comments=False, keep_votes=True)
    work_off(Job.READ_TONE)
    assert count(CommentTone) == 0


def test_work_that_comes_late_does_not_bring_back_old_words(database):
    scene = make_scene(count=1)
    number = scene.comments[0]
    with reading() as session:
        old = tone_reading.one_to_read(session, number)
        head = tone_reading.current_head(session)
        before = session.get_one(CommentTone, number).positive
    with unit_of_work() as session:
        session.get_one(Comment, number).text = "Etwas anderes."
    with unit_of_work() as session:
        tone_reading.store(session, [old], tone_reading.classified([old], head), NOW)
        assert session.get_one(CommentTone, number).positive == pytest.approx(before)
        tone_reading.store(session, [ToRead(10**6, "x")], tone_reading.classified([ToRead(10**6, "x")], head), NOW)


def test_a_round_reads_what_another_model_read_and_counts_stances(database):
    scene = make_scene(count=12)
    with unit_of_work() as session:
        for row in session.exec(select(CommentTone)).all()[:7]:
            row.model = "older 3"
        session.get_one(Comment, scene.comments[0]).stance = "for"
        session.get_one(Comment, scene.comments[11]).withdrawn_at = NOW  # without its task: the round mends it
        tone_samples.enqueue(session, Job.READ_TONES, utcnow())
    work_off(Job.READ_TONES)
    assert count(CommentTone, CommentTone.model == MODEL) == 11
    assert count(CommentTone) == 11
    with reading() as session:
        everything = session.get_one(StanceCount, (scene.region_id, ""))
        assert (everything.for_, everything.none) == (1, 10)
        assert tone_queries.stances_of(session, scene.region_id)["mobilitaet"].none == 10


# The sample


def test_anyone_can_draw_the_sample_again_from_its_seed(database):
    scene = make_scene()
    number = scene.draw(50)
    sample = scene.sample(number)
    assert scene.drawn(number) == tone_samples.drawn(sorted(scene.comments), sample.seed, 50)
    assert (sample.population, sample.size, sample.model) == (80, 50, MODEL)
    assert len(set(scene.drawn(number))) == 50


def test_who_may_label_is_told_once_that_texts_wait(database):
    scene = make_scene()
    number = scene.draw()
    with reading() as session:
        told = session.exec(select(Notification)).all()
        assert {row.account_id for row in told} == {member.account_id for member in scene.members}  # not who had them drawn
        assert {(row.event, row.path, row.mail) for row in told} == {(f"sample:{number}", f"/buergerrat/{scene.slug}/einordnen", "none")}
        assert "50 Kommentare warten" in told[0].title
        line = news(session, scene.members[0].account_id)[0][0].title
        with i18n.speaking("en"):
            assert news(session, scene.members[0].account_id)[0][0].title.startswith("50 comments are waiting")
    assert line == told[0].title


def test_each_comment_is_drawn_as_often_as_any_other():
    times = np.zeros(60)
    for seed in range(3000):
        for number in tone_samples.drawn(list(range(60)), str(seed), 20):
            times[number] += 1
    assert abs(times - 1000).max() < 5 * np.sqrt(3000 * (1 / 3) * (2 / 3))


def test_nothing_is_drawn_before_all_is_read_nor_by_others_nor_twice(database):
    scene = make_scene()
    with pytest.raises(Forbidden), unit_of_work() as session:
        tone_samples.draw(session, scene.members[0], scene.region_id, Scope(), 50, NOW)
    for scope, size in ((Scope(topic="gibt-es-nicht"), 50), (Scope(), 7), (Scope(since=NOW.date(), until=NOW.date() - timedelta(1)), 50)):
        with pytest.raises(Invalid):
            scene.draw(size, scope)
    with pytest.raises(Conflict):  # another topic has no comments
        scene.draw(50, Scope(topic="klima-energie"))
    with unit_of_work() as session:
        session.delete(session.get_one(CommentTone, scene.comments[0]))
    with pytest.raises(Conflict):
        scene.draw()
    work_off(Job.READ_TONES)
    with unit_of_work() as session:
        tone_samples.enqueue(session, Job.READ_TONES, utcnow())
    work_off(Job.READ_TONES)
    scene.draw()
    with pytest.raises(Conflict):
        scene.draw()
    assert count(SampleText) == 80


def test_two_read_each_comment_blind_and_a_third_where_they_differ(database):
    scene = make_scene()
    number = scene.draw(50)
    first, second, third = scene.members
    odd = set(scene.drawn(number)[:6])

    def wrong(reader, comment):
        return "unclear" if reader is second and comment in odd and scene.truth[comment] != "unclear" else None

    text = scene.next(first)
    assert not {"author", "label", "positive", "model", "stance"} & set(vars(text))
    assert (text.done, text.left) == (0, 50)
    assert scene.label_all(first, second, wrong=wrong) == 100
    assert scene.next(first) is None
    waiting = sum(scene.truth[one] != "unclear" for one in odd)
    assert not scene.conclude(number), "some wait for a third person"
    with reading() as session:
        (line,) = tone_queries.sample_lines(session, scene.region_id)
    assert (line.labels, line.differing, line.agreement.same) == (100, waiting, 50 - waiting)
    assert scene.label_all(third) == waiting
    assert scene.conclude(number)
    facts = scene.sample(number).facts
    assert (facts["labelled"], facts["population"], facts["agreement"]["same"]) == (50, 80, 50 - waiting)
    truth = [scene.truth[one] for one in scene.drawn(number)]
    assert facts["shares"][0]["tones"] == ["positive"]
    whole = sum(label == "positive" for label in scene.truth.values()) / 80
    assert facts["shares"][0]["low"] <= whole <= facts["shares"][0]["high"]
    assert facts["shares"][0]["share"] == pytest.approx(truth.count("positive") / 50, abs=0.15)


def test_who_may_not_label(database):
    scene = make_scene()
    with unit_of_work() as session:
        region = session.get_one(Region, scene.region_id)
        writer = make_account(session, council_of=region).id
    number = scene.draw(50)
    own, other = scene.drawn(number)[:2]
    with unit_of_work() as session:
        session.get_one(Comment, own).author_id = writer
    author = Reader(writer, True, False)
    assert scene.next(author).comment_id == other
    drawn = set(scene.drawn(number))
    outside = next(one for one in scene.comments if one not in drawn)

    def refused(error, reader, comment, label="neutral", sample=number, region=None):
        with pytest.raises(error), unit_of_work() as session:
            tone_samples.give_label(session, reader, region or scene.region_id, sample, comment, label, NOW)

    refused(Conflict, author, own)
    refused(Forbidden, Reader(writer, False, False), other)
    refused(NotFound, author, outside)
    refused(NotFound, author, other, sample=number + 1)
    refused(NotFound, author, other, region=scene.region_id + 1)
    refused(Invalid, author, other, label="gut")
    scene.label(author, scene.next(author))
    refused(Conflict, author, other)


def test_a_label_can_be_taken_back_until_somebody_decided_because_of_it(database):
    scene = make_scene()
    number = scene.draw(50)
    first, second, third = scene.members
    for reader, label in ((first, "positive"), (second, "negative")):
        scene.label(reader, scene.next(reader), label)

    def back(reader):
        with unit_of_work() as session:
            return tone_samples.take_back(session, reader, scene.region_id, NOW)

    place = scene.drawn(number)[0]
    assert back(second) == (number, place)
    assert back(second) is None
    assert scene.next(second).comment_id == place
    scene.label(second, scene.next(second), "negative")
    assert scene.next(third).comment_id == place
    scene.label(third, scene.next(third), "negative")
    assert back(first) is None
    assert back(third) == (number, place)
    assert count(ToneLabel) == 2


def test_a_comment_that_goes_leaves_sample_and_population_and_never_blocks_the_end(database):
    scene = make_scene()
    number = scene.draw(50)
    drawn = scene.drawn(number)
    scene.settle(number, but=1)
    spare = next(one for one in scene.comments if one not in set(drawn))
    with unit_of_work() as session:
        for gone in (drawn[49], drawn[0], spare):
            comments.hide_comment(session, gone, "Regel 1", utcnow())
    work_off(Job.READ_TONE)
    assert count(ToneLabel, ToneLabel.comment_id == drawn[0]) == 0
    with unit_of_work() as session:
        tone_results.close_complete(session, utcnow())
    work_off(Job.EVALUATE_SAMPLE)
    facts = scene.sample(number).facts
    assert (facts["labelled"], facts["population"], facts["gone"]) == (48, 77, 3)
    assert count(SampleText) == 48, "what was not drawn is forgotten"


def test_figures_hold_only_for_the_labels_they_were_worked_out_from(database):
    scene = make_scene()
    number = scene.draw(50)
    scene.settle(number)
    with reading() as session:
        found = tone_results.figures(session, number)
    with unit_of_work() as session:
        assert tone_samples.take_back(session, scene.members[1], scene.region_id, NOW)
    with unit_of_work() as session:
        assert not tone_results.conclude(session, number, found, NOW)
    assert scene.sample(number).state == "open"


def test_a_discarded_sample_leaves_its_trace(database):
    scene = make_scene()
    number = scene.draw(50)
    scene.label(scene.clerk, scene.next(scene.clerk))
    with pytest.raises(Forbidden), unit_of_work() as session:
        tone_samples.discard(session, scene.members[0], scene.region_id, number, NOW)
    with unit_of_work() as session:
        tone_samples.discard(session, scene.clerk, scene.region_id, number, NOW)
    with pytest.raises(Conflict), unit_of_work() as session:
        tone_samples.discard(session, scene.clerk, scene.region_id, number, NOW)
    with reading() as session:
        assert tone_queries.discarded(session, scene.region_id) == 1
    assert count(SampleText) == count(ToneLabel) == 0
    assert scene.next(scene.clerk) is None


# Figures


def test_shares_are_those_of_prediction_powered_inference(database):
    chance = random.Random(5)
    truth = [chance.choices(TONES, (0.35, 0.35, 0.25, 0.05))[0] for _ in range(600)]
    said = []
    for label in truth:
        right = label if label != "unclear" and chance.random() < 0.8 else chance.choice(TONES[:3])
        said.append(tone_results.scores_of(*(0.8 if one == right else 0.1 for one in TONES[:3])))
    drawn = chance.sample(range(600), 100)
    means = {tone: sum(one[tone] for one in said) / 600 for tone in TONES}
    found = tone_results.shares_of([truth[i] for i in drawn], [said[i] for i in drawn], means, 600)
    positive = next(one for one in found if one["tones"] == ["positive"])
    direct = share_of(
        [float(truth[i] == "positive") for i in drawn], [said[i]["positive"] for i in drawn], [one["positive"] for one in said]
    )
    assert (positive["share"], positive["low"], positive["high"]) == pytest.approx((direct.estimate, direct.low, direct.high), abs=6e-4)
    assert positive["method"] == "ppi"


@pytest.mark.parametrize("mix", MIXES)
def test_what_is_published_holds_the_truth(mix):
    found = simulate(300, MIXES[mix], *MODELS["0.5, overstates negative"], runs=80, seed=4)
    assert 0.92 <= found.coverage <= 0.99, "80 runs tell it to about two points; the bench has more"
    assert found.width <= 1.02


def test_in_the_quiet_period_nothing_new_is_shown(database):
    scene = make_scene(quiet_from=NOW.date(), quiet_until=NOW.date() + timedelta(days=60))
    number = scene.draw(50)
    scene.settle(number)
    assert scene.conclude(number)
    with reading() as session:
        region = session.get_one(Region, scene.region_id)
        assert tone_queries.results_of(session, region.id, region, NOW.date()) == []
        (result,) = tone_queries.results_of(session, region.id, region, NOW.date() + timedelta(days=61))
    assert result.labelled == 50
    assert all(bar.low <= bar.percent <= bar.high for bar in result.bars)
    assert count(ToneSample) == 1
