"""Payoffs that players hold to be due to them whatever anybody threatens with.

One function for each, from a game to shares of payoff range; none of them rests on a solution of
the game with threats.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from curnits.sim.games.feasible.matrixgames import solve_stack
from curnits.sim.games.game import Game
from curnits.sim.games.harmful import disarmed
from curnits.sim.games.normal import NormalGame
from curnits.sim.negotiation.conflicts import Vector
from curnits.sim.negotiation.meetings.claims import shortfall


def equal(game: Game) -> Vector:
    """Return the largest share of its range that everybody can have at once (Kalai 1977)."""
    return np.full(game.n, -shortfall(game, np.zeros(game.n)))


def secure(game: Game) -> Vector:
    """Return what each player can secure alone, whatever the others do (von Neumann 1928)."""
    alone = [game.normalised.conflict(1 << i)[i] for i in range(game.n)]
    return np.array([solve_stack(payoffs[None])[0][0] for payoffs in alone])


def peaceful(game: Game) -> Vector:
    """Return equal gains over what each can secure alone in a game without harmful actions.

    Gains are shares of the payoff ranges of that game, which no threat can change.
    """
    calm: Game = disarmed(game) if isinstance(game, NormalGame) else game
    levels = secure(calm)
    shares = levels - shortfall(calm, levels)
    return np.asarray((calm.low + calm.scales * shares - game.low) / game.scales)


REFERENCES: Mapping[str, Callable[[Game], Vector]] = {
    "equal": equal,
    "secure": secure,
    "peaceful": peaceful,
}
"""The references by the names that policies use."""


@lru_cache(maxsize=64)
def reference(game: Game, name: str) -> Vector:
    """Return a reference by name, shares of payoff range, shape ``(n,)``; read-only."""
    shares = REFERENCES[name](game)
    shares.flags.writeable = False
    return shares
