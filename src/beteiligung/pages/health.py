"""Whether this process can serve: the database answers and has the newest migrations."""

from functools import cache

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from beteiligung.db import reading
from beteiligung.settings import ROOT


@cache
def _heads() -> frozenset[str]:
    return frozenset(ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini"))).get_heads())


def why_not_ready() -> str | None:
    """Return what is missing, without any detail that helps an attacker, or None."""
    try:
        with reading() as session:
            present = frozenset(row[0] for row in session.execute(text("SELECT version_num FROM alembic_version")))
    except SQLAlchemyError:
        return "database"
    return None if present == _heads() else "migrations"
