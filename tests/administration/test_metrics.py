"""Prometheus reads what this process did and what waits; nobody else learns that there is such a page."""

import re

import pytest

from beteiligung.administration.metrics_views import may_read_metrics
from beteiligung.db import unit_of_work
from beteiligung.jobs import Job, enqueue
from conftest import forget_caches
from support import NOW

TOKEN = "t" * 40


@pytest.mark.parametrize(("given", "token", "may"), [(f"Bearer {TOKEN}", TOKEN, True), (TOKEN, TOKEN, False), ("Bearer None", None, False)])
def test_only_the_token_opens(given, token, may):
    assert may_read_metrics(given, token) is may


def value(text, name):
    return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)[1])


def test_what_was_done_and_what_waits(place, browsers, monkeypatch):
    guest = browsers("guest")
    assert guest.get("/metrics").status_code == 404
    monkeypatch.setenv("BETEILIGUNG_METRICS_TOKEN", TOKEN)
    forget_caches()
    with unit_of_work() as session:
        enqueue(session, Job.CLEAN_UP, NOW)
    ours = {"Authorization": f"Bearer {TOKEN}"}
    before = guest.get("/metrics", **ours).text
    guest.get("/health/ready")
    guest.get("/gibt-es/nicht/hier/oben?mail=anna@example.org")
    after = guest.get("/metrics", **ours)
    assert after.headers["cache-control"] == "no-store"
    name = 'beteiligung_requests_total{method="GET",route="/health/ready",status="2xx"}'
    assert value(after.text, name) == (value(before, name) if name in before else 0) + 1
    count = 'beteiligung_request_seconds_count{route="/health/ready"}'
    assert value(after.text, count) == value(after.text, 'beteiligung_request_seconds_bucket{route="/health/ready",le="+Inf"}')
    assert value(after.text, "beteiligung_sql_statements_total") > value(before, "beteiligung_sql_statements_total")
    assert value(after.text, "beteiligung_outbox_waiting") >= 1
    assert value(after.text, "beteiligung_outbox_oldest_seconds") > 0
    assert value(after.text, 'beteiligung_queue_waiting{queue="default"}') >= 1
    assert value(after.text, "beteiligung_database_bytes") > 10_000
    assert "anna" not in after.text
    for line in after.text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"\\]*",?)+\})? [-+.e\d]+', line), line
