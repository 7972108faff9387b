"""The review desk at the real application: who may, what is saved, what two clerks at once and a foreign number get."""

import re

import pytest

from beteiligung import db
from beteiligung.catalogue.models import Candidate, Commitment, HistoryEntry, ImportRun
from beteiligung.jobs import Job, OutboxEntry
from catalogue.review_support import TEXT, living, queue, read, rows
from support import make_account, make_region


@pytest.fixture
def run(place):
    run_id = queue(place.region_id)
    read(run_id)
    return run_id


@pytest.fixture
def url(place, run):
    return f"{place.base}/importe/{run}/pruefen"


def version(candidate_id):
    with db.reading() as session:
        return session.get_one(Candidate, candidate_id).version


def fields(candidate, **more):
    return {"version": str(version(candidate.id)), "kind": candidate.kind, "topic": candidate.topic, **more}


def decide(browser, url, candidate, deed, **more):
    return browser.post(f"{url}/{candidate.id}", fields(candidate, tat=deed, **more), form=f"{url}?stelle={candidate.id}")


def publish_all(browser, url):
    """Press the button of all chapters: its form has no field but the token, unlike those of single chapters on the same page."""
    token = re.search(r'name="csrf" value="([^"]+)"', browser.get(url).text)[1]
    return browser.post(f"{url}/veroeffentlichen", token=token)


def test_the_desk_shows_the_first_open_candidate_in_its_text(clerk, url, run):
    page = clerk.get(url)
    assert page.status_code == 200
    assert "Vorschlag 1 von 5" in page.text
    assert "0 von 5 geprüft" in page.text
    assert re.search(r'<mark id="stelle">.*?Wir werden bis 2030 einen Radweg', page.text)
    assert "Das Wetter war im letzten Jahr schön." in page.text
    assert "sehr sicher (92 von 100)" in page.text


def test_each_decision_is_saved_at_once_and_leads_on(clerk, url, run):
    bike, bus, ticket, school, _hall = living(run)
    answer = decide(clerk, url, bike, "annehmen", title="Radweg bauen")
    assert answer.headers["location"] == f"{url}?stelle={bus.id}&meldung=vorschlag-ja#pruefen"
    shown = clerk.get(f"{url}?stelle={bus.id}&meldung=vorschlag-ja").text
    assert "Vorschlag 2 von 5" in shown
    assert "1 von 5 geprüft" in shown
    assert "<title>Angenommen." in shown
    assert decide(clerk, url, bus, "ablehnen", note="Eine Forderung").headers["location"].startswith(f"{url}?stelle={ticket.id}&")
    answer = decide(clerk, url, bus, "zurueck")
    assert answer.headers["location"].startswith(f"{url}?stelle={bus.id}&meldung=vorschlag-offen")
    assert [(c.state, c.title) for c in living(run)][:2] == [("accepted", "Radweg bauen"), ("open", "")]
    cut = re.search(r'<option value="(\d+)">[^<]*\| und neue Tafeln', clerk.get(f"{url}?stelle={school.id}").text)[1]
    decide(clerk, url, school, "teilen", at=cut)
    parts = living(run)[3:5]
    assert [p.quote[-6:] for p in parts] == ["ießen", "aufen."] or len(parts) == 2
    decide(clerk, url, parts[1], "vorher")
    assert len(living(run)) == 5
    assert living(run)[3].quote == school.quote


def test_the_last_decision_says_that_all_is_reviewed(clerk, url, run):
    for candidate in living(run):
        answer = decide(clerk, url, candidate, "annehmen")
    assert answer.headers["location"] == f"{url}?meldung=vorschlag-ja"
    shown = clerk.get(url).text
    assert "Alles ist geprüft." in shown
    assert "5 Zusagen veröffentlichen" in shown


def test_with_htmx_a_decision_is_answered_by_the_next_candidate(clerk, url, run):
    bike, bus, *_rest = living(run)
    token = re.search(r'name="csrf" value="([^"]+)"', clerk.get(url).text)[1]
    answer = clerk.client.post(
        f"{url}/{bike.id}",
        data={**fields(bike), "tat": "annehmen", "csrf": token},
        headers={"HX-Request": "true", "Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="pruefen"')
    assert 'data-saved="Angenommen. Vorschlag 2 von 5"' in answer.text
    assert answer.headers["hx-replace-url"] == f"{url}?stelle={bus.id}"


def test_two_clerks_do_not_overwrite_each_other(clerk, browsers, url, run):
    bike = living(run)[0]
    stale = fields(bike, tat="annehmen", title="Mein Titel", summary="Meine Worte.")
    decide(browsers("second clerk"), url, bike, "ablehnen", note="Nur Wetter")
    answer = clerk.post(f"{url}/{bike.id}", stale, form=f"{url}?stelle={bike.id}")
    assert answer.status_code == 409
    assert "Jemand anderes war schneller" in answer.text
    assert "Herr Amt hat das gerade eben abgelehnt." in answer.text
    assert 'value="Mein Titel"' in answer.text
    assert "Meine Worte." in answer.text
    assert "Herr Amt prüft dieses Dokument auch" in answer.text
    assert (living(run)[0].state, living(run)[0].title, living(run)[0].version) == ("rejected", "", 2)
    assert 'name="version" value="2"' in answer.text  # deciding again is a decision on what is there now
    assert clerk.post(f"{url}/{bike.id}", {**stale, "version": "2"}, form=f"{url}?stelle={bike.id}").status_code == 303
    assert (living(run)[0].state, living(run)[0].title) == ("accepted", "Mein Titel")


def test_what_somebody_split_meanwhile_is_shown_in_its_parts(clerk, browsers, url, run):
    school = living(run)[3]
    stale = fields(school, tat="annehmen", title="Netz für alle")
    at = re.search(r'<option value="(\d+)"[^>]*>[^<]*\| und neue Tafeln', clerk.get(f"{url}?stelle={school.id}").text)[1]
    assert decide(browsers("second clerk"), url, school, "teilen", at=at).status_code == 303
    answer = clerk.post(f"{url}/{school.id}", stale, form=f"{url}?stelle={school.id}")
    assert answer.status_code == 409
    assert "geteilt oder verbunden" in answer.text
    assert "Alles ist geprüft" not in answer.text
    assert "Vorschlag 4 von 6" in answer.text
    assert "Netz für alle" not in answer.text  # words for the whole are no words for a part
    assert [c.state for c in living(run)] == ["open"] * 6


def test_an_address_that_leads_nowhere_shows_the_first_open_candidate(clerk, url, run):
    assert "Vorschlag 1 von 5" in clerk.get(f"{url}?stelle=999999").text


def test_what_does_not_fit_stays_in_the_form_with_a_message(clerk, url, run):
    bike = living(run)[0]
    answer = decide(clerk, url, bike, "annehmen", title="x" * 91, summary="Gut so.", note="")
    assert answer.status_code == 422
    assert "Der Titel hat 91 Zeichen" in answer.text
    assert "Gut so." in answer.text
    assert 'href="#title"' in answer.text
    assert decide(clerk, url, bike, "unfug").status_code == 422
    assert decide(clerk, url, bike, "teilen", at="50").status_code == 422
    assert living(run)[0].state == "open"


def test_a_sentence_that_was_missed_is_taken_in(clerk, url, run):
    shown = clerk.get(url).text
    assert "1 Satz ohne Vorschlag in diesem Kapitel" in shown
    place = re.search(r'name="satz" value="(\d+-\d+)"', shown)[1]
    answer = clerk.post(f"{url}/ergaenzen", {"satz": place}, form=url)
    added = next(c for c in living(run) if c.confidence is None)
    assert answer.headers["location"] == f"{url}?stelle={added.id}&meldung=vorschlag-neu#pruefen"
    assert "von einem Menschen gefunden" in clerk.get(f"{url}?stelle={added.id}").text
    assert clerk.post(f"{url}/ergaenzen", {"satz": place}, form=url).status_code == 409
    assert clerk.post(f"{url}/ergaenzen", {"satz": "3-4000"}, form=url).status_code == 422
    assert clerk.post(f"{url}/ergaenzen", {"satz": "x"}, form=url).status_code == 422


def test_the_sure_ones_are_accepted_in_one_go_and_taken_back(clerk, url, run):
    answer = clerk.post(f"{url}/sichere", {"kapitel": "Verkehr"}, form=url)
    assert [c.state for c in living(run)] == ["accepted", "open", "accepted", "open", "open"]
    shown = clerk.get(answer.headers["location"]).text
    assert "Das zurücknehmen" in shown
    batch = re.search(r'name="auf-einmal" value="(\w+)"', shown)[1]
    clerk.post(f"{url}/sichere-zurueck", {"auf-einmal": batch}, form=url)
    assert {c.state for c in living(run)} == {"open"}


def test_a_chapter_is_published_then_the_rest(place, clerk, url, run):
    for candidate in living(run):
        decide(clerk, url, candidate, "annehmen")
    before = len(rows(Commitment))
    answer = clerk.post(f"{url}/veroeffentlichen", {"kapitel": "Schule"}, form=url)
    assert answer.headers["location"] == f"{url}?meldung=veroeffentlicht"
    assert len(rows(Commitment)) == before + 2
    assert rows(ImportRun)[0].state == "review"
    publish_all(clerk, url)
    assert len(rows(Commitment)) == before + 5
    assert rows(ImportRun)[0].state == "done"
    assert [j.job for j in rows(OutboxEntry)].count(Job.TELL_FOLLOWERS.value) == 2
    assert "Die Prüfung ist abgeschlossen." in clerk.get(url).text
    again = clerk.post(f"{url}/veroeffentlichen", {}, form=f"{place.base}/importe")
    assert again.status_code == 409
    assert len(rows(Commitment)) == before + 5
    assert "Radweg" in clerk.get("/musterkreis/dokumente/programm-muster").text


POSTS = ("/1", "/ergaenzen", "/sichere", "/sichere-zurueck", "/veroeffentlichen")
STRANGERS = ["guest", "resident", "confirmed resident", "council member", "clerk of another region", "operator"]


@pytest.mark.parametrize("who", STRANGERS)
def test_only_clerks_of_the_region_see_or_decide_anything(browsers, url, run, who):
    browser = browsers(who)
    assert browser.get(url).status_code == (303 if who == "guest" else 403)
    token = "none" if who == "guest" else re.search(r'name="csrf" value="([^"]+)"', browser.get("/konto").text)[1]
    for path in POSTS:
        answer = browser.post(url + path, {"tat": "annehmen", "version": "1", "kapitel": "Verkehr"}, token=token)
        assert answer.status_code == (303 if who == "guest" else 403), path
    assert {c.state for c in living(run)} == {"open"}


def test_a_form_without_its_token_changes_nothing(clerk, url, run):
    for path in POSTS:
        assert clerk.post(url + path, {"tat": "annehmen", "version": "1"}, token="").status_code == 403
    assert {c.state for c in living(run)} == {"open"}


def test_foreign_numbers_are_not_found(place, clerk, url, run):
    with db.unit_of_work() as session:
        far = make_region(session, slug="fernkreis")
        far_id, own = far.id, make_account(session, clerk_of=far).id
    theirs = queue(far_id, TEXT + "\nWir werden eine Brücke bauen.\n", account=own)
    read(theirs)
    foreign = living(theirs)[0]
    for path in (f"{place.base}/importe/{theirs}/pruefen", f"{place.base}/importe/999/pruefen"):
        assert clerk.get(path).status_code == 404
        assert clerk.post(f"{path}/{foreign.id}", fields(foreign, tat="annehmen"), form=url).status_code == 404
        for end in POSTS[1:]:
            assert clerk.post(path + end, {"kapitel": "Verkehr", "satz": "1-2"}, form=url).status_code == 404
    assert decide(clerk, url, foreign, "annehmen").status_code == 404
    assert {c.state for c in living(theirs)} == {"open"}


def test_only_the_fields_of_the_form_are_taken(clerk, url, run):
    bike = living(run)[0]
    decide(
        clerk, url, bike, "annehmen", state="published", quote="Erfunden.", commitment_id="1", run_id="9", confidence="1",
        decided_by="1", change="unchanged", section="x",
    )  # fmt: skip
    after = living(run)[0]
    assert (after.state, after.quote, after.commitment_id, after.run_id) == ("accepted", bike.quote, None, run)
    assert (after.confidence, after.change, after.section) == (bike.confidence, "new", bike.section)


def test_a_run_that_is_still_read_has_no_desk(place, clerk):
    waiting = queue(place.region_id)
    assert clerk.get(f"{place.base}/importe/{waiting}/pruefen").status_code == 404


def test_history_holds_nothing_before_publication(clerk, url, run):
    decide(clerk, url, living(run)[0], "annehmen")
    assert rows(HistoryEntry) == []


def test_new_words_are_made_a_commitment_of_their_own_and_taken_back(place, clerk, url, run):
    for candidate in living(run):
        assert decide(clerk, url, candidate, "annehmen").status_code == 303
    assert publish_all(clerk, url).status_code == 303
    assert (rows(ImportRun)[0].state, rows(ImportRun)[0].message) == ("done", "5 Zusagen veröffentlicht.")
    old, new = "Wir wollen ein Ticket für Auszubildende einführen.", "Wir wollen ein Ticket für alle Schülerinnen und Schüler einführen."
    later = queue(place.region_id, TEXT.replace(old, new), {"slug": "programm-muster"})
    read(later)
    desk = f"{place.base}/importe/{later}/pruefen"
    (known,) = [c for c in living(later) if c.state == "open"]
    assert (known.change, known.quote) == ("reworded", new)
    assert "Eine andere, neue Zusage" in clerk.get(f"{desk}?stelle={known.id}").text
    answer = decide(clerk, desk, known, "trennen")
    (other,) = [c for c in living(later) if c.change == "new"]
    assert answer.headers["location"] == f"{desk}?stelle={other.id}&meldung=vorschlag-getrennt#pruefen"
    assert new in clerk.get(answer.headers["location"]).text
    assert old in clerk.get(f"{desk}?stelle={known.id}").text
    decide(clerk, desk, other, "zurueck")
    (again,) = [c for c in living(later) if c.state == "open"]
    assert (again.id, again.change, again.quote) == (known.id, "reworded", new)
    decide(clerk, desk, again, "trennen")
    for candidate in [c for c in living(later) if c.state == "open"]:
        assert decide(clerk, desk, candidate, "annehmen").status_code == 303
    assert publish_all(clerk, desk).status_code == 303
    assert {c.wording: c.state for c in rows(Commitment) if "Ticket" in (c.wording or "")} == {old: "archived", new: "published"}


def test_a_wrong_file_is_thrown_away_once_that_is_meant(place, clerk, url, run):
    refused = clerk.post(f"{url}/verwerfen", {}, form=url)
    assert refused.status_code == 422
    assert "Bitte setzen Sie den Haken" in refused.text
    assert len(living(run)) == 5
    assert (
        clerk.post(f"{url}/verwerfen", {"sicher": "1"}, form=url).headers["location"].startswith(f"{place.base}/importe?meldung=verworfen")
    )
    assert living(run) == []
    assert "Die Verwaltung hat es verworfen." in clerk.get(f"{place.base}/importe").text
    assert clerk.get(url).status_code == 404


def test_what_is_public_is_not_thrown_away(clerk, url, run):
    decide(clerk, url, living(run)[0], "annehmen", title="Radweg bauen")
    publish_all(clerk, url)
    assert "Datei verwerfen" not in clerk.get(url).text
    refused = clerk.post(f"{url}/verwerfen", {"sicher": "1"}, form=url)
    assert refused.status_code == 409
    assert "ist schon etwas veröffentlicht" in refused.text
    assert len(living(run)) == 5
