"""`python -m tests.messages`: bring frontend/locales/en.po up to date with the texts of templates and code.

What is new is added without a translation, what nothing uses any more is left out. `tests/test_language.py` fails until every text
has its English.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.lexer import Token

from beteiligung.i18n import LOCALES
from beteiligung.settings import ROOT

TEMPLATES = ROOT / "frontend" / "templates"
CATALOGUE = LOCALES / "en.po"
HEAD = "English texts; the message ids are the German ones. Kept by `python -m tests.messages`."
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
_PLACEHOLDERS = re.compile(r"%\(\w+\)s|\{\w*\}")

Message = str | tuple[str, str]


def used() -> dict[Message, Path]:
    """Return every text of templates and code, with the first file it stands in, in the order of the files."""
    found: dict[Message, Path] = {}
    files = [(path, "jinja2.ext:babel_extract") for kind in ("html", "txt", "xml") for path in TEMPLATES.rglob(f"*.{kind}")]
    files += [(path, "python") for folder in ("src", "worker") for path in (ROOT / folder).rglob("*.py")]
    for path, method in sorted(files):
        options = {"newstyle_gettext": "true"} if method != "python" else {}
        for _line, message, _comments, _context in extract_from_file(method, path, _KEYWORDS, options=options):
            text = (message[0], message[1]) if isinstance(message, tuple) else message
            if text and text[0]:
                found.setdefault(text, path.relative_to(ROOT))
    return found


def catalogue() -> Catalog:
    """Return the English texts as they are."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def english(known: Catalog, text: Message) -> tuple[str, ...]:
    """Return the English of a text, singular and plural where it has two; empty where there is none."""
    entry = known.get(text if isinstance(text, str) else text[0])
    if entry is None or isinstance(entry.id, str) is not isinstance(text, str):
        return ()
    said = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)
    return said if all(said) else ()


def mistakes(text: Message, said: tuple[str, ...]) -> str | None:
    """Say what is wrong with a translation: a placeholder that the German has and it has not, or the other way round."""
    german = (text,) if isinstance(text, str) else text
    wanted = [sorted(_PLACEHOLDERS.findall(one)) for one in german]
    given = [sorted(_PLACEHOLDERS.findall(one)) for one in said]
    if given[-1] != wanted[-1] or not set(given[0]) <= {*wanted[0], *wanted[-1]}:
        return f"{german[0]!r} has {wanted[-1]}, its English {given[-1]}"
    return None


# Texts that nobody marked


_TAG = re.compile(r"<!--.*?-->|<(script|style|svg|code|pre)\b.*?</\1>|<[^>]*>", re.DOTALL)
_SAID = re.compile(r"""\b(?:alt|title|aria-label|aria-description|placeholder|label)=["']([^"'<>]*)["']""")
_RULE = re.compile(r"[^<{}]*\{[^{}<>]*\}")
"""Of a style sheet within a template."""
_ADDRESS = re.compile(r"(?:^|(?<=[\s>(\x00]))/[\w./{}?=&\x00-]*")
_WORD = re.compile(r"(?<![\w-])[^\W\d_]{3,}(?![\w{])")
SAME_IN_BOTH = frozenset(
    {
        "Beteiligung",
        "width",
        "device",
        "initial",
        "scale",
        "light",
        "dark",
        "noindex",
        "website",
        "JSON",
        "CSV",
        "PDF",
        "Atom",
        "https",
        "SHA",
    }
)


def unmarked(source: str) -> Iterator[str]:
    """Yield the words of a template that are neither marked for translation nor markup."""
    html, within = [], 0
    for token in _tokens(source):
        if token.type == "name" and token.value == "trans":
            within += 1
        elif token.type == "name" and token.value == "endtrans":
            within -= 1
        elif token.type == "data" and not within:
            html.append(token.value)
        elif token.type in ("variable_begin", "block_begin"):
            html.append("\x00")
    page = "".join(html)
    for _depth in range(3):
        page = _RULE.sub(" ", page)
    yield from (word for said in _SAID.findall(page) for word in _WORD.findall(said) if word not in SAME_IN_BOTH)
    yield from (word for word in _WORD.findall(_ADDRESS.sub(" ", re.sub(r"&\w+;", " ", _TAG.sub(" ", page)))) if word not in SAME_IN_BOTH)


def _tokens(source: str) -> Iterator[Token]:
    return iter(Environment(extensions=["jinja2.ext.i18n"], autoescape=True)._tokenize(source, None))


def main() -> None:
    """Write the catalogue anew."""
    before = catalogue()
    after = Catalog(locale="en", header_comment=f"# {HEAD}", fuzzy=False)
    missing = []
    for text in used():
        said = english(before, text)
        after.add(text, said if len(said) > 1 else "".join(said))
        if not said:
            missing.append(text)
    written = io.BytesIO()
    write_po(written, after, width=0, omit_header=True)
    head = (
        f'# {HEAD}\nmsgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    )
    CATALOGUE.write_bytes(head.encode() + written.getvalue())
    print(f"{len(after)} texts, {len(missing)} without English")
    for text in missing:
        print(" ", text)


if __name__ == "__main__":
    main()
