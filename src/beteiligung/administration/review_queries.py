"""Read model of the review desk: one candidate in its text, what is before and after it, and how far the work is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlmodel import Session, col, select

from beteiligung.administration.review_text import Line, Option, bound_options, cut_options, free_sentences, lines_of
from beteiligung.catalogue import candidates, decisions
from beteiligung.catalogue.history import difference
from beteiligung.catalogue.models import Candidate, Commitment, ImportPassage, ImportRun
from beteiligung.catalogue.queries import place_parts
from beteiligung.catalogue.topics import by_slug
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity.models import Account
from beteiligung.places.models import Committee
from beteiligung.places.queries import RegionFacts

ACTIVE = timedelta(minutes=30)
"""So long after a decision a clerk counts as working on the document."""
WINDOW = 30
"""Passages shown before and after the candidate."""
_OPS = {"same": "same", "ins": "add", "del": "del"}


@dataclass
class Place:
    """Where a candidate stands, as `place_parts` wants it."""

    section: list[str]
    page: int | None
    line_start: int | None
    line_end: int | None
    printed_lines: bool
    chapter: str | None = None
    location: str | None = None


@dataclass(frozen=True)
class Card:
    """One candidate with all that a clerk needs to decide about it."""

    id: int
    number: int
    version: int
    state: str
    change: str
    quote: str
    section: tuple[str, ...]
    place: tuple[str, ...]
    sure: int | None
    """Confidence in hundredths, None where a person found it."""
    sure_in_words: str
    reasons: tuple[str, ...]
    note: str
    decided: str
    """Who decided when, as a sentence; empty while nobody has."""
    commitment: tuple[str, str] | None
    """Title and address of the commitment it belongs to."""
    diff: tuple[tuple[str, str], ...]
    """How a known wording changed, as (op, text) with op same, add or del."""
    form: dict[str, str]
    starts: tuple[Option, ...]
    ends: tuple[Option, ...]
    cuts: tuple[Option, ...]
    has_previous: bool
    has_next: bool
    can_undo: bool


@dataclass(frozen=True)
class Chapter:
    """A chapter with what is done in it. `url` leads to its first open candidate, or its first."""

    title: str
    url: str
    total: int
    reviewed: int
    accepted: int
    sure: int
    current: bool


@dataclass(frozen=True)
class Entry:
    """A candidate in a folded list."""

    text: str
    url: str
    state: str
    change: str
    note: str


@dataclass(frozen=True)
class Review:
    """The desk of one document."""

    run_id: int
    title: str
    url: str
    over: bool
    message: str
    reviewed: int
    total: int
    accepted: int
    card: Card | None
    previous_url: str
    next_url: str
    lines: tuple[Line, ...]
    chapters: tuple[Chapter, ...]
    decided: tuple[Entry, ...]
    settled: tuple[Entry, ...]
    free: tuple[Option, ...]
    colleague: str
    committees: tuple[tuple[str, str], ...]
    result_url: str | None
    waits: bool
    """Whether something that was published before is still undecided, so that nothing can be published yet."""


def run_of(session: Session, region_id: int, run_id: int) -> ImportRun:
    """Return a run of this region that has been read. One statement. Raises NotFound."""
    run = session.exec(select(ImportRun).where(ImportRun.id == run_id, ImportRun.region_id == region_id)).first()
    if run is None or run.state not in ("review", "done"):
        raise NotFound(_("Dieses Dokument wird hier nicht geprüft."))
    return run


def queue_of(session: Session, run_id: int) -> list[Candidate]:
    """Return what a person decides about, in the text's order; what is gone from the text comes last. One statement."""
    query = select(Candidate).where(Candidate.run_id == run_id, col(Candidate.state) != "replaced")
    rows = session.exec(query.order_by(col(Candidate.char_start), col(Candidate.id))).all()
    return sorted(rows, key=lambda row: row.char_start is None)


def tasks_of(queue: Sequence[Candidate]) -> list[Candidate]:
    """Return what of a queue needs a decision."""
    return [row for row in queue if row.change not in decisions.SETTLED]


def _in_place_of(session: Session, run_id: int, candidate_id: int, rows: Sequence[Candidate]) -> Candidate | None:
    """Return what stands now where a candidate stood that was split or merged. One statement."""
    query = select(Candidate.char_start).where(Candidate.id == candidate_id, Candidate.run_id == run_id)
    start = session.exec(query).first()
    return next((row for row in rows if start is not None and row.char_end is not None and row.char_end > start), None)


def next_open(queue: Sequence[Candidate], after: Candidate | None) -> Candidate | None:
    """Return the first open candidate behind one, or from the beginning where there is none behind."""
    place = (-1, 0) if after is None else _order(after)
    waiting = [row for row in queue if row.state == "open"]
    return next((row for row in waiting if _order(row) > place), waiting[0] if waiting else None)


def _order(row: Candidate) -> tuple[float, int]:
    return (row.char_start if row.char_start is not None else float("inf"), row.id or 0)


def review(session: Session, region: RegionFacts, run_id: int, wanted: int | None, viewer_id: int, now: datetime) -> Review:
    """Return the desk at a candidate, else at the first that is open. Six statements, seven for one replaced. Raises NotFound."""
    run = run_of(session, region.id, run_id)
    url = f"/verwaltung/{region.slug}/importe/{run_id}/pruefen"
    rows = queue_of(session, run_id)
    passages = candidates.passages_of(session, run_id)
    names = _names(session, rows)
    tasks = tasks_of(rows)
    row = next((row for row in rows if row.id == wanted), None)
    if row is None and wanted is not None:
        row = _in_place_of(session, run_id, wanted, rows)
    if row is None:
        row = next_open(tasks, None)
    at = next((n for n, task in enumerate(tasks) if task is row), -1)
    known = session.get(Commitment, row.commitment_id) if row is not None and row.commitment_id else None
    committees = session.exec(select(Committee).where(Committee.region_id == region.id).order_by(col(Committee.name))).all()
    chapter = candidates.chapter_of(row) if row is not None else None
    window = _window(passages, row)
    return Review(
        run_id=run_id,
        title=str(run.form.get("title") or run.file_name),
        url=url,
        over=run.state != "review",
        message=run.message,
        reviewed=sum(task.state != "open" for task in tasks),
        total=len(tasks),
        accepted=sum(one.state == "accepted" for one in rows),
        card=_card(region, run, row, at, rows, passages, known, names, now) if row is not None else None,
        previous_url=f"{url}?stelle={tasks[at - 1].id}" if at > 0 else "",
        next_url=f"{url}?stelle={tasks[at + 1].id}" if at + 1 < len(tasks) and row is not None else "",
        lines=lines_of(window, rows, row, url),
        chapters=_chapters(tasks, chapter, url),
        decided=tuple(_entry(one, url) for one in tasks if one.state != "open"),
        settled=tuple(_entry(one, url) for one in rows if one.change in decisions.SETTLED),
        free=free_sentences([p for p in window if p.section[:1] == ([chapter] if chapter else [])], rows) if row is not None else (),
        colleague=_colleague(rows, names, viewer_id, now),
        committees=tuple((str(one.id), one.name) for one in committees),
        result_url=f"/{region.slug}/zusagen" if any(one.state == "published" for one in rows) else None,
        waits=any(one.state == "open" and one.change != "new" for one in rows),
    )


def _window(passages: Sequence[ImportPassage], row: Candidate | None) -> list[ImportPassage]:
    """Return the passages around a candidate: all of its chapter, as far as they are near."""
    if row is None or row.char_start is None:
        return []
    at = next((n for n, p in enumerate(passages) if p.char_end > row.char_start), 0)
    top = row.section[:1]
    near = range(max(0, at - WINDOW), min(len(passages), at + WINDOW + 1))
    return [passages[n] for n in near if passages[n].section[:1] == top or [passages[n].text] == top]


def _names(session: Session, rows: Sequence[Candidate]) -> dict[int, str]:
    people = {row.decided_by for row in rows if row.decided_by is not None}
    found = session.exec(select(Account.id, Account.display_name).where(col(Account.id).in_(people))).all()
    return {cast(int, number): name or _("Verwaltung") for number, name in found}


def _colleague(rows: Sequence[Candidate], names: dict[int, str], viewer_id: int, now: datetime) -> str:
    """Say who else works on this document and when they last decided something; empty where nobody does."""
    theirs = [r for r in rows if r.decided_by not in (None, viewer_id) and r.decided_at is not None and r.decided_at > now - ACTIVE]
    if not theirs:
        return ""
    last = max(theirs, key=lambda r: cast(datetime, r.decided_at))
    return _("{name} prüft dieses Dokument auch: zuletzt {when}.").format(
        name=names.get(last.decided_by or 0, _("Jemand anderes")), when=ago(cast(datetime, last.decided_at), now)
    )


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago something was, in words."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return _("gerade eben")
    if minutes == 1:
        return _("vor einer Minute")
    if minutes < 60:
        return _("vor {count} Minuten").format(count=minutes)
    hours = minutes // 60
    if hours < 24:
        return _("vor einer Stunde") if hours == 1 else _("vor {count} Stunden").format(count=hours)
    return _("vor einem Tag") if hours < 48 else _("vor {count} Tagen").format(count=hours // 24)


def _chapters(tasks: Sequence[Candidate], current: str | None, url: str) -> tuple[Chapter, ...]:
    found: dict[str, list[Candidate]] = {}
    for task in tasks:
        found.setdefault(candidates.chapter_of(task), []).append(task)
    return tuple(
        Chapter(
            title=title,
            url=f"{url}?stelle={(next_open(inside, None) or inside[0]).id}",
            total=len(inside),
            reviewed=sum(one.state != "open" for one in inside),
            accepted=sum(one.state == "accepted" for one in inside),
            sure=sum(
                one.state == "open" and one.change == "new" and one.confidence is not None and one.confidence >= candidates.SURE
                for one in inside
            ),
            current=title == current,
        )
        for title, inside in found.items()
    )


def _entry(row: Candidate, url: str) -> Entry:
    return Entry(row.title or row.quote, f"{url}?stelle={row.id}", row.state, row.change, row.note)


def _sure_in_words(confidence: float | None) -> str:
    if confidence is None:
        return _("von einem Menschen gefunden")
    for least, words in ((candidates.SURE, _("sehr sicher")), (0.75, _("ziemlich sicher")), (0.6, _("unsicher"))):
        if confidence >= least:
            return words
    return _("sehr unsicher")


def _card(
    region: RegionFacts,
    run: ImportRun,
    row: Candidate,
    at: int,
    rows: Sequence[Candidate],
    passages: Sequence[ImportPassage],
    known: Commitment | None,
    names: dict[int, str],
    now: datetime,
) -> Card:
    bounds = (row.char_start, row.char_end) if row.char_start is not None and row.char_end is not None else None
    others = [one for one in rows if one.char_start is not None and one.id != row.id and one.change == "new" and one.state != "published"]
    fresh = row.change == "new" and row.state != "published" and bounds is not None
    decided = ""
    if row.state not in ("open", "replaced") and row.decided_at is not None:
        verb = {"accepted": _("angenommen"), "rejected": _("abgelehnt"), "published": _("veröffentlicht")}[row.state]
        name = names.get(row.decided_by or 0, _("Jemand"))
        decided = _("{name} hat das {when} {verb}.").format(name=name, when=ago(row.decided_at, now), verb=verb)
    diff = difference(known.wording, row.quote) if known is not None and known.wording and row.change == "reworded" else ()
    topic = by_slug(row.topic)
    return Card(
        id=row.id or 0,
        number=at + 1,
        version=row.version,
        state=row.state,
        change=row.change,
        quote=row.quote,
        section=tuple(row.section),
        place=place_parts(Place(row.section, row.page, row.line_start, row.line_end, run.printed_lines)),
        sure=None if row.confidence is None else round(row.confidence * 100),
        sure_in_words=_sure_in_words(row.confidence),
        reasons=tuple(row.reasons),
        note=row.note,
        decided=decided,
        commitment=(known.title, f"/{region.slug}/zusagen/{known.slug}") if known is not None else None,
        diff=tuple((_OPS[piece.change], piece.text) for piece in diff),
        form={
            "topic": topic.slug if topic else "",
            "kind": row.kind,
            "committee": str(row.committee_id or ""),
            "title": row.title,
            "summary": row.summary,
            "start": str(bounds[0]) if bounds else "",
            "end": str(bounds[1]) if bounds else "",
            "changes_meaning": "1" if row.changes_meaning else "",
            "note": row.note,
            "at": "",
        },
        starts=bound_options(passages, bounds, row.quote, first=True) if bounds else (),
        ends=bound_options(passages, bounds, row.quote, first=False) if bounds else (),
        cuts=cut_options(passages, bounds) if fresh and bounds else (),
        has_previous=fresh and any(cast(int, one.char_start) < cast(int, row.char_start) for one in others),
        has_next=fresh and any(cast(int, one.char_start) > cast(int, row.char_start) for one in others),
        can_undo=row.state in ("accepted", "rejected")
        or (row.state == "open" and (row.split_from_id is not None or row.reasons[-1:] == [candidates.MERGED])),
    )
