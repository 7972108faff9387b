"""People who write while something breaks, and the count of what became of it: accepted, lost, doubled."""

import contextlib
import http.client
import itertools
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlencode

from sqlmodel import Session, select

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.notifications.models import MailSettings, Preference
from beteiligung.participation.models import Comment, Follow, Tally, Vote
from beteiligung.participation.tally import voter_pseudonym
from faults.harness import _sign_in
from support import make_account, make_commitment, make_document, make_region

CHOICES = ("for", "neutral", "against")


@dataclass(frozen=True)
class Place:
    """A region with one commitment, some people who write and one who wants to know at once."""

    region_id: int
    commitment_id: int
    path: str
    people: tuple[tuple[int, str, str], ...]
    """Account, cookie and CSRF token of each."""
    follower: int


def settle(people: int = 60) -> Place:
    """Write all of it."""
    now = utcnow()
    with unit_of_work() as session:
        region = make_region(session)
        commitment = make_commitment(session, make_document(session, region))
        accounts = [make_account(session, terms_accepted_at=now, created_at=now - timedelta(days=3)).id or 0 for _ in range(people)]
        signed_in = tuple((account, *_sign_in(session, account, now)) for account in accounts)
        follower = make_account(session, created_at=now - timedelta(days=3)).id or 0
        session.add(Preference(account_id=follower, kind="comment", mail="at_once"))
        session.add(MailSettings(account_id=follower, quiet_from=0, quiet_until=0))
        session.add(Follow(account_id=follower, region_id=region.id, kind="commitment", target=commitment.slug, created_at=now))
        return Place(region.id or 0, commitment.id or 0, f"/{region.slug}/zusagen/{commitment.slug}", signed_in, follower)


_numbers = itertools.count(1)


@dataclass
class Load:
    """Threads that comment and vote until told to stop. A write is accepted when the answer is the redirect to what was saved."""

    port: int
    place: Place
    writers: int = 3
    pause: float = 0.02
    accepted: set[str] = field(default_factory=set)
    voted: dict[int, str] = field(default_factory=dict)
    """Account → the choice last accepted."""
    unsure: dict[int, set[str]] = field(default_factory=dict)
    """Account → choices sent after it without an answer that says so."""
    answers: Counter[str] = field(default_factory=Counter)
    errors: dict[int, str] = field(default_factory=dict)
    """Status → an error page that came with it."""

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(self.writers)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_about: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def _work(self, mine: int) -> None:
        own = self.place.people[mine :: self.writers]
        for turn in itertools.count():
            if self._over.wait(self.pause):
                return
            account, cookie, csrf = own[turn % len(own)]
            if turn % 2:
                self.comment(cookie, csrf)
            else:
                self.vote(account, cookie, csrf, CHOICES[turn // len(own) % 3])

    def send(self, path: str, cookie: str, fields: dict[str, str]) -> int:
        """Post a form; returns its status, 0 where there was no answer."""
        number = next(_numbers)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Cookie": f"sitzung={cookie}", "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": f"10.1.{number // 250 % 250}.{number % 250}",
        }  # fmt: skip
        try:
            connection.request("POST", path, urlencode(fields), headers)
            answer = connection.getresponse()
            body = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.answers["no answer"] += 1
            time.sleep(0.1)
            return 0
        finally:
            connection.close()
        self.answers[str(answer.status)] += 1
        if answer.status >= 500:
            self.errors[answer.status] = body
        return answer.status

    def comment(self, cookie: str, csrf: str) -> bool:
        """Write one comment of its own words."""
        text = f"Beitrag {next(_numbers)} von {time.time_ns()} zu dieser Sache."
        if self.send(f"{self.place.path}/kommentare", cookie, {"csrf": csrf, "text": text}) != 303:
            return False
        self.accepted.add(text)
        return True

    def vote(self, account: int, cookie: str, csrf: str, choice: str) -> None:
        """Cast or change a vote."""
        if self.send(f"{self.place.path}/stimme", cookie, {"csrf": csrf, "choice": choice, "version": "1"}) == 303:
            self.voted[account] = choice
            self.unsure.pop(account, None)
        else:
            self.unsure.setdefault(account, set()).add(choice)


@dataclass(frozen=True)
class Count:
    """What became of what was accepted."""

    accepted: int
    lost: int
    doubled: int


def count(load: Load) -> Count:
    """Compare what was accepted with what is stored; also that the tally is what a recount gives."""
    with reading() as session:
        texts = Counter(session.exec(select(Comment.text)).all())
        votes = {vote.voter: vote.choice for vote in session.exec(select(Vote)).all()}
        wrong = _tally_differs(session, votes, load.place)
    lost = sum(text not in texts for text in load.accepted)
    for account, choice in load.voted.items():
        stored = votes.get(voter_pseudonym(account, load.place.region_id))
        lost += stored != choice and stored not in load.unsure.get(account, ())
    doubled = sum(number - 1 for number in texts.values()) + wrong
    return Count(len(load.accepted) + len(load.voted), lost, doubled)


def _tally_differs(session: Session, votes: dict[str, Any], place: Place) -> int:
    tally = session.get(Tally, (place.commitment_id, 1))
    counted = Counter(choice for choice in votes.values() if choice)
    found = {choice: getattr(tally, f"unconfirmed_{choice}", 0) + getattr(tally, f"confirmed_{choice}", 0) for choice in CHOICES}
    return sum(abs(counted[choice] - (found[choice] if tally else 0)) for choice in CHOICES)


def get(port: int, path: str, timeout: float = 30) -> tuple[int, str, dict[str, str]]:
    """Read a page as a guest; status 0 where there was no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), {name.lower(): value for name, value in answer.getheaders()}
    return 0, "", {}
