"""Corrections: quotes are blacked out in every version, figures stay; errors are mended with old and new named."""

import pytest
from sqlmodel import select

from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, Forbidden, Invalid, NotFound
from beteiligung.insight.figures import Standing
from beteiligung.participation import comments, service
from beteiligung.participation.models import Comment
from beteiligung.places.models import Region
from beteiligung.reporting import dataset, gathering, mending, queries
from beteiligung.reporting import service as reports
from beteiligung.reporting.compose import compose
from beteiligung.reporting.dataset import Column, Table
from beteiligung.reporting.models import ReportCorrection, ReportFile, ReportQuote
from beteiligung.reporting.rules import Person
from reporting.scene import full_scene
from reporting.test_figures import facts_of

BOTH = "beide Lager finden das hilfreich"
TEXT = f"Das sage ich: {BOTH}."


def versions(scene, number=1):
    with reading() as session:
        newest = queries.version(session, scene.region_id, number)
        return [queries.version(session, scene.region_id, number, n) for n in range(newest.newest + 1)]


def withdraw(scene):
    scene.withdraw(BOTH, scene.people[0])


def refuse(scene):
    scene.refuse(BOTH, scene.people[0])


def hide(scene):
    with unit_of_work() as session:
        comments.hide_comment(session, scene.comments[BOTH], "Beleidigung", utcnow())


def erase(scene):
    with unit_of_work() as session:
        service.erase(session, scene.people[0], utcnow())


@pytest.mark.parametrize("happens", [withdraw, refuse, hide, erase])
def test_a_quote_that_may_not_stand_goes_from_every_version(database, happens):
    scene = full_scene()
    number = scene.published()
    before = versions(scene)[0]
    assert before.data.quotes[0].text == TEXT
    happens(scene)
    assert scene.mend() == 1
    assert scene.mend() == 0  # done twice it acts once
    first, second = versions(scene)
    for found in (first, second):
        assert [quote.text is None for quote in found.data.quotes] == [True, False]
        assert found.data.quotes[0].salt is None
        assert found.data.quotes[0].gone
        assert dataset.digest(found.data) == found.digest
    assert first.digest == before.digest  # what was published can still be checked
    assert second.data.tables == before.data.tables  # figures stay
    assert second.data.sections == before.data.sections
    note = second.data.corrections[0]
    assert (note.number, [change.where for change in note.changes]) == (1, ["Zitat 1"])
    assert scene.report(number).state == "published"
    with reading() as session:
        everything = [scene.report(number).content, *(one.content for one in session.exec(select(ReportCorrection)).all())]
    assert BOTH not in str(everything)


def test_before_publication_a_quote_goes_without_a_correction(database):
    scene = full_scene()
    number = scene.released()
    digest = scene.report(number).digest
    withdraw(scene)
    assert scene.mend() == 1
    scene.do("publish", number)
    (only,) = versions(scene)
    assert only.data.quotes[0].text is None
    assert only.digest == digest == dataset.digest(only.data)


def test_a_comment_that_goes_while_the_report_is_computed_is_not_quoted(database):
    scene = full_scene()
    number = scene.draft()
    with reading() as session:
        facts = gathering.read(session, number, utcnow())
    withdraw(scene)
    with unit_of_work() as session:
        reports.keep_figures(session, number, compose(facts, "https://beteiligung.example", "k"), utcnow())
    scene.mend()
    assert dataset.restored(scene.report(number).content).quotes[0].text is None


def test_files_with_the_words_go_too_and_old_words_are_not_stored_again(database):
    scene = full_scene()
    number = scene.published()
    data = versions(scene)[0].data
    with unit_of_work() as session:
        assert reports.keep_file(session, number, data, "json", TEXT.encode(), utcnow())
    withdraw(scene)
    scene.mend()
    with unit_of_work() as session:
        assert session.exec(select(ReportFile)).all() == []
        assert not reports.keep_file(session, number, data, "json", TEXT.encode(), utcnow())
    with reading() as session:
        missing = queries.to_build(session, number, ("json",))
    assert [(correction, one.quotes[0].text) for correction, _key, one in missing] == [(1, None), (0, None)]


def test_a_quote_whose_comment_is_gone_without_a_word_is_found_at_night(database):
    scene = full_scene()
    number = scene.published()
    with unit_of_work() as session:
        session.get_one(ReportQuote, (number, 1)).comment_id = None
        session.flush()
        assert mending.with_lost_quotes(session) == [number]
        assert mending.mend_report(session, number, utcnow())
        assert not mending.mend_report(session, number, utcnow())


def test_part_hidden_words_are_not_quoted_any_more(database):
    scene = full_scene()
    scene.published()
    with unit_of_work() as session:
        row = session.get_one(Comment, scene.comments[BOTH])
        row.text = row.text.replace("Lager", "[…]")
        comments.save_words(session, row, utcnow())
    assert scene.mend() == 1
    assert versions(scene)[1].data.quotes[0].text is None


# Errors


def correct(scene, place, typed, reason="Beim Zählen war ein Fehler.", person=None):
    with unit_of_work() as session:
        seen = len(session.exec(select(ReportCorrection)).all())
        return mending.correct_figure(session, person or scene.first, scene.region_id, 1, place, typed, reason, seen, utcnow()).number


def foreword(scene, words, seen=0):
    with unit_of_work() as session:
        return mending.correct_foreword(session, scene.second, scene.region_id, 1, words, "Ein Name fehlte.", seen, utcnow())


def test_a_figure_is_mended_wherever_it_stands_with_old_and_new(database):
    scene = full_scene()
    scene.published()
    before = versions(scene)[0].data
    votes = before.table("votes")
    row = [one[1] for one in votes.rows].index(before.table("supported").rows[0][1]) + 1
    old = dict(zip([c.key for c in votes.columns], votes.rows[row - 1], strict=True))["for"]
    assert correct(scene, ("votes", row, "for"), "3") == 1
    first, second = versions(scene)
    assert first.data == before
    assert first.newest == 1
    changed = {change.where: (change.old, change.new) for change in second.data.corrections[0].changes}
    assert len(changed) >= 2
    assert set(changed.values()) == {(str(old), "3")}
    assert any(where.startswith("Alle Zusagen") for where in changed)
    assert any(where.startswith("Am meisten unterstützt") for where in changed)
    for key in ("votes", "supported"):
        table = second.data.table(key)
        (told,) = [one for one in dataset.records(table) if one["link"] == before.table("supported").rows[0][1]]
        assert told["for"] == 3
    assert second.digest == dataset.digest(second.data) != first.digest


def test_sentences_follow_the_figures(database):
    scene = full_scene()
    scene.published()
    correct(scene, ("totals", 1, "number"), "65")
    second = versions(scene)[1].data
    assert "etwa 65 Menschen mit bestätigtem Wohnsitz" in second.summary[0]
    where = [change.where for change in second.corrections[0].changes]
    assert "Zusammenfassung, Satz 1" in where
    assert "Wer hat mitgemacht?, Satz 1" in where


def test_the_foreword_can_be_mended(database):
    scene = full_scene()
    scene.published()
    foreword(scene, "Richtig ist dies.")
    with pytest.raises(Conflict, match="schon berichtigt"):  # the page was opened before
        foreword(scene, "Nun wieder anders.")
    with unit_of_work() as session:
        session.get_one(Region, scene.region_id).quiet_from = berlin_date(utcnow())
    with pytest.raises(Conflict, match="Ruhezeit"):
        foreword(scene, "Wählt uns.", 1)
    correct(scene, ("totals", 1, "number"), "65")  # a wrong figure does not wait
    first, second, _third = versions(scene)
    assert second.data.foreword == "Richtig ist dies."
    assert first.data.foreword != second.data.foreword
    assert second.data.corrections[0].changes[0].where == "Vorwort"


def test_corrections_are_counted_and_kept_apart(database):
    scene = full_scene()
    scene.published()
    correct(scene, ("totals", 1, "number"), "65")
    withdraw(scene)
    scene.mend()
    assert correct(scene, ("totals", 1, "number"), "70") == 3
    found = versions(scene)
    assert [one.data.table("totals").rows[0][1] for one in found] == [10, 65, 65, 70]
    assert [len(one.data.corrections) for one in found] == [0, 1, 2, 3]
    assert all(one.data.quotes[0].text is None for one in found)


def test_wrong_input_is_refused(database):
    scene = full_scene()
    scene.published()
    for typed, reason, fields in (("viele", "", {"new", "reason"}), ("10", "Grund", {"new"}), ("-3", "Grund", {"new"})):
        with pytest.raises(Invalid) as met:
            correct(scene, ("totals", 1, "number"), typed, reason)
        assert set(met.value.fields) == fields
    for place in (("totals", 0, "number"), ("totals", 99, "number"), ("totals", 1, "what"), ("nichts", 1, "number")):
        with pytest.raises(NotFound):
            correct(scene, place, "61")
    with pytest.raises(Forbidden):
        correct(scene, ("totals", 1, "number"), "61", person=Person(scene.people[0], clerk=False))


def test_only_what_is_published_is_corrected(database):
    scene = full_scene()
    scene.released()
    with pytest.raises(Conflict):
        correct(scene, ("totals", 1, "number"), "61")


@pytest.mark.parametrize(
    ("column", "typed", "figure"),
    [
        (Column("n", "", "share", "%", 1), "62,3", 623),
        (Column("n", "", "share", "%", 1), "62,3 %", 623),
        (Column("n", "", "share", "%", 1), "62", 620),
        (Column("n", "", "count"), "1.234", 1234),
        (Column("n", "", "count"), "1.234.567", 1234567),
        (Column("n", "", "count"), "12.34", None),
        (Column("n", "", "share", "%", 1), "62.3", None),
        (Column("n", "", "share", "%", 1), "62,²", None),
        (Column("n", "", "share", "%", 1), "62,", None),
        (Column("n", "", "count"), "1,5", None),
        (Column("n", "", "count"), "²", None),
        (Column("n", "", "count"), "", None),
    ],
)
def test_figures_are_read_as_germans_write_them(column, typed, figure):
    assert mending.read_figure(column, typed) == figure


SHARES = Table(
    "votes", "", "", (Column("n", "", "share", "%", 1), Column("low", "", "low", "%", 1, "n"), Column("high", "", "high", "%", 1, "n")),
    ((600, 550, 650),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("place", "new", "fits"),
    [(0, 650, True), (0, 651, False), (0, 549, False), (1, 600, True), (1, 601, False), (2, 599, False), (2, 1000, True), (2, 1001, False)],
)
def test_a_share_stays_within_its_interval_and_a_hundred_per_cent(place, new, fits):
    assert (mending.why_not_figure(SHARES, SHARES.rows[0], SHARES.columns[place], new) == "") is fits


def test_what_is_suppressed_stays_so(database):
    scene = full_scene(report_threshold=100)
    scene.published()
    with pytest.raises(Invalid) as met:
        correct(scene, ("votes", 1, "share_for"), "50,0")
    assert "nicht gezeigt" in met.value.fields["new"]


def test_another_figure_of_the_same_commitment_stays():
    facts = facts_of([(Standing(60, 30, 30), Standing(0, 0, 0), Standing(0, 0, 0), 3, "mobilitaet")])
    facts.snapshot.content["commitments"]["zusage-1"]["weighted"] = {"people": 120, "raw": (50, 25, 25), "weighted": (48, 26, 26)}
    data = compose(facts, "https://beteiligung.example", "k").data
    after, changes = mending._with_figure(data, ("votes", 1, "people"), 120, 125)
    assert after.table("weighted") == data.table("weighted")
    assert {"Alle Zusagen, Zusage 1, Stimmen"} < {change.where for change in changes}
