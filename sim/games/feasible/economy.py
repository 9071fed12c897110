"""What players can reach who divide several goods among themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, override

import numpy as np
import scipy
from scipy.optimize import root

from curnits.sim.games.feasible.linear import LinearProgramError, minimise
from curnits.sim.games.feasible.menus import Body, Matrix, Menu, Vector, distinct, menu_of
from curnits.sim.games.game import GameError
from curnits.sim.games.utilities import Utility, as_scenario
from curnits.sim.games.utilities.bundles import CobbDouglas, Leontief, Linear

_SLIGHT = 1e-9
"""Weight of players who do not count, so that nothing they could use is wasted."""

_NO_COMPONENT = 1e-9
"""Components of unit normals that are zero but for rounding."""


def reach(goods: Mapping[str, float], utilities: Sequence[Utility]) -> Menu:
    """Return the payoffs that players can reach by dividing goods, which they may also waste.

    Parameters
    ----------
    goods : mapping from str to float
        Amounts, at least 0.
    utilities : sequence of Utility
        All of them linear or Leontief, which makes a polytope, or all of them Cobb-Douglas with
        exponents that add up to less than 1, which makes a curved set.

    Raises
    ------
    GameError
        For other utilities, or if nobody can get anything from the goods.
    """
    if len(utilities) == 1:
        bundle = {good: np.array(amount) for good, amount in goods.items()}
        return Menu(np.array([[float(utilities[0].value(bundle))]]))
    if all(isinstance(u, Leontief) or _is_increasing(u) for u in utilities):
        return Menu(_vertices(len(utilities), lambda weights: _best(weights, goods, utilities)))
    tastes = tuple(u for u in utilities if isinstance(u, CobbDouglas) and _is_averse(u))
    if len(tastes) < len(utilities):
        raise GameError(
            "goods are divided by players whose utilities are all linear with weights of at least "
            "0 or leontief, or all cobb-douglas with exponents that add up to less than 1"
        )
    return menu_of(Goods(dict(goods), tastes))


@dataclass(frozen=True)
class Goods(Body):
    """What players with Cobb-Douglas utilities can reach by dividing goods.

    Parameters
    ----------
    amounts : mapping from str to float
    utilities : tuple of CobbDouglas
        Exponents of each add up to less than 1.
    """

    amounts: Mapping[str, float]
    utilities: tuple[CobbDouglas, ...]

    @property
    @override
    def players(self) -> int:
        return len(self.utilities)

    @override
    def best(self, weights: Vector) -> Vector:
        """Return the best point: every good has a price at which all of it is asked for.

        At prices p, player i with weight w buys ``β_g w u / p_g`` of good g. The prices solve a
        system that is the gradient of a sum of exponentials of ``log p``.
        """
        served = [i for i in np.flatnonzero(weights > 0) if self._can_have(int(i))]
        payoffs = np.zeros(len(weights))
        if not served:
            return payoffs
        wanted = [g for g in self.amounts if any(g in self.utilities[i].exponents for i in served)]
        supply = np.array([self.amounts[g] for g in wanted])
        powers = np.array(
            [[self.utilities[i].exponents.get(g, 0.0) for g in wanted] for i in served]
        )
        rest = 1.0 - powers.sum(axis=1)
        logs = np.log(np.where(powers > 0, powers * weights[served, None], 1.0))
        scale = np.log([self.utilities[i].scale for i in served])

        def utilities(prices: Vector) -> Vector:
            return np.asarray(np.exp((scale + (powers * (logs - prices)).sum(axis=1)) / rest))

        def excess(prices: Vector) -> Vector:
            spent = powers.T @ (weights[served] * utilities(prices))
            return np.asarray(np.log(spent) - prices - np.log(supply))

        start = np.log(powers.T @ weights[served] / supply)
        payoffs[served] = utilities(root(excess, start, tol=1e-14).x)
        return payoffs

    def _can_have(self, player: int) -> bool:
        return all(self.amounts.get(good, 0.0) > 0 for good in self.utilities[player].exponents)

    @override
    def as_scenario(self, players: tuple[str, ...]) -> dict[str, Any]:
        own = zip(players, self.utilities, strict=True)
        return {
            "goods": dict(self.amounts),
            "utilities": {name: as_scenario(utility) for name, utility in own},
        }


def _is_increasing(utility: Utility) -> bool:
    return isinstance(utility, Linear) and min(utility.weights.values()) >= 0.0


def _is_averse(utility: CobbDouglas) -> bool:
    return sum(utility.exponents.values()) < 1.0


def _best(weights: Vector, goods: Mapping[str, float], utilities: Sequence[Utility]) -> Vector:
    """Return the best point at given weights, by a linear program over bundles and payoffs."""
    k, names = len(utilities), list(goods)
    width = k * len(names) + k
    limits = np.zeros((len(names), width))
    for g in range(len(names)):
        limits[g, g : k * len(names) : len(names)] = 1.0
    rows, bounds = [*limits], [goods[name] for name in names]
    for i, utility in enumerate(utilities):
        bundle = slice(i * len(names), (i + 1) * len(names))
        if isinstance(utility, Leontief):
            for good, need in utility.needs.items():
                row = np.zeros(width)
                row[k * len(names) + i] = 1.0
                row[bundle.start + names.index(good)] = -1.0 / need
                rows.append(row)
                bounds.append(0.0)
        elif isinstance(utility, Linear):
            row = np.zeros(width)
            row[k * len(names) + i] = 1.0
            row[bundle] = [-utility.weights.get(name, 0.0) for name in names]
            rows.append(row)
            bounds.append(utility.constant)
    gains = np.zeros(width)
    gains[k * len(names) :] = np.maximum(weights, _SLIGHT * weights.max())
    lowest = np.repeat([0.0, -np.inf], [width - k, k])
    try:
        found = minimise(-gains, np.array(rows), (-np.inf, bounds), (lowest, np.inf))
    except LinearProgramError as error:
        raise GameError(
            "no best division of the goods was found: amounts differ too much in size"
        ) from error
    # what lies below the 14th digit is rounding; no negative zeros
    return np.array([float(f"{x:.14g}") for x in found.point[k * len(names) :]]) + 0.0


def _vertices(k: int, best: Any) -> Matrix:
    """Return the vertices of a polytope's upper frontier, found by asking for its best points.

    Whatever the points known so far do not show to be impossible is asked for, along the normals of
    their hull with everything below it, until nothing new comes up.
    """
    points = distinct(np.array([best(row) for row in np.vstack([np.eye(k), np.ones(k)])]))
    asked: set[tuple[float, ...]] = set()
    while True:
        low, spans = points.min(axis=0), np.ptp(points, axis=0)
        scales = np.where(spans > 0, spans, 1.0)
        shares = (points - low) / scales
        below = [np.where(keep, shares, -1.0) for keep in product((False, True), repeat=k)]
        normals = scipy.spatial.ConvexHull(np.unique(np.vstack(below), axis=0)).equations[:, :-1]
        upward = np.unique(np.round(normals[(normals > -_NO_COMPONENT).all(axis=1)], 9), axis=0)
        fresh = [row for row in upward.clip(min=0.0) if tuple(row) not in asked]
        if not fresh:
            return points
        asked.update(tuple(row) for row in fresh)
        points = distinct(np.vstack([points, [best(row / scales) for row in fresh]]))
