"""The table in docs/security.md names tests that exist, and says of every row how it is met."""

import re

from beteiligung.settings import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
ROWS = [line for line in PAGE.partition("## OWASP ASVS")[2].splitlines() if re.match(r"\| \d", line)]


def test_the_table_has_the_rows_of_every_chapter_that_applies():
    chapters = {int(row.split("|")[1].strip().split(".")[0]) for row in ROWS}
    assert chapters == {*range(1, 9), *range(10, 17)}
    assert len(ROWS) >= 60


def test_every_row_names_a_test_or_says_why_there_is_none():
    for row in ROWS:
        _start, _number, _what, how, test, _end = row.split("|")
        assert how.strip(), row
        assert "`test_" in test or "by construction" in test or "not met" in how, row


def test_every_named_test_exists():
    there = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        there |= set(re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE))
    assert not set(re.findall(r"`(test_\w+)`", PAGE)) - there
