"""DOCX files: styles, lists numbered by Word, tables, tracked changes, notes."""

import zipfile
from pathlib import Path
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from beteiligung.catalogue.importer.confined import read_confined
from beteiligung.catalogue.importer.extract import extract

NUMBERING = """<w:abstractNum {ns} w:abstractNumId="{id}"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/>
<w:lvlText w:val="{text}"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl></w:abstractNum>"""


def lines(document: Any, path: Path) -> list[str]:
    document.save(str(path))
    return [("#" * line.level + " " if line.level else "") + line.text for line in read_confined(path, "docx")]


def numbered(document: Any, number: int, form: str, text: str) -> None:
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(NUMBERING.format(ns=nsdecls("w"), id=number, form=form, text=text)))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'))


def item(document: Any, text: str, number: int, depth: int = 0) -> None:
    properties = document.add_paragraph(text)._p.get_or_add_pPr()
    properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'))


def test_headings_by_style_by_outline_and_by_bold_letters(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Strategie", 0)
    document.add_heading("Wohnen", 1)
    document.add_paragraph("Bauland")._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="2"/>'))
    document.add_paragraph().add_run("Was wir tun").bold = True
    document.add_paragraph().add_run("Ein ganzer Satz in fetten Buchstaben.").bold = True
    mixed = document.add_paragraph("Wir bauen ")
    mixed.add_run("neue Wege").bold = True
    assert lines(document, tmp_path / "a.docx") == [
        "# Strategie",
        "# Wohnen",
        "### Bauland",
        "**Was wir tun**",
        "Ein ganzer Satz in fetten Buchstaben.",
        "Wir bauen neue Wege",
    ]


def test_lists_carry_the_marks_that_word_prints(tmp_path: Path) -> None:
    document = docx.Document()
    numbered(document, 91, "lowerLetter", "%1)")
    numbered(document, 92, "decimal", "(%1)")
    numbered(document, 93, "upperRoman", "%1.")
    document.add_paragraph("Punkt", style="List Bullet")
    for text in ("Erstens", "Zweitens"):
        item(document, text, 91)
    item(document, "Absatz", 92)
    item(document, "Teil", 93)
    item(document, "Unterteil", 93, 1)
    item(document, "Drittens", 91)
    assert lines(document, tmp_path / "a.docx") == [
        "• Punkt", "a) Erstens", "b) Zweitens", "(1) Absatz", "I. Teil", "I.1 Unterteil", "c) Drittens",
    ]  # fmt: skip


def test_tables_are_read_row_by_row(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    for row, texts in zip(table.rows, (("Maßnahme", "Frist"), ("Ausbau der Wege", "2028"), ("Bau einer Halle", "2030")), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    frame = document.add_table(rows=1, cols=1)
    frame.cell(0, 0).text = "Wir pflanzen Bäume."
    assert lines(document, tmp_path / "a.docx") == [
        "| Maßnahme | Frist |", "|---|---|", "| Ausbau der Wege | 2028 |", "| Bau einer Halle | 2030 |", "Wir pflanzen Bäume.",
    ]  # fmt: skip
    assert [c.quote for c in extract(tmp_path / "a.docx").candidates if "Maßnahme" in c.quote] == []


RUN = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"


def test_tracked_changes_notes_fields_and_breaks(tmp_path: Path) -> None:
    document = docx.Document()

    def add(inner: str) -> None:
        document.element.body.insert(len(document.element.body) - 1, parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"))

    add(
        RUN.format("Wir bauen ")
        + f"<w:ins w:id='1' w:author='A'>{RUN.format('sechs ')}</w:ins>"
        + "<w:del w:id='2' w:author='A'><w:r><w:delText>fünf </w:delText></w:r></w:del>"
        + RUN.format("Wege.")
        + "<w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:footnoteReference w:id='2'/></w:r>"
        + "<w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>3</w:t></w:r>"
        + "<w:commentRangeStart w:id='0'/><w:r><w:commentReference w:id='0'/></w:r>"
    )
    add(
        "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>"
        + RUN.format("Seite")
        + "<w:r><w:br/></w:r>"
        + RUN.format("zwei")
        + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>geheim</w:t></w:r>"
    )
    add("<w:pPr><w:rPr><w:del w:id='4' w:author='A'/></w:rPr></w:pPr>" + RUN.format("Zwei Absätze "))
    add(RUN.format("werden einer."))
    add("<w:r><w:br w:type='page'/></w:r>" + RUN.format("Neue Seite."))
    assert lines(document, tmp_path / "a.docx") == ["Wir bauen sechs Wege.", "Seite", "zwei", "Zwei Absätze werden einer.", "Neue Seite."]


def test_pages_are_counted_where_word_noted_them(tmp_path: Path) -> None:
    document = docx.Document()
    for number in range(3):
        document.add_paragraph(f"Wir werden im Jahr {2028 + number} in jedem Dorf eine Bank aufstellen.")
        if number < 2:
            document.add_page_break()
    document.save(str(tmp_path / "a.docx"))
    assert [item.location.page for item in extract(tmp_path / "a.docx").candidates] == [1, 2, 3]


def test_the_strict_form_of_the_format_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Wir werden in jedem Dorf eine Bank aufstellen.")
    document.save(str(tmp_path / "a.docx"))
    with zipfile.ZipFile(tmp_path / "a.docx") as old, zipfile.ZipFile(tmp_path / "b.docx", "w") as new:
        for name in old.namelist():
            new.writestr(
                name, old.read(name).replace(b"schemas.openxmlformats.org/wordprocessingml/2006", b"purl.oclc.org/ooxml/wordprocessingml")
            )
    assert len(extract(tmp_path / "b.docx").candidates) == 1
