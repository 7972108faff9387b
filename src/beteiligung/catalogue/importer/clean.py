"""Taking off what a page prints around its text: line numbers, tables of contents, furniture."""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from beteiligung.catalogue.importer.model import Line
from beteiligung.text.normal import normalise

_LEADING = re.compile(r"^\s*(?:[-–•*]\s+)?(?P<bold>\*\*)?\s*(?P<number>\d{1,5})(?=\s|$|\*)(?P<rest>.*)$", re.DOTALL)
_PAGE_LABEL = re.compile(r"^\W*(?:seite|s\.)\s*\d+(?:\s*(?:von|/)\s*\d+)?\W*$|^\W*\d+\s*/\s*\d+\W*$", re.IGNORECASE)
_FOOTNOTE = re.compile(r"^(?:(?P<raised>[¹²³⁴⁵⁶⁷⁸⁹⁰]+|\[\^\d{1,3}\]:)\s*(?=\w)|(?P<plain>\d{1,3})\)?\s+(?=[A-ZÄÖÜ§„h]))")
_RAISED = re.compile(r"^[¹²³⁴⁵⁶⁷⁸⁹⁰]")
_HUNG = re.compile(r"[a-zäöüß][.!?,;]?(\d{1,3})(?=\s|$)")
_SOURCE = re.compile(r"\b(?:vgl|quelle|siehe|s\.\s*\d|seite|bericht|https?:|www\.|stand)\b", re.IGNORECASE)
_DASHED_NUMBER = re.compile(r"^\s*[-–—]\s*\d{1,4}\s*[-–—]\s*$")
_TOC_TITLE = re.compile(r"^\W*(?:inhalt|inhaltsverzeichnis|inhaltsübersicht|gliederung)\W*$", re.IGNORECASE)
_TOC_ENTRY = re.compile(r"^(?P<title>.*?[^\W\d].*?)(?P<gap>\s*\.{3,}\s*|\s*…+\s*|\t+\s*|\s{3,}|\s*\|\s*|\s+)(?P<page>\d{1,4})\W*$")
_LINKS = frozenset(
    """
    mehrinfos mehrinfo mehrerfahren weiterlesen mehrlesen nachoben zumseitenanfang startseite kontakt impressum datenschutz
    datenschutzerklärung barrierefreiheit leichtesprache gebärdensprache sitemap suche menü navigation drucken teilen
    seitedrucken newsletter login anmelden registrieren cookieeinstellungen cookieseinstellungen alleakzeptieren
    allecookiesakzeptieren akzeptieren ablehnen einverstanden zumhauptinhalt zuminhaltspringen direktzuminhalt mehranzeigen
    wenigeranzeigen schließen download herunterladen readmore mehrdazu hiermehr jetztspenden mitgliedwerden facebook instagram
    twitter youtube linkedin whatsapp
    """.split()  # noqa: SIM905
)


def strip_printed_numbers(lines: list[Line]) -> tuple[list[Line], bool]:
    """Take printed line numbers off, also inside lines; tells whether the document has any.

    A document has printed line numbers if most of its lines begin with a number that continues
    the count (1, 2, 3 … or 5, 10, 15 …; the count may start anew on a page).
    """
    step = _printed_step(lines)
    if not step:
        return lines, False
    result: list[Line] = []
    last = 0
    for index, line in enumerate(lines):
        match = _LEADING.match(line.text)
        number = int(match["number"]) if match else -1
        following = _next_number(lines, index)
        fits = last < number <= last + 3 * step and (step == 1 or number % step == 0)
        anew = number == step and last > 10 and following == 2 * step
        if not match or not (fits or anew):
            result.append(replace(line, number=last or line.number))
            continue
        last = number
        rest = (match["bold"] or "") + match["rest"].lstrip(" ")
        pieces, last = _inner_numbers(rest, last, following) if step == 1 else ([rest], last)
        result.extend(Line(piece.strip(), last - len(pieces) + 1 + offset, line.page, numbered=True) for offset, piece in enumerate(pieces))
    return result, True


def _printed_step(lines: list[Line]) -> int:
    filled = [line for line in lines if line.text.strip()]
    numbers = [int(m["number"]) for m in (_LEADING.match(line.text) for line in filled) if m]
    following = sum(b - a == 1 for a, b in pairwise(numbers))
    if following >= 15 and following >= 0.5 * len(filled):
        return 1
    fifths = sum(b - a == 5 and b % 5 == 0 for a, b in pairwise(numbers))
    return 5 if fifths >= 10 and fifths >= 0.12 * len(filled) else 0


def _next_number(lines: list[Line], index: int) -> int:
    for line in lines[index + 1 : index + 8]:
        match = _LEADING.match(line.text)
        if match:
            return int(match["number"])
    return -1


def _inner_numbers(text: str, last: int, following: int) -> tuple[list[str], int]:
    """Cut a line where the next numbers stand inside it (headings set over several lines)."""
    pieces: list[str] = []
    while following > last + 1:
        match = re.search(rf"\s+(?:\*\*\s*)?{last + 1}(?=\s|\*)", text)
        if not match:
            break
        pieces.append(text[: match.start()])
        bold = "**" if match.group().strip().startswith("**") else ""
        text = bold + text[match.end() :].lstrip()
        last += 1
    return [*pieces, text], last


def drop_footnotes(lines: list[Line]) -> list[Line]:
    """Drop the footnotes of a text file: blocks that open with a raised figure, or with one that hangs on a word before.

    Not for sources that tell where blocks begin: their readers leave footnotes out themselves.
    """
    kept = list(lines)
    hung: set[str] = set()
    index = 0
    while index < len(lines):
        text = lines[index].text.strip()
        match = _FOOTNOTE.match(text)
        alone = index == 0 or not kept[index - 1].text.strip() or _RAISED.match(text)
        source = text.endswith(".") or bool(_SOURCE.search(text))
        if match and lines[index].begins is None and alone and (match["raised"] or (match["plain"] in hung and source)):
            while index < len(lines) and lines[index].text.strip():
                kept[index] = replace(lines[index], text="")
                index += 1
            continue
        hung.update(_HUNG.findall(text))
        index += 1
    return kept


def drop_furniture(lines: list[Line]) -> list[Line]:
    """Drop page numbers, running heads and the links and buttons of web pages."""
    shapes = Counter(_shape(line.text) for line in lines if line.begins is None and _could_be_furniture(line.text))
    positions: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        positions.setdefault(_shape(line.text), []).append(index)
    repeated = {
        shape
        for shape, count in shapes.items()
        if shape and ((count >= 2 and shape.endswith("seite0")) or (count >= 3 and _interrupts(lines, positions[shape], shape)))
    }
    kept = []
    for line in lines:
        text = line.text.strip()
        furniture = (
            bool(text)
            and not line.level
            and (
                _PAGE_LABEL.match(text)
                or _DASHED_NUMBER.match(text)
                or (text.isdigit() and not line.numbered)
                or (normalise(text) in _LINKS and len(text) < 40)
                or (_shape(text) in repeated and _could_be_furniture(text))
            )
        )
        kept.append(replace(line, text="") if furniture else line)
    return kept


def _shape(text: str) -> str:
    return normalise(re.sub(r"\d+", "0", text))


def _could_be_furniture(text: str) -> bool:
    text = text.strip()
    return 0 < len(text) <= 110 and not text.startswith(("#", "- ", "• ", "* ", "|")) and not text.endswith(":")


def _interrupts(lines: list[Line], at: list[int], shape: str) -> bool:
    """Tell whether lines of one shape cut sentences in two, count pages or sit at page breaks."""
    if "0" in shape and len({lines[index].text.strip() for index in at}) == len(at):
        return True
    cuts = 0
    for index in at:
        before = next((x.text.strip() for x in reversed(lines[max(0, index - 6) : index]) if x.text.strip()), "")
        after = next((x.text.strip() for x in lines[index + 1 : index + 7] if x.text.strip()), "")
        broken = bool(before) and before[-1] not in ".!?:;" and bool(after) and after[0].islower()
        paged = index > 0 and lines[index].page != lines[index - 1].page
        cuts += broken or paged
    return cuts * 3 >= len(at)


def drop_contents(lines: list[Line]) -> tuple[list[Line], frozenset[str]]:
    """Drop the table of contents; return the rest and the normal forms of the titles it lists."""
    titles: set[str] = set()
    kept = list(lines)
    index = 0
    while index < len(lines):
        run = _contents_run(lines, index)
        if run:
            titles.update(_run_titles(lines[index:run]))
            for position in range(index, run):
                kept[position] = replace(lines[position], text="")
            for position in range(max(0, index - 4), index):
                if _TOC_TITLE.match(_bare(lines[position].text)):
                    kept[position] = replace(lines[position], text="", level=0)
            index = run
        else:
            index += 1
    return kept, frozenset(titles)


def _bare(text: str) -> str:
    return text.replace("**", "").strip().strip("|#").strip()


def _entry(text: str) -> re.Match[str] | None:
    bare = _bare(text)
    if len(bare) > 220 or not bare[-1:].isdigit():
        return None
    match = _TOC_ENTRY.match(bare)
    if not match or match["title"].rstrip().endswith((":", ",")) or int(match["page"]) >= 1900:
        return None  # a table of measures ends its rows with years
    return match


def _contents_run(lines: list[Line], start: int) -> int:
    """Return the index after a run of contents lines that begins at `start`, or 0."""
    if not _entry(lines[start].text) and not _TOC_TITLE.match(_bare(lines[start].text)):
        return 0
    entries, strong, last, misses, pages = 0, 0, start, 0, [0]
    for index in range(start, len(lines)):
        text = lines[index].text.strip()
        if not text or re.fullmatch(r"[|\-:\s]+", text) or _TOC_TITLE.match(_bare(text)):
            continue
        match = _entry(text)
        if match and int(match["page"]) >= pages[-1]:
            entries, last, misses = entries + 1, index + 1, 0
            pages.append(int(match["page"]))
            strong += bool(match["gap"].strip() or len(match["gap"]) > 2 or "\t" in match["gap"])
        elif misses < 1 and len(text) < 120 and text[-1] not in ".!?" and not lines[index].level:
            misses += 1
        else:
            break
    return last if entries >= 3 and (strong * 2 >= entries) else 0


def _run_titles(lines: list[Line]) -> set[str]:
    titles, pending = set(), ""
    for line in lines:
        bare = _bare(line.text)
        match = _entry(bare)
        title = match["title"].rstrip(" .\t") if match else bare
        full = f"{pending} {title}".strip()
        if match:
            titles.update({normalise(full), normalise(re.sub(r"^[\dIVXA-Z.]+\s+", "", full))})
            pending = ""
        else:
            pending = full
    return {title for title in titles if title}
