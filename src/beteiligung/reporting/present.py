"""What the templates of a report want. Nothing here knows a request."""

from typing import Any

from beteiligung.reporting.dataset import ReportData, said
from beteiligung.reporting.pictures import bridges, pictures


def report_context(data: ReportData, digest: str) -> dict[str, Any]:
    """Return what `reporting/_report.html` shows of a report."""
    return {
        "data": data,
        "digest": digest,
        "tables": {table.key: table for table in data.tables},
        "pictures": {section.key: pictures(data, section.charts) for section in data.sections},
        "bridges": bridges(data),
        "said": said,
        "numeric": ("count", "share", "low", "high", "number"),
    }


def titles(data: ReportData | None) -> list[tuple[str, str]]:
    """Return (slug, title) of the commitments that may be answered, those of the rankings first."""
    if data is None:
        return []
    found: dict[str, str] = {}
    for key in ("discussed", "divided", "opposed", "supported", "votes"):
        for table in data.tables:
            if table.key == key:
                found |= {str(row[1]).rpartition("/")[2]: str(row[0]) for row in table.rows if str(row[1]).rpartition("/")[2] not in found}
    return list(found.items())
