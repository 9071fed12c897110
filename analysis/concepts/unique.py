"""Answers of which it is known that there is no other, by a theorem about the kind of game.

Takes what solves a game for equilibria, gives a search that says so; the rows of those concepts
call it.
"""

from collections.abc import Callable
from dataclasses import replace

from curnits.analysis.concepts.concept import Search
from curnits.analysis.solution import Solution
from curnits.sim.games.bargaining import BargainingGame
from curnits.sim.games.game import Game

_GAIN = 1e-6
"""Least gain over disagreement, a share of payoff range, that is no rounding."""


def alone(solve: Callable[[Game], Solution]) -> Search:
    """Return a search that needs no disagreement point, and says if its answer is the only one."""
    return lambda game, _: _only(game, solve(game))


def _only(game: Game, solution: Solution) -> Solution:
    """Say that there is no other answer where only all together can do anything (Nash 1950).

    At positive prices all gains are then worth the same, as at the one point of a convex set at
    which their product is largest; and prices are positive if all can gain at once.
    """
    if not isinstance(game, BargainingGame) or len(solution.equilibria) != 1:
        return solution
    (found,) = solution.equilibria
    gains = found.payoffs - game.threats.outcomes[0]
    fixed = game.threats.payoffs.size == game.n
    priced = (found.candidate.prices > 0).all() and (gains > _GAIN * game.scales).all()
    if not (fixed and priced):
        return solution
    why = "only all together can act, so it is Nash's (1950) solution, and there is one"
    return replace(solution, complete=True, method=f"{solution.method}; {why}")
