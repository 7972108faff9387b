"""Votes and comments on paper. Writes sheets; a sheet votes under a pseudonym of its own, which leads to nobody. Never commits."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, update
from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.clock import berlin_date
from beteiligung.errors import Conflict, Invalid
from beteiligung.i18n import _
from beteiligung.identity import codes
from beteiligung.identity.residence_models import PrintRun
from beteiligung.participation import comments, paper_rules, rules, service
from beteiligung.participation.models import CHOICES
from beteiligung.participation.paper_models import PaperSheet
from beteiligung.settings import settings

_PURPOSE = "paper-sheet"


@dataclass(frozen=True)
class Line:
    """One commitment of a sheet, as the clerk sees it. `closed` says why it does not count any more."""

    id: int
    number: int
    title: str
    closed: str | None


@dataclass(frozen=True)
class OpenSheet:
    """A sheet whose code was typed."""

    id: int
    kind: str
    standing: str
    lines: tuple[Line, ...]


def paper_pseudonym(sheet_id: int, region_id: int) -> str:
    """Return the hex HMAC-SHA256 under which a sheet votes; no account can ever have it."""
    return hmac.new(settings().vote_key.encode(), f"paper:{sheet_id}:{region_id}".encode(), hashlib.sha256).hexdigest()


def add_sheets(session: Session, run: PrintRun, kind: str, standing: str, number: int) -> list[str]:
    """Add so many sheets and return their codes."""
    rows = [
        PaperSheet(
            run_id=cast(int, run.id),
            region_id=run.region_id,
            kind=kind,
            standing=standing,
            nonce=secrets.token_urlsafe(18),
            expires_at=run.codes_until,
        )
        for _number in range(number)
    ]
    session.add_all(rows)
    session.flush()
    return [codes.code_of(_PURPOSE, cast(int, row.id), row.nonce) for row in rows]


def forget_sheets(session: Session, run_id: int) -> None:
    """Delete the sheets of a run that is made anew: paper nobody has."""
    session.execute(delete(PaperSheet).where(col(PaperSheet.run_id) == run_id, col(PaperSheet.entered_on).is_(None)))


def open_sheet(session: Session, region_id: int, typed: str, now: datetime) -> OpenSheet:
    """Return the sheet of a code. Raises Invalid (field `code`) where it is none of this region's, used or too old."""
    code = codes.typed_code(typed)
    number = codes.row_of(code) if code else None
    row = session.get(PaperSheet, number) if number else None
    if code is None or row is None or row.region_id != region_id or not codes.is_right(code, _PURPOSE, cast(int, row.id), row.nonce):
        raise _wrong(_("Diesen Code gibt es nicht. Bitte vergleichen Sie ihn mit dem Bogen."))
    if reason := paper_rules.why_not_enter(row.entered_on, row.expires_at, now):
        raise _wrong(reason)
    run = session.get_one(PrintRun, row.run_id)
    printed: list[list[int]] = run.content["commitments"]
    found = {
        commitment.id: (commitment, document)
        for commitment, document in session.exec(
            select(Commitment, Document)
            .join(Document, col(Document.id) == col(Commitment.document_id))
            .where(col(Commitment.id).in_([commitment_id for commitment_id, _version in printed]))
        )
    }
    lines = []
    for place, (commitment_id, version) in enumerate(printed, start=1):
        if commitment_id in found:
            commitment, document = found[commitment_id]
            closed = (
                paper_rules.why_not_count(commitment, document, version, now)
                if row.kind == "ballot"
                else paper_rules.why_not_comment_on_paper(commitment, document, now)
            )
            lines.append(Line(commitment_id, place, commitment.title, closed))
    return OpenSheet(cast(int, row.id), row.kind, row.standing, tuple(lines))


def _wrong(message: str) -> Invalid:
    return Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingaben sind noch da."), {"code": message})


def _use(session: Session, sheet_id: int, now: datetime) -> None:
    used = session.execute(
        update(PaperSheet).where(col(PaperSheet.id) == sheet_id, col(PaperSheet.entered_on).is_(None)).values(entered_on=berlin_date(now))
    )
    if cast(CursorResult[Any], used).rowcount != 1:  # two clerks at the same moment
        raise Conflict(_("Dieser Bogen ist schon eingegeben. Jeder Bogen zählt ein Mal."))


def checked_choices(sheet: OpenSheet, typed: Mapping[int, str]) -> dict[int, str]:
    """Return the choices (commitment id → choice) that count. Raises Invalid where none or an unknown one was made."""
    if sheet.kind != "ballot":
        raise _wrong(_("Das ist ein Bogen für einen Kommentar."))
    chosen = {line.id: typed[line.id] for line in sheet.lines if line.closed is None and typed.get(line.id)}
    if not set(chosen.values()) <= set(CHOICES):
        raise Invalid(_("Bitte wählen Sie dafür, neutral oder dagegen."))
    if not chosen:
        raise Invalid(_("Auf dem Bogen ist nichts angekreuzt, was noch zählt. Bitte wählen Sie mindestens eine Antwort."))
    return chosen


def enter_ballot(session: Session, region_id: int, typed_code: str, typed: Mapping[int, str], now: datetime) -> int:
    """Count the votes of a sheet, once; returns how many. Raises Invalid, Conflict. Writes nothing that names the clerk."""
    sheet = open_sheet(session, region_id, typed_code, now)
    chosen = checked_choices(sheet, typed)
    _use(session, sheet.id, now)
    run = session.exec(select(PrintRun).join(PaperSheet, col(PaperSheet.run_id) == col(PrintRun.id)).where(PaperSheet.id == sheet.id)).one()
    versions = dict(run.content["commitments"])
    standing = cast(rules.Standing, sheet.standing)
    votes = {commitment_id: (versions[commitment_id], choice) for commitment_id, choice in chosen.items()}
    service.cast_from_paper(session, paper_pseudonym(sheet.id, region_id), standing, votes, now)
    return len(votes)


def checked_comment(sheet: OpenSheet, commitment_id: int, typed: str) -> Line:
    """Return what the comment is about. Raises Invalid (fields `commitment`, `text`)."""
    if sheet.kind != "comment":
        raise _wrong(_("Das ist ein Stimmbogen."))
    line = next((line for line in sheet.lines if line.id == commitment_id), None)
    message = _("Bitte wählen Sie, zu welcher Zusage der Kommentar gehört.") if line is None else line.closed
    if line is None or message:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingaben sind noch da."), {"commitment": message or ""})
    comments.clean_text(typed)
    return line


def enter_comment(
    session: Session, region_id: int, typed_code: str, commitment_id: int, stance: str | None, typed: str, now: datetime
) -> int:
    """Publish the comment of a sheet, once; returns its number. Raises Invalid, Closed, Conflict."""
    sheet = open_sheet(session, region_id, typed_code, now)
    line = checked_comment(sheet, commitment_id, typed)
    _use(session, sheet.id, now)
    return cast(int, comments.write_from_paper(session, line.id, typed, stance, now).id)


@dataclass(frozen=True)
class PaperTotals:
    """How many sheets of a region were printed and typed in, for the report: (kind, standing) → (printed, entered)."""

    sheets: dict[tuple[str, str], tuple[int, int]]


def totals(session: Session, region_id: int) -> PaperTotals:
    """Return how much came on paper, in all. One statement."""
    rows = session.execute(
        select(PaperSheet.kind, PaperSheet.standing, func.count(), func.count(col(PaperSheet.entered_on)))
        .where(PaperSheet.region_id == region_id)
        .group_by(PaperSheet.kind, PaperSheet.standing)
    ).all()
    return PaperTotals({(kind, standing): (printed, entered) for kind, standing, printed, entered in rows})
