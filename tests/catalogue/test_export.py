"""A region goes out as a catalogue file and comes back without loss, on a fresh database too."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlmodel import select

from beteiligung import bootstrap, db
from beteiligung.catalogue import export, plain, service, similar
from beteiligung.catalogue.models import Commitment, Similar
from beteiligung.cli import main
from beteiligung.errors import Invalid, NotFound
from beteiligung.places.models import Committee, Region
from beteiligung.places.service import load_regions
from beteiligung.settings import ROOT
from support import NOW, make_account, make_commitment, make_document, make_region

LATER = NOW + timedelta(days=1)
TITLE = 'Radweg „am Fluss“ bauen, Abschnitt "C:\\Ost"'
FULL = {
    "id": "musterkreis-2026-001",
    "document": "programm",
    "title": TITLE,
    "summary": "Der Kreis baut bis 2030 einen Radweg. Er ist 12 Kilometer lang.",
    "topic": "mobilitaet",
    "committee": "bau",
    "kind": "measure",
    "actor": "der Kreis",
    "deadline": 2030,
    "figures": ["12 Kilometer"],
    "sdg": 11,
    "chapter": "3",
    "section": ["Verkehr", "Rad"],
    "page": 7,
    "line_start": 12,
    "line_end": 14,
    "printed_lines": True,
    "wording_differs_from": ["nebenkreis-2026-009"],
    "wording_hashes": ["0123456789abcdef"],
}
SHORT = {
    "id": "musterkreis-2026-002",
    "document": "programm",
    "title": "Bus fahren lassen",
    "summary": "Der Bus fährt.",
    "topic": "finanzen",
    "kind": "goal",
    "section": ["Verkehr"],
    "location": "Punkt 2",
    "wording_hashes": ["00112233445566aa"],
}


@pytest.fixture
def region(database, tmp_path):
    """A region with two committees; returns functions that load a file's entries and export them."""

    def prepare():
        with db.unit_of_work() as session:
            place = make_region(session, slug="musterkreis")
            make_document(session, place, slug="programm", title="Programm", position=1)
            session.add(Committee(region_id=place.id, slug="verkehr", name="Verkehrsausschuss", topics=["mobilitaet"]))
            session.add(Committee(region_id=place.id, slug="bau", name="Bauausschuss", topics=[]))

    prepare()
    path = tmp_path / "musterkreis.toml"

    class Tools:
        file = path
        again = staticmethod(lambda: (database.reset(), prepare()))

        def load(self, *entries, now=NOW):
            path.write_text(export.render("musterkreis", entries), "utf-8")
            return self.load_file(now)

        def load_file(self, now=NOW):
            with db.unit_of_work() as session:
                return plain.load_catalogue(session, path, now)

        def entries(self):
            with db.reading() as session:
                return export.entries_of(session, "musterkreis")

        def changes(self, *entries):
            path.write_text(export.render("musterkreis", entries), "utf-8")
            with db.unit_of_work() as session:
                found = export.changes(session, path, LATER)
                session.rollback()
            return found

    return Tools()


def test_what_is_loaded_is_exported_and_loads_without_a_change(region):
    region.load(FULL, SHORT)
    assert region.entries() == [FULL, SHORT]
    again = region.load(*region.entries(), now=LATER)
    assert (again.created, again.changed, again.unchanged, again.archived) == (0, 0, 2, 0)
    region.again()
    region.load_file()
    assert region.entries() == [FULL, SHORT]


def test_no_committee_although_one_deals_with_the_topic_is_kept(region):
    region.load({key: value for key, value in FULL.items() if key != "committee"})
    assert region.entries()[0]["committee"] == "verkehr"
    region.load(FULL | {"committee": ""}, now=LATER)
    assert region.entries()[0]["committee"] == ""
    with pytest.raises(Invalid, match="sport"):
        region.load(FULL | {"committee": "sport"}, now=LATER)


def test_what_a_clerk_wrote_is_exported_and_what_was_archived_is_not(region):
    region.load(FULL, SHORT)
    with db.unit_of_work() as session:
        first, second = session.exec(select(Commitment).order_by(Commitment.id)).all()
        clerk = make_account(session, clerk_of=session.exec(select(Region)).one()).id
        service.edit_words(session, clerk, first.id, "Radweg der Kreisstadt", "Neu gesagt.", "", False, 0, LATER)
        service.archive(session, clerk, second.id, "", LATER)
    found = region.entries()
    assert [(e["title"], e["summary"]) for e in found] == [("Radweg der Kreisstadt", "Neu gesagt.")]
    again = region.load(*found, now=LATER)
    assert (again.created, again.changed, again.unchanged, again.archived, again.restored) == (0, 0, 1, 0, 0)
    assert region.entries() == found


def test_what_nobody_has_put_in_plain_words_stays_so(region):
    rough = SHORT | {"plain": False, "title": "Wir werden den Bus abends fahren …"}
    del rough["summary"]
    region.load(rough)
    assert region.entries() == [export.in_order(rough)]
    assert region.load(*region.entries(), now=LATER).unchanged == 1


def test_lines_of_a_file_that_are_not_printed_are_left_out(region):
    region.load(SHORT)
    with db.unit_of_work() as session:
        session.exec(select(Commitment)).one().line_start = 5
    assert region.entries() == [SHORT]


def test_an_unknown_region_is_said(region):
    with db.reading() as session, pytest.raises(NotFound):
        export.entries_of(session, "nirgendwo")


def test_a_diff_tells_what_a_load_would_do_and_does_nothing(region):
    region.load(FULL, SHORT)
    third = SHORT | {"id": "musterkreis-2026-003", "title": "Bahn fahren lassen"}
    found = region.changes(FULL | {"title": "Radweg bauen", "deadline": 2031}, third)
    assert [(change.kind, change.id) for change in found] == [
        ("+", "musterkreis-2026-003"),
        ("-", "musterkreis-2026-002"),
        ("~", "musterkreis-2026-001"),
    ]
    assert found[2].fields == (("title", TITLE, "Radweg bauen"), ("deadline", 2030, 2031))
    assert "title: nothing → " in str(found[0])
    assert region.entries() == [FULL, SHORT]
    assert region.changes(FULL, SHORT) == []


def test_a_link_comes_first_among_the_neighbours_of_other_regions(database):
    with db.unit_of_work() as session:
        here, there = make_document(session), make_document(session)
        twin = make_commitment(session, there, title="Wasserspender", summary="Alle bekommen Wasser.")
        alike = make_commitment(session, there, title="Radweg am Fluss", summary="Der Radweg führt am Fluss entlang.")
        own = make_commitment(
            session, here, title="Radweg am Fluss", summary="Der Radweg führt am Fluss entlang.", wording_differs_from=[twin.slug, "fehlt"]
        )
        for n in range(20):
            make_commitment(session, here, title=f"Vorhaben Nummer {n}", summary="Etwas ganz anderes.")
        from beteiligung.catalogue.search import reindex

        reindex(session)
        similar.find_similar(session)
        rows = session.exec(select(Similar).where(Similar.commitment_id == own.id, Similar.rank > 10).order_by(Similar.rank)).all()
        assert [(row.rank, row.other_id) for row in rows] == [(11, twin.id), (12, alike.id)]
        assert rows[0].score == 1.0


def test_the_files_that_ship_come_back_byte_for_byte(database):
    with db.unit_of_work() as session:
        load_regions(session, NOW)
    for path in sorted(bootstrap.CATALOGUE.glob("*.toml")):
        with db.unit_of_work() as session:
            plain.load_catalogue(session, path, NOW)
        assert bootstrap.exported(path.stem) == path.read_text("utf-8")


def test_the_commands(database, tmp_path, monkeypatch):
    one = tmp_path / "erzgebirge.toml"
    one.write_text((ROOT / "data" / "catalogue" / "erzgebirge.toml").read_text("utf-8"), "utf-8")
    monkeypatch.setattr(bootstrap, "CATALOGUE", tmp_path)
    run = CliRunner().invoke
    assert "erzgebirge: 27 entries would change." in run(main, ["catalogue", "diff"]).output
    assert "erzgebirge: 27 new" in run(main, ["catalogue", "load"]).output
    assert run(main, ["catalogue", "diff"]).output == "erzgebirge: 0 entries would change.\n"
    out = tmp_path / "out.txt"
    assert run(main, ["catalogue", "export", "erzgebirge", "--output", str(out)]).exit_code == 0
    assert out.read_text("utf-8") == one.read_text("utf-8") == run(main, ["catalogue", "export", "erzgebirge"]).output
    assert run(main, ["catalogue", "export", "nirgendwo"]).exit_code == 1
