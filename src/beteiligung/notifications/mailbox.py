"""What came back, read from a mailbox by IMAP: unread mails, each marked as read once it has been dealt with."""

import imaplib
import ssl
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from beteiligung.notifications import bounces
from beteiligung.settings import SettingsError

SECONDS = 30.0
"""For each answer of the server."""
_LOCAL = ("localhost", "127.0.0.1", "::1")


class MailboxError(Exception):
    """The mailbox cannot be read for now; nothing is lost, the next hour reads it."""


class Mailbox:
    """One connection to `imaps://user:password@host/folder`, or `imap://…?starttls=1`.

    The folder is INBOX unless named, as the server itself writes it. Without TLS it speaks to this very machine
    only. Nothing is ever deleted: who looks after the mailbox empties it.
    """

    def __init__(self, url: str) -> None:
        """Raise SettingsError for an address that is none of these."""
        self._url = urlsplit(url)
        starttls = parse_qs(self._url.query).get("starttls", ["0"])[-1] not in ("0", "no", "false")
        self._starttls = starttls and self._url.scheme == "imap"
        secure = self._url.scheme == "imaps" or self._starttls or self._url.hostname in _LOCAL
        plain = all(unquote(part or "").isascii() for part in (self._url.username, self._url.password, self._url.path))
        if self._url.scheme not in ("imap", "imaps") or not self._url.hostname or not self._url.username or not secure or not plain:
            raise SettingsError("BETEILIGUNG_RETURNS_IMAP must look like imaps://user:password@host/INBOX, in ASCII.")

    def __enter__(self) -> Self:
        """Raise MailboxError where it cannot be opened."""
        try:
            self._client = self._open()
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxError(type(error).__name__) from error  # a server's own words may name the mailbox
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Say goodbye; a bad goodbye does not matter."""
        try:
            self._client.logout()
        except (imaplib.IMAP4.error, OSError):
            self._client.shutdown()

    def _open(self) -> imaplib.IMAP4:
        url, context = self._url, ssl.create_default_context()
        host = url.hostname or ""
        client: imaplib.IMAP4
        if url.scheme == "imaps":
            client = imaplib.IMAP4_SSL(host, url.port or 993, ssl_context=context, timeout=SECONDS)
        else:
            client = imaplib.IMAP4(host, url.port or 143, timeout=SECONDS)
        try:
            if self._starttls:
                client.starttls(context)  # raises where the server does not offer it: never in the clear instead
            client.login(unquote(url.username or ""), unquote(url.password or ""))
            folder = unquote(url.path.strip("/")) or "INBOX"
            quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
            _good(client.select(f'"{quoted}"'))
        except BaseException:
            client.shutdown()
            raise
        return client

    def unread(self, limit: int = 500) -> Iterator[tuple[str, bytes]]:
        """Give the unread mails, oldest first, each cut at a megabyte, with its number. Raises MailboxError."""
        try:
            found = _good(self._client.uid("SEARCH", "UNSEEN"))
            numbers = found[0].decode("ascii", "replace").split() if found and isinstance(found[0], bytes) else []
            for number in numbers[:limit]:
                parts = _good(self._client.uid("FETCH", number, f"(BODY.PEEK[]<0.{bounces.LARGEST}>)"))
                for part in parts:
                    if isinstance(part, tuple):
                        yield number, part[1]
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxError(type(error).__name__) from error

    def seen(self, number: str) -> None:
        """Mark a mail as read. Raises MailboxError."""
        try:
            _good(self._client.uid("STORE", number, "+FLAGS.SILENT", "(\\Seen)"))
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxError(type(error).__name__) from error


def _good(answer: tuple[str, Any]) -> list[Any]:
    kind, found = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(kind)
    return list(found)
