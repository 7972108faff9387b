"""What the administration takes out: complete once whatever dies, harmless in spreadsheets, without people, and gone in time."""

import io
import os
import re
from datetime import timedelta

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from beteiligung import jobs
from beteiligung.administration import rights
from beteiligung.administration.erasure_list import Choices
from beteiligung.audit import AuditEntry
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, Forbidden, Invalid, NotFound
from beteiligung.exports import archive, content, rules, service
from beteiligung.exports.models import KINDS, ExportRun
from beteiligung.exports.rules import Person
from beteiligung.exports.sheets import SHEETS
from beteiligung.identity.models import Account
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.participation import comments
from beteiligung.participation.models import Comment
from exports.scene import NASTY, make_scene, opened, table
from support import make_account
from worker import tasks


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


@pytest.fixture
def scene(database):
    return make_scene()


def made(scene, kind="comments", scope="region", target=""):
    number = scene.order(kind, scope, target)
    tasks.perform(Job.MAKE_EXPORT, scene.entry())
    return scene.run(number)


def fetch(scene, run, now=None, person=None, region=None):
    with unit_of_work() as session:
        who = person or Person(scene.clerk, clerk=True)
        return service.fetch(session, who, region or scene.region_id, run.id, now or utcnow())


def files():
    return sorted(path.name for path in archive.folder().iterdir())


# Who and what


@pytest.mark.parametrize(("clerk", "may"), [(True, True), (False, False)])
def test_only_the_regions_administration_takes_anything_out(clerk, may):
    assert rules.may_export(Person(1, clerk)) is may


def test_nobody_else_orders_fetches_or_deletes(scene):
    with pytest.raises(Forbidden):
        scene.order(who=scene.writer)
    run = made(scene)
    with pytest.raises(Forbidden):
        fetch(scene, run, person=Person(scene.writer, clerk=False))
    with pytest.raises(NotFound):
        fetch(scene, run, region=scene.region_id + 1)
    with pytest.raises(Forbidden), unit_of_work() as session:
        service.delete(session, Person(scene.writer, clerk=False), scene.region_id, run.id, utcnow())
    with pytest.raises(NotFound), unit_of_work() as session:
        service.delete(session, Person(scene.clerk, clerk=True), scene.region_id + 1, run.id, utcnow())


def test_an_order_for_nothing_is_refused_and_so_is_the_sixth(scene):
    for kind, scope, target, field in (
        ("x", "region", "", "kind"),
        ("votes", "", "", "what"),
        ("votes", "topic", "tierschutz", "what"),
    ):
        with pytest.raises(Invalid) as wrong:
            scene.order(kind, scope, target)
        assert list(wrong.value.fields) == [field]
    for _number in range(rules.MOST_OPEN):
        scene.order()
    with pytest.raises(Conflict):
        scene.order()


@pytest.mark.parametrize(
    ("scope", "target", "places"),
    [
        ("region", "", {0, 1, 2}),
        ("commitment", "z-0", {0}),
        ("topic", "mobilitaet", {0, 1}),
        ("document", "programm", {2}),
        ("committee", "bau", {1, 2}),
    ],
)
def test_an_extent_holds_what_belongs_to_it(scene, scope, target, places):
    rows = table(made(scene, "comments", scope, target), "kommentare")
    assert [int(row["Nummer"]) for row in rows] == [
        number for place, number in enumerate(scene.comments) if place % 3 in places and place not in (8, 9)
    ]
    assert {row["Kurzname"] for row in table(made(scene, "votes", scope, target), "stimmen")} == {f"z-{place}" for place in places}


# What is in it


def test_comments_without_people_and_without_formulas(scene):
    run = made(scene)
    parts = opened(run)
    assert set(parts) == {"kommentare.csv", "tabellen.xlsx", "lesen.html"}
    rows = table(run, "kommentare")
    for row, text in zip(rows, NASTY, strict=False):
        assert row["Text"].removeprefix("'") == text
        assert not row["Text"].startswith(("=", "+", "-", "@"))
    assert rows[0]["Zusage"] == "'=Radweg"
    assert rows[7]["Ergänzungen"] == "Nachtrag"
    assert {row["Haltung"] for row in rows} == {"", "dafür", "dagegen", "Frage"}
    book = openpyxl.load_workbook(io.BytesIO(parts["tabellen.xlsx"]))
    cells = list(book["Kommentare"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in cells] == [int(row["Nummer"]) for row in rows]
    assert [row[7] for row in cells][: len(NASTY)] == list(NASTY)
    assert all(cell.data_type != "f" for row in book["Kommentare"].iter_rows() for cell in row)
    told = {row[0] for row in book["Erläuterungen"].iter_rows(values_only=True)}
    assert {column.name for column in SHEETS["comments"][0].columns} <= told
    everything = parts["kommentare.csv"].decode() + parts["lesen.html"].decode() + str(cells)
    with reading() as session:
        for account in session.exec(select(Account)):
            for secret in (account.email, account.display_name):
                assert secret not in everything
    assert "Beitrag 8," not in everything
    assert "Anderswo" not in everything


def test_votes_come_from_what_is_published_alone(scene):
    rows = table(made(scene, "votes"), "stimmen")
    first = rows[0]
    assert (first["Gruppe"], first["Menschen"], first["dafür"], first["dagegen"]) == ("bestätigt", "45", "30", "10")
    assert (first["dafür in Prozent"], first["dafür mindestens"], first["dafür höchstens"]) == ("67", "52,1", "78,6")
    assert [row["Menschen"] for row in rows[1:]] == [""] * 8
    assert "999" not in str(rows)


def test_feedback_holds_votes_stances_and_decisions_and_reads_well(scene):
    with unit_of_work() as session:
        from beteiligung.catalogue import service as catalogue

        catalogue.answer(session, scene.clerk, scene.commitments[0], "Wir *prüfen* das.", utcnow())
    run = made(scene, "feedback")
    zero, one, _two = table(run, "zusagen")
    assert (zero["Menschen"], zero["dafür in Prozent"], zero["unbestätigt"]) == ("45", "67", "")
    assert int(zero["Kommentare"]) == sum(int(zero[name]) for name in ("Haltung dafür", "Haltung dagegen", "Fragen", "ohne Haltung"))
    assert one["Menschen"] == ""
    assert [row["Text"] for row in table(run, "antworten")] == ["Wir *prüfen* das."]
    assert [(row["Kurzname"], row["Ergebnis"]) for row in table(run, "beschluesse")] == [("z-1", "beschlossen")]
    page = opened(run)["lesen.html"].decode()
    assert "Wir <em>prüfen</em> das." in page
    assert "Kreistag: beschlossen" in page
    assert "keine Abstimmung nach dem Kommunalrecht" in page


def test_every_table_and_column_is_explained():
    for kind in KINDS:
        for sheet in SHEETS[kind]:
            assert len({column.name for column in sheet.columns}) == len(sheet.columns)
            assert all(column.about for column in sheet.columns), sheet


# Complete once


def free(entry):
    with unit_of_work() as session:
        session.get_one(OutboxEntry, entry).leased_until = None


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.integers(1, 9), deaths=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=2))
def test_killed_anywhere_it_is_complete_once(database, rows, deaths):
    """A worker dies before or after it has recorded a piece, or while the file is put together; the next one goes on."""
    database.reset()
    scene = make_scene()
    number, entry = scene.order(), scene.entry()
    whole = {"advance": service.advance, "bind": archive.bind}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content, "ROWS", rows)
        for pieces, recorded in deaths:
            left = [pieces]

            def dying(*arguments, left=left, recorded=recorded):
                left[0] -= 1
                if left[0] < 0 and not recorded:
                    raise Killed  # the piece lies there, nobody names it
                go_on = whole["advance"](*arguments)
                if left[0] < 0:
                    arguments[0].commit()
                    raise Killed
                return go_on

            def killed(_parts):
                raise Killed

            patch.setattr(service, "advance", dying)
            patch.setattr(archive, "bind", killed)
            with pytest.raises(Killed):
                tasks.perform(Job.MAKE_EXPORT, entry)
            free(entry)
        patch.setattr(service, "advance", whole["advance"])
        patch.setattr(archive, "bind", whole["bind"])
        tasks.perform(Job.MAKE_EXPORT, entry)
    run = scene.run(number)
    assert (run.state, run.done) == ("done", 21)
    numbers = [int(row["Nummer"]) for row in table(run, "kommentare")]
    assert numbers == [number for place, number in enumerate(scene.comments) if place not in (8, 9)]


def test_progress_shows_and_what_comes_later_stays_out(scene, monkeypatch):
    monkeypatch.setattr(content, "ROWS", 5)
    number = scene.order()
    with unit_of_work() as session:
        session.add(Comment(commitment_id=scene.commitments[0], text="Zu spät", created_at=utcnow()))
    seen, whole = [], service.advance

    def watched(session, *arguments):
        go_on = whole(session, *arguments)
        run = session.get_one(ExportRun, number)
        seen.append((run.state, run.done, run.total))
        return go_on

    monkeypatch.setattr(service, "advance", watched)
    tasks.perform(Job.MAKE_EXPORT, scene.entry())
    assert seen == [("running", done, 21) for done in (5, 10, 15, 20, 21)]
    run = scene.run(number)
    assert (run.state, run.done, run.pieces) == ("done", 21, [])
    assert files() == [run.file]
    assert "Zu spät" not in str(table(run, "kommentare"))


def test_a_worker_whose_lease_has_gone_records_nothing(scene, monkeypatch):
    """Another one has taken the export over while this one wrote a piece: what both wrote is there once."""
    monkeypatch.setattr(content, "ROWS", 5)
    number, entry, keep = scene.order(), scene.entry(), archive.keep
    turn = []

    def slow(rows):
        name = keep(rows)
        if not turn:
            turn.append(1)
            free(entry)
            tasks.perform(Job.MAKE_EXPORT, entry)
        return name

    monkeypatch.setattr(archive, "keep", slow)
    tasks.perform(Job.MAKE_EXPORT, entry)
    run = scene.run(number)
    assert run.state == "done"
    assert len(table(run, "kommentare")) == 21


def test_a_comment_hidden_while_it_is_written_is_not_in_it(scene, monkeypatch):
    monkeypatch.setattr(content, "ROWS", 5)
    number, whole = scene.order(), archive.bind

    def late(parts):
        file = whole(parts)
        with unit_of_work() as session:
            if session.get_one(Comment, scene.comments[0]).hidden_at is None:
                comments.hide_comment(session, scene.comments[0], "Regel 1", utcnow())
        return file

    monkeypatch.setattr(archive, "bind", late)
    tasks.perform(Job.MAKE_EXPORT, scene.entry())
    run = scene.run(number)
    assert (run.state, run.done) == ("done", 20)
    assert str(scene.comments[0]) not in {row["Nummer"] for row in table(run, "kommentare")}
    assert files() == [run.file]


def test_it_gives_up_where_comments_never_rest(scene, monkeypatch):
    monkeypatch.setattr(service, "complete", lambda *_arguments: False)
    number, entry = scene.order(), scene.entry()
    for _attempt in range(jobs.MAX_ATTEMPTS):
        tasks.perform(Job.MAKE_EXPORT, entry)
        with unit_of_work() as session:
            session.get_one(OutboxEntry, entry).not_before = utcnow()
    assert scene.run(number).state == "failed"


# Fetched, and gone


def test_fetching_is_in_the_audit_log_and_ends_with_the_link(scene):
    run = made(scene)
    path, name = fetch(scene, run)
    assert path.is_file()
    assert name == f"comments-region-{run.id}.zip"
    assert path.name not in name
    assert path.stat().st_mode & 0o077 == 0
    assert fetch(scene, run, run.expires_at - timedelta(seconds=1))
    with pytest.raises(NotFound):
        fetch(scene, run, run.expires_at)
    with reading() as session:
        acts = session.exec(select(AuditEntry).where(AuditEntry.subject == f"export:{run.id}")).all()
    assert [(one.act, one.account_id) for one in acts] == [
        ("export.ordered", scene.clerk), ("export.fetched", scene.clerk), ("export.fetched", scene.clerk),
    ]  # fmt: skip


def clean(now):
    with unit_of_work() as session:
        service.clean_up(session, now)


def test_beat_takes_away_what_is_over_and_what_nobody_names(scene):
    run = made(scene)
    strays = [archive.keep([("a", [1])]) for _ in range(2)]
    old = (utcnow() - timedelta(days=2)).timestamp()
    os.utime(archive.folder() / strays[0], (old, old))
    waiting = scene.order()
    clean(run.expires_at - timedelta(seconds=1))
    assert run.file in files()
    clean(run.expires_at)
    assert run.file not in files()
    assert strays[0] not in files()
    assert (scene.run(run.id).state, scene.run(waiting).state) == ("gone", "failed")
    clean(utcnow() + rules.ROWS_KEPT + timedelta(days=1))
    with reading() as session:
        assert session.exec(select(ExportRun)).all() == []
    assert files() == []


@pytest.mark.parametrize("how", ["hidden", "in part", "withdrawn"])
def test_what_nobody_may_see_any_more_is_not_handed_out(scene, how):
    run, other = made(scene), made(scene, "votes")
    with unit_of_work() as session:
        if how == "hidden":
            comments.hide_comment(session, scene.comments[0], "Regel 1", utcnow())
        elif how == "in part":
            from beteiligung.participation import moderated

            moderated.hide_part(session, scene.comments[0], "1", "Regel 1", utcnow())
        else:
            session.get_one(Comment, scene.comments[0]).withdrawn_at = utcnow()
    assert fetch(scene, run) is None
    assert scene.run(run.id).state == "gone"
    assert files() == [other.file]
    assert fetch(scene, other)


def test_words_hidden_a_second_time_take_the_file_away_again(scene):
    from beteiligung.participation import moderated

    first, second = "abc", "xyz"  # as long as what stands in their place
    with unit_of_work() as session:
        session.get_one(Comment, scene.comments[0]).text = f"Ein Wort {first} und ein Wort {second}."
    with unit_of_work() as session:
        moderated.hide_part(session, scene.comments[0], first, "Regel 1", utcnow())
    run = made(scene)
    with unit_of_work() as session:
        moderated.hide_part(session, scene.comments[0], second, "Regel 1", utcnow())
    assert fetch(scene, run) is None


def test_the_file_goes_with_the_account_of_who_wrote_in_it(scene):
    run, votes = made(scene), made(scene, "votes")
    waiting = scene.order()
    with unit_of_work() as session:
        stranger = make_account(session)
        rights.erase_account(session, stranger, Choices(keep_comments=True, keep_votes=True), utcnow())
    assert files() == sorted([run.file, votes.file])
    with unit_of_work() as session:
        rights.erase_account(session, session.get_one(Account, scene.writer), Choices(keep_comments=False, keep_votes=True), utcnow())
    assert files() == [votes.file]
    assert {scene.run(number).state for number in (run.id, waiting)} == {"gone"}
    tasks.perform(Job.MAKE_EXPORT, scene.entry())
    assert files() == [votes.file]


# The desk


def test_the_clerk_orders_watches_fetches_and_deletes(scene, browsers):
    clerk, base = browsers(scene.clerk), "/verwaltung/musterkreis/exporte"
    form = {"csrf": clerk.csrf(base), "kind": "comments", "what": "committee:bau", "commitment": ""}
    answer = clerk.post(base, {**form, "kind": ""})
    assert answer.status_code == 422
    assert '<fieldset id="kind" aria-describedby="kind-error">' in answer.text
    assert answer.text.index('id="kind-error"') < answer.text.index('id="kind-1"')
    assert re.search(r'id="kind-1"[^>]*aria-invalid="true" aria-describedby="kind-error"', answer.text)
    assert 'value="committee:bau" selected' in answer.text
    assert clerk.post(base, {**form, "commitment": "nirgends"}).status_code == 422
    assert clerk.post(base, {**form, "what": "x:y"}).status_code == 422
    assert clerk.post(base, {**form, "commitment": "http://localhost:8000/musterkreis/zusagen/z-0?x=1#y"}).status_code == 303
    assert scene.run(1).target == "z-0"
    assert "0 von" not in clerk.get(base).text
    fragment = clerk.get(f"{base}/1", headers={"HX-Request": "true"})
    assert 'hx-trigger="every 2s"' in fragment.text
    assert clerk.get(f"{base}/1").text.count("<h1") == 1
    assert clerk.get(f"{base}/1/datei").status_code == 404
    tasks.perform(Job.MAKE_EXPORT, scene.entry())
    assert "Fertig: " in clerk.get(f"{base}/1", headers={"HX-Request": "true"}).text
    file = clerk.get(f"{base}/1/datei")
    assert file.headers["content-type"] == "application/zip"
    assert 'filename="comments-commitment-z-0-1.zip"' in file.headers["content-disposition"]
    assert file.content[:2] == b"PK"
    assert file.headers["cache-control"] == "private, no-store"
    assert clerk.post(f"{base}/1/loeschen", {"csrf": form["csrf"]}).status_code == 303
    assert clerk.get(f"{base}/1/datei").status_code == 404
    assert files() == []
