"""Pages of comments: every thread exactly once in every order, deep links, and the same work for 10,000 as for 200."""

import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text
from sqlmodel import Session

from beteiligung import db
from beteiligung.errors import NotFound
from beteiligung.participation import ordering, queries
from beteiligung.participation.models import STANCES, Comment
from beteiligung.participation.ordering import ORDERS, wilson
from support import NOW, make_account, make_commitment, statements


def fill(specs, replies=()):
    """Add threads from (stance, helpful, not helpful) and replies from (place of the thread, number); return both ids."""
    with db.unit_of_work() as session:
        place = make_commitment(session).id
        author = make_account(session, display_name="Anke R.").id
        make_account(session)
        base = {"commitment_id": place, "author_id": author, "text": "Ein Satz.", "created_at": NOW, "official": False, "additions": []}
        rows = [
            {**base, "stance": stance, "helpful": up, "not_helpful": down, "score": wilson(up, down), "reply_count": 0}
            for stance, up, down in specs
        ]
        if rows:
            session.execute(insert(Comment), rows)
        ids = [row[0] for row in session.execute(text("SELECT id FROM comment ORDER BY id"))]
        for thread, number in replies:
            answers = [{**base, "parent_id": ids[thread], "reply_number": n + 1, "text": f"Antwort {n + 1}"} for n in range(number)]
            session.execute(insert(Comment), answers)
            session.execute(text(f"UPDATE comment SET reply_count = {number} WHERE id = {ids[thread]}"))
    return place, ids


def expected(order, specs, ids):
    """The whole order, told in the simplest way."""
    threads = [(stance, wilson(up, down), number) for (stance, up, down), number in zip(specs, ids, strict=True)]
    if order == "newest":
        return [number for *_, number in reversed(threads)]
    if order == "oldest":
        return [number for *_, number in threads]
    best = sorted(threads, key=lambda thread: thread[1:], reverse=True)
    if order == "helpful":
        return [number for *_, number in best]
    sides = [[number for stance, _, number in best if stance == side] for side in ("for", "against", "question", None)]
    turns = []
    for turn in range(max(len(sides[0]), len(sides[1]))):
        turns += sides[0][turn : turn + 1] + sides[1][turn : turn + 1]
    return turns + sides[2] + sides[3]


def page(place, order, after=None, around=None, limit=20):
    with db.reading() as session:
        return queries.comment_page(session, place, order, after, around, limit)


def ids_of(one):
    return [view.id for view in one.threads]


specs = st.lists(st.tuples(st.sampled_from([*STANCES, None]), st.integers(0, 3), st.integers(0, 2)), max_size=45)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(specs=specs, limit=st.integers(1, 9), chosen=st.randoms(use_true_random=False))
def test_every_thread_exactly_once_in_every_order(database, specs, limit, chosen):
    database.reset()
    place, ids = fill(specs)
    for order in ORDERS:
        wanted = expected(order, specs, ids)
        seen, pages, cursor = [], [], None
        while True:
            one = page(place, order, cursor, limit=limit)
            assert one.first_number == (len(seen) + 1 if wanted else None)
            pages.append(one)
            seen += ids_of(one)
            cursor = one.next_cursor
            if cursor is None:
                break
        assert seen == wanted
        assert pages[0].previous_cursor is None
        for before, here in zip(reversed(pages[:-1]), reversed(pages[1:]), strict=True):
            back = page(place, order, here.previous_cursor, limit=limit)
            assert (ids_of(back), back.first_number) == (ids_of(before), before.first_number)
            assert page(place, order, back.next_cursor, limit=limit) == here
        for target in chosen.sample(ids, min(2, len(ids))):
            one = page(place, order, around=target, limit=limit)
            assert ids_of(one)[0] == target == one.target_id
            behind, cursor = ids_of(one), one.next_cursor
            while cursor:
                further = page(place, order, cursor, limit=limit)
                behind += ids_of(further)
                cursor = further.next_cursor
            ahead, cursor = [], one.previous_cursor
            while cursor:
                earlier = page(place, order, cursor, limit=limit)
                assert earlier.threads
                ahead = ids_of(earlier) + ahead
                cursor = earlier.previous_cursor
            assert sorted(ahead + behind) == sorted(ids), "forward and backward from a deep link: everything, once"
            if order != "sides":
                assert ahead + behind == wanted


def test_first_replies_and_authors_come_in_the_same_statement(database):
    place, ids = fill([("for", 1, 0)] * 30, replies=[(29, 5), (28, 2)])
    with db.reading() as session:
        for order in ORDERS:
            with statements() as seen:
                one = queries.comment_page(session, place, order)
            assert len(seen) == 1, order
            assert len(one.threads) == 20
        with statements() as seen:
            one = queries.comment_page(session, place, "newest", around=ids[29])
        assert len(seen) == 2
    first, second, third = one.threads[:3]
    assert [reply.text for reply in first.replies] == ["Antwort 1", "Antwort 2", "Antwort 3"]
    assert (first.earlier, first.later, second.later, third.later, first.author_name) == (0, 2, 0, 0, "Anke R.")
    assert (first.commitment_id, first.reply_count, first.created_at) == (place, 5, NOW)


def test_a_linked_reply_is_on_its_page(database):
    place, ids = fill([("for", n, 0) for n in range(50)], replies=[(3, 120)])
    with db.reading() as session:
        replies = [row[0] for row in session.execute(text("SELECT id FROM comment WHERE parent_id IS NOT NULL ORDER BY reply_number"))]
    for number in (1, 3, 4, 60, 120):
        one = page(place, "helpful", around=replies[number - 1])
        assert one.threads[0].id == ids[3]
        assert replies[number - 1] in [reply.id for reply in one.threads[0].replies]
        assert one.threads[0].earlier + len(one.threads[0].replies) + one.threads[0].later == 120
    for nobody in (10**6, -1):
        assert page(place, "helpful", around=nobody) == page(place, "helpful")


def test_a_thread_has_fifty_replies_a_page(database):
    _place, ids = fill([("for", 0, 0)], replies=[(0, 120)])
    with db.reading() as session:
        with statements() as seen:
            one = queries.thread(session, ids[0])
        assert len(seen) == 1
        numbers = [reply.reply_number for reply in one.thread.replies]
        assert (numbers, one.next_after, one.previous_after) == (list(range(1, 51)), 50, None)
        last = queries.thread(session, ids[0], 100)
        assert ([reply.reply_number for reply in last.thread.replies][-1], last.next_after, last.previous_after) == (120, None, 50)
        linked = queries.thread(session, one.thread.replies[-1].id + 1)  # the 51st
        assert (linked.thread.id, linked.thread.replies[0].reply_number, linked.previous_after) == (ids[0], 51, 0)
        assert queries.thread(session, ids[0], 10**12).thread.replies == ()
        with pytest.raises(NotFound):
            queries.thread(session, 10**6)


BROKEN = ["", "x", "é", "%%%", "W10", "bnVsbA", "e30", "WyJoZWxwZnVsIiwwLFtbMSwiYSIsMV1dLFswXV0", "A" * 5000]


@pytest.mark.parametrize("cursor", BROKEN)
def test_a_broken_cursor_is_the_first_page(database, cursor):
    place, _ids = fill([("for", 1, 0)] * 3)
    for order in ORDERS:
        assert page(place, order, cursor) == page(place, order)


@given(st.text() | st.builds(lambda value: __import__("base64").urlsafe_b64encode(json.dumps(value).encode()).decode(), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(ORDERS), lambda inner: st.lists(inner, max_size=4)
)))  # fmt: skip
def test_no_cursor_breaks_the_reader(typed):
    for order in ORDERS:
        cursor = ordering.decode(typed, order)
        assert ordering.decode(cursor.encode(), order) == cursor


def test_a_cursor_of_another_order_is_the_first_page(database):
    place, _ids = fill([("for", 1, 0)] * 30)
    assert page(place, "oldest", page(place, "newest").next_cursor) == page(place, "oldest")


def test_a_page_before_threads_that_have_gone_is_the_first_page(database):
    place, _ids = fill([("for", 1, 0)] * 3)
    gone = ordering.Cursor("newest", (ordering.Bound(True, 0.0, 10**6),), (20,), backward=True)
    assert ids_of(page(place, "newest", gone.encode())) == ids_of(page(place, "newest"))


def _many(number):
    chance = random.Random(number)
    return [(chance.choice([*STANCES, None]), chance.randrange(40), chance.randrange(20)) for _ in range(number)]


def _work(database, place, ids):
    """Return order → how much the database reads for a first page, a page in the middle and a deep link."""
    with db.unit_of_work() as session:
        session.execute(text("ANALYZE"))
    middle = ids[len(ids) // 2]
    work = {}
    for order in ORDERS:
        cursors = [ordering.start(order), ordering.decode(page(place, order, around=middle).next_cursor, order)]
        for name, cursor in zip(("first", "middle"), cursors, strict=True):
            statement = queries._page_statement(place, cursor, 20, None)
            work[order, name] = (_blocks if database.name == "postgresql" else _steps)(statement)
    return work


def _blocks(statement):
    """Blocks that PostgreSQL touches; no plan may read the whole table."""
    with Session(db.engine()) as session:
        sql = str(statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
        (plan,) = session.connection().exec_driver_sql("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql.replace("%", "%%")).scalars()
        if session.execute(text("SELECT count(*) FROM comment")).scalar_one() > 5000:  # a small table is read whole, and rightly
            assert '"comment"' not in _sequential(plan[0]["Plan"]), plan
        return plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"]


def _sequential(node):
    own = json.dumps({"Relation Name": node.get("Relation Name")}) if node["Node Type"] == "Seq Scan" else ""
    return own + "".join(_sequential(child) for child in node.get("Plans", []))


def _steps(statement):
    """Hundreds of SQLite's machine steps; no plan may scan comments."""
    with Session(db.engine()) as session:
        sql = str(statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
        connection = session.connection()
        plan = "\n".join(str(row) for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + sql).all())
        assert "SCAN comment" not in plan, plan
        raw = connection.connection.driver_connection
        count = [0]

        def step():
            count[0] += 1
            return 0

        raw.set_progress_handler(step, 100)
        try:
            connection.exec_driver_sql(sql).all()
        finally:
            raw.set_progress_handler(None, 100)
        return count[0]


def test_ten_thousand_threads_cost_as_much_as_a_thousand(database):
    works = []
    for number in (1000, 10_000):
        database.reset()
        place, ids = fill(_many(number), replies=[(n, 4) for n in range(0, 200, 10)])
        works.append(_work(database, place, ids))
    small, large = works
    for key, cost in large.items():
        assert cost <= max(small[key] * 1.3, 150), (key, small[key], cost)


def test_ten_thousand_replies_cost_as_much_as_two_hundred(database):
    taken = []
    for number in (200, 10_000):
        database.reset()
        place, ids = fill([("for", 1, 0)] * 3, replies=[(0, number)])
        with db.unit_of_work() as session:
            session.execute(text("ANALYZE"))
        statement = queries._page_statement(place, ordering.start("helpful"), 20, None)
        taken.append((_blocks if database.name == "postgresql" else _steps)(statement))
        with db.reading() as session:
            assert len(queries.thread(session, ids[0], number - 50).thread.replies) == 50
    assert taken[1] <= max(taken[0] * 1.3, 50), taken
