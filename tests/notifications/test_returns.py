"""Bounces and complaints pause an address; forged, passing and broken ones do nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from beteiligung.db import reading, unit_of_work
from beteiligung.identity.mails import message_key
from beteiligung.notifications import bounces, returns
from beteiligung.notifications.models import Delivery, MailSettings, Notification
from support import NOW, make_account


@pytest.mark.parametrize(
    ("code", "words", "ends"),
    [
        (550, "5.1.1 <…@…> no such user", True),
        (550, "no such user here", True),
        (553, "mailbox name not allowed", True),
        (552, "5.2.2 mailbox full", False),
        (552, "too much", False),
        (550, "5.7.1 blocked, see our list", False),
        (554, "5.7.1 relay access denied", False),
        (554, "not today", False),
    ],
)
def test_what_a_server_says_to_the_receiver_counts_by_the_rules_of_a_bounce(code, words, ends):
    assert bounces.ends_address(code, words) is ends


KEY = "0123456789abcdef0123456789abcdef01234567"
OURS = f"<{KEY}.17@beteiligung.example>"


def report(
    *,
    human="Leider nicht zustellbar.",
    machine="",
    original=f"Message-ID: {OURS}\nSubject: Neues\n",
    kind="rfc822",
    about="delivery-status",
):
    """A multipart/report as servers send it; the line breaks do not matter to the parser."""
    returned = "text/rfc822-headers" if kind == "headers" else "message/rfc822"
    return (
        f"From: MAILER-DAEMON@mx.example\nTo: beteiligung@kreis.example\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={about}; boundary="=grenze"\n\n'
        f"--=grenze\nContent-Type: text/plain; charset=utf-8\n\n{human}\n\n"
        f"--=grenze\nContent-Type: message/{about}\n\n{machine}\n"
        f"--=grenze\nContent-Type: {returned}\n\n{original}\n\n--=grenze--\n"
    ).encode()


POSTFIX = """Reporting-MTA: dns; mx.kreis.example
X-Postfix-Queue-ID: 4Xabc
Arrival-Date: Sat, 21 Nov 2026 12:00:00 +0100

Final-Recipient: rfc822; weg@beispiel.example
Original-Recipient: rfc822;weg@beispiel.example
Action: failed
Status: {status}
Remote-MTA: dns; mx.beispiel.example
Diagnostic-Code: smtp; 550 {status} <weg@beispiel.example>: Recipient address rejected
"""
EXCHANGE = """Reporting-MTA: dns;AM0PR05.eurprd05.prod.example
Received-From-MTA: dns;mx.kreis.example
Arrival-Date: Sat, 21 Nov 2026 11:00:00 +0000

Final-Recipient: rfc822;weg@beispiel.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: weg@beispiel.example
"""
EXIM = """Reporting-MTA: dns; exim.beispiel.example

Action: failed
Final-Recipient: rfc822;weg@beispiel.example
Status: 5.1.1 (no such user)
Remote-MTA: dns; mx.beispiel.example
"""
SENDMAIL = """Reporting-MTA: dns; sendmail.beispiel.example
Received-From-MTA: DNS; mx.kreis.example
Arrival-Date: Sat, 21 Nov 2026 12:00:00 +0100

Final-Recipient: RFC822; weg@beispiel.example
Action: FAILED
Status: 5.1.2
Last-Attempt-Date: Sat, 21 Nov 2026 12:00:01 +0100
"""
ARF = """Feedback-Type: {kind}
User-Agent: Rueckmeldung/1.0
Version: 1
Source-IP: 192.0.2.1
"""


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (report(machine=POSTFIX.format(status="5.1.1")), "bounce", "5.1.1"),
        (report(machine=POSTFIX.format(status="5.1.1"), kind="headers"), "bounce", "5.1.1"),
        (report(machine=EXCHANGE), "bounce", "5.1.10"),
        (report(machine=EXIM), "bounce", "5.1.1"),
        (report(machine=SENDMAIL).replace(b"\n", b"\r\n"), "bounce", "5.1.2"),
        (report(machine=POSTFIX.format(status="5.2.1")), "bounce", "5.2.1"),
        (report(machine=POSTFIX.format(status="5.2.2")), "passing", "5.2.2"),
        (report(machine=POSTFIX.format(status="5.7.1")), "passing", "5.7.1"),
        (report(machine=POSTFIX.format(status="5.1.8")), "passing", "5.1.8"),
        (report(machine=POSTFIX.format(status="4.4.1").replace("failed", "delayed")), "passing", "4.4.1"),
        (report(machine=ARF.format(kind="abuse"), about="feedback-report"), "complaint", ""),
        (report(machine=ARF.format(kind="not-spam"), about="feedback-report"), "passing", ""),
    ],
)
def test_reports_of_several_servers(raw, kind, status):
    assert bounces.parse(raw) == bounces.Report(kind, KEY, 17, status)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff" * 1000,
        b"Subject: Abwesend\n\nIch bin bis Montag nicht da.",
        report(machine=POSTFIX.format(status="5.1.1"), original="Message-ID: <fremd@anderswo.example>\n"),
        report(machine=POSTFIX.format(status="5.1.1"), original="Subject: ohne\n", human=f"Message-ID: {OURS}"),  # only in free text
        report(machine=""),
        report(machine="Action: failed\nStatus: 5.1.1\n" * 2, about="external-body"),
        f"Subject: failed 5.1.1\nMessage-ID: {OURS}\n\nAction: failed\nStatus: 5.1.1".encode(),
        b'Content-Type: multipart/report; boundary="a"\n\n' + b"--a\n" * 20_000,
        b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(2000)),
    ],
)
def test_what_is_no_report_about_our_mail_is_nothing(raw):
    assert bounces.parse(raw) is None


def test_a_huge_report_is_read_only_to_its_limit():
    assert bounces.parse(report(machine=POSTFIX.format(status="5.1.1"), human="x" * (3 * bounces.LARGEST))) is None
    long_end = f"Message-ID: {OURS}\n\n" + "y\n" * bounces.LARGEST
    assert bounces.parse(report(machine=POSTFIX.format(status="5.1.1"), original=long_end)).kind == "bounce"


@given(st.binary(max_size=300), st.integers(0, 900))
def test_no_damage_makes_it_raise(noise, place):
    raw = report(machine=POSTFIX.format(status="5.1.1"))
    bounces.parse(raw[:place] + noise + raw[place + len(noise) :])


# With the database


def sent(state="sent"):
    """Somebody with one mail in this state; returns account and delivery."""
    with unit_of_work() as session:
        account = make_account(session)
        news = Notification(account_id=account.id, event="x:1", title="Neues", path="/", mail="single", created_at=NOW)
        session.add(news)
        session.flush()
        open_one = state in ("pending", "claimed")
        delivery = Delivery(
            account_id=account.id, notification_id=news.id, state=state, created_at=NOW, not_before=NOW, done_at=None if open_one else NOW
        )
        session.add(delivery)
        session.flush()
        return account.id, delivery.id


def about(delivery, key=None):
    number = key or message_key(f"delivery:{delivery}")
    return report(machine=POSTFIX.format(status="5.1.1"), original=f"Message-ID: <{number}.{delivery}@kreis.example>\n")


def paused(account):
    with reading() as session:
        told = session.exec(select(MailSettings).where(MailSettings.account_id == account)).first()
        return told.paused_because if told and told.paused_at else None


def take(raw):
    with unit_of_work() as session:
        return returns.take(session, raw, NOW)


def test_a_bounce_pauses_the_address_and_its_owner_resumes(database):
    account, delivery = sent()
    assert [take(about(delivery)), take(about(delivery))] == ["bounce", "bounce"]
    assert paused(account) == "bounce"
    with unit_of_work() as session:
        returns.resume(session, account)
    assert paused(account) is None


def test_a_forged_report_pauses_nobody(database):
    account, delivery = sent()
    _, other = sent()
    assert take(about(delivery, key=message_key(f"delivery:{other}"))) == "unknown"
    assert take(about(delivery, key="f" * 40)) == "unknown"
    assert take(about(99_999)) == "unknown"
    assert paused(account) is None


@pytest.mark.parametrize("state", ["pending", "skipped", "refused"])
def test_what_never_left_cannot_come_back(database, state):
    account, delivery = sent(state)
    assert take(about(delivery)) == "unknown"
    assert paused(account) is None


def test_a_maildir_is_read_once(tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1").write_bytes(b"a")
    (tmp_path / "new" / "2").write_bytes(b"b" * (bounces.LARGEST + 5))
    (tmp_path / "new" / "3").symlink_to("/etc/passwd")
    found = list(returns.read_maildir(tmp_path))
    assert [(path.name, len(raw)) for path, raw in found] == [("1", 1), ("2", bounces.LARGEST)]
    for path, _raw in found:
        returns.seen(path)
    assert list(returns.read_maildir(tmp_path)) == []
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == ["1:2,S", "2:2,S"]
