"""Nobody can see one person's vote by asking again and again: nothing public moves before five people have changed."""

import pytest
from sqlmodel import select

from beteiligung.catalogue.models import Commitment
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.insight import material, snapshots
from beteiligung.participation import service
from beteiligung.places.models import Region
from participation.people import participant
from support import make_account, make_commitment, make_document, make_region

PATHS = (
    "/",
    "/kreis",
    "/kreis/zusagen",
    "/kreis/zusagen?sortierung=unterstuetzt",
    "/kreis/zusagen?sortierung=umstritten",
    "/kreis/themen",
    "/kreis/themen/mobilitaet",
    "/kreis/zusagen/bus",
    "/kreis/zusagen/nachbar",
    "/kreis/dokumente",
    "/kreis/dokumente/vertrag",
    "/kreis/feed.atom",
    "/kreis/themen/mobilitaet/feed.atom",
    "/kreis/zusagen/bus/feed.atom",
    "/kreis/was-verbindet",
    "/kreis/wer-mitmacht",
    "/api/v1/regions/kreis/figures",
    "/api/v1/regions",
    "/api/v1/commitments",
    "/api/v1/commitments?region=kreis",
    "/api/v1/commitments/1",
    "/api/v1/commitments/1/comments",
    "/sitemap.xml",
    "/offene-daten",
)


@pytest.fixture
def region(database):
    with unit_of_work() as session:
        region = make_region(session, slug="kreis", page_threshold=5)
        document = make_document(session, region, slug="vertrag")
        make_commitment(session, document, slug="bus")
        make_commitment(session, document, slug="nachbar")
        return region.id


def everything(browser, later):
    """Return body and ETag of each public page, rendered as if nothing were cached, and the stored counters of changes.

    The region's figures are computed before, as a worker may do at any moment.
    """
    now = utcnow()
    with reading() as session:
        place = session.exec(select(Region.id)).one()
        frozen = snapshots.compute(material.read(session, place, now), snapshots.latest(session, place), now)
    if frozen is not None:
        with unit_of_work() as session:
            snapshots.store(session, frozen)
    later()
    with reading() as session:
        changes = session.get_one(Commitment, 1).changes
    return {path: (answer.text, answer.headers["etag"]) for path in PATHS if (answer := browser.get(path)).status_code == 200}, changes


def cast(account_id, region_id, choice, confirmed=True):
    person = participant(account_id, *([region_id] if confirmed else []))
    with unit_of_work() as session:
        service.cast_vote(session, person, 1, choice, utcnow(), 1)


def test_one_vote_is_never_seen(region, browser, browsers, later):
    with unit_of_work() as session:
        people = [make_account(session).id for _ in range(12)]
    before = everything(browser, later)
    assert len(before[0]) == len(PATHS)
    for person in people[:4]:
        cast(person, region, "for")
        assert everything(browser, later) == before
    cast(people[4], region, "for")
    five = everything(browser, later)
    assert five != before
    assert "5 bestätigte" in five[0]["/kreis/zusagen/bus"][0]
    assert five[0]["/api/v1/commitments/1/comments"] == before[0]["/api/v1/commitments/1/comments"]
    for choice in ("against", "neutral", None, "for", "against", None):  # somebody changes and withdraws
        cast(people[0], region, choice)
        assert everything(browser, later) == five
    for person in people[5:8]:  # with the one withdrawn that is four who differ
        cast(person, region, "neutral")
        assert everything(browser, later) == five
    for person in people[8:12]:  # another standing is a count of its own
        cast(person, region, "against", confirmed=False)
        assert everything(browser, later) == five


def test_who_voted_sees_the_own_vote_and_the_same_figures(region, browser, browsers, later):
    with unit_of_work() as session:
        people = [make_account(session).id for _ in range(3)]
    public = everything(browser, later)[0]["/kreis/zusagen/bus"][0]
    cast(people[0], region, "for", confirmed=False)
    mine = browsers(people[0]).get("/kreis/zusagen/bus").text
    assert 'value="for" aria-pressed="true"' in mine
    start, end = "Ergebnis bis jetzt", "So weit ist die Umsetzung"
    assert mine[mine.index(start) : mine.index(end)] == public[public.index(start) : public.index(end)]
