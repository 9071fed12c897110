"""Games that are approached by games nearby: thin feasible sets, and players with price zero."""

from collections.abc import Callable, Sequence

import numpy as np

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.coco import coco
from curnits.analysis.studies.limits import LimitError, LostError, Step, Study, study
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame, from_payoffs, normal_form

THICKNESSES = tuple(10.0**-k for k in range(1, 5))
"""Values of δ, shares of payoff range, from 0.1 down to a ten-thousandth."""

INFLUENCES = tuple(10.0**-k for k in range(1, 7))
"""Values of δ, shares of payoff range, from 0.1 down to a millionth."""


def thicken(game: Game, draws: int, seed: int) -> Study:
    """Follow the equilibria of games whose feasible sets have all dimensions to a thin game.

    Every payoff is raised by δ times a share of the player's payoff range, drawn uniformly and
    kept as δ falls; each draw is one way to thicken the feasible set.

    Parameters
    ----------
    game : Game
        In normal form, with a feasible set of lower dimension than there are players.
    draws : int
    seed : int

    Raises
    ------
    LimitError
        If the feasible set is not thin.
    LostError
        If the solver finds nothing.
    curnits.sim.games.normal.GameError
        If the game has no normal form.
    """
    thin = normal_form(game, "thickening")
    dimension = _dimension(thin.normalised.outcomes)
    if dimension == game.n:
        raise LimitError(f"the feasible set has all {dimension} dimensions: it is not thin")

    def way(child: np.random.SeedSequence) -> Callable[[float], NormalGame]:
        shares = np.random.default_rng(child).random(thin.payoffs.shape)
        raised = shares * _by_player(thin, thin.scales)
        return lambda size: _like(thin, thin.payoffs + size * raised)

    children = np.random.SeedSequence(seed).spawn(draws)
    return _followed(thin, [way(child) for child in children], THICKNESSES)


def give_influence(game: Game) -> Study:
    """Follow the equilibria of games in which nobody is powerless to one with zero prices.

    Each player whose price is 0 gets one more action: to do as before, its first action, and take
    δ of the payoff range from everybody else.

    Parameters
    ----------
    game : Game
        In normal form.

    Raises
    ------
    LimitError
        If nobody's price is 0.
    LostError
        If the solver finds nothing.
    curnits.sim.games.normal.GameError
        If the game has no normal form.
    """
    limit = normal_form(game, "giving influence")
    answers = coco.solve(limit).equilibria
    free = [i for found in answers for i in np.flatnonzero(found.candidate.prices == 0)]
    if not free:
        raise LimitError("nobody's price is 0")

    def way(size: float) -> NormalGame:
        payoffs = limit.payoffs
        for i in free:
            meddling = np.take(payoffs, [0], axis=1 + i)
            harm = _by_player(limit, np.where(np.arange(limit.n) == i, 0.0, limit.scales))
            payoffs = np.concatenate([payoffs, meddling - size * harm], axis=1 + i)
        return from_payoffs(payoffs, players=limit.players)

    return _followed(limit, [way], INFLUENCES)


def _followed(
    game: NormalGame, ways: Sequence[Callable[[float], NormalGame]], sizes: Sequence[float]
) -> Study:
    """Solve the games along some ways; those that are not solved are left out."""
    steps: list[Step] = []
    for draw, way in enumerate(ways):
        start: Vector | None = None
        for size in sizes:
            for found in coco.solve(way(size), start=start).equilibria:
                start = found.candidate.prices
                steps.append(Step(size, draw, start, found.payoffs))
    if not steps:
        raise LostError("no equilibrium of the games on the way was found")
    return study(game, "delta", steps)


def _dimension(outcomes: Vector) -> int:
    return int(np.linalg.matrix_rank(outcomes - outcomes[0], tol=1e-9))


def _by_player(game: NormalGame, amounts: Vector) -> Vector:
    return amounts.reshape(-1, *[1] * game.n)


def _like(game: NormalGame, payoffs: Vector) -> NormalGame:
    return from_payoffs(payoffs, players=game.players, actions=game.actions)
