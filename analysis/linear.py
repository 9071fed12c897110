"""Linear programs, handed to HiGHS directly (its start-up through a modelling layer costs more)."""

from functools import cache

import highspy
import numpy as np
from numpy.typing import NDArray

type Vector = NDArray[np.float64]

FEASIBILITY = 1e-10
"""Primal and dual tolerance asked of HiGHS, its tightest."""


class LinearProgramError(RuntimeError):
    """HiGHS found no optimum where there must be one."""


@cache
def _solver() -> highspy.Highs:
    solver = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("presolve", "off"),
        ("threads", 1),
        ("primal_feasibility_tolerance", FEASIBILITY),
        ("dual_feasibility_tolerance", FEASIBILITY),
    ):
        solver.setOptionValue(option, value)
    return solver


def minimise(
    cost: Vector, matrix: Vector, rows: tuple[Vector, Vector], columns: tuple[Vector, Vector]
) -> tuple[Vector, Vector]:
    """Minimise ``cost·x`` with ``matrix x`` and ``x`` between the bounds ``rows`` and ``columns``.

    Parameters
    ----------
    cost : ndarray, shape (k,)
    matrix : ndarray, shape (m, k)
    rows, columns : pairs of ndarrays, shapes (m,) and (k,)
        Lower and upper bounds; infinite where there is none.

    Returns
    -------
    x : ndarray, shape (k,)
    duals : ndarray, shape (m,)
        Change of the optimum with each row's binding bound.

    Raises
    ------
    LinearProgramError
        If the program is infeasible, unbounded, or HiGHS fails.
    """
    count, width = matrix.shape
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = width, count
    program.col_cost_ = cost
    program.col_lower_, program.col_upper_ = columns
    program.row_lower_, program.row_upper_ = rows
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.arange(0, count * width + 1, width, dtype=np.int32)
    program.a_matrix_.index_ = np.tile(np.arange(width, dtype=np.int32), count)
    program.a_matrix_.value_ = matrix.ravel()
    solver = _solver()
    solver.clearSolver()
    solver.passModel(program)
    solver.run()
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise LinearProgramError(f"HiGHS stopped with status {solver.modelStatusToString(status)}")
    solution = solver.getSolution()
    return np.array(solution.col_value), np.array(solution.row_dual)
