"""The readable part of a web page as lines: headings, paragraphs, list items, table rows."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import groupby

from beteiligung.catalogue.importer.model import Line

_SKIPPED = frozenset(
    """
    script style template noscript nav footer aside button select svg iframe figure dialog menu object head label fieldset legend
    textarea option audio video canvas search
    """.split()  # noqa: SIM905
)
_VOID = frozenset(
    """
    br hr img input meta link area base col embed source track wbr
    """.split()  # noqa: SIM905
)
_BLOCKS = frozenset(
    """
    p div section article main ul ol li table tr td th thead tbody tfoot caption h1 h2 h3 h4 h5 h6 blockquote pre dl dt dd address
    summary details hr body html form header
    """.split()  # noqa: SIM905
)
_ENDS_PARAGRAPH = _BLOCKS - {"html", "body"}
_PARTS = frozenset(
    """
    nav navi navbar navigation menu menubar sidebar share sharing social socials skip skiplink skiplinks banner pagination pager
    newsletter footer popup modal overlay breadcrumb breadcrumbs teaser teasers related recommendations contentinfo complementary
    dialog alertdialog search toolbar
    """.split()  # noqa: SIM905
)
_STARTS = ("cookie", "consent", "breadcrumb", "teaser", "newsletter", "mainnav", "metanav", "subnav", "usercentrics")
_MAIN_SHARE = 0.3
_LINKED = 60  # characters: longer list items that are one link are content


@dataclass(slots=True)
class _Table:
    begin: int
    rows: list[list[tuple[int, int]]] = field(default_factory=list)
    heads: list[bool] = field(default_factory=list)
    layout: bool = False


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self.main: list[bool] = []
        self.linked: list[bool] = []
        self._open: list[tuple[str, bool]] = []
        self._buffer: list[tuple[str, bool]] = []
        self._tables: list[_Table] = []
        self._level = 0
        self._bullet = False
        self._start = 1

    def _flush(self) -> None:
        text = re.sub(r"\s+", " ", "".join(piece for piece, _ in self._buffer)).strip()
        linked = bool(text) and all(link or not piece.strip() for piece, link in self._buffer)
        self._buffer.clear()
        if text:
            prefix = "• " if self._bullet and not self._level else ""
            self._put(Line(prefix + text, self._start, level=self._level, begins=True), linked=linked)
            self._bullet = False

    def _put(self, line: Line, *, linked: bool = False) -> None:
        self.lines.append(line)
        self.main.append(self._within("main"))
        self.linked.append(linked)

    def _within(self, *tags: str) -> bool:
        return any(tag in tags for tag, _ in self._open)

    def _skips(self, tag: str, attrs: list[tuple[str, str | None]]) -> bool:
        """Tell what surrounds a text: navigation, banners, teasers, forms' fields, hidden parts."""
        if tag in _SKIPPED:
            return True
        given = dict(attrs)
        if "hidden" in given or given.get("aria-hidden") == "true" or re.search(r"display\s*:\s*none", given.get("style") or ""):
            return True
        if tag in {"body", "html", "main"}:
            return False
        if tag == "header" and not self._within("main", "article"):
            return True
        names = re.split(
            r"[\s_\-]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "-", " ".join(given.get(key) or "" for key in ("class", "id", "role"))).lower()
        )
        return tag != "article" and any(name in _PARTS or name.startswith(_STARTS) for name in names)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._buffer.append((" ", True))
        if tag == "hr":
            self._flush()
        if tag in _VOID:
            return
        if tag in _BLOCKS:
            self._flush()
            self._start = self.getpos()[0]
            if self._open and self._open[-1][0] == "p" and tag in _ENDS_PARAGRAPH:
                self._open.pop()  # its end tag may be left out
            if self._open and tag in {"li", "td", "th", "tr", "dt", "dd"} and self._open[-1][0] == tag:
                self.handle_endtag(tag)
        self._open.append((tag, self._skips(tag, attrs)))
        if tag == "li":
            self._bullet = True
        elif re.fullmatch(r"h[1-6]", tag):
            self._level, self._bullet = int(tag[1]), False
            for table in self._tables:
                table.layout = True
        self._open_table(tag)

    def _open_table(self, tag: str) -> None:
        if tag == "table":
            for table in self._tables:
                table.layout = True
            self._tables.append(_Table(len(self.lines)))
        elif not self._tables:
            return
        elif tag == "tr":
            self._tables[-1].rows.append([])
            self._tables[-1].heads.append(self._within("thead"))
        elif tag in {"td", "th"}:
            table = self._tables[-1]
            if not table.rows:
                table.rows.append([])
                table.heads.append(False)
            table.heads[-1] = tag == "th" and (table.heads[-1] or not table.rows[-1])
            table.rows[-1].append((len(self.lines), -1))  # still open

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
        if tag in {"td", "th", "tr", "table"} and self._tables and self._tables[-1].rows and self._tables[-1].rows[-1]:
            begin, end = self._tables[-1].rows[-1][-1]
            self._tables[-1].rows[-1][-1] = (begin, len(self.lines) if end < 0 else end)
        if tag == "table" and self._tables:
            self._close_table(self._tables.pop())
        if re.fullmatch(r"h[1-6]", tag):
            self._level = 0
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == tag:
                del self._open[index:]
                break
        if tag == "li":
            self._bullet = False

    def _close_table(self, table: _Table) -> None:
        """Put the cells of each row into one line; a table that only lays out the page stays as it was read."""
        if table.layout or max((len(row) for row in table.rows), default=0) < 2:
            return
        rows = [(row, head) for row, head in zip(table.rows, table.heads, strict=True) if row]
        read = [
            [" ".join(line.text.removeprefix("• ") for line in self.lines[begin:end]).replace("|", "/") for begin, end in row]
            for row, _ in rows
        ]
        numbers = [self.lines[row[0][0]].number if row[0][0] < len(self.lines) else self._start for row, _ in rows]
        before = rows[0][0][0][0]
        del self.lines[before:], self.main[before:], self.linked[before:]
        for index, (cells, number) in enumerate(zip(read, numbers, strict=True)):
            if any(cells):
                self._put(Line(f"| {' | '.join(cells)} |", number, begins=True))
                if index == 0 and rows[0][1] and len(rows) > 1:
                    self._put(Line("|---|---|", number, begins=True))

    def handle_data(self, data: str) -> None:
        if not any(skipped for _, skipped in self._open):
            self._buffer.append((data, self._within("a")))

    def close(self) -> None:
        super().close()
        self._flush()


def html_lines(text: str) -> list[Line]:
    """Return the lines of a page without navigation, banners, teasers, forms, scripts and footers.

    Where a page names its main part and that holds most of it, only that is read. Lists of bare links are navigation.
    """
    reader = _Reader()
    reader.feed(text)
    reader.close()
    rows = list(zip(reader.lines, reader.main, reader.linked, strict=True))
    inside = sum(len(line.text) for line, main, _ in rows if main)
    if inside > _MAIN_SHARE * sum(len(line.text) for line, _, _ in rows):
        rows = [row for row in rows if row[1]]
    kept: list[Line] = []
    for bare, group in groupby(rows, key=lambda row: row[2] and row[0].text.startswith("• ") and len(row[0].text) < _LINKED):
        run = [line for line, _, _ in group]
        if not bare or len(run) < 3:
            kept += run
    return kept
