"""What a clerk does that touches more than one room: answering a resident, taking in a file. Owns no table."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlmodel import Session

from beteiligung import audit
from beteiligung.administration import queries
from beteiligung.catalogue import documents, imports, rules
from beteiligung.catalogue.uploads import Upload
from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.participation import comments
from beteiligung.participation.models import Comment
from beteiligung.places.queries import RegionFacts

_DAY = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})")
_TERM = re.compile(r"(\d{4})(?:\s*(?:[-–—]|bis)\s*(\d{4}))?")


def reply_to_question(session: Session, clerk_account_id: int, region: RegionFacts, comment_id: int, body: str, now: datetime) -> Comment:
    """Answer a resident's thread officially (small Markdown, 4,000 characters). Their words and votes stay as they are.

    Raises NotFound (also for a comment of another region), Forbidden, and Invalid with `fields` („body“).
    """
    queries.question(session, region, comment_id)
    try:
        reply = comments.official_reply(session, clerk_account_id, comment_id, body, now)
    except Invalid as error:
        raise Invalid(error.message, {"body": error.fields.get("text", error.message)}) from error
    audit.record(
        session, "comment.answered", str(comment_id), now, account_id=clerk_account_id, region_id=region.id, reply=cast(int, reply.id)
    )
    return reply


def start_import(session: Session, clerk_account_id: int, region_id: int, upload: Upload, facts: Mapping[str, Any], now: datetime) -> int:
    """Queue a stored file for import; returns the run's number. `facts` come from `document_facts`. Raises Forbidden."""
    return cast(int, imports.create_run(session, region_id, upload, facts, clerk_account_id, now).id)


def document_facts(typed: Mapping[str, str], region_slug: str, sha256: str, known_slugs: frozenset[str]) -> dict[str, Any]:
    """Return what is to be known of the document of a file, as `imports.create_run` takes it.

    A file that data/regions describes needs nothing; else the clerk chose one of the region's documents
    (`document`) or said what a new one is. Raises Invalid with `fields`.
    """
    if documents.described_files().get(sha256, ("", ""))[0] == region_slug:
        return {}
    if slug := typed.get("document", ""):
        if slug not in known_slugs:
            raise Invalid(_("Dieses Dokument gibt es nicht mehr."), {"document": _("Bitte wählen Sie ein Dokument.")})
        return {"slug": slug}
    facts: dict[str, Any] = {key: rules.one_line(typed.get(key, "")) for key in ("title", "kind", "author", "first_line")}
    term = rules.one_line(typed.get("term", ""))
    years = _TERM.fullmatch(term)
    facts["term_start"] = int(years[1]) if years else None
    facts["term_end"] = int(years[2]) if years and years[2] else None
    if not years:
        day = _DAY.fullmatch(term)
        facts["dated"] = f"{day[3]}-{int(day[2]):02d}-{int(day[1]):02d}" if day else term[:40]
    facts["not_resolution"] = facts["kind"] != "resolution"
    errors = rules.check_document_form(facts)
    for key in ("term_start", "term_end"):
        if key in errors:
            errors["term"] = errors.pop(key)
    if errors:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingabe ist noch da."), errors)
    return facts
