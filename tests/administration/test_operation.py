"""The operator's page shows the figures of /metrics as pictures with a table behind each; nobody else sees it."""

import re

import pytest

from beteiligung.administration import operation_queries
from beteiligung.administration.jobs_views import DELIVERY_STATES
from beteiligung.db import reading, unit_of_work
from beteiligung.i18n import speaking
from beteiligung.jobs import Job, enqueue
from support import NOW


def test_the_page_has_a_picture_and_a_table_for_each_figure(browsers):
    with unit_of_work() as session:
        enqueue(session, Job.CLEAN_UP, NOW)
    operator = browsers("operator")
    operator.get("/health/live")
    page = operator.get("/betrieb").text
    for key in ("beat", "waiting", "sent-mail", "sent-push", "room", "requests", "times", "routes"):
        part = re.search(rf'<section[^>]*aria-labelledby="{key}">.*?</section>', page, re.DOTALL)[0]
        assert part.count("<svg") == part.count('<li class="b-versus">') <= part.count('<th scope="row">')
        assert "aria-hidden" in part or "b-versus" not in part
        assert "<caption>" in part
    assert "noch nie gemeldet" in page
    assert 'href="#beat"' in page


@pytest.mark.parametrize(("language", "size"), [("de", "1,5\u00a0MB"), ("en", "1.5\u00a0MB")])
def test_figures_are_written_as_the_language_has_them(language, size):
    with speaking(language):
        assert operation_queries.in_bytes(1_500_000) == size


@pytest.mark.parametrize("who", ["guest", "resident", "council member", "clerk"])
def test_nobody_else_sees_it(browsers, who):
    assert browsers(who).get("/betrieb").status_code == (303 if who == "guest" else 403)


def test_each_queue_is_counted_for_itself(database):
    with unit_of_work() as session:
        for job in (Job.SEND_SIGN_IN, Job.CLEAN_UP, Job.CLEAN_UP, Job.SNAPSHOT_REGION):
            enqueue(session, job, NOW)
    with reading() as session:
        found = operation_queries.backlog_by_queue(session, NOW)
        pictures = operation_queries.pictures(session, NOW, DELIVERY_STATES)
    assert {name: one.waiting for name, one in found.items()} == {"mail": 1, "digest": 0, "insight": 1, "default": 2}
    (waiting,) = [one for one in pictures if one.key == "waiting"]
    assert waiting.said.startswith("4 Aufträge")
    assert [bar.share for bar in waiting.bars] == [50, 0, 50, 100, 0, 0]


def test_sizes_in_words():
    assert [operation_queries.in_bytes(n) for n in (4_200, 5_300_000, 2_500_000_000)] == ["4\u00a0KB", "5,3\u00a0MB", "2,5\u00a0GB"]
    assert operation_queries.bars([]) == []
    assert [bar.share for bar in operation_queries.bars([("a", 0, "0")])] == [0]
