"""Players whose price is zero: the limit of equilibria in which their price has a small floor.

Takes clearing prices at small floors, gives candidates with prices of 0; called by :mod:`.search`.

At a zero price the threats of the others are often not unique, and which of them is the limit
depends on how *all* prices approach theirs. So the approach itself is part of the answer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.coco.claims import ClaimsMarket
from curnits.analysis.solvers.coco.clearing import ClearingPrices, dues
from curnits.analysis.solvers.coco.newton import STRICT, clear
from curnits.sim.games.feasible.linear import LinearProgramError, minimise

_LOWEST_FLOORS = (1e-5, 1e-6)
_FACE = 1e-9
"""Worth, in curnits, below the best by which an outcome still lies on the face."""

_ZERO = 1e-9
"""Prices, of which the sum is 1, that are meant to be 0."""

_PROMISING = 1e-6
"""Clearing residual, in curnits, from which exact zeros are worth trying."""

_SMALL, _LEAST = 100.0, 0.1
_MISSING, _MOST_MISSED = 1e3, 1e-7


@dataclass(frozen=True, eq=False)
class Limit:
    """Clearing prices ``prices + δ · direction`` for ``δ → 0``.

    Attributes
    ----------
    clearing : ClearingPrices
        At the limit.
    direction : ndarray, shape (n,)
        Normalised; positive where the price is 0, of any sign for the others.
    """

    clearing: ClearingPrices
    direction: Vector


def clear_in_the_limit(
    market: ClaimsMarket,
    guess: Vector,
    face: NDArray[np.int64],
    rates: Vector,
    floor: float,
) -> Iterator[Limit]:
    """Follow clearing prices down with the price of the free players, from a floor to 0.

    Clearing prices at three floors give a parabola; three much lower floors are sought along it,
    and theirs is extrapolated to 0 (Richardson): two limits, the second from still lower floors,
    which truncates less but rounds more.

    Parameters
    ----------
    market : ClaimsMarket
    guess : ndarray, shape (n,)
        Normalised prices that roughly clear when the free players' prices are ``floor * rates``.
    face : ndarray of int, shape (k,)
        Distinct outcomes that are all worth most.
    rates : ndarray, shape (n,)
        Positive for the free players, 0 for the others.
    floor : float
    """

    def sinking(height: float) -> Vector:
        return np.where(guess < _SMALL * floor * rates.max(), guess * height / floor, guess)

    least = rates[rates > 0].min() * ~market.constant
    limit = _extrapolated(market, sinking, face, rates, floor)
    for lower in _LOWEST_FLOORS:
        if limit.clearing.residual > _PROMISING:
            return
        line = limit

        def along(height: float, line: Limit = line) -> Vector:
            prices = line.clearing.prices + height * line.direction
            return np.maximum(prices, height * _LEAST * least)

        limit = _extrapolated(market, along, face, rates, lower)
        prices = limit.clearing.prices
        exact = ClearingPrices(np.where(prices > _ZERO, prices, 0.0), limit.clearing.residual)
        yield Limit(exact, limit.direction)


def _extrapolated(
    market: ClaimsMarket,
    guess: Callable[[float], Vector],
    face: NDArray[np.int64],
    rates: Vector,
    floor: float,
) -> Limit:
    """Fit prices that clear at a floor, its half and its quarter; read value and slope at 0."""
    far, middle, near = (
        clear(market, np.where(rates > 0, height * rates, guess(height)), face, rates > 0)
        for height in (floor, floor / 2, floor / 4)
    )
    first, second = middle.prices - near.prices, far.prices - middle.prices
    rise, bend = (4 * first - second) / 2, (second - 2 * first) / 6
    return Limit(
        ClearingPrices(
            near.prices - rise - bend, max(far.residual, middle.residual, near.residual)
        ),
        rise / (floor / 4),
    )


def serving_agreement(
    market: ClaimsMarket,
    limit: Limit,
    changes: Vector,
) -> Vector | None:
    """Choose, among the supported agreements that clear, one that serves the free players best.

    ``changes``, shape ``(n,)``, says how claims change on the way to the limit, see
    :meth:`ClaimsMarket.limit`.

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
    due = dues(market, market.amounts(prices), prices, corners[0], free)
    target = due[priced] / prices[priced]
    # a free player's claim: the change of its entitlement with δ, N's worth included, per price
    gain = (corners @ limit.direction).max() / market.n
    claims = (changes + gain)[free] / limit.direction[free]
    # unknowns: the mixture, and by how much conditions are missed, which only rounding may
    due_or_more = np.vstack([corners[:, priced].T, corners[:, free].T])
    due_or_less = corners[:, priced].T
    upper, count = np.full(len(due_or_more), np.inf), len(face)
    try:
        solution, _ = minimise(
            np.append(-corners[:, free].sum(axis=1), _MISSING),
            STRICT
            * np.vstack(
                [
                    np.hstack([due_or_more, np.ones((len(due_or_more), 1))]),
                    np.hstack([due_or_less, -np.ones((len(due_or_less), 1))]),
                    np.append(np.ones(count), 0.0),
                ]
            ),
            (
                STRICT * np.concatenate([target, claims, np.full(len(target), -np.inf), [1.0]]),
                STRICT * np.concatenate([upper, target, [1.0]]),
            ),
            (np.zeros(count + 1), np.append(np.ones(count), _MOST_MISSED)),
        )
    except LinearProgramError:
        return None
    mixture = solution[:-1]
    whole = np.zeros(len(outcomes))
    whole[face] = np.clip(mixture, 0.0, None)
    return whole / whole.sum()
