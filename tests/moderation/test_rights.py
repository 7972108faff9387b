"""What stays of a person in moderation after an erasure and after the period."""

from datetime import timedelta

from sqlmodel import select

from beteiligung.db import reading, unit_of_work
from beteiligung.identity.retention_rules import MODERATION_KEPT
from beteiligung.moderation import rights
from beteiligung.moderation.models import Case, Decision, Flag, Outcome, Seat
from moderation.scene import make_scene
from support import NOW


def test_words_about_an_erased_author_are_gone(database):
    scene = make_scene()
    case_id = scene.report()
    scene.decide_all(case_id)
    with unit_of_work() as session:
        rights.erase(session, scene.author, NOW)
        rights.erase(session, scene.reporter, NOW)
    with reading() as session:
        assert session.get_one(Outcome, case_id).facts == rights.GONE
        assert {row.facts for row in session.exec(select(Decision)).all()} == {rights.GONE}
        assert session.exec(select(Flag.text)).one() == ""


def test_after_the_period_nobody_is_named(database):
    scene = make_scene()
    case_id = scene.report()
    scene.decide_all(case_id)
    for days, named in ((-1, True), (0, False)):
        with unit_of_work() as session:
            rights.clean_up(session, NOW + MODERATION_KEPT + timedelta(days=days))
        with reading() as session:
            assert (session.exec(select(Flag.reporter_id)).one() is not None) == named
            assert all((row.account_id is not None) == named for row in session.exec(select(Seat)).all())


def test_example_people_leave_with_their_cases(database):
    scene = make_scene()
    first = scene.report()
    scene.decide_all(first)
    from beteiligung.moderation import service

    with unit_of_work() as session:
        service.appeal(session, first, "Das war ein Scherz unter Freunden.", NOW, account_id=scene.author)
    with unit_of_work() as session:
        rights.forget_examples(session, [scene.author, scene.reporter, *scene.members])
    with reading() as session:
        assert session.exec(select(Case)).all() == []
