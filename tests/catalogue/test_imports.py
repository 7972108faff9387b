"""A file becomes commitments or gives its wording to those that are there; twice, or after a kill, nothing doubles."""

import hashlib
import os
import subprocess
import sys
import textwrap
from datetime import timedelta

import pytest
from sqlmodel import select

from beteiligung import db
from beteiligung.catalogue import anchors, documents, imports, plain, uploads
from beteiligung.catalogue.models import Commitment, Document, HistoryEntry, ImportRun, Passage
from beteiligung.errors import Forbidden, Invalid, NotFound, TooLarge
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.places.service import load_regions
from beteiligung.settings import ROOT, settings
from support import NOW, make_account, make_commitment, make_document, make_region

TEXT = """# Programm für den Musterkreis

## Verkehr

Wir werden bis 2030 einen Radweg zwischen Adorf und Beheim bauen. Das Wetter war im letzten Jahr schön.

Der Kreis soll die Busse abends länger fahren lassen. Wir wollen ein Ticket für Auszubildende einführen.

## Schule

Wir werden alle Schulen an das schnelle Netz anschließen. Die Turnhalle in Cestadt wollen wir sanieren.
"""


@pytest.fixture
def region(database):
    with db.unit_of_work() as session:
        return make_region(session, slug="musterkreis")


def upload(text=TEXT, name="programm.md"):
    return uploads.store_upload(text.encode(), name)


def queue(region, stored, form=None, now=NOW, account=None):
    with db.unit_of_work() as session:
        return imports.create_run(session, region.id, stored, form or {"title": "Programm Muster", "kind": "strategy"}, account, now).id


def work(run_id, now=NOW, batches=None):
    """What the worker does; `batches` ends it early, as a kill would."""
    with db.unit_of_work() as session:
        task = imports.begin(session, run_id, now)
    if task is not None:
        reading, position = imports.read(task), 0
        while position is not None:
            if batches is not None and batches == 0:
                return
            with db.unit_of_work() as session:
                position = imports.next_batch(session, task, reading, position, now)
            batches = None if batches is None else batches - 1
    with db.unit_of_work() as session:
        imports.complete(session, run_id, now)


def rows(model):
    with db.reading() as session:
        return session.exec(select(model).order_by(model.id)).all()


def many(count):
    return "# Viele Vorhaben\n\n" + "\n".join(f"- Wir werden die Brücke Nummer {n} in Adorf sanieren." for n in range(count))


def test_a_file_becomes_commitments_with_one_event(region):
    work(queue(region, upload()))
    (document,) = rows(Document)
    assert (document.slug, document.kind, document.wording_sha256) == ("programm-muster", "strategy", upload().sha256)
    found = rows(Commitment)
    assert len(found) >= 4
    assert [c.slug for c in found] == [f"musterkreis-programm-muster-{n:03d}" for n in range(1, len(found) + 1)]
    assert all(not c.plain and c.wording and c.wording_hashes and len(c.title) <= 90 and c.confidence for c in found)
    assert found[0].context_after.startswith("Das Wetter")
    assert [p.position for p in rows(Passage)] == list(range(len(rows(Passage))))
    assert [(e.kind, e.commitment_id) for e in rows(HistoryEntry)] == [("published", found[0].id)]
    assert [j.job for j in rows(OutboxEntry)].count(Job.TELL_FOLLOWERS.value) == 1
    (run,) = rows(ImportRun)
    assert (run.state, run.done, run.total, run.document_id) == ("done", len(found), len(found), document.id)


def test_imported_twice_nothing_doubles(region):
    work(queue(region, upload()))
    before = len(rows(Commitment))
    work(queue(region, upload(), {}, NOW + timedelta(hours=1)), NOW + timedelta(hours=1))
    assert len(rows(Commitment)) == before
    assert len(rows(Document)) == 1
    assert len(rows(HistoryEntry)) == 1
    assert [run.state for run in rows(ImportRun)] == ["done", "done"]


def test_the_same_file_waits_only_once(region):
    assert queue(region, upload()) == queue(region, upload())
    assert [j.job for j in rows(OutboxEntry)] == [Job.IMPORT_DOCUMENT.value]


def test_a_task_run_twice_acts_once(region):
    run_id = queue(region, upload())
    work(run_id)
    before = (len(rows(Commitment)), len(rows(HistoryEntry)), len(rows(OutboxEntry)))
    work(run_id)
    assert (len(rows(Commitment)), len(rows(HistoryEntry)), len(rows(OutboxEntry))) == before


def test_stopped_at_any_batch_it_goes_on_and_doubles_nothing(region):
    run_id = queue(region, upload(many(60), "viele.md"))
    for stop in range(4):
        work(run_id, batches=stop)
        (run,) = rows(ImportRun)
        assert run.state == "running"
    assert (run.done, run.total) == (50, 60)
    work(run_id)
    found = rows(Commitment)
    assert len(found) == len({c.wording for c in found}) == len({c.slug for c in found}) == 60
    assert [c.position for c in sorted(found, key=lambda c: c.position)] == [100_000 + n for n in range(1, 61)]
    assert [e.body for e in rows(HistoryEntry)] == ["60 Zusagen aus „Programm Muster“ veröffentlicht."]


def test_killed_in_the_middle_it_goes_on(region, database):
    run_id = queue(region, upload(many(60), "viele.md"))
    script = f"""
        import os, signal
        from beteiligung import db, tables
        from beteiligung.catalogue import imports
        from beteiligung.clock import utcnow
        with db.unit_of_work() as session:
            task = imports.begin(session, {run_id}, utcnow())
        reading = imports.read(task)
        position = 0
        for step in range(3):
            with db.unit_of_work() as session:
                position = imports.next_batch(session, task, reading, position, utcnow())
                if step == 2:
                    os.kill(os.getpid(), signal.SIGKILL)
    """
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], env=env, timeout=60, check=False)
    assert killed.returncode == -9
    assert len(rows(Commitment)) == 25
    work(run_id)
    assert len(rows(Commitment)) == len({c.wording for c in rows(Commitment)}) == 60
    assert len(rows(HistoryEntry)) == 1


def test_what_is_no_text_fails_with_a_sentence(region):
    stored = upload()
    stored.path.write_bytes(b"\x00\x01\x02")
    work(queue(region, stored))
    (run,) = rows(ImportRun)
    assert (run.state, rows(Commitment)) == ("failed", [])
    assert "Text" in run.message


@pytest.mark.parametrize(
    ("content", "name", "error"),
    [
        (b"%PDF-1.7 ...", "programm.txt", Invalid),
        (b"PK\x03\x04....", "programm.md", Invalid),
        (b"   ", "leer.txt", Invalid),
        (TEXT.encode(), "programm.exe", Invalid),
        (b"a" * (20 * 1024 * 1024 + 1), "gross.txt", TooLarge),
    ],
)
def test_files_that_are_refused_leave_nothing_behind(database, content, name, error):
    with pytest.raises(error):
        uploads.store_upload(content, name)
    assert not (settings().var / "uploads").exists()


def test_a_stored_file_is_whole_and_named_by_its_hash(database):
    stored = uploads.store_upload(TEXT.encode(), "..\\..\\etc/Programm 2026.MD")
    assert stored.name == "Programm 2026.MD"
    assert stored.path == settings().var / "uploads" / (hashlib.sha256(TEXT.encode()).hexdigest() + ".md")
    assert stored.path.read_text("utf-8") == TEXT
    assert [p.name for p in stored.path.parent.iterdir()] == [stored.path.name]


def test_only_a_clerk_of_the_region_queues_a_file(region):
    with db.unit_of_work() as session:
        other = make_account(session, clerk_of=make_region(session)).id
        own = make_account(session, clerk_of=region).id
    with pytest.raises(Forbidden):
        queue(region, upload(), account=other)
    assert queue(region, upload(), account=own)


def test_an_unknown_document_is_not_found(region):
    run_id = queue(region, upload(), {"slug": "gibt-es-nicht"})
    with pytest.raises(NotFound):
        work(run_id)


def sentence_hash(text):
    return anchors.sentence_hashes(text)


def test_wording_finds_the_entry_it_was_told_from(region):
    with db.unit_of_work() as session:
        document = make_document(session, region, slug="programm")
        for text in (
            "Wir wollen ein Ticket für Auszubildende einführen.",
            "Die Turnhalle in Cestadt wollen wir sanieren.",
            "Steht nirgends.",
        ):
            make_commitment(session, document, wording_hashes=list(sentence_hash(text)), section=["eigene"])
    work(queue(region, upload(), {"slug": "programm"}))
    ticket, hall, missing = rows(Commitment)
    assert ticket.wording == "Wir wollen ein Ticket für Auszubildende einführen."
    assert ticket.context_before.endswith("abends länger fahren lassen.")
    assert ticket.context_after == ""  # the next heading is not part of the paragraph
    assert (hall.line_start, hall.printed_lines) == (11, False)
    assert (missing.wording, ticket.section, ticket.plain) == (None, ["eigene"], True)
    assert rows(ImportRun)[0].message == "2 von 3 Zusagen haben jetzt ihren Wortlaut."
    assert rows(HistoryEntry) == []
    assert [c.changes for c in (ticket, hall, missing)] == [1, 1, 0]
    work(queue(region, upload(), {"slug": "programm"}), NOW + timedelta(hours=1))
    assert [c.changes for c in rows(Commitment)] == [1, 1, 0]


def test_an_entry_told_later_finds_its_wording_in_what_was_stored(region):
    with db.unit_of_work() as session:
        document = make_document(session, region, slug="programm")
        make_commitment(session, document)
    work(queue(region, upload(), {"slug": "programm"}))
    with db.unit_of_work() as session:
        text = "Die Turnhalle in Cestadt wollen wir sanieren."
        make_commitment(session, session.merge(document), wording_hashes=list(sentence_hash(text)))
        assert imports.reattach(session, session.merge(document)) == 1
    assert [c.wording for c in rows(Commitment)] == [None, text]
    assert rows(Commitment)[1].context_before.endswith("das schnelle Netz anschließen.")


def test_of_several_places_the_fullest_and_then_the_next_is_taken():
    units = [anchors.Unit(h, 0, i, i + 1, False) for i, h in enumerate(["a", "x", "a", "b", "y", "c", "z", "c"])]
    assert anchors.place([["a", "b"], ["c"], ["q"], ["c", "a"]], units) == [(2, 3), (5, 5), None, (7, 7)]
    teaser = [anchors.Unit("a", 0, 0, 1, True), anchors.Unit("a", 1, 2, 3, False)]
    assert anchors.place([["a"]], teaser) == [(1, 1)]


def test_titles_and_context_are_cut_at_words():
    assert anchors.beginning("Kurz und gut", 90) == "Kurz und gut"
    cut = anchors.beginning("Wir werden den Radweg zwischen " + "Adorf und " * 20, 90)
    assert len(cut) <= 90
    assert cut.endswith(("Adorf…", "und…"))
    assert anchors.beginning("x" * 200, 90) == "x" * 89 + "…"
    text = "wort " * 200
    before, after = anchors.context(text, 500, 504)
    assert set(before.split()) == set(after.split()) == {"wort", "…"}
    assert before.startswith("… ")
    assert after.endswith(" …")
    assert 250 < len(before) <= 302
    assert anchors.context("Überschrift\n\nErstens. Zweitens. Drittens.\nPunkt", 22, 31) == ("Erstens.", "Drittens.")


def test_the_originals_find_their_entries(database):
    with db.unit_of_work() as session:
        load_regions(session, NOW)
    for path in sorted((ROOT / "data" / "catalogue").glob("*.toml")):
        with db.unit_of_work() as session:
            plain.load_catalogue(session, path, NOW)
    attached = total = 0
    for path in sorted(path for folder in settings().documents for path in folder.glob("*.txt")):
        extraction = imports.plan(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        with db.unit_of_work() as session:
            document = documents.document_of_file(session, sha256)
            result = imports.attach_wording(session, document, extraction, NOW)
        attached, total = attached + result.attached, total + result.total
    assert attached >= 0.97 * total  # where the originals are at hand: other people's texts, not shipped
    for path in sorted((ROOT / "data" / "catalogue").glob("*.toml")):
        with db.unit_of_work() as session:
            result = plain.load_catalogue(session, path, NOW)
        assert result.changed == 0
