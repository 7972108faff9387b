"""How every mail of the platform is put together, and those that lie as files where no mail server is set."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from email.utils import parseaddr
from urllib.parse import urlsplit

from beteiligung.settings import settings
from beteiligung.web.http import keyed_hash


def compose(*, to: str, subject: str, text: str, html: str, key: str, at: datetime) -> EmailMessage:
    """Return a message ready to send.

    `key` names the row it belongs to (`sign-in:17`): the Message-ID is derived from it by HMAC, so that
    a mail sent twice after a crash is recognised as one. Raises ValueError where a header holds a line break.
    """
    message = EmailMessage(policy=SMTP)
    name, sender = parseaddr(settings().mail_from)
    message["From"] = Address(name, addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Date"] = at
    host = urlsplit(settings().base_url).hostname or "localhost"
    message["Message-ID"] = f"<{keyed_hash('message-id', key)[:40]}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def written(limit: int = 50) -> list[EmailMessage]:
    """Return the mails lying as files, newest first (demonstration and tests)."""
    paths = sorted((settings().var / "mail").glob("*.eml"), reverse=True)[:limit]
    return [BytesParser(EmailMessage, policy=default).parsebytes(path.read_bytes()) for path in paths]
