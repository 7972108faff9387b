import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beteiligung.text.normal import heal, normalise, wording_hash

GERMAN = st.text(alphabet="abcäöüßABCÄÖÜ019 -.,;\n\u00ad\u00a0„“", max_size=200)


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("Die Fahr-\nräder stehen bereit.", "Die Fahrräder stehen bereit."),
        ("im Sonnental-\nKreis", "im Sonnental-Kreis"),
        ("Kinder-\nund Jugendarbeit", "Kinder- und Jugendarbeit"),
        ("die SPD-\nfraktion", "die SPD-fraktion"),
        ("zwei\n   Zeilen\r\nText", "zwei Zeilen Text"),
        ("Weich\u00adstelle", "Weichstelle"),
        ("Wasser-\nver-\nsorgung", "Wasserversorgung"),
        ("ein\u00a0Satz", "ein Satz"),
    ],
)
def test_broken_lines_are_healed(broken: str, whole: str) -> None:
    assert heal(broken) == whole


@given(GERMAN)
def test_healing_loses_no_letter(text: str) -> None:
    assert letters(heal(text)) == letters(text)


@given(GERMAN)
def test_healing_twice_changes_nothing(text: str) -> None:
    assert heal(heal(text)) == heal(text)


def test_a_wording_keeps_its_hash_when_only_its_setting_changes() -> None:
    one = wording_hash("Wir bauen den Radweg nach Oberau.")
    assert one == wording_hash("wir bauen  den Radweg\nnach „Oberau“")
    assert one != wording_hash("Wir bauen den Radweg nach Unterau.")
    assert re.fullmatch(r"[0-9a-f]{16}", one)


def test_normal_form_has_letters_and_digits_only() -> None:
    assert normalise("Über 30 %: Ja!") == "über30ja"
