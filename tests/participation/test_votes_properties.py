"""After any sequence of votes: tallies equal a recount, and what the public sees never moves for fewer than five."""

from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import update
from sqlmodel import col, select

from beteiligung import db
from beteiligung.catalogue.models import Commitment
from beteiligung.participation import recount, service, shares
from beteiligung.participation.models import CHOICES, STANDINGS, Tally, Vote
from participation.people import participant, vote
from support import NOW, make_commitment, make_document, make_region

PEOPLE = 14
people = st.integers(0, PEOPLE - 1)
ballots = st.lists(st.tuples(people, st.sampled_from([*CHOICES, *CHOICES, None])), min_size=1, max_size=9)
commitments = st.integers(0, 1)


@dataclass
class Box:
    """What one version of a commitment should hold, kept in the simplest way: person → (choice, standing)."""

    votes: dict[str, tuple[str, str]] = field(default_factory=dict)
    last: dict[str, dict[str, str]] = field(default_factory=lambda: {standing: {} for standing in STANDINGS})
    """Standing → person → choice, when numbers were last published."""
    display: dict[str, tuple[int, ...] | None] = field(default_factory=lambda: dict.fromkeys(STANDINGS))
    changes: int = 0

    def of(self, standing: str) -> dict[str, str]:
        return {person: choice for person, (choice, where) in self.votes.items() if where == standing}


class Voting(RuleBasedStateMachine):
    """People vote, move, leave; commitments get new versions. The model knows no snapshot: it only judges them."""

    database = None

    def __init__(self):
        super().__init__()
        type(self).database.reset()
        self.accounts = list(range(100, 100 + PEOPLE))
        self.confirmed: set[int] = set()
        self.versions = [1, 1]
        self.boxes = {(0, 1): Box(), (1, 1): Box()}

    @initialize()
    def begin(self):
        with db.unit_of_work() as session:
            region = make_region(session)
            other = make_region(session)
            document = make_document(session, region)
            self.ids = [make_commitment(session, document).id for _ in range(2)]
            self.region, self.elsewhere = region.id, other.id

    def standing(self, person):
        if person < 2:
            return "outside"
        return "confirmed" if self.accounts[person] in self.confirmed else "unconfirmed"

    def participant(self, person):
        account = self.accounts[person]
        if person < 2:
            return participant(account, home=self.elsewhere)
        return participant(account, *([self.region] if account in self.confirmed else []))

    def judge(self):
        """Compare the database and everything public with the model; called after every single act."""
        with db.reading() as session:
            assert recount.recount(session) == []
            tallies = {(tally.commitment_id, tally.version): tally for tally in session.exec(select(Tally))}
            changes = [session.get_one(Commitment, commitment_id).changes for commitment_id in self.ids]
            stored = session.exec(select(Vote)).all()
        moved = [0, 0]
        for (place, version), box in self.boxes.items():
            tally = tallies.get((self.ids[place], version))
            for standing in STANDINGS:
                now = box.of(standing)
                live = tuple(sum(choice == wanted for choice in now.values()) for wanted in CHOICES)
                assert live == (tuple(getattr(tally, f"{standing}_{choice}") for choice in CHOICES) if tally else (0, 0, 0))
                seen = shares.shares(tally, standing, 1)
                display = None if seen.hidden else (seen.for_, seen.neutral, seen.against)
                assert display is None or sum(display) >= 5
                if display == box.display[standing]:
                    continue
                moved[place] = 1
                before = box.last[standing]
                different = {person for person in {*before, *now} if before.get(person) != now.get(person)}
                assert len(different) >= 5, "fewer than five people can be told from two states of a page"
                if display is None:
                    assert len(now) < 5
                else:
                    assert display == live
                    box.last[standing] = now
                box.display[standing] = display
        for place in range(2):
            box = self.boxes[place, 1]
            assert box.changes + moved[place] <= changes[place], "a page that looks different has a new number"
            assert changes[place] - box.changes <= 1, "and the number never moves by itself for one vote"
            box.changes = changes[place]
        assert len({(vote.commitment_id, vote.version, vote.voter) for vote in stored}) == len(stored)
        assert all(vote.choice is not None or vote.changed for vote in stored), "withdrawn and shown nowhere: forgotten"

    @rule(place=commitments, ballots=ballots)
    def some_people_vote(self, place, ballots):
        self.some_vote(place, ballots)

    def some_vote(self, place, ballots):
        version = self.versions[place]
        box = self.boxes[place, version]
        for person, choice in ballots:
            vote(self.participant(person), self.ids[place], choice, version)
            name = str(self.accounts[person])
            if choice is None:
                box.votes.pop(name, None)
            else:
                box.votes[name] = (choice, self.standing(person))
            self.judge()

    @rule(
        place=commitments, who=st.sets(people, min_size=4, max_size=10), back=st.sets(people, max_size=10), other=st.sampled_from(CHOICES)
    )
    def many_withdraw_and_some_return(self, place, who, back, other):
        before = self.boxes[place, self.versions[place]].votes.copy()
        same = {person: before.get(str(self.accounts[person]), (other,))[0] for person in back}
        self.some_vote(place, [*((person, None) for person in sorted(who)), *sorted(same.items())])

    @rule(who=st.sets(people, min_size=1, max_size=6), confirm=st.booleans())
    def some_move(self, who, confirm):
        for person in sorted(who):
            if person < 2:
                continue
            account = self.accounts[person]
            (self.confirmed.add if confirm else self.confirmed.discard)(account)
            with db.unit_of_work() as session:
                service.move_standing(session, account, self.region, "confirmed" if confirm else "unconfirmed", NOW)
            for place, version in enumerate(self.versions):
                votes = self.boxes[place, version].votes
                if str(account) in votes:
                    votes[str(account)] = (votes[str(account)][0], self.standing(person))
            self.judge()

    @rule(who=st.sets(people, min_size=1, max_size=5))
    def some_leave(self, who):
        for person in sorted(who):
            account = self.accounts[person]
            with db.unit_of_work() as session:
                service.erase(session, account, NOW)
            self.accounts[person] = max(self.accounts) + 1
            self.confirmed.discard(account)
            for box in self.boxes.values():
                box.votes.pop(str(account), None)
            self.judge()

    @rule(place=commitments)
    def the_meaning_changes(self, place):
        if self.versions[place] == 3:
            return
        self.versions[place] += 1
        with db.unit_of_work() as session:
            session.execute(update(Commitment).where(col(Commitment.id) == self.ids[place]).values(version=self.versions[place]))
        self.boxes[place, self.versions[place]] = Box()
        self.judge()


def test_any_sequence_of_votes(database):
    machine = type("VotingHere", (Voting,), {"database": database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12 if database.name == "sqlite" else 8,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
