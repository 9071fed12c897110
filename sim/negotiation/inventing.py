"""Players invent the next rung of their ladder when they expect to gain by it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.games.coalitions import members, shapley_weights
from sim.games.game import Game, normal_form
from sim.games.ladders import Ladder, climb
from sim.negotiation.conflicts import Vector
from sim.negotiation.model import Negotiation

_WORTHWHILE = 1e-3
"""Smallest gain that is worth a thought, in shares of payoff range."""


class Invention(NamedTuple):
    """What a player invented: when, and what it expected and paid, in its own utilons."""

    tick: int
    player: str
    action: str
    expected: float
    research: float


@dataclass
class Workshop:
    """Where ladders grow while talks go on.

    Attributes
    ----------
    game : Game
        Without ladders.
    ladders : sequence of Ladder
    every : int
        Ticks between two occasions to invent; at each of them a ladder grows by one rung at most.
    noise : float
        Standard deviation of the errors in players' estimates, in shares of payoff range.
    heights : list of int
        Rungs of each ladder known so far.
    inventions : list of Invention
    """

    game: Game
    ladders: Sequence[Ladder]
    every: int
    noise: float
    heights: list[int] = field(init=False)
    inventions: list[Invention] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.heights = [ladder.known for ladder in self.ladders]

    @property
    def known(self) -> Game:
        """The game with the rungs invented so far."""
        return climb(self.game, self.ladders, self.heights)

    def visit(self, model: Negotiation) -> None:
        """On an occasion, let the owners of ladders decide, one after the other in random order."""
        if not self.ladders or model.ticks == 0 or model.ticks % self.every:
            return
        for k in model.rng.permutation(len(self.ladders)):
            ladder = self.ladders[k]
            if not self._affordable(k):
                continue
            error = self.noise * model.game.scales[ladder.player] * model.rng.standard_normal()
            estimate = self._expected(model, k) + float(error)
            if self._worthwhile(model, ladder, estimate):
                self._invent(model, int(k), estimate)

    def idle(self, model: Negotiation) -> bool:
        """Tell whether nobody wants to invent anything, as far as it can tell without errors."""
        return not any(
            self._affordable(k) and self._worthwhile(model, ladder, self._expected(model, k))
            for k, ladder in enumerate(self.ladders)
        )

    def _affordable(self, k: int) -> bool:
        ladder = self.ladders[k]
        spent = ladder.research * (self.heights[k] - ladder.known)
        return self.heights[k] < len(ladder.rungs) and spent + ladder.research <= ladder.budget

    def _expected(self, model: Negotiation, k: int) -> float:
        ladder = self.ladders[k]
        losses = ladder.rungs[self.heights[k]].losses
        return expected_gain(model, ladder.player, ladder.base, losses)

    def _worthwhile(self, model: Negotiation, ladder: Ladder, estimate: float) -> bool:
        return estimate > ladder.research + _WORTHWHILE * float(model.game.scales[ladder.player])

    def _invent(self, model: Negotiation, k: int, estimate: float) -> None:
        ladder = self.ladders[k]
        name = self.game.players[ladder.player]
        action = ladder.rungs[self.heights[k]].action
        self.inventions.append(Invention(model.ticks, name, action, estimate, ladder.research))
        self.heights[k] += 1
        model.penalties[ladder.player] += ladder.research
        model.grow(self.known, ladder.player, ladder.base)


def expected_gain(model: Negotiation, player: int, base: int, losses: Vector) -> float:
    """Return by how much a player thinks its final payoff would rise with one more action.

    It looks at every coalition it belongs to and asks how far the new action would beat the best
    joint action against the standing threat of the others; its value counts those gains with the
    weights of Shapley (1953). What rivals will do in turn, it does not foresee.

    Parameters
    ----------
    model : Negotiation
    player : int
    base : int
        The action of the player that the new one is built on.
    losses : ndarray, shape (n,)
        Utilons that the new action takes from everybody, compared with the base.

    Returns
    -------
    float
        Utilons of the player.
    """
    game, prices = normal_form(model.game, "inventing threats"), model.quote.prices
    tolls = prices * losses / game.scales
    weights = shapley_weights(game.n)
    gained = 0.0
    for mask, gains in model.conflicts.by_coalition(model.gains).items():
        inside = members(mask)
        if player in inside:
            joint = gains.reshape([game.shape[i] for i in inside])
            stakes = np.where(np.isin(np.arange(game.n), inside), -1.0, 1.0)
            advantage = joint.take(base, inside.index(player)).max() + stakes @ tolls - gains.max()
            gained += weights[mask] * max(0.0, float(advantage))
    return gained / float(prices[player]) * float(game.scales[player])
