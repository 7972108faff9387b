"""A county with people who said something, and exports of it; all invented."""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import col, select

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.exports import archive, service
from beteiligung.exports.models import ExportRun
from beteiligung.exports.rules import Person
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.participation.models import Comment, Tally
from beteiligung.places.models import Committee, Region
from beteiligung.places.queries import region_facts
from beteiligung.resolutions.models import Resolution
from support import make_account, make_commitment, make_document, make_region

NASTY = ("=1+1", "+49 5651 123", "-", "@SUM(A1)", "Müll; „Wege“\n\nzweiter Absatz", '<b>"fett"</b>')


@dataclass
class Scene:
    region_id: int
    clerk: int
    writer: int
    commitments: list[int]
    comments: list[int]

    def order(self, kind="comments", scope="region", target="", who=None):
        with unit_of_work() as session:
            region = region_facts(session.get_one(Region, self.region_id))
            person = Person(who or self.clerk, clerk=who is None)
            return service.order(session, person, region, kind, scope, target, "Alles", utcnow())

    def entry(self):
        with reading() as session:
            query = select(OutboxEntry.id).where(OutboxEntry.job == Job.MAKE_EXPORT.value).order_by(col(OutboxEntry.id).desc())
            return session.exec(query).first()

    def run(self, number):
        with reading() as session:
            return session.get_one(ExportRun, number)


def make_scene(comments=23):
    """Three commitments in two topics and documents; every third comment is a reply, some hidden or withdrawn."""
    now = utcnow() - timedelta(hours=1)
    with unit_of_work() as session:
        region = make_region(session, slug="musterkreis", name="Musterkreis")
        clerk, writer = make_account(session, clerk_of=region).id, make_account(session, display_name="Geheimer Name").id
        documents = [make_document(session, region, slug=slug) for slug in ("vertrag", "programm")]
        committee = Committee(region_id=region.id, slug="bau", name="Bauausschuss", topics=["bauen-wohnen"])
        session.add(committee)
        session.flush()
        rows = [
            make_commitment(session, documents[0], slug="z-0", title="=Radweg", topic="mobilitaet"),
            make_commitment(session, documents[0], slug="z-1", topic="mobilitaet", committee_id=committee.id),
            make_commitment(session, documents[1], slug="z-2", topic="bauen-wohnen", state="archived"),
        ]
        elsewhere = make_commitment(session)
        written = [
            Comment(
                commitment_id=rows[n % 3].id,
                author_id=writer if n == 1 else make_account(session).id,
                stance=(None, "for", "against", "question")[n % 4],
                text=NASTY[n] if n < len(NASTY) else f"Beitrag {n}",
                additions=[{"at": "x", "text": "Nachtrag"}] if n == 7 else [],
                helpful=n,
                created_at=now,
            )
            for n in range(comments)
        ]
        session.add_all([*written, Comment(commitment_id=elsewhere.id, text="Anderswo", created_at=now)])
        written[8].hidden_at = written[9].withdrawn_at = now
        shown = {"shown_confirmed_for": 30, "shown_confirmed_neutral": 5, "shown_confirmed_against": 10, "shown_confirmed_at": now}
        session.add(Tally(commitment_id=rows[0].id, version=1, confirmed_for=999, unconfirmed_for=3, **shown))
        session.add(
            Resolution(
                region_id=region.id, commitment_id=rows[1].id, title="Weg", path="/musterkreis/zusagen/z-1", body="Kreistag", act="adopted",
                decided_on=date(2026, 11, 1), created_at=now,
            )
        )  # fmt: skip
        session.flush()
        return Scene(region.id, clerk, writer, [one.id for one in rows], [one.id for one in written])


def opened(run):
    """Return name → content of a finished export."""
    with zipfile.ZipFile(archive.folder() / run.file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def table(run, name):
    """Return the rows of a CSV by column name."""
    text = opened(run)[f"{name}.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
