"""The only writer of reports: drafts, their frozen figures, foreword and answers, release, publication.

Corrections stand in `mending`. Whoever changes a report locks its row first.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from beteiligung import audit
from beteiligung.catalogue.models import Commitment
from beteiligung.catalogue.rules import one_line, tidy
from beteiligung.catalogue.topics import by_slug
from beteiligung.clock import berlin_date
from beteiligung.db import insert_missing, upsert
from beteiligung.errors import Conflict, Forbidden, Invalid, NotFound, allow
from beteiligung.i18n import _
from beteiligung.jobs import Job, enqueue
from beteiligung.places.models import Committee, Region
from beteiligung.places.service import hold
from beteiligung.reporting import dataset, rules
from beteiligung.reporting.compose import Made, numbered, titles_of
from beteiligung.reporting.gathering import Asked, end_of, snapshot_of
from beteiligung.reporting.models import Report, ReportCorrection, ReportFile, ReportQuote, ReportWriter
from beteiligung.reporting.rules import Person, Progress


def locked(session: Session, region_id: int, report_id: int) -> Report:
    """Return a report of the region, freshly read; nobody else writes to it till the end. Raises NotFound."""
    row = session.exec(
        select(Report).where(Report.id == report_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or row.region_id != region_id:
        raise NotFound(_("Diesen Bericht gibt es nicht."))
    return row


def progress_of(session: Session, row: Report) -> Progress:
    """Return how far a report is, as the rules know it. One statement."""
    writers = session.exec(select(ReportWriter.account_id).where(ReportWriter.report_id == row.id)).all()
    return Progress(row.state, row.drafted_by, frozenset(writers), row.edited_at is not None)


def draft(session: Session, person: Person, region_id: int, asked: Asked | dict[str, Any], now: datetime) -> Report:
    """Have a report made: its figures are put together by the worker.

    `asked` may be what was typed, with dates already read (or None). Raises Forbidden, Invalid (fields as in the form).
    """
    allow(rules.why_not_draft(person))
    wanted = asked if isinstance(asked, Asked) else _checked(session, region_id, asked, now)
    row = Report(region_id=region_id, drafted_by=person.account_id, drafted_at=now, **_columns(wanted))
    session.add(row)
    session.flush()
    audit.record(session, "report.drafted", f"report:{row.id}", now, account_id=person.account_id, region_id=region_id)
    enqueue(session, Job.COMPUTE_REPORT, now, id=row.id)
    return row


def _columns(wanted: Asked) -> dict[str, Any]:
    return {
        "body": wanted.body,
        "meets_on": wanted.meets_on,
        "committees": list(wanted.committees),
        "since": wanted.since,
        "until": wanted.until,
        "topics": list(wanted.topics),
        "paper_number": wanted.paper_number,
        "subject": wanted.subject,
    }


def _checked(session: Session, region_id: int, typed: dict[str, Any], now: datetime) -> Asked:
    known = set(session.exec(select(Committee.name).where(Committee.region_id == region_id)).all())
    committees = tuple(dict.fromkeys(name for name in typed["committees"] if name))
    topics = tuple(dict.fromkeys(typed["topics"]))
    body, subject, paper = (one_line(typed[name]) for name in ("body", "subject", "paper_number"))
    unknown = [name for name in committees if name not in known] + [slug for slug in topics if by_slug(slug) is None]
    period = (typed["since"], typed["until"])
    errors = rules.check_draft(body, subject, paper, period, berlin_date(now), unknown) | typed.get("errors", {})
    if errors:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder."), errors)
    return Asked(body, typed["meets_on"], committees, typed["since"], typed["until"], topics, paper, subject)


def draft_quarter(session: Session, now: datetime) -> int:
    """Draft a report of the last quarter for every region that has public figures of it; a second time nothing comes of it."""
    quarter, since, until = rules.quarter_before(berlin_date(now))
    made = 0
    for region in session.exec(select(Region).order_by(col(Region.id))).all():
        region_id = cast(int, region.id)
        published = select(Commitment.id).where(Commitment.region_id == region_id, Commitment.state == "published").limit(1)
        if session.exec(published).first() is None or snapshot_of(session, region_id, end_of(until)) is None:
            continue
        there = select(Report.id).where(Report.region_id == region_id, Report.quarter == quarter)
        if session.exec(there).first() is not None:
            continue
        asked = Asked(region.assembly_name, None, (), since, until, (), "", "")
        insert_missing(
            session, Report, region_id=region_id, quarter=quarter, state="computing", drafted_at=now, answers=[], **_columns(asked)
        )
        report_id = session.exec(there).one()
        enqueue(session, Job.COMPUTE_REPORT, now, id=report_id)
        audit.record(session, "report.drafted", f"report:{report_id}", now, region_id=region_id, quarter=quarter)
        made += 1
    return made


def keep_figures(session: Session, report_id: int, made: Made | None, now: datetime) -> bool:
    """Freeze computed figures, where the report still waits for them; tells whether it did."""
    row = session.exec(
        select(Report).where(Report.id == report_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if made is None or row is None or row.state != "computing":
        return False
    row.content, row.state = dataset.plain(made.data), "prepared"
    session.add(row)
    session.flush()
    for number, comment_id in enumerate(made.quoted, 1):
        session.add(ReportQuote(report_id=report_id, number=number, comment_id=comment_id))
        enqueue(session, Job.MEND_QUOTES, now, id=comment_id)  # it may have gone while this was computed
    session.flush()
    return True


def write(
    session: Session,
    person: Person,
    region_id: int,
    report_id: int,
    foreword: str,
    answers: Sequence[tuple[str, str]],
    edited_at: datetime | None,
    now: datetime,
) -> Report:
    """Write foreword and answers; an answer without text goes. Unchanged words leave everything as it is.

    `edited_at`: when the words that were changed here had been written. Raises NotFound, Forbidden, Conflict where others wrote
    since, Invalid.
    """
    row = locked(session, region_id, report_id)
    allow(rules.why_not_draft(person))
    allow(rules.why_not_write(person, row.state), Conflict)
    if row.edited_at != edited_at:
        raise Conflict(
            _(
                "Inzwischen hat jemand anderes am Text geschrieben, die Vorschau zeigt ihn. Ihr Text steht noch hier. "
                "Wenn Sie jetzt speichern, ersetzt er den anderen."
            )
        )
    words = tidy(foreword)
    said = [(about, tidy(text)) for about, text in answers if tidy(text)][: rules.MOST_ANSWERS]
    errors = rules.check_words(words, said, titles_of(content_of(row)))
    if errors:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder."), errors)
    kept = [{"commitment": about, "text": text} for about, text in said]
    if (row.foreword, row.answers) == (words, kept):
        return row
    row.foreword, row.answers = words, kept
    row.edited_by, row.edited_at = person.account_id, now
    session.add(row)
    insert_missing(session, ReportWriter, report_id=report_id, account_id=person.account_id)
    session.flush()
    audit.record(session, "report.written", f"report:{report_id}", now, account_id=person.account_id, region_id=region_id)
    return row


def content_of(row: Report) -> dataset.ReportData:
    """Return the data set of a report as it stands. Raises Conflict while it is computed."""
    if row.content is None:
        raise Conflict(_("Die Zahlen werden noch zusammengestellt."))
    data = dataset.restored(row.content)
    if row.number is not None:
        return data
    return numbered(data, 0, row.foreword, [(one["commitment"], one["text"]) for one in row.answers])


def release(session: Session, person: Person, region_id: int, report_id: int, edited_at: datetime | None, now: datetime) -> Report:
    """Freeze a report with its words, give it its number, and have its files made.

    `edited_at`: when the words on the screen were written. Raises NotFound, Forbidden, Conflict where they changed since.
    """
    row = locked(session, region_id, report_id)
    allow(rules.why_not_draft(person))
    allow(rules.why_not_release(person, progress_of(session, row)), Conflict if row.state != "prepared" else Forbidden)
    if row.edited_at != edited_at:
        raise Conflict(_("Inzwischen wurde am Text geschrieben. Bitte lesen Sie ihn noch einmal, bevor Sie freigeben."))
    hold(session, region_id)  # numbers are given one after the other
    last = session.exec(select(func.max(Report.number)).where(Report.region_id == region_id)).one()
    number = (last or 0) + 1
    data = replace(content_of(row), number=number)
    data = numbered(data, number, row.foreword, [(one["commitment"], one["text"]) for one in row.answers])
    row.content, row.digest, row.number = dataset.plain(data), dataset.digest(data), number
    row.state, row.released_by, row.released_at = "released", person.account_id, now
    session.add(row)
    session.flush()
    audit.record(
        session, "report.released", f"report:{report_id}", now, account_id=person.account_id, region_id=region_id, digest=row.digest
    )
    enqueue(session, Job.BUILD_REPORT, now, id=report_id)
    return row


def publish(session: Session, person: Person, region_id: int, report_id: int, now: datetime) -> Report:
    """Let everybody read a released report. Raises NotFound, Forbidden, Conflict."""
    row = locked(session, region_id, report_id)
    allow(rules.why_not_draft(person))
    region = session.get_one(Region, region_id)
    allow(rules.why_not_publish(person, row.state, region, berlin_date(now)), Conflict)
    row.state, row.published_at = "published", now
    session.add(row)
    session.flush()
    audit.record(
        session, "report.published", f"report:{report_id}", now, account_id=person.account_id, region_id=region_id, digest=row.digest
    )
    return row


def discard(session: Session, person: Person, region_id: int, report_id: int, now: datetime) -> Report:
    """Throw away what nobody has published. Raises NotFound, Forbidden, Conflict."""
    row = locked(session, region_id, report_id)
    allow(rules.why_not_draft(person))
    allow(rules.why_not_discard(person, row.state), Conflict)
    for quote in session.exec(select(ReportQuote).where(ReportQuote.report_id == report_id)).all():
        session.delete(quote)
    for model in (ReportFile, ReportCorrection):  # they hold the words of quotes, which nobody would black out any more
        session.execute(delete(model).where(col(model.report_id) == report_id))
    row.state, row.content, row.digest, row.released_at = "discarded", None, None, None
    session.add(row)
    session.flush()
    audit.record(session, "report.discarded", f"report:{report_id}", now, account_id=person.account_id, region_id=region_id)
    return row


def keep_file(session: Session, report_id: int, data: dataset.ReportData, key: str, made: bytes, now: datetime) -> bool:
    """Store a file made of a version, unless that version has been changed meanwhile: a quote may be gone. Tells whether it did."""
    row = session.exec(
        select(Report).where(Report.id == report_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or row.content is None or row.released_at is None:
        return False
    content = row.content
    if data.correction:
        found = session.exec(
            select(ReportCorrection)
            .where(ReportCorrection.report_id == report_id, ReportCorrection.number == data.correction)
            .execution_options(populate_existing=True)
        ).one_or_none()
        content = found.content if found else {}
    if content != dataset.plain(data):
        return False
    key_of = {"report_id": report_id, "correction": data.correction, "format": key}
    upsert(session, ReportFile, key_of, {"content": made, "sha256": sha256(made).hexdigest(), "made_at": now})
    return True
