"""Charts of a report as SVG for paper. They read without colour: dark, white and hatched areas, and the figure beside each.

A drawing is a pure function of a table; it says no figure that the table does not say. Four units are a millimetre.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from beteiligung.reporting.dataset import Chart, Column, ReportData, Table, Value, said

WIDTH = 680
_FONT, _SMALL = 13.4, 11.6
"""Sizes of letters: 9.5 and 8.2 points."""
_INK, _DARK, _PALE, _EDGE = "#16181d", "#0b5a5c", "#f3f1ec", "#6d7078"
_HATCH = ("#e3b774", "#8a5210")
_FILLS = {"dark": _DARK, "pale": _PALE, "hatch": "url(#hatch)"}
_ORDER = ("dark", "pale", "hatch")
MOST_LONG = 7
_BESIDE = 250
"""How wide a name may be that stands beside its bar, and how many rows a picture has where they are wider."""
_ALPHA = 0.56
"""Width of a letter as a part of its height, on the average and a little more."""


@dataclass(frozen=True)
class Drawing:
    """A chart ready to be set: `svg` with its own words for screen readers, `alt` the same words, `rows` how many it shows of `of`."""

    title: str
    svg: Markup
    alt: str
    height: float
    rows: int
    of: int
    table: str
    kind: str


Cells = dict[str, Value]


def draw(data: ReportData, chart: Chart) -> Drawing | None:
    """Return the picture of a chart; None where its table has nothing to show."""
    table = data.table(chart.table)
    columns = {column.key: column for column in table.columns}
    rows = [dict(zip(columns, row, strict=True)) for row in table.rows][: rows_drawn(table, chart)]
    rows = [row for row in rows if any(isinstance(row[key], int) for key in chart.values)]
    if not rows:
        return None
    body, height = _KINDS[chart.kind](chart, columns, rows)
    alt = _alt(table, chart, columns, rows)
    svg = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{mm}mm" height="{hmm}mm" role="img" '
        'font-family="Fira, Fira Sans, sans-serif" font-size="{font}" fill="{ink}"><title>{alt}</title><defs>'
        '<pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse"><rect width="7" height="7" fill="{a}"/>'
        '<path d="M-2 2L2-2M0 7L7 0M5 9L9 5" stroke="{b}" stroke-width="2.2"/></pattern></defs>{body}</svg>'
    ).format(
        w=WIDTH, h=_n(height), mm=_n(WIDTH / 4), hmm=_n(height / 4), font=_FONT, ink=_INK, alt=alt, a=_HATCH[0], b=_HATCH[1], body=body
    )
    return Drawing(table.title, svg, alt, height, len(rows), len(table.rows), table.key, chart.kind)


def rows_drawn(table: Table, chart: Chart) -> int:
    """Return how many rows paper shows: pictures with long names are cut, so that two fit on a page."""
    place = [column.key for column in table.columns].index(chart.label)
    short = chart.kind in ("bars", "days") and all(_wide(str(row[place])) <= _BESIDE for row in table.rows)
    return chart.rows if short else min(chart.rows, MOST_LONG)


def _n(value: float) -> str:
    """A coordinate, always written alike."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, words: str, *, size: float = _FONT, anchor: str = "start", bold: bool = False) -> Markup:
    weight = Markup(' font-weight="600"') if bold else ""
    return Markup('<text x="{}" y="{}" font-size="{}" text-anchor="{}"{}>{}</text>').format(_n(x), _n(y), size, anchor, weight, words)


def _box(x: float, y: float, width: float, height: float, fill: str) -> Markup:
    edge = Markup(' stroke="{}" stroke-width="1"').format(_EDGE if fill == "pale" else _HATCH[1]) if fill != "dark" else ""
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"{}/>').format(
        _n(x), _n(y), _n(width), _n(height), _FILLS[fill], edge
    )


def _line(x1: float, y1: float, x2: float, y2: float, width: float = 1.0, colour: str = _EDGE) -> Markup:
    return Markup('<path d="M{} {}L{} {}" stroke="{}" stroke-width="{}" fill="none"/>').format(
        _n(x1), _n(y1), _n(x2), _n(y2), colour, _n(width)
    )


def _wide(words: str, size: float = _FONT) -> float:
    """About how wide words are."""
    return len(words) * size * _ALPHA


def lines_of(words: str, width: float, size: float = _FONT) -> list[str]:
    """Break words into lines that fit, two at most; what is longer is cut, since the table has the whole title."""
    most = max(8, int(width / (size * _ALPHA)))
    made = [""]
    for word in words.split():
        if made[-1] and len(made[-1]) + 1 + len(word) > most:
            made.append(word)
        else:
            made[-1] = f"{made[-1]} {word}".strip()
    if len(made) > 2:
        made = [made[0], " ".join(made[1:])[: most - 2].rstrip() + " …"]
    return made


def _number(column: Column, value: Value) -> float:
    return float(Decimal(value).scaleb(-column.decimals)) if isinstance(value, int) else 0.0


def _stacked(chart: Chart, columns: dict[str, Column], rows: list[Cells]) -> tuple[Markup, float]:
    """Return parts of a whole, the figure in words above each bar."""
    parts: list[Markup] = []
    x = 0.0
    for key, fill in zip(chart.values, _ORDER, strict=False):
        parts += [_box(x, 2, 14, 14, fill), _text(x + 20, 14, columns[key].label)]
        x += 44 + _wide(columns[key].label)
    y = 30.0
    for row in rows:
        counts = [row[key] for key in chart.values]
        whole = sum(value for value in counts if isinstance(value, int)) or 1
        words = ", ".join(f"{said(columns[key], row[key])} {columns[key].label}" for key in chart.values)
        for line in lines_of(str(row[chart.label]), WIDTH):
            parts.append(_text(0, y + 12, line, bold=True))
            y += 17
        parts.append(_text(0, y + 11, words, size=_SMALL))
        y += 16
        x = 0.0
        for value, fill in zip(counts, _ORDER, strict=False):
            width = WIDTH * (value if isinstance(value, int) else 0) / whole
            if width:
                parts.append(_box(x, y, width, 15, fill))
            x += width
        y += 24
    return Markup().join(parts), y - 8


def _interval(chart: Chart, columns: dict[str, Column], rows: list[Cells]) -> tuple[Markup, float]:
    """Return each share as a point on a line from 0 to 100 % with its interval."""
    share, low, high = chart.values
    left, right, y = 4.0, 436.0, 24.0
    scale = (right - left) / 100
    body: list[Markup] = []
    for row in rows:
        for line in lines_of(str(row[chart.label]), WIDTH):
            body.append(_text(0, y + 12, line, bold=True))
            y += 17
        if not isinstance(row[share], int):
            continue
        point, begin, end = (left + scale * _number(columns[key], row[key]) for key in (share, low, high))
        middle = y + 9
        body += [
            _line(left, middle, right, middle, 0.8),
            Markup('<rect x="{}" y="{}" width="{}" height="10" fill="{}"/>').format(
                _n(begin), _n(middle - 5), _n(max(2, end - begin)), _HATCH[0]
            ),
            _line(begin, middle - 7, begin, middle + 7, 1.6, _INK),
            _line(end, middle - 7, end, middle + 7, 1.6, _INK),
            Markup('<circle cx="{}" cy="{}" r="5" fill="{}"/>').format(_n(point), _n(middle), _DARK),
            _text(
                right + 14, middle + 4.5, f"{said(columns[share], row[share])} ({said(columns[low], row[low])} bis "
                f"{said(columns[high], row[high])})", size=_SMALL,
            ),
        ]  # fmt: skip
        y += 24
    ruler: list[Markup] = []
    for mark in (0, 25, 50, 75, 100):
        x = left + scale * mark
        anchor = "start" if mark == 0 else "end" if mark == 100 else "middle"
        ruler += [_line(x, 20, x, y - 6, 0.6, "#c9c9cf"), _text(x, 14, f"{mark} %", size=_SMALL, anchor=anchor)]
    return Markup().join([*ruler, *body]), y - 4


def _bars(chart: Chart, columns: dict[str, Column], rows: list[Cells]) -> tuple[Markup, float]:
    """Return one figure for each row as a bar, its name to the left, or above where names are long."""
    column = columns[chart.values[0]]
    figures = [_number(column, row[column.key]) for row in rows]
    most = max(figures) or 1
    names = [str(row[chart.label]) for row in rows]
    beside = max(map(_wide, names)) <= _BESIDE
    left = max(map(_wide, names)) + 14 if beside else 0.0
    room = WIDTH - left - 20 - max(_wide(said(column, row[column.key])) for row in rows)
    parts, y = [_text(0, 13, _with_unit(column), size=_SMALL)], 22.0
    for name, row, figure in zip(names, rows, figures, strict=True):
        if not beside:
            parts.append(_text(0, y + 12, lines_of(name, WIDTH)[0]))
            y += 17
        else:
            parts.append(_text(0, y + 13.5, name))
        width = room * figure / most
        if width:
            parts.append(_box(left, y, max(1.5, width), 18, "dark"))
        parts.append(_text(left + width + 8, y + 13.5, said(column, row[column.key]), bold=True))
        y += 28
    return Markup().join(parts), y - 6


def _with_unit(column: Column) -> str:
    return f"{column.label} in {column.unit}" if column.unit else column.label


def _days(chart: Chart, columns: dict[str, Column], rows: list[Cells]) -> tuple[Markup, float]:
    """Return a thin column for each day from the first to the last one, so that gaps are seen as gaps."""
    column = columns[chart.values[0]]
    days = [date.fromisoformat(str(row[chart.label])) for row in rows]
    first, span = min(days), max(1, (max(days) - min(days)).days + 1)
    figures = [_number(column, row[column.key]) for row in rows]
    most = max(figures) or 1
    top, height, left = 26.0, 96.0, 4.0 + max(24.0, _wide(_whole(most), _SMALL))
    step = (WIDTH - left) / span
    parts = [
        _text(0, 12, f"{column.label} je Tag", size=_SMALL),
        _line(left, top, WIDTH, top, 0.6, "#c9c9cf"),
        _text(left - 5, top + 4, _whole(most), size=_SMALL, anchor="end"),
        _text(left - 5, top + height, "0", size=_SMALL, anchor="end"),
    ]
    for day, figure in zip(days, figures, strict=True):
        if figure:
            tall = height * figure / most
            parts.append(_box(left + step * (day - first).days, top + height - tall, max(1.0, min(40.0, step * 0.8)), tall, "dark"))
    parts += [
        _line(left, top + height, WIDTH, top + height, 1.2),
        _text(left, top + height + 15, f"{min(days):%d.%m.%Y}", size=_SMALL),
    ]
    if span > 1:
        parts.append(_text(WIDTH, top + height + 15, f"{max(days):%d.%m.%Y}", size=_SMALL, anchor="end"))
    return Markup().join(parts), top + height + 20


def _whole(value: float) -> str:
    return f"{value:,.0f}".replace(",", ".")


_KINDS: dict[str, Callable[[Chart, dict[str, Column], list[Cells]], tuple[Markup, float]]] = {
    "stacked": _stacked,
    "interval": _interval,
    "bars": _bars,
    "days": _days,
}
_MOST_SAID = 12


def _alt(table: Table, chart: Chart, columns: dict[str, Column], rows: list[Cells]) -> str:
    """Return what the picture shows, in words."""
    if chart.kind == "days":
        column = columns[chart.values[0]]
        known = [row for row in rows if isinstance(row[column.key], int)]
        top = max(known, key=lambda row: _number(column, row[column.key]))
        ends = [said(columns[chart.label], rows[place][chart.label]) for place in (0, -1)]
        return (
            f"Säulen: {column.label} je Tag vom {ends[0]} bis {ends[1]}, am meisten {said(column, top[column.key])} "
            f"am {said(columns[chart.label], top[chart.label])}."
        )
    each = ". ".join(_said_row(chart, columns, row) for row in rows[:_MOST_SAID])
    more = f". Und {len(rows) - _MOST_SAID} weitere" if len(rows) > _MOST_SAID else ""
    return f"{table.title}: {each}{more}."


def _said_row(chart: Chart, columns: dict[str, Column], row: Cells) -> str:
    name = str(row[chart.label])
    if chart.kind == "interval":
        share, low, high = (said(columns[key], row[key]) for key in chart.values)
        return f"{name}: {share}, Bereich {low} bis {high}"
    if chart.kind == "bars":
        return f"{name}: {said(columns[chart.values[0]], row[chart.values[0]])}"
    return f"{name}: " + ", ".join(f"{said(columns[key], row[key])} {columns[key].label}" for key in chart.values)


def drawings(data: ReportData, charts: tuple[Chart, ...]) -> Iterator[Drawing]:
    """Give the pictures that have something to show."""
    for chart in charts:
        if (made := draw(data, chart)) is not None:
            yield made
