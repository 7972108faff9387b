"""Read models of reports: the desk's list, one report at work, what everybody reads, and which files are missing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity.models import Account
from beteiligung.places.models import Committee
from beteiligung.reporting import dataset
from beteiligung.reporting.dataset import ReportData
from beteiligung.reporting.models import Report, ReportCorrection, ReportFile
from beteiligung.reporting.rules import Progress
from beteiligung.reporting.service import content_of, progress_of


@dataclass(frozen=True)
class Line:
    """A report in a list."""

    id: int
    number: int | None
    state: str
    body: str
    meets_on: date | None
    since: date
    until: date
    quarterly: bool
    drafted_at: datetime
    published_at: datetime | None
    corrections: int


@dataclass(frozen=True)
class AtWork:
    """A report as the desk shows it. Names are empty for drafts by the clock and where an account is gone."""

    line: Line
    progress: Progress
    data: ReportData | None
    """None while it is computed."""
    foreword: str
    answers: tuple[tuple[str, str], ...]
    edited_at: datetime | None
    digest: str | None
    drafted_by: str
    edited_by: str
    released_by: str
    files: frozenset[str]
    """Formats of the newest version that are there."""


@dataclass(frozen=True)
class Version:
    """A published report as of one of its versions; `newest` is the number of the last correction."""

    report_id: int
    data: ReportData
    digest: str
    published_at: datetime
    newest: int
    files: frozenset[str]
    """Formats of this version that are there."""


def _corrections(session: Session, ids: list[int]) -> dict[int, int]:
    rows = session.exec(
        select(ReportCorrection.report_id, func.max(ReportCorrection.number))
        .where(col(ReportCorrection.report_id).in_(ids))
        .group_by(col(ReportCorrection.report_id))
    ).all()
    return dict(rows)


_OF_LINE: tuple[Any, ...] = (
    Report.id, Report.number, Report.state, Report.body, Report.meets_on, Report.since, Report.until, Report.quarter,
    Report.drafted_at, Report.published_at,
)  # fmt: skip


def _line(row: Any, corrections: int) -> Line:
    """Return the line of a report, or of as much of one as `_OF_LINE` reads."""
    return Line(
        row.id or 0, row.number, row.state, row.body, row.meets_on, row.since, row.until, row.quarter is not None, row.drafted_at,
        row.published_at, corrections,
    )  # fmt: skip


def lines(session: Session, region_id: int, *, public: bool) -> list[Line]:
    """Return the reports of a region, newest first: the published ones, or all that were not thrown away. Two statements."""
    states = ("published",) if public else ("computing", "prepared", "released", "published")
    wanted = sql_select(*_OF_LINE).where(col(Report.region_id) == region_id, col(Report.state).in_(states))
    rows = session.execute(wanted.order_by(col(Report.id).desc())).all()  # never the data sets, which are large
    corrections = _corrections(session, [row.id or 0 for row in rows])
    return [_line(row, corrections.get(row.id or 0, 0)) for row in rows]


def committees(session: Session, region_id: int) -> list[str]:
    """Return the names of a region's committees. One statement."""
    return list(session.exec(select(Committee.name).where(Committee.region_id == region_id).order_by(col(Committee.name))).all())


def at_work(session: Session, region_id: int, report_id: int) -> AtWork:
    """Return one report of a region for its desk. Five statements. Raises NotFound."""
    row = session.get(Report, report_id)
    if row is None or row.region_id != region_id or row.state == "discarded":
        raise NotFound(_("Diesen Bericht gibt es nicht."))
    hands = [row.drafted_by, row.edited_by, row.released_by]
    names = dict(session.exec(select(Account.id, Account.display_name).where(col(Account.id).in_([one for one in hands if one]))).all())
    drafted, edited, released = (names.get(one) or "" for one in hands)
    corrections = _corrections(session, [report_id]).get(report_id, 0)
    return AtWork(
        line=_line(row, corrections),
        progress=progress_of(session, row),
        data=content_of(row) if row.content else None,
        foreword=row.foreword,
        answers=tuple((one["commitment"], one["text"]) for one in row.answers),
        edited_at=row.edited_at,
        digest=row.digest,
        drafted_by=drafted,
        edited_by=edited,
        released_by=released,
        files=_files(session, report_id, corrections),
    )


def version(session: Session, region_id: int, number: int, correction: int | None = None) -> Version:
    """Return a published report by its number in the region: its newest version, or the one of a correction (0: the first).

    Three statements. Raises NotFound.
    """
    row = session.exec(select(Report).where(Report.region_id == region_id, Report.number == number)).first()
    if row is None or row.published_at is None or row.content is None:
        raise NotFound(_("Diesen Bericht gibt es nicht."))
    report_id = row.id or 0
    newest = _corrections(session, [report_id]).get(report_id, 0)
    wanted = newest if correction is None else correction
    content, digest = row.content, row.digest or ""
    if wanted:
        found = session.exec(
            select(ReportCorrection).where(ReportCorrection.report_id == report_id, ReportCorrection.number == wanted)
        ).first()
        if found is None:
            raise NotFound(_("Diese Fassung gibt es nicht."))
        content, digest = found.content, found.digest
    return Version(report_id, dataset.restored(content), digest, row.published_at, newest, _files(session, report_id, wanted))


def _files(session: Session, report_id: int, correction: int) -> frozenset[str]:
    there = select(ReportFile.format).where(ReportFile.report_id == report_id, ReportFile.correction == correction)
    return frozenset(session.exec(there).all())


def state(session: Session, region_id: int) -> str:
    """Return what changes whenever the public pages of reports do. One statement."""
    published = select(func.count(), func.max(Report.published_at)).where(Report.region_id == region_id, Report.state == "published")
    corrected = select(func.max(ReportCorrection.id)).join(Report, col(Report.id) == ReportCorrection.report_id)
    made = select(func.max(ReportFile.made_at)).join(Report, col(Report.id) == ReportFile.report_id)
    row = session.exec(
        select(
            published.with_only_columns(func.count()).scalar_subquery(),
            published.with_only_columns(func.max(Report.published_at)).scalar_subquery(),
            corrected.where(Report.region_id == region_id).scalar_subquery(),
            made.where(Report.region_id == region_id).scalar_subquery(),
        )
    ).one()
    return ".".join(map(str, row))


# Files


def to_build(session: Session, report_id: int, formats: tuple[str, ...]) -> list[tuple[int, str, ReportData]]:
    """Return (correction, format, data) of the files of a released report that are missing, newest version first."""
    row = session.get(Report, report_id)
    if row is None or row.content is None or row.released_at is None:
        return []
    there = set(session.exec(select(ReportFile.correction, ReportFile.format).where(ReportFile.report_id == report_id)).all())
    corrections = session.exec(
        select(ReportCorrection).where(ReportCorrection.report_id == report_id).order_by(col(ReportCorrection.number).desc())
    ).all()
    contents = [*((one.number, one.content) for one in corrections), (0, row.content)]
    return [
        (number, key, dataset.restored(content))
        for number, content in contents
        for key in formats
        if (number, key) not in there
    ]  # fmt: skip
