"""News of the council: a recommendation is adopted or answered, and its members are asked to vote."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, and_, col, or_, select

from beteiligung.catalogue.models import Commitment
from beteiligung.clock import berlin_date
from beteiligung.council.recommendation_models import Poll, Recommendation, RecommendationCommitment
from beteiligung.identity.offices import in_office
from beteiligung.notifications.service import write
from beteiligung.participation.models import Follow
from beteiligung.places.models import Region
from beteiligung.web.filters import long_date


def tell(session: Session, event: dict[str, Any], now: datetime, *, mails: bool = True) -> int:
    """Write the news of `{"recommendation": id, "what": "adopted" | "answered"}` or `{"poll": id}`; returns how many are new.

    Who follows several of a recommendation's commitments, or their topic, or the region, is told once.
    """
    if "poll" in event:
        return _tell_members(session, int(event["poll"]), now, mails=mails)
    row = session.get(Recommendation, int(event["recommendation"]))
    if row is None or row.state != "adopted":
        return 0
    region = session.get_one(Region, row.region_id)
    about = session.exec(
        select(Commitment.slug, Commitment.topic)
        .join(RecommendationCommitment, col(RecommendationCommitment.commitment_id) == Commitment.id)
        .where(RecommendationCommitment.recommendation_id == row.id)
    ).all()
    followers = session.exec(
        select(Follow.account_id)
        .distinct()
        .where(
            Follow.region_id == row.region_id,
            or_(
                Follow.kind == "region",
                and_(Follow.kind == "commitment", col(Follow.target).in_([slug for slug, _topic in about])),
                and_(Follow.kind == "topic", col(Follow.target).in_({topic for _slug, topic in about})),
            ),
        )
    ).all()
    return write(
        session,
        followers,
        event=f"recommendation:{row.id}:{event['what']}",
        sentence="recommendation" if event["what"] == "adopted" else "recommendation_answer",
        words={"title": row.title},
        path=f"/{region.slug}/empfehlungen/{row.number}",
        now=now,
        mails=mails,
    )


def _tell_members(session: Session, poll_id: int, now: datetime, *, mails: bool) -> int:
    poll = session.get(Poll, poll_id)
    if poll is None or poll.settled_at is not None:
        return 0
    row = session.get_one(Recommendation, poll.recommendation_id)
    region = session.get_one(Region, row.region_id)
    return write(
        session,
        in_office(session, row.region_id, "council", now),
        event=f"poll:{poll_id}",
        sentence="council_vote",
        words={"title": row.title, "day": long_date(berlin_date(poll.ends_at))},
        path=f"/buergerrat/{region.slug}/empfehlungen/{row.id}",
        now=now,
        mails=mails,
    )
