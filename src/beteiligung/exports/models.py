"""Table: what the administration takes out, and how far its file is."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Integer
from sqlmodel import Column, Field, SQLModel

from beteiligung.db import UtcDateTime, one_of

KINDS = ("feedback", "comments", "votes")
SCOPES = ("region", "commitment", "topic", "document", "committee")
STATES = ("queued", "running", "done", "failed", "gone")


class ExportRun(SQLModel, table=True):
    """One export: ordered by a clerk, written by the worker piece by piece, gone after some days.

    `after` and `pieces` say how far it is; they move together, in one transaction for each piece, so that whoever goes on after a
    crash begins where the last whole piece ends.
    """

    __tablename__ = "export_run"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("scope", SCOPES),
        one_of("state", STATES),
        CheckConstraint("(state = 'done') = (file IS NOT NULL)", name="done_has_file"),
        CheckConstraint("done >= 0 AND total >= 0", name="counts"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    account_id: int | None = Field(
        default=None, sa_column=Column(Integer, ForeignKey("account.id", ondelete="SET NULL"), nullable=True, index=True)
    )
    """Who ordered it."""
    kind: str
    scope: str
    target: str = ""
    """The slug of commitment, topic, document or committee; empty for the whole region."""
    title: str
    """Of what it is about."""
    state: str = "queued"
    cut_off: int
    """The largest number of a comment (of a commitment, unless comments are exported) when it was ordered: what came later is left out."""
    after: int = 0
    """The number of the last row in the pieces."""
    done: int = 0
    total: int = 0
    """Rows, as counted when it was ordered: for the picture of progress."""
    pieces: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Names of the parts under var/office-exports/, in order."""
    mark: str = ""
    """Of what it holds: where the same question gives another mark, something in it has been hidden or taken back since."""
    file: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the link ends."""
