"""What becomes of reports when the example people leave an installation."""

from typing import cast

from sqlalchemy import delete
from sqlmodel import Session, col, select

from beteiligung.places.models import Region
from beteiligung.reporting.models import Report, ReportCorrection, ReportFile, ReportQuote, ReportWriter
from beteiligung.resolutions.models import Resolution


def forget_examples(session: Session) -> None:
    """Delete the reports of regions whose people were made up, and what was decided of them: figures and quotes are invented."""
    examples = select(Region.id).where(col(Region.example))
    reports = list(session.exec(select(Report.id).where(col(Report.region_id).in_(examples))).all())
    session.execute(delete(Resolution).where(col(Resolution.report_id).in_(reports)))
    for model in (ReportFile, ReportQuote, ReportWriter, ReportCorrection):
        session.execute(delete(model).where(col(cast("type[ReportFile]", model).report_id).in_(reports)))
    session.execute(delete(Report).where(col(Report.id).in_(reports)))
