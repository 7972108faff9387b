"""What clerks accepted of a file becomes public: all at once or a chapter, in one transaction and as one event.

The first publication of a run brings the document's text. Killed half-way nothing of it has happened; done twice the
second finds nothing to do, and the database holds one candidate to one commitment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import delete
from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.catalogue import anchors, candidates, decisions, documents, history, rules, service, versions, wordings
from beteiligung.catalogue.models import Candidate, Commitment, Document, ImportPassage, ImportRun, Passage
from beteiligung.catalogue.search import index_commitments
from beteiligung.catalogue.versions import Change
from beteiligung.db import require
from beteiligung.errors import Conflict, Invalid
from beteiligung.i18n import _, ngettext
from beteiligung.places import service as places
from beteiligung.places.models import Committee, Region


@dataclass(frozen=True)
class Published:
    """How many commitments are new, newly worded and archived, and whether the review is over."""

    new: int
    reworded: int
    archived: int
    over: bool


def publish(session: Session, clerk: int, run_id: int, chapter: str | None, now: datetime) -> Published:
    """Publish what was accepted in a chapter, or (None) in all of them; followers get one notice.

    Of a revised document whatever concerns a commitment that is there has to be decided first, and all of that is
    published with the new text. Raises NotFound, Forbidden, Closed, and Invalid where something is still to be decided.
    """
    run = decisions.hold(session, clerk, run_id, now)
    service.require_publisher(session, clerk, run.region_id, now)
    places.hold(session, run.region_id)  # addresses and numbers are given one after the other
    rows = session.exec(
        select(Candidate)
        .where(Candidate.run_id == run_id, col(Candidate.state).in_(("open", "accepted", "rejected")))
        .order_by(col(Candidate.char_start), col(Candidate.id))
        .with_for_update()
    ).all()
    if any(row.state == "open" and row.change != "new" for row in rows):
        raise Invalid(
            _("Bitte entscheiden Sie zuerst über die geänderten und die entfallenen Zusagen. Zu ihnen gibt es schon Diskussionen.")
        )
    accepted = [row for row in rows if row.state == "accepted"]
    fresh = [row for row in accepted if row.change == "new" and chapter in (None, candidates.chapter_of(row))]
    text = _Text(session, run)
    if fresh or run.document_id is not None:
        is_revision = versions.is_revision(session, run)
        document = _bring_text(session, run, text, now)
        changed, changes = _update_known(session, rows, text, clerk, now)
        created = _create(session, document, fresh, text, now)
        if is_revision:
            changes += [Change(cast(int, one.id), "new") for one in created]
            versions.note_changes(session, run, changes, now)
        _renumber(session, document)
        index_commitments(session, [*created, *changed])
        if created:
            history.announce(session, created, now, clerk)
        service.find_similar_soon(session, now)
    else:
        created = []
    left = any(row.state in ("open", "accepted") for row in rows)
    if not left:
        run.state, run.finished_at = "done", now
    reworded = sum(row.change == "reworded" and row.state == "published" for row in rows)
    archived = sum(row.change == "gone" and row.state == "published" for row in rows)
    run.message = ngettext("{count} Zusage veröffentlicht.", "{count} Zusagen veröffentlicht.", len(created)).format(count=len(created))
    session.add(run)
    if created or reworded or archived or not left:
        audit.record(
            session, "import.published", str(run.form.get("title", run.file_name)), now, account_id=clerk, region_id=run.region_id,
            run=run_id, chapter=chapter, new=len(created), reworded=reworded, archived=archived,
        )  # fmt: skip
    return Published(len(created), reworded, archived, not left)


def discard(session: Session, clerk: int, run_id: int, now: datetime) -> None:
    """Throw away what was read of a file, such as a wrong one.

    Raises NotFound, Forbidden, Closed, and Conflict once something of it is public.
    """
    run = decisions.hold(session, clerk, run_id, now)
    service.require_publisher(session, clerk, run.region_id, now)
    if session.exec(select(Candidate.id).where(Candidate.run_id == run_id, Candidate.state == "published").limit(1)).first() is not None:
        raise Conflict(_("Aus diesem Dokument ist schon etwas veröffentlicht. Einzelne Zusagen nehmen Sie auf ihrer Seite ins Archiv."))
    for model in (Candidate, ImportPassage):
        session.execute(delete(model).where(col(model.run_id) == run_id))
    run.state, run.finished_at, run.message = "failed", now, _("Die Verwaltung hat es verworfen.")
    session.add(run)
    audit.record(
        session, "import.discarded", str(run.form.get("title", run.file_name)), now, account_id=clerk, region_id=run.region_id, run=run.id
    )


class _Text:
    """The cleaned text of a run, as far as it is needed."""

    def __init__(self, session: Session, run: ImportRun) -> None:
        self.passages: Sequence[ImportPassage] = candidates.passages_of(session, cast(int, run.id))
        self.printed_lines = run.printed_lines
        self.text = anchors.text_of(self.passages)

    def place(self, commitment: Commitment, row: Candidate) -> None:
        """Write down where a commitment stands now."""
        before, after = anchors.context(self.text, row.char_start or 0, row.char_end or 0)
        commitment.section, commitment.page = list(row.section), row.page
        commitment.line_start, commitment.line_end = row.line_start, row.line_end
        commitment.char_start, commitment.printed_lines = row.char_start, self.printed_lines
        commitment.context_before, commitment.context_after = before, after


def _bring_text(session: Session, run: ImportRun, text: _Text, now: datetime) -> Document:
    """Return the run's document with the run's text: made, or given the text, by the first publication."""
    if run.document_id is None:
        document = documents.new_document(session, run.region_id, run.sha256, run.form, now)
        run.document_id = document.id
    else:
        document = require(session, Document, run.document_id, _("Dieses Dokument gibt es nicht."))
    if document.wording_sha256 == run.sha256:
        return document
    session.execute(delete(Passage).where(col(Passage.document_id) == document.id))
    columns = ("position", "kind", "text", "section", "page", "line_start", "line_end", "char_start", "char_end", "lines")
    wordings.insert_rows(
        session, Passage, [{"document_id": document.id, **{name: getattr(p, name) for name in columns}} for p in text.passages]
    )
    document.wording_sha256 = run.sha256
    session.add(document)
    return document


def _update_known(
    session: Session, rows: Iterable[Candidate], text: _Text, clerk: int, now: datetime
) -> tuple[list[Commitment], list[Change]]:
    """Give the commitments that were there their new place and wording; returns those found by other words now, and all changes.

    A commitment whose place in the new text is not known keeps its wording and loses its place.
    """
    known = {cast(int, row.commitment_id): row for row in rows if row.change != "new" and row.state != "published"}
    changed, changes = [], []
    for commitment in session.exec(select(Commitment).where(col(Commitment.id).in_(known)).with_for_update()):
        row = known[cast(int, commitment.id)]
        commitment.changes += 1
        if row.state == "rejected" or row.change == "gone":
            commitment.char_start = None
            commitment.context_before = commitment.context_after = ""
        else:
            text.place(commitment, row)
        if row.state == "accepted":
            if row.change != "unchanged":
                before = (commitment.wording or "") if row.change != "moved" else ""
                changes.append(Change(cast(int, commitment.id), row.change, before, row.changes_meaning))
            if row.change == "reworded":
                _reword(session, commitment, row, clerk, now)
                changed.append(commitment)
            elif row.change != "gone":  # the same words, perhaps with other signs between them
                commitment.wording = row.quote
            elif row.change == "gone" and commitment.state == "published":
                commitment.state = "archived"
                body = "Diese Zusage steht in der neuen Fassung des Dokuments nicht mehr."
                history.record(session, commitment, "archived", now, account_id=clerk, body=body, only_its_followers=True)
            row.state = "published"
            session.add(row)
        session.add(commitment)
    session.flush()
    return changed, changes


def _reword(session: Session, commitment: Commitment, row: Candidate, clerk: int, now: datetime) -> None:
    """Take over a new wording; the old one stays readable in the history. Plain words stay unless there are new ones."""
    old, plain = commitment.wording or commitment.title, commitment.plain
    title, summary = row.title or commitment.title, row.summary or commitment.summary
    if not plain and not row.title:
        title = anchors.beginning(row.quote, rules.TITLE_LIMIT)
    revision = service.replace_words(
        session, commitment, title, summary, now,
        account_id=clerk, note="Neue Fassung des Dokuments", changes_meaning=row.changes_meaning,
    )  # fmt: skip
    revision.wording = commitment.wording
    commitment.plain = plain or bool(row.title and row.summary)
    commitment.wording, commitment.wording_hashes = row.quote, list(anchors.sentence_hashes(row.quote))
    if row.committee_id is not None or row.topic != commitment.topic:
        commitment.committee_id = row.committee_id or _committees(session, commitment.region_id).get(row.topic)
    commitment.kind, commitment.topic = row.kind, row.topic
    body = "Im Dokument stand bisher: „{wording}“".format(wording=" ".join(old.split()))
    if row.changes_meaning:
        body += "\n\n" + "Der Inhalt ist ein anderer. Darum wird neu abgestimmt; die bisherigen Stimmen bleiben beim alten Wortlaut."
    source = "Neue Fassung des Dokuments"
    history.record(session, commitment, "revision", now, account_id=clerk, body=body, source=source, only_its_followers=True)


def _create(session: Session, document: Document, fresh: Sequence[Candidate], text: _Text, now: datetime) -> list[Commitment]:
    """Make a commitment of each accepted candidate, in the document's order."""
    region = require(session, Region, document.region_id, _("Diese Region gibt es hier nicht."))
    committees = _committees(session, document.region_id)
    prefix = f"{region.slug}-{documents.year_of(document) or document.slug}"
    number = _highest(session, prefix)
    created = []
    for row in fresh:
        number += 1
        commitment = Commitment(
            slug=f"{prefix}-{number:03d}",
            region_id=document.region_id,
            document_id=cast(int, document.id),
            position=document.position * documents.POSITIONS,
            topic=row.topic,
            kind=row.kind,
            committee_id=row.committee_id or committees.get(row.topic),
            title=row.title or anchors.beginning(row.quote, rules.TITLE_LIMIT),
            summary=row.summary,
            plain=bool(row.title and row.summary),
            wording=row.quote,
            wording_hashes=list(anchors.sentence_hashes(row.quote)),
            confidence=row.confidence if row.confidence is not None else 1.0,
            created_at=now,
        )
        text.place(commitment, row)
        session.add(commitment)
        created.append(commitment)
    session.flush()
    for row, commitment in zip(fresh, created, strict=True):
        row.state, row.commitment_id = "published", commitment.id
        session.add(row)
    session.flush()
    return created


def _committees(session: Session, region_id: int) -> dict[str, int]:
    """Return topic → the committee that deals with it."""
    return {t: cast(int, c.id) for c in session.exec(select(Committee).where(Committee.region_id == region_id)) for t in c.topics}


def _renumber(session: Session, document: Document) -> None:
    """Put the document's commitments into its order, however many publications brought them."""
    every = session.exec(select(Commitment).where(Commitment.document_id == document.id)).all()
    first = document.position * documents.POSITIONS
    in_order = sorted(every, key=lambda c: (c.char_start is None, c.char_start or 0, c.position, c.id or 0))
    for position, commitment in enumerate(in_order, first + 1):
        if commitment.position != position:
            commitment.position = position
            session.add(commitment)
    session.flush()


def _highest(session: Session, prefix: str) -> int:
    slugs: Sequence[str] = session.exec(select(Commitment.slug).where(col(Commitment.slug).startswith(f"{prefix}-", autoescape=True))).all()
    numbers = [slug.removeprefix(f"{prefix}-") for slug in slugs]
    return max((int(number) for number in numbers if number.isdigit()), default=0)
