"""The clerk's pages at the real application: who may see them, what is saved, what is kept when it is not."""

import hashlib
import json
import re
from datetime import date, timedelta

import pytest
from sqlmodel import func, select

from beteiligung import db
from beteiligung.catalogue import imports
from beteiligung.catalogue.models import Commitment, Document, HistoryEntry, ImportRun, Revision
from beteiligung.clock import utcnow
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.participation.models import Comment, CommentVote, Tally, Vote
from beteiligung.places.models import Region
from beteiligung.settings import settings
from support import make_commitment, statements

RESOLUTION = {"status": "in_progress", "date": "2026-09-04", "decided_on": "2026-09-03", "paper": "31/2026"}
WORDS = {"title": "Radweg am Fluss bauen", "summary": "Der Kreis baut bis 2030 einen Radweg.", "reason": "Jahr ergänzt"}
TEXT = "# Programm\n\nWir werden bis 2030 eine Brücke in Adorf bauen.\n\nDer Kreis soll die Busse abends länger fahren lassen.\n"


def rows(model):
    with db.reading() as session:
        return session.exec(select(model)).all()


def count(model):
    with db.reading() as session:
        return session.exec(select(func.count()).select_from(model)).one()


def commitment(place):
    with db.reading() as session:
        return session.get(Commitment, place.commitment_id)


def residents_words():
    """A hash over what residents wrote and chose; answers of the administration and their counters aside."""
    counters = {"answered_at", "reply_count"}
    with db.reading() as session:
        kept = [
            sorted(json.dumps(row.model_dump(mode="json", exclude=counters), sort_keys=True) for row in session.exec(query))
            for query in (select(Comment).where(Comment.official == False), select(Vote), select(CommentVote), select(Tally))  # noqa: E712
        ]
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()


def page_of(place):
    return f"{place.base}/zusagen/{place.commitment}"


def forms(place):
    """Every form of a clerk: path → (data, page that shows the form)."""
    it = page_of(place)
    return {
        f"{it}/worte": (WORDS, it),
        f"{it}/stellungnahme": ({"body": "Der Bau **beginnt** im Mai."}, it),
        f"{it}/stand": (RESOLUTION, it),
        f"{it}/archiv": ({"archive_reason": "Doppelt"}, it),
        f"{place.base}/fragen/{place.question_id}": ({"body": "Im Mai."}, None),
    }


# Who may


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("guest", 303),
        ("resident", 403),
        ("confirmed resident", 403),
        ("council member", 403),
        ("clerk of another region", 403),
        ("operator", 403),
        ("clerk", 200),
    ],
)
def test_only_clerks_of_the_region_see_the_desk(place, browsers, who, status):
    browser = browsers(who)
    for path in ("", f"/zusagen/{place.commitment}", f"/fragen/{place.question_id}", "/importe", "/importe/1"):
        answer = browser.get(place.base + path)
        assert answer.status_code == status, path
        if who == "guest":
            assert answer.headers["location"].startswith("/anmelden?weiter=%2Fverwaltung%2F")


@pytest.mark.parametrize("who", ["guest", "resident", "confirmed resident", "council member", "clerk of another region", "operator"])
def test_nobody_else_posts(place, browsers, who):
    browser, before = browsers(who), residents_words()
    token = "none"
    if who != "guest":
        token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/konto").text)[1]
    for path, (data, _form) in forms(place).items():
        assert browser.post(path, data, token=token).status_code == (303 if who == "guest" else 403), path
    upload = browser.post(f"{place.base}/importe", {"title": "x"}, files={"file": ("a.txt", TEXT.encode())}, token=token)
    assert upload.status_code == (303 if who == "guest" else 403)
    assert (count(HistoryEntry), count(ImportRun), count(OutboxEntry)) == (0, 0, 0)
    assert residents_words() == before


def test_a_form_without_its_token_is_refused(place, clerk):
    for path, (data, _form) in forms(place).items():
        assert clerk.post(path, data, token="").status_code == 403, path
    assert clerk.post(f"{place.base}/importe", {}, files={"file": ("a.txt", TEXT.encode())}, token="").status_code == 403
    assert count(HistoryEntry) == count(ImportRun) == 0


def test_what_does_not_exist_is_404(place, clerk):
    other = "/verwaltung/nachbarkreis"
    for path in ("/verwaltung/nirgends", f"{place.base}/zusagen/gibt-es-nicht", f"{place.base}/fragen/999", f"{place.base}/fragen/x"):
        assert clerk.get(path).status_code == 404, path
    assert clerk.get(f"{other}/zusagen/{place.commitment}").status_code == 403
    with db.unit_of_work() as session:
        foreign = make_commitment(session, slug="fremd").slug
    assert clerk.get(f"{place.base}/zusagen/{foreign}").status_code == 404
    assert clerk.post(f"{place.base}/zusagen/{foreign}/worte", WORDS, form=page_of(place)).status_code == 404


# Nothing of residents changes


def test_no_form_of_a_clerk_alters_what_residents_wrote(place, clerk):
    before = residents_words()
    for path, (data, form) in forms(place).items():
        answer = clerk.post(path, data, form=form)
        assert answer.status_code == 303, (path, answer.text[:500])
        assert residents_words() == before, path
    assert sorted(e.kind for e in rows(HistoryEntry)) == ["answer", "archived", "revision", "status"]


# The desk


def test_the_desk_shows_what_needs_doing(place, clerk):
    with db.unit_of_work() as session:
        document = session.get(Document, place.document_id)
        for n in range(12):
            make_commitment(session, document, plain=False, title=f"Anfang {n:02d} eines Satzes…", summary="")
        author = place.people["resident"]
        old = utcnow() - timedelta(days=40)
        values = {"commitment_id": place.commitment_id, "author_id": author, "stance": "question"}
        session.add(Comment(**values, text="Wer bezahlt das?", created_at=old))
        session.add(Comment(**values, text="Zurückgezogen?", created_at=old, withdrawn_at=old))
        session.add(Comment(**values, text="Verborgen?", created_at=old, hidden_at=old))
        session.add(Comment(**values, text="Beantwortet?", created_at=old, answered_at=old))
        session.add(Comment(**{**values, "stance": "for"}, text="Keine Frage.", created_at=old))
    with statements() as seen:
        shown = clerk.get(place.base)
    assert shown.status_code == 200
    assert len(seen) <= 10
    for text in ("Wann beginnt der Bau?", "Wer bezahlt das?", "Anfang 00"):
        assert text in shown.text
    for text in ("Zurückgezogen?", "Verborgen?", "Beantwortet?", "Keine Frage.", "Anfang 11"):
        assert text not in shown.text
    assert "Anfang 11" in clerk.get(f"{place.base}?worte=3").text
    assert "Anfang 11" in clerk.get(f"{place.base}?worte=99").text
    assert "Anfang 00" in clerk.get(f"{place.base}?worte=quatsch").text
    late = shown.text.split('id="frist"')[1].split('id="worte"')[0]
    assert "Wer bezahlt das?" in late
    assert "Wann beginnt" not in late
    assert "40 Tage" in late


# Words


def test_words_are_saved_and_the_difference_shown(place, clerk):
    answer = clerk.post(f"{page_of(place)}/worte", WORDS, form=page_of(place))
    assert answer.headers["location"] == f"{page_of(place)}?meldung=worte#fassungen"
    shown = clerk.get(page_of(place) + "?meldung=worte").text
    assert "Die neue Fassung ist gespeichert." in shown
    assert re.search(r"<ins>.*?bis 2030", shown)
    assert "Frau Amt" in shown
    assert "Jahr ergänzt" in shown
    assert (commitment(place).title, commitment(place).version) == (WORDS["title"], 1)


def test_a_change_of_meaning_starts_the_vote_anew(place, clerk):
    clerk.post(f"{page_of(place)}/worte", {**WORDS, "changes_meaning": "1"}, form=page_of(place))
    assert commitment(place).version == 2
    assert "Sinn geändert" in clerk.get(page_of(place)).text


def test_wrong_words_stay_in_the_form(place, clerk):
    answer = clerk.post(f"{page_of(place)}/worte", {**WORDS, "title": "<b>" + "x" * 90}, form=page_of(place))
    assert answer.status_code == 422
    assert "&lt;b&gt;" + "x" * 90 in answer.text
    assert WORDS["summary"] in answer.text
    assert 'href="#title"' in answer.text
    assert count(Revision) == 0


def test_of_two_clerks_the_second_sees_both_texts_and_can_go_on(place, browsers):
    first, second = browsers("clerk"), browsers("second clerk")
    opened = second.get(page_of(place)).text
    stale = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', opened))
    first.post(f"{page_of(place)}/worte", WORDS, form=page_of(place))
    mine = {"title": "Radweg sanieren", "summary": "Der Kreis saniert den Radweg.", "reason": ""}
    answer = second.post(f"{page_of(place)}/worte", {**stale, **mine}, token=stale["csrf"])
    assert answer.status_code == 409
    assert "Radweg sanieren" in answer.text
    assert "Jemand anderes hat diese Zusage gerade geändert" in answer.text
    assert re.search(r"<del>.*?bauen", answer.text)
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
    assert second.post(f"{page_of(place)}/worte", {**again, **mine}, token=again["csrf"]).status_code == 303
    assert commitment(place).title == "Radweg sanieren"
    assert count(Revision) == 2


# Answer, status, archive


def test_an_answer_is_one_event_and_sanitised(place, clerk):
    body = "Der Bau **beginnt** im Mai. <script>alert(1)</script> [Plan](javascript:alert(1))"
    assert clerk.post(f"{page_of(place)}/stellungnahme", {"body": body}, form=page_of(place)).status_code == 303
    (entry,) = rows(HistoryEntry)
    assert (entry.kind, entry.body) == ("answer", body)
    assert [j.args for j in rows(OutboxEntry) if j.job == Job.TELL_FOLLOWERS.value] == [{"entry": entry.id}]
    public = clerk.get(f"/{place.region}/zusagen/{place.commitment}").text
    assert "<strong>beginnt</strong>" in public
    assert "<script>alert" not in public
    assert 'href="javascript' not in public


def test_an_empty_answer_is_asked_for_again(place, clerk):
    answer = clerk.post(f"{page_of(place)}/stellungnahme", {"body": "  "}, form=page_of(place))
    assert answer.status_code == 422
    assert "Bitte schreiben Sie eine Stellungnahme." in answer.text


def test_a_status_needs_a_resolution_where_others_promise(place, clerk):
    it = page_of(place)
    refused = clerk.post(f"{it}/stand", {**RESOLUTION, "paper": "", "decided_on": "", "source": "Auskunft"}, form=it)
    assert refused.status_code == 422
    assert "Den Stand dürfen Sie nur mit einem Beschluss als Quelle setzen." in refused.text
    assert 'value="Auskunft"' in refused.text
    assert clerk.post(f"{it}/stand", {**RESOLUTION, "decided_on": "30.2.2026"}, form=it).status_code == 422
    assert clerk.post(f"{it}/stand", {**RESOLUTION, "date": "bald"}, form=it).status_code == 422
    assert commitment(place).status == "open"
    assert clerk.post(f"{it}/stand", RESOLUTION, form=it).headers["location"] == f"{it}?meldung=status#verlauf-h"
    (entry,) = rows(HistoryEntry)
    assert (entry.status, entry.happened_on) == ("in_progress", date(2026, 9, 4))
    assert entry.source == "Beschluss vom 3. September 2026, Vorlage 31/2026"


def test_in_the_quiet_period_the_page_says_so_and_the_form_too(place, clerk):
    token = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', clerk.get(page_of(place)).text))["csrf"]
    with db.unit_of_work() as session:
        region = session.get(Region, place.region_id)
        region.quiet_from, region.quiet_until = utcnow().date() - timedelta(days=3), utcnow().date() + timedelta(days=3)
    assert "Ruhezeit" in clerk.get(page_of(place)).text
    assert clerk.post(f"{page_of(place)}/stand", RESOLUTION, token=token).status_code == 409
    assert commitment(place).status == "open"


def test_archived_and_published_again(place, clerk):
    it = page_of(place)
    assert clerk.post(f"{it}/archiv", {"archive_reason": "Doppelt"}, form=it).status_code == 303
    assert commitment(place).state == "archived"
    token = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', clerk.get(it).text))["csrf"]
    assert clerk.post(f"{it}/archiv", {}, token=token).status_code == 409
    assert clerk.post(f"{it}/wiederherstellen", {}, form=it).status_code == 303
    assert commitment(place).state == "published"
    assert [e.body for e in rows(HistoryEntry)] == ["Doppelt", ""]


# Questions


def test_a_reply_settles_the_question(place, clerk):
    path = f"{place.base}/fragen/{place.question_id}"
    assert "Wann beginnt der Bau?" in clerk.get(path).text
    empty = clerk.post(path, {"body": ""})
    assert empty.status_code == 422
    long = clerk.post(path, {"body": "Wort " * 900})
    assert long.status_code == 422
    assert "Wort Wort" in long.text
    assert clerk.post(path, {"body": "Im Mai."}).headers["location"] == f"{place.base}?meldung=antwort#fragen"
    assert "Alle Fragen sind beantwortet." in clerk.get(place.base).text
    assert len([j for j in rows(OutboxEntry) if j.job == Job.TELL_FOLLOWERS.value]) == 1


# Imports

FACTS = {
    "title": "Leitbild",
    "kind": "strategy",
    "author": "Kreisverwaltung",
    "first_line": "Die Kreisverwaltung plant",
    "term": "2026–2031",
}


def do_the_work(run_id):
    with db.unit_of_work() as session:
        task = imports.begin(session, run_id, utcnow())
    reading, position = imports.read(task), 0
    while position is not None:
        with db.unit_of_work() as session:
            position = imports.next_batch(session, task, reading, position, utcnow())
    with db.unit_of_work() as session:
        imports.complete(session, run_id, utcnow())


def test_a_file_is_taken_read_and_shown_with_its_progress(place, clerk):
    path = f"{place.base}/importe"
    answer = clerk.post(path, FACTS, files={"file": ("leitbild.md", TEXT.encode())})
    assert answer.headers["location"] == f"{path}?meldung=import"
    (run,) = rows(ImportRun)
    assert (run.state, run.file_name, run.form["term_start"]) == ("queued", "leitbild.md", 2026)
    assert (settings().var / "uploads" / f"{run.sha256}.md").is_file()
    assert [(j.job, j.args) for j in rows(OutboxEntry)] == [(Job.IMPORT_DOCUMENT.value, {"id": run.id})]
    waiting = clerk.get(f"{path}/{run.id}", **{"HX-Request": "true"})
    assert "Wartet darauf" in waiting.text
    assert "<html" not in waiting.text
    assert "hx-trigger" in waiting.text
    assert "<html" in clerk.get(f"{path}/{run.id}").text
    do_the_work(run.id)
    done = clerk.get(f"{path}/{run.id}", **{"HX-Request": "true"}).text
    assert "Vorschlägen geprüft" in done
    assert f"{path}/{run.id}/pruefen" in done
    assert "hx-trigger" not in done
    assert "Leitbild" in clerk.get(path).text
    assert clerk.get(f"{path}/999", **{"HX-Request": "true"}).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("", b"", "Bitte wählen Sie eine Datei."),
        ("a.csv", b"Wir bauen Wege.", "Diese Art von Datei können wir nicht lesen."),
        ("a.pdf", b"%PDF-1.7", "Die PDF-Datei ist beschädigt"),
        ("a.txt", b"%PDF-1.7", "PDF-Datei"),
        ("a.txt", b"a" * (20 * 1024 * 1024 + 1), "größer als 20 MB"),
    ],
)
def test_a_refused_file_keeps_what_was_typed(place, clerk, name, content, message):
    answer = clerk.post(f"{place.base}/importe", FACTS, files={"file": (name, content)} if name else {"other": ("x", b"x")})
    assert answer.status_code in (413, 422)
    assert message in answer.text
    assert 'value="Leitbild"' in answer.text
    assert count(ImportRun) == 0


def test_missing_facts_are_asked_for(place, clerk):
    answer = clerk.post(f"{place.base}/importe", {"title": "Leitbild"}, files={"file": ("a.md", TEXT.encode())})
    assert answer.status_code == 422
    assert 'href="#author"' in answer.text
    assert count(ImportRun) == 0


def test_a_file_for_a_document_that_is_there(place, clerk):
    clerk.post(f"{place.base}/importe", {"document": "programm"}, files={"file": ("a.md", TEXT.encode())})
    (run,) = rows(ImportRun)
    do_the_work(run.id)
    assert count(Document) == 1
    assert "Zusagen haben jetzt ihren Wortlaut" in rows(ImportRun)[0].message


def test_far_too_large_a_body_is_stopped_at_the_door(place, clerk):
    answer = clerk.post(f"{place.base}/importe", FACTS, files={"file": ("a.txt", b"a" * (21 * 1024 * 1024))})
    assert answer.status_code == 413
    assert count(ImportRun) == 0
