"""Square parts of a zero-sum game whose equalising strategies are optimal (Shapley & Snow 1950)."""

from collections.abc import Iterator
from itertools import combinations, islice, product

import numpy as np

from curnits.analysis.certificates.checking.system import Kernel
from curnits.analysis.solution import Vector

_TIED = 1e-7
"""Payoffs closer than this share of their spread may be equal."""

_POSITIVE = 1e-9
"""Probability above which an action counts as played."""

_MOST_TRIED = 1000
"""Square kernels tried for a threat: some seconds of exact arithmetic."""


def kernels(matrix: Vector, row: Vector, column: Vector) -> Iterator[Kernel]:
    """Yield kernels that are optimal up to rounding, those of fewest actions first.

    In degenerate games there are several, and prices move with each of them in another way.

    Parameters
    ----------
    matrix : ndarray, shape (R, C)
    row, column : ndarray, shapes (R,) and (C,)
        Strategies that are optimal up to rounding; rows maximise.
    """
    tie = _TIED * (np.ptp(matrix) or 1.0)
    answers, exposures = matrix @ column, row @ matrix
    rows = np.flatnonzero(answers >= answers.max() - tie).tolist()
    columns = np.flatnonzero(exposures <= exposures.min() + tie).tolist()
    for least in (_POSITIVE, -_POSITIVE):  # an action that is not really played as a last resort
        squares = (
            square
            for count in range(1, min(len(rows), len(columns)) + 1)
            for square in product(combinations(rows, count), combinations(columns, count))
        )
        for own, other in islice(squares, _MOST_TRIED):
            if _is_kernel(matrix, own, other, tie, least):
                yield own, other


def _is_kernel(
    matrix: Vector, rows: tuple[int, ...], columns: tuple[int, ...], tie: float, least: float
) -> bool:
    square = matrix[np.ix_(rows, columns)]
    left, right = _equaliser(square.T), _equaliser(square)
    if left is None or right is None:
        return False
    (row, value), (column, _) = left, right
    return bool(
        min(row.min(), column.min()) > least
        and (matrix[:, columns] @ column).max() <= value + tie
        and (row @ matrix[rows, :]).min() >= value - tie
    )


def _equaliser(square: Vector) -> tuple[Vector, float] | None:
    size = len(square)
    bordered = np.block([[square, -np.ones((size, 1))], [np.ones((1, size)), np.zeros((1, 1))]])
    if np.linalg.cond(bordered) > 1 / _POSITIVE:
        return None
    solved = np.linalg.solve(bordered, np.eye(size + 1)[-1])
    return solved[:-1], float(solved[-1])
