"""Who records and corrects decisions, role by role; and what a record has to hold."""

from dataclasses import replace
from datetime import date

import pytest

from beteiligung.resolutions import rules
from beteiligung.resolutions.models import ACTS
from beteiligung.resolutions.rules import Facts, Person

TODAY = date(2026, 11, 22)
RIGHT = Facts("adopted", 0, "", date(2026, 11, 20), "7", "12/2026", "https://example.org/n.pdf", "Mit Änderungen.")


@pytest.mark.parametrize(("clerk", "may"), [(True, True), (False, False)])
def test_only_the_regions_administration_records_and_corrects(clerk, may):
    person = Person(1, clerk)
    assert rules.may_record(person) is may
    assert rules.may_correct(person, "adopted", corrected=False) is may
    assert not rules.may_correct(person, "adopted", corrected=True)
    assert not rules.may_correct(person, "void", corrected=False)


def test_a_right_record_has_no_error():
    assert rules.errors(RIGHT, (), TODAY) == {}
    for act in ACTS:
        assert rules.errors(replace(RIGHT, act=act, decided_on=TODAY), (), TODAY) == {}


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("act", {"act": "void"}),
        ("act", {"act": ""}),
        ("committee", {"committee": 9}),
        ("body", {"committee": None}),
        ("body", {"committee": None, "body": "x" * 121}),
        ("decided_on", {"decided_on": None}),
        ("decided_on", {"decided_on": date(2026, 11, 23)}),
        ("decided_on", {"decided_on": date(26, 11, 20)}),
        ("item", {"item": "x" * 61}),
        ("paper", {"paper": "x" * 61}),
        ("minutes_url", {"minutes_url": "javascript:alert(1)"}),
        ("minutes_url", {"minutes_url": "https://"}),
        ("minutes_url", {"minutes_url": "https://exa mple.org"}),
        ("minutes_url", {"minutes_url": "https://[x"}),
        ("note", {"note": "x" * 501}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(field, change):
    assert list(rules.errors(replace(RIGHT, **change), (), TODAY)) == [field]
