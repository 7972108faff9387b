"""The doors of the house that import-linter cannot see, and remarks that came up twice."""

import ast
import re
from pathlib import Path

import pytest

from beteiligung.jobs import Job
from beteiligung.settings import ROOT

SOURCES = sorted((ROOT / "src").rglob("*.py")) + sorted((ROOT / "worker").rglob("*.py"))
LITESTAR = re.compile(r"(^|/|_)(app|views|session|oidc)\.py$|/web/|/pages/(opendata|feeds)\.py$|/views/")


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_litestar_stays_at_the_edge(path):
    if not LITESTAR.search(path.as_posix()):
        assert not {name for name in _imports(path) if name.split(".")[0] == "litestar"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_at_most_400_lines(path):
    assert path.read_text("utf-8").count("\n") <= 400


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_init_holds_a_docstring_only(path):
    if path.name == "__init__.py":
        body = ast.parse(path.read_text("utf-8")).body
        assert len(body) == 1
        assert isinstance(body[0], ast.Expr)


def test_there_is_one_commit():
    found = [path for path in SOURCES for line in path.read_text("utf-8").splitlines() if re.search(r"\.commit\(\)", line)]
    assert [path.name for path in found] == ["db.py"]


def test_no_task_leaves_past_the_outbox():
    callers = {path.name for path in SOURCES if re.search(r"\.(delay|apply_async|send_task)\(", path.read_text("utf-8"))}
    assert callers <= {"relay.py", "tasks.py"}


def test_rules_touch_no_session_and_no_clock():
    for path in SOURCES:
        if path.stem.endswith("rules"):
            used = {node.id for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Name)}
            assert not used & {"utcnow", "Session"}, path


def test_services_do_not_read_the_clock():
    for path in SOURCES:
        if path.name in {"service.py", "queries.py", "models.py"}:
            assert "utcnow" not in path.read_text("utf-8"), path


def test_models_and_views_resolve_their_annotations():
    for path in SOURCES:
        if path.stem.endswith(("models", "views")):
            assert "from __future__ import annotations" not in path.read_text("utf-8"), path


def test_the_worker_has_one_task_for_each_job():
    from worker.app import app
    from worker.tasks import WORK

    assert set(WORK) == set(Job)
    assert {name for name in app.tasks if name.startswith("beteiligung.")} == {job.task for job in Job} | {
        "beteiligung.sweep",
        "beteiligung.hourly",
        "beteiligung.nightly",
    }


def test_live_tallies_are_read_in_their_own_room_only():
    live = re.compile(r"(?<!shown_)\b(confirmed|unconfirmed|outside)_(for|neutral|against)\b")
    for path in SOURCES:
        if "/participation/" not in path.as_posix():
            assert not live.search(path.read_text("utf-8")), path
