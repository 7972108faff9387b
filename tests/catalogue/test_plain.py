"""The catalogue loads, loads again without change, and never loses what people wrote."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import func, select

from beteiligung import db
from beteiligung.catalogue import plain, service
from beteiligung.catalogue.models import Commitment, Document, HistoryEntry, Revision, SearchTerm
from beteiligung.errors import Invalid
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.participation.models import Comment
from beteiligung.places.models import Committee
from beteiligung.places.service import load_regions
from beteiligung.settings import ROOT
from support import NOW, make_account, make_document, make_region, statements

LATER = NOW + timedelta(days=1)

ENTRY = """
[[entry]]
id = "musterkreis-{number:03d}"
document = "programm"
title = "{title}"
summary = "{summary}"
topic = "{topic}"
kind = "measure"
section = ["Verkehr"]
wording_hashes = ["{number:016x}"]
"""


def entry(number, title="Radweg bauen", summary="Der Kreis baut einen Radweg.", topic="mobilitaet"):
    return ENTRY.format(number=number, title=title, summary=summary, topic=topic)


@pytest.fixture
def load(database, tmp_path):
    """Write entries to a file and load them; returns the result."""
    with db.unit_of_work() as session:
        region = make_region(session, slug="musterkreis")
        make_document(session, region, slug="programm", title="Programm", position=1)
        session.add(Committee(region_id=region.id, slug="verkehr", name="Verkehrsausschuss", topics=["mobilitaet"]))
    path = tmp_path / "musterkreis.toml"

    def write(*entries, now=NOW):
        path.write_text('region = "musterkreis"\n' + "".join(entries), "utf-8")
        with db.unit_of_work() as session:
            return plain.load_catalogue(session, path, now)

    return write


def rows(model):
    with db.reading() as session:
        return session.exec(select(model).order_by(model.id)).all()


def titles(state="published"):
    return [c.title for c in rows(Commitment) if c.state == state]


def test_new_entries_are_one_event_and_a_second_load_writes_nothing(load):
    result = load(entry(1), entry(2, "Bus fahren lassen"))
    assert (result.created, result.changed, result.unchanged, result.archived) == (2, 0, 0, 0)
    first, second = rows(Commitment)
    assert (first.plain, first.confidence, first.position, second.position) == (True, None, 100_001, 100_002)
    assert first.committee_id == rows(Committee)[0].id
    assert [(e.kind, e.body) for e in rows(HistoryEntry)] == [("published", "2 Zusagen aus „Programm“ veröffentlicht.")]
    assert sum(job.job == Job.TELL_FOLLOWERS.value for job in rows(OutboxEntry)) == 1
    with db.reading() as session:
        assert session.exec(select(func.count()).select_from(SearchTerm)).one() > 4
    with statements() as seen:
        again = load(entry(1), entry(2, "Bus fahren lassen"), now=LATER)
    assert (again.created, again.changed, again.unchanged, again.archived) == (0, 0, 2, 0)
    assert [s for s in seen if not s.lstrip().upper().startswith(("SELECT", "WITH"))] == []


def test_an_edited_entry_becomes_a_revision_with_history(load):
    load(entry(1), entry(2))
    assert load(entry(1, "Radweg am Fluss bauen"), entry(2), now=LATER).changed == 1
    assert rows(Commitment)[0].title == "Radweg am Fluss bauen"
    assert [(r.number, r.title) for r in rows(Revision)] == [(1, "Radweg bauen")]
    assert [e.kind for e in rows(HistoryEntry)] == ["published", "revision"]
    assert [j.args.get("only") for j in rows(OutboxEntry) if j.job == Job.TELL_FOLLOWERS.value] == [None, "commitment"]
    assert load(entry(1, "Radweg am Fluss bauen"), entry(2), now=LATER).unchanged == 2
    assert load(entry(1), entry(2), now=LATER).changed == 1  # taken back in the file


def test_a_new_topic_moves_the_committee_and_is_history(load):
    load(entry(1))
    assert load(entry(1, topic="finanzen"), now=LATER).changed == 1
    assert rows(Commitment)[0].committee_id is None
    assert rows(HistoryEntry)[-1].body == "Angaben berichtigt: Thema"
    assert rows(Revision) == []


def test_an_entry_gone_is_archived_with_its_discussion_and_comes_back(load):
    load(entry(1), entry(2, "Bus fahren lassen"))
    with db.unit_of_work() as session:
        author = make_account(session)
        session.add(Comment(commitment_id=rows(Commitment)[1].id, author_id=author.id, text="Wie oft?", created_at=NOW))
    assert load(entry(1), now=LATER).archived == 1
    assert titles("archived") == ["Bus fahren lassen"]
    assert [c.text for c in rows(Comment)] == ["Wie oft?"]
    assert load(entry(1), now=LATER).archived == 0
    assert load(entry(1), entry(2, "Bus fahren lassen"), now=LATER).restored == 1
    assert titles("archived") == []


@pytest.fixture
def clerk(load):
    load(entry(1), entry(2))
    with db.unit_of_work() as session:
        region = session.exec(select(Document)).one().region_id
        from beteiligung.places.models import Region

        return make_account(session, clerk_of=session.get(Region, region)).id


def test_what_a_clerk_wrote_is_not_overwritten_by_the_old_file(load, clerk):
    with db.unit_of_work() as session:
        service.edit_words(session, clerk, rows(Commitment)[0].id, "Radweg der Kreisstadt", "Neu gesagt.", "", False, 0, LATER)
    assert load(entry(1), entry(2), now=LATER).unchanged == 2
    assert titles()[0] == "Radweg der Kreisstadt"
    assert load(entry(1, "Radweg bis 2030"), entry(2), now=LATER).changed == 1
    assert titles()[0] == "Radweg bis 2030"


def test_what_a_clerk_did_stays_when_the_account_is_gone(load, clerk):
    load(entry(1), entry(2))
    first, second = rows(Commitment)
    with db.unit_of_work() as session:
        service.edit_words(session, clerk, first.id, "Radweg der Kreisstadt", "Neu gesagt.", "", False, 0, LATER)
        service.archive(session, clerk, second.id, "", LATER)
        for model in (Revision, HistoryEntry):
            session.execute(update(model).values(account_id=None))
    result = load(entry(1), entry(2), now=LATER)
    assert (result.changed, result.restored) == (0, 0)
    assert [(row.title, row.state) for row in rows(Commitment)] == [("Radweg der Kreisstadt", "published"), ("Radweg bauen", "archived")]


def test_what_a_clerk_archived_or_restored_stays_so(load, clerk):
    first, second = rows(Commitment)
    with db.unit_of_work() as session:
        service.archive(session, clerk, first.id, "", LATER)
    assert load(entry(1), entry(2), now=LATER).unchanged == 2
    assert len(titles("archived")) == 1
    load(entry(1), now=LATER)
    with db.unit_of_work() as session:
        service.restore(session, clerk, second.id, "", LATER)
    assert load(entry(1), now=LATER).archived == 0
    assert len(titles("archived")) == 1


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (entry(1) + entry(1), "musterkreis-001: id"),
        (entry(1, topic="sonstiges"), "topic"),
        (entry(1, title="x" * 91), "title"),
        (entry(1).replace("measure", "dream"), "kind"),
        (entry(1).replace('"programm"', '"unbekannt"'), "unbekannt"),
        ("[[", "musterkreis.toml"),
    ],
)
def test_a_wrong_file_changes_nothing_and_says_what_is_wrong(load, text, what):
    with pytest.raises(Invalid, match=what.replace(".", r"\.")):
        load(text)
    assert rows(Commitment) == []


def test_the_five_files_load_completely(database):
    with db.unit_of_work() as session:
        load_regions(session, NOW)
    files = sorted((ROOT / "data" / "catalogue").glob("*.toml"))
    assert len(files) == 5
    for created in (True, False):
        for path in files:
            with db.unit_of_work() as session:
                result = plain.load_catalogue(session, path, NOW)
            assert (result.created > 0, result.changed, result.archived) == (created, 0, 0)
    assert len(rows(Commitment)) == sum(len(plain.read_catalogue(path)[1]) for path in files)
    documents = {d.slug: d for d in rows(Document)}
    assert documents["wahlprogramm-2021"].closed
    assert documents["strategische-ziele-2025"].kind == "draft"
    assert all(d.not_resolution for d in documents.values())
