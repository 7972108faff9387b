"""All that goes into sheets and CSV files: the report's tables, and its quotes, recommendations, answers and corrections as tables too.

Pure. What stands here is what JSON says in its own fields; a format that lists `annex(data)` leaves nothing out.
"""

import re
from collections.abc import Iterable

from beteiligung.reporting.dataset import Column, ReportData, Table


def annex(data: ReportData) -> tuple[Table, ...]:
    """Return every table, in the order of the report; empty ones are left out."""
    made = (*data.tables, _quotes(data), _recommendations(data), _answers(data), _corrections(data))
    return tuple(table for table in made if table.rows or table in data.tables)


def _quotes(data: ReportData) -> Table:
    return Table(
        key="zitate",
        title="Zitate",
        query="beteiligung.reporting.dataset.Quote",
        columns=(
            Column("number", "Nummer", "count"),
            Column("commitment", "Zusage", "text"),
            Column("stance", "Haltung", "text"),
            Column("text", "Zitat", "text"),
            Column("gone", "Warum es fehlt", "text"),
            Column("helpful", "Nach welcher Regel gewählt", "text"),
            Column("link", "Adresse", "link"),
            Column("salt", "Salz", "text"),
            Column("seal", "Siegel (SHA-256 aus Salz, Zeilenende, Zitat)", "text"),
        ),
        rows=tuple(
            (
                quote.number, quote.commitment, {"for": "dafür", "against": "dagegen"}[quote.stance], quote.text,
                quote.gone, quote.helpful, quote.link, quote.salt, quote.seal,
            )
            for quote in data.quotes
        ),
        note=data.quote_rule,
        suppressed="Ein Zitat fehlt, wenn es gelöscht oder verborgen wurde." if any(one.text is None for one in data.quotes) else "",
    )  # fmt: skip


def _recommendations(data: ReportData) -> Table:
    return Table(
        key="empfehlungen",
        title="Empfehlungen des Bürgerrats",
        query="beteiligung.reporting.dataset.Recommendation",
        columns=(
            Column("number", "Nummer", "count"),
            Column("title", "Titel", "text"),
            Column("text", "Wortlaut", "text"),
            Column("adopted_on", "Beschlossen am", "date"),
            Column("votes_for", "dafür", "count"),
            Column("votes_against", "dagegen", "count"),
            Column("votes_abstain", "enthalten", "count"),
            Column("answer_due", "Antwort fällig am", "date"),
            Column("answered_on", "Beantwortet am", "date"),
            Column("answer_kind", "Antwort", "text"),
            Column("answer", "Begründung der Verwaltung", "text"),
            Column("link", "Adresse", "link"),
        ),
        rows=tuple(
            (
                one.number, one.title, one.text, one.adopted_on.isoformat(), one.votes_for, one.votes_against, one.votes_abstain,
                one.answer_due.isoformat(), one.answered_on.isoformat() if one.answered_on else None, one.answer_kind, one.answer, one.link,
            )
            for one in data.recommendations
        ),
        suppressed="Steht noch nicht fest." if any(not one.answered_on or one.votes_for is None for one in data.recommendations) else "",
    )  # fmt: skip


def _answers(data: ReportData) -> Table:
    return Table(
        key="stellungnahmen",
        title="Stellungnahmen der Verwaltung",
        query="beteiligung.reporting.dataset.OfficialAnswer",
        columns=(Column("commitment", "Zusage", "text"), Column("text", "Stellungnahme", "text"), Column("link", "Adresse", "link")),
        rows=tuple((one.commitment or "zum Bericht im Ganzen", one.text, one.link) for one in data.answers),
    )


def _corrections(data: ReportData) -> Table:
    return Table(
        key="berichtigungen",
        title="Berichtigungen",
        query="beteiligung.reporting.dataset.CorrectionNote",
        columns=(
            Column("number", "Berichtigung", "count"),
            Column("on", "Vom", "date"),
            Column("reason", "Grund", "text"),
            Column("where", "Stelle", "text"),
            Column("old", "Vorher", "text"),
            Column("new", "Jetzt", "text"),
        ),
        rows=tuple(
            (note.number, note.on.isoformat(), note.reason, change.where, change.old, change.new)
            for note in data.corrections
            for change in note.changes
        ),
    )


def headings(table: Table) -> tuple[str, ...]:
    """Return the head of each column with its unit, no two alike (spreadsheet programs do not look at capitals)."""
    made: list[str] = []
    labels = {column.key: column.label for column in table.columns}
    for column in table.columns:
        label = f"{labels.get(column.of, column.of)}, {column.label}" if column.of else column.label
        base = f"{label} ({column.unit})" if column.unit and column.unit not in label else label
        name, number = base, 2
        while name.casefold() in {one.casefold() for one in made}:
            name, number = f"{base} {number}", number + 1
        made.append(name)
    return tuple(made)


_UNSAFE = re.compile(r"[^a-z0-9]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def file_names(titles: Iterable[str]) -> list[str]:
    """Return a file's name for each title, in small letters, no two alike."""
    made: list[str] = []
    for title in titles:
        base = _UNSAFE.sub("-", title.lower().translate(_UMLAUTS)).strip("-") or "tabelle"
        name, number = base, 2
        while name in made:
            name, number = f"{base}-{number}", number + 1
        made.append(name)
    return made
