"""Convex sets of payoff vectors: what a coalition can reach, with free disposal.

Whatever a set offers, everybody may also have less of it; so only its upper frontier matters, and
weights at which points are compared are never negative.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.feasible.linear import (
    InfeasibleError,
    LinearProgramError,
    UnboundedError,
    minimise,
    rise,
)
from curnits.sim.games.feasible.vertices import vertices
from curnits.sim.games.game import MAX_PAYOFF, MISSING, GameError

type Vector = NDArray[np.float64]
type Matrix = NDArray[np.float64]

_MAX_BASES = 200_000
"""Most systems of equations that are solved to find the corners of half-spaces."""

_MISS = 1e-9
"""Misses of a bound that do not count, relative to the numbers that state it."""

_MOST_POINTS = 1000
"""Most points of a curved frontier that are known from the start."""

_KEPT = 32
"""Bodies whose best points are kept: files are read, and games written and checked, repeatedly."""


class Body(ABC):
    """A convex set with a curved frontier, known by its best point at any weights."""

    @property
    @abstractmethod
    def players(self) -> int:
        """Number of players whose payoffs it holds."""

    @abstractmethod
    def best(self, weights: Vector) -> Vector:
        """Return the point that is worth most, shape ``(k,)``, utilons.

        Parameters
        ----------
        weights : ndarray, shape (k,)
            Non-negative, not all 0; curnits per utilon. Where the best point is not unique because
            some weights are 0, it is one that nobody can improve on.
        """

    @abstractmethod
    def as_scenario(self, players: tuple[str, ...]) -> dict[str, Any]:
        """Return the set as scenario files state it, for players of these names."""


@dataclass(frozen=True, eq=False)
class Menu:
    """Payoff vectors that a coalition can choose from, and mix.

    Attributes
    ----------
    points : ndarray, shape (K, k)
        Utilons of each member; made read-only.
    body : Body or None
        The curved set whose frontier they are taken from; None if there is no more than the points.

    Raises
    ------
    GameError
        If the points are not a table of finite numbers.
    """

    points: Matrix
    body: Body | None = None

    def __post_init__(self) -> None:
        points = np.array(self.points, dtype=np.float64)
        if points.ndim != 2 or points.size == 0 or not np.isfinite(points).all():
            raise GameError(
                f"expected at least one point of finite payoffs (found shape {points.shape})"
            )
        points.flags.writeable = False
        object.__setattr__(self, "points", points)

    def rearranged(self, order: Sequence[int]) -> "Menu":
        """Return the same points with the columns in another order.

        Raises
        ------
        GameError
            If they belong to a curved set.
        """
        if list(order) == sorted(order):
            return self
        if self.body is not None:
            raise GameError("a curved set must name players in their order")
        return Menu(self.points[:, list(order)])

    def normalised(self, low: Vector, scales: Vector) -> "Menu":
        """Return the points moved and stretched, each player's by its own numbers, ``(k,)``."""
        return Menu((self.points - low) / scales)

    def refined(self, weights: Vector, scales: Vector, missing: float = MISSING) -> "Menu":
        """Return a menu with the best point at given weights; this one if it offers no less.

        Parameters
        ----------
        weights : ndarray, shape (k,)
            Curnits per utilon.
        scales : ndarray, shape (k,)
            Payoff ranges, utilons.
        missing : float
            By how much it must beat the known points, in shares of payoff range.
        """
        unit = float(weights @ scales)
        if self.body is None or not unit > 0.0:
            return self
        found = self.body.best(weights / unit)
        gain = (weights / unit) @ found - (self.points @ (weights / unit)).max()
        return Menu(np.vstack([self.points, found]), self.body) if gain > missing else self


def menu_of(body: Body) -> Menu:
    """Return the best points of a body at weights that form a regular grid on the simplex.

    Weights are for shares of payoff range. There are 257 for two players, 861 for three, 969
    for four, and at most :data:`_MOST_POINTS` for more, but always those at which only one counts.
    Differences between neighbours are then so small that agents who sand the frontier hardly feel
    them.
    """
    names = tuple(map(str, range(body.players)))
    return _menu_of(_Stated(f"{type(body).__name__} {body.as_scenario(names)}", body))


@dataclass(frozen=True)
class _Stated:
    """A body, the same as another if files state them alike."""

    text: str
    body: Body = field(compare=False)


@lru_cache(_KEPT)
def _menu_of(stated: _Stated) -> Menu:
    body = stated.body
    k = body.players
    single = np.array([body.best(weights) for weights in np.eye(k)])
    spans = np.ptp(single, axis=0)
    fineness = next(
        f
        for f in (256, 128, 64, 40, 16, 9, 6, 4, 3, 2, 1)
        if comb(f + k - 1, k - 1) <= _MOST_POINTS
    )
    bars = np.array(list(combinations(range(fineness + k - 1), k - 1)), dtype=np.int64)
    bars = bars.reshape(len(bars), k - 1)
    ends = np.full((len(bars), 1), fineness + k - 1)
    grid = np.diff(np.hstack([-np.ones_like(ends), bars, ends]), axis=1) - 1
    weights = grid / np.where(spans > 0, spans, 1.0)
    points = np.array([body.best(own) for own in weights])
    return Menu(distinct(np.vstack([single, points])), body)


def distinct(points: Matrix) -> Matrix:
    """Return points without repetitions (up to 1e-12 of their range), in the same order."""
    spans = np.ptp(points, axis=0)
    shares = np.round((points - points.min(axis=0)) / np.where(spans > 0, spans, 1.0), 12)
    _, first = np.unique(shares, axis=0, return_index=True)
    return points[np.sort(first)]


def corners(weights: Matrix, bounds: Vector, lowest: Vector) -> Matrix:
    """Return the vertices of ``{x : weights x ≤ bounds, x ≥ lowest}``, shape ``(K, k)``.

    Parameters
    ----------
    weights : ndarray, shape (m, k)
    bounds : ndarray, shape (m,)
    lowest : ndarray, shape (k,)

    Raises
    ------
    GameError
        If the set is empty or not bounded, its numbers are too large, or there are too many planes.
    """
    k = len(lowest)
    try:
        minimise(-np.ones(k), weights, (-np.inf, bounds), (lowest, np.inf))
    except InfeasibleError:
        raise GameError("no payoffs meet these limits") from None
    except UnboundedError:
        raise GameError("these limits leave a payoff without an upper bound") from None
    except LinearProgramError as error:
        raise GameError("these limits are too large, or too different in size") from error
    planes = np.vstack([weights, -np.eye(k)])
    limits = np.concatenate([bounds, -lowest])
    if comb(len(planes), k) > _MAX_BASES:
        raise GameError(f"too many limits: {len(weights)} for {k} players")
    sizes = np.abs(planes).max(axis=1)
    planes, limits = (
        planes[sizes > 0] / sizes[sizes > 0, None],
        limits[sizes > 0] / sizes[sizes > 0],
    )
    size = np.abs(limits).max() or 1.0
    points, _ = vertices(planes, limits, _MISS, _MISS * size)
    return distinct(points)


def shortfall(menu: Menu, point: Vector) -> float:
    """Return by how much some player must miss a point, in shares of the menu's payoff ranges.

    Negative if everybody can have more. Points of a curved frontier are added as they are needed.
    """
    spans = np.ptp(menu.points, axis=0)
    scales = np.where(spans > 1.0 / MAX_PAYOFF, spans, 1.0)
    while True:
        try:  # by how much a mixture can exceed everybody's payoff
            weights = rise((menu.points - point) / scales, 1.0).weights / scales
        except LinearProgramError as error:
            raise GameError("payoffs are too different in size to be compared") from error
        finer = menu.refined(weights, scales)
        if finer is menu:  # what the program says, but exact
            return float((weights @ point - (menu.points @ weights).max()) / (weights @ scales))
        menu = finer
