"""The tasks about reports to the assembly: freeze their figures, make their files, black quotes out, draft one each quarter."""

from celery.exceptions import SoftTimeLimitExceeded
from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.jobs import Claim, Job
from beteiligung.reporting import gathering, mending, queries, service
from beteiligung.reporting.compose import compose
from beteiligung.reporting.formats.registry import FORMATS
from beteiligung.settings import settings
from worker.import_tasks import lease_kept
from worker.tasks import in_one_transaction, work


@work(Job.COMPUTE_REPORT)
def compute_report(held: Claim) -> None:
    """Read, put the figures together outside of any transaction, freeze them."""
    number = held.args["id"]
    with reading() as session:
        facts = gathering.read(session, number, utcnow())
    with lease_kept(held):
        made = compose(facts, settings().base_url, settings().secret_key) if facts else None
    in_one_transaction(held, lambda session: service.keep_figures(session, number, made, utcnow()))


@work(Job.BUILD_REPORT)
def build_report(held: Claim) -> None:
    """Make the files of a report that are missing, each stored by itself: killed half-way the next one goes on from there."""
    number, renderers = held.args["id"], {one.key: one.render for one in FORMATS}
    with reading() as session:
        missing = queries.to_build(session, number, tuple(renderers))
    failed: list[Exception] = []
    with lease_kept(held):
        for _correction, key, data in missing:
            try:
                made = renderers[key](data)
            except SoftTimeLimitExceeded:
                raise
            except Exception as error:  # noqa: BLE001 - one file that cannot be made keeps no other version's from being made
                failed.append(error)
                continue
            with unit_of_work() as session:
                service.keep_file(session, number, data, key, made, utcnow())
    if failed:
        raise failed[0]
    in_one_transaction(held, lambda _session: None)


@work(Job.MEND_QUOTES)
def mend_quotes(held: Claim) -> None:
    """Black a comment out where reports quote it and may not any more."""
    in_one_transaction(held, lambda session: mending.mend_quotes(session, held.args["id"], utcnow()))


@work(Job.DRAFT_REPORTS)
def draft_reports(held: Claim) -> None:
    """Draft the last quarter's reports that nobody has drafted, and mend those whose quoted comments are gone without a word."""

    def act(session: Session) -> None:
        for report_id in mending.with_lost_quotes(session):
            mending.mend_report(session, report_id, utcnow())
        service.draft_quarter(session, utcnow())

    in_one_transaction(held, act)
