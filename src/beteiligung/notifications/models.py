"""Tables: what people are told in their account."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from beteiligung.db import UtcDateTime


class Notification(SQLModel, table=True):
    """One piece of news for one person; the unique key keeps a repeated task from telling twice."""

    __table_args__ = (UniqueConstraint("account_id", "event"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    event: str
    """What happened, as `entry:17` (history entry) or `comment:9` (reply or official answer)."""
    title: str
    path: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
