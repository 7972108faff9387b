"""Snapshots of a region: what they say, and what two of them give away."""

import json
from datetime import timedelta

import numpy as np
import pytest
from click.testing import CliRunner
from sqlmodel import select

from beteiligung.catalogue.models import Commitment
from beteiligung.cli import main
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.models import Account
from beteiligung.insight import material, snapshots
from beteiligung.insight.snapshot_models import RegionPulse, RegionSnapshot
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.participation import service, tally
from beteiligung.participation.models import Tally, Vote
from beteiligung.places.models import Region
from conftest import one_database
from support import NOW, make_account, make_commitment, make_document, make_municipality, make_region

DAY = timedelta(days=1)


class Scene:
    """A region with two camps of thirty who vote on twelve commitments; written to the tables at once, then published."""

    def __init__(self, commitments=12, camp=30, seed=5):
        random = np.random.default_rng(seed)
        with unit_of_work() as session:
            region = make_region(session, page_threshold=20)
            document = make_document(session, region)
            self.region = region.id
            self.place = make_municipality(session, region).id
            self.ids = [make_commitment(session, document).id for _ in range(commitments)]
            self.people = [
                make_account(session, municipality_id=self.place, created_at=NOW - 3 * DAY, confirmed_in=region).id for _ in range(2 * camp)
            ]
        self.choices = {}
        for number, person in enumerate(self.people):
            for place, commitment in enumerate(self.ids):
                side = "for" if (number < camp) == (place % 2 == 0) else "against"
                choice = "for" if place < 2 else side
                self.choices[person, commitment] = choice if random.random() < 0.9 else "neutral"
        with unit_of_work() as session:
            for commitment in self.ids:
                box = tally.lock_tally(session, commitment, 1)
                for person in self.people:
                    choice = self.choices[person, commitment]
                    voter = tally.voter_pseudonym(person, self.region)
                    session.add(Vote(commitment_id=commitment, version=1, voter=voter, choice=choice, standing="confirmed"))
                    tally.add_difference(box, ("confirmed", None), ("confirmed", choice))
                session.flush()
                tally.publish(session, box, NOW)

    def publish(self, *people):
        """Write these people's votes and bring the tallies up to date."""
        with unit_of_work() as session:
            for commitment in self.ids:
                box = tally.lock_tally(session, commitment, 1)
                for person in people:
                    self._set(session, box, person, self.choices[person, commitment])
                tally.publish(session, box, NOW)

    def _set(self, session, box, person, choice):
        voter = tally.voter_pseudonym(person, self.region)
        vote = service._vote(session, box, voter)
        service._write(session, box, vote, voter, choice, "confirmed")

    def freeze(self, now=NOW):
        """Compute and store; returns the content of the newest snapshot."""
        with reading() as session:
            frozen = snapshots.compute(material.read(session, self.region, now), snapshots.latest(session, self.region), now)
        if frozen:
            with unit_of_work() as session:
                snapshots.store(session, frozen)
        with reading() as session:
            return snapshots.latest(session, self.region)


@pytest.fixture
def scene(database):
    return Scene()


def numbers(content):
    """Return every number of people of the tables by group, by where it stands."""
    found = content["groups"]
    made = {"people": found["people"], **{("size", g["name"]): g["people"] for g in found.get("groups", [])}}
    for slug, one in content["commitments"].items():
        for place, group in enumerate(one.get("groups", [])):
            made |= {(slug, place, side): group[side] for side in ("for", "neutral", "against")}
    return made


def test_two_camps_are_found_and_what_unites_them(scene):
    frozen = scene.freeze()
    found = frozen.content["groups"]
    assert found["clear"]
    assert [group["people"] for group in found["groups"]] == [30, 30]
    assert len(found["unites"]) == 2
    assert len(found["divides"]) == 8
    assert frozen.content["totals"]["people"] == 60
    with reading() as session:
        shown = sum(t.shown_confirmed_for + t.shown_confirmed_neutral + t.shown_confirmed_against for t in session.exec(select(Tally)))
    assert frozen.content["totals"]["votes_confirmed"] == shown
    assert all(number % 5 == 0 for number in numbers(frozen.content).values())


def test_frozen_twice_is_frozen_once(scene):
    first = scene.freeze()
    assert scene.freeze(NOW + timedelta(hours=1)) == first
    assert first.version == 1


def test_who_followed_the_wrong_one_stores_nothing(scene):
    with reading() as session:
        frozen = snapshots.compute(material.read(session, scene.region, NOW), None, NOW)
    with unit_of_work() as session:
        assert snapshots.store(session, frozen)
        assert not snapshots.store(session, frozen)
    with reading() as session:
        assert len(session.exec(select(RegionSnapshot)).all()) == 1


def test_no_pseudonym_and_no_account_stands_in_a_snapshot(scene):
    frozen = scene.freeze()
    text = f"{frozen.content}{frozen.memory}"
    assert not any(tally.voter_pseudonym(person, scene.region)[:8] in text for person in scene.people)


def test_a_vote_that_no_tally_shows_yet_changes_nothing(scene):
    first = scene.freeze()
    scene.choices[scene.people[0], scene.ids[5]] = "neutral"
    scene.publish(scene.people[0])
    assert scene.freeze() == first


def test_an_erased_account_does_not_show(scene):
    """Its votes leave the map at once, in every column; without another published tally no figure moves."""
    first = scene.freeze()
    with unit_of_work() as session:
        service.erase_votes(session, scene.people[0], NOW)
    assert numbers(scene.freeze().content) == numbers(first.content)


@one_database
@pytest.mark.parametrize("seed", range(3))
def test_attack_by_difference_single_people_never_show(scene, seed):
    """Round after round five people change one commitment; one of them, the victim, also reaches the map or leaves it.

    Compared are all public numbers by group before and after: none may move by less than five, and whatever moved, moved by
    five true people since it last did, which `test_cells` shows for any sequence.
    """
    random = np.random.default_rng(seed)
    victim = scene.people[seed]
    saved = {key: choice for key, choice in scene.choices.items() if key[0] == victim}
    before = numbers(scene.freeze().content)
    for round_, commitment in enumerate(scene.ids[:4]):
        others = [int(person) for person in random.choice(scene.people[10:], 5, replace=False)]
        for person in [*others, victim]:
            scene.choices[person, commitment] = ("for", "neutral", "against")[int(random.integers(3))]
        off = round_ % 2 == 0  # off the map in one round, on it in the next
        scene.choices |= dict.fromkeys(saved) if off else saved
        scene.publish(*others, victim)
        after = numbers(scene.freeze(NOW + round_ * timedelta(hours=1)).content)
        moved = {key: after[key] - before[key] for key in before.keys() & after.keys() if after[key] != before[key]}
        assert all(abs(step) >= 5 for step in moved.values())
        before = after


def test_a_day_once_told_stays_as_it_is(scene):
    day = (NOW - 3 * DAY).date().isoformat()
    first = scene.freeze()
    told = next(one for one in first.content["days"] if one["day"] == day)
    assert told["joins"] == 60
    with unit_of_work() as session:
        session.get_one(Account, scene.people[-1]).municipality_id = None
    again = scene.freeze(NOW + DAY)
    assert told in again.content["days"]


def test_days_of_under_ten_say_nothing(database):
    scene = Scene(commitments=3, camp=3)
    assert all(day["joins"] is None for day in scene.freeze().content["days"])
    assert not scene.freeze().content["groups"]["clear"]
    assert scene.freeze().content["groups"]["reason"] == "too_few"


def test_the_pulse_counts_votes_and_orders_what_is_due_once(scene):
    for moment in (NOW - DAY, NOW, NOW + timedelta(minutes=20)):
        with unit_of_work() as session:
            snapshots.take_pulse(session, moment)
    with reading() as session:
        pulses = session.exec(select(RegionPulse).where(RegionPulse.region_id == scene.region)).all()
        ordered = session.exec(select(OutboxEntry).where(OutboxEntry.job == Job.SNAPSHOT_REGION.value)).all()
        votes = len(session.exec(select(Vote)).all())
        read = material.read(session, scene.region, NOW)
    assert [pulse.votes for pulse in pulses] == [votes, votes]
    assert len(ordered) == 2  # one for each day
    assert read.votes == {(NOW - DAY).date().isoformat(): 0}
    scene.freeze()
    with reading() as session:
        assert snapshots.due(session, scene.region, NOW) is None
        assert snapshots.due(session, scene.region, NOW + DAY) == (NOW + DAY).date().isoformat()
    with unit_of_work() as session:
        commitment = session.get_one(Commitment, scene.ids[0])
        commitment.changes += snapshots.ENOUGH
        session.add(commitment)
    with reading() as session:  # also on a day whose own snapshot found nothing new
        assert snapshots.due(session, scene.region, NOW + DAY) == f"{NOW + DAY:%Y-%m-%dT%H}"


def test_the_command_groups_a_regions_own_votes_and_names_nobody(scene):
    scene.freeze()
    with reading() as session:
        slug = session.get_one(Region, scene.region).slug
        voters = session.exec(select(Vote.voter)).all()
    done = CliRunner().invoke(main, ["insight", "opinion-map", "--region", slug, "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert sorted(found["sizes"]) == [30, 30]
    assert not any(voter in done.output for voter in voters)
    assert CliRunner().invoke(main, ["insight", "opinion-map"]).exit_code == 2
    assert CliRunner().invoke(main, ["insight", "opinion-map", "--region", "nirgends"]).exit_code == 1
