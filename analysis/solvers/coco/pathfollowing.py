"""Zeros of a correspondence by following a piecewise linear path (Merrill 1972; Eaves 1972).

Takes a field on the price simplex, gives a cell in which it vanishes. Called by :mod:`.search`
alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Vector = NDArray[np.float64]

_ZERO = 1e-12
"""Excess claims, in shares of range, that are zero but for rounding."""

_MOST_FAILURES = 4
"""Lost corners after which a path is given up and another one is started."""


@dataclass(frozen=True, eq=False)
class PathCell:
    """A simplex on which the interpolated field vanishes, or a single point where the field does.

    Attributes
    ----------
    points : ndarray, shape (k, d)
        Its vertices; k is d + 1, or 1.
    weights : ndarray, shape (k,)
        Barycentric coordinates of the zero.
    """

    points: Vector
    weights: Vector

    @property
    def zero(self) -> Vector:
        """The interpolated zero, shape ``(d,)``."""
        return np.asarray(self.weights @ self.points)


class PathError(RuntimeError):
    """The path did not reach its end within the allowed number of pivots.

    Attributes
    ----------
    reached : ndarray, shape (d,)
        Where it was by then.
    """

    def __init__(self, message: str, reached: Vector) -> None:
        super().__init__(message)
        self.reached = reached


def refine(
    field: Callable[[Vector], Vector], start: Vector, mesh: float, shrink: float, pivots: int
) -> Iterator[PathCell]:
    """Yield ever smaller cells that hold a zero of a field, without end.

    Each cell comes from one pass of Merrill's restart method on Freudenthal's triangulation of
    ``R^d × [0, 1]``: from the artificial field ``start − y`` at level 0 to the real one at level 1.
    The field may be a selection of an upper semicontinuous, convex-valued correspondence; then the
    limit of the cells is a zero of the correspondence, and it is reached whenever the field points
    inwards outside some ball.

    Parameters
    ----------
    field : callable
        ``R^d → R^d``.
    start : ndarray, shape (d,)
    mesh : float
        Grid size of the first pass.
    shrink : float
        Factor, below 1, from each pass to the next.
    pivots : int
        Most pivots of one pass. A pass that needs more is tried again from where it got to, on a
        grid twice coarser than the one before.

    Raises
    ------
    PathError
        If several passes in a row need more than ``pivots`` pivots.
    """
    failures = 0
    while True:
        try:
            cell = _pass(field, start, mesh, pivots)
        except PathError as error:
            failures += 1
            if failures > _MOST_FAILURES:
                raise
            start, mesh = error.reached, 2 * mesh / shrink
        else:
            failures = 0
            yield cell
            start, mesh = cell.zero, mesh * shrink


def _pass(field: Callable[[Vector], Vector], start: Vector, mesh: float, pivots: int) -> PathCell:
    d = len(start)
    # the start is the barycentre of the first simplex, so that no weight is zero there
    origin = start - mesh * np.arange(d, 0, -1) / (d + 1)
    base = np.zeros(d + 1, dtype=np.int64)
    order = list(range(d + 1))  # the last axis is the level
    labels: dict[bytes, Vector] = {}

    def vertex(k: int) -> NDArray[np.int64]:
        corner = base.copy()
        corner[order[:k]] += 1
        return corner

    def label(corner: NDArray[np.int64]) -> Vector:
        key = corner.tobytes()
        if key not in labels:
            y = origin + mesh * corner[:d]
            labels[key] = np.append(1.0, field(y) if corner[d] else (start - y) / mesh)
        return labels[key]

    facet = list(range(d + 1))  # positions in the simplex of the vertices in the basis
    basis = np.stack([label(vertex(k)) for k in facet], axis=1)
    entering = d + 1
    unit = np.eye(d + 1)[0]
    for _ in range(pivots):
        # where the field vanishes on a whole region, pivots would go round in circles
        corner = vertex(entering)
        if corner[d] and np.abs(label(corner)[1:]).max() < _ZERO:
            return PathCell((origin + mesh * corner[:d])[None], np.ones(1))
        sides = np.stack([unit, label(corner)], axis=1)
        weights, direction = np.linalg.lstsq(basis, sides)[0].T
        falling = np.flatnonzero(direction > 1e-12)
        if not len(falling):
            break
        ratios = np.maximum(weights[falling], 0.0) / direction[falling]
        out = falling[ratios.argmin()]
        dropped = facet[out]
        weights = np.maximum(weights - ratios.min() * direction, 0.0)
        weights[out] = ratios.min()
        facet[out], basis[:, out] = entering, label(corner)
        # replace the dropped vertex by its mirror image; positions shift with a moving base
        if dropped == 0:
            if order[0] == d:  # all that remain lie at level 1
                points = np.stack([origin + mesh * vertex(k)[:d] for k in facet])
                return PathCell(points, weights / weights.sum())
            base[order[0]] += 1
            order = [*order[1:], order[0]]
            facet, entering = [k - 1 for k in facet], d + 1
        elif dropped == d + 1:
            base[order[-1]] -= 1
            order = [order[-1], *order[:-1]]
            facet, entering = [k + 1 for k in facet], 0
        else:
            order[dropped - 1], order[dropped] = order[dropped], order[dropped - 1]
            entering = dropped
    reached = origin + mesh * np.mean([vertex(k)[:d] for k in facet], axis=0)
    raise PathError(f"no end of the path within {pivots} pivots at mesh {mesh:g}", reached)
