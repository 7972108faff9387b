"""News of the assembly: what it did with a commitment, a recommendation or a report.

Told are followers and who commented, never voters: a list of whom a program tells would say who voted.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, true
from sqlmodel import Session, and_, col, or_, select

from beteiligung.catalogue.models import Commitment
from beteiligung.notifications.service import write
from beteiligung.participation.models import Comment, Follow
from beteiligung.places.models import Region
from beteiligung.resolutions.models import Resolution
from beteiligung.resolutions.subjects import commitments_of


def tell(session: Session, event: dict[str, Any], now: datetime, *, mails: bool = True) -> int:
    """Write the news of `{"resolution": id}`, once for everybody it concerns; returns how many are new.

    Of an entry that corrects another it says so: who was told the wrong thing is told the right one.
    """
    row = session.get(Resolution, int(event["resolution"]))
    if row is None:
        return 0
    kind = "commitment" if row.commitment_id else "recommendation" if row.recommendation_id else "report"
    number = row.commitment_id or row.recommendation_id or row.report_id or 0
    about = commitments_of(session, kind, number)
    region = session.get_one(Region, row.region_id)
    slugs = session.exec(select(Commitment.slug, Commitment.topic).where(col(Commitment.id).in_(about))).all()
    return write(
        session,
        {*_followers(session, row.region_id, slugs), *_commenters(session, row.region_id, about if kind != "report" else None)},
        event=f"resolution:{row.id}",
        sentence=f"resolution_{row.act}" if row.corrects_id is None else "resolution_corrected",
        words={"title": row.title, "body": row.body},
        path=row.path + ("#stand" if kind == "commitment" else "#beschluesse"),
        now=now,
        thread=f"{region.slug}/{slugs[0][0]}" if kind == "commitment" and slugs else "",
        mails=mails,
    )


def _followers(session: Session, region_id: int, about: Sequence[tuple[str, str]]) -> Sequence[int]:
    slugs, topics = [slug for slug, _topic in about], {topic for _slug, topic in about}
    wanted = or_(
        Follow.kind == "region",
        and_(Follow.kind == "commitment", col(Follow.target).in_(slugs)),
        and_(Follow.kind == "topic", col(Follow.target).in_(topics)),
    )
    return session.exec(select(Follow.account_id).distinct().where(Follow.region_id == region_id, wanted)).all()


def _commenters(session: Session, region_id: int, about: Sequence[int] | None) -> list[int]:
    """Return who has a comment under these commitments, or with None anywhere in the region."""
    where: ColumnElement[bool] = true() if about is None else col(Comment.commitment_id).in_(about)
    rows = session.exec(
        select(Comment.author_id)
        .distinct()
        .join(Commitment, col(Commitment.id) == Comment.commitment_id)
        .where(
            Commitment.region_id == region_id,
            where,
            col(Comment.author_id).is_not(None),
            col(Comment.official).is_(False),
            col(Comment.withdrawn_at).is_(None),
        )
    ).all()
    return [number for number in rows if number is not None]
