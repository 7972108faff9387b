"""Second accounts: two people, neither of them concerned, and nobody learns who voted or who has an account."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from beteiligung.audit import AuditEntry
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.models import Residence
from beteiligung.insight import duplicates
from beteiligung.insight.duplicate_rules import WAITS, Officer, may_decide, may_propose
from beteiligung.insight.snapshot_models import DuplicateCase
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.participation import recount
from beteiligung.participation.models import Vote
from identity.conftest import browser, browsers  # noqa: F401 - fixtures
from participation.people import participant, vote
from support import NOW, make_account, make_commitment, make_document, make_region
from worker import tasks


@dataclass
class Made:
    email: str = "twin@example.org"
    state: str = "proposed"
    proposed_by: int | None = 1
    proposed_at: datetime = NOW


OFFICERS = {
    "who proposed": Officer(1, "a@example.org", True, False),
    "another clerk": Officer(2, "b@example.org", True, False),
    "council": Officer(3, "c@example.org", False, True),
    "resident": Officer(4, "d@example.org", False, False),
    "whose account it is": Officer(5, "twin@example.org", True, True),
}


@pytest.mark.parametrize("who", OFFICERS)
def test_who_may_propose_and_decide(who):
    officer = OFFICERS[who]
    assert may_propose(officer, "twin@example.org") is (who in {"who proposed", "another clerk"})
    assert may_decide(officer, Made(), NOW) is (who in {"another clerk", "council"})
    assert not may_decide(officer, Made(state="confirmed"), NOW)
    assert not may_decide(officer, Made(), NOW + WAITS)
    assert may_decide(officer, Made(proposed_by=None), NOW) is (who in {"who proposed", "another clerk", "council"})


@pytest.fixture
def place(database):
    """A region in which nine people have voted, one of them with a second account."""
    with unit_of_work() as session:
        region = make_region(session, slug="musterkreis")
        commitment = make_commitment(session, make_document(session, region)).id
        people = [make_account(session, confirmed_in=region).id for _ in range(8)]
        twin = make_account(session, confirmed_in=region, email="twin@example.org").id
        clerks = [make_account(session, email=f"amt{n}@example.org", clerk_of=region).id for n in range(2)]
        number = region.id
    for person in [*people, twin]:
        vote(participant(person, number), commitment, "for")
    return number, twin, clerks


def votes():
    with reading() as session:
        return len(session.exec(select(Vote).where(Vote.choice != None)).all())  # noqa: E711


def entries(job):
    with reading() as session:
        return session.exec(select(OutboxEntry).where(OutboxEntry.job == job.value)).all()


def test_two_people_remove_the_votes_and_both_are_logged(place, browsers):  # noqa: F811
    number, twin, _clerks = place
    path = "/verwaltung/musterkreis/doppelkonten"
    first, second = browsers(), browsers()
    first.sign_in("amt0@example.org")
    second.sign_in("amt1@example.org")
    typed = {"mail": "Twin@example.org", "reason": "kurz", "csrf": first.csrf()}
    answer = first.post(path, typed)
    assert answer.status_code == 422
    assert "kurz" in answer.text
    first.post(path, {**typed, "reason": "Die Person hat es am Schalter selbst gesagt."})
    assert first.post(f"{path}/1", {"action": "confirm", "csrf": first.csrf()}).status_code == 403
    assert votes() == 9
    second.post(f"{path}/1", {"action": "confirm", "csrf": second.csrf()})
    (entry,) = entries(Job.REMOVE_VOTES)
    assert entry.args == {"id": 1}
    tasks.perform(Job.REMOVE_VOTES, entry.id)
    assert votes() == 8
    with reading() as session:
        assert recount.recount(session) == []
        assert session.get(Residence, (twin, number)) is None
        assert session.get_one(DuplicateCase, 1).email == ""
        assert [e.act for e in session.exec(select(AuditEntry).order_by(AuditEntry.id))] == ["duplicate.proposed", "duplicate.confirmed"]
    assert [e.args["account"] for e in entries(Job.TELL_ACCOUNT)] == [twin]
    assert "bestätigt, Stimmen entfernt" in second.get(path).text


def test_an_address_without_an_account_is_treated_alike(place):
    number, _twin, clerks = place
    with unit_of_work() as session:
        one, two = (Officer(clerk, f"amt{n}@example.org", True, False) for n, clerk in enumerate(clerks))
        case = duplicates.propose(session, number, one, "niemand@example.org", "Am Schalter selbst gesagt.", NOW)
        duplicates.decide(session, number, case.id, two, NOW, confirm=True)
    tasks.perform(Job.REMOVE_VOTES, entries(Job.REMOVE_VOTES)[0].id)
    assert votes() == 9
    with reading() as session:
        row = session.get_one(DuplicateCase, 1)
        assert (row.state, row.email) == ("confirmed", "")
    assert entries(Job.TELL_ACCOUNT) == []


def test_refused_or_too_late_nothing_happens(place):
    number, _twin, clerks = place
    one, two = (Officer(clerk, f"amt{n}@example.org", True, False) for n, clerk in enumerate(clerks))
    with unit_of_work() as session:
        for _ in range(2):
            duplicates.propose(session, number, one, "twin@example.org", "Am Schalter selbst gesagt.", NOW)
        duplicates.decide(session, number, 1, two, NOW, confirm=False)
        duplicates.lapse(session, NOW + WAITS - timedelta(seconds=1))
        assert session.get_one(DuplicateCase, 2).state == "proposed"
        duplicates.lapse(session, NOW + WAITS)
    with reading() as session:
        assert [(row.state, row.email) for row in session.exec(select(DuplicateCase))] == [("refused", "")] * 2
    assert votes() == 9
    assert entries(Job.REMOVE_VOTES) == []
