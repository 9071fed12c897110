"""An equilibrium in hundreds of digits written down in floating-point numbers, threats included.

Takes what :mod:`.refining` gives, and adds the rates at which prices of 0 vanish. Called by
:mod:`.near_ties`.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from flint import ctx
from scipy.optimize import nnls

from curnits.analysis.certificates.checking.system import (
    PRECISION,
    Balls,
    CocoEquations,
    SingularError,
    State,
    ball,
)
from curnits.analysis.certificates.exact import share
from curnits.analysis.solution import Candidate, Vector
from curnits.analysis.solvers.coco.refining import (
    FLOOR,
    NOTHING,
    Point,
    StoredGame,
    equations,
    settled,
    shares,
)
from curnits.sim.games.coalitions import Mask, grand

_NEVER = ball(NOTHING)
"""Probabilities that are 0."""

_RARELY = 1e-12
"""Probability with which actions that are not optimal are played at most, so that all clear."""

_CLEAR = 1e-13
"""Excess claims, in shares of payoff range, that need no mending."""


def completed(game: StoredGame, point: Point) -> Candidate | None:
    """Return an equilibrium in floating point, with threats, and how prices of 0 come to be 0.

    None if there is none next to it whose prices of 0 are half of what stands for them, or if
    threats do not survive rounding.
    """
    n, free = game.n, point.free
    direction = np.zeros(n)
    if free.any():
        halved = (x / 2 if zero else x for x, zero in zip(point.prices, free, strict=True))
        half = settled(game, replace(point, prices=shares(list(halved))))
        if half is None:
            return None
        pairs = zip(point.prices, half.prices, strict=True)
        direction = np.array([float((x - y) * 2 / FLOOR) for x, y in pairs])
        if direction[free].min() <= 0.0:
            return None
    with ctx.workprec(PRECISION):
        try:
            rounded, state = _rounded(game, point)
        except SingularError:
            return None
        threats = _threats(game, rounded, state)
        for coalition, action, weight in _trembles(game, state, rounded):
            threats[coalition][action] = weight
    agreement = np.zeros(len(game.outcomes))
    agreement[list(point.face)] = [max(float(x), 0.0) for x in rounded.mixture]
    prices = np.where(free, 0.0, [float(x) for x in rounded.prices])
    return Candidate(prices, agreement, threats, direction)


def _threats(game: StoredGame, point: Point, state: State) -> dict[Mask, Vector]:
    full, threats = grand(game.n), dict[Mask, Vector]()
    for mask, (rows, columns) in point.kernels.items():
        fight = state.fights[mask]
        actions, answers = game.game.joint_actions(mask), game.game.joint_actions(full ^ mask)
        threats[mask] = _spread(fight.row, rows, actions)
        threats[full ^ mask] = _spread(fight.column, columns, answers)
    return threats


def _trembles(game: StoredGame, state: State, point: Point) -> list[tuple[Mask, int, float]]:
    """Return coalitions, actions and probabilities with which all clear in floating point, too.

    Prices there are off by 1e-17, and what is claimed at a price of 1e-14 by its thousandth part.
    Probabilities may be that small: whoever plays its worst action so rarely changes what a fight
    is worth by as little as is missing.
    """
    n, full, asked = game.n, grand(game.n), np.flatnonzero(~point.free).tolist()
    missed, prices = equations(state, n)[1], [ball(x) for x in point.prices]
    scales = game.game.scales[asked]
    amiss = np.array([float(missed[i] / prices[i]) for i in asked]) / scales
    if np.abs(amiss).max() <= _CLEAR:
        return []
    places, effects = [], []
    for mask, kernel in point.kernels.items():
        lost = game.losses(mask, kernel, state.fights[mask], prices)
        for coalition, sign, losses in zip((mask, full ^ mask), (-1, 1), lost, strict=True):
            worst = max(range(len(losses)), key=losses.__getitem__)
            if losses[worst] > 0:
                places.append((coalition, worst))
                unit = [ball(sign * share(n, mask, i)) / prices[i] for i in asked]
                effects.append([float(losses[worst] * x) for x in unit] / scales)
    if not places:
        return []
    matrix = np.array(effects).T
    lengths = np.linalg.norm(matrix, axis=0)
    weights = nnls(matrix / lengths, -amiss)[0] / lengths
    if weights.max() > _RARELY:
        return []
    return [
        (*place, weight) for place, weight in zip(places, weights.tolist(), strict=True) if weight
    ]


def _rounded(game: StoredGame, point: Point) -> tuple[Point, State]:
    """Return a point in floating-point numbers, with kernels that make sense there."""
    prices, mixture = (
        tuple(Fraction(float(x)) for x in some) for some in (point.prices, point.mixture)
    )
    rounded = replace(point, prices=prices, mixture=shares(mixture))
    balls = rounded.balls()
    state = CocoEquations(game, point.face, point.kernels).at(balls)
    odd = {
        mask
        for mask, fight in state.fights.items()
        if min(float(x) for x in (*fight.row, *fight.column)) < -_RARELY
    }
    if not odd:
        return rounded, state
    better = {mask: point.kernels[mask] for mask in odd}
    kernels = point.kernels | game.improved(better, state, balls[: game.n])
    return replace(rounded, kernels=kernels), CocoEquations(game, point.face, kernels).at(balls)


def _spread(weights: Balls, places: Sequence[int], count: int) -> Vector:
    """Return a mixture of so many actions, those that are played at given places."""
    spread = np.zeros(count)
    for k, weight in zip(places, weights, strict=True):
        spread[k] = float(weight) if weight > _NEVER else 0.0
    return spread
