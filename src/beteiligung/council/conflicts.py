"""Why no panel is allowed: quotas that clash, and the least that would have to give way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from beteiligung.council.feasible import RowOfProgram, frame
from beteiligung.council.kinds import Cast
from beteiligung.council.pool import Quota
from beteiligung.council.program import INFINITY, Program, SolverStopped
from beteiligung.errors import Invalid

BIG = 1_000  # what leaving the flexible bounds costs, in seats


@dataclass(frozen=True)
class Side:
    """One bound of a quota; `proposed` differs from `bound` where it is to be relaxed."""

    feature: str
    value: str
    side: str
    bound: int
    proposed: int

    def __str__(self) -> str:
        word = "mindestens" if self.side == "min" else "höchstens"
        change = f" → {self.proposed}" if self.proposed != self.bound else ""
        return f"{self.feature} = {self.value}: {word} {self.bound}{change}"


class Infeasible(Invalid):
    """No panel meets size, households and all quotas. `clash`: of these one must go; `relaxations`: the least that will do."""

    def __init__(self, message: str, clash: Sequence[Side], relaxations: Sequence[Side]) -> None:
        super().__init__(message, clash=list(clash), relaxations=list(relaxations))
        self.clash, self.relaxations = tuple(clash), tuple(relaxations)


def diagnose(cast: Cast, quotas: Sequence[Quota], size: int) -> Infeasible:
    """The error to raise when no panel is allowed."""
    people = sum(one.size for one in cast.types)
    homes = sum(cast.households(group) for group in range(len(cast.groups)))
    if homes < size:
        return Infeasible(f"{size} Plätze sind zu viele: Im Pool sind {people} Personen aus {homes} Haushalten.", (), ())
    clash, relaxations = _clash(cast, quotas, size), _relaxations(cast, quotas, size)
    message = f"Mit diesen Quoten ist kein Gremium mit {size} Plätzen möglich. Zusammen unerfüllbar: {'; '.join(map(str, clash))}."
    if relaxations:
        message += f" Die kleinste Lockerung, die genügt: {'; '.join(map(str, relaxations))}."
    return Infeasible(message, clash, relaxations)


def _sides(quotas: Sequence[Quota], size: int) -> list[tuple[Quota, str]]:
    """The bounds that can bind at all."""
    return [
        (one, side)
        for one in quotas
        for side in ("min", "max")
        if (side == "min" and one.lower > 0) or (side == "max" and one.upper < size)
    ]


def _clash(cast: Cast, quotas: Sequence[Quota], size: int) -> list[Side]:
    """A set of bounds that cannot be met together, while without any one of them the others can (deletion filter, Chinneck 1991).

    Judged by fractions of panels where those clash already, else by whole panels.
    """
    kept = _sides(quotas, size)
    whole = _possible(cast, kept, size, whole=False)
    step = max(len(kept) // 4, 1)
    while step:
        start = 0
        while start < len(kept):
            fewer = kept[:start] + kept[start + step :]
            if _possible(cast, fewer, size, whole):
                start += step
            else:
                kept = fewer
        step //= 2
    return [Side(one.feature, one.value, side, bound, bound) for one, side in kept for bound in [one.lower if side == "min" else one.upper]]


def _possible(cast: Cast, sides: Sequence[tuple[Quota, str]], size: int, whole: bool) -> bool:
    program = Program([0.0] * len(cast.types), [float(one.most) for one in cast.types], whole)
    rows = frame(cast, size)
    for one, side in sides:
        having = cast.having(one)
        rows.append((one.lower if side == "min" else 0, one.upper if side == "max" else INFINITY, having, [1.0] * len(having)))
    program.add_rows(rows)
    try:
        return program.solve() is not None
    except SolverStopped:
        return True


def _relaxations(cast: Cast, quotas: Sequence[Quota], size: int) -> list[Side]:
    """The bounds to move so that the sum of moves is least; beyond flexible bounds only where nothing else helps."""
    count = len(cast.types)
    uppers = [float(one.most) for one in cast.types]
    costs: list[float] = [0.0] * count
    rows: list[RowOfProgram] = frame(cast, size)
    for one in quotas:
        having = cast.having(one)
        down, up = one.lower - one.lower_flex, INFINITY if one.upper_flex is None else one.upper_flex - one.upper
        first = len(uppers)
        uppers += [down, one.lower, min(up, size), size]
        costs += [-1.0, -float(BIG), -1.0, -float(BIG)]
        rows.append((one.lower, INFINITY, [*having, first, first + 1], [1.0] * (len(having) + 2)))
        rows.append((-INFINITY, one.upper, [*having, first + 2, first + 3], [1.0] * len(having) + [-1.0, -1.0]))
    program = Program([0.0] * len(uppers), uppers, whole=True)
    program.add_rows(rows)
    program.costs(costs)
    found = program.solve()
    moves: list[Side] = []
    for number, one in enumerate(quotas if found else ()):
        values = [round(value) for value in found.columns[count + 4 * number : count + 4 * number + 4]] if found else [0] * 4
        if values[0] + values[1]:
            moves.append(Side(one.feature, one.value, "min", one.lower, one.lower - values[0] - values[1]))
        if values[2] + values[3]:
            moves.append(Side(one.feature, one.value, "max", one.upper, one.upper + values[2] + values[3]))
    return moves


def as_json(error: Infeasible) -> dict[str, Any]:
    """For programs that read the answer."""
    return {"error": error.message, "clash": [vars(one) for one in error.clash], "relaxations": [vars(one) for one in error.relaxations]}
