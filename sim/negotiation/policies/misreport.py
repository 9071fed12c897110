"""To announce another utility function than one has."""

from typing import ClassVar, override

import numpy as np
from pydantic import Field

from curnits.sim.games.feasible.linear import Vector
from curnits.sim.games.game import MAX_PAYOFF, Game
from curnits.sim.games.harmful import harmful_actions
from curnits.sim.games.normal import normal_form
from curnits.sim.negotiation.policies.policy import Policy


class Misreport(Policy):
    """Announce a utility function that is rescaled, bent, or feels harm more or less.

    Talks run on announcements, payoffs are true. It knows its own payoffs alone. Where a pie is
    divided by the solution of Nash, who is averse to risk does best to announce a linear utility:
    to bend its own towards that (Crawford & Varian 1979; Sobel 1981). To overstate what others'
    threats do to oneself invites them; to understate it takes their edge.
    """

    acts_alone: ClassVar[bool] = True

    rescale: float = Field(default=1.0, gt=0.0, le=MAX_PAYOFF, description="factor")
    shift: float = Field(
        default=0.0, ge=-MAX_PAYOFF, le=MAX_PAYOFF, description="utilons, after rescaling"
    )
    bend: float = Field(
        default=1.0,
        gt=0.0,
        le=100.0,
        description="power to which payoffs are raised, as shares of payoff range; 2 makes a "
        "square root linear",
    )
    harm: float = Field(
        default=1.0,
        ge=0.0,
        le=100.0,
        description="how much it says to mind falling below what it can secure by one action "
        "while nobody uses actions that only harm, compared with how much it does",
    )

    @override
    def announce(self, game: Game, player: int) -> Vector:
        true = normal_form(game, "misreport").payoffs[player]
        if self == type(self)(rescale=self.rescale, shift=self.shift):
            return np.asarray(true * self.rescale + self.shift)
        low, scale = game.low[player], game.scales[player]
        shares = ((true - low) / scale) ** self.bend
        level = _secure(shares, game, player)
        shares = np.where(shares < level, level - self.harm * (level - shares), shares)
        return np.asarray((low + scale * shares) * self.rescale + self.shift)


def _secure(payoffs: Vector, game: Game, player: int) -> float:
    """Return what one action secures as long as nobody uses actions that only harm."""
    harmful = harmful_actions(game)
    harmless = payoffs
    for i in range(game.n):
        if i != player:
            harmless = np.delete(harmless, harmful.get(i, ()), axis=i)
    others = tuple(i for i in range(game.n) if i != player)
    return float(harmless.min(axis=others).max())
