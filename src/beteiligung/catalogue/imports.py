"""Documents become commitments: a stored file, read outside of any transaction, written in short batches.

A file's way: `uploads.store_upload` → `create_run` (row and job) → the worker: `begin` → `read` → `next_batch` …
→ `complete`. Each batch is its own transaction and can be repeated: passages are replaced, a wording is
attached to where it belongs, a commitment is known by the hashes of its sentences. Killed at any point, the
run begins again and doubles nothing.

A document whose commitments are in the catalogue in plain words gets its wording attached to them; any
other document gets a commitment for each recognised candidate.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import delete, func, insert
from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.catalogue import anchors, documents, history, rules, service, uploads
from beteiligung.catalogue.anchors import Unit
from beteiligung.catalogue.importer.extract import extract
from beteiligung.catalogue.importer.model import Block, BlockKind, Candidate, Extraction
from beteiligung.catalogue.models import Commitment, Document, ImportRun, Passage
from beteiligung.catalogue.search import index_commitments
from beteiligung.catalogue.topics import by_name
from beteiligung.db import require
from beteiligung.errors import DomainError
from beteiligung.i18n import _, ngettext
from beteiligung.jobs import Job, enqueue
from beteiligung.places.models import Committee, Region

BATCH = 25
"""Commitments written in one transaction."""
PASSAGES = 500
"""Passages written in one transaction."""


@dataclass(frozen=True)
class Task:
    """What the worker needs of a run, read once."""

    run_id: int
    region_id: int
    path: Path
    sha256: str
    form: Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """A file read, or why it could not be. `keys[i]` are the sentence hashes of candidate i."""

    extraction: Extraction | None
    units: tuple[Unit, ...] = field(default=(), repr=False)
    keys: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    refused: str = ""


@dataclass(frozen=True)
class Attached:
    """How many of a document's commitments found their wording."""

    attached: int
    total: int

    def __str__(self) -> str:
        """Return a line for the command line."""
        return f"wording found for {self.attached} of {self.total} commitments"


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
    term_end, dated, or the `slug` of one that exists. A run of the same file that still waits is returned instead.
    A clerk's account must be of the region: raises Forbidden.
    """
    if account_id is not None:
        service.require_clerk_account(session, account_id, region_id, now)
    waiting = session.exec(
        select(ImportRun).where(
            ImportRun.region_id == region_id, ImportRun.sha256 == upload.sha256, col(ImportRun.state).in_(("queued", "running"))
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


def begin(session: Session, run_id: int, now: datetime) -> Task | None:  # noqa: ARG001 - every step takes the moment
    """Mark a run as running and return what is to be done, or None where it is over. Raises NotFound."""
    run = require(session, ImportRun, run_id, _("Diesen Import gibt es nicht."))
    if run.state in ("done", "failed"):
        return None
    run.state, run.done = "running", 0
    session.add(run)
    return Task(run_id, run.region_id, uploads.stored_path(run.sha256, run.file_name), run.sha256, dict(run.form))


def read(task: Task) -> Reading:
    """Read and recognise the file; no transaction. A file that cannot be read is a Reading that says why."""
    try:
        return reading_of(plan(task.path))
    except DomainError as error:
        return Reading(None, refused=error.message)


def plan(path: Path) -> Extraction:
    """Read a document and recognise its candidates, outside of any transaction. Raises Invalid."""
    return extract(path)


def reading_of(extraction: Extraction) -> Reading:
    """Return an extraction with the hashes by which wordings are known."""
    keys = tuple(anchors.sentence_hashes(candidate.quote) for candidate in extraction.candidates)
    return Reading(extraction, anchors.units_of(extraction), keys)


def next_batch(session: Session, task: Task, reading: Reading, position: int, now: datetime) -> int | None:
    """Write one batch from `position` (0 at the start); returns where the next begins, None when all is written.

    Positions count the passages first, then the commitments. A file that could not be read fails the run.
    """
    run = require(session, ImportRun, task.run_id, _("Diesen Import gibt es nicht."))
    if reading.extraction is None:
        run.state, run.message, run.finished_at = "failed", reading.refused, now
        session.add(run)
        return None
    if position == 0:
        document = documents.document_for(session, task.region_id, task.sha256, task.form, reading.extraction, now)
        run.document_id = document.id
        session.add(run)
    else:
        document = require(session, Document, run.document_id, _("Dieses Dokument gibt es nicht."))
    blocks = len(reading.extraction.blocks)
    if position < blocks:
        if document.wording_sha256 == task.sha256:
            return blocks
        return _store_passages(session, document, reading.extraction, position)
    start = position - blocks
    if documents.has_catalogue(session, document):
        run.total = len(_ids(session, document))
        _attach(session, document, reading, start, BATCH)
    else:
        run.total = len(reading.keys)
        _create(session, document, reading, start, BATCH, run.created_at)
    run.done = min(start + BATCH, run.total)
    session.add(run)
    return position + BATCH if run.done < run.total else None


def complete(session: Session, run_id: int, now: datetime) -> None:
    """End a run: one event for all its new commitments, one audit entry. Does nothing where it is over."""
    run = require(session, ImportRun, run_id, _("Diesen Import gibt es nicht."))
    if run.state in ("done", "failed") or run.document_id is None:
        return
    document = require(session, Document, run.document_id, _("Dieses Dokument gibt es nicht."))
    document.wording_sha256 = run.sha256
    session.add(document)
    created = session.exec(
        select(Commitment)
        .where(Commitment.document_id == document.id, Commitment.created_at == run.created_at, col(Commitment.confidence).is_not(None))
        .order_by(col(Commitment.position))
    ).all()
    if created:
        history.announce(session, list(created), now, run.account_id)
    service.find_similar_soon(session, now)
    run.state, run.finished_at, run.message = "done", now, _outcome(session, document, len(created))
    session.add(run)
    audit.record(
        session, "document.imported", document.slug, now,
        account_id=run.account_id, region_id=run.region_id, run=run.id, created=len(created),
    )  # fmt: skip


def abandon(session: Session, run_id: int, now: datetime) -> None:
    """Say that a run has failed for good, so that the clerk learns it and may upload the file again."""
    run = require(session, ImportRun, run_id, _("Diesen Import gibt es nicht."))
    if run.state not in ("done", "failed"):
        run.state, run.finished_at = "failed", now
        run.message = _("Beim Lesen der Datei ist ein Fehler aufgetreten. Bitte versuchen Sie es noch einmal oder fragen Sie die Technik.")
        session.add(run)


def _outcome(session: Session, document: Document, created: int) -> str:
    if not documents.has_catalogue(session, document):
        return ngettext("{count} neue Zusage.", "{count} neue Zusagen.", created).format(count=created)
    every = select(func.count(col(Commitment.id)), func.count(col(Commitment.wording))).where(
        Commitment.document_id == document.id, Commitment.state == "published"
    )
    total, attached = session.exec(every).one()
    return _("{attached} von {total} Zusagen haben jetzt ihren Wortlaut.").format(attached=attached, total=total)


# All at once, for documents of the catalogue


def attach_wording(session: Session, document: Document, extraction: Extraction, now: datetime) -> Attached:
    """Store a document's passages and attach their wording to its commitments by the hashes of the sentences.

    The caller sets `wording_sha256`, or it becomes a hash of the text.
    """
    position = 0
    while position < len(extraction.blocks):
        position = _store_passages(session, document, extraction, position)
    document.wording_sha256 = document.wording_sha256 or hashlib.sha256(extraction.text.encode()).hexdigest()
    session.add(document)
    total = len(_ids(session, document))
    attached = Attached(_attach(session, document, reading_of(extraction), 0, total), total)
    audit.record(session, "document.attached", document.slug, now, region_id=document.region_id, attached=attached.attached, of=total)
    return attached


def reattach(session: Session, document: Document) -> int:
    """Attach the wording anew from the passages stored before, for entries that have come or changed since.

    Returns how many have one; 0 where the document was never imported.
    """
    passages = session.exec(select(Passage).where(Passage.document_id == document.id).order_by(col(Passage.position))).all()
    if not passages:
        return 0
    text = ""
    for passage in passages:  # what was left out as printed twice is blank, so that every place stays
        text = text.ljust(passage.char_start) + passage.text
    blocks = tuple(
        Block(cast(BlockKind, p.kind), p.text, tuple(p.section), p.page, p.line_start or 0, p.line_end or 0, p.char_start, p.char_end)
        for p in passages
    )
    printed = session.exec(
        select(Commitment.id).where(Commitment.document_id == document.id, col(Commitment.printed_lines).is_(True)).limit(1)
    ).first()
    extraction = Extraction(document.title, text, blocks, (), printed is not None)
    return _attach(session, document, reading_of(extraction), 0, len(_ids(session, document)))


# Writing


def _store_passages(session: Session, document: Document, extraction: Extraction, start: int) -> int:
    """Write the blocks from `start`; the first call drops those of an earlier file. Returns where to go on."""
    if start == 0:
        session.execute(delete(Passage).where(col(Passage.document_id) == document.id))
    end = min(start + PASSAGES, len(extraction.blocks))
    rows = [
        {
            "document_id": document.id,
            "position": position,
            "kind": block.kind,
            "text": block.text,
            "section": list(block.section),
            "page": block.page,
            "line_start": block.line_start,
            "line_end": block.line_end,
            "char_start": block.char_start,
            "char_end": block.char_end,
        }
        for position, block in enumerate(extraction.blocks[start:end], start)
        if not block.teaser  # what a web page shows twice is shown once
    ]
    if rows:
        session.execute(insert(Passage), rows)
    return end


def _ids(session: Session, document: Document, *, archived: bool = False) -> list[tuple[int, list[str]]]:
    """Return (id, sentence hashes) of a document's commitments in its order."""
    query = select(Commitment.id, Commitment.wording_hashes).where(Commitment.document_id == document.id)
    if not archived:
        query = query.where(Commitment.state == "published")
    rows = session.exec(query.order_by(col(Commitment.position), col(Commitment.id))).all()
    return [(cast(int, key), list(hashes)) for key, hashes in rows]


def _attach(session: Session, document: Document, reading: Reading, start: int, size: int) -> int:
    """Give the commitments from `start` their wording and place; returns how many found one."""
    extraction = cast(Extraction, reading.extraction)
    every = _ids(session, document)
    found = anchors.place([hashes for _key, hashes in every], reading.units)
    spans = {key: span for (key, _hashes), span in zip(every[start : start + size], found[start : start + size], strict=True) if span}
    changed = []
    for commitment in session.exec(select(Commitment).where(col(Commitment.id).in_(spans))):
        values = anchors.wording_of(extraction, reading.units, spans[cast(int, commitment.id)])
        own_place = commitment.line_start is not None or commitment.page is not None
        if own_place:  # a person has looked the place up
            values = {key: value for key, value in values.items() if key not in ("page", "line_start", "line_end", "printed_lines")}
        different = {key: value for key, value in values.items() if getattr(commitment, key) != value}
        if different:
            for key, value in different.items():
                setattr(commitment, key, value)
            commitment.changes += 1
            session.add(commitment)
            changed.append(commitment)
    session.flush()
    index_commitments(session, changed)
    return len(spans)


def _create(session: Session, document: Document, reading: Reading, start: int, size: int, created_at: datetime) -> list[Commitment]:
    """Make commitments of the candidates from `start` whose wording the document does not have yet."""
    extraction = cast(Extraction, reading.extraction)
    known = {tuple(hashes) for _key, hashes in _ids(session, document, archived=True)}
    region = require(session, Region, document.region_id, _("Diese Region gibt es hier nicht."))
    committees = {t: c.id for c in session.exec(select(Committee).where(Committee.region_id == region.id)) for t in c.topics}
    prefix = f"{region.slug}-{documents.year_of(document) or document.slug}"
    number = _highest(session, prefix)
    created = []
    for index in range(start, min(start + size, len(reading.keys))):
        if reading.keys[index] in known:
            continue
        known.add(reading.keys[index])
        number += 1
        candidate = extraction.candidates[index]
        commitment = _commitment(document, extraction, candidate, created_at)
        commitment.slug = f"{prefix}-{number:03d}"
        commitment.position = document.position * documents.POSITIONS + index + 1
        commitment.wording_hashes = list(reading.keys[index])
        commitment.committee_id = committees.get(commitment.topic)
        session.add(commitment)
        created.append(commitment)
    session.flush()
    index_commitments(session, created)
    return created


def _commitment(document: Document, extraction: Extraction, candidate: Candidate, created_at: datetime) -> Commitment:
    topic = by_name(candidate.topic)
    location = candidate.location
    before, after = anchors.context(extraction.text, location.char_start, location.char_end)
    return Commitment(
        slug="",
        region_id=document.region_id,
        document_id=cast(int, document.id),
        position=0,
        section=list(candidate.section),
        page=location.page,
        line_start=location.line_start,
        line_end=location.line_end,
        char_start=location.char_start,
        printed_lines=extraction.printed_lines,
        topic=topic.slug if topic else "digitalisierung-verwaltung",
        kind=candidate.kind,
        title=anchors.beginning(candidate.quote, rules.TITLE_LIMIT),
        wording=candidate.quote,
        context_before=before,
        context_after=after,
        confidence=candidate.confidence,
        created_at=created_at,
    )


def _highest(session: Session, prefix: str) -> int:
    slugs: Sequence[str] = session.exec(select(Commitment.slug).where(col(Commitment.slug).startswith(f"{prefix}-", autoescape=True))).all()
    numbers = [slug.removeprefix(f"{prefix}-") for slug in slugs]
    return max((int(number) for number in numbers if number.isdigit()), default=0)
