"""Reports, the draw, decisions, provisional hiding, objections, and what runs out by the clock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import func, select

from beteiligung import db
from beteiligung.catalogue.models import Commitment
from beteiligung.errors import Conflict, Forbidden, Invalid
from beteiligung.jobs import OutboxEntry
from beteiligung.moderation import cases, log, service
from beteiligung.moderation.models import Appeal, Case, Decision, Flag, LogEntry, Outcome, Seat
from beteiligung.moderation.service import Report
from beteiligung.participation import comments
from beteiligung.participation.models import Comment, Pause
from beteiligung.participation.recount import recount_comments
from moderation.scene import FACTS, HOUR, make_scene
from participation.people import participant
from support import NOW


@pytest.fixture
def scene(database):
    return make_scene()


def count(model):
    with db.reading() as session:
        return session.exec(select(func.count()).select_from(model)).one()


def told(kind):
    with db.reading() as session:
        return [row.args for row in session.exec(select(OutboxEntry)).all() if row.args.get("kind") == kind]


def watch(now):
    with db.unit_of_work() as session:
        cases.watch(session, now)


def outcome_of(case_id):
    with db.reading() as session:
        return session.get(Outcome, case_id)


def changes(scene):
    with db.reading() as session:
        return session.get_one(Commitment, scene.commitment_id).changes


def test_reports_of_one_comment_are_one_case_and_one_each(scene):
    case_id = scene.report()
    assert scene.report() == case_id
    assert scene.report(scene.second_reporter, ground="insult") == case_id
    assert (count(Case), count(Flag)) == (1, 2)
    assert len(told("receipt")) == 2


def test_two_are_drawn_and_neither_is_author_or_reporter(scene):
    for member in scene.members[:7]:
        case_id = scene.report(member)
    drawn = scene.seated(case_id)
    assert len(drawn) == 2
    assert set(drawn) <= set(scene.members[7:])


def test_two_that_agree_hide_the_comment_leave_a_trace_and_the_reply(scene):
    case_id, before = scene.report(), changes(scene)
    first, second = scene.seated(case_id)
    assert scene.decide(case_id, first) is None
    assert scene.comment().hidden_at is None
    outcome = scene.decide(case_id, second)
    assert (outcome.measure, outcome.deciders, outcome.unanimous, outcome.body) == ("hide", 2, True, "council")
    comment = scene.comment()
    assert comment.hidden_at == NOW
    assert comment.hidden_reason.startswith("Greift eine Person an (Regel 1: Zur Sache). Entschieden hat der Bürgerrat")
    assert changes(scene) > before
    with db.reading() as session:
        assert session.get_one(Comment, scene.reply_id).hidden_at is None
        assert recount_comments(session) == []
    assert [row["id"] for row in told("statement")] == [case_id]
    assert len(told("outcome")) == 1
    with pytest.raises(Conflict):
        scene.decide(case_id, first)


def test_a_statement_has_every_field(scene):
    case_id = scene.report()
    scene.decide_all(case_id, "hide")
    outcome = outcome_of(case_id)
    assert outcome.facts == FACTS
    assert "auf Dauer" in outcome.scope
    assert "21. Mai 2027" in outcome.redress or "23. Mai 2027" in outcome.redress
    assert not outcome.automated_detection
    assert not outcome.automated_decision


@pytest.mark.parametrize("field", ["facts", "redress", "scope", "ground"])
def test_no_outcome_without_its_reasons(scene, field):
    case_id = scene.report()
    said = {"facts": FACTS, "redress": "Widerspruch", "scope": "dieser Kommentar", "ground": "rule_1", field: ""}
    with pytest.raises(IntegrityError), db.unit_of_work() as session:
        session.add(
            Outcome(case_id=case_id, measure="hide", source="reports", body="council", deciders=2, unanimous=True, decided_at=NOW, **said)
        )


def test_nobody_decides_alone_in_the_database_either(scene):
    case_id = scene.report()
    with pytest.raises(IntegrityError), db.unit_of_work() as session:
        session.add(
            Outcome(case_id=case_id, measure="hide", scope="x", facts="x", ground="rule_1", source="reports", redress="x",
                    body="council", deciders=1, unanimous=True, decided_at=NOW)
        )  # fmt: skip


def test_a_third_is_drawn_where_two_differ(scene):
    case_id = scene.report()
    first, second = scene.seated(case_id)
    scene.decide(case_id, first, "hide")
    assert scene.decide(case_id, second, "none") is None
    (third,) = scene.seated(case_id)
    assert third not in (first, second)
    outcome = scene.decide(case_id, third, "none")
    assert (outcome.measure, outcome.deciders, outcome.unanimous) == ("none", 3, False)
    assert scene.comment().hidden_at is None
    assert told("statement") == []


def test_a_part_is_hidden_and_comes_back_on_appeal(scene):
    case_id, whole = scene.report(), scene.comment().text
    scene.decide_all(case_id, "part", passage="Du bist faul und dumm.")
    comment = scene.comment()
    assert comment.text == "Wer hier wohnt, ist selbst schuld. […]"
    assert comment.hidden_at is None
    assert comment.hidden_reason
    new_case = appeal(scene, case_id)
    scene.decide_all(new_case, "none")
    assert (scene.comment().text, scene.comment().hidden_reason) == (whole, None)


def test_words_that_are_not_there_cannot_be_hidden(scene):
    case_id = scene.report()
    with pytest.raises(Invalid) as error:
        scene.decide(case_id, scene.seated(case_id)[0], "part", passage="Das steht hier nicht")
    assert set(error.value.fields) == {"passage"}


def test_a_closed_thread_takes_no_reply_and_a_paused_account_writes_nothing(scene):
    case_id = scene.report()
    scene.decide_all(case_id, "pause", days=7)
    with pytest.raises(Forbidden, match="pausiert"), db.unit_of_work() as session:
        comments.write_comment(session, participant(scene.author), scene.commitment_id, "Ich wieder.", None, NOW + HOUR)
    with db.unit_of_work() as session:
        comments.write_comment(session, participant(scene.author), scene.commitment_id, "Ich wieder.", None, NOW + timedelta(days=8))
        comments.write_comment(session, participant(scene.reporter), scene.commitment_id, "Und ich.", None, NOW + HOUR)
    new_case = appeal(scene, case_id)
    scene.decide_all(new_case, "close")
    assert count(Pause) == 0
    with pytest.raises(Conflict, match="beendet"), db.unit_of_work() as session:
        comments.write_comment(session, participant(scene.reporter), scene.commitment_id, "Doch.", None, NOW + HOUR, scene.reply_id)


def appeal(scene, case_id, now=NOW + HOUR, account_id=None):
    with db.unit_of_work() as session:
        return service.appeal(session, case_id, "Das war doch nur ein Scherz.", now, account_id=account_id or scene.author).new_case_id


def test_an_appeal_goes_to_three_others_and_is_final(scene):
    case_id = scene.report()
    first = scene.decide_all(case_id, "hide")
    new_case = appeal(scene, case_id)
    others = scene.seated(new_case)
    assert len(others) == 3
    assert not set(others) & set(first)
    scene.decide(new_case, others[0], "none", now=NOW + HOUR)
    assert scene.decide(new_case, others[1], "none", now=NOW + HOUR) is None
    assert scene.comment().hidden_at is not None
    outcome = scene.decide(new_case, others[2], "hide", now=NOW + HOUR)
    assert (outcome.measure, outcome.deciders) == ("none", 3)
    assert scene.comment().hidden_at is None
    assert {row["id"] for row in told("statement")} == {case_id, new_case}
    assert [row["case"] for row in told("outcome")] == [case_id, new_case]
    with pytest.raises(Forbidden):
        appeal(scene, new_case)
    with pytest.raises(Conflict):
        appeal(scene, case_id)


def test_an_appeal_has_six_months_and_only_parties_make_one(scene):
    case_id = scene.report()
    scene.decide_all(case_id, "hide")
    with pytest.raises(Forbidden, match="Frist"):
        appeal(scene, case_id, NOW + timedelta(days=184))
    with pytest.raises(Forbidden, match="Widersprechen können"):
        appeal(scene, case_id, account_id=scene.second_reporter)
    assert appeal(scene, case_id, NOW + timedelta(days=182), scene.reporter)
    assert count(Appeal) == 1


def test_time_runs_out_after_48_hours_and_others_are_drawn(scene):
    case_id = scene.report()
    drawn = scene.seated(case_id)
    watch(NOW + timedelta(hours=47, minutes=59))
    assert scene.seated(case_id) == drawn
    late = NOW + timedelta(hours=48)
    with pytest.raises(Forbidden, match="nicht mehr bei Ihnen"):
        scene.decide(case_id, drawn[0], now=late)
    watch(late)
    anew = scene.seated(case_id)
    assert len(anew) == 2
    assert not set(anew) & set(drawn)


def test_a_case_handed_back_goes_to_somebody_else(scene):
    case_id = scene.report()
    first, second = scene.seated(case_id)
    with db.unit_of_work() as session:
        service.hand_back(session, scene.person(first), case_id, NOW)
    anew = scene.seated(case_id)
    assert first not in anew
    assert second in anew
    assert len(anew) == 2


def test_only_who_has_time_and_is_introduced_is_drawn(scene):
    with db.unit_of_work() as session:
        for number, member in enumerate(scene.members):
            service.set_days(session, member, scene.region_id, "5" if number < 3 else "2")  # NOW is a Saturday
    assert set(scene.seated(scene.report())) <= set(scene.members[:3])


def test_clerks_decide_until_eight_are_seated_and_the_council_reviews(database):
    scene = make_scene(members=7)
    case_id = scene.report()
    assert set(scene.seated(case_id)) <= set(scene.clerks)
    scene.decide_all(case_id, "hide")
    assert outcome_of(case_id).body == "clerks"
    assert "bis es einen Bürgerrat gibt" in scene.comment().hidden_reason
    watch(NOW + HOUR)
    assert count(Case) == 1
    with db.unit_of_work() as session:
        from beteiligung.places.models import Region
        from support import make_account

        scene.members.append(make_account(session, council_of=session.get_one(Region, scene.region_id)).id)
    watch(NOW + HOUR)
    with db.reading() as session:
        review = session.exec(select(Case).where(Case.stage == "review")).one()
    assert set(scene.seated(review.id)) <= set(scene.members)
    watch(NOW + 2 * HOUR)
    assert count(Case) == 2
    scene.decide_all(review.id, "none", now=NOW + HOUR)
    assert scene.comment().hidden_at is None


def test_what_a_clerk_hides_stays_hidden_until_decided_and_goes_to_the_legal_office(scene):
    clerk = scene.clerks[0]
    with pytest.raises(Forbidden), db.unit_of_work() as session:
        service.hide_provisionally(session, scene.person(clerk), scene.comment_id, "rule_1", FACTS, NOW)
    with db.unit_of_work() as session:
        case_id = service.hide_provisionally(session, scene.person(clerk), scene.comment_id, "incitement", FACTS, NOW).id
    assert "Vorläufig ausgeblendet" in scene.comment().hidden_reason
    assert len(told("provisional")) == 1
    watch(NOW + timedelta(hours=71))
    assert told("escalated") == []
    for later in (72, 73):
        watch(NOW + timedelta(hours=later))
        assert len(told("escalated")) == 1
    assert scene.comment().hidden_at is not None
    now = NOW + timedelta(hours=74)
    scene.decide_all(case_id, "none", now=now)
    assert scene.comment().hidden_at is None
    assert [row["id"] for row in told("statement")] == [case_id]
    assert outcome_of(case_id).source == "office"


def test_a_withdrawn_comment_ends_its_case_without_a_decision(scene):
    case_id = scene.report()
    with db.unit_of_work() as session:
        comments.withdraw_comment(session, participant(scene.author), scene.comment_id, NOW)
    watch(NOW + HOUR)
    assert scene.seated(case_id) == []
    assert outcome_of(case_id) is None
    assert len(told("withdrawn")) == 1


def test_without_an_account_only_the_law_and_with_name_and_mail(scene):
    def report(ground, **contact):
        with db.unit_of_work() as session:
            return service.flag(session, None, scene.comment_id, Report(ground, "Das ist verboten, weil …", **contact), NOW)

    with pytest.raises(Forbidden):
        report("rule_1")
    with pytest.raises(Invalid) as error:
        report("insult")
    assert set(error.value.fields) == {"name", "email"}
    assert report("minors").email is None
    assert told("receipt") == []
    row = report("insult", name="Eva Muster", email="Eva@Example.org")
    assert (row.name, row.email) == ("Eva Muster", "eva@example.org")
    assert len(told("receipt")) == 1
    assert report("insult", name="Eva Muster", email="eva@example.org").id == row.id


def test_two_in_the_same_second_leave_one_decision_each_and_one_outcome(scene):
    case_id = scene.report()
    people = scene.seated(case_id) * 3

    def work(account_id):
        try:
            scene.decide(case_id, account_id)
        except (Conflict, Forbidden):
            return 0
        return 1

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(work, people))
    assert sum(done) == 2
    assert (count(Decision), count(Outcome)) == (2, 1)


def test_reports_at_the_same_time_open_one_case(scene):
    with ThreadPoolExecutor(6) as pool:
        numbers = set(pool.map(scene.report, [scene.reporter, scene.second_reporter, *scene.members[:4]]))
    assert len(numbers) == 1
    assert (count(Case), count(Flag)) == (1, 6)
    assert len(scene.seated(numbers.pop())) == 2


def test_the_log_tells_no_person_and_its_chain_finds_every_alteration(scene):
    case_id = scene.report()
    scene.decide_all(case_id, "hide")
    with db.unit_of_work() as session:
        assert log.link_new(session, NOW) == 2
    with db.reading() as session:
        assert log.verify(session) == []
        reported, decided = session.exec(select(LogEntry).order_by(LogEntry.id)).all()
        assert reported.facts == {"stage": "first", "body": "council", "ground": "rule_1", "law": False, "account": True}
        assert set(decided.facts) == {
            "stage", "body", "measure", "ground", "law", "deciders", "unanimous", "source", "hours", "days", "automated", "changed",
        }  # fmt: skip
    with db.unit_of_work() as session:
        line = session.exec(select(LogEntry).where(LogEntry.act == "decided")).one()
        line.facts = {**line.facts, "measure": "none"}
        session.add(line)
    with db.reading() as session:
        assert len(log.verify(session)) == 1


def test_seats_are_all_ended_once_decided(scene):
    case_id = scene.report()
    scene.decide_all(case_id)
    with db.reading() as session:
        assert {row.end for row in session.exec(select(Seat).where(Seat.case_id == case_id)).all()} == {"decided"}
