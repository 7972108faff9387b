"""Gettext. The message ids are the German texts; a catalogue in frontend/locales translates them.

The address says the language: German pages stand at `/…`, English ones at `/en/…`. So no cookie is needed, a page kept or sent on
stays in its language, and a cache knows it by its address. `python -m tests.messages` brings the catalogue up to date.
"""

import gettext as _gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from beteiligung.settings import ROOT

LANGUAGES = ("de", "en")
"""German first: its texts are the message ids."""
LANGUAGE: ContextVar[str] = ContextVar("language", default="de")
LOCALES = ROOT / "frontend" / "locales"


@cache
def translations(language: str) -> _gettext.NullTranslations:
    """Return the catalogue of a language, read from its text file; German needs none."""
    path = LOCALES / f"{language}.po"
    if not path.is_file():
        return _gettext.NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use a language within the block, whatever the request's is."""
    token = LANGUAGE.set(language)
    try:
        yield
    finally:
        LANGUAGE.reset(token)


def localized(path: str, language: str | None = None) -> str:
    """Return where a page of ours stands in a language (of the present request): `/kassel` or `/en/kassel`."""
    language = language or LANGUAGE.get()
    return path if language == LANGUAGES[0] else f"/{language}{path}"


def said() -> dict[str, Any]:
    """Return what a job keeps of the language in which somebody asked for it: nothing where it was German."""
    language = LANGUAGE.get()
    return {} if language == LANGUAGES[0] else {"language": language}


def _(message: str) -> str:
    """Translate a German text into the language of the present request."""
    return translations(LANGUAGE.get()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Translate a text with a number in it."""
    return translations(LANGUAGE.get()).ngettext(singular, plural, number)
