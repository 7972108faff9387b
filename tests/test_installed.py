"""What an installation has: told without Alembic, and told right."""

from alembic.config import Config
from alembic.script import ScriptDirectory

from beteiligung import installed
from beteiligung.db import reading, unit_of_work
from beteiligung.pages.health import why_not_ready
from beteiligung.settings import ROOT


def test_the_newest_migration_is_alembics_head():
    assert ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini"))).get_heads() == [installed.newest_migration()]


def test_processes_of_the_version_before_go_on_while_a_newer_one_is_put_into_service(database, monkeypatch):
    for ours, serves, head in ((installed.newest_migration(), True, True), ("0001", True, False), ("9999", False, False)):
        monkeypatch.setattr(installed, "newest_migration", lambda ours=ours: ours)
        assert (installed.can_serve(), installed.at_head()) == (serves, head)
        assert (why_not_ready() is None) is serves


def test_a_filling_is_remembered_until_a_file_changes(database, monkeypatch):
    assert installed.at_head()
    with reading() as session:
        assert not installed.is_filled(session)
    with unit_of_work() as session:
        installed.note_filled(session)
    with reading() as session:
        assert installed.is_filled(session)
        monkeypatch.setattr(installed, "originals", lambda: {"0" * 64: ROOT})
        assert not installed.is_filled(session)
