"""The county's strategy as DOCX: heading styles, lists numbered by Word, a table, a page head and foot."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from catalogue.county.county import Part

_LETTERED = (
    "<w:abstractNum {ns} w:abstractNumId='77'><w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='lowerLetter'/>"
    "<w:lvlText w:val='%1)'/><w:lvlJc w:val='left'/></w:lvl></w:abstractNum>"
)


def write(path: Path, parts: Sequence[Part]) -> None:
    """Write the parts and save the file."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Kreis Auental – Der Landrat"
    document.sections[0].footer.paragraphs[0].text = "Beschlussvorlage 2026/041"
    _lettered(document)
    paragraph: Any = None
    table: Any = None
    for part in parts:
        if part.place != "sentence":
            paragraph = None
        if part.place not in {"head", "row"}:
            table = None
        match part.place:
            case "title":
                document.add_paragraph(part.text, style="Title" if paragraph is None and len(document.paragraphs) == 0 else "Subtitle")
            case "heading":
                document.add_heading(part.text, 1)
            case "subheading":
                document.add_heading(part.text, 2)
            case "sentence":
                paragraph = document.add_paragraph() if paragraph is None else paragraph
                paragraph.add_run((" " if paragraph.runs else "") + part.text)
            case "bullet":
                document.add_paragraph(part.text, style="List Bullet")
            case "lettered":
                properties = document.add_paragraph(part.text)._p.get_or_add_pPr()
                properties.append(parse_xml(f"<w:numPr {nsdecls('w')}><w:ilvl w:val='0'/><w:numId w:val='77'/></w:numPr>"))
            case "head" | "row":
                if table is None:
                    table = document.add_table(rows=0, cols=1 + len(part.rest), style="Table Grid")
                cells = table.add_row().cells
                for cell, text in zip(cells, (part.text, *part.rest), strict=True):
                    cell.text = text
    document.save(str(path))


def _lettered(document: Any) -> None:
    numbering = document.part.numbering_part.element
    first = numbering.find(qn("w:num"))
    first.addprevious(parse_xml(_LETTERED.format(ns=nsdecls("w"))))
    numbering.append(parse_xml(f"<w:num {nsdecls('w')} w:numId='77'><w:abstractNumId w:val='77'/></w:num>"))
