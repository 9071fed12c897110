"""The coco value in closed form, and the maximin levels from which bargaining starts.

Takes worths of coalitions in money, gives payoffs and what is agreed on; called by the concepts
with money and by those that bargain.
"""

import numpy as np

from curnits.analysis.solution import Point, Vector
from curnits.analysis.solvers import conflict
from curnits.sim.games.coalitions import membership, shapley_weights
from curnits.sim.games.feasible.matrixgames import solve_stack
from curnits.sim.games.game import Game


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
    return value_of(game, "coco-value", conflict.values(game, np.ones(game.n)))


def value_of(game: Game, concept: str, worths: Vector) -> Point:
    """Return what players are paid for what coalitions are worth in conflicts.

    Parameters
    ----------
    game : Game
    concept : str
    worths : ndarray, shape (2**n,)
        ``v(S) − v(N∖S)`` by mask, utilons of whoever has them; of N the largest joint payoff.
    """
    agreement = np.zeros(len(game.outcomes))
    agreement[game.outcomes.sum(axis=1).argmax()] = 1.0
    return Point(
        concept,
        membership(game.n).T @ (shapley_weights(game.n) * worths),
        np.full(game.n, 1.0 / game.n),
        agreement,
        np.full(game.n, np.nan),
    )


def maximin_levels(game: Game) -> Vector:
    """Return what each player can secure alone, in utilons, shape ``(n,)``.

    The others may correlate what they play (von Neumann 1928). A player without company gets its
    best payoff.
    """
    levels = np.empty(game.n)
    for i in range(game.n):
        own = game.conflict(1 << i)[i]
        solved, _, _ = solve_stack(own[None])
        levels[i] = solved[0]
    return levels
