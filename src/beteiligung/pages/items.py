"""A commitment as a row of a list, with what was last shown of its votes, and the state a region's pages depend on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import and_, case, func, select
from sqlmodel import Session, col

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.catalogue.queries import Window, common_window, place_parts, window_of
from beteiligung.catalogue.rules import is_quiet
from beteiligung.catalogue.topics import by_slug
from beteiligung.clock import berlin_date
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.insight.shown import Headline, headline_of, newest_headline
from beteiligung.participation.models import CHOICES, STANDINGS, Tally
from beteiligung.participation.shares import Shares, shares
from beteiligung.places.models import Region
from beteiligung.places.queries import RegionFacts, check_seen, region_facts
from beteiligung.resolutions.queries import count_of_region

SHOWN: dict[str, tuple[Any, ...]] = {
    standing: tuple(col(getattr(Tally, f"shown_{standing}_{choice}")) for choice in CHOICES) for standing in STANDINGS
}
"""The columns of the last snapshot; the live ones are never read by a page."""

FOR, NEUTRAL, AGAINST = SHOWN["confirmed"]
CONFIRMED = FOR + NEUTRAL + AGAINST
DIVIDED = case((FOR < AGAINST, 2.0 * FOR), else_=2.0 * AGAINST) / CONFIRMED
"""How divided people are, in SQL; see `division`."""

TALLY = and_(col(Tally.commitment_id) == col(Commitment.id), col(Tally.version) == col(Commitment.version))
_PUBLISHED = col(Commitment.state) == "published"


def division(for_: int, neutral: int, against: int) -> float:
    """Return how divided people are: twice the smaller side's share of all, between 0 (one-sided) and 1 (half and half).

    Neutral votes make a commitment less divided. The page „So funktioniert es“ states the measure.
    """
    total = for_ + neutral + against
    return 2.0 * min(for_, against) / total if total else 0.0


@dataclass(frozen=True)
class RegionState:
    """The region's row, how many commitments it shows, and a token that changes with what its pages show."""

    region: RegionFacts
    published: int
    today: date
    token: str
    figures: Headline | None = None
    """The few figures of the last snapshot; None before the first."""

    @property
    def quiet(self) -> bool:
        """Whether the quiet period before an election holds: nothing is featured."""
        return is_quiet(cast(Any, self.region), self.today)


def region_state(session: Session, slug: str, now: datetime) -> RegionState:
    """Return the state of a region's pages. One statement. Raises NotFound.

    The token is exact for everything a commitment shows (`Commitment.changes` only ever grows), for
    the region's own row, for what the assembly decided, and for the day (windows and the quiet period open and close by date). A
    document's own title, author or window is not in it: those lag by `web.cache.MAX_AGE` at most.
    """
    query = (
        select(
            Region,
            func.coalesce(func.sum(Commitment.changes), 0),
            func.count(col(Commitment.id)),
            func.coalesce(func.sum(case((_PUBLISHED, 1), else_=0)), 0),
            *newest_headline(),
            count_of_region(),
        )
        .outerjoin(Commitment, col(Commitment.region_id) == Region.id)
        .where(col(Region.slug) == slug)
        .group_by(col(Region.id))
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFound(_("Diese Seite gibt es nicht."))
    region, changes, count, published, version, headline, decisions = row
    check_seen(session, region)
    today = berlin_date(now)
    look = (region.accent, region.logo, region.contact_mail)
    own = hash_of(
        region.name, region.page_threshold, region.quiet_from, region.quiet_until, region.example, sorted(region.imprint.items()), look
    )
    token = f"{changes}.{count}.{published}.{own}.{today.isoformat()}.{version or 0}.{decisions}"
    return RegionState(region_facts(region), int(published), today, token, headline_of(headline))


def hash_of(*parts: object) -> str:
    """Return a short token of these values, the same in every process."""
    import zlib

    return f"{zlib.crc32(repr(parts).encode()):08x}"


@dataclass(frozen=True)
class CommitmentItem:
    """A row of a list. `place` are parts of the place; `confirmed` what was last shown of confirmed votes."""

    id: int
    slug: str
    url: str
    title: str
    summary: str
    place: tuple[str, ...]
    status: str
    kind: str
    topic: str
    topic_name: str
    topic_url: str
    plain: bool
    closed: bool
    window: Window | None
    comment_count: int
    comments_url: str
    confirmed: Shares


def item_query(*columns: Any) -> Any:
    """Return the select of what a row needs, one row per commitment, joined to its document and its tally."""
    query: Any = (
        select(
            col(Commitment.id),
            col(Commitment.slug),
            col(Commitment.title),
            col(Commitment.summary),
            col(Commitment.status),
            col(Commitment.kind),
            col(Commitment.topic),
            col(Commitment.plain),
            col(Commitment.section),
            col(Commitment.chapter),
            col(Commitment.page),
            col(Commitment.line_start),
            col(Commitment.line_end),
            col(Commitment.printed_lines),
            col(Commitment.location),
            col(Commitment.window_start),
            col(Commitment.window_end),
            col(Commitment.comment_count),
            col(Commitment.document_id),
            col(Document.closed).label("closed"),
            col(Document.window_start).label("document_start"),
            col(Document.window_end).label("document_end"),
            func.coalesce(FOR, 0).label("for_"),
            func.coalesce(NEUTRAL, 0).label("neutral"),
            func.coalesce(AGAINST, 0).label("against"),
            *columns,
        )
        .select_from(Commitment)
        .join(Document, col(Document.id) == Commitment.document_id)
        .outerjoin(Tally, TALLY)
    )
    return query


def item_of(row: Any, region: RegionFacts, today: date) -> CommitmentItem:
    """Return the read model of a row of `item_query`."""
    url = f"/{region.slug}/zusagen/{row.slug}"
    topic = by_slug(row.topic)
    return CommitmentItem(
        id=row.id,
        slug=row.slug,
        url=url,
        title=row.title,
        summary=row.summary,
        place=place_parts(row),
        status=row.status,
        kind=row.kind,
        topic=row.topic,
        topic_name=topic.name if topic else "",
        topic_url=f"/{region.slug}/themen/{row.topic}",
        plain=row.plain,
        closed=row.closed,
        window=window_of(*common_window((row.window_start, row.window_end), (row.document_start, row.document_end)), today),
        comment_count=row.comment_count,
        comments_url=f"{url}#kommentare",
        confirmed=confirmed_shares(row.for_, row.neutral, row.against, region.page_threshold),
    )


def sum_shown(rows: Iterable[Any], threshold: int) -> Shares:
    """Add up what rows show of confirmed votes: each part is nobody or at least five people, by the database."""
    counts = list(rows)
    return confirmed_shares(sum(r.for_ for r in counts), sum(r.neutral for r in counts), sum(r.against for r in counts), threshold)


def confirmed_shares(for_: int, neutral: int, against: int, threshold: int) -> Shares:
    """Return the public figures for shown counts of confirmed votes at hand."""
    shown = {f"shown_confirmed_{choice}": n for choice, n in zip(CHOICES, (for_, neutral, against), strict=True)}
    return shares(cast(Any, SimpleNamespace(**shown, shown_confirmed_at=None)), "confirmed", threshold)
