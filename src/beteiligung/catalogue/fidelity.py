"""Whether the plain words are fair to an original at hand: nothing copied, no figure lost, every passage told. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from beteiligung.catalogue import anchors
from beteiligung.catalogue.check import Entry, Finding, numbers
from beteiligung.catalogue.importer.model import Candidate, Extraction
from beteiligung.text.normal import wording_hash

RUN = 8
"""Equal words in a row from which a text is copied."""
ATTACHED = 0.97
"""Share of a document's entries that must find their wording."""
_WORD = re.compile(r"[^\W_]+(?:[-*:/’'.][^\W_]+)*")
_QUOTED = re.compile(r"[„‚»]([^“‘«„]{2,120})[“‘«]")

Words = tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """How the entries and the recognised candidates of a document meet.

    `told` candidates share a sentence with an entry, `reasoned` ones have a written reason instead; `added`
    entries were found by reading alone; `attached` ones find their wording.
    """

    entries: int
    attached: int
    added: int
    candidates: int
    told: int
    reasoned: int

    def __str__(self) -> str:
        """Return it as a line."""
        return (
            f"{self.attached} of {self.entries} entries find their wording, {self.added} found by reading alone; {self.candidates} "
            f"candidates: {self.told} told, {self.reasoned} with a reason, {self.candidates - self.told - self.reasoned} open"
        )


class Original:
    """A document read, with the entries' places in it."""

    def __init__(self, extraction: Extraction, entries: Sequence[Entry]) -> None:
        self.extraction, self.entries = extraction, entries
        self.units = anchors.units_of(extraction)
        self.spans = anchors.place([entry.get("wording_hashes", []) for entry in entries], self.units)

    def wording(self, index: int) -> list[anchors.Unit]:
        """Return the sentences that entry number `index` tells, in reading order; empty where its place was not found."""
        span = self.spans[index]
        if span is None:
            return []
        hashes = set(self.entries[index]["wording_hashes"])
        return [unit for unit in self.units[span[0] : span[1] + 1] if unit.hash in hashes]

    @cached_property
    def candidates(self) -> dict[str, Candidate]:
        """Recognised passages by the hash of their whole wording; of equal ones the last."""
        return {wording_hash(candidate.quote): candidate for candidate in self.extraction.candidates}

    @cached_property
    def told(self) -> list[tuple[int, int]]:
        """Characters of the original that some entry tells."""
        return sorted({(unit.start, unit.end) for index in range(len(self.entries)) for unit in self.wording(index)})

    @cached_property
    def runs(self) -> frozenset[Words]:
        """All runs of eight words of the original."""
        words = words_of(self.extraction.text)
        return frozenset(tuple(words[n : n + RUN]) for n in range(len(words) - RUN + 1))

    @cached_property
    def quoted(self) -> list[str]:
        """What the original itself puts in quotation marks: titles and programmes."""
        return [found for found in _QUOTED.findall(self.extraction.text) if words_of(found)]


def words_of(text: str) -> list[str]:
    """Return the words and figures of a text in small letters."""
    return [word.casefold() for word in _WORD.findall(text)]


def copied(text: str, runs: frozenset[Words], names: Sequence[str]) -> list[str]:
    """Return the runs of eight or more words that `text` shares with an original.

    Figures and the words of `names` do not count: a run is too long when eight other words are left.
    """
    words = words_of(text)
    own = [not any(letter.isdigit() for letter in word) for word in words]
    for name in names:
        sought = words_of(name)
        for start in range(len(words) - len(sought) + 1):
            if sought and words[start : start + len(sought)] == sought:
                own[start : start + len(sought)] = [False] * len(sought)
    found: list[tuple[int, int]] = []
    for start in range(len(words) - RUN + 1):
        if tuple(words[start : start + RUN]) in runs:
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], start + RUN)
            else:
                found.append((start, start + RUN))
    return [" ".join(words[start:end]) for start, end in found if sum(own[start:end]) >= RUN]


def check_original(original: Original, names: Sequence[str], reasons: Mapping[str, str]) -> tuple[Coverage, list[Finding]]:
    """Return how entries and original meet, and what is wrong: copied, lost or left out."""
    found: list[Finding] = []
    known = {unit.hash for unit in original.units}
    attached = added = 0
    recognised = [(c.location.char_start, c.location.char_end) for c in original.extraction.candidates]
    for index, entry in enumerate(original.entries):
        told = original.wording(index)
        attached += bool(told)
        added += not any(_meet((unit.start, unit.end), recognised) for unit in told)
        if lost := [one for one in entry.get("wording_hashes", []) if one not in known]:
            found.append(Finding(entry["id"], f"{len(lost)} sentences of its wording are not in the original"))
        found += [Finding(entry["id"], what) for what in _unfair(entry, original, told, names)]
    told_count, reasoned, open_ = _coverage(original, reasons)
    found += open_
    coverage = Coverage(len(original.entries), attached, added, len(recognised), told_count, reasoned)
    return coverage, sorted(found)


def _unfair(entry: Entry, original: Original, told: Sequence[anchors.Unit], names: Sequence[str]) -> list[str]:
    texts = (str(entry.get("title", "")), str(entry.get("summary", "")))
    allowed = [*names, *original.quoted]
    found = [f"copies {RUN} words or more: {run}" for text in texts for run in copied(text, original.runs, allowed)]
    here = numbers(" ".join(texts))
    there = [number for unit in told for number in numbers(original.extraction.text[unit.start : unit.end])]
    if missing := sorted(set(there) - set(here)):
        found.append(f"leaves out {', '.join(missing)}")
    if invented := sorted(set(here) - set(numbers(original.extraction.text))):
        found.append(f"adds {', '.join(invented)}, which the original does not hold")
    return found


def _coverage(original: Original, reasons: Mapping[str, str]) -> tuple[int, int, list[Finding]]:
    told = reasoned = 0
    found = []
    for candidate in original.extraction.candidates:
        key = wording_hash(candidate.quote)  # of equal passages each has its own place
        where = (candidate.location.char_start, candidate.location.char_end)
        if _meet(where, original.told):
            told += 1
            if key in reasons:
                found.append(Finding(key, "a reason for something that an entry tells"))
        elif key in reasons:
            reasoned += 1
        else:
            found.append(Finding(key, f"recognised, but no entry and no reason: {anchors.beginning(candidate.quote, 80)}"))
    return told, reasoned, found


def _meet(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)
