"""A region with two people who have done everything there is to do, and ways to look for traces of one of them."""

import sqlite3
import subprocess
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import make_url, text

from beteiligung import audit, tables
from beteiligung.clock import utcnow
from beteiligung.db import engine, reading, unit_of_work
from beteiligung.identity import rights, service
from beteiligung.identity.models import Draft, LoginSession
from beteiligung.identity.rights_models import InactivityWarning
from beteiligung.jobs import Job, enqueue
from beteiligung.notifications.models import Notification
from beteiligung.participation import comments
from beteiligung.participation import service as participation
from beteiligung.participation.rules import Participant
from support import make_account, make_commitment, make_document, make_region

WORDS = {"anna": "Zwetschgenkompott", "ben": "Quittenmarmelade"}
DAY = timedelta(days=1)


@dataclass
class Person:
    """Somebody with everything a platform can know of them."""

    id: int
    email: str
    name: str
    word: str
    session: str

    @property
    def canaries(self):
        """What must not be found once the person is gone."""
        return (self.email, self.name, self.word, self.session)


@dataclass
class Scene:
    region_id: int
    commitment_id: int
    slug: str
    region_slug: str
    anna: Person
    ben: Person


def _person(session, region, commitment, other, name, now):
    word = WORDS[name]
    account = make_account(
        session, email=f"{name}.{word}@example.org".lower(), display_name=f"{name.title()} {word[:4]}-Canary", confirmed_in=region,
        home_in=region, clerk_of=region if name == "anna" else None, created_at=now - 30 * DAY, active_on=now - DAY,
    )  # fmt: skip
    participant = Participant(
        account_id=account.id, is_staff_of_region=False, confirmed_region_ids=frozenset({region.id}), home_region_id=region.id,
        may_contribute=True,
    )  # fmt: skip
    participation.cast_vote(session, participant, commitment.id, "against" if name == "anna" else "for", now, 1)
    participation.cast_vote(session, participant, other.id, "neutral", now, 1)
    comments.write_comment(session, participant, commitment.id, f"Mehr {word} für alle.", "for", now)
    participation.follow(session, account.id, region.id, "commitment", commitment.slug, now)
    participation.follow(session, account.id, region.id, "region", "", now)
    session.add(LoginSession(id=(word + "x" * 64)[:64], account_id=account.id, created_at=now, seen_on=now, expires_at=now + DAY))
    session.add(Notification(account_id=account.id, event=f"entry:{account.id}", title=f"Neues zu {word}", path="/x", created_at=now))
    session.add(InactivityWarning(account_id=account.id, number=1, warned_at=now - 10 * DAY))
    session.add(Draft(browser=f"browser-{name}", path="/x", content={"text": f"Entwurf {word}"}, created_at=now))
    service.request_sign_in(session, account.email, f"browser-{name}", "/", now)
    audit.record(session, "role_granted", f"account:{account.id}", now, account_id=account.id, region_id=region.id, role="clerk")
    enqueue(session, Job.SEND_RIGHTS_MAIL, now, kind="unused-1", id=account.id)
    rights.request_export(session, account.id, now)
    return Person(account.id, account.email, account.display_name, word, (word + "x" * 64)[:64])


@pytest.fixture
def scene(database):
    now = utcnow()
    with unit_of_work() as session:
        region = make_region(session, slug="musterkreis")
        document = make_document(session, region)
        commitment, other = make_commitment(session, document), make_commitment(session, document)
        people = {name: _person(session, region, commitment, other, name, now) for name in WORDS}
        for _number in range(6):  # enough for figures to be shown
            voter = make_account(session, confirmed_in=region)
            participant = Participant(
                account_id=voter.id, is_staff_of_region=False, confirmed_region_ids=frozenset({region.id}), home_region_id=None,
                may_contribute=True,
            )  # fmt: skip
            participation.cast_vote(session, participant, commitment.id, "for", now, 1)
        found = Scene(region.id, commitment.id, commitment.slug, region.slug, people["anna"], people["ben"])
    comment_marks(found, now)
    return found


def comment_marks(scene, now):
    """Each finds the other's comment helpful."""
    from sqlmodel import select

    from beteiligung.participation.models import Comment

    with unit_of_work() as session:
        for person, other in ((scene.anna, scene.ben), (scene.ben, scene.anna)):
            comment_id = session.exec(select(Comment.id).where(Comment.author_id == other.id)).one()
            participant = Participant(
                account_id=person.id, is_staff_of_region=False, confirmed_region_ids=frozenset({scene.region_id}),
                home_region_id=scene.region_id, may_contribute=True,
            )  # fmt: skip
            comments.mark_helpful(session, participant, comment_id, 1, now)


def dump(database) -> str:
    """Return the whole database as text, as its own tool writes it, also what deleted rows have left in the file."""
    if database.name == "sqlite":
        path = make_url(database.url).database
        with sqlite3.connect(path) as connection:
            return "\n".join(connection.iterdump())
    shell = [
        "pg_dump",
        "--data-only",
        "--inserts",
        "--schema=public",  # beside it other tests put the demonstration aside
        make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False),
    ]
    try:
        return subprocess.run(shell, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:  # no client at hand: every row of every table as text
        with engine().connect() as connection:
            return "\n".join(
                row
                for table in tables.metadata.sorted_tables
                for row in connection.execute(text(f'SELECT t::text FROM "{table.name}" t')).scalars()
            )


def files(folder) -> dict[str, bytes]:
    """Return every file under a folder but the database's own."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("beteiligung.sqlite3")
    }


def rows(model, *where):
    from sqlmodel import select

    with reading() as session:
        return session.exec(select(model).where(*where)).all()
