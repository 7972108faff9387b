"""A browser at the real application, and the secrets that its mails hold."""

import re

from sqlmodel import col, select

from beteiligung.db import reading, unit_of_work
from beteiligung.identity import service
from beteiligung.identity.models import SignIn
from support import make_account


class Browser:
    """A test client with its own cookies that follows no redirect by itself."""

    def __init__(self, client):
        self.client = client

    def get(self, path, **more):
        return self.client.get(path, follow_redirects=False, **more)

    def post(self, path, data=None, **more):
        headers = {"Origin": str(self.client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin", **more.pop("headers", {})}
        return self.client.post(path, data=data or {}, follow_redirects=False, headers=headers, **more)

    @property
    def cookies(self):
        return self.client.cookies

    def csrf(self, path="/konto"):
        return re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)[1]

    def ask(self, email="anna@example.org", weiter="/", **more):
        """Ask for a mail; return the number of the request."""
        answer = self.post("/anmelden", {"mail": email, "weiter": weiter}, **more)
        assert answer.status_code == 303, answer.text
        return newest()

    def sign_in(self, email="anna@example.org", weiter="/"):
        return self.post(link(self.ask(email, weiter)))


def newest():
    with reading() as session:
        return session.exec(select(SignIn.id).order_by(col(SignIn.id).desc())).first()


def link(number):
    with reading() as session:
        return f"/anmelden/link/{number}/{service.link_token(number, session.get_one(SignIn, number).nonce)}"


def code(number):
    with reading() as session:
        return service.code_of(number, session.get_one(SignIn, number).nonce)


WELCOME = {"display_name": "Anna B.", "birth_year": "1985", "municipality": "", "terms": "1"}


def known(email="anna@example.org", **values):
    with unit_of_work() as session:
        return make_account(session, email=email, **values).id


def wrong(number):
    return f"{(int(code(number)) + 1) % 1_000_000:06d}"


def rows(model):
    with reading() as session:
        return session.exec(select(model)).all()


def is_signed_in(browser):
    return browser.get("/konto").status_code == 200
