"""Complementary pivoting: Lemke's algorithm for linear complementarity problems."""

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector

type Flags = NDArray[np.bool_]

_ZERO = 1e-11
"""Entries of a tableau that count as 0."""

_MOST_PIVOTS = 2_000
"""Pivots before a problem is given up."""


def lemke(matrix: Vector, constant: Vector) -> Vector | None:
    """Find ``z ≥ 0`` with ``w = matrix z + constant ≥ 0`` and ``z·w = 0`` (Lemke 1965).

    Ties are broken lexicographically, so that pivots never cycle.

    Parameters
    ----------
    matrix : ndarray, shape (k, k)
    constant : ndarray, shape (k,)

    Returns
    -------
    ndarray, shape (k,), or None
        None if pivoting ends in a ray.

    Examples
    --------
    >>> lemke(np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([-5.0, -6.0])).round(6).tolist()
    [1.333333, 2.333333]
    """
    k = len(constant)
    if (constant >= 0.0).all():
        return np.zeros(k)
    # columns: w, z, the artificial variable, the constant; w − matrix z − artificial = constant
    table = np.hstack([np.eye(k), -matrix, -np.ones((k, 1)), constant[:, None]])
    basic = np.arange(k)
    entering, leaving = 2 * k, _first(table[:, :k], constant)
    for _ in range(_MOST_PIVOTS):
        left = int(basic[leaving])
        table[leaving] /= table[leaving, entering]
        others = np.arange(k) != leaving
        table[others] -= np.outer(table[others, entering], table[leaving])
        basic[leaving] = entering
        if left == 2 * k:
            found = np.zeros(2 * k + 1)
            found[basic] = table[:, -1]
            return np.clip(found[k : 2 * k], 0.0, None)
        entering = left + k if left < k else left - k
        rising = table[:, entering] > _ZERO
        if not rising.any():
            return None
        leaving = _least(table, entering, rising, basic == 2 * k)
    return None


def _first(inverse: Vector, constant: Vector) -> int:
    """Return the row with the least constant, of several the lexicographically least."""
    return int(np.lexsort([*inverse.T[::-1], constant])[0])


def _least(table: Vector, entering: int, rising: Flags, artificial: Flags) -> int:
    """Return the row whose basic variable falls to 0 first; of several the artificial one."""
    rows = np.flatnonzero(rising)
    k = len(table)
    steps = table[rows][:, [-1, *range(k)]] / table[rows, entering][:, None]
    near = steps[:, 0] <= steps[:, 0].min() + _ZERO
    for row in rows[near]:
        if artificial[row]:
            return int(row)
    rows, steps = rows[near], steps[near]
    return int(rows[np.lexsort(steps[:, :0:-1].T)[0]])
