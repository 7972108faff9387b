"""The template of the administration's paper for the assembly: a DOCX with placeholders like `{{Betreff}}` that a county can replace.

Placeholders may stand anywhere: in text, tables, text boxes, heads and feet, also where Word has cut them into pieces. Five of them
(`BLOCKS`) bring paragraphs and tables; each stands alone in a paragraph of the text, whose style it keeps. A template comes from a
clerk and goes to colleagues: what runs programs or fetches something from elsewhere is refused.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from lxml import etree

from beteiligung.catalogue.importer.zips import BROKEN, part, parts_of
from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.reporting.formats import wordfile
from beteiligung.reporting.formats.packing import packed, repacked

INLINE = ("Nummer", "Betreff", "Region", "Gremium", "Stichtag", "Datum")
BLOCKS = ("Beratungsfolge", "Sachdarstellung", "Finanzielle Auswirkungen", "Beschlussvorschlag", "Anlagen")
REQUIRED = ("Nummer", "Betreff", "Beratungsfolge", "Sachdarstellung", "Finanzielle Auswirkungen", "Anlagen")
LARGEST = 2 * 1024 * 1024
_UNPACKED = 40 * 1024 * 1024
_MARK = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_HALF = re.compile(r"\{\{|\}\}")
_GAP = f'<w:p {docx.oxml.ns.nsdecls("w")}><w:pPr><w:spacing w:before="0" w:after="0" w:line="160" w:lineRule="exact"/></w:pPr></w:p>'
"""A thin paragraph: Word wants one between two tables and at the end of a cell."""
_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_LEADS_ONLY = ("hyperlink", "attachedTemplate")
"""Relations to somewhere else that fetch nothing: links that people follow, and the template that `_detached` takes away."""
_FETCHING = re.compile(r"\s*(?:LINK|IMPORT|DDE)\b|.*(?:INCLUDEPICTURE|INCLUDETEXT|DDEAUTO)", re.IGNORECASE | re.DOTALL)
"""Codes of fields that bring something from elsewhere in."""
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


@dataclass(frozen=True)
class Piece:
    """A paragraph of a block, or a table. `marked`: still to be filled by a person, in yellow."""

    text: str = ""
    bold: bool = False
    bullet: bool = False
    marked: bool = False
    table: wordfile.Sheet | None = None


def check(content: bytes) -> None:
    """Raise Invalid (field `file`) unless this is a template we can fill: with what is wrong and what to do."""
    errors = list(_wrong(content))
    if errors:
        raise Invalid(" ".join(errors), {"file": " ".join(errors)})


def _wrong(content: bytes) -> Iterator[str]:
    try:
        document = _opened(content)
    except Invalid as error:
        yield error.message
        return
    found: list[str] = []
    for paragraph in _paragraphs(document):
        text = "".join(node.text or "" for node in _texts(paragraph))
        names = _MARK.findall(text)
        if _HALF.search(_MARK.sub("", text)):
            yield _("Bei „{text}“ fehlt eine geschweifte Klammer. Platzhalter sehen so aus: {example}.").format(
                text=text.strip()[:60], example="{{Betreff}}"
            )
        for name in names:
            known = _known(name)
            if known is None:
                yield _("Den Platzhalter „{name}“ gibt es nicht. Möglich sind: {all}.").format(
                    name="{{" + name + "}}", all=", ".join("{{" + one + "}}" for one in (*INLINE, *BLOCKS))
                )
            elif known in BLOCKS and (_MARK.sub("", text).strip() or len(names) > 1 or not _in_body(paragraph, document)):
                yield _("Der Platzhalter „{name}“ muss allein in einem Absatz des Textes stehen, nicht in Kopf- oder Fußzeile.").format(
                    name="{{" + known + "}}"
                )
            if known:
                found.append(known)
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        yield _("Im Muster fehlen diese Platzhalter: {names}.").format(names=", ".join("{{" + name + "}}" for name in missing))


def _known(name: str) -> str | None:
    loose = " ".join(name.split()).casefold()
    return next((one for one in (*INLINE, *BLOCKS) if one.casefold() == loose), None)


def _opened(content: bytes) -> Any:
    """Return the document. Raises Invalid for what is none, is too large, or holds more than words and pictures."""
    if not content:
        raise Invalid(_("Bitte wählen Sie eine Datei."))
    if len(content) > LARGEST:
        raise Invalid(_("Das Muster ist größer als 2 MB. Bitte verkleinern Sie die Bilder darin."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = parts_of(archive)
            if sum(entry.file_size for entry in archive.infolist()) > _UNPACKED:
                raise Invalid(BROKEN)
            parts = {name: part(archive, name) for name in sorted(names) if name.endswith((".xml", ".rels"))}
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Invalid(_("Das ist keine DOCX-Datei. Bitte speichern Sie das Muster in Word als „Word-Dokument (*.docx)“.")) from error
    trees = _parsed(parts)
    if any("vbaProject" in name or "/embeddings/" in name or "/activeX/" in name for name in names):
        raise Invalid(_("Im Muster stecken Makros oder eingebettete Dateien. Bitte speichern Sie es ohne diese."))
    for name, tree in trees.items():
        if any(map(_fetches, _relations(tree))) if name.endswith(".rels") else any(map(_FETCHING.match, _codes(tree))):
            raise Invalid(_("Das Muster lädt Bilder oder Daten von anderswo. Bitte fügen Sie sie fest ein."))
    try:
        return docx.Document(io.BytesIO(_detached(content, trees)))
    except Exception as error:  # python-docx raises whatever it stumbles over
        raise Invalid(BROKEN) from error


def _parsed(parts: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the parts as trees. Raises Invalid for what is no XML or declares entities."""
    try:
        trees = {name: etree.fromstring(text, _PARSER) for name, text in parts.items()}
    except etree.XMLSyntaxError as error:
        raise Invalid(BROKEN) from error
    if any(tree.getroottree().docinfo.doctype for tree in trees.values()):
        raise Invalid(BROKEN)
    return trees


def _relations(tree: Any) -> list[Any]:
    return list(tree.iter("{*}Relationship"))


def _kind(relation: Any) -> str:
    return str(relation.get("Type", "")).rpartition("/")[2]


def _fetches(relation: Any) -> bool:
    """Whether a relation brings something from elsewhere in, or another document along."""
    target = str(relation.get("Target", ""))
    far = str(relation.get("TargetMode", "")).strip().casefold() == "external" or "://" in target or target.startswith("\\\\")
    return _kind(relation) == "aFChunk" or (far and _kind(relation) not in _LEADS_ONLY)


def _codes(tree: Any) -> Iterator[str]:
    """Give the codes of all fields of a part; one that is put together by other fields is given as if it fetched something."""
    for simple in tree.iter(qn("w:fldSimple")):
        yield simple.get(qn("w:instr"), "")
    opened: list[list[str]] = []
    for one in tree.iter(qn("w:fldChar"), qn("w:instrText")):
        step = one.get(qn("w:fldCharType"), "")
        if not step:
            (opened[-1] if opened else [""]).append(one.text or "")
        elif step == "begin":
            if opened and not "".join(opened[-1]).strip():
                yield "LINK"
            opened.append([])
        elif opened:  # what follows a separator is the field's result, where only other fields have codes
            yield "".join(opened[-1])
            if step == "end":
                opened.pop()


def _detached(content: bytes, trees: Mapping[str, Any]) -> bytes:
    """Return a document that names no template of somebody's machine any more."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    for name, tree in trees.items():
        gone = [one for one in _relations(tree) if _kind(one) == "attachedTemplate"] + list(tree.iter("{*}attachedTemplate"))
        for one in gone:
            one.getparent().remove(one)
        if gone:
            entries[name] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
    return packed(entries.items())


def _paragraphs(document: Any) -> Iterator[Any]:
    """Give every paragraph of text, heads, feet and notes, as elements."""
    for one in document.part.package.iter_parts():
        if re.match(r"/word/(document|header|footer|footnotes|endnotes)\d*\.xml$", str(one.partname)):
            element = getattr(one, "element", None)
            if element is not None:
                yield from list(element.iter(qn("w:p")))


def _texts(paragraph: Any) -> list[Any]:
    """Return the pieces of text of one paragraph, not those of a text box within it."""
    return [
        node
        for node in paragraph.iter(qn("w:t"))
        if next(above for above in node.iterancestors() if above.tag == qn("w:p")) is paragraph
    ]  # fmt: skip


def _in_body(paragraph: Any, document: Any) -> bool:
    above = paragraph.getparent()
    return above is document.element.body or above.tag == qn("w:tc")


def fill(template: bytes, inline: Mapping[str, str], blocks: Mapping[str, Sequence[Piece]], moment: datetime) -> bytes:
    """Return the paper. The template has been checked before; raises Invalid if it is none after all."""
    check(template)
    document = _opened(template)
    for paragraph in _paragraphs(document):
        nodes = _texts(paragraph)
        names = [_known(name) for name in _MARK.findall("".join(node.text or "" for node in nodes))]
        if len(names) == 1 and names[0] in BLOCKS:
            _insert(document, paragraph, blocks.get(names[0], ()))
        elif names:
            _replace(nodes, inline)
    title = f"{inline['Nummer']} {inline['Betreff']}".strip()
    known = document.core_properties
    return wordfile.saved(document, title, known.author or inline["Region"], known.subject or "", moment)


def _replace(nodes: list[Any], inline: Mapping[str, str]) -> None:
    """Put words in place of the placeholders; the first piece that Word cut a placeholder into takes all of them.

    From the last one to the first, so that words which look like a placeholder stay as they are.
    """
    for match in reversed(list(_MARK.finditer("".join(node.text or "" for node in nodes)))):
        words, at, first = inline.get(_known(match[1]) or "", ""), 0, True
        for node in nodes:
            text = node.text or ""
            begin, end = max(match.start() - at, 0), min(match.end() - at, len(text))
            if begin < end:
                node.text = text[:begin] + (words if first else "") + text[end:]
                node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                first = False
            at += len(text)


def _insert(document: Any, place: Any, pieces: Sequence[Piece]) -> None:
    """Put paragraphs and tables where the placeholder stands, in the style of its paragraph."""
    form = place.find(qn("w:pPr"))
    for piece in pieces:
        if piece.table is not None:
            place.addprevious(piece.table.xml())
            place.addprevious(docx.oxml.parse_xml(_GAP))
            continue
        element = docx.oxml.OxmlElement("w:p")
        if form is not None:
            element.append(deepcopy(form))
        place.addprevious(element)
        paragraph = Paragraph(element, document._body)  # noqa: SLF001 - python-docx adds paragraphs at the end only
        if piece.bullet:
            paragraph.paragraph_format.left_indent = docx.shared.Mm(6)
            paragraph.paragraph_format.first_line_indent = docx.shared.Mm(-4)
        wordfile.add_text(paragraph, f"– {piece.text}" if piece.bullet else piece.text, bold=piece.bold, marked=piece.marked)
    place.getparent().remove(place)


def default() -> bytes:
    """Return the neutral template that is used until a county brings its own. Made by this code, always the same bytes."""
    document = wordfile.new_document()
    wordfile.page_numbers(document.sections[0], "{{Region}}, Vorlage {{Nummer}}")
    wordfile.add_text(document.add_paragraph(), "{{Region}}", bold=True)
    document.add_paragraph("{{Betreff}}", style="Title")
    known = (("Vorlage Nr.", "{{Nummer}}"), ("Für", "{{Gremium}}"), ("Stand der Angaben", "{{Stichtag}}"), ("Erstellt am", "{{Datum}}"))
    wordfile.add_table(document, wordfile.Sheet("Angaben zur Vorlage", (), known, (50, 120), (False, False), 10))
    for name in BLOCKS:
        document.add_heading(name, 1)
        document.add_paragraph("{{" + name + "}}")
    return repacked(wordfile.saved(document, "Vorlage", "Beteiligung", "", _DAY))
