"""The clerk's pages. Every form is refused with what was typed still in it, or answered by 303 with what was saved."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, cast

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler
from litestar.params import Body, FromPath
from sqlmodel import Session

from beteiligung.administration import queries, service
from beteiligung.catalogue import rules as catalogue_rules
from beteiligung.catalogue import service as catalogue
from beteiligung.catalogue.models import DOCUMENT_KINDS
from beteiligung.catalogue.queries import document_kind_label, history_of
from beteiligung.catalogue.rules import StatusSource
from beteiligung.catalogue.uploads import store_upload
from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, DomainError, Invalid, TooLarge, by_field
from beteiligung.i18n import _
from beteiligung.identity.desk_session import checked_clerk, clerk_of
from beteiligung.identity.session import note_seen
from beteiligung.pages.commitment import history_item, load, view_of
from beteiligung.web.http import FormData, is_fragment, page, redirect, text, whole_number
from beteiligung.web.scanner import ScannerAway

UploadForm = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
_UPLOAD_BODY = catalogue_rules.UPLOAD_LIMIT + 64 * 1024
"""The file and the fields beside it."""

_NAMES = {"note": "reason", "since": "date", "body": "note"}
"""Fields of the domain → fields of the forms, where they differ."""


def _number(request: Request, name: str) -> int:
    return whole_number(request.query_params.get(name)) or 1


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


# The desk


@get("/verwaltung/{region_slug:str}", sync_to_thread=True, include_in_schema=False)
def desk(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """What needs doing."""
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        pages = {name: _number(request, name) for name in ("worte", "fragen", "frist")}
        found = queries.desk(session, region, utcnow(), **pages)
    note_seen(viewer)
    context = {
        "region": region,
        "example": region.example,
        "robots": "noindex",
        "counts": found.counts,
        "rough": found.rough.items,
        "questions": found.questions.items,
        "overdue": found.overdue.items,
        "imports": found.imports,
        "parts": {"rough": found.rough, "questions": found.questions, "overdue": found.overdue},
        "imports_url": f"/verwaltung/{region.slug}/importe",
    }
    return page(request, "administration/desk.html", context, viewer=viewer)


# One commitment


@get("/verwaltung/{region_slug:str}/zusagen/{slug:str}", sync_to_thread=True, include_in_schema=False)
def commitment(request: Request, region_slug: FromPath[str], slug: FromPath[str]) -> Response[Any]:
    """Everything that can be done to one commitment."""
    return _commitment_page(request, region_slug, slug)


def _commitment_page(
    request: Request,
    region_slug: str,
    slug: str,
    form: str = "",
    typed: Mapping[str, Any] | None = None,
    error: DomainError | None = None,
) -> Response[Any]:
    """Render the page; `form` names the one that was refused, with what was `typed` and the `error`."""
    now = utcnow()
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        loaded = load(session, region.slug, slug, now)
        events = history_of(session, loaded.commitment.id or 0)
        changes = queries.revisions(session, loaded.commitment)
    note_seen(viewer)
    row, c = loaded.commitment, view_of(loaded, [history_item(event) for event in events])
    base = f"/verwaltung/{region.slug}/zusagen/{row.slug}"
    theirs = error.context.get("theirs") if error else None
    own = catalogue_rules.is_own(loaded.document.kind)
    quiet = catalogue_rules.is_quiet(region, berlin_date(now))
    blank = {
        "edit": {"title": row.title if row.plain else "", "summary": row.summary, "reason": "", "changes_meaning": ""},
        "answer": {"body": ""},
        "status": {"status": row.status, "date": "", "decided_on": "", "paper": "", "source": "", "source_url": "", "note": ""},
        "archive": {"reason": ""},
    }
    context: dict[str, Any] = {
        name: {
            "action": f"{base}/{path}",
            "form": {**blank[name], **(typed or {})} if form == name else blank[name],
            "errors": _errors(name, error) if form == name else {},
        }
        for name, path in (("edit", "worte"), ("answer", "stellungnahme"), ("status", "stand"), ("archive", "archiv"))
    }
    context["edit"]["revision"] = changes[0].number if changes else 0
    context["edit"]["theirs"] = theirs and {
        "title_diff": queries.compare(theirs["title"], context["edit"]["form"]["title"]),
        "summary_diff": queries.compare(theirs["summary"], context["edit"]["form"]["summary"]),
    }
    context["status"] |= {
        "closed_reason": _("Vor der Wahl gilt eine Ruhezeit. In dieser Zeit wird kein Umsetzungsstand geändert.") if quiet else None,
        "needs_resolution": not own,
    }
    if c.archived:
        context["restore"] = {**context.pop("archive"), "action": f"{base}/wiederherstellen"}
    context = {"archive": None, "restore": None, "robots": "noindex", "example": region.example, **context}
    context |= {"region": region, "c": c, "revisions": changes, "history": c.history}
    return page(request, "administration/commitment.html", context, viewer=viewer, status=error.status if error else 200)


def _errors(form: str, error: DomainError | None) -> dict[str, str]:
    """Return the messages under the names that the form's fields have; "" is the form as a whole."""
    if error is None:
        return {}
    if not error.fields:
        return {"": error.message}
    names = {**_NAMES, "note": "archive_reason"} if form == "archive" else _NAMES if form != "answer" else {}
    return {names.get(name, name): message for name, message in error.fields.items()}


def _act(
    request: Request,
    region_slug: str,
    slug: str,
    data: dict[str, Any],
    form: str,
    typed: dict[str, Any],
    act: Callable[[Session, int, int], object],
    saved: str,
    anchor: str,
) -> Response[Any]:
    """Do one act of a clerk: `act(session, account id, commitment id)`."""
    region, viewer = checked_clerk(request, region_slug, data)
    try:
        with unit_of_work() as session:
            act(session, viewer.account_id, queries.commitment_id(session, region.id, slug))
    except (Invalid, Conflict) as error:
        return _commitment_page(request, region_slug, slug, form, typed, error)
    return redirect(f"/verwaltung/{region.slug}/zusagen/{slug}", meldung=saved, anchor=anchor)


def _typed(data: dict[str, Any], *names: str) -> dict[str, str]:
    return {name: text(data, name, 20_000) for name in names}


@post("/verwaltung/{region_slug:str}/zusagen/{slug:str}/worte", sync_to_thread=True, include_in_schema=False)
def edit(request: Request, region_slug: FromPath[str], slug: FromPath[str], data: FormData) -> Response[Any]:
    """Save title and summary."""
    typed = _typed(data, "title", "summary", "reason", "changes_meaning")
    expected = whole_number(text(data, "revision"), least=0)

    def act(session: Session, who: int, it: int) -> None:
        catalogue.edit_words(
            session, who, it, typed["title"], typed["summary"], typed["reason"],
            bool(typed["changes_meaning"]), -1 if expected is None else expected, utcnow(),
        )  # fmt: skip

    return _act(request, region_slug, slug, data, "edit", typed, act, "worte", "#fassungen")


@post("/verwaltung/{region_slug:str}/zusagen/{slug:str}/stellungnahme", sync_to_thread=True, include_in_schema=False)
def answer(request: Request, region_slug: FromPath[str], slug: FromPath[str], data: FormData) -> Response[Any]:
    """Publish an official answer."""
    typed = _typed(data, "body")
    return _act(
        request, region_slug, slug, data, "answer", typed,
        lambda session, who, it: catalogue.answer(session, who, it, typed["body"], utcnow()), "antwort", "#verlauf-h",
    )  # fmt: skip


@post("/verwaltung/{region_slug:str}/zusagen/{slug:str}/stand", sync_to_thread=True, include_in_schema=False)
def status(request: Request, region_slug: FromPath[str], slug: FromPath[str], data: FormData) -> Response[Any]:
    """Set how far a promise is carried out."""
    typed = _typed(data, "status", "date", "decided_on", "paper", "source", "source_url", "note")

    def act(session: Session, who: int, it: int) -> None:
        decided = typed["decided_on"].strip()
        if decided and _day(decided) is None:
            raise Invalid(_("Bitte prüfen Sie die markierten Felder."), {"decided_on": _("Das ist kein Datum, das es gibt.")})
        source = StatusSource(typed["source"], typed["source_url"], _day(decided), typed["paper"])
        catalogue.set_status(session, who, it, typed["status"], _day(typed["date"]), source, typed["note"], utcnow())

    return _act(request, region_slug, slug, data, "status", typed, act, "status", "#verlauf-h")


@post("/verwaltung/{region_slug:str}/zusagen/{slug:str}/archiv", sync_to_thread=True, include_in_schema=False)
def archive(request: Request, region_slug: FromPath[str], slug: FromPath[str], data: FormData) -> Response[Any]:
    """Take a commitment out of the lists."""
    reason = text(data, "archive_reason")
    return _act(
        request, region_slug, slug, data, "archive", {"reason": reason},
        lambda session, who, it: catalogue.archive(session, who, it, reason, utcnow()), "archiviert", "#archiv",
    )  # fmt: skip


@post("/verwaltung/{region_slug:str}/zusagen/{slug:str}/wiederherstellen", sync_to_thread=True, include_in_schema=False)
def restore(request: Request, region_slug: FromPath[str], slug: FromPath[str], data: FormData) -> Response[Any]:
    """Publish an archived commitment again."""
    reason = text(data, "archive_reason")
    return _act(
        request, region_slug, slug, data, "archive", {"reason": reason},
        lambda session, who, it: catalogue.restore(session, who, it, reason, utcnow()), "wiederhergestellt", "#archiv",
    )  # fmt: skip


# One question


@get("/verwaltung/{region_slug:str}/fragen/{comment_id:int}", sync_to_thread=True, include_in_schema=False)
def question(request: Request, region_slug: FromPath[str], comment_id: FromPath[int]) -> Response[Any]:
    """Show a resident's question with the form for the answer."""
    return _question_page(request, region_slug, comment_id)


def _question_page(request: Request, region_slug: str, comment_id: int, body: str = "", error: DomainError | None = None) -> Response[Any]:
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        asked, about = queries.question(session, region, comment_id)
    note_seen(viewer)
    context = {
        "region": region,
        "example": region.example,
        "robots": "noindex",
        "c": about,
        "question": asked,
        "action": f"/verwaltung/{region.slug}/fragen/{comment_id}",
        "form": {"body": body},
        "errors": by_field(error),
    }
    return page(request, "administration/question.html", context, viewer=viewer, status=error.status if error else 200)


@post("/verwaltung/{region_slug:str}/fragen/{comment_id:int}", sync_to_thread=True, include_in_schema=False)
def reply(request: Request, region_slug: FromPath[str], comment_id: FromPath[int], data: FormData) -> Response[Any]:
    """Publish the administration's reply under the question."""
    region, viewer = checked_clerk(request, region_slug, data)
    body = text(data, "body", 20_000)
    try:
        with unit_of_work() as session:
            service.reply_to_question(session, viewer.account_id, region, comment_id, body, utcnow())
    except (Invalid, Conflict) as error:
        return _question_page(request, region_slug, comment_id, body, error)
    return redirect(f"/verwaltung/{region.slug}", meldung="antwort", anchor="#fragen")


# Imports


@get("/verwaltung/{region_slug:str}/importe", sync_to_thread=True, include_in_schema=False)
def imports(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """Imports with their progress, and the form for a file."""
    return _imports_page(request, region_slug)


def _imports_page(
    request: Request, region_slug: str, typed: dict[str, str] | None = None, error: DomainError | None = None
) -> Response[Any]:
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        found = queries.runs(session, region)
        known = queries.document_choices(session, region.id)
    note_seen(viewer)
    context = {
        "region": region,
        "example": region.example,
        "robots": "noindex",
        "imports": found,
        "action": f"/verwaltung/{region.slug}/importe",
        "form": typed or dict.fromkeys(("document", "title", "kind", "author", "first_line", "term"), ""),
        "errors": by_field(error, "file"),
        "kinds": [("", _("Bitte wählen")), *((kind, document_kind_label(kind)) for kind in DOCUMENT_KINDS)],
        "documents": known,
        "max_mb": catalogue_rules.UPLOAD_LIMIT // 1024 // 1024,
    }
    return page(request, "administration/imports.html", context, viewer=viewer, status=error.status if error else 200)


@get("/verwaltung/{region_slug:str}/importe/{run_id:int}", sync_to_thread=True, include_in_schema=False)
def import_progress(request: Request, region_slug: FromPath[str], run_id: FromPath[int]) -> Response[Any]:
    """The progress of one import: its fragment for htmx, else the page with all of them."""
    if not is_fragment(request):
        return _imports_page(request, region_slug)
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        found = queries.run(session, region, run_id)
    return page(request, "administration/_import.html", {"region": region, "run": found}, viewer=viewer)


async def _clerks_only(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Ask who sends a file before its 20 MB are read and parsed; the handler asks again, with the form's token."""

    def ask() -> None:
        with reading() as session:
            clerk_of(session, cast(Request, connection), connection.path_params["region_slug"])

    await sync_to_thread(ask)


def _file(data: dict[str, Any]) -> UploadFile:
    file = data.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid(_("Bitte wählen Sie eine Datei."), {"file": _("Bitte wählen Sie eine Datei.")})
    return file


@post(
    "/verwaltung/{region_slug:str}/importe",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=_UPLOAD_BODY,
    guards=[_clerks_only],
)
def upload(request: Request, region_slug: FromPath[str], data: UploadForm) -> Response[Any]:
    """Take a file and have the worker read it."""
    region, viewer = checked_clerk(request, region_slug, data)
    typed = {name: text(data, name, 1_000) for name in ("document", "title", "kind", "author", "first_line", "term")}
    try:
        file = _file(data)
        stored = store_upload(file.file.read(), file.filename)
        with reading() as session:
            known = frozenset(slug for slug, _title in queries.document_choices(session, region.id))
        facts = service.document_facts(typed, region.slug, stored.sha256, known)
        with unit_of_work() as session:
            service.start_import(session, viewer.account_id, region.id, stored, facts, utcnow())
    except (Invalid, TooLarge, ScannerAway) as error:
        return _imports_page(request, region_slug, typed, error)
    return redirect(f"/verwaltung/{region.slug}/importe", meldung="import")


ROUTES: list[Any] = [
    desk, commitment, edit, answer, status, archive, restore, question, reply, imports, import_progress, upload,
]  # fmt: skip
