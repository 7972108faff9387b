"""Tables: reports, cases, seats at a case, decisions, outcomes with their statement of reasons, appeals, the public log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Column, Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

RULE_GROUNDS = ("rule_1", "rule_2", "rule_4", "rule_5", "rule_6", "rule_7")
"""The numbered rules of conduct; rule 3 („nichts Verbotenes“) is said by the laws themselves."""
LAW_GROUNDS = ("insult", "defamation", "threat", "incitement", "symbols", "minors", "privacy_law", "other_law")
GROUNDS = (*RULE_GROUNDS, *LAW_GROUNDS)
MEASURES = ("none", "part", "hide", "close", "pause")
"""From the mildest to the most severe; `close` and `pause` hide the comment too."""
STAGES = ("first", "appeal", "review")
BODIES = ("council", "clerks")
ENDS = ("decided", "returned", "expired", "void")
SOURCES = ("reports", "office", "appeal", "review")


class Case(SQLModel, table=True):
    """What is to be decided about one comment. Reports on the same comment join the open case."""

    __tablename__ = "moderation_case"
    __table_args__ = (
        one_of("stage", STAGES),
        one_of("body", BODIES),
        CheckConstraint("(stage = 'first') = (of_case_id IS NULL)", name="stage_follows"),
        CheckConstraint(
            "(provisional_at IS NULL) = (provisional_ground IS NULL) AND (provisional_at IS NULL) = (provisional_reason IS NULL)",
            name="provisional_has_reason",
        ),
        Index(
            "ix_moderation_case_waiting",
            "region_id",
            "opened_at",
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index(
            "uq_moderation_case_open",
            "comment_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    comment_id: int = Field(foreign_key="comment.id", index=True)
    stage: str = "first"
    of_case_id: int | None = Field(default=None, foreign_key="moderation_case.id", index=True)
    """The case an appeal or a review is about."""
    body: str = "council"
    opened_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    provisional_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    provisional_by: int | None = Field(default=None, foreign_key="account.id", index=True)
    provisional_ground: str | None = None
    provisional_reason: str | None = None
    escalated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Flag(SQLModel, table=True):
    """A report of a comment (Article 16 DSA). Without an account only of what is unlawful."""

    __table_args__ = (one_of("ground", GROUNDS), UniqueConstraint("case_id", "reporter_id"), UniqueConstraint("case_id", "email"))

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="moderation_case.id")
    reporter_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    name: str | None = None
    email: str | None = None
    ground: str
    text: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class Seat(SQLModel, table=True):
    """Somebody was drawn to decide a case, until `due_at`."""

    __tablename__ = "case_seat"
    __table_args__ = (
        CheckConstraint("\"end\" IN ('decided', 'returned', 'expired', 'void')", name="end_known"),
        CheckConstraint('(ended_at IS NULL) = ("end" IS NULL)', name="ended_somehow"),
        Index(
            "uq_case_seat_open",
            "case_id",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="moderation_case.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    """None once the account has been erased."""
    drawn_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    end: str | None = None


class Decision(SQLModel, table=True):
    """What one person decided. Two or three of them make an outcome."""

    __tablename__ = "case_decision"
    __table_args__ = (
        one_of("measure", MEASURES),
        one_of("ground", GROUNDS),
        CheckConstraint("length(facts) > 0", name="has_facts"),
        CheckConstraint("(measure = 'pause') = (days IS NOT NULL)", name="pause_has_days"),
        UniqueConstraint("case_id", "account_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="moderation_case.id")
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    measure: str
    ground: str
    facts: str
    passage: str | None = None
    days: int | None = None
    decided_at: datetime = Field(sa_type=UtcDateTime)


class Outcome(SQLModel, table=True):
    """What holds, with the statement of reasons (Article 17 DSA): no outcome is stored without one."""

    __table_args__ = (
        one_of("measure", MEASURES),
        one_of("ground", GROUNDS),
        one_of("source", SOURCES),
        one_of("body", BODIES),
        CheckConstraint("length(scope) > 0 AND length(facts) > 0 AND length(redress) > 0", name="states_its_reasons"),
        CheckConstraint("(measure = 'pause') = (ends_at IS NOT NULL)", name="pause_ends"),
        CheckConstraint("deciders >= 2", name="nobody_alone"),
    )

    case_id: int = Field(foreign_key="moderation_case.id", primary_key=True)
    author_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    """Whom the statement is addressed to; None once erased, or where the comment came on paper."""
    measure: str
    scope: str
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Duration: None is until further notice."""
    facts: str
    ground: str
    source: str
    automated_detection: bool = False
    automated_decision: bool = False
    redress: str
    body: str
    deciders: int
    unanimous: bool
    passage: str | None = None
    """The words of a partly hidden comment, kept for a successful appeal."""
    decided_at: datetime = Field(sa_type=UtcDateTime)


class Appeal(SQLModel, table=True):
    """Author or reporter do not accept an outcome; `new_case_id` decides it anew."""

    __table_args__ = (UniqueConstraint("case_id", "account_id"), UniqueConstraint("case_id", "flag_id"))

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="moderation_case.id")
    new_case_id: int = Field(foreign_key="moderation_case.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    flag_id: int | None = Field(default=None, foreign_key="flag.id", index=True)
    """The report of somebody without an account."""
    text: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class Moderator(SQLModel, table=True):
    """A member of the council as a moderator: whether introduced, and on which days there is time."""

    account_id: int = Field(foreign_key="account.id", primary_key=True)
    region_id: int = Field(foreign_key="region.id", primary_key=True)
    introduced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    weekdays: str = ""
    """Digits, Monday is 0: `135`."""


class LogEntry(SQLModel, table=True):
    """One line of the public log, without anything about a person; rows are only ever added and hash-chained."""

    __tablename__ = "moderation_log"

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    """To the hour."""
    act: str
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    case_id: int
    """Private: in the chain only as a salted commitment. No foreign key: the log outlives the case."""
    salt: str | None = None
