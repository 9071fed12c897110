"""Linear programs in exact arithmetic: the simplex method on integers."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from curnits.analysis.certificates.exact import Fractions, vector

_PATIENCE = 20
"""Steps without progress after which the rule of Bland (1977) excludes cycles."""


class UnboundedError(ArithmeticError):
    """A program without a largest value."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """A vertex at which a program is largest.

    Attributes
    ----------
    value : Fraction
    solution : ndarray of Fraction, shape (k,)
    duals : ndarray of Fraction, shape (m,)
        Multipliers of the rows, non-negative.
    basis : frozenset of int
        Basic variables: below k those of the program, then the slack of row i as ``k + i``.
    """

    value: Fraction
    solution: Fractions
    duals: Fractions
    basis: frozenset[int]


def maximise(gains: Fractions, matrix: Fractions, limits: Sequence[int]) -> Optimum:
    """Maximise ``gains·x`` subject to ``matrix x ≤ limits`` and ``x ≥ 0``.

    Parameters
    ----------
    gains : ndarray of Fraction, shape (k,)
    matrix : ndarray of Fraction, shape (m, k)
    limits : sequence of int, length m
        Not negative, so that ``x = 0`` is a vertex to start from.

    Raises
    ------
    UnboundedError

    Notes
    -----
    All entries of the tableau share one denominator, the last pivot, and stay integers (Edmonds
    1967; Bareiss 1968).
    """
    count, width = matrix.shape
    rows = np.vstack([matrix, -gains])
    units = np.array([lcm(*(x.denominator for x in row)) for row in rows], dtype=object)
    scaled = np.vectorize(int, otypes=[object])(rows * units[:, None])
    slack = np.array([[int(i == j) for j in range(count)] for i in range(count + 1)], dtype=object)
    right = np.array([*limits, 0], dtype=object) * units
    table = np.hstack([scaled, slack, right[:, None]])
    basis, last = list(range(width, width + count)), 1
    stalled = 0
    while True:
        costs = table[-1, :-1]
        falling = np.flatnonzero(costs < 0)
        if not len(falling):
            break
        entering = int(falling[0] if stalled > _PATIENCE else falling[costs[falling].argmin()])
        row = _leaving(table, basis, entering)
        stalled = 0 if table[row, -1] else stalled + 1
        pivot = table[row, entering]
        table = _pivoted(table, row, entering, last)
        last, basis[row] = pivot, entering
    solution = vector([Fraction(0)] * (width + count))
    for row, variable in enumerate(basis):
        solution[variable] = Fraction(table[row, -1], last)
    duals = [
        Fraction(table[-1, width + row] * units[row], last * units[-1]) for row in range(count)
    ]
    value = Fraction(table[-1, -1], last * units[-1])
    return Optimum(value, solution[:width], vector(duals), frozenset(basis))


def _leaving(table: Fractions, basis: list[int], entering: int) -> int:
    rising = np.flatnonzero(table[:-1, entering] > 0)
    if not len(rising):
        raise UnboundedError("the program is unbounded")
    return int(
        min(rising, key=lambda row: (Fraction(table[row, -1], table[row, entering]), basis[row]))
    )


def _pivoted(table: Fractions, row: int, column: int, last: int) -> Fractions:
    others = table * table[row, column] - np.outer(table[:, column], table[row])
    result: Fractions = others // last
    result[row] = table[row]
    return result


@dataclass(frozen=True, eq=False)
class Saddle:
    """Optimal strategies of both sides of a zero-sum game, rows maximising.

    ``kernel`` has the rows and columns of a square, regular part of the matrix at which the
    strategies equalise (Shapley & Snow 1950).
    """

    value: Fraction
    row: Fractions
    column: Fractions
    kernel: tuple[tuple[int, ...], tuple[int, ...]]


def solve_matrix_game(matrix: Fractions) -> Saddle:
    """Solve a zero-sum game ``(R, C)`` of fractions."""
    height, width = matrix.shape
    shift = 1 - matrix.min()
    found = maximise(vector([Fraction(1)] * width), matrix + shift, [1] * height)
    columns = tuple(sorted(k for k in found.basis if k < width))
    rows = tuple(r for r in range(height) if width + r not in found.basis)
    return Saddle(
        1 / found.value - shift, found.duals / found.value, found.solution / found.value,
        (rows, columns),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class SecondSaddle:
    """Strategies optimal in a first game and, among those, in a second one, and why they are.

    With ``first`` of value 0 and ``t`` the ``value``: ``second q + first y ≤ t`` in every row and
    ``p' second + z' first ≥ t`` in every column, with ``y, z ≥ 0``.
    """

    value: Fraction
    row: Fractions
    column: Fractions
    row_multipliers: Fractions
    column_multipliers: Fractions


def solve_second_game(first: Fractions, second: Fractions) -> SecondSaddle:
    """Solve ``second`` among the strategies that are optimal in ``first``, whose value is 0.

    The limit of optimal strategies of ``first + δ · second`` as δ → 0 (Mills 1956).
    """
    height, width = first.shape
    shift = 1 - second.min()
    none, zero = np.zeros((width, 1), dtype=object), Fraction(0)
    program = np.vstack(
        [
            np.hstack([none + 1, -first.T, -(second + shift).T]),
            np.hstack([none, np.zeros((width, height), dtype=object), -first.T]),
            np.array([[0] * (1 + height) + [1] * height], dtype=object),
        ]
    )
    gains = vector([Fraction(1), *[zero] * (2 * height)])
    found = maximise(gains, program, [*[0] * (2 * width), 1])
    return SecondSaddle(
        found.value - shift,
        found.solution[1 + height :],
        found.duals[:width],
        found.solution[1 : 1 + height],
        found.duals[width : 2 * width],
    )
