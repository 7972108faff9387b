"""What has passed its time is gone, what has not is there; the register lists every column, and the privacy page every period."""

import os
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from beteiligung import tables
from beteiligung.administration import rights
from beteiligung.catalogue.models import ImportRun
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity import retention_rules as periods
from beteiligung.identity import rights as identity
from beteiligung.identity import rights_mails
from beteiligung.identity.models import Account, Role
from beteiligung.identity.register import register
from beteiligung.identity.rights_models import Erasure, InactivityWarning
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.notifications.models import Notification
from beteiligung.places.models import BarrierReport
from beteiligung.settings import settings
from rights.conftest import DAY, rows
from support import NOW, make_account, make_region
from worker import tasks

# The register of columns


def test_every_column_has_a_purpose_and_every_table_a_retention():
    listed = {name: set(entry.columns) for name, entry in register().items()}
    there = {table.name: {column.name for column in table.columns} for table in tables.metadata.sorted_tables}
    assert not set(there) - set(listed), "tables missing in data/privacy/columns.toml: say what they are for and how long rows stay"
    for name, columns in there.items():
        assert columns == listed[name], f"data/privacy/columns.toml and the table {name} differ"
    for name, entry in register().items():
        assert entry.purpose, name
        assert entry.retention, name
        assert all(entry.columns.values()), name
        assert entry.secret <= set(entry.columns), name
    assert not set(listed) - set(there), "tables that are gone"


def test_secrets_by_their_name_are_marked_as_such():
    for name, entry in register().items():
        for column in entry.columns:
            if re.search(r"nonce|id_token|public_key|fingerprint|^salt$|^challenge$", column):
                assert column in entry.secret, (name, column)


# What runs out


def clean(now):
    with unit_of_work() as session:
        rights.clean_up(session, now)


AGING = {
    "news": (
        lambda account, at: Notification(account_id=account, event="entry:1", title="a", path="/", created_at=at),
        "NOTIFICATIONS_KEPT",
    ),
    "barrier": (lambda _account, at: BarrierReport(text="a", contact="a@example.org", created_at=at), "BARRIER_REPORTS_KEPT"),
    "role": (lambda account, at: Role(account_id=account, region_id=None, name="operator", since=at - DAY, until=at), "ROLES_KEPT"),
}


@pytest.mark.parametrize("what", AGING)
def test_a_row_goes_at_the_end_of_its_period_and_not_before(database, what):
    make, name = AGING[what]
    with unit_of_work() as session:
        row = make(make_account(session).id, NOW)
        session.add(row)
    end = NOW + getattr(periods, name)
    clean(end - timedelta(seconds=1))
    assert len(rows(type(row))) == 1
    clean(end)
    assert rows(type(row)) == []


def test_uploads_go_unless_a_run_still_reads_them(database):
    folder = settings().var / "uploads"
    folder.mkdir()
    for name in ("a" * 64, "b" * 64, "c" * 64):
        (folder / f"{name}.txt").write_text("x")
    old = (NOW - periods.UPLOADS_KEPT).timestamp()
    for name in ("a" * 64, "b" * 64):
        os.utime(folder / f"{name}.txt", (old, old))
    os.utime(folder / f"{'c' * 64}.txt", (old + 60, old + 60))
    with unit_of_work() as session:
        region = make_region(session)
        session.add(ImportRun(region_id=region.id, file_name="b.txt", sha256="b" * 64, created_at=NOW, state="queued"))
        session.add(ImportRun(region_id=region.id, file_name="a.txt", sha256="a" * 64, created_at=NOW, state="done"))
    clean(NOW)
    assert sorted(path.name[0] for path in folder.iterdir()) == ["b", "c"]


# Unused accounts


def watch(now):
    with unit_of_work() as session:
        identity.watch_deadlines(session, now)


def mails():
    return [entry.args["kind"] for entry in rows(OutboxEntry) if entry.job == Job.SEND_RIGHTS_MAIL.value]


def unused(last=NOW, **values):
    with unit_of_work() as session:
        return make_account(session, created_at=last, active_on=last, **values).id


def test_an_unused_account_is_warned_twice_and_then_deleted(database):
    number = unused()
    watch(NOW + periods.FIRST_WARNING - DAY)
    assert mails() == []
    for _twice in range(2):
        watch(NOW + periods.FIRST_WARNING)
    assert mails() == ["unused-1"]
    for _twice in range(2):
        watch(NOW + periods.SECOND_WARNING)
    assert sorted(mails()) == ["unused-1", "unused-2"]
    watch(NOW + periods.INACTIVE_AFTER - DAY)
    assert rows(Erasure) == []
    end = NOW + periods.INACTIVE_AFTER
    watch(end)
    (wish,) = rows(Erasure)
    assert (wish.keep_comments, wish.keep_votes) == (True, True)
    with unit_of_work() as session:
        assert rights.erase_due(session, wish.id, end)
    assert rows(Account, Account.id == number) == []


def test_both_warnings_come_with_a_week_each_where_the_clock_stood_still(database):
    unused()
    late = NOW + 2 * periods.INACTIVE_AFTER
    kinds = []
    for days in range(16):
        watch(late + days * DAY)
        kinds.append((len(mails()), len(rows(Erasure))))
    assert kinds[0] == (1, 0)
    assert kinds[6] == (1, 0)
    assert kinds[7] == (2, 0)
    assert kinds[13] == (2, 0)
    assert kinds[14] == (2, 1)


def test_signing_in_starts_the_time_anew(database):
    number = unused()
    watch(NOW + periods.FIRST_WARNING)
    with unit_of_work() as session:
        session.get_one(Account, number).active_on = NOW + periods.FIRST_WARNING + DAY
    watch(NOW + periods.INACTIVE_AFTER + DAY)
    assert mails() == ["unused-1"]
    watch(NOW + periods.FIRST_WARNING + DAY + periods.FIRST_WARNING)
    assert mails() == ["unused-1", "unused-1"]


def test_who_signs_in_at_the_very_end_is_not_deleted(database):
    number = unused()
    for moment in (periods.FIRST_WARNING, periods.SECOND_WARNING, periods.INACTIVE_AFTER):
        watch(NOW + moment)
    (wish,) = rows(Erasure)
    now = NOW + periods.INACTIVE_AFTER + timedelta(minutes=5)
    with unit_of_work() as session:
        session.get_one(Account, number).active_on = now.replace(hour=0, minute=0)
    with unit_of_work() as session:
        assert not rights.erase_due(session, wish.id, now)
    assert rows(Erasure) == []
    assert rows(Account, Account.id == number)


def test_staff_and_example_people_are_left_alone(database):
    with unit_of_work() as session:
        region = make_region(session)
        make_account(session, created_at=NOW, clerk_of=region)
        make_account(session, created_at=NOW, is_example=True)
    watch(NOW + 2 * periods.INACTIVE_AFTER)
    assert mails() == []


def test_signing_in_is_remembered_by_the_day(database):
    from beteiligung.identity import logins

    with unit_of_work() as session:
        account = make_account(session)
        logins.start(session, account, utcnow(), old_session=None, next_path="/")
        assert account.active_on.date() == utcnow().date()
        assert (account.active_on.hour, account.active_on.minute) == (0, 0)


def test_the_warning_says_until_when_and_what_to_do(database):
    number = unused(last=utcnow() - periods.FIRST_WARNING)
    watch(utcnow())
    with reading() as session:
        message = rights_mails.message(session, "unused-1", number, utcnow())
        told = message.get_body(("plain",)).get_content()
        assert "/anmelden" in told
        assert "löschen wir es" in told
        session.get_one(Account, number).active_on = utcnow()
        assert rights_mails.message(session, "unused-1", number, utcnow()) is None
    assert rows(InactivityWarning)


def test_next_step_never_skips_a_warning():
    assert periods.next_step(NOW, None, None, NOW + periods.FIRST_WARNING - DAY) == "none"
    assert periods.next_step(NOW, None, None, NOW + 9 * periods.YEAR) == "first"
    assert periods.next_step(NOW, NOW + periods.FIRST_WARNING, None, NOW + periods.INACTIVE_AFTER) == "second"
    assert periods.next_step(NOW, NOW - DAY, NOW - DAY, NOW + periods.INACTIVE_AFTER) == "first"


def test_periods_in_words():
    assert periods.in_words(timedelta(hours=24)) == "24 Stunden"
    assert periods.in_words(timedelta(days=7)) == "7 Tage"
    assert periods.in_words(timedelta(days=365)) == "1 Jahr"
    assert periods.in_words(2 * periods.YEAR) == "2 Jahre"


def test_the_hour_queues_its_work_once(database):
    for _beat in range(2):
        tasks.hourly()
    with reading() as session:
        jobs = sorted(session.exec(select(OutboxEntry.job)).all())
    assert {"chain_audit", "watch_deadlines"} <= set(jobs)
    assert len(jobs) == len(set(jobs))
