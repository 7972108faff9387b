"""The example people of the demonstration: loads what data/demo tells of them; demo_removal.py removes all of it.

Everything is written by the services of the rooms, in one transaction, and is the same on every machine (but
the secret of the draw): chance is drawn from hashes, days count back from `ANCHOR`. See docs/decisions/0010-example-people.md.
"""

import hashlib
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from beteiligung.catalogue import service as catalogue
from beteiligung.catalogue.models import Commitment, Document, HistoryEntry
from beteiligung.catalogue.rules import StatusSource
from beteiligung.clock import BERLIN
from beteiligung.db import unit_of_work
from beteiligung.demo_council import seat_council
from beteiligung.demo_moderation import Cast, add_council_work
from beteiligung.demo_removal import remove_demo
from beteiligung.errors import Forbidden, Invalid
from beteiligung.identity import offices
from beteiligung.identity import service as identity
from beteiligung.identity.models import Account
from beteiligung.identity.rules import RESIDENCE_HOLDS, TERMS_VERSION
from beteiligung.jobs import Job, OutboxEntry, enqueue
from beteiligung.notifications import service as notifications
from beteiligung.notifications.models import Notification
from beteiligung.participation import bulk
from beteiligung.participation import service as participation
from beteiligung.participation.rules import Participant
from beteiligung.places.models import Municipality, Region
from beteiligung.settings import settings

__all__ = ["ANCHOR", "Summary", "chance", "choice_of", "load_demo", "remove_demo"]

ANCHOR = date(2026, 11, 20)
"""The last day of the demonstration; everything happened in the twelve weeks before."""

ARRIVAL = timedelta(days=90)
"""Before the anchor: when the example people came."""

MAY_QUOTE = 0.7
"""Of the example people's comments: how many may be quoted in reports."""

NEWS = timedelta(days=42)
"""Comments older than this are no news to their followers."""

UNREAD = timedelta(days=14)
"""News older than this has been read."""

LIVELY = 1.1
"""How much more people vote on the commitments everybody talks about."""

AWAY = 0.5
"""How much less people vote in a region that is not theirs, and only on what is talked about."""

PREFIXES = {
    "werra-meissner": "werra-meissner-2026",
    "erzgebirge": "erzgebirge-programm",
    "coesfeld": "coesfeld-2025",
    "dueren": "dueren-2025",
    "kassel": "kassel-2021",
}
"""Region → how the slugs of its commitments begin."""


@dataclass(frozen=True)
class Summary:
    """What a load wrote; all zero where the example people were there already."""

    people: int = 0
    comments: int = 0
    answers: int = 0
    votes: int = 0
    helpful: int = 0
    follows: int = 0

    def __str__(self) -> str:
        if not self.people:
            return "The example people are there already."
        return (
            f"Example people: {self.people}, with {self.comments} comments and replies, {self.answers} answers and statuses, "
            f"{self.votes} votes, {self.helpful} helpful marks, {self.follows} follows."
        )


def load_demo(now: datetime, folder: Path | None = None) -> Summary:
    """Create the example people with all that data/demo (or `folder`) tells of them; a second load changes nothing.

    What concerns a region or commitment that is not there is left out. Raises Forbidden in production.
    """
    if settings().mode == "production":
        raise Forbidden("Example people never exist in production.")
    with unit_of_work() as session:
        if session.exec(select(Account.id).where(col(Account.is_example)).limit(1)).first() is not None:
            return Summary()
        summary = _Load(session, folder or settings().root / "data" / "demo", now).run()
        session.info.pop("after_commit", None)  # the followers have been told here: the worker has nothing to do
    return summary


def chance(*parts: object) -> float:
    """Return a number from 0 up to 1 that looks random and is always the same for the same parts."""
    digest = hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def choice_of(leaning: dict[str, Any], view: tuple[float, float], luck: float) -> str:
    """Return how somebody with this view (change, local; each -1 to 1) votes; `luck` from 0 to 1 spreads them."""
    pull = leaning["pull"]
    tendency = leaning["base"] + pull[0] * view[0] + pull[1] * view[1] + 1.6 * (luck - 0.5)
    return "for" if tendency > 0.25 else "against" if tendency < -0.25 else "neutral"


@dataclass
class _Person:
    region: str | None
    also: frozenset[str]
    view: tuple[float, float]
    turnout: float
    participant: Participant
    stances: dict[int, str] = field(default_factory=dict)
    """Commitment id → what the person last said to be, so that the vote agrees."""


@dataclass
class _Load:
    session: Session
    folder: Path
    now: datetime
    people: dict[str, _Person] = field(default_factory=dict)
    clerks: dict[str, Participant] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    comments: dict[int, tuple[str, str, list[int] | None]] = field(default_factory=dict)
    """Comment id → key of the author, slug of the region, how many find it helpful and how many not where the files say."""

    def __post_init__(self) -> None:
        self.anchor = min(datetime.combine(ANCHOR, time(20), BERLIN), self.now)
        self.regions = {region.slug: region for region in self.session.exec(select(Region))}
        pairs = self.session.exec(select(Commitment, Document).join(Document, col(Document.id) == col(Commitment.document_id)))
        self.commitments = {commitment.slug: (commitment, document) for commitment, document in pairs if commitment.state == "published"}
        self.session.expunge_all()  # else every update would be compared with 700 rows held in memory

    def run(self) -> Summary:
        self._write_people()
        self._seat_council()
        follows = self._write_follows()
        self._write_comments()
        answers = self._write_answers()
        self._read_old_news()
        votes = self._write_votes()
        helpful = self._write_marks()
        self._add_council_work()
        self.session.execute(update(Region).where(col(Region.slug).in_(list(PREFIXES))).values(example=True))
        enqueue(self.session, Job.TAKE_PULSE, self.now, period=f"{self.now:%Y-%m-%dT%H}")  # orders the first figures
        return Summary(len(self.people) + len(self.clerks), len(self.comments), answers, votes, helpful, follows)

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / f"{name}.toml"
        try:
            return tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise Invalid(f"{path.name}: {error}") from error

    def _commitment(self, region: str, number: int) -> tuple[Commitment, Document] | None:
        return self.commitments.get(f"{PREFIXES[region]}-{number:03}")

    def _moment(self, ago: int, *parts: object, office: bool = False) -> datetime:
        """Return a moment of the day so many days before the anchor, in the day or in office hours."""
        start, hours = (8, 8) if office else (7, 15)
        day = self.anchor.astimezone(BERLIN).date() - timedelta(days=ago)
        return datetime.combine(day, time(start), BERLIN) + timedelta(minutes=int(60 * hours * chance("time", ago, *parts)))

    # People

    def _write_people(self) -> None:
        homes = {(m.region_id, m.name): m.id for m in self.session.exec(select(Municipality))}
        start = self.anchor - ARRIVAL
        for told in self._read("people")["person"]:
            key, slug = told["key"], told.get("region")
            region = self.regions.get(slug) if slug else None
            if slug and region is None:
                continue
            account = Account(
                email=told.get("email", f"{key}@beispiel.example"),
                display_name=told["name"],
                birth_year=told.get("born"),
                municipality_id=homes.get((cast(int, region.id), told.get("place", ""))) if region else None,
                terms_version=TERMS_VERSION,
                terms_accepted_at=start,
                is_example=True,
                created_at=start,
            )
            self.session.add(account)
            self.session.flush()
            account_id = cast(int, account.id)
            self.names[key] = told["name"]
            if role := told.get("role"):
                offices.grant_role(self.session, account_id, cast(Region, region).id, role, start)
            if role == "clerk":
                self.clerks[key] = Participant(account_id, True, frozenset(), cast(Region, region).id, False)
                continue
            if told.get("confirmed") and region:
                identity.confirm_residence(self.session, account_id, cast(int, region.id), start, until=self.now + RESIDENCE_HOLDS)
            confirmed = frozenset({cast(int, region.id)}) if told.get("confirmed") and region else frozenset[int]()
            participant = Participant(account_id, False, confirmed, region.id if region and account.municipality_id else None, True)
            also = frozenset(told.get("also", ()))
            self.people[key] = _Person(slug, also, tuple(told["view"]), told["turnout"], participant)

    def _seat_council(self) -> None:
        told = self._read("council")
        region = self.regions.get(told["region"])
        if region is None:
            return
        accounts = [(self.people[key].participant.account_id, self.names[key]) for key in told["members"]]
        seat_council(self.session, told, cast(int, region.id), self.clerks[told["clerk"]].account_id, accounts, self.anchor)

    def _add_council_work(self) -> None:
        told = self._read("moderation")
        slug, region = told["region"], self.regions.get(told["region"])
        clerk = next((one.account_id for one in self.clerks.values() if region and one.home_region_id == region.id), None)
        if region is None or clerk is None:
            return
        accounts = {key: person.participant.account_id for key, person in self.people.items()}

        def commitment(number: int) -> Commitment | None:
            found = self._commitment(slug, number)
            return found[0] if found else None

        def moment(ago: int) -> datetime:
            return self._moment(ago, "council", office=True)

        add_council_work(self.session, told, cast(int, region.id), Cast(accounts, clerk, commitment, moment, self.now))

    def _write_follows(self) -> int:
        start, count = self.anchor - ARRIVAL, 0
        for told in self._read("follows")["follow"]:
            region, target = self.regions.get(told["region"]), told.get("target", "")
            if isinstance(target, int):
                found = self._commitment(told["region"], target)
                target = found[0].slug if found else None
            if region and told["by"] in self.people and target is not None:
                account_id = self.people[told["by"]].participant.account_id
                participation.follow(self.session, account_id, cast(int, region.id), told["kind"], target, start)
                count += 1
        return count

    # Comments, answers, statuses, in the order in which they happened

    def _write_comments(self) -> None:
        told_of: list[tuple[datetime, str, dict[str, Any]]] = []
        for slug in (slug for slug in PREFIXES if slug in self.regions):
            for number, told in enumerate(self._read(f"comments-{slug}").get("comment", ())):
                told_of += self._thread(slug, f"{slug} {number}", told)
        told_of.sort(key=lambda one: one[0])
        place = {told["key"]: number for number, (_moment, _slug, told) in enumerate(told_of) if told["thread"] is None}
        said = []
        for moment, slug, told in told_of:
            commitment, document = cast(tuple[Commitment, Document], self._commitment(slug, told["to"]))
            stance, thread = told.get("stance"), told["thread"]
            writer = self.clerks.get(told["by"]) or self.people[told["by"]].participant
            may_quote = thread is None and chance("quote", told["key"]) < MAY_QUOTE
            said.append(bulk.Said(commitment, document, writer, told["text"], stance, moment, place.get(thread), may_quote))
            if stance in ("for", "against"):
                self.people[told["by"]].stances[cast(int, commitment.id)] = stance
        for (moment, slug, told), comment in zip(told_of, bulk.write_comments(self.session, said), strict=True):
            self.comments[cast(int, comment.id)] = (told["by"], slug, told.get("helpful"))
            if moment > self.anchor - NEWS:
                notifications.tell(self.session, {"comment": comment.id}, moment, mails=False)

    def _thread(self, slug: str, key: str, told: dict[str, Any]) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
        if self._commitment(slug, told["to"]) is None:
            return
        moment = self._moment(told["ago"], slug, told["to"], told["by"])
        yield moment, slug, told | {"key": key, "thread": None}
        for reply in told.get("reply", ()):
            wished = self._moment(reply["ago"], slug, told["to"], reply["by"], office=reply["by"] in self.clerks)
            moment = max(wished, moment + timedelta(minutes=11))
            yield moment, slug, reply | {"to": told["to"], "thread": key}

    def _write_answers(self) -> int:
        events = []
        for slug in (slug for slug in PREFIXES if slug in self.regions):
            file = self._read(f"answers-{slug}")
            for told in file.get("entry", ()):
                if found := self._commitment(slug, told["to"]):
                    moment = self._moment(told["ago"], slug, told["to"], office=True)
                    events.append((moment, self.clerks[file["by"]].account_id, cast(int, found[0].id), told))
        for moment, clerk, commitment_id, told in sorted(events, key=lambda event: event[0]):
            entry = self._answer(clerk, commitment_id, told, moment)
            notifications.tell(self.session, {"entry": entry.id}, moment, mails=False)
        self.session.execute(  # done already: the worker has nothing to do
            delete(OutboxEntry).where(
                col(OutboxEntry.job) == Job.TELL_FOLLOWERS.value,
                col(OutboxEntry.done_at).is_(None),
                col(OutboxEntry.created_at).in_([event[0] for event in events]),
            )
        )
        return len(events)

    def _answer(self, clerk: int, commitment_id: int, told: dict[str, Any], moment: datetime) -> HistoryEntry:
        if "status" not in told:
            return catalogue.answer(self.session, clerk, commitment_id, told["text"], moment)
        day = moment.astimezone(BERLIN).date()
        decided = day - timedelta(days=told["decided"]) if "decided" in told else None
        source = StatusSource(text=told.get("source", ""), decided_on=decided, paper=told.get("paper", ""))
        since = day - timedelta(days=told["since"])
        return catalogue.set_status(self.session, clerk, commitment_id, told["status"], since, source, told["text"], moment)

    def _read_old_news(self) -> None:
        old = col(Notification.created_at) <= self.anchor - UNREAD
        mine = col(Notification.account_id).in_([person.participant.account_id for person in self.people.values()])
        self.session.execute(update(Notification).where(old, mine).values(read_at=Notification.created_at))

    # Votes and marks

    def _write_votes(self) -> int:
        polls = []
        for slug, told in self._read("votes").items():
            listed = {f"{PREFIXES[slug]}-{one['to']:03}": one for one in told["commitments"]}
            for name in sorted(name for name in self.commitments if name.startswith(PREFIXES[slug])):
                commitment, document = self.commitments[name]
                leaning = listed.get(name)
                share = LIVELY if leaning and leaning.get("lively") else 1.0 if leaning else told["tail"]
                choices = [
                    (person.participant, self._choice(key, person, commitment, leaning or told["other"]))
                    for key, person in self.people.items()
                    if chance("turnout", key, name) < share * self._zeal(person, slug, leaning is not None)
                    or cast(int, commitment.id) in person.stances
                ]
                polls.append(bulk.Poll(commitment, document, choices))
        return bulk.cast_votes(self.session, polls, self.anchor)

    @staticmethod
    def _zeal(person: _Person, slug: str, listed: bool) -> float:
        if person.region == slug:
            return person.turnout
        return AWAY * person.turnout if listed and slug in person.also else 0.0

    @staticmethod
    def _choice(key: str, person: _Person, commitment: Commitment, leaning: dict[str, Any]) -> str:
        said = person.stances.get(cast(int, commitment.id))
        return said or choice_of(leaning, person.view, chance("vote", key, commitment.slug))

    def _write_marks(self) -> int:
        marks: dict[int, list[tuple[Participant, int]]] = defaultdict(list)
        for comment_id, (author, slug, wished) in self.comments.items():
            others = [key for key in self.people if key != author]
            others.sort(key=lambda key: (self.people[key].region != slug, chance("mark", key, slug, comment_id)))
            helpful, not_helpful = wished or (int(4.5 * chance("up", slug, comment_id)), int(1.3 * chance("down", slug, comment_id)))
            for place, key in enumerate(others[: helpful + not_helpful]):
                marks[comment_id].append((self.people[key].participant, 1 if place < helpful else -1))
        return bulk.mark_helpful(self.session, marks)
