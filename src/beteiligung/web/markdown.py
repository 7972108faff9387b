"""The small Markdown of official answers: paragraphs, lists, emphasis, links. Nothing else survives."""

from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_PARSER = MarkdownIt("zero", {"html": False, "linkify": False, "breaks": True}).enable(
    ["emphasis", "link", "list", "newline", "paragraph", "escape", "autolink", "entity", "balance_pairs", "fragments_join"],
    ignoreInvalid=True,
)
_TAGS = {"p", "br", "ul", "ol", "li", "em", "strong", "a"}


def render_markdown(text: str) -> Markup:
    """Return sanitised HTML; raw HTML in the text is shown as text."""
    html = nh3.clean(
        _PARSER.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
    return Markup(html)  # noqa: S704 - nh3 has just cleaned it


@dataclass(frozen=True)
class Run:
    """Words in one form; `link` is where they lead, or empty."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""


@dataclass(frozen=True)
class Block:
    """A paragraph, or an item of a list: `kind` is paragraph, bullet or number. `depth` counts lists around it, `place` items from 1."""

    kind: str
    runs: tuple[Run, ...]
    depth: int = 0
    place: int = 0

    @property
    def text(self) -> str:
        """Its words without any form."""
        return "".join(run.text for run in self.runs)


def blocks(text: str) -> list[Block]:
    """Return the same small Markdown as paragraphs and items, for what is no HTML. Links keep web and mail addresses only."""
    made: list[Block] = []
    lists: list[tuple[str, int]] = []
    fresh = False  # whether the next paragraph is the first one of its item
    for token in _PARSER.parse(text):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(("number" if token.type.startswith("ordered") else "bullet", int(token.attrGet("start") or 1) - 1))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            lists[-1] = (lists[-1][0], lists[-1][1] + 1)
            fresh = True
        elif token.type == "inline":
            kind, place = lists[-1] if lists and fresh else ("paragraph", 0)
            made.append(Block(kind, _runs(token.children or []), len(lists), place))
            fresh = False
    return made


def _runs(tokens: list[Token]) -> tuple[Run, ...]:
    bold = italic = False
    link = ""
    made: list[Run] = []
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            bold = token.type == "strong_open"
        elif token.type in ("em_open", "em_close"):
            italic = token.type == "em_open"
        elif token.type in ("link_open", "link_close"):
            address = str(token.attrGet("href") or "")
            link = address if address.startswith(("http://", "https://", "mailto:")) else ""
        elif words := "\n" if token.type in ("softbreak", "hardbreak") else token.content:
            made.append(Run(words, bold, italic, link))
    return tuple(made)
