"""Gettext. The message ids are the German texts; a catalogue in frontend/locales translates them."""

import gettext as _gettext
from contextvars import ContextVar
from functools import cache

from beteiligung.settings import ROOT

LANGUAGE: ContextVar[str] = ContextVar("language", default="de")


@cache
def translations(language: str) -> _gettext.NullTranslations:
    """Return the catalogue of a language; German needs none."""
    return _gettext.translation("messages", localedir=ROOT / "frontend" / "locales", languages=[language], fallback=True)


def _(message: str) -> str:
    """Translate a German text into the language of the present request."""
    return translations(LANGUAGE.get()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Translate a text with a number in it."""
    return translations(LANGUAGE.get()).ngettext(singular, plural, number)
