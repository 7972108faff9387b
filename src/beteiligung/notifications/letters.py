"""Writes the mail of a delivery: one piece of news, or a digest. Reads only; nothing in it is loaded from anywhere or tracked."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import Policy
from typing import Self
from urllib.parse import urlsplit

from sqlmodel import Session

from beteiligung.clock import BERLIN
from beteiligung.i18n import _, localized, ngettext, speaking
from beteiligung.identity.mails import compose
from beteiligung.identity.models import Account
from beteiligung.notifications import cadence_rules, deliveries, kinds, preferences, unsubscribe
from beteiligung.notifications.models import Delivery, Digest, Notification
from beteiligung.notifications.preferences import Recipient
from beteiligung.places.queries import contacts
from beteiligung.settings import settings
from beteiligung.web.filters import long_date
from beteiligung.web.http import keyed_hash
from beteiligung.web.render import render

MOST_LINES = 30
"""Of a digest; what is more stands in the account."""
CHOICES = "/konto/benachrichtigungen"


@dataclass(frozen=True)
class Letter:
    """A message ready to send, and the numbers of the news in it."""

    message: EmailMessage
    news: frozenset[int]


@dataclass(frozen=True)
class Line:
    """One line of a digest; `url` is absolute."""

    text: str
    url: str


@dataclass(frozen=True)
class Group:
    """What happened with one commitment, or at the end anything else (without an address)."""

    heading: str | None
    url: str | None
    lines: list[Line]


def letter(session: Session, delivery_id: int, now: datetime) -> Letter | None:
    """Return the mail of a delivery as things are now; None where nothing is to be sent."""
    delivery = session.get(Delivery, delivery_id)
    person = preferences.of(session, delivery.account_id) if delivery else None
    if delivery is None or person is None or person.paused or delivery.not_before > now:
        return None
    if not deliveries.is_open(delivery, deliveries.items(session, delivery)):
        return None
    news = deliveries.wanted(session, delivery, person, now)
    digest = session.get(Digest, delivery.digest_id) if delivery.digest_id is not None else None
    if not news and (digest is None or digest.cadence != "last"):
        return None
    account = session.get_one(Account, person.account_id)
    asked = contacts(session, {one.path.split("/")[1] for one in news})
    with speaking(person.language):
        if digest is None:
            message = _single(account, person, delivery, news[0], asked)
        else:
            message = _digest(account, person, delivery, digest, news, asked, now)
    return Letter(message, frozenset(one.id for one in news if one.id is not None))


def line(one: Notification) -> str:
    """Return what happened in one sentence, in the language of the moment."""
    return kinds.told(one.sentence, one.words) if one.sentence else one.title


def _absolute(path: str) -> str:
    return settings().base_url + localized(path)


def _single(account: Account, person: Recipient, delivery: Delivery, one: Notification, asked: list[tuple[str, str]]) -> EmailMessage:
    kind = kinds.KIND[one.kind]
    context = {
        "lang": person.language,
        "line": line(one),
        "date": one.created_at,
        "url": _absolute(one.path),
        "why": kind.why(),
        "contacts": asked,
        "choices_url": _absolute(CHOICES) if kind.chosen else None,
        "stop_url": unsubscribe.link(account, one.kind) if kind.chosen else None,
        "stop_label": kind.name(),
    }
    message = _compose(person, delivery, line(one), "email/news", context)
    _thread(message, one.thread)
    if kind.chosen:
        _one_click(message, unsubscribe.link(account, one.kind))
    return message


def _digest(
    account: Account,
    person: Recipient,
    delivery: Delivery,
    digest: Digest,
    news: list[Notification],
    asked: list[tuple[str, str]],
    now: datetime,
) -> EmailMessage:
    groups, left_out = grouped(news)
    interest = "none" if digest.cadence == "last" else cadence_rules.interest(person.last_seen, now)
    context = {
        "lang": person.language,
        "title": _title(digest, len(news)),
        "groups": groups,
        "left_out": left_out,
        "contacts": asked,
        "interest": interest,
        "last_seen": person.last_seen,
        "url": _absolute("/konto/neues"),
        "back_url": _absolute("/anmelden?weiter=/konto/neues"),
        "choices_url": _absolute(CHOICES),
        "stop_url": unsubscribe.link(account, "digest"),
    }
    message = _compose(person, delivery, _title(digest, len(news)), "email/digest", context)
    _one_click(message, unsubscribe.link(account, "digest"))
    return message


def _title(digest: Digest, count: int) -> str:
    if digest.cadence == "last":
        return _("Möchten Sie weiter Post von uns?")
    what = ngettext("%(num)s Nachricht", "%(num)s Nachrichten", count) % {"num": count}
    if digest.cadence == "daily":
        return _("Neues vom {date}: {count}").format(date=long_date(digest.made_at.astimezone(BERLIN)), count=what)
    sentence = _("Ihre Woche bei der Beteiligung: {count}") if digest.cadence == "weekly" else _("Ihr Monat bei der Beteiligung: {count}")
    return sentence.format(count=what)


def grouped(news: list[Notification]) -> tuple[list[Group], int]:
    """Return the lines of a digest by commitment, at most thirty, and how many pieces of news are not among them.

    What concerns the person comes first; several alike (five new comments) are one line that leads to the first of them.
    """
    rank = {kind: number for number, kind in enumerate(kinds.KIND)}
    threads: dict[str, dict[str, list[Notification]]] = {}
    for one in news:
        alike = one.sentence if one.thread and one.sentence else f"{one.sentence}:{one.id}"
        threads.setdefault(one.thread, {}).setdefault(alike, []).append(one)
    best = {thread: min(rank[alike[0].kind] for alike in some.values()) for thread, some in threads.items()}
    ordered = [threads[thread] for thread in sorted(threads, key=lambda thread: (not thread, best[thread]))]
    groups: list[Group] = []
    room, left_out = MOST_LINES, 0
    for some in ordered:
        lines = sorted(some.values(), key=lambda alike: rank[alike[0].kind])
        left_out += sum(len(alike) for alike in lines[room:])
        lines = lines[:room]
        room -= len(lines)
        if lines:
            groups.append(_group(lines, _("Außerdem") if groups else None))
    return groups, left_out


def _group(lines: list[list[Notification]], otherwise: str | None) -> Group:
    first = lines[0][0]
    told = [Line(_short(alike, bool(first.thread)), _absolute(alike[0].path)) for alike in lines]
    if not first.thread:
        return Group(otherwise, None, told)
    return Group(first.words.get("title"), _absolute(f"/{first.thread.replace('/', '/zusagen/', 1)}"), told)


def _short(alike: list[Notification], headed: bool) -> str:
    first = alike[0]
    if not headed or first.sentence is None:
        return line(first)
    sentence = kinds.SENTENCES[first.sentence]
    return sentence.many(len(alike)) if len(alike) > 1 else sentence.short().format(**first.words)


# Headers


class _AsItIs(str):
    """A header of ASCII without spaces. Python's own would write one longer than a line as an encoded word, which no program reads."""

    __slots__ = ("name",)
    name: str
    defects = ()

    def __new__(cls, name: str, value: str) -> Self:
        """Raise ValueError where a break or anything but printable ASCII is in it."""
        if not value.isascii() or not value.isprintable() or " " in value:
            raise ValueError(f"{name} must be one ASCII word")
        made = super().__new__(cls, value)
        made.name = name
        return made

    def fold(self, *, policy: Policy) -> str:
        """Return the header's one line."""
        return f"{self.name}: {self}{policy.linesep}"


def _compose(person: Recipient, delivery: Delivery, subject: str, template: str, context: dict[str, object]) -> EmailMessage:
    subject = _one_line(subject)
    return compose(
        to=person.email,
        subject=subject,
        text=render(f"{template}.txt", subject=subject, **context),
        html=render(f"{template}.html", subject=subject, **context),
        key=f"delivery:{delivery.id}",
        at=delivery.created_at,
    )


def _one_line(text: str) -> str:
    """Return a text that fits a header: no breaks, no control characters, 160 characters at most."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return clean if len(clean) <= 160 else clean[:159].rsplit(" ", 1)[0] + "…"


def _thread(message: EmailMessage, thread: str) -> None:
    """Let mail programs show all mails about a commitment together: they answer one letter that nobody has sent."""
    if thread:
        host = urlsplit(settings().base_url).hostname or "localhost"
        root = f"<{keyed_hash('message-id', 'thread', thread)[:40]}@{host}>"
        message["In-Reply-To"] = _AsItIs("In-Reply-To", root)
        message["References"] = _AsItIs("References", root)


def _one_click(message: EmailMessage, url: str) -> None:
    """Add the headers by which mail programs show a button of their own (RFC 8058)."""
    message["List-Unsubscribe"] = _AsItIs("List-Unsubscribe", f"<{url}>")
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
