"""The real application with an own session for anybody, and a way to let the page cache ask again."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from litestar.testing import TestClient

from beteiligung.clock import utcnow
from beteiligung.db import unit_of_work
from beteiligung.identity.models import LoginSession
from beteiligung.identity.session import cookie_name, hashed
from beteiligung.web.cache import page_cache
from beteiligung.web.limits import limiter
from conftest import SERVERS
from identity.browsing import Browser
from support import application, make_account

collect_ignore = [] if SERVERS else ["test_growth.py"]
"""It counts the buffers that PostgreSQL reads."""


@pytest.fixture
def browsers(database):
    """Make a browser: of nobody, or of an account."""
    limiter.clear()
    page_cache().clear()
    with ExitStack() as stack:

        def make(account_id=None):
            client = stack.enter_context(TestClient(application(), base_url="http://localhost:8000"))
            if account_id is not None:
                secret = f"{account_id:043d}"
                with unit_of_work() as session:
                    session.add(
                        LoginSession(
                            id=hashed(secret),
                            account_id=account_id,
                            created_at=utcnow(),
                            seen_on=utcnow(),
                            expires_at=utcnow() + timedelta(days=3),
                        )
                    )
                client.cookies.set(cookie_name("sitzung"), secret)
            return Browser(client)

        yield make
    limiter.clear()


@pytest.fixture
def browser(browsers):
    return browsers()


@pytest.fixture
def resident(browsers):
    """Make a browser of a new person."""

    def make(**values):
        with unit_of_work() as session:
            account = make_account(session, **{"created_at": utcnow(), "terms_accepted_at": utcnow(), **values})
            account_id = account.id
        return browsers(account_id)

    return make


@pytest.fixture
def later():
    """Let more than five seconds pass for every cached page."""

    def age():
        entries = page_cache()._entries
        for key, entry in entries.items():
            entries[key] = replace(entry, checked=entry.checked - 60)

    return age
