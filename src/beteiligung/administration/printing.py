"""PDFs of letters, cards and sheets with codes: ordered by a clerk, made by a worker, deleted a day after they were fetched.

A list of people lies as a file in `var/print` (for nobody else to read) from the clerk's upload until its letters are made;
the database holds none of it but fingerprints. Every file there has a random name.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, cast

import segno
from markupsafe import Markup
from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.catalogue.models import Commitment, Document
from beteiligung.clock import BERLIN, berlin_date
from beteiligung.council import inviting
from beteiligung.council.models import DrawPerson
from beteiligung.council.seating import code_of
from beteiligung.db import after_commit
from beteiligung.errors import Invalid, NotFound
from beteiligung.files import own_folder, write_whole
from beteiligung.i18n import _
from beteiligung.identity import codes, residence, school
from beteiligung.identity.residence_models import PrintRun
from beteiligung.identity.residence_rules import CODE_HOLDS, Addressee
from beteiligung.jobs import Job, enqueue
from beteiligung.participation import paper, paper_rules
from beteiligung.places.models import Region
from beteiligung.places.queries import RegionFacts, region_facts
from beteiligung.settings import settings
from beteiligung.web.pdf import font, join, to_pdf
from beteiligung.web.render import render

_AT_ONCE = 50
"""Pages a child process renders in one go."""
KEPT_AFTER_FETCH = timedelta(hours=24)
KEPT_UNFETCHED = timedelta(days=7)
_STUCK = timedelta(days=2)
"""A run no worker has finished by then is given up, so that no list of people lies about."""
_ENTRY = {"letters": "/konto/wohnsitz", "cards": "/anmelden/schule", "ballots": "/", "forms": "/"}


@dataclass(frozen=True)
class Plan:
    """What is to be printed. `people` is empty but for letters; as many pages (cards: entries) as `codes`.

    Letters whose content names a draw go to people on its list, with their codes of the draw.
    """

    kind: str
    file: str
    codes: tuple[str, ...]
    people: tuple[Addressee | DrawPerson, ...]
    region: RegionFacts
    content: dict[str, Any]
    lines: tuple[tuple[int, str, str], ...]
    """Commitments of a sheet: (number on it, title, summary)."""
    until: date


def folder() -> Path:
    """Return where lists and PDFs lie, made on first use and open to nobody else."""
    return own_folder(settings().var / "print")


def _store(name: str, content: bytes) -> None:
    write_whole(folder() / name, content)


def _remove(session: Session, *names: str | None) -> None:
    """Delete files once the transaction holds: what a crash leaves behind then, `clean_up` finds."""

    def act() -> None:
        for name in filter(None, names):
            for path in folder().glob(f"{name}*"):
                path.unlink(missing_ok=True)

    after_commit(session, act)


# Orders


def keep_list(people: list[Addressee]) -> str:
    """Keep a checked list as a file until its letters are made; returns its name. No transaction needed."""
    name = secrets.token_hex(16)
    rows = [{**asdict(person), "born": person.born.isoformat()} for person in people]
    _store(name, json.dumps(rows, ensure_ascii=False).encode())
    return name


def order(
    session: Session,
    clerk_account_id: int,
    region_id: int,
    kind: str,
    total: int,
    title: str,
    content: dict[str, Any],
    now: datetime,
    *,
    source: str | None = None,
) -> int:
    """Queue a PDF; returns the number of its run. `content` stands on every page."""
    until = now + (CODE_HOLDS if kind == "letters" else paper_rules.SHEETS_HOLD)
    if kind == "cards":
        until = datetime.combine(date.fromisoformat(content["ends_on"]) + timedelta(days=1), time(), BERLIN)
    run = PrintRun(
        region_id=region_id, kind=kind, total=total, title=title, content=content, source=source, created_at=now, codes_until=until
    )
    session.add(run)
    session.flush()
    run_id = cast(int, run.id)
    audit.record(session, "print_ordered", f"print:{run_id}", now, account_id=clerk_account_id, region_id=region_id, kind=kind, total=total)
    enqueue(session, Job.PRINT_CODES, now, id=run_id)
    return run_id


def commitments_for_sheets(session: Session, region_id: int, slugs: list[str], topic: str) -> list[list[int]]:
    """Return [id, version] of what stands on a sheet: the chosen commitments, else the open ones of a topic. Raises Invalid (`what`)."""
    wanted = (
        select(Commitment.id, Commitment.version)
        .join(Document, col(Document.id) == col(Commitment.document_id))
        .where(Commitment.region_id == region_id, Commitment.state == "published", col(Document.closed).is_(False))
        .order_by(col(Commitment.position), col(Commitment.id))
        .limit(paper_rules.MOST_COMMITMENTS + 1)
    )
    wanted = wanted.where(col(Commitment.slug).in_(slugs[:100]) if slugs else col(Commitment.topic) == topic)
    found = [[cast(int, number), version] for number, version in session.exec(wanted)]
    if not found or len(found) < len(slugs):
        raise _wrong("what", _("Bitte wählen Sie ein Thema oder Zusagen dieser Region, über die man abstimmen kann."))
    if slugs and len(found) > paper_rules.MOST_COMMITMENTS:
        raise _wrong("what", _("Auf einen Bogen passen höchstens {number} Zusagen.").format(number=paper_rules.MOST_COMMITMENTS))
    return found[: paper_rules.MOST_COMMITMENTS]


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingaben sind noch da."), {field: message})


# Making them


def begin(session: Session, run_id: int) -> Plan | None:
    """Start, or start anew after a crash, with fresh codes; None where there is nothing left to do."""
    run = session.get(PrintRun, run_id)
    if run is None or run.state in ("done", "failed"):
        return None
    run.state, run.done, run.file = "running", 0, secrets.token_hex(16)  # never the files of a worker that may still be at it
    session.add(run)
    people: tuple[Addressee | DrawPerson, ...] = ()
    if run.kind == "letters" and "draw" in run.content:
        drawn = inviting.addressees(session, run.content["draw"], run.content["about"])[: run.total]
        people, secret = tuple(drawn), [code_of(person) for person in drawn]
    elif run.kind == "letters":
        listed = tuple(
            Addressee(**{**row, "born": date.fromisoformat(row["born"])})
            for row in json.loads((folder() / cast(str, run.source)).read_text("utf-8"))
        )
        residence.forget_codes(session, run_id)
        prints = [residence.fingerprint(run.region_id, one.given_name, one.family_name, one.born) for one in listed]
        people = listed
        secret = residence.add_codes(session, run_id, run.region_id, prints, run.codes_until)
    elif run.kind == "cards":
        school.forget_cards(session, run_id)
        secret = school.add_cards(session, run, run.total)
    else:
        paper.forget_sheets(session, run_id)
        kind = "ballot" if run.kind == "ballots" else "comment"
        secret = paper.add_sheets(session, run, kind, run.content["standing"], run.total)
    last_day = berlin_date(run.codes_until - timedelta(seconds=1))
    region = region_facts(session.get_one(Region, run.region_id))
    return Plan(run.kind, run.file, tuple(secret), people, region, run.content, _lines(session, run), last_day)


def _lines(session: Session, run: PrintRun) -> tuple[tuple[int, str, str], ...]:
    ids = [number for number, _version in run.content.get("commitments", [])]
    found = {row.id: row for row in session.exec(select(Commitment).where(col(Commitment.id).in_(ids)))}
    return tuple((place, found[number].title, found[number].summary) for place, number in enumerate(ids, start=1) if number in found)


def pages(plan: Plan) -> Iterator[int]:
    """Render the pages, some at a time, and yield how many are done. Touches no database."""
    about_draw = "draw" in plan.content
    address = settings().base_url + ("/einladung" if about_draw else _ENTRY[plan.kind])
    frame = {
        "region": plan.region, "content": plan.content, "lines": plan.lines, "until": plan.until, "address": address,
        "qr": Markup(segno.make(address, error="m").svg_inline(scale=1, border=0, omitsize=True)),  # noqa: S704 - drawn by segno
        "font": font(400), "bold": font(600),
    }  # fmt: skip
    for start in range(0, len(plan.codes), _AT_ONCE):
        some = [codes.in_groups(code) for code in plan.codes[start : start + _AT_ONCE]]
        people = plan.people[start : start + _AT_ONCE] or (None,) * len(some)
        html = render(f"print/{'draw_letters' if about_draw else plan.kind}.html", pages=list(zip(some, people, strict=True)), **frame)
        _store(f"{plan.file}.{start:06d}", to_pdf(html))
        yield start + len(some)


def bind(plan: Plan) -> str:
    """Put the parts together; returns the file's name."""
    parts = [folder() / f"{plan.file}.{start:06d}" for start in range(0, len(plan.codes), _AT_ONCE)]
    content = parts[0].read_bytes() if len(parts) == 1 else join(parts)  # a single part keeps its structure for screen readers
    _store(plan.file, content)
    for part in parts:
        part.unlink(missing_ok=True)
    return plan.file


def advance(session: Session, run_id: int, done: int) -> None:
    """Note how many pages are done."""
    run = session.get_one(PrintRun, run_id)
    run.done = done
    session.add(run)


def complete(session: Session, run_id: int, file: str | None, now: datetime) -> None:
    """Hand the PDF to the clerk and delete the list. Nothing happens where the run had ended before."""
    run = session.get(PrintRun, run_id)
    if run is None or file is None:
        return
    _remove(session, run.source)
    run.state, run.file, run.source, run.done, run.finished_at = "done", file, None, run.total, now
    session.add(run)


def abandon(session: Session, run_id: int, now: datetime) -> None:
    """Give up for good: no codes, no list, no file."""
    run = session.get(PrintRun, run_id)
    if run is None or run.state == "done":
        return
    residence.forget_codes(session, run_id)
    school.forget_cards(session, run_id)
    paper.forget_sheets(session, run_id)
    _remove(session, run.source, run.file)
    run.state, run.source, run.file, run.finished_at = "failed", None, None, now
    session.add(run)


# Fetching and forgetting


def fetch(session: Session, clerk_account_id: int, region_id: int, run_id: int, now: datetime) -> bytes:
    """Return the PDF; from the first time on it lies here for a day. Raises NotFound."""
    run = session.get(PrintRun, run_id)
    path = folder() / run.file if run and run.file else None
    if run is None or run.region_id != region_id or run.state != "done" or path is None or not path.is_file():
        raise NotFound(_("Diese Datei gibt es nicht mehr. Sie wird einen Tag nach dem Herunterladen gelöscht."))
    if run.fetched_at is None:
        run.fetched_at = now
        session.add(run)
    audit.record(session, "print_fetched", f"print:{run_id}", now, account_id=clerk_account_id, region_id=region_id)
    return path.read_bytes()


def clean_up(session: Session, now: datetime) -> None:
    """Delete PDFs whose time is over, and files that no run names any more (a worker that died, an upload never ordered)."""
    for run in session.exec(select(PrintRun).where(PrintRun.state == "done", col(PrintRun.file).is_not(None))):
        ends = run.fetched_at + KEPT_AFTER_FETCH if run.fetched_at else cast(datetime, run.finished_at) + KEPT_UNFETCHED
        if ends <= now:
            _remove(session, run.file)
            run.file = None
            session.add(run)
    for run in session.exec(
        select(PrintRun).where(col(PrintRun.state).in_(("queued", "running")), col(PrintRun.created_at) <= now - _STUCK)
    ):
        abandon(session, cast(int, run.id), now)
    session.flush()
    rows = session.exec(select(PrintRun.source, PrintRun.file).where(PrintRun.state != "failed")).all()
    known = {name for row in rows for name in row if name}
    for path in folder().iterdir():
        is_old = path.stat().st_mtime < (now - timedelta(days=1)).timestamp()
        if is_old and path.name.split(".")[0] not in known:
            path.unlink(missing_ok=True)
