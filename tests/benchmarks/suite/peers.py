"""What people would use instead: other solvers of matrix games, and the coco value by a loop.

Each takes payoffs to the row side, shape ``(R, C)``, and returns the value. Those of the extra
``bench`` may be missing.
"""

from collections.abc import Callable
from importlib.util import find_spec

import highspy
import numpy as np
from highspy import _core
from numpy.typing import NDArray
from scipy.optimize import linprog

from curnits.sim.games.coalitions import shapley_weights
from curnits.sim.games.feasible import matrixgames
from curnits.sim.games.feasible.linear import Saddle, solve_game
from curnits.sim.games.normal import NormalGame

type Matrix = NDArray[np.float64]
type Solver = Callable[[Matrix], float]


def by_scipy(matrix: Matrix) -> float:
    """Solve the usual program with scipy's linprog."""
    height, width = matrix.shape
    solved = linprog(
        np.append(np.zeros(height), -1.0),
        np.hstack([-matrix.T, np.ones((width, 1))]),
        np.zeros(width),
        np.append(np.ones(height), 0.0)[None, :],
        [1.0],
        bounds=[(0, None)] * height + [(None, None)],
    )
    return -float(solved.fun)


class ByHighs:
    """Solve the same program with HiGHS, called directly, on one solver object."""

    def __init__(self) -> None:
        self._solver = _core._Highs()  # what Highs() is, without its banner
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)  # more of them wait in circles, for everybody
        self._solver.setOptionValue("presolve", "off")  # four times as quick for small programs

    def __call__(self, matrix: Matrix) -> float:
        height, width = matrix.shape
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = height + 1, width + 1
        program.col_cost_ = np.append(np.zeros(height), -1.0)
        program.col_lower_ = np.append(np.zeros(height), -np.inf)
        program.col_upper_ = np.full(height + 1, np.inf)
        program.row_lower_ = np.append(np.full(width, -np.inf), 1.0)
        program.row_upper_ = np.append(np.zeros(width), 1.0)
        rows = np.zeros((width + 1, height + 1))
        rows[:-1, :-1], rows[:-1, -1], rows[-1, :-1] = -matrix.T, 1.0, 1.0
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.arange(0, rows.size + 1, height + 1, dtype=np.int32)
        program.a_matrix_.index_ = np.tile(np.arange(height + 1, dtype=np.int32), width + 1)
        program.a_matrix_.value_ = rows.ravel()
        self._solver.passModel(program)
        self._solver.run()
        return -float(self._solver.getInfo().objective_function_value)


def by_nashpy(matrix: Matrix) -> float:
    """Solve it with nashpy's linear program."""
    import nashpy  # noqa: PLC0415  # optional

    row, column = nashpy.Game(matrix).linear_program()
    return float(row @ matrix @ column)


def by_gambit(matrix: Matrix) -> float:
    """Solve it with Gambit's linear program in floating point."""
    import pygambit  # noqa: PLC0415  # optional

    game = pygambit.StrategicGame.from_arrays(matrix, -matrix)
    profile = pygambit.nash.lp_solve(game, rational=False).equilibrium
    return float(dict(profile.payoffs)["1"])


def matrix_solvers() -> dict[str, Solver]:
    """Return the peers that are installed, by name."""
    found: dict[str, Solver] = {"HiGHS": ByHighs(), "scipy": by_scipy}
    if find_spec("nashpy"):
        found["nashpy"] = by_nashpy
    if find_spec("pygambit"):
        found["Gambit"] = by_gambit
    return found


def coco_value_by(solver: Solver, game: NormalGame) -> Matrix:
    """Compute the coco value by its formula, one conflict after the other."""
    full = (1 << game.n) - 1
    values = np.zeros(full + 1)
    values[full] = game.payoffs.sum(axis=0).max()
    for mask in range(1, full, 2):
        signs = np.array([1.0 if mask >> i & 1 else -1.0 for i in range(game.n)])
        values[mask] = solver(np.tensordot(signs, game.conflict(mask), axes=1))
        values[full ^ mask] = -values[mask]
    weights = shapley_weights(game.n) * values
    inside = np.arange(full + 1)[:, None] >> np.arange(game.n) & 1
    return np.asarray(weights @ inside)


class _OneByOne:
    """Solve each game of a stack with HiGHS, as was done before there was a kernel."""

    def solve(self, matrices: Matrix) -> tuple[Matrix, Matrix, Matrix]:
        saddles = [self._pure(matrix) or solve_game(matrix) for matrix in matrices]
        return tuple(np.array(part) for part in zip(*saddles, strict=True))

    @staticmethod
    def _pure(matrix: Matrix) -> Saddle | None:
        floors, ceilings = matrix.min(axis=1), matrix.max(axis=0)
        row, column = np.zeros_like(floors), np.zeros_like(ceilings)
        row[floors.argmax()] = column[ceilings.argmin()] = 1.0
        return Saddle(floors.max(), row, column) if floors.max() >= ceilings.min() else None


def without_kernel(work: Callable[[], object]) -> Callable[[], None]:
    """Return the work with HiGHS for all matrix games that have no saddle point."""

    def done() -> None:
        usual, matrixgames.simplex = matrixgames.simplex, _OneByOne()
        try:
            work()
        finally:
            matrixgames.simplex = usual

    return done
