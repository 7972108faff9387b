"""The API and the feeds: shapes, no person, ETag, CORS, described by OpenAPI."""

import json
from xml.etree import ElementTree as ET

import pytest

from beteiligung.catalogue.models import Commitment, HistoryEntry
from beteiligung.db import unit_of_work
from beteiligung.participation import comments
from beteiligung.participation.models import Tally
from participation.people import participant
from support import NOW, make_account, make_commitment, make_document, make_region

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def data(database):
    with unit_of_work() as session:
        region = make_region(session, slug="kreis", name="Musterkreis")
        document = make_document(session, region, slug="vertrag", title="Vertrag", not_resolution=True)
        rows = [
            make_commitment(
                session,
                document,
                slug=f"z-{n}",
                title=f"Zusage & <{n}>",
                section=["Verkehr"],
                chapter="5",
                line_start=7,
                line_end=9,
                printed_lines=n == 0,
            )
            for n in range(5)
        ]
        rows[4].state = "archived"
        make_commitment(session, slug="fern")
        shown = {"shown_confirmed_for": 6, "shown_confirmed_neutral": 1, "shown_confirmed_against": 2, "shown_confirmed_at": NOW}
        session.add(Tally(commitment_id=rows[0].id, version=1, unconfirmed_for=3, **shown))
        writer = make_account(session, display_name="Geheimer Name", email="geheim@example.org")
        first = comments.write_comment(session, participant(writer), rows[0].id, "Erster & <Beitrag>\n\nmit Absatz", "for", NOW)
        comments.write_comment(session, participant(writer), rows[0].id, "Eine Antwort", None, NOW, parent_id=first.id)
        hidden = comments.write_comment(session, participant(writer), rows[0].id, "Verborgenes", None, NOW)
        comments.hide_comment(session, hidden.id, "Regel 1", NOW)
        taken = comments.write_comment(session, participant(writer), rows[0].id, "Zurückgezogenes", None, NOW)
        comments.withdraw_comment(session, participant(writer), taken.id, NOW)
        session.add(HistoryEntry(commitment_id=rows[0].id, kind="answer", happened_on=NOW.date(), body="Wir *prüfen*.", created_at=NOW))
        session.add(
            HistoryEntry(
                commitment_id=rows[1].id, kind="status", status="done", status_before="open", happened_on=NOW.date(), created_at=NOW
            )
        )
        return [row.id for row in rows]


def test_regions(data, browser):
    answer = browser.get("/api/v1/regions")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["access-control-allow-origin"] == "*"
    body = answer.json()
    assert body["total"] == 2
    region = next(r for r in body["items"] if r["slug"] == "kreis")
    assert region["name"] == "Musterkreis"
    assert isinstance(region["id"], int)
    assert region["commitments"] == 4
    assert region["documents"][0]["not_resolution"] is True


def test_commitments(data, browser):
    body = browser.get("/api/v1/commitments?region=kreis").json()
    assert body["total"] == 4
    assert [c["slug"] for c in body["items"]] == ["z-0", "z-1", "z-2", "z-3"]
    first = body["items"][0]
    assert first["title"] == "Zusage & <0>"
    assert first["location"] == {
        "section": ["Verkehr"],
        "chapter": "5",
        "page": None,
        "line_start": 7,
        "line_end": 9,
        "printed_lines": True,
        "label": "Kap. 5, Z. 7–9",
    }
    assert body["items"][1]["location"]["line_start"] is None
    assert first["votes"]["confirmed"] == {"for": 6, "neutral": 1, "against": 2, "as_of": NOW.isoformat()}
    assert first["votes"]["unconfirmed"] is None
    assert first["status"] == "open"
    assert first["url"] == "http://localhost:8000/kreis/zusagen/z-0"
    assert first["comments"] == 2
    assert browser.get("/api/v1/commitments").json()["total"] == 5
    assert browser.get("/api/v1/commitments?region=nirgends").status_code == 404


def test_paging(data, browser):
    pages = [browser.get(f"/api/v1/commitments?region=kreis&per_page=3&page={n}").json() for n in (1, 2, 3)]
    assert [len(p["items"]) for p in pages] == [3, 1, 0]
    assert [p["total"] for p in pages] == [4, 4, 4]
    for wrong in ("page=0", "page=x", "per_page=101", "per_page=0", "page=-1"):
        answer = browser.get(f"/api/v1/commitments?{wrong}")
        assert answer.status_code == 400, wrong
        assert "error" in answer.json()


def test_one_commitment_also_archived(data, browser):
    assert browser.get(f"/api/v1/commitments/{data[4]}").json()["state"] == "archived"
    missing = browser.get("/api/v1/commitments/99999")
    assert missing.status_code == 404
    assert missing.json() == {"error": "Diese Zusage gibt es nicht."}


def test_comments_tell_no_person(data, browser):
    answer = browser.get(f"/api/v1/commitments/{data[0]}/comments")
    body = answer.json()
    assert body["total"] == 2
    assert body["items"][0] == {
        "id": 1,
        "parent_id": None,
        "text": "Erster & <Beitrag>\n\nmit Absatz",
        "additions": [],
        "stance": "for",
        "official": False,
        "created_on": "2026-11-21",
    }
    assert body["items"][1]["parent_id"] == 1
    everything = "".join(
        browser.get(path).text
        for path in (
            "/api/v1/regions",
            "/api/v1/commitments",
            f"/api/v1/commitments/{data[0]}",
            f"/api/v1/commitments/{data[0]}/comments",
            "/kreis/feed.atom",
            "/kreis/themen/mobilitaet/feed.atom",
            "/kreis/zusagen/z-0/feed.atom",
        )
    )
    for secret in ("Geheimer", "geheim@", "author", "account", "Verborgenes", "Zurückgezogenes", "voter"):
        assert secret not in everything.replace("<author>", "").replace("</author>", "").replace('"author":', ""), secret
    assert browser.get(f"/api/v1/commitments/{data[1]}/comments").json() == {"items": [], "total": 0}


def test_etag(data, browser, later):
    for path in ("/api/v1/regions", "/api/v1/commitments?region=kreis", f"/api/v1/commitments/{data[0]}/comments", "/kreis/feed.atom"):
        etag = browser.get(path).headers["etag"]
        later()
        again = browser.get(path, headers={"If-None-Match": etag})
        assert again.status_code == 304, path
        assert again.headers["access-control-allow-origin"] == "*"
    with unit_of_work() as session:
        row = session.get_one(Commitment, data[0])
        row.title, row.changes = "Anders", row.changes + 1
        session.add(row)
    later()
    assert "Anders" in browser.get("/api/v1/commitments?region=kreis", headers={"If-None-Match": etag}).text


def test_it_is_described(browser):
    schema = json.loads(browser.get("/schema/openapi.json").text)
    assert set(schema["paths"]) == {
        "/api/v1/regions",
        "/api/v1/regions/{slug}/figures",
        "/api/v1/commitments",
        "/api/v1/commitments/{commitment_id}",
        "/api/v1/commitments/{commitment_id}/comments",
        "/api/v1/recommendations",
        "/api/v1/resolutions",
    }
    text = json.dumps(schema)
    for field in ("not_resolution", "line_start", "created_on", '"against"', '"for"', "per_page"):
        assert field in text, field
    for path in schema["paths"].values():
        assert "application/json" in path["get"]["responses"]["200"]["content"]
    assert browser.get("/schema").status_code == 200


@pytest.mark.parametrize("path", ["/kreis", "/kreis/themen/mobilitaet", "/kreis/zusagen/z-0", "/kreis/themen/tierschutz"])
def test_feeds_are_valid_atom(data, browser, path):
    answer = browser.get(f"{path}/feed.atom")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.text)
    assert feed.tag == f"{ATOM}feed"
    for part in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert part.findtext(f"{ATOM}{name}"), name
        assert part.findtext(f"{ATOM}updated").endswith("Z")
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {"self": f"http://localhost:8000{path}/feed.atom", "alternate": f"http://localhost:8000{path}"}
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    assert (len(ids) == 0) == path.endswith("tierschutz")


def test_a_feed_tells_events_and_comments(data, browser):
    feed = ET.fromstring(browser.get("/kreis/feed.atom").text)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    assert "Stellungnahme der Verwaltung: Zusage & <0>" in titles
    assert "Jetzt umgesetzt: Zusage & <1>" in titles
    assert "Neuer Kommentar: Zusage & <0>" in titles
    own = ET.fromstring(browser.get("/kreis/zusagen/z-1/feed.atom").text)
    assert [entry.findtext(f"{ATOM}title") for entry in own.findall(f"{ATOM}entry")] == ["Jetzt umgesetzt: Zusage & <1>"]


def test_feeds_of_nowhere(data, browser):
    for path in ("/nirgends/feed.atom", "/kreis/themen/nirgends/feed.atom", "/kreis/zusagen/nirgends/feed.atom"):
        assert browser.get(path).status_code == 404
