"""The review desk: a document's candidates, one after the other. Each decision is one small form, saved at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.administration import review_queries as queries
from beteiligung.catalogue import candidates, publishing, rules
from beteiligung.catalogue.models import Candidate
from beteiligung.catalogue.topics import TOPICS
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, DomainError, Forbidden, Invalid, by_field
from beteiligung.i18n import _
from beteiligung.identity.desk_session import clerk_of
from beteiligung.identity.session import check_form, note_seen
from beteiligung.identity.viewer import Viewer
from beteiligung.places.queries import RegionFacts
from beteiligung.web.http import FLASHES, FormData, is_fragment, page, redirect, text, whole_number

_PATH = "/verwaltung/{region_slug:str}/importe/{run_id:int}/pruefen"
_FIELDS = ("topic", "kind", "committee", "title", "summary", "start", "end", "changes_meaning", "note", "at")
_SAVED = {
    "annehmen": "vorschlag-ja",
    "ablehnen": "vorschlag-nein",
    "speichern": "vorschlag-worte",
    "zurueck": "vorschlag-offen",
    "teilen": "vorschlag-geteilt",
    "trennen": "vorschlag-getrennt",
    "vorher": "vorschlag-verbunden",
    "nachher": "vorschlag-verbunden",
}
"""What a button does → what the next page says."""


@dataclass(frozen=True)
class _Refused:
    """A form that was not saved: what was typed, and why."""

    typed: dict[str, str]
    error: DomainError


def _reviewer(session: Session, request: Request, region_slug: str) -> tuple[RegionFacts, Viewer]:
    """Return region and clerk. Raises NotFound, SignInNeeded, Forbidden."""
    region, viewer = clerk_of(session, request, region_slug)
    if not rules.may_review_import(viewer, region.id):
        raise Forbidden(_("Das darf nur die Verwaltung dieser Region."))
    return region, viewer


def _desk(
    request: Request, region_slug: str, run_id: int, wanted: int | None, *, saved: str = "", refused: _Refused | None = None
) -> Response[Any]:
    """Render the desk, or for htmx its fragment; `saved` is what has just been done."""
    with reading() as session:
        region, viewer = _reviewer(session, request, region_slug)
        review = queries.review(session, region, run_id, wanted, viewer.account_id, utcnow())
    note_seen(viewer)
    error = refused.error if refused else None
    card = review.card
    same = card is not None and card.id == wanted  # not so where somebody split or merged it meanwhile
    form = {**(card.form if card else {}), **(refused.typed if refused and same else {})}
    where = _("Alles ist geprüft.") if card is None else _("Vorschlag {n} von {total}").format(n=card.number, total=review.total)
    context = {
        "region": region,
        "example": region.example,
        "robots": "noindex",
        "review": review,
        "card": card,
        "form": form,
        "errors": by_field(error),
        "conflict": isinstance(error, Conflict) and same,
        "topics": [(topic.slug, topic.name) for topic in TOPICS],
        "saved": f"{saved} {where}".strip() if card is None or card.number else saved,
        "batch": request.query_params.get("auf-einmal", ""),
    }
    fragment = is_fragment(request) and refused is None
    name = "administration/_review.html" if fragment else "administration/review.html"
    address = f"{review.url}?stelle={card.id}" if card else review.url
    headers = {"HX-Replace-Url": address, "Vary": "HX-Request"} if fragment else {}
    return page(request, name, context, viewer=viewer, status=error.status if error else 200, headers=headers)


@get(_PATH, sync_to_thread=True, include_in_schema=False)
def desk(request: Request, region_slug: FromPath[str], run_id: FromPath[int]) -> Response[Any]:
    """Show a candidate in its text, `?stelle=` or the first that is open."""
    return _desk(request, region_slug, run_id, whole_number(request.query_params.get("stelle")))


def _act(
    request: Request,
    region_slug: str,
    run_id: int,
    data: dict[str, Any],
    act: Callable[[Session, int], tuple[int | None, str, str]],
    at: int | None,
    typed: dict[str, str] | None = None,
) -> Response[Any]:
    """Do one act of a clerk on a run of the region.

    `act(session, account id)` returns the candidate to go to (None: the first open one), the key of what was saved,
    and what to add to the address; a form that was refused shows candidate `at` with what was `typed`.
    """
    with reading() as session:
        region, viewer = _reviewer(session, request, region_slug)
        queries.run_of(session, region.id, run_id)
    check_form(request, viewer, data)
    try:
        with unit_of_work() as session:
            goes_to, saved, more = act(session, viewer.account_id)
    except (Invalid, Conflict) as error:
        return _desk(request, region_slug, run_id, at, refused=_Refused(typed or {}, error))
    if is_fragment(request):
        return _desk(request, region_slug, run_id, goes_to, saved=FLASHES[saved]())
    path = f"/verwaltung/{region_slug}/importe/{run_id}/pruefen"
    query = "&".join(part for part in (f"stelle={goes_to}" if goes_to else "", more) if part)
    return redirect(f"{path}?{query}" if query else path, meldung=saved, anchor="#pruefen" if goes_to else "")


@post(_PATH + "/{candidate_id:int}", sync_to_thread=True, include_in_schema=False)
def decide(
    request: Request, region_slug: FromPath[str], run_id: FromPath[int], candidate_id: FromPath[int], data: FormData
) -> Response[Any]:
    """Save one decision; the button's `tat` says which."""
    typed = {name: text(data, name, 4_000) for name in _FIELDS}
    deed = text(data, "tat", 20)
    version = whole_number(text(data, "version", 20)) or 0

    def act(session: Session, who: int) -> tuple[int | None, str, str]:
        now = utcnow()
        if deed not in _SAVED:
            raise Invalid(_("Bitte wählen Sie, was mit dem Vorschlag geschehen soll."))
        given = (session, who, run_id, candidate_id, version)
        if deed in ("annehmen", "speichern"):
            decided = (candidates.accept if deed == "annehmen" else candidates.save)(*given, _words(typed), now)
        elif deed == "ablehnen":
            decided = candidates.reject(*given, typed["note"], now)
        elif deed == "zurueck":
            decided = candidates.undo(*given, now)
        elif deed == "teilen":
            decided = candidates.split(*given, whole_number(typed["at"], least=0), now)[0]
        elif deed == "trennen":
            decided = candidates.separate(*given, now)
        else:
            decided = candidates.merge(*given, now, forward=deed == "nachher")
        session.flush()
        return _goes_to(session, run_id, decided), _SAVED[deed], ""

    return _act(request, region_slug, run_id, data, act, candidate_id, typed)


def _goes_to(session: Session, run_id: int, decided: Candidate) -> int | None:
    """Return the candidate to show after a decision: itself while it is open, else the next open one."""
    if decided.state == "open":
        return decided.id
    following = queries.next_open(queries.tasks_of(queries.queue_of(session, run_id)), decided)
    return following.id if following is not None else None


def _words(typed: dict[str, str]) -> candidates.Words:
    return candidates.Words(
        kind=typed["kind"],
        topic=typed["topic"],
        committee_id=whole_number(typed["committee"]),
        title=typed["title"],
        summary=typed["summary"],
        start=whole_number(typed["start"], least=0),
        end=whole_number(typed["end"], least=0),
        changes_meaning=bool(typed["changes_meaning"]),
    )


@post(_PATH + "/ergaenzen", sync_to_thread=True, include_in_schema=False)
def add(request: Request, region_slug: FromPath[str], run_id: FromPath[int], data: FormData) -> Response[Any]:
    """Add a commitment that was not recognised; the button's `satz` is „first-behind last“ character."""
    start, _dash, end = text(data, "satz", 40).partition("-")

    def act(session: Session, who: int) -> tuple[int | None, str, str]:
        added = candidates.add(session, who, run_id, whole_number(start, least=0), whole_number(end, least=0), utcnow())
        session.flush()
        return added.id, "vorschlag-neu", ""

    return _act(request, region_slug, run_id, data, act, whole_number(text(data, "stelle", 20)))


@post(_PATH + "/sichere", sync_to_thread=True, include_in_schema=False)
def accept_sure(request: Request, region_slug: FromPath[str], run_id: FromPath[int], data: FormData) -> Response[Any]:
    """Accept the sure ones of a chapter in one go."""
    chapter = text(data, "kapitel", 1_000)

    def act(session: Session, who: int) -> tuple[int | None, str, str]:
        batch, _count = candidates.accept_sure(session, who, run_id, chapter, utcnow())
        return None, "vorschlag-sichere", f"auf-einmal={batch}"

    return _act(request, region_slug, run_id, data, act, None)


@post(_PATH + "/sichere-zurueck", sync_to_thread=True, include_in_schema=False)
def undo_sure(request: Request, region_slug: FromPath[str], run_id: FromPath[int], data: FormData) -> Response[Any]:
    """Open again what was accepted in one go."""

    def act(session: Session, who: int) -> tuple[int | None, str, str]:
        candidates.undo_sure(session, who, run_id, text(data, "auf-einmal", 40), utcnow())
        return None, "vorschlag-offen", ""

    return _act(request, region_slug, run_id, data, act, None)


@post(_PATH + "/veroeffentlichen", sync_to_thread=True, include_in_schema=False)
def publish(request: Request, region_slug: FromPath[str], run_id: FromPath[int], data: FormData) -> Response[Any]:
    """Publish what was accepted, of one chapter (`kapitel`) or of all."""
    chapter = text(data, "kapitel", 1_000) if "kapitel" in data else None

    def act(session: Session, who: int) -> tuple[int | None, str, str]:
        publishing.publish(session, who, run_id, chapter, utcnow())
        return None, "veroeffentlicht", ""

    return _act(request, region_slug, run_id, data, act, None)


@post(_PATH + "/verwerfen", sync_to_thread=True, include_in_schema=False)
def discard(request: Request, region_slug: FromPath[str], run_id: FromPath[int], data: FormData) -> Response[Any]:
    """Throw a wrong file away, after the clerk has ticked that this is meant."""
    with reading() as session:
        region, viewer = _reviewer(session, request, region_slug)
        queries.run_of(session, region.id, run_id)
    check_form(request, viewer, data)
    if not text(data, "sicher", 1):
        question = _("Bitte setzen Sie den Haken, wenn Sie alles verwerfen möchten, was zu dieser Datei erkannt und geprüft wurde.")
        return _desk(request, region_slug, run_id, None, refused=_Refused({}, Invalid(question, {"discard": question})))
    try:
        with unit_of_work() as session:
            publishing.discard(session, viewer.account_id, run_id, utcnow())
    except Conflict as error:
        return _desk(request, region_slug, run_id, None, refused=_Refused({}, error))
    return redirect(f"/verwaltung/{region_slug}/importe", meldung="verworfen")


ROUTES: list[Any] = [desk, decide, add, accept_sure, undo_sure, publish, discard]
