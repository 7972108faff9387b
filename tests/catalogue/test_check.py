"""The catalogue's rules: each broken on purpose in a text of our own, and all kept by the files that ship."""

import copy
import hashlib

import pytest
from click.testing import CliRunner

from beteiligung import bootstrap
from beteiligung.catalogue import check, fidelity, plain, review
from beteiligung.catalogue.importer.extract import extract
from beteiligung.cli import main
from beteiligung.errors import Invalid
from beteiligung.settings import settings
from beteiligung.text.normal import wording_hash

BUS = "Wir werden bis 2030 auf allen 12 Linien Busse ohne Diesel fahren lassen, vom Markt in Adorf bis zum Bahnhof in Beheim."
HALL = "Die Turnhalle in Cestadt wollen wir mit dem Programm „Sport für alle Menschen im ganzen schönen Musterkreis zusammen“ sanieren."
VAGUE = "Wir wollen unsere Heimat gemeinsam und mit Mut gestalten."
TEXT = f"# Programm für den Musterkreis\n\n## Verkehr\n\n{BUS}\n\n## Sport\n\n{HALL}\n\n{VAGUE}\n"

FACTS = {
    "slug": "musterkreis",
    "documents": [{"slug": "programm", "term_start": 2026}],
    "committees": {"list": [{"slug": "verkehr", "topics": ["mobilitaet"]}]},
}
ENTRIES = [
    {
        "id": "musterkreis-2026-001",
        "document": "programm",
        "title": "Bis 2030 alle Buslinien umstellen",
        "summary": "Auf 12 Linien soll bis 2030 kein Bus mehr Diesel brauchen.",
        "topic": "mobilitaet",
        "committee": "verkehr",
        "kind": "measure",
        "deadline": 2030,
        "figures": ["12 Linien"],
        "sdg": 11,
        "section": ["Verkehr"],
        "location": "Satz 1",
        "wording_hashes": [wording_hash(BUS)],
    },
    {
        "id": "musterkreis-2026-002",
        "document": "programm",
        "title": "Turnhalle in Cestadt erneuern",
        "summary": "Die Halle wird saniert. Das Geld kommt aus „Sport für alle Menschen im ganzen schönen Musterkreis zusammen“.",
        "topic": "kultur-sport-ehrenamt",
        "kind": "measure",
        "section": ["Sport"],
        "location": "Absatz 1",
        "wording_hashes": [wording_hash(HALL)],
    },
]
REASONS = {wording_hash(VAGUE): "allgemeine Absichtserklärung"}


def entries(number=0, **changed):
    """Return the two entries, one of them changed; None takes a key away."""
    found = copy.deepcopy(ENTRIES)
    found[number] |= changed
    found[number] = {key: value for key, value in found[number].items() if value is not None}
    return found


def test_sound_entries_have_no_findings():
    assert check.check_entries(FACTS, ENTRIES) == []


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"id": "musterkreis-2026-1"}, "musterkreis-2026-NNN"),
        ({"id": "nebenkreis-2026-001"}, "musterkreis-2026-NNN"),
        ({"document": "strategie"}, "no such document"),
        ({"title": "x" * 91}, "title"),
        ({"title": " Turnhalle"}, "stray"),
        ({"summary": ""}, "summary"),
        ({"summary": "Eins. Zwei folgt. Drei folgt. Vier folgt."}, "4 sentences"),
        ({"topic": "wetter"}, "no such topic"),
        ({"kind": "dream"}, "no such kind"),
        ({"committee": "sport"}, "no such committee"),
        ({"plain": False}, "plain words"),
        ({"sdg": 18}, "United Nations"),
        ({"deadline": 2035}, "2035 is not told"),
        ({"figures": ["7 Euro"]}, "7 Euro"),
        ({"section": []}, "no section"),
        ({"location": None}, "neither lines nor page"),
        ({"printed_lines": True, "line_start": 9, "line_end": 8}, "no printed lines"),
        ({"wording_hashes": ["kurz"]}, "no hash"),
        ({"id": "musterkreis-2026-001"}, "twice"),
        ({"title": "Bis 2030 alle Buslinien umstellen"}, "used twice"),
    ],
)
def test_each_rule_of_an_entry(changed, what):
    found = check.check_entries(FACTS, entries(1, **changed))
    assert any(what in str(finding) for finding in found), found


def test_a_deadline_may_be_the_second_of_two_years():
    assert check.check_entries(FACTS, entries(0, deadline=2030, summary="Auf 12 Linien gilt das ab dem Winter 2029/30.")) == []


def test_a_document_without_term_or_date_gives_its_name():
    facts = FACTS | {"documents": [{"slug": "programm"}]}
    assert [finding.where for finding in check.check_entries(facts, ENTRIES)] == ["musterkreis-2026-001", "musterkreis-2026-002"]
    renamed = [entry | {"id": entry["id"].replace("2026", "programm")} for entry in ENTRIES]
    assert check.check_entries(facts, renamed) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("am 1. Mai, 1.200 Euro, 2,5 Prozent", ["1", "1200", "2,5"]),
        ("im Jahr 2030/31 (siehe Seite 12), S. 3–4", ["2030", "31"]),
        ("10 000 Bäume, 3.", ["10000", "3"]),
        ("keine", []),
    ],
)
def test_figures_and_years(text, found):
    assert check.numbers(text) == found


def test_links_lead_to_another_region_and_back():
    def at(key, *others):
        return {"id": key, "wording_differs_from": list(others)}

    assert check.check_links({"a": [at("a-1", "b-1")], "b": [at("b-1", "a-1")]}) == []
    found = check.check_links({"a": [at("a-1", "b-1", "a-2", "c-9"), at("a-2", "a-1")], "b": [at("b-1"), at("a-2")]})
    assert {(finding.where, finding.what.partition(",")[2].strip() or finding.what) for finding in found} >= {
        ("a-1", "which does not say so"),
        ("a-1", "which is not there"),
        ("a-2", "the id is used in two regions"),
    }
    same = check.check_links({"a": [at("a-1", "a-2"), at("a-2", "a-1")]})
    assert len(same) == 2
    assert "same region" in same[0].what


def test_reasons_are_short_and_name_what_is_there():
    key = "0" * 16
    assert check.check_reasons({key: "gehört zu musterkreis-2026-002"}, ENTRIES) == []
    assert "not there" in check.check_reasons({key: "gehört zu musterkreis-2026-009"}, ENTRIES)[0].what
    assert len(check.check_reasons({key: "x" * 91, "hash": "Rückblick"}, ENTRIES)) == 2


def test_reading_ease_is_a_distribution():
    ease = check.ease_of([{"summary": "Der Bus fährt."}, {"summary": "Verwaltungsmodernisierungsmaßnahmen werden implementiert."}] * 2)
    assert ease.least < ease.median < ease.most
    assert (ease.easy, ease.middle) == (0.5, 0.5)
    assert "up to 8: 50%" in str(ease)


# Against an original


@pytest.fixture
def original(tmp_path):
    path = tmp_path / "programm.md"
    path.write_text(TEXT, "utf-8")
    extraction = extract(path)
    return lambda told: fidelity.Original(extraction, told)


def against(original, told, reasons=None, names=()):
    coverage, found = fidelity.check_original(original(told), names, REASONS if reasons is None else reasons)
    return coverage, [str(finding) for finding in found]


def test_a_fair_catalogue_covers_its_original(original):
    coverage, found = against(original, ENTRIES)
    assert found == []
    assert coverage == fidelity.Coverage(entries=2, attached=2, added=0, candidates=3, told=2, reasoned=1)
    assert str(coverage).endswith("2 told, 1 with a reason, 0 open")


def test_eight_equal_words_are_copied_but_names_and_figures_do_not_count(original):
    copied = "Busse ohne Diesel fahren lassen, vom Markt in Adorf bis zum Bahnhof in Beheim. Auf 12 Linien bis 2030."
    assert any("copies" in finding for finding in against(original, entries(summary=copied))[1])
    names = ["vom Markt in Adorf bis zum Bahnhof in Beheim"]
    assert against(original, entries(summary=copied), names=names)[1] == []
    seven = "Busse ohne Diesel fahren lassen, vom Markt gilt dann. Auf 12 Linien bis 2030."
    assert against(original, entries(summary=seven))[1] == []


def test_a_figure_lost_or_added_is_found(original):
    lost = against(original, entries(title="Alle Buslinien umstellen", summary="Auf 12 Linien soll kein Bus mehr Diesel brauchen."))[1]
    assert lost == ["musterkreis-2026-001: leaves out 2030"]
    added = against(original, entries(1, summary="Die Halle wird für 4,5 Millionen Euro saniert."))[1]
    assert added == ["musterkreis-2026-002: adds 4,5, which the original does not hold"]


def test_what_is_recognised_needs_an_entry_or_a_reason(original):
    open_ = against(original, ENTRIES[:1])[1]
    assert len(open_) == 1
    assert wording_hash(HALL) in open_[0]
    assert any("no entry and no reason" in finding for finding in against(original, ENTRIES, reasons={})[1])
    needless = against(original, ENTRIES, reasons=REASONS | {wording_hash(BUS): "gehört zu musterkreis-2026-001"})[1]
    assert needless == [f"{wording_hash(BUS)}: a reason for something that an entry tells"]


def test_a_changed_wording_is_noticed(original):
    coverage, found = against(original, entries(wording_hashes=["0" * 16]))
    assert coverage.attached == 1
    assert any("not in the original" in finding for finding in found)


# Files


@pytest.fixture
def folder(tmp_path):
    """Return a function that writes catalogue, region, reasons and original, and checks them."""
    catalogue, regions = tmp_path / "catalogue", tmp_path / "regions"
    (catalogue / "differences").mkdir(parents=True)
    regions.mkdir()
    source = tmp_path / "programm.md"
    source.write_text(TEXT, "utf-8")
    sha = hashlib.sha256(source.read_bytes()).hexdigest()
    (regions / "musterkreis.toml").write_text(
        'slug = "musterkreis"\nname = "Musterkreis"\nin_name = "im Musterkreis"\nkind = "county"\nstate = "Hessen"\n'
        'assembly = "Kreistag"\n[[committees.list]]\nslug = "verkehr"\n[[documents]]\nslug = "programm"\nterm_start = 2026\n'
        f'file_sha256 = "{sha}"\n',
        "utf-8",
    )

    def run(told, reasons, originals=True):
        from beteiligung.catalogue.export import render

        (catalogue / "musterkreis.toml").write_text(render("musterkreis", told), "utf-8")
        text = "[reasons]\n" + "".join(f'{key} = "{reason}"\n' for key, reason in reasons.items())
        (catalogue / "differences" / "musterkreis.toml").write_text(text, "utf-8")
        return review.check_folder(catalogue, {sha: source} if originals else {}, regions)

    return run


def test_a_folder_is_checked_with_and_without_originals(folder):
    report = folder(ENTRIES, REASONS)
    assert (report.findings, report.originals, report.verdict) == ((), 1, "No violations.")
    assert "2 of 2 entries find their wording" in "\n".join(report.lines)
    wrong = entries(0, title="Busse", summary="Es fahren andere Busse.", deadline=None, figures=None)
    assert folder(wrong, REASONS, originals=False).findings == ()
    assert folder(wrong, REASONS).verdict == "1 violations."


def test_a_reason_for_nothing_and_lost_wordings_are_found(folder):
    found = [str(f) for f in folder(entries(wording_hashes=["0" * 16]), REASONS | {"1" * 16: "Rückblick"}).findings]
    assert any("only 1 of 2" in finding for finding in found)
    assert "1111111111111111: a reason for something that is not recognised" in found


def test_unreadable_reasons_are_said(tmp_path):
    path = tmp_path / "musterkreis.toml"
    path.write_text("[[", "utf-8")
    with pytest.raises(Invalid, match="musterkreis"):
        review.reasons_in(path)


def test_the_command_ends_with_one_where_a_rule_is_broken(tmp_path):
    (tmp_path / "kassel.toml").write_text(
        'region = "kassel"\n[[entry]]\nid = "kassel-1"\ndocument = "programm"\ntitle = "Bus"\nsummary = "Der Bus fährt."\n'
        'topic = "mobilitaet"\nkind = "measure"\n',
        "utf-8",
    )
    result = CliRunner().invoke(main, ["catalogue", "check", str(tmp_path)])
    assert result.exit_code == 1
    assert "kassel-1: no such document" in result.output


def test_the_files_that_ship_keep_all_rules():
    """With the originals, where they are at hand, else without them."""
    originals = bootstrap.originals()
    report = review.check_folder(bootstrap.CATALOGUE, originals)
    assert [str(finding) for finding in report.findings] == []
    at_hand = any(folder.is_dir() and any(folder.iterdir()) for folder in settings().documents)
    assert report.originals == (5 if at_hand else 0)
    every = [entry for path in sorted(bootstrap.CATALOGUE.glob("*.toml")) for entry in plain.read_catalogue(path)[1]]
    assert 650 <= len(every) <= 720
    assert sum("wording_differs_from" in entry for entry in every) >= 80
    for path in bootstrap.CATALOGUE.glob("*.toml"):
        ease = check.ease_of(plain.read_catalogue(path)[1])
        assert ease.median < 11, path.stem
