"""What becomes of a fight that both sides would rather undo: one function for each way.

Takes a game and what a fight gives everybody, returns what they have afterwards. Called when talks
have failed (:mod:`curnits.sim.negotiation.events.failing`).
"""

from collections.abc import Callable, Mapping

import numpy as np

from curnits.sim.games.feasible.meet import pareto_meet
from curnits.sim.games.game import Game, GameError
from curnits.sim.negotiation.conflicts import Vector

type Renegotiation = Callable[[Game, Vector], Vector]
"""Payoffs of shape ``(n,)``, utilons, before and after."""


def as_fought(_: Game, payoffs: Vector) -> Vector:
    """Leave it at that."""
    return payoffs


def to_pareto_meet(game: Game, payoffs: Vector) -> Vector:
    """Give nobody less than the least it would get where nothing is wasted.

    In the manner of DiGiovanni, Clifton & Macé (2024), whose players can guarantee each other that
    much. Some efficient point is at least as good as the fight for everybody and, being efficient,
    as the Pareto meet minimum, so the larger of both is always to be had.
    """
    return np.maximum(payoffs, pareto_meet(game.outcomes))


RENEGOTIATIONS: Mapping[str | None, Renegotiation] = {
    None: as_fought,
    "pareto-meet": to_pareto_meet,
}
"""The ways by the names settings use."""


def renegotiation(name: str | None, game: Game) -> Renegotiation:
    """Return a way by name.

    Raises
    ------
    GameError
        If the game cannot have it.
    """
    if name is not None and (game.money or game.curved):
        found = "money" if game.money else "a curved frontier"
        raise GameError(
            f"negotiation.breakdown.renegotiate: {name} is for games without money whose frontier "
            f"has finitely many corners (found {found})"
        )
    return RENEGOTIATIONS[name]
