"""Which document a file belongs to, and the documents that data/regions describes."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import func
from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.catalogue import rules
from beteiligung.catalogue.models import Commitment, Document, ImportRun
from beteiligung.db import require
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.places.models import Region
from beteiligung.places.service import region_files
from beteiligung.text.slugs import slugify

POSITIONS = 100_000
"""How many commitments a document may have: positions of a region are document × this + order."""

_DOCUMENT_FIELDS = ("title", "kind", "author", "first_line", "not_resolution", "term_start", "term_end", "dated", "source_url")


def load_documents(session: Session, now: datetime, folder: Path | None = None) -> int:
    """Bring the documents that the region files describe into the database; returns how many are new or changed.

    Regions that are not in the database are left out: `places.service.load_regions` comes first. A `closed`
    document (a past term) stays closed.
    """
    touched = 0
    regions = {region.slug: region for region in session.exec(select(Region).order_by(col(Region.id)))}
    for facts in region_files(folder):
        region = regions.get(facts["slug"])
        if region is None:
            continue
        known = {document.slug: document for document in session.exec(select(Document).where(Document.region_id == region.id))}
        for position, described in enumerate(facts.get("documents", []), 1):
            values = {key: described[key] for key in (*_DOCUMENT_FIELDS, "window_start", "window_end") if key in described}
            values["position"] = position
            document = known.get(described["slug"])
            if document is None:
                closed = bool(described.get("closed", False))
                session.add(Document(region_id=cast(int, region.id), slug=described["slug"], closed=closed, **values))
                touched += 1
                continue
            different = {key: value for key, value in values.items() if getattr(document, key) != value}
            if described.get("closed") and not document.closed:
                different["closed"] = True
            if different:
                for key, value in different.items():
                    setattr(document, key, value)
                touched += 1
                audit.record(session, "document.changed", document.slug, now, region_id=region.id, fields=sorted(different))
    session.flush()
    return touched


def has_catalogue(session: Session, document: Document) -> bool:
    """Whether the document's commitments come from the catalogue in plain words: those have no confidence."""
    found = session.exec(
        select(Commitment.id).where(Commitment.document_id == document.id, col(Commitment.confidence).is_(None)).limit(1)
    ).first()
    return found is not None


def described_files(folder: Path | None = None) -> dict[str, tuple[str, str]]:
    """Return SHA-256 of an original → (region's slug, document's slug), as data/regions describes them."""
    return {
        document["file_sha256"]: (facts["slug"], document["slug"])
        for facts in region_files(folder)
        for document in facts.get("documents", [])
        if "file_sha256" in document
    }


def document_of_file(session: Session, sha256: str) -> Document | None:
    """Return the described document that an original at hand belongs to, or None where it is not one of them."""
    region_slug, slug = described_files().get(sha256, ("", ""))
    return session.exec(select(Document).join(Region).where(Region.slug == region_slug, Document.slug == slug)).first()


def known_document(session: Session, region_id: int, sha256: str, form: Mapping[str, Any], now: datetime) -> Document | None:
    """Return the document that a file belongs to, or None where it is a new one.

    Known are the file itself (imported before, or described in data/regions) and the `slug` in `form`.
    Raises NotFound where such a slug is not in the region.
    """
    region = require(session, Region, region_id, _("Diese Region gibt es hier nicht."))
    of_region = select(Document).where(Document.region_id == region_id)
    described = described_files().get(sha256)
    slug = form.get("slug") or (described[1] if described and described[0] == region.slug else None)
    if slug:
        document = session.exec(of_region.where(Document.slug == slug)).first()
        if document is None and not form.get("slug"):
            load_documents(session, now)
            document = session.exec(of_region.where(Document.slug == slug)).first()
        if document is None:
            raise NotFound(_("Dieses Dokument gibt es in dieser Region nicht."))
        return document
    begun = session.exec(
        of_region.join(ImportRun, col(ImportRun.document_id) == Document.id).where(ImportRun.sha256 == sha256).limit(1)
    ).first()
    return begun or session.exec(of_region.where(Document.wording_sha256 == sha256)).first()


def new_document(session: Session, region_id: int, sha256: str, form: Mapping[str, Any], now: datetime) -> Document:
    """Make a document of what a clerk said of it."""
    title = rules.one_line(str(form.get("title") or sha256[:12]))[:200]
    base = slugify(title) or sha256[:12]
    taken = set(session.exec(select(Document.slug).where(Document.region_id == region_id)))
    slug = next(name for name in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if name not in taken)
    last = session.exec(select(func.max(col(Document.position))).where(Document.region_id == region_id)).one()
    document = Document(
        region_id=region_id,
        slug=slug,
        title=title,
        kind=form.get("kind") or "election_programme",  # the kind of which the administration may claim least
        author=form.get("author") or _("Verfasser nicht genannt"),
        first_line=form.get("first_line") or _("Das Dokument verspricht"),
        not_resolution=bool(form.get("not_resolution", form.get("kind") != "resolution")),
        term_start=form.get("term_start"),
        term_end=form.get("term_end"),
        dated=form.get("dated") or None,
        position=(last or 0) + 1,
    )
    session.add(document)
    session.flush()
    audit.record(session, "document.created", slug, now, region_id=region_id)
    return document


def year_of(document: Document) -> str | None:
    """Return the year that names a document: of its term's start, else of its date."""
    if document.term_start:
        return str(document.term_start)
    found = re.search(r"\b(19|20)\d\d\b", document.dated or "")
    return found.group() if found else None
