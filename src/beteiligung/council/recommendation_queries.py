"""Read models of recommendations: what everybody sees once adopted, and what the council sees of its own work."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlmodel import Session, col, func, select

from beteiligung.catalogue.history import Piece, difference
from beteiligung.catalogue.models import Commitment, SearchTerm
from beteiligung.clock import berlin_date
from beteiligung.council import recommendation_rules as rules
from beteiligung.council.ballots import ballot_name
from beteiligung.council.recommendation_models import (
    AgendaItem,
    Ballot,
    Poll,
    Recommendation,
    RecommendationComment,
    RecommendationCommitment,
    RecommendationVersion,
)
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity.models import Account
from beteiligung.places.models import Region
from beteiligung.text.terms import query_terms

_MOST_WORDS = 12


@dataclass(frozen=True)
class About:
    """A commitment a recommendation is about, or that stands on the agenda."""

    id: int
    slug: str
    title: str
    url: str
    topic: str


@dataclass(frozen=True)
class Result:
    """What an opened urn held. `members` is who sat in the council when the vote began."""

    version: int
    settled_at: datetime
    adopted: bool
    votes_for: int
    votes_against: int
    votes_abstain: int
    members: int


@dataclass(frozen=True)
class Adopted:
    """A recommendation as everybody sees it; the answer fields are None until the administration has answered."""

    id: int
    number: int
    title: str
    text: str
    url: str
    adopted_on: date
    answer_due: date
    answered_on: date | None
    answer_kind: str | None
    answer: str | None
    result: Result | None
    about: tuple[About, ...] = ()

    def overdue(self, today: date) -> bool:
        """Whether the administration should have answered by now."""
        return rules.is_overdue(self.answer_due, self.answered_on is not None, today)

    @property
    def was_late(self) -> bool:
        """Whether the answer came after its term."""
        return self.answered_on is not None and self.answered_on > self.answer_due


def _result(poll: Poll) -> Result | None:
    if poll.settled_at is None or poll.adopted is None:
        return None
    return Result(poll.version, poll.settled_at, poll.adopted, poll.votes_for, poll.votes_against, poll.votes_abstain, poll.members)


def _about(session: Session, numbers: Collection[int]) -> dict[int, list[About]]:
    """Return recommendation → its commitments. One statement."""
    found: dict[int, list[About]] = {}
    query: Any = (
        select(RecommendationCommitment.recommendation_id, Commitment, Region.slug)
        .join(Commitment, col(Commitment.id) == RecommendationCommitment.commitment_id)
        .join(Region, col(Region.id) == Commitment.region_id)
        .where(col(RecommendationCommitment.recommendation_id).in_(numbers))
        .order_by(col(Commitment.position))
    )
    for number, one, region in session.exec(query):
        found.setdefault(number, []).append(About(one.id or 0, one.slug, one.title, f"/{region}/zusagen/{one.slug}", one.topic))
    return found


def adopted(
    session: Session, *, region_slug: str | None = None, commitment_id: int | None = None, topic: str | None = None, limit: int = 1_000
) -> list[Adopted]:
    """Return adopted recommendations, newest first: of a region, about a commitment or a topic, or all. Two statements.

    For pages, feeds, the open data and the reports alike.
    """
    query: Any = (
        select(Recommendation, Poll, Region.slug)
        .join(Region, col(Region.id) == Recommendation.region_id)
        .outerjoin(Poll, (col(Poll.recommendation_id) == Recommendation.id) & (col(Poll.adopted).is_(True)))
        .where(Recommendation.state == "adopted")
        .order_by(col(Recommendation.adopted_at).desc(), col(Recommendation.id).desc())
        .limit(limit)
    )
    if region_slug:
        query = query.where(Region.slug == region_slug)
    if commitment_id or topic:
        of = select(RecommendationCommitment.recommendation_id).join(
            Commitment, col(Commitment.id) == RecommendationCommitment.commitment_id
        )
        of = of.where(Commitment.id == commitment_id) if commitment_id else of.where(Commitment.topic == topic)
        query = query.where(col(Recommendation.id).in_(of))
    rows = session.exec(query).all()
    about = _about(session, [row.id for row, _poll, _slug in rows])
    return [_adopted(row, poll, slug, about) for row, poll, slug in rows]


def _adopted(row: Recommendation, poll: Poll | None, slug: str, about: dict[int, list[About]]) -> Adopted:
    adopted_at, due = cast(datetime, row.adopted_at), cast(date, row.answer_due)  # the table's own check
    return Adopted(
        id=row.id or 0,
        number=row.number or 0,
        title=row.title,
        text=row.text,
        url=f"/{slug}/empfehlungen/{row.number}",
        adopted_on=berlin_date(adopted_at),
        answer_due=due,
        answered_on=berlin_date(row.answered_at) if row.answered_at else None,
        answer_kind=row.answer_kind,
        answer=row.answer,
        result=_result(poll) if poll else None,
        about=tuple(about.get(row.id or 0, ())),
    )


def adopted_one(session: Session, region_slug: str, number: int) -> Adopted:
    """Return an adopted recommendation by its number in the region. Two statements. Raises NotFound, for drafts too."""
    found = [one for one in adopted(session, region_slug=region_slug) if one.number == number]
    if not found:
        raise NotFound(_("Diese Empfehlung gibt es nicht."))
    return found[0]


def state(session: Session, region_id: int | None = None) -> str:
    """Return what changes whenever what everybody sees of recommendations and agenda does. One statement."""
    own = [Recommendation.region_id == region_id] if region_id else []
    agenda = [AgendaItem.region_id == region_id] if region_id else []
    row = session.exec(
        select(
            func.count(col(Recommendation.adopted_at)),
            func.count(col(Recommendation.answered_at)),
            select(func.count()).select_from(AgendaItem).where(*agenda).scalar_subquery(),
            select(func.count(col(AgendaItem.taken_off_at))).where(*agenda).scalar_subquery(),
        ).where(*own)
    ).one()
    return ".".join(map(str, row))


def agenda(session: Session, region_id: int, region_slug: str) -> list[tuple[About, date]]:
    """Return the commitments on the agenda with the day they came there, newest first. One statement."""
    rows = session.exec(
        select(AgendaItem.put_at, Commitment)
        .join(Commitment, col(Commitment.id) == AgendaItem.commitment_id)
        .where(AgendaItem.region_id == region_id, col(AgendaItem.taken_off_at).is_(None))
        .order_by(col(AgendaItem.id).desc())
    ).all()
    return [(About(one.id or 0, one.slug, one.title, f"/{region_slug}/zusagen/{one.slug}", one.topic), berlin_date(at)) for at, one in rows]


# Inside the council


@dataclass(frozen=True)
class Draft:
    """A line of the council's own list. `ends_at` and `voted` (how many) only while a vote is open."""

    id: int
    title: str
    state: str
    version: int
    comments: int
    ends_at: datetime | None
    voted: int
    members: int


def drafts(session: Session, region_id: int) -> list[Draft]:
    """Return what the council works on, newest first. Two statements."""
    spoken = (
        select(func.count()).select_from(RecommendationComment).where(RecommendationComment.recommendation_id == Recommendation.id)
    ).scalar_subquery()
    voted = select(func.count()).select_from(Ballot).where(Ballot.poll_id == Poll.id).scalar_subquery()
    query: Any = (
        select(Recommendation, Poll, spoken, voted)
        .outerjoin(Poll, (col(Poll.recommendation_id) == Recommendation.id) & col(Poll.settled_at).is_(None))
        .where(Recommendation.region_id == region_id, Recommendation.state != "adopted")
        .order_by(col(Recommendation.id).desc())
    )
    return [
        Draft(
            row.id, row.title, row.state, row.version, comments, poll.ends_at if poll else None, count, poll.members if poll else 0
        )
        for row, poll, comments, count in session.exec(query)
    ]  # fmt: skip


@dataclass(frozen=True)
class Version:
    """The words of a recommendation at a time; `by` is empty where the account is gone."""

    number: int
    title: str
    text: str
    by: str
    created_at: datetime


@dataclass(frozen=True)
class Word:
    """What a member said to the others."""

    version: int
    by: str
    text: str
    created_at: datetime


@dataclass(frozen=True)
class Work:
    """A recommendation as its council sees it."""

    id: int
    number: int | None
    state: str
    title: str
    text: str
    version: int
    about: tuple[About, ...]
    versions: tuple[Version, ...]
    comments: tuple[Word, ...]
    ends_at: datetime | None
    """Of the vote that is going on."""
    voted: int
    members: int
    has_voted: bool
    results: tuple[Result, ...]


def work(session: Session, region_id: int, recommendation_id: int, account_id: int) -> Work:
    """Return a recommendation with its versions, comments and votes, for a member. Six statements. Raises NotFound."""
    row = session.get(Recommendation, recommendation_id)
    if row is None or row.region_id != region_id:
        raise NotFound(_("Diese Empfehlung gibt es nicht."))
    versions = session.exec(
        select(RecommendationVersion, Account.display_name)
        .outerjoin(Account, col(Account.id) == RecommendationVersion.account_id)
        .where(RecommendationVersion.recommendation_id == recommendation_id)
        .order_by(col(RecommendationVersion.number).desc())
    ).all()
    comments = session.exec(
        select(RecommendationComment, Account.display_name)
        .outerjoin(Account, col(Account.id) == RecommendationComment.account_id)
        .where(RecommendationComment.recommendation_id == recommendation_id)
        .order_by(col(RecommendationComment.id))
    ).all()
    polls = session.exec(select(Poll).where(Poll.recommendation_id == recommendation_id).order_by(col(Poll.id).desc())).all()
    running = next((poll for poll in polls if poll.settled_at is None), None)
    voted = session.exec(select(Ballot.voter).where(Ballot.poll_id == running.id)).all() if running else []
    return Work(
        id=recommendation_id,
        number=row.number,
        state=row.state,
        title=row.title,
        text=row.text,
        version=row.version,
        about=tuple(_about(session, [recommendation_id]).get(recommendation_id, ())),
        versions=tuple(Version(one.number, one.title, one.text, name or "", one.created_at) for one, name in versions),
        comments=tuple(Word(one.version, name or "", one.text, one.created_at) for one, name in comments),
        ends_at=running.ends_at if running else None,
        voted=len(voted),
        members=running.members if running else 0,
        has_voted=running is not None and ballot_name(cast(int, running.id), account_id) in voted,
        results=tuple(found for poll in polls if (found := _result(poll))),
    )


def waiting(session: Session, region_slug: str, today: date) -> tuple[int, int]:
    """Return how many recommendations wait for the administration's answer, and how many of them are overdue."""
    unanswered = [one for one in adopted(session, region_slug=region_slug) if one.answered_on is None]
    return len(unanswered), sum(one.overdue(today) for one in unanswered)


def changes(work: Work) -> list[tuple[Version, tuple[Piece, ...]]]:
    """Return every version, newest first, with how its text came from the one before; nothing of the first."""
    older = [*work.versions[1:], None]
    return [(one, difference(before.text, one.text) if before else ()) for one, before in zip(work.versions, older, strict=True)]


def to_put_on_agenda(session: Session, region_id: int, region_slug: str, wanted: str) -> list[About]:
    """Return up to ten published commitments that hold every word and are not on the agenda yet. One statement."""
    terms = query_terms(wanted)[:_MOST_WORDS]
    if not terms:
        return []
    there = select(AgendaItem.commitment_id).where(col(AgendaItem.taken_off_at).is_(None))
    query = select(Commitment).where(Commitment.region_id == region_id, Commitment.state == "published", col(Commitment.id).not_in(there))
    for term in terms:
        holds = select(SearchTerm.commitment_id).where(col(SearchTerm.term).startswith(term, autoescape=True))
        query = query.where(col(Commitment.id).in_(holds))
    rows = session.exec(query.order_by(col(Commitment.position)).limit(10)).all()
    return [About(one.id or 0, one.slug, one.title, f"/{region_slug}/zusagen/{one.slug}", one.topic) for one in rows]
