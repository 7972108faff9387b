"""Who may do what to a report, and what may be typed. Pure: no Session, no clock.

Every `why_not_…` returns None where the thing is allowed, else a German sentence that says why not.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from beteiligung.catalogue.rules import Quiet, is_quiet
from beteiligung.i18n import _

LINE_LENGTH = 200
FOREWORD_LENGTH = 8_000
ANSWER_LENGTH = 4_000
REASON_LENGTH = 1_000
MOST_COMMITTEES = 4
MOST_ANSWERS = 20


@dataclass(frozen=True)
class Person:
    """Somebody signed in, as this room needs to know them in one region."""

    account_id: int
    clerk: bool
    """Works for the region's administration."""


@dataclass(frozen=True)
class Progress:
    """How far a report is, and who had a hand in it. `drafted_by` is None once the account is gone, or for drafts by the clock."""

    state: str
    drafted_by: int | None
    writers: Collection[int]
    """Everybody who wrote foreword or answers, not only the last."""
    edited: bool
    """Whether anybody has written foreword and answers."""


def may_draft(person: Person) -> bool:
    """Whether this person may have a report made: the administration of the region."""
    return person.clerk


def why_not_draft(person: Person) -> str | None:
    """Say why this person may not have a report made."""
    return None if may_draft(person) else _("Berichte entwirft die Verwaltung dieser Region.")


def why_not_write(person: Person, state: str) -> str | None:
    """Say why this person may not write foreword and answers now."""
    if not person.clerk:
        return _("Vorwort und Antworten schreibt die Verwaltung dieser Region.")
    if state == "computing":
        return _("Die Zahlen werden noch zusammengestellt.")
    return None if state == "prepared" else _("Dieser Bericht ist freigegeben. An ihm ändert sich nichts mehr.")


def why_not_release(person: Person, progress: Progress) -> str | None:
    """Say why this person may not release a report: it takes a second person beside those who drafted it and wrote its words."""
    if not person.clerk:
        return _("Berichte gibt die Verwaltung dieser Region frei.")
    if progress.state != "prepared":
        return _("Dieser Bericht kann jetzt nicht freigegeben werden.")
    if not progress.edited:
        return _("Zuerst schreibt jemand das Vorwort. Danach gibt eine andere Person frei.")
    if person.account_id == progress.drafted_by or person.account_id in progress.writers:
        return _("Sie haben an diesem Bericht mitgeschrieben. Freigeben muss ihn eine zweite Person.")
    return None


def may_release(person: Person, progress: Progress) -> bool:
    """Whether this person may release the report now."""
    return why_not_release(person, progress) is None


def why_not_publish(person: Person, state: str, region: Quiet, today: date) -> str | None:
    """Say why this person may not publish a report now: nobody does before it is released or in the quiet period."""
    if not person.clerk:
        return _("Berichte veröffentlicht die Verwaltung dieser Region.")
    if state == "published":
        return _("Dieser Bericht ist schon veröffentlicht.")
    if state != "released":
        return _("Erst gibt eine zweite Person den Bericht frei.")
    if is_quiet(region, today):
        return _("In der Ruhezeit vor einer Wahl wird kein Bericht veröffentlicht.")
    return None


def may_publish(person: Person, state: str, region: Quiet, today: date) -> bool:
    """Whether this person may publish the report today."""
    return why_not_publish(person, state, region, today) is None


def why_not_discard(person: Person, state: str) -> str | None:
    """Say why this person may not throw a report away: nobody may once it is published."""
    if not person.clerk:
        return _("Berichte verwirft die Verwaltung dieser Region.")
    if state == "published":
        return _("Ein veröffentlichter Bericht bleibt. Fehler werden durch eine Berichtigung behoben.")
    return _("Dieser Bericht ist schon verworfen.") if state == "discarded" else None


def why_not_correct(person: Person, state: str) -> str | None:
    """Say why this person may not correct a report: only what is published is corrected, drafts are made anew."""
    if not person.clerk:
        return _("Berichte berichtigt die Verwaltung dieser Region.")
    return None if state == "published" else _("Berichtigt wird nur, was veröffentlicht ist.")


def why_not_correct_words(person: Person, state: str, region: Quiet, today: date) -> str | None:
    """Say why this person may not correct the foreword now: new words are no publication in the quiet period, wrong figures are mended."""
    if why := why_not_correct(person, state):
        return why
    if is_quiet(region, today):
        return _("In der Ruhezeit vor einer Wahl wird das Vorwort nicht geändert. Falsche Zahlen können Sie berichtigen.")
    return None


def may_read(state: str) -> bool:
    """Whether everybody may read a report."""
    return state == "published"


def may_quote(*, consent: bool, visible: bool, same_words: bool) -> bool:
    """Whether a quote may stand: its author consents, the comment can be seen, and it still says what is quoted."""
    return consent and visible and same_words


# What may be typed


def check_draft(
    body: str, subject: str, paper_number: str, period: tuple[date | None, date | None], today: date, unknown: Collection[str]
) -> dict[str, str]:
    """Return field → what is wrong with a wanted report. `unknown`: committees or topics that the region does not have."""
    errors: dict[str, str] = {}
    too_long = _("Höchstens {number} Zeichen sind möglich.").format(number=LINE_LENGTH)
    if not body:
        errors["body"] = _("Bitte geben Sie an, an wen der Bericht geht.")
    errors |= {
        name: too_long for name, value in (("body", body), ("subject", subject), ("paper_number", paper_number)) if len(value) > LINE_LENGTH
    }
    since, until = period
    if since is None:
        errors.setdefault("since", _("Bitte schreiben Sie den Tag so: 30.11.2026."))
    if until is None:
        errors.setdefault("until", _("Bitte schreiben Sie den Tag so: 30.11.2026."))
    elif until > today:
        errors["until"] = _("Der letzte Tag liegt in der Zukunft.")
    elif since is not None and until < since:
        errors["until"] = _("Der letzte Tag liegt vor dem ersten.")
    if unknown:
        errors["committee-1"] = _("Bitte wählen Sie aus der Liste.")
    return errors


def check_words(foreword: str, answers: Collection[tuple[str, str]], titles: Collection[str]) -> dict[str, str]:
    """Return what is wrong with foreword and answers; `titles`: commitments that may be answered."""
    errors: dict[str, str] = {}
    if not foreword:
        errors["foreword"] = _("Bitte schreiben Sie ein Vorwort, auch wenn es kurz ist.")
    elif len(foreword) > FOREWORD_LENGTH:
        errors["foreword"] = _("Das Vorwort ist zu lang. Möglich sind 8.000 Zeichen.")
    for place, (commitment, text) in enumerate(answers, 1):
        if len(text) > ANSWER_LENGTH:
            errors[f"answer-{place}"] = _("Die Antwort ist zu lang. Möglich sind 4.000 Zeichen.")
        if commitment and commitment not in titles:
            errors[f"about-{place}"] = _("Bitte wählen Sie aus der Liste.")
    return errors


def proposed_period(today: date, figures_since: date | None) -> tuple[date, date]:
    """Return first and last day of the period a new report is proposed for: the last whole quarter, or the present one so far.

    The present one where the last has no public figures at its end yet; its last day is yesterday, where there are figures of it.
    """
    _name, since, until = quarter_before(today)
    if figures_since is None or figures_since <= until:
        return since, until
    yesterday = today - timedelta(days=1)
    return until + timedelta(days=1), yesterday if figures_since <= yesterday else today


def quarter_before(day: date) -> tuple[str, date, date]:
    """Return the last whole quarter before a day: its name („2026-3“), first and last day."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    last = first - timedelta(days=1)
    start = date(last.year, 3 * ((last.month - 1) // 3) + 1, 1)
    return f"{start.year}-{(start.month + 2) // 3}", start, last
