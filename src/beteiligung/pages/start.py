"""The start page: all regions with what is in them."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as plain_select
from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.catalogue.queries import region_kind_label
from beteiligung.pages.items import SHOWN, TALLY, hash_of
from beteiligung.participation.models import Tally
from beteiligung.places.models import Region
from beteiligung.places.queries import OPEN


@dataclass(frozen=True)
class RegionItem:
    """A region in the list. `vote_count` adds up what is shown."""

    id: int
    slug: str
    name: str
    url: str
    kind_label: str
    assembly_name: str
    documents: list[str]
    commitment_count: int
    vote_count: int
    comment_count: int
    example: bool


def _shown_total() -> ColumnElement[Any]:
    """Return the SQL for the votes a commitment shows, all standings together."""
    columns = [column for group in SHOWN.values() for column in group]
    total: ColumnElement[Any] = sum(columns[1:], columns[0])
    return total


def start_state(session: Session) -> str:
    """Return a token of what the start page shows: every commitment's changes, every region's name. One statement."""
    changes = select(func.coalesce(func.sum(Commitment.changes), 0)).scalar_subquery()
    count = select(func.count(col(Commitment.id))).scalar_subquery()
    columns: list[Any] = [Region.slug, Region.name, Region.position, Region.example, Region.preparing, changes, count]
    return hash_of([tuple(row) for row in session.execute(plain_select(*columns).order_by(col(Region.slug)))])


def region_items(session: Session) -> list[RegionItem]:
    """Return all regions in their order. Two statements."""
    titles: dict[int, list[str]] = defaultdict(list)
    for region_id, title in session.exec(select(Document.region_id, Document.title).order_by(col(Document.position), col(Document.id))):
        titles[region_id].append(title)
    query = (
        select(
            Region,
            func.count(col(Commitment.id)),
            func.coalesce(func.sum(_shown_total()), 0),
            func.coalesce(func.sum(Commitment.comment_count), 0),
        )
        .outerjoin(Commitment, (col(Commitment.region_id) == Region.id) & (col(Commitment.state) == "published"))
        .outerjoin(Tally, TALLY)
        .where(OPEN)
        .group_by(col(Region.id))
        .order_by(col(Region.position), Region.name)
    )
    return [
        RegionItem(
            id=region.id or 0,
            slug=region.slug,
            name=region.name,
            url=f"/{region.slug}",
            kind_label=region_kind_label(region.kind),
            assembly_name=region.assembly_name,
            documents=titles[region.id or 0],
            commitment_count=commitments,
            vote_count=int(votes),
            comment_count=int(comments),
            example=region.example,
        )
        for region, commitments, votes, comments in session.exec(query)
    ]


def start_context(session: Session) -> dict[str, Any]:
    """Return what `pages/start.html` wants."""
    items = region_items(session)
    return {"nav": "regions", "regions": items, "example": any(item.example for item in items)}
