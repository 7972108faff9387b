"""What the account page shows of somebody's news and follows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col, func
from sqlmodel import select as pick

from beteiligung.catalogue.models import Commitment
from beteiligung.catalogue.topics import by_slug
from beteiligung.i18n import _
from beteiligung.identity.models import Account
from beteiligung.identity.viewer import UNREAD
from beteiligung.notifications import kinds
from beteiligung.notifications.models import Notification
from beteiligung.participation.models import Comment, Follow
from beteiligung.places.models import Region

UNREAD[:] = [
    select(func.count())
    .select_from(Notification)
    .where(col(Notification.account_id) == col(Account.id), col(Notification.read_at).is_(None), col(Notification.in_account))
    .correlate(Account)
    .scalar_subquery()
]


@dataclass(frozen=True)
class NewsItem:
    """One line of news, linking to its place."""

    title: str
    url: str
    created_at: datetime
    unread: bool


@dataclass(frozen=True)
class OwnComment:
    """One of somebody's own comments, with its address."""

    date: datetime
    title: str
    url: str
    text: str


@dataclass(frozen=True)
class FollowItem:
    """Something somebody follows; the form's fields let it be ended with one button."""

    title: str
    url: str
    region_slug: str
    kind: str
    target: str


def news(session: Session, account_id: int, limit: int = 10, before: int | None = None) -> tuple[list[NewsItem], int | None]:
    """Return the newest news that the account shows, and where older ones begin (None at the end).

    `before` is what an earlier call returned, the last one's number: what comes in meanwhile moves nothing.
    """
    query = pick(Notification).where(Notification.account_id == account_id, col(Notification.in_account))
    last = session.get(Notification, before) if before is not None else None
    if last is not None and last.account_id == account_id:
        at = col(Notification.created_at)
        query = query.where((at < last.created_at) | ((at == last.created_at) & (col(Notification.id) < before)))
    rows = session.exec(query.order_by(col(Notification.created_at).desc(), col(Notification.id).desc()).limit(limit + 1)).all()
    items = [
        NewsItem(
            kinds.told(row.sentence, row.words) if row.sentence else row.title,
            f"/konto/neues/{row.id}",
            row.created_at,
            row.read_at is None,
        )
        for row in rows[:limit]
    ]
    return items, rows[limit - 1].id if len(rows) > limit else None


def own_comments(session: Session, account_id: int, limit: int = 10) -> list[OwnComment]:
    """Return the newest comments of an account that are not withdrawn, in one statement."""
    rows = session.execute(
        select(col(Comment.id), col(Comment.created_at), col(Comment.text), col(Commitment.title), col(Commitment.slug), col(Region.slug))
        .join(Commitment, col(Commitment.id) == col(Comment.commitment_id))
        .join(Region, col(Region.id) == col(Commitment.region_id))
        .where(col(Comment.author_id) == account_id, col(Comment.withdrawn_at).is_(None), col(Comment.official).is_(False))
        .order_by(col(Comment.id).desc())
        .limit(limit)
    ).all()
    return [
        OwnComment(at, title, f"/{region}/zusagen/{slug}?kommentar={number}#k{number}", text)
        for number, at, text, title, slug, region in rows
    ]


def follows(session: Session, account_id: int) -> list[FollowItem]:
    """Return what somebody follows, with titles and addresses, in one statement."""
    rows = session.execute(
        select(col(Follow.kind), col(Follow.target), col(Region.slug), col(Region.name), col(Commitment.title))
        .join(Region, col(Region.id) == Follow.region_id)
        .outerjoin(Commitment, (col(Follow.kind) == "commitment") & (col(Commitment.slug) == Follow.target))
        .where(col(Follow.account_id) == account_id)
        .order_by(col(Region.position), col(Follow.kind), col(Follow.target))
    ).all()
    return [_follow_item(kind, target, slug, name, title) for kind, target, slug, name, title in rows]


def _follow_item(kind: str, target: str, region_slug: str, region_name: str, title: str | None) -> FollowItem:
    if kind == "commitment":
        return FollowItem(title or target, f"/{region_slug}/zusagen/{target}", region_slug, kind, target)
    if kind == "topic":
        found = by_slug(target)
        topic = found.name if found else target
        return FollowItem(
            _("Thema {topic}, {region}").format(topic=topic, region=region_name),
            f"/{region_slug}/themen/{target}",
            region_slug,
            kind,
            target,
        )
    return FollowItem(_("Alles: {region}").format(region=region_name), f"/{region_slug}", region_slug, kind, target)
