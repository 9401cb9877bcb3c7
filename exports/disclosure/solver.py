"""The one door to the HiGHS solver: single thread, fixed seed, every status checked, never stopped
by the clock.

Objects with a different number of threads in one process solve silently wrong, so the number is fixed here.
Limits are counts (nodes, iterations), so that the same input gives the same bytes on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from sources.foundation.exits import REFUSED

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

INFINITY = float(highspy.kHighsInf)


class SolverFailure(RuntimeError):
    """The solver failed or returned a status nobody expected: nothing may be published on its word."""

    exit_code = REFUSED


@dataclass(frozen=True)
class Solution:
    """Outcome of one solve. `status` is optimal, infeasible, unbounded or limit;
    `bound` is the proven bound.
    """

    status: str
    objective: float
    bound: float
    values: Floats
    row_duals: Floats


_STATUS = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "unbounded",
    highspy.HighsModelStatus.kSolutionLimit: "limit",
    highspy.HighsModelStatus.kIterationLimit: "limit",
}


class Program:
    """A linear or mixed-integer program that can be changed and solved again from its last basis."""

    def __init__(
        self,
        rows: sparse.csr_matrix,
        row_lower: Floats,
        row_upper: Floats,
        lower: Floats,
        upper: Floats,
        cost: Floats,
        *,
        integer: npt.NDArray[np.bool_] | None = None,
        maximise: bool = False,
        max_nodes: int | None = None,
        max_iterations: int | None = None,
        relative_gap: float = 0.0,
        primal_simplex: bool = False,
    ) -> None:
        self._highs = highspy.Highs()
        for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("parallel", "off")):
            self._option(name, value)
        if integer is not None:
            self._option("mip_rel_gap", relative_gap)
            self._option("mip_abs_gap", 1e-6)
        if max_nodes is not None:
            self._option("mip_max_nodes", max_nodes)
        if max_iterations is not None:
            self._option("simplex_iteration_limit", max_iterations)
        if primal_simplex:
            self._option("simplex_strategy", 4)
            self._option("presolve", "off")
        matrix = sparse.csr_matrix(rows)
        self._is_integer = integer is not None
        kinds = np.zeros(matrix.shape[1], dtype=np.int32)
        if integer is not None:
            kinds[integer] = 1
        status = self._highs.passModel(
            matrix.shape[1],
            matrix.shape[0],
            matrix.nnz,
            2,  # row-wise
            -1 if maximise else 1,
            0.0,
            np.asarray(cost, dtype=np.float64),
            np.asarray(lower, dtype=np.float64),
            np.asarray(upper, dtype=np.float64),
            np.asarray(row_lower, dtype=np.float64),
            np.asarray(row_upper, dtype=np.float64),
            matrix.indptr.astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data.astype(np.float64),
            kinds,
        )
        self._check(status, "the model was not accepted")

    def _option(self, name: str, value: Any) -> None:
        self._check(self._highs.setOptionValue(name, value), f"option {name}={value!r} was not accepted")

    def _check(self, status: Any, message: str) -> None:
        if status == highspy.HighsStatus.kError:
            raise SolverFailure(f"HiGHS: {message}")

    def set_cost(self, columns: npt.ArrayLike, cost: npt.ArrayLike) -> None:
        """Change objective coefficients of some columns."""
        index = np.asarray(columns, dtype=np.int32)
        self._check(
            self._highs.changeColsCost(len(index), index, np.asarray(cost, dtype=np.float64)),
            "costs were not accepted",
        )

    def set_bounds(self, columns: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike) -> None:
        """Change lower and upper bounds of some columns."""
        index = np.asarray(columns, dtype=np.int32)
        self._check(
            self._highs.changeColsBounds(
                len(index), index, np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
            ),
            "bounds were not accepted",
        )

    def add_rows(self, rows: sparse.csr_matrix, lower: Floats, upper: Floats) -> None:
        """Append constraints lower <= rows·x <= upper."""
        matrix = sparse.csr_matrix(rows)
        self._check(
            self._highs.addRows(
                matrix.shape[0],
                np.asarray(lower, dtype=np.float64),
                np.asarray(upper, dtype=np.float64),
                matrix.nnz,
                matrix.indptr[:-1].astype(np.int32),
                matrix.indices.astype(np.int32),
                matrix.data.astype(np.float64),
            ),
            "rows were not accepted",
        )

    def start_from(self, values: Floats) -> None:
        """Offer a feasible point to a mixed-integer program."""
        solution = highspy.HighsSolution()
        solution.col_value = list(map(float, values))
        self._check(self._highs.setSolution(solution), "the starting point was not accepted")

    def solve(self) -> Solution:
        """Solve and return the outcome; raises SolverFailure for every status that is not understood."""
        failed = self._highs.run() == highspy.HighsStatus.kError
        model_status = self._highs.getModelStatus()
        if not self._is_integer and (failed or model_status not in _STATUS):
            # numerical trouble on the way from the last basis: forget it and solve afresh
            self._check(self._highs.clearSolver(), "the solver could not be reset")
            failed = self._highs.run() == highspy.HighsStatus.kError
            model_status = self._highs.getModelStatus()
        if failed:
            raise SolverFailure("HiGHS: the run failed")
        status = _STATUS.get(model_status)
        if status is None:
            raise SolverFailure(
                f"HiGHS stopped with the status {self._highs.modelStatusToString(model_status)!r}"
            )
        info = self._highs.getInfo()
        solution = self._highs.getSolution()
        values = np.array(solution.col_value, dtype=np.float64)
        duals = np.array(solution.row_dual, dtype=np.float64)
        objective = float(info.objective_function_value)
        bound = float(info.mip_dual_bound) if self._is_integer else objective
        if status == "limit" and not self._is_integer:
            raise SolverFailure("HiGHS: a linear program hit its iteration limit")
        return Solution(status, objective, bound, values, duals)
