"""Table: which vote key the pseudonyms are made with."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from beteiligung.db import UtcDateTime


class VoteKey(SQLModel, table=True):
    """The mark of the present vote key, written when it is changed: a process with another key must not write votes."""

    __tablename__ = "vote_key"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    mark: str
    """HMAC(vote key, a fixed word): tells keys apart and says nothing about them."""
    since: datetime = Field(sa_type=UtcDateTime)
