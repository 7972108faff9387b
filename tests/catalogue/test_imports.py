"""A file becomes candidates or gives its wording to commitments that are there; twice, or after a kill, nothing doubles."""

import hashlib
import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from beteiligung import db
from beteiligung.catalogue import anchors, candidates, documents, imports, plain, uploads, wordings
from beteiligung.catalogue.models import Candidate, Commitment, Document, HistoryEntry, ImportRun, Passage
from beteiligung.errors import Forbidden, Invalid, NotFound, TooLarge
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.places.service import load_regions
from beteiligung.settings import ROOT, settings
from catalogue.review_support import TEXT, queue, read, rows
from support import NOW, make_account, make_commitment, make_document, make_region


@pytest.fixture
def region(database):
    with db.unit_of_work() as session:
        return make_region(session, slug="musterkreis")


def upload(text=TEXT, name="programm.md"):
    return uploads.store_upload(text.encode(), name)


def many(count):
    return "# Viele Vorhaben\n\n" + "\n".join(f"- Wir werden die Brücke Nummer {n} in Adorf sanieren." for n in range(count))


def test_a_file_becomes_candidates_and_nothing_public(region):
    run_id = queue(region.id)
    read(run_id)
    (run,) = rows(ImportRun)
    found = rows(Candidate)
    assert (run.state, run.done, run.total, run.document_id) == ("review", run.total, run.total, None)
    assert run.message == f"{len(found)} Vorschläge zum Prüfen."
    assert len(found) == 5
    assert all((c.state, c.change, c.version, c.commitment_id) == ("open", "new", 1, None) and c.confidence and c.reasons for c in found)
    assert [p.position for p in rows_of_text(run_id)] == list(range(len(rows_of_text(run_id))))
    for public in (Document, Passage, Commitment, HistoryEntry):
        assert rows(public) == []
    assert [j.job for j in rows(OutboxEntry)] == [Job.IMPORT_DOCUMENT.value]


def rows_of_text(run_id):
    with db.reading() as session:
        return candidates.passages_of(session, run_id)


def test_the_same_file_is_not_taken_again_while_it_waits_or_is_reviewed(region):
    first = queue(region.id)
    assert queue(region.id) == first
    read(first)
    assert queue(region.id) == first
    assert [j.job for j in rows(OutboxEntry)] == [Job.IMPORT_DOCUMENT.value]


def test_a_wording_that_comes_twice_is_one_candidate(region):
    run_id = queue(region.id, "# Programm\n\n" + "\n\n".join(f"## Teil {n}\n\nWir werden den Radweg am Fluss bauen." for n in (1, 2)))
    read(run_id)
    assert len(rows(Candidate)) == 1


def test_a_task_run_twice_acts_once(region):
    run_id = queue(region.id)
    read(run_id)
    before = (len(rows(Candidate)), len(rows_of_text(run_id)), len(rows(OutboxEntry)))
    read(run_id)
    assert (len(rows(Candidate)), len(rows_of_text(run_id)), len(rows(OutboxEntry))) == before


def test_stopped_at_any_batch_it_goes_on_and_doubles_nothing(region, monkeypatch):
    monkeypatch.setattr(wordings, "ROWS", 25)
    run_id = queue(region.id, many(60))
    for stop in range(5):
        read(run_id, batches=stop)
        assert rows(ImportRun)[0].state == "running"
    read(run_id)
    assert len(rows(Candidate)) == len({c.quote for c in rows(Candidate)}) == 60
    assert rows(ImportRun)[0].state == "review"


def test_killed_in_the_middle_it_goes_on(region, database):
    run_id = queue(region.id, many(60))
    script = f"""
        import os, signal
        from beteiligung import db, tables
        from beteiligung.catalogue import imports, wordings
        from beteiligung.clock import utcnow
        wordings.ROWS = 50
        with db.unit_of_work() as session:
            task = imports.begin(session, {run_id}, utcnow())
        reading = imports.read(task)
        position = 0
        for step in range(4):
            with db.unit_of_work() as session:
                position = imports.next_batch(session, task, reading, position, utcnow())
                if step == 3:
                    os.kill(os.getpid(), signal.SIGKILL)
    """
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], env=env, timeout=60, check=False)
    assert killed.returncode == -9
    assert len(rows(Candidate)) == 50
    read(run_id)
    assert len(rows(Candidate)) == len({c.quote for c in rows(Candidate)}) == 60


def test_runs_that_nobody_reads_any_more_are_found(region):
    parked, gone, waiting = (queue(region.id, TEXT + str(n)) for n in range(3))
    with db.unit_of_work() as session:
        by_run = {entry.args["id"]: entry for entry in session.exec(select(OutboxEntry))}
        by_run[parked].parked_at = NOW
        session.delete(by_run[gone])
    with db.reading() as session:
        assert imports.lost(session, NOW) == [parked]
        assert imports.lost(session, NOW + timedelta(hours=2)) == [parked, gone]
    with db.unit_of_work() as session:
        imports.abandon(session, parked, NOW)
    assert [run.state for run in rows(ImportRun)] == ["failed", "queued", "queued"]
    read(waiting)
    with db.unit_of_work() as session:
        imports.abandon(session, waiting, NOW)
    assert rows(ImportRun)[2].state == "review"


def test_what_is_no_text_fails_with_a_sentence(region):
    run_id = queue(region.id)
    upload().path.write_bytes(b"\x00\x01\x02")
    read(run_id)
    (run,) = rows(ImportRun)
    assert (run.state, rows(Candidate)) == ("failed", [])
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


@pytest.mark.parametrize("name", ["x" * 220 + ".html", "seite.html ", "Seite\tneu.HTML"])
def test_a_stored_file_is_found_again_by_what_a_run_knows_of_it(database, name):
    stored = uploads.store_upload(b"<p>Wir bauen Wege.</p>", name)
    assert stored.path == uploads.stored_path(stored.sha256, stored.name)
    assert stored.path.suffix == ".html"
    assert len(stored.name) <= 200


def test_the_same_file_sent_by_several_at_once_is_one_run(region):
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _n: queue(region.id), range(4)))) == 1


def test_only_a_clerk_of_the_region_queues_a_file(region):
    with db.unit_of_work() as session:
        other = make_account(session, clerk_of=make_region(session)).id
        own = make_account(session, clerk_of=region).id
    with pytest.raises(Forbidden):
        queue(region.id, TEXT, account=other)
    assert queue(region.id, TEXT, account=own)


def test_an_unknown_document_is_not_found(region):
    run_id = queue(region.id, TEXT, {"slug": "gibt-es-nicht"})
    with pytest.raises(NotFound):
        read(run_id)


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
    read(queue(region.id, TEXT, {"slug": "programm"}))
    ticket, hall, missing = rows(Commitment)
    assert ticket.wording == "Wir wollen ein Ticket für Auszubildende einführen."
    assert ticket.context_before.endswith("abends länger fahren lassen.")
    assert ticket.context_after == ""  # the next heading is not part of the paragraph
    assert (hall.line_start, hall.printed_lines) == (11, False)
    assert (missing.wording, ticket.section, ticket.plain) == (None, ["eigene"], True)
    assert rows(ImportRun)[0].message == "2 von 3 Zusagen haben jetzt ihren Wortlaut."
    assert rows(HistoryEntry) == []
    assert [c.changes for c in (ticket, hall, missing)] == [1, 1, 0]
    read(queue(region.id, TEXT, {"slug": "programm"}, now=NOW + timedelta(hours=1)), NOW + timedelta(hours=1))
    assert [c.changes for c in rows(Commitment)] == [1, 1, 0]


def test_an_entry_told_later_finds_its_wording_in_what_was_stored(region):
    with db.unit_of_work() as session:
        document = make_document(session, region, slug="programm")
        make_commitment(session, document)
    read(queue(region.id, TEXT, {"slug": "programm"}))
    with db.unit_of_work() as session:
        text = "Die Turnhalle in Cestadt wollen wir sanieren."
        make_commitment(session, session.merge(document), wording_hashes=list(sentence_hash(text)))
        assert wordings.reattach(session, session.merge(document)) == 1
    assert [c.wording for c in rows(Commitment)] == [None, text]
    assert rows(Commitment)[1].context_before.endswith("neue Tafeln kaufen.")


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
            result = wordings.attach_wording(session, document, extraction, NOW)
        attached, total = attached + result.attached, total + result.total
    assert attached >= 0.97 * total  # where the originals are at hand: other people's texts, not shipped
    for path in sorted((ROOT / "data" / "catalogue").glob("*.toml")):
        with db.unit_of_work() as session:
            result = plain.load_catalogue(session, path, NOW)
        assert result.changed == 0
