"""Bargaining solutions on curved frontiers, of which points are added as they are needed."""

import numpy as np

from analysis import bargaining
from analysis.bargaining import UnsettledError
from analysis.curved import prices_of_all
from analysis.equilibrium.smooth import best_point, clearing_prices, with_best_points
from analysis.solution import Point, Vector
from sim.games.game import Game
from sim.games.linear import LinearProgramError, rise

_ROUNDING = 1e-9


def bargain(game: Game, concept: str, start: Vector) -> tuple[Game, Point]:
    """Return a bargaining solution, and the game with the points that it agrees on.

    Parameters
    ----------
    game : Game
        Without money.
    concept : str
        ``nash``, ``kalai-smorodinsky`` or ``egalitarian``; see :mod:`analysis.bargaining`.
    start : ndarray, shape (n,)
        The disagreement point, utilons.

    Raises
    ------
    analysis.bargaining.DisagreementError
        If no agreement gives everybody at least its disagreement payoff.
    analysis.bargaining.UnsettledError
        If somebody cannot gain, or the search fails.
    """
    game, ideals = _with_ideals(game, start)
    if (ideals - start <= _ROUNDING * game.scales).any():
        raise UnsettledError("somebody cannot gain; that is not handled on a curved frontier")
    if concept == "nash":
        return _nash(game, start)
    direction = np.ones(game.n) if concept == "egalitarian" else ideals - start
    _, _, near = _raised(game, start, direction)

    def unevenness(prices: Vector) -> Vector:
        risen = (best_point(game, prices) - start) / direction
        return np.asarray(risen - risen.mean())

    prices = clearing_prices(game, unevenness, near)
    return _point(game, concept, start, prices)


def _nash(game: Game, start: Vector) -> tuple[Game, Point]:
    near = bargaining.nash(game.outcomes, start).prices

    def unevenness(prices: Vector) -> Vector:
        gains = prices * (best_point(game, prices) - start)
        return np.asarray((gains - gains.mean()) / (prices @ game.scales))

    return _point(game, "nash", start, clearing_prices(game, unevenness, near))


def _point(game: Game, concept: str, start: Vector, prices: Vector | None) -> tuple[Game, Point]:
    if prices is None:
        raise UnsettledError("no prices were found at which the gains are as they should be")
    known = with_best_points(game, prices)
    agreement = np.zeros(len(known.outcomes))
    agreement[-1] = 1.0
    return known, Point(concept, known.outcomes[-1], prices, agreement, start)


def _with_ideals(game: Game, start: Vector) -> tuple[Game, Vector]:
    """Return the most each player can get while nobody gets less than at the start, utilons."""
    ideals = np.empty(game.n)
    bargaining.nash(game.outcomes, start)  # raises if the start cannot be reached
    for i in range(game.n):
        direction = np.eye(game.n)[i] * game.scales
        game, payoffs, _ = _raised(game, start, direction)
        ideals[i] = payoffs[i]
    return game, ideals


def _raised(game: Game, start: Vector, direction: Vector) -> tuple[Game, Vector, Vector]:
    """Go from a start in a direction as far as N can; return payoffs and prices."""
    while True:
        try:
            _, _, weights = rise((game.outcomes - start) / game.scales, direction / game.scales)
        except LinearProgramError as error:
            raise UnsettledError(
                "how far the players can go in a direction was not found"
            ) from error
        prices = weights / game.scales
        finer = game.refined(prices_of_all(game, prices))
        if finer is game:  # what the program says, but exact
            height = float(((game.outcomes - start) @ prices).max() / (prices @ direction))
            return game, start + height * direction, prices
        game = finer
