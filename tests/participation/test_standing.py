"""Votes follow the confirmed residence, through the worker, and tallies always equal a recount."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlmodel import select, text

from beteiligung import db, jobs, tables
from beteiligung.clock import utcnow
from beteiligung.identity import residence, service
from beteiligung.identity.models import Residence
from beteiligung.jobs import Job
from beteiligung.participation import paper, recount, standing
from beteiligung.participation.models import Vote
from beteiligung.participation.service import cast_from_paper, cast_vote
from beteiligung.participation.tally import voter_pseudonym
from identity.residing import BORN, entries, work_off
from participation.people import participant
from support import make_account, make_commitment, make_document, make_municipality, make_region
from worker import tasks

PEOPLE = 8
people = st.integers(0, PEOPLE - 1)


class Residing(RuleBasedStateMachine):
    """People vote in two regions, are confirmed, lapse, move; the worker may be late, or be killed and run again."""

    database = None

    def __init__(self):
        super().__init__()
        type(self).database.reset()

    @initialize()
    def begin(self):
        with db.unit_of_work() as session:
            regions = [make_region(session), make_region(session)]
            self.regions = [region.id for region in regions]
            self.homes = [make_municipality(session, region).id for region in regions]
            self.commitments = [make_commitment(session, make_document(session, region)).id for region in regions for _ in range(2)]
            self.people = [make_account(session).id for _ in range(PEOPLE)]
        self.home = [None] * PEOPLE
        self.confirmed = {}
        self.sheets = 0

    def where(self, person):
        """Return where this person's votes of each region should be counted once the worker is done, from the product's own words."""
        mine = {region for (who, region) in self.confirmed if who == person}
        home = self.home[person]
        return ["confirmed" if r in mine else "outside" if mine or home not in (None, r) else "unconfirmed" for r in (0, 1)]

    def check(self):
        with db.reading() as session:
            assert recount.recount(session) == []

    @rule(person=people, place=st.integers(0, 3), choice=st.sampled_from(["for", "neutral", "against", None]))
    def vote(self, person, place, choice):
        confirmed = [self.regions[region] for (who, region) in self.confirmed if who == person]
        home = self.home[person]
        who = participant(self.people[person], *confirmed, home=None if home is None else self.regions[home])
        with db.unit_of_work() as session:
            cast_vote(session, who, self.commitments[place], choice, utcnow(), 1)
        self.check()

    @rule(person=people, region=st.integers(0, 1), same_as=people)
    def confirm(self, person, region, same_as):
        """Confirmed with one's own name, or with somebody else's, which has to be refused where that person is confirmed."""
        name = "Anna" + chr(ord("a") + same_as)
        holder = next((who for (who, where), held in self.confirmed.items() if where == region and held == name), None)
        try:
            with db.unit_of_work() as session:
                print_ = residence.fingerprint(self.regions[region], name, "Schmidt", BORN)
                residence.confirm(session, self.people[person], self.regions[region], channel="letter", fingerprint=print_, now=utcnow())
            assert holder in (None, person)
            self.confirmed[person, region] = name
        except residence.Taken:
            assert holder not in (None, person)

    @rule(person=people, region=st.integers(0, 1))
    def lapse(self, person, region):
        with db.unit_of_work() as session:
            residence.lapse(session, self.people[person], self.regions[region], utcnow(), reason="moved")
        self.confirmed.pop((person, region), None)

    @rule(person=people, home=st.sampled_from([None, 0, 1]))
    def move_home(self, person, home):
        with db.unit_of_work() as session:
            place = "" if home is None else str(self.homes[home])
            service.change_profile(session, self.people[person], display_name="Anna", municipality=place, now=utcnow())
        self.home[person] = home
        if home is not None:
            self.confirmed.pop((person, 1 - home), None)

    @rule(choices=st.lists(st.sampled_from(["for", "neutral", "against"]), min_size=1, max_size=2), confirmed=st.booleans())
    def a_sheet_comes_in(self, choices, confirmed):
        self.sheets += 1
        voter = paper.paper_pseudonym(self.sheets, self.regions[0])
        votes = {self.commitments[place]: (1, choice) for place, choice in enumerate(choices)}
        with db.unit_of_work() as session:
            cast_from_paper(session, voter, "confirmed" if confirmed else "unconfirmed", votes, utcnow())
        self.check()

    @rule()
    def the_worker_comes(self):
        work_off(Job.MOVE_VOTES)
        self.check()
        self.judge()

    def teardown(self):
        if hasattr(self, "people"):
            self.the_worker_comes()

    def judge(self):
        with db.reading() as session:
            residences = {(row.account_id, row.region_id) for row in session.exec(select(Residence))}
            assert residences == {(self.people[person], self.regions[region]) for person, region in self.confirmed}
            votes = {(vote.voter, vote.commitment_id): vote for vote in session.exec(select(Vote)) if vote.choice}
        for person, account in enumerate(self.people):
            for place, commitment in enumerate(self.commitments):
                region = place // 2
                vote = votes.get((voter_pseudonym(account, self.regions[region]), commitment))
                assert vote is None or vote.standing == self.where(person)[region]


def test_any_sequence_of_votes_confirmations_and_lapses(database):
    machine = type("ResidingHere", (Residing,), {"database": database})
    examples = 15 if database.name == "sqlite" else 6
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=examples, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)),
    )


def many_votes(session, region, number=7):
    commitment = make_commitment(session, make_document(session, region))
    people = [make_account(session).id for _ in range(number)]
    for person in people:
        cast_vote(session, participant(person), commitment.id, "for", utcnow(), 1)
    return commitment.id, people


def test_a_single_move_shows_nowhere_until_five_have_moved(database):
    """Whoever looks at a page before and after one neighbour's confirmation learns nothing (decision 0006)."""
    from beteiligung.participation.models import Tally

    with db.unit_of_work() as session:
        region = make_region(session)
        commitment, people = many_votes(session, region, 10)

    def shown():
        with db.reading() as session:
            tally = session.get_one(Tally, (commitment, 1))
            return tally.shown_confirmed_for, tally.shown_unconfirmed_for

    seen = [shown()]
    for number, person in enumerate(people[:6]):
        with db.unit_of_work() as session:
            name = "Anna" + chr(ord("a") + number)
            same = residence.fingerprint(region.id, name, "Schmidt", BORN)
            residence.confirm(session, person, region.id, channel="counter", fingerprint=same, now=utcnow())
        work_off()
        if shown() != seen[-1]:
            seen.append(shown())
    assert seen == [(0, 10), (5, 5)], "five at once, and the sixth waits for four more"


def test_after_the_move_nothing_in_the_database_ties_the_account_to_its_votes(database):
    with db.unit_of_work() as session:
        region = make_region(session)
        _commitment, people = many_votes(session, region, 6)
        same = residence.fingerprint(region.id, "Anna", "Schmidt", BORN)
        residence.confirm(session, people[0], region.id, channel="counter", fingerprint=same, now=utcnow())
    work_off()
    voter = voter_pseudonym(people[0], region.id)
    with db.reading() as session:
        found = {
            table.name
            for table in tables.metadata.sorted_tables
            for row in session.execute(text(f'SELECT * FROM "{table.name}"'))
            if voter in map(str, row)
        }
        assert found == {"vote"}
        if database.name == "postgresql":  # rows written together bear the same mark: none that names an account may be among them
            marks = set(session.scalars(text("SELECT xmin::text FROM vote WHERE voter = :voter"), {"voter": voter}))
            named = {
                mark
                for table in ("residence", "account", "outbox_entry", "audit_entry", "notification")
                for mark in session.scalars(text(f"SELECT xmin::text FROM {table}"))
            }
            assert not marks & named


def test_an_account_that_is_gone_moves_nothing(database):
    with db.unit_of_work() as session:
        make_region(session)
        jobs.enqueue(session, Job.MOVE_VOTES, utcnow(), account=4711)
        assert standing.realign(session, 4711, utcnow()) == 0
    work_off()
    assert entries(Job.MOVE_VOTES) == []


def test_a_lapse_at_night_moves_the_votes_back(database):
    with db.unit_of_work() as session:
        region = make_region(session)
        _commitment, people = many_votes(session, region, 6)
        same = residence.fingerprint(region.id, "Anna", "Schmidt", BORN)
        residence.confirm(session, people[0], region.id, channel="counter", fingerprint=same, now=utcnow())
    work_off()

    def confirmed():
        with db.reading() as session:
            assert recount.recount(session) == []
            return [vote.voter for vote in session.exec(select(Vote).where(Vote.standing == "confirmed"))]

    assert confirmed() == [voter_pseudonym(people[0], region.id)]
    with db.unit_of_work() as session:
        session.get_one(Residence, (people[0], region.id)).until = utcnow() - timedelta(seconds=1)
        entry = jobs.enqueue(session, Job.LAPSE_RESIDENCES, utcnow())
    tasks.perform(Job.LAPSE_RESIDENCES, entry)
    work_off(Job.MOVE_VOTES)
    assert confirmed() == []
