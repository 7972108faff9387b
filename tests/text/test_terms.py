import subprocess
import sys
import time

import pytest

from beteiligung.text.terms import fold, query_terms, search_terms

TEXT = (
    "Wir bauen sichere Radwege und Schulwege, sanieren die Krankenhäuser, erneuern die Straßenbeleuchtung und "
    "unterstützen Bürger*innen mit Fördermitteln. Das Radwegekonzept wird fortgeschrieben. "
)


@pytest.mark.parametrize(
    "query",
    [
        "Radweg",
        "Wege",
        "weg",
        "Schule",
        "Schulen",
        "Krankenhaus",
        "krankenhaeuser",
        "KRANKENHÄUSER",
        "Strasse",
        "Straßen",
        "Beleuchtung",
        "Bürgerin",
        "Bürger",
        "Mittel",
        "Konzepte",
        "Rad",
    ],
)
def test_inflected_forms_and_parts_of_compounds_are_found(query: str) -> None:
    found = search_terms(TEXT + " Die Bürgerin lernt.")
    assert set(query_terms(query)) <= set(found)


@pytest.mark.parametrize("query", ["Flughafen", "Hund", "Kita"])
def test_other_words_are_not_found(query: str) -> None:
    assert not set(query_terms(query)) & set(search_terms(TEXT))


def test_a_word_itself_weighs_more_than_a_part_of_one() -> None:
    weights = search_terms("Der Weg führt am Radweg entlang.")
    assert weights["radweg"] == 4
    assert weights["weg"] == 5
    assert weights["rad"] == 1


def test_stop_words_are_dropped_unless_a_query_has_nothing_else() -> None:
    assert "wir" not in search_terms("Wir und die anderen")
    assert query_terms("die neue Schule") == ["neu", "schule"]
    assert query_terms("wir") == ["wir"]
    assert query_terms("  ") == []


def test_folding_needs_no_collation() -> None:
    assert fold("Größe") == "grosse"


def test_importing_the_module_reads_no_dictionary() -> None:
    code = "import sys, beteiligung.text.terms; print('simplemma' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_five_thousand_words_a_second() -> None:
    search_terms("Haus")
    text = TEXT * 100
    begin = time.process_time()
    search_terms(text)
    assert len(text.split()) / (time.process_time() - begin) > 5_000
