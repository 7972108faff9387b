"""What may be typed, and how long sessions hold."""

from datetime import timedelta

import pytest

from beteiligung.identity import rules
from support import NOW


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Anna@Example.ORG", "anna@example.org"),
        ("  anna@example.org \n", "anna@example.org"),
        ("anna+kreis@example.org", "anna+kreis@example.org"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("a.b-c_d@sub.example.co", "a.b-c_d@sub.example.co"),
    ],
)
def test_an_address_has_one_form(typed, stored):
    assert rules.clean_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "@example.org",
        "anna@",
        "anna@localhost",
        "anna@example..org",
        "a b@example.org",
        "anna@example.org\r\nBcc: all@example.org",
        "anna@example.org,ben@example.org",
        "anna@example.org ben@example.org",
        "<anna@example.org>",
        '"anna"@example.org',
        "аnna@example.org",
        "\u212aarl@example.org",  # KELVIN SIGN becomes k when lowered
        ".anna@example.org",
        "an..na@example.org",
        "anna@-example.org",
        "anna@example.org%00",
        "x" * 65 + "@example.org",
        "anna@" + "x" * 250 + ".org",
    ],
)
def test_no_address(typed):
    assert rules.clean_email(typed) is None


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Anna   Beispiel ", "Anna Beispiel"),
        ("Zoe\u0308", "Zoë"),
        ("An\u200bna\u202e", "Anna"),
        ("An\nna", "An na"),
        ("A" + "\u0335" * 30, "A\u0335\u0335"),
        ("नमस्ते", "नमस्ते"),
    ],
)
def test_names_are_simple(typed, shown):
    assert rules.clean_name(typed) == shown


@pytest.mark.parametrize(
    "name",
    [
        "Verwaltung",
        "Kreisverwaltung",
        "VERWALTUNG Kassel",
        "V e r w a l t u n g",
        "Ver-wal-tung",
        "Verwa1tung",
        "Vеrwaltung",
        "Bürgerrat",
        "Buergerrat",
        "Der Burgerrat",
        "Bürgerrätin",
        "Admin",
        "@dmin",
        "4dm1n",
        "Administratorin",
        "admin 2",
        "Аdmin",
        "Moderation",
        "ΑDMIN",
    ],
)
def test_names_of_office_are_taken(name):
    assert rules.sounds_official(rules.clean_name(name))


@pytest.mark.parametrize(
    "name", ["Anna", "Badminton-Fan", "Walter", "Bürgerin aus Eschwege", "Günther Radler", "Rathaus-Nachbar", "R2D2", "李雷"]
)
def test_other_names_are_free(name):
    assert not rules.sounds_official(rules.clean_name(name))


def test_addresses_are_no_names():
    assert rules.looks_like_contact("anna@example.org")
    assert rules.looks_like_contact("https://example.org")
    assert rules.looks_like_contact("www.example.org")
    assert not rules.looks_like_contact("Anna W.")


@pytest.mark.parametrize(("year", "old_enough"), [(2011, True), (2012, True), (2013, False), (2026, False)])
def test_the_age_is_counted_by_year(year, old_enough):
    assert rules.is_old_enough(year, 14, NOW) is old_enough


def test_a_region_may_ask_for_more_but_not_for_less():
    assert not rules.is_old_enough(2011, 16, NOW)
    assert not rules.is_old_enough(2015, 10, NOW)


@pytest.mark.parametrize(("year", "possible"), [(1905, False), (1906, True), (2026, True), (2027, False)])
def test_years_somebody_living_was_born_in(year, possible):
    assert rules.is_possible_year(year, NOW) is possible


@pytest.mark.parametrize(
    "missing",
    [
        {"display_name": None},
        {"display_name": ""},
        {"birth_year": None},
        {"birth_year": 2020},
        {"terms_version": "2020-01"},
        {"min_age": 50},
    ],
)
def test_welcome_needs_all_of_it(missing):
    given = {"display_name": "Anna", "birth_year": 1985, "terms_version": rules.TERMS_VERSION, "min_age": None}
    assert rules.welcome_is_done(**given, now=NOW)
    assert not rules.welcome_is_done(**{**given, **missing}, now=NOW)


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("age", "idle", "staff", "holds"),
    [
        (timedelta(0), timedelta(0), False, True),
        (89 * DAY, timedelta(0), False, True),
        (90 * DAY, timedelta(0), False, False),
        (40 * DAY, 30 * DAY, False, True),
        (40 * DAY, 31 * DAY, False, False),
        (timedelta(hours=11), timedelta(0), True, True),
        (timedelta(hours=12), timedelta(0), True, False),
        (timedelta(hours=12), timedelta(0), False, True),
    ],
)
def test_how_long_a_session_holds(age, idle, staff, holds):
    created = NOW - age
    assert rules.session_holds(created_at=created, seen_on=NOW - idle, expires_at=created + 90 * DAY, staff=staff, now=NOW) is holds
