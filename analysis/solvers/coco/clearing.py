"""Clearing: what players are entitled to at given prices, and how far payoffs are from that.

Entitlements ``E`` and excess claims ``z_i = E_i / a_i − u_i``; an equilibrium is ``z = 0``. Takes
a market and prices, gives what :mod:`.search` follows, :mod:`.newton` brings to zero, and
:mod:`.zero_prices` takes to the limit. How the same is checked of an answer is in
:mod:`curnits.analysis.verification.clearing`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.coco.claims import ClaimsMarket


@dataclass(frozen=True, eq=False)
class ClearingPrices:
    """Prices at which every priced player clears with some agreement on a face.

    Attributes
    ----------
    prices : ndarray, shape (n,)
        Normalised; those that were free to move add to 1.
    residual : float
        Largest clearing residual or support gap, a share of payoff range.
    """

    prices: Vector
    residual: float


def entitlements(
    market: ClaimsMarket, prices: Vector, payoffs: Vector, free: NDArray[np.bool_]
) -> tuple[Vector, NDArray[np.float64]]:
    """Return entitlements, as :func:`dues`, and their derivatives with the prices, ``(n, n)``."""
    claims = market.claims(prices)
    slope = claims.gradient + payoffs / market.n
    if market.constant.any():
        slope = slope + slope[market.constant].sum(axis=0) / _heirs(market)
    return dues(market, claims.amounts, prices, payoffs, free), slope


def dues(
    market: ClaimsMarket,
    amounts: Vector,
    prices: Vector,
    payoffs: Vector,
    free: NDArray[np.bool_],
) -> Vector:
    """Return entitlements in curnits, shape (n,), given the amounts of claims at the prices.

    What cannot be paid out to some is passed on to the others, so that Walras' law holds among
    those. Players whose payoffs do not vary can be given nothing at any price: their due is shared
    equally. The surplus of free players, which tends to nothing with their price, is shared in
    proportion to prices.
    """
    due = amounts + prices @ payoffs / market.n
    if market.constant.any():
        due = due + due[market.constant].sum() / _heirs(market)
    if free.any():
        unclaimed = (due - prices * payoffs)[free].sum()
        due = due + prices * unclaimed / prices[~free].sum()
    return due


def _heirs(market: ClaimsMarket) -> int:
    return max(1, int(np.count_nonzero(~market.constant)))


def excess_claims(due: Vector, prices: Vector, payoffs: Vector) -> Vector:
    """Return ``z_i = E_i / a_i − u_i``, utilons, of players whose prices are positive.

    Walras' law: ``a · z = 0`` if entitlements add up to what the payoffs are worth.
    """
    return np.asarray(due / prices - payoffs)
