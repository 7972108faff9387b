"""Each act of a clerk: one event, one job, the old kept, nobody else allowed, nothing of residents touched."""

import hashlib
import json
import threading
from datetime import date, timedelta

import pytest
from sqlmodel import func, select

from beteiligung import db
from beteiligung.audit import AuditEntry
from beteiligung.catalogue import history, service
from beteiligung.catalogue.models import Commitment, HistoryEntry, Revision, SearchTerm
from beteiligung.catalogue.rules import StatusSource
from beteiligung.errors import Closed, Conflict, Forbidden, Invalid, NotFound
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.participation.models import Comment, CommentVote, Tally, Vote
from support import NOW, make_account, make_commitment, make_document, make_region

RESOLUTION = StatusSource(decided_on=date(2026, 9, 3), paper="31/2026")


@pytest.fixture
def place(database):
    """A region with a clerk, a commitment, and what residents wrote about it."""
    with db.unit_of_work() as session:
        region = make_region(session)
        document = make_document(session, region)
        commitment = make_commitment(session, document, title="Radweg am Fluss", summary="Der Kreis baut einen Radweg.")
        clerk = make_account(session, clerk_of=region)
        author = make_account(session, confirmed_in=region)
        session.add(Vote(commitment_id=commitment.id, version=1, voter="a" * 64, choice="for", standing="confirmed"))
        session.add(Tally(commitment_id=commitment.id, version=1, confirmed_for=1))
        comment = Comment(commitment_id=commitment.id, author_id=author.id, text="Wann beginnt der Bau?", stance="question", created_at=NOW)
        session.add(comment)
        session.flush()
        session.add(CommentVote(comment_id=comment.id, voter="b" * 64, value=1))
    return {"region": region, "document": document, "commitment": commitment.id, "clerk": clerk.id, "comment": comment.id}


def residents_words():
    """A hash over everything residents wrote and chose."""
    with db.reading() as session:
        rows = [
            sorted(json.dumps(row.model_dump(mode="json"), sort_keys=True) for row in session.exec(select(model)))
            for model in (Comment, Vote, CommentVote, Tally)
        ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def events():
    with db.reading() as session:
        entries = session.exec(select(HistoryEntry).order_by(HistoryEntry.id)).all()
        jobs = session.exec(select(OutboxEntry).where(OutboxEntry.job == Job.TELL_FOLLOWERS.value).order_by(OutboxEntry.id)).all()
        audits = session.exec(select(AuditEntry)).all()
    assert [job.args["entry"] for job in jobs] == [entry.id for entry in entries]
    assert len(audits) == len(entries)
    return entries


def edit(place, title="Radweg am Fluss bauen", expected=0, *, meaning=False, clerk=None, summary="Der Kreis baut einen Radweg.", note=""):
    with db.unit_of_work() as session:
        return service.edit_words(session, clerk or place["clerk"], place["commitment"], title, summary, note, meaning, expected, NOW)


def commitment(place):
    with db.reading() as session:
        return session.get(Commitment, place["commitment"])


ACTS = {
    "words": lambda s, who, it: service.edit_words(s, who, it, "Neuer Titel", "Neuer Satz.", "Klarer gesagt", False, 0, NOW),
    "meaning": lambda s, who, it: service.edit_words(s, who, it, "Neuer Titel", "Anderer Satz.", "", True, 0, NOW),
    "answer": lambda s, who, it: service.answer(s, who, it, "Der Bau **beginnt** im Mai.", NOW),
    "status": lambda s, who, it: service.set_status(s, who, it, "in_progress", date(2026, 9, 4), RESOLUTION, "", NOW),
    "archive": lambda s, who, it: service.archive(s, who, it, "Doppelt erfasst", NOW),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_each_act_is_one_event_and_leaves_residents_words_alone(place, act):
    before = residents_words()
    with db.unit_of_work() as session:
        act(session, place["clerk"], place["commitment"])
    assert residents_words() == before
    assert len(events()) == 1
    assert commitment(place).changes == 1


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("who", ["resident", "confirmed", "council", "other clerk", "former clerk", "operator"])
def test_nobody_else_may(place, act, who):
    with db.unit_of_work() as session:
        other = make_region(session)
        account = {
            "resident": lambda: make_account(session),
            "confirmed": lambda: make_account(session, confirmed_in=place["region"]),
            "council": lambda: make_account(session, council_of=place["region"]),
            "other clerk": lambda: make_account(session, clerk_of=other),
            "former clerk": lambda: make_account(session),
            "operator": lambda: make_account(session, operator=True),
        }[who]().id
        if who == "former clerk":
            from beteiligung.identity.models import Role

            since, until = NOW - timedelta(days=90), NOW - timedelta(days=1)
            session.add(Role(account_id=account, region_id=place["region"].id, name="clerk", since=since, until=until))
    with db.unit_of_work() as session, pytest.raises(Forbidden):
        act(session, account, place["commitment"])
    assert events() == []


def test_words_change_and_the_old_ones_stay(place):
    edit(place, note="Genauer gesagt")
    edit(place, "Radweg am Fluss bis Adorf", 1)
    after = commitment(place)
    assert (after.title, after.version, after.plain) == ("Radweg am Fluss bis Adorf", 1, True)
    with db.reading() as session:
        revisions = session.exec(select(Revision).order_by(Revision.number)).all()
        terms = set(session.exec(select(SearchTerm.term).where(SearchTerm.commitment_id == after.id)))
    assert [(r.number, r.title, r.note) for r in revisions] == [(1, "Radweg am Fluss", "Genauer gesagt"), (2, "Radweg am Fluss bauen", "")]
    assert any("adorf" in term for term in terms)
    assert [entry.kind for entry in events()] == ["revision", "revision"]


def test_a_change_of_meaning_starts_the_vote_anew_and_keeps_the_old_tally(place):
    edit(place, meaning=True)
    assert commitment(place).version == 2
    with db.reading() as session:
        assert session.exec(select(Revision)).one().version == 1
        assert session.get(Tally, (place["commitment"], 1)).confirmed_for == 1
        assert session.exec(select(func.count()).select_from(Vote).where(Vote.version == 2)).one() == 0


def test_a_second_clerk_is_told_and_sees_the_others_words(place):
    edit(place, "Radweg zuerst")
    with pytest.raises(Conflict) as raised:
        edit(place, "Radweg danach")
    assert raised.value.context["theirs"]["title"] == "Radweg zuerst"
    assert raised.value.context["revision"] == 1
    assert commitment(place).title == "Radweg zuerst"
    assert len(events()) == 1


def test_two_clerks_at_once_one_wins(place):
    outcomes = []

    def write(title):
        try:
            edit(place, title)
            outcomes.append("saved")
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=write, args=(f"Radweg {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "conflict", "conflict", "saved"]
    assert len(events()) == 1


def test_wrong_words_say_which_field(place):
    with pytest.raises(Invalid) as raised:
        edit(place, "x" * 91, summary=" ")
    assert set(raised.value.fields) == {"title", "summary"}
    with pytest.raises(Invalid):
        edit(place, "Radweg am  Fluss ")  # nothing but spaces changed
    assert events() == []


def test_words_of_an_unread_commitment_become_plain(place):
    with db.unit_of_work() as session:
        session.get(Commitment, place["commitment"]).plain = False
    edit(place, "Radweg am Fluss")
    assert commitment(place).plain


def test_an_answer_sent_twice_is_one(place):
    for text in ("Der Bau beginnt im Mai.", "Der Bau beginnt im Mai.\r\n", "Der Bau beginnt im Juni."):
        with db.unit_of_work() as session:
            service.answer(session, place["clerk"], place["commitment"], text, NOW)
    assert [entry.body for entry in events()] == ["Der Bau beginnt im Mai.", "Der Bau beginnt im Juni."]
    assert commitment(place).answered_at == NOW
    for text in ("  ", "x" * 8001):
        with db.unit_of_work() as session, pytest.raises(Invalid) as raised:
            service.answer(session, place["clerk"], place["commitment"], text, NOW)
        assert set(raised.value.fields) == {"body"}


def set_status(place, status="done", since=date(2026, 9, 4), source=RESOLUTION):
    with db.unit_of_work() as session:
        return service.set_status(session, place["clerk"], place["commitment"], status, since, source, "", NOW)


def test_a_status_keeps_what_was_before_and_its_source(place):
    set_status(place, "in_progress")
    set_status(place, "done", date(2026, 11, 1), StatusSource("Protokoll", "https://example.org/p", date(2026, 10, 30), "40/2026"))
    first, second = events()
    assert (first.status_before, first.status, first.happened_on) == ("open", "in_progress", date(2026, 9, 4))
    assert (second.status_before, second.status) == ("in_progress", "done")
    assert second.source == "Beschluss vom 30. Oktober 2026, Vorlage 40/2026; Protokoll"
    assert second.source_url == "https://example.org/p"
    assert commitment(place).status == "done"


def test_a_partys_promise_is_not_judged_without_a_resolution(place):
    with pytest.raises(Invalid) as raised:
        set_status(place, source=StatusSource("Auskunft des Amtes"))
    assert "Beschluss" in raised.value.fields["source"]
    assert commitment(place).status == "open"
    assert events() == []


def test_the_own_strategy_needs_a_source_but_no_resolution(place):
    with db.unit_of_work() as session:
        session.merge(place["document"]).kind = "strategy"
    set_status(place, source=StatusSource("Auskunft des Amtes"))
    assert events()[0].source == "Auskunft des Amtes"


def test_no_status_in_the_quiet_period(place):
    with db.unit_of_work() as session:
        region = session.merge(place["region"])
        region.quiet_from, region.quiet_until = date(2026, 11, 1), date(2027, 2, 1)
    with pytest.raises(Closed):
        set_status(place)
    with db.unit_of_work() as session:
        service.answer(session, place["clerk"], place["commitment"], "Antworten darf sie auch dann.", NOW)
    assert [entry.kind for entry in events()] == ["answer"]


def test_archived_and_restored_once_each(place):
    for act, state in ((service.archive, "archived"), (service.restore, "published")):
        with db.unit_of_work() as session:
            act(session, place["clerk"], place["commitment"], "Grund", NOW)
        with db.unit_of_work() as session, pytest.raises(Conflict):
            act(session, place["clerk"], place["commitment"], "Grund", NOW)
        assert commitment(place).state == state
    assert [entry.kind for entry in events()] == ["archived", "restored"]


def test_what_does_not_exist_is_not_found(place):
    with db.unit_of_work() as session, pytest.raises(NotFound):
        service.answer(session, place["clerk"], 999_999, "Nichts", NOW)


def test_a_difference_holds_both_texts():
    old, new = "Der Kreis baut bis 2030 einen Radweg.", "Der Kreis prüft bis 2031 einen neuen Radweg."
    pieces = history.difference(old, new)
    assert "".join(p.text for p in pieces if p.change != "ins") == old
    assert "".join(p.text for p in pieces if p.change != "del") == new
    assert ("del", "baut") in {(p.change, p.text) for p in pieces}
    assert history.difference("", "") == ()
    assert [(p.change, p.text) for p in history.difference("Wir bauen das.", "Sie prüfen das.")] == [
        ("del", "Wir bauen"),
        ("ins", "Sie prüfen"),
        ("same", " das."),
    ]
    assert [p.change for p in history.difference("a " * 20_000, "b")] == ["del", "ins"]
