"""Linear programs and zero-sum games, solved by HiGHS: the one door to it.

Takes arrays whose entries are of order 1 (callers scale payoffs), gives optima with their duals.
Games, agents and solvers all come here; verifiers do not, so that they share no code with solvers.
"""

from threading import local
from typing import NamedTuple

import highspy
import numpy as np
from highspy import _core
from numpy.typing import ArrayLike, NDArray

type Vector = NDArray[np.float64]
type Matrix = NDArray[np.float64]
type Bounds = tuple[ArrayLike, ArrayLike]

FEASIBILITY = 1e-10
"""Primal and dual tolerance asked of HiGHS, its tightest."""

_OPTIONS: tuple[tuple[str, bool | int | float | str], ...] = (
    ("output_flag", False),
    ("presolve", "off"),  # quicker for small programs, and tells infeasible from unbounded
    ("threads", 1),
    ("primal_feasibility_tolerance", FEASIBILITY),
    ("dual_feasibility_tolerance", FEASIBILITY),
    ("simplex_iteration_limit", 100_000),  # near ties of 1e-10 can make HiGHS 1.16 go in circles
)

_ROWWISE, _MINIMISE = int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMinimize)
"""HiGHS's numbers for what matrices list first, and what is done with objectives."""

_STRATEGIES = (1, 4)
"""HiGHS's numbers for the dual simplex and, where rounding stops that one, the primal simplex."""

_ANSWERS = (
    highspy.HighsModelStatus.kOptimal,
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnbounded,
)

SPREAD = 1e4
"""Payoff spread of the games given to HiGHS, whose tolerances are absolute."""


class LinearProgramError(ArithmeticError):
    """HiGHS found no optimum."""


class InfeasibleError(LinearProgramError):
    """No point meets the conditions of a linear program."""


class UnboundedError(LinearProgramError):
    """A linear program has no optimum, since there is always a better point."""


class Optimum(NamedTuple):
    """A solved linear program.

    Attributes
    ----------
    point : ndarray, shape (k,)
    duals : ndarray, shape (m,)
        Change of the optimum with each row's binding bound.
    """

    point: Vector
    duals: Vector


class Rise(NamedTuple):
    """How far a mixture of points can go in a direction, and why no further.

    Attributes
    ----------
    mixture : ndarray, shape (X,)
        Weights of the points.
    height : float
        Steps in the direction.
    weights : ndarray, shape (k,)
        Non-negative, ``weights · direction = 1``: no point is worth more than
        ``weights · start + height`` at them.
    """

    mixture: Vector
    height: float
    weights: Vector


class Saddle(NamedTuple):
    """A solved zero-sum game.

    Attributes
    ----------
    value : float
        Payoff to the row side.
    row, column : ndarray, shapes (R,) and (C,)
        Optimal mixed strategies.
    """

    value: float
    row: Vector
    column: Vector

    def regret(self, matrix: Matrix) -> float:
        """Return what both sides together could gain, in units of the payoffs ``(R, C)``."""
        return float((matrix @ self.column).max() - (self.row @ matrix).min())


class _Threads(local):
    """The solver of each thread: two threads that use the same one crash the interpreter."""

    def __init__(self) -> None:
        # The class behind `highspy.Highs`, whose constructor prints a banner from 1.16 on.
        self.solver = _core._Highs()
        for option, value in _OPTIONS:
            self.solver.setOptionValue(option, value)


_threads = _Threads()


def minimise(
    cost: ArrayLike, matrix: Matrix, rows: Bounds, columns: Bounds = (0.0, np.inf)
) -> Optimum:
    """Minimise ``cost · x`` with ``matrix x`` between bounds ``rows``, ``x`` between ``columns``.

    Parameters
    ----------
    cost : array_like, shape (k,)
    matrix : ndarray, shape (m, k)
    rows, columns : pairs of array_like, shapes (m,) and (k,) or numbers for all
        Lower and upper bounds; infinite where there is none.

    Raises
    ------
    InfeasibleError, UnboundedError
        If there is no optimum.
    LinearProgramError
        If HiGHS fails: rounding is too much for it, or a number is not finite or above 1e15.
    """
    count, width = matrix.shape
    solver = _threads.solver
    passed = solver.passModel(
        width,
        count,
        matrix.size,
        _ROWWISE,
        _MINIMISE,
        0.0,
        _filled(width, cost),
        _filled(width, columns[0]),
        _filled(width, columns[1]),
        _filled(count, rows[0]),
        _filled(count, rows[1]),
        np.arange(0, matrix.size + 1, width, dtype=np.int32),
        np.tile(np.arange(width, dtype=np.int32), count),
        matrix.ravel(),
        np.zeros(width, dtype=np.int32),  # all variables are continuous
    )
    if passed == highspy.HighsStatus.kError:
        raise LinearProgramError("HiGHS refused a program: its numbers are too large")
    for strategy in _STRATEGIES:
        solver.setOptionValue("simplex_strategy", strategy)
        solver.clearSolver()
        solver.run()
        status = solver.getModelStatus()
        if status in _ANSWERS:
            break
    if status == highspy.HighsModelStatus.kInfeasible:
        raise InfeasibleError("nothing meets the conditions of a linear program")
    if status == highspy.HighsModelStatus.kUnbounded:
        raise UnboundedError("a linear program has no optimum")
    if status != highspy.HighsModelStatus.kOptimal:
        raise LinearProgramError(f"HiGHS stopped with status {solver.modelStatusToString(status)}")
    solution = solver.getSolution()
    return Optimum(np.array(solution.col_value), np.array(solution.row_dual))


def best_mixture(worth: ArrayLike, points: Matrix, bounds: Bounds) -> Optimum:
    """Find the mixture of points that is worth most among those between bounds.

    Parameters
    ----------
    worth : array_like, shape (X,)
    points : ndarray, shape (X, k)
    bounds : pair of array_like, shape (k,) or numbers for all
        Lowest and highest coordinates; infinite where there is no bound.

    Returns
    -------
    Optimum
        The mixture, shape ``(X,)``, and what a lower bound is worth where it binds, shape ``(k,)``.

    Raises
    ------
    LinearProgramError
        `InfeasibleError` if no mixture lies between the bounds.
    """
    count, k = points.shape
    lowest, highest = (np.append(_filled(k, bound), 1.0) for bound in bounds)
    found = minimise(
        -_filled(count, worth), np.vstack([points.T, np.ones(count)]), (lowest, highest)
    )
    return Optimum(_distribution(found.point), found.duals[:k])


def rise(points: Matrix, direction: ArrayLike, start: ArrayLike = 0.0) -> Rise:
    """Find the largest t with a mixture of points at ``start + t · direction`` or above.

    Parameters
    ----------
    points : ndarray, shape (X, k)
    direction, start : array_like, shape (k,) or numbers for all
        The direction is non-negative and not all 0.

    Raises
    ------
    LinearProgramError
        `InfeasibleError` if the start is out of reach where the direction is 0.
    """
    count, k = points.shape
    along = _filled(k, direction)
    program = np.zeros((k + 1, count + 1))
    program[:k, :count], program[:k, count], program[k, :count] = points.T, -along, 1.0
    found = minimise(
        np.append(np.zeros(count), -1.0),
        program,
        (np.append(_filled(k, start), 1.0), np.append(np.full(k, np.inf), 1.0)),
        (np.append(np.zeros(count), -np.inf), np.inf),
    )
    weights = found.duals[:k].clip(min=0.0)
    return Rise(
        _distribution(found.point[:count]), float(found.point[count]), weights / (weights @ along)
    )


def solve_game(matrix: Matrix) -> Saddle:
    """Solve the zero-sum game whose payoffs to the row side are given, shape ``(R, C)``.

    By the program of Dantzig (1951). The value is the mean of what both strategies secure. Near
    ties are for :func:`curnits.sim.games.feasible.matrixgames.solve_stack`.

    Raises
    ------
    LinearProgramError
        If rounding is too much for HiGHS.
    """
    if matrix.shape[0] < matrix.shape[1]:  # fewer rows make a quicker program
        value, column, row = solve_game(-matrix.T)
        return Saddle(-value, row, column)
    low, unit = matrix.min(), (np.ptp(matrix) or 1.0) / SPREAD
    scaled = (matrix - low) / unit
    column, _, row = rise(-scaled.T, 1.0)  # the column side pushes all rows down alike
    floor, ceiling = (row @ scaled).min(), (scaled @ column).max()
    return Saddle(float(low + unit * (floor + ceiling) / 2), row, column)


def _filled(size: int, value: ArrayLike) -> Vector:
    return np.full(size, value, dtype=np.float64)


def _distribution(weights: Vector) -> Vector:
    """Clear shares of probability of rounding."""
    positive = weights.clip(min=0.0)
    return np.asarray(positive / positive.sum())
