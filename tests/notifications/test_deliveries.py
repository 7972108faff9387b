"""One mail for one thing: opt-out holds until the text leaves, what nobody can know is unknown, and headers hold no surprises."""

import re
from datetime import timedelta
from email import policy
from email.parser import BytesParser

import pytest
from sqlmodel import col, select

from beteiligung import jobs, relay
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.mails import written
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.notifications import deliveries, letters, mail, preferences, service
from beteiligung.notifications.kinds import Choice
from beteiligung.notifications.models import Delivery, MailSettings, Notification
from beteiligung.participation import service as participation
from beteiligung.participation.models import Comment
from beteiligung.settings import settings
from support import make_account, make_commitment, make_document, make_region
from worker import tasks

THREAD = "kreis/radweg"


def somebody(cadence="at_once", **values):
    language = values.pop("language", "de")
    with unit_of_work() as session:
        account = make_account(session, active_on=utcnow(), **values).id
        session.add(MailSettings(account_id=account, quiet_from=0, quiet_until=0, language=language))
        preferences.save(session, account, {kind: Choice(cadence) for kind in ("answer", "comment", "document")})
    return account


def tell(account, sentence="answer", event="entry:1", title="Radweg am Fluss", **more):
    words = more.pop("words", {"title": title})
    with unit_of_work() as session:
        return service.write(
            session, [account], event=event, sentence=sentence, words=words, path="/kreis/zusagen/radweg#stand", now=utcnow(),
            **{"thread": THREAD, **more},
        )  # fmt: skip


def work_of(job):
    with reading() as session:
        return list(session.exec(select(OutboxEntry.id).where(OutboxEntry.job == job.value, col(OutboxEntry.done_at).is_(None))).all())


def work(job=Job.DELIVER_MAIL):
    for entry in work_of(job):
        tasks.perform(job, entry)


def the(model):
    with reading() as session:
        return session.exec(select(model)).one()


def test_news_wanted_at_once_is_one_mail(database):
    account = somebody()
    assert tell(account) == 1
    assert tell(account) == 0
    work()
    work()
    (message,) = written()
    assert message["Subject"] == "Die Verwaltung hat Stellung genommen: Radweg am Fluss"
    assert the(Delivery).state == "sent"
    assert the(Notification).mail == "single"


@pytest.mark.parametrize("cadence", ["daily", "weekly", "never"])
def test_other_news_is_no_mail_of_its_own(database, cadence):
    tell(somebody(cadence))
    assert the(Notification).mail == ("none" if cadence == "never" else "waiting")
    assert work_of(Job.DELIVER_MAIL) == []


def test_who_wants_neither_mail_nor_account_gets_nothing(database):
    account = somebody()
    with unit_of_work() as session:
        preferences.save(session, account, {"answer": Choice("never", in_account=False)})
    assert tell(account) == 0


def test_quiet_hours_put_a_mail_off_and_the_broker_does_not_hear_of_it(database, monkeypatch):
    account = somebody()
    hour = utcnow().astimezone(letters.BERLIN).hour
    with unit_of_work() as session:
        preferences.save_settings(
            session, account, {"language": "de", "weekday": "0", "quiet_from": str(hour), "quiet_until": str((hour + 2) % 24)}
        )
    handed = []
    monkeypatch.setattr(relay.Relay, "hand_over", lambda _relay, entry, _job: handed.append(entry))
    tell(account)
    work()
    assert (handed, written()) == ([], [])
    assert the(Delivery).not_before > utcnow()


def test_opting_out_holds_until_the_text_leaves(database, monkeypatch):
    account = somebody()
    tell(account)
    whole = mail.send

    def late(message, before_data=None):
        with unit_of_work() as session:
            preferences.stop(session, account, "answer")
        return whole(message, before_data)

    monkeypatch.setattr(mail, "send", late)
    work()
    assert written() == []
    assert (the(Delivery).state, the(Notification).mail) == ("skipped", "declined")
    assert work_of(Job.DELIVER_MAIL) == []


def test_a_kind_switched_to_daily_waits_for_the_digest(database):
    account = somebody()
    tell(account)
    with unit_of_work() as session:
        preferences.save(session, account, {"answer": Choice("daily")})
    work()
    assert written() == []
    assert (the(Delivery).state, the(Notification).mail) == ("skipped", "waiting")


def test_part_of_a_digest_may_be_declined_at_the_last_moment(database, monkeypatch):
    account = somebody("daily")
    tell(account)
    tell(account, "comment", "entry:2", "Bücherbus")
    past = utcnow() - timedelta(days=2)
    with unit_of_work() as session:
        for one in session.exec(select(Notification)).all():
            one.created_at = past
        jobs.enqueue(session, Job.MAKE_DIGESTS, utcnow())
    work(Job.MAKE_DIGESTS)
    whole, times = mail.send, []

    def late(message, before_data=None):
        times.append(message)
        if len(times) == 1:
            with unit_of_work() as session:
                preferences.stop(session, account, "comment")
        return whole(message, before_data)

    monkeypatch.setattr(mail, "send", late)
    work(Job.SEND_DIGEST)
    (message,) = written()
    assert "neuer Kommentar" not in message.get_body(("plain",)).get_content().lower()
    assert len(times) == 2


def test_a_comment_withdrawn_meanwhile_is_not_mailed(database):
    account = somebody()
    with unit_of_work() as session:
        region = make_region(session)
        commitment = make_commitment(session, make_document(session, region))
        writer = make_account(session)
        participation.follow(session, account, region.id, "commitment", commitment.slug, utcnow())
        comment = Comment(commitment_id=commitment.id, author_id=writer.id, text="Gut.", created_at=utcnow())
        session.add(comment)
        session.flush()
        service.tell(session, {"comment": comment.id}, utcnow())
        comment.withdrawn_at = utcnow()
    work()
    assert written() == []
    assert the(Delivery).state == "skipped"


@pytest.mark.parametrize("sentence", ["answer", "residence_ended"])
@pytest.mark.parametrize("how", ["server", "worker"])
def test_unknown_stays_so_but_a_legal_notice_goes_out_again(database, monkeypatch, sentence, how):
    """Unknown: the connection ended after the text, or the worker ended before the answer was recorded."""
    account = somebody()
    tell(account, sentence, words={"title": "Radweg", "region": "Kreis"})
    whole, ids = mail.send, []

    class Killed(BaseException):
        pass

    def lost(message, before_data=None):
        assert before_data()
        ids.append(message["Message-ID"])
        raise mail.MailUnknown("the connection ended") if how == "server" else Killed

    monkeypatch.setattr(mail, "send", lost)
    if how == "worker":
        with pytest.raises(Killed):
            work()
        with unit_of_work() as session:
            session.exec(select(OutboxEntry).where(OutboxEntry.job == Job.DELIVER_MAIL.value)).one().leased_until = None
    monkeypatch.setattr(mail, "send", whole if how == "worker" else lost)
    work()
    monkeypatch.setattr(mail, "send", whole)
    assert the(Delivery).state == "unknown"
    assert written() == []
    legal = sentence == "residence_ended"
    assert len(work_of(Job.DELIVER_MAIL)) == legal
    with unit_of_work() as session:
        delivery = session.exec(select(Delivery)).one()
        delivery.not_before = utcnow()
        for entry in session.exec(select(OutboxEntry)).all():
            entry.not_before = utcnow()
    work()
    work()
    assert [message["Message-ID"] for message in written()] == (ids[:1] if legal else [])
    assert the(Delivery).state == ("sent" if legal else "unknown")


def test_a_busy_server_is_tried_again_later_and_given_up_after_three_days(database, monkeypatch):
    tell(somebody())

    def busy(_message, _before_data=None):
        raise mail.MailDeferred("451 later, please")

    monkeypatch.setattr(mail, "send", busy)
    work()
    delivery = the(Delivery)
    assert (delivery.state, delivery.attempts) == ("pending", 1)
    with reading() as session:
        assert deliveries.put_off(session) == (1, delivery.created_at)
    assert delivery.not_before > utcnow()
    (entry,) = work_of(Job.DELIVER_MAIL)
    with unit_of_work() as session:
        row = session.get_one(Delivery, delivery.id)
        row.created_at, row.not_before = utcnow() - timedelta(days=3), utcnow()
        session.get_one(OutboxEntry, entry).not_before = utcnow()
    work()
    assert the(Delivery).state == "given_up"
    assert "451" in the(Delivery).reason
    assert work_of(Job.DELIVER_MAIL) == []


def test_a_refused_mail_says_so(database, monkeypatch):
    tell(somebody())

    def no(_message, before_data=None):
        raise mail.MailRefused("550 person-1@example.org unknown")

    monkeypatch.setattr(mail, "send", no)
    work()
    assert the(Delivery).state == "refused"
    assert "@example" not in the(Delivery).reason
    with reading() as session:
        assert deliveries.summary(session) == {"refused": 1}


def test_an_address_that_the_server_does_not_know_is_paused_at_once(database, monkeypatch):
    account = somebody()
    tell(account)

    def no(_message, before_data=None):
        raise mail.AddressRefused("550 5.1.1 no such user")

    monkeypatch.setattr(mail, "send", no)
    work()
    assert the(Delivery).state == "refused"
    with reading() as session:
        assert preferences.of(session, account).paused == "bounce"


def test_a_paused_address_gets_nothing_and_the_account_shows_it(database):
    account = somebody()
    tell(account)
    with unit_of_work() as session:
        told = session.get_one(MailSettings, account)
        told.paused_at, told.paused_because = utcnow(), "bounce"
    work()
    tell(account, event="entry:2")
    assert written() == []
    with reading() as session:
        assert sorted(session.exec(select(Notification.mail)).all()) == ["declined", "none"]


def test_accounts_of_schools_and_invented_people_get_no_mail(database):
    assert tell(somebody(email="schule-1@ohne-mail.invalid")) == 1
    with unit_of_work() as session:
        invented = make_account(session, is_example=True).id
    assert tell(invented) == 1
    with reading() as session:
        assert set(session.exec(select(Notification.mail)).all()) == {"none"}


# What a mail looks like


def test_headers_cannot_be_injected_and_a_long_title_is_cut(database):
    tell(somebody(), title="Radweg\r\nBcc: alle@example.org\u2028" + "sehr lang " * 40)
    work()
    (message,) = written()
    assert message["Bcc"] is None
    assert message["Subject"].startswith("Die Verwaltung hat Stellung genommen: Radweg Bcc: alle")
    assert len(message["Subject"]) <= 160
    assert message["Subject"].endswith("…")


def test_the_headers_of_a_mail(database):
    account = somebody()
    tell(account)
    tell(account, "comment", "entry:2")
    work()
    one, other = written()
    assert one["Message-ID"] != other["Message-ID"]
    assert one["References"] == other["References"] == one["In-Reply-To"]
    assert one["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    raw = next((settings().var / "mail").glob("*.eml")).read_bytes()
    unfolded = BytesParser(policy=policy.default).parsebytes(raw)["List-Unsubscribe"]
    assert re.fullmatch(
        rf"<{re.escape(settings().base_url)}/abmelden/benachrichtigung/{account}\.(answer|comment)\.[0-9a-f]{{40}}>", unfolded
    )
    assert b"=?utf-8?" not in re.search(rb"List-Unsubscribe:.*?\r\n(?! )", raw, re.DOTALL)[0], "programs must find the address as it is"
    assert one["Auto-Submitted"] == "auto-generated"


def test_a_service_mail_cannot_be_ended(database):
    tell(somebody("never"), "residence_ended", words={"region": "Kreis Muster"}, thread="")
    work()
    (message,) = written()
    assert message["List-Unsubscribe"] is None
    assert "abmelden/benachrichtigung" not in message.as_string()


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("number", [1, 200])
def test_a_mail_is_small_loads_nothing_and_says_its_language(database, language, number):
    account = somebody("daily", language=language)
    past = utcnow() - timedelta(days=2)
    for which in range(number):
        tell(account, "comment", f"entry:{which}", f"Zusage {which} & <b>Radweg</b>", thread=f"kreis/zusage-{which}")
    with unit_of_work() as session:
        for one in session.exec(select(Notification)).all():
            one.created_at = past
        jobs.enqueue(session, Job.MAKE_DIGESTS, utcnow())
    work(Job.MAKE_DIGESTS)
    work(Job.SEND_DIGEST)
    (message,) = written()
    html = message.get_body(("html",)).get_content()
    text = message.get_body(("plain",)).get_content()
    assert len(message.as_bytes()) < 80_000
    assert not re.search(r"<(img|link|script|iframe|style|object)|src=|url\(", html)
    assert f'<html lang="{language}">' in html
    assert "&lt;b&gt;Radweg" in html
    assert "<b>Radweg" not in html
    if number == 200:
        more = "und 170 weitere Nachrichten" if language == "de" else "and 170 more items"
        assert more in html
        assert more in text
    assert {"de": "Guten Tag", "en": "Hello"}[language] in text
    assert set(re.findall(r'href="(https?://[^/"]+)', html)) == {settings().base_url}


def test_five_comments_on_one_thing_are_one_line(database):
    found = [
        Notification(
            id=n, account_id=1, event=f"comment:{n}", kind="comment", title="x", sentence="comment", words={"title": "Radweg"},
            thread=THREAD,
            path=f"/p{n}", created_at=utcnow(),
        )
        for n in range(5)
    ]  # fmt: skip
    groups, left_out = letters.grouped(found)
    assert left_out == 0
    assert [(group.heading, [line.text for line in group.lines]) for group in groups] == [("Radweg", ["5 neue Kommentare"])]
    assert groups[0].lines[0].url.endswith("/p0")
    assert groups[0].url.endswith("/kreis/zusagen/radweg")


def test_a_reply_comes_before_anything_else_and_only_once(database):
    """Who is answered and follows as well is told of the reply alone."""
    with unit_of_work() as session:
        region = make_region(session)
        commitment = make_commitment(session, make_document(session, region))
        asker, other = make_account(session), make_account(session)
        participation.follow(session, asker.id, region.id, "commitment", commitment.slug, utcnow())
        first = Comment(commitment_id=commitment.id, author_id=asker.id, text="Wann?", created_at=utcnow())
        session.add(first)
        session.flush()
        reply = Comment(
            commitment_id=commitment.id, author_id=other.id, parent_id=first.id, reply_number=1, text="Bald.", created_at=utcnow()
        )
        session.add(reply)
        session.flush()
        preferences.save(session, asker.id, {"reply": Choice("never", in_account=False)})
        assert service.tell(session, {"comment": reply.id}, utcnow()) == 0
        preferences.save(session, asker.id, {"reply": Choice("at_once")})
        assert service.tell(session, {"comment": reply.id}, utcnow()) == 1
    assert the(Notification).kind == "reply"
