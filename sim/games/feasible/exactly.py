"""Zero-sum games solved in whole numbers, where rounding is too much for floating point.

Takes one payoff matrix, gives optimal strategies of both sides, right to the last bit. Called by
:mod:`curnits.sim.games.feasible.matrixgames` for games that it cannot solve: near ties, mostly.

The simplex method of :mod:`curnits.sim.games.feasible.pivoting` with Bland's (1977) rule, which
cannot cycle, on a tableau of integers over one common denominator (Edmonds 1967): floating-point
numbers are fractions, so nothing is ever rounded.
"""

from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.feasible.linear import Vector

type Integers = NDArray[Any]
"""An object array of Python's integers."""


def solve_exactly(scaled: Vector) -> tuple[Vector, Vector]:
    """Solve a zero-sum game without rounding.

    Parameters
    ----------
    scaled : ndarray, shape (R, C)
        Payoffs to the rows' side, not below 0.

    Returns
    -------
    row, column : ndarray, shapes (R,) and (C,)
        Optimal mixed strategies, rounded when they are found.
    """
    height, width = scaled.shape
    table, denominator = _first_table(scaled), 1
    basic, free = np.arange(height), height + np.arange(width)
    while (entering := _entering(table, free)) is not None:
        leaving = _leaving(table, basic, entering)
        table, denominator = _pivoted(table, denominator, leaving, entering)
        basic[leaving], free[entering] = free[entering], basic[leaving]
    labelled = np.zeros(height + width, dtype=object)
    labelled[basic], labelled[free] = table[:-1, -1], table[-1, :-1]
    in_row = np.isin(np.arange(height), free)
    in_column = np.isin(height + np.arange(width), basic)
    return _mixture(labelled[:height] * in_row), _mixture(labelled[height:] * in_column)


def _first_table(scaled: Vector) -> Integers:
    payoffs = [Fraction(payoff) + 1 for payoff in scaled.ravel().tolist()]
    unit = lcm(*(payoff.denominator for payoff in payoffs))
    table = np.ones((scaled.shape[0] + 1, scaled.shape[1] + 1), dtype=object)
    table[:-1, :-1].flat = [int(payoff * unit) for payoff in payoffs]
    table[-1, :-1], table[-1, -1] = -1, 0
    return table


def _entering(table: Integers, free: NDArray[np.int64]) -> int | None:
    gains = np.flatnonzero(table[-1, :-1] < 0)
    return int(gains[free[gains].argmin()]) if len(gains) else None


def _leaving(table: Integers, basic: NDArray[np.int64], entering: int) -> int:
    rows = [i for i in range(len(basic)) if table[i, entering] > 0]
    return min(rows, key=lambda i: (Fraction(table[i, -1], table[i, entering]), basic[i]))


def _pivoted(
    table: Integers, denominator: int, leaving: int, entering: int
) -> tuple[Integers, int]:
    """Exchange a basic variable for a free one; the pivot becomes the common denominator."""
    pivot, row, column = table[leaving, entering], table[leaving], table[:, entering]
    after = (table * pivot - np.multiply.outer(column, row)) // denominator
    after[leaving], after[:, entering] = row, -column
    after[leaving, entering] = denominator
    return after, pivot


def _mixture(weights: Integers) -> Vector:
    total = weights.sum()
    return np.array([weight / total for weight in weights], dtype=np.float64)
