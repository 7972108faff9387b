"""Sends mail: by SMTP where a server is set, else as files under `var/mail/`.

Over SMTP "none lost" and "none twice" cannot both hold when a connection ends between the text and
the server's answer, so that case has its own error; the Message-ID, derived from the row, lets
mail servers and people recognise a repetition.
"""

import os
import re
import secrets
import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from beteiligung.clock import utcnow
from beteiligung.settings import SettingsError, settings

_ADDRESS = re.compile(r"[^\s<>()]+@[^\s<>()]+")
TIMEOUT = 20.0
"""Seconds for each answer of the server."""


class MailError(Exception):
    """The mail did not leave, or we cannot know. The server's words go to logs, so no address stays in them."""

    def __init__(self, words: str) -> None:
        super().__init__(_ADDRESS.sub("…@…", words))


class MailDeferred(MailError):
    """Not sent for now (no connection, busy server): try again later."""


class MailRefused(MailError):
    """The server will never take this mail (no such address): do not try again."""


class MailUnknown(MailError):
    """The connection ended while the server was to answer: it may have been sent."""


def send(message: EmailMessage) -> None:
    """Send one message (From, To, Message-ID set). Raises MailDeferred, MailRefused, MailUnknown."""
    for name in ("From", "To", "Message-ID"):
        if not message[name]:
            raise ValueError(f"a mail needs the header {name}")
    url = settings().smtp_url
    if url:
        _send_by_smtp(message, urlsplit(url))
    else:
        _write_file(message, settings().var / "mail", utcnow())


def _connect(url: SplitResult) -> smtplib.SMTP:
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise SettingsError("BETEILIGUNG_SMTP_URL must look like smtp://user:password@host:587?starttls=1 or smtps://host.")
    context = ssl.create_default_context()
    if url.scheme == "smtps":
        return smtplib.SMTP_SSL(url.hostname, url.port or 465, timeout=TIMEOUT, context=context)
    client = smtplib.SMTP(url.hostname, url.port or 587, timeout=TIMEOUT)
    if parse_qs(url.query).get("starttls", ["0"])[-1] not in ("0", "no", "false"):
        try:
            client.starttls(context=context)  # raises where the server does not offer it: never in the clear instead
        except BaseException:
            client.close()
            raise
    return client


def _send_by_smtp(message: EmailMessage, url: SplitResult) -> None:
    try:
        client = _connect(url)
    except (OSError, smtplib.SMTPException) as error:
        raise MailDeferred(str(error)) from error
    try:
        try:
            if url.username:
                client.login(unquote(url.username), unquote(url.password or ""))
            else:
                client.ehlo_or_helo_if_needed()
            _answered(client.mail(parseaddr(str(message["From"]))[1]), never=MailDeferred)  # our own address: a person mends it
            for address in message["To"].addresses:
                _answered(client.rcpt(address.addr_spec))
        except (OSError, smtplib.SMTPException) as error:
            raise MailDeferred(str(error)) from error
        try:
            answer = client.data(message.as_bytes(policy=policy.SMTP))
        except smtplib.SMTPDataError as error:  # the server said no to DATA itself
            _answered((error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode()))
            raise MailDeferred(str(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnknown(str(error)) from error
        _answered(answer)
    finally:
        with suppress(OSError, smtplib.SMTPException):  # a bad goodbye must not make a sent mail look unsent
            client.quit()
        client.close()


def _answered(answer: tuple[int, bytes], never: type[MailError] = MailRefused) -> None:
    code, words = answer
    if 200 <= code < 300:
        return
    kind = never if 500 <= code < 600 else MailDeferred
    raise kind(f"{code} {words.decode('utf-8', 'replace')}")


def _write_file(message: EmailMessage, folder: Path, now: datetime) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
    hidden = path.with_suffix(".part")
    with os.fdopen(os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(message.as_bytes(policy=policy.SMTP))
        file.flush()
        os.fsync(file.fileno())
    hidden.rename(path)
    return path
