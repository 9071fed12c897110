"""Where payoffs lie on the frontier, and how far inside it, as verifiers see it."""

import numpy as np

from curnits.analysis.solution import Vector
from curnits.analysis.verification.programs import most
from curnits.sim.games.coalitions import grand
from curnits.sim.games.feasible.frontier import locate
from curnits.sim.games.game import Game

_ROUNDING = 1e-13
"""Gains, in shares of payoff range, that are rounding."""


def place_of(game: Game, payoffs: Vector) -> str:
    """Say where on the frontier payoffs lie, which have shape ``(n,)``, utilons."""
    return "smooth" if grand(game.n) in game.curved else locate(game.outcomes, payoffs)


def pareto_gap(outcomes: Vector, point: Vector, prices: Vector | None = None) -> float:
    """Return the largest mean gain over ``point`` within the hull of outcomes, nobody losing.

    Parameters
    ----------
    outcomes : ndarray, shape (X, n)
    point : ndarray, shape (n,)
        Both in shares of payoff range.
    prices : ndarray, shape (n,), optional
        Where these prove that there is nothing to gain but rounding, the most that they allow for
        is returned, which is no less.
    """
    count, n = outcomes.shape
    if prices is not None and prices.min() > 0.0:
        left = float((outcomes @ prices).max() - point @ prices)
        allowed: float = max(0.0, left) / (n * float(prices.min()))
        if allowed <= _ROUNDING:
            return allowed
    return most(
        np.append(np.zeros(count), np.full(n, 1.0 / n)),
        np.hstack([-outcomes.T, np.eye(n)]),
        -point,
        count,
        1.0 / n,
    )
