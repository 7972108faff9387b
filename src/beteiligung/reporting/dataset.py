"""The one frozen data set of a report, which every format (page, PDF, XLSX, CSV, JSON, DOCX) is made from. Pure.

Nothing here is live, nobody is named, and no number is a float: a figure is a whole number with `Column.decimals` decimals,
so 623 with one decimal and the unit „%“ reads „62,3 %“, and every platform writes the same bytes. A format invents no figure:
what it shows stands in `tables`, and each table names the query function its figures come from.

`canonical` leaves the words of quotes out and keeps a seal of each: a quote whose author leaves can be blacked out in every version
without breaking the digest that was published. `salt` and `text` go together; a reader who has both can check the seal.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import msgspec

SCHEMA = "beteiligung.report/1"
"""Changes whenever a field is renamed or means something else; new optional fields leave it alone."""

Kind = Literal["text", "count", "share", "low", "high", "number", "date", "link"]
Value: TypeAlias = str | int | None
ChartKind = Literal["stacked", "interval", "bars", "days"]
SUPPRESSED = "–"
"""What stands for a figure that is not told."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    `kind`: text; count (people, votes, comments); share with its low and high end (`of` names the column they belong to); number
    (anything else that is reckoned); date (ISO, `2026-11-22`); link (path on the platform, `/region/zusagen/…`; `ReportData.site`
    goes before it). A value of a column that is no number is a str.
    """

    key: str
    label: str
    kind: Kind
    unit: str = ""
    decimals: int = 0
    of: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the annex. `query` is where its figures come from, as a dotted name of this program."""

    key: str
    title: str
    query: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: str = ""
    suppressed: str = ""
    """Why values are None (shown as „–“); empty where none is."""


@dataclass(frozen=True)
class Chart:
    """A picture of one table: which column names the bars, and which columns are drawn.

    stacked: `values` are parts of a whole (for, neutral, against); interval: share, low, high in this order; bars: one count;
    days: dates along the axis, one count a day.
    """

    kind: ChartKind
    table: str
    label: str
    values: tuple[str, ...]
    rows: int = 10
    """How many rows at most, from the first on."""


@dataclass(frozen=True)
class Section:
    """A part of the report, in the order to be read. `absent` says in words why there is nothing; then there are no tables."""

    key: str
    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    absent: str = ""


@dataclass(frozen=True)
class Quote:
    """A comment quoted with its author's consent. `text` is None once it was blacked out; `gone` then says why."""

    number: int
    """From 1 in the report; corrections name it."""
    commitment: str
    """Title."""
    link: str
    stance: Literal["for", "against"]
    seal: str
    """SHA-256 of salt and text, which stays."""
    text: str | None
    salt: str | None = None
    gone: str = ""
    helpful: str = ""
    """Which part of the published rule chose it, in words."""


@dataclass(frozen=True)
class Recommendation:
    """A recommendation of the Bürgerrat with the administration's answer, if there is one."""

    number: int
    title: str
    text: str
    """Small Markdown."""
    link: str
    adopted_on: date
    votes_for: int | None
    votes_against: int | None
    votes_abstain: int | None
    answer_due: date
    answered_on: date | None = None
    answer_kind: str = ""
    """In words: „wird übernommen“."""
    answer: str = ""


@dataclass(frozen=True)
class OfficialAnswer:
    """What the administration says to one commitment. `link` and `commitment` are empty where it is about all of it."""

    text: str
    commitment: str = ""
    link: str = ""


@dataclass(frozen=True)
class Sitting:
    """The session of the assembly the report is made for."""

    body: str
    """Kreistag, Stadtverordnetenversammlung."""
    on: date | None
    """None where the report goes by the quarter."""
    committees: tuple[str, ...]
    """In the order in which they advise."""
    since: date
    until: date
    topics: tuple[str, ...] = ()
    """Names; empty: all."""
    paper_number: str = ""
    subject: str = ""


@dataclass(frozen=True)
class Population:
    """Who lives there, and how many of 1,000 took part."""

    people: int
    on: date
    source: str
    url: str
    taking_part: int | None
    """Confirmed voters in steps of five; None under ten."""
    per_1000: int | None
    """With one decimal: 34 reads 3,4."""


@dataclass(frozen=True)
class Origin:
    """The public snapshot of the region's figures that the report rests on; `/api/v1/regions/<region>/figures` names them too."""

    version: int
    taken_at: datetime
    digest: str


@dataclass(frozen=True)
class Change:
    """One thing that a correction changed. For figures `where` names table, row and column; for quotes „Zitat 3“."""

    where: str
    old: str
    new: str


@dataclass(frozen=True)
class CorrectionNote:
    """A numbered correction, from 1."""

    number: int
    on: date
    reason: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class ReportData:
    """Everything there is to know of a report."""

    schema: str
    number: int
    """Of the report in its region, from 1."""
    correction: int
    """0: as first published; n: with the corrections 1 to n."""
    region: str
    """Slug."""
    region_name: str
    example: bool
    """Whether the region's people are made up: every format says so on page one."""
    site: str
    """Public address of the platform, no slash at the end: `https://beteiligung.example`."""
    link: str
    """Path of the report's page."""
    title: str
    sitting: Sitting
    as_of: datetime | None
    """When the figures were taken; None before the first snapshot."""
    origin: Origin | None
    population: Population | None
    notice: str
    """Has to stand on page one."""
    summary: tuple[str, ...]
    """The sentences of the one page, the most important first."""
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    quotes: tuple[Quote, ...]
    quote_rule: str
    recommendations: tuple[Recommendation, ...]
    method: tuple[str, ...]
    foreword: str = ""
    """Small Markdown."""
    answers: tuple[OfficialAnswer, ...] = ()
    corrections: tuple[CorrectionNote, ...] = ()

    def table(self, key: str) -> Table:
        """Return a table by its key. Raises KeyError."""
        for one in self.tables:
            if one.key == key:
                return one
        raise KeyError(key)


def seal(salt: str, text: str) -> str:
    """Return what binds a quote's words and stays when they go."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def plain(data: ReportData) -> dict[str, Any]:
    """Return the data set as lists, dicts, strings and whole numbers, words of quotes included: what is stored and given out."""
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(data))  # as it comes back from the database: no tuples
    return made


def restored(stored: dict[str, Any]) -> ReportData:
    """Return a data set that `plain` made. Raises msgspec.ValidationError for anything else."""
    return msgspec.convert(stored, ReportData)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `plain`."""
    return msgspec.json.schema(ReportData)


def canonical(data: ReportData) -> bytes:
    """Return the bytes the digest is taken of: sorted keys, UTF-8, no blanks; of quotes the seal, never the words."""
    made = plain(data)
    for quote in made["quotes"]:
        for name in ("text", "salt", "gone"):
            del quote[name]
    return json.dumps(made, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(data: ReportData) -> str:
    """Return the SHA-256 of `canonical`, in hex."""
    return hashlib.sha256(canonical(data)).hexdigest()


def number(column: Column, value: Value) -> Decimal | None:
    """Return a figure as a number; None for a suppressed one and for words."""
    return Decimal(value).scaleb(-column.decimals) if isinstance(value, int) else None


def said(column: Column, value: Value) -> str:
    """Return a value as German readers see it: „1.234“, „62,3 %“, „22.11.2026“, „–“."""
    if value is None:
        return SUPPRESSED
    if isinstance(value, str):
        return f"{date.fromisoformat(value):%d.%m.%Y}" if column.kind == "date" and value else value
    text = f"{Decimal(value).scaleb(-column.decimals):,.{column.decimals}f}"
    text = text.translate(str.maketrans(",.", ".,"))
    return f"{text}\N{NO-BREAK SPACE}{column.unit}" if column.unit else text


def records(table: Table) -> Iterable[dict[str, Value]]:
    """Give the rows of a table by column key."""
    keys = [column.key for column in table.columns]
    return (dict(zip(keys, row, strict=True)) for row in table.rows)
