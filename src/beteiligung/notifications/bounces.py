"""Reads what mail servers send back: delivery status notifications (RFC 3464) and complaints (ARF, RFC 5965). Pure.

Anyone may send such a mail. So nothing in it is believed but the Message-ID of the mail it is about, which only its receivers
know (it is an HMAC), and a code from a short list; no address in it is ever read. `returns.py` looks up whose mail it was.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message

LARGEST = 1024 * 1024
"""Bytes that are read; what is longer is cut, for headers come first."""
_MOST_PARTS = 50
_KEY = re.compile(r"<([0-9a-f]{40})\.(\d{1,10})@[^<>\s]{1,255}>")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_LASTING = {(1, 0), (1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1), (4, 4)}
"""RFC 3463, of 5.x.x: no such mailbox, domain or way there, or the mailbox is closed. A full one, a mail that was not liked, or
a fault of ours (5.2.2, 5.7.1, 5.1.8) says nothing about whether the person can be reached."""


@dataclass(frozen=True)
class Report:
    """What came back: `kind` is bounce (the address takes no mail), complaint, or passing (nothing lasting)."""

    kind: str
    key: str
    number: int
    """Of the mail's Message-ID, `<key.number@…>`, as `identity.mails.compose` makes it: HMAC and number of the row."""
    status: str = ""
    """As 5.1.1; nothing else of the server's words is kept."""


def parse(raw: bytes) -> Report | None:
    """Return what a mail reports, or None where it is no report or about no mail of ours. Raises nothing."""
    try:
        message = message_from_bytes(raw[:LARGEST])
        parts = _parts(message)
        kinds = {part.get_content_type() for part in parts}
        about = _about(parts)
        if about is None:
            return None
        key, number = about
        if "message/feedback-report" in kinds:
            return _complaint(parts, key, number)
        return _bounce(parts, key, number) if "message/delivery-status" in kinds else None
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):  # whatever a hostile mail makes of itself
        return None


def _parts(message: Message) -> list[Message]:
    """Return the first parts of a mail, without those deep inside."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) < _MOST_PARTS:
        part = waiting.pop(0)
        found.append(part)
        if isinstance(inside := part.get_payload(), list):
            waiting += [one for one in inside[:_MOST_PARTS] if isinstance(one, Message)]
    return found


def _about(parts: list[Message]) -> tuple[str, int] | None:
    """Return key and number of the mail that came back: from the returned mail's own headers, never from free text."""
    texts: list[str] = []
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/rfc822" and isinstance(inside := part.get_payload(), list) and inside:
            texts += _values(inside[0], "Message-ID")
        elif kind in ("text/rfc822-headers", "message/rfc822-headers") and isinstance(lines := part.get_payload(decode=True), bytes):
            texts += _values(message_from_bytes(lines[:65536]), "Message-ID")
    found = next((match for text in texts[:10] if (match := _KEY.search(text))), None)
    return (found.group(1), int(found.group(2))) if found else None


def _fields(parts: list[Message], kind: str, name: str) -> list[str]:
    """Return a field's values in all blocks of the machine-readable part."""
    values: list[str] = []
    for part in parts:
        if part.get_content_type() != kind:
            continue
        inside = part.get_payload()
        blocks = inside if isinstance(inside, list) else [message_from_bytes(str(inside).encode("utf-8", "replace"))]
        for block in blocks[:_MOST_PARTS]:
            values += _values(block, name)
    return values


def _values(block: object, name: str) -> list[str]:
    return [str(value)[:1000] for value in block.get_all(name, [])] if isinstance(block, Message) else []


def _complaint(parts: list[Message], key: str, number: int) -> Report | None:
    kinds = {value.strip().lower() for value in _fields(parts, "message/feedback-report", "Feedback-Type")}
    if kinds & {"abuse", "fraud", "opt-out", "opt-out-list"}:
        return Report("complaint", key, number)
    return Report("passing", key, number) if kinds else None  # not-spam, virus, other


def _bounce(parts: list[Message], key: str, number: int) -> Report | None:
    actions = {value.split(";")[0].strip().lower() for value in _fields(parts, "message/delivery-status", "Action")}
    codes = [found for value in _fields(parts, "message/delivery-status", "Status") if (found := _STATUS.search(value))]
    if not actions and not codes:
        return None
    status = codes[0].group() if codes else ""
    return Report("bounce" if "failed" in actions and any(_is_lasting(code) for code in codes) else "passing", key, number, status)


def ends_address(code: int, words: str) -> bool:
    """Whether a mail server's answer to RCPT says that the address will never take a mail, by the same rules as a bounce.

    Without an enhanced status (RFC 3463) 550, 551 and 553 are taken at the word of RFC 5321, 4.2.3: there is no such mailbox.
    """
    found = _STATUS.search(words)
    return _is_lasting(found) if found else code in (550, 551, 553)


def _is_lasting(code: re.Match[str]) -> bool:
    """Whether a status says that the address will never take a mail."""
    return code.group(1) == "5" and (int(code.group(2)), int(code.group(3))) in _LASTING
