"""Atom feeds of a region, a topic and a commitment, the sitemap and robots.txt."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlalchemy import func
from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.catalogue.topics import by_slug
from beteiligung.clock import utcnow
from beteiligung.db import reading
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.pages.commitment import load
from beteiligung.pages.items import region_state
from beteiligung.pages.news import atom, newest
from beteiligung.pages.protocol import protocol_news, protocol_state
from beteiligung.pages.start import start_state
from beteiligung.places.models import Region
from beteiligung.places.queries import OPEN
from beteiligung.settings import settings
from beteiligung.web.cache import cached

ATOM = "application/atom+xml; charset=utf-8"
_XML = "application/xml; charset=utf-8"
EMPTY_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
URLS_A_SITEMAP = 50_000
STATIC_PAGES = (
    "/", "/so-funktioniert-es", "/regeln", "/impressum", "/datenschutz", "/barrierefreiheit", "/leichte-sprache", "/offene-daten",
    "/offene-daten/felder",
    "/protokoll",
)  # fmt: skip


def made(request: Request, state: Callable[[Session], str], make: Callable[[Session], str], media_type: str) -> Response[Any]:
    """Answer what everybody may read from the page cache: `state` is cheap, `make` runs only when it is new."""

    def present() -> str:
        with reading() as session:
            return state(session)

    def whole() -> str:
        with reading() as session:
            return make(session)

    return cached(request, present, whole, media_type)


@get("/{region_slug:str}/feed.atom", sync_to_thread=True, include_in_schema=False)
def region_feed(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """News of a region."""

    def make(session: Session) -> str:
        region = region_state(session, region_slug, utcnow()).region
        title = _("Beteiligung: {name}").format(name=region.name)
        return atom(title, f"/{region.slug}", newest(session, region.id, region.slug), EMPTY_SINCE)

    return made(request, lambda session: region_state(session, region_slug, utcnow()).token, make, ATOM)


@get("/{region_slug:str}/themen/{topic_slug:str}/feed.atom", sync_to_thread=True, include_in_schema=False)
def topic_feed(request: Request, region_slug: FromPath[str], topic_slug: FromPath[str]) -> Response[Any]:
    """News of a topic in a region."""
    topic = by_slug(topic_slug)
    if topic is None:
        raise NotFound(_("Dieses Thema gibt es nicht."))

    def make(session: Session) -> str:
        region = region_state(session, region_slug, utcnow()).region
        title = _("{topic} in der Beteiligung: {name}").format(topic=topic.name, name=region.name)
        news = newest(session, region.id, region.slug, topic=topic.slug)
        return atom(title, f"/{region.slug}/themen/{topic.slug}", news, EMPTY_SINCE)

    return made(request, lambda session: region_state(session, region_slug, utcnow()).token, make, ATOM)


@get("/{region_slug:str}/zusagen/{slug:str}/feed.atom", sync_to_thread=True, include_in_schema=False)
def commitment_feed(request: Request, region_slug: FromPath[str], slug: FromPath[str]) -> Response[Any]:
    """News of one commitment."""

    def make(session: Session) -> str:
        loaded = load(session, region_slug, slug, utcnow())
        news = newest(session, loaded.region.id, loaded.region.slug, commitment_id=loaded.commitment.id)
        return atom(loaded.commitment.title, loaded.url, news, loaded.commitment.created_at)

    return made(request, lambda session: load(session, region_slug, slug, utcnow()).token, make, ATOM)


@get("/protokoll/feed.atom", sync_to_thread=True, include_in_schema=False)
def protocol_feed(request: Request) -> Response[Any]:
    """The audit log's heads, for whoever keeps copies."""

    def make(session: Session) -> str:
        return atom(_("Prüfsummen des Protokolls"), "/protokoll", protocol_news(session), EMPTY_SINCE)

    return made(request, protocol_state, make, ATOM)


# For search engines


def _paths(session: Session) -> list[str]:
    """Return every page a search engine may know, in a stable order. Three statements."""
    regions = session.exec(select(Region.id, Region.slug).where(OPEN).order_by(col(Region.position), col(Region.id))).all()
    slugs = dict(regions)
    found = list(STATIC_PAGES)
    for _id, slug in regions:
        found += [f"/{slug}", f"/{slug}/zusagen", f"/{slug}/themen", f"/{slug}/dokumente", f"/{slug}/empfehlungen", f"/{slug}/beschluesse"]
    for region_id, slug in session.exec(select(Document.region_id, Document.slug).order_by(col(Document.id))):
        if region_id in slugs:
            found.append(f"/{slugs[region_id]}/dokumente/{slug}")
    topics: dict[str, None] = {}
    commitments: list[str] = []
    query = select(Commitment.region_id, Commitment.slug, Commitment.topic).where(Commitment.state == "published")
    for region_id, slug, topic in session.exec(query.order_by(col(Commitment.id))):
        if region_id not in slugs:
            continue
        topics[f"/{slugs[region_id]}/themen/{topic}"] = None
        commitments.append(f"/{slugs[region_id]}/zusagen/{slug}")
    return [*found, *topics, *commitments]


def _urlset(paths: list[str]) -> str:
    urls = "".join(f"<url><loc>{settings().base_url}{path}</loc></url>" for path in paths)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


@get("/sitemap.xml", sync_to_thread=True, include_in_schema=False)
def sitemap(request: Request) -> Response[Any]:
    """All pages, or an index of several files where there are more than 50,000."""

    def make(session: Session) -> str:
        paths = _paths(session)
        if len(paths) <= URLS_A_SITEMAP:
            return _urlset(paths)
        files = range(1, -(-len(paths) // URLS_A_SITEMAP) + 1)
        maps = "".join(f"<sitemap><loc>{settings().base_url}/sitemaps/{n}</loc></sitemap>" for n in files)
        return f'<?xml version="1.0" encoding="utf-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{maps}</sitemapindex>'

    return made(request, start_state, make, _XML)


@get("/sitemaps/{number:int}", sync_to_thread=True, include_in_schema=False)
def sitemap_part(request: Request, number: FromPath[int]) -> Response[Any]:
    """One file of the index."""

    def state(session: Session) -> str:
        count = session.exec(select(func.count(col(Commitment.id)))).one()
        if number < 1 or (number - 1) * URLS_A_SITEMAP > count + 10_000:
            raise NotFound(_("Diese Seite gibt es nicht."))
        return start_state(session)

    def make(session: Session) -> str:
        return _urlset(_paths(session)[(number - 1) * URLS_A_SITEMAP : number * URLS_A_SITEMAP])

    return made(request, state, make, _XML)


@get("/robots.txt", sync_to_thread=False, include_in_schema=False)
def robots() -> Response[str]:
    """What is for nobody but oneself. Threads are left open to be read: they say `noindex` themselves."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in ("/anmelden", "/konto", "/verwaltung/", "/beispiel/"))]
    body = "\n".join([*lines, "", f"Sitemap: {settings().base_url}/sitemap.xml", ""])
    return Response(body, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "public, max-age=3600"})


ROUTES: list[Any] = [region_feed, topic_feed, commitment_feed, protocol_feed, sitemap, sitemap_part, robots]
