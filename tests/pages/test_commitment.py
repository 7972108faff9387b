"""The page of one commitment, signed out and signed in."""

from datetime import timedelta

import pytest
from sqlmodel import select

from beteiligung.catalogue.models import Candidate, Commitment, Document, HistoryEntry, ImportRun, Similar
from beteiligung.catalogue.version_models import DocumentChange, DocumentVersion
from beteiligung.db import unit_of_work
from beteiligung.participation import comments
from beteiligung.participation.models import Tally
from participation.people import participant
from support import NOW, make_account, make_commitment, make_document, make_region


@pytest.fixture
def bus(database):
    with unit_of_work() as session:
        region = make_region(session, slug="kreis", name="Musterkreis")
        document = make_document(
            session,
            region,
            slug="vertrag",
            title="Vertrag",
            kind="coalition_contract",
            author="Die Koalition",
            first_line="Die Koalition verspricht",
        )
        commitment = make_commitment(
            session,
            document,
            slug="bus",
            title="Rufbusse am Abend",
            summary="Auch nach 20 Uhr.",
            section=["Verkehr"],
            chapter="5",
            line_start=343,
            line_end=347,
            printed_lines=True,
            wording="Wir bauen den Rufbus aus.",
            context_before="Davor.",
            context_after="Danach.",
        )
        other = make_commitment(session, document, slug="nacht", title="Nachtbusse", summary="")
        far_region = make_region(session, slug="nachbar", name="Nachbarkreis")
        far = make_commitment(session, make_document(session, far_region), slug="fern", title="Busse für das Nachbarland")
        gone = make_commitment(session, document, slug="weg", title="Ein altes Versprechen", state="archived")
        for rank, row in ((1, other), (2, gone), (11, far)):
            session.add(Similar(commitment_id=commitment.id, rank=rank, other_id=row.id, score=0.5))
        session.add(
            HistoryEntry(
                commitment_id=commitment.id, kind="answer", happened_on=NOW.date(), body="Wir **prüfen** das. <script>", created_at=NOW
            )
        )
        session.add(
            HistoryEntry(
                commitment_id=commitment.id,
                kind="status",
                status="in_progress",
                status_before="open",
                happened_on=NOW.date(),
                source="Vorlage 7",
                created_at=NOW,
            )
        )
        session.flush()
        return commitment.id


def test_it_says_who_promises_and_where(bus, browser):
    text = browser.get("/kreis/zusagen/bus").text
    for wanted in (
        "Die Koalition verspricht …",
        "Das ist kein Beschluss des Kreistags.",
        "Kap. 5",
        "Z. 343–347",
        "Wir bauen den Rufbus aus.",
        "Davor.",
        "Danach.",
        'aria-hidden="true">343</span>',
        "/kreis/dokumente/vertrag#zusage-1",
        "Wir <strong>prüfen</strong> das.",
        "&lt;script&gt;",
        "Vorlage 7",
        "/kreis/zusagen/bus/feed.atom",
        'name="version" value="1"',
        "data-nosnippet",
    ):
        assert wanted in text, wanted


def test_similar_ones_are_those_still_published(bus, browser):
    text = browser.get("/kreis/zusagen/bus").text
    assert "/kreis/zusagen/nacht" in text
    assert "/nachbar/zusagen/fern" in text
    assert "Nachbarkreis" in text
    assert "Ein altes Versprechen" not in text


def test_it_belongs_to_its_region_only(bus, browser):
    for path in (
        "/nachbar/zusagen/bus",
        "/kreis/zusagen/fern",
        "/kreis/zusagen/nichts",
        "/nirgends/zusagen/bus",
        "/nachbar/zusagen/bus/feed.atom",
    ):
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert "Rufbusse" not in answer.text


def test_an_archived_one_stays_readable_without_buttons(bus, browser):
    with unit_of_work() as session:
        row = session.get_one(Commitment, bus)
        row.state = "archived"
        session.add(row)
    text = browser.get("/kreis/zusagen/bus").text
    assert "Diese Zusage ist archiviert" in text
    assert "Rufbusse am Abend" in text
    assert 'name="choice"' not in text
    assert 'name="stance"' not in text


def test_a_past_term_takes_comments_but_no_votes(bus, browser):
    with unit_of_work() as session:
        row = session.get_one(Commitment, bus)
        document = session.get_one(Document, row.document_id)
        document.closed = True
        session.add(document)
    text = browser.get("/kreis/zusagen/bus").text
    assert 'name="choice"' not in text
    assert "vergangenen Wahlperiode" in text
    assert 'name="stance"' in text


def test_three_standings_stand_apart(bus, browser):
    with unit_of_work() as session:
        shown = {"shown_confirmed_for": 30, "shown_confirmed_against": 10, "shown_unconfirmed_neutral": 6, "shown_confirmed_at": NOW}
        session.add(Tally(commitment_id=bus, version=1, shown_unconfirmed_at=NOW, **shown))
    text = browser.get("/kreis/zusagen/bus").text
    assert "40 bestätigte" in text
    assert "75\N{NO-BREAK SPACE}%" in text
    assert "6 Personen ohne Bestätigung" in text
    assert "von außerhalb</b>" not in text


def test_comments_order_page_and_deep_links(bus, browser, later):
    with unit_of_work() as session:
        writer = make_account(session)
        said = [
            comments.write_comment(session, participant(writer), bus, f"Wortmeldung Nummer {n}.", ("for", "against")[n % 2], NOW).id
            for n in range(25)
        ]
        for n in range(6):
            comments.write_comment(session, participant(writer), bus, f"Antwort Nummer {n}.", None, NOW, parent_id=said[0])
    newest = browser.get("/kreis/zusagen/bus?reihenfolge=neu").text
    assert "Wortmeldung Nummer 24." in newest
    assert "Wortmeldung Nummer 4." not in newest
    assert "Gespräche 1 bis 20 von 25" in newest
    cursor = newest[newest.index("nach=") + 5 :].split("#")[0]
    second = browser.get(f"/kreis/zusagen/bus?reihenfolge=neu&nach={cursor}").text
    assert "Wortmeldung Nummer 4." in second
    assert "Wortmeldung Nummer 24." not in second
    assert "Gespräche 21 bis 25 von 25" in second
    assert "noindex" in second
    oldest = browser.get("/kreis/zusagen/bus?reihenfolge=alt").text
    assert "3 weitere Antworten" in oldest
    deep = browser.get(f"/kreis/zusagen/bus?kommentar={said[3]}").text
    assert f'id="k{said[3]}"' in deep
    for odd in ("?nach=Quatsch", "?reihenfolge=quatsch", "?kommentar=999999", "?kommentar=x", "?kommentar=99999999999999999999"):
        assert browser.get(f"/kreis/zusagen/bus{odd}").status_code == 200, odd
    assert "dafür 13, dagegen 12, Frage 0, ohne Angabe 6" in browser.get("/kreis/zusagen/bus").text
    thread = browser.get(f"/kommentare/{said[0]}")
    assert '<meta name="robots" content="noindex, nofollow">' in thread.text
    assert "Antwort Nummer 5." in thread.text
    assert browser.get("/kommentare/99999").status_code == 404
    assert browser.get(f"/kommentare/{said[0]}?ab=900").status_code == 200


def test_a_new_comment_shows_once_the_cache_has_asked(bus, browser, later):
    first = browser.get("/kreis/zusagen/bus")
    with unit_of_work() as session:
        comments.write_comment(session, participant(make_account(session)), bus, "Ganz neu hier.", None, NOW)
    later()
    second = browser.get("/kreis/zusagen/bus", headers={"If-None-Match": first.headers["etag"]})
    assert second.status_code == 200
    assert "Ganz neu hier." in second.text


def test_a_neighbours_new_title_shows_too(bus, browser, later):
    browser.get("/kreis/zusagen/bus")
    with unit_of_work() as session:
        row = session.get_one(Commitment, bus + 1)
        row.title, row.changes = "Nachtbusse für alle", row.changes + 1
        session.add(row)
    later()
    assert "Nachtbusse für alle" in browser.get("/kreis/zusagen/bus").text


def move(bus_id, moment, section, page=None):
    """A new form of the document has the words of `bus` elsewhere."""
    with unit_of_work() as session:
        commitment = session.get_one(Commitment, bus_id)
        run = ImportRun(
            region_id=commitment.region_id, file_name="neu.pdf", sha256=section[:1] * 64, document_id=commitment.document_id,
            created_at=moment,
        )  # fmt: skip
        session.add(run)
        session.flush()
        version = DocumentVersion(document_id=commitment.document_id, run_id=run.id, published_at=moment)
        row = Candidate(
            run_id=run.id, char_start=9, char_end=20, quote=commitment.wording, section=[section], page=page, kind="measure",
            topic=commitment.topic, change="moved", state="published", commitment_id=bus_id,
        )  # fmt: skip
        session.add_all([version, row])
        session.flush()
        session.add(DocumentChange(version_id=version.id, commitment_id=bus_id, change="moved"))
        commitment.changes += 1


def test_the_history_says_where_the_words_have_moved_to(bus, browser, later):
    before = browser.get("/kreis/zusagen/bus").text
    assert "an anderer Stelle" not in before
    move(bus, NOW - timedelta(days=3), "2 Wege & <b>Busse</b>", 12)
    move(bus, NOW + timedelta(days=3), "7 Nahverkehr")
    later()
    shown = browser.get("/kreis/zusagen/bus").text
    history = shown[shown.index('<ol class="b-time">') :]
    first = history.index("In der neuen Fassung stehen sie im Abschnitt „2 Wege &amp; &lt;b&gt;Busse&lt;/b&gt;“ auf Seite 12.")
    second = history.index("In der neuen Fassung stehen sie im Abschnitt „7 Nahverkehr“.")
    assert first < history.index("Vorlage 7") < second, "by day"
    assert shown.count("Vorlage 7") == before.count("Vorlage 7")


def test_a_move_is_no_answer(bus, browser):
    with unit_of_work() as session:
        other = session.exec(select(Commitment).where(Commitment.slug == "nacht")).one()
        other.wording = "Wir fahren nachts."
        other_id = other.id
    move(other_id, NOW, "7 Nahverkehr")
    shown = browser.get("/kreis/zusagen/nacht").text
    assert "Im Dokument an anderer Stelle" in shown
    assert "Dazu gibt es noch keine Antwort der Verwaltung." in shown
    assert "Dazu gibt es noch keine Antwort der Verwaltung." not in browser.get("/kreis/zusagen/bus").text
