"""Players invent the next rung of their ladder when their policy says so: it costs payoffs.

Takes a running negotiation and ladders, gives the game with one more rung and what was paid for it.
Called by :mod:`curnits.sim.running`, and by receptions of newcomers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from curnits.sim.games.coalitions import members, shapley_weights
from curnits.sim.games.game import Game
from curnits.sim.games.ladders import Ladder, climb
from curnits.sim.games.normal import normal_form
from curnits.sim.negotiation.conflicts import Vector
from curnits.sim.negotiation.meetings.meeting import Idea
from curnits.sim.negotiation.model import Negotiation

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
            if self._wanted(model, int(k), estimate):
                self._invent(model, int(k), estimate)

    def idle(self, model: Negotiation) -> bool:
        """Tell whether nobody wants to invent anything, as far as it can tell without errors."""
        return not any(
            self._affordable(k) and self._wanted(model, k, self._expected(model, k))
            for k in range(len(self.ladders))
        )

    def _affordable(self, k: int) -> bool:
        ladder = self.ladders[k]
        spent = ladder.research * (self.heights[k] - ladder.known)
        return self.heights[k] < len(ladder.rungs) and spent + ladder.research <= ladder.budget

    def _expected(self, model: Negotiation, k: int) -> float:
        ladder = self.ladders[k]
        losses = ladder.rungs[self.heights[k]].losses
        return expected_gain(model, ladder.player, ladder.base, losses)

    def _wanted(self, model: Negotiation, k: int, estimate: float) -> bool:
        """Tell whether the owner of a ladder decides to invent its next rung."""
        ladder = self.ladders[k]
        invented = [
            height - other.known for height, other in zip(self.heights, self.ladders, strict=True)
        ]
        others = [
            count
            for count, other in zip(invented, self.ladders, strict=True)
            if other.player != ladder.player
        ]
        idea = Idea(
            estimate,
            self._price(model, ladder),
            lambda: self._answer(model, ladder.player),
            invented[k],
            max(others, default=0),
        )
        return model.policies[ladder.player].invents(idea)

    def _price(self, model: Negotiation, ladder: Ladder) -> float:
        """Return what the next rung has to bring: its research, and something to think about it."""
        return ladder.research + _WORTHWHILE * float(model.game.scales[ladder.player])

    def _answer(self, model: Negotiation, player: int) -> float:
        """Return what a player would lose if all who gain by it invented their next rung, too.

        They gain curnits from everybody else alike.
        """
        lost, units = 0.0, model.quote.prices / model.game.scales
        for k, ladder in enumerate(self.ladders):
            if ladder.player != player and self._affordable(k):
                gain = self._expected(model, k)
                if gain > self._price(model, ladder):
                    lost += gain * float(units[ladder.player]) / (model.game.n - 1)
        return lost / float(units[player])

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
            stakes = np.where(np.isin(np.arange(game.n), inside), -1.0, model.harm_pays)
            advantage = joint.take(base, inside.index(player)).max() + stakes @ tolls - gains.max()
            gained += weights[mask] * max(0.0, float(advantage))
    return gained / float(prices[player]) * float(game.scales[player])
