"""Every file a report comes in, made from its one frozen data set. The page in the browser is the sixth format; it has no file."""

from collections.abc import Callable
from dataclasses import dataclass

from beteiligung.reporting.dataset import ReportData
from beteiligung.reporting.formats import as_csv, as_docx, as_json, as_pdf, as_xlsx


@dataclass(frozen=True)
class Format:
    """A kind of file: its key in the database, what pages call it, its media type, its name in addresses, and what makes it."""

    key: str
    label: str
    media_type: str
    file: str
    render: Callable[[ReportData], bytes]


_OFFICE = "application/vnd.openxmlformats-officedocument"

FORMATS = (
    Format("pdf", "PDF zum Lesen und Drucken", "application/pdf", "bericht.pdf", as_pdf.render),
    Format("xlsx", "Tabelle (XLSX)", f"{_OFFICE}.spreadsheetml.sheet", "bericht.xlsx", as_xlsx.render),
    Format("csv", "Tabellen (CSV, als ZIP)", "application/zip", "bericht-csv.zip", as_csv.render),
    Format("json", "Daten (JSON)", "application/json", "bericht.json", as_json.render),
    Format("schema", "Beschreibung der Daten (JSON Schema)", "application/schema+json", as_json.SCHEMA_FILE, as_json.schema),
    Format("docx", "Text für die Vorlage (DOCX)", f"{_OFFICE}.wordprocessingml.document", "bericht.docx", as_docx.render),
)
BY_FILE = {one.file: one for one in FORMATS}


def file_name(known: Format, number: int, correction: int) -> str:
    """Return under which name a reader keeps the file: it says which report it is, and as of which correction."""
    version = f"-berichtigung-{correction}" if correction else ""
    return known.file.replace("bericht", f"bericht-{number}{version}", 1)
