"""Documents become candidates: a stored file, read outside of any transaction, written in short batches.

A file's way: `uploads.store_upload` → `create_run` (row and job) → the worker: `begin` → `read` → `next_batch` …
→ `complete`. Each batch is its own transaction and can be repeated: passages and candidates are replaced, a wording
is attached to where it belongs. Killed at any point, the run begins again and doubles nothing.

A file of a document whose commitments are in the catalogue in plain words gives them their wording and is done. Of
any other file text and candidates are stored for clerks to review (`candidates`) and publish (`publishing`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.catalogue import anchors, documents, rules, service, uploads, wordings
from beteiligung.catalogue.anchors import Unit
from beteiligung.catalogue.decisions import SETTLED
from beteiligung.catalogue.importer.extract import extract
from beteiligung.catalogue.importer.model import Block, Extraction, Location
from beteiligung.catalogue.importer.model import Candidate as Recognised
from beteiligung.catalogue.models import Candidate, Commitment, Document, ImportPassage, ImportRun
from beteiligung.catalogue.queries import passages_of
from beteiligung.catalogue.revising import Known, Match, Standing, compare
from beteiligung.catalogue.topics import by_name
from beteiligung.db import require
from beteiligung.errors import Conflict, DomainError
from beteiligung.i18n import _, ngettext
from beteiligung.jobs import Job, OutboxEntry, enqueue
from beteiligung.places import service as places

BATCH = 25
"""Commitments written in one transaction."""
LOST_AFTER = timedelta(hours=1)
"""A run without any work waiting for it is given up after so long: its worker was killed, or the command line's process."""


@dataclass(frozen=True)
class Task:
    """What the worker needs of a run, read once. `kept`: the file only gives its wording to entries in plain words."""

    run_id: int
    region_id: int
    path: Path
    sha256: str
    kept: bool = False
    known: tuple[Known, ...] = field(default=(), repr=False)
    old: tuple[Block, ...] = field(default=(), repr=False)
    """The document's text so far, without what nobody has decided about yet."""


@dataclass(frozen=True)
class Reading:
    """A file read, or why it could not be."""

    extraction: Extraction | None
    units: tuple[Unit, ...] = field(default=(), repr=False)
    rows: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    """Candidates as they are stored, but for the run."""
    refused: str = ""


def create_run(
    session: Session,
    region_id: int,
    upload: uploads.Upload,
    form: Mapping[str, Any],
    account_id: int | None,
    now: datetime,
    *,
    job: bool = True,
) -> ImportRun:
    """Write down that a file is to be imported and, unless `job` is False, have the worker do it.

    `form` holds what is said of the document: title, kind, author, first_line, not_resolution, term_start,
    term_end, dated, or the `slug` of one that exists. A run of the same file that is not over is returned instead.
    A clerk's account must be of the region: raises Forbidden.
    """
    if account_id is not None:
        service.require_clerk_account(session, account_id, region_id, now)
    places.hold(session, region_id)  # the same file sent twice at once is one run
    waiting = session.exec(
        select(ImportRun).where(
            ImportRun.region_id == region_id, ImportRun.sha256 == upload.sha256, col(ImportRun.state).in_(("queued", "running", "review"))
        )
    ).first()
    if waiting is not None:
        return waiting
    run = ImportRun(
        region_id=region_id, file_name=upload.name, sha256=upload.sha256, form=dict(form), account_id=account_id, created_at=now
    )
    session.add(run)
    session.flush()
    audit.record(session, "import.queued", upload.name, now, account_id=account_id, region_id=region_id, sha256=upload.sha256)
    if job:
        enqueue(session, Job.IMPORT_DOCUMENT, now, id=run.id)
    return run


# The worker's steps


def begin(session: Session, run_id: int, now: datetime) -> Task | None:
    """Mark a run as running and return what is to be done, or None where it has been read. Raises NotFound."""
    run = require(session, ImportRun, run_id, _("Diesen Import gibt es nicht."))
    if run.state not in ("queued", "running"):
        return None
    document = documents.known_document(session, run.region_id, run.sha256, run.form, now)
    run.state, run.done, run.document_id = "running", 0, document.id if document else None
    session.add(run)
    path = uploads.stored_path(run.sha256, run.file_name)
    if document is None:
        return Task(run_id, run.region_id, path, run.sha256)
    described = documents.described_files().get(run.sha256, ("", ""))[1] == document.slug
    kept = rules.is_kept_without_review(documents.has_catalogue(session, document), document.wording_sha256, run.sha256, described)
    if kept:
        return Task(run_id, run.region_id, path, run.sha256, kept)
    return Task(run_id, run.region_id, path, run.sha256, kept, _known(session, document), _text_so_far(session, document))


def read(task: Task) -> Reading:
    """Read and recognise the file; no transaction. A file that cannot be read is a Reading that says why."""
    try:
        extraction = plan(task.path)
    except DomainError as error:
        return Reading(None, refused=error.message)
    if task.kept:
        return Reading(extraction, anchors.units_of(extraction))
    return Reading(extraction, rows=candidate_rows(extraction, task.known, task.old))


def plan(path: Path) -> Extraction:
    """Read a document and recognise its candidates, outside of any transaction. Raises Invalid."""
    return extract(path)


def next_batch(session: Session, task: Task, reading: Reading, position: int, now: datetime) -> int | None:
    """Write one batch from `position` (0 at the start); returns where the next begins, None when all is written.

    Positions count the passages first, then the candidates, or the commitments that get their wording. A file that
    could not be read fails the run. Raises Conflict where the document's commitments have changed since `begin`: then
    begin again.
    """
    run = require(session, ImportRun, task.run_id, _("Diesen Import gibt es nicht."))
    if reading.extraction is None:
        run.state, run.message, run.finished_at = "failed", reading.refused, now
        session.add(run)
        return None
    if task.kept:
        return _attach_batch(session, run, task, reading, position)
    blocks = len(reading.extraction.blocks)
    run.total, run.printed_lines = blocks + len(reading.rows), reading.extraction.printed_lines
    if position == 0:
        document = session.get(Document, run.document_id) if run.document_id is not None else None
        run.form = {"title": document.title if document else reading.extraction.title, **run.form}
        for model in (Candidate, ImportPassage):
            session.execute(delete(model).where(col(model.run_id) == run.id))
    if position < blocks:
        end = min(position + wordings.ROWS, blocks)
        wordings.insert_rows(session, ImportPassage, wordings.passage_rows(reading.extraction, position, end, run_id=run.id))
    else:
        end = min(position + wordings.ROWS, run.total)
        rows = reading.rows[position - blocks : end - blocks]
        wordings.insert_rows(session, Candidate, [{**row, "run_id": run.id} for row in rows])
    run.done = end
    session.add(run)
    if end < run.total:
        return end
    _take_over(session, run, task, now)
    return None


def _take_over(session: Session, run: ImportRun, task: Task, now: datetime) -> None:
    """End the document's other reviews: what they leave undecided, this one asks. Raises Conflict as `next_batch`."""
    if run.document_id is None:
        return
    others = select(ImportRun).where(
        ImportRun.document_id == run.document_id, ImportRun.state == "review", ImportRun.id != run.id
    )  # locked, so that none of them publishes between this and its end
    for one in session.exec(others.with_for_update()):
        one.state, one.finished_at, one.message = "done", now, _("Durch eine neuere Fassung des Dokuments ersetzt.")
        session.add(one)
    if _known(session, session.get_one(Document, run.document_id)) != task.known:
        raise Conflict(_("Das Dokument hat sich geändert, während die Datei gelesen wurde."))


def complete(session: Session, run_id: int, now: datetime) -> None:
    """End the reading: hand the candidates to the clerks, or close a run that only gave a wording. Nothing where it is over."""
    run = require(session, ImportRun, run_id, _("Diesen Import gibt es nicht."))
    if run.state != "running":
        return
    waiting = session.exec(select(ImportPassage.run_id).where(ImportPassage.run_id == run_id).limit(1)).first() is not None
    if waiting:
        found = session.exec(select(func.count(col(Candidate.id))).where(Candidate.run_id == run_id, Candidate.state == "open")).one()
        run.state = "review"
        run.message = ngettext("{count} Vorschlag zum Prüfen.", "{count} Vorschläge zum Prüfen.", found).format(count=found)
        audit.record(
            session, "import.read", str(run.form.get("title", run.file_name)), now,
            account_id=run.account_id, region_id=run.region_id, run=run.id, candidates=found,
        )  # fmt: skip
    else:
        document = require(session, Document, run.document_id, _("Dieses Dokument gibt es nicht."))
        document.wording_sha256 = run.sha256
        session.add(document)
        service.find_similar_soon(session, now)
        run.state, run.finished_at, run.message = "done", now, _outcome(session, document)
        audit.record(
            session, "document.imported", document.slug, now, account_id=run.account_id, region_id=run.region_id, run=run.id
        )  # fmt: skip
    session.add(run)


def abandon(session: Session, run_id: int, now: datetime) -> None:
    """Say that a run has failed for good, so that the clerk learns it and may upload the file again."""
    run = require(session, ImportRun, run_id, _("Diesen Import gibt es nicht."))
    if run.state in ("queued", "running"):
        run.state, run.finished_at = "failed", now
        run.message = _("Beim Lesen der Datei ist ein Fehler aufgetreten. Bitte versuchen Sie es noch einmal oder fragen Sie die Technik.")
        session.add(run)


def lost(session: Session, now: datetime) -> list[int]:
    """Return the runs that nobody will read any more: their work is parked, done without effect, or was never queued.

    A worker that is killed three times never gets to say so itself.
    """
    runs = session.exec(select(ImportRun.id, ImportRun.created_at).where(col(ImportRun.state).in_(("queued", "running")))).all()
    if not runs:
        return []
    work = session.exec(select(OutboxEntry).where(OutboxEntry.job == Job.IMPORT_DOCUMENT.value)).all()
    waiting = {entry.args.get("id") for entry in work if entry.done_at is None and entry.parked_at is None}
    over = {entry.args.get("id") for entry in work} - waiting
    return [cast(int, run_id) for run_id, created in runs if run_id in over or (run_id not in waiting and created < now - LOST_AFTER)]


def _outcome(session: Session, document: Document) -> str:
    every = select(func.count(col(Commitment.id)), func.count(col(Commitment.wording))).where(
        Commitment.document_id == document.id, Commitment.state == "published"
    )
    total, attached = session.exec(every).one()
    return _("{attached} von {total} Zusagen haben jetzt ihren Wortlaut.").format(attached=attached, total=total)


# Candidates


def _known(session: Session, document: Document) -> tuple[Known, ...]:
    """Return the document's published commitments as the earlier text has them, in its order."""
    query = select(Commitment).where(Commitment.document_id == document.id, Commitment.state == "published")
    return tuple(
        Known(cast(int, c.id), c.wording or "", tuple(c.wording_hashes), tuple(c.section), c.char_start, c.kind, c.topic)
        for c in session.exec(query.order_by(col(Commitment.position)))
    )


def _text_so_far(session: Session, document: Document) -> tuple[Block, ...]:
    """Return the document's text, with blanks for what was recognised in it and never decided or published.

    What stood in the text and is no commitment is not asked about again: that must not hold for what nobody decided.
    """
    last = select(ImportRun.id).where(
        ImportRun.document_id == document.id, ImportRun.sha256 == document.wording_sha256, col(ImportRun.state).in_(("review", "done"))
    )
    undecided = session.exec(
        select(Candidate.char_start, Candidate.char_end).where(
            Candidate.run_id == last.order_by(col(ImportRun.id).desc()).limit(1).scalar_subquery(),
            Candidate.change == "new",
            col(Candidate.state).in_(("open", "accepted")),
        )
    ).all()
    blocks = anchors.blocks_of(passages_of(session, cast(int, document.id)))
    return anchors.blanked(blocks, [(cast(int, start), cast(int, end)) for start, end in undecided])


def candidate_rows(extraction: Extraction, known: Sequence[Known] = (), old: Sequence[Block] = ()) -> tuple[dict[str, Any], ...]:
    """Return what is stored of each candidate and of each known commitment, as columns of `Candidate`. Pure.

    A wording that comes twice is one candidate. What has not changed needs nobody's decision. `old` is the text that
    the known ones were read in: what stood there and is no commitment is not asked about again.
    """
    found = compare(known, extraction, old)
    by_id = {one.commitment_id: one for one in known}
    rows: list[dict[str, Any]] = []
    seen: set[tuple[str, ...]] = set()
    for candidate, match in zip(extraction.candidates, found.matches, strict=True):
        keys = anchors.sentence_hashes(candidate.quote)
        if match.change == "covered" or (match.change == "new" and keys in seen):
            continue
        seen.add(keys)
        rows.append(_row(candidate, match, by_id.get(match.commitment_id or 0)))
    for standing in found.standing:
        text = extraction.text[standing.char_start : standing.char_end]
        block = next(b for b in extraction.blocks if b.char_end > standing.char_start)
        place = Location(block.page, block.line_start, block.line_end, standing.char_start, standing.char_end)
        it = Recognised(text, block.section, place, "measure", "", 0.0, (_("Schon veröffentlicht"),))
        rows.append({**_row(it, standing, by_id[standing.commitment_id]), "confidence": None})
    for commitment_id in found.gone:
        one = by_id[commitment_id]
        merged = found.merged.get(commitment_id)
        why = (_("Der Inhalt steht vielleicht jetzt in einer anderen Zusage."),) if merged is not None else ()
        it = Recognised(one.wording, one.section, Location(None, 0, 0, 0, 0), "measure", "", 0.0, why)
        row = _row(it, Match("gone", commitment_id), one)
        rows.append({**row, **dict.fromkeys(("char_start", "char_end", "line_start", "line_end", "confidence"))})
    return tuple(rows)


def _row(candidate: Recognised, match: Match | Standing, known: Known | None) -> dict[str, Any]:
    """Return the columns of a candidate; one that is known keeps the kind and topic that people gave it."""
    topic, place = by_name(candidate.topic), candidate.location
    return {
        "char_start": place.char_start,
        "char_end": place.char_end,
        "quote": candidate.quote,
        "section": list(candidate.section),
        "page": place.page,
        "line_start": place.line_start,
        "line_end": place.line_end,
        "kind": known.kind if known else candidate.kind,
        "topic": known.topic if known else topic.slug if topic else "digitalisierung-verwaltung",
        "title": "",
        "summary": "",
        "confidence": candidate.confidence,
        "reasons": [*match.reasons, *candidate.reasons],
        "change": match.change,
        "commitment_id": match.commitment_id,
        "state": "accepted" if match.change in SETTLED else "open",
        "changes_meaning": match.meaning,
        "note": "",
        "version": 1,
    }


def _attach_batch(session: Session, run: ImportRun, task: Task, reading: Reading, position: int) -> int | None:
    """Store a document's passages, then give its entries their wording, 25 in one go."""
    document = require(session, Document, run.document_id, _("Dieses Dokument gibt es nicht."))
    extraction = cast(Extraction, reading.extraction)
    blocks = len(extraction.blocks)
    if position < blocks:
        return blocks if document.wording_sha256 == task.sha256 else wordings.store_passages(session, document, extraction, position)
    start = position - blocks
    run.total = len(wordings.ids_of(session, document))
    wordings.attach(session, document, extraction, reading.units, start, BATCH)
    run.done = min(start + BATCH, run.total)
    session.add(run)
    return position + BATCH if run.done < run.total else None
