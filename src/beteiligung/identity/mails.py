"""How every mail of the platform is put together, and those that lie as files where no mail server is set."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from email.utils import parseaddr
from urllib.parse import urlsplit

from beteiligung.i18n import LANGUAGE, localized
from beteiligung.settings import settings
from beteiligung.web.http import keyed_hash
from beteiligung.web.render import render


def compose(*, to: str, subject: str, text: str, html: str, key: str, at: datetime) -> EmailMessage:
    """Return a message ready to send.

    `key` names the row it belongs to (`sign-in:17`): the Message-ID is derived from it by HMAC, so that
    a mail sent twice after a crash is recognised as one; it ends with the row's number.
    Raises ValueError where a header holds a line break.
    """
    message = EmailMessage(policy=SMTP)
    name, sender = parseaddr(settings().mail_from)
    message["From"] = Address(name, addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Date"] = at
    host = urlsplit(settings().base_url).hostname or "localhost"
    message["Message-ID"] = f"<{message_key(key)}.{key.rpartition(':')[2]}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def compose_notice(*, to: str, subject: str, before: list[str], path: str, after: list[str], key: str, at: datetime) -> EmailMessage:
    """Return a message of paragraphs, in the language of the moment, around a link to a path of ours; else as `compose`."""
    context = {
        "subject": subject,
        "before": before,
        "link": f"{settings().base_url}{localized(path)}",
        "after": after,
        "lang": LANGUAGE.get(),
    }
    text, html = (render(f"email/notice.{form}", **context) for form in ("txt", "html"))
    return compose(to=to, subject=subject, text=text, html=html, key=key, at=at)


def message_key(key: str) -> str:
    """Return the first part of the Message-ID; the row's number follows, so that a mail that comes back is found without searching."""
    return keyed_hash("message-id", key)[:40]


def written(limit: int = 50) -> list[EmailMessage]:
    """Return the mails lying as files, newest first (demonstration and tests)."""
    paths = sorted((settings().var / "mail").glob("*.eml"), reverse=True)[:limit]
    return [BytesParser(EmailMessage, policy=default).parsebytes(path.read_bytes()) for path in paths]
