"""What is kept for everybody holds nothing of anybody, whatever cookies a request brings along."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from beteiligung.clock import utcnow
from beteiligung.db import unit_of_work
from beteiligung.errors import NotFound
from beteiligung.identity.session import hashed, keep_draft
from beteiligung.web.cache import cached, page_cache

SESSION, BROWSER = "s" * 43, "b" * 43


@pytest.fixture
def waiting(world):
    """A text and a choice that wait in one browser; return its cookies."""
    page = f"/{world.values['region_slug']}/zusagen/{world.values['slug']}"
    thread = f"/kommentare/{world.values['comment_id']}"
    with unit_of_work() as session:
        for path in (page, thread):
            keep_draft(session, hashed(BROWSER), path, {"text": "Noch ganz geheim", "stance": "for"}, utcnow())
    return (page, thread), f"{BROWSER}.{world.commitment_id}-a"


@pytest.mark.parametrize("ended", [False, True])
def test_a_draft_and_a_choice_are_shown_to_their_browser_alone(world, browser_of, waiting, ended):
    paths, cookie = waiting
    cookies = {"browser": cookie} | ({"sitzung": SESSION} if ended else {})
    for path in paths:
        own = browser_of("guest").get(path, headers={"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())})
        assert "Noch ganz geheim" in own.text
        assert own.headers["cache-control"] == "private, no-store"
        for headers in ({}, {"Cookie": "sitzung=" + SESSION}, {"Cookie": "other=1"}):
            others = browser_of("guest").get(path, headers=headers)
            assert "Noch ganz geheim" not in others.text
            assert "b-opt--wait" not in others.text


def test_the_cache_never_answers_with_a_fragment_or_for_a_person(world, browser_of):
    path = f"/{world.values['region_slug']}/zusagen/{world.values['slug']}"
    fragment = browser_of("guest").get(path, headers={"HX-Request": "true"})
    assert fragment.headers["cache-control"] == "private, no-store"
    person = browser_of("resident").get(path)
    assert person.headers["cache-control"] == "private, no-store"
    assert 'name="csrf"' in person.text
    for _ in range(2):
        public = browser_of("guest").get(path)
        assert 'name="csrf"' not in public.text or 'name="csrf" value=""' in public.text
        assert "set-cookie" not in public.headers


def test_what_was_closed_is_not_kept():
    def state():
        raise NotFound("weg")

    key = "/weg?"  # as German pages are kept
    request = SimpleNamespace(url=SimpleNamespace(path="/weg", query=""), headers={})
    cached(request, lambda: "1", lambda: "offen")
    page_cache().put(key, replace(page_cache().get(key), checked=-1e9))
    with pytest.raises(NotFound):
        cached(request, state, lambda: "offen")
    assert page_cache().get(key) is None


def test_no_address_of_another_host_gets_into_a_page(world, browser_of):
    path = f"/{world.values['region_slug']}"
    poisoned = browser_of("guest").get(path, headers={"Host": "boese.example", "X-Forwarded-Host": "boese.example"})
    assert "boese.example" not in poisoned.text
    assert "boese.example" not in browser_of("guest").get(path).text
