"""Table: what a body of the assembly did with a commitment, a recommendation or a report."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

ACTS = ("noted", "referred", "adopted", "rejected", "adjourned")
VOID = "void"
"""Of a correcting entry alone: there was no such decision."""
SUBJECTS = ("commitment", "recommendation", "report")


class Resolution(SQLModel, table=True):
    """One decision of one body. Rows are only ever added: a mistake is mended by an entry that corrects it."""

    __table_args__ = (
        one_of("act", (*ACTS, VOID)),
        CheckConstraint(
            "(CASE WHEN commitment_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN recommendation_id IS NULL THEN 0 ELSE 1 END) + "
            "(CASE WHEN report_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="about_one_thing",
        ),
        CheckConstraint("length(body) BETWEEN 1 AND 120", name="body_named"),
        CheckConstraint("act <> 'void' OR corrects_id IS NOT NULL", name="void_corrects"),
        CheckConstraint("(corrects_id IS NULL) = (reason = '')", name="correction_has_reason"),
        UniqueConstraint("corrects_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    commitment_id: int | None = Field(default=None, foreign_key="commitment.id", index=True)
    recommendation_id: int | None = Field(default=None, foreign_key="recommendation.id", index=True)
    report_id: int | None = Field(default=None, foreign_key="report.id", index=True)
    title: str
    """Of what was decided on, as it was called when this was recorded."""
    path: str
    """Its page."""
    body: str
    """Who decided, as the page names it: a committee may be renamed or gone later."""
    committee_id: int | None = Field(default=None, foreign_key="committee.id")
    """None for the assembly itself and for a body that is no committee of it."""
    act: str
    decided_on: date
    item: str = ""
    """Number on the agenda (TOP)."""
    paper: str = ""
    """Number of the paper (Vorlage)."""
    minutes_url: str = ""
    note: str = ""
    """In one or two sentences: with which changes, to whom it was referred, until when it was adjourned."""
    corrects_id: int | None = Field(default=None, foreign_key="resolution.id")
    """The entry this one takes the place of; one entry has at most one correction, that may be corrected itself."""
    reason: str = ""
    """What was wrong with it."""
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
