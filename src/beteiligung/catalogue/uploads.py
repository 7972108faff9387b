"""Taking a file: checked, and kept under its hash before anybody promises to import it."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from beteiligung.catalogue import rules
from beteiligung.catalogue.importer.confined import check_confined
from beteiligung.catalogue.importer.read import decode, form_of
from beteiligung.errors import Invalid, TooLarge
from beteiligung.i18n import _
from beteiligung.settings import settings
from beteiligung.web.scanner import check_clean


@dataclass(frozen=True)
class Upload:
    """A file that has been taken and lies under var/uploads/."""

    name: str
    sha256: str
    path: Path


def check_upload(content: bytes, name: str) -> None:
    """Raise TooLarge beyond 20 MB, and Invalid where the virus scanner finds something or the content is no document we can read.

    The content decides, not the name. Without an answer of the scanner: ScannerAway.
    """
    if len(content) > rules.UPLOAD_LIMIT:
        raise TooLarge(_("Die Datei ist größer als 20 MB. Bitte teilen Sie das Dokument auf."))
    check_clean(content)
    try:
        form = form_of(content)
        if form == "text":
            _check_text(content, name)
        else:
            _check_child(content, form)
    except Invalid as error:
        raise Invalid(error.message, {"file": error.message}) from error


def _check_text(content: bytes, name: str) -> None:
    if Path(name).suffix.lower() not in rules.SUFFIXES:
        raise Invalid(
            _("Diese Art von Datei können wir nicht lesen. Bitte laden Sie das Dokument als PDF, DOCX, HTML, Markdown oder TXT hoch.")
        )
    decode(content)


def _check_child(content: bytes, form: str) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        check_confined(Path(file.name), form)


def store_upload(content: bytes, name: str) -> Upload:
    """Check a file and keep it under its hash; whole or not at all. Raises TooLarge, Invalid. No transaction needed."""
    name = rules.one_line(Path(name.replace("\\", "/")).name)[-200:].strip() or "dokument.txt"
    check_upload(content, name)
    sha256 = hashlib.sha256(content).hexdigest()
    path = stored_path(sha256, name)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix="new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    return Upload(name, sha256, path)


def stored_path(sha256: str, name: str) -> Path:
    """Return where a file with this hash lies. The suffix stays, because it tells HTML from text."""
    suffix = Path(name).suffix.lower()
    return settings().var / "uploads" / (sha256 + (suffix if suffix in rules.SUFFIXES else ""))
