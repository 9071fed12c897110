"""Players whose price is zero: the limit of equilibria in which their price has a small floor.

At a zero price the threats of the others are often not unique, and which of them is the limit
depends on how *all* prices approach theirs. So the approach itself is part of the answer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.equilibrium.market import Market
from analysis.equilibrium.newton import Clearing, clear, entitlements
from analysis.linear import LinearProgramError, minimise
from analysis.solution import Vector
from sim.games.coalitions import Mask

_NUDGE = 1e-7
_FACE = 1e-9
_ZERO = 1e-9
_DESCENT = 1e-2
_PROMISING = 1e-6
_LEAST = 0.1


@dataclass(frozen=True, eq=False)
class Limit:
    """Clearing prices ``prices + δ · direction`` for ``δ → 0``.

    Attributes
    ----------
    clearing : Clearing
        At the limit.
    direction : ndarray, shape (n,)
        Normalised; positive where the price is 0, of any sign for the others.
    """

    clearing: Clearing
    direction: Vector


def clear_in_the_limit(
    market: Market,
    guess: Vector,
    face: NDArray[np.int64],
    free: NDArray[np.bool_],
    floor: float,
) -> Limit:
    """Follow clearing prices down with the price of the free players, from a floor to 0.

    Clearing prices at two floors give a line; the next, much lower pair of floors is sought along
    it, and the last pair is extrapolated to 0 (Richardson).

    Parameters
    ----------
    market : Market
    guess : ndarray, shape (n,)
        Normalised prices that roughly clear when the free players' price is ``floor``.
    face : ndarray of int, shape (k,)
        Distinct outcomes that are all worth most.
    free : ndarray of bool, shape (n,)
    floor : float
    """
    limit = _two_point_limit(market, (guess, guess), face, free, floor)
    while floor > _NUDGE and limit.clearing.residual < _PROMISING:
        floor = max(floor * _DESCENT, _NUDGE)
        along = [limit.clearing.prices + share * floor * limit.direction for share in (1.0, 0.5)]
        begin = tuple(np.maximum(prices, floor * _LEAST * ~market.constant) for prices in along)
        limit = _two_point_limit(market, (begin[0], begin[1]), face, free, floor)
    prices = limit.clearing.prices
    return Limit(
        Clearing(np.where(prices > _ZERO, prices, 0.0), limit.clearing.residual), limit.direction
    )


def _two_point_limit(
    market: Market,
    begin: tuple[Vector, Vector],
    face: NDArray[np.int64],
    free: NDArray[np.bool_],
    floor: float,
) -> Limit:
    far = clear(market, np.where(free, floor, begin[0]), face, free)
    near = clear(market, np.where(free, floor / 2, begin[1]), face, free)
    return Limit(
        Clearing(2 * near.prices - far.prices, max(near.residual, far.residual)),
        (far.prices - near.prices) / (floor / 2),
    )


def limit_threats(market: Market, prices: Vector, direction: Vector) -> dict[Mask, Vector]:
    """Return the limit, as δ → 0, of optimal threats at ``prices + δ · direction`` (normalised).

    Optimal strategies are rational functions of δ near 0, so two small steps and Richardson's
    extrapolation give the limit up to O(δ²).
    """
    if not direction.any():
        return market.threats(prices)
    near = market.threats(prices + _NUDGE / 2 * direction)
    far = market.threats(prices + _NUDGE * direction)
    limits = {}
    for mask, threat in near.items():
        limit = np.clip(2 * threat - far[mask], 0.0, None)
        limits[mask] = limit / limit.sum()
    return limits


def settle(
    market: Market,
    limit: Limit,
    threats: dict[Mask, Vector],
) -> Vector | None:
    """Choose, among the supported agreements that clear, one that serves the free players best.

    Returns
    -------
    ndarray, shape (X,) or None
        A mixture of the distinct outcomes, or None if some free player cannot get what it could
        claim.
    """
    prices, outcomes = limit.clearing.prices, market.outcomes
    worth = outcomes @ prices
    face = np.flatnonzero(worth >= worth.max() - _FACE)
    corners = outcomes[face]
    priced, free = np.flatnonzero(prices > 0), (prices == 0) & ~market.constant
    due, _ = entitlements(market, prices, corners[0], free)
    slack = 1.01 * limit.clearing.residual + 1e-13
    target = due[priced] / prices[priced]
    # a free player's claim is the change of its entitlement with δ, N's worth included
    gain = (corners @ limit.direction).max() / market.n
    claims = market.claims_of(threats, limit.direction)[free] + gain
    try:
        mixture, _ = minimise(
            -corners[:, free].sum(axis=1),
            np.vstack([corners[:, priced].T, corners[:, free].T, np.ones(len(face))]),
            (
                np.concatenate([target - slack, claims - _FACE, [1.0]]),
                np.concatenate([target + slack, np.full(len(claims), np.inf), [1.0]]),
            ),
            (np.zeros(len(face)), np.ones(len(face))),
        )
    except LinearProgramError:
        return None
    whole = np.zeros(len(outcomes))
    whole[face] = np.clip(mixture, 0.0, None)
    return whole / whole.sum()
