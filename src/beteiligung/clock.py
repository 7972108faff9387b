"""The edge's clock. Rules and services take `now`; only views, tasks and the command line read it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


def utcnow() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def berlin_date(moment: datetime) -> date:
    """Return the calendar day in Germany of an aware moment."""
    return moment.astimezone(BERLIN).date()
