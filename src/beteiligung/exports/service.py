"""The only writer of exports: ordered by a clerk, written piece by piece, fetched for some days, gone after that.

`advance` moves the place where the writing stands together with the name of the piece just written, in one transaction that also
renews the lease: whoever dies between two pieces loses nothing, and what two workers write at once only one of them can record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import exists
from sqlmodel import Session, col, func, select

from beteiligung import audit
from beteiligung.catalogue.models import Commitment
from beteiligung.db import after_commit
from beteiligung.errors import Conflict, Invalid, NotFound, allow
from beteiligung.exports import archive, content, rules
from beteiligung.exports.archive import Parts
from beteiligung.exports.content import Extent, Piece
from beteiligung.exports.models import ExportRun
from beteiligung.exports.rules import Person
from beteiligung.i18n import _
from beteiligung.jobs import Job, enqueue
from beteiligung.participation.models import Comment
from beteiligung.places.models import Region
from beteiligung.places.queries import RegionFacts, region_facts
from beteiligung.places.service import hold


def extent_of(session: Session, run: ExportRun) -> Extent:
    """Return what an export is about."""
    region = region_facts(session.get_one(Region, run.region_id))
    return Extent(region, run.kind, run.scope, run.target, run.cut_off)


def order(session: Session, person: Person, region: RegionFacts, kind: str, scope: str, target: str, title: str, now: datetime) -> int:
    """Have an export written; returns its number. Raises Forbidden, Invalid with a message for each field, Conflict where many wait."""
    allow(rules.why_not_export(person))
    if errors := rules.errors(kind, scope):
        raise _wrong(errors)
    extent = Extent(region, kind, scope, target, content.cut_off(session, kind))
    hold(session, region.id)
    waiting = (ExportRun.region_id == region.id, col(ExportRun.state).in_(("queued", "running")))
    running = session.exec(select(func.count(col(ExportRun.id))).where(*waiting)).one()
    allow(rules.why_not_more(running), Conflict)
    total = content.count(session, extent)
    if not total:
        raise _wrong({"what": _("Dazu gibt es noch nichts, was ein Auszug enthalten könnte.")})
    run = ExportRun(
        region_id=region.id,
        account_id=person.account_id,
        kind=kind,
        scope=scope,
        target=target,
        title=title,
        cut_off=extent.cut_off,
        total=total,
        created_at=now,
    )
    session.add(run)
    session.flush()
    number = cast(int, run.id)
    _note(session, "export.ordered", person, run, now)
    enqueue(session, Job.MAKE_EXPORT, now, id=number)
    return number


def _wrong(errors: dict[str, str]) -> Invalid:
    return Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingaben sind noch da."), errors)


def _note(session: Session, act: str, person: Person, run: ExportRun, now: datetime) -> None:
    audit.record(
        session,
        act,
        f"export:{run.id}",
        now,
        account_id=person.account_id,
        region_id=run.region_id,
        kind=run.kind,
        scope=run.scope,
        target=run.target,
        rows=run.total,
    )


def _locked(session: Session, run_id: int) -> ExportRun | None:
    """Return an export, freshly read; nobody else writes to it till the end."""
    query = select(ExportRun).where(ExportRun.id == run_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one_or_none()


# Writing it


@dataclass(frozen=True)
class Plan:
    """Where the writing stands."""

    extent: Extent
    after: int
    parts: Parts


def begin(session: Session, run_id: int) -> Plan | None:
    """Start, or go on after a crash where the last whole piece ends; None where there is nothing left to do."""
    run = _locked(session, run_id)
    if run is None or run.state not in ("queued", "running"):
        return None
    extent = extent_of(session, run)
    if run.state == "queued":
        run.state, run.mark = "running", content.mark(session, extent)
        session.add(run)
    return Plan(extent, run.after, Parts(extent, run.title, tuple(run.pieces), run.created_at))


def advance(session: Session, run_id: int, name: str, piece: Piece) -> bool:
    """Record a piece that has been written; tells whether anybody still wants the rest."""
    run = _locked(session, run_id)
    if run is None or run.state != "running":
        after_commit(session, lambda: archive.forget([name]))
        return False
    run.pieces, run.after, run.done = [*run.pieces, name], piece.after, run.done + piece.count
    session.add(run)
    return True


def complete(session: Session, run_id: int, file: str, now: datetime) -> bool:
    """Hand the file to the clerk and delete the pieces; returns False where it has to be written anew.

    That is where a comment has been hidden or withdrawn since the first piece was read.
    """
    run = _locked(session, run_id)
    if run is None or run.state != "running":
        after_commit(session, lambda: archive.forget([file]))
        return True
    pieces, run.pieces = run.pieces, []
    session.add(run)
    if content.mark(session, extent_of(session, run)) != run.mark:
        after_commit(session, lambda: archive.forget([*pieces, file]))
        run.state, run.after, run.done = "queued", 0, 0
        return False
    after_commit(session, lambda: archive.forget(pieces))
    run.state, run.file, run.total = "done", file, run.done
    run.finished_at, run.expires_at = now, now + rules.HOLDS
    return True


def abandon(session: Session, run_id: int, now: datetime) -> None:
    """Give up for good."""
    run = _locked(session, run_id)
    if run is not None and run.state in ("queued", "running"):
        _end(session, run, "failed", now)


def _end(session: Session, run: ExportRun, state: str, now: datetime) -> None:
    """Take the file away, with all pieces, once the transaction holds."""
    names = [*run.pieces, run.file]
    after_commit(session, lambda: archive.forget(names))
    run.state, run.pieces, run.file = state, [], None
    run.finished_at = run.finished_at or now
    session.add(run)


# Fetching and forgetting


def fetch(session: Session, person: Person, region_id: int, run_id: int, now: datetime) -> tuple[Path, str] | None:
    """Return the file and the name it is saved under, and note who took it; None where it was taken away just now.

    That is where a comment in it has been hidden or withdrawn since: what nobody may see any more is not handed out either.
    Raises Forbidden, NotFound.
    """
    allow(rules.why_not_export(person))
    run = _locked(session, run_id)
    path = archive.folder() / run.file if run and run.file else None
    if (
        run is None
        or run.region_id != region_id
        or path is None
        or not path.is_file()
        or not rules.link_holds(run.state, run.expires_at, now)
    ):
        raise NotFound(_("Diese Datei gibt es nicht oder nicht mehr. Der Link gilt sieben Tage."))
    if content.mark(session, extent_of(session, run)) != run.mark:
        _end(session, run, "gone", now)
        return None
    _note(session, "export.fetched", person, run, now)
    return path, f"{run.kind}-{run.scope}{'-' if run.target else ''}{run.target}-{run.id}.zip"


def delete(session: Session, person: Person, region_id: int, run_id: int, now: datetime) -> None:
    """Take an export away before its time, finished or not. Raises Forbidden, NotFound."""
    allow(rules.why_not_export(person))
    run = _locked(session, run_id)
    if run is None or run.region_id != region_id:
        raise NotFound(_("Diesen Auszug gibt es nicht."))
    if run.state in ("queued", "running", "done"):
        _end(session, run, "gone", now)
        _note(session, "export.deleted", person, run, now)


def _all_locked(session: Session, *which: Any) -> Sequence[ExportRun]:
    query = select(ExportRun).where(*which).order_by(col(ExportRun.id)).with_for_update(of=ExportRun)
    return session.exec(query.execution_options(populate_existing=True)).all()


def erase(session: Session, account_id: int, now: datetime) -> None:
    """Take away at once the files that may hold comments of somebody whose account is erased. Call it before the comments go."""
    theirs = exists().where(
        col(Comment.author_id) == account_id,
        col(Comment.id) <= col(ExportRun.cut_off),
        col(Comment.commitment_id) == col(Commitment.id),
        col(Commitment.region_id) == col(ExportRun.region_id),
    )
    held = col(ExportRun.state).in_(("queued", "running", "done"))
    for run in _all_locked(session, ExportRun.kind == "comments", held, theirs):
        _end(session, run, "gone", now)


def clean_up(session: Session, now: datetime) -> None:
    """Take away what has passed its time or may not be shown any more, and files that no export names (of a worker that died)."""
    for run in _all_locked(session, ExportRun.state == "done"):
        if not rules.link_holds(run.state, run.expires_at, now) or content.mark(session, extent_of(session, run)) != run.mark:
            _end(session, run, "gone", now)
    stuck = (col(ExportRun.state).in_(("queued", "running")), col(ExportRun.created_at) <= now - rules.STUCK)
    for run in _all_locked(session, *stuck):
        _end(session, run, "failed", now)
    old = (col(ExportRun.state).in_(("gone", "failed")), col(ExportRun.created_at) <= now - rules.ROWS_KEPT)
    for run in session.exec(select(ExportRun).where(*old)).all():
        session.delete(run)
    session.flush()
    known = {name for pieces, file in session.exec(select(ExportRun.pieces, ExportRun.file)).all() for name in (*pieces, file)}
    for path in archive.folder().iterdir():
        if path.name not in known and path.stat().st_mtime < now.timestamp() - 24 * 3600:
            path.unlink(missing_ok=True)
