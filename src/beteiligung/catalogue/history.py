"""The history of commitments: its one table's writer, and how two wordings differ."""

import difflib
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast

from sqlmodel import Session, select

from beteiligung import audit
from beteiligung.catalogue.models import Commitment, Document, HistoryEntry
from beteiligung.clock import berlin_date
from beteiligung.i18n import ngettext
from beteiligung.jobs import Job, enqueue

_PIECE = re.compile(r"\s+|\w+(?:[-*:]\w+)*|[^\w\s]")
_MOST_PIECES = 20_000
"""Beyond that a difference is shown as all old, all new: difflib is quadratic."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text: `same` in both, only in the old (`del`) or only in the new one (`ins`)."""

    change: Literal["same", "del", "ins"]
    text: str


def difference(old: str, new: str) -> tuple[Piece, ...]:
    """Return how one text became another, word by word; joined without `ins` it is the old, without `del` the new."""
    before, after = _PIECE.findall(old), _PIECE.findall(new)
    if len(before) + len(after) > _MOST_PIECES:
        return tuple(piece for piece in (Piece("del", old), Piece("ins", new)) if piece.text)
    pieces: list[Piece] = []
    gone = come = ""
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        old_part, new_part = "".join(before[a:b]), "".join(after[c:d])
        if tag == "equal" and (old_part.strip() or not (gone or come)):
            pieces += [piece for piece in (Piece("del", gone), Piece("ins", come), Piece("same", old_part)) if piece.text]
            gone = come = ""
        else:  # a lone space between two changes belongs to both: whole phrases read better than single words
            gone, come = gone + old_part, come + new_part
    return (*pieces, *(piece for piece in (Piece("del", gone), Piece("ins", come)) if piece.text))


def record(
    session: Session,
    commitment: Commitment,
    kind: str,
    now: datetime,
    *,
    account_id: int | None = None,
    happened_on: date | None = None,
    status: str | None = None,
    status_before: str | None = None,
    body: str = "",
    source: str = "",
    source_url: str | None = None,
    only_its_followers: bool = False,
) -> HistoryEntry:
    """Add one event, have its followers told once, and make every page that shows the commitment new.

    `only_its_followers` leaves out who follows the topic or region: for one of many changes made in one go.
    """
    entry = HistoryEntry(
        commitment_id=cast(int, commitment.id),
        kind=kind,
        status=status,
        status_before=status_before,
        happened_on=happened_on or berlin_date(now),
        body=body,
        source=source,
        source_url=source_url,
        account_id=account_id,
        by_clerk=account_id is not None,
        created_at=now,
    )
    session.add(entry)
    commitment.changes += 1
    session.add(commitment)
    session.flush()
    if only_its_followers:
        enqueue(session, Job.TELL_FOLLOWERS, now, entry=entry.id, only="commitment")
    else:
        enqueue(session, Job.TELL_FOLLOWERS, now, entry=entry.id)
    audit.record(session, f"commitment.{kind}", commitment.slug, now, account_id=account_id, region_id=commitment.region_id, entry=entry.id)
    return entry


def announce(session: Session, created: list[Commitment], now: datetime, account_id: int | None = None) -> HistoryEntry:
    """Write the one event of many new commitments: it hangs on the first of them and says how many there are."""
    session.flush()
    first = created[0]
    title = session.exec(select(Document.title).where(Document.id == first.document_id)).one()
    text = ngettext("{count} Zusage aus „{title}“ veröffentlicht.", "{count} Zusagen aus „{title}“ veröffentlicht.", len(created))
    return record(session, first, "published", now, account_id=account_id, body=text.format(count=len(created), title=title))
