"""A linear or whole-number program on HiGHS, always solved the same way: one thread, a fixed seed, tight tolerances."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from beteiligung.errors import DomainError

INFINITY = float("inf")


class SolverStopped(DomainError):
    """HiGHS gave neither a solution nor a proof that there is none."""

    status = 503


@dataclass(frozen=True)
class Solution:
    """`bound` is proven (an upper bound when maximising); equal to `value` within 1e-9 unless a limit was set."""

    value: float
    bound: float
    columns: list[float]
    duals: list[float]
    reduced: list[float]


class Program:
    """Maximise cost · x under lower <= x <= upper and ranged rows. Add columns and rows, solve, again."""

    def __init__(self, lower: Sequence[float], upper: Sequence[float], whole: bool = False) -> None:
        import highspy
        import numpy as np

        self._np, self._highspy = np, highspy
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self.whole = whole
        options: dict[str, Any] = {"output_flag": False, "threads": 1, "random_seed": 1, "mip_rel_gap": 0.0, "mip_abs_gap": 1e-6}
        options |= {"mip_heuristic_run_feasibility_jump": False, "mip_heuristic_effort": 0.0, "mip_detect_symmetry": False}
        options |= {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
        for name, value in options.items():
            self._highs.setOptionValue(name, value)
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.rows = self.effort = 0
        count = len(lower)
        self._highs.addVars(count, np.array(lower, float), np.array(upper, float))
        if whole:
            kinds = np.full(count, int(highspy.HighsVarType.kInteger), np.uint8)
            self._highs.changeColsIntegrality(count, np.arange(count, dtype=np.int32), kinds)

    def option(self, name: str, value: float | str) -> None:
        """Set one of HiGHS' options."""
        self._highs.setOptionValue(name, value)

    def add_rows(self, rows: Sequence[tuple[float, float, Sequence[int], Sequence[float]]]) -> None:
        """Rows as (lower, upper, columns, coefficients)."""
        np = self._np
        self.rows += len(rows)
        starts = np.cumsum([0] + [len(row[2]) for row in rows[:-1]]).astype(np.int32)
        index = np.array([column for row in rows for column in row[2]], np.int32)
        value = np.array([one for row in rows for one in row[3]], float)
        self._highs.addRows(
            len(rows), np.array([r[0] for r in rows], float), np.array([r[1] for r in rows], float), len(index), starts, index, value
        )

    def add_column(self, cost: float, rows: Sequence[int], coefficients: Sequence[float]) -> None:
        """A column >= 0."""
        np = self._np
        self._highs.addCol(cost, 0.0, INFINITY, len(rows), np.array(rows, np.int32), np.array(coefficients, float))

    def costs(self, costs: Sequence[float]) -> None:
        """The objective, for the first columns."""
        np = self._np
        self._highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), np.array(costs, float))

    def bounds(self, column: int, lower: float, upper: float) -> None:
        """Bounds of one column."""
        self._highs.changeColBounds(column, lower, upper)

    def all_bounds(self, lower: Sequence[float], upper: Sequence[float]) -> None:
        """Bounds of the first columns."""
        np = self._np
        self._highs.changeColsBounds(len(lower), np.arange(len(lower), dtype=np.int32), np.array(lower, float), np.array(upper, float))

    def row(self, number: int, lower: float, upper: float) -> None:
        """Bounds of one row."""
        self._highs.changeRowBounds(number, lower, upper)

    def coefficient(self, row: int, column: int, value: float) -> None:
        """One entry of the matrix."""
        self._highs.changeCoeff(row, column, value)

    def solve(self) -> Solution | None:
        """The best solution, None if there is none. Raises SolverStopped if HiGHS can tell neither."""
        status = self._run()
        self.effort = 1 + max(self._highs.getInfo().simplex_iteration_count, 0)
        if status not in self._known():  # a warm start can lead into numerical trouble: once more from nothing
            self._highs.clearSolver()
            status = self._run()
        kinds = self._highspy.HighsModelStatus
        if status in {kinds.kInfeasible, kinds.kUnboundedOrInfeasible}:
            return None
        info, found = self._highs.getInfo(), self._highs.getSolution()
        if status not in self._known() or (self.whole and not found.value_valid):
            raise SolverStopped("Die Rechnung wurde nicht fertig. Versuchen Sie es mit weniger Merkmalen oder weiteren Quoten.")
        value = info.objective_function_value
        return Solution(
            value, info.mip_dual_bound if self.whole else value, list(found.col_value), list(found.row_dual), list(found.col_dual)
        )

    def _run(self) -> Any:
        self._highs.run()
        return self._highs.getModelStatus()

    def _known(self) -> set[Any]:
        kinds = self._highspy.HighsModelStatus
        limits = {kinds.kSolutionLimit, kinds.kObjectiveTarget, kinds.kObjectiveBound} if self.whole else set()
        return {kinds.kOptimal, kinds.kInfeasible, kinds.kUnboundedOrInfeasible} | limits
