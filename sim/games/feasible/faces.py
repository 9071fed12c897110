"""Faces and normal cones of the feasible set, the convex hull F of a game's outcomes.

Everything here is in stretched payoffs: each varying utility moved and stretched onto [0, 1], so
that tolerances are shares of payoff range. Faces, normal cones: Rockafellar 1970, sections 18, 23.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from curnits.sim.errors import InputError
from curnits.sim.games.feasible.linear import (
    FEASIBILITY,
    LinearProgramError,
    UnboundedError,
    best_mixture,
    minimise,
    rise,
)

type Vector = NDArray[np.float64]
type Matrix = NDArray[np.float64]

TOLERANCE = 1e-6
"""How exactly a point must be given, in shares of payoff range; also the smallest weight in a
mixture of outcomes that counts."""

_FLAT = 1e-7
"""Distance, in shares of payoff range, up to which points count as lying in a plane."""

_LARGEST_RATIO = 1e9
"""Ratios of stretched prices from here on count as infinite."""


class FrontierError(InputError):
    """A point without supporting prices, outside the feasible set, or malformed arguments."""


@dataclass(frozen=True, eq=False)
class Stretched:
    """Distinct outcomes, stretched.

    Attributes
    ----------
    outcomes : ndarray, shape (K, n)
        Stretched payoffs.
    rows : ndarray of int, shape (K,)
        A row of the original outcomes that each one stands for.
    low, scales : ndarray, shape (n,)
        Lowest payoff and payoff range in utilons; the scale of a constant player is 1.
    varying : ndarray of bool, shape (n,)
        Whose payoffs vary.
    """

    outcomes: Matrix
    rows: NDArray[np.int64]
    low: Vector
    scales: Vector
    varying: NDArray[np.bool_]

    def point(self, point: ArrayLike) -> Vector:
        """Stretch a point of shape ``(n,)``, given in utilons."""
        values = np.asarray(point, dtype=np.float64)
        if values.shape != self.low.shape or not np.isfinite(values).all():
            raise FrontierError(
                f"a point must be {len(self.low)} finite payoffs, found {values.tolist()}"
            )
        return (values - self.low) / self.scales


def stretch(outcomes: ArrayLike) -> Stretched:
    """Stretch outcomes of shape ``(X, n)``, given in utilons, and drop repeated ones.

    Raises
    ------
    FrontierError
        If the outcomes are not a non-empty table of finite numbers.
    """
    table = np.asarray(outcomes, dtype=np.float64)
    if table.ndim != 2 or table.size == 0 or not np.isfinite(table).all():
        raise FrontierError(
            f"outcomes must be a table of finite payoffs, one row each, found shape {table.shape}"
        )
    low, ranges = table.min(axis=0), np.ptp(table, axis=0)
    scales = np.where(ranges > 0, ranges, 1.0)
    distinct, rows = np.unique((table - low) / scales, axis=0, return_index=True)
    return Stretched(distinct, rows, low, scales, ranges > 0)


@dataclass(frozen=True, eq=False)
class Face:
    """A face of F.

    Attributes
    ----------
    centre : ndarray, shape (n,)
        A point of its relative interior.
    directions : ndarray, shape (k, n)
        Orthonormal directions along it; k is its dimension.
    on : ndarray of bool, shape (K,)
        Which outcomes lie on it.
    """

    centre: Vector
    directions: Matrix
    on: NDArray[np.bool_]


def smallest_face(outcomes: Matrix, point: Vector) -> Face:
    """Return the smallest face of F that holds a point, both stretched.

    The point is written as a mixture of outcomes; then outcomes are added as long as the centre of
    those found so far is also a mixture with weight elsewhere; hardly more often than the face has
    dimensions.

    Raises
    ------
    FrontierError
        If the point is not in F up to `TOLERANCE`.
    """
    on = _mixture(outcomes, point) > TOLERANCE
    while True:
        face = _flat(outcomes, on)
        if face.on.all() or _is_plain_vertex(outcomes, face):
            return face
        # The most weight that a mixture equal to the centre can put on outcomes off the face.
        try:
            weights, _ = best_mixture(~face.on, outcomes, (face.centre, face.centre))
        except LinearProgramError:  # rounding in an almost flat F: the centre is such a mixture
            return face
        added = (weights > TOLERANCE) & ~face.on
        if not added.any():
            return face
        on = face.on | added


def _mixture(outcomes: Matrix, point: Vector) -> Vector:
    """Return weights of outcomes, shape ``(K,)``, whose mixture is nearest to the point."""
    distances = np.abs(outcomes - point).max(axis=1)
    nearest = distances.argmin()
    if distances[nearest] <= TOLERANCE:
        return np.asarray(np.arange(len(outcomes)) == nearest, dtype=np.float64)
    offsets = outcomes - point
    mixture, height, _ = rise(np.hstack([offsets, -offsets]), 1.0)
    if -height > TOLERANCE:
        raise FrontierError(
            f"the point is not in the feasible set: it is off by {-height:.3g} of payoff range"
        )
    return mixture


def _flat(outcomes: Matrix, on: NDArray[np.bool_]) -> Face:
    """Return what the chosen outcomes span, with every outcome that lies in it."""
    centre = outcomes[on].mean(axis=0)
    _, lengths, directions = np.linalg.svd(outcomes[on] - centre, full_matrices=False)
    directions = directions[lengths > _FLAT * np.sqrt(np.count_nonzero(on))]
    offsets = outcomes - centre
    offsets -= offsets @ directions.T @ directions
    return Face(centre, directions, on | (np.abs(offsets).max(axis=1) <= _FLAT))


def _is_plain_vertex(outcomes: Matrix, face: Face) -> bool:
    """Tell whether equal prices already single the face out as a vertex: saves a linear program."""
    worth = outcomes.sum(axis=1)
    return len(face.directions) == 0 and bool(
        worth[face.on].min() > worth[~face.on].max() + TOLERANCE
    )


@dataclass(frozen=True, eq=False)
class NormalCone:
    """Stretched prices ``b ≥ 0`` at which nothing in F is worth more than the points of a face.

    Attributes
    ----------
    off : ndarray, shape (L, n)
        What leads from the face to each outcome off it: ``off b ≤ 0``.
    along : ndarray, shape (k, n)
        Directions along the face: ``along b = 0``.
    """

    off: Matrix
    along: Matrix

    def _conditions(self, unit: Vector) -> tuple[Matrix, tuple[Vector, Vector]]:
        """Return the rows, and their bounds, that prices in the cone with ``unit · b = 1`` keep."""
        off, along = len(self.off), len(self.along)
        lower = np.repeat([-np.inf, 0.0, 1.0], [off, along, 1])
        upper = np.repeat([0.0, 1.0], [off + along, 1])
        return np.vstack([self.off, self.along, unit]), (lower, upper)

    def highest(self, player: int) -> float:
        """Return the highest share of one price in the sum of all.

        Raises
        ------
        InfeasibleError
            If the cone holds no prices but 0.
        """
        n = self.off.shape[1]
        prices, _ = minimise(-np.eye(n)[player], *self._conditions(np.ones(n)))
        return float(prices[player])

    def highest_ratio(self, i: int, j: int) -> float:
        """Return the highest ``b_i / b_j``, perhaps infinite.

        Raises
        ------
        InfeasibleError
            If ``b_j`` is 0 all over the cone.
        """
        unit = np.eye(self.off.shape[1])
        try:
            prices, _ = minimise(-unit[i], *self._conditions(unit[j]))
        except UnboundedError:
            return np.inf
        return max(0.0, float(prices[i])) if prices[i] < _LARGEST_RATIO else np.inf

    def leximin(self, players: NDArray[np.bool_]) -> Vector:
        """Return the prices of the given players that are most equal, summing to 1.

        The smallest is made as large as possible, then the next; the others' prices are 0.

        Parameters
        ----------
        players : ndarray of bool, shape (n,)
            At least one.

        Raises
        ------
        InfeasibleError
            If the cone holds no such prices.
        """
        n = len(players)
        floors, rising = np.zeros(n), players.copy()
        while True:
            # Variables: the prices, then the least of those that can still rise.
            count = np.count_nonzero(rising)
            matrix, (lower, upper) = self._conditions(np.ones(n))
            solution, duals = minimise(
                np.append(np.zeros(n), -1.0),
                np.block(
                    [
                        [matrix, np.zeros((len(matrix), 1))],
                        [np.eye(n)[rising], -np.ones((count, 1))],
                    ]
                ),
                (np.append(lower, np.zeros(count)), np.append(upper, np.full(count, np.inf))),
                (np.append(floors, 0.0), np.append(players.astype(np.float64), np.inf)),
            )
            prices = solution[:n]
            # A multiplier marks a price that no optimum can raise.
            stuck = np.flatnonzero(rising)[duals[-count:] > TOLERANCE]
            floors[stuck] = np.maximum(prices[stuck] - FEASIBILITY, 0.0)
            rising[stuck] = False
            if not rising.any():
                return np.asarray(np.maximum(prices, 0.0) / prices.sum())


def normal_cone(outcomes: Matrix, face: Face) -> NormalCone:
    """Return the cone of prices that support a face of F, in stretched payoffs."""
    return NormalCone(outcomes[~face.on] - face.centre, face.directions)
