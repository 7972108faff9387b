"""Eight writers at once: no vote, number or counter is lost, on a file and on PostgreSQL."""

import random
from concurrent.futures import ThreadPoolExecutor

from sqlmodel import func, select

from beteiligung import db
from beteiligung.participation import comments, recount, service
from beteiligung.participation.models import CHOICES, Comment, Vote
from participation.people import participant
from support import NOW, make_account, make_commitment, make_document, make_region

WRITERS = 8


def in_parallel(work):
    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(work, number) for number in range(WRITERS)]:
            done.result()


def no_differences():
    with db.reading() as session:
        return [*recount.recount(session), *recount.recount_comments(session)] == []


def test_votes_moves_and_erasures_in_parallel(database):
    with db.unit_of_work() as session:
        region = make_region(session)
        document = make_document(session, region)
        places = [make_commitment(session, document).id for _ in range(3)]

    def work(number):
        chance = random.Random(number)
        for step in range(40):
            account = chance.randrange(30)  # people overlap: the same person acts in several threads
            with db.unit_of_work() as session:
                if step % 10 == 9:
                    service.move_standing(session, account, region.id, chance.choice(["confirmed", "unconfirmed"]), NOW)
                elif step % 17 == 16:
                    service.erase_votes(session, account, NOW)
                else:
                    me = participant(account, *chance.choice([[], [region.id]]))
                    service.cast_vote(session, me, chance.choice(places), chance.choice([*CHOICES, None]), NOW, 1)

    in_parallel(work)
    assert no_differences()


def test_the_same_person_votes_eight_times_at_once(database):
    with db.unit_of_work() as session:
        place = make_commitment(session).id

    def work(number):
        with db.unit_of_work() as session:
            service.cast_vote(session, participant(1), place, CHOICES[number % 3], NOW, 1)

    in_parallel(work)
    assert no_differences()
    with db.reading() as session:
        assert session.exec(select(func.count()).select_from(Vote)).one() == 1


def test_comments_replies_marks_and_votes_in_parallel(database):
    with db.unit_of_work() as session:
        region = make_region(session)
        place = make_commitment(session, make_document(session, region)).id
        accounts = [make_account(session).id for _ in range(WRITERS)]
        clerk = make_account(session, clerk_of=region).id
        first = comments.write_comment(session, participant(accounts[0]), place, "Der erste Satz.", "question", NOW).id

    def work(number):
        chance = random.Random(number)
        me = participant(accounts[number])
        for step in range(12):
            with db.unit_of_work() as session:
                own = comments.write_comment(session, me, place, f"Satz {number}-{step}", None, NOW, parent_id=first if step % 2 else None)
            with db.unit_of_work() as session:
                if step % 5 == 4:
                    comments.withdraw_comment(session, me, own.id, NOW)
                elif step % 5 == 3:
                    comments.official_reply(session, clerk, own.id, f"Antwort {number}-{step}", NOW)
                elif number:
                    comments.mark_helpful(session, me, first, chance.choice([1, -1, 0]), NOW)
            with db.unit_of_work() as session:
                service.cast_vote(session, me, place, chance.choice(CHOICES), NOW, 1)
        if number == WRITERS - 1:
            with db.unit_of_work() as session:
                service.erase(session, accounts[number], NOW)

    in_parallel(work)
    assert no_differences()
    with db.reading() as session:
        thread = session.get_one(Comment, first)
        numbers = session.exec(select(Comment.reply_number).where(Comment.parent_id == first)).all()
        assert sorted(numbers) == list(range(1, thread.reply_count + 1))
        assert len(numbers) >= WRITERS * 6


def test_the_same_form_sent_eight_times_is_one_comment(database):
    with db.unit_of_work() as session:
        place = make_commitment(session).id
        me = participant(make_account(session))
    seen = set()

    def work(number):
        with db.unit_of_work() as session:
            seen.add(comments.write_comment(session, me, place, "Derselbe Satz.", None, NOW).id)

    in_parallel(work)
    assert len(seen) == 1
    assert no_differences()
