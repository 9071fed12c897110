"""Solving games whose coalitions have curved frontiers, of which finitely many points are known.

An answer is found among the known points; then the points that coalitions would like best at its
weights are added, and it is found again, until nobody would like another point better (column
generation: Dantzig & Wolfe 1960).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from curnits.analysis.solution import Claim, Solution, Vector
from curnits.analysis.solvers.curved.roots import Rule, clearing_answer
from curnits.analysis.verification.curved import Verify, member_weights
from curnits.sim.games.coalitions import grand
from curnits.sim.games.game import Game

METHOD = "a root of excess claims over prices, found by Powell's hybrid method from several starts"

_MOST_ROUNDS = 200
"""Refinements after which the last answer is taken, for the verifier to judge."""

_STARTS = 8
"""Prices from which roots are looked for."""


def at_root(game: Game, name: str, rule: Rule, verify: Verify) -> Solution | None:
    """Solve a game in which prices are all that is to be found, where N's frontier is curved.

    Parameters
    ----------
    game : Game
    name : str
        Of the concept.
    rule : callable
        What coalitions do at given prices.
    verify : callable
        Verifies an answer.

    Returns
    -------
    Solution or None
        Its ``game`` has the points that are agreed on. None if N's frontier is not curved, or no
        answer was accepted.
    """
    for near in _starts(game) if grand(game.n) in game.curved else ():
        finished = clearing_answer(game, rule, near)
        if finished is not None:
            known, candidate = finished
            found = verify(known, Claim(candidate, candidate.agreement @ known.outcomes))
            if found.accepted:
                return Solution(name, True, (found,), False, METHOD, game=known)
    return None


def refined(game: Game, solve: Callable[[Game], Solution], verify: Verify) -> Solution:
    """Solve a game with curved frontiers, adding points until that makes no difference.

    Parameters
    ----------
    game : Game
    solve : callable
        Solves a game as it is known.
    verify : callable
        Verifies an answer.

    Returns
    -------
    Solution
        Its ``game`` is the refined one, if it is another one.
    """
    known, solution = game, solve(game)
    for _ in range(_MOST_ROUNDS):
        if not solution.equilibria:
            return solution
        finer = known.refined(member_weights(known, solution.equilibria[0]))
        if finer is known:
            break
        known, solution = finer, solve(finer)
    if known is game:
        return solution
    first = solution.equilibria[0]
    found = verify(known, Claim(first.candidate, first.payoffs))
    return replace(
        solution,
        exists=True if found.accepted else None,
        equilibria=(found,) if found.accepted else (),
        complete=False,
        method=f"{solution.method}; points of curved frontiers added as they are needed",
        game=known,
    )


def _starts(game: Game) -> Iterator[Vector]:
    """Yield prices from which to look: everybody's payoff range worth the same, then others."""
    rng = np.random.default_rng(0)
    for k in range(_STARTS):
        shares = np.exp(min(k, 1) * rng.normal(size=game.n))
        yield shares / game.scales / (shares / game.scales).sum()


def prices_of_all(game: Game, weights: Vector) -> Vector:
    """Return how coalitions weigh their members if only N is asked, shape ``(2**n, n)``."""
    everybody = np.zeros((grand(game.n) + 1, game.n))
    everybody[-1] = weights.clip(min=0.0)
    return everybody
