"""The readable part of a web page as lines: headings, paragraphs, list items, table rows."""

import re
from html.parser import HTMLParser

from beteiligung.catalogue.importer.model import Line

_SKIPPED = frozenset(
    """
    script style template noscript nav header footer aside form button select svg iframe figure dialog menu object head
    """.split()  # noqa: SIM905
)
_VOID = frozenset(
    """
    br hr img input meta link area base col embed source track wbr
    """.split()  # noqa: SIM905
)
_BLOCKS = frozenset(
    """
    p div section article main ul ol li table tr td th thead tbody h1 h2 h3 h4 h5 h6 blockquote pre dl dt dd address summary
    details hr body html
    """.split()  # noqa: SIM905
)
_BANNER = re.compile(
    r"cookie|consent|breadcrumb|navigation|\bnav\b|menu|sidebar|teaser|share|social|skip|banner"
    r"|pagination|newsletter|footer|popup|modal",
    re.IGNORECASE,
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self._open: list[tuple[str, bool]] = []
        self._buffer: list[str] = []
        self._level = 0
        self._bullet = False
        self._start = 1

    def _flush(self) -> None:
        text = re.sub(r"\s+", " ", "".join(self._buffer)).strip()
        self._buffer.clear()
        if text:
            prefix = "• " if self._bullet and not self._level else ""
            self.lines.append(Line(prefix + text, self._start, level=self._level))
            self.lines.append(Line("", self._start))
            self._bullet = False

    def _skipping(self) -> bool:
        return any(skipped for _, skipped in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._buffer.append(" ")
        if tag in _VOID:
            return
        names = " ".join(value or "" for key, value in attrs if key in {"class", "id", "role"})
        hidden = any(key == "hidden" or (key == "aria-hidden" and value == "true") for key, value in attrs)
        banner = tag not in {"body", "html", "main", "article"} and bool(_BANNER.search(names))
        if tag in _BLOCKS:
            self._flush()
            self._start = self.getpos()[0]
        self._open.append((tag, tag in _SKIPPED or hidden or banner))
        if tag == "li":
            self._bullet = True
        elif re.fullmatch(r"h[1-6]", tag):
            self._level, self._bullet = int(tag[1]), False

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._buffer.append(" ")
        if tag in _BLOCKS:
            self._flush()
        if re.fullmatch(r"h[1-6]", tag):
            self._level = 0
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == tag:
                del self._open[index:]
                break
        if tag == "li":
            self._bullet = False

    def handle_data(self, data: str) -> None:
        if not self._skipping():
            self._buffer.append(data)

    def close(self) -> None:
        super().close()
        self._flush()


def html_lines(text: str) -> list[Line]:
    """Return the lines of a page without navigation, banners, forms, scripts and footers."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.lines
