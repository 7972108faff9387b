"""What a revised document does to the commitments that were read in its earlier form. Pure.

First what still stands there word for word: a commitment is known by the normal form of its wording, at the bounds of
sentences, wherever the recognition would cut today. Then what was reworded: the best assignment of the rest to the rest
(Hungarian method, per group of wordings that are alike at all), by `likeness` and by where it stands. What is left is
new or gone, save what stood in the earlier text and nobody had made a commitment.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from beteiligung.catalogue import likeness
from beteiligung.catalogue.importer.model import Block, Extraction
from beteiligung.catalogue.matching import Stretches, assign, longest_rising
from beteiligung.catalogue.plain_form import PlainText, Stretch, heading_path
from beteiligung.i18n import _

ALIKE = 0.25
"""Likeness under which two wordings are never the same commitment, wherever they stand."""
SAME = 0.45
"""Likeness, with what the place adds, from which they are."""
SAME_SECTION = 0.1
SAME_NEIGHBOURS = 0.15
HELD = 0.6
"""How much of a wording another one holds, from which it was split off or merged into it."""
_CONTEXT = 40
_COMMON = 0.1
"""Terms in more of the wordings tell nothing of which belong together, save in a short document."""
_SHORT = 40
_MANY = 10_000
"""Pairs of the same words beyond which their order decides alone: nobody tells a hundred equal sentences apart."""


@dataclass(frozen=True, slots=True)
class Known:
    """A commitment of the document as it stood so far; `char_start` counts in the earlier text."""

    commitment_id: int
    wording: str
    hashes: tuple[str, ...]
    section: tuple[str, ...]
    char_start: int | None
    kind: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What a candidate is: "new", or "moved", "reworded", "unchanged" and whose; "covered": not to be asked about.

    `reasons` are sentences for the clerk, `meaning` whether they make another meaning likely, `moved` whether a reworded
    one stands elsewhere. A new one that was probably a part of a known one names it as `related`.
    """

    change: str
    commitment_id: int | None = None
    reasons: tuple[str, ...] = ()
    meaning: bool = False
    moved: bool = False
    related: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A commitment that stands in the text, in these or other words, although no candidate is cut like it; characters of the new text."""

    commitment_id: int
    char_start: int
    char_end: int
    change: str
    reasons: tuple[str, ...] = ()
    meaning: bool = False
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One match for each candidate in its order; what stands besides them; the ids of what is gone.

    `merged` tells of what is gone the id of the commitment whose new words hold it, where one does.
    """

    matches: tuple[Match, ...]
    standing: tuple[Standing, ...]
    gone: tuple[int, ...]
    merged: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the new text that may be a commitment: candidate `index`, or a sentence that was not recognised (None)."""

    index: int | None
    at: Stretch
    text: str
    section: tuple[str, ...]
    seen: tuple[Stretch, ...]
    """Where it stood in the earlier text."""


def compare(known: Sequence[Known], extraction: Extraction, old: Sequence[Block] = ()) -> Comparison:
    """Return what became of the known commitments (all with wording): each is one candidate's, or stands besides, or is gone.

    `old` are the blocks of the earlier text; without them what never was a commitment may be taken for new.
    """
    return _Comparing(known, extraction, old).result()


class _Comparing:
    """One comparison; ordinals are places in `known`, sorted as the earlier text has them."""

    def __init__(self, known: Sequence[Known], extraction: Extraction, old: Sequence[Block]) -> None:
        self.known = sorted(known, key=lambda one: (one.char_start if one.char_start is not None else 2**62, one.commitment_id))
        self.extraction = extraction
        bounds = [(c.location.char_start, c.location.char_end) for c in extraction.candidates]
        self.new = PlainText(extraction.blocks, bounds)
        self.old = PlainText(old, [])
        self.forms = [self.new.form(one.wording) for one in self.known]
        self.before = [self.old.nearest(form, one.char_start) for form, one in zip(self.forms, self.known, strict=True)]
        self.sections = _renamed(self.old, self.new)
        self.exact: dict[int, Stretch] = {}
        self.pieces: list[_Piece] = []
        self.covered: set[int] = set()
        self.reworded: dict[int, _Piece] = {}
        self.same_words_at: dict[int, int] = {}

    def result(self) -> Comparison:
        self._find_same_words()
        self._gather_pieces()
        self._find_rewordings()
        moved = self._moved()
        matches = [Match("covered") if n in self.covered else Match("new") for n in range(len(self.extraction.candidates))]
        standing = []
        for ordinal, at in self.exact.items():
            one, change = self.known[ordinal], "moved" if ordinal in moved else "unchanged"
            index = self.same_words_at.get(ordinal)
            if index is None:
                standing.append(Standing(one.commitment_id, *self.new.chars(at), change, moved=ordinal in moved))
            else:
                matches[index] = Match(change, one.commitment_id, moved=ordinal in moved)
        for ordinal, piece in self.reworded.items():
            one = self.known[ordinal]
            reasons = likeness.reasons_for_new_meaning(one.wording, piece.text)
            meaning = bool(reasons)
            if not reasons and self._alike(ordinal, piece) < likeness.MUCH:
                reasons = (_("Vieles ist anders formuliert"),)
            elsewhere = ordinal in moved
            if piece.index is None:
                standing.append(Standing(one.commitment_id, *self.new.chars(piece.at), "reworded", reasons, meaning, elsewhere))
            else:
                matches[piece.index] = Match("reworded", one.commitment_id, reasons, meaning, elsewhere)
        gone = [n for n in range(len(self.known)) if self._stood(n) and n not in self.exact and n not in self.reworded]
        merged = {self.known[n].commitment_id: other for n in gone if (other := self._merged_into(n)) is not None}
        for piece in self.pieces:
            if piece.index is not None and matches[piece.index].change == "new":
                if piece.seen:
                    matches[piece.index] = Match("covered")
                elif (other := self._split_from(piece)) is not None:
                    why = _("Stand vielleicht bisher in einer anderen Zusage. Dann ist sie geteilt worden.")
                    matches[piece.index] = Match("new", reasons=(why,), related=other)
        standing.sort(key=lambda one: (one.char_start, one.commitment_id))
        return Comparison(tuple(matches), tuple(standing), tuple(self.known[n].commitment_id for n in gone), merged)

    def _stood(self, ordinal: int) -> bool:
        """Whether a wording stood in the earlier text: one that was kept although it had gone from it is not asked about again."""
        return bool(self.forms[ordinal]) and (self.before[ordinal] is not None or not self.old.plain)

    # Word for word

    def _find_same_words(self) -> None:
        groups: dict[str, list[int]] = defaultdict(list)
        for ordinal, form in enumerate(self.forms):
            if form:
                groups[form].append(ordinal)
        for form, ordinals in groups.items():
            around = [self._around(self.old, self.before[n]) for n in ordinals]
            places = sorted({at for context in around for at in self.new.find(form, *context)})
            if len(ordinals) * len(places) > _MANY:
                pairs = [(n, n) for n in range(min(len(ordinals), len(places)))]
            else:
                pairs = assign(
                    {
                        (n, m): self._place_score(ordinal, at, around[n], len(groups))
                        for n, ordinal in enumerate(ordinals)
                        for m, at in enumerate(places)
                    }
                )
            for n, m in pairs:
                if likeness.figures(self.known[ordinals[n]].wording) == likeness.figures(self.new.text(places[m])):
                    self.exact[ordinals[n]] = places[m]
        self._give_up_enlarged()
        cut_alike = {self._stretch_of(index): index for index in reversed(range(len(self.extraction.candidates)))}
        for ordinal, at in self.exact.items():
            index = cut_alike.get(at)
            if index is not None and index not in self.covered:
                self.same_words_at[ordinal] = index
                self.covered.add(index)

    def _give_up_enlarged(self) -> None:
        """A candidate that holds one known wording and something that was never there before is a rewording of it."""
        within: dict[int, list[int]] = defaultdict(list)
        spans = [self._stretch_of(index) for index in range(len(self.extraction.candidates))]
        starts = sorted((at[0], ordinal) for ordinal, at in self.exact.items())
        for index, (start, end) in enumerate(spans):
            first = bisect_left(starts, (start, -1))
            for begin, ordinal in starts[first : bisect_left(starts, (end, -1), first)]:
                if self.exact[ordinal][1] <= end and (begin, self.exact[ordinal][1]) != (start, end):
                    within[index].append(ordinal)
        for index, ordinals in within.items():
            start, end = spans[index]
            rest = [(start, self.exact[ordinals[0]][0]), (self.exact[ordinals[-1]][1], end)]
            added = any(b > a and not self.old.find(self.new.plain[a:b]) for a, b in rest)
            if added and len(ordinals) == 1 and self.old.plain:
                del self.exact[ordinals[0]]

    @staticmethod
    def _around(text: PlainText, at: Stretch | None) -> tuple[str, str]:
        return (text.plain[max(at[0] - _CONTEXT, 0) : at[0]], text.plain[at[1] : at[1] + _CONTEXT]) if at else ("", "")

    def _place_score(self, ordinal: int, at: Stretch, around: tuple[str, str], count: int) -> float:
        """Of several places with the same words: no overview, the same section, the same neighbours, the same order."""
        here = self._around(self.new, at)
        before, after = (bool(a) and a == b for a, b in zip(around, here, strict=True))
        shift = abs(at[0] / max(len(self.new.plain), 1) - (ordinal + 0.5) / max(count, 1))
        return 20 - 8 * self.new.teaser(at) + 4 * self._same_section(ordinal, at) + 2 * (before + after) - min(shift, 1)

    def _same_section(self, ordinal: int, at: Stretch) -> bool:
        old = self.old.section(before) if (before := self.before[ordinal]) else heading_path(self.known[ordinal].section)
        return self.sections.get(old, old) == self.new.section(at)

    def _moved(self) -> set[int]:
        """What stands in another section, or out of the order in which most still stand."""
        places = {**self.exact, **{ordinal: piece.at for ordinal, piece in self.reworded.items()}}
        elsewhere = {ordinal for ordinal, at in places.items() if not self._same_section(ordinal, at)}
        staying = [ordinal for ordinal in sorted(places) if ordinal not in elsewhere]
        return elsewhere | (set(staying) - longest_rising(staying, places))

    # In other words

    def _stretch_of(self, index: int) -> Stretch:
        location = self.extraction.candidates[index].location
        return self.new.index(location.char_start), self.new.index(location.char_end)

    def _gather_pieces(self) -> None:
        taken = Stretches(self.exact.values())
        candidates = Stretches(self._stretch_of(index) for index in range(len(self.extraction.candidates)))
        for index, candidate in enumerate(self.extraction.candidates):
            at = self._stretch_of(index)
            if index in self.covered:
                continue
            if taken.share(at) >= 0.5:
                self.covered.add(index)
                continue
            seen = tuple(self.old.find_within(self.new.form(candidate.quote)))
            self.pieces.append(_Piece(index, at, candidate.quote, self.new.section(at), seen))
        if not self.old.plain:
            return
        for at in self.new.sentences():
            if not taken.share(at) and not candidates.share(at) and not self.new.teaser(at):
                seen = tuple(self.old.find(self.new.plain[at[0] : at[1]]))
                self.pieces.append(_Piece(None, at, self.new.text(at), self.new.section(at), seen))

    def _find_rewordings(self) -> None:
        rest = [ordinal for ordinal in range(len(self.known)) if ordinal not in self.exact]
        self.fixed = sorted(longest_rising(sorted(self.exact), self.exact))
        known = [likeness.terms_of(one.wording) for one in self.known]
        found = [likeness.terms_of(piece.text) for piece in self.pieces]
        recognised = [likeness.terms_of(candidate.quote) for candidate in self.extraction.candidates]
        rare = likeness.rarity((known, recognised, found))
        self.terms = [likeness.weigh(terms, rare) for terms in known]
        self.piece_terms = {piece.at: likeness.weigh(terms, rare) for piece, terms in zip(self.pieces, found, strict=True)}
        # a common number alone makes no two sentences alike
        words = [likeness.weigh(likeness.without_figures(terms), rare) for terms in known]
        piece_words = [likeness.weigh(likeness.without_figures(terms), rare) for terms in found]
        scores: dict[tuple[int, int], float] = {}
        for ordinal, number in self._worth_comparing(rest):
            piece = self.pieces[number]
            if piece.seen and not self._was_part_of(piece, ordinal):
                continue
            alike = self._alike(ordinal, piece)
            if likeness.likeness(words[ordinal], piece_words[number]) < ALIKE:
                continue
            score = alike + SAME_SECTION * self._same_section(ordinal, piece.at) + SAME_NEIGHBOURS * self._between(ordinal, piece.at)
            if alike >= ALIKE and score >= SAME + (0.1 if piece.index is None else 0):
                scores[ordinal, number] = score
        self.reworded = {ordinal: self.pieces[number] for ordinal, number in assign(scores)}

    def _alike(self, ordinal: int, piece: _Piece) -> float:
        return likeness.likeness(self.terms[ordinal], self.piece_terms[piece.at])

    def _worth_comparing(self, ordinals: Sequence[int]) -> Iterable[tuple[int, int]]:
        """Return (ordinal, number of piece) of those that share a term that tells something."""
        holding: dict[str, list[int]] = defaultdict(list)
        for number, piece in enumerate(self.pieces):
            for term in self.piece_terms[piece.at].terms:
                holding[term].append(number)
        most = max(_SHORT, int(_COMMON * len(self.pieces)))
        return [
            (ordinal, number)
            for ordinal in ordinals
            for number in sorted({n for term in self.terms[ordinal].terms if len(holding[term]) <= most for n in holding[term]})
        ]

    def _was_part_of(self, piece: _Piece, ordinal: int) -> bool:
        before = self.before[ordinal]
        return before is not None and any(start < before[1] and end > before[0] for start, end in piece.seen)

    def _between(self, ordinal: int, at: Stretch) -> bool:
        """Whether a stretch lies between the same neighbours as the commitment did."""
        here = bisect_left(self.fixed, ordinal)
        after_previous = here == 0 or self.exact[self.fixed[here - 1]][1] <= at[0]
        return after_previous and (here == len(self.fixed) or at[1] <= self.exact[self.fixed[here]][0])

    def _split_from(self, piece: _Piece) -> int | None:
        """The commitment that held the words of a piece, beside the new place of that commitment."""
        near = [(abs(other.at[0] - piece.at[0]), ordinal) for ordinal, other in self.reworded.items()]
        for _distance, ordinal in sorted(near)[:2]:
            if likeness.held(self.piece_terms[piece.at], self.terms[ordinal]) >= HELD:
                return self.known[ordinal].commitment_id
        return None

    def _merged_into(self, gone: int) -> int | None:
        """The commitment whose new words hold those of one that is gone; a neighbour of it."""
        for ordinal in sorted(self.reworded, key=lambda n: (abs(n - gone), n))[:2]:
            if likeness.held(self.terms[gone], self.piece_terms[self.reworded[ordinal].at]) >= HELD:
                return self.known[ordinal].commitment_id
        return None


def _renamed(old: PlainText, new: PlainText) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return earlier heading path → present one, of sections that only got another heading.

    That is so where the earlier path is gone, the present one new, and most sentences that stayed of the one stand in the other.
    """
    then, now = old.sections_of_sentences(), new.sections_of_sentences()
    pairs = Counter((then[form], now[form]) for form in then.keys() & now.keys())
    gone, come = set(then.values()) - set(now.values()), set(now.values()) - set(then.values())
    out: dict[tuple[str, ...], int] = Counter()
    into: dict[tuple[str, ...], int] = Counter()
    for (one, two), number in pairs.items():
        out[one] += number
        into[two] += number
    return {one: two for (one, two), n in pairs.items() if one in gone and two in come and 2 * n > out[one] and 2 * n > into[two]}
