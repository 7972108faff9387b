"""What a clerk says of a document, and what a reply may not touch."""

import pytest

from beteiligung import db
from beteiligung.administration import service
from beteiligung.errors import Forbidden, Invalid, NotFound
from beteiligung.participation.models import Comment
from beteiligung.places.queries import region_by_slug
from beteiligung.places.service import region_files
from support import NOW

FACTS = {"title": "Leitbild", "kind": "strategy", "author": "Kreisverwaltung", "first_line": "Die Kreisverwaltung plant"}
KNOWN = frozenset({"programm"})


def facts(**typed):
    return service.document_facts({**FACTS, **typed}, "musterkreis", "0" * 64, KNOWN)


@pytest.mark.parametrize(
    ("term", "start", "end", "dated"),
    [
        ("2026–2031", 2026, 2031, None),
        ("2026 bis 2031", 2026, 2031, None),
        ("2026", 2026, None, None),
        ("9.3.2025", None, None, "2025-03-09"),
        ("Stand März 2025", None, None, "Stand März 2025"),
    ],
)
def test_a_term_is_years_or_a_date_in_words(term, start, end, dated):
    found = facts(term=term)
    assert (found["term_start"], found["term_end"], found.get("dated")) == (start, end, dated)


def test_only_a_resolution_is_one():
    assert facts()["not_resolution"] is True
    assert facts(kind="resolution")["not_resolution"] is False


def test_a_known_document_or_file_needs_nothing_more():
    assert service.document_facts({"document": "programm"}, "musterkreis", "0" * 64, KNOWN) == {"slug": "programm"}
    described = region_files()[0]
    assert service.document_facts({}, described["slug"], described["documents"][0]["file_sha256"], frozenset()) == {}
    with pytest.raises(Invalid):
        service.document_facts({}, "musterkreis", described["documents"][0]["file_sha256"], frozenset())
    with pytest.raises(Invalid):
        service.document_facts({"document": "fremd"}, "musterkreis", "0" * 64, KNOWN)


def test_what_is_missing_is_named():
    with pytest.raises(Invalid) as raised:
        service.document_facts({"term": "2031–2026"}, "musterkreis", "0" * 64, KNOWN)
    assert set(raised.value.fields) == {"title", "kind", "author", "first_line"}
    with pytest.raises(Invalid) as raised:
        facts(term="2031–2026")
    assert set(raised.value.fields) == {"term"}


def reply(place, who="clerk", region="musterkreis", comment_id=None, body="Im Mai."):
    with db.unit_of_work() as session:
        found = region_by_slug(session, region)
        return service.reply_to_question(session, place.people[who], found, comment_id or place.question_id, body, NOW)


def test_a_reply_stands_under_the_question(place):
    made = reply(place)
    assert (made.parent_id, made.official, made.text) == (place.question_id, True, "Im Mai.")
    with db.reading() as session:
        asked = session.get(Comment, place.question_id)
    assert (asked.text, asked.answered_at) == ("Wann beginnt der Bau?", NOW)


@pytest.mark.parametrize("who", ["resident", "confirmed resident", "council member", "clerk of another region", "operator"])
def test_nobody_else_replies_officially(place, who):
    with pytest.raises(Forbidden):
        reply(place, who)


def test_a_question_belongs_to_its_region(place):
    with pytest.raises(NotFound):
        reply(place, "clerk of another region", "nachbarkreis")
    with pytest.raises(Invalid) as raised:
        reply(place, body=" ")
    assert set(raised.value.fields) == {"body"}
