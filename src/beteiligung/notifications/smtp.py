"""SMTP connections that are kept for the next mail, the pace of sending, and one mail over one connection.

A connection serves one thread at a time; before it is used again RSET asks whether it still lives, and after half a minute
without work it is closed. The pace holds for one worker process: a county that must keep a provider's limit runs one
process for the queues `mail` and `digest`.
"""

import os
import re
import smtplib
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from beteiligung.notifications.bounces import ends_address
from beteiligung.settings import SettingsError, settings

_ADDRESS = re.compile(r"[^\s<>()]+@[^\s<>()]+")
IDLE = 30.0
"""Seconds that an unused connection is kept."""
AWAY = 5.0
"""Seconds for which a server that took no connection is not asked again."""
MOST_KEPT = 4
MOST_MAILS = 100
"""Over one connection; many servers end it themselves after a hundred or so."""
_PATIENCE = 6
"""How many times longer than for other answers we wait after the text: servers scan it then (RFC 5321, 4.5.3.2.6)."""
_FAILURES = (OSError, smtplib.SMTPException)


class MailError(Exception):
    """The mail did not leave, or we cannot know. The server's words go to logs, so no address stays in them."""

    def __init__(self, words: str) -> None:
        super().__init__(_ADDRESS.sub("…@…", words))


class MailDeferred(MailError):
    """Not sent for now (no connection, busy server): try again later."""


class MailRefused(MailError):
    """The server will never take this mail (no such address): do not try again."""


class AddressRefused(MailRefused):
    """The server says that there is no such mailbox: what a bounce would say later."""


class MailUnknown(MailError):
    """The connection ended while the server was to answer: it may have been sent."""


class _Kept:
    """A connection, when it was last used (monotonic seconds) and for how many mails."""

    def __init__(self, url: str, client: smtplib.SMTP) -> None:
        self.url, self.client = url, client
        self.used = time.monotonic()
        self.mails = 0

    def lives(self) -> bool:
        """Whether the server still answers; also forgets what was begun over it."""
        try:
            return self.client.rset()[0] == 250
        except _FAILURES:
            return False

    def close(self) -> None:
        """Say goodbye; a bad goodbye must not make a sent mail look unsent."""
        with suppress(*_FAILURES):
            self.client.quit()
        self.client.close()


class _Connections:
    """The idle connections of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Kept] = []
        self._watched = False
        self._away: dict[str, tuple[float, str]] = {}

    def take(self, url: str) -> _Kept:
        """Return a living connection, logged in. Raises OSError or SMTPException, SettingsError.

        Who has just found the server away spares the others the same wait, else a silent server holds up every worker.
        """
        since, words = self._away.get(url, (-AWAY, ""))
        if time.monotonic() - since < AWAY:
            raise ConnectionError(words)
        while True:
            with self._lock:
                if not self._idle:
                    break
                kept = self._idle.pop()
            if kept.url == url and time.monotonic() - kept.used < IDLE and kept.lives():
                return kept
            kept.close()
        try:
            kept = _Kept(url, _connect(urlsplit(url)))
        except _FAILURES as error:
            self._away[url] = (time.monotonic(), str(error))
            raise
        self._away.pop(url, None)
        return kept

    def give_back(self, kept: _Kept) -> None:
        """Keep a connection over which nothing went wrong."""
        kept.used = time.monotonic()
        kept.mails += 1
        with self._lock:
            keep = kept.mails < MOST_MAILS and len(self._idle) < MOST_KEPT
            if keep:
                self._idle.append(kept)
                if not self._watched:
                    self._watched = True
                    threading.Thread(target=self._watch, name="smtp-idle", daemon=True).start()
        if not keep:
            kept.close()

    def _watch(self) -> None:
        """Close what nobody has used for a while, and end with the last of them."""
        while True:
            time.sleep(IDLE / 4)
            with self._lock:
                old = [kept for kept in self._idle if time.monotonic() - kept.used >= IDLE]
                self._idle = [kept for kept in self._idle if kept not in old]
                done = not self._idle
                self._watched = not done
            for kept in old:
                kept.close()
            if done:
                return

    def close(self) -> None:
        """Close all idle connections."""
        with self._lock:
            old, self._idle = self._idle, []
        for kept in old:
            kept.close()

    def forget(self) -> None:
        """In a forked child: the connections are the parent's."""
        self.__init__()  # type: ignore[misc]


class _Pace:
    """Lets one mail after another go, so many a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self, per_minute: int) -> None:
        """Wait for one's turn; 0 is without limit."""
        if per_minute <= 0:
            return
        with self._lock:
            turn = max(time.monotonic(), self._next)
            self._next = turn + 60 / per_minute
        time.sleep(max(0.0, turn - time.monotonic()))


connections = _Connections()
pace = _Pace()
os.register_at_fork(after_in_child=connections.forget)


def _connect(url: SplitResult) -> smtplib.SMTP:
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise SettingsError("BETEILIGUNG_SMTP_URL must look like smtp://user:password@host:587?starttls=1 or smtps://host.")
    context, timeout = ssl.create_default_context(), settings().smtp_timeout
    if url.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(url.hostname, url.port or 465, timeout=timeout, context=context)
    else:
        client = smtplib.SMTP(url.hostname, url.port or 587, timeout=timeout)
    try:
        if url.scheme == "smtp" and parse_qs(url.query).get("starttls", ["0"])[-1] not in ("0", "no", "false"):
            client.starttls(context=context)  # raises where the server does not offer it: never in the clear instead
        if url.username:
            client.login(unquote(url.username), unquote(url.password or ""))
        else:
            client.ehlo_or_helo_if_needed()
    except BaseException:
        client.close()
        raise
    return client


def why_no_server() -> str | None:
    """Return why the mail server takes no connection or sign-in, or None where it does. Sends nothing."""
    try:
        client = _connect(urlsplit(settings().smtp_url or ""))
    except (*_FAILURES, SettingsError) as error:
        return str(error) or type(error).__name__
    with suppress(*_FAILURES):
        client.quit()
    return None


def send(message: EmailMessage, before_data: Callable[[], bool] | None) -> bool:
    """Send over a kept or new connection to `settings().smtp_url`; see `mail.send`."""
    url = settings().smtp_url or ""
    pace.wait(settings().smtp_per_minute)
    try:
        kept = connections.take(url)
    except _FAILURES as error:
        raise MailDeferred(str(error)) from error
    try:
        left = _hand_over(kept.client, message, before_data)
    except MailRefused:  # an answer like any other: the connection is as good as before
        connections.give_back(kept)
        raise
    except BaseException:
        kept.client.close()  # no goodbye: who has just not answered would be waited for once more
        raise
    connections.give_back(kept)
    return left


def _hand_over(client: smtplib.SMTP, message: EmailMessage, before_data: Callable[[], bool] | None) -> bool:
    text = re.sub(rb"(?m)^\.", b"..", message.as_bytes(policy=policy.SMTP))
    try:
        _answered(client.mail(parseaddr(str(message["From"]))[1]), never=MailDeferred)  # our own address: a person mends it
        for address in message["To"].addresses:
            code, words = client.rcpt(address.addr_spec)
            _answered((code, words), never=AddressRefused if ends_address(code, words.decode("utf-8", "replace")) else MailRefused)
        if before_data is not None and not before_data():
            return False
        code, words = client.docmd("DATA")
        if code != 354:
            _answered((code, words))
            raise MailDeferred(f"{code} {words.decode('utf-8', 'replace')}")
        client.send(text if text.endswith(b"\r\n") else text + b"\r\n")
    except _FAILURES as error:  # until here no server can take it for a whole mail: the line with the dot is missing
        raise MailDeferred(str(error)) from error
    try:
        if client.sock is not None:
            client.sock.settimeout(settings().smtp_timeout * _PATIENCE)
        client.send(b".\r\n")
        answer = client.getreply()
        if client.sock is not None:
            client.sock.settimeout(settings().smtp_timeout)
    except _FAILURES as error:
        raise MailUnknown(str(error)) from error
    _answered(answer)
    return True


def _answered(answer: tuple[int, bytes], never: type[MailError] = MailRefused) -> None:
    code, words = answer
    if 200 <= code < 300:
        return
    kind = never if 500 <= code < 600 else MailDeferred
    raise kind(f"{code} {words.decode('utf-8', 'replace')}")
