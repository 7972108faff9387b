"""The public state of both logs: the head of every day, so that nobody can rewrite one unnoticed."""

from datetime import datetime, time
from typing import Any

from sqlmodel import Session

from beteiligung import audit, chain
from beteiligung.clock import BERLIN
from beteiligung.i18n import _
from beteiligung.moderation import log as moderation
from beteiligung.pages.items import hash_of
from beteiligung.pages.news import News
from beteiligung.web.filters import long_date, number

CHAINS = (audit.CHAIN, moderation.CHAIN)


def protocol_state(session: Session) -> str:
    """Return what changes whenever page and feed do. Two statements."""
    return hash_of([(head.day.isoformat(), head.hash) for name in CHAINS for head in chain.heads(session, name, limit=1)])


def protocol_context(session: Session) -> dict[str, Any]:
    """Return what the page shows. Two statements."""
    return {
        "heads": chain.heads(session, audit.CHAIN),
        "moderation_heads": chain.heads(session, moderation.CHAIN),
        "feed_url": "/protokoll/feed.atom",
    }


def protocol_news(session: Session) -> list[News]:
    """Return one entry of the feed for each day and log, newest first. Two statements."""
    names = {audit.CHAIN: _("Protokoll"), moderation.CHAIN: _("Protokoll der Moderation")}
    found = [head for name in CHAINS for head in chain.heads(session, name)]
    return [
        News(
            f"head:{head.chain}:{head.day.isoformat()}",
            _("{log} vom {day}: {number} Einträge").format(log=names[head.chain], day=long_date(head.day), number=number(head.number)),
            "/protokoll",
            datetime.combine(head.day, time(12), BERLIN),
            head.hash,
        )
        for head in sorted(found, key=lambda head: (head.day, head.chain), reverse=True)
    ]
