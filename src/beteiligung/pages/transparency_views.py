"""The transparency report of a year (Articles 15 and 24 DSA): page, CSV and PDF of the same fields."""

import csv
import hashlib
import io
import threading
from collections import OrderedDict
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung import chain
from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading
from beteiligung.errors import DomainError, NotFound
from beteiligung.i18n import _
from beteiligung.identity.session import public_page
from beteiligung.moderation import log, queries, transparency
from beteiligung.pages import columns
from beteiligung.pages.items import region_state
from beteiligung.web.http import error_page
from beteiligung.web.limits import limiter, network
from beteiligung.web.pdf import PdfError, font, to_pdf
from beteiligung.web.render import render

_KEPT = 8
_HOUR = 3600.0


class Busy(DomainError):
    """Somebody else's PDF is being made."""

    status = 503
    template = "errors/429.html"


class _Pdfs:
    """The last few PDFs by their page, made one at a time: a page of numbers costs a second and 200 MB."""

    def __init__(self) -> None:
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, html: str) -> bytes:
        """Return the PDF of a page. Raises Busy, PdfError."""
        key = hashlib.sha256(html.encode()).hexdigest()
        if (known := self._made.get(key)) is not None:
            return known
        if not self._lock.acquire(timeout=20):
            raise Busy(_("Gerade werden andere Berichte gemacht. Bitte versuchen Sie es gleich noch einmal."), retry_after=30)
        try:
            made = self._made.get(key) or to_pdf(html)
            self._made[key] = made
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
            return made
        finally:
            self._lock.release()


_pdfs = _Pdfs()


def _context(session: Session, region_slug: str, year: int) -> dict[str, Any]:
    """Return what page and PDF show. Raises NotFound for a year without any line."""
    known = region_state(session, region_slug, utcnow())
    if year not in queries.log_years(session, known.region.id):
        raise NotFound(_("Für dieses Jahr gibt es keinen Bericht."))
    heads = [head for head in chain.heads(session, log.CHAIN, limit=100_000) if head.day.year <= year]
    return {
        "region": known.region,
        "example": known.region.example,
        "year": year,
        "running": berlin_date(utcnow()).year == year,
        "sections": transparency.report(queries.log_lines(session, known.region.id, None), year),
        "head": heads[0] if heads else None,
    }


@get("/{region_slug:str}/moderation/{year:int}", sync_to_thread=True, include_in_schema=False)
def report_page(request: Request, region_slug: FromPath[str], year: FromPath[int]) -> Response[Any]:
    """The report of a year."""

    def state(session: Session) -> str:
        region = region_state(session, region_slug, utcnow())
        return f"{region.token}.{queries.log_state(session, region.region.id)}"

    return public_page(
        request, state=state, build=lambda session, _viewer: ("pages/transparency.html", _context(session, region_slug, year))
    )


@get("/{region_slug:str}/moderation/{year:int}/bericht.csv", sync_to_thread=True, include_in_schema=False)
def report_csv(region_slug: FromPath[str], year: FromPath[int]) -> Response[Any]:
    """The same fields as a table; an empty value is not counted here."""
    with reading() as session:
        sections = _context(session, region_slug, year)["sections"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns.TRANSPARENCY)
    for section in sections:
        for row in section.rows:
            writer.writerow((section.article, section.title, row.key, row.name, "" if row.value is None else row.value))
    headers = {"Content-Disposition": f'attachment; filename="transparenz-{region_slug}-{year}.csv"', "Cache-Control": "no-cache"}
    return Response(text.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


@get("/{region_slug:str}/moderation/{year:int}/bericht.pdf", sync_to_thread=True, include_in_schema=False)
def report_pdf(request: Request, region_slug: FromPath[str], year: FromPath[int]) -> Response[Any]:
    """The same fields on paper, tagged for screen readers."""
    with reading() as session:
        context = _context(session, region_slug, year)
    limiter.hit("transparency", network(request), 30, _HOUR)
    try:
        made = _pdfs.of(render("print/transparency.html", **context, font=font(400), bold=font(600)))
    except PdfError:
        message = _("Die PDF-Datei ließ sich gerade nicht machen. Die Zahlen stehen auf der Seite und in der Tabelle (CSV).")
        return error_page(request, Busy(message, retry_after=60))
    headers = {"Content-Disposition": f'inline; filename="transparenz-{region_slug}-{year}.pdf"', "Cache-Control": "no-cache"}
    return Response(made, media_type="application/pdf", headers=headers)


ROUTES: list[Any] = [report_page, report_csv, report_pdf]
