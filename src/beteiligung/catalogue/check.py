"""Whether the catalogue keeps its rules: entries by themselves, links between regions, fairness to the originals.

Pure: files and originals are read by the caller. What disagrees is a `Finding`; nothing is repaired.
"""

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from beteiligung.catalogue import rules
from beteiligung.catalogue.models import KINDS
from beteiligung.catalogue.topics import by_slug
from beteiligung.text.readability import readability
from beteiligung.text.sentences import sentences

SENTENCES = 3
REASON_LIMIT = 90
"""Characters of a reason why a recognised passage is no entry."""
EASY, MIDDLE = 8.0, 10.0
"""School years of the Wiener Sachtextformel: easy for most, still readable."""
_HASH = re.compile(r"[0-9a-f]{16}")
_BELONGS = re.compile(r"\b([a-z][a-z0-9-]*-\d{3})\b")

Entry = Mapping[str, Any]


@dataclass(frozen=True, order=True)
class Finding:
    """What is wrong, and with which entry, file or link."""

    where: str
    what: str

    def __str__(self) -> str:
        """Return it as a line."""
        return f"{self.where}: {self.what}"


@dataclass(frozen=True)
class Ease:
    """Distribution of the Wiener Sachtextformel over entries; shares between 0 and 1."""

    least: float
    lower: float
    median: float
    upper: float
    most: float
    easy: float
    middle: float

    def __str__(self) -> str:
        """Return it as a line."""
        five = " / ".join(f"{value:.1f}" for value in (self.least, self.lower, self.median, self.upper, self.most))
        return f"min / quartiles / max {five}; up to {EASY:g}: {self.easy:.0%}, up to {MIDDLE:g}: {self.middle:.0%}"


def text_of(entry: Entry) -> str:
    """Return title and summary as sentences."""
    title = str(entry.get("title", "")).rstrip()
    return f"{title}{'' if title.endswith(('.', '!', '?')) else '.'} {entry.get('summary', '')}"


def ease_of(entries: Sequence[Entry]) -> Ease:
    """Return how hard the summaries are to read (first Wiener Sachtextformel, one value an entry). Needs two entries or more."""
    values = sorted(readability(str(entry.get("summary", ""))).wiener for entry in entries)
    lower, median, upper = statistics.quantiles(values, n=4, method="inclusive")
    easy, middle = (sum(value <= limit for value in values) / len(values) for limit in (EASY, MIDDLE))
    return Ease(values[0], lower, median, upper, values[-1], easy, middle)


def check_entries(facts: Mapping[str, Any], entries: Sequence[Entry]) -> list[Finding]:
    """Return what is wrong with a region's entries by themselves; `facts` is the region's file in data/regions."""
    documents = {document["slug"]: document for document in facts.get("documents", [])}
    committees = {committee["slug"] for committee in facts.get("committees", {}).get("list", [])} | {""}
    found: list[Finding] = []
    twice = [key for key, count in Counter(str(entry.get("id")) for entry in entries).items() if count > 1]
    found += [Finding(key, "the id is used twice") for key in twice]
    titles = Counter((str(entry.get("document")), str(entry.get("title")).casefold()) for entry in entries)
    found += [Finding(document, f"the title „{title}“ is used twice") for (document, title), count in titles.items() if count > 1]
    for entry in entries:
        key = str(entry.get("id"))
        found += [Finding(key, what) for what in _wrong_with(entry, facts["slug"], documents, committees)]
    return sorted(found)


def _wrong_with(entry: Entry, region: str, documents: Mapping[str, Any], committees: set[str]) -> Iterable[str]:
    document = documents.get(str(entry.get("document")))
    if document is None:
        yield f"no such document: {entry.get('document')}"
    elif not re.fullmatch(rf"{re.escape(region)}-(?:{'|'.join(_stems(document))})-\d{{3}}", str(entry.get("id"))):
        yield f"the id is not {region}-{_stems(document)[0]}-NNN"
    title, summary = str(entry.get("title", "")), str(entry.get("summary", ""))
    yield from (f"{name}: {what}" for name, what in rules.check_words(title, summary).items())
    if (title, summary) != (rules.one_line(title), rules.one_line(summary)):
        yield "title or summary has stray spaces or lines"
    if not 1 <= len(sentences(summary)) <= SENTENCES:
        yield f"the summary has {len(sentences(summary))} sentences, not 1 to {SENTENCES}"
    if entry.get("plain") is False:
        yield "not in plain words yet"
    if by_slug(str(entry.get("topic"))) is None:
        yield f"no such topic: {entry.get('topic')}"
    if entry.get("kind") not in KINDS:
        yield f"no such kind: {entry.get('kind')}"
    if entry.get("committee", "") not in committees:
        yield f"no such committee: {entry.get('committee')}"
    yield from _wrong_facts(entry)


def _wrong_facts(entry: Entry) -> Iterable[str]:
    if "sdg" in entry and entry["sdg"] not in range(1, 18):
        yield f"no such goal of the United Nations: {entry['sdg']}"
    if "deadline" in entry and not _tells_year(text_of(entry), entry["deadline"]):
        yield f"the deadline {entry['deadline']} is not told"
    if missing := [figure for figure in entry.get("figures", []) if not set(numbers(figure)) <= set(numbers(text_of(entry)))]:
        yield f"figures not told: {', '.join(missing)}"
    if not entry.get("section"):
        yield "no section"
    if entry.get("printed_lines"):
        first, last = entry.get("line_start"), entry.get("line_end")
        if not (isinstance(first, int) and isinstance(last, int) and 0 < first <= last):
            yield "no printed lines"
    elif not entry.get("location") and "page" not in entry:
        yield "neither lines nor page nor order within the section"
    hashes = entry.get("wording_hashes", [])
    if not hashes or not all(isinstance(one, str) and _HASH.fullmatch(one) for one in hashes):
        yield "no hash of the wording"


def _tells_year(text: str, year: object) -> bool:
    return year in range(2000, 2101) and re.search(rf"\b(?:{year}|\d{{4}}/{str(year)[2:]})\b", text) is not None


def _stems(document: Mapping[str, Any]) -> list[str]:
    """Return what may stand between region and number: the year of the term or date, else the document's slug."""
    years = [str(document.get("term_start") or ""), str(document.get("dated") or "")[:4]]
    return [*(year for year in years if year), document["slug"]]


def check_links(regions: Mapping[str, Sequence[Entry]]) -> list[Finding]:
    """Return links (`wording_differs_from`) that lead nowhere, into the same region, or only one way."""
    links = {entry["id"]: set(entry.get("wording_differs_from", [])) for entries in regions.values() for entry in entries}
    home = {entry["id"]: region for region, entries in regions.items() for entry in entries}
    found = [Finding(key, "the id is used in two regions") for key, count in _all_ids(regions).items() if count > 1]
    for key, others in links.items():
        for other in sorted(others):
            if other not in links:
                found.append(Finding(key, f"is said to promise the same as {other}, which is not there"))
            elif home[other] == home[key]:
                found.append(Finding(key, f"is said to promise the same as {other} of the same region"))
            elif key not in links[other]:
                found.append(Finding(key, f"is said to promise the same as {other}, which does not say so"))
    return sorted(found)


def _all_ids(regions: Mapping[str, Sequence[Entry]]) -> Counter[str]:
    return Counter(key for entries in regions.values() for key in {entry["id"] for entry in entries})


def check_reasons(reasons: Mapping[str, str], entries: Sequence[Entry]) -> list[Finding]:
    """Return reasons for differences that say nothing, say too much, or name an entry that is not there."""
    ids = {entry["id"] for entry in entries}
    found = []
    for key, reason in reasons.items():
        if not _HASH.fullmatch(key) or not 5 <= len(reason) <= REASON_LIMIT:
            found.append(Finding(key, f"a reason has 5 to {REASON_LIMIT} characters and belongs to a hash"))
        found += [Finding(key, f"names {other}, which is not there") for other in _BELONGS.findall(reason) if other not in ids]
    return found


_PAGE = re.compile(r"\b(?:Seiten?|S\.)\s*\d+(?:\s*[-–]\s*\d+)?")
_NUMBER = re.compile(r"\d+(?:[.\s]\d{3})+(?!\d)|\d+(?:,\d+)?")


def numbers(text: str) -> list[str]:
    """Return the figures and years of a text: digits without signs of grouping, decimals after a comma.

    Where a document refers to another of its pages, that is no figure.
    """
    return [re.sub(r"[.\s]", "", found) for found in _NUMBER.findall(_PAGE.sub(" ", text))]
