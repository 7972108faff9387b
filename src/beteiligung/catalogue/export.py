"""A region's commitments back as a catalogue file, without loss; and what a load would change."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from beteiligung.catalogue import plain
from beteiligung.catalogue.models import Commitment, Document
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.places.models import Committee, Region

HEAD = "# The commitments of one document in plain words; the wording itself is not shipped."
_ORDER = (
    "id",
    "document",
    "title",
    "summary",
    "plain",
    "topic",
    "committee",
    "kind",
    "actor",
    "deadline",
    "figures",
    "sdg",
    "chapter",
    "section",
    "page",
    "line_start",
    "line_end",
    "printed_lines",
    "location",
    "wording_differs_from",
    "wording_hashes",
)
"""Keys of an entry in the order of a file."""
_ALWAYS = ("title", "topic", "kind")
_IF_ANY = ("actor", "deadline", "figures", "sdg", "chapter", "section", "page", "location", "wording_differs_from", "wording_hashes")


@dataclass(frozen=True)
class Change:
    """What happens to an entry: `kind` is "+" (new or back), "-" (archived) or "~"; `fields` are (name, before, after)."""

    kind: str
    id: str
    fields: tuple[tuple[str, Any, Any], ...] = ()

    def __str__(self) -> str:
        """Return it for the command line: a line, and one more for each field."""
        lines = [f"{name}: {_shown(before)} → {_shown(after)}" for name, before, after in self.fields]
        return "\n    ".join([f"{self.kind} {self.id}", *lines])


def _shown(value: Any) -> str:
    return "nothing" if value in (None, "", []) else json.dumps(value, ensure_ascii=False)


def entries_of(session: Session, region_slug: str) -> list[dict[str, Any]]:
    """Return a region's published commitments as entries of a catalogue file, in the document's order. Raises NotFound.

    Status, answers, comments and votes are no part of the catalogue. Line numbers of a file whose lines
    are not printed are left out: an import finds them again. Two statements.
    """
    region = session.exec(select(Region).where(Region.slug == region_slug)).first()
    if region is None:
        raise NotFound(_("Die Region {slug} gibt es hier nicht.").format(slug=region_slug))
    committees = session.exec(select(Committee).where(Committee.region_id == region.id)).all()
    rows = session.exec(
        select(Commitment, Document.slug)
        .join(Document, col(Document.id) == Commitment.document_id)
        .where(Commitment.region_id == region.id, Commitment.state == "published")
        .order_by(col(Commitment.position), col(Commitment.id))
    )
    return [_entry(commitment, document, committees) for commitment, document in rows]


def _entry(commitment: Commitment, document: str, committees: Sequence[Committee]) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": commitment.slug, "document": document}
    entry |= {key: getattr(commitment, key) for key in _ALWAYS}
    entry |= {key: value for key in _IF_ANY if (value := getattr(commitment, key)) not in (None, "", [])}
    if commitment.summary:
        entry["summary"] = commitment.summary
    if not commitment.plain:
        entry["plain"] = False
    if commitment.printed_lines:
        lines = {"line_start": commitment.line_start, "line_end": commitment.line_end, "printed_lines": True}
        entry |= {key: value for key, value in lines.items() if value is not None}
    named = {c.id: c.slug for c in committees}.get(commitment.committee_id, "")
    usual = next((c.slug for c in reversed(committees) if commitment.topic in c.topics), "")
    if named or usual:  # an empty name says: none, although one deals with the topic
        entry["committee"] = named
    return in_order(entry)


def in_order(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry with its keys as a file has them; unknown ones last."""
    known = {key: entry[key] for key in _ORDER if key in entry}
    return known | {key: value for key, value in entry.items() if key not in known}


def names_in(path: Path) -> list[str]:
    """Return the names that a catalogue file allows in any length (`names`), none where there is no such file."""
    return list(tomllib.loads(path.read_text("utf-8")).get("names", [])) if path.is_file() else []


def render(region_slug: str, entries: Iterable[Mapping[str, Any]], names: Sequence[str] = ()) -> str:
    """Return the text of a catalogue file."""
    head = f"{HEAD}\nregion = {_toml(region_slug)}\n"
    if names:
        head += f"names = {_toml(list(names))}\n"
    blocks = ("".join(f"{key} = {_toml(value)}\n" for key, value in in_order(entry).items()) for entry in entries)
    return head + "".join(f"\n[[entry]]\n{block}" for block in blocks)


def _toml(value: Any) -> str:
    """Write a string, number, truth value or list of them as TOML: JSON, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def changes(session: Session, path: Path, now: datetime) -> list[Change]:
    """Load a file and return what became of its region's entries. The caller rolls back to have looked only."""
    region_slug, _entries = plain.read_catalogue(path)
    before = entries_of(session, region_slug)
    plain.load_catalogue(session, path, now)
    session.flush()
    return compare(before, entries_of(session, region_slug))


def compare(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[Change]:
    """Return the differences between two lists of entries: new ones, archived ones, then changed ones. Pure."""
    old, new = ({entry["id"]: entry for entry in entries} for entries in (before, after))
    found = [Change("+", key, (("title", None, entry["title"]),)) for key, entry in new.items() if key not in old]
    found += [Change("-", key, (("title", entry["title"], None),)) for key, entry in old.items() if key not in new]
    for key in old.keys() & new.keys():
        fields = [name for name in _ORDER if old[key].get(name) != new[key].get(name)]
        if fields:
            found.append(Change("~", key, tuple((name, old[key].get(name), new[key].get(name)) for name in fields)))
    return sorted(found, key=lambda change: ("+-~".index(change.kind), change.id))
