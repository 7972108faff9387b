"""The catalogue in plain words: loading data/catalogue/*.toml.

Loading is idempotent. What a file no longer holds is archived with its discussion, never deleted; what
a clerk has written since is never overwritten by words that the file had before.
"""

import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.catalogue import documents, history, rules, service, wordings
from beteiligung.catalogue.models import KINDS, Commitment, Document, HistoryEntry, Revision
from beteiligung.catalogue.search import index_commitments
from beteiligung.catalogue.topics import by_slug
from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.places.models import Committee, Region

_PLACE = ("section", "chapter", "page", "line_start", "line_end", "printed_lines", "location", "wording_hashes")
_FACTS = ("topic", "kind", "actor", "deadline", "figures", "sdg")
_EMPTY: dict[str, Any] = {"figures": [], "section": [], "wording_hashes": [], "printed_lines": False}


@dataclass(frozen=True)
class LoadResult:
    """How many commitments a load created, changed, left as they were, archived, and published again."""

    created: int
    changed: int
    unchanged: int
    archived: int
    restored: int = 0


def read_catalogue(path: Path) -> tuple[str, list[dict[str, Any]]]:
    """Return (region's slug, entries) of a catalogue file. Raises Invalid naming file and entry where something is wrong."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(_("Die Datei {name} lässt sich nicht lesen: {error}").format(name=path.name, error=error)) from error
    entries = data.get("entry", [])
    if not data.get("region") or not entries:
        raise Invalid(_("In der Datei {name} fehlt oder stimmt nicht: {what}").format(name=path.name, what="region, entry"))
    twice = [key for key, count in Counter(entry.get("id") for entry in entries).items() if count > 1]
    problems = [f"{key}: id" for key in twice] + [f"{e.get('id')}: {what}" for e in entries if (what := _wrong_with(e))]
    if problems:
        raise Invalid(_("In der Datei {name} fehlt oder stimmt nicht: {what}").format(name=path.name, what="; ".join(problems[:10])))
    return data["region"], entries


def _wrong_with(entry: dict[str, Any]) -> str:
    wrong = [key for key in ("id", "document", "title", "summary") if not isinstance(entry.get(key), str) or not entry[key]]
    wrong += list(rules.check_words(str(entry.get("title", "")), str(entry.get("summary", ""))))
    if entry.get("plain") is False:  # exported before anybody has put it in plain words: there is no summary yet
        wrong = [key for key in wrong if key != "summary"]
    if by_slug(str(entry.get("topic"))) is None:
        wrong.append("topic")
    if entry.get("kind") not in KINDS:
        wrong.append("kind")
    return ", ".join(dict.fromkeys(wrong))


def load_catalogue(session: Session, path: Path, now: datetime) -> LoadResult:
    """Bring the commitments of one catalogue file into the database; a second load changes nothing.

    The region must be there; the documents that data/regions describes are loaded first. Raises Invalid
    naming what is wrong. All new commitments together are one event for followers; an edited one is an
    event for those who follow it.
    """
    region_slug, entries = read_catalogue(path)
    region = session.exec(select(Region).where(Region.slug == region_slug)).first()
    if region is None:
        raise Invalid(_("Die Region {slug} gibt es hier nicht.").format(slug=region_slug))
    documents.load_documents(session, now)
    return _Load(session, region, now).run(entries)


class _Load:
    """One file on its way in: what is there already, read once."""

    def __init__(self, session: Session, region: Region, now: datetime) -> None:
        self.session, self.region, self.now = session, region, now
        self.documents = {d.slug: d for d in session.exec(select(Document).where(Document.region_id == region.id))}
        committees = session.exec(select(Committee).where(Committee.region_id == region.id)).all()
        self.committees = {topic: c.id for c in committees for topic in c.topics}
        self.named_committees = {"": None, **{c.slug: c.id for c in committees}}
        self.touched: list[Commitment] = []
        self.reworded: set[int] = set()
        """Documents with an entry that is new or told from another wording."""

    def run(self, entries: list[dict[str, Any]]) -> LoadResult:
        """Create, change, archive; then index what changed and write the events."""
        named = {entry["document"] for entry in entries}
        if unknown := named - self.documents.keys():
            raise Invalid(_("Zu diesen Dokumenten fehlt die Beschreibung: {names}").format(names=", ".join(sorted(unknown))))
        if strangers := {entry["committee"] for entry in entries if "committee" in entry} - self.named_committees.keys():
            raise Invalid(_("Diese Ausschüsse gibt es in der Region nicht: {names}").format(names=", ".join(sorted(strangers))))
        ids = [self.documents[slug].id for slug in named]
        present = {c.slug: c for c in self.session.exec(select(Commitment).where(col(Commitment.document_id).in_(ids)))}
        created: list[Commitment] = []
        counts: Counter[str] = Counter()
        for order, entry in enumerate(entries, 1):
            commitment = present.get(entry["id"])
            if commitment is None:
                created.append(self._create(entry, order))
            else:
                counts[self._change(commitment, entry, order)] += 1
        listed = {entry["id"] for entry in entries}
        for slug, commitment in present.items():
            if slug not in listed and commitment.state == "published" and not self._restored_by_clerk(commitment):
                commitment.state = "archived"
                history.record(self.session, commitment, "archived", self.now, only_its_followers=True)
                counts["archived"] += 1
        if created:
            history.announce(self.session, created, self.now)
        self._follow_up()
        if created or any(counts[key] for key in ("changed", "archived", "restored")):
            detail = {"created": len(created), **{key: counts[key] for key in ("changed", "archived", "restored")}}
            audit.record(self.session, "catalogue.loaded", self.region.slug, self.now, region_id=self.region.id, **detail)
        return LoadResult(len(created), counts["changed"], counts["unchanged"], counts["archived"], counts["restored"])

    def _follow_up(self) -> None:
        """Attach, index and compare what has changed."""
        if not self.touched:
            return
        self.session.flush()
        for document in self.documents.values():
            if document.id in self.reworded:
                wordings.reattach(self.session, document)
        index_commitments(self.session, self.touched)
        service.find_similar_soon(self.session, self.now)

    def _create(self, entry: dict[str, Any], order: int) -> Commitment:
        document = self.documents[entry["document"]]
        values: dict[str, Any] = {key: entry.get(key, _EMPTY.get(key)) for key in (*_PLACE, *_FACTS)}
        commitment = Commitment(
            slug=entry["id"],
            region_id=cast(int, self.region.id),
            document_id=cast(int, document.id),
            position=document.position * documents.POSITIONS + order,
            title=entry["title"],
            summary=entry.get("summary", ""),
            plain=entry.get("plain", True),
            committee_id=self._committee(entry),
            wording_differs_from=entry.get("wording_differs_from", []),
            created_at=self.now,
            **values,
        )
        self.session.add(commitment)
        self.touched.append(commitment)
        self.reworded.add(commitment.document_id)
        return commitment

    def _committee(self, entry: dict[str, Any]) -> int | None:
        """The committee that the entry names (an empty name: none), else the one that deals with its topic."""
        return self.named_committees[entry["committee"]] if "committee" in entry else self.committees.get(entry["topic"])

    def _change(self, commitment: Commitment, entry: dict[str, Any], order: int) -> str:
        """Bring one commitment to what its entry says; returns changed, unchanged or restored."""
        place = {key: entry[key] for key in _PLACE if key in entry}  # what an import found stays where the file says nothing
        document = self.documents[entry["document"]]
        place |= {"document_id": document.id, "position": document.position * documents.POSITIONS + order}
        place["wording_differs_from"] = entry.get("wording_differs_from", [])
        moved = _set(commitment, place)
        facts = _set(commitment, {key: entry.get(key, _EMPTY.get(key)) for key in _FACTS})
        if "wording_hashes" in moved:
            self.reworded.add(commitment.document_id)
        if "topic" in facts or "committee" in entry:
            moved |= _set(commitment, {"committee_id": self._committee(entry)})
        words = (entry["title"], entry.get("summary", ""))
        edited = words != (commitment.title, commitment.summary) and self._is_new(commitment, words)
        restored = commitment.state == "archived" and self._archived_by_load(commitment)
        if edited:
            service.replace_words(self.session, commitment, *words, self.now)
        if restored:
            commitment.state = "published"
            history.record(self.session, commitment, "restored", self.now, only_its_followers=True)
        if edited or facts:
            body = _("Angaben berichtigt: {names}").format(names=_fact_names(facts)) if facts else ""
            history.record(self.session, commitment, "revision", self.now, body=body, only_its_followers=True)
        if edited or facts or moved:
            self.touched.append(commitment)
        if restored:
            return "restored"
        return "changed" if edited or facts else "unchanged"

    def _is_new(self, commitment: Commitment, words: tuple[str, str]) -> bool:
        """Whether the file was edited, rather than the commitment by a clerk after the file was loaded."""
        revisions = self.session.exec(
            select(Revision).where(Revision.commitment_id == commitment.id).order_by(col(Revision.number).desc())
        ).all()
        if not revisions or not revisions[0].by_clerk:
            return True
        return words not in {(revision.title, revision.summary) for revision in revisions}

    def _moved_last(self, commitment: Commitment) -> HistoryEntry | None:
        return self.session.exec(
            select(HistoryEntry)
            .where(HistoryEntry.commitment_id == commitment.id, col(HistoryEntry.kind).in_(("archived", "restored")))
            .order_by(col(HistoryEntry.id).desc())
            .limit(1)
        ).first()

    def _archived_by_load(self, commitment: Commitment) -> bool:
        last = self._moved_last(commitment)
        return last is not None and last.kind == "archived" and not last.by_clerk

    def _restored_by_clerk(self, commitment: Commitment) -> bool:
        last = self._moved_last(commitment)
        return last is not None and last.kind == "restored" and last.by_clerk


def _fact_names(facts: set[str]) -> str:
    names = {
        "topic": _("Thema"),
        "kind": _("Art"),
        "actor": _("Zuständigkeit"),
        "deadline": _("Frist"),
        "figures": _("Zahlen"),
        "sdg": _("UN-Ziel"),
    }
    return ", ".join(name for key, name in names.items() if key in facts)


def _set(commitment: Commitment, values: dict[str, Any]) -> set[str]:
    """Set what differs; returns the names of the fields."""
    different = {key for key, value in values.items() if getattr(commitment, key) != value}
    for key in different:
        setattr(commitment, key, values[key])
    return different
