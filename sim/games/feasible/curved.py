"""Curved sets of payoffs: dividing a pie among risk-averse players, ellipsoids."""

from dataclasses import dataclass
from typing import Any, override

import numpy as np
from scipy.optimize import brentq

from curnits.sim.games.feasible.menus import Body, Vector
from curnits.sim.games.game import GameError
from curnits.sim.games.utilities.concave import Concave


@dataclass(frozen=True)
class Pie(Body):
    """What players get who divide an amount of something among themselves.

    Parameters
    ----------
    amount : float
        Positive.
    utilities : tuple of Concave
        Of each player, over its share.

    Raises
    ------
    GameError
        If the amount is not positive.
    curnits.sim.games.utilities.UtilityError
        If nothing, or everything, has no utility.
    """

    amount: float
    utilities: tuple[Concave, ...]

    def __post_init__(self) -> None:
        if not 0.0 < self.amount < np.inf:
            raise GameError(f"expected a positive amount (found {self.amount:g})")
        for utility in self.utilities:
            utility.value(np.array([0.0, self.amount]))

    @property
    @override
    def players(self) -> int:
        return len(self.utilities)

    @override
    def best(self, weights: Vector) -> Vector:
        shares = self.divide(weights)
        return np.array(
            [float(u.value(np.array(x))) for u, x in zip(self.utilities, shares, strict=True)]
        )

    def divide(self, weights: Vector) -> Vector:
        """Return the shares that maximise weighted utility, shape ``(k,)``, summing to the amount.

        Where shares are positive, weighted marginal utilities are equal.
        """
        counted = np.flatnonzero(weights > 0)

        def demanded(log_price: float) -> Vector:
            shares = np.zeros(len(weights))
            for i in counted:
                slope = np.exp(log_price) / weights[i]
                shares[i] = min(max(self.utilities[i].amount_at(slope), 0.0), self.amount)
            return shares

        def excess(log_price: float) -> float:
            return float(demanded(log_price).sum()) / self.amount - 1.0

        # at the highest of these prices nobody asks for more than an equal share, at the lowest
        # somebody asks for at least that much
        prices = [
            np.log(weights[i] * self.utilities[i].slope(self.amount / len(counted)))
            for i in counted
        ]
        low, high = min(prices), max(prices)
        if excess(low) <= 0.0:
            shares = demanded(low)
        elif excess(high) >= 0.0:
            shares = demanded(high)
        else:
            shares = demanded(brentq(excess, low, high, xtol=1e-15, rtol=1e-15))
        largest = int(shares.argmax())
        shares[largest] += self.amount - shares.sum()
        return shares

    @override
    def as_scenario(self, players: tuple[str, ...]) -> dict[str, Any]:
        own = zip(players, self.utilities, strict=True)
        return {"pie": self.amount, "utilities": {name: u.as_scenario() for name, u in own}}


@dataclass(frozen=True, eq=False)
class Ellipsoid(Body):
    """``{x : Σ_i ((x_i − c_i) / r_i)² ≤ 1}``.

    Parameters
    ----------
    centre, radii : ndarray, shape (k,)
        Utilons; radii positive.

    Raises
    ------
    GameError
        If a radius is not positive.
    """

    centre: Vector
    radii: Vector

    def __post_init__(self) -> None:
        if not (self.radii > 0).all():
            raise GameError(f"expected positive radii (found {self.radii.tolist()})")

    @property
    @override
    def players(self) -> int:
        return len(self.centre)

    @override
    def best(self, weights: Vector) -> Vector:
        pull = weights * self.radii
        return self.centre + self.radii * pull / np.linalg.norm(pull)

    @override
    def as_scenario(self, players: tuple[str, ...]) -> dict[str, Any]:
        return {"ellipsoid": {"centre": self.centre.tolist(), "radii": self.radii.tolist()}}
