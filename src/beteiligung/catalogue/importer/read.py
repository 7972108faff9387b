"""Reading a file into lines; refusing what cannot be read, with a sentence that says why and what to do.

The content decides what a file is, not its name.
"""

import re
from pathlib import Path

from beteiligung.catalogue.importer.confined import read_confined
from beteiligung.catalogue.importer.model import Line
from beteiligung.errors import Invalid

MAX_BYTES = 20 * 1024 * 1024
MAX_CHARACTERS = 3_000_000  # about 1,000 pages of
MAX_LINES = 40_000  # 40 lines
_HTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_TOO_LARGE = "Die Datei ist größer als 20 MB. Bitte teilen Sie das Dokument auf."
_TOO_LONG = "Der Text ist länger als 1.000 Seiten. Bitte laden Sie nur den Teil hoch, in dem die Zusagen stehen."
_IMAGE = "Das ist ein Bild. Bitte lassen Sie eine Texterkennung (OCR) darüber laufen und laden Sie den Text hoch."
_OLD_WORD = "Das ist ein altes Office-Dokument (zum Beispiel DOC). Bitte speichern Sie es als DOCX oder PDF."
_LOCKED = "Das Office-Dokument ist mit einem Kennwort geschützt. Bitte speichern Sie es ohne Kennwort und laden Sie es erneut hoch."
_FOREIGN = (
    (b"{\\rtf", "Das ist ein RTF-Dokument. Bitte speichern Sie es als DOCX oder PDF."),
    (b"PK\x05\x06", "Das ist ein leeres ZIP-Archiv. Bitte laden Sie das Dokument selbst hoch."),
    (b"\x89PNG", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF8", _IMAGE),
    (b"II*\x00", _IMAGE),
    (b"MM\x00*", _IMAGE),
)
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def form_of(data: bytes) -> str:
    """Return "pdf", "docx" or "text" for a file's bytes; raises Invalid for what nothing here can read."""
    if not data.strip():
        raise Invalid("Die Datei ist leer.")
    if data.startswith(_OLE):
        raise Invalid(_LOCKED if _ENCRYPTED in data else _OLD_WORD)
    for mark, message in _FOREIGN:
        if data.startswith(mark):
            raise Invalid(message)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return "docx" if data.startswith(b"PK\x03\x04") else "text"


def read_lines(path: Path) -> list[Line]:
    """Read a TXT, Markdown, HTML, DOCX or PDF file; the last three in a child process with limits.

    Raises Invalid for a file that is missing, empty, larger than 20 MB, locked, broken, without text, of another
    kind, or a text in an encoding other than UTF-8, UTF-16 (with mark) or Windows-1252.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Invalid(_TOO_LARGE)
        data = path.read_bytes()
    except OSError as error:
        raise Invalid("Die Datei lässt sich nicht öffnen.") from error
    form = form_of(data)
    if form == "text":
        text = decode(data)
        if not (_HTML.match(text[:2000]) or path.suffix.lower() in {".html", ".htm", ".xhtml"}):
            return _bounded(_text_lines(text))
        form = "html"
    return _bounded(read_confined(path, form))


def _bounded(lines: list[Line]) -> list[Line]:
    """Return the lines, or raise Invalid where they are too many or too long."""
    if sum(len(line.text) for line in lines) > MAX_CHARACTERS or sum(bool(line.text.strip()) for line in lines) > MAX_LINES:
        raise Invalid(_TOO_LONG)
    return lines


def _text_lines(text: str) -> list[Line]:
    lines = []
    page = 1 if "\f" in text else None
    for number, raw in enumerate(text.split("\n"), start=1):
        for index, piece in enumerate(raw.split("\f")):
            if index and page is not None:
                page += 1
            lines.append(Line(piece.rstrip(), number, page))
    return lines


def decode(data: bytes) -> str:
    """Return the text of a file's bytes; raises Invalid if they are none."""
    if not data.strip():
        raise Invalid("Die Datei ist leer.")
    binary = "Die Datei enthält keinen lesbaren Text. Bitte laden Sie ein Textdokument, eine PDF- oder eine DOCX-Datei hoch."
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise Invalid(binary) from error
    elif b"\x00" in data:
        raise Invalid(binary)
    else:
        text = _decode_bytes(data)
    odd = sum(1 for char in text if ord(char) < 32 and char not in "\n\r\t\f\v")
    if odd > len(text) // 100:
        raise Invalid(binary)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n")
    if not any(char.isalpha() for char in text):
        raise Invalid("Die Datei enthält keine Wörter. Bitte prüfen Sie, ob es die richtige ist.")
    return text


def _decode_bytes(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    message = "Die Zeichen der Datei lassen sich nicht lesen. Bitte speichern Sie sie als UTF-8."
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise Invalid(message) from error
    # German in Windows-1252 has letters beyond ASCII, but few other signs up there
    high = [char for char in text if ord(char) > 126]
    letters = sum(char in "äöüÄÖÜßéèáàç–—„“”‚‘’…•€§°²³´«»" for char in high)
    if letters < 0.8 * len(high) or len(high) > len(text) // 5:
        raise Invalid(message)
    return text
