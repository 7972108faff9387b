"""CSV for German spreadsheet programs, a file for each table in one ZIP, with a data dictionary (see decision 0035).

UTF-8 with byte order mark, semicolon, decimal comma, ISO dates: a double click opens it in columns. `csv-metadata.json` tells programs
the same dialect by the W3C's „CSV on the Web“, so that one form serves both.
"""

import json
from typing import Any

from beteiligung.reporting.dataset import Column, ReportData, Table, Value, number
from beteiligung.reporting.formats.annex import annex, file_names, headings
from beteiligung.reporting.formats.facts import EXAMPLE, facts
from beteiligung.reporting.formats.packing import packed
from beteiligung.text import spreadsheets

_TYPES = {"count": "integer", "date": "date", "link": "anyURI", "text": "string"}


def render(data: ReportData) -> bytes:
    """Return the ZIP."""
    tables = annex(data)
    names = [f"{place:02d}-{name}.csv" for place, name in enumerate(file_names(table.title for table in tables), start=1)]
    files = [(name, table_csv(table, data.site)) for name, table in zip(names, tables, strict=True)]
    metadata = json.dumps(_metadata(data, names, tables), ensure_ascii=False, indent=1).encode()
    return packed([("LIESMICH.txt", _read_me(data, names, tables)), ("csv-metadata.json", metadata), *files])


def table_csv(table: Table, site: str) -> bytes:
    """Return one table as CSV; `site` goes before links."""
    rows = ([cell(column, value, site) for column, value in zip(table.columns, row, strict=True)] for row in table.rows)
    return spreadsheets.table(headings(table), rows)


def cell(column: Column, value: Value, site: str) -> spreadsheets.Cell:
    """Return what stands in a cell: nothing for what is not told; a figure with decimals as such."""
    figure = number(column, value)
    if figure is not None:
        return float(figure) if column.decimals else int(figure)
    return f"{site}{value}" if column.kind == "link" and value else value


def _read_me(data: ReportData, names: list[str], tables: tuple[Table, ...]) -> bytes:
    lines = [
        data.title,
        "=" * len(data.title),
        "",
        data.notice,
        *([EXAMPLE] if data.example else []),
        "",
        *(f"{name}: {said}" for name, said in facts(data)),
        "",
    ]
    lines += [
        "So sind die Dateien geschrieben",
        "-------------------------------",
        "UTF-8 mit Byte Order Mark, Semikolon zwischen den Spalten, Komma vor den Nachkommastellen, Datum als JJJJ-MM-TT.",
        "Ein leeres Feld heißt: wird nicht angegeben. Der Grund steht unten bei der Tabelle.",
        "Ein Text, den ein Programm für eine Formel halten könnte (er beginnt mit =, +, -, @), hat ein Apostroph (') davor.",
        "Für Programme steht dasselbe in csv-metadata.json („CSV on the Web“ des W3C).",
        "",
    ]
    for name, table in zip(names, tables, strict=True):
        lines += [name, "-" * len(name), table.title, *filter(None, (table.note,)), f"Zahlen aus: {table.query}"]
        if table.suppressed:
            lines.append(f"Leere Felder: {table.suppressed}")
        lines += [f"  {head}: {_explained(column)}" for head, column in zip(headings(table), table.columns, strict=True)]
        lines.append("")
    lines += ["Methode", "-------", *data.method, ""]
    return "\r\n".join(lines).encode("utf-8-sig")


def _explained(column: Column) -> str:
    words = {
        "text": "Text",
        "count": "ganze Zahl",
        "share": "Anteil",
        "low": "untere Grenze des 95-%-Bereichs",
        "high": "obere Grenze des 95-%-Bereichs",
        "number": "Zahl",
        "date": "Datum",
        "link": "Adresse im Netz",
    }[column.kind]
    return f"{words} von „{column.of}“" if column.of else words


def _metadata(data: ReportData, names: list[str], tables: tuple[Table, ...]) -> dict[str, Any]:
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "de"}],
        "dc:title": data.title,
        "dc:description": data.notice,
        "dc:source": f"{data.site}{data.link}",
        "dc:license": "https://www.govdata.de/dl-de/by-2-0",
        "dialect": {"delimiter": ";", "header": True, "encoding": "utf-8", "lineTerminators": ["\r\n"], "quoteChar": '"'},
        "tables": [
            {
                "url": name,
                "dc:title": table.title,
                "dc:description": " ".join(filter(None, (table.note, table.suppressed))),
                "dc:provenance": table.query,
                "tableSchema": {
                    "columns": [
                        {
                            "name": column.key, "titles": head, "datatype": _datatype(column), "null": "",
                            "dc:description": _explained(column),
                        }
                        for head, column in zip(headings(table), table.columns, strict=True)
                    ]
                },
            }
            for name, table in zip(names, tables, strict=True)
        ],
    }  # fmt: skip


def _datatype(column: Column) -> Any:
    if column.kind in ("share", "low", "high", "number") or column.decimals:
        return {"base": "decimal", "format": {"decimalChar": ","}}
    return {"base": "date", "format": "yyyy-MM-dd"} if column.kind == "date" else _TYPES[column.kind]
