"""`beteiligung backup|restore`: database and files as one archive that says what is in it; the keys go elsewhere.

The archive is a tar: `manifest.json` (when, migration, rows by table, SHA-256 of every file), `database.sqlite3` or
`database.pgdump` (`pg_dump` of one moment), and the files of the data directory that the database names. No secret and no mail
is in it. The list of erased people is (`rights/erased.txt`): on restoring it is joined with the one that is there, and
who is on either is erased again.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, create_engine, inspect, make_url, text

FILES = ("uploads", "print", "rights", "templates")
"""Folders of the data directory that belong to the database. Never `exports`: an archive of somebody's own data holds their votes."""
ERASED = "rights/erased.txt"
_FORMAT = 1


def _rows(connection: Connection) -> dict[str, int]:
    """Return the number of rows by table."""
    names = sorted(inspect(connection).get_table_names())
    return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}  # noqa: S608 - our own tables


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _server(tool: str, *arguments: str) -> None:
    """Run one of PostgreSQL's tools on the settings' database. Raises ClickException with what it said."""
    from beteiligung.settings import settings

    url = make_url(settings().database_url)
    env = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    path = shutil.which(tool)
    if path is None:
        raise click.ClickException(f"{tool} is needed and not installed (for example the package postgresql-client).")
    done = subprocess.run([path, *arguments, "--dbname", plain], env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException(f"{tool}: {done.stderr.strip()[-2000:]}")


def _dump(folder: Path) -> tuple[Path, dict[str, int]]:
    """Write the database of one moment into a folder, while the installation goes on; returns the file and its rows by table."""
    from beteiligung.db import make_engine
    from beteiligung.settings import settings

    url = make_url(settings().database_url)
    engine = make_engine(settings().database_url)
    try:
        if url.drivername.startswith("sqlite"):
            path = folder / "database.sqlite3"
            with closing(sqlite3.connect(str(url.database))) as source, closing(sqlite3.connect(path)) as copy:
                source.backup(copy)
            copied = create_engine(f"sqlite:///{path}")
            with copied.connect() as connection:
                rows = _rows(connection)
            copied.dispose()
            return path, rows
        path = folder / "database.pgdump"
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            moment = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            _server("pg_dump", "--format=custom", "--no-owner", f"--snapshot={moment}", "--file", str(path))
            return path, _rows(connection)
    finally:
        engine.dispose()


def _files(var: Path) -> Iterator[tuple[str, Path]]:
    for folder in FILES:
        for path in sorted((var / folder).rglob("*")):
            if path.is_file() and not path.name.startswith("new-"):  # an upload that is not whole yet
                yield path.relative_to(var).as_posix(), path


def make(target: Path, now: datetime) -> dict[str, Any]:
    """Write an archive, whole or not at all, readable by its owner alone; returns its manifest."""
    from beteiligung.installed import newest_migration
    from beteiligung.settings import settings

    with tempfile.TemporaryDirectory(dir=target.parent) as temporary:
        database, rows = _dump(Path(temporary))  # first: a file that comes later is one too many, not one too few
        held = [(database.name, database), *_files(settings().var)]
        manifest = {
            "format": _FORMAT,
            "made_at": now.isoformat(timespec="seconds"),
            "migration": newest_migration(),
            "rows": rows,
            "files": {name: _sha256(path) for name, path in held},
        }
        content = json.dumps(manifest, indent=1, sort_keys=True).encode()
        whole = Path(temporary) / "archive"
        with tarfile.open(whole, "w") as tar:
            info = tarfile.TarInfo("manifest.json")
            info.size, info.mtime = len(content), int(now.timestamp())
            tar.addfile(info, io.BytesIO(content))
            for name, path in held:
                tar.add(path, arcname=name, recursive=False)
        whole.chmod(0o600)
        with whole.open("rb") as file:
            os.fsync(file.fileno())
        whole.replace(target)
    return manifest


def unpack(archive: Path, folder: Path) -> dict[str, Any]:
    """Unpack into an empty folder and hold every file against the manifest; returns it. Raises ClickException."""
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
        found = {name: _sha256(folder / name) for name in manifest["files"]}
    except (OSError, tarfile.TarError, ValueError, KeyError) as error:
        raise click.ClickException(f"{archive} is no whole backup: {error}") from error
    if manifest.get("format") != _FORMAT:
        raise click.ClickException("This backup was made by a newer version. Please install that one first.")
    if wrong := [name for name, sha in manifest["files"].items() if found[name] != sha]:
        raise click.ClickException(f"{archive} was damaged: {', '.join(wrong)}")
    return manifest


def put_back(archive: Path) -> tuple[dict[str, Any], int]:
    """Restore into an empty database and an empty data directory, migrate, and erase again who was erased; returns manifest and number.

    Raises ClickException where something is there already, or where the rows are not those of the manifest.
    """
    from beteiligung.bootstrap import migrate
    from beteiligung.db import engine
    from beteiligung.settings import settings

    var = settings().var
    if inspect(engine()).get_table_names():
        raise click.ClickException("The database is not empty. Nothing was restored: please name an empty one.")
    if taken := [name for name, _path in _files(var) if name != ERASED]:
        raise click.ClickException(f"There are files in {var} already ({taken[0]}). Nothing was restored: please name an empty directory.")
    with tempfile.TemporaryDirectory(dir=var) as temporary:
        folder = Path(temporary)
        manifest = unpack(archive, folder)
        engine().dispose()
        _load(folder, manifest)
        _join_erased(folder)
        for name in manifest["files"]:
            if name.partition("/")[0] in FILES and name != ERASED:
                (var / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                (folder / name).replace(var / name)
    _compare(manifest)
    erased = migrate()
    _forget_exports()
    return manifest, erased


def _load(folder: Path, manifest: dict[str, Any]) -> None:
    from beteiligung.settings import settings

    url = make_url(settings().database_url)
    sqlite = url.drivername.startswith("sqlite")
    if ("database.sqlite3" in manifest["files"]) is not sqlite:
        raise click.ClickException("The backup is of the other kind of database (SQLite or PostgreSQL) than the settings name.")
    if not sqlite:
        _server("pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", str(folder / "database.pgdump"))
        return
    target = Path(str(url.database))
    for end in ("-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    (folder / "database.sqlite3").replace(target)


def _join_erased(folder: Path) -> None:
    """Add what the backup knows of erased people to what is known here; the newest line about somebody is the last one."""
    from beteiligung.settings import settings

    here = settings().var / ERASED
    lines = {line for path in (folder / ERASED, here) if path.is_file() for line in path.read_text("utf-8").splitlines()}
    if lines:
        here.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        here.write_text("".join(f"{line}\n" for line in sorted(lines)), "utf-8")
        here.chmod(0o600)


def _compare(manifest: dict[str, Any]) -> None:
    """Raises ClickException where a table has not as many rows as in the moment of the backup."""
    from beteiligung.db import engine

    with engine().connect() as connection:
        found = _rows(connection)
    for name, number in manifest["rows"].items():
        if found.get(name) != number:
            raise click.ClickException(f"{name} has {found.get(name)} rows and had {number}.")


def _forget_exports() -> None:
    """Delete the rows of archives whose files are in no backup: people ask for a new one."""
    from sqlalchemy import delete

    from beteiligung.db import unit_of_work
    from beteiligung.identity.rights_models import DataExport

    with unit_of_work() as session:
        session.execute(delete(DataExport))


@click.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def backup(target: Path) -> None:
    """Write database and files into TARGET (a tar) while the installation runs. Secrets are not in it: keep them with somebody else."""
    from beteiligung.clock import utcnow

    manifest = make(target.resolve(), utcnow())
    click.echo(f"{target}: {sum(manifest['rows'].values())} rows, {len(manifest['files']) - 1} files, {target.stat().st_size} bytes.")
    click.echo("Keep BETEILIGUNG_SECRET_KEY and BETEILIGUNG_VOTE_KEY elsewhere: without them votes and links of this backup are of no use.")


@click.command()
@click.argument("archive", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(archive: Path) -> None:
    """Restore ARCHIVE into an empty database and data directory; whoever was erased since is erased again."""
    manifest, erased = put_back(archive)
    click.echo(f"Restored the state of {manifest['made_at']}: {sum(manifest['rows'].values())} rows, {len(manifest['files']) - 1} files.")
    click.echo(f"{erased} people erased since were erased again. Next: beteiligung recount, beteiligung audit verify, beteiligung doctor")
