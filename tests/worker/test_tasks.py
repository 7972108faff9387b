"""Every task run twice acts once; ended half-way it is done by the next one, without loss or doubling."""

import secrets

import pytest
from sqlmodel import Session, func, select

from beteiligung import jobs
from beteiligung.catalogue import history, imports, similar, uploads
from beteiligung.catalogue.models import Commitment, ImportRun, Passage, Similar
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity import service as identity
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.notifications import mail
from beteiligung.notifications import service as notifications
from beteiligung.notifications.models import Notification
from beteiligung.participation import comments, recount, service
from beteiligung.participation.rules import Participant
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
        return session.get_one(OutboxEntry, entry_id).done_at is not None


def ask_for_sign_in(database) -> int:
    with unit_of_work() as session:
        identity.request_sign_in(session, "anna@example.org", "b" * 64, "/", utcnow())
    return entry_of(Job.SEND_SIGN_IN)


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


def effects() -> dict[str, int]:
    from beteiligung.settings import settings

    return {
        "mails": len(list((settings().var / "mail").glob("*.eml"))),
        "news": count(Notification),
        "commitments": count(Commitment),
        "passages": count(Passage),
        "similar": count(Similar),
        "finished imports": count(ImportRun, ImportRun.state == "done"),
    }


CASES = {
    Job.SEND_SIGN_IN: ask_for_sign_in,
    Job.TELL_FOLLOWERS: follow_and_comment,
    Job.IMPORT_DOCUMENT: upload_programme,
    Job.FIND_SIMILAR: nothing_special(Job.FIND_SIMILAR),
    Job.RECOUNT_TALLIES: nothing_special(Job.RECOUNT_TALLIES),
    Job.CLEAN_UP: nothing_special(Job.CLEAN_UP),
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
    Job.TELL_FOLLOWERS: (notifications, "tell"),
    Job.IMPORT_DOCUMENT: (imports, "complete"),
    Job.FIND_SIMILAR: (similar, "store"),
    Job.RECOUNT_TALLIES: (recount, "report_differences"),
    Job.CLEAN_UP: (identity, "clean_up"),
}


@pytest.mark.parametrize("job", CASES)
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

    for path in (settings().var / "mail").glob("*.eml"):
        path.unlink()
    database.reset()
    entry = CASES[job](database)
    tasks.perform(job, entry)
    return effects()


def test_an_import_killed_between_two_batches_goes_on_without_doubling(database, monkeypatch):
    entry = upload_programme(database)
    whole, calls = imports.next_batch, []

    def killed(*arguments):
        calls.append(1)
        if len(calls) == 4:
            raise Killed
        return whole(*arguments)

    monkeypatch.setattr(imports, "next_batch", killed)
    with pytest.raises(Killed):
        tasks.perform(Job.IMPORT_DOCUMENT, entry)
    monkeypatch.setattr(imports, "next_batch", whole)
    assert 0 < count(Commitment) < NUMBER
    free(entry)
    tasks.perform(Job.IMPORT_DOCUMENT, entry)
    assert done(entry)
    assert count(Commitment) == NUMBER


def test_a_failing_task_is_tried_again_later_and_then_parked(database, monkeypatch):
    entry = ask_for_sign_in(database)

    def down(_message):
        raise mail.MailDeferred("no connection")

    monkeypatch.setattr(mail, "send", down)
    for _attempt in range(jobs.MAX_ATTEMPTS):
        tasks.perform(Job.SEND_SIGN_IN, entry)
        with unit_of_work() as session:
            session.get_one(OutboxEntry, entry).not_before = utcnow()
    with reading() as session:
        assert [parked.id for parked in jobs.parked(session)] == [entry]


def test_one_event_for_an_import_is_one_line_for_a_follower(database):
    with unit_of_work() as session:
        region = make_region(session)
        follower = make_account(session)
        service.follow(session, follower.id, region.id, "region", "", utcnow())
        document = make_document(session, region)
        history.announce(session, [make_commitment(session, document) for _ in range(30)], utcnow())
    tasks.perform(Job.TELL_FOLLOWERS, entry_of(Job.TELL_FOLLOWERS))
    assert count(Notification) == 1
