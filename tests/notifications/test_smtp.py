"""Connections that are kept, the pace, and what a broken connection means at each moment."""

import socket
import threading
import time

import pytest

from beteiligung.notifications import mail, smtp
from beteiligung.settings import settings
from notifications.test_mail import letter


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server that says what `answers` holds, by the command's first four letters; counts connections and mails."""
    listener = socket.create_server(("127.0.0.1", 0))
    seen = {"connections": 0, "mails": 0, "answers": {}, "after": None}

    def talk(connection):
        stream = connection.makefile("rwb")

        def say(line):
            stream.write(f"{line}\r\n".encode())
            stream.flush()

        say("220 here")
        try:
            while line := stream.readline():
                command = line[:4].decode().strip().upper()
                if seen["answers"].get(command) == "break":
                    return
                say(seen["answers"].get(command, "354 go" if command == "DATA" else "250 ok"))
                if command == "DATA" and "DATA" not in seen["answers"]:
                    while stream.readline() not in (b".\r\n", b""):
                        pass
                    if seen["after"] == "break":
                        return
                    seen["mails"] += 1
                    say(seen["after"] or "250 taken")
                if command == "QUIT":
                    return
        except OSError:
            pass
        finally:
            stream.close()
            connection.close()

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            seen["connections"] += 1
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    monkeypatch.setenv("BETEILIGUNG_VAR", str(tmp_path))
    monkeypatch.setenv("BETEILIGUNG_SMTP_URL", f"smtp://127.0.0.1:{listener.getsockname()[1]}")
    monkeypatch.setenv("BETEILIGUNG_SMTP_TIMEOUT", "2")
    settings.cache_clear()
    yield seen
    smtp.connections.close()
    listener.close()
    settings.cache_clear()


def test_one_connection_serves_many_mails(server):
    assert all(mail.send(letter(key=f"x:{number}")) for number in range(5))
    assert (server["connections"], server["mails"]) == (1, 5)


def test_a_refused_receiver_keeps_the_connection_and_a_no_at_the_last_moment_too(server):
    server["answers"]["RCPT"] = "550 5.1.1 nobody"
    with pytest.raises(mail.MailRefused):
        mail.send(letter())
    server["answers"].clear()
    assert mail.send(letter(), before_data=lambda: False) is False
    assert mail.send(letter())
    assert (server["connections"], server["mails"]) == (1, 1)


def test_a_connection_that_the_server_has_ended_is_replaced(server):
    mail.send(letter())
    server["answers"]["RSET"] = "421 closing"
    mail.send(letter())
    assert (server["connections"], server["mails"]) == (2, 2)


def test_threads_do_not_share_a_connection(server):
    threads = [threading.Thread(target=mail.send, args=(letter(key=f"x:{number}"),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server["mails"] == 8
    assert len(smtp.connections._idle) <= smtp.MOST_KEPT


def test_idle_connections_are_closed(server, monkeypatch):
    monkeypatch.setattr(smtp, "IDLE", 0.1)
    smtp.connections.close()
    mail.send(letter())
    end = time.monotonic() + 20
    while smtp.connections._idle and time.monotonic() < end:
        time.sleep(0.05)
    assert smtp.connections._idle == []


@pytest.mark.parametrize(
    ("answers", "after", "error"),
    [
        ({"MAIL": "421 busy"}, None, mail.MailDeferred),
        ({"MAIL": "550 who are you"}, None, mail.MailDeferred),
        ({"DATA": "break"}, None, mail.MailDeferred),
        ({"DATA": "451 later"}, None, mail.MailDeferred),
        ({"DATA": "550 never"}, None, mail.MailRefused),
        ({}, "421 closing", mail.MailDeferred),
        ({}, "451 later", mail.MailDeferred),
        ({}, "550 spam", mail.MailRefused),
        ({}, "break", mail.MailUnknown),
    ],
)
def test_only_what_breaks_after_the_dot_is_unknown(server, answers, after, error):
    server["answers"].update(answers)
    server["after"] = after
    with pytest.raises(error):
        mail.send(letter())


@pytest.mark.parametrize(("said", "error"), [("550 5.1.1 no such user", mail.AddressRefused), ("550 5.7.1 blocked", mail.MailRefused)])
def test_a_receiver_without_a_mailbox_is_told_from_a_mail_not_liked(server, said, error):
    server["answers"]["RCPT"] = said
    with pytest.raises(mail.MailRefused) as caught:
        mail.send(letter())
    assert type(caught.value) is error


def test_a_silent_server_is_waited_for_once(monkeypatch):
    asked = []

    def away(url):
        asked.append(url)
        raise TimeoutError("timed out")

    monkeypatch.setattr(smtp, "_connect", away)
    pool = smtp._Connections()
    for _time in range(5):
        with pytest.raises(OSError, match="timed out"):
            pool.take("smtp://127.0.0.1:1")
    assert len(asked) == 1


def test_the_pace_spreads_the_turns(monkeypatch):
    slept = []
    monkeypatch.setattr(smtp.time, "sleep", slept.append)
    pace = smtp._Pace()
    for _ in range(3):
        pace.wait(60)
    assert [round(seconds) for seconds in slept] == [0, 1, 2]
    pace.wait(0)
    assert len(slept) == 3
