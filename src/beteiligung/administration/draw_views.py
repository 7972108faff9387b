"""The clerk's pages about draws of the Bürgerrat, step by step: list, quotas, computing, publishing, drawing, seats."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.administration.print_views import ListForm, frame
from beteiligung.clock import berlin_date, utcnow
from beteiligung.council import queries, rules, seating, service
from beteiligung.council.models import CouncilSeat, Draw
from beteiligung.council.people import LARGEST_LIST, LIST_BYTES, read_people
from beteiligung.council.quotas import from_file, from_form, warnings
from beteiligung.council.register import bounds_of, pool_csv
from beteiligung.db import reading, require, unit_of_work
from beteiligung.errors import DomainError, Forbidden, Invalid
from beteiligung.i18n import _
from beteiligung.identity.desk_session import checked_clerk, clerk_of
from beteiligung.identity.residence_rules import read_day
from beteiligung.identity.session import note_seen
from beteiligung.identity.viewer import Viewer
from beteiligung.places.queries import RegionFacts
from beteiligung.web.http import FormData, is_fragment, page, redirect, text, whole_number
from beteiligung.web.scanner import ScannerAway, check_clean

_PLAN = ("title", "source", "size", "algorithm", "households", "term_start", "term_end", "contact")
_SHOWN_ROWS = 50
_MOST_LINES = 800
Act = Callable[[Session, Viewer, Draw], None]


def base_of(region: RegionFacts, draw_id: int | None = None) -> str:
    """The address of the draws of a region, or of one of them."""
    return f"/verwaltung/{region.slug}/auslosungen" + (f"/{draw_id}" if draw_id else "")


# All draws, and a new one


def _list(
    request: Request, region: RegionFacts, viewer: Viewer, typed: dict[str, str] | None = None, error: DomainError | None = None
) -> Response[Any]:
    today = berlin_date(utcnow())
    with reading() as session:
        draws = queries.draws_of(session, region.id)
    start = today + timedelta(days=60)
    fresh = {
        "title": _("Bürgerrat {year}").format(year=start.year), "source": "list", "size": "30", "algorithm": "leximin", "households": "1",
        "term_start": f"{start:%d.%m.%Y}", "term_end": f"{start + timedelta(days=364):%d.%m.%Y}", "contact": "",
    }  # fmt: skip
    context = {**frame(region, error), "draws": draws, "base": base_of(region), "form": typed or fresh}
    return page(request, "administration/draws.html", context, viewer=viewer, status=error.status if error else 200)


@get("/verwaltung/{region_slug:str}/auslosungen", sync_to_thread=True, include_in_schema=False)
def draws(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """The draws of the region and the form for a new one."""
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
    note_seen(viewer)
    return _list(request, region, viewer)


def _plan(typed: dict[str, str]) -> service.Plan:
    """The plan as typed. Raises Invalid where a date is none."""
    start, end = read_day(typed["term_start"]), read_day(typed["term_end"])
    if start is None or end is None:
        wrong = {
            name: _("Bitte schreiben Sie das Datum so: 3.4.2027") for name, day in (("term_start", start), ("term_end", end)) if not day
        }
        raise Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingaben sind noch da."), wrong)
    size = whole_number(typed["size"], least=0) or 0
    return service.Plan(typed["title"], typed["source"], size, typed["algorithm"], typed["households"] == "1", start, end, typed["contact"])


@post("/verwaltung/{region_slug:str}/auslosungen", sync_to_thread=True, include_in_schema=False)
def create(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Begin a draw."""
    region, viewer = checked_clerk(request, region_slug, data)
    typed = {name: " ".join(text(data, name, 500).split()) for name in _PLAN}
    now = utcnow()
    try:
        plan = _plan(typed)
        with unit_of_work() as session:
            number = service.create(session, viewer.account_id, region.id, plan, now)
    except (Invalid, ScannerAway) as error:
        return _list(request, region, viewer, typed, error)
    return redirect(base_of(region, number), meldung="auslosung")


# One draw


def show(
    request: Request,
    region: RegionFacts,
    viewer: Viewer,
    draw_id: int,
    form: str = "",
    typed: dict[str, str] | None = None,
    error: DomainError | None = None,
) -> Response[Any]:
    """The page of one draw; `form` is the one that was refused, with what was `typed` in it."""
    today = berlin_date(utcnow())
    with reading() as session:
        draw = queries.draw_of(session, region.id, draw_id)
        row = session.get_one(Draw, draw_id)
        people, willing = service.people_count(session, draw_id), service.people_count(session, draw_id, willing=True)
        is_open = draw.state in rules.OPEN
        pool_only = willing > 0 and draw.state != "inviting"
        counts = service.counts_of(session, row, willing=pool_only) if is_open and people else {}
        lines = queries.lines(row, counts) if is_open else []
        seats = queries.seat_rows(session, draw_id)
        seated = queries.seated_values(session, draw_id)
        steps = queries.replacements(session, draw_id)
        warned = warnings(bounds_of(row), counts, draw.size) if draw.quotas and is_open else []
    context = {
        **frame(region, error), "draw": draw, "base": base_of(region, draw_id), "people": people, "willing": willing, "lines": lines,
        "warnings": warned, "seats": seats, "seated": len(seated), "replacements": len(steps), "steps": queries.steps(draw), "wrong": form,
        "form": typed or {}, "rows": (error.context.get("rows") or [])[:_SHOWN_ROWS] if error else [],
        "more_rows": max(0, len(error.context.get("rows") or []) - _SHOWN_ROWS) if error else 0,
        "may_list": rules.why_not_bring_list(draw.state, invited=draw.invited_at is not None) is None,
        "may_quotas": rules.why_not_set_quotas(draw.state, people) is None,
        "why_not_compute": rules.why_not_compute(draw.state, willing, len(draw.quotas)),
        "may_close": rules.may_close(draw.state, draw.reply_by, today),
        "may_draw": draw.state == "published" and draw.public_day is not None and today >= draw.public_day,
        "may_withdraw": rules.may_withdraw(draw.state), "may_throw_away": rules.may_throw_away(draw.state), "most": LARGEST_LIST,
        "tomorrow": today + timedelta(days=1), "answer_days": rules.ANSWER_WITHIN.days,
    }  # fmt: skip
    return page(request, "administration/draw.html", context, viewer=viewer, status=error.status if error else 200)


@get("/verwaltung/{region_slug:str}/auslosungen/{draw_id:int}", sync_to_thread=True, include_in_schema=False)
def draw(request: Request, region_slug: FromPath[str], draw_id: FromPath[int]) -> Response[Any]:
    """One draw: for htmx how far the computation is, else everything."""
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        found = queries.draw_of(session, region.id, draw_id)
    if is_fragment(request) and found.state == "computing":
        return page(request, "administration/_draw_progress.html", {"draw": found, "base": base_of(region, draw_id)}, viewer=viewer)
    if is_fragment(request):  # it has ended: the whole page is another one now
        return Response(None, status_code=200, headers={"HX-Refresh": "true", "Cache-Control": "no-store"})
    note_seen(viewer)
    return show(request, region, viewer, draw_id)


def act(
    request: Request, region_slug: str, draw_id: int, data: dict[str, Any], form: str, meldung: str, do: Act, *, names: tuple[str, ...] = ()
) -> Response[Any]:
    """Check a form, do it to the locked draw, and go back to its page; refused, the page has what was typed in `names`."""
    region, viewer = checked_clerk(request, region_slug, data)
    typed = {name: text(data, name, 2_000) for name in names}
    try:
        with unit_of_work() as session:
            do(session, viewer, service.locked(session, draw_id, region.id))
    except DomainError as error:
        if error.status in (409, 422):
            return show(request, region, viewer, draw_id, form, typed, error)
        raise
    return redirect(base_of(region, draw_id), meldung=meldung, anchor=f"#{form}")


def upload(data: dict[str, Any]) -> bytes:
    """The file of a form, past the virus scanner. Raises Invalid (`file`), ScannerAway."""
    file = data.get("file")
    content = file.file.read(LIST_BYTES + 1) if isinstance(file, UploadFile) and file.filename else b""
    if not content:
        raise Invalid(_("Bitte wählen Sie eine Datei."), {"file": _("Bitte wählen Sie eine Datei.")})
    if len(content) > LIST_BYTES:
        raise Invalid(_("Die Datei ist größer als 5 MB."), {"file": _("Die Datei ist größer als 5 MB.")})
    check_clean(content)
    return content


@post(
    "/verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/personen",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=LIST_BYTES + 64 * 1024,
)
def bring_list(request: Request, region_slug: FromPath[str], draw_id: FromPath[int], data: ListForm) -> Response[Any]:
    """Take the list of people; with any mistake in it nothing is taken."""
    region, viewer = checked_clerk(request, region_slug, data)
    try:
        with reading() as session:
            households = queries.draw_of(session, region.id, draw_id).households
        found = read_people(upload(data), households=households)
    except (Invalid, ScannerAway) as error:
        return show(request, region, viewer, draw_id, "personen", {}, error)

    def do(session: Session, viewer: Viewer, row: Draw) -> None:
        service.bring_list(session, viewer.account_id, row, found, utcnow())

    return act(request, region_slug, draw_id, data, "personen", "auslosung-liste", do)


@post(
    "/verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/quoten",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=LIST_BYTES + 64 * 1024,
)
def set_quotas(request: Request, region_slug: FromPath[str], draw_id: FromPath[int], data: ListForm) -> Response[Any]:
    """Take quotas from a file, or from the table of the page."""
    names = [name for name in data if name.partition("-")[0] in ("feature", "value", "lower", "upper", "population")][: 5 * _MOST_LINES]

    def do(session: Session, viewer: Viewer, row: Draw) -> None:
        del viewer
        if text(data, "way") == "file":
            counts = service.counts_of(session, row, willing=False)
            service.set_quotas(session, row, from_file(upload(data), row.features, counts, row.size))
            return
        cells = {
            (text(data, f"feature-{number}", 200), text(data, f"value-{number}", 200)): (
                text(data, f"lower-{number}", 50).strip(),
                text(data, f"upper-{number}", 50).strip(),
                text(data, f"population-{number}", 50).strip(),
            )
            for number in range(_MOST_LINES)
            if f"feature-{number}" in data
        }
        service.set_quotas(session, row, from_form(cells, row.size))

    return act(request, region_slug, draw_id, data, "quoten", "auslosung-quoten", do, names=tuple(names))


@post("/verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/rechnen", sync_to_thread=True, include_in_schema=False)
def compute(request: Request, region_slug: FromPath[str], draw_id: FromPath[int], data: FormData) -> Response[Any]:
    """Begin the computation, or with `stop` end it."""

    def do(session: Session, viewer: Viewer, row: Draw) -> None:
        del viewer
        if text(data, "stop"):
            service.stop_computing(session, row)
        else:
            service.start_computing(session, row, utcnow())

    return act(request, region_slug, draw_id, data, "rechnen", "auslosung-rechnen", do)


@post("/verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/veroeffentlichen", sync_to_thread=True, include_in_schema=False)
def publish(request: Request, region_slug: FromPath[str], draw_id: FromPath[int], data: FormData) -> Response[Any]:
    """Publish pool's hash, quotas, panels and commitment."""

    def do(session: Session, viewer: Viewer, row: Draw) -> None:
        day = read_day(text(data, "public_day", 50))
        service.publish(session, viewer.account_id, row, text(data, "public_source", 300), day, utcnow())

    names = ("public_source", "public_day")
    return act(request, region_slug, draw_id, data, "veroeffentlichen", "auslosung-oeffentlich", do, names=names)


@post("/verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/losen", sync_to_thread=True, include_in_schema=False)
def hold(request: Request, region_slug: FromPath[str], draw_id: FromPath[int], data: FormData) -> Response[Any]:
    """Draw with the public random value."""

    def do(session: Session, viewer: Viewer, row: Draw) -> None:
        service.hold(session, viewer.account_id, row, text(data, "public_value", 300), utcnow())

    return act(request, region_slug, draw_id, data, "losen", "auslosung-gelost", do, names=("public_value",))


@post("/verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/ende", sync_to_thread=True, include_in_schema=False)
def give_up(request: Request, region_slug: FromPath[str], draw_id: FromPath[int], data: FormData) -> Response[Any]:
    """Throw away what nobody has seen; withdraw, with a public reason, what is published."""
    gone = False

    def do(session: Session, viewer: Viewer, row: Draw) -> None:
        nonlocal gone
        if rules.may_throw_away(row.state):
            service.throw_away(session, viewer.account_id, row, utcnow())
            gone = True
        else:
            service.withdraw(session, viewer.account_id, row, text(data, "reason", 1_000), utcnow())

    answer = act(request, region_slug, draw_id, data, "ende", "auslosung-ende", do, names=("reason",))
    return redirect(f"/verwaltung/{region_slug}/auslosungen", meldung="auslosung-ende") if gone else answer


@post("/verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/plaetze/{seat_id:int}", sync_to_thread=True, include_in_schema=False)
def note_seat(
    request: Request, region_slug: FromPath[str], draw_id: FromPath[int], seat_id: FromPath[int], data: FormData
) -> Response[Any]:
    """Note what somebody without a device said: takes the seat (without an account), declines it, gives it back."""

    def do(session: Session, viewer: Viewer, row: Draw) -> None:
        seat = require(session, CouncilSeat, seat_id, _("Diesen Platz gibt es nicht."))
        if seat.draw_id != row.id:
            raise Forbidden(_("Dieser Platz gehört zu einer anderen Auslosung."))
        said, by = text(data, "said", 20), viewer.account_id
        if said == "accept":
            seating.accept(session, seat, utcnow(), account_id=None, name=text(data, "name", 200), by=by)
        elif said == "decline":
            seating.decline(session, seat, utcnow(), by=by)
        elif said == "resign":
            seating.resign(session, seat, utcnow(), by=by)
        else:
            raise Invalid(_("Bitte wählen Sie, was die Person gesagt hat."))

    return act(request, region_slug, draw_id, data, "plaetze", "auslosung-platz", do, names=("name", "seat"))


@get("/verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/pool.csv", sync_to_thread=True, include_in_schema=False)
def pool(request: Request, region_slug: FromPath[str], draw_id: FromPath[int]) -> Response[bytes]:
    """The pool under pseudonyms, for auditors: with it `draw verify --pool` checks every panel."""
    with reading() as session:
        region, _viewer = clerk_of(session, request, region_slug)
        queries.draw_of(session, region.id, draw_id)
        content = pool_csv(session, session.get_one(Draw, draw_id))
    headers = {"Content-Disposition": f'attachment; filename="pool-{draw_id}.csv"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


_PATTERNS = {
    "personen": (
        "Kennung;Geschlecht;Altersgruppe;Gemeinde;Haushalt;Vorname;Nachname;Straße;PLZ;Postort;Mail;Sperre\n"
        "1;weiblich;16 bis 29;Musterstadt;1;Theodora;Beispielfrau;Am Ufer 1;12345;Musterstadt;theodora@beispiel.example;\n"
        "2;männlich;65 und älter;Musterdorf;2;Theo;Beispielmann;Am Ufer 2;12345;Musterdorf;;ja\n"
    ),
    "quoten": "Merkmal;Wert;min;max;Bevölkerung\nGeschlecht;weiblich;14;16;50,5\nGeschlecht;männlich;14;16;49,5\n",
}


@get("/verwaltung/{region_slug:str}/auslosungen/muster/{name:str}", sync_to_thread=True, include_in_schema=False)
def pattern(request: Request, region_slug: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A file with the right columns and invented rows: `personen` or `quoten`."""
    with reading() as session:
        clerk_of(session, request, region_slug)
    which = "quoten" if name.startswith("quoten") else "personen"
    headers = {"Content-Disposition": f'attachment; filename="{which}-muster.csv"', "Cache-Control": "private, no-store"}
    return Response(_PATTERNS[which].encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


ROUTES: list[Any] = [
    draws, create, draw, bring_list, set_quotas, compute, publish, hold, give_up, note_seat, pool, pattern,
]  # fmt: skip
