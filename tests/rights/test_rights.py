"""One's own data and the end of an account, with canaries: the archive holds all of mine, nothing of others; gone is gone."""

import io
import json
import logging
import re
import zipfile
from datetime import timedelta

import pytest
from sqlmodel import func, select

from beteiligung.administration import erasure_list, rights, rights_words
from beteiligung.clock import utcnow
from beteiligung.council import recommendation_models
from beteiligung.db import reading, unit_of_work
from beteiligung.identity import notices, rights_mails
from beteiligung.identity import retention_rules as periods
from beteiligung.identity import rights as identity
from beteiligung.identity.mails import written
from beteiligung.identity.models import Account
from beteiligung.identity.register import secret_columns
from beteiligung.identity.rights_models import DataExport, Erasure
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.moderation import models as moderation_models
from beteiligung.participation.models import Comment, CommentVote, Tally, Vote
from beteiligung.participation.recount import recount, recount_comments
from beteiligung.participation.tally import voter_pseudonym
from rights.conftest import DAY, dump, files, rows
from worker import tasks


def entry_of(job):
    with reading() as session:
        return session.exec(select(OutboxEntry.id).where(OutboxEntry.job == job.value).order_by(OutboxEntry.id.desc())).first()


def erase(person, *, keep_comments=False, keep_votes=False, now=None):
    now = now or utcnow()
    with unit_of_work() as session:
        choices = erasure_list.Choices(keep_comments=keep_comments, keep_votes=keep_votes)
        rights.erase_account(session, session.get_one(Account, person.id), choices, now)


def export_only(person):
    with unit_of_work() as session:
        number = session.exec(select(DataExport.id).where(DataExport.account_id == person.id)).one()
        entry = next(e.id for e in session.exec(select(OutboxEntry).where(OutboxEntry.job == "export_own_data")) if e.args["id"] == number)
    tasks.perform(Job.EXPORT_OWN_DATA, entry)


def export(person):
    export_only(person)
    (row,) = rows(DataExport, DataExport.account_id == person.id)
    return row, zipfile.ZipFile(io.BytesIO((rights.exports_folder() / identity.export_file(row)).read_bytes()))


# One's own data


def test_the_archive_holds_all_of_mine_and_nothing_of_others(scene):
    _row, archive = export(scene.anna)
    assert archive.namelist() == ["meine-daten.html", "meine-daten.json"]
    for name in archive.namelist():
        told = archive.read(name).decode()
        for canary in (scene.anna.email, scene.anna.name, scene.anna.word):
            assert canary in told, (name, canary)
        for canary in scene.ben.canaries:
            assert canary not in told, (name, canary)
    data = json.loads(archive.read("meine-daten.json"))
    assert {vote["choice"] for vote in data["votes"]} == {"against", "neutral"}
    assert [mark["value"] for mark in data["helpful"]] == [1]
    assert len(data["follows"]) == 2
    assert {
        "account", "sign_in", "role", "residence", "login_session", "notification", "comments", "audit_entry", "inactivity_warning",
    } <= set(data)  # fmt: skip


def test_the_archive_tells_no_secrets(scene):
    _row, archive = export(scene.anna)
    told = "".join(archive.read(name).decode() for name in archive.namelist())
    assert scene.anna.session not in told
    assert '"nonce"' not in told
    assert not re.search(r"\b[0-9a-f]{64}\b", told)


def test_the_archive_is_readable_german(scene):
    _row, archive = export(scene.anna)
    html = archive.read("meine-daten.html").decode()
    for words in ("Ihre Stimmen", "dagegen", "Mailadresse", "Geburtsjahr", "Uhr", "Ihre Kommentare", "bestätigt"):
        assert words in html
    assert "http://" not in html
    assert "<script" not in html


def test_what_people_write_cannot_become_markup_in_the_archive(scene):
    with unit_of_work() as session:
        session.get_one(Account, scene.anna.id).display_name = "<img src=x onerror=1>"
    _row, archive = export(scene.anna)
    assert "<img" not in archive.read("meine-daten.html").decode()


def test_the_export_tells_its_owner_by_mail_and_goes_after_a_week(scene):
    row, _archive = export(scene.anna)
    tasks.perform(Job.SEND_RIGHTS_MAIL, entry_of(Job.SEND_RIGHTS_MAIL))
    (mail,) = [one for one in written() if "bereit" in one["Subject"]]
    assert mail["To"] == scene.anna.email
    assert "/konto/daten" in mail.get_body(("plain",)).get_content()
    path = rights.exports_folder() / identity.export_file(row)
    assert path.stat().st_mode & 0o077 == 0
    for days, there in ((6, True), (8, False)):
        with unit_of_work() as session:
            rights.clean_up(session, utcnow() + days * DAY)
        assert path.is_file() is there
        assert bool(rows(DataExport, DataExport.id == row.id)) is there


def test_a_second_press_is_the_same_request(scene):
    with unit_of_work() as session:
        identity.request_export(session, scene.anna.id, utcnow())
    assert len(rows(DataExport, DataExport.account_id == scene.anna.id)) == 1


# The end of an account


def test_an_archive_finished_after_its_owner_was_erased_does_not_stay(scene, monkeypatch):
    """A worker reads, somebody else erases, the worker writes."""
    write = rights.write_archive

    def late(row, content):
        erase(scene.anna)
        write(row, content)

    monkeypatch.setattr(rights, "write_archive", late)
    export_only(scene.anna)
    assert not list(rights.exports_folder().glob("*"))


def test_an_archive_that_belongs_to_nobody_goes(scene):
    rights.exports_folder().mkdir(parents=True, exist_ok=True)
    for name in ("0" * 64 + ".zip", "1" * 64 + ".part"):
        (rights.exports_folder() / name).write_text(scene.anna.word)
    with unit_of_work() as session:
        rights.clean_up(session, utcnow() + DAY)
    assert not list(rights.exports_folder().glob("*"))


def test_no_work_names_somebody_erased(scene):
    with unit_of_work() as session:
        notices.tell(session, scene.anna.id, "factor_added", utcnow())
        notices.tell(session, scene.ben.id, "factor_added", utcnow())
    erase(scene.anna)
    assert [entry.args["account"] for entry in rows(OutboxEntry, OutboxEntry.job == Job.TELL_ACCOUNT.value)] == [scene.ben.id]


@pytest.mark.parametrize("keep_comments", [True, False])
@pytest.mark.parametrize("keep_votes", [True, False])
def test_after_deletion_nothing_of_the_person_is_found(database, scene, caplog, keep_comments, keep_votes):
    export(scene.anna)
    with caplog.at_level(logging.DEBUG):
        erase(scene.anna, keep_comments=keep_comments, keep_votes=keep_votes)
    left = dump(database)
    kept_word = {scene.anna.word} if keep_comments else set()
    for canary in set(scene.anna.canaries) - kept_word:
        assert canary not in left, canary
        assert canary not in caplog.text
        for name, content in files(database.var).items():
            assert canary.encode() not in content, name
    if keep_comments:
        assert left.count(scene.anna.word) == 1
    pseudonym = voter_pseudonym(scene.anna.id, scene.region_id)
    assert pseudonym not in left
    for canary in (*scene.ben.canaries, voter_pseudonym(scene.ben.id, scene.region_id)):
        assert canary in left
    assert f"account:{scene.anna.id}'" not in left
    assert not [e for e in rows(OutboxEntry) if e.args.get("kind") == "unused-1" and e.args["id"] == scene.anna.id]
    assert not list(rights.exports_folder().glob("*"))


def test_the_file_of_the_database_keeps_no_deleted_words(database, scene):
    """SQLite leaves deleted rows in free pages unless told to overwrite them."""
    if database.name != "sqlite":
        return
    erase(scene.anna, keep_comments=False, keep_votes=False)
    from sqlalchemy import text

    with unit_of_work() as session:
        assert session.execute(text("PRAGMA secure_delete")).scalar() == 1
    from beteiligung.db import engine

    with engine().connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine().dispose()
    for path in database.var.glob("beteiligung.sqlite3*"):
        for canary in scene.anna.canaries:
            assert canary.encode() not in path.read_bytes(), (path.name, canary)


def test_kept_votes_count_as_before_and_lead_to_nobody(scene):
    with reading() as session:
        before = [tally.model_dump() for tally in session.exec(select(Tally).order_by(Tally.commitment_id))]
        votes = session.exec(select(func.count()).select_from(Vote)).one()
        marks = session.exec(select(func.count()).select_from(CommentVote)).one()
    erase(scene.anna, keep_comments=True, keep_votes=True)
    with reading() as session:
        assert [tally.model_dump() for tally in session.exec(select(Tally).order_by(Tally.commitment_id))] == before
        assert session.exec(select(func.count()).select_from(Vote)).one() == votes
        assert session.exec(select(func.count()).select_from(CommentVote)).one() == marks
        assert recount(session) == []
        assert recount_comments(session) == []


def test_withdrawn_votes_are_what_a_recount_gives(scene):
    erase(scene.anna, keep_comments=False, keep_votes=False)
    with reading() as session:
        assert recount(session) == []
        assert recount_comments(session) == []
        (tally,) = session.exec(select(Tally).where(Tally.commitment_id == scene.commitment_id)).all()
        assert (tally.confirmed_for, tally.confirmed_against) == (7, 0)
        assert session.exec(select(func.count()).select_from(CommentVote)).one() == 1


def test_kept_comments_stand_without_a_name(scene):
    erase(scene.anna, keep_comments=True, keep_votes=True)
    kept = [comment for comment in rows(Comment) if scene.anna.word in comment.text]
    assert [comment.author_id for comment in kept] == [None]


def test_every_table_that_names_an_account_is_emptied_of_it(scene):
    erase(scene.anna, keep_comments=True, keep_votes=True)
    with reading() as session:
        for table, column in identity.tables_of_people():
            assert session.execute(select(func.count()).where(table.c[column] == scene.anna.id)).scalar() == 0, table.name


# The way there: mail, grace, reminder, change of mind


def ask(person, now, **choices):
    with unit_of_work() as session:
        identity.request_erasure(session, person.id, now, **{"keep_comments": False, "keep_votes": False, **choices})
        row = session.exec(select(Erasure).where(Erasure.account_id == person.id)).one()
        return row.id, identity.erasure_token(row)


def confirm(number, token, now):
    with unit_of_work() as session:
        return identity.confirm_erasure(session, number, token, now)


def hour(now):
    """One round of the clock: what is due is queued and done."""
    with unit_of_work() as session:
        identity.watch_deadlines(session, now)
        due = session.exec(select(OutboxEntry).where(OutboxEntry.done_at.is_(None), OutboxEntry.job == Job.ERASE_ACCOUNT.value)).all()
        numbers = [entry.args["id"] for entry in due]
    for number in numbers:
        with unit_of_work() as session:
            rights.erase_due(session, number, now)


def there(person):
    return bool(rows(Account, Account.id == person.id))


def test_nothing_is_deleted_before_the_mail_is_answered_and_the_week_is_over(scene):
    now = utcnow()
    number, token = ask(scene.anna, now)
    hour(now + timedelta(hours=1))
    due = confirm(number, token, now + timedelta(hours=2))
    assert due == now + timedelta(hours=2) + periods.GRACE
    hour(due - timedelta(minutes=1))
    assert there(scene.anna)
    hour(due)
    assert not there(scene.anna)
    assert there(scene.ben)


def test_an_unanswered_mail_deletes_nothing_and_is_forgotten(scene):
    now = utcnow()
    number, token = ask(scene.anna, now)
    late = now + periods.CONFIRM_WITHIN
    with pytest.raises(identity.NotFound):
        confirm(number, token, late)
    hour(late)
    hour(late + periods.GRACE + DAY)
    assert there(scene.anna)
    assert rows(Erasure) == []


def test_a_wrong_link_confirms_nothing(scene):
    now = utcnow()
    number, token = ask(scene.anna, now)
    other, other_token = ask(scene.ben, now)
    for pair in ((number, other_token), (other, token), (number, "0" * 64), (number, ""), (999, token)):
        with pytest.raises(identity.NotFound):
            confirm(*pair, now)
    ask(scene.anna, now + DAY / 4)  # asked again: the older mail's link is over
    with pytest.raises(identity.NotFound):
        confirm(number, token, now + DAY / 4)


def test_somebody_without_an_address_who_signed_in_that_day_is_deleted_after_the_week(scene):
    """A card of a school signs in once, so the wish to be gone often comes on the same day."""
    now = utcnow()
    with unit_of_work() as session:
        pupil = session.get_one(Account, scene.anna.id)
        pupil.ends_on, pupil.active_on = (now + 60 * DAY).date(), now.replace(hour=0, minute=0, second=0, microsecond=0)
        assert identity.request_erasure(session, pupil.id, now, keep_comments=False, keep_votes=False)
    (wish,) = rows(Erasure)
    with unit_of_work() as session:
        assert not rights.erase_due(session, wish.id, now + periods.GRACE - DAY)
        assert rights.erase_due(session, wish.id, now + periods.GRACE)
    assert not rows(Account, Account.id == scene.anna.id)


def test_a_change_of_mind_keeps_everything_and_a_reminder_comes_before(scene):
    now = utcnow()
    number, token = ask(scene.anna, now)
    due = confirm(number, token, now)
    for _twice in range(2):
        hour(due - periods.REMIND_BEFORE)
    with reading() as session:
        entries = session.exec(select(OutboxEntry).where(OutboxEntry.job == Job.SEND_RIGHTS_MAIL.value)).all()
    assert [entry.args["kind"] for entry in entries].count("reminder") == 1
    with unit_of_work() as session:
        assert rights.cancel_erasure(session, scene.anna.id, now)
    hour(due + DAY)
    assert there(scene.anna)


def test_the_mails_say_what_is_meant(scene):
    now = utcnow()
    number, token = ask(scene.anna, now)
    tasks.perform(Job.SEND_RIGHTS_MAIL, entry_of(Job.SEND_RIGHTS_MAIL))
    (mail,) = [one for one in written() if "löschen" in one["Subject"]]
    for kind in ("plain", "html"):
        assert f"/konto/loeschen/{number}/{token}" in mail.get_body((kind,)).get_content()
    due = confirm(number, token, now)
    hour(due - periods.REMIND_BEFORE)
    with reading() as session:
        reminder = rights_mails.message(session, "reminder", number, due - periods.REMIND_BEFORE)
        assert "Konto behalten" in reminder.get_body(("plain",)).get_content()
        assert rights_mails.message(session, "reminder", number, due) is None
        assert rights_mails.message(session, "confirm", number, now) is None


# A restored backup


def test_a_restored_backup_erases_again_who_was_erased(database, scene):
    with reading() as session:
        account = session.get_one(Account, scene.anna.id)
        before = account.model_dump()
    erase(scene.anna, keep_comments=False, keep_votes=False)
    with unit_of_work() as session:
        session.add(Account(**before))  # what the backup brings back
    assert there(scene.anna)
    with unit_of_work() as session:
        assert rights.replay(session, utcnow()) == 1
    assert not there(scene.anna)
    assert there(scene.ben)


def test_somebody_new_with_the_same_number_is_not_erased(scene):
    erase(scene.anna, keep_comments=False, keep_votes=False)
    with unit_of_work() as session:
        session.add(Account(id=scene.anna.id, email="neu@example.org", created_at=utcnow()))
    with unit_of_work() as session:
        assert rights.replay(session, utcnow()) == 0
    assert there(scene.anna)


def test_the_list_of_the_erased_names_nobody(scene):
    erase(scene.anna, keep_comments=False, keep_votes=True)
    line = erasure_list.path().read_text()
    assert re.fullmatch(r"\S+Z [0-9a-f]{64} - votes\n", line)
    assert erasure_list.path().stat().st_mode & 0o077 == 0


def test_an_erasure_killed_before_its_commit_and_then_unwanted_is_taken_off_the_list(scene):
    now = utcnow()
    number, token = ask(scene.anna, now)
    due = confirm(number, token, now)
    with pytest.raises(RuntimeError), unit_of_work() as session:
        rights.erase_due(session, number, due)
        raise RuntimeError("killed")
    assert there(scene.anna)
    with unit_of_work() as session:
        rights.cancel_erasure(session, scene.anna.id, due)
    with unit_of_work() as session:
        assert rights.replay(session, due) == 0
    assert there(scene.anna)


def test_what_the_archive_tells_of_the_council_has_german_words():
    headings, labels = rights_words._headings(), rights_words._labels()
    rooms = (moderation_models, recommendation_models)
    ours = {one.__tablename__ for room in rooms for one in vars(room).values() if isinstance(one, type) and hasattr(one, "__table__")}
    told = {table for table, _column in identity.tables_of_people() if table.name in ours}
    assert len(told) >= 11
    for table in told:
        assert table.name in headings
        assert not {column.name for column in table.columns} - set(labels) - secret_columns(table.name), table.name
