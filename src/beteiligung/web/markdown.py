"""The small Markdown of official answers: paragraphs, lists, emphasis, links. Nothing else survives."""

import nh3
from markdown_it import MarkdownIt
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
