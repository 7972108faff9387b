"""Frozen figures as pages read them: a row of the last snapshot, never a scan of votes or comments."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from beteiligung.clock import berlin_date
from beteiligung.insight.snapshot_models import FORMAT, RegionSnapshot
from beteiligung.places.models import Region

_SLUG = re.compile(r"[a-z0-9-]{1,200}")


@dataclass(frozen=True)
class Headline:
    """What pages of a region and of its topics say. Lists hold objects with `slug` and `title`, the first first."""

    taken_at: datetime
    people: int
    """In steps of five."""
    votes: int
    comments: int
    groups: int
    """0 where there are no clear groups of opinion."""
    supported: list[dict[str, str]]
    opposed: list[dict[str, str]]
    divided: list[dict[str, str]]
    topics: dict[str, dict[str, list[dict[str, str]]]]
    """Topic → supported, opposed, divided: at most one each."""


@dataclass(frozen=True)
class Snapshot:
    """All figures of a region; `content` as `snapshots.compute` froze it."""

    version: int
    taken_at: datetime
    digest: str
    content: dict[str, Any]


def newest_headline() -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return (version, headline) of a region's last snapshot as columns of a query on `Region`."""
    newest = (
        select(RegionSnapshot)
        .where(col(RegionSnapshot.region_id) == col(Region.id))
        .order_by(col(RegionSnapshot.version).desc())
        .limit(1)
        .correlate(Region)
    )
    return (
        newest.with_only_columns(col(RegionSnapshot.version)).scalar_subquery(),
        newest.with_only_columns(col(RegionSnapshot.headline)).scalar_subquery(),
    )


def headline_of(stored: dict[str, Any] | None) -> Headline | None:
    """Return a headline read from the database; None without one, and for a form this program does not know."""
    if not stored or stored.get("format") != FORMAT:
        return None
    totals = stored["totals"]
    return Headline(
        taken_at=datetime.fromisoformat(stored["taken_at"]),
        people=totals["people"],
        votes=totals["votes_confirmed"],
        comments=totals["comments"],
        groups=stored["groups"],
        supported=stored["supported"],
        opposed=stored["opposed"],
        divided=stored["divided"],
        topics=stored["topics"],
    )


def commitment_figures(region_slug: str, slug: str) -> ColumnElement[Any] | None:
    """Return the column of one commitment's figures in the region's last snapshot; None for what is no slug of ours."""
    if not _SLUG.fullmatch(slug):
        return None
    query = (
        select(col(RegionSnapshot.content)[("commitments", slug)])
        .join(Region, col(Region.id) == RegionSnapshot.region_id)
        .where(col(Region.slug) == region_slug)
        .order_by(col(RegionSnapshot.version).desc())
        .limit(1)
    )
    return query.correlate(None).scalar_subquery()


def first_day(session: Session, region_id: int) -> date | None:
    """Return the German day from which on there are figures of a region. One statement."""
    query = select(func.min(RegionSnapshot.taken_at)).where(col(RegionSnapshot.region_id) == region_id)
    first: datetime | None = session.execute(query).scalar_one()
    return berlin_date(first) if first else None


def newest(session: Session, region_id: int) -> Snapshot | None:
    """Return all figures of the last snapshot. One statement."""
    query = (
        select(col(RegionSnapshot.version), col(RegionSnapshot.taken_at), col(RegionSnapshot.digest), col(RegionSnapshot.content))
        .where(col(RegionSnapshot.region_id) == region_id)
        .order_by(col(RegionSnapshot.version).desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return Snapshot(*row) if row is not None and row[3].get("format") == FORMAT else None
