"""A Newton step that respects the frontier: clearing prices on a guessed face.

Takes prices that nearly clear and the outcomes that share them, gives prices that do; called where
a search has come near an equilibrium.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.coco.claims import ClaimsMarket
from curnits.analysis.solvers.coco.clearing import ClearingPrices, entitlements, excess_claims
from curnits.sim.games.feasible.linear import LinearProgramError, minimise

PRECISE = 1e-12
"""Residual, a share of payoff range, at which there is nothing left to improve."""

_MOST_STEPS, _TRIAL_STEPS, _HOPELESS = 30, 4, 1e-2
_FAR = 0.03
"""Residual that even the second step would leave if nothing bent, on a face that is given up."""

_SLOW = 0.15
"""Share by which a full step must lower the residual; below it, shorter ones are tried too."""

_SHARES = (2.0, 1.0, 0.5, 0.25, 0.1)
_LARGEST_STEP = 0.5
"""Most that a step may change prices, of which the sum is 1."""

_STEP_COST = 1e-7
"""Curnits a unit of step costs: of two steps that clear equally well, the shorter one."""

_POLISHING_STEPS, _EXACT, _NEARLY = 3, 1e-15, 1e-6
_DEPENDENT = 1e-9
"""Conditions closer to dependent than this (a share of the largest) are taken for dependent."""

STRICT = 1e4
"""Scale of the conditions that must hold to rounding, since HiGHS's tolerances are absolute."""


def clear(
    market: ClaimsMarket,
    prices: Vector,
    face: NDArray[np.int64],
    free: NDArray[np.bool_],
) -> ClearingPrices:
    """Search for clearing prices near given ones, with the agreement on a guessed face.

    Each step minimises the largest residual of the linearised conditions over prices and mixture, a
    linear program, with a small charge on the length of the step, so that continua of solutions do
    no harm (in the manner of Facchinei, Fischer & Herrich 2014, "An LP-Newton method").

    Parameters
    ----------
    market : ClaimsMarket
    prices : ndarray, shape (n,)
        Where to start; prices of free players stay as they are.
    face : ndarray of int, shape (k,)
        Distinct outcomes that must all be worth most.
    free : ndarray of bool, shape (n,)
        Players whose clearing is not asked for here; see :func:`.clearing.dues`.
    """
    corners = market.outcomes[face]
    priced = np.flatnonzero(~(free | market.constant))
    begin = np.where(market.constant, 0.0, prices / prices[priced].sum())
    begin = np.where(free, prices, begin)
    state = best = _evaluated(market, begin, corners, np.full(len(face), 1 / len(face)), free)
    gain = 1.0
    for step in range(_MOST_STEPS):
        if best.residual < PRECISE or (step >= _TRIAL_STEPS and best.residual > _HOPELESS):
            break
        try:
            move, mixture, left = _step(state, corners, priced)
        except LinearProgramError:
            break
        if step and left > _FAR:
            break
        # a double root slows Newton's steps down to half the way, so go twice as far
        for share in _SHARES if _SLOW < gain < 0.5 else _SHARES[1:]:
            trial = _evaluated(
                market,
                np.maximum(state.prices + share * move, state.prices / 10),
                corners,
                state.mixture + min(share, 1.0) * (mixture - state.mixture),
                free,
            )
            if trial.residual < state.residual or step < _TRIAL_STEPS:
                break
        else:
            break
        gain, state = trial.residual / state.residual, trial
        best = min(best, state, key=lambda known: known.residual)
    for _ in range(_POLISHING_STEPS):
        if not _EXACT < best.residual < _NEARLY:
            break
        prices, mixture = _polished(best, corners, priced)
        if mixture.min() < 0.0 or prices.min() < 0.0 or prices[priced].min() == 0.0:
            break
        trial = _evaluated(market, prices, corners, mixture, free)
        if trial.residual >= best.residual:
            break
        best = trial
    return ClearingPrices(best.prices, best.residual)


@dataclass(frozen=True, eq=False)
class _State:
    """Prices, mixture of the corners and payoffs on the way, entitlements and derivatives."""

    prices: Vector
    mixture: Vector
    payoffs: Vector
    due: Vector
    slope: NDArray[np.float64]
    residual: float


def _evaluated(
    market: ClaimsMarket,
    prices: Vector,
    corners: NDArray[np.float64],
    mixture: Vector,
    free: NDArray[np.bool_],
) -> _State:
    payoffs = mixture @ corners
    due, slope = entitlements(market, prices, payoffs, free)
    priced = ~(free | market.constant)
    excess = excess_claims(due[priced], prices[priced], payoffs[priced])
    support = (market.outcomes @ prices).max() - prices @ payoffs
    residual = float(max(support, np.abs(excess).max()))
    return _State(prices, mixture, payoffs, due, slope, residual)


def _step(
    state: _State, corners: NDArray[np.float64], priced: NDArray[np.int64]
) -> tuple[Vector, Vector, float]:
    """Return the change of prices, shape (n,), the new mixture of the corners, and what is left.

    The last is the largest residual of the linearised conditions, a share of payoff range.
    """
    prices, due, slope, payoffs = state.prices, state.due, state.slope, state.payoffs
    n, k = len(prices), len(corners)
    at, p = prices[priced], len(priced)
    # unknowns: relative changes of the p prices, mixture, largest residual t, largest change s
    linearised = np.zeros((p, p + k + 2))
    linearised[:, :p] = slope[np.ix_(priced, priced)] * at / at[:, None] - np.diag(payoffs[priced])
    linearised[:, p : p + k] = -corners[:, priced].T
    below, above = linearised.copy(), linearised
    below[:, -2], above[:, -2] = -1.0, 1.0
    owed = due[priced] / at
    fall, rise = np.zeros_like(below), np.zeros_like(below)
    fall[:, :p] = rise[:, :p] = np.eye(p)
    fall[:, -1], rise[:, -1] = 1.0, -1.0
    level = np.zeros((k - 1, p + k + 2))
    level[:, :p] = STRICT * (corners[1:] - corners[0])[:, priced] * at
    totals = np.zeros((2, p + k + 2))
    totals[0, :p], totals[1, p : p + k] = at, 1.0
    none, gap = np.full(p, np.inf), -STRICT * (corners[1:] - corners[0]) @ prices
    exact = np.concatenate([gap, [0.0, 1.0]])
    solution, _ = minimise(
        np.concatenate([np.zeros(p + k), [1.0, _STEP_COST]]),
        np.vstack([below, above, fall, rise, level, totals]),
        (
            np.concatenate([-none, -owed, np.zeros(p), -none, exact]),
            np.concatenate([-owed, none, none, np.zeros(p), exact]),
        ),
        (
            np.concatenate([np.full(p, -np.inf), np.zeros(k + 2)]),
            np.concatenate([none, np.ones(k), [np.inf, _LARGEST_STEP]]),
        ),
    )
    move = np.zeros(n)
    move[priced] = at * solution[:p]
    mixture = np.clip(solution[p : p + k], 0.0, None)
    return move, mixture / mixture.sum(), float(solution[-2])


def _polished(
    state: _State, corners: NDArray[np.float64], priced: NDArray[np.int64]
) -> tuple[Vector, Vector]:
    """Return prices and mixture after a Newton step on the active face, the shortest that there is.

    Unlike a linear program it is exact to rounding.
    """
    at, used = state.prices[priced], np.flatnonzero(state.mixture > 0.0)
    p, k = len(priced), len(used)
    system = np.zeros((p + len(corners) + 1, p + k))
    clearing, level, totals = np.split(system, [p, p + len(corners) - 1])
    clearing[:, :p] = state.slope[np.ix_(priced, priced)] * at / at[:, None]
    clearing[:, :p] -= np.diag(state.payoffs[priced])
    clearing[:, p:] = -corners[np.ix_(used, priced)].T
    level[:, :p] = (corners[1:] - corners[0])[:, priced] * at
    totals[0, :p], totals[1, p:] = at, 1.0
    amiss = np.concatenate(
        [
            excess_claims(state.due[priced], at, state.payoffs[priced]),
            (corners[1:] - corners[0]) @ state.prices,
            [0.0, 0.0],
        ]
    )
    change = np.linalg.lstsq(system, -amiss, rcond=_DEPENDENT)[0]
    prices, mixture = state.prices.copy(), state.mixture.copy()
    prices[priced] += at * change[:p]
    mixture[used] += change[p:]
    return prices, mixture
