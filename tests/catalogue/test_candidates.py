"""What clerks decide: each step once, none over another's, nothing lost; and what becomes public of it."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from beteiligung import db
from beteiligung.audit import AuditEntry, erase_people
from beteiligung.catalogue import candidate_text, candidates, publishing, rules
from beteiligung.catalogue.models import Candidate, Commitment, Document, HistoryEntry, ImportRun, Passage
from beteiligung.errors import Closed, Conflict, Forbidden, Invalid, NotFound
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.places.models import Committee
from catalogue.review_support import TEXT, living, queue, read, rows, words
from support import NOW, make_account, make_region


@pytest.fixture
def region(database):
    with db.unit_of_work() as session:
        region = make_region(session, slug="musterkreis")
        session.add(Committee(region_id=region.id, slug="verkehr", name="Verkehrsausschuss", topics=["mobilitaet"]))
        return region


@pytest.fixture
def clerk(region):
    with db.unit_of_work() as session:
        return make_account(session, clerk_of=region).id


@pytest.fixture
def run(region):
    run_id = queue(region.id)
    read(run_id)
    return run_id


def do(function, *given, **more):
    with db.unit_of_work() as session:
        done = function(session, *given, NOW, **more)
        session.flush()
        return done


def accept(clerk, run, candidate, **values):
    return do(candidates.accept, clerk, run, candidate.id, now_version(candidate), words(candidate, **values))


def now_version(candidate):
    with db.reading() as session:
        return session.get_one(Candidate, candidate.id).version


def states(run):
    return [c.state for c in living(run)]


def test_a_decision_is_kept_with_who_and_when(clerk, run):
    first, second, *_rest = living(run)
    accept(clerk, run, first, title="Radweg bauen", summary="Der Kreis baut einen Radweg.", topic="umwelt-natur")
    do(candidates.reject, clerk, run, second.id, 1, "Das ist  eine Forderung.")
    first, second, *_rest = living(run)
    assert (first.state, first.title, first.topic, first.version) == ("accepted", "Radweg bauen", "umwelt-natur", 2)
    assert (first.decided_by, first.decided_at) == (clerk, NOW)
    assert (second.state, second.note) == ("rejected", "Das ist eine Forderung.")
    do(candidates.undo, clerk, run, second.id, 2)
    assert states(run) == ["accepted", "open", "open", "open", "open"]


def test_who_decided_before_stays_in_the_log(region, clerk, run):
    with db.unit_of_work() as session:
        other = make_account(session, clerk_of=region).id
    bike = living(run)[0]
    accept(clerk, run, bike)
    do(candidates.reject, other, run, bike.id, 2, "")
    do(candidates.undo, clerk, run, bike.id, 3)
    do(candidates.accept_sure, other, run, "Verkehr")
    steps = [(a.account_id, a.detail["state"]) for a in rows(AuditEntry) if a.act == "import.decided" and a.detail["candidate"] == bike.id]
    assert steps == [(clerk, "accepted"), (other, "rejected"), (clerk, "open"), (other, "accepted")]
    assert living(run)[0].decided_by == other
    with db.unit_of_work() as session:
        erase_people(session, [other], NOW)
    assert other not in {a.account_id for a in rows(AuditEntry)}


def test_a_decision_on_an_older_version_changes_nothing(clerk, run):
    first = living(run)[0]
    accept(clerk, run, first, title="Meins")
    for late in (
        lambda: do(candidates.accept, clerk, run, first.id, 1, words(first, title="Auch meins")),
        lambda: do(candidates.save, clerk, run, first.id, 1, words(first, title="Auch meins")),
        lambda: do(candidates.reject, clerk, run, first.id, 1, ""),
        lambda: do(candidates.undo, clerk, run, first.id, 1),
        lambda: do(candidates.split, clerk, run, first.id, 1, 60),
        lambda: do(candidates.merge, clerk, run, first.id, 1, forward=True),
    ):
        with pytest.raises(Conflict):
            late()
    assert (living(run)[0].title, living(run)[0].version) == ("Meins", 2)


def test_split_and_back_again(clerk, run):
    school = living(run)[3]
    with db.reading() as session:
        passages = candidates.passages_of(session, run)
    at = next(
        c
        for c in candidate_text.cuts(passages, school.char_start, school.char_end)
        if "neue Tafeln" in candidate_text.quote(passages, c, school.char_end)
    )
    parts = do(candidates.split, clerk, run, school.id, 1, at)
    assert [p.quote for p in parts] == ["Wir werden alle Schulen an das schnelle Netz anschließen", "und neue Tafeln kaufen."]
    assert len(living(run)) == 6
    with pytest.raises(Conflict):
        do(candidates.undo, clerk, run, school.id, 2)
    accept(clerk, run, parts[0])
    do(candidates.undo, clerk, run, parts[0].id, 2)
    do(candidates.undo, clerk, run, parts[0].id, 3)
    assert [c.id for c in living(run)][3] == school.id
    assert states(run) == ["open"] * 5


def test_a_part_that_is_public_is_not_taken_back(clerk, run):
    """Else the whole could be published beside its part."""
    bike = living(run)[3]
    with db.reading() as session:
        cuts = candidate_text.cuts(candidates.passages_of(session, run), bike.char_start, bike.char_end)
    first, second = do(candidates.split, clerk, run, bike.id, 1, cuts[-1])
    accept(clerk, run, first)
    do(publishing.publish, clerk, run, None)
    with pytest.raises(Invalid, match="schon veröffentlicht"):
        do(candidates.undo, clerk, run, second.id, now_version(second))
    assert [c.state for c in rows(Candidate, Candidate.id.in_([first.id, second.id]))] == ["published", "open"]


def test_what_was_taken_apart_does_not_come_back_over_something_else(clerk, run):
    first, second = living(run)[1:3]
    whole = do(candidates.merge, clerk, run, first.id, 1, forward=True)
    do(candidates.save, clerk, run, whole.id, 1, words(whole, end=first.char_end))
    added = do(candidates.add, clerk, run, second.char_start, second.char_end)
    with pytest.raises(Invalid, match="inzwischen ein anderer"):
        do(candidates.undo, clerk, run, whole.id, 2)
    assert [c.id for c in living(run)][1:3] == [whole.id, added.id]


def test_a_part_that_was_split_on_is_put_together_from_its_end(clerk, run):
    school = living(run)[3]
    with db.reading() as session:
        cuts = candidate_text.cuts(candidates.passages_of(session, run), school.char_start, school.char_end)
    first, second = do(candidates.split, clerk, run, school.id, 1, cuts[-1])
    merged = do(candidates.merge, clerk, run, second.id, 1, forward=True)
    with pytest.raises(Invalid, match="weiter geteilt oder verbunden"):
        do(candidates.undo, clerk, run, first.id, 1)
    do(candidates.undo, clerk, run, merged.id, 1)
    do(candidates.undo, clerk, run, first.id, 1)
    assert len(living(run)) == 5


@pytest.mark.parametrize("at", [None, 0, 39, 50, 10_000])
def test_only_where_a_part_can_begin_is_split(clerk, run, at):
    with pytest.raises(Invalid):
        do(candidates.split, clerk, run, living(run)[0].id, 1, at)
    assert len(living(run)) == 5


def test_merge_takes_what_stands_between_and_never_goes_over_a_heading(clerk, run):
    bike, bus, ticket, school, _hall = living(run)
    with pytest.raises(Invalid, match="Überschrift"):
        do(candidates.merge, clerk, run, ticket.id, 1, forward=True)
    with pytest.raises(Invalid):
        do(candidates.merge, clerk, run, bike.id, 1, forward=False)
    whole = do(candidates.merge, clerk, run, bus.id, 1, forward=False)
    assert whole.quote == (
        "Wir werden bis 2030 einen Radweg zwischen Adorf und Beheim bauen. Das Wetter war im letzten Jahr schön.\n"
        "Der Kreis soll die Busse abends länger fahren lassen."
    )
    assert [c.id for c in living(run)] == [whole.id, ticket.id, school.id, _hall.id]
    do(candidates.undo, clerk, run, whole.id, 1)
    assert [c.id for c in living(run)][:2] == [bike.id, bus.id]


def test_other_sentences_of_the_passage_can_be_its_bounds(clerk, run):
    bike = living(run)[0]
    with db.reading() as session:
        weather = candidate_text.sentences(candidates.passages_of(session, run), bike.char_start, bike.char_end)[1]
    do(candidates.save, clerk, run, bike.id, 1, words(bike, end=weather[1]))
    assert living(run)[0].quote.endswith("Das Wetter war im letzten Jahr schön.")
    assert living(run)[0].state == "open"
    with pytest.raises(Invalid):
        do(candidates.save, clerk, run, bike.id, 2, words(bike, end=weather[1] - 3))
    ticket = living(run)[2]
    bus = living(run)[1]
    with pytest.raises(Invalid, match="überschneidet"):
        do(candidates.save, clerk, run, ticket.id, 1, words(ticket, start=bus.char_start))


def test_one_that_was_missed_is_added_once(clerk, run):
    with db.reading() as session:
        passages = candidates.passages_of(session, run)
    start = next(p.char_start + p.text.index("Das Wetter") for p in passages if "Das Wetter" in p.text)
    end = start + len("Das Wetter war im letzten Jahr schön.")
    added = do(candidates.add, clerk, run, start, end)
    assert (added.quote, added.confidence, added.section) == ("Das Wetter war im letzten Jahr schön.", None, ["Verkehr"])
    with pytest.raises(Conflict):
        do(candidates.add, clerk, run, start, end)
    for wrong in ((start + 1, end), (start, end - 1), (end, start), (None, end), (0, 10)):
        with pytest.raises(Invalid):
            do(candidates.add, clerk, run, *wrong)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "x" * 91}, "title"),
        ({"summary": "Nur das."}, "title"),
        ({"title": "Gut", "summary": "x" * 601}, "summary"),
        ({"topic": "unfug"}, "topic"),
        ({"kind": "unfug"}, "kind"),
        ({"committee_id": 999}, "committee"),
    ],
)
def test_words_that_do_not_fit_are_refused_by_field(clerk, run, values, field):
    with pytest.raises(Invalid) as error:
        accept(clerk, run, living(run)[0], **values)
    assert field in error.value.fields
    assert states(run) == ["open"] * 5


def test_the_sure_ones_of_a_chapter_go_in_one_and_come_back_in_one(clerk, run):
    batch, number = do(candidates.accept_sure, clerk, run, "Verkehr")
    assert (number, states(run)) == (2, ["accepted", "open", "accepted", "open", "open"])
    do(candidates.reject, clerk, run, living(run)[0].id, 2, "")
    assert do(candidates.undo_sure, clerk, run, batch) == 1
    assert states(run) == ["rejected", "open", "open", "open", "open"]
    with pytest.raises(Conflict):
        do(candidates.accept, clerk, run, living(run)[2].id, 1, words(living(run)[2]))


class Person:
    def __init__(self, *regions):
        self.regions = regions

    def is_staff_of(self, region_id):
        return region_id in self.regions


@pytest.mark.parametrize("rule", [rules.may_review_import, rules.may_publish_import])
@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("guest", False), ("resident", False), ("confirmed resident", False), ("council member", False),
        ("clerk", True), ("clerk of another region", False), ("operator", False),
    ],
)  # fmt: skip
def test_only_clerks_of_the_region_review_and_publish(rule, who, may):
    person = {"guest": None, "clerk": Person(1), "clerk of another region": Person(2)}.get(who, Person())
    assert rule(person, 1) is may


def test_the_domain_asks_itself_who_decides(region, run):
    with db.unit_of_work() as session:
        strangers = [make_account(session, clerk_of=make_region(session)).id, make_account(session, council_of=region).id, 10_000]
    first = living(run)[0]
    for who in strangers:
        for act in (
            lambda who=who: accept(who, run, first),
            lambda who=who: do(candidates.accept_sure, who, run, "Verkehr"),
            lambda who=who: do(candidates.add, who, run, 1, 2),
            lambda who=who: do(publishing.publish, who, run, None),
        ):
            with pytest.raises(Forbidden):
                act()
    assert states(run) == ["open"] * 5


def test_a_candidate_of_another_run_is_not_found(region, clerk, run):
    other = queue(region.id, TEXT + "\nWir werden eine Brücke bauen.\n")
    read(other)
    with pytest.raises(NotFound):
        accept(clerk, run, living(other)[0])
    with pytest.raises(NotFound):
        accept(clerk, 999, living(other)[0])


def test_published_are_the_accepted_in_the_documents_order_with_one_event(clerk, run):
    bike, bus, ticket, school, hall = living(run)
    accept(clerk, run, school, title="Schnelles Netz", summary="Alle Schulen bekommen es.")
    accept(clerk, run, bike)
    do(candidates.reject, clerk, run, bus.id, 1, "")
    done = do(publishing.publish, clerk, run, "Schule")
    assert (done.new, done.over) == (1, False)
    assert [c.title for c in rows(Commitment)] == ["Schnelles Netz"]
    do(publishing.publish, clerk, run, None)
    by_position = sorted(rows(Commitment), key=lambda c: c.position)
    assert [c.wording for c in by_position] == [bike.quote, school.quote]
    assert [c.position for c in by_position] == [100_001, 100_002]
    first, second = by_position
    assert (first.plain, second.plain, second.summary) == (False, True, "Alle Schulen bekommen es.")
    assert first.title == bike.quote
    assert (first.char_start, first.section, first.context_after) == (bike.char_start, ["Verkehr"], "Das Wetter war im letzten Jahr schön.")
    assert first.committee_id is not None
    assert second.committee_id is None
    assert [e.kind for e in rows(HistoryEntry)] == ["published", "published"]
    assert [j.job for j in rows(OutboxEntry)].count(Job.TELL_FOLLOWERS.value) == 2
    assert [a.detail["new"] for a in rows(AuditEntry) if a.act == "import.published"] == [1, 1]
    (document,) = rows(Document)
    assert (document.slug, document.kind) == ("programm-muster", "strategy")
    assert [p.text for p in rows(Passage)][:2] == ["Programm für den Musterkreis", "Verkehr"]
    for one in (ticket, hall):
        accept(clerk, run, one)
    assert do(publishing.publish, clerk, run, None).over
    assert rows(ImportRun)[0].state == "done"
    assert [c.wording for c in sorted(rows(Commitment), key=lambda c: c.position)] == [c.quote for c in (bike, ticket, school, hall)]
    assert {c.state for c in rows(Candidate)} == {"published", "rejected"}
    with pytest.raises(Closed):
        do(publishing.publish, clerk, run, None)


def test_publishing_twice_or_killed_half_way_doubles_nothing(clerk, run):
    do(candidates.accept_sure, clerk, run, "Verkehr")

    class Killed(BaseException):
        pass

    with pytest.raises(Killed), db.unit_of_work() as session:
        publishing.publish(session, clerk, run, None, NOW)
        session.flush()
        raise Killed
    assert rows(Commitment) == []
    assert rows(HistoryEntry) == []
    do(publishing.publish, clerk, run, None)
    again = do(publishing.publish, clerk, run, None)
    assert again.new == 0
    assert len(rows(Commitment)) == 2
    assert len(rows(HistoryEntry)) == 1


def test_one_commitment_has_one_candidate_in_a_run(clerk, run):
    do(candidates.accept_sure, clerk, run, "Verkehr")
    do(publishing.publish, clerk, run, None)
    with pytest.raises(IntegrityError), db.unit_of_work() as session:
        one, other = session.exec(select(Candidate).where(Candidate.state == "published")).all()
        other.commitment_id = one.commitment_id


def test_nothing_accepted_leaves_no_document_behind(clerk, run):
    for candidate in living(run):
        do(candidates.reject, clerk, run, candidate.id, 1, "")
    assert do(publishing.publish, clerk, run, None).over
    assert rows(Document) == rows(Commitment) == []
    assert rows(ImportRun)[0].state == "done"


def test_a_revised_document_asks_only_about_the_rest(region, clerk, run):
    for chapter in ("Verkehr", "Schule"):
        do(candidates.accept_sure, clerk, run, chapter)
    do(publishing.publish, clerk, run, None)
    before = {c.wording: c.id for c in rows(Commitment)}
    revised = TEXT.replace("Die Turnhalle in Cestadt wollen wir sanieren.", "Wir werden in Cestadt eine Mensa bauen.")
    later = queue(region.id, revised, {"slug": "programm-muster"}, now=NOW + timedelta(days=1))
    read(later)
    asked = [c for c in living(later) if c.state == "open"]
    gone = [c for c in asked if c.change == "gone"]
    assert [c.quote for c in gone] == ["Die Turnhalle in Cestadt wollen wir sanieren."]
    assert any(c.change == "new" and "Mensa" in c.quote for c in asked)
    assert all(c.state == "accepted" for c in living(later) if c.change in ("unchanged", "moved"))
    with pytest.raises(Invalid, match="zuerst"):
        do(publishing.publish, clerk, later, None)
    for settled in (c for c in living(later) if c.change in ("unchanged", "moved")):
        with pytest.raises(Invalid, match="nicht geändert"):
            do(candidates.undo, clerk, later, settled.id, settled.version)
    do(candidates.accept, clerk, later, gone[0].id, 1, words(gone[0]))
    accept(clerk, later, next(c for c in asked if "Mensa" in c.quote))
    done = do(publishing.publish, clerk, later, None)
    assert (done.new, done.archived) == (1, 1)
    after = {c.wording: c for c in rows(Commitment)}
    assert {wording: after[wording].id for wording in before} == before
    assert after["Die Turnhalle in Cestadt wollen wir sanieren."].state == "archived"
    assert after["Wir werden in Cestadt eine Mensa bauen."].state == "published"
    assert len(rows(Document)) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_done_no_two_living_candidates_overlap(database, data):
    """Any sequence of splits, mergers and steps back leaves each character to one candidate at most."""
    database.reset()
    with db.unit_of_work() as session:
        region = make_region(session, slug="musterkreis")
        clerk = make_account(session, clerk_of=region).id
    run_id = queue(region.id)
    read(run_id)
    for _step in range(data.draw(st.integers(1, 6))):
        candidate = data.draw(st.sampled_from(living(run_id)))
        deed = data.draw(st.sampled_from(("split", "next", "previous", "undo", "accept")))
        given = (clerk, run_id, candidate.id, now_version(candidate))
        try:
            if deed == "split":
                with db.reading() as session:
                    cuts = candidate_text.cuts(candidates.passages_of(session, run_id), candidate.char_start, candidate.char_end)
                do(candidates.split, *given, data.draw(st.sampled_from(cuts)) if cuts else None)
            elif deed == "undo":
                do(candidates.undo, *given)
            elif deed == "accept":
                do(candidates.accept, *given, words(candidate))
            else:
                do(candidates.merge, *given, forward=deed == "next")
        except (Invalid, Conflict):
            continue
    left = living(run_id)
    assert all(a.char_end <= b.char_start for a, b in pairwise(left))
    assert all(candidate.quote.strip() for candidate in left)
