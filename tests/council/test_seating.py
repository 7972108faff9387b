"""Seats by the clock, and who follows: always within quotas and households, and repeatable by anyone."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import func, select

from beteiligung.clock import berlin_date
from beteiligung.council import queries, replacement, seating
from beteiligung.council.models import CouncilSeat, Draw, DrawPerson
from beteiligung.council.pool import canonical, read_pool, read_quotas
from beteiligung.council.register import bounds_of, household_columns, pool_csv
from beteiligung.council.rights import erase
from beteiligung.council.sortition import violations
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, Invalid
from beteiligung.identity.models import Role
from beteiligung.jobs import Job, OutboxEntry
from council.draws import make_draw, people_csv, plan, seats
from council.pools import invented
from support import NOW, make_account

DRAWN = NOW + timedelta(days=1)
DUE = DRAWN + timedelta(days=14, hours=11)
"""`make_draw` draws at noon UTC; the fifteenth day begins at 23.00 UTC the day before."""


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), homes=st.sampled_from((0, 12)), slack=st.integers(0, 2))
def test_whoever_follows_keeps_quotas_and_households(seed, homes, slack):
    people, quotas, household, size = invented(seed, 30, (2, 3), 8, homes, slack)
    bounds = read_quotas(quotas)
    pool = read_pool(people, bounds, household)
    chance = random.Random(seed)
    sitting = next(
        (one for one in (chance.sample(range(len(pool.people)), size) for _ in range(400)) if not violations(pool, bounds, size, one)), None
    )
    if sitting is None:
        return
    council, asked = {pool.people[index].id for index in sitting}, {pool.people[index].id for index in sitting}
    place = {person.id: index for index, person in enumerate(pool.people)}
    for step in range(1, 6):
        leaves = chance.choice(sorted(council))
        council.discard(leaves)
        distance, among = replacement.candidates(pool, bounds, size, council, leaves, asked)
        for one in among:
            assert violations(pool, bounds, size, [place[name] for name in council | {one}]) == []
            assert one not in asked
        same = {person.id for person in pool.people if person.values == pool.people[place[leaves]].values}
        free = {
            name for name in same - asked if pool.people[place[name]].household not in {pool.people[place[x]].household for x in council}
        }
        assert (distance == 0 and set(among) == free) if free else distance != 0 or not among
        joins = replacement.choose("0" * 64, step, leaves, among)
        assert joins == replacement.choose("0" * 64, step, leaves, among)
        if joins is None:
            return
        council.add(joins)
        asked.add(joins)


def leave(number, how, now=DRAWN, place=1):
    with unit_of_work() as session:
        seat = next(one for one in seats(session, number) if one.place == place and one.state in seating.SITTING)
        how(session, seat, now)
        return seat.id


def test_declining_seats_somebody_who_keeps_the_quotas_and_the_steps_repeat(database):
    _region, _clerk, number = make_draw()
    for place in (1, 2, 1, 1):
        leave(number, seating.decline, place=place)
    with reading() as session:
        draw = session.get_one(Draw, number)
        quotas = [one.quota for one in bounds_of(draw)]
        pool = read_pool(pool_csv(session, draw), quotas, household_columns(draw))
        place = {person.id: index for index, person in enumerate(pool.people)}
        council = [seat.pseudonym for seat in seats(session, number) if seat.state == "offered"]
        content, steps = queries.file_of(session, number, "protocol"), queries.replacement_file(session, number)
        mails = session.exec(select(func.count()).select_from(OutboxEntry).where(OutboxEntry.job == Job.TELL_DRAWN.value)).one()
    assert violations(pool, quotas, draw.size, sorted(place[name] for name in council)) == []
    assert replacement.verify(content, steps, pool) == sorted(council)
    assert mails == 12
    told = json.loads(steps)
    for change in (
        lambda one: one.update(joins=next(name for name in one["candidates"] if name != one["joins"])),
        lambda one: one.update(candidates=one["candidates"][1:]),
        lambda one: one.update(leaves="P999"),
        lambda one: one.update(step=7),
    ):
        wrong = json.loads(json.dumps(told))
        change(wrong["steps"][0])
        with pytest.raises(Invalid):
            replacement.verify(content, canonical(wrong), pool)


def test_two_who_decline_in_the_same_second_are_followed_by_two(database):
    _region, _clerk, number = make_draw()
    both = Barrier(2)

    def decline(place):
        both.wait(10)
        leave(number, seating.decline, place=place)

    with ThreadPoolExecutor(2) as threads:
        assert all(threads.map(lambda place: decline(place) is None, (1, 2)))
    with reading() as session:
        steps = [step for step, _at in queries.replacements(session, number)]
        assert [step.step for step in steps] == [1, 2]
        assert len({step.joins for step in steps} - {None}) == 2
        assert len(replacement.verify(queries.file_of(session, number, "protocol"), queries.replacement_file(session, number))) == 8


def test_an_offer_runs_out_by_the_clock_and_the_next_has_as_long(database):
    _region, _clerk, number = make_draw()
    with unit_of_work() as session:
        kept = seats(session, number)[0]
        seating.accept(session, kept, DRAWN, account_id=None)
        seating.watch(session, DUE - timedelta(seconds=1))
        assert {seat.state for seat in seats(session, number)} == {"accepted", "offered"}
        with pytest.raises(Conflict):
            seating.accept(session, seats(session, number)[1], DUE, account_id=None)
    with unit_of_work() as session:
        seating.watch(session, DUE)
        states = [seat.state for seat in seats(session, number)]
        assert (states.count("accepted"), states.count("expired"), states.count("offered")) == (1, 7, 7)
        seating.watch(session, DUE)
        assert len(seats(session, number)) == 15
        assert all(seat.due_at > DUE + timedelta(days=14) for seat in seats(session, number) if seat.state == "offered")


def test_the_office_lasts_for_the_term_and_ends_with_the_seat(database):
    start = berlin_date(NOW) + timedelta(days=30)
    region, _clerk, number = make_draw(term_start=start, term_end=start + timedelta(days=100))
    with unit_of_work() as session:
        one, two = make_account(session).id, make_account(session).id
        first, second = seats(session, number)[:2]
        seating.accept(session, first, DRAWN, account_id=one)
        seating.accept(session, second, DRAWN, account_id=two)
        with pytest.raises(Conflict):
            seating.accept(session, seats(session, number)[2], DRAWN, account_id=one)
    with unit_of_work() as session:
        role = session.exec(select(Role).where(Role.account_id == one)).one()
        assert (role.region_id, role.name, berlin_date(role.since)) == (region, "council", start)
        end = role.until
        assert berlin_date(end) == start + timedelta(days=101)
        seating.resign(session, seats(session, number)[0], DRAWN + timedelta(days=40))
        assert session.exec(select(Role).where(Role.account_id == one)).one().until == DRAWN + timedelta(days=40)
    with unit_of_work() as session:
        seating.watch(session, end - timedelta(seconds=1))
        assert queries.seat_of_account(session, region, two) is not None
        seating.watch(session, end)
        assert {seat.state for seat in seats(session, number)} & set(seating.SITTING) == set()
        assert session.exec(select(func.count()).select_from(DrawPerson)).one() == 0
        assert session.exec(select(func.count()).select_from(CouncilSeat).where(CouncilSeat.account_id.is_not(None))).one() == 0


def test_the_list_is_deleted_after_its_last_day_but_not_whom_only_it_can_reach(database):
    _region, _clerk, number = make_draw(term_end=plan().term_start + timedelta(days=400))
    with unit_of_work() as session:
        account = make_account(session).id
        rows = seats(session, number)
        seating.accept(session, rows[0], DRAWN, account_id=account)
        for row in rows[1:]:
            seating.accept(session, row, DRAWN, account_id=None)
        last = session.get_one(Draw, number).list_until
        assert last == berlin_date(DRAWN) + timedelta(days=180)
    noon = DRAWN + timedelta(days=180)
    with unit_of_work() as session:
        seating.watch(session, noon)
        assert session.exec(select(func.count()).select_from(DrawPerson)).one() == 60
        seating.watch(session, noon + timedelta(days=1))
        assert session.exec(select(func.count()).select_from(DrawPerson)).one() == 7
        assert session.get_one(Draw, number).list_deleted_at is not None
        seating.resign(session, seats(session, number)[0], noon + timedelta(days=2))
        assert len(seats(session, number)) == 8, "nobody follows without a list"


def test_an_erased_account_leaves_the_seat_and_somebody_follows(database):
    region, _clerk, number = make_draw()
    with unit_of_work() as session:
        account = make_account(session).id
        seat = seats(session, number)[0]
        drawn = session.get_one(DrawPerson, seat.person_id)
        kept, code = (drawn.pseudonym, dict(drawn.values), drawn.household), seating.code_of(drawn)
        seating.accept(session, seat, DRAWN, account_id=account, name="Anna")
        erase(session, account, DRAWN)
        session.flush()
        session.refresh(drawn)
        named = (drawn.given_id, drawn.given_name, drawn.family_name, drawn.street, drawn.postcode, drawn.town, drawn.email)
        assert set(named) == {""}
        assert (drawn.pseudonym, drawn.values, drawn.household) == kept, "the published hash of the pool holds over them"
        assert seating.code_of(drawn) != code
        assert queries.seat_of_account(session, region, account) is None
        assert [seat.state for seat in seats(session, number)].count("offered") == 8
        assert "Anna" not in {seat.display_name for seat in seats(session, number)}


def test_nobody_follows_where_nobody_fits(database):
    people = people_csv(60).decode().splitlines()
    only = [people[0], *(line for line in people[1:] if ";weiblich;" in line)][:9]
    _region, _clerk, number = make_draw(people="\n".join(only).encode(), households=False)
    leave(number, seating.decline)
    with reading() as session:
        steps = queries.replacements(session, number)
        assert [(step.joins, step.candidates) for step, _at in steps] == [(None, ())]
        assert len(replacement.verify(queries.file_of(session, number, "protocol"), queries.replacement_file(session, number))) == 7
