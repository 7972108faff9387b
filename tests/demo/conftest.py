"""An installation with the regions and commitments of data/, as the demonstration finds it."""

import shutil
import tomllib

import pytest
from sqlalchemy import create_engine, text
from sqlmodel import select

from beteiligung import db, tables
from beteiligung.catalogue.models import Commitment, Document
from beteiligung.demo import load_demo
from beteiligung.places.models import Region
from beteiligung.places.service import load_regions
from beteiligung.settings import ROOT, settings
from support import NOW

DOCUMENT_FIELDS = ("slug", "title", "kind", "author", "first_line", "not_resolution", "term_start", "term_end", "closed")


def add_catalogue(slugs=None):
    """Add the regions with their documents and commitments, or only those named."""
    with db.unit_of_work() as session:
        load_regions(session, NOW)
        for region in session.exec(select(Region)).all():
            if slugs is not None and region.slug not in slugs:
                continue
            facts = tomllib.loads((ROOT / "data" / "regions" / f"{region.slug}.toml").read_text("utf-8"))
            told = facts["documents"][0]
            document = Document(region_id=region.id, **{name: told[name] for name in DOCUMENT_FIELDS if name in told})
            session.add(document)
            session.flush()
            entries = tomllib.loads((ROOT / "data" / "catalogue" / f"{region.slug}.toml").read_text("utf-8"))["entry"]
            for position, entry in enumerate(entries):
                session.add(
                    Commitment(
                        slug=entry["id"],
                        region_id=region.id,
                        document_id=document.id,
                        position=position,
                        topic=entry["topic"],
                        kind=entry["kind"],
                        title=entry["title"],
                        summary=entry["summary"],
                        plain=True,
                        created_at=NOW,
                    )
                )


@pytest.fixture
def fill():
    """Fills the database with all regions, or with the commitments of those named only."""
    return add_catalogue


@pytest.fixture
def filled(database, fill):
    """A database with everything but people."""
    fill()
    return database


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """A folder for the SQLite file and the keys of the first loaded demonstration."""
    return tmp_path_factory.mktemp("loaded")


@pytest.fixture
def loaded(database, kept):
    """A database with the demonstration loaded: a copy of the first one of its kind."""
    copy = kept / database.name
    if copy.exists():
        shutil.copytree(copy, database.var, dirs_exist_ok=True)
        settings.cache_clear()
        if database.name == "postgresql":
            bring_back(database.url)
        return database
    add_catalogue()
    load_demo(NOW)
    db.engine().dispose()  # the last connection brings the write-ahead log home
    shutil.copytree(database.var, copy)
    if database.name == "postgresql":
        put_aside(database.url)
    return database


def run(url, acts):
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("; ".join(acts)))
    engine.dispose()


def put_aside(url):
    """Keep every table's rows in a schema beside, where emptying the database does not reach."""
    names = [table.name for table in tables.metadata.sorted_tables]
    run(url, ["CREATE SCHEMA aside"] + [f'CREATE TABLE aside."{name}" AS TABLE public."{name}"' for name in names])


def bring_back(url):
    acts = ["SET session_replication_role = replica"]  # in any order: they were whole when they were put aside
    for table in tables.metadata.sorted_tables:
        acts.append(f'INSERT INTO public."{table.name}" SELECT * FROM aside."{table.name}"')
        if (number := table.autoincrement_column) is not None:
            newest = f'(SELECT max("{number.name}") FROM "{table.name}")'
            sequence = f"pg_get_serial_sequence('\"{table.name}\"', '{number.name}')"
            acts.append(f"SELECT setval({sequence}, coalesce({newest}, 1), {newest} IS NOT NULL)")
    run(url, acts)
