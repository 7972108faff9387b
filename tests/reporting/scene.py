"""A county with two camps of voters, comments that both or one of them find helpful, and two clerks; all invented."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from sqlmodel import select

from beteiligung import jobs
from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.insight import material, snapshots
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.participation import comments, quoting, tally
from beteiligung.participation.models import Comment, CommentVote, Vote
from beteiligung.participation.rules import Participant
from beteiligung.places.models import Region
from beteiligung.reporting import gathering, mending
from beteiligung.reporting import service as reports
from beteiligung.reporting.compose import compose
from beteiligung.reporting.formats.registry import FORMATS
from beteiligung.reporting.gathering import Asked
from beteiligung.reporting.models import Report, ReportFile
from beteiligung.reporting.rules import Person
from support import make_account, make_commitment, make_document, make_region

FOREWORD = "Sehr geehrte Damen und Herren,\n\nhier ist der Bericht."


@dataclass
class Scene:
    region_id: int
    slug: str
    commitments: list[int]
    people: list[int]
    first: Person
    second: Person
    camp: int
    comments: dict[str, int] = field(default_factory=dict)

    def participant(self, account_id):
        return Participant(account_id, False, frozenset({self.region_id}), None, True)

    def comment(self, name, author, commitment=0, stance="for", helpful=(0, 0), may_quote=True):
        """Write an old comment that this many people of each camp find helpful."""
        with unit_of_work() as session:
            now = utcnow() - timedelta(days=1)
            told = comments.write_comment(
                session, self.participant(author), self.commitments[commitment], f"Das sage ich: {name}.", stance, now, may_quote=may_quote
            )
            for camp, number in enumerate(helpful):
                for person in [one for one in self.people[camp * self.camp : (camp + 1) * self.camp] if one != author][:number]:
                    voter = tally.voter_pseudonym(person, self.region_id)
                    session.add(CommentVote(comment_id=told.id, voter=voter, value=1))
            row = session.get_one(Comment, told.id)
            row.helpful = sum(helpful)
            self.comments[name] = told.id
        return told.id

    def freeze(self):
        """Take the region's snapshot."""
        with reading() as session:
            made_of, before = material.read(session, self.region_id, utcnow()), snapshots.latest(session, self.region_id)
        frozen = snapshots.compute(made_of, before, utcnow())
        with unit_of_work() as session:
            snapshots.store(session, frozen)

    def asked(self, **values):
        today = berlin_date(utcnow())
        base = {
            "body": "Kreistag", "meets_on": date(2027, 1, 14), "committees": (), "since": today - timedelta(days=60), "until": today,
            "topics": (), "paper_number": "", "subject": "",
        }  # fmt: skip
        return Asked(**{**base, **values})

    def draft(self, **values):
        with unit_of_work() as session:
            return reports.draft(session, self.first, self.region_id, self.asked(**values), utcnow()).id

    def prepared(self, **values):
        """Have a report drafted and its figures frozen; returns its id."""
        number = self.draft(**values)
        with reading() as session:
            facts = gathering.read(session, number, utcnow())
        with unit_of_work() as session:
            assert reports.keep_figures(session, number, compose(facts, "https://beteiligung.example", "k" * 32), utcnow())
        return number

    def do(self, act, *arguments, person=None):
        with unit_of_work() as session:
            if act == "write" and len(arguments) == 3:  # somebody who has seen the newest words
                arguments += (session.get_one(Report, arguments[0]).edited_at,)
            return getattr(reports, act)(session, person or self.first, self.region_id, *arguments, utcnow())

    def released(self, answers=(), **values):
        number = self.prepared(**values)
        row = self.do("write", number, FOREWORD, answers)
        self.do("release", number, row.edited_at, person=self.second)
        return number

    def published(self, **values):
        number = self.released(**values)
        self.do("publish", number)
        return number

    def report(self, number):
        with reading() as session:
            return session.get_one(Report, number)

    def withdraw(self, name, author):
        with unit_of_work() as session:
            comments.withdraw_comment(session, self.participant(author), self.comments[name], utcnow())

    def refuse(self, name, author):
        with unit_of_work() as session:
            quoting.set_may_quote(session, self.participant(author), self.comments[name], False, utcnow())

    def mend(self):
        """Do what the waiting jobs about quotes do; returns how many reports were mended."""
        with reading() as session:
            rows = session.exec(select(OutboxEntry).where(OutboxEntry.job == Job.MEND_QUOTES.value)).all()
        mended = 0
        for row in rows:
            with unit_of_work() as session:
                mended += mending.mend_quotes(session, row.args["id"], utcnow())
        return mended


def make_scene(*, votes=True, camp=6, commitments=4, **region):
    """Return the county. Everybody is for the first two commitments; of the others one camp is for, one against.

    With two camps of 30 the figures name groups of opinion, which takes seconds; with fewer there are none.
    """
    random = np.random.default_rng(5)
    with unit_of_work() as session:
        county = make_region(
            session, **{"slug": "musterkreis", "name": "Musterkreis", "page_threshold": 8, "report_threshold": 10, **region}
        )
        document = make_document(session, county)
        titles = [f"Vorhaben {chr(65 + place)} für Große und Kleine" for place in range(commitments)]
        ids = [
            make_commitment(session, document, slug=f"vorhaben-{n}", title=title, topic="mobilitaet" if n % 3 else "klima-energie").id
            for n, title in enumerate(titles)
        ]
        people = [make_account(session, confirmed_in=county).id for _ in range(2 * camp)]
        first, second = (Person(make_account(session, clerk_of=county).id, clerk=True) for _ in range(2))
        scene = Scene(county.id, county.slug, ids, people, first, second, camp)
    if votes:
        with unit_of_work() as session:
            for place, commitment in enumerate(ids):
                box = tally.lock_tally(session, commitment, 1)
                for number, person in enumerate(people):
                    side = "for" if place < 2 or (number < camp) == (place % 2 == 0) else "against"
                    choice = side if random.random() < 0.9 else "neutral"
                    voter = tally.voter_pseudonym(person, county.id)
                    session.add(Vote(commitment_id=commitment, version=1, voter=voter, choice=choice, standing="confirmed"))
                    tally.add_difference(box, ("confirmed", None), ("confirmed", choice))
                session.flush()
                tally.publish(session, box, utcnow())
    return scene


def full_scene(**region):
    """Return the county with comments and figures: one that both camps find helpful, one that only its own does, one without consent."""
    scene = make_scene(**region)
    scene.comment("beide Lager finden das hilfreich", scene.people[0], helpful=(3, 3))
    scene.comment("ohne Zustimmung", scene.people[2], helpful=(5, 5), may_quote=False)
    scene.comment("dagegen spricht etwas", scene.people[-1], stance="against", helpful=(2, 2))
    scene.freeze()
    return scene


def grouped_scene():
    """Return the same county with two clear groups of opinion, and a comment that only one of them finds helpful."""
    scene = make_scene(camp=30, commitments=12, page_threshold=20, report_threshold=50)
    scene.comment("beide Lager finden das hilfreich", scene.people[0], helpful=(9, 8))
    scene.comment("nur das eine Lager findet das hilfreich", scene.people[1], helpful=(25, 1))
    scene.comment("ohne Zustimmung", scene.people[2], helpful=(20, 20), may_quote=False)
    scene.comment("dagegen spricht etwas", scene.people[40], stance="against", helpful=(6, 12))
    scene.freeze()
    return scene


def report_to_compute(database):
    full_scene().draft()
    return _entry(Job.COMPUTE_REPORT)


def report_to_build(database):
    """All but the small files are there already: those others make take seconds each, and test_formats.py makes them."""
    number = full_scene().released()
    with unit_of_work() as session:
        for one in FORMATS:
            if one.key not in ("json", "csv"):
                session.add(ReportFile(report_id=number, correction=0, format=one.key, content=b"", sha256="", made_at=utcnow()))
    return _entry(Job.BUILD_REPORT)


def quote_to_mend(database):
    scene = full_scene()
    scene.published()
    scene.refuse("beide Lager finden das hilfreich", scene.people[0])
    return _entry(Job.MEND_QUOTES)


def quarter_to_draft(database):
    scene = make_scene()
    with unit_of_work() as session:
        now = utcnow() - timedelta(days=100)
        assert session.get(Region, scene.region_id)
        frozen = snapshots.compute(material.read(session, scene.region_id, utcnow()), None, now)
        snapshots.store(session, frozen)
        return jobs.enqueue(session, Job.DRAFT_REPORTS, utcnow())


def _entry(job):
    with reading() as session:
        return session.exec(select(OutboxEntry.id).where(OutboxEntry.job == job.value).order_by(OutboxEntry.id.desc())).first()
