"""Official records for a county's archive: all of them, nothing of a person, the same to the byte, as PDF/A that is tagged."""

import csv
import hashlib
import io
import re
from datetime import date, timedelta

import pikepdf
import pytest
from click.testing import CliRunner

from beteiligung.administration.records import records, write_bag
from beteiligung.catalogue.models import HistoryEntry, Passage
from beteiligung.cli import main
from beteiligung.council.recommendation_models import Recommendation
from beteiligung.db import reading, unit_of_work
from beteiligung.participation.models import Comment, Vote
from beteiligung.places.models import Region
from beteiligung.reporting.formats.registry import FORMATS
from beteiligung.reporting.models import ReportFile
from beteiligung.resolutions.models import Resolution
from reporting.scene import FOREWORD, make_scene
from support import NOW, make_account, make_commitment, make_document, make_region


@pytest.fixture
def region(database):
    with unit_of_work() as session:
        region, other = make_region(session, slug="musterkreis", name="Musterkreis"), make_region(session, slug="nachbarkreis")
        clerk = make_account(session, email="kanarienvogel@example.org", display_name="Frau Kanarienvogel", clerk_of=region)
        document = make_document(session, region, slug="programm", title="Programm der Beispielliste", wording_sha256="c" * 64)
        session.add(
            Passage(document_id=document.id, position=1, kind="paragraph", text="Wir bauen einen Radweg.", char_start=0, char_end=23)
        )
        one = make_commitment(session, document, slug="musterkreis-001", title="=Radweg am Fluss", wording="Wir bauen einen Radweg.")
        draft = make_commitment(session, document, slug="musterkreis-002", title="Alte Zusage", state="archived")
        make_commitment(session, make_document(session, other), title="Aus dem Nachbarkreis")
        session.add(
            HistoryEntry(
                commitment_id=one.id,
                kind="answer",
                happened_on=NOW.date(),
                body="Der Bau **beginnt** im Mai.",
                account_id=clerk.id,
                created_at=NOW,
            )
        )
        session.add(HistoryEntry(commitment_id=draft.id, kind="revision", happened_on=NOW.date(), body="Innere Notiz", created_at=NOW))
        session.add(Comment(commitment_id=one.id, author_id=clerk.id, text="Kommentar einer Kanarienvogel", created_at=NOW))
        session.add(Vote(commitment_id=one.id, version=1, voter="f" * 64, choice="for", standing="confirmed"))
        adopted = Recommendation(
            region_id=region.id, title="Mehr Bänke", text="Bitte stellen Sie Bänke auf.", state="adopted", number=1, drafted_by=clerk.id,
            created_at=NOW, adopted_at=NOW, answer_due=date(2027, 1, 1),
        )  # fmt: skip
        session.add(adopted)
        session.add(
            Recommendation(region_id=region.id, title="Unfertiges", text="Noch nicht.", state="draft", drafted_by=clerk.id, created_at=NOW)
        )
        session.add(
            Resolution(
                region_id=region.id,
                commitment_id=one.id,
                title=one.title,
                path="/x",
                body="Kreistag",
                act="adopted",
                decided_on=date(2026, 10, 1),
                item="7",
                paper="2026/12",
                account_id=clerk.id,
                created_at=NOW + timedelta(hours=1),
            )
        )
        return region.id


def made(region_id):
    with reading() as session:
        return records(session, session.get_one(Region, region_id))


def rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def words(content):
    from pypdfium2 import PdfDocument

    return " ".join(page.get_textpage().get_text_bounded() for page in PdfDocument(content))


def test_the_records_are_there_and_nothing_else(region, database, tmp_path, monkeypatch):
    real = database.name == "sqlite"  # setting a page takes seconds and asks no database
    if not real:
        monkeypatch.setattr("beteiligung.administration.records.to_pdf", lambda html, _variant: html.encode())
    found = made(region)
    assert sorted(found.files) == [
        "beschluesse-und-empfehlungen.pdf", "beschluesse.csv", "dokumente.csv", "dokumente/programm.pdf", "empfehlungen.csv",
        "stellungnahmen.csv", "zusagen.csv",
    ]  # fmt: skip
    assert rows(found.files["zusagen.csv"])[1][3] == "'=Radweg am Fluss"
    assert [row[7:] for row in rows(found.files["zusagen.csv"])[1:]] == [["offen", "veröffentlicht"], ["offen", "archiviert"]]
    assert rows(found.files["stellungnahmen.csv"])[1][2] == "Stellungnahme"
    assert len(rows(found.files["zusagen.csv"])) == 3
    assert rows(found.files["stellungnahmen.csv"])[1][5] == "Der Bau **beginnt** im Mai."
    assert len(rows(found.files["stellungnahmen.csv"])) == 2
    assert [row[1] for row in rows(found.files["empfehlungen.csv"])[1:]] == ["Mehr Bänke"]
    assert rows(found.files["beschluesse.csv"])[1][:2] == ["2026-10-01", "Kreistag"]
    text = {name: words(content) if real and name.endswith(".pdf") else content.decode() for name, content in found.files.items()}
    assert "Wir bauen einen Radweg." in text["dokumente/programm.pdf"]
    assert "beginnt" in text["dokumente/programm.pdf"]
    assert "Kreistag" in text["beschluesse-und-empfehlungen.pdf"]
    for name, content in text.items():
        for canary in ("anarienvogel", "Nachbarkreis", "Unfertiges", "Innere Notiz", "f" * 64, "confirmed"):
            assert canary not in content, name
    for content in found.files.values():
        assert b"anarienvogel" not in content

    for name in ("dokumente/programm.pdf", "beschluesse-und-empfehlungen.pdf") if real else ():
        with pikepdf.open(io.BytesIO(found.files[name])) as pdf, pdf.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "A")
            assert pdf.Root.MarkInfo.Marked
            assert pdf.Root.StructTreeRoot
            assert str(pdf.Root.Lang) == "de"
            assert pdf.Root.OutputIntents

    assert made(region) == found  # to the byte
    number = write_bag(found, tmp_path / "bag")
    lines = (tmp_path / "bag" / "manifest-sha256.txt").read_text("utf-8").splitlines()
    assert len(lines) == number == 7
    for line in (*lines, *(tmp_path / "bag" / "tagmanifest-sha256.txt").read_text("utf-8").splitlines()):
        sha, name = re.fullmatch(r"([0-9a-f]{64})  (.+)", line).groups()
        assert hashlib.sha256((tmp_path / "bag" / name).read_bytes()).hexdigest() == sha


def test_published_reports_are_there_in_every_version_and_drafts_are_not(database):
    scene = make_scene()
    number = scene.published()
    scene.prepared()
    with unit_of_work() as session:
        session.add(ReportFile(report_id=number, correction=0, format="json", content=b"{}", sha256="x", made_at=NOW))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("beteiligung.administration.records.to_pdf", lambda html, variant: f"{variant} {html}".encode())
        patch.setattr("beteiligung.administration.records.FORMATS", [one for one in FORMATS if one.key in ("pdf", "json", "csv")])
        found = made(scene.region_id).files
    assert sorted(name for name in found if name.startswith("berichte/")) == [
        "berichte/bericht-1-csv.zip",  # not made by the worker yet
        "berichte/bericht-1.json",
        "berichte/bericht-1.pdf",
    ]
    assert found["berichte/bericht-1.pdf"].startswith(b"pdf/a-2a")
    assert FOREWORD.split()[-1].encode() in found["berichte/bericht-1.pdf"]


def test_the_command_says_what_is_wrong(region, tmp_path):
    assert "There is no region nirgends" in CliRunner().invoke(main, ["archive", str(tmp_path / "a"), "--region", "nirgends"]).output
    (tmp_path / "voll").mkdir()
    (tmp_path / "voll" / "x").write_text("x")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("beteiligung.administration.records.to_pdf", lambda _html, _variant: b"%PDF")
        assert "is not empty" in CliRunner().invoke(main, ["archive", str(tmp_path / "voll"), "--region", "musterkreis"]).output
        said = CliRunner().invoke(main, ["archive", str(tmp_path / "leer"), "--region", "musterkreis"]).output
    assert said.startswith("7 files of musterkreis")
