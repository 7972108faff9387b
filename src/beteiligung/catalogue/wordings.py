"""The wording of documents whose commitments are told in plain words: attached by the hashes of their sentences."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, insert
from sqlmodel import Session, SQLModel, col, select

from beteiligung import audit
from beteiligung.catalogue import anchors
from beteiligung.catalogue.anchors import Unit
from beteiligung.catalogue.importer.model import Extraction
from beteiligung.catalogue.models import Commitment, Document, Passage
from beteiligung.catalogue.search import index_commitments

ROWS = 500
"""Passages or candidates written in one transaction."""


@dataclass(frozen=True)
class Attached:
    """How many of a document's commitments found their wording."""

    attached: int
    total: int

    def __str__(self) -> str:
        """Return a line for the command line."""
        return f"wording found for {self.attached} of {self.total} commitments"


def attach_wording(session: Session, document: Document, extraction: Extraction, now: datetime) -> Attached:
    """Store a document's passages and attach their wording to its commitments by the hashes of the sentences.

    The caller sets `wording_sha256`, or it becomes a hash of the text.
    """
    position = 0
    while position < len(extraction.blocks):
        position = store_passages(session, document, extraction, position)
    document.wording_sha256 = document.wording_sha256 or hashlib.sha256(extraction.text.encode()).hexdigest()
    session.add(document)
    total = len(ids_of(session, document))
    attached = Attached(attach(session, document, extraction, anchors.units_of(extraction), 0, total), total)
    audit.record(session, "document.attached", document.slug, now, region_id=document.region_id, attached=attached.attached, of=total)
    return attached


def reattach(session: Session, document: Document) -> int:
    """Attach the wording anew from the passages stored before, for entries that have come or changed since.

    Returns how many have one; 0 where the document was never imported.
    """
    passages = session.exec(select(Passage).where(Passage.document_id == document.id).order_by(col(Passage.position))).all()
    if not passages:
        return 0
    text = anchors.text_of(passages)
    blocks = anchors.blocks_of(passages)
    extraction = Extraction(document.title, text, blocks, (), _has_printed_lines(session, document))
    return attach(session, document, extraction, anchors.units_of(extraction), 0, len(ids_of(session, document)))


def lacks_lines(session: Session, document: Document) -> bool:
    """Whether a document's passages were stored before it was kept where their printed lines begin."""
    if not _has_printed_lines(session, document):
        return False
    stored = select(Passage.lines).where(Passage.document_id == document.id, Passage.kind != "heading").limit(ROWS)
    found = session.exec(stored).all()
    return bool(found) and not any(found)


def _has_printed_lines(session: Session, document: Document) -> bool:
    printed = select(Commitment.id).where(Commitment.document_id == document.id, col(Commitment.printed_lines).is_(True))
    return session.exec(printed.limit(1)).first() is not None


def passage_rows(extraction: Extraction, start: int, end: int, **owner: int | None) -> list[dict[str, Any]]:
    """Return the blocks of a text as rows of `owner`."""
    return [
        {
            **owner,
            "position": position,
            "kind": block.kind,
            "text": block.text,
            "section": list(block.section),
            "page": block.page,
            "line_start": block.line_start,
            "line_end": block.line_end,
            "char_start": block.char_start,
            "char_end": block.char_end,
            "lines": [list(line) for line in block.lines],
        }
        for position, block in enumerate(extraction.blocks[start:end], start)
    ]


def insert_rows(session: Session, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Insert rows, if there are any."""
    if rows:
        session.execute(insert(model), rows)


def store_passages(session: Session, document: Document, extraction: Extraction, start: int) -> int:
    """Write the blocks from `start`; the first call drops those of an earlier file. Returns where to go on."""
    if start == 0:
        session.execute(delete(Passage).where(col(Passage.document_id) == document.id))
    end = min(start + ROWS, len(extraction.blocks))
    insert_rows(session, Passage, passage_rows(extraction, start, end, document_id=document.id))
    return end


def ids_of(session: Session, document: Document) -> list[tuple[int, list[str]]]:
    """Return (id, sentence hashes) of a document's published commitments in its order."""
    query = select(Commitment.id, Commitment.wording_hashes).where(Commitment.document_id == document.id, Commitment.state == "published")
    rows = session.exec(query.order_by(col(Commitment.position), col(Commitment.id))).all()
    return [(cast(int, key), list(hashes)) for key, hashes in rows]


def attach(session: Session, document: Document, extraction: Extraction, units: Sequence[Unit], start: int, size: int) -> int:
    """Give the commitments from `start` their wording and place; returns how many found one."""
    every = ids_of(session, document)
    found = anchors.place([hashes for _key, hashes in every], units)
    spans = {key: span for (key, _hashes), span in zip(every[start : start + size], found[start : start + size], strict=True) if span}
    changed = []
    for commitment in session.exec(select(Commitment).where(col(Commitment.id).in_(spans))):
        values = anchors.wording_of(extraction, units, spans[cast(int, commitment.id)])
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
