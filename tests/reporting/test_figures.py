"""Every figure of a report against a recount of the public snapshot, on generated snapshots; and the rules of who and what."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beteiligung.catalogue.models import STATUSES
from beteiligung.catalogue.topics import TOPICS, by_name
from beteiligung.insight import figures as insight
from beteiligung.insight.figures import Standing
from beteiligung.insight.shown import Snapshot
from beteiligung.insight.tone_queries import Stances
from beteiligung.places.queries import RegionFacts
from beteiligung.reporting import dataset, figures, prose, rules
from beteiligung.reporting.bridging import Material
from beteiligung.reporting.choosing import LEAST_HELPFUL, LONGEST, MOST_COMMITMENTS, Candidate, Marks, chosen
from beteiligung.reporting.compose import compose
from beteiligung.reporting.gathering import Asked, Facts
from beteiligung.reporting.rules import Person, Progress

REGION = RegionFacts(
    1, "musterkreis", "Musterkreis", "im Musterkreis", "county", "Hessen", "Kreistag", None, None, 14, 20, None, None, {}, True
)  # fmt: skip
TAKEN = datetime(2026, 9, 30, 21, tzinfo=UTC)
PAGE = 20

counts = st.one_of(st.just(0), st.integers(0, 400))
boxes = st.tuples(counts, counts, counts).map(lambda one: Standing(*one)).filter(lambda one: one.total == 0 or one.total >= 5)
rows = st.lists(
    st.tuples(boxes, boxes, boxes, st.integers(0, 60), st.sampled_from([topic.slug for topic in TOPICS[:4]])), min_size=1, max_size=8
)


def content_of(generated):
    """Build what `insight.snapshots.compute` freezes of such commitments."""
    commitments = {}
    for number, (confirmed, unconfirmed, outside, comments, topic) in enumerate(generated, 1):
        shown = {"confirmed": confirmed, "unconfirmed": unconfirmed, "outside": outside}
        commitments[f"zusage-{number}"] = {
            "id": number, "title": f"Zusage {number}", "topic": topic, "version": 1, "comments": comments,
            **{name: insight.box(standing, PAGE) for name, standing in shown.items()},
        }  # fmt: skip
    everybody = sum(one[0].total for one in generated)
    totals = {
        "people": 5 * (everybody // 5), "votes_confirmed": everybody, "votes_unconfirmed": 0, "votes_outside": 0,
        "comments": sum(one[3] for one in generated), "commitments": len(commitments),
    }  # fmt: skip
    return {
        "format": 1, "totals": totals, "days": [], "turnout": None, "commitments": commitments,
        "groups": {"clear": False, "reason": "too_few"},
    }  # fmt: skip


def facts_of(generated, threshold=100, topics=(), **more):
    asked = Asked("Kreistag", None, (), date(2026, 7, 1), date(2026, 9, 30), tuple(topics), "", "")
    base = {
        "region": REGION, "threshold": threshold, "asked": asked, "snapshot": Snapshot(3, TAKEN, "d" * 64, content_of(generated)),
        "population": None, "statuses": {}, "steps": (), "recommendations": (), "moderation": (), "tones": (), "stances": {},
        "candidates": (), "groups": 0, "bridging": Material(),
    }  # fmt: skip
    return Facts(**{**base, **more})


@settings(max_examples=60, deadline=None)
@given(rows, st.sampled_from([20, 100]), st.sets(st.sampled_from([topic.slug for topic in TOPICS[:4]])))
def test_every_figure_equals_a_recount_of_the_snapshot(generated, threshold, topics):
    facts = facts_of(generated, threshold, topics)
    data = compose(facts, "https://beteiligung.example", "k").data
    known = facts.snapshot.content["commitments"]
    wanted = {slug: one for slug, one in known.items() if not topics or one["topic"] in topics}
    votes = {row["link"].rpartition("/")[2]: row for row in dataset.records(data.table("votes"))}
    assert set(votes) == set(wanted)
    for slug, one in wanted.items():
        row, box = votes[slug], one["confirmed"]
        assert row["comments"] == one["comments"]
        if box is None:
            assert [row[key] for key in ("people", "for", "neutral", "against", "share_for", "low_for")] == [None] * 6
            continue
        assert [row[key] for key in ("people", "for", "neutral", "against")] == [box["people"], box["for"], box["neutral"], box["against"]]
        if box["people"] < threshold:
            assert [row[f"{end}_{side}"] for end in ("share", "low", "high") for side in ("for", "against")] == [None] * 6
            continue
        for side in ("for", "against"):
            exact = Fraction(1000 * box[side], box["people"])
            assert abs(row[f"share_{side}"] - exact) <= Fraction(1, 2)
            assert row[f"low_{side}"] <= row[f"share_{side}"] <= row[f"high_{side}"]
            low, high = insight.wilson(box[side], box["people"])
            assert (row[f"low_{side}"], row[f"high_{side}"]) == (round(1000 * low), round(1000 * high))
    for name, key in (("supported", "for"), ("opposed", "against"), ("divided", "for")):
        ranked = next((table for table in data.tables if table.key == name), None)
        for row in dataset.records(ranked) if ranked else ():
            full = votes[row["link"].rpartition("/")[2]]
            assert {k: full[k] for k in row} == row, "the same figure wherever it stands"
            assert row["people"] >= threshold
            assert row[key] > 0
    for row in dataset.records(data.table("topics")):
        own = [one for one in wanted.values() if one["topic"] == by_name(row["topic"]).slug]
        assert row["commitments"] == len(own)
        assert row["votes"] == sum(one["confirmed"]["people"] for one in own if one["confirmed"])
        assert row["comments"] == sum(one["comments"] for one in own)
    for key in ("unconfirmed", "outside"):
        table = next((table for table in data.tables if table.key == f"votes_{key}"), None)
        told = {row["link"].rpartition("/")[2]: row for row in dataset.records(table)} if table else {}
        assert {slug: row["people"] for slug, row in told.items()} == {s: one[key]["people"] for s, one in wanted.items() if one[key]}
    for table in data.tables:
        assert bool(table.suppressed) == any(value is None for row in table.rows for value in row), table.key
        assert table.query.startswith("beteiligung.")


@settings(max_examples=20, deadline=None)
@given(rows)
def test_the_same_facts_make_the_same_bytes(generated):
    first, second = (compose(facts_of(generated), "https://beteiligung.example", "k").data for _ in range(2))
    assert dataset.canonical(first) == dataset.canonical(second)
    assert dataset.restored(dataset.plain(first)) == first


# Quotes


def candidate(number, helpful=(), *, stance="for", commitment="a", everybody=(0, 0), text="Ein Grund."):
    return Candidate(number, commitment, stance, text, Marks(*everybody), tuple(Marks(*pair) for pair in helpful))


def test_what_every_group_finds_helpful_beats_what_one_applauds():
    loud, bridge = candidate(1, ((90, 0), (5, 9))), candidate(2, ((9, 1), (9, 1)))
    assert chosen([loud, bridge], ["a"], 2) == [bridge]
    assert chosen([bridge, loud], ["a"], 2) == [bridge]


def test_too_few_in_one_group_is_not_enough():
    assert chosen([candidate(1, ((50, 0), (4, 0)))], ["a"], 2) == []
    assert chosen([candidate(1, ())], ["a"], 2) == []
    assert chosen([candidate(1, everybody=(LEAST_HELPFUL - 1, 0))], ["a"], 0) == []
    assert len(chosen([candidate(1, everybody=(LEAST_HELPFUL, 0))], ["a"], 0)) == 1


def test_long_comments_are_not_quoted_and_not_cut():
    assert chosen([candidate(1, everybody=(9, 0), text="x" * (LONGEST + 1))], ["a"], 0) == []


def test_of_two_alike_the_older_one():
    assert chosen([candidate(7, everybody=(5, 0)), candidate(3, everybody=(5, 0))], ["a"], 0)[0].comment_id == 3


marks = st.tuples(st.integers(0, 30), st.integers(0, 10))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["for", "against"]), marks, marks), max_size=25))
def test_quotes_are_balanced_by_rule_and_both_sides_are_treated_alike(generated):
    found = [candidate(n, (a, b), stance=side, commitment=slug) for n, (slug, side, a, b) in enumerate(generated)]
    order = list("hgfedcba")
    quotes = chosen(found, order, 2)
    keys = [(one.commitment, one.stance) for one in quotes]
    assert len(keys) == len(set(keys))
    assert len({slug for slug, _side in keys}) <= MOST_COMMITMENTS
    assert [order.index(slug) for slug, _side in keys] == sorted(order.index(slug) for slug, _side in keys)
    assert chosen(reversed(found), order, 2) == quotes, "the order in which they are read says nothing"
    other = {"for": "against", "against": "for"}
    mirrored = [Candidate(c.comment_id, c.commitment, other[c.stance], c.text, c.all, c.groups) for c in found]
    assert {(c.comment_id, c.commitment) for c in chosen(mirrored, order, 2)} == {(c.comment_id, c.commitment) for c in quotes}


# Who may do what

CLERK, SECOND, RESIDENT = Person(1, clerk=True), Person(2, clerk=True), Person(3, clerk=False)


class Quiet:
    def __init__(self, quiet_from=None, quiet_until=None):
        self.quiet_from, self.quiet_until = quiet_from, quiet_until


def test_only_clerks_draft_write_publish_discard_and_correct():
    today = date(2026, 11, 22)
    for person, allowed in ((CLERK, True), (RESIDENT, False)):
        assert rules.may_draft(person) is allowed
        assert (rules.why_not_write(person, "prepared") is None) is allowed
        assert rules.may_publish(person, "released", Quiet(), today) is allowed
        assert (rules.why_not_discard(person, "prepared") is None) is allowed
        assert (rules.why_not_correct(person, "published") is None) is allowed
        assert (rules.why_not_correct_words(person, "published", Quiet(), today) is None) is allowed
        assert rules.why_not_correct_words(person, "published", Quiet(today, None), today)


@pytest.mark.parametrize(
    ("person", "progress", "allowed"),
    [
        (SECOND, Progress("prepared", 1, (1,), edited=True), True),
        (SECOND, Progress("prepared", None, (1,), edited=True), True),
        (SECOND, Progress("prepared", None, (), edited=True), True),
        (SECOND, Progress("prepared", 1, (), edited=False), False),
        (CLERK, Progress("prepared", 1, (2,), edited=True), False),
        (SECOND, Progress("prepared", 1, (2,), edited=True), False),
        (SECOND, Progress("prepared", None, (2, 1), edited=True), False),
        (RESIDENT, Progress("prepared", 1, (1,), edited=True), False),
        *((SECOND, Progress(state, 1, (1,), edited=True), False) for state in ("computing", "released", "published", "discarded")),
    ],
)
def test_a_second_person_releases(person, progress, allowed):
    assert rules.may_release(person, progress) is allowed


@pytest.mark.parametrize("state", ["computing", "prepared", "published", "discarded"])
def test_only_what_is_released_is_published(state):
    assert not rules.may_publish(CLERK, state, Quiet(), date(2026, 11, 22))


def test_nobody_publishes_in_the_quiet_period():
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    for day, allowed in ((first - timedelta(days=1), True), (first, False), (last, False), (last + timedelta(days=1), True)):
        assert rules.may_publish(CLERK, "released", Quiet(first, last), day) is allowed


@pytest.mark.parametrize("state", ["computing", "prepared", "released", "discarded"])
def test_only_published_reports_are_read_and_corrected(state):
    assert not rules.may_read(state)
    assert rules.why_not_correct(CLERK, state)
    assert rules.may_read("published")


def test_a_published_report_stays():
    assert rules.why_not_discard(CLERK, "published")
    assert rules.why_not_write(CLERK, "published")
    assert rules.why_not_write(CLERK, "released")


def test_a_quote_needs_all_three():
    for consent in (True, False):
        for visible in (True, False):
            for same in (True, False):
                assert rules.may_quote(consent=consent, visible=visible, same_words=same) is (consent and visible and same)


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2026, 11, 22), ("2026-3", date(2026, 7, 1), date(2026, 9, 30))),
        (date(2026, 1, 1), ("2025-4", date(2025, 10, 1), date(2025, 12, 31))),
        (date(2026, 4, 1), ("2026-1", date(2026, 1, 1), date(2026, 3, 31))),
    ],
)
def test_the_quarter_before(day, found):
    assert rules.quarter_before(day) == found


@pytest.mark.parametrize(
    ("figures_since", "found"),
    [
        (None, (date(2026, 7, 1), date(2026, 9, 30))),
        (date(2026, 9, 30), (date(2026, 7, 1), date(2026, 9, 30))),
        (date(2026, 10, 1), (date(2026, 10, 1), date(2026, 11, 21))),
        (date(2026, 11, 22), (date(2026, 10, 1), date(2026, 11, 22))),
    ],
)
def test_a_new_report_is_proposed_for_days_of_which_there_are_figures(figures_since, found):
    assert rules.proposed_period(date(2026, 11, 22), figures_since) == found


def test_shares_are_rounded_without_floats():
    assert prose.tenths(prose.per_1000(19_995, 100_000)) == "200,0"
    assert [figures.share_in_tenths(count, 3) for count in range(4)] == [0, 333, 667, 1000]


def test_what_is_of_another_day_says_of_which():
    more = {"statuses": {**dict.fromkeys(STATUSES, 0), "done": 1}, "stances": {"": Stances(5, 4, 3, 2, TAKEN + timedelta(days=40))}}
    data = compose(facts_of([], **more), "https://beteiligung.example", "k").data
    assert data.table("status").note == "Wie am 30.09.2026 veröffentlicht."
    assert "gezählt am 09.11.2026" in data.table("stances").note
    assert any("30. September 2026" in text and "nicht zitiert" in text for text in data.method)
