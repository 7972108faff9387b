"""The agenda, drafts, votes among the members, adoption, the answer, its term, and who may do what."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import func, select

from beteiligung import db
from beteiligung.catalogue.models import Commitment
from beteiligung.council import recommendation_queries as queries
from beteiligung.council import recommendation_rules as rules
from beteiligung.council import recommendation_service as service
from beteiligung.council.ballots import rekey_ballots
from beteiligung.council.recommendation_models import AgendaItem, Ballot, Poll, Recommendation
from beteiligung.council.recommendation_rules import Person
from beteiligung.errors import Conflict, Forbidden, Invalid, NotFound
from beteiligung.identity import rights
from beteiligung.jobs import OutboxEntry
from beteiligung.notifications import recommendations as news
from beteiligung.notifications.models import Notification
from beteiligung.participation import service as participation
from beteiligung.settings import settings
from council.assembly import DAY, make_assembly
from support import NOW, make_account

MEMBER, CLERK, RESIDENT = Person(1, council=True, clerk=False), Person(2, council=False, clerk=True), Person(3, council=False, clerk=False)


@pytest.fixture
def assembly(database):
    return make_assembly()


def one(number):
    with db.reading() as session:
        return session.get_one(Recommendation, number)


def count(model):
    with db.reading() as session:
        return session.exec(select(func.count()).select_from(model)).one()


def settle(now):
    with db.unit_of_work() as session:
        return service.settle_due(session, now)


@pytest.mark.parametrize("state", ["draft", "voting", "rejected", "adopted"])
def test_who_may_do_what_in_each_state(state):
    soon = NOW + DAY
    for person in (CLERK, RESIDENT):
        assert not rules.may_work(person)
        assert not rules.may_revise(person, state)
        assert not rules.may_open_vote(person, state, 30)
        assert not rules.may_vote(person, soon, NOW, has_voted=False)
    assert rules.may_work(MEMBER)
    assert rules.may_revise(MEMBER, state) == (state in ("draft", "rejected"))
    assert rules.may_open_vote(MEMBER, state, 8) == (state == "draft")
    assert not rules.may_open_vote(MEMBER, state, 7)
    assert rules.may_vote(MEMBER, soon, NOW, has_voted=False)
    assert not rules.may_vote(MEMBER, soon, NOW, has_voted=True)
    assert not rules.may_vote(MEMBER, NOW, NOW, has_voted=False)
    for person in (MEMBER, CLERK, RESIDENT):
        for answered in (False, True):
            assert rules.may_answer(person, state, answered=answered) == (person is CLERK and state == "adopted" and not answered)


def test_a_vote_is_carried_by_half_of_the_members_and_more_for_than_against():
    assert rules.carries(3, 2, 0, 10)
    assert rules.carries(1, 0, 4, 10)
    assert not rules.carries(4, 0, 0, 10)
    assert not rules.carries(3, 3, 4, 10)
    assert not rules.carries(0, 0, 10, 10)


def test_the_agenda_takes_a_commitment_once_and_only_of_this_region(assembly):
    for member in assembly.members[:2]:
        assembly.do("put_on_agenda", member, "zusage-a")
    assert count(AgendaItem) == 1
    with pytest.raises(Invalid):
        assembly.do("put_on_agenda", assembly.members[0], "anderswo-1")
    with pytest.raises(Forbidden):
        assembly.do("put_on_agenda", assembly.clerk, "zusage-b")
    assembly.do("take_off_agenda", assembly.members[1], "zusage-a")
    with db.reading() as session:
        assert queries.agenda(session, assembly.region_id, "musterkreis") == []
    assembly.do("put_on_agenda", assembly.members[0], "zusage-a")
    assert count(AgendaItem) == 2


def test_a_draft_needs_words_and_something_on_the_agenda(assembly):
    with pytest.raises(Invalid) as error:
        assembly.do("draft", assembly.members[0], assembly.words("", ""))
    assert set(error.value.fields) == {"title", "text", "commitments"}
    for outsider in (assembly.clerk, assembly.resident):
        with pytest.raises(Forbidden):
            assembly.do("draft", outsider, assembly.words())


def test_versions_stay_and_the_slower_of_two_members_is_told(assembly):
    number = assembly.draft()
    assembly.do("take_off_agenda", assembly.members[0], "zusage-a")
    assembly.do("revise", assembly.members[1], number, assembly.words(text="Neu."), 1)
    with pytest.raises(Conflict) as error:
        assembly.do("revise", assembly.members[2], number, assembly.words(text="Auch neu."), 1)
    assert error.value.context["theirs"]["text"] == "Neu."
    assembly.do("comment", assembly.members[3], number, "Das ist zu kurz.")
    with db.reading() as session:
        work = queries.work(session, assembly.region_id, number, assembly.members[0])
    assert [(version.number, version.text == "Neu.") for version in work.versions] == [(2, True), (1, False)]
    assert [(word.version, word.text) for word in work.comments] == [(2, "Das ist zu kurz.")]
    with pytest.raises(Forbidden):
        assembly.do("comment", assembly.resident, number, "Ich auch.")
    with pytest.raises(Conflict):
        assembly.do("open_vote", assembly.members[0], number, 1)


def test_all_have_voted_and_it_is_adopted_with_a_term_and_nothing_says_who(assembly):
    number = assembly.draft()
    with db.reading() as session:
        before = session.exec(select(Commitment.changes).order_by(Commitment.id)).all()
    assembly.do("open_vote", assembly.members[0], number, 1)
    with pytest.raises(Forbidden):
        assembly.do("revise", assembly.members[0], number, assembly.words(text="Anders."), 1)
    assembly.vote(number, {"for": 5, "against": 1, "abstain": 1})
    with pytest.raises(Forbidden):
        assembly.do("cast_vote", assembly.members[0], number, "against")
    for outsider in (assembly.clerk, assembly.resident):
        with pytest.raises(Forbidden):
            assembly.do("cast_vote", outsider, number, "for")
    assert one(number).state == "voting"
    assert count(Ballot) == 7
    with db.reading() as session:  # a copy of the database tells no member's vote, nor a count beside the names of who has voted
        poll = session.exec(select(Poll)).one()
        assert (poll.votes_for, poll.votes_against, poll.votes_abstain) == (0, 0, 0)
        assert set(Ballot.model_fields) == {"poll_id", "voter", "choice"}
        assert all(re.fullmatch("[0-9a-f]{64}", ballot.voter) for ballot in session.exec(select(Ballot)))
    with db.unit_of_work() as session:
        assert rekey_ballots(session, settings().vote_key, "n" * 40) == 7
    with db.unit_of_work() as session:
        assert rekey_ballots(session, "n" * 40, settings().vote_key) == 7
    assembly.do("cast_vote", assembly.members[7], number, "for")
    row = one(number)
    assert (row.state, row.number, row.answer_due) == ("adopted", 1, date(2026, 11, 21) + timedelta(days=56))
    assert count(Ballot) == 0
    with db.reading() as session:
        (shown,) = queries.adopted(session, region_slug="musterkreis")
        after = session.exec(select(Commitment.changes).order_by(Commitment.id)).all()
    assert (shown.result.votes_for, shown.result.votes_against, shown.result.votes_abstain, shown.result.members) == (6, 1, 1, 8)
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 0]


def test_after_a_week_the_urn_is_opened_and_too_few_are_no_majority(assembly):
    number = assembly.draft()
    assembly.do("open_vote", assembly.members[0], number, 1)
    assembly.vote(number, {"for": 3})
    assert settle(NOW + rules.VOTE_WITHIN - timedelta(seconds=1)) == 0
    with pytest.raises(Forbidden, match="beendet"):
        assembly.do("cast_vote", assembly.members[5], number, "for", now=NOW + rules.VOTE_WITHIN)
    assert settle(NOW + rules.VOTE_WITHIN) == 1
    assert settle(NOW + rules.VOTE_WITHIN) == 0
    assert one(number).state == "rejected"
    with pytest.raises(Forbidden):
        assembly.do("open_vote", assembly.members[0], number, 1)
    assembly.do("revise", assembly.members[0], number, assembly.words(text="Kürzer."), 1)
    assembly.do("open_vote", assembly.members[0], number, 2)
    assembly.vote(number, {"for": 4}, NOW + DAY)
    assert settle(NOW + 8 * DAY) == 1
    assert one(number).state == "adopted"
    with db.reading() as session:
        results = queries.work(session, assembly.region_id, number, 0).results
    assert [result.adopted for result in results] == [True, False]


def test_fewer_than_eight_adopt_nothing(database):
    assembly = make_assembly(members=7)
    number = assembly.draft()
    with pytest.raises(Forbidden, match="acht"):
        assembly.do("open_vote", assembly.members[0], number, 1)


def test_members_in_the_same_second_count_once_each_and_the_urn_opens_once(assembly):
    number = assembly.draft()

    def opened(member):
        try:
            assembly.do("open_vote", member, number, 1)
        except Conflict:
            return 0
        return 1

    def voted(member):
        try:
            assembly.do("cast_vote", member, number, "for")
        except (Conflict, Forbidden):
            return 0
        return 1

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(opened, assembly.members[:4])) == 1
        assert sum(pool.map(voted, assembly.members * 2)) == 8
    with db.reading() as session:
        poll = session.exec(select(Poll)).one()
    assert (poll.votes_for, poll.adopted) == (8, True)


def test_the_administration_answers_once_and_what_is_late_stays_late(assembly):
    number = assembly.adopted()
    due = one(number).answer_due
    with db.reading() as session:
        assert queries.waiting(session, "musterkreis", due) == (1, 0)
        assert queries.waiting(session, "musterkreis", due + DAY) == (1, 1)
    for outsider in (assembly.members[0], assembly.resident):
        with pytest.raises(Forbidden):
            assembly.do("answer", outsider, number, "accepted", "Das machen wir.")
    with pytest.raises(Invalid) as error:
        assembly.do("answer", assembly.clerk, number, "vielleicht", "")
    assert set(error.value.fields) == {"kind", "text"}
    assembly.do("answer", assembly.clerk, number, "partly", "Einen Teil bauen wir.", now=NOW + 60 * DAY)
    with pytest.raises(Conflict):
        assembly.do("answer", assembly.clerk, number, "accepted", "Doch alles.")
    with db.reading() as session:
        (shown,) = queries.adopted(session, region_slug="musterkreis")
        assert (shown.was_late, shown.overdue(due + 9 * DAY)) == (True, False)
        assert queries.waiting(session, "musterkreis", due + 9 * DAY) == (0, 0)


def test_the_term_is_the_regions_and_drafts_are_nobody_elses(database):
    assembly = make_assembly(answer_days=14)
    number = assembly.draft()
    with pytest.raises(NotFound):
        assembly.do("answer", assembly.clerk, number, "accepted", "Ja.")
    with db.reading() as session:
        assert queries.adopted(session, region_slug="musterkreis") == []
        with pytest.raises(NotFound):
            queries.work(session, assembly.region_id + 1, number, 0)
    assembly.do("open_vote", assembly.members[0], number, 1)
    assembly.vote(number, {"for": 8})
    assert one(number).answer_due == date(2026, 12, 5)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "adopted"},
        {"answered_at": NOW, "answer_kind": "accepted", "answer": "Ja."},
        {"number": 3},
        {"title": ""},
        {"state": "adopted", "number": 1, "adopted_at": NOW, "answer_due": NOW.date(), "answered_at": NOW},
    ],
)
def test_the_database_keeps_no_half_recommendation(assembly, values):
    with pytest.raises(IntegrityError), db.unit_of_work() as session:
        session.add(Recommendation(region_id=assembly.region_id, created_at=NOW, **{"title": "Titel", "text": "Text", **values}))


def test_followers_are_told_once_whatever_they_follow_and_members_of_the_vote(assembly):
    with db.unit_of_work() as session:
        follower = make_account(session).id
        for kind, target in (("region", ""), ("topic", "mobilitaet"), ("commitment", "zusage-a"), ("commitment", "zusage-b")):
            participation.follow(session, follower, assembly.region_id, kind, target, NOW)
    number = assembly.adopted()
    assembly.do("answer", assembly.clerk, number, "declined", "Dafür fehlt das Geld.")
    with db.unit_of_work() as session:
        events = [row.args for row in session.exec(select(OutboxEntry).where(OutboxEntry.job == "tell_followers")).all()]
        assert [set(event) for event in events] == [{"poll"}, {"recommendation", "what"}, {"recommendation", "what"}]
        told = [news.tell(session, event, NOW) for event in events * 2]
        assert told == [0, 1, 1, 0, 0, 0]  # the vote is over before its news goes out
        titles = session.exec(select(Notification.title).order_by(Notification.id)).all()
    assert titles == [
        "Der Bürgerrat empfiehlt: Radweg am Fluss bauen", "Die Verwaltung hat dem Bürgerrat geantwortet: Radweg am Fluss bauen",
    ]  # fmt: skip


def test_a_member_who_is_erased_leaves_the_words_but_no_name(assembly):
    number = assembly.draft()
    assembly.do("open_vote", assembly.members[1], number, 1)
    assembly.do("cast_vote", assembly.members[0], number, "for")
    with db.unit_of_work() as session:
        rights.erase(session, assembly.members[0], NOW)
    with db.reading() as session:
        work = queries.work(session, assembly.region_id, number, assembly.members[1])
    assert (work.versions[0].by, work.voted, work.text.startswith("Der Kreis")) == ("", 1, True), (
        "the vote of a member counts; its name leads to nobody any more"
    )
