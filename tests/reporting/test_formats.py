"""Every format says the same figures, is the same bytes whenever it is made, and can be read by programs and by people who do not see."""

import contextlib
import csv
import dataclasses
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import docx
import jsonschema
import openpyxl
import pikepdf
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pypdfium2 import PdfDocument
from worker.tasks import report_tasks

from beteiligung.jobs import Claim, Job
from beteiligung.reporting import dataset
from beteiligung.reporting.dataset import Chart, Column, Table, number, said
from beteiligung.reporting.formats import as_csv, as_docx, as_pdf, as_xlsx, charts
from beteiligung.reporting.formats.annex import annex, file_names, headings
from beteiligung.reporting.formats.as_json import whole_schema
from beteiligung.reporting.formats.packing import packed, repacked
from beteiligung.reporting.formats.registry import BY_FILE, FORMATS, file_name
from beteiligung.settings import ROOT
from reporting.example import example

OTHERS = """
import hashlib, sys
from beteiligung.reporting.formats.registry import FORMATS
from reporting.example import example
print(*(f"{one.key}={hashlib.sha256(one.render(example())).hexdigest()}" for one in FORMATS if one.key != "docx"))
"""


@pytest.fixture(scope="module")
def data():
    return example()


@pytest.fixture(scope="module")
def made(data):
    return {one.key: one.render(data) for one in FORMATS}


def test_another_process_elsewhere_makes_the_same_bytes(made):
    elsewhere = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LANG": "C", "PYTHONPATH": os.pathsep.join(("src", "tests", "."))}
    done = subprocess.run([sys.executable, "-c", OTHERS], cwd=ROOT, env=elsewhere, capture_output=True, text=True, check=True)
    there = dict(pair.split("=") for pair in done.stdout.split())
    assert there == {key: hashlib.sha256(file).hexdigest() for key, file in made.items() if key != "docx"}


def test_a_docx_made_twice_is_the_same_and_tells_no_clock(made, data, monkeypatch):
    with zipfile.ZipFile(io.BytesIO(made["docx"])) as archive:
        pictures = [archive.read(name) for name in sorted(archive.namelist()) if name.endswith(".png")]
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert len(pictures) > 4
    drawn = sum(len(part.drawings) for part in as_pdf.sections(data))
    monkeypatch.setattr(as_docx, "to_pictures", lambda _page: [pictures[0]] * drawn)  # drawing them takes most of the time
    assert as_docx.render(data) == as_docx.render(data)


def test_odd_signs_and_empty_tables_keep_no_file_from_being_made(data):
    empty = Table("votes", "Alle Zusagen", "a.b", (Column("title", "Zusage", "text"), Column("for", "dafür", "count")), ())
    odd = "vor\ufffe\x01\x0cnach"
    quotes = (dataclasses.replace(data.quotes[0], text=odd),)
    words = {"title": odd, "region_name": odd, "summary": (odd,), "foreword": odd}
    strange = dataclasses.replace(data, **words, sections=(), tables=(empty,), quotes=quotes)
    assert "\ufffe" not in as_pdf.html(strange)
    for render in (as_docx.render, as_xlsx.render):
        with zipfile.ZipFile(io.BytesIO(render(strange))) as archive:
            whole = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".xml"))
        assert b"vornach" in whole
        assert "\ufffe".encode() not in whole


def test_a_file_that_cannot_be_made_keeps_no_other_version_from_being_made(data, monkeypatch):
    kept = []
    broken = dataclasses.replace(FORMATS[0], key="pdf", render=lambda one: 1 // one.correction and b"x")
    monkeypatch.setattr(report_tasks, "FORMATS", (broken,))
    versions = [(number, "pdf", dataclasses.replace(data, correction=number)) for number in (0, 1)]
    monkeypatch.setattr(report_tasks.queries, "to_build", lambda *_given: versions)
    monkeypatch.setattr(report_tasks.service, "keep_file", lambda _session, _report, one, *_given: kept.append(one.correction))
    for name in ("reading", "unit_of_work"):
        monkeypatch.setattr(report_tasks, name, contextlib.nullcontext)
    monkeypatch.setattr(report_tasks, "lease_kept", contextlib.nullcontext)
    with pytest.raises(ZeroDivisionError):
        report_tasks.build_report(Claim(1, Job.BUILD_REPORT, {"id": 1}, 1))
    assert kept == [1]


def test_files_have_names_of_their_own():
    assert len(BY_FILE) == len(FORMATS) == len({one.key for one in FORMATS})
    assert file_name(BY_FILE["bericht.pdf"], 4, 0) == "bericht-4.pdf"
    assert file_name(BY_FILE["bericht-csv.zip"], 4, 2) == "bericht-4-berichtigung-2-csv.zip"


# The same figures everywhere


def figures(table):
    """What a table says: numbers as numbers, words as words, None for what is not told."""
    return [[value if (figure := number(column, value)) is None else figure for column, value in zip(table.columns, row, strict=True)]
            for row in table.rows]  # fmt: skip


def from_xlsx(sheet, table):
    rows = []
    for cells in sheet.iter_rows(min_row=as_xlsx.FIRST_ROW + 2, max_row=as_xlsx.FIRST_ROW + 1 + len(table.rows)):
        row = []
        for column, cell in zip(table.columns, cells, strict=True):
            value = cell.value
            if isinstance(value, datetime):
                value = value.date().isoformat()
            elif isinstance(value, int | float):
                value = round(Decimal(str(value)) * (100 if column.unit == "%" else 1), column.decimals)
            elif value == dataset.SUPPRESSED and column.kind != "text":
                value = None
            row.append(value)
        rows.append(row)
    return rows


def comparable(rows, table, site):
    """Words as a reader of a file gets them: addresses whole, nothing for nothing."""
    made = []
    for row in rows:
        cells = []
        for column, value in zip(table.columns, row, strict=True):
            whole = f"{site}{value}" if column.kind == "link" and value and not str(value).startswith("http") else value
            cells.append(None if whole in ("", dataset.SUPPRESSED) else whole)
        made.append(cells)
    return made


def test_xlsx_says_the_same(made, data):
    book = openpyxl.load_workbook(io.BytesIO(made["xlsx"]))
    tables = annex(data)
    assert book.sheetnames == ["Inhalt", "Methode", *as_xlsx.sheet_names(table.title for table in tables)]
    for table, name in zip(tables, book.sheetnames[2:], strict=True):
        sheet = book[name]
        assert [cell.value for cell in sheet[as_xlsx.FIRST_ROW + 1]] == list(headings(table))
        assert comparable(from_xlsx(sheet, table), table, data.site) == comparable(figures(table), table, data.site), table.key
        assert sheet["A4"].value == f"Zahlen aus: {table.query}"
        assert sheet.freeze_panes == f"B{as_xlsx.FIRST_ROW + 2}"
        assert not [cell.coordinate for row in sheet for cell in row if cell.data_type == "f"], "a formula"
    days = book["Kommentare und Stimmen je Tag"]
    assert days["A7"].is_date
    assert days["A7"].number_format == "dd.mm.yyyy"
    assert book["Alle Zusagen"]["G7"].number_format == "0.0\N{NO-BREAK SPACE}%"
    assert {book.properties.created.isoformat(), book.properties.modified.isoformat()} == {"2026-09-30T21:00:00"}


def from_csv(file, table):
    rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0] == list(headings(table))
    made = []
    for row in rows[1:]:
        cells = []
        for column, cell in zip(table.columns, row, strict=True):
            if column.kind in ("count", "share", "low", "high", "number"):
                cells.append(Decimal(cell.replace(",", ".")) if cell else None)
            else:
                cells.append(cell[1:] if re.match(r"'\s*[=+\-@＝＋－＠]|'[\t\r\n]", cell) else cell)
        made.append(cells)
    return made


def test_csv_says_the_same_and_a_dictionary_tells_how(made, data):
    with zipfile.ZipFile(io.BytesIO(made["csv"])) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    metadata = json.loads(files["csv-metadata.json"])
    words = files["LIESMICH.txt"].decode("utf-8-sig")
    assert [one["url"] for one in metadata["tables"]] == [name for name in files if name.endswith(".csv")]
    for table, told in zip(annex(data), metadata["tables"], strict=True):
        file = files[told["url"]]
        assert file.startswith(b"\xef\xbb\xbf")
        assert comparable(from_csv(file, table), table, data.site) == comparable(figures(table), table, data.site), table.key
        assert [column["titles"] for column in told["tableSchema"]["columns"]] == list(headings(table))
        assert told["url"] in words
        assert table.query in words
    assert data.notice in words


def test_json_says_the_same_keeps_to_its_schema_and_its_digest_can_be_checked(made, data):
    whole = json.loads(made["json"])
    schema = json.loads(made["schema"])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(whole)
    assert schema == json.loads(json.dumps(whole_schema()))
    assert dataset.restored(whole["report"]) == data
    report = whole["report"]
    for quote in report["quotes"]:
        for name in ("text", "salt", "gone"):
            del quote[name]
    counted = json.dumps(report, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert hashlib.sha256(counted).hexdigest() == whole["digest"] == dataset.digest(data)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({**whole, "report": {**report, "number": "four"}})


def test_docx_says_the_same(made, data):
    document = docx.Document(io.BytesIO(made["docx"]))
    tables = document.tables[-len(data.tables) :]
    for known, table in zip(data.tables, tables, strict=True):
        columns = [(place, column) for place, column in enumerate(known.columns) if column.kind != "link"]
        cells = [[cell.text for cell in row.cells] for row in table.rows]
        assert cells[0] == [headings(known)[place] for place, _column in columns]
        assert cells[1:] == [[said(column, row[place]) for place, column in columns] for row in known.rows], known.key
        assert table._tbl.tr_lst[0].trPr.find(docx.oxml.ns.qn("w:tblHeader")) is not None
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for words in (data.notice, *data.summary, *data.method, data.quote_rule, "Ruftaxi erproben", "Leere Busse kosten uns alle"):
        assert words in text
    pictures = document.element.body.findall(f".//{docx.oxml.ns.qn('wp:docPr')}")
    assert [one.get("descr") for one in pictures] == [one["alt"] for part in as_pdf.sections(data) for one in part.drawings]
    assert document.core_properties.language == "de-DE"


def squeezed(text):
    return re.sub(r"[\s\u00ad\u00a0]+|(?<=[a-zäöüß])-\s*\n", "", text)


def test_pdf_says_the_same_of_what_it_shows(made, data):
    with PdfDocument(made["pdf"]) as pdf:
        pages = [page.get_textpage().get_text_bounded() for page in pdf]
    first, text = squeezed(pages[0]), squeezed("\n".join(pages))
    for words in (data.notice, "Menschen, Kommentare und Stimmen sind erfunden", "106.700", "1.285", "12,0", *data.summary):
        assert squeezed(words) in first, words
    shown = 0
    for part in as_pdf.sections(data):
        for printed in part.tables:
            for row in printed.rows:
                for place, column in printed.columns:
                    value = said(column, row[place])
                    shown += 1
                    assert squeezed(value).replace("-", "") in text.replace("-", "") or column.kind == "text", value
        for chart in part.section.charts:
            table = data.table(chart.table)
            columns = {column.key: column for column in table.columns}
            for row in list(dataset.records(table))[: charts.rows_drawn(table, chart)] if chart.kind != "days" else ():
                for key in chart.values:
                    if row[key] is not None:
                        shown += 1
                        assert squeezed(said(columns[key], row[key])) in text
    assert shown > 40
    for quote in data.quotes:
        assert squeezed(quote.text if quote.text is not None else quote.gone) in text


# What programs and people who do not see need


def elements(root):
    todo = [root]
    while todo:
        element = todo.pop()
        if isinstance(element, pikepdf.Array):
            todo.extend(element)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                yield element
            if "/K" in element:
                todo.append(element.K)


def test_pdf_is_tagged_for_screen_readers(made, data):
    with pikepdf.open(io.BytesIO(made["pdf"])) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "de"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo["/CreationDate"]) == "D:20260930210000Z"
        metadata = pdf.open_metadata()
        assert metadata["dc:title"] == f"{data.title} – {data.region_name}"
        assert metadata["pdfuaid:part"] == "1"
        with pdf.open_outline() as outline:
            assert [one.title for one in outline.root] == [data.title]
            assert len(outline.root[0].children) >= len(data.sections)
        root = pdf.Root.StructTreeRoot
        tags = list(elements(root.K))
        names = {str(root.IDTree.Names[place]) for place in range(0, len(root.IDTree.Names), 2)}
        drawn = [one for part in as_pdf.sections(data) for one in part.drawings]
        figures_ = [str(one.Alt) for one in tags if one.S == "/Figure"]
        assert {one["alt"] for one in drawn} <= set(figures_)
        assert len(figures_) == len(drawn) + 1
        heads = [one for one in tags if one.S == "/TH"]
        assert {str(one.A.Scope) for one in heads} == {"/Column", "/Row"}
        cells = [one for one in tags if one.S == "/TD"]
        assert cells
        assert {str(name) for one in cells for name in one.A.Headers} <= names
        assert {"/H1", "/H2", "/H3", "/Table", "/Caption", "/L", "/LI"} <= {str(one.S) for one in tags}


def test_a_blacked_out_quote_is_in_no_file(data):
    gone = tuple(dataclasses.replace(one, text=None, salt=None, gone="zurückgezogen") for one in data.quotes)
    left = dataclasses.replace(data, quotes=gone)
    for key in ("xlsx", "csv", "json"):
        file = next(one for one in FORMATS if one.key == key).render(left)
        parts = [file]
        if zipfile.is_zipfile(io.BytesIO(file)):
            with zipfile.ZipFile(io.BytesIO(file)) as archive:
                parts = [archive.read(name) for name in archive.namelist()]
        assert not any("Spätschicht".encode() in part for part in parts), key
    assert "Spätschicht" not in as_pdf.html(left)
    assert "Dieses Zitat ist geschwärzt" in as_pdf.html(left)


# Whatever stands in a table

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=40)
KINDS = (
    Column("a", "Wort", "text"),
    Column("b", "Anzahl", "count"),
    Column("c", "Anteil", "share", "%", 1),
    Column("d", "Wert", "number", "", 2),
)
ROWS = st.lists(
    st.tuples(WORDS, *(st.none() | st.integers(0, limit) for limit in (10**9, 1_000, 10**6))), max_size=4
)  # fmt: skip


def any_table(rows):
    return Table("t", "Tabelle", "query", KINDS, tuple(rows), suppressed="so")


@settings(max_examples=20, deadline=None)
@given(ROWS)
def test_any_table_comes_back_from_csv(rows):
    table = any_table(rows)
    assert comparable(from_csv(as_csv.table_csv(table, ""), table), table, "") == comparable(figures(table), table, "")


@settings(max_examples=5, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.lists(st.tuples(WORDS, ROWS), min_size=3, max_size=5))
def test_any_table_comes_back_from_xlsx(tables):
    wanted = tuple(dataclasses.replace(any_table(rows), key=f"k{place}", title=title) for place, (title, rows) in enumerate(tables))
    bare = dataclasses.replace(example(), tables=wanted, sections=(), quotes=(), recommendations=(), answers=(), corrections=())
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx.render(bare)))
    for one, name in zip(wanted, book.sheetnames[2:], strict=True):
        assert comparable(from_xlsx(book[name], one), one, "") == comparable(figures(one), one, "")


@given(st.lists(WORDS, max_size=8))
def test_names_of_sheets_and_files_are_never_alike(titles):
    sheets = as_xlsx.sheet_names(titles)
    assert len({name.casefold() for name in (*sheets, "Inhalt", "Methode")}) == len(titles) + 2
    assert all(0 < len(name.encode("utf-16-le")) <= 62 and not re.search(r"[\[\]:*?/\\']", name) for name in sheets)
    files = file_names(titles)
    assert len(set(files)) == len(titles)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in files)


@settings(max_examples=20, deadline=None)
@given(ROWS, st.sampled_from(("stacked", "bars", "interval")))
def test_any_table_can_be_drawn_and_the_words_say_every_figure(rows, kind):
    table = Table("t", "Tabelle", "query", KINDS, tuple(rows))
    data = dataclasses.replace(example(), tables=(table,))
    drawing = charts.draw(data, Chart(kind, "t", "a", ("b", "c", "d") if kind != "bars" else ("b",)))
    keys = (1, 2, 3) if kind != "bars" else (1,)
    told = [row for row in rows if any(row[place] is not None for place in keys)]
    assert (drawing is None) == (not told)
    if drawing:
        ET.fromstring(drawing.svg)
        for row in told:
            assert all(said(KINDS[place], row[place]) in drawing.alt for place in keys)


@given(st.lists(st.tuples(st.from_regex(r"[a-z]{1,8}\.txt", fullmatch=True), st.binary(max_size=50)), max_size=4, unique_by=lambda e: e[0]))
def test_an_archive_packed_anew_is_the_same(entries):
    first = packed(entries)
    assert repacked(first) == first == packed(entries)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert [(name, archive.read(name)) for name in archive.namelist()] == entries
