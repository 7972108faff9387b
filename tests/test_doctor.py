"""The doctor finds each thing that is wrong, says what to do, and changes nothing."""

import os
import time

import pytest
from click.testing import CliRunner

from beteiligung.cli import main
from beteiligung.clock import utcnow
from beteiligung.db import unit_of_work
from beteiligung.identity.vote_key_models import VoteKey
from beteiligung.installed import note_heartbeat
from beteiligung.jobs import Job, enqueue
from beteiligung.settings import settings
from conftest import forget_caches
from support import NOW


def doctor():
    done = CliRunner().invoke(main, ["doctor"])
    return done.exit_code, done.output


@pytest.fixture
def well(database, monkeypatch):
    """An installation with nothing wrong."""
    monkeypatch.setenv("BETEILIGUNG_BROKER_URL", f"filesystem://{database.var / 'broker'}")
    forget_caches()
    note_heartbeat()
    return database


def test_all_is_well(well):
    code, output = doctor()
    assert code == 0, output
    assert "All is well." in output
    assert ("clock:" in output) == (well.name == "postgresql")


def test_what_is_wrong_is_named(well, monkeypatch):
    old = time.time() - 500
    os.utime(settings().var / "heartbeat", (old, old))
    with unit_of_work() as session:
        session.add(VoteKey(id=1, mark="0" * 16, since=utcnow()))
        enqueue(session, Job.CLEAN_UP, NOW)
    keys = settings().var / "keys"
    keys.mkdir(exist_ok=True)
    (keys / "secret_key").touch(0o644)
    (keys / "secret_key").chmod(0o644)
    monkeypatch.setenv("BETEILIGUNG_BROKER_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("BETEILIGUNG_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("BETEILIGUNG_SECRET_KEY", "s" * 40)
    forget_caches()
    code, output = doctor()
    assert code == 1
    wrong = [line.removeprefix("FAIL  ").partition(":")[0] for line in output.splitlines() if line.startswith("FAIL")]
    assert wrong == ["keys", "work", "vote key", "broker", "beat", "mail server"]


def test_a_database_that_is_away_or_old_is_said(well, monkeypatch, tmp_path):
    away = "postgresql+psycopg://nobody@127.0.0.1:1/nothing" if well.name == "postgresql" else "sqlite:////nowhere/at/all.sqlite3"
    for url, words in ((away, "does not answer"), (f"sqlite:///{tmp_path / 'new.sqlite3'}", "Please run: beteiligung migrate")):
        monkeypatch.setenv("BETEILIGUNG_DATABASE_URL", url)
        forget_caches()
        code, output = doctor()
        assert code == 1
        assert words in output
