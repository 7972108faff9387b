"""A county with a council that works on recommendations; all invented."""

from dataclasses import dataclass
from datetime import timedelta

from beteiligung import db
from beteiligung.council import recommendation_service as service
from beteiligung.council.recommendation_rules import Person
from beteiligung.council.recommendation_service import Words
from support import NOW, make_account, make_commitment, make_document, make_region

DAY = timedelta(days=1)
TEXT = "Der Kreis soll den Radweg am Fluss *bis 2028* bauen. Viele fahren dort schon heute zur Arbeit."


@dataclass
class Assembly:
    region_id: int
    commitments: list[tuple[int, str]]
    members: list[int]
    clerk: int
    resident: int

    def person(self, account_id):
        return Person(account_id, account_id in self.members, account_id == self.clerk)

    def do(self, what, account_id, *arguments, now=NOW, **more):
        with db.unit_of_work() as session:
            return getattr(service, what)(session, self.person(account_id), self.region_id, *arguments, now, **more)

    def words(self, title="Radweg am Fluss bauen", text=TEXT, commitments=None):
        return Words(title, text, tuple(commitments or [self.commitments[0][0]]))

    def draft(self, now=NOW):
        """Put all commitments on the agenda and begin a recommendation about the first two; returns its number."""
        for _id, slug in self.commitments:
            self.do("put_on_agenda", self.members[0], slug, now=now)
        return self.do("draft", self.members[0], self.words(commitments=[one for one, _slug in self.commitments[:2]]), now=now).id

    def vote(self, number, choices, now=NOW):
        """Have the first members vote so: `{"for": 5, "against": 1}`."""
        members = iter(self.members)
        for choice, count in choices.items():
            for _ in range(count):
                self.do("cast_vote", next(members), number, choice, now=now)

    def adopted(self, now=NOW):
        """Return the number of a recommendation that everybody has voted for."""
        number = self.draft(now)
        self.do("open_vote", self.members[0], number, 1, now=now)
        self.vote(number, {"for": len(self.members)}, now)
        return number


def make_assembly(members=8, **region):
    with db.unit_of_work() as session:
        county = make_region(session, **{"slug": "musterkreis", **region})
        document = make_document(session, county)
        commitments = [make_commitment(session, document, slug=f"zusage-{n}", title=f"Zusage {n}") for n in "abc"]
        return Assembly(
            county.id,
            [(one.id, one.slug) for one in commitments],
            [make_account(session, council_of=county).id for _ in range(members)],
            make_account(session, clerk_of=county).id,
            make_account(session, home_in=county, confirmed_in=county).id,
        )
