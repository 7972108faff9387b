"""The only writer of commitments by people: words, answers, status, archive. Each act is one event in the history."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from beteiligung.catalogue import history, rules
from beteiligung.catalogue.models import Commitment, Document, HistoryEntry, Revision
from beteiligung.catalogue.rules import StatusSource
from beteiligung.catalogue.search import index_commitment
from beteiligung.clock import berlin_date
from beteiligung.db import require
from beteiligung.errors import Closed, Conflict, Forbidden, Invalid, NotFound
from beteiligung.i18n import _
from beteiligung.identity.models import Role
from beteiligung.jobs import Job, OutboxEntry, enqueue
from beteiligung.places.models import Region


@dataclass(frozen=True)
class _Clerk:
    """The regions in which an account holds the office now."""

    regions: frozenset[int]

    def is_staff_of(self, region_id: int) -> bool:
        """Whether the account is a clerk of the region."""
        return region_id in self.regions


def require_clerk_account(session: Session, account_id: int, region_id: int, now: datetime) -> None:
    """Raise Forbidden unless the account is a clerk of the region at this moment: also where a view forgot to ask."""
    _require(session, account_id, region_id, now, rules.may_administer)


def require_reviewer(session: Session, account_id: int, region_id: int, now: datetime) -> None:
    """Raise Forbidden unless the account may decide about candidates of the region at this moment."""
    _require(session, account_id, region_id, now, rules.may_review_import)


def require_publisher(session: Session, account_id: int, region_id: int, now: datetime) -> None:
    """Raise Forbidden unless the account may publish an import of the region at this moment."""
    _require(session, account_id, region_id, now, rules.may_publish_import)


def _require(session: Session, account_id: int, region_id: int, now: datetime, may: Callable[[rules.Person | None, int], bool]) -> None:
    found = session.exec(
        select(Role.region_id).where(
            Role.account_id == account_id,
            Role.name == "clerk",
            col(Role.since) <= now,
            or_(col(Role.until).is_(None), col(Role.until) > now),
        )
    ).all()
    if not may(_Clerk(frozenset(region for region in found if region is not None)), region_id):
        raise Forbidden(_("Das darf nur die Verwaltung dieser Region."))


def _locked(session: Session, commitment_id: int, clerk_account_id: int, now: datetime) -> Commitment:
    """Return the commitment, locked against a second clerk. Raises NotFound, Forbidden."""
    query = select(Commitment).where(Commitment.id == commitment_id).with_for_update().execution_options(populate_existing=True)
    commitment = session.exec(query).first()
    if commitment is None:
        raise NotFound(_("Diese Zusage gibt es nicht."))
    require_clerk_account(session, clerk_account_id, commitment.region_id, now)
    return commitment


def refuse(errors: dict[str, str]) -> None:
    """Raise Invalid where a form's fields have messages."""
    if errors:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingabe ist noch da."), errors)


def last_revision(session: Session, commitment_id: int) -> int:
    """Return the number of the newest revision, 0 where the words were never changed."""
    return session.exec(select(func.coalesce(func.max(col(Revision.number)), 0)).where(Revision.commitment_id == commitment_id)).one()


def replace_words(
    session: Session,
    commitment: Commitment,
    title: str,
    summary: str,
    now: datetime,
    *,
    account_id: int | None = None,
    note: str = "",
    changes_meaning: bool = False,
    number: int | None = None,
) -> Revision:
    """Keep the present words as a revision and set new ones. No event: the caller writes it."""
    commitment_id = cast(int, commitment.id)
    revision = Revision(
        commitment_id=commitment_id,
        number=number if number is not None else last_revision(session, commitment_id) + 1,
        title=commitment.title,
        summary=commitment.summary,
        version=commitment.version,
        note=note,
        changes_meaning=changes_meaning,
        account_id=account_id,
        by_clerk=account_id is not None,
        replaced_at=now,
    )
    session.add(revision)
    commitment.title, commitment.summary, commitment.plain = title, summary, True
    if changes_meaning:
        commitment.version += 1  # votes given so far stay with the words they were given on
    session.add(commitment)
    return revision


def edit_words(
    session: Session,
    clerk_account_id: int,
    commitment_id: int,
    title: str,
    summary: str,
    note: str,
    changes_meaning: bool,
    expected_revision: int,
    now: datetime,
) -> HistoryEntry:
    """Give a commitment new words; the old ones stay as a revision.

    `expected_revision` is the newest revision's number when the form was opened. Raises Invalid (with
    `fields`), NotFound, Forbidden, and Conflict where somebody was faster: its context holds `theirs`
    (title, summary) and `revision`; what was typed is the caller's to show again.
    """
    commitment = _locked(session, commitment_id, clerk_account_id, now)
    title, summary, note = rules.one_line(title), rules.tidy(summary), rules.one_line(note)
    refuse(rules.check_words(title, summary, note))
    number = last_revision(session, commitment_id)
    if number != expected_revision:
        raise Conflict(
            _("Jemand anderes hat diese Zusage gerade geändert. Ihre Eingabe ist noch da. Bitte vergleichen Sie beide Fassungen."),
            theirs={"title": commitment.title, "summary": commitment.summary},
            revision=number,
        )
    if commitment.plain and (title, summary) == (commitment.title, commitment.summary):
        raise Invalid(_("Sie haben Titel und Zusammenfassung nicht geändert. Es ist alles wie vorher."))
    replace_words(
        session, commitment, title, summary, now,
        account_id=clerk_account_id, note=note, changes_meaning=changes_meaning, number=number + 1,
    )  # fmt: skip
    index_commitment(session, commitment)
    find_similar_soon(session, now)
    return history.record(session, commitment, "revision", now, account_id=clerk_account_id, body=note)


def answer(session: Session, clerk_account_id: int, commitment_id: int, body: str, now: datetime) -> HistoryEntry:
    """Publish an official answer (small Markdown, 1 to 8,000 characters). Raises Invalid, NotFound, Forbidden.

    The same text sent twice in a row is one answer.
    """
    commitment = _locked(session, commitment_id, clerk_account_id, now)
    body = rules.tidy(body)
    refuse(rules.check_answer(body))
    last = _last(session, commitment_id, "answer")
    if last is not None and last.body == body:
        return last
    commitment.answered_at = now
    return history.record(session, commitment, "answer", now, account_id=clerk_account_id, body=body)


def set_status(
    session: Session,
    clerk_account_id: int,
    commitment_id: int,
    status: str,
    since: date | None,
    source: StatusSource,
    body: str,
    now: datetime,
) -> HistoryEntry:
    """Set how far a promise is carried out, since which day, and how that is known.

    Raises Invalid (with `fields`), NotFound, Forbidden, and Closed in the region's quiet period. The same
    status with the same day and source twice in a row is one event.
    """
    commitment = _locked(session, commitment_id, clerk_account_id, now)
    today = berlin_date(now)
    body = rules.tidy(body)
    source = StatusSource(rules.one_line(source.text), source.url.strip(), source.decided_on, rules.one_line(source.paper))
    document = require(session, Document, commitment.document_id, _("Dieses Dokument gibt es nicht."))
    region = require(session, Region, commitment.region_id, _("Diese Region gibt es hier nicht."))
    if rules.is_quiet(region, today):
        raise Closed(_("Vor der Wahl gilt eine Ruhezeit. In dieser Zeit wird kein Umsetzungsstand geändert."))
    errors = rules.check_status(status, since, source, today)
    if len(body) > rules.ANSWER_LIMIT:
        errors["body"] = rules.check_answer(body)["body"]
    if why := rules.why_not_set_status(document.kind, source):
        errors.setdefault("source", why)
    refuse(errors)
    last = _last(session, commitment_id, "status")
    if last is not None and (last.status, last.happened_on, last.source, last.body) == (status, since, source.label, body):
        return last
    before, commitment.status = commitment.status, status
    return history.record(
        session, commitment, "status", now,
        account_id=clerk_account_id, happened_on=since, status=status, status_before=before,
        body=body, source=source.label, source_url=source.url or None,
    )  # fmt: skip


def archive(session: Session, clerk_account_id: int, commitment_id: int, note: str, now: datetime) -> HistoryEntry:
    """Take a commitment out of the lists; page, discussion and votes stay. Raises Conflict where it already is."""
    return _move(session, clerk_account_id, commitment_id, "archived", note, now)


def restore(session: Session, clerk_account_id: int, commitment_id: int, note: str, now: datetime) -> HistoryEntry:
    """Publish an archived commitment again. Raises Conflict where it is not archived."""
    return _move(session, clerk_account_id, commitment_id, "published", note, now)


def _move(session: Session, clerk_account_id: int, commitment_id: int, state: str, note: str, now: datetime) -> HistoryEntry:
    commitment = _locked(session, commitment_id, clerk_account_id, now)
    note = rules.one_line(note)
    refuse(rules.check_note(note))
    if commitment.state == state:
        raise Conflict(_("Das ist schon geschehen: Jemand anderes war schneller."))
    commitment.state = state
    kind = "archived" if state == "archived" else "restored"
    return history.record(session, commitment, kind, now, account_id=clerk_account_id, body=note)


def _last(session: Session, commitment_id: int, kind: str) -> HistoryEntry | None:
    return session.exec(
        select(HistoryEntry)
        .where(HistoryEntry.commitment_id == commitment_id, HistoryEntry.kind == kind)
        .order_by(col(HistoryEntry.id).desc())
        .limit(1)
    ).first()


def find_similar_soon(session: Session, now: datetime) -> None:
    """Have the commitments alike found anew, once for however many changes are waiting."""
    waiting = select(OutboxEntry.id).where(
        OutboxEntry.job == Job.FIND_SIMILAR.value,
        col(OutboxEntry.done_at).is_(None),
        col(OutboxEntry.parked_at).is_(None),
        col(OutboxEntry.leased_until).is_(None),
    )
    if session.exec(waiting.limit(1)).first() is None:
        enqueue(session, Job.FIND_SIMILAR, now)
