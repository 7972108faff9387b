"""The clerk's pages about people without a device or a mail address: the counter, letters, cards for schools, sheets of paper."""

from datetime import timedelta
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from beteiligung.administration import printing
from beteiligung.catalogue.topics import TOPICS
from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import DomainError, Invalid, by_field
from beteiligung.i18n import _
from beteiligung.identity import residence, school
from beteiligung.identity import residence_queries as queries
from beteiligung.identity import residence_rules as rules
from beteiligung.identity.desk_session import checked_clerk, clerk_of
from beteiligung.identity.residence_models import PRINT_KINDS
from beteiligung.identity.residence_views import checked_person
from beteiligung.identity.session import note_seen
from beteiligung.identity.viewer import Viewer
from beteiligung.participation import paper, paper_rules
from beteiligung.places.queries import RegionFacts
from beteiligung.web.filters import long_date
from beteiligung.web.http import FormData, is_fragment, keyed_hash, page, redirect, text
from beteiligung.web.limits import limiter
from beteiligung.web.scanner import check_clean

ListForm = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
_COUNTER = ("number", "given_name", "family_name", "born")
_SHOWN_ERRORS = 50


def frame(region: RegionFacts, error: DomainError | None = None) -> dict[str, Any]:
    """Return what every page of the desk wants."""
    return {
        "region": region,
        "example": region.example,
        "robots": "noindex",
        "errors": by_field(error),
    }


def _wrong(**fields: str) -> Invalid:
    return Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingaben sind noch da."), fields)


# The counter


@get("/verwaltung/{region_slug:str}/wohnsitz", sync_to_thread=True, include_in_schema=False)
def counter(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The form to confirm who stands at the counter."""
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
    note_seen(viewer)
    return _counter_page(request, region, viewer)


def _counter_page(
    request: Request, region: RegionFacts, viewer: Viewer, typed: dict[str, str] | None = None, error: DomainError | None = None
) -> Response[Any]:
    context = {**frame(region, error), "form": typed or dict.fromkeys(_COUNTER, ""), "action": f"/verwaltung/{region.slug}/wohnsitz"}
    return page(request, "administration/counter.html", context, viewer=viewer, status=error.status if error else 200)


@post("/verwaltung/{region_slug:str}/wohnsitz", sync_to_thread=True, include_in_schema=False)
def confirm_at_counter(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Confirm by number and identity card; name and birthday are kept nowhere."""
    region, viewer = checked_clerk(request, region_slug, data)
    typed = {name: text(data, name, 200).strip() for name in _COUNTER}
    try:
        limiter.hit("counter", keyed_hash("limit", viewer.account_id), rules.NUMBERS_AN_HOUR, 3600.0)
        if not typed["number"]:
            raise _wrong(number=_("Bitte tippen Sie die Nummer ein, die die Person auf ihrem Gerät sieht."))
        now = utcnow()
        born = checked_person(typed, now)
        with unit_of_work() as session:
            residence.confirm_at_counter(
                session, viewer.account_id, region.id, typed["number"], typed["given_name"], typed["family_name"], born, now
            )
    except DomainError as error:
        return _counter_page(request, region, viewer, typed, error)
    return redirect(f"/verwaltung/{region.slug}/wohnsitz", meldung="wohnsitz-schalter")


# Letters


@get("/verwaltung/{region_slug:str}/briefe", sync_to_thread=True, include_in_schema=False)
def letters(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The form for a list of people, and the letters made so far."""
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
    note_seen(viewer)
    return _letters_page(request, region, viewer)


def _letters_page(
    request: Request,
    region: RegionFacts,
    viewer: Viewer,
    typed: dict[str, str] | None = None,
    error: DomainError | None = None,
    rows: list[rules.RowError] | None = None,
) -> Response[Any]:
    with reading() as session:
        made = queries.runs(session, region.id, region.slug, ("letters",))
    context = {
        **frame(region, error),
        "runs": made,
        "action": f"/verwaltung/{region.slug}/briefe",
        "form": typed or {"sender": region.name, "contact": ""},
        "rows": (rows or [])[:_SHOWN_ERRORS],
        "more_rows": max(0, len(rows or []) - _SHOWN_ERRORS),
        "columns": ("Vorname", "Nachname", "Straße", "PLZ", "Ort", "Geburtsdatum"),
        "most": rules.LARGEST_LIST,
        "weeks": rules.CODE_HOLDS.days // 7,
    }
    return page(request, "administration/letters.html", context, viewer=viewer, status=error.status if error else 200)


@get("/verwaltung/{region_slug:str}/briefe/muster.csv", sync_to_thread=True, include_in_schema=False)
def letters_pattern(request: Request, region_slug: FromPath[str]) -> Response[bytes]:
    """A list with the right columns and two invented people, to fill in or to try."""
    with reading() as session:
        clerk_of(session, request, region_slug)
    headers = {"Content-Disposition": 'attachment; filename="liste-muster.csv"', "Cache-Control": "private, no-store"}
    return Response(rules.LIST_PATTERN.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


@post(
    "/verwaltung/{region_slug:str}/briefe",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=rules.LIST_BYTES + 64 * 1024,
)
def order_letters(request: Request, region_slug: FromPath[str], data: ListForm) -> Response[Any]:
    """Take a list and have the worker print a letter for everybody on it; with any mistake in it nothing is printed."""
    region, viewer = checked_clerk(request, region_slug, data)
    typed = {name: " ".join(text(data, name, 1_000).split()) for name in ("sender", "contact")}
    now = utcnow()
    rows: list[rules.RowError] = []
    try:
        errors = {}
        if not 3 <= len(typed["sender"]) <= 90:
            errors["sender"] = _("Bitte schreiben Sie den Absender in eine Zeile, höchstens 90 Zeichen.")
        if not 3 <= len(typed["contact"]) <= 200:
            errors["contact"] = _("Bitte schreiben Sie, wo man nachfragen kann, höchstens 200 Zeichen.")
        file = data.get("file")
        content = file.file.read(rules.LIST_BYTES + 1) if isinstance(file, UploadFile) and file.filename else b""
        if not content:
            errors["file"] = _("Bitte wählen Sie eine Datei.")
        elif len(content) > rules.LIST_BYTES:
            errors["file"] = _("Die Datei ist größer als 2 MB. Bitte teilen Sie die Liste.")
        else:
            check_clean(content)
        people, rows = rules.read_list(content, berlin_date(now)) if content and "file" not in errors else ([], [])
        if rows:
            errors["file"] = _(
                "In der Liste stimmt etwas nicht. Bitte verbessern Sie sie und wählen Sie die Datei noch einmal. Es wurde nichts gedruckt."
            )
        if errors:
            raise _wrong(**errors)
    except DomainError as error:
        return _letters_page(request, region, viewer, typed, error, rows)
    source = printing.keep_list(people)
    title = _("{number} Briefe").format(number=len(people)) if len(people) > 1 else _("1 Brief")
    with unit_of_work() as session:
        printing.order(
            session, viewer.account_id, region.id, "letters", len(people), title, {**typed, "day": long_date(now)}, now, source=source
        )
    return redirect(f"/verwaltung/{region.slug}/briefe", meldung="druck", anchor="#gedruckt")


# Cards and sheets


@get("/verwaltung/{region_slug:str}/druck", sync_to_thread=True, include_in_schema=False)
def prints(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The forms for cards and sheets, and what was made so far."""
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
    note_seen(viewer)
    return _prints_page(request, region, viewer)


_CARDS = {"number": "25", "title": "", "ends_on": ""}
_SHEETS = {"kind": "ballots", "topic": "", "slugs": "", "standing": "unconfirmed", "sheets": "20", "office": ""}


def _prints_page(
    request: Request,
    region: RegionFacts,
    viewer: Viewer,
    form: str = "",
    typed: dict[str, str] | None = None,
    error: DomainError | None = None,
) -> Response[Any]:
    with reading() as session:
        made = queries.runs(session, region.id, region.slug, tuple(kind for kind in PRINT_KINDS if kind != "letters"))
        totals = paper.totals(session, region.id)
    context = {
        **frame(region),
        "errors": {},
        "runs": made,
        "base": f"/verwaltung/{region.slug}/druck",
        "cards": {
            "form": typed if form == "cards" and typed else _CARDS,
            "errors": frame(region, error)["errors"] if form == "cards" else {},
        },
        "sheets": {
            "form": typed if form == "sheets" and typed else {**_SHEETS, "office": region.name},
            "errors": frame(region, error)["errors"] if form == "sheets" else {},
        },
        "topics": [("", _("Bitte wählen")), *((topic.slug, topic.name) for topic in TOPICS)],
        "entered": sum(entered for _printed, entered in totals.sheets.values()),
        "printed": sum(printed for printed, _entered in totals.sheets.values()),
        "most_commitments": paper_rules.MOST_COMMITMENTS,
    }
    return page(request, "administration/prints.html", context, viewer=viewer, status=error.status if error else 200)


def _number(typed: str, most: int) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 and 1 <= int(typed) <= most else None


@post("/verwaltung/{region_slug:str}/druck/karten", sync_to_thread=True, include_in_schema=False)
def order_cards(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Have cards for a school printed."""
    region, viewer = checked_clerk(request, region_slug, data)
    typed = {name: " ".join(text(data, name, 200).split()) for name in _CARDS}
    now = utcnow()
    today = berlin_date(now)
    try:
        errors = {}
        number = _number(typed["number"], school.MOST_CARDS)
        if number is None:
            errors["number"] = _("Bitte geben Sie eine Zahl von 1 bis {most} an.").format(most=school.MOST_CARDS)
        if not 2 <= len(typed["title"]) <= 60:
            errors["title"] = _("Bitte schreiben Sie, für wen die Karten sind, zum Beispiel: Schule am Fluss, 9b.")
        ends_on = rules.read_day(typed["ends_on"])
        if ends_on is None or not today <= ends_on <= today + timedelta(days=school.LONGEST_PROJECT):
            errors["ends_on"] = _("Bitte geben Sie ein Datum innerhalb eines Jahres an, zum Beispiel so: 31.7.2027")
        if errors or number is None or ends_on is None:
            raise _wrong(**errors)
        with unit_of_work() as session:
            printing.order(session, viewer.account_id, region.id, "cards", number, typed["title"], {"ends_on": ends_on.isoformat()}, now)
    except DomainError as error:
        return _prints_page(request, region, viewer, "cards", typed, error)
    return redirect(f"/verwaltung/{region.slug}/druck", meldung="druck", anchor="#gedruckt")


@post("/verwaltung/{region_slug:str}/druck/boegen", sync_to_thread=True, include_in_schema=False)
def order_sheets(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Have ballots or comment forms printed."""
    region, viewer = checked_clerk(request, region_slug, data)
    typed = {name: " ".join(text(data, name, 5_000).split()) for name in _SHEETS}
    now = utcnow()
    try:
        errors = {}
        number = _number(typed["sheets"], paper_rules.MOST_SHEETS)
        if number is None:
            errors["sheets"] = _("Bitte geben Sie eine Zahl von 1 bis {most} an.").format(most=paper_rules.MOST_SHEETS)
        if not 3 <= len(typed["office"]) <= 200:
            errors["office"] = _("Bitte schreiben Sie, wo man die Bögen abgibt, höchstens 200 Zeichen.")
        kind = typed["kind"] if typed["kind"] in ("ballots", "forms") else "ballots"
        standing = "confirmed" if typed["standing"] == "confirmed" else "unconfirmed"
        slugs = sorted({part.strip("/").rpartition("/")[2] for part in typed["slugs"].replace(",", " ").split()})
        with unit_of_work() as session:
            if errors or number is None:
                raise _wrong(**errors)
            chosen = printing.commitments_for_sheets(session, region.id, slugs, typed["topic"])
            topic = next((topic.name for topic in TOPICS if topic.slug == typed["topic"]), "")
            content = {"commitments": chosen, "standing": standing, "office": typed["office"]}
            title = topic if topic and not slugs else _("ausgewählte Zusagen")
            printing.order(session, viewer.account_id, region.id, kind, number, title, content, now)
    except DomainError as error:
        return _prints_page(request, region, viewer, "sheets", typed, error)
    return redirect(f"/verwaltung/{region.slug}/druck", meldung="druck", anchor="#gedruckt")


# A run


@get("/verwaltung/{region_slug:str}/druck/{run_id:int}", sync_to_thread=True, include_in_schema=False)
def progress(request: Request, region_slug: FromPath[str], run_id: FromPath[int]) -> Response[Any]:
    """The progress of one PDF: its fragment for htmx, else the page with all of its kind."""
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        found = queries.run(session, region.id, region.slug, run_id)
    if is_fragment(request):
        return page(request, "administration/_print.html", {"region": region, "run": found}, viewer=viewer)
    return _letters_page(request, region, viewer) if found.kind == "letters" else _prints_page(request, region, viewer)


@get("/verwaltung/{region_slug:str}/druck/{run_id:int}/datei", sync_to_thread=True, include_in_schema=False)
def fetch(request: Request, region_slug: FromPath[str], run_id: FromPath[int]) -> Response[Any]:
    """The PDF; a day after the first time it is deleted."""
    with unit_of_work() as session:
        region, viewer = clerk_of(session, request, region_slug)
        content = printing.fetch(session, viewer.account_id, region.id, run_id, utcnow())
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'attachment; filename="druck-{run_id}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


ROUTES: list[Any] = [
    counter,
    confirm_at_counter,
    letters,
    letters_pattern,
    order_letters,
    prints,
    order_cards,
    order_sheets,
    progress,
    fetch,
]
