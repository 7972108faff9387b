"""The task that reads what came back, from a Maildir and by IMAP, killed half-way and run again."""

import ssl
import subprocess

import pytest
from sqlmodel import select

from beteiligung import jobs
from beteiligung.clock import utcnow
from beteiligung.db import unit_of_work
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.notifications import bounces, mailbox, returns
from beteiligung.notifications.mailbox import Mailbox
from beteiligung.settings import SettingsError, settings
from notifications.imap_server import ImapServer
from notifications.test_returns import about, paused, sent
from worker import tasks


class Killed(BaseException):
    """Stands for kill -9."""


def test_a_mailbox_read_twice_and_killed_half_way_loses_nothing(database, monkeypatch):
    folder = database.var / "returns"
    (folder / "new").mkdir(parents=True)
    people = [sent() for _ in range(2)]
    for _account, delivery in people:
        (folder / "new" / str(delivery)).write_bytes(about(delivery))
    monkeypatch.setenv("BETEILIGUNG_RETURNS_MAILDIR", str(folder))
    settings.cache_clear()
    tasks.hourly()
    with unit_of_work() as session:
        entry = session.exec(select(OutboxEntry.id).where(OutboxEntry.job == Job.READ_RETURNS)).one()

    def die(path):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(returns, "seen", die)
        tasks.perform(Job.READ_RETURNS, entry)
    with unit_of_work() as session:
        session.get_one(OutboxEntry, entry).leased_until = None
    tasks.perform(Job.READ_RETURNS, entry)
    assert [paused(account) for account, _delivery in people] == ["bounce", "bounce"]
    assert list((folder / "new").iterdir()) == []
    with unit_of_work() as session:
        assert session.get_one(OutboxEntry, entry).done_at is not None
        assert jobs.enqueue(session, Job.READ_RETURNS, utcnow(), period=f"{utcnow():%Y-%m-%dT%H}") is None


def read_again():
    """Run the hour's task once more, in its own entry; returns whether it was done."""
    with unit_of_work() as session:
        entry = jobs.enqueue(session, Job.READ_RETURNS, utcnow())
    tasks.perform(Job.READ_RETURNS, entry)
    with unit_of_work() as session:
        return session.get_one(OutboxEntry, entry).done_at is not None


@pytest.fixture
def use(database, monkeypatch):
    def setting(url):
        monkeypatch.setenv("BETEILIGUNG_RETURNS_IMAP", url)
        settings.cache_clear()

    yield setting
    settings.cache_clear()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("imap")
    key, cert = folder / "key.pem", folder / "cert.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert]
    subprocess.run([*request, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert


def test_a_mailbox_is_read_by_imap_whatever_breaks_and_nobody_is_paused_twice(use, monkeypatch):
    monkeypatch.setattr(bounces, "LARGEST", 20_000)
    people = [sent() for _ in range(3)]
    with ImapServer() as server:
        server.mails = {7 + delivery: about(delivery) for _account, delivery in people}
        server.mails[6] = b"Subject: Urlaub\r\n\r\nBin weg." + b"x" * 30_000
        use(f"imap://post:ge%20heim@127.0.0.1:{server.port}/Zur%26APw-ck")
        server.breaks = "STORE"
        assert read_again()
        assert server.seen == set()
        server.breaks = ""
        assert read_again()
        assert server.seen == set(server.mails)
        with unit_of_work() as session:
            for account, _delivery in people:
                returns.resume(session, account)
        assert read_again()
    assert [paused(account) for account, _delivery in people] == [None] * 3, "what is read is read"
    assert 'LOGIN post "ge heim"' in server.clear
    assert read_again(), "a mailbox that is away is read the next hour"


@pytest.mark.parametrize("scheme", ["imaps", "imap"])
def test_tls_from_the_first_byte_or_before_the_password(use, certificate, monkeypatch, scheme):
    context, trusted = certificate
    account, delivery = sent()
    with ImapServer(context, at_once=scheme == "imaps") as server:
        server.mails = {1: about(delivery)}
        use(f"{scheme}://post:geheim@localhost:{server.port}{'?starttls=1' if scheme == 'imap' else ''}")
        assert read_again()
        assert paused(account) is None, "whose certificate nobody has signed is not believed"
        assert not any("LOGIN" in line for line in server.clear)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        assert read_again()
        assert paused(account) == "bounce"
        assert not any("LOGIN" in line for line in server.clear)


@pytest.mark.parametrize(
    "url", ["imap://post:geheim@mail.example/INBOX", "imaps://mail.example", "https://post:x@mail.example", "imaps://ä:x@a"]
)
def test_an_address_without_tls_or_name_is_refused(url):
    with pytest.raises(SettingsError):
        Mailbox(url)


def test_a_server_without_starttls_gets_no_password():
    with ImapServer() as server, pytest.raises(mailbox.MailboxError), Mailbox(f"imap://post:x@localhost:{server.port}?starttls=1"):
        pass
    assert not any("LOGIN" in line for line in server.clear)
