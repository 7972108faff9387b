"""Turns events into news: one row per person and event, however often the task runs, and the mails that are due at once."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, and_, col, or_, select

from beteiligung.catalogue.models import Commitment, Document, HistoryEntry
from beteiligung.db import inserting
from beteiligung.notifications import deliveries, devices, kinds, preferences
from beteiligung.notifications.models import Notification
from beteiligung.notifications.preferences import Recipient
from beteiligung.participation.models import Comment, Follow
from beteiligung.places.models import Region
from beteiligung.settings import settings

_CHUNK = 500


def tell(session: Session, event: dict[str, Any], now: datetime, *, mails: bool = True) -> int:
    """Write the notifications of one event, `{"entry": id}` or `{"comment": id}`; returns how many are new.

    With `"only": "commitment"` (one of many entries of a load) just those who follow the commitment itself are
    told, so that a load of 200 is not 200 lines for who follows the region. An event whose row is gone tells nobody.
    Without `mails` nothing is mailed about it, now or later (example people).
    """
    if "entry" in event:
        return _tell_of_entry(session, int(event["entry"]), now, only=event.get("only"), mails=mails)
    return _tell_of_comment(session, int(event["comment"]), now, mails=mails)


def mark_all_read(session: Session, account_id: int, now: datetime) -> None:
    """Mark everything of one account as read."""
    session.execute(
        update(Notification).where(col(Notification.account_id) == account_id, col(Notification.read_at).is_(None)).values(read_at=now)
    )


def mark_read(session: Session, account_id: int, notification_id: int, now: datetime) -> str | None:
    """Mark one of somebody's own notifications as read; returns where it leads, None for another's or none."""
    row = session.get(Notification, notification_id)
    if row is None or row.account_id != account_id:
        return None
    if row.read_at is None:
        row.read_at = now
        session.add(row)
    return row.path


def _tell_of_entry(session: Session, entry_id: int, now: datetime, *, only: str | None, mails: bool) -> int:
    row = session.exec(
        select(HistoryEntry, Commitment, Region, Document.title)
        .join(Commitment, col(Commitment.id) == HistoryEntry.commitment_id)
        .join(Region, col(Region.id) == Commitment.region_id)
        .join(Document, col(Document.id) == Commitment.document_id)
        .where(HistoryEntry.id == entry_id)
    ).first()
    if row is None:
        return 0
    entry, commitment, region, document = row
    batch = entry.kind == "published" and bool(entry.body)  # one event for all that an import brought
    of_it = and_(Follow.kind == "commitment", Follow.target == commitment.slug)
    topics = _topics_of_batch(session, entry, commitment) if batch else {commitment.topic}
    wider = or_(and_(Follow.kind == "topic", col(Follow.target).in_(topics)), Follow.kind == "region")
    followers = session.exec(
        select(Follow.account_id).distinct().where(Follow.region_id == commitment.region_id, of_it if only else or_(of_it, wider))
    ).all()
    event = f"entry:{entry_id}"
    if batch:
        count = re.match(r"\d+", entry.body)
        words = {"count": count.group() if count else "1", "title": document}
        return write(session, followers, event=event, sentence="batch", words=words, path=f"/{region.slug}/zusagen", now=now, mails=mails)
    path = f"/{region.slug}/zusagen/{commitment.slug}"
    return write(
        session,
        followers,
        event=event,
        sentence=entry.kind,
        words={"title": commitment.title},
        path=f"{path}#stand",
        now=now,
        thread=f"{region.slug}/{commitment.slug}",
        mails=mails,
    )


def _topics_of_batch(session: Session, entry: HistoryEntry, first: Commitment) -> set[str]:
    """Return the topics of all that came with an import: the event hangs on its first commitment alone."""
    together = (
        select(Commitment.topic).distinct().where(Commitment.document_id == first.document_id, Commitment.created_at == entry.created_at)
    )
    return {first.topic, *session.exec(together).all()}


def _tell_of_comment(session: Session, comment_id: int, now: datetime, *, mails: bool) -> int:
    row = session.exec(
        select(Comment, Commitment, Region)
        .join(Commitment, col(Commitment.id) == Comment.commitment_id)
        .join(Region, col(Region.id) == Commitment.region_id)
        .where(Comment.id == comment_id, col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None))
    ).first()
    if row is None:
        return 0
    comment, commitment, region = row
    about: dict[str, Any] = {
        "event": f"comment:{comment_id}",
        "words": {"title": commitment.title},
        "path": f"/{region.slug}/zusagen/{commitment.slug}?kommentar={comment_id}#k{comment_id}",
        "thread": f"{region.slug}/{commitment.slug}",
        "now": now,
        "mails": mails,
    }
    told, asked = 0, None
    if comment.parent_id is not None:
        asked = session.exec(select(Comment.author_id).where(Comment.id == comment.parent_id)).first()
        if asked is not None and (comment.official or asked != comment.author_id):
            told += write(session, [asked], sentence="official_reply" if comment.official else "reply", **about)
    followers = session.exec(
        select(Follow.account_id).where(
            Follow.region_id == commitment.region_id,
            Follow.kind == "commitment",
            Follow.target == commitment.slug,
            col(Follow.account_id).not_in([comment.author_id or 0, asked or 0]),
        )
    ).all()
    return told + write(session, followers, sentence="comment", **about)


def write(
    session: Session,
    accounts: Iterable[int],
    *,
    event: str,
    sentence: str,
    words: dict[str, str],
    path: str,
    now: datetime,
    thread: str = "",
    mails: bool = True,
) -> int:
    """Write one piece of news for each of these accounts that has not had it yet; returns how many are new.

    `sentence` is a key of `kinds.SENTENCES` and says which kind it is, `words` fill it, `thread` is "region/commitment".
    Who wants it by mail at once gets a delivery in the same transaction; for who wants it gathered it waits. Who wants
    neither gets nothing. Raises KeyError for an unknown sentence.
    """
    kind, title = kinds.SENTENCES[sentence].kind, kinds.told(sentence, words)
    people = sorted(set(accounts))
    told = 0
    for start in range(0, len(people), _CHUNK):
        known = preferences.recipients(session, people[start : start + _CHUNK])
        rows = [
            {
                "account_id": number,
                "event": event,
                "kind": kind,
                "title": title,
                "sentence": sentence,
                "words": words,
                "thread": thread,
                "path": path,
                "in_account": person.choice(kind).in_account,
                "mail": _mail_of(person, kind, now) if mails else "none",
                "created_at": now,
            }
            for number, person in known.items()
        ]
        rows = [row for row in rows if row["in_account"] or row["mail"] != "none"]
        if not rows:
            continue
        statement = inserting(session)(Notification).values(rows).on_conflict_do_nothing(index_elements=["account_id", "event"])
        new = session.execute(statement.returning(col(Notification.id), col(Notification.account_id), col(Notification.mail))).all()
        told += len(new)
        deliveries.create(session, "notification_id", [(one, known[account]) for one, account, mail in new if mail == "single"], now)
        wishes = devices.wishes(session, known) if settings().push_key else {}
        pushed = [
            (one, known[account])
            for one, account, _mail in new
            if known[account].choice(kind).in_account and any(devices.wanted_by(wish, kind) for wish in wishes.get(account, ()))
        ]
        deliveries.create(session, "notification_id", pushed, now, channel="push")
    return told


def _mail_of(person: Recipient, kind: str, now: datetime) -> str:
    """Return what of the mail is due: none, waiting (for a digest, or for the last mail that asks) or single."""
    chosen = person.choice(kind).mail
    if person.paused or chosen == "never":
        return "none"
    return "single" if person.cadence(kind, now) == "at_once" else "waiting"
