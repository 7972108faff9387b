"""Official records of a region for a county's archive: what was promised, answered, recommended, decided and reported, and nothing else.

Never in it: votes, comments, accounts, sign-ins, drafts, cases of moderation, nor who in office wrote what. Each folder is a bag
(BagIt, RFC 8493) whose manifest holds the SHA-256 of every file. Made twice from the same state it is the same to the byte.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from beteiligung.catalogue.models import Commitment, Document, HistoryEntry, Passage
from beteiligung.catalogue.queries import document_kind_label, place_parts
from beteiligung.catalogue.status_words import STATUS_NAMES
from beteiligung.catalogue.topics import by_slug
from beteiligung.council import recommendation_queries as council
from beteiligung.council.recommendation_words import ANSWER
from beteiligung.files import own_folder, write_whole
from beteiligung.places.models import Region
from beteiligung.reporting import queries as reports
from beteiligung.reporting.formats import as_pdf
from beteiligung.reporting.formats.registry import FORMATS, file_name
from beteiligung.reporting.models import Report, ReportFile
from beteiligung.resolutions import queries as resolutions
from beteiligung.text.spreadsheets import table
from beteiligung.web.markdown import render_markdown
from beteiligung.web.pdf import font, to_pdf
from beteiligung.web.render import render

_KINDS = {"answer": "Stellungnahme", "status": "Umsetzungsstand"}
_STATES = {"published": "veröffentlicht", "archived": "archiviert"}
_OFFICIAL = tuple(_KINDS)
"""Entries of a commitment's history that the administration has spoken."""
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Records:
    """Files of one region by their path below `data/`, and what a person should know of them."""

    region: str
    as_of: datetime
    """When the newest of the records was made."""
    files: dict[str, bytes]


def records(session: Session, region: Region) -> Records:
    """Return all official records of a region. Raises PdfError."""
    documents = list(
        session.execute(
            select(Document).where(col(Document.region_id) == region.id).order_by(col(Document.position), col(Document.id))
        ).scalars()
    )
    commitments = list(
        session.execute(
            select(Commitment)
            .where(col(Commitment.region_id) == region.id, col(Commitment.state).in_(("published", "archived")))
            .order_by(col(Commitment.position), col(Commitment.id))
        ).scalars()
    )
    by_id = {one.id: one for one in commitments}
    entries = [
        entry
        for entry in session.execute(
            select(HistoryEntry)
            .join(Commitment, col(Commitment.id) == col(HistoryEntry.commitment_id))
            .where(col(Commitment.region_id) == region.id, col(HistoryEntry.kind).in_(_OFFICIAL))
            .order_by(col(HistoryEntry.happened_on), col(HistoryEntry.id))
        ).scalars()
        if entry.commitment_id in by_id
    ]
    recommended = sorted(council.adopted(session, region_slug=region.slug), key=lambda one: one.number)
    decided = resolutions.decisions(session, region_id=region.id)
    files = dict(_tables(documents, commitments, by_id, entries, recommended, decided))
    files |= dict(_texts(session, region, documents, commitments, entries))
    files["beschluesse-und-empfehlungen.pdf"] = _pdf(region, "decided", {"recommended": recommended, "decided": decided})
    made = [entry.created_at for entry in entries] + [one.created_at for one in (*commitments, *decided)]
    for name, content, published in _reports(session, region):
        files[name] = content
        made.append(published)
    return Records(region.slug, max(made, default=_EARLIEST), files)


def _pdf(region: Region, part: str, context: dict[str, Any]) -> bytes:
    frame = {"region": region, "part": part, "font": font(400), "bold": font(600), "md": render_markdown, "status_names": STATUS_NAMES}
    return to_pdf(render("print/records.html", **frame, **context), "pdf/a-2a")


def _tables(
    documents: Sequence[Document],
    commitments: Sequence[Commitment],
    by_id: dict[int | None, Commitment],
    entries: Sequence[HistoryEntry],
    recommended: Sequence[council.Adopted],
    decided: Sequence[resolutions.Decision],
) -> Iterator[tuple[str, bytes]]:
    of = {one.id: one.slug for one in documents}
    yield _table(
        "dokumente.csv",
        ("Kennung", "Titel", "Art", "Von wem", "Von", "Bis", "Fundstelle", "SHA-256 des Originals"),
        [
            (d.slug, d.title, document_kind_label(d.kind), d.author, d.term_start, d.term_end, d.source_url, d.wording_sha256)
            for d in documents
        ],
    )
    yield _table(
        "zusagen.csv",
        ("Kennung", "Dokument", "Stelle", "Titel", "Zusammenfassung", "Wortlaut", "Thema", "Umsetzungsstand", "Zustand"),
        [
            (
                c.slug,
                of.get(c.document_id),
                ", ".join(place_parts(c)),
                c.title,
                c.summary,
                c.wording,
                topic.name if (topic := by_slug(c.topic)) else c.topic,
                STATUS_NAMES[c.status](),
                _STATES[c.state],
            )
            for c in commitments
        ],
    )
    yield _table(
        "stellungnahmen.csv",
        ("Zusage", "Titel", "Art", "Tag", "Stand", "Text", "Quelle", "Adresse der Quelle"),
        [
            (
                by_id[e.commitment_id].slug,
                by_id[e.commitment_id].title,
                _KINDS[e.kind],
                e.happened_on,
                STATUS_NAMES[e.status]() if e.status else "",
                e.body,
                e.source,
                e.source_url,
            )
            for e in entries
        ],
    )
    yield _table(
        "empfehlungen.csv",
        ("Nummer", "Titel", "Text", "Zu", "Beschlossen am", "Antwort fällig am", "Beantwortet am", "Art der Antwort", "Antwort"),
        [
            (
                r.number,
                r.title,
                r.text,
                ", ".join(one.slug for one in r.about),
                r.adopted_on,
                r.answer_due,
                r.answered_on,
                ANSWER[r.answer_kind]() if r.answer_kind else "",
                r.answer,
            )
            for r in recommended
        ],
    )
    yield _table(
        "beschluesse.csv",
        ("Tag", "Gremium", "Was", "Worüber", "Titel", "TOP", "Vorlage", "Niederschrift", "Anmerkung", "Berichtigung"),
        [
            (d.decided_on, d.body, d.words, d.what, d.title, d.item, d.paper, d.minutes_url, d.note, d.reason)
            for one in decided
            for d in (one, *one.earlier)
        ],
    )


def _table(name: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[str, bytes]:
    return name, table(head, rows)


def _texts(
    session: Session, region: Region, documents: Sequence[Document], commitments: Sequence[Commitment], entries: Sequence[HistoryEntry]
) -> Iterator[tuple[str, bytes]]:
    """One PDF for each document: its wording, then each commitment with what the administration said."""
    said: dict[int, list[HistoryEntry]] = {}
    for entry in entries:
        said.setdefault(entry.commitment_id, []).append(entry)
    for document in documents:
        passages = session.execute(
            select(col(Passage.kind), col(Passage.text)).where(col(Passage.document_id) == document.id).order_by(col(Passage.position))
        ).all()
        own = [(one, ", ".join(place_parts(one)), said.get(one.id or 0, [])) for one in commitments if one.document_id == document.id]
        context = {"document": document, "kind": document_kind_label(document.kind), "passages": passages, "commitments": own}
        yield f"dokumente/{document.slug}.pdf", _pdf(region, "document", context)


def _reports(session: Session, region: Region) -> Iterator[tuple[str, bytes, datetime]]:
    """Each version of each published report, as PDF/A and as the files that were published."""
    numbers = session.execute(
        select(col(Report.number))
        .where(col(Report.region_id) == region.id, col(Report.published_at).is_not(None))
        .order_by(col(Report.number))
    ).scalars()
    for number in list(numbers):
        newest = reports.version(session, region.id or 0, number or 0)
        for correction in range(newest.newest + 1):
            found = reports.version(session, region.id or 0, number or 0, correction)
            for known in FORMATS:
                name = f"berichte/{file_name(known, number or 0, correction)}"
                if known.key == "pdf":
                    yield name, to_pdf(as_pdf.html(found.data), "pdf/a-2a"), found.published_at
                elif known.key in found.files:
                    yield name, session.get_one(ReportFile, (found.report_id, correction, known.key)).content, found.published_at
                else:  # the worker has not got to it yet: an archive that looks complete has to be
                    yield name, known.render(found.data), found.published_at


def write_bag(found: Records, folder: Path) -> int:
    """Write records as a bag into an empty folder; returns the number of files in `data/`. Raises FileExistsError."""
    own_folder(folder)
    if any(folder.iterdir()):
        raise FileExistsError(folder)
    for name, content in found.files.items():
        path = folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, content)
    size, number = sum(map(len, found.files.values())), len(found.files)
    info = f"Source-Organization: {found.region}\nExternal-Identifier: beteiligung {found.region} {found.as_of.date()}\n"
    tags = {
        "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": f"{info}Payload-Oxum: {size}.{number}\n",
        "manifest-sha256.txt": "".join(
            f"{hashlib.sha256(content).hexdigest()}  data/{name}\n" for name, content in sorted(found.files.items())
        ),
    }
    tags["tagmanifest-sha256.txt"] = "".join(
        f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in sorted(tags.items())
    )
    for name, text in tags.items():
        write_whole(folder / name, text.encode())
    return number
