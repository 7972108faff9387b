"""Reading a file into lines; refusing what is no text, with a sentence that says why."""

import re
from pathlib import Path

from beteiligung.catalogue.importer.html import html_lines
from beteiligung.catalogue.importer.model import Line
from beteiligung.errors import Invalid

MAX_BYTES = 20 * 1024 * 1024
_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_FOREIGN = (
    (b"%PDF", "Das ist eine PDF-Datei. Bitte laden Sie den Text als TXT, Markdown oder HTML hoch."),
    (b"PK\x03\x04", "Das ist ein Word- oder ZIP-Dokument. Bitte speichern Sie es als Text."),
    (b"\xd0\xcf\x11\xe0", "Das ist ein altes Word-Dokument. Bitte speichern Sie es als Text."),
)


def read_lines(path: Path) -> list[Line]:
    """Read a TXT, Markdown or HTML file.

    Raises Invalid for a file that is missing, empty, larger than 20 MB, no text, or written in
    an encoding other than UTF-8, UTF-16 (with mark) or Windows-1252.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Invalid("Die Datei ist größer als 20 MB. Bitte teilen Sie das Dokument auf.")
        data = path.read_bytes()
    except OSError as error:
        raise Invalid("Die Datei lässt sich nicht öffnen.") from error
    text = decode(data)
    if path.suffix.lower() in {".html", ".htm", ".xhtml"} or _HTML.match(text[:2000]):
        return html_lines(text)
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
    for mark, message in _FOREIGN:
        if data.startswith(mark):
            raise Invalid(message)
    binary = "Die Datei enthält keinen lesbaren Text. Bitte laden Sie ein Textdokument hoch."
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
        raise Invalid("Die Datei enthält keine Wörter.")
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
