"""Tables: votes, tallies, comments, helpful votes, follows."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, false, text
from sqlmodel import Column, Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

CHOICES = ("for", "neutral", "against")
STANDINGS = ("confirmed", "unconfirmed", "outside")
SHOWN = tuple(f"shown_{standing}" for standing in STANDINGS)
STANCES = ("for", "against", "question")
FOLLOW_KINDS = ("commitment", "topic", "region")
SMALLEST_GROUP = 5
"""Fewer people are never shown, and figures change only by as many at once."""


class Vote(SQLModel, table=True):
    """One person's vote on one version. Holds a keyed pseudonym, no account, no time, no number.

    `shown_<standing>` is what the last figures published for that standing counted of this person.
    A row whose vote was withdrawn stays with `choice` empty until no published figure counts it.
    """

    __table_args__ = (
        *(CheckConstraint(f"{name} IN ('for', 'neutral', 'against')", name=f"{name}_known") for name in ("choice", *SHOWN)),
        one_of("standing", STANDINGS),
        Index("ix_vote_changed", "commitment_id", "version", sqlite_where=text("changed"), postgresql_where=text("changed")),
        {"sqlite_with_rowid": False},  # a row number would keep the order in which people voted
    )

    commitment_id: int = Field(foreign_key="commitment.id", primary_key=True)
    version: int = Field(primary_key=True)
    voter: str = Field(primary_key=True, index=True)
    """HMAC(vote key, account, region) in hex; random once the account has been erased."""
    choice: str | None
    standing: str
    shown_confirmed: str | None = None
    shown_unconfirmed: str | None = None
    shown_outside: str | None = None
    changed: bool = True
    """Whether the vote differs from what is shown in any standing."""


def _count() -> Any:
    return Field(default=0, nullable=False)


class Tally(SQLModel, table=True):
    """Votes on one version of a commitment by standing and choice, live and as last shown.

    The live figures are never shown anywhere; `shown_*` are the snapshot everybody sees: the database
    guarantees that each standing shows nobody or at least five people.
    """

    __table_args__ = (
        CheckConstraint(
            " AND ".join(f"{prefix}{s}_{c} >= 0" for prefix in ("", "shown_") for s in STANDINGS for c in CHOICES),
            name="not_negative",
        ),
        *(
            CheckConstraint(f"{total} = 0 OR {total} >= {SMALLEST_GROUP}", name=f"shown_{s}_large_enough")
            for s, total in ((s, f"(shown_{s}_for + shown_{s}_neutral + shown_{s}_against)") for s in STANDINGS)
        ),
    )

    commitment_id: int = Field(foreign_key="commitment.id", primary_key=True)
    version: int = Field(primary_key=True)
    confirmed_for: int = _count()
    confirmed_neutral: int = _count()
    confirmed_against: int = _count()
    unconfirmed_for: int = _count()
    unconfirmed_neutral: int = _count()
    unconfirmed_against: int = _count()
    outside_for: int = _count()
    outside_neutral: int = _count()
    outside_against: int = _count()
    shown_confirmed_for: int = _count()
    shown_confirmed_neutral: int = _count()
    shown_confirmed_against: int = _count()
    shown_unconfirmed_for: int = _count()
    shown_unconfirmed_neutral: int = _count()
    shown_unconfirmed_against: int = _count()
    shown_outside_for: int = _count()
    shown_outside_neutral: int = _count()
    shown_outside_against: int = _count()
    shown_confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When these figures were taken, coarsened to the hour; None while nothing is shown of this standing."""
    shown_unconfirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    shown_outside_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


_SEEN = "withdrawn_at IS NULL AND hidden_at IS NULL"
_UNANSWERED = f"parent_id IS NULL AND stance = 'question' AND answered_at IS NULL AND {_SEEN}"


class Comment(SQLModel, table=True):
    """A comment or, with a parent, a reply. Two levels only."""

    __table_args__ = (
        CheckConstraint("stance IN ('for', 'against', 'question')", name="stance_known"),
        CheckConstraint("(parent_id IS NULL) = (reply_number IS NULL)", name="replies_are_numbered"),
        CheckConstraint("length(text) <= 4000", name="text_length"),
        # without threads: SQLite would look all of them up in it by „parent_id IS NULL“
        Index(
            "ix_comment_replies",
            "parent_id",
            "reply_number",
            unique=True,
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
        Index(
            "ix_comment_threads_helpful",
            "commitment_id",
            "score",
            "id",
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
        Index(
            "ix_comment_threads_newest",
            "commitment_id",
            "id",
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
        Index(
            "ix_comment_threads_sides",
            "commitment_id",
            "stance",
            "score",
            "id",
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
        Index("ix_comment_stances", "commitment_id", "stance", "official", sqlite_where=text(_SEEN), postgresql_where=text(_SEEN)),
        Index("ix_comment_unanswered", "commitment_id", "score", sqlite_where=text(_UNANSWERED), postgresql_where=text(_UNANSWERED)),
    )

    id: int | None = Field(default=None, primary_key=True)
    commitment_id: int = Field(foreign_key="commitment.id")
    parent_id: int | None = Field(default=None, foreign_key="comment.id")
    reply_number: int | None = None
    """1 for the first reply of a thread; keeps a page of replies cheap however long the thread is."""
    reply_count: int = 0
    author_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    """None once the account has been erased."""
    official: bool = False
    """An answer of the administration; its text is small Markdown."""
    on_paper: bool = False
    """Came on paper, typed in by a clerk; it has no author here."""
    stance: str | None = None
    text: str
    additions: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """What the author added after the time for editing: [{"at": ISO time, "text": …}]."""
    helpful: int = 0
    not_helpful: int = 0
    score: float = 0.0
    """Lower bound of the Wilson interval (95 %) of helpful among both."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    hidden_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    hidden_reason: str | None = None
    """Why it is hidden; of a comment that is not: why a part of it is."""
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when moderation lets nobody reply in this thread."""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the administration replied officially to this thread."""
    may_quote: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether its author lets reports to the assembly quote it, without their name; changeable at any time."""
    changes: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often its words or visibility have changed: what was made of them before is out of date."""


class Pause(SQLModel, table=True):
    """Moderation lets somebody write nothing in a region for some days; votes are not touched."""

    account_id: int = Field(foreign_key="account.id", primary_key=True)
    region_id: int = Field(foreign_key="region.id", primary_key=True)
    until: datetime = Field(sa_type=UtcDateTime)


class CommentVote(SQLModel, table=True):
    """Whether somebody found a comment helpful (1) or not (-1), under the same pseudonym as votes."""

    __tablename__ = "comment_vote"
    __table_args__ = (CheckConstraint("value IN (1, -1)", name="value_known"), {"sqlite_with_rowid": False})

    comment_id: int = Field(foreign_key="comment.id", primary_key=True)
    voter: str = Field(primary_key=True, index=True)
    value: int


class Follow(SQLModel, table=True):
    """Somebody wants news of a commitment, of a topic of a region, or of a whole region.

    `target` is the commitment's slug, the topic's slug, or empty for the region.
    """

    __table_args__ = (one_of("kind", FOLLOW_KINDS), Index(None, "region_id", "kind", "target"))

    account_id: int = Field(foreign_key="account.id", primary_key=True)
    region_id: int = Field(foreign_key="region.id", primary_key=True)
    kind: str = Field(primary_key=True)
    target: str = Field(default="", primary_key=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
