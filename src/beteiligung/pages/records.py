"""Open data: what the API says of regions, commitments and comments. No person, and of votes only what was last shown."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.catalogue.queries import place_parts
from beteiligung.clock import berlin_date
from beteiligung.council import recommendation_queries as council
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.pages.items import TALLY
from beteiligung.participation.models import CHOICES, STANDINGS, Comment, Tally
from beteiligung.places.models import Region
from beteiligung.places.queries import OPEN
from beteiligung.resolutions.queries import decisions
from beteiligung.settings import settings

Record = TypeVar("Record")


class Listing(msgspec.Struct, Generic[Record], frozen=True):
    """One page of a list and how many there are in all."""

    items: list[Record]
    total: int


class DocumentRecord(msgspec.Struct, frozen=True):
    """A source text; `not_resolution` is true where the assembly has not resolved it."""

    slug: str
    title: str
    kind: str
    author: str
    not_resolution: bool
    term_start: int | None
    term_end: int | None
    source_url: str | None


class RegionRecord(msgspec.Struct, frozen=True):
    """A county or city with its documents."""

    id: int
    slug: str
    name: str
    kind: str
    state: str
    assembly: str
    url: str
    commitments: int
    documents: list[DocumentRecord]


class Location(msgspec.Struct, frozen=True):
    """Where a commitment stands. Lines count only where `printed_lines`."""

    section: list[str]
    chapter: str | None
    page: int | None
    line_start: int | None
    line_end: int | None
    printed_lines: bool
    label: str


class Counts(msgspec.Struct, frozen=True, rename={"for_": "for"}):
    """People by choice, as last shown; `as_of` is the hour."""

    for_: int
    neutral: int
    against: int
    as_of: str


class Votes(msgspec.Struct, frozen=True):
    """The three standings apart; null where fewer than five people's votes are shown."""

    version: int
    confirmed: Counts | None
    unconfirmed: Counts | None
    outside: Counts | None


class CommitmentRecord(msgspec.Struct, frozen=True):
    """One commitment in plain words, with its place, status and counters."""

    id: int
    slug: str
    region: str
    url: str
    document: str
    first_line: str
    title: str
    summary: str
    plain: bool
    wording: str | None
    location: Location
    topic: str
    kind: str
    actor: str | None
    deadline: int | None
    figures: list[str]
    sdg: int | None
    status: str
    state: str
    votes: Votes
    comments: int
    threads: int
    created_on: date


class CommentRecord(msgspec.Struct, frozen=True):
    """A visible comment without its author. `parent_id` is the comment it replies to."""

    id: int
    parent_id: int | None
    text: str
    additions: list[str]
    stance: str | None
    official: bool
    created_on: date


class VoteOfCouncil(msgspec.Struct, frozen=True, rename={"for_": "for"}):
    """What the urn held; who voted how is known to nobody. `members` is who sat in the council when the vote began."""

    for_: int
    against: int
    abstain: int
    members: int


class RecommendationRecord(msgspec.Struct, frozen=True):
    """A recommendation the council has adopted, and the administration's answer; `overdue` while it lacks one after its term."""

    number: int
    region: str
    url: str
    title: str
    text: str
    commitments: list[str]
    adopted_on: date
    vote: VoteOfCouncil | None
    answer_due: date
    answered_on: date | None
    answer_kind: str | None
    answer: str | None
    overdue: bool


class ResolutionRecord(msgspec.Struct, frozen=True):
    """What a body of the assembly did with a commitment, a recommendation or a report."""

    id: int
    region: str
    about: str
    title: str
    url: str
    body: str
    act: str
    decided_on: date
    item: str
    paper: str
    minutes_url: str
    note: str
    corrects: int | None
    reason: str
    recorded_on: date


def region_records(session: Session) -> Listing[RegionRecord]:
    """Return all regions. Two statements."""
    documents: dict[int, list[DocumentRecord]] = defaultdict(list)
    for d in session.exec(select(Document).order_by(col(Document.position), col(Document.id))):
        documents[d.region_id].append(
            DocumentRecord(d.slug, d.title, d.kind, d.author, d.not_resolution, d.term_start, d.term_end, d.source_url)
        )
    query = (
        select(Region, func.count(col(Commitment.id)))
        .outerjoin(Commitment, (col(Commitment.region_id) == Region.id) & (col(Commitment.state) == "published"))
        .where(OPEN)
        .group_by(col(Region.id))
        .order_by(col(Region.position), Region.name)
    )
    items = [
        RegionRecord(
            id=r.id or 0,
            slug=r.slug,
            name=r.name,
            kind=r.kind,
            state=r.state,
            assembly=r.assembly_name,
            url=f"{settings().base_url}/{r.slug}",
            commitments=n,
            documents=documents[r.id or 0],
        )
        for r, n in session.exec(query)
    ]
    return Listing(items, len(items))


def _counts(tally: Tally | None, standing: str) -> Counts | None:
    at = getattr(tally, f"shown_{standing}_at") if tally else None
    if at is None:
        return None
    for_, neutral, against = (getattr(tally, f"shown_{standing}_{choice}") for choice in CHOICES)
    return Counts(for_, neutral, against, at.isoformat())


def _record(commitment: Commitment, document: Document, region: Region, tally: Tally | None) -> CommitmentRecord:
    c = commitment
    return CommitmentRecord(
        id=c.id or 0,
        slug=c.slug,
        region=region.slug,
        url=f"{settings().base_url}/{region.slug}/zusagen/{c.slug}",
        document=document.slug,
        first_line=document.first_line,
        title=c.title,
        summary=c.summary,
        plain=c.plain,
        wording=c.wording,
        location=Location(
            c.section,
            c.chapter,
            c.page,
            c.line_start if c.printed_lines else None,
            c.line_end if c.printed_lines else None,
            c.printed_lines,
            ", ".join(place_parts(c)),
        ),
        topic=c.topic,
        kind=c.kind,
        actor=c.actor,
        deadline=c.deadline,
        figures=c.figures,
        sdg=c.sdg,
        status=c.status,
        state=c.state,
        votes=Votes(c.version, *(_counts(tally, standing) for standing in STANDINGS)),
        comments=c.comment_count,
        threads=c.thread_count,
        created_on=berlin_date(c.created_at),
    )


def _joined() -> Any:
    return (
        select(Commitment, Document, Region, Tally)
        .join(Document, col(Document.id) == Commitment.document_id)
        .join(Region, col(Region.id) == Commitment.region_id)
        .outerjoin(Tally, TALLY)
    )


def commitment_records(session: Session, region: str | None, page: int, per_page: int) -> Listing[CommitmentRecord]:
    """Return one page of published commitments, of one region or all, by id. Two statements."""
    wanted = [col(Commitment.state) == "published", OPEN, *([col(Region.slug) == region] if region else [])]
    count = select(func.count(col(Commitment.id))).join(Region, col(Region.id) == Commitment.region_id).where(*wanted)
    total = session.exec(count).one()
    rows = session.execute(_joined().where(*wanted).order_by(col(Commitment.id)).limit(per_page).offset((page - 1) * per_page))
    return Listing([_record(*row) for row in rows], total)


def commitment_record(session: Session, commitment_id: int) -> CommitmentRecord:
    """Return one commitment, archived ones too. One statement. Raises NotFound."""
    row = session.execute(_joined().where(col(Commitment.id) == commitment_id, OPEN)).first()
    if row is None:
        raise NotFound(_("Diese Zusage gibt es nicht."))
    return _record(*row)


def comment_records(session: Session, commitment_id: int, page: int, per_page: int) -> Listing[CommentRecord]:
    """Return one page of a commitment's visible comments and replies, by id. Two statements."""
    wanted = [col(Comment.commitment_id) == commitment_id, col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None)]
    total = session.exec(select(func.count(col(Comment.id))).where(*wanted)).one()
    rows: Sequence[Comment] = session.exec(
        select(Comment).where(*wanted).order_by(col(Comment.id)).limit(per_page).offset((page - 1) * per_page)
    ).all()
    items = [
        CommentRecord(
            id=c.id or 0,
            parent_id=c.parent_id,
            text=c.text,
            additions=[addition["text"] for addition in c.additions],
            stance=c.stance,
            official=c.official,
            created_on=berlin_date(c.created_at),
        )
        for c in rows
    ]
    return Listing(items, total)


def recommendation_records(session: Session, region: str | None, page: int, per_page: int, today: date) -> Listing[RecommendationRecord]:
    """Return one page of adopted recommendations, newest first, of one region or all. Three statements."""
    closed = set(session.exec(select(Region.slug).where(col(Region.preparing))).all())
    found = [one for one in council.adopted(session, region_slug=region) if one.url.split("/")[1] not in closed]
    items = [
        RecommendationRecord(
            number=one.number,
            region=one.url.split("/")[1],
            url=f"{settings().base_url}{one.url}",
            title=one.title,
            text=one.text,
            commitments=[commitment.slug for commitment in one.about],
            adopted_on=one.adopted_on,
            vote=VoteOfCouncil(r.votes_for, r.votes_against, r.votes_abstain, r.members) if (r := one.result) else None,
            answer_due=one.answer_due,
            answered_on=one.answered_on,
            answer_kind=one.answer_kind,
            answer=one.answer,
            overdue=one.overdue(today),
        )
        for one in found[(page - 1) * per_page : page * per_page]
    ]
    return Listing(items, len(found))


def resolution_records(session: Session, region: str | None, page: int, per_page: int) -> Listing[ResolutionRecord]:
    """Return one page of decisions as they hold, newest first, of one region or all. Two statements."""
    slugs = dict(session.exec(select(Region.id, Region.slug).where(OPEN, *([Region.slug == region] if region else []))).all())
    found = [(slug, one) for number, slug in slugs.items() for one in decisions(session, region_id=number)]
    found.sort(key=lambda pair: (pair[1].decided_on, pair[1].id), reverse=True)
    items = [
        ResolutionRecord(
            id=one.id,
            region=slug,
            about=one.kind,
            title=one.title,
            url=f"{settings().base_url}{one.path}",
            body=one.body,
            act=one.act,
            decided_on=one.decided_on,
            item=one.item,
            paper=one.paper,
            minutes_url=one.minutes_url,
            note=one.note,
            corrects=one.earlier[0].id if one.earlier else None,
            reason=one.reason,
            recorded_on=one.recorded_on,
        )
        for slug, one in found[(page - 1) * per_page : page * per_page]
    ]
    return Listing(items, len(found))


def commitment_state(session: Session, commitment_id: int) -> str:
    """Return a token of one commitment's record. One statement. Raises NotFound."""
    query = (
        select(Commitment.changes, Document.slug, Document.first_line, Region.slug)
        .join(Document, col(Document.id) == Commitment.document_id)
        .join(Region, col(Region.id) == Commitment.region_id)
        .where(Commitment.id == commitment_id, OPEN)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound(_("Diese Zusage gibt es nicht."))
    return ".".join(map(str, row))
