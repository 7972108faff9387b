"""What has to be there before the first page: schema, regions, catalogue, originals, example people.

Everything is repeatable. A fingerprint of the files it read is kept in the audit log, so that a start
that finds nothing new costs one query.
"""

import hashlib
import logging
from contextlib import suppress
from pathlib import Path
from typing import cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.audit import AuditEntry
from beteiligung.catalogue import documents, export, imports, plain, search, similar, uploads
from beteiligung.catalogue.importer.extract import extract
from beteiligung.catalogue.models import Document, ImportRun
from beteiligung.clock import utcnow
from beteiligung.db import engine, reading, unit_of_work
from beteiligung.demo import load_demo
from beteiligung.errors import Invalid
from beteiligung.places.queries import region_by_slug
from beteiligung.places.service import load_regions
from beteiligung.settings import ROOT, settings

log = logging.getLogger(__name__)

SEED_FOLDERS = ("data/regions", "data/catalogue", "data/demo")


def _alembic() -> Config:
    return Config(str(ROOT / "alembic.ini"))


def at_head() -> bool:
    """Whether the database has all migrations."""
    head = ScriptDirectory.from_config(_alembic()).get_current_head()
    with engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def migrate() -> None:
    """Bring the database to the newest version; does nothing where it is there."""
    if not at_head():
        command.upgrade(_alembic(), "head")


def originals() -> dict[str, Path]:
    """Return the source documents at hand by the SHA-256 of their content."""
    folder = next((folder for folder in settings().documents if folder.is_dir()), None)
    if folder is None:
        return {}
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in files}


def _fingerprint(found: dict[str, Path]) -> str:
    digest = hashlib.sha256(settings().mode.encode())
    for folder in SEED_FOLDERS:
        for path in sorted((ROOT / folder).glob("*.toml")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    for sha in sorted(found):
        digest.update(sha.encode())
    return digest.hexdigest()


def _last_seed(session: Session) -> str | None:
    entry = session.exec(select(AuditEntry).where(AuditEntry.act == "seed").order_by(col(AuditEntry.id).desc()).limit(1)).first()
    return entry.subject if entry else None


CATALOGUE = ROOT / "data" / "catalogue"


class _OnlyLooked(Exception):
    """Ends a unit of work without keeping what it did."""


def catalogue_changes() -> dict[str, list[export.Change]]:
    """Return what `load_catalogues` would change, by file; keeps nothing of it."""
    found: dict[str, list[export.Change]] = {}
    with suppress(_OnlyLooked), unit_of_work() as session:
        load_regions(session, utcnow())
        documents.load_documents(session, utcnow())
        for path in sorted(CATALOGUE.glob("*.toml")):
            found[path.stem] = export.changes(session, path, utcnow())
        raise _OnlyLooked
    return found


def exported(region: str) -> str:
    """Return a region's commitments as the text of a catalogue file. Raises NotFound."""
    with reading() as session:
        entries = export.entries_of(session, region)
    return export.render(region, entries, export.names_in(CATALOGUE / f"{region}.toml"))


def load_catalogues() -> list[str]:
    """Load regions and data/catalogue/*.toml; returns one line per file."""
    lines = []
    with unit_of_work() as session:
        load_regions(session, utcnow())
        documents.load_documents(session, utcnow())
    for path in sorted(CATALOGUE.glob("*.toml")):
        with unit_of_work() as session:
            result = plain.load_catalogue(session, path, utcnow())
        lines.append(
            f"{path.stem}: {result.created} new, {result.changed} changed, {result.archived} archived, {result.unchanged} as they were"
        )
    return lines


def attach_originals(found: dict[str, Path]) -> list[str]:
    """Attach the wording of the originals at hand to the entries that tell them; returns one line per document."""
    lines = []
    for sha, path in found.items():
        with reading() as session:
            document = documents.document_of_file(session, sha)
        if document is None or document.wording_sha256 == sha:
            continue
        extraction = extract(path)
        with unit_of_work() as session:
            attached = imports.attach_wording(session, session.get_one(Document, document.id), extraction, utcnow())
            session.get_one(Document, document.id).wording_sha256 = sha
        lines.append(f"{document.title}: wording found for {attached.attached} of {attached.total} commitments")
    return lines


def seed(*, always: bool = False) -> list[str]:
    """Fill an empty or older database; returns what was done, nothing where all was there.

    In production only regions, documents and catalogue are loaded, never example people.
    """
    found = originals()
    fingerprint = _fingerprint(found)
    with reading() as session:
        if not always and _last_seed(session) == fingerprint:
            return []
    lines = load_catalogues()
    lines += attach_originals(found)
    with unit_of_work() as session:
        search.reindex(session)
    with reading() as session:
        alike = similar.compute(session)
    with unit_of_work() as session:
        similar.store(session, alike)
    if settings().is_demo:
        lines.append(str(load_demo(utcnow())))
    with unit_of_work() as session:
        audit.record(session, "seed", fingerprint, utcnow())
    return lines


def import_original(file: Path, region: str, document: str | None, title: str | None) -> str:
    """Import FILE into a region's catalogue, by the same steps as the worker, and return a sentence on the result.

    A file known by its content (data/regions) gives its wording to the entries in plain words; any other
    one becomes commitments of its own. Raises Invalid or NotFound.
    """
    if not file.is_file():
        raise Invalid(f"There is no file {file}.")
    upload = uploads.store_upload(file.read_bytes(), file.name)
    form = {key: value for key, value in (("slug", document), ("title", title)) if value}
    with unit_of_work() as session:
        load_regions(session, utcnow())
        documents.load_documents(session, utcnow())
        run = imports.create_run(session, region_by_slug(session, region).id, upload, form, None, utcnow(), job=False)
        run_id = cast(int, run.id)
        task = imports.begin(session, run_id, utcnow())
    if task is not None:
        found = imports.read(task)
        position: int | None = 0
        while position is not None:
            with unit_of_work() as session:
                position = imports.next_batch(session, task, found, position, utcnow())
    with unit_of_work() as session:
        imports.complete(session, run_id, utcnow())
        done = session.get_one(ImportRun, run_id)
    if done.state == "failed":
        raise Invalid(done.message)
    return done.message


def welcome() -> list[str]:
    """Return what `make run` prints once the address answers."""
    lines = ["", f"Beteiligung runs at {settings().base_url}", ""]
    if settings().is_demo:
        base = settings().base_url
        lines += [
            "Sign in with a link by mail. In this demonstration no mail leaves the machine:",
            f"  1. open {base}/anmelden and type one of these addresses",
            "       bewohnerin@beispiel.example    a resident",
            "       buergerrat@beispiel.example    a member of the Bürgerrat",
            "       verwaltung@beispiel.example    a clerk of the Werra-Meißner-Kreis",
            f"  2. read the mail at {base}/beispiel/post",
            "",
        ]
    return [*lines, "Ctrl-C ends it."]
