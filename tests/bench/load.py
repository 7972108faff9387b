"""Fills a region with many commitments and one with many comments; everything is invented."""

import random
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select
from sqlmodel import Session, col

from beteiligung.catalogue.models import KINDS, STATUSES, Commitment, HistoryEntry
from beteiligung.catalogue.search import reindex
from beteiligung.catalogue.similar import find_similar
from beteiligung.catalogue.topics import TOPICS
from beteiligung.participation.models import Comment, Tally
from support import NOW, make_account, make_document, make_region

THINGS = (
    "Rufbusse",
    "Radwege",
    "Schulhöfe",
    "Hausärzte",
    "Wohnungen",
    "Freibäder",
    "Solardächer",
    "Büchereien",
    "Feuerwehren",
    "Streuobstwiesen",
)
PLACES = ("im Norden", "am Fluss", "in den Dörfern", "an den Bahnhöfen", "rund um die Kreisstadt")
WHAT = ("besser ausstatten", "ausbauen", "erhalten", "fördern", "öffentlich machen")


@dataclass(frozen=True)
class Loaded:
    """Where the things are."""

    region_id: int
    region: str
    busy: str
    busy_id: int


def fill(session: Session, *, commitments: int = 650, comments: int = 500, similar: bool = True) -> Loaded:
    """Write a region with `commitments`; the first has `comments`, a third of them replies. Search and neighbours are made."""
    dice = random.Random(7)
    region = make_region(session, slug="bankkreis", name="Bankkreis")
    documents = [make_document(session, region, slug=f"programm-{n}", title=f"Programm {n}", position=n) for n in range(3)]
    rows = []
    for n in range(commitments):
        title = f"{THINGS[n % 10]} {PLACES[n // 10 % 5]} {WHAT[n // 50 % 5]} ({n})"
        rows.append(
            {
                "slug": f"bank-{n}",
                "region_id": region.id,
                "document_id": documents[n * 3 // commitments].id,
                "position": n,
                "section": [f"Kapitel {n // 50}"],
                "chapter": str(n // 50),
                "topic": TOPICS[n % 16].slug,
                "kind": KINDS[n % 5],
                "status": STATUSES[n % 6],
                "title": title,
                "summary": f"Der Kreis will {THINGS[n % 10]} {WHAT[n % 5]}.",
                "plain": True,
                "wording_hashes": [],
                "figures": [],
                "context_before": "",
                "context_after": "",
                "state": "published",
                "version": 1,
                "comment_count": 0,
                "thread_count": 0,
                "changes": 0,
                "printed_lines": False,
                "created_at": NOW - timedelta(days=30, minutes=n),
            }
        )
    session.execute(insert(Commitment), rows)
    ids = list(
        session.execute(
            select(col(Commitment.id)).where(col(Commitment.region_id) == region.id).order_by(col(Commitment.position))
        ).scalars()
    )
    for n, commitment_id in enumerate(ids):
        if n % 3 == 0:
            up, flat, down = (5 + dice.randrange(60) for _ in range(3))
            session.add(
                Tally(
                    commitment_id=commitment_id,
                    version=1,
                    confirmed_for=up,
                    confirmed_neutral=flat,
                    confirmed_against=down,
                    shown_confirmed_for=up,
                    shown_confirmed_neutral=flat,
                    shown_confirmed_against=down,
                    shown_confirmed_at=NOW,
                )
            )
        if n % 20 == 0:
            session.add(
                HistoryEntry(
                    commitment_id=commitment_id, kind="answer", happened_on=NOW.date(), body="Wir arbeiten **daran**.", created_at=NOW
                )
            )
    _comments(session, ids[0], comments, dice)
    session.flush()
    reindex(session, region.id)
    if similar:
        find_similar(session)
    return Loaded(region.id or 0, region.slug, "bank-0", ids[0])


def _comments(session: Session, commitment_id: int, many: int, dice: random.Random) -> None:
    authors = [make_account(session).id for _ in range(20)]
    threads: list[Comment] = []
    for n in range(many):
        thread = threads[dice.randrange(len(threads))] if threads and n % 3 == 0 else None
        if thread is not None:
            thread.reply_count += 1
        comment = Comment(
            commitment_id=commitment_id,
            parent_id=thread.id if thread else None,
            reply_number=thread.reply_count if thread else None,
            author_id=dice.choice(authors),
            stance=None if thread else dice.choice(("for", "against", "question", None)),
            text=f"Beitrag {n}: " + "Das betrifft viele Menschen in meinem Dorf. " * dice.randrange(1, 8),
            score=dice.random() / 2,
            created_at=NOW - timedelta(minutes=many - n),
        )
        session.add(comment)
        session.flush()
        if thread is None:
            threads.append(comment)
    commitment = session.get_one(Commitment, commitment_id)
    commitment.comment_count, commitment.thread_count = many, len(threads)
