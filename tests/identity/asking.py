"""Asking for a sign-in mail and using what is in it, without the web."""

from datetime import timedelta

from beteiligung.db import reading, unit_of_work
from beteiligung.identity import service
from beteiligung.identity.models import SignIn
from support import NOW

BROWSER = "b" * 64
MINUTE = timedelta(minutes=1)


def ask(email="anna@example.org", browser=BROWSER, next_path="/", now=NOW):
    with unit_of_work() as session:
        return service.request_sign_in(session, email, browser, next_path, now)


def secrets_of(number):
    with reading() as session:
        row = session.get_one(SignIn, number)
        return service.link_token(number, row.nonce), service.code_of(number, row.nonce)


def use_link(number, token=None, browser=BROWSER, now=NOW, **more):
    with unit_of_work() as session:
        return service.consume_link(session, number, token or secrets_of(number)[0], browser, now, **more)


def use_code(number, code=None, browser=BROWSER, now=NOW):
    with unit_of_work() as session:
        return service.consume_code(session, number, code or secrets_of(number)[1], browser, now)
