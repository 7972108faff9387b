"""Parts of a Word document: styles that print well, tables with a head that repeats, pictures with words for who cannot see them.

Tables are written as XML at once: python-docx looks every cell up anew, which takes minutes for a few thousand.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_COLOR_INDEX, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from beteiligung.reporting.formats.cleaned import printable
from beteiligung.reporting.formats.packing import repacked
from beteiligung.web.markdown import Block, Run

_FONT = "Arial"
_DARK = RGBColor(0x0B, 0x3F, 0x41)
TOGETHER = 12
TO_FILL = "[Bitte ausfüllen"
"""How words begin that a person has still to replace."""
MARKED = '<w:highlight w:val="yellow"/>'
BOTTOM, RIGHT, KEEP = '<w:vAlign w:val="bottom"/>', '<w:jc w:val="right"/>', "<w:keepNext/>"
APART = '<w:tcMar><w:left w:w="142" w:type="dxa"/></w:tcMar>'
"""Keeps words away from the figures beside them."""
_SIZES = {"Title": 20, "Heading 1": 15, "Heading 2": 12, "Heading 3": 11}


def new_document() -> Any:
    """Return an empty A4 document in German with our styles."""
    made = docx.Document()
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    normal = made.styles["Normal"]
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.widow_control = True
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "de-DE")
    normal.element.get_or_add_rPr().append(language)
    for one in made.styles.element.iter(qn("w:lang")):
        one.set(qn("w:val"), "de-DE")
    _font(normal, 10.5)
    for name, size in _SIZES.items():
        style = made.styles[name]
        _font(style, size)
        style.font.bold, style.font.italic = True, False
        style.font.color.rgb = _DARK
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(0 if name == "Title" else size), Pt(4)
        style.paragraph_format.keep_with_next = True
        for border in style.element.iter(qn("w:pBdr")):
            border.getparent().remove(border)
            break
    for name in ("Header", "Footer"):
        made.styles[name].paragraph_format.tab_stops.clear_all()
    for name in ("List Bullet", "List Number", "Caption", "Intense Quote", "Quote"):
        _font(made.styles[name], 10.5)
    made.styles["Caption"].font.color.rgb = RGBColor(0, 0, 0)
    made.styles["Caption"].paragraph_format.keep_with_next = True
    for name in ("Quote", "Intense Quote"):
        made.styles[name].font.italic = False
        made.styles[name].font.color.rgb = RGBColor(0, 0, 0)
    return made


def _font(style: Any, size: float) -> None:
    style.font.name, style.font.size = _FONT, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), _FONT)


def saved(document: Any, title: str, author: str, subject: str, moment: datetime) -> bytes:
    """Return the file; its dates are `moment`, so that the same content is the same bytes."""
    known = document.core_properties
    known.title, known.author, known.subject, known.comments = printable(title), printable(author), printable(subject), ""
    known.last_modified_by, known.revision, known.language, known.keywords = author, 1, "de-DE", ""
    known.created = known.modified = moment.astimezone(UTC).replace(tzinfo=None)
    made = io.BytesIO()
    document.save(made)
    return repacked(made.getvalue())


def page_numbers(section: Any, left: str) -> None:
    """Write a foot: words at the left, the page's number at the right."""
    paragraph = section.footer.paragraphs[0]
    paragraph.text = ""
    paragraph.paragraph_format.tab_stops.add_tab_stop(
        section.page_width - section.left_margin - section.right_margin, WD_TAB_ALIGNMENT.RIGHT
    )
    add_text(paragraph, f"{left}\tSeite ", size=9)
    _field(paragraph, "PAGE")
    add_text(paragraph, " von ", size=9)
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Any, code: str) -> None:
    field = parse_xml(
        f'<w:fldSimple {nsdecls("w")} w:instr=" {code} "><w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t>1</w:t></w:r></w:fldSimple>'
    )
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no call for a field


def add_text(paragraph: Any, words: str, *, bold: bool = False, italic: bool = False, size: float = 0, marked: bool = False) -> Any:
    """Add words to a paragraph; line ends become breaks. `marked`: in yellow, still to be filled."""
    run = None
    for place, line in enumerate(words.split("\n")):
        if place and run is not None:
            run.add_break()
        run = paragraph.add_run(printable(line))
        run.bold, run.italic = bold or None, italic or None
        if size:
            run.font.size = Pt(size)
        if marked:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    return run


def add_link(paragraph: Any, words: str, address: str) -> None:
    """Add a link that says where it leads."""
    number = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = parse_xml(
        f'<w:hyperlink {nsdecls("w", "r")} r:id={quoteattr(number)}><w:r><w:rPr><w:color w:val="1A3F8B"/><w:u w:val="single"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(printable(words))}</w:t></w:r></w:hyperlink>'
    )
    paragraph._p.append(link)  # noqa: SLF001 - nor one for a link


def add_runs(paragraph: Any, runs: Sequence[Run]) -> None:
    """Add words in their forms."""
    for run in runs:
        if run.link:
            add_link(paragraph, run.text, run.link)
        else:
            add_text(paragraph, run.text, bold=run.bold, italic=run.italic)


def add_blocks(document: Any, blocks: Sequence[Block]) -> None:
    """Add small Markdown. Numbers of lists are written out: Word would go on counting from the last list."""
    for block in blocks:
        if block.kind == "bullet":
            add_runs(document.add_paragraph(style="List Bullet"), block.runs)
            continue
        paragraph = document.add_paragraph()
        if block.kind == "number":
            paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Mm(8), Mm(-6)
            add_text(paragraph, f"{block.place}. ")
        add_runs(paragraph, block.runs)


def add_picture(document: Any, picture: bytes, width_mm: float, alt: str) -> None:
    """Add a PNG with words for who cannot see it."""
    paragraph = document.add_paragraph()
    shape = paragraph.add_run().add_picture(io.BytesIO(picture), width=Mm(width_mm))
    known = shape._inline.docPr  # noqa: SLF001 - python-docx has no call for the words of a picture
    known.set("descr", alt)
    known.set("name", f"Bild {known.get('id')}")


@dataclass(frozen=True)
class Sheet:
    """A table to be set, without a head where `heads` is empty. `right`: which columns are figures.

    One of `TOGETHER` rows at most stays on one page.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths_mm: Sequence[float]
    right: Sequence[bool]
    size: float = 9

    def xml(self) -> Any:
        """Return it as an element: a head that repeats on each page, rows that stay whole."""
        columns = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in self.widths_mm)
        together = len(self.rows) <= TOGETHER
        lines = [self._line(self.heads, head=True, keep=True)] if self.heads else []
        lines += [self._line(row, head=False, keep=together and place < len(self.rows)) for place, row in enumerate(self.rows, start=1)]
        return parse_xml(
            f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(map(_twips, self.widths_mm))}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar>'
            '<w:tblLook w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
            f"<w:tblCaption w:val={quoteattr(printable(self.title))}/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(lines)}</w:tbl>"
        )

    def _line(self, cells: Sequence[str], *, head: bool, keep: bool) -> str:
        made = "".join(self._cell(words, place, head=head, keep=keep) for place, words in enumerate(cells))
        return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{made}</w:tr>"

    def _cell(self, words: str, place: int, *, head: bool, keep: bool) -> str:
        border = 'w:sz="8" w:color="16181D"' if head else 'w:sz="4" w:color="999999"'
        lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(printable(line))}</w:t>' for line in words.split("\n"))
        marked = MARKED if words.startswith(TO_FILL) else ""
        apart = APART if place and self.right[place - 1] and not self.right[place] else ""
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{_twips(self.widths_mm[place])}" w:type="dxa"/>'
            f'<w:tcBorders><w:bottom w:val="single" {border}/></w:tcBorders>{apart}{BOTTOM if head else ""}</w:tcPr>'
            f'<w:p><w:pPr>{KEEP if keep else ""}<w:spacing w:before="30" w:after="30"/>{RIGHT if self.right[place] else ""}</w:pPr>'
            f'<w:r><w:rPr>{"<w:b/>" if head else ""}{marked}<w:sz w:val="{round(self.size * 2)}"/></w:rPr>{lines}</w:r></w:p></w:tc>'
        )


def _twips(millimetres: float) -> int:
    return round(millimetres * 1440 / 25.4)


def add_table(document: Any, table: Sheet) -> None:
    """Put a table at the end of the document, with a little room after it."""
    document.element.body.insert_element_before(table.xml(), "w:sectPr")
    after = document.add_paragraph().paragraph_format
    after.space_after, after.line_spacing = Pt(0), Pt(6)


def landscape(document: Any) -> Any:
    """Begin a new page lying on its side; returns its section."""
    section = document.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    return section
