"""Loading the example people and removing them again."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, text
from sqlmodel import col, select

from beteiligung import db, tables
from beteiligung.catalogue.models import Commitment, Document, HistoryEntry
from beteiligung.clock import BERLIN
from beteiligung.council import queries, replacement
from beteiligung.council.models import Draw
from beteiligung.demo import ANCHOR, Summary, load_demo, remove_demo
from beteiligung.errors import Forbidden, Invalid
from beteiligung.identity.models import Account, Residence, Role
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.notifications import service as notifications
from beteiligung.notifications.models import Notification
from beteiligung.participation import bulk, comments, rules, service
from beteiligung.participation.models import CHOICES, STANDINGS, Comment, Tally, Vote
from beteiligung.participation.recount import recount, recount_comments
from beteiligung.places.models import Region
from conftest import one_database
from support import NOW, make_account, make_commitment, make_document, make_region


def dump(*, without=()):
    """Return every row of every table as text."""
    with db.reading() as session:
        return {
            table.name: sorted(repr(tuple(value for name, value in row.items() if (table.name, name) not in without)) for row in rows)
            for table in tables.metadata.sorted_tables
            for rows in [session.execute(table.select()).mappings().all()]
        }


def differences():
    with db.reading() as session:
        return recount(session) + recount_comments(session)


def participant(account, region_id, *, confirmed=True):
    return rules.Participant(account.id, False, frozenset({region_id} if confirmed else ()), region_id, True)


def test_load_brings_life_and_a_second_load_changes_nothing(filled):
    summary = load_demo(NOW)
    assert 60 <= summary.people <= 80
    assert summary.comments >= 250
    assert summary.votes >= 3_000
    assert summary.answers >= 50
    assert str(summary.people) in str(summary)
    before = dump()
    assert load_demo(NOW + timedelta(hours=3)) == Summary()
    assert "already" in str(Summary())
    assert dump() == before
    assert differences() == []


def test_what_is_shown_is_what_was_voted(loaded):
    with db.reading() as session:
        enough = 0
        for tally, commitment in session.exec(select(Tally, Commitment).join(Commitment, col(Commitment.id) == col(Tally.commitment_id))):
            for standing in STANDINGS:
                live = [getattr(tally, f"{standing}_{choice}") for choice in CHOICES]
                shown = [getattr(tally, f"shown_{standing}_{choice}") for choice in CHOICES]
                assert shown == (live if sum(live) >= 5 else [0, 0, 0])
            confirmed = sum(getattr(tally, f"shown_confirmed_{choice}") for choice in CHOICES)
            enough += confirmed >= 20
            assert not commitment.slug.startswith("kassel")
        assert enough >= 60
        by_tendency = session.execute(
            text(
                "SELECT sum(CASE WHEN confirmed_for > 2 * confirmed_against THEN 1 ELSE 0 END),"
                " sum(CASE WHEN confirmed_against > confirmed_for THEN 1 ELSE 0 END)"
                " FROM tally WHERE confirmed_for + confirmed_neutral + confirmed_against >= 20"
            )
        ).one()
        assert by_tendency[0] > 50
        assert 2 <= by_tendency[1] <= 15


def test_people_of_the_demonstration_have_their_roles(loaded):
    with db.reading() as session:
        assert all(account.is_example for account in session.exec(select(Account)))
        region = session.exec(select(Region).where(Region.slug == "werra-meissner")).one()

        def account(name):
            return session.exec(select(Account).where(Account.email == f"{name}@beispiel.example")).one()

        def roles(name):
            return session.exec(select(Role.name).where(Role.account_id == account(name).id, Role.region_id == region.id)).all()

        assert roles("bewohnerin") == []
        assert roles("buergerrat") == ["council"]
        assert roles("verwaltung") == ["clerk"]
        residence = session.get_one(Residence, (account("bewohnerin").id, region.id))
        assert residence.confirmed_at < NOW < NOW + timedelta(days=700) < residence.until
        confirmed = session.exec(select(func.count()).select_from(Residence).where(Residence.region_id == region.id)).one()
        assert 30 <= confirmed <= 40
        assert all(region.example for region in session.exec(select(Region)))


def test_everything_happened_in_order_in_the_last_twelve_weeks(loaded):
    end = datetime.combine(ANCHOR, datetime.min.time(), BERLIN) + timedelta(days=1)
    with db.reading() as session:
        rows = session.exec(select(Comment).order_by(col(Comment.id))).all()
        assert all(end - timedelta(days=86) < row.created_at < end for row in rows)
        threads = [row for row in rows if row.parent_id is None]
        assert [row.created_at for row in threads] == sorted(row.created_at for row in threads)
        for thread in threads:
            replies = sorted((row for row in rows if row.parent_id == thread.id), key=lambda row: row.reply_number)
            times = [thread.created_at, *(reply.created_at for reply in replies)]
            assert times == sorted(times)
            assert thread.answered_at == max((reply.created_at for reply in replies if reply.official), default=None)
        entries = session.exec(select(HistoryEntry)).all()
        assert all(end - timedelta(days=86) < entry.created_at < end for entry in entries)
        assert {entry.kind for entry in entries} == {"answer", "status"}
        for entry in entries:
            if entry.kind == "status":
                assert "Beispiel" in entry.source
                commitment = session.get_one(Commitment, entry.commitment_id)
                document = session.get_one(Document, commitment.document_id)
                assert commitment.status == entry.status or commitment.slug.endswith("-042")
                assert document.kind == "draft" or "Beschluss vom" in entry.source


@one_database
def test_an_early_clock_gets_no_future(filled):
    early = datetime(2026, 3, 1, 12, tzinfo=UTC)
    load_demo(early)
    with db.reading() as session:
        assert session.exec(select(func.max(Comment.created_at))).one() < early
        assert session.exec(select(func.max(HistoryEntry.created_at))).one() < early


def test_the_same_on_every_machine(loaded, fill):
    first = but_the_draw()
    loaded.reset()
    fill()
    load_demo(NOW)
    assert but_the_draw() == first


def but_the_draw():
    """Everything but the draw of the council, whose pseudonyms and secret are dealt anew, and its hashes in the audit log."""
    there = dump()
    for name in ("draw", "draw_person", "draw_file", "council_seat", "replacement"):
        assert there.pop(name)
    there["audit_entry"] = [row for row in there["audit_entry"] if "sha256" not in row]
    return there


def test_the_council_of_the_demonstration_sits_and_its_draw_can_be_repeated(loaded):
    with db.reading() as session:
        draw = session.exec(select(Draw)).one()
        assert draw.state == "drawn"
        content, steps = queries.file_of(session, draw.id, "protocol"), queries.replacement_file(session, draw.id)
        assert len(replacement.verify(content, steps)) == 12
        assert len(queries.members(session, draw.id)) == 12
        assert "Günter H." in queries.members(session, draw.id)
        assert not session.exec(select(OutboxEntry).where(col(OutboxEntry.job).in_((Job.COMPUTE_DRAW, Job.TELL_DRAWN)))).all()
    remove_demo(NOW)
    with db.reading() as session:
        assert session.exec(select(Draw)).all() == []


def test_followers_have_been_told_and_the_worker_has_nothing_to_do(loaded):
    with db.reading() as session:
        assert session.exec(select(OutboxEntry).where(OutboxEntry.job == Job.TELL_FOLLOWERS.value)).all() == []
        news = session.exec(select(Notification)).all()
        resident = session.exec(select(Account.id).where(Account.email == "bewohnerin@beispiel.example")).one()
    assert any(one.account_id == resident and one.read_at is None for one in news)
    assert any(one.account_id == resident and one.read_at is not None for one in news)
    assert max(one.created_at for one in news) <= datetime.combine(ANCHOR, datetime.max.time(), BERLIN)
    assert {one.event.partition(":")[0] for one in news} == {"comment", "entry", "recommendation"}


def test_declared_stances_agree_with_votes(loaded):
    with db.reading() as session:
        holger = session.exec(select(Account).where(Account.email == "holger@beispiel.example")).one()
        commitment = session.exec(select(Commitment).where(Commitment.slug == "werra-meissner-2026-042")).one()
        mine = service.personal_data(session, holger.id)["votes"]
    assert {"commitment": commitment.slug, "version": 1, "choice": "against", "standing": "confirmed"} in mine


def test_never_in_production(filled, monkeypatch):
    from beteiligung import demo
    from beteiligung.settings import settings

    class Production:
        mode = "production"
        root = settings().root

    monkeypatch.setattr(demo, "settings", Production)
    with pytest.raises(Forbidden):
        load_demo(NOW)
    monkeypatch.undo()
    with db.reading() as session:
        assert session.exec(select(func.count()).select_from(Account)).one() == 0


def test_what_is_not_there_is_left_out(database, fill):
    fill({"erzgebirge"})
    summary = load_demo(NOW)
    assert 30 <= summary.comments <= 50
    assert differences() == []
    with db.reading() as session:
        regions = session.exec(
            select(Commitment.region_id).join(Comment, col(Comment.commitment_id) == col(Commitment.id)).distinct()
        ).all()
        assert len(regions) == 1


def test_a_broken_file_is_named_and_nothing_is_written(filled, tmp_path):
    (tmp_path / "people.toml").write_text("[[person]\n")
    before = dump()
    with pytest.raises(Invalid, match=r"people\.toml"):
        load_demo(NOW, tmp_path)
    assert dump() == before


@one_database
def test_removing_leaves_nothing(filled):
    volatile = {("commitment", "changes")}
    before = dump(without=volatile)
    load_demo(NOW)
    removal = remove_demo(NOW)
    assert removal.people >= 60
    assert str(removal.comments) in str(removal)
    after = dump(without=volatile)
    assert "demo_removed" in after["audit_entry"][-1] or any("demo_removed" in row for row in after["audit_entry"])
    after["audit_entry"] = [row for row in after["audit_entry"] if "demo_removed" not in row]
    assert after == before
    assert "beispiel.example" not in str(after)
    assert differences() == []
    assert remove_demo(NOW).people == 0
    assert load_demo(NOW).people == removal.people


def test_removing_leaves_what_real_people_did(loaded):
    with db.unit_of_work() as session:
        commitment = session.exec(select(Commitment).where(Commitment.slug == "werra-meissner-2026-042")).one()
        region = session.get_one(Region, commitment.region_id)
        people = [make_account(session, confirmed_in=region) for _ in range(6)]
        for person in people:
            service.cast_vote(session, participant(person, region.id), commitment.id, "neutral", NOW, 1)
        thread, other = session.exec(
            select(Comment)
            .where(Comment.commitment_id == commitment.id, col(Comment.parent_id).is_(None))
            .order_by(col(Comment.id))
            .limit(2)
        ).all()
        first, second = (participant(person, region.id) for person in people[:2])
        reply = comments.write_comment(session, first, commitment.id, "Eine echte Antwort.", None, NOW, thread.id)
        own = comments.write_comment(session, second, commitment.id, "Ein eigener Beitrag.", "for", NOW)
        comments.mark_helpful(session, first, other.id, 1, NOW)
        comments.mark_helpful(session, first, own.id, 1, NOW)
        example = session.exec(select(Account).where(Account.email == "bewohnerin@beispiel.example")).one()
        comments.write_comment(session, participant(example, region.id), commitment.id, "Danke!", None, NOW, own.id)
        comments.mark_helpful(session, participant(example, region.id), own.id, 1, NOW)
        service.follow(session, people[2].id, region.id, "commitment", commitment.slug, NOW)
        notifications.tell(session, {"comment": other.id}, NOW)
        notifications.tell(session, {"comment": own.id}, NOW)
    remove_demo(NOW)
    assert differences() == []
    with db.reading() as session:
        left = session.exec(select(Comment).order_by(col(Comment.id))).all()
        trace = next(row for row in left if row.id == thread.id)
        assert {row.id for row in left} == {thread.id, reply.id, own.id}
        assert (trace.text, trace.author_id, trace.stance, trace.reply_count) == ("", None, None, 1)
        assert trace.withdrawn_at is not None
        kept = {row.id: row for row in left}
        assert (kept[reply.id].text, kept[reply.id].reply_number) == ("Eine echte Antwort.", 1)
        assert (kept[own.id].helpful, kept[own.id].reply_count) == (1, 0)
        tally = session.exec(select(Tally)).one()
        assert (tally.confirmed_neutral, tally.confirmed_for, tally.unconfirmed_for) == (6, 0, 0)
        assert session.exec(select(func.count()).select_from(Vote)).one() == 6
        assert {row.event for row in session.exec(select(Notification))} == {f"comment:{own.id}"}
        commitment = session.get_one(Commitment, commitment.id)
        assert (commitment.comment_count, commitment.thread_count, commitment.status) == (2, 2, "open")
        assert commitment.answered_at is None


def test_bulk_obeys_the_rules(database):
    with db.unit_of_work() as session:
        region = make_region(session)
        open_one, closed = make_document(session, region), make_document(session, region, closed=True)
        person = make_account(session, confirmed_in=region)
        resident = participant(person, region.id)
        clerk = rules.Participant(make_account(session, clerk_of=region).id, True, frozenset(), region.id, False)
        commitment, past = make_commitment(session, open_one), make_commitment(session, closed)
        with pytest.raises(Forbidden):
            bulk.cast_votes(session, [bulk.Poll(past, closed, [(resident, "for")])], NOW)
        with pytest.raises(Invalid):
            bulk.cast_votes(session, [bulk.Poll(commitment, open_one, [(resident, "perhaps")])], NOW)
        with pytest.raises(Forbidden):
            bulk.write_comments(session, [bulk.Said(commitment, open_one, clerk, "Guten Tag.", None, NOW)])
        with pytest.raises(Invalid):
            bulk.write_comments(session, [bulk.Said(commitment, open_one, resident, "Hallo.", "perhaps", NOW)])
        with pytest.raises(Invalid):
            bulk.write_comments(session, [bulk.Said(commitment, open_one, resident, " ", None, NOW)])
        written = bulk.write_comments(
            session,
            [
                bulk.Said(commitment, open_one, resident, "Hallo.", "for", NOW),
                bulk.Said(commitment, open_one, clerk, "Guten Tag.", None, NOW + timedelta(hours=1), reply_to=0),
            ],
        )
        assert [row.official for row in written] == [False, True]
        for marks in ([(resident, 1)], [(clerk, 1)]):
            with pytest.raises(Forbidden):
                bulk.mark_helpful(session, {written[0].id: marks})
        with pytest.raises(Invalid):
            bulk.mark_helpful(session, {written[1].id: [(resident, 3)]})
        assert bulk.cast_votes(session, [bulk.Poll(commitment, open_one, [])], NOW) == 0
