"""Names are the same person however they are written; lists for letters are checked line by line."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beteiligung.identity import codes
from beteiligung.identity import residence_rules as rules
from support import NOW

BORN = date(1985, 4, 3)


def key(given_name, family_name, born=BORN):
    return rules.same_person_key(given_name, family_name, born)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Jürgen", "Müller"), ("Juergen", "Mueller")),
        (("Jürgen", "Müller"), ("JURGEN", "muller")),
        (("Jürgen", "Müller"), ("Ju\u0308rgen", "Mu\u0308ller")),
        (("Uwe", "Weiß"), ("Uwe", "Weiss")),
        (("Uwe", "WEIẞ"), ("Uwe", "Weiß")),
        (("Anna", "Müller-Lüdenscheidt"), ("Anna", "Müller Lüdenscheidt")),
        (("Anna", "Müller-Lüdenscheidt"), ("Anna", "Lüdenscheidt-Müller")),
        (("Anna", "Müller-Lüdenscheidt"), ("Anna", "Müller – Lüdenscheidt")),
        (("Anna Maria", "Schmidt"), ("Anna", "Schmidt")),
        (("Anna-Maria", "Schmidt"), ("Anna Lena", "Schmidt")),
        (("Schmidt", "Anna"), ("Anna", "Schmidt")),
        (("André", "Dvořák"), ("Andre", "Dvorak")),
        (("Łukasz", "Kościuszko"), ("Lukasz", "Kosciuszko")),
        (("Ayşe", "Yıldız"), ("Ayse", "Yildiz")),
        (("Dr. Karl", "Huber"), ("Karl", "Huber")),
        (("Karl", "Prof. Dr. Huber"), ("Karl", "Huber")),
        (("  Karl ", " Huber  "), ("Karl", "Huber")),
        (("Sean", "O'Brien"), ("Sean", "O’Brien")),
        (("Sean", "O'Brien"), ("Sean", "OBrien")),
        (("Søren", "Møller"), ("Soren", "Moller")),
    ],
)
def test_one_person_written_in_two_ways(one, other):
    assert key(*one) == key(*other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Anna", "Schmidt"), ("Anne", "Schmidt")),
        (("Anna", "Schmidt"), ("Anna", "Schmitt")),
        (("Anna", "Müller-Lüdenscheidt"), ("Anna", "Müller")),
        (("Anna", "von der Heide"), ("Anna", "Heide")),
        (("Jan", "Peters"), ("Peter", "Jans")),
    ],
)
def test_two_people_stay_two(one, other):
    assert key(*one) != key(*other)


def test_another_birthday_is_another_person():
    assert key("Anna", "Schmidt") != key("Anna", "Schmidt", BORN + timedelta(days=1))


@pytest.mark.parametrize("name", ["", " ", "123", "---", "Dr."])
def test_without_letters_there_is_no_person(name):
    assert key(name, "Schmidt") == ""
    assert key("Anna", name) == ""


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_has_a_key_that_upper_case_and_spaces_do_not_change(given_name, family_name):
    found = key(given_name, family_name)
    assert key(f"  {given_name} ", f"\t{family_name}\n") == found
    assert key(given_name.casefold(), family_name.casefold()) == found


@pytest.mark.parametrize("typed", ["3.4.1985", "03.04.1985", " 3. 4. 1985 ", "1985-04-03"])
def test_a_birthday_is_read(typed):
    assert rules.read_day(typed) == BORN


@pytest.mark.parametrize("typed", ["", "31.2.1985", "3.4.85", "1985", "03/04/1985", "٣.٤.١٩٨٥٥", "1985-13-01"])
def test_no_birthday_is_guessed(typed):
    assert rules.read_day(typed) is None


def test_a_confirmation_holds_two_years_and_is_recalled_in_its_last_month():
    until = rules.holds_until(NOW)
    assert until - NOW == timedelta(days=730)
    assert not rules.has_lapsed(until, until - timedelta(seconds=1))
    assert rules.has_lapsed(until, until)
    assert not rules.is_to_be_reminded(until, until - timedelta(days=31))
    assert rules.is_to_be_reminded(until, until - timedelta(days=30))
    assert not rules.is_to_be_reminded(until, until)


LIST = "Vorname;Nachname;Straße;PLZ;Ort;Geburtsdatum\nAnna;Schmidt;Am Markt 1;12345;Musterstadt;3.4.1985\n"


def read(text):
    return rules.read_list(text if isinstance(text, bytes) else text.encode(), NOW.date())


@pytest.mark.parametrize(
    "text",
    [
        LIST,
        LIST.replace(";", ","),
        LIST.replace(";", "\t"),
        LIST.encode("cp1252"),
        "\ufeff" + LIST,
        LIST.replace("\n", "\r\n") + "\r\n;;;;;\r\n",
        "Geburtsdatum;Ort;PLZ;Straße;Nachname;Vorname;Bemerkung\n1985-04-03;Musterstadt;12345;Am Markt 1;Schmidt;Anna;zuerst",
    ],
)
def test_a_list_is_read_as_spreadsheets_write_it(text):
    assert read(text) == ([rules.Addressee("Anna", "Schmidt", "Am Markt 1", "12345", "Musterstadt", BORN)], [])


def test_every_wrong_line_is_named_and_the_others_are_still_read():
    people, errors = read(
        LIST
        + "Berta;;Am Markt 2;12345;Musterstadt;1.1.1950\n"
        + "Cäcilie;Groß;Am Markt 3;1234;Musterstadt;1.1.2050\n"
        + "ANNA;SCHMIDT;Anderswo 1;12345;Musterstadt;03.04.1985\n"
        + "Dora;Klein;Am Markt 4;12345;Musterstadt;5.6.1970\n"
    )
    assert [error.line for error in errors] == [3, 4, 5]
    assert "nachname" in errors[0].message
    assert "fünf Ziffern" in errors[1].message
    assert "Geburtsdatum" in errors[1].message
    assert "Zeile 2" in errors[2].message
    assert [person.given_name for person in people] == ["Anna", "ANNA", "Dora"]


@pytest.mark.parametrize(
    "content", [b"", b"   ", b"PK\x03\x04\x00\x00", b"Vorname;Nachname\nAnna;Schmidt", LIST.splitlines()[0].encode(), b'"a;b\n\n']
)
def test_what_is_no_list_is_refused_with_a_sentence(content):
    people, errors = read(content)
    assert people == []
    assert errors


def test_a_list_has_a_largest_size():
    rows = "".join(
        f"Anna{chr(97 + n // 676)}{chr(97 + n // 26 % 26)}{chr(97 + n % 26)};Schmidt;Weg 1;12345;Ort;3.4.1985\n"
        for n in range(rules.LARGEST_LIST + 1)
    )
    assert any("höchstens" in error.message for error in read(LIST + rows)[1])


@given(st.binary(max_size=200))
def test_no_file_breaks_the_reader(content):
    people, errors = rules.read_list(content, NOW.date())
    assert people or errors


@pytest.mark.parametrize("clerk", [True, False])
def test_who_may(clerk):
    assert rules.may_confirm_at_counter(is_clerk_of_region=clerk) is clerk
    assert rules.may_enter_code(welcome_done=clerk) is clerk


@given(st.integers(1, 2**31 - 1), st.text(min_size=1, max_size=20))
def test_a_code_leads_to_its_row_however_it_is_typed(number, nonce):
    code = codes.code_of("test", number, nonce)
    assert codes.row_of(code) == number
    for typed in (codes.in_groups(code), code.lower(), "-".join(codes.in_groups(code).split()), f"  {code} "):
        assert codes.typed_code(typed) == code
    assert codes.is_right(code, "test", number, nonce)
    assert not codes.is_right(code, "other", number, nonce)
    assert not codes.is_right(code, "test", number, nonce + "x")


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_codes(typed):
    code = codes.typed_code(typed)
    assert code is None or codes.row_of(code) is None or codes.row_of(code) > 0
