"""What a ``harsanyi`` answer promises to players whose price is 0, as a limit of positive prices.

At prices ``a + δ · rates`` and threats ``ρ + δ · drift`` all conditions have to hold to first order
in δ. What coalitions with a free player divide is then of first order too, and so are their
programs; the claim ``E_i / a_i`` of a free player is the ratio of two rates.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from curnits.analysis.solution import Vector
from curnits.sim.games.coalitions import Mask, grand, members, subsets
from curnits.sim.games.game import Game

_BINDING = 1e-9
"""A gain this near to the least one counts as least."""

_NEAR = 1e3, 1e6
"""Multipliers must be feasible for prices within 1 / this of the limit, in shares of prices. The
nearer, the more rounding counts: 1e-16 as much as 1e-10 at the second."""

_DUAL_EXCESS = 1e-9
"""By how much the dual may exceed a program's optimum in the limit, in curnits."""


@dataclass(frozen=True, eq=False)
class FirstOrder:
    """Books of first order, in the normalised game.

    Attributes
    ----------
    regret : float
        Rate at which some coalition's regret grows with δ, at most.
    claims : ndarray, shape (2**n, n)
        Utilons that players with a rate claim in each coalition, as if they were free; 0 outside.
    """

    regret: float
    claims: Vector


def first_order(
    game: Game,
    plays: Mapping[Mask, Vector],
    drift: Mapping[Mask, Vector],
    prices: Vector,
    rates: Vector,
    dividends: Vector,
) -> FirstOrder:
    """Return books of first order in δ.

    Parameters
    ----------
    game : Game
        Normalised.
    plays : mapping from mask to ndarray
        What every coalition plays in the limit.
    drift : mapping from mask to ndarray
        How threats change with δ.
    prices, rates : ndarray, shape (n,)
    dividends : ndarray, shape (2**n,)
        In the limit, curnits.
    """
    full = grand(game.n)
    free, varying = (prices == 0.0) & (rates > 0.0), game.ranges > 0.0
    priced = (prices > 0.0) & varying
    if not priced.any():
        priced = prices > 0.0
    growth = np.zeros(full + 1)
    claims = np.zeros((full + 1, game.n))
    regret = 0.0
    for mask in sorted(plays, key=int.bit_count):
        inside = np.array(members(mask))
        owed, owing = (owed_by_parts(mask, amounts) for amounts in (dividends, growth))
        if mask == full:
            # by the envelope theorem N's worth grows like that of the best outcome at the rates
            worths = game.outcomes @ prices
            face = game.outcomes[worths >= worths.max() - _BINDING]
            disposed = rates[free] @ (plays[full] @ game.outcomes)[free]
            surplus = (face @ rates).max() - disposed - owing[priced].sum()
            growth[mask] = surplus / np.count_nonzero(priced)
        else:
            fight, rival = game.conflict(mask), full ^ mask
            answers = fight @ plays[rival]
            credit = prices[:, None] * answers
            change = rates[:, None] * answers + prices[:, None] * (fight @ drift[rival])
            gains = credit[inside] @ plays[mask] - owed
            growing = credit[inside] @ drift[mask] + change[inside] @ plays[mask] - owing
            growth[mask] = growing[gains <= gains.min() + _BINDING].min()
            outside = np.setdiff1d(np.arange(game.n), inside)
            harm, harming = credit[outside].sum(axis=0), change[outside].sum(axis=0)
            now = len(inside) * gains.min() - harm @ plays[mask]
            later = len(inside) * growth[mask] - harm @ drift[mask] - harming @ plays[mask]
            limit = _Terms(credit[inside], harm, owed)
            best = _growth_of_optimum(limit, _Terms(change[inside], harming, owing), float(now))
            regret = max(regret, best - float(later))
        due = owed + dividends[mask]
        with np.errstate(divide="ignore", invalid="ignore"):
            limits = (owing + growth[mask]) / rates[inside]
        # who is owed less than 0 curnits at price 0 claims nothing
        claims[mask, inside] = np.where(due < -_BINDING, 0.0, limits)
    return FirstOrder(regret, claims)


@dataclass(frozen=True, eq=False)
class _Terms:
    """Of a coalition's program: maximise ``|S| d − harm·ρ`` subject to ``d ≤ credit ρ − owed``."""

    credit: Vector
    harm: Vector
    owed: Vector


def _growth_of_optimum(limit: _Terms, change: _Terms, best: float) -> float:
    """Return the derivative of a program's optimum, from above, as its terms change.

    Multipliers ``μ + δ μ'`` and a level ``λ + δ λ'`` that are feasible in the dual for all small δ
    bound the optimum, and the least such bound is the derivative (Mills 1956). Up to which δ they
    are feasible is left open: it is ``1 / κ``, and ``μ' + κ μ`` and ``λ' + κ λ``, which make that
    linear, are sought in their place. Infinite if HiGHS finds none.
    """
    count, actions = limit.credit.shape
    one, none = np.ones((actions, 1)), np.zeros((actions, 1))
    # unknowns: μ, λ, μ' + κ μ, λ' + κ λ, κ
    feasible = np.hstack([limit.credit.T, -one, 0.0 * limit.credit.T, none, none])
    growing = np.hstack([change.credit.T, none, limit.credit.T, -one, -limit.harm[:, None]])
    optimal = np.concatenate([-limit.owed, [1.0], np.zeros(count + 2)])
    sums = np.zeros((2, 2 * count + 3))
    sums[0, :count], sums[1, count + 1 : -2], sums[1, -1] = 1.0, 1.0, -count
    bound = np.inf
    for nearest in _NEAR:
        program = linprog(
            np.concatenate([-change.owed, [0.0], -limit.owed, [1.0, -best]]),
            np.vstack([feasible, growing, optimal]),
            np.concatenate([limit.harm, change.harm, [best + _DUAL_EXCESS]]),
            sums,
            np.array([float(count), 0.0]),
            bounds=[(0.0, None)] * count
            + [(None, None)]
            + [(0.0, None)] * count
            + [(None, None), (0.0, nearest)],
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        if program.status == 0 and program.fun is not None:
            bound = min(bound, float(program.fun))
    return bound


def owed_by_parts(mask: Mask, amounts: Vector) -> Vector:
    """Return for each member the sum of an amount over the smaller coalitions it belongs to."""
    return np.array(
        [
            sum(amounts[part] for part in subsets(mask) if part != mask and part >> i & 1)
            for i in members(mask)
        ]
    )
