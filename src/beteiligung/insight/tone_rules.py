"""Who draws and who labels samples of comments, and what labels come to. Pure: no Session, no clock.

Every `why_not_…` returns None where the thing is allowed, else a German sentence that says why not.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from beteiligung.catalogue.rules import Quiet, is_quiet
from beteiligung.i18n import _
from beteiligung.insight.shares import LEAST_SAMPLE
from beteiligung.insight.tone_models import TONES

SIZE = 100
"""Comments of a sample where nobody asks for another number."""
SIZES = (50, 100, 200, 400)
LEAST_POPULATION = 50
"""Comments under which nothing is drawn: they are quickly read, and a figure would point at single people."""
LEAST_DIFFERENCE = 10
"""Comments by which two published sets have to differ, or be the same: else their difference would tell of single texts."""
SMALL = 5
"""Labels of a cell under which it is not shown by itself."""


@dataclass(frozen=True)
class Reader:
    """Somebody signed in, as this room needs to know them in one region."""

    account_id: int
    council: bool
    """Sits in the region's Bürgerrat now."""
    clerk: bool
    """Works for the region's administration."""


@dataclass(frozen=True)
class Given:
    """One label of a comment: slots 1 and 2 are blind to each other, 3 decides where they differ."""

    slot: int
    account_id: int | None
    label: str


# Who


def may_draw_sample(reader: Reader) -> bool:
    """Whether this person may have a sample drawn or thrown away: the administration of the region."""
    return reader.clerk


def may_label(reader: Reader) -> bool:
    """Whether this person may label comments of a sample: the administration and the Bürgerrat of the region."""
    return reader.clerk or reader.council


def why_not_label(reader: Reader, author_id: int | None, given: Sequence[Given], state: str) -> str | None:
    """Say why this person may not label this comment now."""
    if not may_label(reader):
        return _("Texte ordnen hier nur die Verwaltung und der Bürgerrat dieser Region ein.")
    if state != "open":
        return _("Diese Stichprobe ist abgeschlossen.")
    if author_id is not None and author_id == reader.account_id:
        return _("Das ist Ihr eigener Text. Ihn ordnen andere ein.")
    if any(one.account_id == reader.account_id for one in given):
        return _("Diesen Text haben Sie schon eingeordnet.")
    if free_slot(given) is None:
        return _("Diesen Text haben inzwischen genug Menschen eingeordnet.")
    return None


def may_take_back(own: Given, given: Sequence[Given]) -> bool:
    """Whether a label may still be taken back: not once a third person has decided because of it."""
    return own.slot == 3 or all(one.slot != 3 for one in given)


# What labels come to


def free_slot(given: Sequence[Given]) -> int | None:
    """Return where the next label of a comment belongs: one of the first two, the third where these differ, else None."""
    taken = {one.slot: one.label for one in given}
    for slot in (1, 2):
        if slot not in taken:
            return slot
    return 3 if taken[1] != taken[2] and 3 not in taken else None


def settled(given: Sequence[Given]) -> str | None:
    """Return the label that holds, None while somebody has to read the comment.

    Two that agree settle it, else what two of three say; where all three differ it is unclear.
    """
    labels = [one.label for one in sorted(given, key=lambda one: one.slot)]
    if len(labels) == 2 and labels[0] == labels[1]:
        return labels[0]
    if len(labels) < 3:
        return None
    label, times = Counter(labels).most_common(1)[0]
    return label if times > 1 else "unclear"


# The sample


def why_not_draw(population: int, unread: int, others: Sequence[int], *, is_open: bool) -> str | None:
    """Say why no sample is drawn from so many comments.

    `unread`: comments that no model has read yet; `others`: sizes of the sets of earlier samples of the region that
    hold this one or lie within it.
    """
    if is_open:
        return _("Für diese Auswahl läuft schon eine Stichprobe. Bitte schließen Sie erst diese ab.")
    if unread:
        return _("Einige Texte sind noch nicht vorbereitet. Bitte versuchen Sie es in ein paar Minuten noch einmal.")
    if population < LEAST_POPULATION:
        return _("Für eine Stichprobe braucht es mindestens {number} Kommentare. So wenige kann man einfach lesen.").format(
            number=LEAST_POPULATION
        )
    if any(0 < abs(population - other) < LEAST_DIFFERENCE for other in others):
        return _(
            "Seit einer früheren Stichprobe sind weniger als {number} Kommentare anders. Aus dem Unterschied könnte man auf "
            "einzelne Texte schließen. Bitte warten Sie, bis es mehr sind, oder wählen Sie einen anderen Ausschnitt."
        ).format(number=LEAST_DIFFERENCE)
    return None


def nested(one: tuple[str, date | None, date | None], other: tuple[str, date | None, date | None]) -> bool:
    """Whether one of two selections (topic, since, until) of a region holds the other, or may do so."""
    topics = one[0] == other[0] or not one[0] or not other[0]
    starts, ends = (one[1] or date.min, other[1] or date.min), (one[2] or date.max, other[2] or date.max)
    return topics and max(starts) <= min(ends)


def may_publish(quiet: Quiet, ended_on: date, today: date) -> bool:
    """Whether figures may be shown: in the quiet period before an election only those from before it."""
    return not is_quiet(quiet, today) or (quiet.quiet_from is not None and ended_on < quiet.quiet_from)


def is_enough(labelled: int) -> bool:
    """Whether so many labelled comments carry a share at all."""
    return labelled >= LEAST_SAMPLE


def publishable(counts: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Return the tones in groups that may be shown: each holds nobody's text or at least five labels.

    A tone with one to four labels joins „neutral“ (that is where doubtful texts stand anyway); what is left small then
    joins the smallest other group that has any.
    """
    small = [tone for tone in TONES if tone != "neutral" and 0 < counts[tone] < SMALL]
    groups: list[tuple[str, ...]] = [(tone,) for tone in TONES if tone != "neutral" and tone not in small]
    groups.append(tuple(tone for tone in TONES if tone == "neutral" or tone in small))

    def size(group: tuple[str, ...]) -> int:
        return sum(counts[tone] for tone in group)

    while any(0 < size(group) < SMALL for group in groups) and sum(size(group) > 0 for group in groups) > 1:
        least, next_one = sorted((group for group in groups if size(group)), key=size)[:2]
        groups = [group for group in groups if group not in (least, next_one)]
        groups.append(tuple(tone for tone in TONES if tone in least + next_one))
    return sorted(groups, key=lambda group: TONES.index(group[0]))


# Agreement


@dataclass(frozen=True)
class Agreement:
    """How often the first two agree; kappa and alpha None where chance alone would always agree."""

    pairs: int
    same: int
    kappa: float | None
    alpha: float | None


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Return Cohen's kappa and Krippendorff's alpha (nominal) of two labels a comment.

    J. Cohen, Educational and Psychological Measurement 20 (1960); K. Krippendorff, Content Analysis (2004), chapter 11.
    Kappa takes the first and second labels for those of two people, alpha does not care whose they are.
    """
    n, same = len(pairs), sum(a == b for a, b in pairs)
    if not n:
        return Agreement(0, 0, None, None)
    first, second = Counter(a for a, _b in pairs), Counter(b for _a, b in pairs)
    chance = sum(first[tone] * second[tone] for tone in TONES) / n**2
    all_labels = first + second
    apart = sum(all_labels[a] * all_labels[b] for a in TONES for b in TONES if a != b) / (2 * n * (2 * n - 1))
    return Agreement(
        n, same, None if chance == 1 else (same / n - chance) / (1 - chance), None if apart == 0 else 1 - (1 - same / n) / apart
    )
