"""What has to be there before the first page: schema, regions, catalogue, originals, example people.

Everything is repeatable. A fingerprint of the files it read is kept in the audit log, so that a start
that finds nothing new costs one query.
"""

from contextlib import suppress
from pathlib import Path
from typing import cast

from alembic import command
from alembic.config import Config

from beteiligung.administration.rights import replay
from beteiligung.catalogue import documents, export, imports, plain, search, similar, uploads, wordings
from beteiligung.catalogue.importer.extract import extract
from beteiligung.catalogue.models import Document, ImportRun
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.demo import load_demo
from beteiligung.demo_removal import was_removed
from beteiligung.errors import Invalid
from beteiligung.installed import at_head, is_filled, note_filled, originals
from beteiligung.places.queries import region_by_slug
from beteiligung.places.service import load_regions
from beteiligung.settings import ROOT, settings

CATALOGUE = ROOT / "data" / "catalogue"


def migrate() -> int:
    """Bring the database to the newest version, and erase again whom a restored backup has brought back; returns how many."""
    if not at_head():
        command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
    with unit_of_work() as session:
        return replay(session, utcnow())


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
    """Attach the wording of the originals at hand to the entries that tell them; returns one line per document.

    What an older version stored without the places of its printed lines is stored anew.
    """
    lines = []
    for sha, path in found.items():
        with reading() as session:
            document = documents.document_of_file(session, sha)
            if document is None or (document.wording_sha256 == sha and not wordings.lacks_lines(session, document)):
                continue
        extraction = extract(path)
        with unit_of_work() as session:
            attached = wordings.attach_wording(session, session.get_one(Document, document.id), extraction, utcnow())
            session.get_one(Document, document.id).wording_sha256 = sha
        lines.append(f"{document.title}: wording found for {attached.attached} of {attached.total} commitments")
    return lines


def seed(*, always: bool = False) -> list[str]:
    """Fill an empty or older database; returns what was done, nothing where all was there.

    In production only regions, documents and catalogue are loaded, never example people; nor where they have been removed.
    """
    with reading() as session:
        if not always and is_filled(session):
            return []
    lines = load_catalogues()
    lines += attach_originals(originals())
    with unit_of_work() as session:
        search.reindex(session)
    with reading() as session:
        alike = similar.compute(session)
    with unit_of_work() as session:
        similar.store(session, alike)
    with reading() as session:
        wanted = settings().is_demo and not was_removed(session)
    if wanted:
        lines.append(str(load_demo(utcnow())))
    with unit_of_work() as session:
        note_filled(session)
    return lines


def import_original(file: Path, region: str, document: str | None, title: str | None) -> str:
    """Import FILE into a region's catalogue, by the same steps as the worker, and return a sentence on the result.

    A file known by its content (data/regions) gives its wording to the entries in plain words; any other
    one is read and waits for the clerks to review it. Raises Invalid or NotFound.
    """
    if not file.is_file():
        raise Invalid(f"There is no file {file}.")
    upload = uploads.store_upload(file.read_bytes(), file.name)
    form = {key: value for key, value in (("slug", document), ("title", title)) if value}
    migrate()
    load_catalogues()  # an original belongs to its entries in plain words, also on an empty database
    with unit_of_work() as session:
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
