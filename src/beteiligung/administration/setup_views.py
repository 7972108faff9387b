"""The operator's pages in which a county starts: create a region, say all about it, see what is missing, open it."""

from collections.abc import Callable
from typing import Annotated, Any, cast

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler
from litestar.params import Body, FromPath
from sqlmodel import Session, select

from beteiligung.administration import setup_queries
from beteiligung.catalogue.topics import TOPICS
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import DomainError, Invalid, NotFound, by_field
from beteiligung.i18n import _
from beteiligung.identity.session import check_form, require_operator
from beteiligung.places import setup, setup_rules
from beteiligung.places.colours import ACCENTS
from beteiligung.places.logos import LOGO_BYTES, read_logo
from beteiligung.places.models import Region
from beteiligung.places.queries import logo_of, region_facts
from beteiligung.web.http import FormData, page, redirect, text, texts
from beteiligung.web.scanner import ScannerAway, check_clean

PATH = "/betrieb/regionen"
UploadForm = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
_NEW = ("name", "in_name", "kind", "state", "slug")
FIELDS = (
    "name", "in_name", "kind", "state", "assembly_name", "seat", "website", *setup_rules.NUMBERS, "quiet_from", "quiet_until",
    "contact_mail", "legal_office", "imprint_name", "imprint_address", "imprint_represented_by", "imprint_contact", "data_protection",
    "accent", "municipalities", "committees",
)  # fmt: skip
"""Of the form with all facts."""

STEPS: dict[str, tuple[Callable[[], str], Callable[[], str], str]] = {
    "imprint": (lambda: _("Impressum"), lambda: _("Name, Anschrift und Vertretung"), "#imprint_name"),
    "contact": (lambda: _("Kontakt"), lambda: _("eine Mailadresse für Fragen"), "#contact_mail"),
    "data_protection": (lambda: _("Datenschutz"), lambda: _("wer Fragen zum Datenschutz beantwortet"), "#data_protection"),
    "legal_office": (lambda: _("Rechtsamt"), lambda: _("wer hört, wenn 72 Stunden niemand entscheidet"), "#legal_office"),
    "municipalities": (lambda: _("Orte"), lambda: _("wo Menschen wohnen können"), "#municipalities"),
    "committees": (lambda: _("Ausschüsse"), lambda: _("welche Themen sie beraten"), "#committees"),
    "logo": (lambda: _("Logo"), lambda: _("ein Bild neben dem Namen"), "#file"),
    "clerks": (lambda: _("Zwei Menschen in der Verwaltung"), lambda: _("damit vier Augen entscheiden"), "/betrieb/rollen"),
    "document": (lambda: _("Ein Dokument"), lambda: _("die Verwaltung liest es an ihrem Arbeitsplatz ein"), "importe"),
    "commitments": (lambda: _("Veröffentlichte Zusagen"), lambda: _("die Verwaltung prüft und veröffentlicht sie"), "importe"),
    "mail": (lambda: _("Mailserver"), lambda: _("nimmt Mails an; sonst: beteiligung doctor"), ""),
    "beat": (lambda: _("Zeitgeber und Worker"), lambda: _("laufen; sonst: beteiligung doctor"), ""),
    "key": (lambda: _("Schlüssel der Stimmen"), lambda: _("passt zu den Stimmen"), ""),
    "vote_key": (
        lambda: _("Kopie des Schlüssels der Stimmen"),
        lambda: _("liegt bei einer anderen Person als die Sicherungen der Datenbank"),
        "#stand",
    ),
    "backup": (lambda: _("Sicherung"), lambda: _("läuft täglich, und das Zurückspielen ist geprobt"), "#stand"),
    "privacy": (lambda: _("Datenschutz-Papiere"), lambda: _("Verzeichnis und Folgenabschätzung liegen vor"), "#stand"),
}
"""Of the checklist: title, what it means, where to do it."""
ACCENT_NAMES: dict[str, Callable[[], str]] = {
    "blue": lambda: _("Blau"),
    "green": lambda: _("Grün"),
    "violet": lambda: _("Violett"),
    "plum": lambda: _("Pflaume"),
    "slate": lambda: _("Schiefer"),
}


def _region(session: Session, slug: str) -> Region:
    row = session.exec(select(Region).where(Region.slug == slug)).first()
    if row is None:
        raise NotFound(_("Diese Region gibt es hier nicht."))
    return row


# All regions


def _list(request: Request, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None) -> Response[Any]:
    with reading() as session:
        viewer = require_operator(session, request)
        rows = setup_queries.regions(session, utcnow())
    context = {
        "regions": rows,
        "form": typed or dict.fromkeys(_NEW, ""),
        "errors": errors or {},
        "states": [(name, name) for name in setup_rules.STATES],
        "robots": "noindex",
    }
    return page(request, "administration/regions.html", context, viewer=viewer, status=422 if errors else 200)


@get(PATH, sync_to_thread=True, include_in_schema=False)
def list_regions(request: Request) -> Response[Any]:
    """Show all regions, open or not."""
    return _list(request)


@post(PATH, sync_to_thread=True, include_in_schema=False)
def create_region(request: Request, data: FormData) -> Response[Any]:
    """Create a region that nobody but its administration and operators sees."""
    typed = {name: text(data, name, 300) for name in _NEW}
    try:
        with unit_of_work() as session:
            viewer = require_operator(session, request)
            check_form(request, viewer, data)
            taken = set(session.exec(select(Region.slug)).all())
            region = setup.create(session, setup_rules.read_new(typed, taken), utcnow(), by=viewer.account_id)
            slug = region.slug
    except Invalid as invalid:
        return _list(request, typed, invalid.fields or {"": invalid.message})
    return redirect(f"{PATH}/{slug}", meldung="region-neu")


# One region


def _show(request: Request, slug: str, typed: dict[str, str] | None = None, error: DomainError | None = None) -> Response[Any]:
    with reading() as session:
        viewer = require_operator(session, request)
        row = _region(session, slug)
        shown = {**setup.facts_of(row), **setup_queries.lists_of(session, row)}
        steps = setup_queries.steps(session, row, utcnow())
        alt = setup_queries.logo_words(session, row)
        ticked, region = dict(row.ticked), region_facts(row)
    errors = by_field(error)
    context = {
        "region": region,
        "example": region.example,
        "base": f"{PATH}/{slug}",
        "form": {**shown, "alt": alt, **(typed or {})},
        "errors": errors,
        "steps": [(step, STEPS[step.key][0](), STEPS[step.key][1](), _where(step.key, slug)) for step in steps],
        "missing": len(setup_rules.why_not_open(steps)),
        "ticks": [(key, STEPS[key][0](), STEPS[key][1](), ticked.get(key)) for key in setup_rules.TICKS],
        "states": [(name, name) for name in setup_rules.STATES],
        "accents": [(name, ACCENT_NAMES[name]()) for name in ACCENTS],
        "topics": ", ".join(topic.slug for topic in TOPICS),
        "max_kb": LOGO_BYTES // 1024,
        "robots": "noindex",
    }
    return page(request, "administration/region.html", context, viewer=viewer, status=error.status if error else 200)


def _where(key: str, slug: str) -> str:
    place = STEPS[key][2]
    return f"/verwaltung/{slug}/{place}" if place == "importe" else place


@get(f"{PATH}/{{region_slug:str}}", sync_to_thread=True, include_in_schema=False)
def show_region(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """Show the checklist of a region and the forms with all it says of itself."""
    return _show(request, region_slug)


@post(f"{PATH}/{{region_slug:str}}", sync_to_thread=True, include_in_schema=False)
def change_region(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Set what the region says of itself."""
    typed = {name: text(data, name, 20_000) for name in FIELDS}
    try:
        with unit_of_work() as session:
            viewer = require_operator(session, request)
            check_form(request, viewer, data)
            facts = setup_rules.read_facts(typed, {topic.slug for topic in TOPICS})
            setup.change(session, _region(session, region_slug), facts, utcnow(), by=viewer.account_id)
    except Invalid as invalid:
        return _show(request, region_slug, typed, invalid)
    return redirect(f"{PATH}/{region_slug}", meldung="region")


async def _operators_only(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Ask who sends a file before it is read and parsed; the handler asks again, with the form's token."""

    def ask() -> None:
        with reading() as session:
            require_operator(session, cast(Request, connection))

    await sync_to_thread(ask)


@post(
    f"{PATH}/{{region_slug:str}}/logo",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=LOGO_BYTES + 64 * 1024,
    guards=[_operators_only],
)
def change_logo(request: Request, region_slug: FromPath[str], data: UploadForm) -> Response[Any]:
    """Take a logo, or take it away."""
    with reading() as session:  # before a file is unpacked or handed on
        viewer = require_operator(session, request)
        check_form(request, viewer, data)
    alt, gone = text(data, "alt", 300), text(data, "action", 10) == "remove"
    try:
        file = data.get("file")
        content = file.file.read(LOGO_BYTES + 1) if isinstance(file, UploadFile) and file.filename else b""
        if not gone:
            check_clean(content)
        picture = None if gone else read_logo(content)
        with unit_of_work() as session:
            region, now = _region(session, region_slug), utcnow()
            if picture is None:
                setup.drop_logo(session, region, now, by=viewer.account_id)
            else:
                setup.set_logo(session, region, picture, alt, now, by=viewer.account_id)
    except (Invalid, ScannerAway) as error:
        return _show(request, region_slug, {"alt": alt}, error)
    return redirect(f"{PATH}/{region_slug}", meldung="region")


@post(f"{PATH}/{{region_slug:str}}/stand", sync_to_thread=True, include_in_schema=False)
def change_state(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Keep what is said to be done, and open or close the region."""
    action = text(data, "action", 10)
    try:
        with unit_of_work() as session:
            viewer = require_operator(session, request)
            check_form(request, viewer, data)
            region, now = _region(session, region_slug), utcnow()
            if action == "close":
                setup.close(session, region, now, by=viewer.account_id)
            else:
                setup.tick(session, region, set(texts(data, "tick")), now, by=viewer.account_id)
        if action == "open":  # apart, so that what was ticked is kept when something else is missing
            with unit_of_work() as session:
                region = _region(session, region_slug)
                setup.open_up(session, region, setup_queries.steps(session, region, now), now, by=viewer.account_id)
    except DomainError as error:
        if error.status == 403 or action != "open":
            raise
        return _show(request, region_slug, None, error)
    return redirect(f"{PATH}/{region_slug}", meldung={"open": "region-offen", "close": "region-zu"}.get(action, "region"))


@get("/logo/{sha256:str}", sync_to_thread=True, include_in_schema=False)
def logo(sha256: FromPath[str]) -> Response[bytes]:
    """Serve a logo for ever: its address changes with its content. It is a picture and nothing else, whoever opens it."""
    with reading() as session:
        content = logo_of(session, sha256)
    if content is None:
        raise NotFound(_("Diese Datei gibt es nicht."))
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Type": "image/png",
        "Content-Disposition": "inline; filename=logo.png",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(content, headers=headers)


ROUTES: list[Any] = [list_regions, create_region, show_region, change_region, change_logo, change_state, logo]
