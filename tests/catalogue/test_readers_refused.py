"""Files that cannot be read: each is refused with a sentence that says why and what to do, within bounded time and memory."""

import io
import re
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import docx
import pikepdf
import pytest
from click.testing import CliRunner

from beteiligung.catalogue.importer.extract import extract
from beteiligung.cli import main
from beteiligung.errors import Invalid
from catalogue.county.county import write_pdf

DOCUMENT = b"<?xml version='1.0'?>%s<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body>%s</w:body></w:document>"
PARAGRAPH = b"<w:p><w:r><w:t>%s</w:t></w:r></w:p>"


def zipped(parts: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return held.getvalue()


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def locked_pdf(path: Path) -> None:
    write_pdf(path)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="besitzerin", user="geheim", R=6))


def scanned_pdf(path: Path) -> None:
    pdf = pikepdf.new()
    picture = pdf.make_stream(
        zlib.compress(bytes(200 * 300)),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=200,
        Height=300,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=8,
        Filter=pikepdf.Name.FlateDecode,
    )
    for _ in range(3):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
        page.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    pdf.save(path)


def broken_pdf(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n")


def cut_pdf(path: Path) -> None:
    write_pdf(path)
    path.write_bytes(path.read_bytes()[:600])


def pdf_of_many_pages(path: Path) -> None:
    """Two real objects that claim 100,000 pages."""
    kids = b"3 0 R " * 100_000
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 100000 /Kids [ " + kids + b"] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        ),
        1,
    ):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    path.write_bytes(body + b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start)


def unreadable_pdf(path: Path) -> None:
    """Letters without a way back to text: a font whose glyphs all mean a private sign."""
    pdf = pikepdf.new()
    to_unicode = (
        b"/CIDInit /ProcSet findresource begin begincmap /CMapName /X def 1 begincodespacerange <00> <FF> endcodespacerange "
        b"1 beginbfrange <20> <FF> <E100> endbfrange endcmap end"
    )
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica, ToUnicode=pdf.make_stream(to_unicode)
    )
    page = pdf.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pdf.make_stream(b"BT /F1 12 Tf 72 700 Td (Wir werden in jedem Dorf eine Bank aufstellen) Tj ET")
    pdf.save(path)


def large(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"%PDF-1.7")
        file.truncate(200 * 1024 * 1024)


def zip_bomb(path: Path) -> None:
    path.write_bytes(zipped({"word/document.xml": DOCUMENT % (b"", b"<w:p/>" * 8_000_000)}))


def lying_bomb(path: Path) -> None:
    """The archive says that its part is small; unpacked it goes on and on."""
    data = bytearray(zipped({"word/document.xml": DOCUMENT % (b"", b" " * 80_000_000)}))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 4_000)
    path.write_bytes(data)


def many_parts(path: Path) -> None:
    path.write_bytes(zipped({"word/document.xml": DOCUMENT % (b"", b"")} | {f"word/media/{number}.png": b"" for number in range(5001)}))


def entities(path: Path) -> None:
    laughs = b"<!DOCTYPE x [<!ENTITY a 'haha'>" + b"".join(
        b"<!ENTITY %c '%s'>" % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("k"))
    )
    path.write_bytes(zipped({"word/document.xml": DOCUMENT % (laughs + b"]>", PARAGRAPH % b"&j;")}))


def deep(path: Path) -> None:
    nested = b"<w:sdt><w:sdtContent>" * 20_000 + b"</w:sdtContent></w:sdt>" * 20_000
    path.write_bytes(zipped({"word/document.xml": DOCUMENT % (b"", nested)}))


def broken_docx(path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Wir bauen Wege. " * 2000)
    document.save(str(path))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def empty_docx(path: Path) -> None:
    docx.Document().save(str(path))


def old_word(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000))


def locked_office(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900) + "EncryptedPackage".encode("utf-16-le") + bytes(900))


def open_document(path: Path) -> None:
    path.write_bytes(zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}))


def spreadsheet(path: Path) -> None:
    path.write_bytes(zipped({"xl/workbook.xml": b"<x/>"}))


def archive(path: Path) -> None:
    path.write_bytes(zipped({"programm.txt": b"Wir bauen Wege."}))


def rich_text(path: Path) -> None:
    path.write_bytes(b"{\\rtf1\\ansi Wir bauen Wege.\\par}")


def image(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))


def endless(path: Path) -> None:
    path.write_text("Wir bauen Wege.\n\n" * 41_000, encoding="utf-8")


REFUSED: list[tuple[Callable[[Path], None], str, str]] = [
    (nothing, "leer.pdf", "Die Datei ist leer."),
    (binary, "datei.txt", "Die Datei enthält keinen lesbaren Text. Bitte laden Sie ein Textdokument, eine PDF- oder eine DOCX-Datei hoch."),
    (locked_pdf, "a.pdf", "Die PDF-Datei ist mit einem Kennwort geschützt. Bitte speichern Sie sie ohne Kennwort"),
    (scanned_pdf, "a.pdf", "Die PDF-Datei enthält nur Bilder und keinen Text. Bitte lassen Sie eine Texterkennung (OCR) darüber laufen."),
    (
        unreadable_pdf,
        "a.pdf",
        "Der Text der PDF-Datei ist so verschlüsselt, dass ihn nur Menschen lesen können. Bitte laden Sie das Original",
    ),
    (broken_pdf, "a.pdf", "Die PDF-Datei ist beschädigt oder unvollständig. Bitte speichern Sie sie neu"),
    (cut_pdf, "a.pdf", "Die PDF-Datei ist beschädigt oder unvollständig. Bitte speichern Sie sie neu"),
    (pdf_of_many_pages, "a.pdf", "Die PDF-Datei hat mehr als 1.000 Seiten. Bitte laden Sie nur den Teil hoch"),
    (large, "a.pdf", "Die Datei ist größer als 20 MB. Bitte teilen Sie das Dokument auf."),
    (zip_bomb, "a.docx", "Die DOCX-Datei ist ausgepackt viel zu groß. Bitte speichern Sie das Dokument neu"),
    (lying_bomb, "a.docx", "Die DOCX-Datei ist beschädigt. Bitte speichern Sie sie neu"),
    (many_parts, "a.docx", "Die DOCX-Datei ist ausgepackt viel zu groß. Bitte speichern Sie das Dokument neu"),
    (entities, "a.docx", "Die DOCX-Datei ist beschädigt. Bitte speichern Sie sie neu"),
    (deep, "a.docx", "Die Datei ist beschädigt. Bitte speichern Sie sie neu"),
    (broken_docx, "a.docx", "Die DOCX-Datei ist beschädigt. Bitte speichern Sie sie neu"),
    (empty_docx, "a.docx", "Die DOCX-Datei enthält keinen Text."),
    (old_word, "a.doc", "Das ist ein altes Office-Dokument (zum Beispiel DOC). Bitte speichern Sie es als DOCX oder PDF."),
    (locked_office, "a.docx", "Das Office-Dokument ist mit einem Kennwort geschützt."),
    (open_document, "a.odt", "Das ist ein OpenDocument-Dokument (ODT). Bitte speichern Sie es als DOCX oder PDF."),
    (spreadsheet, "a.docx", "Das ist eine Excel-Tabelle. Bitte laden Sie das Dokument als PDF"),
    (archive, "a.docx", "Das ist ein ZIP-Archiv. Bitte packen Sie es aus"),
    (rich_text, "a.doc", "Das ist ein RTF-Dokument. Bitte speichern Sie es als DOCX oder PDF."),
    (image, "a.pdf", "Das ist ein Bild. Bitte lassen Sie eine Texterkennung (OCR) darüber laufen"),
    (endless, "a.txt", "Der Text ist länger als 1.000 Seiten. Bitte laden Sie nur den Teil hoch"),
]


@pytest.mark.parametrize(("write", "name", "says"), REFUSED, ids=lambda value: getattr(value, "__name__", None))
def test_what_cannot_be_read_is_refused_with_a_reason(tmp_path: Path, write: Callable[[Path], None], name: str, says: str) -> None:
    path = tmp_path / name
    write(path)
    begin = time.perf_counter()
    done = CliRunner().invoke(main, ["documents", "extract", str(path)])
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{write.__name__}: {time.perf_counter() - begin:.1f} s, largest child so far {used} MB")
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: {says}")
    assert "Traceback" not in done.output


def test_the_content_tells_what_a_file_is_not_its_name(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "vertrag.pdf").rename(tmp_path / "vertrag.docx")
    assert extract(path).title == "Gemeinsam für das Auental"
    document = docx.Document()
    document.add_paragraph("Wir werden in jedem Dorf eine Bank aufstellen.")
    document.save(str(tmp_path / "bank.txt"))
    assert [item.quote for item in extract(tmp_path / "bank.txt").candidates] == ["Wir werden in jedem Dorf eine Bank aufstellen."]


def test_a_file_without_a_user_password_is_read(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="besitzerin", user="", R=6))
    assert extract(path).title == "Gemeinsam für das Auental"


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from beteiligung.catalogue.importer import confined

    path = write_pdf(tmp_path / "a.pdf")
    monkeypatch.setattr(confined, "_WALL", 0.001)
    with pytest.raises(Invalid, match="dauert zu lange"):
        extract(path)


def test_a_hostile_web_page_is_ended_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's parser takes quadratic time for tags that never end: the child pays, not the worker."""
    from beteiligung.catalogue.importer import confined

    path = tmp_path / "a.html"
    path.write_text("<html><p>Wir bauen Wege.</p>" + "<a " * 1_000_000, encoding="utf-8")
    monkeypatch.setattr(confined, "_WALL", 1.0)
    with pytest.raises(Invalid, match="dauert zu lange"):
        extract(path)


def test_many_comments_before_a_text_cost_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("<!---->" * 280 + "\n\nWir bauen Wege.\n", encoding="utf-8")
    assert extract(path).text.endswith("Wir bauen Wege.")


def test_a_child_that_prints_for_ever_is_not_read_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from beteiligung.catalogue.importer import confined

    monkeypatch.setattr(confined, "_OUTPUT", 10)
    with pytest.raises(Invalid, match=r"dauert zu lange|beschädigt"):
        extract(write_pdf(tmp_path / "a.pdf"))


def test_the_limits_bind(tmp_path: Path) -> None:
    """What asks for more memory than a child may have gets the sentence, in this test by a limit far below the real one."""
    import subprocess
    import sys

    path = tmp_path / "a.docx"
    path.write_bytes(zipped({"word/document.xml": DOCUMENT % (b"", b"".join(PARAGRAPH % b"Weg %d" % number for number in range(200_000)))}))
    code = (
        "import sys; from beteiligung.catalogue.importer import confined as c; c._MEMORY = 90 * 2**20; "
        f"sys.argv = ['x', 'read', 'docx', {str(path)!r}]; c.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert re.search(rb"zu viel Speicher", done.stdout), (done.stdout[:200], done.stderr[-500:])
