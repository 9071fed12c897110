"""What the figures of verifiers are shares of, and what rounding alone can do to them."""

import numpy as np

from curnits.analysis.solution import Vector
from curnits.sim.games.game import Game

ACCEPTED = 1e-8
"""Largest residual an accepted answer may have, as a share of payoff range."""

DISTRIBUTION = 1e-9
"""How far prices, threats or an agreement may be from a distribution."""

_ULPS = 8.0
"""Roundings, each half a unit in the last place, that a payoff may have been through: a sum of
products over the outcomes of an agreement, and the sums of a few payoffs."""


def units(game: Game) -> Vector:
    """Return what differences in payoffs are shares of, utilons of each player, shape ``(n,)``.

    That is the player's own payoff range; with money the largest of all, since money reaches
    players whose own payoffs do not vary.
    """
    if not game.money:
        return game.scales
    return np.full(game.n, money_unit(game))


def money_unit(game: Game) -> float:
    """Return the largest payoff range, utilons; 1 if no payoff varies."""
    return float(game.ranges.max()) or 1.0


def rounding(game: Game) -> Vector:
    """Return how far payoffs may be off by rounding alone, utilons of each player, shape ``(n,)``.

    Payoffs near 1e9 are known to 1e-7, however small their range.
    """
    largest = np.abs(np.vstack(game.extremes)).max(axis=0)
    if game.money:
        largest = np.full(game.n, largest.sum())
    return np.asarray(_ULPS * np.finfo(np.float64).eps * largest)
