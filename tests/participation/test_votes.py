"""Votes through the service: what is stored, what is shown, what never is."""

from datetime import date, timedelta
from time import perf_counter

import pytest
from sqlalchemy import insert, inspect, text, update
from sqlmodel import col, select

from beteiligung import db
from beteiligung.catalogue.models import Commitment
from beteiligung.errors import Closed, Conflict, Forbidden, Invalid, NotFound
from beteiligung.jobs import OutboxEntry
from beteiligung.participation import queries, recount, service, shares
from beteiligung.participation.models import STANDINGS, Tally, Vote
from beteiligung.participation.tally import voter_pseudonym
from beteiligung.settings import settings
from participation.people import participant, vote
from support import NOW, make_account, make_commitment, make_document, make_region, statements


@pytest.fixture
def place(database):
    with db.unit_of_work() as session:
        region = make_region(session, quiet_from=date(2026, 11, 1), quiet_until=date(2026, 12, 31))
        return region, make_commitment(session, make_document(session, region))


def public(commitment_id, version=1, threshold=20):
    """What anybody can poll: the figures of all standings, and the number that page caches ask for."""
    with db.reading() as session:
        tally = session.get(Tally, (commitment_id, version))
        changes = session.get_one(Commitment, commitment_id).changes
        return {standing: shares.shares(tally, standing, threshold) for standing in STANDINGS}, changes


def differences():
    with db.reading() as session:
        return recount.recount(session)


def test_a_vote_is_cast_changed_and_withdrawn(place):
    region, commitment = place
    me = participant(7, region.id)
    assert vote(me, commitment.id, "for").before is None
    state = vote(me, commitment.id, "against")
    assert (state.before, state.choice, state.standing) == ("for", "against", "confirmed")
    with db.reading() as session:
        assert queries.my_marks(session, voter_pseudonym(7, region.id), 7, commitment.id, 1).choice == "against"
        tally = session.exec(select(Tally)).one()
        assert (tally.confirmed_for, tally.confirmed_against) == (0, 1)
    assert vote(me, commitment.id, None).before == "against"
    assert vote(me, commitment.id, None).before is None
    with db.reading() as session:
        assert session.exec(select(Vote)).all() == [], "nobody has seen it, so it is forgotten"
    assert differences() == []


def test_nothing_that_a_vote_writes_names_the_account_or_the_time(place):
    region, commitment = place
    before = rows_of_all_tables()
    vote(participant(424242, region.id), commitment.id, "for")
    after = rows_of_all_tables()
    changed = {table for table in after if after[table] != before[table]}
    assert changed == {"vote", "tally"}
    assert not any("424242" in row for rows in after.values() for row in rows)
    assert not any("2026-11-21" in row for row in after["vote"] + after["tally"])


def rows_of_all_tables():
    with db.reading() as session:
        names = inspect(session.connection()).get_table_names()
        return {name: sorted(str(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{name}"'))) for name in names}


def test_sqlite_keeps_no_order_of_voting(place, database):
    if database.name == "sqlite":
        with db.reading() as session, pytest.raises(Exception, match="no such column"):
            session.execute(text("SELECT rowid FROM vote"))
    else:  # the primary key is all there is
        with db.reading() as session:
            assert inspect(session.connection()).get_pk_constraint("vote")["constrained_columns"] == ["commitment_id", "version", "voter"]


def test_the_pseudonym_needs_the_key_and_differs_by_region(database, monkeypatch):
    mine = voter_pseudonym(7, 1)
    assert len(mine) == 64
    assert len({mine, voter_pseudonym(7, 2), voter_pseudonym(8, 1), voter_pseudonym(71, 1), voter_pseudonym(7, 11)}) == 5
    monkeypatch.setenv("BETEILIGUNG_VOTE_KEY", "another key of thirty-two characters")
    settings.cache_clear()
    assert voter_pseudonym(7, 1) != mine


def test_who_may_not_vote_hears_why(place):
    region, commitment = place
    with pytest.raises(NotFound):
        vote(participant(7), 10**6, "for")
    with pytest.raises(Invalid):
        vote(participant(7), commitment.id, "perhaps")
    with pytest.raises(Forbidden):
        vote(participant(7, region.id, staff=True), commitment.id, "for")
    with pytest.raises(Forbidden):
        vote(participant(7, may=False), commitment.id, "for")
    with pytest.raises(Conflict, match="geändert"):
        vote(participant(7), commitment.id, "for", version=2)
    with db.unit_of_work() as session:
        closed = make_commitment(session, make_document(session, region, closed=True))
    with pytest.raises(Closed, match="Wahlperiode"):
        vote(participant(7), closed.id, "for")
    with pytest.raises(Closed):
        vote(participant(7), closed.id, None)
    assert differences() == []


def test_somebody_who_has_become_a_clerk_can_still_withdraw(place):
    region, commitment = place
    vote(participant(7, region.id), commitment.id, "for")
    assert vote(participant(7, region.id, staff=True), commitment.id, None).before == "for"


def test_a_new_version_starts_anew_and_the_old_tally_stays(place):
    _region, commitment = place
    for number in range(6):
        vote(participant(number), commitment.id, "for")
    with db.unit_of_work() as session:
        session.execute(update(Commitment).values(version=2))
    with pytest.raises(Conflict):
        vote(participant(0), commitment.id, "against", version=1)
    vote(participant(0), commitment.id, "against", version=2)
    assert public(commitment.id, 1)[0]["unconfirmed"].total == 5
    assert public(commitment.id, 2)[0]["unconfirmed"].hidden
    assert differences() == []


def test_figures_appear_with_the_fifth_and_change_by_five(place):
    region, commitment = place
    seen = []
    for number in range(12):
        vote(participant(number, region.id), commitment.id, "for" if number % 2 else "against")
        seen.append((public(commitment.id)[0]["confirmed"].total, public(commitment.id)[1]))
    assert [total for total, _ in seen] == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10]
    assert [changes for _, changes in seen] == [0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2]


def test_one_person_is_never_seen_by_polling(place):
    region, commitment = place
    for number in range(20):
        vote(participant(number, region.id), commitment.id, "for")
    quiet = public(commitment.id)
    for choice in ("against", "neutral", None, "for", None, "against"):
        vote(participant(3, region.id), commitment.id, choice)
        assert public(commitment.id) == quiet
    for number in (4, 5, 6):
        vote(participant(number, region.id), commitment.id, "against")
        assert public(commitment.id) == quiet
    vote(participant(4, region.id), commitment.id, "for")  # back to what is shown: no longer a change
    vote(participant(7, region.id), commitment.id, "neutral")
    assert public(commitment.id) == quiet
    vote(participant(8, region.id), commitment.id, "neutral")
    assert public(commitment.id)[0]["confirmed"] == shares.Shares(15, 2, 3, 20, (75, 10, 15), hidden=False, at=NOW)
    assert differences() == []


def test_percentages_need_the_threshold_and_the_hour_is_all_that_is_told(place):
    region, commitment = place
    for number in range(5):
        vote(participant(number, region.id), commitment.id, "for", now=NOW + timedelta(minutes=47, seconds=11))
    assert public(commitment.id)[0]["confirmed"] == shares.Shares(5, 0, 0, 5, None, hidden=False, at=NOW)
    assert public(commitment.id, threshold=5)[0]["confirmed"].percents == (100, 0, 0)
    assert shares.shares(None, "confirmed", 20).hidden


def test_a_standing_that_shrinks_is_hidden_and_comes_back_by_five(place):
    region, commitment = place
    people = [participant(number, region.id) for number in range(14)]
    for someone in people[:5]:
        vote(someone, commitment.id, "for")
    assert public(commitment.id)[0]["confirmed"].for_ == 5
    for someone in people[:4]:
        vote(someone, commitment.id, None)
    assert public(commitment.id)[0]["confirmed"].for_ == 5
    vote(people[4], commitment.id, "neutral")  # the fifth change leaves one vote
    assert public(commitment.id)[0]["confirmed"].hidden
    quiet = public(commitment.id)
    for someone in people[:4]:
        vote(someone, commitment.id, "for")
    assert public(commitment.id) == quiet, "five vote again, yet only one differs from what was last shown"
    for someone in people[5:8]:
        vote(someone, commitment.id, "against")
    assert public(commitment.id) == quiet
    vote(people[8], commitment.id, "against")
    assert public(commitment.id)[0]["confirmed"].total == 9
    assert differences() == []


def test_confirming_ones_residence_moves_the_votes(place):
    region, commitment = place
    with db.unit_of_work() as session:
        other = make_commitment(session, make_document(session, region))
        elsewhere = make_commitment(session)
    for number in range(12):
        vote(participant(number), commitment.id, "for")
    vote(participant(0), other.id, "against")
    vote(participant(0, home=region.id), elsewhere.id, "against")
    for number in range(4):
        with db.unit_of_work() as session:
            assert service.move_standing(session, number, region.id, "confirmed", NOW) == (2 if number == 0 else 1)
            assert service.move_standing(session, number, region.id, "confirmed", NOW) == 0
    figures = public(commitment.id)[0]
    assert (figures["confirmed"].total, figures["unconfirmed"].total) == (0, 9), "ten were shown; then two new and three gone"
    with db.unit_of_work() as session:
        service.move_standing(session, 4, region.id, "confirmed", NOW)
    assert public(commitment.id)[0]["confirmed"].total == 5
    with db.reading() as session:
        assert {vote.standing for vote in session.exec(select(Vote).where(Vote.commitment_id == elsewhere.id))} == {"outside"}
    assert differences() == []


def test_erasing_leaves_no_pseudonym(place):
    region, commitment = place
    with db.unit_of_work() as session:
        accounts = [make_account(session) for _ in range(6)]
    for account in accounts:
        vote(participant(account), commitment.id, "for")
    with db.unit_of_work() as session:
        service.erase(session, accounts[0].id, NOW)
        service.erase(session, accounts[5].id, NOW)
    with db.reading() as session:
        voters = set(session.exec(select(Vote.voter)).all())
        assert not voters & {voter_pseudonym(accounts[i].id, region.id) for i in (0, 5)}
        assert len(voters) == 5, "one row still holds up the published five, under a random name"
        assert service.personal_data(session, accounts[0].id)["votes"] == []
        assert service.personal_data(session, accounts[1].id)["votes"] == [
            {"commitment": commitment.slug, "version": 1, "choice": "for", "standing": "unconfirmed"}
        ]
    assert public(commitment.id)[0]["unconfirmed"].total == 5
    assert differences() == []


def test_the_recount_finds_and_mends_what_is_wrong(place):
    region, commitment = place
    for number in range(7):
        vote(participant(number, region.id), commitment.id, "for")
    with db.unit_of_work() as session:
        session.execute(update(Tally).values(confirmed_for=9, outside_against=1, shown_confirmed_neutral=2, shown_outside_for=6))
        session.execute(update(Vote).where(col(Vote.voter) == voter_pseudonym(6, region.id)).values(changed=False))
    found = {(difference.column, difference.stored, difference.counted) for difference in differences()}
    assert found == {
        ("confirmed_for", 9, 7),
        ("outside_against", 1, 0),
        ("shown_confirmed_neutral", 2, 0),
        ("shown_outside_for", 6, 0),
        ("changed", 1, 0),
    }
    with db.unit_of_work() as session:
        assert len(recount.repair(session, NOW)) == 5
    assert differences() == []
    assert public(commitment.id)[0]["confirmed"].for_ == 5
    with db.unit_of_work() as session:
        session.execute(text("DELETE FROM tally"))
    assert {difference.column for difference in differences()} == {"confirmed_for"}


def test_a_vote_costs_few_statements_and_queues_nothing(place):
    _region, commitment = place
    vote(participant(1), commitment.id, "for")
    with statements() as seen:
        vote(participant(2), commitment.id, "for")
    assert len(seen) <= 7  # the seventh asks, under the lock, whether the vote key is still the present one
    with db.reading() as session:
        assert session.exec(select(OutboxEntry)).all() == []


def test_a_vote_among_thousands_reads_few_of_them(place, database):
    """PostgreSQL takes the partial index. SQLite, which prefers the primary key, stays within a few milliseconds."""
    _region, commitment = place
    rows = [
        {"commitment_id": commitment.id, "version": 1, "voter": f"{n:064x}", "choice": "for", "standing": "confirmed"}
        | {"shown_confirmed": "for", "changed": False}
        for n in range(5000)
    ]
    with db.unit_of_work() as session:
        session.execute(insert(Vote), rows)
        session.add(Tally(commitment_id=commitment.id, version=1, confirmed_for=5000, shown_confirmed_for=5000, shown_confirmed_at=NOW))
    with statements() as seen:
        vote(participant(1), commitment.id, "for")
    if database.name == "postgresql":
        asked = next(sql for sql in seen if "changed = true" in sql and "ORDER BY" in sql)
        with db.unit_of_work() as session:
            session.execute(text("ANALYZE vote"))
            asked = asked.replace("%(commitment_id_1)s", str(commitment.id)).replace("%(version_1)s", "1").split("::")
            plan = session.connection().exec_driver_sql("EXPLAIN " + " ".join(part.removeprefix("INTEGER") for part in asked)).all()
        assert any("ix_vote_changed" in str(row) for row in plan), plan
    started = perf_counter()
    for number in range(2, 12):
        vote(participant(number), commitment.id, "for")
    assert perf_counter() - started < 1.0
    assert differences() == []


def test_following_twice_is_once(place):
    region, commitment = place
    with db.unit_of_work() as session:
        me = make_account(session)
    follows = [("commitment", commitment.slug), ("topic", "mobilitaet"), ("region", "")]
    for _ in range(2):
        with db.unit_of_work() as session:
            for kind, target in follows:
                service.follow(session, me.id, region.id, kind, target, NOW)
    with db.reading() as session, statements() as seen:
        marks = queries.my_marks(session, voter_pseudonym(me.id, region.id), me.id, commitment.id, 1, [1, 2])
    assert (marks.follows, len(seen)) == ({"commitment", "topic", "region"}, 1)
    for _ in range(2):
        with db.unit_of_work() as session:
            service.unfollow(session, me.id, region.id, "topic", "mobilitaet")
    with db.reading() as session:
        assert len(service.personal_data(session, me.id)["follows"]) == 2
    for kind, target in (("commitment", "gibt-es-nicht"), ("topic", "wetter"), ("region", "x"), ("person", "1")):
        with pytest.raises(NotFound), db.unit_of_work() as session:
            service.follow(session, me.id, region.id, kind, target, NOW)
