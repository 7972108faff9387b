"""Who may report, decide, hide for a time and object, and how people are drawn. Pure: no Session, no clock.

Every `why_not_…` returns None where the thing is allowed, else a German sentence that says why not.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from beteiligung.clock import berlin_date
from beteiligung.i18n import _
from beteiligung.moderation.models import LAW_GROUNDS, MEASURES

SEATED_LEAST = 8
"""Members of a council that moderates; below, two clerks decide."""
DECIDE_WITHIN = timedelta(hours=48)
"""Then somebody else is drawn."""
ESCALATE_AFTER = timedelta(hours=72)
"""Provisional hiding nobody has decided on goes to the legal office."""
APPEAL_WITHIN = timedelta(days=183)
"""Six months (Article 20 DSA)."""
FIRST_DECIDERS = 2
APPEAL_DECIDERS = 3
PAUSE_DAYS = (3, 7, 30)
TEXT_LENGTH = 2000
FACTS_LEAST = 20
"""Characters: one sentence in own words."""
PASSAGE_LEAST = 3


@dataclass(frozen=True)
class Person:
    """Somebody signed in, as this room needs to know them in one region; built anew for each request."""

    account_id: int
    council: bool
    """Sits in the region's Bürgerrat now."""
    clerk: bool
    """Works for the region's administration."""


@dataclass(frozen=True)
class Involved:
    """Whom a case is about and who has dealt with the comment before."""

    author_id: int | None
    reporter_ids: frozenset[int]
    earlier_ids: frozenset[int]
    """Who has decided on the comment in whatever stage, or hid it provisionally."""


# Reports


def why_not_flag(person: Person | None, author_id: int | None, ground: str, *, official: bool, gone: bool) -> str | None:
    """Say why this person (None: without an account) may not report the comment on this ground."""
    if gone:
        return _("Dieser Kommentar ist schon nicht mehr zu sehen.")
    if person is None:
        if ground not in LAW_GROUNDS:
            return _("Ohne Konto können Sie melden, was gegen ein Gesetz verstößt. Für alles andere melden Sie sich bitte an.")
        return None
    if author_id == person.account_id:
        return _("Das ist Ihr eigener Kommentar. Sie können ihn zurückziehen.")
    if official and ground not in LAW_GROUNDS:
        return _("Eine offizielle Antwort können Sie nur melden, wenn sie gegen ein Gesetz verstößt.")
    return None


def needs_name(ground: str) -> bool:
    """Whether a report without an account has to say who makes it: all but offences against minors (Article 16 DSA)."""
    return ground != "minors"


# Deciding


def in_conflict(account_id: int, involved: Involved) -> bool:
    """Whether somebody is author or reporter, or has dealt with the comment before."""
    return account_id == involved.author_id or account_id in involved.reporter_ids or account_id in involved.earlier_ids


def why_not_moderate(person: Person, body: str) -> str | None:
    """Say why this person has no part in cases of this body (`council` or `clerks`)."""
    if body == "clerks":
        return None if person.clerk else _("Diese Fälle entscheidet zurzeit die Verwaltung dieser Region.")
    return None if person.council else _("Diese Fälle entscheidet der Bürgerrat dieser Region.")


def why_not_decide(person: Person, body: str, involved: Involved, *, seated: bool, introduced: bool) -> str | None:
    """Say why this person may not decide the case; `seated` says whether they were drawn for it and the time still runs."""
    if reason := why_not_moderate(person, body):
        return reason
    if body == "council" and not introduced:
        return _("Bitte lesen Sie zuerst die Einführung.")
    if not seated:
        return _("Dieser Fall ist nicht oder nicht mehr bei Ihnen.")
    if in_conflict(person.account_id, involved):
        return _("Sie haben mit diesem Kommentar schon zu tun. Deshalb entscheiden andere.")
    return None


def may_decide(person: Person, body: str, involved: Involved, *, seated: bool, introduced: bool) -> bool:
    """Whether this person may decide the case."""
    return why_not_decide(person, body, involved, seated=seated, introduced=introduced) is None


def why_not_hide_provisionally(person: Person, author_id: int | None, ground: str) -> str | None:
    """Say why this person may not hide a comment until the Bürgerrat decides: clerks may, what is plainly unlawful."""
    if not person.clerk:
        return _("Vorläufig ausblenden darf nur die Verwaltung dieser Region.")
    if author_id == person.account_id:
        return _("Das ist Ihr eigener Kommentar.")
    if ground not in LAW_GROUNDS:
        return _("Vorläufig ausblenden dürfen Sie nur, was offensichtlich gegen ein Gesetz verstößt.")
    return None


def may_hide_provisionally(person: Person, author_id: int | None, ground: str) -> bool:
    """Whether this person may hide a comment until the Bürgerrat decides."""
    return why_not_hide_provisionally(person, author_id, ground) is None


# Objecting


def may_read_outcome(account_id: int, author_id: int | None, reporter_ids: Collection[int | None]) -> bool:
    """Whether an outcome with its reasons is for this person: its author and who reported."""
    return account_id == author_id or account_id in reporter_ids


def why_not_appeal(stage: str, measure: str, decided_at: datetime, now: datetime, *, is_author: bool, is_reporter: bool) -> str | None:
    """Say why somebody may not object: six months, once, and only against what went against them."""
    if stage == "appeal":
        return _("Über den Widerspruch haben drei andere Personen entschieden. Danach steht Ihnen der Weg zu einem Gericht offen.")
    if now >= decided_at + APPEAL_WITHIN:
        return _("Die Frist von sechs Monaten ist vorbei.")
    if is_author:
        return None if measure != "none" else _("Ihr Kommentar ist stehen geblieben. Da gibt es nichts zu widersprechen.")
    if not is_reporter:
        return _("Widersprechen können die Person, die geschrieben hat, und wer gemeldet hat.")
    return None


# The draw


def available(weekdays: str, now: datetime) -> bool:
    """Whether somebody with these days (Monday 0, days as in Germany) has time within 48 hours."""
    return any(str(berlin_date(now + timedelta(days=ahead)).weekday()) in weekdays for ahead in range(3))


def draw(pool: Collection[int], load: Mapping[int, int], count: int, chance: random.Random) -> list[int]:
    """Draw up to `count` people of a pool by lot, among those whose load is not far above the smallest.

    `load` is the number of recent cases by person. Whoever has more than a tenth and one case above the
    smallest load is left out while there are enough others, which keeps the load of all within ±20 %.
    """
    drawn: list[int] = []
    rest = sorted(pool)
    while rest and len(drawn) < count:
        least = min(load.get(one, 0) for one in rest)
        light = [one for one in rest if load.get(one, 0) <= least * 1.1 + 1]
        chosen = chance.choice(light)
        drawn.append(chosen)
        rest.remove(chosen)
    return drawn


def wanted(stage: str, measures: Sequence[str]) -> int:
    """Return how many have to decide a case in which these measures have been found so far."""
    if stage == "appeal":
        return APPEAL_DECIDERS
    return FIRST_DECIDERS + int(len(measures) >= FIRST_DECIDERS and len(set(measures)) > 1)


def draw_for(
    candidates: Collection[int],
    involved: Involved,
    taken: Collection[int],
    expired: Collection[int],
    load: Mapping[int, int],
    count: int,
    chance: random.Random,
) -> list[int]:
    """Draw up to `count` people for a case among those who have time.

    Never who is in conflict, nor who is `taken`: sits there, or has handed it back. Who let the time pass (`expired`) is drawn
    again only where nobody else is left.
    """
    pool = {one for one in candidates if not in_conflict(one, involved) and one not in taken}
    fresh = pool - set(expired)
    drawn = draw(fresh, load, count, chance)
    return drawn + draw(pool - fresh, load, count - len(drawn), chance)


def urgency(*, provisional: bool, law: bool, reports: int, due_at: datetime) -> tuple[int, int, datetime]:
    """Return the key by which cases are sorted: what is hidden already, what may be unlawful, what many reported, what is due first.

    No program guesses at the words of a comment: see docs/decisions/0025.
    """
    return (0 if provisional else 1 if law else 2, -reports, due_at)


# What several decisions come to


def severity(measure: str) -> int:
    """Return the place of a measure among all, 0 for none."""
    return MEASURES.index(measure)


def settle(measures: Sequence[str]) -> str | None:
    """Return the measure that holds, None where one more person has to decide.

    Two that agree settle it. Of three it is the middle one by severity: at least two of the three find
    that at least this much is needed, and at least two that no more is.
    """
    if len(measures) == FIRST_DECIDERS:
        return measures[0] if measures[0] == measures[1] else None
    if len(measures) == APPEAL_DECIDERS:
        return sorted(measures, key=severity)[1]
    return None


def agreement(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Return Cohen's kappa of two decisions a case (restrict or not), None where chance alone would agree always.

    J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20 (1960).
    """
    if not pairs:
        return None
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    first, second = sum(a for a, _b in pairs) / n, sum(b for _a, b in pairs) / n
    expected = first * second + (1 - first) * (1 - second)
    return None if expected == 1 else (observed - expected) / (1 - expected)
