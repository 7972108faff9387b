"""A region with clerks and residents, and a browser for each of them at the real pages."""

import re
import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
from litestar.testing import TestClient

from beteiligung import db
from beteiligung.clock import utcnow
from beteiligung.identity.models import LoginSession
from beteiligung.identity.session import cookie_name, hashed
from beteiligung.participation.models import Comment, CommentVote, Tally, Vote
from beteiligung.web.cache import page_cache
from beteiligung.web.limits import limiter
from support import application, make_account, make_commitment, make_document, make_region


class Browser:
    """A test client that follows no redirect; signed in where it has an account."""

    def __init__(self, client, account_id=None):
        self.client = client
        if account_id is not None:
            secret, now = secrets.token_urlsafe(32), utcnow()
            today = now.replace(hour=0, minute=0, second=0, microsecond=0)
            with db.unit_of_work() as session:
                session.add(
                    LoginSession(
                        id=hashed(secret), account_id=account_id, created_at=now, seen_on=today, expires_at=now + timedelta(hours=12)
                    )
                )
            client.cookies.set(cookie_name("sitzung"), secret)

    def get(self, path, **headers):
        return self.client.get(path, follow_redirects=False, headers=headers)

    def post(self, path, data=None, *, form=None, files=None, token=None):
        """Send a form of the page `form` (default: the path's own) with its hidden fields."""
        hidden = {}
        if token is None:
            shown = self.get(form or path).text
            hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown))
        else:
            hidden = {"csrf": token}
        headers = {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}
        return self.client.post(path, data={**hidden, **(data or {})}, files=files, follow_redirects=False, headers=headers)


@dataclass
class Place:
    """What the tests stand on; numbers of rows."""

    region: str
    region_id: int
    document_id: int
    commitment: str
    commitment_id: int
    question_id: int
    base: str
    people: dict[str, int | None]


@pytest.fixture
def place(database):
    with db.unit_of_work() as session:
        region = make_region(session, slug="musterkreis", name="Musterkreis", in_name="im Musterkreis")
        other = make_region(session, slug="nachbarkreis")
        document = make_document(session, region, slug="programm", title="Programm der Beispielliste")
        commitment = make_commitment(
            session, document, slug="musterkreis-001", title="Radweg am Fluss", summary="Der Kreis baut einen Radweg.",
            wording="Wir bauen einen Radweg.", section=["Verkehr"],
        )  # fmt: skip
        people = {
            "guest": None,
            "resident": make_account(session, home_in=region).id,
            "confirmed resident": make_account(session, confirmed_in=region).id,
            "council member": make_account(session, council_of=region).id,
            "clerk": make_account(session, clerk_of=region, display_name="Frau Amt").id,
            "second clerk": make_account(session, clerk_of=region, display_name="Herr Amt").id,
            "clerk of another region": make_account(session, clerk_of=other).id,
            "operator": make_account(session, operator=True).id,
        }
        question = Comment(
            commitment_id=commitment.id, author_id=people["confirmed resident"], stance="question", text="Wann beginnt der Bau?",
            created_at=utcnow() - timedelta(days=2),
        )  # fmt: skip
        session.add(question)
        session.add(Vote(commitment_id=commitment.id, version=1, voter="a" * 64, choice="for", standing="confirmed"))
        session.add(Tally(commitment_id=commitment.id, version=1, confirmed_for=1))
        session.flush()
        session.add(CommentVote(comment_id=question.id, voter="b" * 64, value=1))
    return Place(region.slug, region.id, document.id, commitment.slug, commitment.id, question.id, f"/verwaltung/{region.slug}", people)


@pytest.fixture
def browsers(place):
    """Return a browser of one of `place.people`."""
    limiter.clear()
    page_cache().clear()
    with ExitStack() as stack:
        yield lambda who: Browser(stack.enter_context(TestClient(application(), base_url="http://localhost:8000")), place.people[who])
    limiter.clear()


@pytest.fixture
def clerk(browsers):
    return browsers("clerk")
