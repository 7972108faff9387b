"""The number of a request: whose word counts, that it is in answer, lines and task; and what lines and spans do not hold."""

import json
import logging
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient
from sqlalchemy import Engine, event
from sqlmodel import select

from beteiligung import logs, tracing
from beteiligung.app import create_app
from beteiligung.db import reading, unit_of_work
from beteiligung.jobs import Job, OutboxEntry, enqueue, enqueue_many
from beteiligung.logs import clean, formatter, of_request
from beteiligung.web.observed import given_id
from conftest import forget_caches
from support import NOW, make_account
from worker import tasks

TOKEN = "kQ3" + "x9Zb" * 10


def scope(client, *values):
    return {"client": (client, 1), "headers": [(b"x-request-id", value.encode("latin-1")) for value in values]}


@pytest.fixture
def behind_a_proxy(monkeypatch):
    monkeypatch.setenv("BETEILIGUNG_TRUSTED_PROXIES", "10.0.0.1")
    forget_caches()
    yield
    monkeypatch.undo()
    forget_caches()


def test_only_a_trusted_proxy_may_number_a_request(behind_a_proxy):
    assert given_id(scope("10.0.0.1", "abcdef0123456789")) == "abcdef0123456789"
    assert given_id(scope("192.0.2.7", "abcdef0123456789")) is None
    assert given_id(scope("10.0.0.1")) is None
    assert given_id(scope("10.0.0.1", "abcdefgh", "abcdefgi")) is None
    assert given_id({"client": None, "headers": []}) is None


@given(st.text(max_size=80))
def test_what_is_not_well_formed_is_never_written_down(value):
    ok = bool(logs.WELL_FORMED.fullmatch(value))
    assert not ok or (8 <= len(value) <= 64 and value.isascii() and not set(value) & set(" \n\r\"'<>{}"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no mail for anna.müller+x@kreis.example, sorry", "no mail for <address>, sorry"),
        (f"/anmelden/link/5/{TOKEN} failed", "/anmelden/link/5/<secret> failed"),
        ("voter " + "ab12" * 16, "voter <secret>"),
        ("amqp://guest:secret@broker:5672 does not answer", "amqp://<login>@broker:5672 does not answer"),
        ("GET /verwaltung/{region_slug}/wohnsitz refused", "GET /verwaltung/{region_slug}/wohnsitz refused"),
        ("test_a_function_with_a_rather_long_name_in_a_traceback", "test_a_function_with_a_rather_long_name_in_a_traceback"),
    ],
)
def test_addresses_and_secrets_are_cut(text, left):
    assert clean(text) == left


@given(st.emails())
def test_no_plain_address_is_left(address):
    local, _at, host = address.partition("@")
    if set(local) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-"):
        assert f"{local}@{host}" not in clean(f"mail to {address} refused")


def record(message, error=None):
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("beteiligung.x", logging.WARNING, __file__, 1, message, (), info)


def test_a_line_is_one_line_whatever_happened():
    with of_request("abcdef0123456789"):
        line = formatter("json").format(record("first\nsecond", ValueError("of anna@example.org\nin two lines")))
        for_people = formatter("text").format(record("x"))
    assert "\n" not in line
    said = json.loads(line)
    assert (said["message"], said["level"], said["request_id"], said["error"]) == (
        "first\nsecond",
        "warning",
        "abcdef0123456789",
        "ValueError",
    )
    assert "anna" not in line
    assert for_people.endswith("[abcdef0123456789]")


def test_every_answer_has_its_number_also_from_the_page_cache(database):
    with TestClient(create_app(), base_url="http://localhost:8000") as client:
        seen = [client.get(path).headers["x-request-id"] for path in ("/health/live", "/", "/", "/gibt-es-nicht")]
    assert len(set(seen)) == 4
    assert all(logs.WELL_FORMED.fullmatch(one) for one in seen)


def test_the_number_goes_with_the_work(database, caplog, monkeypatch):
    lines = []
    monkeypatch.setitem(tasks.WORK, Job.CLEAN_UP, lambda _held: lines.append(logs.REQUEST_ID.get()))
    with of_request("abcdef0123456789"), unit_of_work() as session:
        number = enqueue(session, Job.CLEAN_UP, NOW)
        enqueue_many(session, Job.SEND_DIGEST, NOW, [(NOW, {"id": 1})])
    tasks.perform(Job.CLEAN_UP, number)
    assert lines == ["abcdef0123456789"]
    assert logs.REQUEST_ID.get() is None
    with reading() as session:
        assert set(session.exec(select(OutboxEntry.request_id)).all()) == {"abcdef0123456789"}


# Traces


@pytest.fixture
def spans(monkeypatch):
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    on = tracing.start(exporter, "test", at_once=True)
    for module in ("beteiligung.web.observed", "worker.tasks"):
        monkeypatch.setattr(f"{module}.tracer", lambda: on)
    yield exporter
    for name, listener in (("before_cursor_execute", on._begin), ("after_cursor_execute", on._end), ("handle_error", on._broken)):
        event.remove(Engine, name, listener)


def test_spans_hold_no_parameter(database, spans):
    with unit_of_work() as session:
        make_account(session, email="geheim@example.org")
        number = enqueue(session, Job.CLEAN_UP, NOW)
    with TestClient(create_app(), base_url="http://localhost:8000") as client:
        client.get(f"/anmelden/link/5/{TOKEN}?weiter=/geheim", headers={"User-Agent": "Geheim/1.0"})
    tasks.perform(Job.CLEAN_UP, number)
    found = spans.get_finished_spans()
    names = [span.name for span in found]
    assert "GET /anmelden/link/{sign_in_id:int}/{token:str}" in names or "GET /anmelden/link/{sign_in_id}/{token}" in names
    assert "task clean_up" in names
    assert {"SQL SELECT", "SQL INSERT"} <= set(names)
    (page,) = [span for span in found if span.name.startswith("GET")]
    sql = [span for span in found if span.name.startswith("SQL") and span.parent and span.parent.span_id == page.context.span_id]
    assert sql, "statements of a page belong to its span"
    told = " ".join(span.to_json() for span in found)
    for secret in ("geheim", "Geheim", TOKEN, "127.0.0.1", "testclient"):
        assert secret not in told


def test_a_failing_task_tells_its_kind_alone(database, spans, monkeypatch):
    def broken(_held):
        raise RuntimeError("of anna@example.org")

    monkeypatch.setitem(tasks.WORK, Job.CLEAN_UP, broken)
    with unit_of_work() as session:
        number = enqueue(session, Job.CLEAN_UP, NOW)
    tasks.perform(Job.CLEAN_UP, number)
    (task,) = [span for span in spans.get_finished_spans() if span.name == "task clean_up"]
    assert task.attributes["task.outcome"] == "failed"
    assert "anna" not in task.to_json()


class Collector(BaseHTTPRequestHandler):
    bodies: ClassVar[list[bytes]] = []

    def do_POST(self):
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args):
        pass


SCRIPT = """
import sys
from beteiligung.tracing import tracer
with tracer().span("HTTP") as said:
    said["http.route"] = "/probe"
print(any(name.startswith("opentelemetry") for name in sys.modules))
if hasattr(tracer(), "_tracer"):
    tracer()._tracer.span_processor.shutdown()
"""


def test_a_collector_gets_them_and_without_one_nothing_is_loaded(tmp_path):
    server = HTTPServer(("127.0.0.1", 0), Collector)
    Thread(target=server.serve_forever, daemon=True).start()
    env = {"BETEILIGUNG_MODE": "test", "BETEILIGUNG_VAR": str(tmp_path), "PATH": "/usr/bin"}
    run = [sys.executable, "-c", SCRIPT]
    assert subprocess.run(run, env=env, capture_output=True, text=True, check=True).stdout.strip() == "False"
    env["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
    assert subprocess.run(run, env=env, capture_output=True, text=True, check=True).stdout.strip() == "True"
    server.shutdown()
    assert any(b"/probe" in body for body in Collector.bodies)
