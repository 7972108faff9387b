"""Tables: the tone of each comment, samples that people label, their labels, heads learned from them, declared stances."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Column, Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

TONES = ("positive", "neutral", "negative", "unclear")
"""What people choose from, in the order of the four buttons; the first three are those of the model."""
STATES = ("open", "done", "discarded")


class CommentTone(SQLModel, table=True):
    """What the model said of a comment that can be seen. Never shown for a single comment, neither to people who label."""

    __tablename__ = "comment_tone"
    __table_args__ = (one_of("label", TONES),)

    comment_id: int = Field(foreign_key="comment.id", primary_key=True, ondelete="CASCADE")
    model: str
    """Name and version of the head."""
    label: str
    positive: float
    neutral: float
    negative: float
    read_at: datetime = Field(sa_type=UtcDateTime)


class ToneHead(SQLModel, table=True):
    """A head learned from people's labels on this installation, whether or not it took over."""

    __tablename__ = "tone_head"
    __table_args__ = (CheckConstraint("taken OR arrays IS NULL", name="kept_if_taken"),)

    id: int | None = Field(default=None, primary_key=True)
    manifest: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    arrays: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """A file of plain numpy arrays, no pickle; None where the old head was better, or once a newer one took over."""
    taken: bool
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What both heads reached on labels that neither had seen."""
    made_at: datetime = Field(sa_type=UtcDateTime)


class ToneSample(SQLModel, table=True):
    """Comments of a region (of a topic, of a period) drawn at random for people to label; once done, with its frozen figures."""

    __tablename__ = "tone_sample"
    __table_args__ = (
        one_of("state", STATES),
        CheckConstraint("(state = 'done') = (facts IS NOT NULL)", name="done_has_facts"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_somehow"),
        CheckConstraint("size > 0 AND size <= population", name="size_fits"),
        Index(
            "uq_tone_sample_open",
            "region_id",
            "topic",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    topic: str = ""
    """Slug, empty for all topics."""
    since: date | None = None
    """First day in Berlin of the comments it is about."""
    until: date | None = None
    """Last day."""
    model: str
    model_sha256: str
    """Of the head's arrays, frozen before the draw."""
    seed: str
    """`random.Random(seed).sample(sorted ids, size)` gives the sample again."""
    frame_sha256: str
    """Of the sorted comment ids it was drawn from, one a line."""
    population: int
    """Comments it was drawn from."""
    size: int
    drawn_at: datetime = Field(sa_type=UtcDateTime)
    drawn_by: int | None = Field(default=None, foreign_key="account.id", index=True)
    state: str = "open"
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    facts: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


class SampleText(SQLModel, table=True):
    """A comment that a sample was drawn from, with what the frozen model said; those drawn have a position.

    Goes with its comment when that is hidden, withdrawn or erased; what was not drawn goes when the sample ends.
    """

    __tablename__ = "sample_text"
    __table_args__ = (
        Index(
            "uq_sample_text_position",
            "sample_id",
            "position",
            unique=True,
            sqlite_where=text("position IS NOT NULL"),
            postgresql_where=text("position IS NOT NULL"),
        ),
    )

    sample_id: int = Field(foreign_key="tone_sample.id", primary_key=True, ondelete="CASCADE")
    comment_id: int = Field(foreign_key="comment.id", primary_key=True, index=True, ondelete="CASCADE")
    positive: float
    neutral: float
    negative: float
    position: int | None = None


class ToneLabel(SQLModel, table=True):
    """What one person says of a drawn comment: slots 1 and 2 blind to each other, 3 where those differ."""

    __tablename__ = "tone_label"
    __table_args__ = (
        one_of("label", TONES),
        CheckConstraint("slot IN (1, 2, 3)", name="slot_known"),
        UniqueConstraint("sample_id", "comment_id", "account_id"),
    )

    sample_id: int = Field(foreign_key="tone_sample.id", primary_key=True, ondelete="CASCADE")
    comment_id: int = Field(foreign_key="comment.id", primary_key=True, index=True, ondelete="CASCADE")
    slot: int = Field(primary_key=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    label: str
    given_at: datetime = Field(sa_type=UtcDateTime)


class StanceCount(SQLModel, table=True):
    """Declared stances of the comments that can be seen, counted by a worker; topic empty: the whole region."""

    __tablename__ = "stance_count"

    region_id: int = Field(foreign_key="region.id", primary_key=True)
    topic: str = Field(default="", primary_key=True)
    for_: int = Field(sa_column_kwargs={"name": "for"})
    against: int
    question: int
    none: int
    counted_at: datetime = Field(sa_type=UtcDateTime)
