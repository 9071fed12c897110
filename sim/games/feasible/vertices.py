"""Vertices of a polytope that half-spaces state.

Takes inequalities, gives points. Called for coalitions whose payoffs are stated by limits, for
equilibria of two players, and for optimal strategies in a conflict. All intersections of bounding
planes are tried, so that flat sets and single points are no special case; whoever calls bounds how
many there are.
"""

from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]


def bases_of(planes: Array) -> int:
    """Return how many systems of equations :func:`vertices` solves for so many planes."""
    count, size = planes.shape
    return comb(count, size)


def vertices(planes: Array, limits: Array, independent: float, miss: float) -> tuple[Array, Array]:
    """Return the vertices of ``{x : planes x ≤ limits}``, one for each basis that makes it.

    Parameters
    ----------
    planes : ndarray, shape (m, k)
    limits : ndarray, shape (m,)
    independent : float
        Determinant above which k planes meet in one point.
    miss : float
        By how much a point may miss a limit.

    Returns
    -------
    points, slack : ndarray, shape (V, k) and (V, m)
        Slack is what is left to each limit.
    """
    count, size = planes.shape
    bases = np.array(list(combinations(range(count), size)))
    bases = bases[np.abs(np.linalg.det(planes[bases])) > independent]
    points = np.linalg.solve(planes[bases], limits[bases][..., None])[..., 0]
    slack = limits - points @ planes.T
    kept = (slack >= -miss).all(axis=1)
    return points[kept], slack[kept]
