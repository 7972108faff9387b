"""Decisions recorded, corrected, told once to whom they concern, and seen everywhere."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from beteiligung.audit import AuditEntry
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, Forbidden, Invalid, NotFound
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.notifications import resolutions as news
from beteiligung.notifications.models import Notification
from beteiligung.participation import comments
from beteiligung.participation import service as participation
from beteiligung.participation.rules import Participant
from beteiligung.places.models import Committee, Region
from beteiligung.places.queries import region_facts
from beteiligung.resolutions import queries, service, subjects
from beteiligung.resolutions.models import Resolution
from beteiligung.resolutions.rules import Facts, Person
from council.assembly import DAY, make_assembly
from reporting.scene import make_scene as make_report
from support import NOW, make_account

HELD = Facts("adopted", 0, "", date(2026, 11, 20), "TOP 7", "12/2026", "https://example.org/n.pdf", "Mit Änderungen.")


@pytest.fixture
def assembly(database):
    return make_assembly()


def region_of(session, assembly):
    return region_facts(session.get_one(Region, assembly.region_id))


def person(assembly, account=None):
    return Person(account or assembly.clerk, clerk=account in (None, assembly.clerk))


def record(assembly, facts=HELD, about="zusage-a", who=None, now=NOW):
    with unit_of_work() as session:
        region = region_of(session, assembly)
        find = subjects.commitment if isinstance(about, str) else subjects.recommendation
        return service.record(session, person(assembly, who), region, find(session, region, about), facts, now).id


def correct(assembly, number, facts, reason="Falscher Tag.", who=None, now=NOW + DAY):
    with unit_of_work() as session:
        return service.correct(session, person(assembly, who), region_of(session, assembly), number, facts, reason, now).id


def held(**about):
    with reading() as session:
        return queries.decisions(session, **about)


def rows(model):
    with reading() as session:
        return session.exec(select(model)).all()


def tell(number, now=NOW):
    with unit_of_work() as session:
        return news.tell(session, {"resolution": number}, now)


def test_bodies_stand_in_the_order_of_their_sessions_and_the_audit_log_says_who(assembly):
    with unit_of_work() as session:
        session.add(Committee(region_id=assembly.region_id, slug="verkehr", name="Ausschuss für Verkehr", topics=["mobilitaet"]))
        session.flush()
        (number, _name), *_rest = queries.committees(session, assembly.region_id)
    record(assembly)
    record(assembly, replace(HELD, act="referred", committee=number, decided_on=date(2026, 11, 3)))
    record(assembly, replace(HELD, act="noted", committee=None, body="  Kreis-\nausschuss ", decided_on=date(2026, 11, 10)))
    found = held(commitment_id=assembly.commitments[0][0])
    assert [(one.body, one.words) for one in found] == [
        ("Ausschuss für Verkehr", "verwiesen"),
        ("Kreis- ausschuss", "zur Kenntnis genommen"),
        ("Kreistag", "beschlossen"),
    ]
    acts = [row for row in rows(AuditEntry) if row.act == "resolution.recorded"]
    assert {row.account_id for row in acts} == {assembly.clerk}
    assert {row.detail["did"] for row in acts} == {"adopted", "referred", "noted"}


def test_the_same_decision_sent_twice_is_one(assembly):
    assert record(assembly) == record(assembly)
    assert len(rows(Resolution)) == 1
    assert len([row for row in rows(OutboxEntry) if row.job == Job.TELL_FOLLOWERS.value and "resolution" in row.args]) == 1


def test_the_same_decision_with_another_link_is_not_dropped_in_silence(assembly):
    record(assembly)
    with pytest.raises(Conflict, match="schon eingetragen"):
        record(assembly, replace(HELD, minutes_url="https://example.org/anders.pdf"))


@pytest.mark.parametrize("who", ["members", "resident"])
def test_nobody_else_records_or_corrects(assembly, who):
    stranger = getattr(assembly, who)
    stranger = stranger[0] if isinstance(stranger, list) else stranger
    number = record(assembly)
    with pytest.raises(Forbidden):
        record(assembly, replace(HELD, act="noted"), who=stranger)
    with pytest.raises(Forbidden):
        correct(assembly, number, HELD, who=stranger)
    assert len(rows(Resolution)) == 1


def test_a_mistake_is_corrected_by_an_entry_that_keeps_the_old_one(assembly):
    number = record(assembly)
    with pytest.raises(Invalid) as wrong:
        correct(assembly, number, replace(HELD, act="x"), reason=" ")
    assert set(wrong.value.fields) == {"act", "reason"}
    second = correct(assembly, number, replace(HELD, act="rejected"))
    with pytest.raises(Conflict):
        correct(assembly, number, HELD)
    (one,) = held(commitment_id=assembly.commitments[0][0])
    assert (one.words, one.reason, [before.words for before in one.earlier]) == ("abgelehnt", "Falscher Tag.", ["beschlossen"])
    third = correct(assembly, second, None, reason="Davon war keine Rede.")
    (one,) = held(commitment_id=assembly.commitments[0][0])
    assert not one.stands
    assert [before.id for before in one.earlier] == [second, number]
    with pytest.raises(Conflict):
        correct(assembly, third, HELD)
    assert {row.act for row in rows(AuditEntry)} >= {"resolution.recorded", "resolution.corrected", "resolution.taken_back"}
    record(assembly)
    assert len(held(commitment_id=assembly.commitments[0][0])) == 2


def test_the_last_few_never_hold_what_was_corrected(assembly):
    """The correction is of an earlier day than the mistake, and would be cut off before it."""
    wrong = record(assembly)
    record(assembly, replace(HELD, act="noted", decided_on=date(2026, 11, 10)))
    right = correct(assembly, wrong, replace(HELD, decided_on=date(2026, 11, 2)))
    assert [one.words for one in held(region_id=assembly.region_id, limit=1)] == ["zur Kenntnis genommen"]
    assert next(one.id for one in held(region_id=assembly.region_id)) == right


def test_an_entry_of_another_region_is_not_there(assembly):
    number = record(assembly)
    with pytest.raises(NotFound), unit_of_work() as session:
        elsewhere = replace(region_of(session, assembly), id=assembly.region_id + 1)
        service.correct(session, person(assembly), elsewhere, number, HELD, "Falsch.", NOW)


@given(st.lists(st.integers(0, 6), max_size=9))
def test_every_entry_is_seen_once_whatever_is_corrected(targets):
    """Pure: chains of corrections in any shape lose no entry and show each once."""
    made, replaced = [], set()
    for number, target in enumerate(targets, 1):
        corrects = target if 0 < target < number and target not in replaced else None
        replaced.add(corrects)
        made.append(
            Resolution(
                id=number,
                region_id=1,
                commitment_id=1,
                title="a",
                path="/",
                body="Kreistag",
                act="noted",
                decided_on=date(2026, 1, 1 + number),
                corrects_id=corrects,
                reason="x" if corrects else "",
                created_at=NOW,
            )
        )
    found = queries.ordered(made[::-1])
    seen = [one.id for decision in found for one in (decision, *decision.earlier)]
    assert sorted(seen) == [row.id for row in made]
    assert [one.decided_on for one in found] == sorted(one.decided_on for one in found)


def test_the_open_data_page_decisions_in_the_database(assembly):
    ids = [record(assembly, replace(HELD, decided_on=date(2026, 11, day))) for day in (3, 1, 2)]
    newer = correct(assembly, ids[0], replace(HELD, decided_on=date(2026, 10, 30)))
    with reading() as session:
        pages = [queries.newest(session, [assembly.region_id], page, 2) for page in (1, 2, 3)]
        assert queries.newest(session, [], 1, 2) == ([], 0)
    assert [[one.id for _region, one in found] for found, _total in pages] == [[ids[2], ids[1]], [newer], []]
    assert [total for _found, total in pages] == [3, 3, 3]
    assert [one.id for one in pages[1][0][0][1].earlier] == [ids[0]]


# News


def test_followers_and_commenters_are_told_once_and_voters_never(assembly):
    commitment, slug = assembly.commitments[0]
    with unit_of_work() as session:
        people = {name: make_account(session).id for name in ("follower", "topic", "region", "commenter", "both", "voter", "gone")}
        for name, kind, target in (
            ("follower", "commitment", slug), ("both", "commitment", slug), ("topic", "topic", "mobilitaet"), ("region", "region", ""),
        ):  # fmt: skip
            participation.follow(session, people[name], assembly.region_id, kind, target, NOW)
        for name in ("commenter", "both", "gone"):
            somebody = Participant(people[name], False, frozenset(), None, True)
            one = comments.write_comment(session, somebody, commitment, f"Das sagt {name}.", "for", NOW)
            if name == "gone":
                comments.withdraw_comment(session, somebody, one.id, NOW)
        participation.cast_vote(session, Participant(people["voter"], False, frozenset(), None, True), commitment, "for", NOW, 1)
    number = record(assembly)
    assert tell(number) == 5
    assert tell(number) == 0
    told = {row.account_id: row for row in rows(Notification)}
    assert set(told) == {people[name] for name in ("follower", "topic", "region", "commenter", "both")}
    one = told[people["both"]]
    assert (one.title, one.kind, one.path) == ("Beschlossen (Kreistag): Zusage a", "report", "/musterkreis/zusagen/zusage-a#stand")
    second = correct(assembly, number, replace(HELD, act="rejected"))
    assert tell(second, NOW + DAY) == 5
    assert {row.title for row in rows(Notification)} == {
        "Beschlossen (Kreistag): Zusage a",
        "Beschluss berichtigt (Kreistag): Zusage a",
    }


def test_a_decision_on_a_recommendation_concerns_its_commitments(assembly):
    assembly.adopted()
    with unit_of_work() as session:
        follower = make_account(session).id
        for _id, slug in assembly.commitments[:2]:
            participation.follow(session, follower, assembly.region_id, "commitment", slug, NOW)
    number = record(assembly, about=1)
    assert tell(number) == 1
    (one,) = rows(Notification)
    assert one.path == "/musterkreis/empfehlungen/1#beschluesse"
    assert len(held(commitment_id=assembly.commitments[1][0])) == 1
    assert held(commitment_id=assembly.commitments[2][0]) == []
    assert len(held(topic="mobilitaet")) == 1
    assert tell(99_999) == 0


# Everywhere


def test_it_appears_everywhere(assembly, browsers, later):
    number = assembly.adopted()
    browser = browsers()
    pages = ("/musterkreis/zusagen/zusage-a", "/musterkreis/empfehlungen/1", "/musterkreis", "/musterkreis/beschluesse")
    feeds = ("/musterkreis/feed.atom", "/musterkreis/zusagen/zusage-a/feed.atom", "/musterkreis/empfehlungen/feed.atom")
    for path in (*pages, *feeds, "/api/v1/resolutions"):
        assert "Kreistag: verwiesen" not in browser.get(path).text, path
    record(assembly, replace(HELD, act="referred"), about=number)
    later()
    for path in (*pages, *feeds):
        text = browser.get(path).text
        assert "Kreistag: verwiesen" in text, path
    item = browser.get("/api/v1/resolutions?region=musterkreis").json()["items"][0]
    assert (item["act"], item["about"], item["corrects"]) == ("referred", "recommendation", None)
    assert item["url"].endswith("/musterkreis/empfehlungen/1")
    assert browser.get("/api/v1/resolutions?region=anderswo").json() == {"items": [], "total": 0}


def test_the_clerk_records_and_corrects_on_the_desk(assembly, browsers):
    clerk = browsers(assembly.clerk)
    base = "/verwaltung/musterkreis/beschluesse"
    page = f"{base}/zusagen/zusage-a"
    assert "Noch nichts." in clerk.get(page).text
    typed = {"committee": "0", "act": "adopted", "decided_on": "20.11.2026", "item": "7", "paper": "<12/2026>", "minutes_url": "nein"}
    typed["csrf"] = clerk.csrf(page)
    answer = clerk.post(page, typed)
    assert answer.status_code == 422
    assert "&lt;12/2026&gt;" in answer.text
    assert "die mit https:// beginnt" in answer.text
    assert rows(Resolution) == []
    answer = clerk.post(page, {**typed, "minutes_url": "https://example.org/n"})
    assert answer.status_code == 303
    assert clerk.get(answer.headers["location"].partition("#")[0]).text.count("Berichtigen") == 1
    number = rows(Resolution)[0].id
    form = clerk.get(f"{base}/berichtigung/{number}")
    assert 'value="2026-11-20"' in form.text
    answer = clerk.post(f"{base}/berichtigung/{number}", {"void": "1", "reason": "", "csrf": typed["csrf"]})
    assert answer.status_code == 422
    answer = clerk.post(f"{base}/berichtigung/{number}", {**typed, "minutes_url": "", "act": "adjourned", "reason": "Verwechselt."})
    assert answer.status_code == 303
    assert "Verwechselt." in clerk.get("/musterkreis/zusagen/zusage-a").text
    assert "schon berichtigt" in clerk.get(f"{base}/berichtigung/{number}").text
    listed = clerk.get(f"{base}?suche=Zusage")
    assert "vertagt" in listed.text
    assert len(rows(Resolution)) == 2


def test_a_decision_on_a_published_report(database, browsers):
    """From the desk's list to the report's page, the feed, the metadata and the news of whoever follows or has commented."""
    county = make_report()
    county.comment("mir ist das wichtig", county.people[0])
    county.comment("mir nicht", county.people[1])
    number = county.published()
    with unit_of_work() as session:
        follower = make_account(session).id
        participation.follow(session, follower, county.region_id, "region", "", NOW)
    clerk, base = browsers(county.first.account_id), "/verwaltung/musterkreis/beschluesse"
    assert "Bericht 1 an: Kreistag, 14.01.2027" in clerk.get(base).text
    typed = {"committee": "0", "act": "noted", "decided_on": "1.11.2026", "csrf": clerk.csrf(f"{base}/berichte/1")}
    assert clerk.post(f"{base}/berichte/1", typed).status_code == 303
    assert clerk.post(f"{base}/berichte/2", typed).status_code == 404
    (row,) = rows(Resolution)
    assert (row.report_id, row.path) == (number, "/musterkreis/berichte/1")
    assert "Kreistag: zur Kenntnis genommen" in browsers().get("/musterkreis/berichte/1").text
    assert "/musterkreis/berichte/1#beschluesse" in browsers().get("/musterkreis/feed.atom").text
    assert "/musterkreis/daten/bericht-1" in browsers().get("/musterkreis/katalog.jsonld").text
    assert tell(row.id) == 3
    assert {one.account_id for one in rows(Notification)} >= {follower, county.people[0], county.people[1]}
