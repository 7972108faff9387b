"""Tables: the later forms of a document, and what each changed."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

CHANGES = ("new", "moved", "reworded", "gone")


class DocumentVersion(SQLModel, table=True):
    """A new form of a document that was known before: one for each run whose review was published."""

    __tablename__ = "document_version"

    id: int | None = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="document.id", index=True)
    run_id: int = Field(foreign_key="import_run.id", unique=True)
    published_at: datetime = Field(sa_type=UtcDateTime)


class DocumentChange(SQLModel, table=True):
    """What became of one commitment in a new form of its document."""

    __tablename__ = "document_change"
    __table_args__ = (one_of("change", CHANGES),)

    version_id: int = Field(foreign_key="document_version.id", primary_key=True)
    commitment_id: int = Field(foreign_key="commitment.id", primary_key=True, index=True)
    change: str
    before: str = ""
    """The wording of the form before, where it was another one or has gone."""
    meaning: bool = False
    """Whether a clerk found that it now says something else, so that voting began anew."""
