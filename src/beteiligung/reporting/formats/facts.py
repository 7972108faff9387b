"""What every format says of the report as a whole, in the same words."""

from datetime import date, datetime

from beteiligung.clock import BERLIN
from beteiligung.reporting.dataset import ReportData, digest

EXAMPLE = "Beispiel: Menschen, Kommentare und Stimmen sind erfunden."
"""Has to stand on page one where `ReportData.example` says so."""


def day(value: date | datetime) -> str:
    """22.11.2026, as the day it was in Germany."""
    local = value.astimezone(BERLIN) if isinstance(value, datetime) else value
    return f"{local:%d.%m.%Y}"


def moment(value: datetime) -> str:
    """22.11.2026, 14.20 Uhr."""
    return f"{value.astimezone(BERLIN):%d.%m.%Y, %H.%M} Uhr"


def edition(data: ReportData) -> str:
    """Return which of the report's editions this is."""
    return f"mit Berichtigung {data.correction}" if data.correction else "wie veröffentlicht"


def facts(data: ReportData) -> list[tuple[str, str]]:
    """Return (name, words): session, period, when the figures were taken, where they can be checked."""
    sitting = data.sitting
    made = [("Bericht", f"Nr. {data.number}, {data.region_name}, {edition(data)}")]
    if sitting.on:
        made.append((f"Sitzung ({sitting.body})", day(sitting.on)))
    if sitting.paper_number:
        made.append(("Vorlage", sitting.paper_number))
    if sitting.committees:
        made.append(("Ausschüsse", ", ".join(sitting.committees)))
    made.append(("Zeitraum", f"{day(sitting.since)} bis {day(sitting.until)}"))
    made.append(("Themen", ", ".join(sitting.topics) or "alle"))
    if data.as_of:
        made.append(("Stand der Zahlen", moment(data.as_of)))
    if data.origin:
        made.append(("Stand der Zahlen, Nummer", f"{data.origin.version} (SHA-256 {data.origin.digest})"))
    made.append(("Im Netz", f"{data.site}{data.link}"))
    made.append(("Prüfsumme dieses Berichts (SHA-256)", digest(data)))
    return made
