"""How pages write dates, numbers and residents' plain text."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Protocol

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from beteiligung.clock import BERLIN
from beteiligung.i18n import LANGUAGE


class Region(Protocol):
    """What a page knows of a region's name."""

    @property
    def name(self) -> str:
        """Kreis Coesfeld."""
        ...

    @property
    def in_name(self) -> str:
        """Where somebody lives, in German: „im Kreis Coesfeld“."""
        ...


_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


def long_date(value: date | datetime) -> str:
    """6. April 2027, as the day it was in Germany."""
    if isinstance(value, datetime):
        value = value.astimezone(BERLIN).date()
    return format_date(value, "long", locale=_locale())


def long_datetime(value: datetime) -> str:
    """6. April 2027, 14.20 Uhr, in German time."""
    local = value.astimezone(BERLIN)
    return f"{long_date(local)}, {local:%H.%M} Uhr" if LANGUAGE.get() == "de" else f"{long_date(local)}, {local:%H:%M}"


def _locale() -> str:
    """English is written as in Britain: 6 April 2027."""
    return {"en": "en_GB"}.get(LANGUAGE.get(), LANGUAGE.get())


@lru_cache(maxsize=4_096)
def _decimal(value: float, locale: str) -> str:
    return format_decimal(value, locale=locale)  # babel takes 70 µs, and a list has a hundred numbers


def place(region: Region) -> str:
    """Return "im Beispielkreis", as a part of a sentence. Regions hold it in German only; in English the name with "in" does."""
    return region.in_name if LANGUAGE.get() == "de" else f"in {region.name}"


def german() -> Markup:
    """Return ` lang="de"` on an English page, for what exists in German only: wordings, titles, comments, names."""
    return Markup("") if LANGUAGE.get() == "de" else Markup(' lang="de"')


def in_german(text: str) -> str | Markup:
    """Return a German name or title within an English sentence, marked as such; in a German one as it is. Not for attributes."""
    return text if LANGUAGE.get() == "de" else Markup('<span lang="de">{}</span>').format(text)


def number(value: float) -> str:
    """1.234."""
    return _decimal(value, _locale())


def percent(value: float) -> str:
    """63 %, with a space that does not break."""
    return f"{number(value)}\N{NO-BREAK SPACE}%"


def linked(text: str) -> Markup:
    """Escape plain text and make its web addresses links that pass nothing on."""
    parts: list[Markup] = []
    end = 0
    for match in _LINK.finditer(text):
        url = match.group()
        parts += [escape(text[end : match.start()]), Markup('<a href="{0}" rel="nofollow ugc noopener noreferrer">{0}</a>').format(url)]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def paragraphs(text: str) -> Markup:
    """Plain text with empty lines between paragraphs as HTML; single line breaks stay."""
    blocks = [block.strip("\n") for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(Markup("<br>").join(linked(line) for line in block.split("\n"))) for block in blocks)
