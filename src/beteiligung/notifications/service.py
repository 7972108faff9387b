"""Turns events into news: one row per person and event, however often the task runs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, and_, col, or_, select

from beteiligung.catalogue.models import Commitment, HistoryEntry
from beteiligung.db import inserting
from beteiligung.i18n import _
from beteiligung.notifications.models import Notification
from beteiligung.participation.models import Comment, Follow
from beteiligung.places.models import Region

_CHUNK = 500


def tell(session: Session, event: dict[str, Any], now: datetime) -> int:
    """Write the notifications of one event, `{"entry": id}` or `{"comment": id}`; returns how many are new.

    With `"only": "commitment"` (one of many entries of a load) just those who follow the commitment itself are
    told, so that a load of 200 is not 200 lines for who follows the region. An event whose row is gone tells nobody.
    """
    if "entry" in event:
        return _tell_of_entry(session, int(event["entry"]), now, only=event.get("only"))
    return _tell_of_comment(session, int(event["comment"]), now)


def mark_all_read(session: Session, account_id: int, now: datetime) -> None:
    """Mark everything of one account as read."""
    session.execute(
        update(Notification).where(col(Notification.account_id) == account_id, col(Notification.read_at).is_(None)).values(read_at=now)
    )


def _tell_of_entry(session: Session, entry_id: int, now: datetime, *, only: str | None) -> int:
    row = session.exec(
        select(HistoryEntry, Commitment, Region)
        .join(Commitment, col(Commitment.id) == HistoryEntry.commitment_id)
        .join(Region, col(Region.id) == Commitment.region_id)
        .where(HistoryEntry.id == entry_id)
    ).first()
    if row is None:
        return 0
    entry, commitment, region = row
    sentences = {
        "answer": _("Die Verwaltung hat Stellung genommen: {title}"),
        "status": _("Der Umsetzungsstand hat sich geändert: {title}"),
        "revision": _("Diese Zusage hat eine neue Fassung: {title}"),
        "archived": _("Diese Zusage ist jetzt im Archiv: {title}"),
        "restored": _("Diese Zusage ist wieder veröffentlicht: {title}"),
        "published": _("Neu auf der Plattform: {title}"),
    }
    of_it = and_(Follow.kind == "commitment", Follow.target == commitment.slug)
    followers = session.exec(
        select(Follow.account_id)
        .distinct()
        .where(
            Follow.region_id == commitment.region_id,
            of_it if only else or_(of_it, and_(Follow.kind == "topic", Follow.target == commitment.topic), Follow.kind == "region"),
        )
    ).all()
    if entry.kind == "published" and entry.body:  # one event for all that an import brought
        return _write(session, followers, f"entry:{entry_id}", entry.body, f"/{region.slug}/zusagen", now)
    path = f"/{region.slug}/zusagen/{commitment.slug}#stand"
    return _write(session, followers, f"entry:{entry_id}", sentences[entry.kind].format(title=commitment.title), path, now)


def _tell_of_comment(session: Session, comment_id: int, now: datetime) -> int:
    row = session.exec(
        select(Comment, Commitment, Region)
        .join(Commitment, col(Commitment.id) == Comment.commitment_id)
        .join(Region, col(Region.id) == Commitment.region_id)
        .where(Comment.id == comment_id, col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None))
    ).first()
    if row is None:
        return 0
    comment, commitment, region = row
    path = f"/{region.slug}/zusagen/{commitment.slug}?kommentar={comment_id}#k{comment_id}"
    event = f"comment:{comment_id}"
    told = 0
    if comment.parent_id is not None:
        asker = session.exec(select(Comment.author_id).where(Comment.id == comment.parent_id)).first()
        if asker is not None and (comment.official or asker != comment.author_id):
            sentence = (
                _("Die Verwaltung hat Ihnen geantwortet: {title}") if comment.official else _("Jemand hat Ihnen geantwortet: {title}")
            )
            told += _write(session, [asker], event, sentence.format(title=commitment.title), path, now)
    followers = session.exec(
        select(Follow.account_id).where(
            Follow.region_id == commitment.region_id,
            Follow.kind == "commitment",
            Follow.target == commitment.slug,
            Follow.account_id != (comment.author_id or 0),
        )
    ).all()
    sentence = _("Neuer Kommentar: {title}")
    return told + _write(session, followers, event, sentence.format(title=commitment.title), path, now)


def _write(session: Session, accounts: Iterable[int], event: str, title: str, path: str, now: datetime) -> int:
    people = sorted(set(accounts))
    told = 0
    for start in range(0, len(people), _CHUNK):
        rows = [
            {"account_id": person, "event": event, "title": title, "path": path, "created_at": now}
            for person in people[start : start + _CHUNK]
        ]
        statement = inserting(session)(Notification).values(rows).on_conflict_do_nothing(index_elements=["account_id", "event"])
        told += len(session.execute(statement.returning(Notification.id)).all())
    return told
