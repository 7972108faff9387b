"""Tables: reports to the assembly, their numbered corrections, which comments they quote, and their files."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, LargeBinary, UniqueConstraint
from sqlmodel import Column, Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

STATES = ("computing", "prepared", "released", "published", "discarded")


class Report(SQLModel, table=True):
    """A report: what it is asked for, its figures once frozen, what the administration adds, and who let it out.

    `content` is a `dataset.ReportData`. Until the release it lacks number, foreword and answers; from then on nothing in it changes
    but the words of quotes that are blacked out, which the digest does not cover.
    """

    __table_args__ = (
        one_of("state", STATES),
        UniqueConstraint("region_id", "number"),
        UniqueConstraint("region_id", "quarter"),
        CheckConstraint("since <= until", name="period_has_days"),
        CheckConstraint("state IN ('computing', 'discarded') OR content IS NOT NULL", name="prepared_has_content"),
        CheckConstraint(
            "(released_at IS NULL) = (digest IS NULL) AND (released_at IS NULL OR number IS NOT NULL) "
            "AND (number IS NULL OR state IN ('released', 'published', 'discarded')) "
            "AND (state IN ('released', 'published')) = (released_at IS NOT NULL)",
            name="released_is_complete",
        ),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published_has_a_day"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id")
    number: int | None = None
    """From 1 in each region, in the order of release. It stays taken when a released report is thrown away: its address was printed."""
    quarter: str | None = None
    """„2026-3“ of a draft that came by the clock; at most one each."""
    state: str = "computing"
    body: str
    meets_on: date | None = None
    committees: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Names, in the order in which they advise."""
    since: date
    until: date
    topics: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Slugs; empty: all."""
    paper_number: str = ""
    subject: str = ""
    drafted_by: int | None = Field(default=None, foreign_key="account.id", index=True, ondelete="SET NULL")
    """None also for drafts that came by the clock."""
    drafted_at: datetime = Field(sa_type=UtcDateTime)
    content: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    foreword: str = ""
    answers: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """[{"commitment": slug or "", "text": …}]"""
    edited_by: int | None = Field(default=None, foreign_key="account.id", index=True, ondelete="SET NULL")
    """Who wrote last; everybody who wrote stands in `ReportWriter`."""
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When foreword and answers were last written; without that nobody can release it."""
    released_by: int | None = Field(default=None, foreign_key="account.id", index=True, ondelete="SET NULL")
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    digest: str | None = None
    """SHA-256 of `dataset.canonical`."""
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReportWriter(SQLModel, table=True):
    """Who wrote foreword and answers of a report, also where somebody else changed them later: none of them releases it."""

    __tablename__ = "report_writer"

    report_id: int = Field(foreign_key="report.id", primary_key=True)
    account_id: int = Field(foreign_key="account.id", primary_key=True, index=True, ondelete="CASCADE")


class ReportCorrection(SQLModel, table=True):
    """What a published report was mended in. `content` is the whole data set as it reads since then, with a digest of its own."""

    __tablename__ = "report_correction"
    __table_args__ = (UniqueConstraint("report_id", "number"), CheckConstraint("number >= 1", name="number_counts"))

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id")
    number: int
    reason: str
    content: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    digest: str
    made_by: int | None = Field(default=None, foreign_key="account.id", index=True, ondelete="SET NULL")
    """None for quotes that were blacked out by the program."""
    made_at: datetime = Field(sa_type=UtcDateTime)


class ReportQuote(SQLModel, table=True):
    """Which comment a quote is, kept outside of the data set so that nothing in it leads to a person."""

    __tablename__ = "report_quote"

    report_id: int = Field(foreign_key="report.id", primary_key=True)
    number: int = Field(primary_key=True)
    comment_id: int | None = Field(default=None, foreign_key="comment.id", index=True, ondelete="SET NULL")


class ReportFile(SQLModel, table=True):
    """A report in one of the formats. The files of every version that held a quote are made anew when it is blacked out."""

    __tablename__ = "report_file"

    report_id: int = Field(foreign_key="report.id", primary_key=True)
    correction: int = Field(primary_key=True)
    """0: as first published; n: as of correction n."""
    format: str = Field(primary_key=True)
    """Key of `formats.FORMATS`."""
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sha256: str
    made_at: datetime = Field(sa_type=UtcDateTime)
