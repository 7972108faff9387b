"""What a feed holds: events of commitments, visible comments, recommendations; the newest first. No name of anybody who wrote."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET  # only written, never read

from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment, HistoryEntry
from beteiligung.catalogue.status_words import STATUS_NAMES
from beteiligung.clock import BERLIN
from beteiligung.council import recommendation_queries as council
from beteiligung.council.recommendation_words import ANSWER
from beteiligung.i18n import _
from beteiligung.participation.models import Comment
from beteiligung.resolutions.queries import Decision, decisions
from beteiligung.settings import settings
from beteiligung.web.filters import long_date
from beteiligung.web.markdown import render_markdown

ENTRIES = 40
_EXCERPT = 280
_ATOM = "http://www.w3.org/2005/Atom"
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold."""


@dataclass(frozen=True)
class News:
    """One entry. `key` never changes; `html` says whether the text is HTML."""

    key: str
    title: str
    url: str
    at: datetime
    text: str
    html: bool = False


def newest(session: Session, region_id: int, region_slug: str, *, topic: str | None = None, commitment_id: int | None = None) -> list[News]:
    """Return the newest events and comments of a region, of a topic in it, or of one commitment. Five statements."""
    of_these = [Commitment.region_id == region_id]
    if topic:
        of_these.append(Commitment.topic == topic)
    if commitment_id:
        of_these.append(Commitment.id == commitment_id)
    else:
        of_these.append(Commitment.state == "published")
    entries = (
        select(HistoryEntry, Commitment.title, Commitment.slug)
        .join(Commitment, col(Commitment.id) == HistoryEntry.commitment_id)
        .where(*of_these)
        .order_by(col(HistoryEntry.created_at).desc(), col(HistoryEntry.id).desc())
        .limit(ENTRIES)
    )
    written = (
        select(Comment.id, Comment.text, Comment.official, Comment.created_at, Commitment.title, Commitment.slug)  # type: ignore[call-overload]
        .join(Commitment, col(Commitment.id) == Comment.commitment_id)
        .where(*of_these, col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None))
        .order_by(col(Comment.id).desc())
        .limit(ENTRIES)
    )
    found = [_event(entry, title, f"/{region_slug}/zusagen/{slug}") for entry, title, slug in session.exec(entries)]
    found += [_comment(row, f"/{region_slug}/zusagen/{row.slug}") for row in session.exec(written)]
    found += recommendation_news(council.adopted(session, region_slug=region_slug, topic=topic, commitment_id=commitment_id, limit=ENTRIES))
    found += decision_news(decisions(session, region_id=region_id, topic=topic, commitment_id=commitment_id, limit=ENTRIES))
    return newest_first(found)


def newest_first(news: list[News]) -> list[News]:
    """Return the newest of them, as many as a feed holds."""
    return sorted(news, key=lambda one: (one.at, one.key), reverse=True)[:ENTRIES]


def decision_news(decided: list[Decision]) -> list[News]:
    """Return an entry for each decision of the assembly, dated when it was recorded; a correction is an entry of its own."""
    found = []
    for one in decided:
        done = f"{one.body}: {one.words if one.stands or not one.earlier else one.earlier[0].words}"
        heading = _("{done}: {title}").format(done=done, title=one.title)
        if one.earlier:
            heading = _("Berichtigt ({done}): {title}").format(done=done, title=one.title)
        if not one.stands:
            heading = _("Zurückgenommen ({done}): {title}").format(done=done, title=one.title)
        parts = [_("Sitzung am {day}.").format(day=long_date(one.decided_on))]
        parts += [_("Tagesordnungspunkt {item}.").format(item=one.item)] if one.item else []
        parts += [_("Vorlage {paper}.").format(paper=one.paper)] if one.paper else []
        parts += [text for text in (one.note, one.reason) if text]
        place = "#stand" if one.kind == "commitment" else "#beschluesse"
        found.append(News(f"resolution:{one.id}", heading, one.path + place, one.created_at, " ".join(parts)))
    return found


def recommendation_news(adopted: list[council.Adopted]) -> list[News]:
    """Return an entry for each recommendation and one for each answer, newest first; their time is noon of the day."""
    found = []
    for one in adopted:
        heading = _("Empfehlung des Bürgerrats: {title}").format(title=one.title)
        found.append(News(f"recommendation:{one.id}", heading, one.url, _noon(one.adopted_on), str(render_markdown(one.text)), html=True))
        if one.answered_on and one.answer_kind:
            heading = _("Antwort der Verwaltung an den Bürgerrat: {title}").format(title=one.title)
            body = f"<p>{ANSWER[one.answer_kind]()}</p>{render_markdown(one.answer or '')}"
            found.append(News(f"recommendation:{one.id}:answer", heading, f"{one.url}#antwort", _noon(one.answered_on), body, html=True))
    return sorted(found, key=lambda news: (news.at, news.key), reverse=True)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), BERLIN)


def _event(entry: HistoryEntry, title: str, url: str) -> News:
    status = STATUS_NAMES[entry.status]() if entry.status else ""
    heading = {
        "published": _("Neue Zusage: {title}"),
        "revision": _("Neu gefasst: {title}"),
        "answer": _("Stellungnahme der Verwaltung: {title}"),
        "status": _("Jetzt {status}: {title}"),
        "archived": _("Archiviert: {title}"),
        "restored": _("Wieder veröffentlicht: {title}"),
    }[entry.kind].format(title=title, status=status)
    body = str(render_markdown(entry.body)) if entry.body else ""
    return News(f"entry:{entry.id}", heading, f"{url}#stand", entry.created_at, body, html=True)


def _comment(row: object, url: str) -> News:
    number, text, official, at, title = (getattr(row, name) for name in ("id", "text", "official", "created_at", "title"))
    heading = _("Antwort der Verwaltung in der Diskussion: {title}") if official else _("Neuer Kommentar: {title}")
    short = text if len(text) <= _EXCERPT else text[:_EXCERPT].rsplit(" ", 1)[0] + " …"
    return News(f"comment:{number}", heading.format(title=title), f"{url}?kommentar={number}#k{number}", at, short)


def atom(title: str, page: str, news: list[News], since: datetime) -> str:
    """Return an Atom feed (RFC 4287). `page` is the path it belongs to; `since` its age while it is empty."""
    base = settings().base_url
    host = urlsplit(base).hostname or "localhost"
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed", {"xml:lang": "de"})

    def add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
        element = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        element.text = _UNSAFE.sub("", text) if text is not None else None
        return element

    add(feed, "title", title)
    add(feed, "id", f"tag:{host},2026:{page}")
    add(feed, "updated", _stamp(max((one.at for one in news), default=since)))
    add(feed, "link", rel="self", type="application/atom+xml", href=f"{base}{page}/feed.atom")
    add(feed, "link", rel="alternate", type="text/html", href=base + page)
    add(add(feed, "author"), "name", _("Beteiligung"))
    for one in news:
        entry = add(feed, "entry")
        add(entry, "title", one.title)
        add(entry, "id", f"tag:{host},2026:{one.key}")
        add(entry, "updated", _stamp(one.at))
        add(entry, "link", rel="alternate", type="text/html", href=base + one.url)
        if one.text:
            add(entry, "content" if one.html else "summary", one.text, type="html" if one.html else "text")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode")


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
