"""The stored files of a report, as they are given out. They are made by the worker (`Job.BUILD_REPORT`) and lie in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import Session, col, select

from beteiligung.errors import DomainError, NotFound
from beteiligung.i18n import _
from beteiligung.jobs import Job, enqueue
from beteiligung.reporting import rules
from beteiligung.reporting.formats.registry import BY_FILE, Format, file_name
from beteiligung.reporting.models import Report, ReportCorrection, ReportFile


class StillMade(DomainError):
    """The file is being made, or will be once the worker gets to it."""

    status = 503
    template = "errors/503.html"


@dataclass(frozen=True)
class GivenOut:
    """A file with the name under which a reader keeps it; `content` is None while it is made."""

    report_id: int
    format: Format
    name: str
    content: bytes | None
    sha256: str


def is_public(session: Session, region_id: int, number: int) -> bool:
    """Whether everybody may read the report with this number. One statement."""
    state = session.exec(select(Report.state).where(Report.region_id == region_id, Report.number == number)).first()
    return state is not None and rules.may_read(state)


def find(session: Session, region_id: int, number: int, correction: int | None, file: str) -> GivenOut:
    """Return a file of a released report, of its newest version unless another is asked for. Three statements. Raises NotFound."""
    there = select(Report).where(Report.region_id == region_id, Report.number == number, col(Report.released_at).is_not(None))
    row = session.exec(there).first()
    known = BY_FILE.get(file)
    if row is None or known is None:
        raise NotFound(_("Diese Datei gibt es nicht."))
    last = select(ReportCorrection.number).where(ReportCorrection.report_id == row.id).order_by(col(ReportCorrection.number).desc())
    newest = session.exec(last.limit(1)).first() or 0
    wanted = newest if correction is None else correction
    if not 0 <= wanted <= newest:
        raise NotFound(_("Diese Fassung gibt es nicht."))
    kept = session.get(ReportFile, (row.id, wanted, known.key))
    name = file_name(known, number, wanted)
    return GivenOut(cast(int, row.id), known, name, kept.content if kept else None, kept.sha256 if kept else "")


def order(session: Session, report_id: int, now: datetime) -> None:
    """Have missing files made, once an hour at most whoever asks."""
    enqueue(session, Job.BUILD_REPORT, now, period=f"{report_id}:{now:%Y-%m-%dT%H}", id=report_id)
