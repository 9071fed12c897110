"""How far a simulated state misses the conditions of its own rules, in shares of payoff range.

Takes a state as the verifier has seen it, and how far its threats are believed; gives regret,
clearing and support. Called when runs are judged, and again when their folders are checked.
"""

from dataclasses import dataclass, replace
from math import isnan

import numpy as np

from curnits.analysis.concepts import default_concept
from curnits.analysis.solution import Equilibrium, Vector
from curnits.analysis.verification.clearing import clearing_residual
from curnits.analysis.verification.coco import verify
from curnits.analysis.verification.doubted import believed_regret
from curnits.sim.games.game import Game

ENOUGH = 5e-3
"""Most that a state may miss a condition by if talks are to count as arrived, a share of range."""

FREE = 1e-3
"""Price of a payoff range, as a share of the highest, up to which the payoff is a free good; and
most that such a state may miss a condition by to be an equilibrium of its own."""


@dataclass(frozen=True)
class Shortfalls:
    """What a state misses; NaN where a concept does not ask for it.

    Attributes
    ----------
    regret : float
        The most any coalition could gain by another threat, given what is believed.
    clearing : float
        The most that anybody is owed or owes; players whose price is as good as 0 may get more
        than their due.
    support : float
        What the best outcome is worth beyond the agreement.
    """

    regret: float
    clearing: float
    support: float

    @property
    def worst(self) -> float:
        """The largest that is known; 0 if none is."""
        figures = (self.regret, self.clearing, self.support)
        return max((figure for figure in figures if not isnan(figure)), default=0.0)


def own_units(game: Game) -> Vector:
    """Return what distances in payoffs are shares of, utilons of each player, shape ``(n,)``.

    That is the player's own payoff range. With money, which reaches players whose payoffs do not
    vary, it is the largest range for those.
    """
    if not game.money:
        return game.scales
    ranges = game.ranges
    return np.where(ranges > 0.0, ranges, float(ranges.max()) or 1.0)


def shortfalls(game: Game, state: Equilibrium, credibility: Vector | None = None) -> Shortfalls:
    """Return how far a state misses its conditions.

    Parameters
    ----------
    game : Game
    state : Equilibrium
        As :func:`curnits.analysis.concepts.verify_state` returns it, with the threats that are
        believed.
    credibility : ndarray, shape (n,), optional
        Probability with which each player is believed to carry out threats; by default all are.
    """
    figures = state.residuals
    regret = figures.regret if credibility is None else believed_regret(game, state, credibility)
    return Shortfalls(regret, _clearing(game, state), figures.support)


def vanishing(game: Game, state: Equilibrium) -> list[str]:
    """Return the players whose payoffs are free goods at the prices of a state."""
    worth = state.candidate.prices * game.scales
    return [
        player for player, x in zip(game.players, worth, strict=True) if x <= FREE * worth.max()
    ]


def stands_alone(game: Game, state: Equilibrium, concept: str) -> bool:
    """Tell whether a state at which some prices vanish is a coco equilibrium, found before or not.

    Prices as good as 0 are taken for 0, approached in the ratio in which they stand. There may then
    be a continuum of equilibria: free goods give everybody at least its due.
    """
    candidate = state.candidate
    free = np.isin(game.players, vanishing(game, state))
    if concept != default_concept(game) or game.money or game.curved or not free.any():
        return False
    prices = np.where(free, 0.0, candidate.prices)
    rates = np.where(free, candidate.prices, 0.0)
    limit = replace(candidate, prices=prices / prices.sum(), vanishing=rates / rates.sum())
    figures = verify(game, limit).residuals
    return max(figures.pareto, figures.support, figures.regret, figures.clearing) <= FREE


def _clearing(game: Game, state: Equilibrium) -> float:
    if not np.isfinite(state.residuals.clearing):
        return np.nan
    if game.money:
        return state.residuals.clearing
    worth = state.candidate.prices * game.scales
    free = worth <= FREE * worth.max()
    return clearing_residual((state.coalitions[-1].claims - state.payoffs) / game.scales, free)
