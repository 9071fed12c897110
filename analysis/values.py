"""Solutions in closed form, or nearly: the coco value and bargaining from a disagreement point."""

from collections.abc import Callable

import numpy as np

from analysis import bargaining, conflict
from analysis.solution import Point, Vector
from sim.games.coalitions import membership, shapley_weights
from sim.games.game import Game


def coco_value(game: Game) -> Point:
    """Return the coco value: what the players get when payoffs can be paid in money.

    ``φ_i = Σ_{S∋i} (|S|−1)! (n−|S|)! / n! · v(S)``, where ``v(S)`` is the value of the zero-sum
    game of the joint payoff of S against that of its complement. With two players it is Kalai &
    Kalai's (2013) split into cooperation and competition; with more, the Harsanyi–Shapley value
    (Selten 1964; Kohlberg & Neyman 2021). Utilons of different players are taken as one currency,
    whether or not ``game.money`` is set.

    Parameters
    ----------
    game : Game

    Returns
    -------
    Point
        ``payoffs`` are after transfers and add up to the largest joint payoff; ``agreement`` is
        the first outcome that yields it; prices are equal, and there is no disagreement point.
    """
    values = conflict.values(game, np.ones(game.n))
    agreement = np.zeros(len(game.outcomes))
    agreement[game.outcomes.sum(axis=1).argmax()] = 1.0
    return Point(
        "coco-value",
        membership(game.n).T @ (shapley_weights(game.n) * values),
        np.full(game.n, 1.0 / game.n),
        agreement,
        np.full(game.n, np.nan),
    )


def shapley(worths: Vector) -> Vector:
    """Return the Shapley value of a game with money, shape ``(n,)``.

    What a player adds to those who came before, averaged over all orders of arrival:
    ``φ_i = Σ_{S∌i} |S|! (n−|S|−1)! / n! · (v(S∪{i}) − v(S))`` (Shapley 1953).

    Parameters
    ----------
    worths : ndarray, shape (2**n,)
        ``v(S)`` by mask.
    """
    n = len(worths).bit_length() - 1
    weights, masks = shapley_weights(n), np.arange(len(worths))
    value = np.empty(n)
    for i in range(n):
        joined = masks[masks >> i & 1 == 1]
        value[i] = weights[joined] @ (worths[joined] - worths[joined ^ 1 << i])
    return value


def maximin_levels(game: Game) -> Vector:
    """Return what each player can secure alone, in utilons, shape ``(n,)``.

    The others may correlate what they play (von Neumann 1928). A player without company gets its
    best payoff.
    """
    levels = np.empty(game.n)
    for i in range(game.n):
        own = game.conflict(1 << i)[i]
        solved, _, _ = conflict.solve_stack(own[None])
        levels[i] = solved[0]
    return levels


def nash(game: Game, disagreement: Vector | None = None) -> Point:
    """Return the Nash bargaining solution; see :func:`analysis.bargaining.nash`.

    Parameters
    ----------
    game : Game
        With money, players share the largest joint payoff so that all gain equally.
    disagreement : ndarray, shape (n,), optional
        Utilons; by default the maximin levels.

    Raises
    ------
    analysis.bargaining.DisagreementError
        If no agreement gives everybody at least its disagreement payoff.
    """
    return _bargain(bargaining.nash, "nash", game, disagreement)


def kalai_smorodinsky(game: Game, disagreement: Vector | None = None) -> Point:
    """Return the Kalai–Smorodinsky solution; see :func:`analysis.bargaining.kalai_smorodinsky`.

    Parameters and errors as for :func:`nash`.
    """
    return _bargain(bargaining.kalai_smorodinsky, "kalai-smorodinsky", game, disagreement)


def egalitarian(game: Game, disagreement: Vector | None = None) -> Point:
    """Return the egalitarian solution, which compares raw utilons of different players.

    See :func:`analysis.bargaining.egalitarian`. Parameters and errors as for :func:`nash`.
    """
    return _bargain(bargaining.egalitarian, "egalitarian", game, disagreement)


def _bargain(
    rule: Callable[[Vector, Vector], Point], concept: str, game: Game, disagreement: Vector | None
) -> Point:
    start = maximin_levels(game) if disagreement is None else disagreement
    if game.money:
        return bargaining.equal_surplus(concept, game.outcomes, start)
    return rule(game.outcomes, start)
