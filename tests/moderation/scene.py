"""A county with a seated council, a comment and people around it; all invented."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import select

from beteiligung.db import reading, unit_of_work
from beteiligung.moderation import service
from beteiligung.moderation.models import Seat
from beteiligung.moderation.rules import Person
from beteiligung.moderation.service import Judgement, Report
from beteiligung.participation.models import Comment
from support import NOW, make_account, make_commitment, make_document, make_region

FACTS = "Der Text nennt eine andere Person faul und dumm. Das richtet sich gegen den Menschen."
HOUR = timedelta(hours=1)


@dataclass
class Scene:
    region_id: int
    commitment_id: int
    author: int
    reporter: int
    second_reporter: int
    members: list[int]
    clerks: list[int]
    comment_id: int
    reply_id: int

    def person(self, account_id):
        return Person(account_id, account_id in self.members, account_id in self.clerks)

    def report(self, account_id=None, ground="rule_1", now=NOW):
        with unit_of_work() as session:
            person = self.person(account_id or self.reporter)
            return service.flag(session, person, self.comment_id, Report(ground, "Hier wird jemand beschimpft."), now).case_id

    def seated(self, case_id):
        with reading() as session:
            rows = session.exec(select(Seat).where(Seat.case_id == case_id).order_by(Seat.id)).all()
            return [row.account_id for row in rows if row.ended_at is None]

    def decide(self, case_id, account_id, measure="hide", ground="rule_1", now=NOW, **more):
        with unit_of_work() as session:
            return service.decide(session, self.person(account_id), case_id, Judgement(measure, ground, FACTS, **more), now)

    def decide_all(self, case_id, measure="hide", now=NOW, **more):
        """Have everybody who was drawn decide the same; returns them."""
        people = self.seated(case_id)
        for account_id in people:
            self.decide(case_id, account_id, measure, now=now, **more)
        return people

    def comment(self):
        with reading() as session:
            return session.get_one(Comment, self.comment_id)


def make_scene(members=10, clerks=3):
    with unit_of_work() as session:
        region = make_region(session, slug="musterkreis", legal_office="recht@kreis.example")
        commitment = make_commitment(session, make_document(session, region), slug="radweg")
        author, reporter, second = (make_account(session, home_in=region).id for _ in range(3))
        council = [make_account(session, council_of=region).id for _ in range(members)]
        office = [make_account(session, clerk_of=region).id for _ in range(clerks)]
        for one in council:
            service.introduce(session, one, region.id, NOW)
        text = "Wer hier wohnt, ist selbst schuld. Du bist faul und dumm."
        comment = Comment(commitment_id=commitment.id, author_id=author, text=text, created_at=NOW - 3 * HOUR)
        session.add(comment)
        session.flush()
        reply = Comment(
            commitment_id=commitment.id,
            author_id=second,
            parent_id=comment.id,
            reply_number=1,
            text="Bleiben wir bei der Sache.",
            created_at=NOW - 2 * HOUR,
        )
        comment.reply_count = 1
        session.add(reply)
        commitment.comment_count, commitment.thread_count = 2, 1
        session.flush()
        return Scene(region.id, commitment.id, author, reporter, second, council, office, comment.id, reply.id)
