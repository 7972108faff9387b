"""The data dictionary names every field there is, and the metadata hold what DCAT-AP.de 3.0 asks for."""

import csv
import io
import json
import re

import msgspec
import pytest

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.insight import material, snapshots
from beteiligung.pages import catalog, columns, records
from beteiligung.participation import service
from beteiligung.participation.rules import Participant
from beteiligung.settings import SettingsError, load, settings
from council.assembly import make_assembly
from support import make_account, make_commitment, make_document, make_region

EU = "http://publications.europa.eu/resource/authority/"


def told(key):
    return {field.path for one in catalog.data_sets() if one.key == key for field in one.fields}


def paths(value, before=""):
    """Return the paths of an answer as the dictionary writes them."""
    if isinstance(value, dict):
        return {path for name, part in value.items() for path in ({f"{before}{name}"} | paths(part, f"{before}{name}."))}
    if isinstance(value, list):
        return {path for part in value for path in paths(part, before.rstrip(".") + "[].")}
    return set()


@pytest.fixture
def assembly(database):
    made = make_assembly()
    made.adopted()
    return made


ANSWERS = {
    "zusagen": "/api/v1/commitments?region=musterkreis",
    "empfehlungen": "/api/v1/recommendations",
    "beschluesse": "/api/v1/resolutions",
    "regionen": "/api/v1/regions",
}


@pytest.mark.parametrize("key", ANSWERS)
def test_every_field_of_an_answer_is_in_the_dictionary(assembly, browser, key):
    body = browser.get(ANSWERS[key]).json()
    known = {path.replace("[]", "") for path in told(key)}
    for item in body["items"]:
        assert {path.replace("[]", "") for path in paths(item)} <= known
    assert known
    assert all(field.about and field.kind for one in catalog.data_sets() for field in one.fields)


def test_a_field_that_says_nothing_is_a_mistake():
    class Mute(msgspec.Struct):
        number: int

    with pytest.raises(ValueError, match=r"Mute\.number"):
        list(catalog.fields_of(Mute))
    assert "votes.confirmed.for" in told("zusagen")
    assert {info.encode_name for info in msgspec.structs.fields(records.CommentRecord)} == {
        path.removesuffix("[]") for path in told("kommentare")
    }


def test_every_column_of_a_file_is_in_the_dictionary(assembly, browser):
    for key, path in (("zahlen", "/musterkreis/zahlen.csv"), ("moderation", "/musterkreis/moderation.csv")):
        header = next(csv.reader(io.StringIO(browser.get(path).text)))
        assert header == [field.path for one in catalog.data_sets() if one.key == key for field in one.fields]
    assert told("transparenz") == {"article", "section", "key", "name", "value"}


def test_every_figure_of_a_snapshot_is_in_the_dictionary(database):
    with unit_of_work() as session:
        region = make_region(session)
        commitment = make_commitment(session, make_document(session, region)).id
        for _ in range(6):
            voter = Participant(make_account(session, confirmed_in=region).id, False, frozenset({region.id}), None, True)
            service.cast_vote(session, voter, commitment, "for", utcnow(), 1)
        number, slug = region.id, region.slug
    with reading() as session:
        frozen = snapshots.compute(material.read(session, number, utcnow()), None, utcnow())
    content = {**frozen.content, "version": 1, "taken_at": "", "digest": ""}
    (own,) = content["commitments"]
    found = {path.replace(f"commitments.{own}", "commitments.{slug}") for path in paths(content)} - {"commitments", "commitments.{slug}"}
    assert {path for path in found if not columns.covered(path)} <= {"days", "flags"}
    assert "commitments.{slug}.confirmed" in found
    assert slug


def test_the_fields_are_a_page(assembly, browser):
    page = browser.get("/offene-daten/felder")
    for text in ("votes.confirmed.for", "Wohnort bestätigt", "Datenlizenz Deutschland", "/api/v1/commitments?region=musterkreis"):
        assert text in page.text, text
    overview = browser.get("/offene-daten").text
    assert "/musterkreis/katalog.jsonld" in overview


# Metadata


def one(value):
    return value[0] if isinstance(value, list) else value


def test_the_metadata_hold_what_the_standard_asks_for(assembly, browser):
    answer = browser.get("/musterkreis/katalog.jsonld")
    assert answer.headers["content-type"].startswith("application/ld+json")
    catalogue = json.loads(answer.text)
    used = {name.partition(":")[0] for name in re.findall(r'"([a-z]+:[A-Za-z]+)":', answer.text)}
    assert used <= set(catalogue["@context"]), "a prefix nobody explains"
    for name in ("dcterms:title", "dcterms:description", "dcterms:publisher", "dcat:dataset", "dcterms:license"):
        assert catalogue[name], name
    assert catalogue["dcterms:publisher"]["foaf:name"]
    seen = set()
    for found in catalogue["dcat:dataset"]:
        for name in ("dcterms:title", "dcterms:description", "dcterms:publisher", "dcat:theme", "dcat:contactPoint", "dcat:keyword"):
            assert found[name], (found["@id"], name)
        assert found["dcterms:publisher"]["@id"] == catalogue["dcterms:publisher"]["@id"]
        assert found["dcterms:identifier"] == found["@id"]
        assert all(theme["@id"].startswith(f"{EU}data-theme/") for theme in found["dcat:theme"])
        assert found["dcatde:politicalGeocodingLevelURI"]["@id"].endswith("/administrativeDistrict")
        assert "dcatde:contributorID" not in found
        assert found["dcat:distribution"]
        for way in found["dcat:distribution"]:
            assert way["dcterms:license"] == {"@id": "http://dcat-ap.de/def/licenses/dl-by-de/2.0"}
            assert way["dcatde:licenseAttributionByText"]["@value"].startswith("Kreis Nummer")
            assert way["dcat:accessURL"]["@id"].startswith(settings().base_url)
            assert way["dcterms:format"]["@id"].startswith(f"{EU}file-type/")
            if download := way.get("dcat:downloadURL"):
                assert browser.get(download["@id"].removeprefix(settings().base_url)).status_code == 200, download
        seen.add(found["@id"])
    assert len(seen) == len(catalogue["dcat:dataset"]) == len(catalog.data_sets())
    assert browser.get("/anderswo/katalog.jsonld").status_code == 404


def test_who_gives_the_data_is_named_where_the_office_has_a_number(assembly, browser, monkeypatch):
    monkeypatch.setenv("BETEILIGUNG_CONTRIBUTOR_ID", "http://dcat-ap.de/def/contributors/musterkreis")
    settings.cache_clear()
    try:
        found = json.loads(browser.get("/musterkreis/katalog.jsonld").text)["dcat:dataset"]
        assert {item["dcatde:contributorID"]["@id"] for item in found} == {"http://dcat-ap.de/def/contributors/musterkreis"}
    finally:
        settings.cache_clear()
    with pytest.raises(SettingsError, match="CONTRIBUTOR"):
        load({"BETEILIGUNG_MODE": "test", "BETEILIGUNG_CONTRIBUTOR_ID": "musterkreis"})


def test_a_published_report_is_a_data_set():
    from beteiligung.places.queries import RegionFacts

    facts = dict.fromkeys(RegionFacts.__dataclass_fields__)
    region = RegionFacts(**{**facts, "slug": "k", "name": "Kreis", "kind": "city"})
    reports = [catalog.Published(3, "Bericht 3", utcnow().date(), (("PDF", "/k/berichte/3/dateien/bericht.pdf"),))]
    found = catalog.metadata(region, reports)["dcat:dataset"][-1]
    assert found["dcat:landingPage"]["@id"].endswith("/k/berichte/3")
    assert one(found["dcat:distribution"])["dcat:downloadURL"]["@id"].endswith("/dateien/bericht.pdf")
    assert found["dcatde:politicalGeocodingLevelURI"]["@id"].endswith("/municipality")
