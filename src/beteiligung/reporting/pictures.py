"""What a report's page draws: rows of a table with widths in per cent, beside the figures in words. Pure; it reckons no figure anew."""

from dataclasses import dataclass
from datetime import date

from beteiligung.reporting.dataset import Chart, Column, ReportData, Value, records, said


@dataclass(frozen=True)
class Row:
    """A row of a picture. `parts`: (from, width) of each bar, in per cent of the picture's width; `words` says the same."""

    name: str
    link: str
    words: str
    parts: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Picture:
    """A picture of a table."""

    kind: str
    table: str
    title: str
    rows: tuple[Row, ...]
    first: str = ""
    last: str = ""
    """The days at both ends, of a picture by day."""
    counted: str = ""
    """What bars count, of a picture by day with its highest."""


@dataclass(frozen=True)
class BridgeRow:
    """A commitment with each group's share for it: (name, words, per cent)."""

    name: str
    link: str
    groups: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Bridge:
    """A table of groups of opinion as a picture."""

    title: str
    rows: tuple[BridgeRow, ...]


def bridges(data: ReportData) -> list[Bridge]:
    """Return what unites and what divides groups of opinion, where there are any."""
    made = []
    for table in (one for one in data.tables if one.key in ("unites", "divides")):
        groups = [column for column in table.columns if column.kind == "share"]
        rows = tuple(
            BridgeRow(
                str(row["title"]),
                str(row["link"]),
                tuple((one.label.removesuffix(" dafür"), said(one, row[one.key]), _number(row[one.key])) for one in groups),
            )
            for row in records(table)
        )
        made.append(Bridge(table.title, rows))
    return made


def pictures(data: ReportData, charts: tuple[Chart, ...]) -> list[Picture]:
    """Return the pictures of a section that have something to show."""
    made = [_picture(data, chart) for chart in charts]
    return [one for one in made if one.rows]


def _picture(data: ReportData, chart: Chart) -> Picture:
    table = data.table(chart.table)
    columns = {column.key: column for column in table.columns}
    rows = [row for row in list(records(table))[: chart.rows] if all(row[key] is not None for key in chart.values)]
    most = max((_number(row[chart.values[0]]) for row in rows), default=0)
    if chart.kind == "days":
        if not most:
            return Picture("days", table.key, table.title, ())
        return _by_day(chart, columns, rows, most, table.title)
    counted = columns[chart.values[0]].label if chart.kind == "bars" else ""
    return Picture(chart.kind, table.key, table.title, tuple(_row(chart, columns, row, most) for row in rows), counted=counted)


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _row(chart: Chart, columns: dict[str, Column], row: dict[str, Value], most: int) -> Row:
    words = [said(columns[key], row[key]) for key in chart.values]
    numbers = [_number(row[key]) for key in chart.values]
    if chart.kind == "interval":
        share, low, high = (value / 10 ** columns[key].decimals for key, value in zip(chart.values, numbers, strict=True))
        parts: tuple[tuple[float, float], ...] = ((0.0, share), (low, round(high - low, 2)))
        text = f"{words[0]} ({words[1]} bis {words[2]})"
    elif chart.kind == "stacked":
        whole, at, found = sum(numbers) or 1, 0.0, []
        for value in numbers:
            found.append((round(at, 2), round(100 * value / whole, 2)))
            at += 100 * value / whole
        parts = tuple(found)
        text = ", ".join(f"{word} {columns[key].label}" for word, key in zip(words, chart.values, strict=True))
    else:
        parts, text = ((0.0, round(100 * numbers[0] / most, 2) if most else 0.0),), words[0]
    return Row(str(row[chart.label]), str(row.get("link") or ""), text, parts)


def _by_day(chart: Chart, columns: dict[str, Column], rows: list[dict[str, Value]], most: int, title: str) -> Picture:
    days = [date.fromisoformat(str(row[chart.label])) for row in rows]
    span = (max(days) - min(days)).days + 1
    made = []
    for day, row in zip(days, rows, strict=True):
        value = _number(row[chart.values[0]])
        at, height = 100 * (day - min(days)).days / span, 100 * value / most
        made.append(
            Row(
                f"{day:%d.%m.%Y}", "", said(columns[chart.values[0]], value), ((round(at, 3), round(80 / span, 3)), (0.0, round(height, 2)))
            )
        )
    column = columns[chart.values[0]]
    highest = next(day for day, row in zip(days, rows, strict=True) if _number(row[column.key]) == most)
    counted = f"{column.label} je Tag, am meisten {said(column, most)} am {highest:%d.%m.%Y}"
    return Picture("days", chart.table, title, tuple(made), f"{min(days):%d.%m.%Y}", f"{max(days):%d.%m.%Y}", counted)
