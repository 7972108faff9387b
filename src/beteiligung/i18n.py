"""Gettext. The message ids are the German texts; a catalogue in frontend/locales translates them.

So far mails alone are written in English too: `frontend/locales/en.po` holds their texts.
"""

import gettext as _gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from beteiligung.settings import ROOT

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


def _(message: str) -> str:
    """Translate a German text into the language of the present request."""
    return translations(LANGUAGE.get()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Translate a text with a number in it."""
    return translations(LANGUAGE.get()).ngettext(singular, plural, number)
