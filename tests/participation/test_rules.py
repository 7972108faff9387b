"""A table for every rule: who × what × when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.participation import rules
from beteiligung.participation.models import Comment
from beteiligung.participation.shares import largest_remainder
from support import NOW

HERE, ELSEWHERE = 1, 2


def person(account_id=7, *, staff=False, confirmed=(), home=None, may=True):
    return rules.Participant(
        account_id=account_id, is_staff_of_region=staff, confirmed_region_ids=frozenset(confirmed), home_region_id=home, may_contribute=may
    )


PEOPLE = {
    "unconfirmed resident": person(),
    "confirmed resident": person(confirmed=[HERE]),
    "from outside": person(confirmed=[ELSEWHERE]),
    "at home elsewhere": person(home=ELSEWHERE),
    "clerk of the region": person(staff=True, confirmed=[HERE]),
    "without terms": person(may=False),
}


def commitment(**values):
    return Commitment(**{"id": 3, "region_id": HERE, "state": "published", "version": 1, **values})


def document(**values):
    return Document(**{"id": 4, "region_id": HERE, "closed": False, **values})


def comment(**values):
    return Comment(**{"id": 9, "commitment_id": 3, "author_id": 7, "text": "Ein Satz.", "additions": [], "created_at": NOW, **values})


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (person(), "unconfirmed"),
        (person(home=HERE), "unconfirmed"),
        (person(confirmed=[HERE]), "confirmed"),
        (person(confirmed=[HERE, ELSEWHERE], home=ELSEWHERE), "confirmed"),
        (person(confirmed=[ELSEWHERE]), "outside"),
        (person(confirmed=[ELSEWHERE], home=HERE), "outside"),
        (person(home=ELSEWHERE), "outside"),
    ],
)
def test_standing(who, expected):
    assert rules.standing(who, HERE) == expected


TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)
PHASES = {
    "open": (commitment(), document()),
    "within its window": (commitment(window_start=TODAY, window_end=TODAY), document()),
    "before its window": (commitment(window_start=TODAY + DAY), document()),
    "after its window": (commitment(window_end=TODAY - DAY), document()),
    "before the document's window": (commitment(), document(window_start=TODAY + DAY)),
    "after the document's window": (commitment(window_end=TODAY + DAY), document(window_end=TODAY - DAY)),
    "past term": (commitment(), document(closed=True)),
    "archived": (commitment(state="archived"), document()),
}
PARTICIPANTS = {"unconfirmed resident", "confirmed resident", "from outside", "at home elsewhere"}
VOTE_PHASES = {"open", "within its window"}
COMMENT_PHASES = VOTE_PHASES | {"past term"}
HELPFUL_PHASES = set(PHASES) - {"archived"}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("phase", PHASES)
def test_who_may_do_what_when(who, phase):
    here, source = PHASES[phase]
    someone = PEOPLE[who]
    takes_part = who in PARTICIPANTS
    others = comment(author_id=99)
    assert rules.may_vote(someone, here, source, NOW) == (takes_part and phase in VOTE_PHASES)
    assert rules.may_comment(someone, here, source, NOW) == (takes_part and phase in COMMENT_PHASES)
    assert rules.may_reply(someone, others, here, source, NOW) == (takes_part and phase in COMMENT_PHASES)
    assert rules.may_find_helpful(someone, others, here) == (takes_part and phase in HELPFUL_PHASES)
    assert (rules.why_not_withdraw_vote(here, source, NOW) is None) == (phase in VOTE_PHASES)
    reason = rules.why_not_vote(someone, here, source, NOW)
    assert (reason is None) == rules.may_vote(someone, here, source, NOW)
    assert reason is None or reason.endswith((".", "!"))


def test_days_of_a_window_are_german_days():
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # already the 22nd in Germany
    assert rules.why_closed(commitment(window_end=TODAY), document(), late)
    assert rules.why_closed(commitment(window_start=TODAY + DAY), document(), late) is None


LATER = NOW + timedelta(minutes=15)
STATES = {
    "fresh": (comment(), NOW + timedelta(minutes=14, seconds=59)),
    "old": (comment(), LATER),
    "withdrawn": (comment(withdrawn_at=NOW), NOW),
    "withdrawn, old": (comment(withdrawn_at=NOW), LATER),
    "hidden": (comment(hidden_at=NOW, hidden_reason="Regel 1"), NOW),
    "hidden, old": (comment(hidden_at=NOW, hidden_reason="Regel 1"), LATER),
    "official": (comment(official=True, parent_id=1, reply_number=1), NOW),
    "official, old": (comment(official=True, parent_id=1, reply_number=1), LATER),
    "of an erased account": (comment(author_id=None), NOW),
    "full of additions": (comment(additions=[{"at": "", "text": ""}] * rules.MAX_ADDITIONS), LATER),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", [*PEOPLE, "somebody else"])
def test_who_may_change_a_comment(who, state):
    written, now = STATES[state]
    someone = PEOPLE.get(who) or person(8)
    own = who != "somebody else"
    assert rules.may_edit_comment(someone, written, now) == (own and state == "fresh")
    assert rules.may_add(someone, written, now) == (own and state == "old")
    assert rules.may_withdraw(someone, written) == (own and state in {"fresh", "old", "hidden", "hidden, old", "full of additions"})


@pytest.mark.parametrize(
    ("written", "may"),
    [
        (comment(author_id=99), True),
        (comment(author_id=None), True),
        (comment(author_id=99, official=True, parent_id=1, reply_number=1), True),
        (comment(author_id=7), False),
        (comment(author_id=99, withdrawn_at=NOW), False),
        (comment(author_id=99, hidden_at=NOW), False),
    ],
)
def test_what_can_be_found_helpful(written, may):
    assert rules.may_find_helpful(person(), written, commitment()) is may


def test_replies_have_two_levels_and_a_hidden_thread_takes_none():
    assert rules.thread_id(comment(id=9)) == 9
    assert rules.thread_id(comment(id=10, parent_id=9, reply_number=1)) == 9
    assert rules.may_reply(person(), comment(withdrawn_at=NOW), commitment(), document(), NOW)
    assert not rules.may_reply(person(), comment(hidden_at=NOW), commitment(), document(), NOW)
    with pytest.raises(ValueError, match="stored"):
        rules.thread_id(comment(id=None))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [((1, 1, 1), (34, 33, 33)), ((20, 0, 0), (100, 0, 0)), ((2, 1, 4), (29, 14, 57)), ((1, 199, 0), (1, 99, 0)), ((0, 0, 7), (0, 0, 100))],
)
def test_percentages_sum_to_a_hundred(parts, expected):
    assert largest_remainder(parts) == expected


def test_nothing_has_no_percentages():
    with pytest.raises(ValueError, match="Nothing"):
        largest_remainder((0, 0, 0))
