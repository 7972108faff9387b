"""How many SQL statements a page costs, and that signed-out readers share what was rendered."""

import pytest

from bench.load import fill
from beteiligung.db import unit_of_work
from support import make_account, statements

PAGES = {
    "region": "/bankkreis",
    "list": "/bankkreis/zusagen",
    "page 5": "/bankkreis/zusagen?seite=5",
    "search": "/bankkreis/zusagen?q=Radweg&status=open&art=measure&thema=mobilitaet",
    "nothing found": "/bankkreis/zusagen?q=Einhorn+Radweg",
    "divided": "/bankkreis/zusagen?sortierung=umstritten",
    "topic": "/bankkreis/themen/mobilitaet",
    "topics": "/bankkreis/themen",
    "commitment": "/bankkreis/zusagen/bank-0",
    "newest first": "/bankkreis/zusagen/bank-0?reihenfolge=neu",
    "deep link": "/bankkreis/zusagen/bank-0?kommentar=300",
    "documents": "/bankkreis/dokumente",
    "document": "/bankkreis/dokumente/programm-1?kapitel=3",
    "start": "/",
}


@pytest.fixture
def loaded(database):
    with unit_of_work() as session:
        return fill(session)


def test_statements_of_each_page(loaded, browser, browsers, later):
    with unit_of_work() as session:
        person = make_account(session).id
    signed_in = browsers(person)
    measured = {}
    for name, path in PAGES.items():
        with statements() as anew:
            answer = browser.get(path)
        assert answer.status_code == 200, (name, answer.text)
        with statements() as fresh:
            assert browser.get(path).content == answer.content
        later()
        with statements() as checked:
            assert browser.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
        with statements() as own:
            mine = signed_in.get(path)
        assert mine.status_code == 200, name
        assert mine.headers["cache-control"] == "private, no-store"
        measured[name] = (len(anew), len(fresh), len(checked), len(own))
        assert len(anew) <= 4, (name, anew)
        assert len(fresh) == 0, name
        assert len(checked) == 1, name
        assert len(own) <= 6, (name, own)
    assert measured["commitment"] == (3, 0, 1, 5)
    assert measured["list"] == (3, 0, 1, 4)
    assert measured["region"] == (4, 0, 1, 6)


def test_a_reading_page_sets_no_cookie(loaded, browser):
    for path in PAGES.values():
        assert "set-cookie" not in browser.get(path).headers
