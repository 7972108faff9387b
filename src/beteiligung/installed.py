"""What an installation has already: migrations and filling. Light, since every start and health check asks."""

import hashlib
import time
from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.audit import AuditEntry
from beteiligung.clock import utcnow
from beteiligung.db import reading
from beteiligung.settings import ROOT, settings

SEED_FOLDERS = ("data/regions", "data/catalogue", "data/demo")
_ACT = "seed"


@cache
def newest_migration() -> str:
    """Return the number of the newest migration, from the file names: loading Alembic takes half a second."""
    return max(path.name.split("_", 1)[0] for path in (ROOT / "migrations" / "versions").glob("*_*.py"))


def _present() -> str | None:
    """Return the number of the database's migration; None where it does not answer or has none."""
    try:
        with reading() as session:
            numbers = list(session.execute(text("SELECT version_num FROM alembic_version")).scalars())
    except SQLAlchemyError:
        return None
    return numbers[0] if len(numbers) == 1 else None


def at_head() -> bool:
    """Whether the database answers and has all migrations, and no more."""
    return _present() == newest_migration()


def can_serve() -> bool:
    """Whether the database answers and has all migrations: those of a newer version too, that is just being put into service.

    Migrations only add, so that processes of the version before go on until they are ended (docs/operations.md, “Upgrades”).
    """
    present = _present()
    return present is not None and present >= newest_migration()


def originals() -> dict[str, Path]:
    """Return the source documents at hand by the SHA-256 of their content."""
    folder = next((folder for folder in settings().documents if folder.is_dir()), None)
    if folder is None:
        return {}
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in files}


FILLING = 2
"""Raised when filling does more than before, so that an older installation is filled again: 2 keeps where printed lines begin."""


def fingerprint() -> str:
    """Return a hash of everything an installation is filled from."""
    digest = hashlib.sha256(f"{settings().mode} {FILLING}".encode())
    for folder in SEED_FOLDERS:
        for path in sorted((ROOT / folder).glob("*.toml")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    for sha in sorted(originals()):
        digest.update(sha.encode())
    return digest.hexdigest()


def is_filled(session: Session) -> bool:
    """Whether the last filling was from just these files. One query."""
    entry = session.exec(select(AuditEntry).where(AuditEntry.act == _ACT).order_by(col(AuditEntry.id).desc()).limit(1)).first()
    return entry is not None and entry.subject == fingerprint()


def note_filled(session: Session) -> None:
    """Remember what the installation has been filled from."""
    audit.record(session, _ACT, fingerprint(), utcnow())


def _heartbeat() -> Path:
    return settings().var / "heartbeat"


def note_heartbeat() -> None:
    """Say that beat woke a worker, for `heartbeat_age`."""
    _heartbeat().parent.mkdir(parents=True, exist_ok=True)
    _heartbeat().touch()


def heartbeat_age() -> float | None:
    """Return for how many seconds nothing was heard of beat and worker; None where there was never anything."""
    return time.time() - _heartbeat().stat().st_mtime if _heartbeat().is_file() else None
