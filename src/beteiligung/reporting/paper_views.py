"""The clerk's page „Vorlage zum Stichtag“: a form that gives a DOCX, and the template it is written on."""

from typing import Annotated, Any, cast

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler
from litestar.params import Body, FromPath

from beteiligung.catalogue.topics import TOPICS
from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import DomainError, Invalid, by_field
from beteiligung.i18n import LANGUAGES, speaking
from beteiligung.identity.desk_session import checked_clerk, clerk_of
from beteiligung.identity.residence_rules import read_day
from beteiligung.identity.viewer import Viewer
from beteiligung.places.queries import RegionFacts
from beteiligung.reporting import paper, paper_template
from beteiligung.reporting.formats.registry import BY_FILE
from beteiligung.text.slugs import slugify
from beteiligung.web.http import FormData, page, redirect, text, texts
from beteiligung.web.limits import limiter
from beteiligung.web.scanner import check_clean

TemplateForm = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
_DOCX = BY_FILE["bericht.docx"].media_type
_FIELDS = {"number": 300, "subject": 300, "committees": 4_000, "day": 20, "slugs": 5_000}
_HOUR = 3600.0


def _show(
    request: Request,
    region: RegionFacts,
    viewer: Viewer,
    typed: dict[str, Any] | None = None,
    error: DomainError | None = None,
) -> Response[Any]:
    if typed is None:
        with reading() as session:
            committees = paper.proposed_committees(session, region)
        today = berlin_date(utcnow())
        typed = {**dict.fromkeys(_FIELDS, ""), "committees": committees, "day": f"{today:%d.%m.%Y}", "topics": []}
    context = {
        "region": region,
        "example": region.example,
        "robots": "noindex",
        "base": f"/verwaltung/{region.slug}/vorlage",
        "form": typed,
        "errors": by_field(error),
        "topics": [(topic.slug, topic.name) for topic in TOPICS],
        "own": paper.template(region.slug)[1],
        "marks": [("{{" + name + "}}", name in paper_template.REQUIRED) for name in (*paper_template.INLINE, *paper_template.BLOCKS)],
    }
    return page(request, "reporting/paper.html", context, viewer=viewer, status=error.status if error else 200)


@get("/verwaltung/{region_slug:str}/vorlage", sync_to_thread=True, include_in_schema=False)
def asked(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The form."""
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
    return _show(request, region, viewer)


@post("/verwaltung/{region_slug:str}/vorlage", sync_to_thread=True, include_in_schema=False, status_code=200)
def made(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """The paper as DOCX, or the form with what has to be mended."""
    region, viewer = checked_clerk(request, region_slug, data)
    typed: dict[str, Any] = {name: text(data, name, most).strip() for name, most in _FIELDS.items()}
    typed["topics"] = texts(data, "topics")
    now = utcnow()
    try:
        limiter.hit("paper", str(viewer.account_id), 60, _HOUR)
        with reading() as session:
            wish = paper.checked(session, region.id, typed, read_day(typed["day"]), berlin_date(now))
            with speaking(LANGUAGES[0]):  # a German paper, whatever language its clerk reads
                facts = paper.read(session, region, wish)
        with speaking(LANGUAGES[0]):
            content = paper.render(paper.template(region.slug)[0], facts, wish, berlin_date(now))
    except Invalid as error:
        if "file" in error.fields:  # the template that lies here cannot be filled
            error = Invalid(error.message, {"": error.message})
        return _show(request, region, viewer, typed, error)
    except DomainError as error:
        return _show(request, region, viewer, typed, error)
    with unit_of_work() as session:
        paper.note_made(session, viewer.account_id, region.id, wish, now)
    return _file(content, f"vorlage-{slugify(wish.number) or 'ohne-nummer'}.docx")


def _file(content: bytes, name: str) -> Response[Any]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=_DOCX, headers=headers, status_code=200)


@get("/verwaltung/{region_slug:str}/vorlage/muster.docx", sync_to_thread=True, include_in_schema=False)
def pattern(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The template in use, to be changed in Word and brought back."""
    with reading() as session:
        region, _viewer = clerk_of(session, request, region_slug)
    return _file(paper.template(region.slug)[0], "vorlage-muster.docx")


async def _clerks_only(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Ask who sends a file before it is read and parsed; the handler asks again, with the form's token."""

    def ask() -> None:
        with reading() as session:
            clerk_of(session, cast(Request, connection), connection.path_params["region_slug"])

    await sync_to_thread(ask)


@post(
    "/verwaltung/{region_slug:str}/vorlage/muster",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=paper_template.LARGEST + 64 * 1024,
    guards=[_clerks_only],
)
def replace(request: Request, region_slug: FromPath[str], data: TemplateForm) -> Response[Any]:
    """Use the county's own template from now on, or the neutral one again."""
    region, viewer = checked_clerk(request, region_slug, data)
    now = utcnow()
    if text(data, "action") == "drop":
        with unit_of_work() as session:
            paper.drop_template(session, viewer.account_id, region, now)
        return redirect(f"/verwaltung/{region.slug}/vorlage", meldung="vorlage-neutral", anchor="#muster")
    try:
        file = data.get("file")
        content = file.file.read(paper_template.LARGEST + 1) if isinstance(file, UploadFile) and file.filename else b""
        check_clean(content)
        paper_template.check(content)
        with unit_of_work() as session:
            paper.keep_template(session, viewer.account_id, region, content, now)
    except DomainError as error:
        return _show(request, region, viewer, None, error)
    return redirect(f"/verwaltung/{region.slug}/vorlage", meldung="vorlage-eigene", anchor="#muster")


ROUTES: list[Any] = [asked, made, pattern, replace]
