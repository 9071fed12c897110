"""Bargaining solutions on curved frontiers, of which points are added as they are needed.

Takes a game and a disagreement point, gives the point and the game with the points that are needed.
Called by :mod:`curnits.analysis.concepts.bargaining`.
"""

from collections.abc import Callable

import numpy as np

from curnits.analysis.solution import Point, Vector
from curnits.analysis.solvers import bargaining
from curnits.analysis.solvers.bargaining import UnsettledError
from curnits.analysis.solvers.curved.refining import prices_of_all
from curnits.analysis.solvers.curved.roots import best_point, clearing_prices, with_best_points
from curnits.sim.games.feasible.linear import LinearProgramError, rise
from curnits.sim.games.game import Game
from curnits.sim.games.rounding import SAME_PAYOFF


def at_equal_worth(game: Game, start: Vector) -> tuple[Game, Point]:
    """Return the Nash bargaining solution, and the game with the point that it agrees on.

    Parameters
    ----------
    game : Game
        Without money; N has a curved frontier.
    start : ndarray, shape (n,)
        The disagreement point, utilons.

    Raises
    ------
    curnits.analysis.solvers.bargaining.DisagreementError
        If no agreement gives everybody at least its disagreement payoff.
    curnits.analysis.solvers.bargaining.UnsettledError
        If somebody cannot gain, or the search fails.
    """
    game, _ = _with_ideals(game, start)
    near = bargaining.nash(game.outcomes, start).prices

    def unevenness(prices: Vector) -> Vector:
        gains = prices * (best_point(game, prices) - start)
        return np.asarray((gains - gains.mean()) / (prices @ game.scales))

    return _point(game, "nash", start, clearing_prices(game, unevenness, near))


def along(
    name: str, direction: Callable[[Vector], Vector], game: Game, start: Vector
) -> tuple[Game, Point]:
    """Return the agreement that is farthest from the disagreement point in a direction.

    Parameters
    ----------
    name : str
        Of the concept.
    direction : callable
        Takes what each player could gain at most, utilons, and gives the direction, all positive;
        both of shape ``(n,)``.
    game, start
        As for :func:`at_equal_worth`, and so are the errors.
    """
    game, ideals = _with_ideals(game, start)
    towards = direction(ideals - start)
    _, _, near = _raised(game, start, towards)

    def unevenness(prices: Vector) -> Vector:
        risen = (best_point(game, prices) - start) / towards
        return np.asarray(risen - risen.mean())

    return _point(game, name, start, clearing_prices(game, unevenness, near))


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
    if (ideals - start <= SAME_PAYOFF * game.scales).any():
        raise UnsettledError("somebody cannot gain; that is not handled on a curved frontier")
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
