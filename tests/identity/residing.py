"""People whose residence is confirmed in tests, and the worker that does what was queued."""

from datetime import date

from sqlmodel import select

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity import residence
from beteiligung.identity.models import Residence
from beteiligung.jobs import Job, OutboxEntry
from worker import tasks

BORN = date(1985, 4, 3)


def confirm(account_id, region_id, given="Anna", family="Schmidt", born=BORN, channel="counter", now=None):
    with unit_of_work() as session:
        person = residence.fingerprint(region_id, given, family, born)
        residence.confirm(session, account_id, region_id, channel=channel, fingerprint=person, now=now or utcnow())


def residences(account_id):
    with reading() as session:
        return session.exec(select(Residence).where(Residence.account_id == account_id)).all()


def entries(job=None):
    with reading() as session:
        wanted = select(OutboxEntry).where(OutboxEntry.done_at == None)  # noqa: E711 - SQL
        return session.exec(wanted.where(OutboxEntry.job == job.value) if job else wanted).all()


def work_off(*jobs):
    """Do everything that waits (of these jobs)."""
    for entry in entries():
        if not jobs or Job(entry.job) in jobs:
            tasks.perform(Job(entry.job), entry.id)
