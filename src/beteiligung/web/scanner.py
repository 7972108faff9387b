r"""Uploads past a virus scanner that speaks clamd's protocol (INSTREAM), where the settings name one.

Source: clamd(8). A stream is `zINSTREAM\0`, chunks each led by their length in four bytes, and a length of zero;
the answer is `stream: OK`, `stream: NAME FOUND` or an error.
"""

import logging
import socket
import struct
from urllib.parse import urlsplit

from beteiligung.errors import DomainError, Invalid
from beteiligung.i18n import _
from beteiligung.settings import settings

log = logging.getLogger(__name__)

_CHUNK = 64 * 1024
_ANSWER = 4096


class ScannerAway(DomainError):
    """The scanner does not answer: nothing is taken unseen."""

    status = 503
    template = "errors/429.html"


def check_clean(content: bytes) -> None:
    """Return where the scanner finds nothing, or none is set. Raises Invalid (field `file`) for a find, ScannerAway without an answer."""
    address = settings().clamd_url
    if not address:
        return
    try:
        answer = _ask(address, content)
    except (OSError, ValueError) as error:
        log.error("virus scanner: %s", error)  # noqa: TRY400 - a server that is away is no fault of ours
        raise _away() from error
    if answer.endswith(" FOUND"):
        log.warning("virus scanner: a file was refused (%s)", answer.removeprefix("stream: ").removesuffix(" FOUND"))
        message = _("Der Virenscanner hat in dieser Datei etwas gefunden. Wir haben sie nicht genommen und nichts gespeichert.")
        raise Invalid(message, {"file": message})
    if answer != "stream: OK":
        log.error("virus scanner: %s", answer[:200])
        raise _away()


def why_no_scanner() -> str | None:
    """Return why the scanner does not answer, or None where it does or none is set."""
    try:
        check_clean(b"")
    except ScannerAway as error:
        return str(error.__cause__ or "does not speak clamd's protocol")
    return None


def _away() -> ScannerAway:
    message = _(
        "Der Virenscanner antwortet gerade nicht. Ohne ihn nehmen wir keine Datei. Bitte versuchen Sie es in einigen Minuten noch einmal."
    )
    return ScannerAway(message, retry_after=120)


def _connect(address: str) -> socket.socket:
    """Connect to tcp://host:port or unix:///path."""
    url = urlsplit(address)
    if url.scheme == "unix":
        unix = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        unix.settimeout(settings().clamd_timeout)
        unix.connect(url.path)
        return unix
    return socket.create_connection((url.hostname or "", url.port or 3310), timeout=settings().clamd_timeout)


def _ask(address: str, content: bytes) -> str:
    with _connect(address) as connection:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK):
            chunk = content[start : start + _CHUNK]
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
        answer = b""
        while b"\0" not in answer and len(answer) < _ANSWER and (more := connection.recv(_ANSWER)):
            answer += more
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()
