"""The public log of moderation: page, CSV and Atom. It holds nothing about a person."""

import csv
import io
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung import chain
from beteiligung.clock import utcnow
from beteiligung.db import reading
from beteiligung.i18n import _
from beteiligung.identity.session import public_page
from beteiligung.moderation import log, queries, words
from beteiligung.moderation.queries import LogLine
from beteiligung.pages import columns
from beteiligung.pages.feeds import ATOM, EMPTY_SINCE, made
from beteiligung.pages.items import region_state
from beteiligung.pages.news import News, atom
from beteiligung.web.filters import long_date


def _state(session: Session, slug: str) -> str:
    region = region_state(session, slug, utcnow())
    heads = chain.heads(session, log.CHAIN, limit=1)
    return f"{region.token}.{queries.log_state(session, region.region.id)}.{heads[0].hash if heads else ''}"


def in_words(line: LogLine) -> str:
    """Return a line of the log as a sentence or two."""
    said = [words.STAGE[line.facts["stage"]](), words.ACT[line.act]()]
    if measure := line.facts.get("measure"):
        said.append(words.MEASURE[measure]())
    if ground := line.facts.get("ground"):
        said.append(words.ground_words(ground))
    return ". ".join(said) + "."


@get("/{region_slug:str}/moderation", sync_to_thread=True, include_in_schema=False)
def log_page(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The newest hundred lines, and how often deciders agree."""

    def build(session: Session, _viewer: object) -> tuple[str, dict[str, Any]]:
        region = region_state(session, region_slug, utcnow()).region
        lines = queries.log_lines(session, region.id, reports=False)
        heads = chain.heads(session, log.CHAIN, limit=1)
        return "pages/moderation.html", {
            "region": region,
            "example": region.example,
            "lines": [(line, in_words(line)) for line in lines],
            "years": queries.log_years(session, region.id),
            "agreed": queries.agreement(session, region.id),
            "head": heads[0] if heads else None,
            "feed_url": f"/{region.slug}/moderation/feed.atom",
        }

    return public_page(request, state=lambda session: _state(session, region_slug), build=build)


@get("/{region_slug:str}/moderation.csv", sync_to_thread=True, include_in_schema=False)
def log_csv(region_slug: FromPath[str]) -> Response[Any]:
    """All lines of the log."""
    with reading() as session:
        region = region_state(session, region_slug, utcnow()).region
        lines = queries.log_lines(session, region.id, None)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns.MODERATION)
    for line in reversed(lines):
        facts = {**line.facts, "number": line.id, "at": line.at.isoformat(), "act": line.act}
        writer.writerow("" if facts.get(name) is None else facts[name] for name in columns.MODERATION)
    headers = {"Content-Disposition": f'attachment; filename="moderation-{region.slug}.csv"', "Cache-Control": "no-cache"}
    return Response(text.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


@get("/{region_slug:str}/moderation/feed.atom", sync_to_thread=True, include_in_schema=False)
def log_feed(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The newest lines as a feed."""

    def make(session: Session) -> str:
        region = region_state(session, region_slug, utcnow()).region
        page, lines = f"/{region.slug}/moderation", queries.log_lines(session, region.id, 40, reports=False)
        news = [
            News(f"moderation:{line.id}", f"{words.ACT[line.act]()}, {long_date(line.at)}", page, line.at, in_words(line)) for line in lines
        ]
        return atom(_("Moderation: {name}").format(name=region.name), f"/{region.slug}/moderation", news, EMPTY_SINCE)

    return made(request, lambda session: _state(session, region_slug), make, ATOM)


ROUTES: list[Any] = [log_page, log_csv, log_feed]
