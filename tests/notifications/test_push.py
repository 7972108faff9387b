"""Web Push: the RFCs' own examples, a real push service on this machine, and hosts that are none of its business."""

import base64
import contextlib
import json
import socket
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from sqlmodel import col, select

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, Invalid
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.notifications import devices, push, rules, service
from beteiligung.notifications.models import Delivery, MailSettings, Notification, PushDevice
from beteiligung.notifications.push import Device
from beteiligung.settings import settings
from identity.browsing import known as known_as
from notifications.push_service import PushService
from support import NOW, make_account
from worker import tasks

# RFC 8291, section 5 and appendix A
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
DEVICE = Device(
    "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "BTBZMqHH6r4Tts7J_aSIgg",
)
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6"
    "cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_example_of_the_rfc_comes_out_to_the_byte():
    text = b"When I grow up, I want to be a watermelon"
    body = push.encrypt(text, DEVICE, sender=push.key_of(SENDER), salt=decoded(SALT))
    assert body == decoded(BODY)
    assert push.encrypt(text, DEVICE) != push.encrypt(text, DEVICE)


def test_the_header_says_who_sends_where_and_until_when():
    key = push.key_of(push.new_key())
    scheme, _space, rest = push.authorization(DEVICE.endpoint, key, "mailto:amt@kreis.example", NOW).partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(", "))
    head, claims, signature = parts["t"].split(".")
    assert (scheme, json.loads(decoded(head))["alg"]) == ("vapid", "ES256")
    assert json.loads(decoded(claims)) == {
        "aud": "https://push.example.net",
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": "mailto:amt@kreis.example",
    }
    raw = decoded(signature)
    sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(parts["k"]))
    sender.verify(
        encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
        f"{head}.{claims}".encode(),
        ec.ECDSA(hashes.SHA256()),
    )


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.net/x",
        "https://push.example.net:8443/x",
        "https://somebody@push.example.net/x",
        "https:///x",
        "https://push.example.net/ x",
        "https://push.example.net/x\r\nHost: y",
        "https://push.example.net/" + "x" * 1000,
        "file:///etc/passwd",
        "",
    ],
)
def test_an_address_that_is_no_push_service(endpoint):
    assert not push.is_device(Device(endpoint, DEVICE.p256dh, DEVICE.auth))


def test_keys_that_are_none():
    assert push.is_device(DEVICE)
    assert not push.is_device(Device(DEVICE.endpoint, DEVICE.p256dh[:-4], DEVICE.auth))
    assert not push.is_device(Device(DEVICE.endpoint, DEVICE.p256dh, "kurz"))
    assert not push.is_device(Device(DEVICE.endpoint, "ä", DEVICE.auth))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
        "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "ff02::1", "64:ff9b:1::a00:1",
        "64:ff9b::10.0.0.1",
    ],
)  # fmt: skip
def test_nothing_but_the_public_internet_is_reached(address):
    assert not push.may_reach(address)


def test_public_addresses_are_reached():
    assert push.may_reach("9.9.9.9")
    assert push.may_reach("2620:fe::fe")
    assert push.may_reach("64:ff9b::9.9.9.9")


def test_a_name_that_points_inside_is_no_connection(monkeypatch):
    monkeypatch.setattr(push, "PORTS", {1})
    device = Device("https://localhost:1/push", DEVICE.p256dh, DEVICE.auth)
    assert push.post(device, b"{}", "n1", push.key_of(push.new_key()), "mailto:a@b.example", NOW) == "deferred"


# Deliveries


@pytest.fixture
def pushing(database, tmp_path, monkeypatch):
    """A push service on this machine that our own checks let through, and a key of ours."""
    monkeypatch.setenv("BETEILIGUNG_PUSH_KEY", push.new_key())
    settings.cache_clear()
    with PushService(tmp_path) as running:
        monkeypatch.setattr(push, "PORTS", {running.port})
        monkeypatch.setattr(push, "may_reach", lambda address: address == "127.0.0.1")
        monkeypatch.setattr(push, "_trust", running.trust)
        yield running
    settings.cache_clear()


def somebody(pushing, *wishes, **values):
    """Somebody without quiet hours who has a device for each wish; returns the account's number."""
    with unit_of_work() as session:
        account = make_account(session, active_on=utcnow(), **values).id
        session.add(MailSettings(account_id=account, quiet_from=0, quiet_until=0))
        for number, wish in enumerate(wishes):
            devices.remember(session, account, pushing.device(f"{account}-{number}"), wish, utcnow())
    return account


def tell(account, sentence="official_reply", event="entry:1"):
    with unit_of_work() as session:
        words = {"title": "Radweg"}
        service.write(session, [account], event=event, sentence=sentence, words=words, path="/kreis/zusagen/radweg", now=utcnow())


def waiting():
    with reading() as session:
        query = select(OutboxEntry.id).where(OutboxEntry.job == Job.DELIVER_PUSH.value, col(OutboxEntry.done_at).is_(None))
        return list(session.exec(query).all())


def work():
    for entry in waiting():
        tasks.perform(Job.DELIVER_PUSH, entry)


def pushes():
    with reading() as session:
        return list(session.exec(select(Delivery.state).where(Delivery.channel == "push")).all())


def known():
    with reading() as session:
        return session.exec(select(PushDevice.endpoint)).all()


def test_news_reaches_every_device_that_wants_it_once(pushing):
    account = somebody(pushing, "mine", "all")
    tell(account)
    tell(account, "comment", "entry:2")
    work()
    work()
    assert pushes() == ["sent", "sent"]
    shown = [(path, json.loads(text)) for path, text, _headers in pushing.got]
    assert [path for path, _text in shown] == [f"/{account}-0", f"/{account}-1", f"/{account}-1"]
    assert shown[0][1] == {"title": "Die Verwaltung hat Ihnen geantwortet: Radweg", "lang": "de", "url": "/konto/neues/1", "tag": "n1"}
    headers = pushing.got[0][2]
    assert (headers["TTL"], headers["Content-Encoding"], headers["Topic"]) == ("86400", "aes128gcm", "n1")
    assert headers["Authorization"].startswith("vapid t=")


def test_without_a_key_or_a_device_there_is_no_push(pushing, monkeypatch):
    tell(somebody(pushing))
    tell(somebody(pushing, "mine"), "comment")
    monkeypatch.delenv("BETEILIGUNG_PUSH_KEY")
    settings.cache_clear()
    tell(somebody(pushing, "all"))
    assert waiting() == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten_and_the_others_are_not(pushing, status):
    account = somebody(pushing, "all", "all")
    pushing.answers[f"/{account}-0"] = status
    tell(account)
    work()
    assert pushes() == ["sent"]
    assert [endpoint.rpartition("-")[2] for endpoint in known()] == ["1"]


@pytest.mark.parametrize(("status", "state"), [(503, "pending"), (429, "pending"), (403, "refused"), ("drop", "unknown"), (410, "refused")])
def test_what_a_push_service_answers_decides(pushing, status, state):
    account = somebody(pushing, "all")
    pushing.answers[f"/{account}-0"] = status
    tell(account)
    work()
    assert pushes() == [state]
    assert len(waiting()) == (state == "pending")
    assert len(pushing.got) == 1


def test_what_is_read_or_not_wanted_meanwhile_is_not_shown(pushing):
    account = somebody(pushing, "all")
    tell(account)
    with unit_of_work() as session:
        service.mark_all_read(session, account, utcnow())
    work()
    tell(account, event="entry:2")
    with unit_of_work() as session:
        devices.forget(session, account, session.exec(select(PushDevice.id)).one())
    work()
    assert (pushes(), pushing.got) == (["skipped", "skipped"], [])


def test_an_endpoint_that_answers_byte_by_byte_is_left_after_its_time(monkeypatch):
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(push, "SECONDS", 0.3)
    over = threading.Event()

    def drip():
        while not over.wait(0.05):
            with contextlib.suppress(OSError):
                theirs.send(b"H")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        with pytest.raises((OSError, ValueError, IndexError)):
            push._status(SimpleNamespace(sock=ours))
    finally:
        over.set()
        thread.join()
        ours.close()
        theirs.close()


def test_a_worker_that_ended_before_recording_shows_nothing_twice(pushing, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(*_arguments):
        raise Killed

    account = somebody(pushing, "all")
    tell(account)
    (entry,) = waiting()
    monkeypatch.setattr(devices, "gone", killed)
    with pytest.raises(Killed):
        tasks.perform(Job.DELIVER_PUSH, entry)
    monkeypatch.undo()
    with unit_of_work() as session:
        session.get_one(OutboxEntry, entry).leased_until = None
    work()
    assert (pushes(), len(pushing.got)) == (["unknown"], 1)


def test_a_paused_address_ends_no_push(pushing):
    account = somebody(pushing, "mine", email="schule-1@ohne-mail.invalid")
    tell(account)
    work()
    with reading() as session:
        assert session.exec(select(Notification.mail)).one() == "none"
    assert pushes() == ["sent"]


def test_a_device_changes_its_owner_and_has_limits(pushing):
    first, other = somebody(pushing, "mine"), somebody(pushing)
    device = pushing.device(f"{first}-0")
    with unit_of_work() as session:
        devices.remember(session, other, device, "all", utcnow())
        devices.forget(session, first, 1)
        (mine,) = devices.of(session, other)
        assert (devices.of(session, first), mine.wants) == ([], "all")
        with pytest.raises(Invalid):
            devices.remember(session, other, device, "everything", utcnow())
        for number in range(1, devices.MOST):
            devices.remember(session, other, pushing.device(f"x{number}"), "all", utcnow())
        devices.remember(session, other, device, "mine", utcnow())
        with pytest.raises(Conflict):
            devices.remember(session, other, pushing.device("one-too-many"), "all", utcnow())


# The page


def test_a_browser_begins_and_ends_to_show_news(browser, pushing):
    known_as(active_on=utcnow())
    browser.sign_in()
    page = "/konto/benachrichtigungen"
    assert f'data-push="{push.public_part(push.key_of(settings().push_key))}"' in browser.get(page).text
    assert browser.get("/konto/geraet.js").headers["content-type"].startswith("text/javascript")
    device = pushing.device("browser")
    words = {"csrf": browser.csrf(), "endpoint": device.endpoint, "p256dh": device.p256dh, "auth": device.auth, "wants": "all"}
    assert browser.post(f"{page}/geraete", words).headers["location"] == f"{page}?meldung=geraet-an"
    assert browser.post(f"{page}/geraete", {**words, "endpoint": "https://127.0.0.1/"}).status_code == 422
    assert "Zeigt alles, was in Ihrem Konto steht." in browser.get(page).text
    with unit_of_work() as session:
        devices.remember(session, make_account(session).id, pushing.device("another"), "all", utcnow())
    for number in (1, 2):
        answer = browser.post(f"{page}/geraete/{number}", {"csrf": browser.csrf()})
        assert answer.headers["location"] == f"{page}?meldung=geraet-aus"
    assert [endpoint.rpartition("/")[2] for endpoint in known()] == ["another"]


def test_without_a_key_nothing_of_it_shows(browser):
    known_as(active_on=utcnow())
    browser.sign_in()
    page = "/konto/benachrichtigungen"
    assert "geraete" not in browser.get(page).text
    assert browser.get("/konto/geraet.js").status_code == 404
    words = {"csrf": browser.csrf(), "endpoint": DEVICE.endpoint, "p256dh": DEVICE.p256dh, "auth": DEVICE.auth, "wants": "all"}
    assert browser.post(f"{page}/geraete", words).status_code == 404
    assert known() == []


def test_a_device_for_everybody_shows_nobodys_news():
    assert rules.may_add_device(kiosk=False)
    assert not rules.may_add_device(kiosk=True)
