"""A backup is put back on an empty machine: every row and file is there, nobody who was erased since, and a changed byte is found."""

import secrets
import tarfile

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, make_url, text

from beteiligung import audit, db
from beteiligung.administration import rights
from beteiligung.administration.erasure_list import Choices
from beteiligung.cli import main
from beteiligung.clock import utcnow
from beteiligung.commands import backup
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.models import Account
from beteiligung.participation.recount import recount
from beteiligung.settings import settings
from conftest import POSTGRES, forget_caches


@pytest.fixture
def elsewhere(database, tmp_path, monkeypatch):
    """Return what makes the settings name an empty machine: another database of the same kind, another data directory."""
    made = []
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")

    def move():
        var = tmp_path / f"machine-{len(made)}"
        var.mkdir()
        url, name = f"sqlite:///{var / 'beteiligung.sqlite3'}", f"beteiligung_test_{secrets.token_hex(6)}"
        if database.name == "postgresql":
            with server.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
        made.append(name)
        # The keys come from their custodian, not from the backup.
        for key in ("SECRET_KEY", "VOTE_KEY"):
            monkeypatch.setenv(f"BETEILIGUNG_{key}", getattr(settings(), key.lower()))
        monkeypatch.setenv("BETEILIGUNG_VAR", str(var))
        monkeypatch.setenv("BETEILIGUNG_DATABASE_URL", url)
        forget_caches()
        return var

    yield move
    forget_caches()
    if database.name == "postgresql":
        with server.connect() as connection:
            for name in made:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    server.dispose()


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def counted():
    with db.engine().connect() as connection:
        return backup._rows(connection)


def test_on_an_empty_machine_all_is_there_but_who_was_erased_since(database, scene, elsewhere, tmp_path):
    (settings().var / "uploads").mkdir(exist_ok=True)
    (settings().var / "uploads" / "a.txt").write_text("Ein Programm")
    with unit_of_work() as session:
        audit.link_new(session, utcnow())
    before, archive = counted(), tmp_path / "backup.tar"
    made = run("backup", archive)
    assert made.exit_code == 0, made.output
    assert archive.stat().st_mode & 0o777 == 0o600
    content = archive.read_bytes()
    assert settings().vote_key.encode() not in content
    assert settings().secret_key.encode() not in content

    with unit_of_work() as session:
        account = session.get_one(Account, scene.anna.id)
        rights.erase_account(session, account, Choices(keep_comments=False, keep_votes=False), utcnow())
    known = (settings().var / "rights" / "erased.txt").read_text()

    var = elsewhere()
    (var / "rights").mkdir()
    (var / "rights" / "erased.txt").write_text(known)  # it lies beside the database, not in its backup
    back = run("restore", archive)
    assert back.exit_code == 0, back.output
    assert "1 people erased since" in back.output
    assert (var / "uploads" / "a.txt").read_text() == "Ein Programm"
    after = counted()
    assert {name for name in before if after[name] != before[name]} >= {"account", "vote", "follow"}
    assert all(after[name] == number for name, number in before.items() if name in ("commitment", "document", "region", "audit_entry_link"))
    with reading() as session:
        assert session.get(Account, scene.anna.id) is None
        assert session.get_one(Account, scene.ben.id).email == scene.ben.email
        assert recount(session) == []
        assert audit.verify(session) == []


def test_nothing_is_overwritten(scene, tmp_path):
    archive = tmp_path / "backup.tar"
    run("backup", archive)
    before = counted()
    refused = run("restore", archive)
    assert refused.exit_code == 1
    assert "The database is not empty" in refused.output
    assert counted() == before


def test_a_damaged_backup_is_refused(scene, elsewhere, tmp_path):
    archive = tmp_path / "backup.tar"
    run("backup", archive)
    with tarfile.open(archive) as tar:
        member = next(one for one in tar.getmembers() if one.name.startswith("database."))
    with archive.open("r+b") as file:
        file.seek(member.offset_data + member.size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    elsewhere()
    refused = run("restore", archive)
    assert refused.exit_code == 1
    assert "was damaged: database." in refused.output
    assert counted() == {}
    cut = tmp_path / "cut.tar"
    cut.write_bytes(archive.read_bytes()[: member.size // 2])
    assert "is no whole backup" in run("restore", cut).output


def test_people_go_on_while_the_backup_is_made(scene, elsewhere, tmp_path, monkeypatch):
    """What is written between the dump and its count belongs to neither."""

    def dump_then_write(*arguments, original=backup._server):
        original(*arguments)
        with unit_of_work() as session:
            audit.record(session, "later", "", utcnow())

    monkeypatch.setattr(backup, "_server", dump_then_write)
    archive = tmp_path / "backup.tar"
    assert run("backup", archive).exit_code == 0
    monkeypatch.undo()
    elsewhere()
    assert run("restore", archive).exit_code == 0
