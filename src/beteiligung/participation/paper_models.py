"""Table: sheets of paper that carry votes or a comment, each with a single-use code."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

SHEET_KINDS = ("ballot", "comment")


class PaperSheet(SQLModel, table=True):
    """One printed ballot or comment form. Nothing says whose it is; its code is derived from id and nonce."""

    __tablename__ = "paper_sheet"
    __table_args__ = (one_of("kind", SHEET_KINDS), one_of("standing", ("confirmed", "unconfirmed")))

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="print_run.id", index=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    kind: str
    standing: str
    """Confirmed: handed out against an identity card, or sent by registered letter."""
    nonce: str
    expires_at: datetime = Field(sa_type=UtcDateTime)
    entered_on: date | None = None
    """The day on which a clerk typed it in; nobody can do so a second time."""
