"""Opening a DOCX as the ZIP archive it is: only what it should hold, only as large as it may be."""

import zipfile
import zlib

from beteiligung.errors import Invalid

_ENTRIES = 5000
_PART = 60 * 1024 * 1024  # bytes of one part, unpacked
_TOTAL = 400 * 1024 * 1024  # bytes of all parts, as declared
_RATIO = 400
_BOMB = "Die DOCX-Datei ist ausgepackt viel zu groß. Bitte speichern Sie das Dokument neu, ohne eingebettete Dateien."
BROKEN = "Die DOCX-Datei ist beschädigt. Bitte speichern Sie sie neu als DOCX und versuchen Sie es noch einmal."
_LOCKED = "Die DOCX-Datei ist mit einem Kennwort geschützt. Bitte speichern Sie sie ohne Kennwort und laden Sie sie erneut hoch."
_OTHERS = (
    ("xl/", "Das ist eine Excel-Tabelle. Bitte laden Sie das Dokument als PDF, DOCX, HTML, Markdown oder TXT hoch."),
    ("ppt/", "Das ist eine PowerPoint-Präsentation. Bitte speichern Sie sie als PDF."),
    ("Index/", "Das ist ein Pages-Dokument. Bitte exportieren Sie es als PDF oder DOCX."),
)
_OPEN = "Das ist ein OpenDocument-Dokument (ODT). Bitte speichern Sie es als DOCX oder PDF."
_ARCHIVE = "Das ist ein ZIP-Archiv. Bitte packen Sie es aus und laden Sie das Dokument selbst hoch."


def parts_of(archive: zipfile.ZipFile) -> frozenset[str]:
    """Return the names in the archive. Raises Invalid for a bomb and for what is no DOCX, with what to do."""
    entries = archive.infolist()
    if len(entries) > _ENTRIES or sum(entry.file_size for entry in entries) > _TOTAL:
        raise Invalid(_BOMB)
    names = frozenset(entry.filename for entry in entries)
    if "word/document.xml" not in names:
        if "mimetype" in names and "content.xml" in names:
            raise Invalid(_OPEN)
        for start, message in _OTHERS:
            if any(name.startswith(start) for name in names):
                raise Invalid(message)
        raise Invalid(_ARCHIVE)
    return names


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return one part, unpacked. Raises Invalid if it is larger than it may be or says, locked or broken."""
    entry = archive.getinfo(name)
    if entry.flag_bits & 1:
        raise Invalid(_LOCKED)
    if entry.file_size > _PART or (entry.file_size > 1024 * 1024 and entry.file_size > _RATIO * max(1, entry.compress_size)):
        raise Invalid(_BOMB)
    try:
        with archive.open(entry) as file:
            data = file.read(_PART + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError) as error:
        raise Invalid(BROKEN) from error
    if len(data) > _PART:
        raise Invalid(_BOMB)
    return data
