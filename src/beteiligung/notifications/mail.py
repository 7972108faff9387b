"""Sends mail: by SMTP where a server is set, else as files under `var/mail/`.

Over SMTP "none lost" and "none twice" cannot both hold when a connection ends between the text and
the server's answer, so that case has its own error; the Message-ID, derived from the row, lets
mail servers and people recognise a repetition.
"""

import os
import secrets
from collections.abc import Callable
from datetime import datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path

from beteiligung.clock import utcnow
from beteiligung.identity.rules import has_mail
from beteiligung.notifications import smtp
from beteiligung.notifications.smtp import AddressRefused, MailDeferred, MailError, MailRefused, MailUnknown
from beteiligung.settings import settings

__all__ = ["AddressRefused", "MailDeferred", "MailError", "MailRefused", "MailUnknown", "send"]


def send(message: EmailMessage, before_data: Callable[[], bool] | None = None) -> bool:
    """Send one message (From, To, Message-ID set); tells whether it left. Raises MailDeferred, MailRefused, MailUnknown.

    `before_data` is called once the server has taken sender and receiver, just before the text leaves: where it says no,
    nothing is sent. So what was claimed there and never recorded is what may or may not have arrived, and little else.
    """
    for name in ("From", "To", "Message-ID"):
        if not message[name]:
            raise ValueError(f"a mail needs the header {name}")
    if not all(has_mail(address.addr_spec) for address in message["To"].addresses):
        raise MailRefused("an account without a mailbox")
    if settings().smtp_url:
        return smtp.send(message, before_data)
    if before_data is not None and not before_data():
        return False
    _write_file(message, settings().var / "mail", utcnow())
    return True


def _write_file(message: EmailMessage, folder: Path, now: datetime) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
    hidden = path.with_suffix(".part")
    try:
        with os.fdopen(os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(message.as_bytes(policy=policy.SMTP))
            file.flush()
            os.fsync(file.fileno())
        hidden.rename(path)
    except OSError:  # no room: nothing half-written stays
        hidden.unlink(missing_ok=True)
        raise
    return path
