"""Writing down what a new form of a document changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import Session, select

from beteiligung.catalogue.models import Document, ImportRun
from beteiligung.catalogue.version_models import DocumentChange, DocumentVersion
from beteiligung.db import upsert


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a commitment: "new", "moved", "reworded" or "gone". `before` is its old wording where it has another one or none."""

    commitment_id: int
    change: str
    before: str = ""
    meaning: bool = False


def is_revision(session: Session, run: ImportRun) -> bool:
    """Whether a run brings a new form of a document whose wording was there before; ask before its text is brought."""
    if run.document_id is None:
        return False
    document = session.get_one(Document, run.document_id)
    if document.wording_sha256 not in (None, run.sha256):
        return True
    return session.exec(select(DocumentVersion.id).where(DocumentVersion.run_id == run.id)).first() is not None


def note_changes(session: Session, run: ImportRun, changes: Sequence[Change], now: datetime) -> DocumentVersion:
    """Keep what was published of a run, on the day its first part was published. Called again, it adds and corrects.

    Only for a document that was published before: its first form changes nothing.
    """
    version = session.exec(select(DocumentVersion).where(DocumentVersion.run_id == run.id)).first()
    if version is None:
        version = DocumentVersion(document_id=cast(int, run.document_id), run_id=cast(int, run.id), published_at=now)
        session.add(version)
        session.flush()
    for one in changes:
        key = {"version_id": version.id, "commitment_id": one.commitment_id}
        upsert(session, DocumentChange, key, {"change": one.change, "before": one.before, "meaning": one.meaning})
    return version
