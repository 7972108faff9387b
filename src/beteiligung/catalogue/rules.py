"""Who may do what to a commitment, and what may be written. Pure; days and moments are given."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from beteiligung.catalogue.models import DOCUMENT_KINDS, STATUSES
from beteiligung.i18n import _
from beteiligung.web.filters import long_date

TITLE_LIMIT = 90
SUMMARY_LIMIT = 600
NOTE_LIMIT = 500
ANSWER_LIMIT = 8_000
SOURCE_LIMIT = 300
UPLOAD_LIMIT = 20 * 1024 * 1024
"""Bytes of an uploaded document."""
SUFFIXES = (".txt", ".md", ".markdown", ".html", ".htm", ".xhtml", ".docx", ".pdf")
OWN_KINDS = ("strategy", "draft")
"""Documents whose promises are the administration's own."""

_WEB = re.compile(r"https?://[^\s<>\"']{3,2000}")
_CONTROL = re.compile(r"[^\S\n ]|[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Person(Protocol):
    """What the rules ask of whoever is acting; a guest is None."""

    def is_staff_of(self, region_id: int) -> bool:
        """Whether this person is a clerk of the region."""
        ...


class Quiet(Protocol):
    """A region's quiet period before an election, both days included."""

    @property
    def quiet_from(self) -> date | None:
        """The first day, or None where it has no beginning."""
        ...

    @property
    def quiet_until(self) -> date | None:
        """The last day, or None where it has no end."""
        ...


@dataclass(frozen=True)
class StatusSource:
    """Where a status comes from: a text and address, or a resolution with its date and paper number."""

    text: str = ""
    url: str = ""
    decided_on: date | None = None
    paper: str = ""

    @property
    def is_resolution(self) -> bool:
        """Whether date and paper number of a resolution are both given."""
        return self.decided_on is not None and bool(self.paper.strip())

    @property
    def label(self) -> str:
        """The source in one line, as the history shows it."""
        parts = []
        if self.decided_on is not None and self.paper.strip():
            parts.append(_("Beschluss vom {day}, Vorlage {paper}").format(day=long_date(self.decided_on), paper=self.paper.strip()))
        if self.text.strip():
            parts.append(self.text.strip())
        return "; ".join(parts)


def may_administer(person: Person | None, region_id: int) -> bool:
    """Whether somebody may edit words, answer, set a status, archive and import in a region: its clerks only."""
    return person is not None and person.is_staff_of(region_id)


def may_review_import(person: Person | None, region_id: int) -> bool:
    """Whether somebody may look at what was recognised in a file and decide about it: the region's clerks only."""
    return may_administer(person, region_id)


def may_publish_import(person: Person | None, region_id: int) -> bool:
    """Whether somebody may publish what was accepted of a file: the region's clerks only."""
    return may_administer(person, region_id)


def is_kept_without_review(has_catalogue: bool, known_sha256: str | None, sha256: str, described: bool) -> bool:
    """Whether a file only gives its wording to what a document's entries tell in plain words.

    True for the originals that data/regions describes, and for the first file of a document with such entries or
    the same one again. Any other file is reviewed.
    """
    return described or (has_catalogue and known_sha256 in (None, sha256))


def is_quiet(region: Quiet, day: date) -> bool:
    """Whether the day lies in the region's quiet period."""
    if region.quiet_from is None and region.quiet_until is None:
        return False
    return (region.quiet_from is None or region.quiet_from <= day) and (region.quiet_until is None or day <= region.quiet_until)


def is_own(document_kind: str) -> bool:
    """Whether a document is the administration's own, so that it may judge how far it has come."""
    return document_kind in OWN_KINDS


def why_not_set_status(document_kind: str, source: StatusSource) -> str | None:
    """Return why this source does not carry a status for this kind of document, or None where it does."""
    if (source.decided_on is None) != (not source.paper.strip()):
        return _("Ein Beschluss braucht beides: das Datum und die Nummer der Vorlage.")
    if not is_own(document_kind) and not source.is_resolution:
        return _(
            "Dieses Dokument stammt nicht von der Verwaltung. Den Stand dürfen Sie nur mit einem Beschluss als Quelle setzen. "
            "Bitte geben Sie sein Datum und die Nummer der Vorlage an. Antworten dürfen Sie immer."
        )
    if not source.label:
        return _("Bitte geben Sie an, woher der Stand bekannt ist.")
    return None


def one_line(typed: str) -> str:
    """Return a title or source as one line with simple spaces."""
    return " ".join(_CONTROL.sub(" ", typed).split())


def tidy(typed: str) -> str:
    """Return a longer text without control characters, with plain line ends and no space around it."""
    return _CONTROL.sub(" ", typed.replace("\r\n", "\n").replace("\r", "\n")).strip()


def check_words(title: str, summary: str, note: str = "") -> dict[str, str]:
    """Return field → what is wrong with a title and summary in plain words; empty where all is well."""
    errors: dict[str, str] = {}
    if not title:
        errors["title"] = _("Bitte geben Sie einen Titel ein.")
    elif len(title) > TITLE_LIMIT:
        errors["title"] = _("Der Titel hat {count} Zeichen. Höchstens {limit} sind möglich.").format(count=len(title), limit=TITLE_LIMIT)
    if not summary:
        errors["summary"] = _("Bitte sagen Sie in ein bis drei kurzen Sätzen, was geplant ist.")
    elif len(summary) > SUMMARY_LIMIT:
        errors["summary"] = _("Die Zusammenfassung hat {count} Zeichen. Höchstens {limit} sind möglich.").format(
            count=len(summary), limit=SUMMARY_LIMIT
        )
    errors |= check_note(note)
    return errors


def check_candidate_words(title: str, summary: str) -> dict[str, str]:
    """Return what is wrong with the plain words of a candidate: none are needed, but no summary without a title."""
    if not title and not summary:
        return {}
    errors = check_words(title, summary)
    if not summary:
        errors.pop("summary", None)
    return errors


def check_note(note: str) -> dict[str, str]:
    """Return what is wrong with the reason given for a change."""
    return {"note": _("Die Begründung ist zu lang. Höchstens {limit} Zeichen.").format(limit=NOTE_LIMIT)} if len(note) > NOTE_LIMIT else {}


def check_answer(body: str) -> dict[str, str]:
    """Return what is wrong with an official answer (small Markdown, 1 to 8,000 characters)."""
    if not body:
        return {"body": _("Bitte schreiben Sie eine Stellungnahme.")}
    if len(body) > ANSWER_LIMIT:
        return {"body": _("Der Text hat {count} Zeichen. Höchstens {limit} sind möglich.").format(count=len(body), limit=ANSWER_LIMIT)}
    return {}


def check_status(status: str, since: date | None, source: StatusSource, today: date) -> dict[str, str]:
    """Return what is wrong with a status, the day since when it holds, and its source, whatever the document."""
    errors: dict[str, str] = {}
    if status not in STATUSES:
        errors["status"] = _("Bitte wählen Sie einen Stand.")
    if since is None:
        errors["since"] = _("Bitte geben Sie an, seit wann der Stand gilt (Tag, Monat, Jahr).")
    elif since > today:
        errors["since"] = _("Dieser Tag liegt in der Zukunft.")
    if source.decided_on is not None and source.decided_on > today:
        errors["decided_on"] = _("Dieser Tag liegt in der Zukunft.")
    if max(len(source.text), len(source.paper)) > SOURCE_LIMIT:
        errors["source"] = _("Die Quelle ist zu lang. Höchstens {limit} Zeichen.").format(limit=SOURCE_LIMIT)
    if source.url and not _WEB.fullmatch(source.url):
        errors["source_url"] = _("Eine Webadresse beginnt mit https://")
    return errors


def check_document_form(form: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with what a clerk says of a new document."""
    errors: dict[str, str] = {}
    for field, limit in (("title", 200), ("author", 200), ("first_line", 120)):
        value = str(form.get(field) or "")
        if not value:
            errors[field] = _("Bitte füllen Sie dieses Feld aus.")
        elif len(value) > limit:
            errors[field] = _("Höchstens {limit} Zeichen sind möglich.").format(limit=limit)
    if form.get("kind") not in DOCUMENT_KINDS:
        errors["kind"] = _("Bitte wählen Sie, was für ein Dokument das ist.")
    years = [form.get(field) for field in ("term_start", "term_end")]
    for field, year in zip(("term_start", "term_end"), years, strict=True):
        if year is not None and (not isinstance(year, int) or not 1945 <= year <= 2100):
            errors[field] = _("Bitte geben Sie eine Jahreszahl ein.")
    if not errors and years[0] and years[1] and years[1] < years[0]:
        errors["term_end"] = _("Das Ende liegt vor dem Anfang.")
    return errors
