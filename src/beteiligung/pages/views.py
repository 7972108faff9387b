"""The pages everybody may read. Feeds and sitemap are in feeds.py, the API in opendata.py; ROUTES holds all but the API."""

from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.catalogue.queries import documents_of
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import DomainError, NotFound, by_field
from beteiligung.i18n import _
from beteiligung.identity.retention_rules import in_words, periods
from beteiligung.identity.session import browser_id, check_form, draft_for, pending_choice, public_page, viewer_of
from beteiligung.identity.viewer import Viewer
from beteiligung.pages import feeds
from beteiligung.pages.commitment import Asked, Loaded, commitment_context, load
from beteiligung.pages.document import document_context
from beteiligung.pages.health import why_not_ready
from beteiligung.pages.items import RegionState, hash_of, region_state
from beteiligung.pages.listing import list_context, read_view, topic_of
from beteiligung.pages.protocol import protocol_context, protocol_state
from beteiligung.pages.region import overview, region_context, topic_items
from beteiligung.pages.start import start_context, start_state
from beteiligung.participation.queries import is_following
from beteiligung.participation.views import personal_page
from beteiligung.places import service as places
from beteiligung.places.queries import RegionFacts, all_regions
from beteiligung.settings import settings
from beteiligung.web.http import FormData, page, redirect, text, whole_number
from beteiligung.web.limits import limiter, network


def region_page(
    request: Request,
    slug: str,
    template: str,
    build: Callable[[Session, RegionState], dict[str, Any]],
    follow: tuple[str, str] | None = None,
) -> Response[Any]:
    """Answer one page of a region. Rendering costs the statement of `region_state` and those of `build`.

    `follow` (kind, target) is what can be followed there; whether the person does costs one more.
    """
    kept: list[RegionState] = []

    def state(session: Session) -> str:
        kept[:] = [region_state(session, slug, utcnow())]
        return kept[0].token

    def built(session: Session, viewer: Viewer | None) -> tuple[str, dict[str, Any]]:
        known = kept[0] if kept else region_state(session, slug, utcnow())
        context = build(session, known)
        if follow:
            kind, target = follow
            on = viewer is not None and is_following(session, viewer.account_id, known.region.id, kind, target)
            context["follow"] = {"kind": kind, "target": target, "on": on}
        return template, context

    return public_page(request, state=state, build=built)


@get("/", sync_to_thread=True, include_in_schema=False)
def start(request: Request) -> Response[Any]:
    """All regions."""
    return public_page(request, state=start_state, build=lambda session, _viewer: ("pages/start.html", start_context(session)))


@get("/{region_slug:str}", sync_to_thread=True, include_in_schema=False)
def region(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The start page of a region."""
    return region_page(request, region_slug, "pages/region.html", region_context, ("region", ""))


@get("/{region_slug:str}/zusagen", sync_to_thread=True, include_in_schema=False)
def commitments(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The list with search and filters."""
    view = read_view(request.query_params.dict())
    return region_page(request, region_slug, "pages/list.html", lambda session, state: list_context(session, state, view))


@get("/{region_slug:str}/themen", sync_to_thread=True, include_in_schema=False)
def topics(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The topics of a region."""
    return region_page(
        request,
        region_slug,
        "pages/topics.html",
        lambda session, state: {
            "region": state.region,
            "example": state.region.example,
            "nav": "topics",
            "topics": topic_items(overview(session, state), state),
        },
    )


@get("/{region_slug:str}/themen/{topic_slug:str}", sync_to_thread=True, include_in_schema=False)
def topic(request: Request, region_slug: FromPath[str], topic_slug: FromPath[str]) -> Response[Any]:
    """The list of one topic."""
    found = topic_of(topic_slug)
    if found is None:
        raise NotFound(_("Dieses Thema gibt es nicht."))
    view = read_view(request.query_params.dict(), topic=found)
    return region_page(
        request, region_slug, "pages/list.html", lambda session, state: list_context(session, state, view, found), ("topic", found.slug)
    )


@get("/{region_slug:str}/zusagen/{slug:str}", sync_to_thread=True, include_in_schema=False)
def commitment(request: Request, region_slug: FromPath[str], slug: FromPath[str]) -> Response[Any]:
    """One commitment with its votes and comments."""
    kept: list[Loaded] = []
    params = request.query_params
    around, browser = whole_number(params.get("kommentar")), browser_id(request)

    def state(session: Session) -> str:
        kept[:] = [load(session, region_slug, slug, utcnow())]
        return kept[0].token

    def build(session: Session, viewer: Viewer | None) -> tuple[str, dict[str, Any]]:
        loaded = kept[0] if kept else load(session, region_slug, slug, utcnow())
        asked = Asked(
            order=params.get("reihenfolge", "hilfreich"),
            after=params.get("nach"),
            around=around,
            pending=pending_choice(request),
            draft=draft_for(session, browser, loaded.url),
        )
        context = commitment_context(session, loaded, asked, utcnow(), viewer)
        written = around if viewer and params.get("meldung") == "kommentar" and not context["following"] else None
        return "pages/commitment.html", {**context, "offer_after": written}

    return personal_page(request, state=state, build=build)


@get("/{region_slug:str}/dokumente", sync_to_thread=True, include_in_schema=False)
def documents(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The documents of a region."""

    def build(session: Session, state: RegionState) -> dict[str, Any]:
        found = documents_of(session, state.region, state.today)
        return {"region": state.region, "example": state.region.example, "nav": "documents", "documents": found}

    return region_page(request, region_slug, "pages/documents.html", build)


@get("/{region_slug:str}/dokumente/{slug:str}", sync_to_thread=True, include_in_schema=False)
def document(request: Request, region_slug: FromPath[str], slug: FromPath[str]) -> Response[Any]:
    """A document to read from end to end."""
    return region_page(request, region_slug, "pages/document.html", lambda session, state: document_context(session, state, slug))


# Pages of text


def _imprint(regions: list[RegionFacts]) -> dict[str, str]:
    """Return who runs the site: said by the first region that says it."""
    said = next((region.imprint for region in regions if region.imprint.get("name")), {})
    return {name: said.get(name, "") for name in ("name", "address", "contact", "represented_by")}


def _said_by(regions: list[RegionFacts]) -> list[tuple[str, dict[str, str], str, str]]:
    """Return (region, imprint, mail address for questions, who answers about data protection) of each that says who it is, none twice."""
    found: dict[str, tuple[str, dict[str, str], str, str]] = {}
    for region in regions:
        if region.imprint.get("name"):
            said = _imprint([region])
            found.setdefault(repr(sorted(said.items())), (region.name, said, region.contact_mail or "", region.data_protection or ""))
    return list(found.values())


def _text_page(request: Request, template: str, nav: str = "", **more: Any) -> Response[Any]:
    def build(session: Session, _viewer: object) -> tuple[str, dict[str, Any]]:
        regions = all_regions(session)
        return template, {
            "nav": nav,
            "imprint": _imprint(regions),
            "said": _said_by(regions),
            "regions": regions,
            "origin": settings().base_url,
            **more,
        }

    return public_page(request, state=lambda session: hash_of(all_regions(session)), build=build)


@get("/so-funktioniert-es", sync_to_thread=True, include_in_schema=False)
def how(request: Request) -> Response[Any]:
    """How it works."""
    return _text_page(request, "pages/how.html", "how")


@get("/regeln", sync_to_thread=True, include_in_schema=False)
def rules(request: Request) -> Response[Any]:
    """The rules of conduct."""
    return _text_page(request, "pages/rules.html")


@get("/impressum", sync_to_thread=True, include_in_schema=False)
def imprint(request: Request) -> Response[Any]:
    """Who runs the site."""
    return _text_page(request, "pages/imprint.html")


@get("/datenschutz", sync_to_thread=True, include_in_schema=False)
def privacy(request: Request) -> Response[Any]:
    """Privacy; the periods are those the clean-up keeps to."""
    return _text_page(request, "pages/privacy.html", periods=[(one, in_words(one.kept)) for one in periods()])


@get("/protokoll", sync_to_thread=True, include_in_schema=False)
def protocol(request: Request) -> Response[Any]:
    """The audit log's heads."""
    return public_page(request, state=protocol_state, build=lambda session, _viewer: ("pages/protocol.html", protocol_context(session)))


@get("/leichte-sprache", sync_to_thread=True, include_in_schema=False)
def plain(request: Request) -> Response[Any]:
    """The site in Leichte Sprache."""
    return _text_page(request, "pages/plain.html")


@get("/offene-daten", sync_to_thread=True, include_in_schema=False)
def open_data(request: Request) -> Response[Any]:
    """What there is to fetch."""
    return _text_page(request, "pages/open_data.html")


# Accessibility


def _accessibility(session: Session, typed: dict[str, str], errors: dict[str, str], *, sent: bool) -> tuple[str, dict[str, Any]]:
    context = {"imprint": _imprint(all_regions(session)), "form": typed, "errors": errors, "sent": sent, "reviewed": None}
    return "pages/accessibility.html", context


@get("/barrierefreiheit", sync_to_thread=True, include_in_schema=False)
def accessibility(request: Request) -> Response[Any]:
    """The accessibility statement with its form."""
    sent = request.query_params.get("meldung") == "barriere"
    typed = {"page": request.query_params.get("seite", "")[:500], "text": "", "mail": ""}
    return public_page(
        request,
        state=lambda session: hash_of(all_regions(session)),
        build=lambda session, _viewer: _accessibility(session, typed, {}, sent=sent),
    )


@post("/barrierefreiheit", status_code=200, sync_to_thread=True, include_in_schema=False)
def report_barrier(request: Request, data: FormData) -> Response[Any]:
    """Keep a report of a barrier; nobody needs an account for it."""
    with reading() as session:
        viewer = viewer_of(session, request)
    check_form(request, viewer, data)
    typed = {name: text(data, name, 60_000).replace("\r\n", "\n") for name in ("page", "text", "mail")}
    try:
        limiter.hit("barrier", network(request), 20, 3_600)
        with unit_of_work() as session:
            places.report_barrier(session, typed["text"], typed["mail"].strip(), typed["page"].strip(), utcnow())
    except DomainError as error:
        with reading() as session:
            built = _accessibility(session, typed, by_field(error), sent=False)
        return page(request, *built, viewer=viewer, status=error.status)
    return redirect("/barrierefreiheit", meldung="barriere", anchor="#melden")


# Health


@get("/health/live", sync_to_thread=False, include_in_schema=False)
def live() -> Response[str]:
    """The process answers."""
    return Response("ok", media_type="text/plain", headers={"Cache-Control": "no-store"})


@get("/health/ready", sync_to_thread=True, include_in_schema=False)
def ready() -> Response[str]:
    """The process can serve: 200, or 503 with one word of what is missing."""
    missing = why_not_ready()
    return Response(missing or "ok", status_code=503 if missing else 200, media_type="text/plain", headers={"Cache-Control": "no-store"})


ROUTES: list[Any] = [
    start,
    region,
    commitments,
    topics,
    topic,
    commitment,
    documents,
    document,
    how,
    rules,
    imprint,
    privacy,
    protocol,
    plain,
    open_data,
    accessibility,
    report_barrier,
    live,
    ready,
    *feeds.ROUTES,
]
