"""Where people label comments one at a time, and where clerks have samples drawn."""

from datetime import date
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.catalogue.topics import TOPICS
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, DomainError, Invalid, NotFound, by_field
from beteiligung.i18n import _
from beteiligung.identity.desk_session import checked_clerk, clerk_of, clerk_or_member_of
from beteiligung.identity.residence_rules import read_day
from beteiligung.identity.session import check_form, note_seen
from beteiligung.identity.viewer import Viewer
from beteiligung.insight import tone_queries as queries
from beteiligung.insight import tone_rules as rules
from beteiligung.insight import tone_samples, tone_words
from beteiligung.insight.tone_rules import Reader
from beteiligung.insight.tone_samples import Scope
from beteiligung.places.queries import RegionFacts
from beteiligung.web.http import FormData, page, redirect, text, whole_number

_FIELDS = ("topic", "since", "until", "size")


def _reader_of(viewer: Viewer, region_id: int) -> Reader:
    return Reader(viewer.account_id, council=viewer.is_council_of(region_id), clerk=viewer.is_staff_of(region_id))


def _labelling(session: Session, request: Request, region_slug: str) -> tuple[Viewer, RegionFacts, Reader]:
    """Return who labels here: a clerk or a member of the region's Bürgerrat. Raises NotFound, SignInNeeded, Forbidden."""
    region, viewer = clerk_or_member_of(session, request, region_slug)
    return viewer, region, _reader_of(viewer, region.id)


def _label_page(
    request: Request, region_slug: str, wanted: tuple[int, int] | None = None, error: DomainError | None = None
) -> Response[Any]:
    with reading() as session:
        viewer, region, reader = _labelling(session, request, region_slug)
        shown = queries.next_text(session, reader, region.id, wanted)
        waiting = queries.has_open(session, region.id)
    note_seen(viewer)
    context = {
        "region": region,
        "example": region.example,
        "shown": shown,
        "waiting": waiting,
        "tones": tone_words.choices(),
        "is_clerk": reader.clerk,
        "errors": by_field(error),
        "robots": "noindex",
    }
    return page(request, "insight/label.html", context, viewer=viewer, status=error.status if error else 200)


@get("/buergerrat/{region_slug:str}/einordnen", sync_to_thread=True, include_in_schema=False)
def label_page(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """One comment to label: `stichprobe` and `text` name the one that was just taken back."""
    params = request.query_params
    sample, comment = whole_number(params.get("stichprobe")), whole_number(params.get("text"))
    return _label_page(request, region_slug, (sample, comment) if sample and comment else None)


@post("/buergerrat/{region_slug:str}/einordnen", sync_to_thread=True, include_in_schema=False)
def label(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Label a comment (`sample`, `comment`, `label`), or with `back` take the last label back."""
    with reading() as session:
        viewer, region, reader = _labelling(session, request, region_slug)
    check_form(request, viewer, data)
    here, now = f"/buergerrat/{region_slug}/einordnen", utcnow()
    if text(data, "back"):
        with unit_of_work() as session:
            taken = tone_samples.take_back(session, reader, region.id, now)
        if taken is None:
            return redirect(here, meldung="nichts-zurueck")
        return redirect(f"{here}?stichprobe={taken[0]}&text={taken[1]}", meldung="eingeordnet-zurueck")
    sample, comment = whole_number(text(data, "sample")), whole_number(text(data, "comment"))
    if sample is None or comment is None:
        raise NotFound(_("Dieser Text gehört nicht oder nicht mehr zur Stichprobe."))
    try:
        with unit_of_work() as session:
            tone_samples.give_label(session, reader, region.id, sample, comment, text(data, "label"), now)
    except Invalid as error:
        return _label_page(request, region_slug, (sample, comment), error)
    except Conflict:  # sent twice, or two people were quicker: the next one waits
        return redirect(here, meldung="schon-eingeordnet")
    return redirect(here, meldung="eingeordnet")


# The clerks' part


def _samples_page(
    request: Request, region_slug: str, typed: dict[str, str] | None = None, error: DomainError | None = None
) -> Response[Any]:
    with reading() as session:
        region, viewer = clerk_of(session, request, region_slug)
        lines = queries.sample_lines(session, region.id)
    note_seen(viewer)
    context = {
        "region": region,
        "example": region.example,
        "lines": [(line, tone_words.scope_words(line.topic, line.since, line.until)) for line in lines],
        "topics": [("", _("alle Themen")), *((topic.slug, topic.name) for topic in TOPICS)],
        "sizes": [(str(size), _("{number} Kommentare").format(number=size)) for size in rules.SIZES],
        "form": typed or {**dict.fromkeys(_FIELDS, ""), "size": str(rules.SIZE)},
        "errors": by_field(error),
        "robots": "noindex",
    }
    return page(request, "insight/samples.html", context, viewer=viewer, status=error.status if error else 200)


@get("/verwaltung/{region_slug:str}/stichproben", sync_to_thread=True, include_in_schema=False)
def samples(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """Samples of comments: those people label now, and earlier ones."""
    return _samples_page(request, region_slug)


def _checked(request: Request, region_slug: str, data: dict[str, Any]) -> tuple[RegionFacts, Reader]:
    region, viewer = checked_clerk(request, region_slug, data)
    return region, _reader_of(viewer, region.id)


@post("/verwaltung/{region_slug:str}/stichproben", sync_to_thread=True, include_in_schema=False)
def draw_sample(request: Request, region_slug: FromPath[str], data: FormData) -> Response[Any]:
    """Have a sample drawn."""
    region, reader = _checked(request, region_slug, data)
    typed = {name: text(data, name, 200) for name in _FIELDS}
    refused: DomainError | None = None
    try:
        scope = Scope(typed["topic"], _day(typed, "since"), _day(typed, "until"))
        with unit_of_work() as session:
            try:
                tone_samples.draw(session, reader, region.id, scope, whole_number(typed["size"]) or 0, utcnow())
            except Conflict as error:  # what was written, the work that reads the comments, is kept
                refused = error
    except Invalid as error:
        refused = error
    if refused is not None:
        return _samples_page(request, region_slug, typed, refused)
    return redirect(f"/verwaltung/{region_slug}/stichproben", meldung="stichprobe")


def _day(typed: dict[str, str], name: str) -> date | None:
    if not typed[name].strip():
        return None
    day = read_day(typed[name])
    if day is None:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder."), {name: _("Bitte schreiben Sie den Tag so: 30.11.2026.")})
    return day


@post("/verwaltung/{region_slug:str}/stichproben/{sample_id:int}", sync_to_thread=True, include_in_schema=False)
def discard_sample(request: Request, region_slug: FromPath[str], sample_id: FromPath[int], data: FormData) -> Response[Any]:
    """Throw a sample away; `sure` says that it is meant."""
    region, reader = _checked(request, region_slug, data)
    if not text(data, "sure"):
        error = Invalid(_("Bitte bestätigen Sie."), {f"sure-{sample_id}": _("Bitte bestätigen Sie, dass die Stichprobe verworfen wird.")})
        return _samples_page(request, region_slug, None, error)
    with unit_of_work() as session:
        tone_samples.discard(session, reader, region.id, sample_id, utcnow())
    return redirect(f"/verwaltung/{region_slug}/stichproben", meldung="stichprobe-weg")


ROUTES: list[Any] = [label_page, label, samples, draw_sample, discard_sample]
