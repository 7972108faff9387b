"""DOCX: the report as the clerk takes it into the council's paper, with the same pictures as the PDF and all figures in an annex.

Tables of more than `MOST_ROWS` rows stand in XLSX and CSV alone, and the annex says so.
"""

from typing import Any

from beteiligung.reporting.dataset import Column, ReportData, Table, said
from beteiligung.reporting.formats import wordfile
from beteiligung.reporting.formats.annex import headings
from beteiligung.reporting.formats.as_pdf import PrintedSection, PrintedTable, created, sections
from beteiligung.reporting.formats.charts import WIDTH
from beteiligung.reporting.formats.cleaned import cleaned
from beteiligung.reporting.formats.facts import EXAMPLE, day, facts
from beteiligung.web.markdown import blocks
from beteiligung.web.pdf import font, to_pictures

MOST_ROWS = 60
_UPRIGHT, _LYING = 170.0, 257.0
"""Millimetres between the margins."""


def render(data: ReportData) -> bytes:
    """Return the document. Raises PdfError where the pictures cannot be drawn."""
    data = cleaned(data)
    parts = sections(data)
    pictures = _pictures(parts)
    document = wordfile.new_document()
    _first(document, data)
    for part in parts:
        _section(document, data, part, pictures)
        if part.section.key == "recommendations":
            _answers(document, data)
    document.add_heading("Angaben zum Bericht", 1)
    wordfile.add_table(document, wordfile.Sheet("Angaben", ("Angabe", "Inhalt"), facts(data), (50, 120), (False, False)))
    _annex(document, data)
    return wordfile.saved(document, data.title, data.region_name, data.sitting.subject, created(data))


def _pictures(parts: list[PrintedSection]) -> dict[str, bytes]:
    """Return every drawing as PNG, by its table and words."""
    drawn = [one for part in parts for one in part.drawings]
    if not drawn:
        return {}
    styles = "".join(f"@page p{n}{{size:{WIDTH / 4}mm {one['height'] / 4 + 1:.2f}mm;margin:0}}" for n, one in enumerate(drawn))
    fonts = "".join(f'@font-face{{font-family:Fira;font-weight:{w};src:url({font(w)}) format("woff2")}}' for w in (400, 600))
    body = "".join(f'<div style="page:p{n}">{one["svg"]}</div>' for n, one in enumerate(drawn))
    head = f"<title>x</title><style>{fonts}{styles}body{{margin:0}}svg{{display:block}}</style>"
    page = f'<html lang="de"><head>{head}</head><body>{body}</body></html>'
    return dict(zip((one["table"] + one["alt"] for one in drawn), to_pictures(page), strict=True))


def _first(document: Any, data: ReportData) -> None:
    wordfile.page_numbers(document.sections[0], f"{data.region_name}, {data.title}")
    document.add_paragraph(data.title, style="Title")
    if data.sitting.subject:
        document.add_paragraph(data.sitting.subject)
    for words in (data.notice, *([EXAMPLE] if data.example else [])):
        wordfile.add_text(document.add_paragraph(), words, bold=True)
    if data.population:
        _population(document, data)
    document.add_heading("Das Wichtigste auf einer Seite", 1)
    for sentence in data.summary:
        document.add_paragraph(sentence, style="List Bullet")
    document.add_page_break()
    if data.corrections:
        document.add_heading("Berichtigungen", 1)
        for note in data.corrections:
            document.add_heading(f"Berichtigung {note.number} vom {day(note.on)}", 2)
            document.add_paragraph(note.reason)
            for change in note.changes:
                document.add_paragraph(f"{change.where}: vorher „{change.old}“, jetzt „{change.new}“", style="List Bullet")
    if data.foreword:
        document.add_heading("Vorwort der Verwaltung", 1)
        wordfile.add_blocks(document, blocks(data.foreword))


def _population(document: Any, data: ReportData) -> None:
    known = data.population
    if known is None:
        return
    count, rate = Column("", "", "count"), Column("", "", "number", "", 1)
    words = f"{said(count, known.people)} Menschen leben hier (Stand {day(known.on)}, {known.source})."
    if known.taking_part is not None:
        words += f" Etwa {said(count, known.taking_part)} haben bestätigt abgestimmt"
        words += f", das sind {said(rate, known.per_1000)} von 1.000." if known.per_1000 is not None else "."
    document.add_paragraph(words)


def _section(document: Any, data: ReportData, part: PrintedSection, pictures: dict[str, bytes]) -> None:
    document.add_heading(part.section.title, 1)
    if part.section.absent:
        paragraph = document.add_paragraph()
        wordfile.add_text(paragraph, "Dazu sagt dieser Bericht nichts. ", bold=True)
        wordfile.add_text(paragraph, part.section.absent)
    for text in part.section.paragraphs:
        document.add_paragraph(text)
    for one in part.drawings:
        document.add_heading(one["title"], 2)
        notes = [f"Die ersten {one['rows']} von {one['of']}." if one["short"] and one["rows"] < one["of"] else "", one["note"]]
        if any(notes):
            wordfile.add_text(document.add_paragraph(style="Caption"), " ".join(filter(None, notes)), size=9).bold = False
        wordfile.add_picture(document, pictures[one["table"] + one["alt"]], _UPRIGHT, one["alt"])
    for shown in part.tables:
        document.add_heading(shown.table.title, 2)
        _shown(document, shown, _UPRIGHT)
    _words_of(document, data, part.section.key)


def _words_of(document: Any, data: ReportData, key: str) -> None:
    if key == "arguments":
        _quotes(document, data)
    elif key == "recommendations":
        for one in data.recommendations:
            document.add_heading(f"Empfehlung {one.number}: {one.title}", 2)
            votes = ""
            if one.votes_for is not None:
                votes = f" mit {one.votes_for} Stimmen dafür, {one.votes_against} dagegen, {one.votes_abstain} enthalten"
            document.add_paragraph(f"Beschlossen am {day(one.adopted_on)}{votes}.")
            wordfile.add_blocks(document, blocks(one.text))
            paragraph = document.add_paragraph()
            if one.answered_on:
                kind = f": {one.answer_kind}" if one.answer_kind else ""
                wordfile.add_text(paragraph, f"Antwort der Verwaltung vom {day(one.answered_on)}{kind}", bold=True)
                wordfile.add_blocks(document, blocks(one.answer))
            else:
                wordfile.add_text(paragraph, f"Noch ohne Antwort der Verwaltung, fällig bis {day(one.answer_due)}.", bold=True)
    elif key == "method":
        told = {text for section in data.sections for text in section.paragraphs}
        for text in data.method:
            if text not in told:
                document.add_paragraph(text)


def _quotes(document: Any, data: ReportData) -> None:
    for quote in data.quotes:
        side = "dafür" if quote.stance == "for" else "dagegen"
        paragraph = document.add_paragraph(style="Quote")
        paragraph.paragraph_format.keep_together = True
        wordfile.add_text(paragraph, f"Zitat {quote.number}, {side}", bold=True)
        wordfile.add_text(paragraph, f" – zu: {quote.commitment}\n")
        wordfile.add_text(paragraph, f"„{quote.text}“" if quote.text is not None else f"Dieses Zitat ist geschwärzt. {quote.gone}")
        if quote.helpful:
            wordfile.add_text(paragraph, f"\nGewählt, weil: {quote.helpful}", size=9)
    if data.quotes:
        words = f"Zitiert wird nur, wer zugestimmt hat, und ohne Namen. Regel der Auswahl: {data.quote_rule}"
        wordfile.add_text(document.add_paragraph(), words, size=9)


def _answers(document: Any, data: ReportData) -> None:
    if data.answers:
        document.add_heading("Was die Verwaltung dazu sagt", 1)
    for answer in data.answers:
        document.add_heading(answer.commitment or "Zum Bericht im Ganzen", 2)
        wordfile.add_blocks(document, blocks(answer.text))


def _annex(document: Any, data: ReportData) -> None:
    wordfile.landscape(document)
    document.add_heading("Anhang: alle Zahlen", 1)
    document.add_paragraph(f"Jede Tabelle nennt die Abfrage, aus der ihre Zahlen kommen. Im Netz: {data.site}{data.link}")
    for table in data.tables:
        document.add_heading(table.title, 2)
        if len(table.rows) > MOST_ROWS:
            document.add_paragraph(f"Diese Tabelle hat {len(table.rows)} Zeilen. Sie steht in der Datei für Tabellenprogramme (XLSX).")
            continue
        _shown(document, _whole(table), _LYING, f"Zahlen aus: {table.query}.")


def _whole(table: Table) -> PrintedTable:
    """All of a table but the addresses: those of the pages of single commitments lead on from the report's page."""
    columns = tuple((place, column) for place, column in enumerate(table.columns) if column.kind != "link")
    return PrintedTable(table, columns, headings(table), table.rows)


def _shown(document: Any, shown: PrintedTable, room: float, *more: str) -> None:
    notes = [shown.table.note, f"„–“: {shown.suppressed}" if shown.suppressed else "", *more]
    if len(shown.rows) < len(shown.table.rows):
        notes.insert(0, f"Die ersten {len(shown.rows)} von {len(shown.table.rows)} Zeilen.")
    if any(notes):
        wordfile.add_text(document.add_paragraph(style="Caption"), " ".join(filter(None, notes)), size=9).bold = False
    columns = [column for _place, column in shown.columns]
    rows = [[said(column, row[place]) for place, column in shown.columns] for row in shown.rows]
    heads = [shown.heads[place] for place, _column in shown.columns]
    right = [column.kind not in ("text", "date") for column in columns]
    size = 7.5 if len(columns) > 8 else 9
    sizes = widths(columns, heads, rows, room, size)
    wordfile.add_table(document, wordfile.Sheet(shown.table.title, heads, rows, sizes, right, size))


def widths(columns: list[Column], heads: list[str], rows: list[list[str]], room: float, size: float) -> list[float]:
    """Share the room among columns, in millimetres: no word of a head is broken, figures get what they need, words the rest."""
    letter = size * 0.215  # millimetres of a bold letter in Arial, on the average and a little more
    least = [max(map(len, head.replace("-", " ").split()), default=1) * letter + 2.5 for head in heads]
    words = [place for place, column in enumerate(columns) if column.kind == "text"]
    for place in set(range(len(columns))) - set(words):
        least[place] = max(least[place], *(len(row[place]) * letter + 2.5 for row in rows), 14)
    rest = room - sum(least)
    if not words or rest < 0:
        return [room * one / sum(least) for one in least]
    lengths = {place: max((1, *(min(70, len(row[place])) for row in rows))) for place in words}
    whole = sum(lengths.values())
    return [one + (rest * lengths[place] / whole if place in lengths else 0) for place, one in enumerate(least)]
