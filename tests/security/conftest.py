"""The whole application with something in every table that an address can name, and a browser for everybody who may come."""

import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
from litestar.testing import TestClient

from beteiligung.catalogue.models import HistoryEntry, ImportRun
from beteiligung.clock import utcnow
from beteiligung.db import unit_of_work
from beteiligung.identity.models import LoginSession
from beteiligung.identity.session import cookie_name, hashed
from beteiligung.participation.models import Comment
from beteiligung.web.cache import page_cache
from beteiligung.web.limits import limiter
from support import application, make_account, make_commitment, make_document, make_region

ORIGIN = "http://localhost:8000"


@dataclass
class World:
    """Values for the parameters of every address, and who there is."""

    values: dict[str, str]
    people: dict[str, int | None]
    commitment_id: int


@pytest.fixture
def world(database):
    now = utcnow()
    with unit_of_work() as session:
        region, other = make_region(session, slug="musterkreis"), make_region(session, slug="nachbarkreis")
        document = make_document(session, region, slug="programm")
        commitment = make_commitment(session, document, slug="musterkreis-001", wording="Wir bauen einen Radweg.")
        people = {
            "guest": None,
            "resident": make_account(session, home_in=region).id,
            "newcomer": make_account(session, display_name=None, terms_version=None).id,
            "clerk": make_account(session, clerk_of=region).id,
            "clerk elsewhere": make_account(session, clerk_of=other).id,
            "operator": make_account(session, operator=True).id,
            "confirmed": make_account(session, home_in=region, confirmed_in=region).id,
            "council": make_account(session, home_in=region, confirmed_in=region, council_of=region).id,
            "council elsewhere": make_account(session, home_in=other, confirmed_in=other, council_of=other).id,
        }
        comment = Comment(commitment_id=commitment.id, author_id=people["resident"], stance="question", text="Wann?", created_at=now)
        run = ImportRun(
            region_id=region.id, document_id=document.id, file_name="a.txt", sha256="0" * 64, created_at=now, state="done", finished_at=now
        )
        session.add_all((comment, run))
        session.add(HistoryEntry(commitment_id=commitment.id, kind="answer", happened_on=now.date(), body="Ja.", created_at=now))
        session.flush()
        values = {
            "region_slug": region.slug, "slug": commitment.slug, "document_slug": document.slug, "topic_slug": commitment.topic,
            "comment_id": str(comment.id), "commitment_id": str(commitment.id), "run_id": str(run.id), "number": "1",
            "sign_in_id": "1", "token": "0" * 64, "name": "manifest.json",
        }  # fmt: skip
    return World(values, people, commitment.id)


@pytest.fixture
def browser_of(world):
    """Return a client, signed in as one of `world.people`; `headers` go with every request."""
    limiter.clear()
    page_cache().clear()
    with ExitStack() as stack:

        def make(who, raise_server_exceptions=True):
            client = stack.enter_context(TestClient(application(), base_url=ORIGIN, raise_server_exceptions=raise_server_exceptions))
            if account_id := world.people[who]:
                secret, now = secrets.token_urlsafe(32), utcnow()
                row = LoginSession(
                    id=hashed(secret), account_id=account_id, created_at=now, seen_on=now, expires_at=now + timedelta(days=1)
                )
                with unit_of_work() as session:
                    session.add(row)
                client.cookies.set(cookie_name("sitzung"), secret)
            return client

        yield make
    limiter.clear()
