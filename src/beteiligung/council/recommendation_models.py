"""Tables: the council's agenda, its recommendations with versions and comments, votes among its members, the answer."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

STATES = ("draft", "voting", "rejected", "adopted")
CHOICES = ("for", "against", "abstain")
ANSWERS = ("accepted", "partly", "examined", "passed_on", "declined")


class AgendaItem(SQLModel, table=True):
    """A commitment the council deals with, until it is taken off."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        Index(
            "uq_agenda_item_open",
            "commitment_id",
            unique=True,
            sqlite_where=text("taken_off_at IS NULL"),
            postgresql_where=text("taken_off_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    commitment_id: int = Field(foreign_key="commitment.id")
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    put_at: datetime = Field(sa_type=UtcDateTime)
    taken_off_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Recommendation(SQLModel, table=True):
    """A text to the assembly and its administration: a draft inside the council, public once adopted."""

    __table_args__ = (
        one_of("state", STATES),
        one_of("answer_kind", ANSWERS),
        UniqueConstraint("region_id", "number"),
        CheckConstraint("length(title) BETWEEN 1 AND 120 AND length(text) > 0", name="has_words"),
        CheckConstraint(
            "(state = 'adopted') = (adopted_at IS NOT NULL) AND (state = 'adopted') = (answer_due IS NOT NULL) "
            "AND (state = 'adopted') = (number IS NOT NULL)",
            name="adopted_is_complete",
        ),
        CheckConstraint(
            "(answered_at IS NULL) = (answer_kind IS NULL) AND (answered_at IS NULL) = (answer IS NULL) "
            "AND (answered_at IS NULL OR state = 'adopted')",
            name="answer_is_complete",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id")
    number: int | None = None
    """From 1 in each region, in the order of adoption."""
    state: str = "draft"
    title: str
    text: str
    """Small Markdown, sanitised when shown. Title and text are those of the newest version."""
    version: int = 1
    created_at: datetime = Field(sa_type=UtcDateTime)
    adopted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer_due: date | None = None
    """The last day on which an answer is in time."""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer_kind: str | None = None
    answer: str | None = None
    answer_by: int | None = Field(default=None, foreign_key="account.id", index=True)


class RecommendationCommitment(SQLModel, table=True):
    """Which commitments a recommendation is about."""

    __tablename__ = "recommendation_commitment"

    recommendation_id: int = Field(foreign_key="recommendation.id", primary_key=True)
    commitment_id: int = Field(foreign_key="commitment.id", primary_key=True, index=True)


class RecommendationVersion(SQLModel, table=True):
    """The words of a recommendation, numbered from 1. Seen by the council only."""

    __tablename__ = "recommendation_version"
    __table_args__ = (UniqueConstraint("recommendation_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    recommendation_id: int = Field(foreign_key="recommendation.id")
    number: int
    title: str
    text: str
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)


class RecommendationComment(SQLModel, table=True):
    """A word of one member to the others about a version. Seen by the council only."""

    __tablename__ = "recommendation_comment"

    id: int | None = Field(default=None, primary_key=True)
    recommendation_id: int = Field(foreign_key="recommendation.id", index=True)
    version: int
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    text: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class Poll(SQLModel, table=True):
    """One vote of the council on one version. Its numbers are 0 until the urn is opened."""

    __tablename__ = "council_poll"
    __table_args__ = (
        CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND votes_abstain >= 0", name="counts"),
        CheckConstraint("(settled_at IS NULL) = (adopted IS NULL)", name="settled_somehow"),
        Index(
            "uq_council_poll_open",
            "recommendation_id",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    recommendation_id: int = Field(foreign_key="recommendation.id", index=True)
    version: int
    members: int
    """Who sat in the council when it began: half of them have to take part."""
    opened_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    votes_for: int = 0
    votes_against: int = 0
    votes_abstain: int = 0
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    adopted: bool | None = None


class Ballot(SQLModel, table=True):
    """One vote in the urn, under a name that leads to nobody without the vote key. Deleted when the urn is opened."""

    __tablename__ = "council_ballot"
    __table_args__ = (one_of("choice", CHOICES),)

    poll_id: int = Field(foreign_key="council_poll.id", primary_key=True)
    voter: str = Field(primary_key=True)
    """See `ballots.ballot_name`."""
    choice: str
