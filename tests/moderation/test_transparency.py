"""The report of a year: every field of the law, equal to what anybody counts from the public log."""

import csv
import io
from datetime import datetime, timedelta

import pikepdf
import pytest
from litestar.testing import TestClient

from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import unit_of_work
from beteiligung.moderation import log, service, transparency
from beteiligung.moderation.models import MEASURES
from beteiligung.moderation.transparency import Line
from beteiligung.web.cache import page_cache
from beteiligung.web.limits import limiter
from moderation.scene import FACTS, HOUR, make_scene
from support import NOW, application


@pytest.fixture
def client(database):
    limiter.clear()
    page_cache().clear()
    with TestClient(application(), base_url="http://localhost:8000") as made:
        yield made
    limiter.clear()


def lines_of(text):
    """Read the log's CSV as anybody would."""
    types = {
        "law": bool,
        "unanimous": bool,
        "automated": bool,
        "changed": bool,
        "account": bool,
        "deciders": int,
        "hours": int,
        "days": int,
    }
    for row in csv.DictReader(io.StringIO(text)):
        facts = {
            name: (value == "True" if types[name] is bool else types[name](value)) if name in types else value
            for name, value in row.items()
            if value and name not in ("number", "at", "act")
        }
        yield Line(datetime.fromisoformat(row["at"]), row["act"], facts)


def test_the_report_is_what_anybody_counts_from_the_log(client):
    now = utcnow()
    year = berlin_date(now).year
    scene = make_scene()
    case_id = scene.report(now=now)
    scene.report(scene.second_reporter, ground="insult", now=now)
    scene.decide_all(case_id, "pause", days=7, now=now)
    with unit_of_work() as session:
        again = service.appeal(session, case_id, "Das war doch nur ein Scherz.", now, account_id=scene.author).new_case_id
    scene.decide_all(again, "none", now=now)
    with unit_of_work() as session:
        service.hide_provisionally(session, scene.person(scene.clerks[0]), scene.reply_id, "threat", FACTS, now)
        log.link_new(session, now)
    table = client.get(f"/musterkreis/moderation/{year}/bericht.csv")
    published = {row["key"]: float(row["value"]) if row["value"] else None for row in csv.DictReader(io.StringIO(table.text))}
    counted = transparency.report(lines_of(client.get("/musterkreis/moderation.csv").text), year)
    assert transparency.figures(counted) == published
    wanted = {
        "reports": 2, "reports.law": 1, "reports.rule": 1, "reports.no_account": 0, "reports.ground.insult": 1, "reports.acted_rule": 1,
        "own": 1, "own.ground.threat": 1, "measures": 2, "measures.pause": 1, "measures.none": 1, "measures.rule.rule_1": 1,
        "complaints": 1, "complaints.author": 1, "complaints.changed": 1, "complaints.kept": 0, "pauses": 1, "pauses.7": 1,
        "automated": 0, "who.council": 2, "orders": None, "recipients": None, "complaints.median_hours": 0,
    }  # fmt: skip
    assert {key: published[key] for key in wanted} == wanted
    page = client.get(f"/musterkreis/moderation/{year}")
    assert "Das Jahr läuft noch" in page.text
    assert page.text.count("<caption>") == len(counted)
    assert client.get(f"/musterkreis/moderation/{year - 1}").status_code == 404
    assert f'href="/musterkreis/moderation/{year}"' in client.get("/musterkreis/moderation").text
    assert "Kette der Moderation" in client.get("/protokoll").text
    pdf = client.get(f"/musterkreis/moderation/{year}/bericht.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(pdf.content)) as file:
        assert "/StructTreeRoot" in file.Root
        assert str(file.Root.Lang) == "de"


def test_only_lines_of_the_year_count_by_german_days():
    facts = {"stage": "first", "body": "council", "ground": "rule_1", "law": False, "account": True}
    eve = datetime.fromisoformat("2026-12-31T23:00:00+00:00")  # midnight in Berlin
    lines = [Line(eve, "reported", facts), Line(eve - HOUR, "reported", facts)]
    assert [transparency.figures(transparency.report(lines, year))["reports"] for year in (2026, 2027, 2028)] == [1, 1, 0]


def test_an_empty_year_has_every_field_once_and_hours_only_where_something_was_decided():
    sections = transparency.report([], NOW.year)
    keys = [row.key for section in sections for row in section.rows]
    assert len(keys) == len(set(keys))
    assert {f"measures.{measure}" for measure in MEASURES} <= set(keys)
    assert all(section.article and section.note for section in sections)
    assert {key for key, value in transparency.figures(sections).items() if value is None} == {
        "orders", "reports.trusted", "reports.median_hours", "complaints.median_hours", "disputes", "recipients",
    }  # fmt: skip


def test_medians_are_those_of_the_hours():
    facts = {
        "stage": "first",
        "body": "council",
        "measure": "hide",
        "ground": "insult",
        "law": True,
        "source": "reports",
        "unanimous": True,
    }
    lines = [
        Line(NOW + timedelta(minutes=n), "decided", {**facts, "hours": hours, "automated": False}) for n, hours in enumerate((3, 40, 5))
    ]
    told = transparency.figures(transparency.report(lines, NOW.year))
    assert (told["reports.median_hours"], told["reports.acted_law"], told["measures.law.insult"]) == (5.0, 3, 3)
