"""What data/demo tells: invented, marked as such, fair to everybody, and complete."""

import re
import tomllib
from collections import Counter

import pytest

from beteiligung.demo import PREFIXES, chance, choice_of
from beteiligung.identity.rules import is_old_enough, looks_like_contact, sounds_official
from beteiligung.participation.comments import clean_text
from beteiligung.settings import ROOT
from support import NOW

FOLDER = ROOT / "data" / "demo"


def read(name):
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


PEOPLE = {person["key"]: person for person in read("people")["person"]}
COMMITMENTS = {
    entry["id"] for path in (ROOT / "data" / "catalogue").glob("*.toml") for entry in tomllib.loads(path.read_text("utf-8"))["entry"]
}


def discussion(region):
    """Return (comment or reply, number of the commitment) of a region."""
    for comment in read(f"comments-{region}")["comment"]:
        yield comment, comment["to"]
        for reply in comment.get("reply", ()):
            yield reply, comment["to"]


def test_people_are_invented_and_of_age():
    assert len(PEOPLE) == len(read("people")["person"])
    addresses = [person.get("email", f"{key}@beispiel.example") for key, person in PEOPLE.items()]
    assert len(set(addresses)) == len(addresses)
    assert all(address.endswith("@beispiel.example") for address in addresses)
    assert {"bewohnerin@beispiel.example", "buergerrat@beispiel.example", "verwaltung@beispiel.example"} <= set(addresses)
    residents = [person for person in PEOPLE.values() if person.get("role") != "clerk"]
    assert all(is_old_enough(person["born"], 14, NOW) for person in residents)
    assert not any(sounds_official(person["name"]) or looks_like_contact(person["name"]) for person in residents)
    clerks = Counter(person["region"] for person in PEOPLE.values() if person.get("role") == "clerk")
    assert clerks == {**dict.fromkeys(PREFIXES, 1), "werra-meissner": 2}, "reports are released by a second person"
    assert all("Beispiel" in person["name"] for person in PEOPLE.values() if person.get("role") == "clerk")


def test_homes_are_municipalities_of_their_region():
    for person in PEOPLE.values():
        if place := person.get("place"):
            facts = tomllib.loads((ROOT / "data" / "regions" / f"{person['region']}.toml").read_text("utf-8"))
            assert place in facts["municipalities"]["names"]


@pytest.mark.parametrize("region", PREFIXES)
def test_comments_are_about_commitments_by_people(region):
    for said, number in discussion(region):
        assert f"{PREFIXES[region]}-{number:03}" in COMMITMENTS
        person = PEOPLE[said["by"]]
        assert said["text"] == clean_text(said["text"])
        assert said.get("stance") in (None, "for", "against", "question")
        assert 0 < said["ago"] <= 84
        official = person.get("role") == "clerk"
        assert official == said["text"].startswith("*Beispielantwort.*")
        assert not official or person["region"] == region


def test_no_party_and_no_link_is_named():
    named = re.compile(r"\b(CDU|CSU|SPD|FDP|AfD|BSW|Grünen?|GRÜNEN?|Linken?|Linkspartei|Freie Wähler|Volt)\b|https?:|www\.|@")
    for region in PREFIXES:
        for said, _number in discussion(region):
            assert named.search(said["text"]) is None, said["text"]


def test_there_is_life():
    all_of = Counter((region, number) for region in PREFIXES for _said, number in discussion(region))
    assert sum(all_of.values()) >= 250
    assert all_of.most_common(1)[0][1] >= 40
    assert sum(8 <= count <= 15 for count in all_of.values()) >= 12
    assert not any("verwaltung" in one["by"] for region in PREFIXES for one in read(f"comments-{region}")["comment"])


@pytest.mark.parametrize("region", PREFIXES)
def test_answers_say_that_they_are_examples(region):
    answers = read(f"answers-{region}")
    assert PEOPLE[answers["by"]]["region"] == region
    assert PEOPLE[answers["by"]]["role"] == "clerk"
    assert len(answers["entry"]) >= 10
    for entry in answers["entry"]:
        assert f"{PREFIXES[region]}-{entry['to']:03}" in COMMITMENTS
        assert entry["text"].startswith(("*Beispiel.*", "*Beispielantwort.*"))
        assert "Beispiel" in entry.get("paper", entry.get("source", "Beispiel"))
        assert ("status" in entry) == ("paper" in entry or "source" in entry)
        assert entry["ago"] + entry.get("decided", 0) < 120


def test_follows_and_leanings_name_what_exists():
    for follow in read("follows")["follow"]:
        assert PEOPLE[follow["by"]].get("role") != "clerk"
        assert not isinstance(follow.get("target"), int) or f"{PREFIXES[follow['region']]}-{follow['target']:03}" in COMMITMENTS
    leanings = read("votes")
    assert set(leanings) == set(PREFIXES) - {"kassel"}
    for region, told in leanings.items():
        numbers = [one["to"] for one in told["commitments"]]
        assert len(set(numbers)) == len(numbers)
        assert {f"{PREFIXES[region]}-{number:03}" for number in numbers} <= COMMITMENTS


def test_chance_is_even_and_always_the_same():
    assert chance("time", 3, "mia") == chance("time", 3, "mia")
    assert chance("time", 3, "mia") != chance("time", 3, "anke")
    drawn = [chance("even", number) for number in range(2_000)]
    assert 0 <= min(drawn) < max(drawn) < 1
    assert 0.47 < sum(drawn) / len(drawn) < 0.53


@pytest.mark.parametrize(
    ("base", "view", "luck", "expected"),
    [
        (0.6, (0.0, 0.0), 0.5, "for"),
        (0.0, (0.0, 0.0), 0.5, "neutral"),
        (0.0, (-0.5, 0.0), 0.5, "against"),
        (0.0, (-0.5, 0.8), 0.5, "for"),
        (0.6, (0.0, 0.0), 0.0, "neutral"),
    ],
)
def test_a_view_leads_to_a_choice(base, view, luck, expected):
    assert choice_of({"base": base, "pull": [1.0, 1.0]}, view, luck) == expected
