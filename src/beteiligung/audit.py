"""What was done in office, by whom: roles, publications, archiving, imports. Never votes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Column, Field, Session, SQLModel

from beteiligung.db import UtcDateTime


class AuditEntry(SQLModel, table=True):
    """One act of office; rows are only ever added."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    account_id: int | None = None
    """Who did it; None for the command line. No foreign key: the entry outlives the account."""
    region_id: int | None = Field(default=None, foreign_key="region.id", index=True)
    act: str
    subject: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


def record(
    session: Session, act: str, subject: str, now: datetime, *, account_id: int | None = None, region_id: int | None = None, **detail: Any
) -> None:
    """Add an entry in the transaction of the act itself."""
    session.add(AuditEntry(at=now, account_id=account_id, region_id=region_id, act=act, subject=subject, detail=detail))
