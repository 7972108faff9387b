"""No room on the disk: whoever writes is told so, nothing is half there, and with room it goes on by itself."""

import shutil
import sqlite3
from collections import Counter
from email import message_from_bytes, policy

import pytest
from litestar.testing import TestClient
from sqlmodel import select
from worker.tasks import perform

from beteiligung import db
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity import service as identity
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.participation.models import Comment
from beteiligung.web.cache import page_cache
from beteiligung.web.limits import limiter
from conftest import forget_caches
from faults.harness import _sign_in
from faults.small_disk import small_disk
from support import application, make_account, make_commitment, make_document, make_region


@pytest.fixture
def disk(tmp_path, sqlite_template, monkeypatch):
    """The data directory with the database on a small disk."""
    with small_disk(tmp_path / "small") as found:
        shutil.copyfile(sqlite_template, found.folder / "beteiligung.sqlite3")
        monkeypatch.setenv("BETEILIGUNG_VAR", str(found.folder))
        monkeypatch.setenv("BETEILIGUNG_DATABASE_URL", f"sqlite:///{found.folder / 'beteiligung.sqlite3'}")
        forget_caches()
        limiter.clear()
        page_cache().clear()
        yield found
        forget_caches()


def test_a_full_disk_takes_nothing_and_loses_nothing(disk):
    now = utcnow()
    with unit_of_work() as session:
        region = make_region(session)
        path = make_commitment(session, make_document(session, region)).slug
        people = [_sign_in(session, make_account(session, terms_accepted_at=now).id, now) for _ in range(30)]
        clerk = _sign_in(session, make_account(session, clerk_of=region, terms_accepted_at=now).id, now)
        slug = region.slug
    page = f"/{slug}/zusagen/{path}"
    with TestClient(application(), base_url="http://localhost:8000") as browser:

        def send(address, person, text="", **more):
            cookie, csrf = person
            fields = {"csrf": csrf, **({"text": text} if text else {}), **more.pop("data", {})}
            return browser.post(address, data=fields, headers={"Cookie": f"sitzung={cookie}"}, follow_redirects=False, **more)

        def upload():
            facts = {
                "document": "",
                "title": "Programm",
                "kind": "election_programme",
                "author": "Liste",
                "first_line": "Die Liste verspricht",
            }
            file = {"file": ("programm.txt", b"Der Kreis baut einen Radweg.\n" * 2000)}
            return send(f"/verwaltung/{slug}/importe", clerk, data=facts, files=file)

        def files(name):
            return sorted(one.name for one in (disk.folder / name).iterdir()) if (disk.folder / name).is_dir() else []

        accepted = [f"Vorher {n}" for n in range(3)]
        assert {send(f"{page}/kommentare", people[n], text).status_code for n, text in enumerate(accepted)} == {303}
        with unit_of_work() as session:
            identity.request_sign_in(session, "anna@example.org", "b" * 64, "/", now)
            entry = session.exec(select(OutboxEntry.id).where(OutboxEntry.job == Job.SEND_SIGN_IN)).one()
        uploads = files("uploads")

        disk.fill()
        refused = []
        for n in range(3, 27):  # the write-ahead log may still have room of its own
            text = f"Beitrag {n}: " + "Das betrifft viele Menschen in meinem Dorf. " * 85
            answer = send(f"{page}/kommentare", people[n], text)
            (accepted if answer.status_code == 303 else refused).append(text.strip())
        assert refused
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "Gerade geht es nicht" in answer.text
        assert "Beitrag 26: Das betrifft" in answer.text  # nobody has to type it again
        assert upload().status_code == 503
        assert files("uploads") == uploads
        with pytest.raises(Exception):  # noqa: B017, PT011 - the mail or its record: the entry stays open
            perform(Job.SEND_SIGN_IN, entry)
        assert files("mail") == []
        assert browser.get(page).status_code == 200  # reading goes on

        disk.free()
        text = "Nachher geht es wieder."
        assert send(f"{page}/kommentare", people[28], text).status_code == 303
        accepted.append(text)
        assert upload().status_code == 303
        assert len(files("uploads")) == len(uploads) + 1
        with unit_of_work() as session:
            held = session.get_one(OutboxEntry, entry)
            held.leased_until, held.not_before = None, now
            session.add(held)
        perform(Job.SEND_SIGN_IN, entry)
        (mail,) = files("mail")
        message = message_from_bytes((disk.folder / "mail" / mail).read_bytes(), policy=policy.default)
        assert message["To"] == "anna@example.org"

    with reading() as session:
        stored = Counter(session.exec(select(Comment.text)).all())
        assert session.get_one(OutboxEntry, entry).done_at is not None
    assert stored == Counter(accepted)
    db.dispose()
    with sqlite3.connect(disk.folder / "beteiligung.sqlite3") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
