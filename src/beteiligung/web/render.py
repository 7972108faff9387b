"""Jinja: one environment, and the functions and filters that templates may use."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from beteiligung import i18n
from beteiligung.settings import ROOT, settings
from beteiligung.web import filters
from beteiligung.web.markdown import render_markdown


class Viewer(Protocol):
    """All that the web knows of the person looking: identity fills it."""

    @property
    def account_id(self) -> int:
        """The account's number."""
        ...

    @property
    def display_name(self) -> str:
        """The name shown beside comments."""
        ...

    def csrf_token(self) -> str:
        """A fresh masked token bound to the session."""
        ...

    def is_staff_of(self, region_id: int) -> bool:
        """Whether this person is a clerk of the region."""
        ...

    def is_council_of(self, region_id: int) -> bool:
        """Whether this person sits in the region's Bürgerrat now."""
        ...


@cache
def _manifest() -> dict[str, str]:
    path = ROOT / "frontend" / "dist" / "manifest.json"
    manifest: dict[str, str] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return manifest


def static(name: str) -> str:
    """Return the address of a built asset; its name holds a hash of the content."""
    return f"/static/{_manifest().get(name, name)}"


def in_language(language: str, macro: Callable[[], str]) -> str:
    """Return what a macro writes in a language, whatever the page's is: its texts, days and numbers."""
    with i18n.speaking(language):
        return macro()


@cache
def environment() -> Environment:
    """Return the template environment; an undefined variable is an error, not an empty string."""
    env = Environment(
        loader=FileSystemLoader(ROOT / "frontend" / "templates"),
        autoescape=select_autoescape(["html", "xml"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.install_gettext_callables(i18n._, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(static=static, in_language=in_language, german=filters.german, demo=settings().is_demo)
    env.filters.update(
        date=filters.long_date,
        datetime=filters.long_datetime,
        number=filters.number,
        percent=filters.percent,
        place=filters.place,
        in_german=filters.in_german,
        paragraphs=filters.paragraphs,
        markdown=render_markdown,
    )
    return env


def render(template: str, **context: Any) -> str:
    """Render a template of frontend/templates to text."""
    return environment().get_template(template).render(**context)
