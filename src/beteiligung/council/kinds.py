"""People who cannot be told apart by any quota, merged; and the way back from numbers of such people to persons.

A class holds all households of the same composition; a type is the people in it with equal features. Who lives alone is a
household of one. Any numbers x of people of the types of a class with sum(x) <= number of households can be seated one per
household, so a panel is a vector of such numbers, and by symmetry the fair distribution treats people of one type alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import gcd, lcm

from beteiligung.council.pool import Pool, Quota

Panel = tuple[int, ...]
Span = tuple[int, int]

FINEST = 4000  # turns of a class of households per unit of time, so that files stay small; who lives alone needs none


@dataclass(frozen=True)
class Type:
    """`members[h]` are those (indices into the pool) with `values` in household h of the class; equally many in each."""

    values: tuple[str, ...]
    group: int
    members: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        """How many people."""
        return len(self.members) * len(self.members[0])

    @property
    def most(self) -> int:
        """How many of them can sit on one panel."""
        return len(self.members)


@dataclass(frozen=True)
class Cast:
    """The types of a pool, in canonical order; `groups` holds the numbers of the types of each class."""

    types: tuple[Type, ...]
    groups: tuple[tuple[int, ...], ...]
    features: tuple[str, ...]

    def having(self, quota: Quota) -> list[int]:
        """The types a quota counts."""
        number = self.features.index(quota.feature)
        return [index for index, one in enumerate(self.types) if one.values[number] == quota.value]

    def households(self, group: int) -> int:
        """How many households a class has."""
        return self.types[self.groups[group][0]].most


def merge(pool: Pool) -> Cast:
    """The types of `pool`. With 2,000 people of 100 profiles: 100 types instead of 2,000 unknowns."""
    homes: dict[str, list[int]] = {}
    for index, person in enumerate(pool.people):
        homes.setdefault(person.household, []).append(index)
    classes: dict[tuple[tuple[str, ...], ...], list[list[int]]] = {}
    for home in homes.values():
        classes.setdefault(tuple(sorted(pool.people[index].values for index in home)), []).append(home)
    types: list[Type] = []
    groups: list[tuple[int, ...]] = []
    for composition, same in sorted(classes.items()):
        first = len(types)
        types += [
            Type(values, len(groups), tuple(tuple(index for index in home if pool.people[index].values == values) for home in same))
            for values in sorted(set(composition))
        ]
        groups.append(tuple(range(first, len(types))))
    return Cast(tuple(types), tuple(groups), pool.features)


def seat_people(cast: Cast, panels: Sequence[tuple[Panel, int]]) -> list[tuple[tuple[int, ...], int]]:
    """Panels of persons (indices into the pool, sorted) with whole weights, from panels of types with whole weights.

    The weights are laid end to end on a line; for each person a set of spans of the line is chosen in which they sit, so that
    at every point the numbers are right and everybody of a type sits for equally long (within one unit; within 1/4000 for many
    alike households of several people). Cutting the line at all ends of spans gives the panels of persons.
    """
    spans: dict[int, list[Span]] = {}
    for group, numbers in enumerate(cast.groups):
        one = cast.types[numbers[0]]
        if len(numbers) == 1 and one.size == one.most:
            spans |= _alone([home[0] for home in one.members], [(panel[numbers[0]], weight) for panel, weight in panels])
        else:
            spans |= _together(cast, group, panels)
    events: dict[int, list[tuple[int, bool]]] = {}
    for person, pieces in spans.items():
        for start, end in pieces:
            events.setdefault(start, []).append((person, True))
            events.setdefault(end, []).append((person, False))
    found: dict[tuple[int, ...], int] = {}
    seated: set[int] = set()
    edges = sorted(events)
    for edge, following in pairwise(edges):
        seated -= {person for person, begins in events[edge] if not begins}
        seated |= {person for person, begins in events[edge] if begins}
        panel = tuple(sorted(seated))
        found[panel] = found.get(panel, 0) + following - edge
    return sorted(found.items())


def _alone(people: Sequence[int], needs: Sequence[tuple[int, int]]) -> dict[int, list[Span]]:
    """Spans for people who live alone and are alike: `needs` as (how many, for how long), in the order of the line.

    Preemptive scheduling on machines of staircase availability (Schmidt 1984, after McNaughton's wrap-around rule): the line is
    reordered so that the s-th seat is needed on [0, length[s]); each person takes the tail of one seat and, where that is too
    short, the next shorter seat wholly, which never overlaps. At most two cuts a person; equal shares up to one unit.
    """
    order = sorted(range(len(needs)), key=lambda number: (-needs[number][0], number))
    starts = [sum(weight for _, weight in needs[:number]) for number in range(len(needs))]
    lengths = [sum(weight for count, weight in needs if count > seat) for seat in range(max(count for count, _ in needs))]
    left = sum(lengths)
    spans: dict[int, list[Span]] = {}
    for number, person in enumerate(people):
        share = left // (len(people) - number)
        left -= share
        if not share:
            continue
        seat = max(index for index, length in enumerate(lengths) if length >= share)
        shorter = lengths.pop(seat + 1) if seat + 1 < len(lengths) else 0
        end = lengths[seat]
        lengths[seat] -= share - shorter
        taken = [(0, shorter), (end - (share - shorter), end)]
        lengths = sorted((length for length in lengths if length), reverse=True)
        spans[person] = _on_the_line(taken, order, needs, starts)
    return spans


def _on_the_line(taken: Sequence[Span], order: Sequence[int], needs: Sequence[tuple[int, int]], starts: Sequence[int]) -> list[Span]:
    """Spans of the reordered line, where they lie on the line itself."""
    found = []
    begin = 0
    for number in order:
        end = begin + needs[number][1]
        for first, last in taken:
            low, high = max(first, begin), min(last, end)
            if low < high:
                found.append((starts[number] + low - begin, starts[number] + high - begin))
        begin = end
    return found


def _together(cast: Cast, group: int, panels: Sequence[tuple[Panel, int]]) -> dict[int, list[Span]]:
    """Spans for households of several people: they stand in a circle, and the seats of the class go round it.

    For each vector of numbers the time it is needed is cut into equal turns; in each the circle is turned on by the greatest
    common divisor of numbers and households, and after each round the next of equal members in a household is asked.
    """
    numbers = cast.groups[group]
    homes = cast.households(group)
    members = [cast.types[number].members for number in numbers]
    needs: dict[tuple[int, ...], list[Span]] = {}
    begin = 0
    for panel, weight in panels:
        needs.setdefault(tuple(panel[number] for number in numbers), []).append((begin, begin + weight))
        begin += weight
    spans: dict[int, list[Span]] = {}
    for counts, times in needs.items():
        if not any(counts):
            continue
        length = sum(end - start for start, end in times)
        step = gcd(homes, *counts)
        rounds = lcm(*(len(each[0]) for each in members))
        turns = homes // step * rounds
        used = min(turns, max(64, -(-length * FINEST // begin)))
        for turn in range(used):
            place = turn * turns // used
            position = place // rounds * step
            pieces = _within(times, turn * length // used, (turn + 1) * length // used)
            for each, count in zip(members, counts, strict=True):
                for _ in range(count):
                    home = each[position % homes]
                    spans.setdefault(home[place % rounds % len(home)], []).extend(pieces)
                    position += 1
    return spans


def _within(times: Sequence[Span], first: int, last: int) -> list[Span]:
    """The part [first, last) of the spans laid end to end."""
    found = []
    begin = 0
    for start, end in times:
        low, high = max(first - begin, 0), min(last - begin, end - start)
        if low < high:
            found.append((start + low, start + high))
        begin += end - start
    return found
