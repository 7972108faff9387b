"""Mail over a real SMTP server, and as files."""

import asyncio
import socket
import ssl
import subprocess
import threading
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from beteiligung.identity.mails import compose, written
from beteiligung.notifications import mail
from beteiligung.settings import SettingsError, settings
from support import NOW


@pytest.fixture
def var(tmp_path, monkeypatch):
    monkeypatch.setenv("BETEILIGUNG_VAR", str(tmp_path))
    monkeypatch.delenv("BETEILIGUNG_SMTP_URL", raising=False)
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture
def smtp_url(var, monkeypatch):
    def use(url):
        monkeypatch.setenv("BETEILIGUNG_SMTP_URL", url)
        settings.cache_clear()

    return use


class Inbox:
    def __init__(self, rcpt="250 OK", data="250 OK"):
        self.rcpt, self.data, self.envelopes = rcpt, data, []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.envelopes.append(envelope)
        return self.data


@pytest.fixture
def serve():
    controllers = []

    def start(inbox, **options):
        controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), **options)
        controller.start()
        controllers.append(controller)
        return controller.port

    yield start
    for controller in controllers:
        controller.stop()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def letter(**changes) -> EmailMessage:
    base = {"to": "anna@example.org", "subject": "Grüße", "text": "Hallo\n.\nPunkt", "html": "<p>Hallo</p>", "key": "sign-in:1", "at": NOW}
    return compose(**{**base, **changes})


def test_a_mail_arrives_as_written(smtp_url, serve):
    inbox = Inbox()
    smtp_url(f"smtp://127.0.0.1:{serve(inbox)}")
    mail.send(letter())
    (envelope,) = inbox.envelopes
    assert envelope.rcpt_tos == ["anna@example.org"]
    assert envelope.mail_from == "beteiligung@localhost"
    text = envelope.content.decode()
    assert "Subject: =?utf-8?" in text
    assert "Auto-Submitted: auto-generated" in text
    assert "multipart/alternative" in text
    assert b"\r\n.\r\nPunkt" in envelope.content


def test_the_message_id_tells_a_repetition(var):
    assert letter()["Message-ID"] == letter()["Message-ID"]
    assert letter()["Message-ID"] != letter(key="sign-in:2")["Message-ID"]
    assert "sign-in" not in letter()["Message-ID"]


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hallo\r\nBcc: all@example.org"},
        {"to": "anna@example.org\r\nBcc: all@example.org"},
        {"to": "anna@example.org, ben@example.org"},
    ],
)
def test_headers_cannot_be_injected(var, changes):
    with pytest.raises((ValueError, IndexError)):
        letter(**changes)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"rcpt": "550 no such user"}, mail.MailRefused),
        ({"rcpt": "451 greylisted"}, mail.MailDeferred),
        ({"data": "554 looks like spam"}, mail.MailRefused),
        ({"data": "452 disk full"}, mail.MailDeferred),
    ],
)
def test_a_server_that_says_no(smtp_url, serve, answers, error):
    smtp_url(f"smtp://127.0.0.1:{serve(Inbox(**answers))}")
    with pytest.raises(error, match=r"^\d{3} "):
        mail.send(letter())


def test_no_server_means_later(smtp_url):
    smtp_url(f"smtp://127.0.0.1:{free_port()}")
    with pytest.raises(mail.MailDeferred):
        mail.send(letter())


def test_a_connection_lost_after_the_text_is_unknown(smtp_url):
    server = socket.create_server(("127.0.0.1", 0))

    def talk():
        connection, _ = server.accept()
        stream = connection.makefile("rwb")
        stream.write(b"220 here\r\n")
        stream.flush()
        for line in stream:
            if line.upper().startswith(b"DATA"):
                stream.write(b"354 go\r\n")
                stream.flush()
                while stream.readline() not in (b".\r\n", b""):
                    pass
                break
            stream.write(b"250 ok\r\n")
            stream.flush()
        stream.close()
        connection.close()

    thread = threading.Thread(target=talk)
    thread.start()
    smtp_url(f"smtp://127.0.0.1:{server.getsockname()[1]}")
    with pytest.raises(mail.MailUnknown):
        mail.send(letter())
    thread.join(5)
    server.close()


def test_a_bad_goodbye_does_not_unsend(smtp_url, serve):
    class Rude(Inbox):
        async def handle_QUIT(self, server, session, envelope):  # noqa: N802
            server.transport.abort()
            await asyncio.sleep(0)
            return "221 bye"

    inbox = Rude()
    smtp_url(f"smtp://127.0.0.1:{serve(inbox)}")
    mail.send(letter())
    assert len(inbox.envelopes) == 1


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert]
    subprocess.run([*request, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context, cert


def test_starttls_and_login(smtp_url, serve, certificate, monkeypatch):
    context, cert = certificate
    inbox, seen = Inbox(), []

    def authenticator(server, session, envelope, mechanism, auth_data):
        assert isinstance(auth_data, LoginPassword)
        seen.append((auth_data.login, auth_data.password))
        return AuthResult(success=True)

    port = serve(inbox, tls_context=context, require_starttls=True, authenticator=authenticator, auth_required=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    smtp_url(f"smtp://kreis%40example.org:ge%3Aheim@localhost:{port}?starttls=1")
    mail.send(letter())
    assert seen == [(b"kreis@example.org", b"ge:heim")]
    assert len(inbox.envelopes) == 1


def test_a_wrong_certificate_sends_nothing(smtp_url, serve, certificate):
    inbox = Inbox()
    port = serve(inbox, tls_context=certificate[0])
    smtp_url(f"smtp://localhost:{port}?starttls=1")
    with pytest.raises(mail.MailDeferred):
        mail.send(letter())
    assert inbox.envelopes == []


def test_starttls_never_falls_back_to_clear_text(smtp_url, serve):
    inbox = Inbox()
    smtp_url(f"smtp://127.0.0.1:{serve(inbox)}?starttls=1")
    with pytest.raises(mail.MailDeferred):
        mail.send(letter())
    assert inbox.envelopes == []


def test_a_wrong_url_says_what_it_should_be(smtp_url):
    smtp_url("mail.example.org")
    with pytest.raises(SettingsError, match="smtp://"):
        mail.send(letter())


def test_without_a_server_mails_are_files(var):
    mail.send(letter(key="sign-in:1", subject="eins"))
    mail.send(letter(key="sign-in:2", subject="zwei"))
    files = sorted((var / "mail").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    assert files[0].stat().st_mode & 0o077 == 0
    assert [message["Subject"] for message in written()] == ["zwei", "eins"]
    body = written()[0].get_body(("plain",))
    assert body is not None
    assert "Punkt" in body.get_content()


def test_an_incomplete_mail_is_refused(var):
    with pytest.raises(ValueError, match="From"):
        mail.send(EmailMessage())
