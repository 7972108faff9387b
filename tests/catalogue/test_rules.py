"""Who may administer a region, what may be written, and when the administration may judge a promise."""

from dataclasses import dataclass
from datetime import date

import pytest

from beteiligung.catalogue import rules
from beteiligung.catalogue.rules import StatusSource


@dataclass(frozen=True)
class Somebody:
    clerk_of: frozenset[int] = frozenset()

    def is_staff_of(self, region_id):
        return region_id in self.clerk_of


@dataclass(frozen=True)
class Calendar:
    quiet_from: date | None
    quiet_until: date | None


PEOPLE = {
    "guest": (None, False),
    "resident": (Somebody(), False),
    "confirmed resident": (Somebody(), False),
    "council member": (Somebody(), False),
    "clerk of the region": (Somebody(frozenset({1})), True),
    "clerk of another region": (Somebody(frozenset({2})), False),
    "operator": (Somebody(), False),
}


@pytest.mark.parametrize(("person", "allowed"), PEOPLE.values(), ids=PEOPLE)
def test_only_clerks_of_the_region_administer_it(person, allowed):
    assert rules.may_administer(person, 1) is allowed


RESOLUTION = StatusSource(decided_on=date(2026, 9, 3), paper="31/2026")


@pytest.mark.parametrize(
    ("kind", "source", "allowed"),
    [
        ("strategy", StatusSource("Bericht des Amtes für Mobilität"), True),
        ("draft", StatusSource("Bericht des Amtes für Mobilität"), True),
        ("draft", RESOLUTION, True),
        ("draft", StatusSource(" "), False),
        ("election_programme", StatusSource("Bericht des Amtes für Mobilität"), False),
        ("coalition_contract", StatusSource("Pressemitteilung", "https://example.org"), False),
        ("resolution", StatusSource("Bericht"), False),
        ("election_programme", RESOLUTION, True),
        ("coalition_contract", RESOLUTION, True),
        ("resolution", RESOLUTION, True),
        ("coalition_contract", StatusSource(decided_on=date(2026, 9, 3)), False),
        ("coalition_contract", StatusSource(paper="31/2026"), False),
        ("strategy", StatusSource("Bericht", paper="31/2026"), False),
    ],
)
def test_a_status_needs_the_own_document_or_a_resolution(kind, source, allowed):
    assert (rules.why_not_set_status(kind, source) is None) is allowed


def test_a_source_reads_as_one_line():
    assert RESOLUTION.label == "Beschluss vom 3. September 2026, Vorlage 31/2026"
    assert StatusSource("Protokoll, Seite 4", decided_on=date(2026, 9, 3), paper="31/2026").label.endswith("31/2026; Protokoll, Seite 4")


@pytest.mark.parametrize(
    ("begin", "end", "quiet"),
    [
        (None, None, False),
        (date(2026, 12, 1), date(2027, 3, 14), True),
        (date(2027, 1, 15), date(2027, 3, 14), True),
        (date(2026, 10, 1), date(2027, 1, 15), True),
        (date(2027, 1, 16), None, False),
        (None, date(2027, 1, 14), False),
        (date(2027, 1, 1), None, True),
    ],
)
def test_the_quiet_period_holds_both_its_days(begin, end, quiet):
    assert rules.is_quiet(Calendar(begin, end), date(2027, 1, 15)) is quiet


def test_words_have_bounds():
    assert rules.check_words("Radweg bauen", "Der Kreis baut einen Radweg.") == {}
    assert set(rules.check_words("", "", "x" * 501)) == {"title", "summary", "note"}
    assert set(rules.check_words("x" * 91, "x" * 601)) == {"title", "summary"}
    assert rules.check_words("x" * 90, "x" * 600, "x" * 500) == {}


def test_answers_have_bounds():
    assert rules.check_answer("x" * 8000) == {}
    assert set(rules.check_answer("")) == set(rules.check_answer("x" * 8001)) == {"body"}


def test_a_status_is_known_dated_and_not_in_the_future():
    today = date(2026, 11, 21)
    assert rules.check_status("done", today, StatusSource("Bericht", "https://example.org/a"), today) == {}
    wrong = rules.check_status("great", date(2026, 11, 22), StatusSource("x" * 301, "javascript:alert(1)", date(2027, 1, 1)), today)
    assert set(wrong) == {"status", "since", "source", "source_url", "decided_on"}
    assert set(rules.check_status("open", None, StatusSource("Bericht"), today)) == {"since"}


def test_typed_text_loses_control_characters_only():
    assert rules.one_line("  Rad\tweg\n bauen\x07 ") == "Rad weg bauen"
    assert rules.tidy("Erstens\r\n\r\nZweitens\t\x00 ") == "Erstens\n\nZweitens"


def test_a_new_document_needs_its_facts():
    facts = {"title": "Leitbild", "author": "Kreisverwaltung", "first_line": "Die Kreisverwaltung plant", "kind": "strategy"}
    assert rules.check_document_form(facts) == {}
    assert set(rules.check_document_form({})) == {"title", "author", "first_line", "kind"}
    assert set(rules.check_document_form({**facts, "term_start": 2030, "term_end": 2025})) == {"term_end"}
    assert set(rules.check_document_form({**facts, "term_start": "bald"})) == {"term_start"}
