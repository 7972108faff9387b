"""Mails about the safety of an account: each kind can be written, is sent once, and names no secret."""

import pytest
from sqlmodel import select
from worker.tasks import perform

from beteiligung.db import reading, unit_of_work
from beteiligung.identity import notices
from beteiligung.identity.mails import written
from beteiligung.jobs import Job, OutboxEntry
from support import NOW, make_account, make_region


@pytest.fixture
def account(database):
    with unit_of_work() as session:
        region = make_region(session, name="Musterkreis")
        return make_account(session, email="amt@example.org", clerk_of=region).id, region.id


def entry():
    with reading() as session:
        return session.exec(select(OutboxEntry)).one()


@pytest.mark.parametrize("kind", sorted(notices._TEXTS))
def test_every_kind_is_a_mail(account, kind):
    person, region = account
    with unit_of_work() as session:
        notices.tell(session, person, kind, NOW, role="clerk", region=region, provider="gone")
        about = session.exec(select(OutboxEntry)).one()
        message = notices.message(session, about.id, about.args, NOW)
    body = message.get_body(("plain",)).get_content()
    assert "{" not in body
    assert "/konto" in body
    assert message["To"] == "amt@example.org"


def test_an_unknown_kind_is_a_mistake_of_ours(account):
    with unit_of_work() as session, pytest.raises(ValueError, match="nonsense"):
        notices.tell(session, account[0], "nonsense", NOW)


def test_the_mail_leaves_once(account):
    with unit_of_work() as session:
        notices.tell(session, account[0], "factor_reset", NOW)
    number = entry().id
    for _ in range(2):
        perform(Job.TELL_ACCOUNT, number)
    assert len(written()) == 1
    assert entry().done_at is not None


def test_killed_before_recording_it_is_the_same_mail_again(account, monkeypatch):
    with unit_of_work() as session:
        notices.tell(session, account[0], "factor_reset", NOW)
    number = entry().id
    with monkeypatch.context() as patch:
        patch.setattr("beteiligung.jobs.finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            perform(Job.TELL_ACCOUNT, number)
    with unit_of_work() as session:
        row = session.exec(select(OutboxEntry)).one()
        row.leased_until = NOW
        session.add(row)
    perform(Job.TELL_ACCOUNT, number)
    assert len({message["Message-ID"] for message in written()}) == 1


def test_an_account_that_is_gone_gets_nothing(account):
    with unit_of_work() as session:
        notices.tell(session, 999_999, "factor_reset", NOW)
    perform(Job.TELL_ACCOUNT, entry().id)
    assert written() == []
    assert entry().done_at is not None
