"""Linear programmes over what players can agree on: the best offer, and claims met together."""

from functools import cache
from typing import Any

import highspy
import numpy as np

from sim.negotiation.conflicts import Vector

_TOLERANCE = 1e-10


class ProgrammeError(RuntimeError):
    """HiGHS found no optimum where there must be one."""


@cache
def _solver() -> highspy.Highs:
    solver = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("presolve", "off"),
        ("threads", 1),
        ("primal_feasibility_tolerance", _TOLERANCE),
        ("dual_feasibility_tolerance", _TOLERANCE),
    ):
        solver.setOptionValue(option, value)
    return solver


def maximise(worth: Vector, rows: Vector, floors: Vector) -> tuple[Vector, Vector] | None:
    """Find the mixture of columns that is worth most and keeps every row above its floor.

    Parameters
    ----------
    worth : ndarray, shape (X,)
    rows : ndarray, shape (k, X)
    floors : ndarray, shape (k,)
        −inf for rows without a floor.

    Returns
    -------
    mixture : ndarray, shape (X,)
        Non-negative, sums to 1.
    multipliers : ndarray, shape (k,)
        What a floor lower by one would be worth; non-negative.
    None
        If no mixture keeps all floors.
    """
    count, width = rows.shape
    found = _solve(-worth, np.vstack([rows, np.ones(width)]), floors, np.zeros(width))
    if found is None:
        return None
    mixture = np.array(found.col_value).clip(min=0.0)
    return mixture / mixture.sum(), np.array(found.row_dual)[:count].clip(min=0.0)


def clearance(rows: Vector, floors: Vector) -> float:
    """Return by how much a mixture of columns can keep all rows above their floors at once.

    Parameters
    ----------
    rows : ndarray, shape (k, X)
    floors : ndarray, shape (k,)

    Returns
    -------
    float
        Negative if some row stays below its floor.
    """
    count, width = rows.shape
    matrix = np.zeros((count + 1, width + 1))
    matrix[:-1, :-1], matrix[-1, :-1], matrix[:-1, -1] = rows, 1.0, -1.0
    lower = np.append(np.zeros(width), -np.inf)
    found = _solve(-np.eye(1, width + 1, width)[0], matrix, floors, lower)
    if found is None:
        raise ProgrammeError("HiGHS found no mixture at all")
    return float(found.col_value[-1])


def _solve(cost: Vector, matrix: Vector, floors: Vector, lower: Vector) -> Any | None:
    """Minimise a cost with rows above their floors, the last row summing to 1."""
    count, width = matrix.shape
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = width, count
    programme.col_cost_ = cost
    programme.col_lower_ = lower
    programme.col_upper_ = np.full(width, np.inf)
    programme.row_lower_ = np.append(floors, 1.0)
    programme.row_upper_ = np.append(np.full(count - 1, np.inf), 1.0)
    programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    programme.a_matrix_.start_ = np.arange(0, count * width + 1, width, dtype=np.int32)
    programme.a_matrix_.index_ = np.tile(np.arange(width, dtype=np.int32), count)
    programme.a_matrix_.value_ = matrix.ravel()
    solver = _solver()
    solver.clearSolver()
    solver.passModel(programme)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise ProgrammeError(f"HiGHS stopped with status {solver.modelStatusToString(status)}")
    return solver.getSolution()
