"""A report from draft to publication: what is in it, who may do what, and that nothing changes any more."""

import json
from datetime import date, timedelta

import pytest
from sqlmodel import select

from beteiligung.catalogue.models import Commitment, HistoryEntry
from beteiligung.clock import berlin_date, utcnow
from beteiligung.council.recommendation_queries import Adopted
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, Forbidden, Invalid, NotFound
from beteiligung.identity.models import Account
from beteiligung.places.models import Region
from beteiligung.reporting import dataset, files, gathering, queries, service
from beteiligung.reporting.gathering import Asked
from beteiligung.reporting.models import Report, ReportFile, ReportQuote
from beteiligung.reporting.rules import Person
from reporting.scene import FOREWORD, full_scene, grouped_scene, make_scene
from reporting.test_figures import REGION
from support import statements

BOTH, ONE, WITHOUT, AGAINST = (
    "beide Lager finden das hilfreich", "nur das eine Lager findet das hilfreich", "ohne Zustimmung", "dagegen spricht etwas",
)  # fmt: skip


DIGESTS = {}


def data_of(scene, number):
    return dataset.restored(scene.report(number).content)


def test_from_draft_to_publication(database):
    scene = grouped_scene()
    number = scene.prepared()
    row = scene.report(number)
    assert (row.state, row.number, row.digest) == ("prepared", None, None)
    data = data_of(scene, number)
    assert DIGESTS.setdefault(data.as_of, dataset.digest(data)) == dataset.digest(data), "the same on every database"
    # figures
    assert data.table("totals").rows[0] == ("Menschen mit bestätigter Stimme", 60)
    assert len(data.table("votes").rows) == 12
    assert {row[0] for row in data.table("supported").rows[:2]} == {f"Vorhaben {letter} für Große und Kleine" for letter in "AB"}
    assert "unites" in [section.key for section in data.sections if not section.absent]
    # what is not there says so
    absent = {section.key: section.absent for section in data.sections if section.absent}
    assert set(absent) >= {"recommendations", "moderation"}
    assert all(absent.values())
    # quotes: helpful across camps, only with consent, both sides
    assert [(quote.stance, quote.text) for quote in data.quotes] == [
        ("for", f"Das sage ich: {BOTH}."), ("against", f"Das sage ich: {AGAINST}."),
    ]  # fmt: skip
    # words, release by a second person, publication
    edited = scene.do("write", number, FOREWORD, [("vorhaben-1", "Das machen wir."), ("", "Danke an alle."), ("", "  ")])
    with pytest.raises(Forbidden):
        scene.do("release", number, edited.edited_at)
    released = scene.do("release", number, edited.edited_at, person=scene.second)
    assert (released.state, released.number) == ("released", 1)
    final = data_of(scene, number)
    assert dataset.digest(final) == released.digest
    assert final.link == "/musterkreis/berichte/1"
    assert [(one.commitment, one.text) for one in final.answers] == [
        ("Vorhaben B für Große und Kleine", "Das machen wir."), ("", "Danke an alle."),
    ]  # fmt: skip
    with pytest.raises(Conflict):
        scene.do("write", number, "Anders.", ())
    with reading() as session, pytest.raises(NotFound):
        queries.version(session, scene.region_id, 1)
    scene.do("publish", number)
    with pytest.raises(Conflict):
        scene.do("discard", number)
    with reading() as session:
        found = queries.version(session, scene.region_id, 1)
        with statements() as seen:
            queries.lines(session, scene.region_id, public=False)
        assert not any("content" in one for one in seen), "a list reads no data sets"
        assert [line.number for line in queries.lines(session, scene.region_id, public=True)] == [1]
    assert (found.digest, found.newest, found.data) == (released.digest, 0, final)


def test_the_data_names_nobody(database):
    scene = full_scene()
    stored = json.dumps(scene.report(scene.published()).content, ensure_ascii=False)
    with reading() as session:
        people = session.exec(select(Account)).all()
        quotes = session.exec(select(ReportQuote)).all()
    for person in people:
        assert person.email not in stored
        assert person.display_name not in stored
    assert len(quotes) == 2
    assert "comment_id" not in stored
    assert "account" not in stored
    assert WITHOUT not in stored
    assert ONE not in stored


def test_the_second_report_is_made_of_other_topics_and_has_the_next_number(database):
    scene = full_scene()
    scene.published()
    number = scene.published(topics=("klima-energie",))
    data = data_of(scene, number)
    assert data.number == 2
    assert {row[2] for row in data.table("votes").rows} == {"Klima & Energie"}
    assert len(data.table("votes").rows) == 2
    assert data.sitting.topics == ("Klima & Energie",)


def test_below_the_threshold_there_are_counts_and_no_ranking(database):
    scene = full_scene(report_threshold=100)
    data = data_of(scene, scene.prepared())
    assert not {"supported", "opposed", "divided"} & {table.key for table in data.tables}
    table = data.table("votes")
    for row in dataset.records(table):
        assert row["people"] == 12
        assert [row[column.key] for column in table.columns if column.kind in ("share", "low", "high")] == [None] * 6
    assert table.suppressed
    assert "100" in table.suppressed


def test_before_the_first_figures_the_report_says_so(database):
    scene = make_scene(votes=False)
    data = data_of(scene, scene.prepared())
    assert data.as_of is None
    assert {table.key for table in data.tables} == {"status"}
    assert all(section.absent for section in data.sections if section.key in ("participation", "topics", "votes", "unites", "sentiment"))


def test_a_period_before_the_first_snapshot_has_no_figures(database):
    scene = full_scene()
    until = berlin_date(utcnow()) - timedelta(days=3)
    assert data_of(scene, scene.prepared(until=until)).as_of is None


def test_nobody_publishes_in_the_quiet_period(database):
    scene = full_scene()
    number = scene.released()
    today = berlin_date(utcnow())
    with unit_of_work() as session:
        session.get_one(Region, scene.region_id).quiet_from = today
    with pytest.raises(Conflict, match="Ruhezeit"):
        scene.do("publish", number)
    with unit_of_work() as session:
        session.get_one(Region, scene.region_id).quiet_from = today + timedelta(days=1)
    scene.do("publish", number)
    assert scene.report(number).state == "published"


def test_what_was_typed_is_checked(database):
    scene = full_scene()
    today = berlin_date(utcnow())
    typed = {
        "body": " ", "subject": "x" * 201, "paper_number": "", "meets_on": None, "since": today, "until": today + timedelta(days=1),
        "committees": ["Gibt es nicht"], "topics": [], "errors": {},
    }  # fmt: skip
    with unit_of_work() as session, pytest.raises(Invalid) as met:
        service.draft(session, scene.first, scene.region_id, typed, utcnow())
    assert set(met.value.fields) == {"body", "subject", "until", "committee-1"}
    number = scene.prepared()
    with pytest.raises(Invalid) as met:
        scene.do("write", number, " ", [("gibt-es-nicht", "Text")])
    assert set(met.value.fields) == {"foreword", "about-1"}


def test_words_that_changed_since_they_were_read_are_not_released(database):
    scene = full_scene()
    number = scene.prepared()
    seen = scene.do("write", number, FOREWORD, ()).edited_at
    scene.do("write", number, "Anders.", ())
    with pytest.raises(Conflict, match="noch einmal"):
        scene.do("release", number, seen, person=scene.second)


def test_a_foreign_region_has_no_such_report(database):
    scene = full_scene()
    number = scene.prepared()
    with unit_of_work() as session, pytest.raises(NotFound):
        service.write(session, scene.first, scene.region_id + 1, number, FOREWORD, (), None, utcnow())
    with reading() as session, pytest.raises(NotFound):
        queries.at_work(session, scene.region_id + 1, number)


def test_somebody_else_than_a_clerk_does_nothing(database):
    scene = full_scene()
    number = scene.prepared()
    resident = Person(scene.people[0], clerk=False)
    for act, arguments in (("write", (number, FOREWORD, ())), ("release", (number, None)), ("publish", (number,)), ("discard", (number,))):
        with pytest.raises(Forbidden):
            scene.do(act, *arguments, person=resident)
    with unit_of_work() as session, pytest.raises(Forbidden):
        service.draft(session, resident, scene.region_id, scene.asked(), utcnow())


def test_what_was_thrown_away_keeps_its_number_and_no_words(database):
    scene = full_scene()
    gone = scene.released()
    with unit_of_work() as session:
        session.add(ReportFile(report_id=gone, correction=0, format="json", content=BOTH.encode(), sha256="x", made_at=utcnow()))
    scene.do("discard", gone)
    number = scene.published()
    assert (scene.report(gone).number, scene.report(number).number) == (1, 2)
    with reading() as session:
        assert session.exec(select(Report.state).order_by(Report.id)).all() == ["discarded", "published"]
        assert session.exec(select(ReportFile)).all() == session.exec(select(ReportQuote).where(ReportQuote.report_id == gone)).all() == []
        with pytest.raises(NotFound):
            files.find(session, scene.region_id, 1, None, "bericht.json")


def test_everybody_who_wrote_is_no_second_person_and_nobody_writes_over_others_unseen(database):
    scene = full_scene()
    number = scene.prepared()
    with unit_of_work() as session:
        session.get_one(Report, number).drafted_by = None  # as if it had come by the clock
    seen = scene.do("write", number, FOREWORD, ()).edited_at
    with pytest.raises(Conflict, match="jemand anderes"):
        scene.do("write", number, "Anders.", (), None, person=scene.second)
    same = scene.do("write", number, FOREWORD, (), person=scene.second)  # pressed the button, changed nothing
    assert (same.edited_by, same.edited_at) == (scene.first.account_id, seen)
    newest = scene.do("write", number, "Anders.", (), person=scene.second).edited_at
    for person in (scene.first, scene.second):
        with pytest.raises(Forbidden):
            scene.do("release", number, newest, person=person)


def test_a_report_of_a_past_period_says_what_held_then(database):
    scene = full_scene()
    today = berlin_date(utcnow())
    until = today - timedelta(days=2)
    with unit_of_work() as session:
        for day, before, after in ((today - timedelta(days=9), "open", "in_progress"), (today, "in_progress", "done")):
            entry = {"kind": "status", "status": after, "status_before": before, "happened_on": day, "created_at": utcnow()}
            session.add(HistoryEntry(commitment_id=scene.commitments[0], **entry))
        session.get_one(Commitment, scene.commitments[0]).status = "done"
    told = {}
    for name, last in (("past", until), ("now", today)):
        number = scene.draft(until=last)
        with reading() as session:
            told[name] = gathering.read(session, number, utcnow())
    assert [told[name].statuses["in_progress"] for name in ("past", "now")] == [1, 0]
    assert [told[name].statuses["done"] for name in ("past", "now")] == [0, 1]
    assert [len(told[name].steps) for name in ("past", "now")] == [1, 2]
    assert told["past"].candidates == ()
    assert len(told["now"].candidates) == 2


def test_an_answer_after_the_period_is_not_told():
    day = date(2026, 9, 30)
    early, late = (
        Adopted(n, n, "T", "T", "/a", day, day, day + timedelta(days=n), "accepted", "Ja.", None) for n in (0, 1)
    )  # fmt: skip
    asked = Asked("Kreistag", None, (), day, day, (), "", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering.recommendation_queries, "adopted", lambda *_a, **_k: [early, late])
        found = gathering._recommendations(None, REGION, asked)
    assert [one.answer for one in found] == ["Ja.", None]
