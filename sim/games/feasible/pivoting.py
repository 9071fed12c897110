"""The simplex method for small zero-sum games, in plain loops that can be compiled.

Takes a stack of payoff matrices, fills in optimal strategies of both sides, and says of which games
they could not be found. Called by :mod:`curnits.sim.games.feasible.matrixgames`, which runs these
functions as they
stand for small questions and compiled for large ones: the arithmetic, and so every bit, is the
same.

Dantzig's (1951) reduction: with payoffs ``B`` from 1 to 2, the columns' side solves ``max Σ y``
subject to ``B y ≤ 1, y ≥ 0``; its mixture is ``y / Σ y``, the value ``1 / Σ y``, and the duals are
the mixture of the rows' side. The tableau is condensed: basic columns are not stored.
"""

import numpy as np
from numpy.typing import NDArray

type Vector = NDArray[np.float64]
type Labels = NDArray[np.int64]

SMALLEST_GAIN = 1e-13
"""Reduced costs, in shares of a game's payoff range, that still count as an improvement."""

SMALLEST_PIVOT = 1e-11
"""Entries of the tableau, whose payoffs are of size 1, that may become a pivot."""

TIED = 1e-13
"""Ratios that differ by less are tied, so that rounding does not choose who leaves the basis."""

PATIENCE = 5
"""Pivots for each row and column before Bland's (1977) rule, which cannot cycle, takes over."""

MOST_PIVOTS = 50
"""Pivots for each row and column before a game is given up."""

REFINEMENTS = 2
"""Newton steps on the final basis; each squares the relative error that pivoting left."""


def solve_games(
    matrices: Vector,
    scaled: Vector,
    ends: Vector,
    rows: Vector,
    columns: Vector,
    found: Labels,
) -> None:
    """Solve zero-sum games of one shape; rows maximise.

    Parameters
    ----------
    matrices : ndarray, shape (P, R, C)
        Payoffs to the rows' side.
    scaled : ndarray, shape (P, R, C), or (P, C, R) if R > C
        Filled in: payoffs, to the side with fewer strategies, from 0 to 1. There is more to choose
        from, and so fewer pivots, than the other way round.
    ends : ndarray, shape (P, 2)
        Filled in: the least and the largest payoff; the value twice, if there is a saddle point.
    rows : ndarray, shape (P, R)
    columns : ndarray, shape (P, C)
        Zeros; filled in: optimal mixed strategies, where found.
    found : ndarray of int, shape (P,)
        Filled in: 2 for a saddle point in pure strategies, 1 for mixed strategies, 0 for neither.
    """
    count, height, width = matrices.shape
    few, many = min(height, width), max(height, width)
    table = np.empty((few + 1, many + 1))
    basic = np.empty(few, dtype=np.int64)
    free = np.empty(many, dtype=np.int64)
    scale_games(matrices, scaled, ends, rows, columns, found)
    for p in range(count):
        if found[p] == 0 and _pivot_to_optimum(scaled[p], table, basic, free):
            row, column = (rows[p], columns[p]) if height <= width else (columns[p], rows[p])
            _read_off(table, basic, free, row, column)
            for _ in range(REFINEMENTS):
                _refine(scaled[p], table, basic, free, row, column)
            if _normalise(row) and _normalise(column):
                found[p] = 1


def scale_games(
    matrices: Vector,
    scaled: Vector,
    ends: Vector,
    rows: Vector,
    columns: Vector,
    found: Labels,
) -> None:
    """Do what :func:`solve_games` does first: scale payoffs, and see to pure strategies."""
    for p in range(len(matrices)):
        best_row, best_column, floor, ceiling = _scale(matrices[p], scaled[p], ends[p])
        found[p] = 0
        if floor >= ceiling:
            rows[p, best_row] = columns[p, best_column] = 1.0
            ends[p, 0] = ends[p, 1] = floor
            found[p] = 2


def _scale(matrix: Vector, scaled: Vector, ends: Vector) -> tuple[int, int, float, float]:
    """Fill in scaled payoffs and their ends; return pure maximin and minimax strategies, levels."""
    floors, ceilings = matrix.min(axis=1), matrix.max(axis=0)
    low, high = floors.min(), ceilings.max()
    ends[0], ends[1] = low, high
    span = high - low if high > low else 1.0
    scaled[:] = (high - matrix.T) / span if len(floors) > len(ceilings) else (matrix - low) / span
    i, j = int(floors.argmax()), int(ceilings.argmin())
    return i, j, float(floors[i]), float(ceilings[j])


def _scale_in_loops(matrix: Vector, scaled: Vector, ends: Vector) -> tuple[int, int, float, float]:
    """Do as :func:`_scale` does, to the bit."""
    height, width = matrix.shape
    low, high, floor, ceiling = np.inf, -np.inf, -np.inf, np.inf
    best_row = best_column = 0
    ceilings = np.full(width, -np.inf)
    for i in range(height):
        least = np.inf
        for j in range(width):
            least = min(least, matrix[i, j])
            ceilings[j] = max(ceilings[j], matrix[i, j])
        low = min(low, least)
        if least > floor:
            best_row, floor = i, least
    for j in range(width):
        high = max(high, ceilings[j])
        if ceilings[j] < ceiling:
            best_column, ceiling = j, ceilings[j]
    ends[0], ends[1] = low, high
    span = high - low if high > low else 1.0
    for i in range(height):
        for j in range(width):
            if height > width:
                scaled[j, i] = (high - matrix[i, j]) / span
            else:
                scaled[i, j] = (matrix[i, j] - low) / span
    return best_row, best_column, floor, ceiling


def _pivot_to_optimum(scaled: Vector, table: Vector, basic: Labels, free: Labels) -> bool:
    """Fill in the final tableau and basis; return False where the game was given up.

    Variables are labelled: slacks of rows from 0, weights of columns after them.
    """
    height, width = scaled.shape
    for i in range(height):
        basic[i] = i
        for j in range(width):
            table[i, j] = 1.0 + scaled[i, j]
        table[i, width] = 1.0
    for j in range(width):
        free[j] = height + j
        table[height, j] = -1.0
    table[height, width] = 0.0
    for pivots in range(MOST_PIVOTS * (height + width)):
        careful = pivots >= PATIENCE * (height + width)
        entering = _entering(table, free, careful)
        if entering < 0:
            return True
        leaving = _leaving(table, basic, entering, careful)
        if leaving < 0:
            return False
        _pivot(table, leaving, entering)
        basic[leaving], free[entering] = free[entering], basic[leaving]
    return False


def _entering(table: Vector, free: Labels, careful: bool) -> int:
    height, width = table.shape[0] - 1, table.shape[1] - 1
    best = -1
    for j in range(width):
        if table[height, j] < -SMALLEST_GAIN:
            if best < 0:
                best = j
            elif careful:
                if free[j] < free[best]:
                    best = j
            elif table[height, j] < table[height, best] - TIED:
                best = j
    return best


def _leaving(table: Vector, basic: Labels, entering: int, careful: bool) -> int:
    height, width = table.shape[0] - 1, table.shape[1] - 1
    least = np.inf
    for i in range(height):
        if table[i, entering] > SMALLEST_PIVOT:
            least = min(least, table[i, width] / table[i, entering])
    best = -1
    for i in range(height):
        pivot = table[i, entering]
        if pivot > SMALLEST_PIVOT and table[i, width] / pivot <= least + TIED:
            if best < 0:
                best = i
            elif careful:
                if basic[i] < basic[best]:
                    best = i
            elif pivot > table[best, entering] + TIED:
                best = i
    return best


def _pivot(table: Vector, leaving: int, entering: int) -> None:
    """Exchange a basic variable for a free one."""
    pivot = table[leaving, entering]
    row = table[leaving] / pivot
    factors = table[:, entering].copy()
    factors[leaving] = 0.0
    table -= np.outer(factors, row)
    table[:, entering] = -factors / pivot
    table[leaving] = row
    table[leaving, entering] = 1.0 / pivot
    np.maximum(table[:-1, -1], 0.0, out=table[:-1, -1])


def _pivot_in_loops(table: Vector, leaving: int, entering: int) -> None:
    """Do as :func:`_pivot` does, to the bit; this is quicker to compile, and compiled quicker."""
    pivot = table[leaving, entering]
    height, width = table.shape[0] - 1, table.shape[1] - 1
    row = np.empty(width + 1)  # a copy, so that the compiler knows that it stays as it is
    for j in range(width + 1):
        row[j] = table[leaving, j] / pivot
    for i in range(height + 1):
        factor = table[i, entering]
        if i != leaving:
            for j in range(width + 1):
                table[i, j] = table[i, j] - factor * row[j]
            table[i, entering] = -factor / pivot
    for j in range(width + 1):
        table[leaving, j] = row[j]
    table[leaving, entering] = 1.0 / pivot
    for i in range(height):
        table[i, width] = max(table[i, width], 0.0)


def _read_off(table: Vector, basic: Labels, free: Labels, row: Vector, column: Vector) -> None:
    height, width = len(basic), len(free)
    for i in range(height):
        if basic[i] >= height:
            column[basic[i] - height] = table[i, width]
        else:
            row[basic[i]] = 0.0
    for j in range(width):
        if free[j] < height:
            row[free[j]] = table[height, j]
        else:
            column[free[j] - height] = 0.0


def _refine(
    scaled: Vector, table: Vector, basic: Labels, free: Labels, row: Vector, column: Vector
) -> None:
    """Solve ``B y = 1`` and ``x B = 1`` on the final basis once more for what is missing.

    The tableau holds the basis' inverse between its exchanged rows and columns.
    """
    height, width = scaled.shape
    short = np.zeros(width)
    for j in range(width):
        if free[j] < height:
            missing = 1.0
            for i in range(width):
                missing = missing - (1.0 + scaled[free[j], i]) * column[i]
            short[j] = missing
    over = np.zeros(height)
    for i in range(height):
        if basic[i] >= height:
            missing = 1.0
            for j in range(height):
                missing = missing - row[j] * (1.0 + scaled[j, basic[i] - height])
            over[i] = missing
    for i in range(height):
        if basic[i] >= height:
            for j in range(width):
                if free[j] < height:
                    column[basic[i] - height] += table[i, j] * short[j]
                    row[free[j]] += over[i] * table[i, j]


def _normalise(weights: Vector) -> bool:
    total = 0.0
    for k in range(len(weights)):
        weights[k] = max(weights[k], 0.0)
        total = total + weights[k]
    if not 0.0 < total < np.inf:
        return False
    for k in range(len(weights)):
        weights[k] = weights[k] / total
    return True
