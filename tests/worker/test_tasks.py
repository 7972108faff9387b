"""Every task run twice acts once; ended half-way it is done by the next one, without loss or doubling."""

import secrets
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session, func, select

from beteiligung import audit, i18n, jobs
from beteiligung.administration import printing
from beteiligung.administration import rights as administration
from beteiligung.catalogue import history, imports, similar, uploads, wordings
from beteiligung.catalogue.models import Candidate, Commitment, ImportPassage, ImportRun, Similar
from beteiligung.chain import ChainLink
from beteiligung.clock import berlin_date, utcnow
from beteiligung.council import recommendation_service, seating
from beteiligung.council import service as draws
from beteiligung.council.models import CouncilSeat, Draw, Replacement
from beteiligung.council.recommendation_models import Recommendation
from beteiligung.db import reading, unit_of_work
from beteiligung.exports import service as exports
from beteiligung.exports.models import ExportRun
from beteiligung.identity import logins, notices, residence, retention_rules, rights
from beteiligung.identity import service as identity
from beteiligung.identity.models import Account, Residence, SignIn
from beteiligung.identity.residence_models import PrintRun, SchoolCode
from beteiligung.identity.rights_models import Erasure, InactivityWarning
from beteiligung.insight import duplicates, snapshots, tone_learning, tone_reading, tone_results
from beteiligung.insight.duplicate_rules import Officer
from beteiligung.insight.snapshot_models import RegionPulse, RegionSnapshot
from beteiligung.insight.tone_models import CommentTone, ToneHead, ToneSample
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.moderation import cases
from beteiligung.moderation.models import Seat
from beteiligung.notifications import deliveries, digests, mail, preferences, push
from beteiligung.notifications import service as notifications
from beteiligung.notifications.kinds import Choice
from beteiligung.notifications.models import Delivery, Digest, MailSettings, Notification, PushDevice
from beteiligung.participation import comments, recount, service, standing
from beteiligung.participation.models import Vote
from beteiligung.participation.rules import Participant
from beteiligung.reporting import mending
from beteiligung.reporting import service as reports
from beteiligung.reporting.models import Report, ReportCorrection, ReportFile
from council.assembly import make_assembly
from council.draws import make_draw
from exports.scene import make_scene as make_exports
from insight import tone_scene
from moderation.scene import make_scene
from reporting import scene as report_scene
from support import make_account, make_commitment, make_document, make_region
from worker import tasks

THINGS = ("Haltestellen", "Radwege", "Spielplätze", "Bänke", "Brunnen", "Bäume", "Ladesäulen", "Werkstätten", "Bibliotheken", "Brücken")
PLACES = ("am Markt", "am Fluss", "im Norden", "im Süden", "an der Schule", "am Bahnhof")
NUMBER = len(THINGS) * len(PLACES)
PROGRAMME = "# Programm der Beispielliste\n\n" + "\n\n".join(
    f"## {thing} {place}\n\nWir wollen bis 20{30 + number} neue {thing} {place} bauen."
    for number, (thing, place) in enumerate((thing, place) for thing in THINGS for place in PLACES)
)


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


def entry_of(job: Job) -> int:
    with reading() as session:
        return session.exec(select(OutboxEntry.id).where(OutboxEntry.job == job.value).order_by(OutboxEntry.id.desc())).first()


def free(entry_id: int) -> None:
    """End the lease of a killed worker before its time."""
    with unit_of_work() as session:
        session.get_one(OutboxEntry, entry_id).leased_until = None


def count(model, *where) -> int:
    with reading() as session:
        return session.exec(select(func.count()).select_from(model).where(*where)).one()


def done(entry_id: int) -> bool:
    with reading() as session:
        entry = session.get(OutboxEntry, entry_id)
        return entry is None or entry.done_at is not None  # work on votes leaves no entry behind


def ask_for_sign_in(database) -> int:
    with unit_of_work() as session:
        identity.request_sign_in(session, "anna@example.org", "b" * 64, "/", utcnow())
    return entry_of(Job.SEND_SIGN_IN)


def tell_of_the_account(database) -> int:
    with unit_of_work() as session:
        notices.tell(session, make_account(session).id, "factor_reset", utcnow())
    return entry_of(Job.TELL_ACCOUNT)


def signed_in_in_english(database) -> int:
    with unit_of_work() as session, i18n.speaking("en"):
        logins.start(session, make_account(session), utcnow(), old_session=None, next_path="/")
    return entry_of(Job.KEEP_LANGUAGE)


def follow_and_comment(database) -> int:
    with unit_of_work() as session:
        region = make_region(session)
        commitment = make_commitment(session, make_document(session, region))
        follower, writer = make_account(session), make_account(session, confirmed_in=region)
        service.follow(session, follower.id, region.id, "commitment", commitment.slug, utcnow())
        participant = Participant(
            account_id=writer.id,
            is_staff_of_region=False,
            confirmed_region_ids=frozenset({region.id}),
            home_region_id=None,
            may_contribute=True,
        )
        comments.write_comment(session, participant, commitment.id, "Das finde ich gut.", "for", utcnow())
    return entry_of(Job.TELL_FOLLOWERS)


def upload_programme(database) -> int:
    upload = uploads.store_upload((PROGRAMME + secrets.token_hex(4)).encode(), "programm.md")
    with unit_of_work() as session:
        region = make_region(session)
        form = {
            "title": "Programm der Beispielliste",
            "kind": "election_programme",
            "author": "Beispielliste",
            "first_line": "Sie verspricht",
        }
        imports.create_run(session, region.id, upload, form, None, utcnow())
    return entry_of(Job.IMPORT_DOCUMENT)


def nothing_special(job: Job):
    def prepare(database) -> int:
        with unit_of_work() as session:
            document = make_document(session)
            for title in ("Radwege am Fluss bauen", "Radwege am Fluss beleuchten"):
                make_commitment(session, document, title=title)
            return jobs.enqueue(session, job, utcnow())

    return prepare


def something_in_office(database) -> int:
    with unit_of_work() as session:
        audit.record(session, "seed", "a", utcnow())
        return jobs.enqueue(session, Job.CHAIN_AUDIT, utcnow())


def ask_for_data(database) -> int:
    with unit_of_work() as session:
        rights.request_export(session, make_account(session).id, utcnow())
    return entry_of(Job.EXPORT_OWN_DATA)


def ask_to_be_erased(database) -> int:
    with unit_of_work() as session:
        rights.request_erasure(session, make_account(session).id, utcnow(), keep_comments=True, keep_votes=True)
    return entry_of(Job.SEND_RIGHTS_MAIL)


def due_to_be_erased(database) -> int:
    now = utcnow()
    with unit_of_work() as session:
        account = make_account(session).id
        choices = {"keep_comments": True, "keep_votes": True}
        wish = Erasure(account_id=account, nonce="n", requested_at=now, confirmed_at=now, due_at=now, **choices)
        session.add(wish)
        session.flush()
        return jobs.enqueue(session, Job.ERASE_ACCOUNT, now, id=wish.id)


def unused_account(database) -> int:
    now = utcnow()
    with unit_of_work() as session:
        make_account(session, created_at=now - retention_rules.FIRST_WARNING)
        return jobs.enqueue(session, Job.WATCH_DEADLINES, now)


def confirm_residence(database) -> int:
    """Ten people vote unconfirmed; one of them is confirmed then."""
    with unit_of_work() as session:
        region = make_region(session)
        commitment = make_commitment(session, make_document(session, region)).id
        people = [make_account(session).id for _ in range(10)]
        for person in people:
            voter = Participant(person, False, frozenset(), None, True)
            service.cast_vote(session, voter, commitment, "for", utcnow(), 1)
        same = residence.fingerprint(region.id, "Anna", "Schmidt", date(1985, 4, 3))
        residence.confirm(session, people[0], region.id, channel="counter", fingerprint=same, now=utcnow())
    return entry_of(Job.MOVE_VOTES)


def lapsed_residence(database) -> int:
    now = utcnow()
    with unit_of_work() as session:
        region = make_region(session)
        for days in (0, 10, 400):
            person = make_account(session).id
            until = now + timedelta(days=days)
            session.add(Residence(account_id=person, region_id=region.id, confirmed_at=now - timedelta(days=1), until=until))
        return jobs.enqueue(session, Job.LAPSE_RESIDENCES, now)


def order_cards(database) -> int:
    now = utcnow()
    with unit_of_work() as session:
        region, clerk = make_region(session), make_account(session)
        printing.order(session, clerk.id, region.id, "cards", 3, "9b", {"ends_on": berlin_date(now).isoformat()}, now)
    return entry_of(Job.PRINT_CODES)


def report_a_comment(database) -> int:
    scene = make_scene()
    scene.report(now=utcnow())
    return entry_of(Job.TELL_MODERATION)


def case_run_out(database) -> int:
    scene = make_scene()
    scene.report(now=utcnow() - timedelta(days=3))
    with unit_of_work() as session:
        return jobs.enqueue(session, Job.WATCH_CASES, utcnow())


def figures_to_freeze(database) -> int:
    with unit_of_work() as session:
        region = make_region(session)
        commitment = make_commitment(session, make_document(session, region)).id
        for _ in range(6):
            voter = Participant(make_account(session, confirmed_in=region).id, False, frozenset({region.id}), None, True)
            service.cast_vote(session, voter, commitment, "for", utcnow(), 1)
        return jobs.enqueue(session, Job.SNAPSHOT_REGION, utcnow(), id=region.id)


def vote_run_out(database) -> int:
    assembly, then = make_assembly(), utcnow() - timedelta(days=8)
    number = assembly.draft(now=then)
    assembly.do("open_vote", assembly.members[0], number, 1, now=then)
    assembly.vote(number, {"for": 5}, now=then)
    with unit_of_work() as session:
        return jobs.enqueue(session, Job.WATCH_RECOMMENDATIONS, utcnow())


def draw_to_compute(database) -> int:
    make_draw("computing", utcnow())
    return entry_of(Job.COMPUTE_DRAW)


def somebody_drawn(database) -> int:
    make_draw(now=utcnow() - timedelta(days=2))
    return entry_of(Job.TELL_DRAWN)


def offers_run_out(database) -> int:
    make_draw(now=utcnow() - timedelta(days=20))
    with unit_of_work() as session:
        return jobs.enqueue(session, Job.WATCH_COUNCIL, utcnow())


def second_account(database) -> int:
    with unit_of_work() as session:
        region = make_region(session)
        commitment = make_commitment(session, make_document(session, region)).id
        twin = make_account(session, confirmed_in=region)
        service.cast_vote(session, Participant(twin.id, False, frozenset({region.id}), None, True), commitment, "for", utcnow(), 1)
        first, second = (Officer(make_account(session).id, f"amt{n}@example.org", True, False) for n in range(2))
        case = duplicates.propose(session, region.id, first, twin.email, "Am Schalter selbst gesagt.", utcnow())
        duplicates.decide(session, region.id, case.id, second, utcnow(), confirm=True)
    return entry_of(Job.REMOVE_VOTES)


def differences() -> int:
    with reading() as session:
        return len(recount.recount(session))


def somebody_awake(session, **wishes: str) -> int:
    """Return somebody without quiet hours who wants news as told."""
    account = make_account(session, active_on=utcnow()).id
    session.add(MailSettings(account_id=account, quiet_from=0, quiet_until=0))
    preferences.save(session, account, {kind: Choice(mail) for kind, mail in wishes.items()})
    return account


def news_of_yesterday(database, mail_wish: str, now: datetime) -> None:
    with unit_of_work() as session:
        account = somebody_awake(session, answer=mail_wish)
        words = {"title": "Radweg am Fluss"}
        notifications.write(session, [account], event="entry:1", sentence="answer", words=words, path="/x", now=now, thread="k/r")


def news_at_once(database) -> int:
    news_of_yesterday(database, "at_once", utcnow())
    return entry_of(Job.DELIVER_MAIL)


def news_for_a_device(database) -> int:
    """Without our key nothing leaves; test_push.py has push services."""
    from beteiligung.settings import settings

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BETEILIGUNG_PUSH_KEY", push.new_key())
        settings.cache_clear()
        with unit_of_work() as session:
            account = somebody_awake(session)
            session.add(
                PushDevice(account_id=account, endpoint="https://localhost/x", p256dh="", auth="", wants="all", created_at=utcnow())
            )
            session.flush()
            notifications.write(session, [account], event="entry:1", sentence="answer", words={"title": "Radweg"}, path="/x", now=utcnow())
    settings.cache_clear()
    return entry_of(Job.DELIVER_PUSH)


def news_to_gather(database) -> int:
    news_of_yesterday(database, "daily", utcnow() - timedelta(days=2))
    with unit_of_work() as session:
        return jobs.enqueue(session, Job.MAKE_DIGESTS, utcnow())


def news_gathered(database) -> int:
    tasks.perform(Job.MAKE_DIGESTS, news_to_gather(database))
    return entry_of(Job.SEND_DIGEST)


def order_export(database) -> int:
    scene = make_exports(comments=12)
    scene.order()
    return scene.entry()


def effects() -> dict[str, int]:
    from beteiligung.settings import settings

    return {
        "mails": len(list((settings().var / "mail").glob("*.eml"))),
        "news": count(Notification),
        "digests": count(Digest),
        "deliveries": count(Delivery),
        "sent": count(Delivery, Delivery.state == "sent"),
        "commitments": count(Commitment),
        "passages": count(ImportPassage),
        "candidates": count(Candidate),
        "similar": count(Similar),
        "links": count(ChainLink),
        "accounts": count(Account),
        "exports": len(list((settings().var / "exports").glob("*.zip"))),
        "office exports": count(ExportRun, ExportRun.state == "done"),
        "warnings": count(InactivityWarning),
        "confirmed votes": count(Vote, Vote.standing == "confirmed"),
        "residences": count(Residence),
        "cards": count(SchoolCode),
        "prints": count(PrintRun, PrintRun.state == "done"),
        "tallies that differ": differences(),
        "snapshots": count(RegionSnapshot),
        "pulses": count(RegionPulse),
        "tones": count(CommentTone, CommentTone.model != "older 1"),
        "samples done": count(ToneSample, ToneSample.state == "done"),
        "heads": count(ToneHead),
        "seats": count(Seat),
        "recommendations": count(Recommendation, Recommendation.state == "adopted"),
        "draws computed": count(Draw, Draw.state == "computed"),
        "places offered": count(CouncilSeat, CouncilSeat.state == "offered"),
        "replacements": count(Replacement),
        "reports": count(Report),
        "reports prepared": count(Report, Report.state == "prepared"),
        "report files": count(ReportFile),
        "corrections": count(ReportCorrection),
        "imports to review": count(ImportRun, ImportRun.state == "review"),
    }


CASES = {
    Job.SEND_SIGN_IN: ask_for_sign_in,
    Job.TELL_ACCOUNT: tell_of_the_account,
    Job.TELL_FOLLOWERS: follow_and_comment,
    Job.IMPORT_DOCUMENT: upload_programme,
    Job.FIND_SIMILAR: nothing_special(Job.FIND_SIMILAR),
    Job.RECOUNT_TALLIES: nothing_special(Job.RECOUNT_TALLIES),
    Job.READ_RETURNS: nothing_special(Job.READ_RETURNS),  # test_returns.py has mails
    Job.CLEAN_UP: nothing_special(Job.CLEAN_UP),
    Job.MOVE_VOTES: confirm_residence,
    Job.LAPSE_RESIDENCES: lapsed_residence,
    Job.PRINT_CODES: order_cards,
    Job.CHAIN_AUDIT: something_in_office,
    Job.EXPORT_OWN_DATA: ask_for_data,
    Job.MAKE_EXPORT: order_export,
    Job.SEND_RIGHTS_MAIL: ask_to_be_erased,
    Job.ERASE_ACCOUNT: due_to_be_erased,
    Job.KEEP_LANGUAGE: signed_in_in_english,
    Job.WATCH_DEADLINES: unused_account,
    Job.DELIVER_MAIL: news_at_once,
    Job.DELIVER_PUSH: news_for_a_device,
    Job.MAKE_DIGESTS: news_to_gather,
    Job.SEND_DIGEST: news_gathered,
    Job.TELL_MODERATION: report_a_comment,
    Job.WATCH_CASES: case_run_out,
    Job.COMPUTE_DRAW: draw_to_compute,
    Job.TELL_DRAWN: somebody_drawn,
    Job.WATCH_COUNCIL: offers_run_out,
    Job.WATCH_RECOMMENDATIONS: vote_run_out,
    Job.READ_TONE: tone_scene.comment_to_read,
    Job.READ_TONES: tone_scene.comments_to_read,
    Job.EVALUATE_SAMPLE: tone_scene.sample_to_evaluate,
    Job.LEARN_TONE: tone_scene.labels_to_learn_from,
    Job.TAKE_PULSE: nothing_special(Job.TAKE_PULSE),
    Job.SNAPSHOT_REGION: figures_to_freeze,
    Job.REMOVE_VOTES: second_account,
    Job.COMPUTE_REPORT: report_scene.report_to_compute,
    Job.BUILD_REPORT: report_scene.report_to_build,
    Job.MEND_QUOTES: report_scene.quote_to_mend,
    Job.DRAFT_REPORTS: report_scene.quarter_to_draft,
}


def test_every_job_is_here():
    assert set(CASES) == set(Job)


@pytest.mark.parametrize("job", CASES)
def test_a_task_run_twice_acts_once(database, job):
    entry = CASES[job](database)
    tasks.perform(job, entry)
    assert done(entry)
    after = effects()
    tasks.perform(job, entry)
    assert effects() == after


KILLED_AT = {
    Job.SEND_SIGN_IN: (mail, "send"),
    Job.TELL_ACCOUNT: (mail, "send"),
    Job.TELL_FOLLOWERS: (notifications, "tell"),
    Job.IMPORT_DOCUMENT: (imports, "complete"),
    Job.FIND_SIMILAR: (similar, "store"),
    Job.RECOUNT_TALLIES: (recount, "report_differences"),
    Job.CLEAN_UP: (identity, "clean_up"),
    Job.MOVE_VOTES: (standing, "realign"),
    Job.LAPSE_RESIDENCES: (residence, "lapse_expired"),
    Job.PRINT_CODES: (printing, "complete"),
    Job.CHAIN_AUDIT: (audit, "link_new"),
    Job.EXPORT_OWN_DATA: (rights, "export_ready"),
    Job.MAKE_EXPORT: (exports, "complete"),
    Job.SEND_RIGHTS_MAIL: (mail, "send"),
    Job.ERASE_ACCOUNT: (administration, "erase_due"),
    Job.KEEP_LANGUAGE: (preferences, "keep_language"),
    Job.WATCH_DEADLINES: (rights, "watch_deadlines"),
    Job.DELIVER_MAIL: (mail, "send"),
    Job.DELIVER_PUSH: (deliveries, "claim"),
    Job.MAKE_DIGESTS: (digests, "make"),
    Job.SEND_DIGEST: (mail, "send"),
    Job.TELL_MODERATION: (mail, "send"),
    Job.WATCH_CASES: (cases, "watch"),
    Job.COMPUTE_DRAW: (draws, "keep_result"),
    Job.TELL_DRAWN: (mail, "send"),
    Job.WATCH_COUNCIL: (seating, "watch"),
    Job.WATCH_RECOMMENDATIONS: (recommendation_service, "settle_due"),
    Job.READ_TONE: (tone_reading, "store"),
    Job.READ_TONES: (tone_reading, "store"),
    Job.EVALUATE_SAMPLE: (tone_results, "conclude"),
    Job.LEARN_TONE: (tone_learning, "keep"),
    Job.TAKE_PULSE: (snapshots, "take_pulse"),
    Job.SNAPSHOT_REGION: (snapshots, "store"),
    Job.REMOVE_VOTES: (duplicates, "close"),
    Job.COMPUTE_REPORT: (reports, "keep_figures"),
    Job.BUILD_REPORT: (reports, "keep_file"),
    Job.MEND_QUOTES: (mending, "mend_quotes"),
    Job.DRAFT_REPORTS: (reports, "draft_quarter"),
}
"""Where each is killed. What reads a mailbox has a file of its own: test_returns.py."""


def test_every_job_is_killed():
    assert set(KILLED_AT) == set(Job) - {Job.READ_RETURNS}


@pytest.mark.parametrize("job", KILLED_AT)
def test_a_task_killed_half_way_is_done_by_the_next(database, job, monkeypatch):
    """Killed just after its effect was written but not yet committed, or for mails just before they are sent."""
    entry = CASES[job](database)
    module, name = KILLED_AT[job]
    whole = getattr(module, name)

    def killed(*arguments):
        if isinstance(arguments[0], Session):
            whole(*arguments)
        raise Killed

    monkeypatch.setattr(module, name, killed)
    with pytest.raises(Killed):
        tasks.perform(job, entry)
    monkeypatch.setattr(module, name, whole)
    assert not done(entry)
    tasks.perform(job, entry)
    assert not done(entry), "the lease of the dead still holds"
    free(entry)
    tasks.perform(job, entry)
    assert done(entry)
    assert effects() == expected(database, job)


def expected(database, job: Job) -> dict[str, int]:
    """Return the effects of the same work done undisturbed on an empty database."""
    from beteiligung.settings import settings

    for path in [*(settings().var / "mail").glob("*.eml"), *(settings().var / "exports").glob("*.zip")]:
        path.unlink()
    database.reset()
    entry = CASES[job](database)
    tasks.perform(job, entry)
    return effects()


def test_an_import_killed_between_two_batches_goes_on_without_doubling(database, monkeypatch):
    entry = upload_programme(database)
    whole = imports.next_batch

    def killed(*arguments):
        if count(Candidate):
            raise Killed
        return whole(*arguments)

    monkeypatch.setattr(wordings, "ROWS", NUMBER // 2)
    monkeypatch.setattr(imports, "next_batch", killed)
    with pytest.raises(Killed):
        tasks.perform(Job.IMPORT_DOCUMENT, entry)
    monkeypatch.setattr(imports, "next_batch", whole)
    monkeypatch.setattr(wordings, "ROWS", NUMBER // 4)
    assert 0 < count(Candidate) < NUMBER
    free(entry)
    tasks.perform(Job.IMPORT_DOCUMENT, entry)
    assert done(entry)
    assert count(Candidate) == NUMBER


def at_once(entry: int) -> None:
    with unit_of_work() as session:
        session.get_one(OutboxEntry, entry).not_before = utcnow()


def test_a_failing_task_is_tried_again_later_and_then_parked(database, monkeypatch):
    entry = CASES[Job.TELL_ACCOUNT](database)

    def broken(_message):
        raise RuntimeError("no such thing")

    monkeypatch.setattr(mail, "send", broken)
    for _attempt in range(jobs.MAX_ATTEMPTS):
        tasks.perform(Job.TELL_ACCOUNT, entry)
        at_once(entry)
    with reading() as session:
        assert [parked.id for parked in jobs.parked(session)] == [entry]


@pytest.mark.parametrize("job", [Job.SEND_SIGN_IN, Job.TELL_ACCOUNT, Job.SEND_RIGHTS_MAIL, Job.TELL_MODERATION])
def test_a_mail_server_that_is_away_for_hours_parks_nothing(database, monkeypatch, job):
    """Worse: a failure of ours before and after does not add up with the server's."""
    entry, whole = CASES[job](database), mail.send
    before = effects()["mails"]

    def away(_message):
        raise mail.MailDeferred("421 try again later")

    def broken(_message):
        raise RuntimeError("no such thing")

    for send in (broken, *[away] * 8, broken):
        monkeypatch.setattr(mail, "send", send)
        tasks.perform(job, entry)
        with reading() as session:
            assert jobs.parked(session) == []
            assert send is not away or jobs.delayed(session).error == "421 try again later"
        at_once(entry)
    monkeypatch.setattr(mail, "send", whole)
    tasks.perform(job, entry)
    assert done(entry)
    assert effects()["mails"] == before + 1
    with reading() as session:
        assert jobs.delayed(session) is None


def test_pauses_grow_while_the_server_is_away_and_end_with_a_person_or_the_link(database, monkeypatch):
    now, entry, account = utcnow(), ask_for_sign_in(database), tell_of_the_account(database)
    monkeypatch.setattr(jobs.random, "uniform", lambda _least, _most: 1.0)
    for number, longest in ((entry, 120), (account, 1800)):
        with unit_of_work() as session:
            pauses = []
            for _time in range(12):
                row = session.get_one(OutboxEntry, number)
                row.not_before = now
                session.flush()
                jobs.delay(session, jobs.claim(session, number, now), now, "away")
                session.expire_all()
                pauses.append((session.get_one(OutboxEntry, number).not_before - now).total_seconds())
            assert pauses == [min(20 * 2**step, longest) for step in range(12)]
    with unit_of_work() as session:
        session.get_one(OutboxEntry, account).delays = jobs.MOST_DELAYS - 1
        session.get_one(OutboxEntry, account).attempts = jobs.MOST_DELAYS - 1
        session.get_one(OutboxEntry, account).not_before = now
        session.flush()
        jobs.delay(session, jobs.claim(session, account, now), now, "away")
        assert [row.id for row in jobs.parked(session)] == [account]
        session.exec(select(SignIn)).one().expires_at = now
    at_once(entry)
    tasks.perform(Job.SEND_SIGN_IN, entry)
    assert done(entry)
    assert effects()["mails"] == 0


def test_a_sign_in_mail_of_unknown_fate_leaves_no_entry_behind(database, monkeypatch):
    entry = ask_for_sign_in(database)

    def lost(_message):
        raise mail.MailUnknown("timed out")

    monkeypatch.setattr(mail, "send", lost)
    for _attempt in range(jobs.MAX_ATTEMPTS):
        assert not done(entry)
        tasks.perform(Job.SEND_SIGN_IN, entry)
        at_once(entry)
    assert done(entry)


def test_an_address_that_the_server_does_not_know_is_paused(database, monkeypatch):
    entry = tell_of_the_account(database)

    def no(_message):
        raise mail.AddressRefused("550 5.1.1 no such user")

    monkeypatch.setattr(mail, "send", no)
    tasks.perform(Job.TELL_ACCOUNT, entry)
    assert done(entry)
    with reading() as session:
        assert session.exec(select(MailSettings)).one().paused_because == "bounce"


def test_one_event_for_an_import_is_one_line_for_a_follower(database):
    with unit_of_work() as session:
        region = make_region(session)
        follower = make_account(session)
        service.follow(session, follower.id, region.id, "region", "", utcnow())
        document = make_document(session, region)
        history.announce(session, [make_commitment(session, document) for _ in range(30)], utcnow())
    tasks.perform(Job.TELL_FOLLOWERS, entry_of(Job.TELL_FOLLOWERS))
    assert count(Notification) == 1
