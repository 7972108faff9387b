"""Sign-in and sessions without the web."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlmodel import select

from beteiligung.db import engine, reading, unit_of_work
from beteiligung.identity import logins, offices, rules, service
from beteiligung.identity.logins import SignedIn
from beteiligung.identity.models import Account, LoginSession, Residence, Role, SignIn
from beteiligung.identity.service import Problem
from beteiligung.identity.session import hashed
from beteiligung.identity.viewer import viewer_by_id
from beteiligung.jobs import Job, OutboxEntry
from identity.asking import BROWSER, MINUTE, ask, secrets_of, use_code, use_link
from support import NOW, make_account, make_region, statements


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


def everything_stored():
    with engine().connect() as connection:
        return repr(
            [connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in ("sign_in", "outbox_entry", "account", "login_session")]
        )


def test_asking_queues_a_mail_and_creates_no_account(database):
    number = ask()
    with reading() as session:
        assert session.exec(select(Account)).all() == []
        (entry,) = session.exec(select(OutboxEntry)).all()
    assert (entry.job, entry.args) == (Job.SEND_SIGN_IN.value, {"id": number})


def test_neither_link_nor_code_nor_cookie_is_stored(database):
    number = ask()
    token, code = secrets_of(number)
    outcome = use_link(number)
    stored = everything_stored()
    assert token not in stored
    assert f"'{code}'" not in stored
    assert outcome.secret not in stored
    assert hashed(outcome.secret) in stored


def test_known_and_unknown_addresses_cost_the_same(database):
    with unit_of_work() as session:
        known = make_account(session).email
    seen = []
    for email in (known, "nobody@example.org"):
        with statements() as sql:
            ask(email)
        seen.append(sql)
    assert seen[0] == seen[1]


def test_the_link_signs_in_once(database):
    number = ask(next_path="/kreis/zusagen/bus")
    outcome = use_link(number)
    assert isinstance(outcome, SignedIn)
    assert (outcome.next_path, outcome.welcome_done, outcome.holds) == ("/kreis/zusagen/bus", False, rules.SESSION_HOLDS)
    assert use_link(number) is Problem.USED
    assert use_code(number) is Problem.USED
    with reading() as session:
        viewer = viewer_by_id(session, hashed(outcome.secret), NOW)
        assert viewer is not None
        assert session.get_one(Account, viewer.account_id).email == "anna@example.org"


def test_the_link_signs_in_once_though_pressed_by_eight_at_once(database):
    number = ask()
    token = secrets_of(number)[0]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: use_link(number, token), range(8)))
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1
    assert outcomes.count(Problem.USED) == 7
    with reading() as session:
        assert len(session.exec(select(LoginSession)).all()) == 1
        assert len(session.exec(select(Account)).all()) == 1


def test_two_first_sign_ins_at_once_make_one_account(database):
    first, second = ask(), ask()
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(use_link, (first, second)))
    assert all(isinstance(outcome, SignedIn) for outcome in outcomes)
    assert outcomes[0].account_id == outcomes[1].account_id
    assert outcomes[0].secret != outcomes[1].secret


def test_looking_at_a_link_uses_nothing_up(database):
    number = ask()
    token = secrets_of(number)[0]
    for _ in range(5):
        with reading() as session:
            assert service.link_problem(session, number, token, BROWSER, NOW) is None
    assert isinstance(use_link(number, token), SignedIn)


def test_links_that_do_not_work(database):
    number, other = ask(), ask("ben@example.org")
    token, code = secrets_of(number)
    assert use_link(number, token[:-1] + ("0" if token[-1] != "0" else "1")) is Problem.WRONG
    assert use_link(number, token.upper()) is Problem.WRONG
    assert use_link(number, secrets_of(other)[0]) is Problem.WRONG
    assert use_link(number, code) is Problem.WRONG
    assert use_link(number, "ä") is Problem.WRONG
    assert use_link(number + 1000, token) is Problem.WRONG
    assert use_link(number, token, browser="c" * 64) is Problem.OTHER_BROWSER
    assert use_link(number, token, browser=None) is Problem.OTHER_BROWSER
    assert use_link(number, token, now=NOW + 60 * MINUTE) is Problem.OLD
    assert isinstance(use_link(number, token, now=NOW + 59 * MINUTE), SignedIn)


def test_a_wrong_token_does_not_tell_which_requests_exist(database):
    number = ask()
    use_link(number)
    assert use_link(number, "0" * 64) is use_link(number + 1000, "0" * 64) is Problem.WRONG


def test_the_code_signs_in(database):
    number = ask()
    code = secrets_of(number)[1]
    assert re.fullmatch(r"\d{6}", code)
    assert use_code(number, wrong(code)) is Problem.WRONG_CODE
    assert isinstance(use_code(number, code), SignedIn)
    assert use_code(number, code) is Problem.USED
    assert use_link(number) is Problem.USED


def test_a_code_takes_five_guesses(database):
    number = ask()
    token, code = secrets_of(number)
    for _ in range(5):
        assert use_code(number, wrong(code)) is Problem.WRONG_CODE
    assert use_code(number, code) is Problem.TOO_MANY
    assert isinstance(use_link(number, token), SignedIn), "the link is no guess"


def test_a_code_takes_five_guesses_at_once(database):
    number = ask()
    bad = wrong(secrets_of(number)[1])
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: use_code(number, bad), range(16)))
    assert outcomes.count(Problem.WRONG_CODE) == 5
    assert outcomes.count(Problem.TOO_MANY) == 11


def test_an_address_takes_twenty_wrong_codes_a_day(database):
    for minute in range(4):
        number = ask(now=NOW + minute * MINUTE)
        for _ in range(5):
            assert use_code(number, wrong(secrets_of(number)[1]), now=NOW + minute * MINUTE) is Problem.WRONG_CODE
    number = ask(now=NOW + 5 * MINUTE)
    assert use_code(number, now=NOW + 5 * MINUTE) is Problem.CODE_CLOSED
    assert isinstance(use_link(number, now=NOW + 5 * MINUTE), SignedIn)
    later = NOW + timedelta(days=1, minutes=6)
    assert isinstance(use_code(ask(now=later), now=later), SignedIn)


def test_codes_of_other_browsers_and_hours(database):
    number = ask()
    assert use_code(number, browser="c" * 64) is Problem.NO_REQUEST
    assert use_code(number, browser=None) is Problem.NO_REQUEST
    assert use_code(number, now=NOW + 61 * MINUTE) is Problem.OLD
    with unit_of_work() as session:
        assert isinstance(service.consume_code(session, None, secrets_of(number)[1], BROWSER, NOW), SignedIn)


def test_a_new_session_ends_the_browsers_old_one(database):
    first = use_link(ask())
    second = use_link(ask(), old_session=hashed(first.secret))
    assert first.secret != second.secret
    with reading() as session:
        assert viewer_by_id(session, hashed(first.secret), NOW) is None
        assert viewer_by_id(session, hashed(second.secret), NOW) is not None


def test_signing_out_here_and_everywhere(database):
    one, two, three = (use_link(ask()) for _ in range(3))
    other = use_link(ask("ben@example.org"))
    under_way = ask()
    with unit_of_work() as session:
        logins.sign_out(session, hashed(one.secret))
        assert viewer_by_id(session, hashed(one.secret), NOW) is None
        assert viewer_by_id(session, hashed(two.secret), NOW) is not None
        logins.sign_out_everywhere(session, two.account_id)
        assert viewer_by_id(session, hashed(two.secret), NOW) is None
        assert viewer_by_id(session, hashed(three.secret), NOW) is None
        assert viewer_by_id(session, hashed(other.secret), NOW) is not None
        assert session.get(SignIn, under_way) is None


# Who is looking


def test_a_viewer_is_one_statement_with_roles_that_hold_now(database):
    with unit_of_work() as session:
        a, b, c = (make_region(session) for _ in range(3))
        account = make_account(session, confirmed_in=[a, b], home_in=a, clerk_of=a, council_of=b, operator=True)
        past = {"account_id": account.id, "since": NOW - timedelta(days=9)}
        session.add(Role(**past, region_id=b.id, name="clerk", until=NOW))
        session.add(Role(**past, region_id=c.id, name="council", until=NOW + MINUTE))
        session.add(Role(account_id=account.id, region_id=c.id, name="clerk", since=NOW + MINUTE))
        session.add(Residence(account_id=account.id, region_id=c.id, confirmed_at=NOW - timedelta(days=800), until=NOW))
        secret, holds = logins.open_session(session, account.id, NOW)
    with reading() as session, statements() as sql:
        viewer = viewer_by_id(session, hashed(secret), NOW)
    assert len(sql) == 1
    assert viewer is not None
    assert (viewer.clerk_of, viewer.council_of, viewer.operator) == ({a.id}, {b.id, c.id}, True)
    assert (viewer.confirmed_in, viewer.home_region_id) == ({a.id, b.id}, a.id)
    assert viewer.welcome_done
    assert viewer.is_staff_of(a.id)
    assert not viewer.is_staff_of(b.id)
    assert viewer.is_council_of(b.id)
    assert holds == rules.STAFF_SESSION_HOLDS
    assert hashed(secret) not in repr(viewer)
    assert "1980" not in repr(viewer)


def test_sessions_run_out(database):
    with unit_of_work() as session:
        account = make_account(session)
        secret, _ = logins.open_session(session, account.id, NOW)
        key = hashed(secret)
        assert viewer_by_id(session, key, NOW + timedelta(days=29)) is not None
        assert viewer_by_id(session, key, NOW + timedelta(days=32)) is None
        session.get_one(LoginSession, key).seen_on = NOW + timedelta(days=85)
        session.flush()
        assert viewer_by_id(session, key, NOW + timedelta(days=89)) is not None
        assert viewer_by_id(session, key, NOW + timedelta(days=90)) is None


def test_a_new_clerks_long_session_ends_too(database):
    with unit_of_work() as session:
        account = make_account(session)
        secret, _ = logins.open_session(session, account.id, NOW)
        offices.grant_role(session, account.id, make_region(session).id, "clerk", NOW)
        assert viewer_by_id(session, hashed(secret), NOW + timedelta(hours=11)) is not None
        assert viewer_by_id(session, hashed(secret), NOW + timedelta(hours=12)) is None


def test_tokens_of_forms_belong_to_one_session(database):
    with unit_of_work() as session:
        account = make_account(session)
        keys = [hashed(logins.open_session(session, account.id, NOW)[0]) for _ in range(2)]
        one, two = (viewer_by_id(session, key, NOW) for key in keys)
    token = one.csrf_token()
    assert token != one.csrf_token(), "masked: different each time"
    assert one.accepts(token)
    assert not two.accepts(token)
    for bad in ("", ".", token[:-1], token + "0", "x" + token, token.replace(".", ""), "ä.ö", token.partition(".")[2]):
        assert not one.accepts(bad)


# The mail


def test_the_mail_holds_link_and_code(database, monkeypatch):
    number = ask()
    token, code = secrets_of(number)
    with reading() as session:
        message = service.sign_in_message(session, number, NOW)
        again = service.sign_in_message(session, number, NOW)
    assert message["To"] == "anna@example.org"
    for kind in ("plain", "html"):
        body = message.get_body((kind,)).get_content()
        assert f"http://localhost:8000/anmelden/link/{number}/{token}" in body
        assert code in body
    assert code not in message["Subject"]
    assert message["Message-ID"] == again["Message-ID"]


def test_no_mail_for_what_is_used_old_sent_or_gone(database):
    used, sent, open_ = ask(), ask(), ask()
    use_link(used)
    with unit_of_work() as session:
        service.mark_sent(session, sent, NOW)
    with reading() as session:
        assert service.sign_in_message(session, used, NOW) is None
        assert service.sign_in_message(session, sent, NOW) is None
        assert service.sign_in_message(session, open_, NOW + 60 * MINUTE) is None
        assert service.sign_in_message(session, 10**6, NOW) is None
