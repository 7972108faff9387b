"""Regions come from their files, and a second load changes nothing."""

import pytest
from sqlmodel import select

from beteiligung import db
from beteiligung.errors import Invalid, NotFound
from beteiligung.places import queries, service
from beteiligung.places.models import Committee, Municipality, Region
from beteiligung.text.slugs import slugify
from support import NOW


def test_the_five_regions_load_twice_without_change(database):
    with db.unit_of_work() as session:
        first = service.load_regions(session, NOW)
    with db.unit_of_work() as session:
        second = service.load_regions(session, NOW)
    assert (first.created, first.changed, first.unchanged) == (5, 0, 0)
    assert (second.created, second.changed, second.unchanged) == (0, 0, 5)
    with db.reading() as session:
        assert [r.slug for r in queries.all_regions(session)] == ["werra-meissner", "erzgebirge", "coesfeld", "dueren", "kassel"]
        kassel = queries.region_by_slug(session, "kassel")
        assert (kassel.kind, kassel.assembly_name) == ("city", "Stadtverordnetenversammlung")
        counts = {r.slug: len(queries.municipalities(session, r.id)) for r in queries.all_regions(session)}
    assert counts == {"werra-meissner": 16, "erzgebirge": 59, "coesfeld": 11, "dueren": 15, "kassel": 23}


def test_every_group_of_facts_names_its_source():
    for facts in service.region_files():
        assert facts["sources"]["assembly"]
        assert facts["municipalities"]["source"]
        assert "committees" not in facts or facts["committees"]["source"]


def test_an_edited_file_changes_the_row_and_a_missing_town_stays(database, tmp_path):
    path = tmp_path / "musterkreis.toml"
    head = 'slug = "musterkreis"\nname = "{}"\nin_name = "im Musterkreis"\nkind = "county"\nstate = "Hessen"\nassembly = "Kreistag"\n'
    path.write_text(head.format("Musterkreis") + '[municipalities]\nnames = ["Adorf", "Ödheim"]\n', "utf-8")
    with db.unit_of_work() as session:
        service.load_regions(session, NOW, tmp_path)
        session.exec(select(Region)).one().min_age = 16
    path.write_text(
        head.format("Kreis Muster")
        + '[municipalities]\nnames = ["Adorf"]\n[[committees.list]]\nname = "Bauausschuss"\ntopics = ["bauen-wohnen"]\n',
        "utf-8",
    )
    with db.unit_of_work() as session:
        assert service.load_regions(session, NOW, tmp_path).changed == 1
    with db.reading() as session:
        region = session.exec(select(Region)).one()
        assert (region.name, region.min_age) == ("Kreis Muster", 16)
        assert {m.slug for m in session.exec(select(Municipality))} == {"adorf", "oedheim"}
        assert session.exec(select(Committee)).one().slug == "bauausschuss"


def test_the_offices_of_a_region_come_from_its_file_and_have_to_make_sense(database, tmp_path):
    path = tmp_path / "musterkreis.toml"
    head = 'slug = "musterkreis"\nname = "M"\nin_name = "im M"\nkind = "county"\nstate = "Hessen"\nassembly = "Kreistag"\n'
    path.write_text(head + 'legal_office = "recht@kreis.example"\nanswer_days = 30\n', "utf-8")
    with db.unit_of_work() as session:
        service.load_regions(session, NOW, tmp_path)
    with db.reading() as session:
        region = session.exec(select(Region)).one()
        assert (region.legal_office, region.answer_days) == ("recht@kreis.example", 30)
    for wrong in ('legal_office = "Zimmer 12"', "answer_days = 3"):
        path.write_text(head + wrong, "utf-8")
        with pytest.raises(Invalid, match=wrong.split()[0]):
            service.region_files(tmp_path)


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "kaputt.toml").write_text("name = ", "utf-8")
    with pytest.raises(Invalid, match=r"kaputt\.toml"):
        service.region_files(tmp_path)
    (tmp_path / "kaputt.toml").write_text('name = "X"', "utf-8")
    with pytest.raises(Invalid, match="assembly"):
        service.region_files(tmp_path)


def test_unknown_region_is_not_found(database):
    with db.reading() as session, pytest.raises(NotFound):
        queries.region_by_slug(session, "nirgends")


def test_slugs_are_plain_and_cut_at_words():
    assert slugify("Süsterfeld-Helleböhn, Weißenborn") == "suesterfeld-helleboehn-weissenborn"
    assert slugify("eins zwei drei", 9) == "eins-zwei"
    assert slugify("…") == ""
