"""Numbered corrections of published reports: quotes that are blacked out, and errors that the administration finds.

A correction never touches what was published before, with one exception: words of a quote go from every version, and the files made
of them. The digests hold all the same, since they cover a quote's seal and not its words.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists
from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.catalogue.rules import one_line, tidy
from beteiligung.clock import berlin_date
from beteiligung.errors import Conflict, Invalid, NotFound, allow
from beteiligung.i18n import _
from beteiligung.jobs import Job, enqueue
from beteiligung.participation.models import Comment
from beteiligung.places.models import Region
from beteiligung.reporting import dataset, prose, rules
from beteiligung.reporting.dataset import Change, Column, CorrectionNote, ReportData, Table, Value
from beteiligung.reporting.models import Report, ReportCorrection, ReportFile, ReportQuote
from beteiligung.reporting.rules import Person
from beteiligung.reporting.service import locked

COUNTED = ("count", "share", "low", "high", "number")
_WITHDRAWN = "Die Person, die das schrieb, hat den Kommentar zurückgezogen oder ihr Konto gelöscht."
_HIDDEN = "Der Kommentar ist inzwischen ganz oder teilweise ausgeblendet."
_REFUSED = "Die Person, die das schrieb, möchte nicht mehr zitiert werden."
_GONE = "Den Kommentar gibt es nicht mehr."
QUOTE_REASON = "Ein Zitat wurde geschwärzt. Die Zahlen bleiben."


def newest_content(session: Session, row: Report) -> dict[str, Any]:
    """Return the data set of the newest version of a report."""
    newest = select(ReportCorrection).where(ReportCorrection.report_id == row.id).order_by(col(ReportCorrection.number).desc()).limit(1)
    found = session.exec(newest).first()
    return found.content if found else row.content or {}


# Quotes


def affected(session: Session, comment_id: int) -> list[int]:
    """Return the reports that quote a comment, oldest first. One statement."""
    return list(
        session.exec(select(ReportQuote.report_id).where(ReportQuote.comment_id == comment_id).order_by(col(ReportQuote.report_id))).all()
    )


def with_lost_quotes(session: Session) -> list[int]:
    """Return the reports whose quotes lead to no comment any more. One statement."""
    lost = exists().where(col(ReportQuote.report_id) == col(Report.id), col(ReportQuote.comment_id).is_(None))
    return [number or 0 for number in session.exec(select(Report.id).where(lost).order_by(col(Report.id))).all()]


def mend_quotes(session: Session, comment_id: int, now: datetime) -> int:
    """Black the quotes of a comment out where they may not stand any more; returns how many reports were mended."""
    return sum(mend_report(session, report_id, now) for report_id in affected(session, comment_id))


def mend_report(session: Session, report_id: int, now: datetime) -> bool:
    """Black out every quote of a report that may not stand any more; a second time there is nothing left to do."""
    row = session.exec(select(Report).where(Report.id == report_id).with_for_update().execution_options(populate_existing=True)).one()
    if row.content is None:
        return False
    data = dataset.restored(newest_content(session, row))
    gone = _gone(session, report_id, data)
    if not gone:
        return False
    row.content = _blacked_out(row.content, gone)
    session.add(row)
    earlier = session.exec(
        select(ReportCorrection).where(ReportCorrection.report_id == report_id).order_by(col(ReportCorrection.number))
    ).all()
    for one in earlier:
        one.content = _blacked_out(one.content, gone)
        session.add(one)
    session.execute(delete(ReportFile).where(col(ReportFile.report_id) == report_id))
    session.flush()
    if row.state == "published":
        changes = [Change(f"Zitat {number}", "Wortlaut", "geschwärzt") for number in sorted(gone)]
        after = dataset.restored(_blacked_out(dataset.plain(data), gone))
        _add(session, row, after, QUOTE_REASON, changes, None, now)
    elif row.state == "released":
        enqueue(session, Job.BUILD_REPORT, now, id=report_id)
    return True


def _gone(session: Session, report_id: int, data: ReportData) -> dict[int, str]:
    """Return number → why of the quotes that may not stand any more."""
    rows = session.exec(
        select(ReportQuote.number, Comment)
        .outerjoin(Comment, col(Comment.id) == ReportQuote.comment_id)
        .where(ReportQuote.report_id == report_id)
        .execution_options(populate_existing=True)
    ).all()
    comments = dict(rows)
    return {
        quote.number: why for quote in data.quotes if quote.text is not None and (why := why_gone(comments.get(quote.number), quote.text))
    }


def why_gone(comment: Comment | None, quoted: str) -> str:
    """Return why a quote may not stand any more; empty where it may."""
    if comment is None:
        return _GONE
    visible = comment.withdrawn_at is None and comment.hidden_at is None
    if rules.may_quote(consent=comment.may_quote, visible=visible, same_words=comment.text == quoted):
        return ""
    if comment.withdrawn_at is not None:
        return _WITHDRAWN
    return _HIDDEN if comment.hidden_at is not None or comment.may_quote else _REFUSED


def _blacked_out(content: dict[str, Any], gone: dict[int, str]) -> dict[str, Any]:
    quotes = [
        {**one, "text": None, "salt": None, "gone": gone[one["number"]]} if one["number"] in gone else one for one in content["quotes"]
    ]
    return {**content, "quotes": quotes}


# Errors


def figure_at(data: ReportData, table_key: str, row: int, column_key: str) -> tuple[Table, Column, Value]:
    """Return a figure with its table and column; `row` counts from 1. Raises NotFound for what is no figure."""
    table = next((one for one in data.tables if one.key == table_key), None)
    column = next((one for one in table.columns if one.key == column_key and one.kind in COUNTED), None) if table else None
    if table is None or column is None or not 1 <= row <= len(table.rows):
        raise NotFound(_("Diese Zahl gibt es im Bericht nicht."))
    return table, column, table.rows[row - 1][table.columns.index(column)]


_FIGURE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3}){1,2}|[0-9]{1,9})(?:,([0-9]+))?")
"""A dot only between groups of three: „62.3“ is no figure, since nobody could say whether 62,3 was meant or 623."""


def read_figure(column: Column, typed: str) -> int | None:
    """Return a typed figure as it is stored: „62,3“ is 623 where the column has one decimal; None where it is no such figure."""
    found = _FIGURE.fullmatch(typed.strip().removesuffix(column.unit).strip())
    if found is None or len(found[2] or "") > column.decimals:
        return None
    return int(found[1].replace(".", "") + (found[2] or "").ljust(column.decimals, "0"))


def why_not_figure(table: Table, row: tuple[Value, ...], column: Column, new: int) -> str:
    """Say why a figure cannot stand in a row of its table; empty where it can."""
    if column.unit == "%" and new > 100 * 10**column.decimals:
        return _("Ein Anteil hat höchstens 100 %.")
    share = column.of or column.key
    ends: dict[str, Value] = {
        one.kind: new if one.key == column.key else value
        for one, value in zip(table.columns, row, strict=True)
        if share in (one.key, one.of)
    }
    told = [value for kind in ("low", "share", "high") if isinstance(value := ends.get(kind), int)]
    if column.kind in ("low", "share", "high") and told != sorted(told):
        return _("Der Anteil muss zwischen seinem unteren und seinem oberen Rand liegen. Berichtigen Sie zuerst den Rand.")
    return ""


def correct_figure(
    session: Session,
    person: Person,
    region_id: int,
    report_id: int,
    place: tuple[str, int, str],
    typed: str,
    reason: str,
    seen: int,
    now: datetime,
) -> ReportCorrection:
    """Mend a figure wherever it stands, and the sentences made of it. `place`: table, row from 1, column.

    The same figure of the same commitment in other tables follows. `seen`: the newest correction on the screen. Raises NotFound,
    Forbidden, Conflict where there is a newer one, Invalid (fields new, reason).
    """
    row = locked(session, region_id, report_id)
    allow(rules.why_not_draft(person))
    allow(rules.why_not_correct(person, row.state), Conflict)
    data = _seen(session, row, seen)
    table, column, old = figure_at(data, *place)
    new, why = read_figure(column, typed), tidy(reason)
    errors = _check_reason(why)
    if new is None:
        errors["new"] = _("Bitte schreiben Sie eine Zahl, zum Beispiel {example}.").format(example="62,3" if column.decimals else "623")
    elif new == old:
        errors["new"] = _("Das ist die Zahl, die schon dasteht.")
    elif old is None:
        errors["new"] = _("Diese Zahl wird nicht gezeigt, damit niemand zu erkennen ist. Das bleibt so.")
    elif wrong := why_not_figure(table, table.rows[place[1] - 1], column, new):
        errors["new"] = wrong
    if errors or new is None:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder."), errors)
    after, changes = _with_figure(data, place, old, new)
    told = prose.retold(after)
    changes += _sentences(data, told)
    return _add(session, row, told, why, changes, person.account_id, now)


def correct_foreword(
    session: Session, person: Person, region_id: int, report_id: int, foreword: str, reason: str, seen: int, now: datetime
) -> ReportCorrection:
    """Mend the foreword, but not in the quiet period. `seen`: the newest correction on the screen.

    Raises NotFound, Forbidden, Conflict, Invalid (fields foreword, reason).
    """
    row = locked(session, region_id, report_id)
    allow(rules.why_not_draft(person))
    region = session.get_one(Region, region_id)
    allow(rules.why_not_correct_words(person, row.state, region, berlin_date(now)), Conflict)
    data = _seen(session, row, seen)
    words, why = tidy(foreword), tidy(reason)
    errors = _check_reason(why) | rules.check_words(words, (), ())
    if words == data.foreword:
        errors["foreword"] = _("Am Vorwort hat sich nichts geändert.")
    if errors:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder."), errors)
    change = Change("Vorwort", one_line(data.foreword), one_line(words))
    return _add(session, row, replace(data, foreword=words), why, [change], person.account_id, now)


def _seen(session: Session, row: Report, seen: int) -> ReportData:
    """Return the newest version of a locked report. Raises Conflict where it is another than the one that was on the screen."""
    data = dataset.restored(newest_content(session, row))
    if data.correction != seen:
        raise Conflict(
            _(
                "Inzwischen ist der Bericht schon berichtigt worden. Bitte lesen Sie die neue Fassung. "
                "Was Sie geschrieben haben, steht noch hier. Wenn Sie es noch einmal senden, gilt es."
            )
        )
    return data


def _check_reason(reason: str) -> dict[str, str]:
    if reason and len(reason) <= rules.REASON_LENGTH:
        return {}
    return {"reason": _("Bitte sagen Sie, was falsch war. Möglich sind 1.000 Zeichen.")}


def _with_figure(data: ReportData, place: tuple[str, int, str], old: Value, new: Value) -> tuple[ReportData, list[Change]]:
    """Return the data with a figure mended in every table that tells it of the same commitment, and what changed where."""
    key, number, column_key = place
    table = data.table(key)
    link = _link_in(table, number - 1)
    changes, tables = [], []
    for one in data.tables:
        rows = list(one.rows)
        at = next((n for n, column in enumerate(one.columns) if column.key == column_key), None)
        for n, row in enumerate(rows):
            same = (one.key == key and n == number - 1) or (link is not None and _link_in(one, n) == link)
            if at is None or not same or row[at] != old or not _alike(one, table):
                continue
            rows[n] = (*row[:at], new, *row[at + 1 :])
            column = one.columns[at]
            where = f"{one.title}, {row[0]}, {column.label}"
            changes.append(Change(where, dataset.said(column, old), dataset.said(column, new)))
        tables.append(replace(one, rows=tuple(rows)))
    return replace(data, tables=tuple(tables)), changes


def _alike(one: Table, other: Table) -> bool:
    """Whether two tables tell the same of a commitment: not confirmed votes beside those of people from outside."""
    return one.key == other.key or not any(table.key.startswith("votes_") for table in (one, other))


def _link_in(table: Table, row: int) -> Value:
    at = next((n for n, column in enumerate(table.columns) if column.kind == "link"), None)
    return table.rows[row][at] if at is not None else None


def _sentences(before: ReportData, after: ReportData) -> list[Change]:
    """Return which sentences read otherwise."""
    pairs = [("Zusammenfassung", before.summary, after.summary)]
    pairs += [(old.title, old.paragraphs, new.paragraphs) for old, new in zip(before.sections, after.sections, strict=True)]
    return [
        Change(f"{title}, Satz {n}", old, new)
        for title, olds, news in pairs
        for n, (old, new) in enumerate(zip(olds, news, strict=False), 1)
        if old != new
    ]


def _add(
    session: Session, row: Report, data: ReportData, reason: str, changes: Sequence[Change], account_id: int | None, now: datetime
) -> ReportCorrection:
    """Add the next correction of a locked report, and have the files of all versions made that are missing."""
    number = data.correction + 1
    note = CorrectionNote(number, berlin_date(now), reason, tuple(changes))
    after = replace(data, correction=number, corrections=(*data.corrections, note))
    made = ReportCorrection(
        report_id=row.id or 0,
        number=number,
        reason=reason,
        content=dataset.plain(after),
        digest=dataset.digest(after),
        made_by=account_id,
        made_at=now,
    )
    session.add(made)
    session.flush()
    audit.record(
        session, "report.corrected", f"report:{row.id}", now, account_id=account_id, region_id=row.region_id, number=number,
        digest=made.digest,
    )  # fmt: skip
    enqueue(session, Job.BUILD_REPORT, now, id=row.id)
    return made
