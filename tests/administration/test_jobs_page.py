"""The operator's page of work that was set aside, the same on the command line, and the button of a paused address."""

import pytest
from click.testing import CliRunner
from sqlmodel import select

from beteiligung import jobs
from beteiligung.audit import AuditEntry
from beteiligung.cli import main
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.jobs import MAX_ATTEMPTS, Job, OutboxEntry
from beteiligung.notifications import returns
from beteiligung.notifications.models import MailSettings

PATH = "/betrieb/auftraege"


def parked():
    now = utcnow()
    with unit_of_work() as session:
        entry = OutboxEntry(
            job=Job.CLEAN_UP, created_at=now, not_before=now, attempts=MAX_ATTEMPTS, parked_at=now, error="ValueError: <kaputt>"
        )
        session.add(entry)
        session.flush()
        return entry.id


def entry(number):
    with reading() as session:
        return session.get_one(OutboxEntry, number)


def test_an_operator_sees_retries_and_gives_up(place, browsers):
    first, second, _third = parked(), parked(), parked()  # the third keeps a form on the page
    operator = browsers("operator")
    shown = operator.get(PATH).text
    assert "ValueError: &lt;kaputt&gt;" in shown
    assert operator.post(f"{PATH}/{first}", {"action": "retry"}, form=PATH).status_code == 303
    assert operator.post(f"{PATH}/{second}", {"action": "drop"}, form=PATH).status_code == 303
    assert (entry(first).parked_at, entry(first).attempts) == (None, 0)
    assert entry(second).done_at is not None
    assert operator.post(f"{PATH}/{second}", {"action": "drop"}, form=PATH).status_code == 404
    with reading() as session:
        acts = session.exec(select(AuditEntry.act, AuditEntry.subject).where(AuditEntry.act.startswith("job."))).all()
    assert acts == [("job.retry", f"outbox:{first}"), ("job.drop", f"outbox:{second}")]


@pytest.mark.parametrize("who", ["guest", "resident", "confirmed resident", "council member", "clerk", "clerk of another region"])
def test_nobody_else_does(place, browsers, who):
    number = parked()
    assert browsers(who).get(PATH).status_code in (303, 403)
    assert browsers(who).post(f"{PATH}/{number}", {"action": "drop"}, token="x").status_code in (303, 403)
    assert entry(number).parked_at is not None


def test_the_command_line_tells_the_same(place):
    number = parked()
    run = CliRunner().invoke
    assert f"{number}\tclean_up\t{{}}\tValueError: <kaputt>" in run(main, ["jobs", "list"]).output
    assert run(main, ["jobs", "retry", str(number)]).exit_code == 0
    assert "0 parked." in run(main, ["jobs", "list"]).output
    assert run(main, ["jobs", "drop", str(number)]).exit_code == 1


def test_an_operator_sees_that_the_mail_server_is_away(place, browsers):
    operator = browsers("operator")
    assert "Mailserver nimmt Mails gerade nicht an" not in operator.get(PATH).text
    with unit_of_work() as session:
        now = utcnow()
        number = jobs.enqueue(session, Job.CLEAN_UP, now)
        jobs.delay(session, jobs.claim(session, number, now), now, "421 <morgen>")
    shown = operator.get(PATH).text
    assert "Mailserver nimmt Mails gerade nicht an" in shown
    assert "421 &lt;morgen&gt;" in shown
    assert "1 wait for the mail server" in CliRunner().invoke(main, ["jobs", "list"]).output


def test_a_paused_person_lets_mails_come_again(place, browsers):
    account = place.people["resident"]
    with unit_of_work() as session:
        returns.pause(session, account, "bounce", utcnow())
    resident = browsers("resident")
    page = "/konto/benachrichtigungen"
    assert "Mails wieder einschalten" in resident.get(page).text
    assert resident.post(f"{page}/wieder-an", form=page).status_code == 303
    assert "Mails wieder einschalten" not in resident.get(page).text
    with reading() as session:
        assert session.get_one(MailSettings, account).paused_because is None


def test_the_backlog_counts_what_is_due(place):
    now = utcnow()
    with unit_of_work() as session:
        before = jobs.backlog(session, now).waiting
        jobs.enqueue(session, Job.CLEAN_UP, now)
        assert jobs.backlog(session, now).waiting == before + 1
