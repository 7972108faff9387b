"""A council at work, case by case, with the room's own rules and an own clock: who is drawn, who answers, who is drawn anew.

Only `beteiligung.moderation.rules` decides who may and how it comes out; invented are the people: their days, how reliable they
are, how often two differ, how often somebody objects. Pure: the same seed gives the same year.
"""

import heapq
import random
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from beteiligung.moderation import rules
from beteiligung.moderation.rules import Involved
from support import NOW

HOUR = timedelta(hours=1)
LOAD_OVER = timedelta(days=30)
WATCH = HOUR
"""The worker looks every hour."""
PATIENCE = timedelta(days=30)
"""A case that lacks people for so long waits for new members; the administration sees it in its list."""


@dataclass(frozen=True)
class World:
    """What is assumed. Shares are of 1."""

    members: int = 30
    cases_a_week: float = 32.3
    """7,000 comments a month, of which one in fifty is reported."""
    in_time: float = 0.9
    hands_back: float = 0.03
    differ: float = 0.15
    restricts: float = 0.6
    appeals: float = 0.1
    by_members: float = 0.05
    """How often author or reporter sit in the council themselves."""


@dataclass
class Case:
    number: int
    stage: str
    involved: Involved
    opened_at: datetime
    made: list[tuple[int, str]] = field(default_factory=list)
    sitting: dict[int, datetime] = field(default_factory=dict)
    returned: set[int] = field(default_factory=set)
    expired: set[int] = field(default_factory=set)
    decided_at: datetime | None = None


@dataclass
class Result:
    """What came of it. `decided` counts each member's decisions, `wrong` says what must never happen."""

    cases: int
    decided: Counter[int]
    wrong: list[str]
    hours: list[float]
    thirds: int
    appeals: int
    drawn: int
    weeks: float
    waiting: int = 0
    """Cases for which too few without a part in them are left."""

    @property
    def spread(self) -> tuple[float, float]:
        """The smallest and the largest load of a member by the mean, less 1."""
        mean = self.decided.total() / len(self.decided)
        return min(self.decided.values()) / mean - 1, max(self.decided.values()) / mean - 1

    @property
    def decisions_a_case(self) -> float:
        """Decisions by the cases that reports opened, with those of objections."""
        return self.decided.total() / (self.cases - self.appeals)


class Council:
    """Runs `cases` first cases through."""

    def __init__(self, cases: int, seed: int, world: World) -> None:
        self.world, self.chance, self.wanted = world, random.Random(seed), cases
        self.days = {one: self._weekdays() for one in range(world.members)}
        self.given: deque[tuple[datetime, int]] = deque()
        self.load: Counter[int] = Counter()
        self.events: list[tuple[datetime, int, str, Case, int]] = []
        self.order = count()
        self.result = Result(0, Counter(dict.fromkeys(range(world.members), 0)), [], [], 0, 0, 0, 0.0)

    def _weekdays(self) -> str:
        return "".join(sorted(self.chance.sample("0123456", self.chance.choice((2, 3, 5, 7)))))

    def run(self) -> Result:
        gap = timedelta(weeks=1) / self.world.cases_a_week
        for number in range(self.wanted):
            self._at(NOW + number * gap, "open", self._case(number))
        last = NOW
        while self.events:
            last, _order, what, case, member = heapq.heappop(self.events)
            getattr(self, f"_{what}")(case, member, last)
        self.result.weeks = (last - NOW) / timedelta(weeks=1)
        return self.result

    def _case(self, number: int) -> Case:
        def somebody() -> int:
            return self.chance.randrange(self.world.members) if self.chance.random() < self.world.by_members else 1_000 + number

        return Case(number, "first", Involved(somebody(), frozenset({somebody()}), frozenset()), NOW)

    def _at(self, when: datetime, what: str, case: Case, member: int = -1) -> None:
        heapq.heappush(self.events, (when, next(self.order), what, case, member))

    def _open(self, case: Case, _member: int, now: datetime) -> None:
        case.opened_at = now
        self.result.cases += 1
        self._fill(case, _member, now)

    def _fill(self, case: Case, _member: int, now: datetime) -> None:
        missing = rules.wanted(case.stage, [measure for _one, measure in case.made]) - len(case.made) - len(case.sitting)
        if case.decided_at or missing <= 0:
            return
        while self.given and self.given[0][0] <= now - LOAD_OVER:
            self.load[self.given.popleft()[1]] -= 1
        able = [one for one, days in self.days.items() if rules.available(days, now)]
        taken = {*case.sitting, *case.returned, *(one for one, _measure in case.made)}
        drawn = rules.draw_for(able, self._involved(case), taken, case.expired, self.load, missing, self.chance)
        for one in drawn:
            case.sitting[one] = now + rules.DECIDE_WITHIN
            self._count(one, now)
            self.result.drawn += 1
            luck = self.chance.random()
            if luck < self.world.hands_back:
                self._at(now + self._hours(12), "return", case, one)
            elif luck < self.world.hands_back + self.world.in_time:
                self._at(now + self._hours(46), "decide", case, one)
            else:
                self._at(now + rules.DECIDE_WITHIN + self._hours(1), "expire", case, one)
        if len(drawn) < missing and now - case.opened_at < PATIENCE:
            self._at(now + WATCH, "fill", case)
        elif len(drawn) < missing:
            self.result.waiting += 1

    def _hours(self, most: int) -> timedelta:
        return HOUR * self.chance.uniform(0, most)

    def _count(self, one: int, now: datetime) -> None:
        self.given.append((now, one))
        self.load[one] += 1

    def _uncount(self, one: int) -> None:
        """A case handed back or let pass counts for nothing."""
        for place in range(len(self.given) - 1, -1, -1):
            if self.given[place][1] == one:
                del self.given[place]
                self.load[one] -= 1
                return

    def _involved(self, case: Case) -> Involved:
        about = case.involved
        return Involved(about.author_id, about.reporter_ids, about.earlier_ids | {one for one, _measure in case.made})

    def _return(self, case: Case, member: int, now: datetime) -> None:
        if case.sitting.pop(member, None):
            case.returned.add(member)
            self._uncount(member)
            self._fill(case, member, now)

    def _expire(self, case: Case, member: int, now: datetime) -> None:
        if case.sitting.pop(member, None):
            case.expired.add(member)
            self._uncount(member)
            self._fill(case, member, now)

    def _decide(self, case: Case, member: int, now: datetime) -> None:
        due = case.sitting.pop(member, None)
        if due is None or due <= now or case.decided_at:
            return
        if rules.in_conflict(member, self._involved(case)):
            self.result.wrong.append(f"case {case.number}: decided in conflict")
        kind = "hide" if self.chance.random() < self.world.restricts else "none"
        if case.made and self.chance.random() >= self.world.differ:
            kind = case.made[0][1]
        case.made.append((member, kind))
        self.result.decided[member] += 1
        measures = [measure for _one, measure in case.made]
        needed = rules.APPEAL_DECIDERS if case.stage == "appeal" else rules.FIRST_DECIDERS
        measure = rules.settle(measures) if len(measures) >= needed else None
        if measure is None:
            self._fill(case, member, now)
            return
        self._conclude(case, measure, now)

    def _conclude(self, case: Case, measure: str, now: datetime) -> None:
        case.decided_at = now
        deciders = {one for one, _measure in case.made}
        if len(deciders) < 2:
            self.result.wrong.append(f"case {case.number}: decided by one person alone")
        if deciders & case.involved.earlier_ids:
            self.result.wrong.append(f"case {case.number}: decided again by the same person")
        self.result.hours.append((now - case.opened_at) / HOUR)
        self.result.thirds += case.stage == "first" and len(deciders) == 3
        if case.stage == "first" and measure != "none" and self.chance.random() < self.world.appeals:
            self.result.appeals += 1
            again = Case(case.number, "appeal", self._involved(case), now)
            self._at(now + self._hours(24 * 14), "open", again)


def simulate(cases: int, seed: int, world: World | None = None) -> Result:
    """Run a council through so many reported comments."""
    return Council(cases, seed, world or World()).run()
